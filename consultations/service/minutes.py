"""The minutes of a consultation: drafted, published within their term, corrected with a reason.

Everything holds the consultation's row. What was published is in the public register by its SHA-256, and
everybody concerned is told in the same transaction, once.
"""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_contacts, list_holders
from accounts.states import Role
from app.kit import register
from app.kit.clock import local_date
from app.kit.crypto import digest
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.deadlines import working_days_left
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_, show_date
from app.kit.mail import send_mail
from app.kit.policy import require
from consultations import queries
from consultations.errors import ChangedMeanwhile
from consultations.models import Consultation, Minutes, MinutesDraft, MinutesReminder
from consultations.policy import may_publish_minutes, may_write_minutes
from consultations.queries import minutes as stored
from consultations.rules.minutes import MinutesText, due, find_lacks
from consultations.service.telling import list_reachable, path_of
from consultations.states import Coming, State
from notices.service import Announcement
from notices.service.announcing import announce_once, local_path

REMIND_DAYS = 2  # working days before the end of the term
PUBLISHED = N_("Its minutes are published.")
CORRECTED = N_("Its minutes were corrected. Reason: %(reason)s")


async def save_minutes(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    text: MinutesText,
    *,
    seen: int,
    now: datetime,
) -> MinutesDraft:
    """Keep what is written so far, whatever is missing. `seen`: the revision that the form showed.

    Locks: the consultation. Raises: Forbidden, ChangedMeanwhile when a colleague has saved something else.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_write_minutes(actor, row, now=now))
    draft, content = await stored.find_draft(session, row.id), stored.write_minutes(text)
    if draft is not None and draft.content == content:
        return draft  # a second click
    if seen != (draft.revision if draft else 0):
        raise ChangedMeanwhile()
    if draft is None:
        draft = MinutesDraft(consultation_id=row.id, revision=0)
        session.add(draft)
    draft.content, draft.revision = content, draft.revision + 1
    draft.saved_at, draft.saved_by = now, actor.name
    await session.flush()
    return draft


async def publish_minutes(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    *,
    seen: int,
    reason: str = "",
    now: datetime,
) -> Minutes:
    """Publish what was saved: the minutes, or a whole new version of them with the reason of the correction.

    Locks: the consultation, the register's head. Raises: Forbidden, ChangedMeanwhile, FormErrors for what is
    missing. Queues: notices to who came and who follows, mail to who gave only an address.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_publish_minutes(actor, row, now=now))
    draft, earlier = await stored.find_draft(session, row.id), await stored.list_minutes(session, row.id)
    if draft is not None and earlier and earlier[-1].content == draft.content:
        return earlier[-1]  # a second click
    if draft is None or draft.revision != seen:
        raise ChangedMeanwhile()
    _check(stored.read_minutes(draft.content), reason, is_correction=bool(earlier))
    days_off = await list_days_off(session)
    term = due(local_date(row.ends_at), today=local_date(now), days_off=days_off)
    version = Minutes(
        id=new_id(),
        consultation_id=row.id,
        position=len(earlier) + 1,
        content=draft.content,
        sha256=digest(draft.content),
        reason=reason if earlier else "",
        due_on=term.due_on,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    session.add(version)
    await session.flush()
    await _tell(session, row, version, now=now)
    await _record(session, row, version, now=now)
    return version


def _check(text: MinutesText, reason: str, *, is_correction: bool) -> None:
    """Raises: FormErrors."""
    lacks = find_lacks(text)
    if is_correction and len(reason) < 10:
        lacks["reason"] = Invalid(N_("Say why the minutes are corrected, in a sentence. It is public."))
    if lacks:
        raise FormErrors(lacks)


async def _record(session: AsyncSession, row: Consultation, version: Minutes, *, now: datetime) -> None:
    facts: dict[str, object] = {
        "number": row.number,
        "version": version.position,
        "sha256": version.sha256,
        "due_on": version.due_on.isoformat(),
        "reason": version.reason,
        "by": version.by_name,
    }
    kind = "consultation.minutes" if version.position == 1 else "consultation.minutes-corrected"
    await register.record(session, kind, f"consultation:{row.id}", facts, now=now)


async def _tell(session: AsyncSession, row: Consultation, version: Minutes, *, now: datetime) -> None:
    """Who had a place and who follows, by notices; who called and left an address, by mail."""
    registered = await queries.list_expected(session, row.id)
    came = [one for one in registered if one.state == Coming.CONFIRMED]
    what = Announcement(
        topic=f"consultation:{row.id}",
        title=f"{row.number}, {row.title}",
        path=f"{path_of(row)}/minutes",
        words=PUBLISHED if version.position == 1 else CORRECTED,
        facts={"reason": version.reason},
        named=[one.account_id for one in came if one.account_id],
    )
    await announce_once(session, f"minutes:{row.id}:{version.position}", what, now=now)
    for contact, one in await list_reachable(session, [one for one in came if one.account_id is None]):
        send_mail(
            session,
            to=contact.email,
            template="consultations/mail/minutes.txt",
            locale=contact.locale,
            name=contact.name,
            number=row.number,
            title=row.title,
            reason=version.reason,
            path=local_path(f"{path_of(row)}/minutes", contact.locale),
            ticket_path=local_path(f"/consultations/tickets/{one.code}", contact.locale),
        )


# ── reminders ─────────────────────────────────────────────────────────────────
async def remind_of_minutes(session: AsyncSession, consultation_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell organizers of minutes that are due soon, or late; each once. Returns whether somebody was told.

    Locks: the consultation. Queues: mail.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    if row.state != State.HELD or await stored.list_minutes(session, row.id):
        return False
    today, days_off = local_date(now), await list_days_off(session)
    due_on = due(local_date(row.ends_at), today=today, days_off=days_off).due_on
    kind = "after" if due_on < today else "before"
    if working_days_left(today, due_on, days_off=days_off) > REMIND_DAYS:
        return False
    if await stored.is_reminded(session, row.id, kind):
        return False
    for contact in await list_contacts(session, await _list_to_remind(session, row, kind)):
        send_mail(
            session,
            to=contact.email,
            template="consultations/mail/minutes_due.txt",
            locale=contact.locale,
            name=contact.name,
            number=row.number,
            title=row.title,
            is_late=kind == "after",
            due_on=show_date(due_on, contact.locale),
            path=local_path(f"{path_of(row)}/minutes/edit", contact.locale),
        )
    session.add(MinutesReminder(id=new_id(), consultation_id=row.id, kind=kind, due_on=due_on, at=now))
    await session.flush()
    return True


async def _list_to_remind(session: AsyncSession, row: Consultation, kind: str) -> list[uuid.UUID]:
    """Who said that it was held; once it is late, or when they organize no more, every organizer."""
    organizers = await list_holders(session, Role.ORGANIZER)
    reporter = await stored.find_reporter(session, row.id)
    if kind == "before" and reporter is not None and reporter in organizers:
        return [reporter]
    return organizers
