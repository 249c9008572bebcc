"""What the author of an idea that nobody has claimed sends on paper, by telephone, by e-mail or says at the
desk: staff enter it, so that who has no internet has every right of an author. And when these people are
forgotten.
"""

import uuid
from datetime import date, datetime, time

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import BUCHAREST, local_date
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import Verdict, require
from app.kit.storage import Storage
from proposals import queries
from proposals.errors import EnteredAlready
from proposals.models import Idea, Paper
from proposals.policy import may_answer, may_contest, may_withdraw
from proposals.policy.authors import may_enter_paper
from proposals.service.attachments import StoredDocument
from proposals.service.contest import contest_until, take_contestation
from proposals.service.review import take_answer
from proposals.service.submit import take_back
from proposals.service.tellings import end_tellings
from proposals.service.timeline import mail_author
from proposals.service.verdicts import Case, lock_case
from proposals.states import ENTER_DAYS, Channel, IdeaState, PaperKind, TellingEnd


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What an author sent without the web. `text`: in their words; `scan`: the paper."""

    kind: PaperKind
    channel: Channel
    received_on: date
    text: str
    scan: StoredDocument | None = None


async def enter_paper(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, sent: Sent, *, form_id: uuid.UUID, now: datetime
) -> Paper:
    """Enter an answer, a contestation or a withdrawal for the author; what counts is the day it came.

    Locks: the days off (shared), cycle, idea, the register's head. Queues: messages as if the author had done
    it, and one that says who entered it. Raises: Forbidden; FormErrors; EnteredAlready at a second click.
    """
    days_off = await list_days_off(session, hold=True)
    case = await lock_case(session, idea_id)
    if await queries.find_paper_of_form(session, form_id) is not None:
        raise EnteredAlready()
    judges = await queries.list_judges(session, idea_id)
    require(may_enter_paper(actor, case.idea, has_judged=actor.id in judges))
    _check(case.idea, sent, now=now)
    require(await ask_paper(session, case, sent.kind, sent.received_on, days_off))
    paper = Paper(
        id=new_id(),
        idea_id=idea_id,
        form_id=form_id,
        kind=sent.kind.value,
        channel=sent.channel.value,
        received_on=sent.received_on,
        entered_at=now,
        entered_by_id=actor.id,
        entered_by_name=actor.name,
        key=sent.scan.key if sent.scan else "",
        media_type=sent.scan.media_type if sent.scan else "",
        size=sent.scan.size if sent.scan else 0,
    )
    session.add(paper)
    await session.flush()
    await mail_author(session, case.idea, "paper_entered", day=sent.received_on, who=actor.name, now=now)
    await _take(session, case, sent, days_off, entered_by=actor.name, now=now)
    return paper


def _check(idea: Idea, sent: Sent, *, now: datetime) -> None:
    """Raises: FormErrors."""
    today = local_date(now)
    if sent.received_on > today:
        raise FormErrors({"received_on": Invalid(N_("This day is still to come."))})
    if (today - sent.received_on).days > ENTER_DAYS:
        late = Invalid(N_("What was sent has to be entered within %(days)s days."), days=ENTER_DAYS)
        raise FormErrors({"received_on": late})
    if idea.submitted_at is not None and sent.received_on < local_date(idea.submitted_at):
        raise FormErrors({"received_on": Invalid(N_("The idea itself came later than that."))})
    if sent.scan is None and (sent.channel is Channel.PAPER or sent.kind is PaperKind.WITHDRAWAL):
        raise FormErrors({"scan": Invalid(N_("Attach the paper: a scan or a photo of it."))})
    if len(sent.text) < 20 and sent.kind is PaperKind.CONTESTATION:
        raise FormErrors({"text": Invalid(N_("Say what is wrong with the decision"))})
    if not sent.text and sent.kind is PaperKind.ANSWER:
        raise FormErrors({"text": Invalid(N_("Write what the author answers"))})


async def ask_paper(
    session: AsyncSession, case: Case, kind: PaperKind, day: date, days_off: frozenset[date]
) -> Verdict:
    """Whether an author can do this with their idea by something that came on a day."""
    idea = case.idea
    if kind is PaperKind.WITHDRAWAL:
        return may_withdraw(None, idea, stands_in=True)
    if kind is PaperKind.ANSWER:
        came_in_time = await _came_in_time(session, idea, day)
        return came_in_time or may_answer(None, idea, stands_in=True)
    verdict = case.standing
    return may_contest(
        None,
        idea,
        until=contest_until(verdict, days_off=days_off),
        today=day,
        is_final=verdict is not None and await queries.is_final(session, verdict.id),
        at_vote=case.project is not None and await queries.is_frozen(session, idea.cycle_id),
        stands_in=True,
    )


async def _came_in_time(session: AsyncSession, idea: Idea, day: date) -> Verdict:
    """An answer that came within its term, while the term ended before somebody could enter it."""
    pauses = await queries.list_pauses(session, idea.id)
    last = pauses[-1] if pauses and idea.state == IdeaState.IN_REVIEW else None
    lapsed = (
        last is not None
        and last.answer_due_on is not None
        and last.resumed_at is not None
        and local_date(last.resumed_at) > last.answer_due_on >= day >= local_date(last.paused_at)
    )
    return Verdict(lapsed)


async def _take(
    session: AsyncSession,
    case: Case,
    sent: Sent,
    days_off: frozenset[date],
    *,
    entered_by: str,
    now: datetime,
) -> None:
    facts: dict[str, object] = {
        "channel": sent.channel.value,
        "received_on": sent.received_on.isoformat(),
        "entered_by": entered_by,
    }
    begins = datetime.combine(sent.received_on, time(), tzinfo=BUCHAREST).astimezone(now.tzinfo)
    came_at = now if sent.received_on == local_date(now) else begins
    if sent.kind is PaperKind.WITHDRAWAL:
        await take_back(session, case.idea, facts=facts, now=now)
    elif sent.kind is PaperKind.ANSWER:
        await take_answer(session, case.idea, days_off, sent.text, came_at=came_at, facts=facts, now=now)
    elif case.standing is not None:
        await take_contestation(
            session, case, case.standing, days_off, sent.text, came_at=came_at, how=facts, now=now
        )


# ── being forgotten ───────────────────────────────────────────────────────────
async def forget_sender(
    session: AsyncSession, storage: Storage, idea_id: uuid.UUID, *, now: datetime
) -> bool:
    """Erase who sent an idea that nobody has claimed, and every scan of theirs, when nothing has happened to
    it for the time that its cycle's rules give; returns whether it was time. Safe to run twice: a scan goes
    before what says where it is.

    Locks: the idea, its intake.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    if idea_id not in await queries.list_to_forget(session, today=local_date(now), idea_id=idea_id):
        return False
    intake = await queries.get_intake(session, idea.id, lock=True)
    for paper in await queries.list_papers(session, idea.id):
        if paper.key and not await queries.is_kept_elsewhere(session, paper):
            await storage.drop(paper.key)
        paper.key, paper.media_type, paper.size = "", "", 0
        paper.erased_at = paper.erased_at or now
    if intake.claimed_at is None:
        intake.name = intake.email = intake.phone = intake.address = ""
    intake.erased_at = now
    await end_tellings(session, idea.id, None, TellingEnd.FORGOTTEN, now=now)
    await session.flush()
    return True
