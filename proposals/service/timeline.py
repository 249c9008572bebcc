"""What every use case of an idea does at its end: the public timeline, the register, and mail."""

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import Contact, list_contacts
from app.kit import register
from app.kit.db import new_id
from app.kit.i18n import Locale, show_date
from app.kit.mail import send_mail
from proposals import queries
from proposals.models import Idea, IdeaEvent
from proposals.service.telling import announce_step
from proposals.states import EventKind

DEPARTMENT = ""  # by nobody in particular: the system, by its dates or by a count


def tell(
    session: AsyncSession,
    idea: Idea,
    kind: EventKind,
    *,
    by_name: str = DEPARTMENT,
    text: str = "",
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> IdeaEvent:
    """Add an entry to the timeline of an idea whose row is locked, and have those told who want to be."""
    idea.event_count += 1
    idea.updated_at = now
    event = IdeaEvent(
        id=new_id(),
        idea_id=idea.id,
        position=idea.event_count,
        at=now,
        kind=kind.value,
        by_name=by_name,
        text=text,
        facts=json.dumps(dict(facts or {}), ensure_ascii=False, sort_keys=True),
    )
    session.add(event)
    announce_step(session, idea, kind, facts or {}, now=now)
    return event


async def publish_fact(
    session: AsyncSession, kind: str, idea: Idea, facts: Mapping[str, object], *, now: datetime
) -> None:
    """Record a fact about an idea. Locks: the register's head; so last."""
    await session.flush()
    public = {"number": idea.number, "title": idea.title, **facts}
    await register.record(session, kind, f"idea:{idea.id}", public, now=now)


async def mail_author(session: AsyncSession, idea: Idea, template: str, **facts: object) -> None:
    """Promise a message to the author and the co-authors, in their languages; nothing when the account is
    closed. Who has not claimed their idea yet gets it at the address that they left, if they left one.
    """
    if idea.author_id is None:
        intake = await queries.get_intake(session, idea.id)
        unclaimed = Contact(idea.id, intake.name, intake.email, "en" if idea.lang == "en" else "ro")
        await _mail(session, unclaimed, idea, template, facts)
    for contact in await list_contacts(session, sorted(idea.author_ids)):
        await _mail(session, contact, idea, template, facts)


async def mail_official(
    session: AsyncSession, account_id: uuid.UUID, idea: Idea, template: str, **facts: object
) -> None:
    """Promise a message to a colleague of the department about an idea; it leads to the file."""
    for contact in await list_contacts(session, [account_id]):
        await _mail(session, contact, idea, template, facts)


async def _mail(
    session: AsyncSession, contact: Contact, idea: Idea, template: str, facts: Mapping[str, object]
) -> None:
    send_mail(
        session,
        to=contact.email,
        template=f"proposals/mail/{template}.txt",
        locale=contact.locale,
        name=contact.name,
        lang=contact.locale,
        number=idea.number or "",
        title=idea.title,
        idea_path=f"/ideas/{idea.id}",
        **{key: _say(value, contact.locale) for key, value in facts.items()},
    )


def _say(value: object, locale: Locale) -> object:
    """Dates in words, since what is promised to the outbox is JSON."""
    return show_date(value, locale) if isinstance(value, date) else value
