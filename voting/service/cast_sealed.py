"""Casting a sealed ballot: one transaction. The server learns that somebody voted, with which credential and
which sealed ballot; never what is in it.
"""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from weakref import WeakValueDictionary

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import crypto
from app.kit.clock import local_date
from app.kit.db import NewRow, insert_together
from app.kit.errors import Forbidden
from app.kit.i18n import N_
from app.kit.outbox import OutboxMessage
from app.kit.policy import require
from app.settings import get_settings
from voting import queries
from voting.errors import (
    BallotCopied,
    CodeTaken,
    CredentialTaken,
    CredentialUnknown,
    OtherCredential,
    PollNotFound,
    PollNotOpen,
    SealRefused,
)
from voting.models import CredentialHolder, Participation
from voting.policy import PollFacts, is_eligible, may_view, takes_ballots
from voting.queries import CastFacts
from voting.rules.papers import Paper, RankedPaper, named_options
from voting.sealing.ballot import CheckedBallot, check_ballot, seal
from voting.sealing.box import code_of_tracker
from voting.sealing.election import Election, read_election
from voting.sealing.refused import Refused
from voting.sealing.schnorr import GENERATOR
from voting.service.board import ballot_rows, credential_hash
from voting.service.cast import check_ballot as check_paper
from voting.service.cast import contest_of, mail_row, refuse_paper_voter
from voting.service.turns import mark_open
from voting.states import PollState

MARK_PURPOSE = "credential-holder"
BALLOTS_EXPECTED = 1000  # of a vote: worth the large table of g
MOST_ELECTIONS = 32  # kept by a process; a long description has some 10 KB
_elections: dict[uuid.UUID, Election] = {}
_checker = ThreadPoolExecutor(1, "ballot-check")
"""One ballot is checked at a time: several would only wait for each other, and the loop for all of them."""
_turns: WeakValueDictionary[uuid.UUID, asyncio.Lock] = WeakValueDictionary()  # of accounts that are checked


class SealedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the voter keeps: the check code for people, the whole tracker for programs.

    `is_repeat`: this very ballot was on the board already (a second click, a lost answer).
    """

    code: str
    tracker: str
    has_replaced: bool
    is_repeat: bool


async def _check_voter(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    facts: PollFacts,
    *,
    on_roll: bool,
    now: datetime,
) -> None:
    """Raises: PollNotOpen, PaperGiven, Forbidden. Without a lock: `cast_sealed` asks again, with it."""
    if not (verdict := takes_ballots(facts, now)):
        raise PollNotOpen(verdict.reason)
    if facts.paper is not None:
        await refuse_paper_voter(session, poll_id, actor.id)
    require(is_eligible(actor, on_roll=on_roll, frozen=True))


async def check_sealed(election: Election, raw: bytes, *, voter: uuid.UUID) -> CheckedBallot:
    """Check everything that a ballot can be checked for by itself. It takes no session: nobody waits for a
    lock or a connection meanwhile. Whoever sends many at once waits for themselves, and takes no more than
    every other turn. Raises: SealRefused.
    """
    turn = _turns.setdefault(voter, asyncio.Lock())
    try:
        async with turn:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(_checker, check_ballot, election, raw, None)
    except Refused as problem:
        raise SealRefused(problem.reason) from problem


async def load_election(session: AsyncSession, poll_id: uuid.UUID) -> Election:
    """The election, kept in this process: once it is on the board, nothing of it changes.

    Raises: PollNotFound, PollNotOpen when it is not there yet.
    """
    if poll_id in _elections:
        return _elections[poll_id]
    parameters = (await queries.get_election(session, poll_id)).parameters
    if parameters is None:
        raise PollNotOpen()
    if len(_elections) >= MOST_ELECTIONS:
        _elections.pop(next(iter(_elections)))
    _elections[poll_id] = election = read_election(parameters.encode())
    await asyncio.get_running_loop().run_in_executor(_checker, GENERATOR.expect, BALLOTS_EXPECTED)
    return election


class ToSeal(msgspec.Struct, frozen=True):
    """A ballot that the server may seal for its voter, as ranks of the election's options."""

    election: Election
    ranks: list[int]


async def prepare_seal(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, paper: Paper, *, now: datetime
) -> ToSeal:
    """Whether the server may seal this ballot for a voter who cannot do it on their own device, and what is
    needed for that. `session` may be a reader.

    Raises: PollNotFound, PollNotOpen, PaperGiven, Forbidden, BallotRefused.
    """
    full = await queries.get_poll(session, poll_id)
    if not full.poll.server_sealing:
        raise Forbidden(N_("In this vote the server is not allowed to seal ballots for anybody."))
    on_roll = await queries.is_on_roll(session, poll_id, actor.id)
    await _check_voter(session, actor, poll_id, full.facts, on_roll=on_roll, now=now)
    election = await load_election(session, poll_id)
    if named_options(paper):  # of a blank one there is nothing to check
        check_paper(full.poll, paper)
    places = paper.places if isinstance(paper, RankedPaper) else ()
    numbers = [option.id for option in contest_of(full.poll).options]
    return ToSeal(election, [places.index(number) + 1 if number in places else 0 for number in numbers])


async def seal_for_voter(ready: ToSeal, code: str) -> bytes:
    """Seal it. Ranks and code are in memory while that lasts, and nowhere else. Raises: SealRefused."""
    try:
        return await asyncio.to_thread(seal, ready.election, code, ready.ranks)
    except Refused as problem:
        raise SealRefused(problem.reason) from problem


async def cast_sealed(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    raw: bytes,
    ballot: CheckedBallot,
    *,
    now: datetime,
) -> SealedReceipt:
    """Put a ballot that `check_sealed` has checked on the board; the last one of a credential counts.

    Sending the same ballot again gives the same receipt. Locks: the poll, against closing. Raises:
    PollNotFound, PollNotOpen, Forbidden, PaperGiven, CredentialUnknown, CredentialTaken, OtherCredential,
    BallotCopied, CodeTaken. Emits: PollOpened when this is what opens it. Queues: a confirmation by e-mail,
    without the code.
    """
    mark = mark_of(poll_id, ballot.credential)
    known = await queries.get_cast_facts(
        session,
        poll_id,
        actor.id,
        mark=mark,
        tracker=ballot.tracker,
        credential_hash=credential_hash(ballot.credential),
        alpha_hash=credential_hash(ballot.ciphertext.alpha),
    )
    if not may_view(actor, known.facts) or known.facts.sealing is None:
        raise PollNotFound()
    if known.facts.paper is not None:
        await refuse_paper_voter(session, poll_id, actor.id)
    if known.is_on_board:
        if not known.holds_this:
            raise CredentialTaken()
        return _receipt(ballot, has_replaced=False, is_repeat=True)
    _check_cast(actor, known, now=now)
    rows = _voter_rows(poll_id, actor.id, mark, known)
    rows += ballot_rows(poll_id, raw, ballot, head=known.head, position=known.position, on=local_date(now))
    mail = mail_row(actor, known.poll, known.closes_at, has_replaced=known.has_voted, now=now)
    await insert_together(session, [*rows, (OutboxMessage, mail)])
    if known.facts.state is PollState.ANNOUNCED:
        await mark_open(session, await queries.get_poll(session, poll_id, lock=True), now=now)
    return _receipt(ballot, has_replaced=known.has_voted, is_repeat=False)


def _check_cast(actor: Actor, known: CastFacts, *, now: datetime) -> None:
    """What the time, the roll, the board and the code itself allow."""
    if not (verdict := takes_ballots(known.facts, now)):
        raise PollNotOpen(verdict.reason)
    require(is_eligible(actor, on_roll=known.is_on_roll, frozen=True))
    if not known.is_credential:
        raise CredentialUnknown()
    if known.has_copy:
        raise BallotCopied()
    if known.has_code:
        raise CodeTaken()
    if known.holds_other and not known.holds_this:
        raise OtherCredential()
    if known.is_held and not known.holds_this:
        raise CredentialTaken()


def _voter_rows(poll_id: uuid.UUID, account_id: uuid.UUID, mark: str, known: CastFacts) -> list[NewRow]:
    """That somebody voted, and with which credential: two rows that nothing but the person joins."""
    person = {"poll_id": poll_id, "account_id": account_id}
    rows: list[NewRow] = []
    if not known.holds_this:
        rows.append((CredentialHolder, person | {"mark": mark}))
    if not known.has_voted:
        rows.append((Participation, person))
    return rows


def mark_of(poll_id: uuid.UUID, credential: str) -> str:
    """What a holder's row says of the credential: nothing to whoever lacks the installation's key."""
    return crypto.keyed_hash(get_settings().secret_key, MARK_PURPOSE, f"{poll_id}|{credential}")


def _receipt(ballot: CheckedBallot, *, has_replaced: bool, is_repeat: bool) -> SealedReceipt:
    return SealedReceipt(
        code=code_of_tracker(ballot.tracker),
        tracker=ballot.tracker,
        has_replaced=has_replaced,
        is_repeat=is_repeat,
    )
