"""Announcing what happened, in the transaction in which it did."""

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import insert_once, new_id
from app.kit.i18n import Locale, show_date, translate
from app.kit.outbox import enqueue
from notices.models import NoticeEvent
from notices.states import Kind

DAY, WORD = "_on", "_word"  # endings of the names of facts that are days (ISO 8601) and msgids


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, as whoever makes it happen says it. `words`: a msgid whose places `facts` fill; of those
    a name that ends in `_on` is a day, in `_word` a msgid.
    """

    topic: str
    title: str
    path: str
    words: str
    facts: Mapping[str, object] = {}
    kind: Kind | None = None  # None: as people are linked to the topic
    is_near: bool = False  # neighbours of the topic are told too
    named: Collection[uuid.UUID] = ()  # who is told whatever they are linked to
    spared: Collection[uuid.UUID] = ()  # who did it, or was told otherwise
    is_pressing: bool = False


def announce(session: AsyncSession, what: Announcement, *, now: datetime) -> None:
    """Have everybody told who wants to be. Queues: notices.jobs.spread."""
    event_id = new_id()
    session.add(NoticeEvent(**_row(event_id, str(event_id), what, now=now)))
    enqueue(session, "notices.jobs.spread", event_id=str(event_id))


async def announce_once(session: AsyncSession, key: str, what: Announcement, *, now: datetime) -> None:
    """Announce what may be noticed several times, by whatever `key` tells it from everything else."""
    event_id = new_id()
    await insert_once(session, NoticeEvent, **_row(event_id, key, what, now=now))
    if await session.get(NoticeEvent, event_id) is not None:
        enqueue(session, "notices.jobs.spread", event_id=str(event_id))


def _row(event_id: uuid.UUID, key: str, what: Announcement, *, now: datetime) -> dict[str, object]:
    return {
        "id": event_id,
        "key": key,
        "topic": what.topic,
        "kind": what.kind.value if what.kind else "",
        "is_near": what.is_near,
        "named": json.dumps(sorted(str(one) for one in what.named)),
        "spared": json.dumps(sorted(str(one) for one in what.spared)),
        "is_pressing": what.is_pressing,
        "title": what.title[:300],
        "path": what.path,
        "words": what.words,
        "facts": json.dumps(dict(what.facts), ensure_ascii=False, sort_keys=True),
        "at": now,
        "link": 0,
        "after": None,
        "spread_at": None,
    }


def say(event: NoticeEvent, locale: Locale) -> str:
    """The sentence of an event in a language."""
    facts: dict[str, object] = json.loads(event.facts)
    return translate(locale, event.words, **{name: _show(name, fact, locale) for name, fact in facts.items()})


def _show(name: str, fact: object, locale: Locale) -> object:
    if isinstance(fact, str) and name.endswith(DAY):
        return show_date(date.fromisoformat(fact), locale)
    if isinstance(fact, str) and name.endswith(WORD):
        return translate(locale, fact)
    return fact


def local_path(path: str, locale: Locale) -> str:
    """A path of ours in the reader's language."""
    return f"/en{path}" if locale == "en" else path
