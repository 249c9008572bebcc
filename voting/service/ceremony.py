"""The ceremony of a sealed vote before it opens: trustees are named and make their keys, the roll is frozen,
the registrar delivers public credentials, and the election is written on the board.

Everything that comes is checked by the engine before it is accepted. No secret comes: private keys stay with
the trustees, private codes with the registrar and the voters.
"""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Row, delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import crypto, register
from app.kit.access_log import log_accesses
from app.kit.db import Base
from app.kit.i18n import N_
from app.kit.policy import require
from voting import queries
from voting.errors import (
    PollNotFound,
    RollDiffers,
    RollEmpty,
    SealRefused,
    TrusteesNamed,
    TrusteesWrong,
    WrongDigest,
)
from voting.models import CeremonyMessage, Poll, RollCredential, RollEntry, SealedElection, Trustee
from voting.policy import (
    may_begin_board,
    may_deliver_credentials,
    may_freeze_roll,
    may_name_trustees,
    may_officiate,
)
from voting.rules import get_rule
from voting.rules.announced import Announced, announced_digest
from voting.rules.papers import Contest
from voting.rules.record import as_json
from voting.rules.ties import TiePolicy
from voting.sealing.credentials import read_credentials, write_credentials
from voting.sealing.election import Election, contest_line, make_election, new_uuid
from voting.sealing.refused import Refused
from voting.sealing.threshold import finish
from voting.sealing.trustees import MOST_TRUSTEES, read_trustees, write_trustees
from voting.sealing.wire import Credentials, Polynomial, PublicKey, Setup, SignedMessage, Voutput, read, write
from voting.service.board import credential_hash, open_board
from voting.service.deliveries import drop_content, keep_message
from voting.states import Delivery, SealingPhase, Step

REGISTRAR = 0  # the number under which the registrar's delivery is kept
LEAST_TRUSTEES = 2  # one alone could open every ballot
BATCH = 2000  # rows of a roll in one statement
KEY_STEPS = (Step.KEY, Step.CERTIFICATE, Step.POLYNOMIAL, Step.SHARE)
QUESTION = "1 = prima alegere, 2 = a doua, ...; 0 = fără loc"  # what other programs show beside the options
ROLL_READ = N_("name and e-mail, on the roll of a vote, to send the private code")


async def name_trustees(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    *,
    names: Sequence[str],
    threshold: int | None,
    instead_of: str | None = None,
    now: datetime,
) -> list[str]:
    """Name the trustees, or name them anew, and return the secret tokens of their pages, by number.

    `threshold`: how many of them open together; none: each is needed. Whatever was delivered before lapses.
    `instead_of`: the uuid of the election that the officer saw, "" when there was none.
    Locks: the poll. Raises: Forbidden, TrusteesWrong, TrusteesNamed.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_name_trustees(actor, full.facts))
    before = await queries.find_election(session, poll_id)
    if instead_of is not None and instead_of != (before.uuid if before else ""):
        raise TrusteesNamed()
    count = len(names)
    if not LEAST_TRUSTEES <= count <= MOST_TRUSTEES or len({name.casefold() for name in names}) != count:
        raise TrusteesWrong()
    if not all(names) or (threshold is not None and not LEAST_TRUSTEES <= threshold <= count):
        raise TrusteesWrong()
    for table in (CeremonyMessage, Trustee, SealedElection):
        await session.execute(delete(table).where(table.poll_id == poll_id))
    session.add(SealedElection(poll_id=poll_id, uuid=new_uuid(), threshold=threshold))
    tokens = [crypto.new_token() for _ in names]
    for number, (name, token) in enumerate(zip(names, tokens, strict=True), start=1):
        session.add(Trustee(poll_id=poll_id, number=number, name=name, token_digest=crypto.digest(token)))
    if full.poll.sealing == SealingPhase.CHOSEN:
        full.poll.turn_to(SealingPhase.KEYS)
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "trustees": list(names), "threshold": threshold or count}
    await register.record(session, "poll.trustees_named", f"poll:{poll_id}", facts, now=now)
    return tokens


async def renew_link(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> str:
    """A new secret token for a trustee's page, in public; the one before no longer opens it.

    Locks: the poll. Raises: Forbidden, PollNotFound.
    """
    await queries.get_poll(session, poll_id, lock=True)
    require(may_officiate(actor))
    found = [one for one in await queries.list_trustees(session, poll_id) if one.number == number]
    if not found:
        raise PollNotFound()
    token = crypto.new_token()
    found[0].token_digest = crypto.digest(token)
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "trustee": found[0].name}
    await register.record(session, "poll.trustee_link_renewed", f"poll:{poll_id}", facts, now=now)
    return token


# ── the roll ──────────────────────────────────────────────────────────────────
async def freeze_roll(session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, now: datetime) -> int:
    """Write down who may vote: everybody whose residence is verified now. Returns how many they are.

    Locks: the poll. Raises: Forbidden, RollEmpty.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    election = await queries.get_election(session, poll_id)
    require(may_freeze_roll(actor, full.facts, is_frozen=election.roll_size is not None))
    people = await queries.list_verified(session)
    if not people:
        raise RollEmpty()
    rows = [{"poll_id": poll_id, "account_id": account_id} for account_id in people]
    await _insert_many(session, RollEntry, rows)
    election.roll_size, election.roll_frozen_at = len(people), now
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "people": len(people)}
    await register.record(session, "poll.roll_frozen", f"poll:{poll_id}", facts, now=now)
    return len(people)


async def read_roll(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, now: datetime
) -> Sequence[Row[uuid.UUID, str, str, str]]:
    """The roll for the registrar, who sends everybody their code. Each person on it can see that it was read.

    Raises: Forbidden, PollNotFound.
    """
    require(may_officiate(actor))
    rows = await queries.list_roll(session, poll_id)
    people = [row.id for row in rows]
    await log_accesses(session, reader_id=actor.id, subject_ids=people, what=ROLL_READ, now=now)
    return rows


def check_credentials(raw: bytes) -> bytes:
    """The registrar's file as it will be published: credentials alone, in the order of their numbers. Slow
    for a large roll: run it off the loop. Raises: SealRefused.
    """
    try:
        return write_credentials(read_credentials(raw.strip()))
    except Refused as problem:
        raise SealRefused(problem.reason) from problem


async def deliver_credentials(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, credentials: bytes, *, now: datetime
) -> str:
    """Take the public credentials that `check_credentials` gave; their SHA-256 is the registrar's to compare.

    Locks: the poll. Raises: Forbidden, RollDiffers when they are not as many as the people on the roll.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    election = await queries.get_election(session, poll_id)
    require(may_deliver_credentials(actor, full.facts, is_frozen=election.roll_size is not None))
    found = len(await asyncio.to_thread(read, Credentials, credentials))
    if found != election.roll_size:
        raise RollDiffers(found=found, wanted=election.roll_size)
    message = await keep_message(
        session, poll_id, REGISTRAR, Step.CREDENTIALS, credentials, state=Delivery.ACCEPTED, now=now
    )
    digest = election.credentials_digest = message.sha256
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "credentials": found, "sha256": digest}
    await register.record(session, "poll.credentials_delivered", f"poll:{poll_id}", facts, now=now)
    return digest


# ── the board begins ──────────────────────────────────────────────────────────
async def begin_board(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, digest: str, now: datetime
) -> str:
    """Write election, trustees and roll on the board, where nothing changes any more; return its first event.

    `digest` is of the credentials that the officer was shown.
    Locks: the poll. Raises: Forbidden, WrongDigest.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    election = await queries.get_election(session, poll_id)
    require(may_begin_board(actor, full.facts, has_credentials=election.credentials_digest is not None))
    if digest != election.credentials_digest:
        raise WrongDigest()
    message = await queries.find_message(session, poll_id, REGISTRAR, Step.CREDENTIALS)
    credentials = await queries.read_content(session, message) if message else b""
    trustees = await put_together(session, election)
    made = await asyncio.to_thread(make_parameters, full.poll, election.uuid, trustees)
    rows = [
        {"poll_id": poll_id, "credential_hash": credential_hash(one)}
        for one in read(Credentials, credentials)
    ]
    await _insert_many(session, RollCredential, rows)
    board = await open_board(session, poll_id)
    names = [await board.add_data(one) for one in (made.raw, trustees, credentials)]
    head = await board.add_event("Setup", await board.add_data(write(Setup(*names))))
    count = len(await queries.list_trustees(session, poll_id))
    election.fingerprint, election.parameters = made.fingerprint, made.raw.decode()
    election.timestamp, election.mixes_needed = int(now.timestamp()), election.threshold or count
    if message:
        await drop_content(session, message)
    full.poll.board_start = head.hash
    full.poll.turn_to(SealingPhase.READY)
    await session.flush()
    facts: dict[str, object] = {
        "by": actor.name,
        "election": made.fingerprint,
        "credentials": election.credentials_digest,
        "board_start": head.hash,
    }
    await register.record(session, "poll.board_begun", f"poll:{poll_id}", facts, now=now)
    return head.hash or ""


async def put_together(session: AsyncSession, election: SealedElection) -> bytes:
    """The trustees' file of the election. Raises: SealRefused."""
    contents = {step: await queries.list_contents(session, election.poll_id, step) for step in KEY_STEPS}
    try:
        return await asyncio.to_thread(_trustees, contents, election.threshold)
    except Refused as problem:
        raise SealRefused(problem.reason) from problem


def _trustees(contents: dict[Step, list[bytes]], threshold: int | None) -> bytes:
    if threshold is None:
        return write_trustees([read(PublicKey, raw) for raw in contents[Step.KEY]])
    parameters = finish(
        [read(SignedMessage, raw) for raw in contents[Step.CERTIFICATE]],
        [read(Polynomial, raw) for raw in contents[Step.POLYNOMIAL]],
        [read(Voutput, raw) for raw in contents[Step.SHARE]],
        threshold,
    )
    return write_trustees([parameters])


def make_parameters(poll: Poll, uuid: str, trustees: bytes) -> Election:
    """The election of a poll: its options in the order of the contest, and what was announced, bound."""
    announced = announced_of_poll(poll)
    return make_election(
        uuid=uuid,
        name=_plain(poll.title),
        description=contest_line(announced_digest(announced)),
        question=QUESTION,
        options=[_plain(f"{option.id} {option.title}") for option in announced.contest.options],
        key=read_trustees(trustees).election_key,
    )


def announced_of_poll(poll: Poll) -> Announced:
    """What is bound before the first ballot, as it is published from the announcement on."""
    return Announced(
        contest=msgspec.json.decode(poll.contest, type=Contest),
        rule=poll.rule,
        rule_version=poll.rule_version,
        params=as_json(get_rule(poll.rule).params),
        ties=msgspec.json.decode(poll.ties, type=TiePolicy),
    )


def _plain(text: str) -> str:
    """Without control characters, which JSON writers differ about."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


async def _insert_many(
    session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, object]]
) -> None:
    for start in range(0, len(rows), BATCH):
        await session.execute(insert(table), rows[start : start + BATCH])
