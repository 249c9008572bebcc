"""What people choose: how soon, what they follow, and that it is enough."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from app.kit.db import insert_once
from app.kit.policy import require
from notices import queries
from notices.models import Follow, Notice, NoticeChoice, NoticeFeed
from notices.policy import may_follow
from notices.states import ALL, DIGEST, Kind, Rhythm


async def set_rhythms(
    session: AsyncSession, account_id: uuid.UUID, wanted: Mapping[Kind, Rhythm], *, now: datetime
) -> None:
    """Choose how soon to be told of each kind. What waits and is no longer wanted, the digest leaves out."""
    for kind, rhythm in wanted.items():
        values = {"account_id": account_id, "kind": kind.value}
        await insert_once(session, NoticeChoice, **values, rhythm=rhythm.value, changed_at=now)
        own = (NoticeChoice.account_id == account_id, NoticeChoice.kind == kind.value)
        changed = update(NoticeChoice).where(*own, NoticeChoice.rhythm != rhythm.value)
        await session.execute(
            changed.values(rhythm=rhythm.value, changed_at=now).execution_options(synchronize_session=False)
        )


async def set_feed(session: AsyncSession, account_id: uuid.UUID, *, wanted: bool, now: datetime) -> None:
    """Open one's private feed under a new address, or close it; the address before shows nothing any more."""
    values = {"account_id": account_id, "serial": 0, "is_open": False, "changed_at": now}
    await insert_once(session, NoticeFeed, **values)
    changed = update(NoticeFeed).where(NoticeFeed.account_id == account_id)
    new = changed.values(serial=NoticeFeed.serial + 1, is_open=wanted, changed_at=now)
    await session.execute(new.execution_options(synchronize_session=False))


async def follow(session: AsyncSession, actor: Actor, topic: str, *, wanted: bool, now: datetime) -> None:
    """Follow a topic, or no longer; asking twice is asking once. Raises: TopicNotFound, Forbidden."""
    if not wanted:
        await unfollow(session, actor.id, topic)
        return
    found = await queries.get_topic(session, actor, topic)
    if not await queries.is_following(session, actor.id, found.ref):
        require(may_follow(actor, follows=await queries.count_follows(session, actor.id)))
        await insert_once(session, Follow, account_id=actor.id, topic=found.ref, since=now)


async def unfollow(session: AsyncSession, account_id: uuid.UUID, topic: str) -> None:
    """No longer follow a topic."""
    own = (Follow.account_id == account_id, Follow.topic == topic)
    await session.execute(delete(Follow).where(*own).execution_options(synchronize_session=False))


async def stop(session: AsyncSession, account_id: uuid.UUID, what: str, *, now: datetime) -> None:
    """Say stop out of a mail, without signing in: to a kind, a topic, the digest, or everything. Said twice,
    it is said once.
    """
    if ":" in what:
        await unfollow(session, account_id, what)
        return
    kinds: list[Kind] = []
    if what == ALL:
        kinds = list(Kind)
    elif what == DIGEST:
        rhythms = await queries.read_rhythms(session, account_id)
        kinds = [kind for kind, rhythm in rhythms.items() if rhythm is Rhythm.WEEKLY]
    elif what in set(Kind):
        kinds = [Kind(what)]
    await set_rhythms(session, account_id, dict.fromkeys(kinds, Rhythm.NEVER), now=now)


async def forget_account(session: AsyncSession, closed: AccountClosed) -> None:
    """A closed account chooses, follows and is told nothing."""
    for table in (NoticeChoice, NoticeFeed, Follow, Notice):
        await session.execute(
            delete(table)
            .where(table.account_id == closed.account_id)
            .execution_options(synchronize_session=False)
        )


async def export_notices(session: AsyncSession, actor: Actor) -> object:
    """What is held here about the actor, for the copy of their data."""
    told = await queries.list_told(session, actor.id, limit=10_000, with_unwanted=True)
    rhythms = await queries.read_rhythms(session, actor.id)
    return {
        "rhythms": {kind.value: rhythm.value for kind, rhythm in rhythms.items()},
        "follows": [
            {"topic": one.topic, "since": one.since.isoformat()}
            for one in await queries.list_follows(session, actor.id)
        ],
        "notices": [
            {
                "at": notice.at.isoformat(),
                "kind": notice.kind,
                "title": event.title,
                "path": event.path,
                "sent_as": notice.settled_as,
            }
            for notice, event in told
        ],
    }
