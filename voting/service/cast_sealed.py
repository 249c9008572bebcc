"""Casting a sealed ballot: one transaction. The server learns that somebody voted, with which credential and
which sealed ballot; never what is in it.
"""

import asyncio
import uuid
from datetime import datetime

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import crypto
from app.kit.clock import local_date
from app.kit.policy import require
from app.settings import get_settings
from voting import queries
from voting.errors import (
    BallotCopied,
    CredentialTaken,
    CredentialUnknown,
    OtherCredential,
    PollNotFound,
    PollNotOpen,
    SealRefused,
)
from voting.models import CredentialHolder
from voting.policy import is_eligible, may_view, takes_ballots
from voting.queries import PollInFull
from voting.sealing.ballot import LONGEST_BALLOT, CheckedBallot, check_ballot
from voting.sealing.box import code_of_tracker
from voting.sealing.election import read_election
from voting.sealing.refused import Refused
from voting.service.board import add_ballot, credential_hash
from voting.service.cast import note_participation, promise_mail, refuse_paper_voter
from voting.service.turns import mark_open

MARK_PURPOSE = "credential-holder"


class SealedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the voter keeps: the check code for people, the whole tracker for programs.

    `is_repeat`: this very ballot was on the board already (a second click, a lost answer).
    """

    full: PollInFull
    code: str
    tracker: str
    has_replaced: bool
    is_repeat: bool


async def check_sealed(session: AsyncSession, poll_id: uuid.UUID, raw: bytes) -> CheckedBallot:
    """Check everything that a ballot can be checked for by itself, before anybody waits for a lock.

    `session` may be a reader. Raises: PollNotFound, SealRefused.
    """
    election = await queries.get_election(session, poll_id)
    if election.parameters is None:
        raise PollNotOpen()
    if len(raw) > LONGEST_BALLOT:
        raise SealRefused("member_too_large")
    try:
        return await asyncio.to_thread(_check, election.parameters, raw)
    except Refused as problem:
        raise SealRefused(problem.reason) from problem


def _check(parameters: str, raw: bytes) -> CheckedBallot:
    return check_ballot(read_election(parameters.encode()), raw, None)


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
    BallotCopied. Emits: PollOpened when this is what opens it. Queues: a confirmation by e-mail, without the
    code.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    if not may_view(actor, full.facts) or full.facts.sealing is None:
        raise PollNotFound()
    if full.facts.paper is not None:
        await refuse_paper_voter(session, poll_id, actor.id)
    mark = mark_of(poll_id, ballot.credential)
    marks = await queries.list_marks(session, poll_id, actor.id)
    if await queries.find_ballot(session, poll_id, ballot.tracker) is not None:
        if mark not in marks:
            raise CredentialTaken()
        return _receipt(full, ballot, has_replaced=False, is_repeat=True)
    on_roll = await queries.is_on_roll(session, poll_id, actor.id)
    if not (verdict := takes_ballots(full.facts, now)):
        raise PollNotOpen(verdict.reason)
    require(is_eligible(actor, on_roll=on_roll, frozen=True))
    if not await queries.is_credential(session, poll_id, credential_hash(ballot.credential)):
        raise CredentialUnknown()
    if await queries.has_copy(session, poll_id, credential_hash(ballot.ciphertext.alpha)):
        raise BallotCopied()
    if marks and mark not in marks:
        raise OtherCredential()
    if not marks:
        await _hold(session, poll_id, actor.id, mark)
    has_voted = await queries.has_voted(session, poll_id, actor.id)
    if not has_voted:
        await note_participation(session, poll_id, actor.id)
    await add_ballot(session, poll_id, raw, ballot, on=local_date(now))
    promise_mail(session, actor, full, has_replaced=has_voted, now=now)
    await mark_open(session, full, now=now)
    return _receipt(full, ballot, has_replaced=has_voted, is_repeat=False)


def mark_of(poll_id: uuid.UUID, credential: str) -> str:
    """What a holder's row says of the credential: nothing to whoever lacks the installation's key."""
    return crypto.keyed_hash(get_settings().secret_key, MARK_PURPOSE, f"{poll_id}|{credential}")


def _receipt(
    full: PollInFull, ballot: CheckedBallot, *, has_replaced: bool, is_repeat: bool
) -> SealedReceipt:
    return SealedReceipt(
        full=full,
        code=code_of_tracker(ballot.tracker),
        tracker=ballot.tracker,
        has_replaced=has_replaced,
        is_repeat=is_repeat,
    )


async def _hold(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID, mark: str) -> None:
    try:
        async with session.begin_nested():
            session.add(CredentialHolder(poll_id=poll_id, account_id=account_id, mark=mark))
            await session.flush()
    except IntegrityError as clash:
        raise CredentialTaken() from clash
