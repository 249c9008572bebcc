"""What every use case of an idea does at its end: the public timeline, the register, and mail; or, for an
author who left no address, a telling: staff post a letter, call, or say it at the desk.
"""

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
from proposals.models import Idea, IdeaEvent, Telling
from proposals.service.telling import announce_step
from proposals.states import EventKind

TELLINGS = frozenset(
    {
        "question",
        "unanswered",
        "accepted",
        "changed",
        "rejected",
        "merged",
        "forwarded",
        "contested",
        "upheld",
        "paper_entered",
        "outcome",
    }
)
"""Messages that an author without an address is told otherwise; the others say what they have just done."""

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


async def mail_author(
    session: AsyncSession, idea: Idea, template: str, *, now: datetime, **facts: object
) -> None:
    """Promise a message to the author and the co-authors, in their languages; nothing when the account is
    closed. Who has not claimed their idea yet gets it at the address that they left. Whoever of them has no
    address is to be told otherwise.
    """
    if idea.author_id is None:
        intake = await queries.get_intake(session, idea.id)
        unclaimed = Contact(idea.id, intake.name, intake.email, "en" if idea.lang == "en" else "ro")
        if intake.erased_at is None:
            _reach(session, unclaimed, None, idea, template, facts, now=now)
    for contact in await list_contacts(session, sorted(idea.author_ids)):
        _reach(session, contact, contact.id, idea, template, facts, now=now)


def _reach(
    session: AsyncSession,
    contact: Contact,
    account_id: uuid.UUID | None,
    idea: Idea,
    template: str,
    facts: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    """By mail where there is an address, otherwise by somebody at the desk."""
    if contact.email:
        _mail(session, contact, idea, template, facts)
    elif template in TELLINGS:
        said = {key: _say(value, contact.locale) for key, value in facts.items()}
        session.add(
            Telling(
                id=new_id(),
                idea_id=idea.id,
                account_id=account_id,
                kind=template,
                locale=contact.locale,
                facts=json.dumps(said, ensure_ascii=False, sort_keys=True),
                at=now,
                told_by_name="",
            )
        )


async def mail_official(
    session: AsyncSession, account_id: uuid.UUID, idea: Idea, template: str, **facts: object
) -> None:
    """Promise a message to a colleague of the department about an idea; it leads to the file."""
    for contact in await list_contacts(session, [account_id]):
        _mail(session, contact, idea, template, facts)


def _mail(
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
