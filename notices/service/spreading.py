"""Finding who is told of an event, in batches, each person once.

A batch is a transaction: the people, the mail that is promised to those who want it at once, and how far
it has come. Killed between two batches it goes on; one that was not committed begins again, nothing sent.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import Contact, list_contacts
from app.kit.mail import send_mail
from notices import queries
from notices.models import Notice, NoticeEvent
from notices.service.announcing import local_path, say
from notices.states import KINDS, UNMAILED, Kind, Link, Rhythm

_LINKS = tuple(Link)
SETTLED = {Rhythm.NOW: "now", Rhythm.WEEKLY: "", Rhythm.PAGE: "page", Rhythm.NEVER: "none"}


async def spread(session: AsyncSession, event_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell the next batch of people; whether there may be more. Locks: the event. Queues: mail."""
    event = await queries.lock_event(session, event_id)
    if event is None or event.spread_at is not None:
        return False
    link = _LINKS[event.link]
    batch = await queries.list_batch(session, event, link)
    await _tell(session, event, link, batch.ids, now=now)
    event.after = batch.after
    if batch.after is None:
        event.link += 1
    if event.link == len(_LINKS):
        event.spread_at = now
    await session.flush()
    return event.spread_at is None


async def _tell(
    session: AsyncSession, event: NoticeEvent, link: Link, ids: Sequence[uuid.UUID], *, now: datetime
) -> None:
    """Who has no address is told on their page alone, also of what the others were told by mail otherwise."""
    kind = Kind(event.kind) if event.kind and link is not Link.AREA else KINDS[link]
    spared = set(json.loads(event.spared))
    contacts = [
        one for one in await list_contacts(session, ids) if not one.email or str(one.id) not in spared
    ]
    rhythms = await queries.list_rhythms(session, [one.id for one in contacts], kind)
    if event.is_pressing:
        rhythms = {who: Rhythm.NOW if one is Rhythm.WEEKLY else one for who, one in rhythms.items()}
    for contact in contacts:
        if not contact.email and rhythms[contact.id] not in UNMAILED:
            rhythms[contact.id] = Rhythm.PAGE
    new = await _insert(session, event, kind, rhythms, now=now)
    for contact in contacts:
        if contact.id in new and rhythms[contact.id] is Rhythm.NOW:
            _mail(session, event, kind, link, contact)


async def _insert(
    session: AsyncSession,
    event: NoticeEvent,
    kind: Kind,
    rhythms: Mapping[uuid.UUID, Rhythm],
    *,
    now: datetime,
) -> set[uuid.UUID]:
    """Write down who is told; returns those who had not been."""
    if not rhythms:
        return set()
    rows = [
        {
            "event_id": event.id,
            "account_id": account_id,
            "kind": kind.value,
            "at": event.at,
            "settled_at": now if SETTLED[rhythm] else None,
            "settled_as": SETTLED[rhythm],
        }
        for account_id, rhythm in rhythms.items()
    ]
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    written = insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice.account_id)
    return set((await session.execute(written)).scalars())


def _mail(session: AsyncSession, event: NoticeEvent, kind: Kind, link: Link, contact: Contact) -> None:
    send_mail(
        session,
        to=contact.email,
        template="notices/mail/notice.txt",
        locale=contact.locale,
        name=contact.name,
        title=event.title,
        sentence=say(event, contact.locale),
        path=local_path(event.path, contact.locale),
        why=event.topic.partition(":")[0] if link is Link.FOLLOWED else kind.value,
        stop={"who": str(contact.id), "what": event.topic if link is Link.FOLLOWED else kind.value},
    )
