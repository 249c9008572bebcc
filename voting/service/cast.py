"""Casting and replacing a ballot: one transaction, one person, one counting ballot."""

import secrets
import uuid
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.i18n import N_, Locale, show_datetime
from app.kit.mail import fixed_at
from app.kit.outbox import OutboxMessage, message_row
from app.kit.policy import require
from voting import queries
from voting.errors import (
    AlreadyVoted,
    BallotRefused,
    KeyUsed,
    PaperGiven,
    PollNotFound,
    PollNotOpen,
    StaleReceipt,
    WrongKey,
)
from voting.models import Participation, Poll
from voting.policy import is_eligible, may_replace, may_view, takes_ballots
from voting.queries import NamedPoll, PollInFull
from voting.rules import InvalidPaper, get_rule
from voting.rules.papers import Contest, Paper, encode_paper, named_options
from voting.sealing import box
from voting.service.box import put_in_box
from voting.service.turns import mark_open

# The confirmation leaves at a random moment within this time: sent at once, the order of the messages would
# be the order of the box.
MAIL_SPREAD_SECONDS = 30 * 60

REFUSALS = {
    "too_many": N_("The ballot names more than allowed: at most %(allowed)s."),
    "too_few": N_("The ballot names too few: at least %(needed)s."),
    "duplicate_option": N_("The ballot names %(option)s twice."),
    "unknown_option": N_("%(option)s is not on this ballot."),
    "points_out_of_range": N_("%(option)s got points that this ballot does not allow: %(points)s."),
    "sum_out_of_range": N_("You have given %(sum)s points; there are %(allowed)s to divide."),
}


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the voter keeps of which poll. `code` is public, `secret` is the replacement key, stored nowhere.

    `is_repeat`: this very ballot was in the box already (a second click, a lost answer).
    """

    full: PollInFull
    code: str
    secret: str
    has_replaced: bool
    is_repeat: bool


def contest_of(poll: Poll) -> Contest:
    """The frozen contest of a poll."""
    return msgspec.json.decode(poll.contest, type=Contest)


async def cast_ballot(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    paper: Paper,
    *,
    secret: str,
    replacement_key: str = "",
    now: datetime,
) -> Receipt:
    """Put this person's ballot into the box and give the receipt for `secret`, which their page was shown.

    Sending the same secret again gives the same receipt. With `replacement_key`, the secret of an earlier
    receipt, the new ballot stands for the earlier one.
    Locks: the poll, against closing. Raises: PollNotFound when they may not know of it, PollNotOpen,
    Forbidden, AlreadyVoted, PaperGiven, BallotRefused, StaleReceipt, WrongKey, KeyUsed. Emits: PollOpened
    when this is what opens it. Queues: a confirmation by e-mail, without the code.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    if not may_view(actor, full.facts) or full.facts.sealing is not None:
        raise PollNotFound()
    code = _code_of(secret, poll_id)
    has_voted = await queries.has_voted(session, poll_id, actor.id)
    if has_voted and full.facts.paper is not None:
        await refuse_paper_voter(session, poll_id, actor.id)
    if entry := await queries.find_entry(session, poll_id, code):
        if not has_voted:
            raise StaleReceipt()
        return _receipt(full, secret, has_replaced=entry.replaces_code is not None, is_repeat=True)
    _check_person(actor, full, has_voted=has_voted, replacement_key=replacement_key, now=now)
    check_ballot(full.poll, paper)
    replaces = await _replaced_code(session, poll_id, replacement_key) if replacement_key else None
    if not has_voted:
        await note_participation(session, poll_id, actor.id)
    await put_in_box(
        session, full.poll, encode_paper(paper), code=code, replaces=replaces, on=local_date(now)
    )
    promise_mail(session, actor, full, has_replaced=replaces is not None, now=now)
    await mark_open(session, full, now=now)
    return _receipt(full, secret, has_replaced=replaces is not None, is_repeat=False)


def _receipt(full: PollInFull, secret: str, *, has_replaced: bool, is_repeat: bool) -> Receipt:
    return Receipt(
        full=full,
        code=box.code_of(secret, str(full.poll.id)),
        secret=box.normalise_secret(secret),
        has_replaced=has_replaced,
        is_repeat=is_repeat,
    )


def _code_of(secret: str, poll_id: uuid.UUID) -> str:
    try:
        return box.code_of(secret, str(poll_id))
    except box.InvalidCode as problem:
        raise StaleReceipt() from problem


def _check_person(
    actor: Actor, full: PollInFull, *, has_voted: bool, replacement_key: str, now: datetime
) -> None:
    """The policy, with a refusal of its own for what the state forbids."""
    if not (verdict := takes_ballots(full.facts, now)):
        raise PollNotOpen(verdict.reason)
    require(is_eligible(actor, on_roll=actor.is_verified))
    if has_voted and not replacement_key:
        raise AlreadyVoted()
    if replacement_key:
        require(may_replace(actor, full.facts, on_roll=actor.is_verified, has_voted=has_voted, now=now))


def check_ballot(poll: Poll, paper: Paper) -> None:
    """The limits of the contest; here a ballot also names at least one option. Raises: BallotRefused."""
    if not named_options(paper):
        raise BallotRefused(N_("Choose at least one."))
    contest = contest_of(poll)
    try:
        get_rule(poll.rule).check(contest, paper)
    except InvalidPaper as refusal:
        facts = dict(refusal.facts)
        if refusal.reason == "sum_out_of_range":
            facts["allowed"] = contest.max_sum_points or 0
        raise BallotRefused(REFUSALS.get(refusal.reason), **facts) from refusal


async def _replaced_code(session: AsyncSession, poll_id: uuid.UUID, replacement_key: str) -> str:
    """The code of the entry that this key may replace. Raises: WrongKey, KeyUsed."""
    try:
        code = box.code_of(replacement_key, str(poll_id))
    except box.InvalidCode as problem:
        raise WrongKey() from problem
    if await queries.find_entry(session, poll_id, code) is None:
        raise WrongKey()
    if await queries.is_replaced(session, poll_id, code):
        raise KeyUsed()
    return code


async def refuse_paper_voter(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Raises: PaperGiven for somebody whose vote is on paper. The caller holds the poll's lock."""
    mark = await queries.find_paper(session, poll_id, account_id)
    if mark is not None:
        place = await queries.get_place(session, poll_id, mark.place)
        raise PaperGiven(number=place.number, name=place.name)


async def note_participation(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Write down that somebody voted, and nothing else. Raises: AlreadyVoted."""
    try:
        async with session.begin_nested():
            session.add(Participation(poll_id=poll_id, account_id=account_id))
            await session.flush()
    except IntegrityError as clash:
        raise AlreadyVoted() from clash


def promise_mail(
    session: AsyncSession, actor: Actor, full: PollInFull, *, has_replaced: bool, now: datetime
) -> None:
    """Promise the confirmation by e-mail."""
    row = mail_row(actor, full.poll, full.stage.closes_at, has_replaced=has_replaced, now=now)
    session.add(OutboxMessage(**row))


def mail_row(
    actor: Actor, poll: Poll | NamedPoll, closes_at: datetime, *, has_replaced: bool, now: datetime
) -> dict[str, object]:
    """That promise as a row of the outbox: at a random moment within MAIL_SPREAD_SECONDS."""
    locale: Locale = "en" if actor.locale == "en" else "ro"
    due_at = now + timedelta(seconds=secrets.randbelow(MAIL_SPREAD_SECONDS))
    key, date = fixed_at(due_at)  # not when the ballot was cast
    return message_row(
        "app.kit.mail.deliver_mail",
        queue="low",
        due_at=due_at,
        to=actor.email,
        template="voting/mail/recorded.txt",
        locale=locale,
        facts={
            "poll_id": str(poll.id),
            "title": poll.title if locale == "ro" else poll.title_en,
            "closes": show_datetime(closes_at, locale),
            "has_replaced": has_replaced,
        },
        key=key,
        date=date,
    )
