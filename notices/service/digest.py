"""The mail of the week: everything that waited, in one message for each person.

Rows are settled in the transaction that promises the mail, by one statement that finds them unsettled: a
worker that is killed, or a second one beside it, sends nothing twice and loses nothing.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import Contact, list_contacts
from app.kit.i18n import Locale, show_date
from app.kit.mail import send_mail
from notices import queries
from notices.models import Notice, NoticeChoice, NoticeEvent
from notices.service.announcing import local_path, say
from notices.service.spreading import SETTLED
from notices.states import DIGEST, UNMAILED, Kind, Rhythm

MOST_TOPICS = 40  # in one message; the rest is on the pages
Told = tuple[Kind, NoticeEvent]


async def send_digests(
    session: AsyncSession, account_ids: Sequence[uuid.UUID], *, before: datetime, now: datetime
) -> int:
    """Promise each of these people one message with what happened before a moment; returns to how many.

    Locks: what waits for them, in order.
    """
    waiting = (Notice.account_id.in_(account_ids), Notice.settled_at.is_(None), Notice.at < before)
    ordered = select(Notice.event_id).where(*waiting).order_by(Notice.account_id, Notice.event_id)
    await session.execute(ordered.with_for_update())
    settled = update(Notice).where(*waiting).values(settled_at=now, settled_as="digest")
    returned = settled.returning(Notice.account_id, Notice.event_id, Notice.kind)
    rows = (await session.execute(returned.execution_options(synchronize_session=False))).all()
    unwanted = await _drop_unwanted(session, account_ids, now=now)
    events = await queries.list_events(session, {row.event_id for row in rows})
    told: dict[uuid.UUID, list[Told]] = {}
    for row in rows:
        if (row.account_id, row.kind) not in unwanted:
            told.setdefault(row.account_id, []).append((Kind(row.kind), events[row.event_id]))
    contacts = [one for one in await list_contacts(session, list(told)) if one.email]
    for contact in contacts:
        _mail(session, contact, told[contact.id])
    return len(contacts)


async def _drop_unwanted(
    session: AsyncSession, account_ids: Sequence[uuid.UUID], *, now: datetime
) -> set[tuple[uuid.UUID, str]]:
    """What somebody no longer wanted mailed while it waited: settled as not wanted, or as shown on the page.
    Returns such people and kinds.
    """
    query = select(NoticeChoice.account_id, NoticeChoice.kind, NoticeChoice.rhythm).where(
        NoticeChoice.account_id.in_(account_ids), NoticeChoice.rhythm.in_([one.value for one in UNMAILED])
    )
    unwanted = {(row.account_id, row.kind): row.rhythm for row in (await session.execute(query)).all()}
    for (account_id, kind), rhythm in unwanted.items():
        just_now = (Notice.account_id == account_id, Notice.kind == kind, Notice.settled_at == now)
        await session.execute(
            update(Notice)
            .where(*just_now, Notice.settled_as == "digest")
            .values(settled_as=SETTLED[Rhythm(rhythm)])
            .execution_options(synchronize_session=False)
        )
    return set(unwanted)


def _mail(session: AsyncSession, contact: Contact, told: Iterable[Told]) -> None:
    ordered = sorted(told, key=lambda one: (list(Kind).index(one[0]), one[1].at, one[1].id))
    topics = list(dict.fromkeys((kind, event.path) for kind, event in ordered))
    shown = set(topics[:MOST_TOPICS])
    send_mail(
        session,
        to=contact.email,
        template="notices/mail/digest.txt",
        locale=contact.locale,
        name=contact.name,
        count=len(ordered),
        left_out=len(topics) - len(shown),
        groups=_groups([one for one in ordered if (one[0], one[1].path) in shown], contact.locale),
        choices_path=local_path("/account/notices", contact.locale),
        stop={"who": str(contact.id), "what": DIGEST},
    )


def _groups(told: Sequence[Told], locale: Locale) -> list[dict[str, object]]:
    """What is told by kind, then by topic, then in its order."""
    groups: dict[Kind, dict[str, dict[str, object]]] = {}
    lines: dict[tuple[Kind, str], list[str]] = {}
    for kind, event in told:
        about: Mapping[str, object] = {
            "title": event.title,
            "path": local_path(event.path, locale),
            "lines": lines.setdefault((kind, event.path), []),
        }
        groups.setdefault(kind, {}).setdefault(event.path, dict(about))
        lines[kind, event.path].append(f"{show_date(event.at, locale)}: {say(event, locale)}")
    return [{"kind": kind.value, "topics": list(topics.values())} for kind, topics in groups.items()]
