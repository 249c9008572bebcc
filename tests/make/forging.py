"""Forgers: an election with everything its roles know, and a register of what can be changed in it."""

from collections.abc import Callable
from typing import Any

import msgspec

from tests.make.sealing import Sealed
from tests.make.tampering import (
    Parts,
    dump,
    load,
    negative,
    owned,
    plus_one,
    put_together,
    sha256,
    times_g,
)
from voting.sealing.ballot import seal
from voting.sealing.credentials import secret_exponent
from voting.sealing.schnorr import prove
from voting.sealing.tally import read_tally
from voting.sealing.wire import (
    Answer,
    Ballot,
    Signature,
    UnsignedBallot,
    fingerprint,
    read,
    write,
)

Path = tuple[str | int, ...]


class Forge:
    """An election with everything its roles know, for whoever wants to change one thing in it."""

    def __init__(self, sealed: Sealed, parts: Parts) -> None:
        self.sealed = sealed
        self.original = parts
        self.parts = parts.copy()

    def fresh(self) -> "Forge":
        """The same with nothing changed yet."""
        return Forge(self.sealed, self.original)

    # ── one number ────────────────────────────────────────────────────────────
    def number(self, kind: str, data: int, path: Path, change: Callable[[str], str], *, at: int = 0) -> bytes:
        """Change one number in the JSON of one piece of data."""

        def apply(value: Any) -> None:
            for step in path[:-1]:
                value = value[step]
            value[path[-1]] = change(value[path[-1]])

        self.parts.edit(kind, data, apply, number=at)
        return self.parts.bytes()

    # ── whole pieces ──────────────────────────────────────────────────────────
    def data(self, kind: str, data: int, raw: bytes, *, at: int = 0) -> bytes:
        """Other bytes for one piece of data."""
        self.parts.replace(self.parts.find(kind, at), data, raw)
        return self.parts.bytes()

    def with_events(self, change: Callable[[list[tuple[str, list[bytes]]]], None]) -> bytes:
        """Change the list of events."""
        change(self.parts.events)
        return self.parts.bytes()

    def event(self, number: int, change: Callable[[dict[str, Any]], None]) -> bytes:
        """Change one event's own fields; the events after it chain to what it became."""
        members, parent, seen = [], None, -1
        for kind, content in self.parts.members():
            if kind == "event":
                seen += 1
                value = load(content)
                if parent is not None:
                    value["parent"] = parent
                if seen == number:
                    change(value)
                content = dump(value)
                parent = sha256(content)
            members.append((kind, content))
        return put_together(members)

    def ballot(self, voter: int, ranks: list[int]) -> bytes:
        """A ballot of a voter of this election."""
        return seal(self.sealed.election, self.sealed.codes[voter], ranks)

    @property
    def tally(self) -> Any:
        """The encrypted tally's ciphertexts."""
        return read_tally(self.original.find("EncryptedTally")[0])

    @property
    def mixed(self) -> Any:
        """The mixed ciphertexts."""
        return self.sealed.mixed


Tamper = Callable[[Forge], bytes]
CASES: dict[str, tuple[str, Tamper]] = {}


def case(name: str, reason: str) -> Callable[[Tamper], Tamper]:
    """Register a manipulation and the reason for which it is refused."""

    def register(tamper: Tamper) -> Tamper:
        assert name not in CASES
        CASES[name] = (reason, tamper)
        return tamper

    return register


def on(kind: str, data: int, path: Path, change: Callable[[str], str], *, at: int = 0) -> Tamper:
    """Change one number."""
    return lambda forge: forge.number(kind, data, path, change, at=at)


def numbers(kind: str, data: int, name: str, reason: str, table: dict[str, Path]) -> None:
    """A case for each number of the table: another one; and for elements, one outside the group."""
    for what, path in table.items():
        scalar = what.startswith("scalar ")
        label = what.removeprefix("scalar ")
        change = plus_one if scalar else times_g
        case(f"{name}: another {label}", reason)(on(kind, data, path, change))
        if not scalar:
            case(f"{name}: {label} outside the group", "not_in_group")(on(kind, data, path, negative))


def signed(forge: Forge, voter: int, answers: tuple[Answer, ...]) -> bytes:
    """A ballot of these answers, signed by a voter."""
    ours = read(Ballot, forge.ballot(voter, [1, 2]))
    unsigned = UnsignedBallot(ours.election_uuid, ours.election_hash, ours.credential, answers)
    seen = fingerprint(write(unsigned))
    exponent = secret_exponent(forge.sealed.codes[voter], forge.sealed.election.uuid)
    signature = Signature(seen, prove(f"sig|{seen}", exponent))
    return write(msgspec.structs.replace(ours, answers=answers, signature=signature))


def open_with(forge: Forge, ballots: list[bytes]) -> bytes:
    """The election, open, with these ballots."""
    setup = forge.original.events[0]
    return Parts([setup, *(("Ballot", [ballot]) for ballot in ballots)]).bytes()


def without_rest(forge: Forge, kind: str) -> Parts:
    """The election up to the first event of a kind, which is left out."""
    parts = forge.original.copy()
    del parts.events[parts.place(kind) :]
    return parts


def with_shuffle(forge: Forge, raw: bytes, owner: int = 1) -> Parts:
    """The election as far as a first shuffle."""
    parts = without_rest(forge, "Shuffle")
    parts.events.append(("Shuffle", [raw, owned(owner, raw)]))
    return parts


def with_decryption(forge: Forge, raw: bytes, owner: int = 1) -> Parts:
    """The election as far as a first partial decryption."""
    parts = without_rest(forge, "PartialDecryption")
    parts.events.append(("PartialDecryption", [raw, owned(owner, raw)]))
    return parts
