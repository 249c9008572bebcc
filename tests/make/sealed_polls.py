"""Sealed polls for tests, step by step through the services, with the roles played by our engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gmpy2 import mpz
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from tests.make.cycles import DAY, NOON
from tests.make.sealing import contents
from tests.make.voting import confirm, make_officer, make_poll, make_voter
from voting import queries, service
from voting.models import Poll
from voting.sealing.archive import Archive
from voting.sealing.ballot import seal
from voting.sealing.channel import Keys, certificate, keys_of, new_seed
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.decryption import check_decryption, make_decryption, open_ballots
from voting.sealing.election import Election, read_election
from voting.sealing.shuffle import make_shuffle
from voting.sealing.tally import encrypted_tally, read_tally
from voting.sealing.threshold import make_polynomial, make_voutput, open_share
from voting.sealing.trustees import new_private_key, public_key
from voting.sealing.verify import Verifier
from voting.sealing.wire import Ballot, Result, SignedMessage, Vinput, read, write
from voting.service import SealedReceipt
from voting.states import Act, Delivery, PollState, Step

CLOSING = NOON + 20 * DAY
TRUSTEES = ("Ioana Marin", "Radu Pop", "Asociația Transparent")


@dataclass
class SealedPoll:
    """A sealed poll with what each of its roles keeps to itself."""

    poll: Poll
    officers: tuple[Actor, Actor]
    voters: list[Actor]
    tokens: list[str]
    uuid: str
    threshold: int | None = None
    seeds: list[Keys] = field(default_factory=list)
    secrets: list[int] = field(default_factory=list)  # what each trustee opens with
    codes: list[str] = field(default_factory=list)
    now: datetime = NOON

    def ranks(self, *numbers: str) -> list[int]:
        """The vector of ranks that puts those options in that order."""
        names = [option.id for option in service.contest_of(self.poll).options]
        return [numbers.index(name) + 1 if name in numbers else 0 for name in names]


async def make_chosen(
    session: AsyncSession, *, voters: int = 5, threshold: int | None = 2, rule: str = "greedy"
) -> SealedPoll:
    """A sealed poll that is announced and whose trustees are named."""
    officers = (
        await make_officer(session, name="Maria Ionescu"),
        await make_officer(session, name="Ion Georgescu"),
    )
    people = [await make_voter(session, name=f"Alegător {number}") for number in range(1, voters + 1)]
    poll = await make_poll(session, state=PollState.ANNOUNCED, sealed=True, officers=officers, rule=rule)
    tokens = await service.name_trustees(
        session, officers[0], poll.id, names=TRUSTEES, threshold=threshold, now=NOON
    )
    election = await queries.get_election(session, poll.id)
    return SealedPoll(poll, officers, people, tokens, election.uuid, threshold)


async def make_keys(session: AsyncSession, sealed: SealedPoll) -> None:
    """Every trustee's part of the key, by our engine."""
    if sealed.threshold is None:
        for token in sealed.tokens:
            private = new_private_key()
            sealed.secrets.append(private)
            await service.deliver(session, token, Step.KEY, write(public_key(private)), now=NOON)
        return
    sealed.seeds = [keys_of(new_seed()) for _ in sealed.tokens]
    for keys, token in zip(sealed.seeds, sealed.tokens, strict=True):
        made = write(certificate(keys))
        await service.deliver(session, token, Step.CERTIFICATE, made, now=NOON)
    for keys, token in zip(sealed.seeds, sealed.tokens, strict=True):
        given = await offered(session, sealed, token)
        polynomial = make_polynomial(keys, certificates_in(given), sealed.threshold)
        await service.deliver(session, token, Step.POLYNOMIAL, write(polynomial), now=NOON)
    for keys, token in zip(sealed.seeds, sealed.tokens, strict=True):
        given = await offered(session, sealed, token)
        vinput = read(Vinput, given["vinput.json"].strip())
        answer = make_voutput(keys, certificates_in(given), vinput, sealed.threshold)
        await service.deliver(session, token, Step.SHARE, write(answer) + b"\n", now=NOON)
        sealed.secrets.append(open_share(keys, answer.private_key))


async def offered(session: AsyncSession, sealed: SealedPoll, token: str) -> dict[str, bytes]:
    """What a trustee's page offers now."""
    trustee = await service.get_trustee(session, token)
    full = await queries.get_poll(session, sealed.poll.id)
    return await service.list_offered(session, full, trustee)


def certificates_in(given: dict[str, bytes]) -> list[SignedMessage]:
    """Out of the file that trustees are offered."""
    return [read(SignedMessage, line) for line in given["certs.jsons"].splitlines()]


async def make_board(session: AsyncSession, sealed: SealedPoll) -> None:
    """The roll is frozen, the registrar makes codes, the election is written on the board."""
    officer, poll_id = sealed.officers[0], sealed.poll.id
    people = await service.freeze_roll(session, officer, poll_id, now=NOON)
    sealed.codes = [new_code() for _ in range(people)]
    roll = write_credentials(public_credential(code, sealed.uuid) for code in sealed.codes)
    credentials = service.check_credentials(roll)
    digest = await service.deliver_credentials(session, officer, poll_id, credentials, now=NOON)
    await service.begin_board(session, officer, poll_id, digest=digest, now=NOON)
    sealed.poll = (await queries.get_poll(session, poll_id)).poll


async def make_sealed_poll(
    session: AsyncSession, *, voters: int = 5, threshold: int | None = 2, rule: str = "greedy"
) -> SealedPoll:
    """A sealed poll that is open."""
    sealed = await make_chosen(session, voters=voters, threshold=threshold, rule=rule)
    await make_keys(session, sealed)
    await make_board(session, sealed)
    for officer in sealed.officers:
        await confirm(session, officer, sealed.poll, Act.OPEN)
    return sealed


async def election_of(session: AsyncSession, sealed: SealedPoll) -> Election:
    """The election as the board has it."""
    stored = await queries.get_election(session, sealed.poll.id)
    return read_election((stored.parameters or "").encode())


async def seal_for(session: AsyncSession, sealed: SealedPoll, voter: int, numbers: Sequence[str]) -> bytes:
    """A ballot by the code of a voter."""
    return seal(await election_of(session, sealed), sealed.codes[voter], sealed.ranks(*numbers))


async def cast(
    session: AsyncSession,
    sealed: SealedPoll,
    voter: int,
    numbers: Sequence[str],
    *,
    code_of: int | None = None,
    raw: bytes | None = None,
    now: datetime = NOON,
) -> SealedReceipt:
    """Seal and send a ballot; `code_of`: with another voter's code."""
    if raw is None:
        raw = await seal_for(session, sealed, voter if code_of is None else code_of, numbers)
    person = sealed.voters[voter]
    checked = await service.check_sealed(await election_of(session, sealed), raw, voter=person.id)
    return await service.cast_sealed(session, person, sealed.poll.id, raw, checked, now=now)


async def close(session: AsyncSession, sealed: SealedPoll) -> None:
    """The clock ends the vote, two officials confirm the protocol."""
    assert await service.close_poll(session, sealed.poll.id, now=CLOSING)
    await confirm_protocol(session, sealed)


async def confirm_protocol(session: AsyncSession, sealed: SealedPoll) -> None:
    """Two officials confirm the protocol of a vote that has ended."""
    for officer in sealed.officers:
        digest = service.protocol_digest((await queries.get_poll(session, sealed.poll.id)).poll)
        await service.confirm_act(session, officer, sealed.poll.id, Act.CLOSE, digest=digest, now=CLOSING)


async def advance(session: AsyncSession, sealed: SealedPoll) -> list[str]:
    """What the worker does, until it has to wait; the steps."""
    steps = []
    while (task := await service.load_task(session, sealed.poll.id)) is not None:
        done = service.work(task)
        assert await service.publish_done(session, done, now=CLOSING)
        steps.append(done.refused or task.kind)
    return steps


async def archive_bytes(session: AsyncSession, sealed: SealedPoll) -> bytes:
    """The download as it is now."""
    stored = await queries.get_election(session, sealed.poll.id)
    last = await queries.last_position(session, sealed.poll.id)
    parts = service.stream_archive(session, sealed.poll.id, timestamp=stored.timestamp or 0, last=last)
    return b"".join([part async for part in parts])


async def save_archive(session: AsyncSession, sealed: SealedPoll, folder: Path) -> Path:
    """The download in a folder, named as the judge wants it."""
    path = folder / f"{sealed.uuid}.bel"
    path.write_bytes(await archive_bytes(session, sealed))
    return path


def read_archive(path: Path) -> Verifier:
    """The archive, checked."""
    with path.open("rb") as file:
        verifier = Verifier(Archive(file))
        for member, content in verifier.members():
            verifier.take(member, content)
        verifier.finish()
    return verifier


def rankings_in(path: Path, secrets: Mapping[int, int]) -> list[tuple[int, ...]]:
    """What the ballots that count say, in an archive that takes ballots, by the secrets of enough trustees,
    by number: what no single one of them could do. Sorted.
    """
    seen = read_archive(path).checked
    assert seen.election is not None
    assert seen.trustees is not None
    last = {}
    for raw in contents(path):
        if raw.startswith(b'{"election_uuid"'):
            ballot = read(Ballot, raw)
            last[ballot.credential] = ballot.answers[0].choices
    mixed = read_tally(encrypted_tally(last.values()))
    opened = {}
    for number, secret in secrets.items():
        key = seen.trustees.key(number)
        assert key is not None
        made = make_decryption(seen.election, mixed, mpz(secret))
        opened[number] = check_decryption(seen.election, mixed, key, made)
    return sorted(read(Result, open_ballots(seen.election, seen.trustees, mixed, opened)).result[0])


async def mix(session: AsyncSession, sealed: SealedPoll, trustee: int, folder: Path) -> Delivery:
    """A trustee, from 0, downloads the archive, mixes and sends."""
    checked = read_archive(await save_archive(session, sealed, folder))
    raw = make_shuffle(checked.election, checked.mixed)
    return await service.deliver(session, sealed.tokens[trustee], Step.SHUFFLE, raw, now=CLOSING)


async def open_mixed(session: AsyncSession, sealed: SealedPoll, trustee: int, folder: Path) -> Delivery:
    """A trustee, from 0, downloads the archive, opens and sends."""
    checked = read_archive(await save_archive(session, sealed, folder))
    raw = make_decryption(checked.election, checked.mixed, sealed.secrets[trustee])
    return await service.deliver(session, sealed.tokens[trustee], Step.DECRYPTION, raw, now=CLOSING)
