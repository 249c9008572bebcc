"""Ideas that staff enter for people who came on paper, by e-mail, by telephone or to the desk, and how these
people claim them later.

The code of a letter exists on that letter alone: here stands a keyed hash, so a letter that was lost is
printed again with another code.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.queries import (
    find_account_by_desk_code,
    find_account_by_email,
    find_residence,
    list_same_person,
)
from accounts.service.identity import hash_code
from app.kit import crypto
from app.kit.access_log import log_access
from app.kit.clock import BUCHAREST, local_date
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.mail import send_mail
from app.kit.policy import require
from app.kit.text import public_name
from cycles.queries import find_collecting_cycle, find_stage
from cycles.states import StageKind, is_open
from proposals import queries
from proposals.errors import EnteredAlready, WrongClaim
from proposals.models import Idea, Intake
from proposals.policy.authors import may_claim, may_take_in
from proposals.service.authors import join_authors, make_author
from proposals.service.drafts import empty_draft, fold_idea
from proposals.service.enclosed import Enclosed, Sender, check_enclosed, enclose
from proposals.service.submit import find_missing, publish_submission, register_idea
from proposals.service.tellings import end_tellings
from proposals.service.timeline import mail_author, publish_fact, tell
from proposals.states import ENTER_DAYS, EventKind, TellingEnd

CODE = "idea-claim"
LOOKED_UP = N_("An official looked up your account, to enter an idea that you had brought.")


async def take_in(
    session: AsyncSession,
    actor: Actor,
    sender: Sender,
    fields: Mapping[str, object],
    *,
    enclosed: Enclosed | None = None,
    form_id: uuid.UUID,
    now: datetime,
) -> tuple[Idea, str]:
    """Register an idea for somebody; the legal clock begins on the day of its receipt. `fields`: as of a
    draft; `enclosed`: what came with it. Returns it with the code to claim it by, which is on the letter and
    in the message, kept nowhere; whose account is known needs none, and the idea is theirs at once.

    Locks: the days off (shared), the series of numbers, the register's head. Queues: a message where there is
    an address, invitations. Raises: Forbidden; FormErrors; EnteredAlready when this form was sent before.
    """
    require(may_take_in(actor))
    days_off = await list_days_off(session, hold=True)
    cycle_id, received_at = await _find_day(session, sender.received_on, now=now)
    shown = public_name(sender.name) if sender.is_named else ""
    idea = empty_draft(cycle_id, author_id=sender.account_id, author_name=shown, now=now)
    for name, value in fields.items():
        setattr(idea, name, value)
    idea.folded = fold_idea(idea)
    missing = find_missing(idea)
    if missing:
        raise FormErrors(missing)
    if enclosed is not None:
        check_enclosed(enclosed)
    code = await _open_intake(session, actor, idea, sender, form_id, now=now)
    if enclosed is not None:
        await enclose(session, actor, idea, enclosed, sender, form_id=form_id, now=now)
    facts = {"channel": sender.channel.value, "received_on": sender.received_on.isoformat()}
    facts |= {"entered_by": actor.name}
    due = await register_idea(session, idea, days_off, received_at=received_at, facts=facts, now=now)
    if sender.account_id is None:
        _mail_code(session, idea, sender.name, sender.email, code)
    else:
        terms = {"due_on": due.due_on, "term_days": due.term.days}
        await mail_author(session, idea, "submitted", **terms, now=now)
    await publish_submission(session, idea, facts, now=now)
    return idea, code


async def find_sender(
    session: AsyncSession, actor: Actor, who: Mapping[str, Any], *, now: datetime
) -> Sender:
    """Who brought an idea, from what was typed; of who has an account, from that. Raises: Forbidden,
    FormErrors.
    """
    facts = dict(who)
    typed = facts.pop("account", "")
    if typed:
        account = await _find_known(session, actor, typed, now=now)
        facts |= {"name": account.name, "account_id": account.id}
    return Sender(**facts)


async def _find_known(session: AsyncSession, actor: Actor, typed: str, *, now: datetime) -> Account:
    """The account of who brought an idea, by its e-mail address or by the code that its owner shows at the
    desk. That it was looked up is told to its owner. Raises: Forbidden; FormErrors when there is none whose
    residence is verified, or it is one's own.
    """
    require(may_take_in(actor))
    account = await find_account_by_email(session, typed) if "@" in typed else None
    account = account or await find_account_by_desk_code(session, typed)
    if account is None or await find_residence(session, account.id) is None:
        none = N_("No account with a verified residence has this address or code.")
        raise FormErrors({"account": Invalid(none)})
    if account.id in await list_same_person(session, actor.id):
        raise FormErrors({"account": Invalid(N_("This is your own account: send the idea from it."))})
    log_access(session, reader_id=actor.id, subject_id=account.id, what=LOOKED_UP, now=now)
    return account


async def _open_intake(
    session: AsyncSession, actor: Actor, idea: Idea, sender: Sender, form_id: uuid.UUID, *, now: datetime
) -> str:
    """Raises: EnteredAlready; the savepoint takes the second idea back."""
    code = crypto.new_code() if sender.account_id is None else ""
    intake = Intake(
        idea_id=idea.id,
        form_id=form_id,
        channel=sender.channel.value,
        received_on=sender.received_on,
        entered_at=now,
        entered_by_id=actor.id,
        entered_by_name=actor.name,
        name=sender.name if code else "",
        email=sender.email,
        phone=sender.phone,
        address=sender.address,
        code_hash=hash_code(CODE, code) if code else None,
        claimed_at=None if code else now,
        claimed_by_id=sender.account_id,
    )
    try:
        async with session.begin_nested():
            session.add(idea)
            await session.flush()
            session.add(intake)
            await session.flush()
    except IntegrityError:
        raise EnteredAlready() from None
    return code


async def _find_day(session: AsyncSession, day: date, *, now: datetime) -> tuple[uuid.UUID, datetime]:
    """The cycle that took ideas on a day, and the moment of that day at which this one counts as sent.

    Raises: FormErrors.
    """
    today = local_date(now)
    if day > today:
        raise FormErrors({"received_on": Invalid(N_("This day is still to come."))})
    if (today - day).days > ENTER_DAYS:
        late = Invalid(N_("An idea has to be entered within %(days)s days of its receipt."), days=ENTER_DAYS)
        raise FormErrors({"received_on": late})
    begins = datetime.combine(day, time(), tzinfo=BUCHAREST).astimezone(now.tzinfo)
    ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=BUCHAREST).astimezone(now.tzinfo)
    cycle = await find_collecting_cycle(session, begins)
    stage = await find_stage(session, cycle.id, StageKind.SUBMISSION) if cycle else None
    if cycle is None or stage is None or cycle.is_imported:
        raise FormErrors({"received_on": Invalid(N_("No cycle took ideas on this day."))})
    moment = max(begins, stage.opens_at)
    if moment >= ends or not is_open(stage.opens_at, stage.closes_at, moment):
        raise FormErrors({"received_on": Invalid(N_("No cycle took ideas on this day."))})
    if day == today and is_open(stage.opens_at, stage.closes_at, now):
        moment = now
    return cycle.id, moment


async def renew_code(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> tuple[Idea, str]:
    """A letter was lost: another code; the one before no longer works. Who prints it is written down and
    can claim the idea as little as who entered it.

    Locks: the idea, its intake. Queues: a message where there is an address. Raises: Forbidden,
    IntakeNotFound.
    """
    require(may_take_in(actor))
    idea = await queries.get_idea(session, idea_id, lock=True)
    intake = await queries.get_intake(session, idea_id, lock=True)
    if intake.claimed_at is not None:
        raise WrongClaim()
    code = crypto.new_code()
    intake.code_hash, intake.printed_by_id = hash_code(CODE, code), actor.id
    _mail_code(session, idea, intake.name, intake.email, code)
    await session.flush()
    return idea, code


def _mail_code(session: AsyncSession, idea: Idea, name: str, email: str, code: str) -> None:
    send_mail(
        session,
        to=email,
        template="proposals/mail/taken_in.txt",
        locale="en" if idea.lang == "en" else "ro",
        name=name,
        number=idea.number or "",
        title=idea.title,
        idea_path=f"/ideas/{idea.id}",
        code=code,
    )


async def claim_idea(session: AsyncSession, actor: Actor, *, number: str, code: str, now: datetime) -> Idea:
    """Become the author of an idea that staff have entered, by its number and the code of its letter. What
    was kept of the person is erased; who did not want their name shown stays unnamed.

    Locks: the idea, its intake, the register's head. Queues: a message to the address that was left. Raises:
    WrongClaim, Forbidden.
    """
    found = await queries.find_idea_by_number(session, number)
    if found is None:
        raise WrongClaim()
    idea, targets = await queries.lock_merged(session, found.id)
    intake = await queries.find_intake(session, idea.id, lock=True)
    if intake is None or not crypto.same(intake.code_hash or "", hash_code(CODE, code)):
        raise WrongClaim()
    accounts = set(await list_same_person(session, actor.id))
    knew_code = bool(accounts & {intake.entered_by_id, intake.printed_by_id})
    has_judged = bool(accounts & await queries.list_judges(session, idea.id))
    require(may_claim(actor, idea, knew_code=knew_code, has_judged=has_judged))
    await make_author(session, idea, actor.id, now=now)
    idea.author_name = public_name(actor.name) if idea.author_name else ""
    await join_authors(session, idea, targets, now=now)
    left = (intake.name, intake.email)
    intake.name = intake.email = intake.phone = intake.address = ""
    intake.code_hash, intake.claimed_at, intake.claimed_by_id = None, now, actor.id
    await end_tellings(session, idea.id, None, TellingEnd.CLAIMED, now=now)
    tell(session, idea, EventKind.CLAIMED, by_name=idea.author_name, now=now)
    _mail_claimed(session, idea, *left)
    await publish_fact(session, "idea.claimed", idea, {}, now=now)
    return idea


def _mail_claimed(session: AsyncSession, idea: Idea, name: str, email: str) -> None:
    send_mail(
        session,
        to=email,
        template="proposals/mail/claimed.txt",
        locale="en" if idea.lang == "en" else "ro",
        name=name,
        number=idea.number or "",
        title=idea.title,
        idea_path=f"/ideas/{idea.id}",
    )
