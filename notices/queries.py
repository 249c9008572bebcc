"""Reading choices, what is followed, and who is linked to what.

A port: `app/wiring.py` hands over one source for each kind of topic.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec
from sqlalchemy import String, Uuid, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Residence
from accounts.policy import Actor
from app.kit.text import fold
from notices.errors import TopicNotFound
from notices.models import Follow, Notice, NoticeChoice, NoticeEvent, NoticeFeed
from notices.states import BATCH, DEFAULTS, Kind, Link, Rhythm

FIRST = uuid.UUID(int=0)


class Topic(msgspec.Struct, frozen=True):
    """What can be followed, as its owner tells it."""

    ref: str
    title: str
    path: str


class Source(Protocol):
    """What a domain knows of its topics: what they are, who is linked to one (after an account, in the order
    of their ids), and in which neighbourhood it is ("": in all of them or none).
    """

    async def find(
        self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]
    ) -> Mapping[str, Topic]: ...

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]: ...

    async def find_area(self, session: AsyncSession, key: str) -> str: ...


_sources: dict[str, Source] = {}


def tell_by(kind: str, source: Source) -> None:
    """Let `source` say what the topics of a kind are, and who is linked to them."""
    _sources[kind] = source


# ── topics ────────────────────────────────────────────────────────────────────
async def list_topics(session: AsyncSession, actor: Actor | None, refs: Collection[str]) -> dict[str, Topic]:
    """The topics that this reader may know of, by reference."""
    keys: dict[str, list[str]] = {}
    for ref in refs:
        kind, _, key = ref.partition(":")
        keys.setdefault(kind, []).append(key)
    found: dict[str, Topic] = {}
    for kind, some in keys.items():
        if kind in _sources:
            topics = await _sources[kind].find(session, actor, some)
            found |= {f"{kind}:{key}": topic for key, topic in topics.items()}
    return found


async def get_topic(session: AsyncSession, actor: Actor | None, ref: str) -> Topic:
    """One of them. Raises: TopicNotFound."""
    found = (await list_topics(session, actor, [ref])).get(ref)
    if found is None:
        raise TopicNotFound()
    return found


# ── what people chose and follow ──────────────────────────────────────────────
async def read_rhythms(session: AsyncSession, account_id: uuid.UUID) -> dict[Kind, Rhythm]:
    """The rhythm of each kind for one person."""
    rows = await session.execute(select(NoticeChoice).where(NoticeChoice.account_id == account_id))
    return DEFAULTS | {Kind(row.kind): Rhythm(row.rhythm) for row in rows.scalars()}


async def list_rhythms(
    session: AsyncSession, account_ids: Sequence[uuid.UUID], kind: Kind
) -> dict[uuid.UUID, Rhythm]:
    """The rhythm of one kind for a batch of people."""
    query = select(NoticeChoice.account_id, NoticeChoice.rhythm).where(
        NoticeChoice.account_id.in_(account_ids), NoticeChoice.kind == kind.value
    )
    chosen = {row.account_id: Rhythm(row.rhythm) for row in (await session.execute(query)).all()}
    return {one: chosen.get(one, DEFAULTS[kind]) for one in account_ids}


IS_FOLLOWING = exists().where(
    Follow.account_id == bindparam("account", type_=Uuid()),
    Follow.topic == bindparam("topic", type_=String()),
)
"""Whether the account `account` follows `topic` (parameters), to be read together with what a page shows."""


async def is_following(session: AsyncSession, account_id: uuid.UUID, topic: str) -> bool:
    """Whether somebody follows a topic."""
    return await session.get(Follow, (account_id, topic)) is not None


async def list_following(
    session: AsyncSession, topic: str, account_ids: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Who among these follows a topic."""
    query = select(Follow.account_id).where(Follow.topic == topic, Follow.account_id.in_(account_ids))
    return set((await session.execute(query)).scalars())


async def count_follows(session: AsyncSession, account_id: uuid.UUID) -> int:
    """How many topics somebody follows."""
    query = select(func.count()).select_from(Follow).where(Follow.account_id == account_id)
    return (await session.execute(query)).scalar_one()


async def list_follows(session: AsyncSession, account_id: uuid.UUID) -> list[Follow]:
    """What somebody follows, the newest first."""
    query = select(Follow).where(Follow.account_id == account_id).order_by(Follow.since.desc(), Follow.topic)
    return list((await session.execute(query)).scalars())


async def find_feed(session: AsyncSession, account_id: uuid.UUID) -> int | None:
    """The serial number of the address at which somebody's feed is open; None when it is not."""
    query = select(NoticeFeed.serial).where(NoticeFeed.account_id == account_id, NoticeFeed.is_open)
    return (await session.execute(query)).scalar_one_or_none()


async def list_told(
    session: AsyncSession, account_id: uuid.UUID, *, limit: int, with_unwanted: bool = False
) -> list[tuple[Notice, NoticeEvent]]:
    """What somebody was or will be told, the newest first; without what they wanted none of, unless
    `with_unwanted`.
    """
    query = (
        select(Notice, NoticeEvent)
        .join(NoticeEvent, NoticeEvent.id == Notice.event_id)
        .where(Notice.account_id == account_id)
        .order_by(Notice.at.desc(), Notice.event_id)
        .limit(limit)
    )
    if not with_unwanted:
        query = query.where(Notice.settled_as != "none")
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


# ── who is told ───────────────────────────────────────────────────────────────
class Batch(NamedTuple):
    """Some people, and where the next batch begins; None after the last."""

    ids: list[uuid.UUID]
    after: uuid.UUID | None


async def lock_event(session: AsyncSession, event_id: uuid.UUID) -> NoticeEvent | None:
    """An event that is being told, under lock."""
    query = select(NoticeEvent).where(NoticeEvent.id == event_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def list_events(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, NoticeEvent]:
    """Events by their ids."""
    query = select(NoticeEvent).where(NoticeEvent.id.in_(ids))
    return {event.id: event for event in (await session.execute(query)).scalars()}


async def list_batch(session: AsyncSession, event: NoticeEvent, link: Link) -> Batch:
    """The next people who are linked to an event in this way."""
    after = event.after or FIRST
    if link is Link.NAMED:
        return Batch([uuid.UUID(one) for one in json.loads(event.named)], None)
    kind, _, key = event.topic.partition(":")
    source = _sources.get(kind)
    if link is Link.AREA:
        area = await source.find_area(session, key) if event.is_near and source else ""
        return await _neighbours(session, area, after) if area else Batch([], None)
    if link is Link.FOLLOWED:
        query = select(Follow.account_id).where(Follow.topic == event.topic, Follow.account_id > after)
        ids = list((await session.execute(query.order_by(Follow.account_id).limit(BATCH))).scalars())
    else:
        ids = await source.list_linked(session, key, link, after=after, limit=BATCH) if source else []
    return Batch(ids, ids[-1] if len(ids) == BATCH else None)


async def _neighbours(session: AsyncSession, area: str, after: uuid.UUID) -> Batch:
    """Residents who asked to be told of their neighbourhood, and whose it is, however the desk has written
    it.
    """
    query = (
        select(NoticeChoice.account_id, Residence.area)
        .join(Residence, Residence.account_id == NoticeChoice.account_id)
        .where(
            NoticeChoice.kind == Kind.AREA.value,
            NoticeChoice.rhythm != Rhythm.NEVER.value,
            NoticeChoice.account_id > after,
            Residence.withdrawn_at.is_(None),
        )
    )
    rows = (await session.execute(query.order_by(NoticeChoice.account_id).limit(BATCH))).all()
    ids = [row.account_id for row in rows if fold(row.area) == fold(area)]
    return Batch(ids, rows[-1].account_id if len(rows) == BATCH else None)


async def list_waiting(
    session: AsyncSession, *, before: datetime, after: uuid.UUID, limit: int
) -> list[uuid.UUID]:
    """People for whom something waits that happened before a moment."""
    query = (
        select(Notice.account_id)
        .where(Notice.settled_at.is_(None), Notice.at < before, Notice.account_id > after)
        .distinct()
        .order_by(Notice.account_id)
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())
