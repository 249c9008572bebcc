"""Sealed elections for tests, made by our engine alone."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gmpy2 import mpz

from voting.sealing.archive import Archive
from voting.sealing.ballot import check_ballot, seal
from voting.sealing.board import Board
from voting.sealing.channel import Keys, certificate, keys_of, new_seed
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.decryption import Factors, check_decryption, make_decryption, open_ballots
from voting.sealing.election import Election, make_election, new_uuid
from voting.sealing.shuffle import make_shuffle
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import Ciphertexts, encrypted_tally, read_tally
from voting.sealing.threshold import finish, make_polynomial, make_vinput, make_voutput, open_share
from voting.sealing.trustees import TrusteeSet, new_private_key, public_key, read_trustees, write_trustees
from voting.sealing.verify import Checked, verify
from voting.sealing.wire import Result, ThresholdParameters, read

TIMESTAMP = 1795491589


@dataclass(frozen=True)
class Member:
    """What one member of a circle keeps: the seed, and the share as it is sealed and as it is."""

    seed: str
    sealed_share: str
    share: mpz


@dataclass
class Sealed:
    """An election with everything that its roles know, and its board as a file."""

    election: Election
    trustees: TrusteeSet
    trustees_raw: bytes
    credentials_raw: bytes
    codes: list[str]
    secrets: list[mpz]  # of the trustees, by number
    path: Path
    board: Board = field(repr=False)
    members: list[Member] = field(default_factory=list)  # of the circle
    sealed: list[bytes] = field(default_factory=list, repr=False)
    mixed: Ciphertexts = ()
    opened: dict[int, Factors] = field(default_factory=dict)

    def vote(self, voter: int, ranks: Sequence[int]) -> bytes:
        """Seal a ballot and put it on the board."""
        ballot = seal(self.election, self.codes[voter], ranks)
        self.add_ballot(ballot)
        return ballot

    def add_ballot(self, ballot: bytes) -> None:
        """Put a ballot of whoever made it on the board."""
        self.board.add_ballot(ballot)
        self.sealed.append(ballot)
        self.save()

    def save(self) -> None:
        """Let others see what was written so far."""
        file = self.board.file
        assert isinstance(file, io.BytesIO)
        self.path.write_bytes(file.getvalue())

    def end_ballots(self) -> None:
        """Close, and put the encrypted tally of the last ballots on the board."""
        last = {}
        for raw in self.sealed:
            checked = check_ballot(self.election, raw, None)
            last[checked.credential] = checked.ciphertext
        tally = encrypted_tally(last.values())
        self.board.end_ballots()
        self.board.add_tally(tally, ballots=len(last))
        self.mixed = read_tally(tally)
        self.save()

    def shuffle(self, owner: int, raw: bytes = b"") -> None:
        """One trustee mixes; `raw` is a shuffle that was made elsewhere."""
        raw = raw or make_shuffle(self.election, self.mixed)
        self.mixed = check_shuffle(self.election, self.mixed, raw)
        self.board.add_shuffle(raw, owner=owner)
        self.save()

    def end_shuffles(self) -> None:
        """No more mixing."""
        self.board.end_shuffles()
        self.save()

    def decrypt(self, owner: int, raw: bytes = b"") -> None:
        """One trustee opens; `raw` is a partial decryption that was made elsewhere."""
        raw = raw or make_decryption(self.election, self.mixed, self.secrets[owner - 1])
        key = self.trustees.keys[owner - 1]
        self.opened[owner] = check_decryption(self.election, self.mixed, key, raw)
        self.board.add_decryption(raw, owner=owner)
        self.save()

    def finish(self) -> list[tuple[int, ...]]:
        """Open the ballots; the ranks, sorted."""
        raw = open_ballots(self.election, self.trustees, self.mixed, self.opened)
        self.board.add_result(raw)
        self.save()
        return sorted(read(Result, raw).result[0])

    def verify(self) -> Checked:
        """Our verifier's word on the archive. Raises: Refused."""
        with self.path.open("rb") as file:
            return verify(file)

    @property
    def roll(self) -> frozenset[str]:
        """The public credentials."""
        return frozenset(public_credential(code, self.election.uuid) for code in self.codes)


def make_threshold(seeds: Sequence[str], needed: int) -> tuple[ThresholdParameters, list[Member]]:
    """The whole ceremony, and what every member keeps of it."""
    keys: list[Keys] = [keys_of(seed) for seed in seeds]
    certificates = [certificate(one) for one in keys]
    polynomials = [make_polynomial(one, certificates, needed) for one in keys]
    voutputs = [
        make_voutput(one, certificates, make_vinput(polynomials, number), needed)
        for number, one in enumerate(keys, start=1)
    ]
    members = [
        Member(seed, answer.private_key, open_share(one, answer.private_key))
        for seed, one, answer in zip(seeds, keys, voutputs, strict=True)
    ]
    return finish(certificates, polynomials, voutputs, needed), members


def make_sealed(
    folder: Path,
    *,
    options: int = 3,
    voters: int = 3,
    singles: int = 1,
    circle: tuple[int, int] | None = None,
    description: str = "Buget participativ 2027",
) -> Sealed:
    """An election that is open: `singles` trustees, then a circle of (members, needed)."""
    secrets = [new_private_key() for _ in range(singles)]
    items: list[object] = [public_key(secret) for secret in secrets]
    members: list[Member] = []
    if circle:
        parameters, members = make_threshold([new_seed() for _ in range(circle[0])], circle[1])
        items.append(parameters)
        secrets += [member.share for member in members]
    trustees_raw = write_trustees(items)
    trustees = read_trustees(trustees_raw)
    uuid = new_uuid()
    codes = [new_code() for _ in range(voters)]
    credentials_raw = write_credentials(public_credential(code, uuid) for code in codes)
    election = make_election(
        uuid=uuid,
        name="Buget participativ",
        description=description,
        question="Care proiecte?",
        options=[f"Opțiunea „{number}”" for number in range(1, options + 1)],
        key=trustees.election_key,
        administrator="Primăria",
        credential_authority="Secretarul general",
    )
    path = folder / f"{uuid}.bel"
    board = Board(io.BytesIO(), timestamp=TIMESTAMP)
    board.set_up(election=election.raw, trustees=trustees_raw, credentials=credentials_raw)
    sealed = Sealed(election, trustees, trustees_raw, credentials_raw, codes, secrets, path, board, members)
    sealed.save()
    return sealed


def contents(path: Path) -> list[bytes]:
    """The content of every member after the first."""
    with path.open("rb") as file:
        return [content for _, content in Archive(file).members()]
