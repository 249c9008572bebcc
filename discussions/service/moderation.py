"""Reporting a comment, deciding on it with public reasons, appealing once, deciding the appeal."""

import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_contacts, list_same_person
from app.kit import register
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.mail import send_mail
from app.kit.policy import require
from discussions import queries
from discussions.errors import AlreadyAppealed, AlreadyReported, NothingToDecide
from discussions.models import Comment, CommentAppeal, CommentDecision, CommentReport
from discussions.policy import may_appeal, may_decide_appeal, may_moderate, may_report
from discussions.service.comments import lock_comment
from discussions.states import CommentState, Decision, Ground
from search.service import forget

MIN_REASON = 20  # characters: less explains nothing


async def report_comment(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, ground: Ground, text: str, *, now: datetime
) -> None:
    """Tell the moderators of a comment, once. Locks: the thread. Raises: Forbidden, AlreadyReported."""
    comment, _ = await lock_comment(session, comment_id)
    require(may_report(actor, comment))
    if await queries.find_report(session, comment_id, actor.id) is not None:
        raise AlreadyReported()
    session.add(
        CommentReport(
            comment_id=comment_id, account_id=actor.id, ground=ground.value, text=text.strip(), at=now
        )
    )
    await session.flush()


async def hide_comment(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, ground: Ground, reason: str, *, now: datetime
) -> CommentDecision:
    """Put the reason in the place of the words, which are kept for an appeal.

    Locks: the thread, the register's head. Raises: Forbidden, NothingToDecide, FormErrors without a reason.
    Queues: mail to the author.
    """
    comment, thread = await lock_comment(session, comment_id)
    if comment.state == CommentState.HIDDEN:
        raise NothingToDecide()
    require(may_moderate(actor, comment, await list_same_person(session, actor.id)))
    _check_reason(reason)
    comment.move_to(CommentState.HIDDEN)
    thread.comment_count -= 1
    decision = await _decide(session, actor, comment, Decision.HIDDEN, ground.value, reason, now=now)
    await forget(session, "comment", str(comment.id))
    await _mail_author(session, comment, decision)
    await _record(session, "comment.hidden", comment, {"ground": ground.value}, now=now)
    return decision


async def keep_comment(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, reason: str, *, now: datetime
) -> CommentDecision:
    """Leave a reported comment as it is: its reports are closed.

    Locks: the thread. Raises: Forbidden, NothingToDecide when nobody reports it any more.
    """
    comment, _ = await lock_comment(session, comment_id)
    if not await queries.list_open_reports(session, comment_id):
        raise NothingToDecide()
    require(may_moderate(actor, comment, await list_same_person(session, actor.id)))
    return await _decide(session, actor, comment, Decision.KEPT, "", reason, now=now)


async def _decide(
    session: AsyncSession,
    actor: Actor,
    comment: Comment,
    decision: Decision,
    ground: str,
    reason: str,
    *,
    now: datetime,
) -> CommentDecision:
    """Write a decision down and close what waited for it. The caller holds the thread's lock."""
    open_ones = await queries.list_open_reports(session, comment.id)
    row = CommentDecision(
        comment_id=comment.id,
        position=len(await queries.list_decisions(session, comment.id)) + 1,
        decision=decision.value,
        ground=ground,
        reason=reason.strip(),
        report_count=len(open_ones),
        by_id=actor.id,
        at=now,
    )
    session.add(row)
    await session.execute(
        update(CommentReport)
        .where(CommentReport.comment_id == comment.id, CommentReport.closed_at.is_(None))
        .values(closed_at=now)
    )
    await session.flush()
    return row


def _check_reason(reason: str) -> None:
    """Raises: FormErrors."""
    if len(reason.strip()) < MIN_REASON:
        raise FormErrors(
            {"reason": Invalid(N_("Say in at least %(limit)s characters why."), limit=MIN_REASON)}
        )


# ── appeals ───────────────────────────────────────────────────────────────────
async def appeal(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, text: str, *, now: datetime
) -> CommentAppeal:
    """Ask another moderator to look again: once. Locks: the thread. Raises: Forbidden, AlreadyAppealed,
    FormErrors without reasons.
    """
    comment, _ = await lock_comment(session, comment_id)
    require(may_appeal(actor, comment))
    hiding = (await queries.last_hidings(session, [comment.id]))[comment.id]
    if await queries.find_appeal(session, hiding.id) is not None:
        raise AlreadyAppealed()
    if len(text.strip()) < MIN_REASON:
        wrong = Invalid(N_("Say in at least %(limit)s characters why."), limit=MIN_REASON)
        raise FormErrors({"appeal": wrong})
    row = CommentAppeal(decision_id=hiding.id, comment_id=comment.id, text=text.strip(), at=now)
    session.add(row)
    await session.flush()
    return row


async def decide_appeal(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, *, restore: bool, reason: str, now: datetime
) -> CommentDecision:
    """Show the words again, or leave them hidden; with reasons.

    Locks: the thread, the register's head. Raises: Forbidden also for who hid it, NothingToDecide, FormErrors
    without a reason. Queues: mail to the author.
    """
    comment, thread = await lock_comment(session, comment_id)
    hiding = (await queries.last_hidings(session, [comment.id])).get(comment.id)
    waiting = await queries.find_appeal(session, hiding.id) if hiding else None
    if hiding is None or waiting is None or waiting.decided_at is not None:
        raise NothingToDecide()
    accounts = await list_same_person(session, actor.id)
    require(may_decide_appeal(actor, comment, hidden_by=hiding.by_id, accounts=accounts))
    _check_reason(reason)
    waiting.decided_at = now
    outcome = Decision.RESTORED if restore else Decision.UPHELD
    if restore:
        comment.move_to(CommentState.VISIBLE)
        thread.comment_count += 1
    decision = await _decide(
        session, actor, comment, outcome, "" if restore else hiding.ground, reason, now=now
    )
    await _mail_author(session, comment, decision)
    kind = "comment.restored" if restore else "comment.appeal_refused"
    await _record(session, kind, comment, {"ground": hiding.ground}, now=now)
    return decision


async def _mail_author(session: AsyncSession, comment: Comment, decision: CommentDecision) -> None:
    """Tell the author what was decided and why, in their language; nobody when the account is closed."""
    for contact in await list_contacts(session, [comment.author_id]):
        send_mail(
            session,
            to=contact.email,
            template="discussions/mail/decided.txt",
            locale=contact.locale,
            decision=decision.decision,
            reason=decision.reason,
            comment_path=f"/comments/{comment.id}",
        )


async def _record(
    session: AsyncSession, kind: str, comment: Comment, facts: dict[str, object], *, now: datetime
) -> None:
    """A fact of the public register: on what ground, not whose words. Locks: the register's head; so last."""
    await register.record(session, kind, f"comment:{comment.id}", {"on": comment.subject, **facts}, now=now)
