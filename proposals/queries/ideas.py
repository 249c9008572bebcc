"""Reading ideas: single ones as objects, lists as Core rows of the columns a page shows."""

import functools
import hashlib
import uuid
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, cast, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging, paging
from app.kit.text import words
from cycles.models import Area, Cycle
from proposals.errors import AttachmentNotFound, IdeaNotFound, PhotoNotFound
from proposals.models import Attachment, ClockPause, CoAuthor, Idea, IdeaEvent, Photo, Project, Support
from proposals.rules.similarity import Candidate, Point
from proposals.states import OPEN_STATES, PUBLIC_STATES, SUPPORTABLE_STATES, IdeaState, IllegalMove
from search.rules import stems_of

PAGE_SIZE = 20
EXPORT_BATCH = 100
SHORTEST_STEM = 4  # letters; what is shorter stands in too many words
_PUBLIC = tuple(state.value for state in PUBLIC_STATES)
_OPEN = tuple(state.value for state in OPEN_STATES)
# Lists are read most of all, so their statements are of tables (objects would cost twice as much) and made
# once for each shape of filter: SQLAlchemy making one anew takes longer than SQLite answering it.
_IDEAS, _PHOTOS, _PROJECTS = Idea.__table__, Photo.__table__, Project.__table__
_CYCLES, _AREAS = Cycle.__table__, Area.__table__
_FIRST_PHOTO = (
    select(_PHOTOS.c.id)
    .where(_PHOTOS.c.idea_id == _IDEAS.c.id)
    .order_by(_PHOTOS.c.position)
    .limit(1)
    .correlate(_IDEAS)
    .scalar_subquery()
)
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        *_IDEAS.c["id", "number", "state", "title", "body", "lang", "location"],
        *_IDEAS.c["submitted_at", "support_count", "author_name", "latitude", "longitude"],
        _AREAS.c.name.label("area_name"),
        _AREAS.c.code.label("area_code"),
        _PROJECTS.c.number.label("project_number"),
        _PROJECTS.c.outcome.label("project_outcome"),
        _CYCLES.c.slug.label("cycle_slug"),
        _FIRST_PHOTO.label("photo_id"),
    )
    .select_from(_IDEAS)
    .join(_CYCLES, _CYCLES.c.id == _IDEAS.c.cycle_id)
    .outerjoin(_AREAS, _AREAS.c.id == _IDEAS.c.area_id)
    .outerjoin(_PROJECTS, (_PROJECTS.c.idea_id == _IDEAS.c.id) & _PROJECTS.c.withdrawn_at.is_(None))
)
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "new": (_IDEAS.c.submitted_at.desc(), _IDEAS.c.id),
    "supported": (_IDEAS.c.support_count.desc(), _IDEAS.c.submitted_at.desc(), _IDEAS.c.id),
    "sent": (_IDEAS.c.submitted_at, _IDEAS.c.id),
}


class IdeaFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of ideas is narrowed to; empty means all."""

    cycle_slug: str = ""
    area_code: str = ""
    state: str = ""
    text: str = ""

    @property
    def shape(self) -> "_Shape":
        """Which conditions there are."""
        states = _OPEN if self.state == "open" else tuple(one for one in _PUBLIC if self.state in ("", one))
        return _Shape(bool(self.cycle_slug), bool(self.area_code), states, len(self.words))

    @property
    def words(self) -> list[str]:
        """What is searched for, whatever its ending: letters and digits only, so LIKE has no wildcard of the
        visitor's.
        """
        return [_beginning(word) for word in words(self.text)[:8]]

    @property
    def values(self) -> dict[str, str]:
        """What the conditions compare with."""
        found = {f"word{place}": f"%{word}%" for place, word in enumerate(self.words)}
        return {"cycle": self.cycle_slug, "area": self.area_code, **found}


def _beginning(word: str) -> str:
    """What the forms of a word begin with: biciclet-e, biciclet-ei."""
    stems = [stem for stem in stems_of(word) if len(stem) >= SHORTEST_STEM and word.startswith(stem)]
    return min(stems, key=len, default=word)


class _Shape(NamedTuple):
    """Filters that differ only in the values they compare with share one statement."""

    has_cycle: bool
    has_area: bool
    states: tuple[str, ...]
    word_count: int


SENT_COUNT_OF_CYCLE = (
    select(func.count())
    .select_from(_IDEAS)
    .where(_IDEAS.c.cycle_id == bindparam("cycle"), _IDEAS.c.state != IdeaState.DRAFT.value)
    .scalar_subquery()
)
"""How many ideas were sent in the cycle `cycle` (a parameter), to be read together with other figures."""


# ── one idea ──────────────────────────────────────────────────────────────────
async def get_idea(session: AsyncSession, idea_id: uuid.UUID, *, lock: bool = False) -> Idea:
    """Raises: IdeaNotFound. `lock`: hold its row until the transaction ends, with what is there now."""
    query = select(Idea).where(Idea.id == idea_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    idea = (await session.execute(query)).scalar_one_or_none()
    if idea is None:
        raise IdeaNotFound()
    return idea


async def lock_ideas(session: AsyncSession, idea_ids: Collection[uuid.UUID]) -> list[Idea]:
    """Hold several ideas until the transaction ends, by id, as they are now; unknown ones are skipped."""
    query = select(Idea).where(Idea.id.in_(idea_ids)).order_by(Idea.id).with_for_update()
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def list_merge_targets(session: AsyncSession, idea_id: uuid.UUID) -> list[uuid.UUID]:
    """The idea into which one is merged now, the one into which that was merged in turn, and so on; whatever
    was read of them before.
    """
    found: list[uuid.UUID] = []
    following: uuid.UUID | None = idea_id
    while following is not None:
        query = select(Idea.merged_into_id).where(Idea.id == following)
        following = (await session.execute(query)).scalar_one_or_none()
        if following is not None:
            found.append(following)
    return found


async def lock_merged(
    session: AsyncSession, idea_id: uuid.UUID, *, also: uuid.UUID | None = None
) -> tuple[Idea, list[Idea]]:
    """An idea with all into which it is merged, the nearest first, under lock with the idea `also`.

    Raises: IdeaNotFound; IllegalMove when one of them is merged, or its merger undone, at this moment.
    """
    targets = await list_merge_targets(session, idea_id)
    locked = {one.id: one for one in await lock_ideas(session, {idea_id, also or idea_id, *targets})}
    if idea_id not in locked:
        raise IdeaNotFound()
    if await list_merge_targets(session, idea_id) != targets:
        raise IllegalMove()
    return locked[idea_id], [locked[one] for one in targets]


async def find_idea_by_number(session: AsyncSession, number: str) -> Idea | None:
    """The idea with a registration number, however it is typed."""
    query = select(Idea).where(Idea.number == number.strip().upper())
    return (await session.execute(query)).scalar_one_or_none()


_EVENTS = select(IdeaEvent).where(IdeaEvent.idea_id == bindparam("idea")).order_by(IdeaEvent.position)


async def list_events(session: AsyncSession, idea_id: uuid.UUID) -> list[IdeaEvent]:
    """The timeline, oldest first."""
    return list((await session.execute(_EVENTS, {"idea": idea_id})).scalars())


async def list_photos(session: AsyncSession, idea_id: uuid.UUID) -> list[Photo]:
    """In the author's order."""
    query = select(Photo).where(Photo.idea_id == idea_id).order_by(Photo.position)
    return list((await session.execute(query)).scalars())


async def get_photo(session: AsyncSession, photo_id: uuid.UUID) -> tuple[Photo, Idea]:
    """A photo with its idea, whose state decides who may see it. Raises: PhotoNotFound."""
    query = select(Photo, Idea).join(Idea, Idea.id == Photo.idea_id).where(Photo.id == photo_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise PhotoNotFound()
    return row[0], row[1]


async def list_attachments(session: AsyncSession, idea_id: uuid.UUID) -> list[Attachment]:
    """In the order in which they were added."""
    query = select(Attachment).where(Attachment.idea_id == idea_id).order_by(Attachment.position)
    return list((await session.execute(query)).scalars())


async def get_attachment(session: AsyncSession, attachment_id: uuid.UUID) -> tuple[Attachment, Idea]:
    """A document with its idea, whose state decides who may see it. Raises: AttachmentNotFound."""
    query = select(Attachment, Idea).join(Idea, Idea.id == Attachment.idea_id)
    row = (await session.execute(query.where(Attachment.id == attachment_id))).one_or_none()
    if row is None:
        raise AttachmentNotFound()
    return row[0], row[1]


async def list_pauses(session: AsyncSession, idea_id: uuid.UUID) -> list[ClockPause]:
    """When the clock stood still, oldest first."""
    query = select(ClockPause).where(ClockPause.idea_id == idea_id).order_by(ClockPause.paused_at)
    return list((await session.execute(query)).scalars())


async def list_merged_ideas(session: AsyncSession, idea_id: uuid.UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """The ideas that were merged into this one, by name; their texts stay readable."""
    columns = _IDEAS.c["id", "number", "title", "author_name"]
    query = select(*columns).where(_IDEAS.c.merged_into_id == idea_id).order_by(_IDEAS.c.submitted_at)
    return (await session.execute(query)).all()


async def find_support(session: AsyncSession, idea_id: uuid.UUID, account_id: uuid.UUID) -> Support | None:
    """The support of one resident for one idea."""
    return await session.get(Support, (idea_id, account_id))


async def count_supports(
    session: AsyncSession, cycle_id: uuid.UUID, account_ids: Collection[uuid.UUID]
) -> int:
    """How many ideas of a cycle a person supports that can still be supported: what was rejected, merged or
    withdrawn gives its support back.
    """
    query = (
        select(func.count(distinct(Support.idea_id)))
        .join(Idea, Idea.id == Support.idea_id)
        .where(
            Support.account_id.in_(account_ids),
            Idea.cycle_id == cycle_id,
            Idea.state.in_([state.value for state in SUPPORTABLE_STATES]),
        )
    )
    return (await session.execute(query)).scalar_one()


async def list_supported(session: AsyncSession, account_ids: Collection[uuid.UUID]) -> Sequence[Idea]:
    """The ideas that a person supports, the last first."""
    query = (
        select(Idea)
        .join(Support, Support.idea_id == Idea.id)
        .where(Support.account_id.in_(account_ids))
        .order_by(Support.at.desc(), Idea.id)
    )
    return (await session.execute(query)).scalars().unique().all()


# ── lists ─────────────────────────────────────────────────────────────────────
async def list_drafts(session: AsyncSession, author_id: uuid.UUID) -> list[Idea]:
    """My drafts and those of which I am a co-author, the one touched last first."""
    joined = select(CoAuthor.idea_id).where(CoAuthor.account_id == author_id)
    mine = (Idea.author_id == author_id) | Idea.id.in_(joined)
    query = select(Idea).where(mine, Idea.state == IdeaState.DRAFT.value)
    return list((await session.execute(query.order_by(Idea.updated_at.desc()))).scalars())


async def count_drafts(session: AsyncSession, author_id: uuid.UUID) -> int:
    """How many drafts somebody has begun."""
    query = select(func.count()).where(Idea.author_id == author_id, Idea.state == IdeaState.DRAFT.value)
    return (await session.execute(query)).scalar_one()


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_IDEAS.c.state.in_(shape.states)]
    if shape.has_cycle:
        cycle = select(_CYCLES.c.id).where(_CYCLES.c.slug == bindparam("cycle"))
        conditions.append(_IDEAS.c.cycle_id == cycle.scalar_subquery())
    if shape.has_area:
        areas = select(_AREAS.c.id).where(_AREAS.c.code == bindparam("area"))
        conditions.append(_IDEAS.c.area_id.in_(areas))
    places = range(shape.word_count)
    return [*conditions, *(_IDEAS.c.folded.like(bindparam(f"word{place}")) for place in places)]


@functools.lru_cache(256)
def _count(shape: _Shape) -> Select[int]:
    return select(func.count()).select_from(_IDEAS).where(*_conditions(shape))


@functools.lru_cache(256)
def _ids(shape: _Shape) -> Select[str]:
    """Every id in one text: reading that is ten times as fast as reading as many rows."""
    return select(func.aggregate_strings(cast(_IDEAS.c.id, String), ",")).where(*_conditions(shape))


@functools.lru_cache(256)
def _ordered(shape: _Shape, order: str) -> Select[*tuple[Any, ...]]:
    """A stretch of the list: its ids are chosen first, and only those are joined with the rest."""
    by = _ORDERS[order]
    chosen = select(_IDEAS.c.id).where(*_conditions(shape)).order_by(*by)
    chosen = chosen.limit(bindparam("size")).offset(bindparam("offset"))
    return _ROWS.where(_IDEAS.c.id.in_(chosen)).order_by(*by)


_BY_ID = _ROWS.where(_IDEAS.c.id.in_(bindparam("ids", expanding=True)))


@functools.lru_cache(16)
def _shuffled(ids: str, today: date) -> list[uuid.UUID]:
    """In an order drawn anew each day and the same for everybody all day: by SHA-256 of day and id."""
    day = today.isoformat().encode()
    found = [uuid.UUID(one) for one in ids.split(",")] if ids else []
    return sorted(found, key=lambda one: hashlib.sha256(day + one.bytes).digest())


async def list_ideas_page(
    session: AsyncSession, wanted: IdeaFilter, *, order: str, page: str, today: date
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Paging]:
    """One page of public ideas; two queries however many there are."""
    if order == "random":
        return await _list_random_page(session, wanted, page=page, today=today)
    total = (await session.execute(_count(wanted.shape), wanted.values)).scalar_one()
    place = paging(page, total, size=PAGE_SIZE)
    stretch = {"size": place.size, "offset": place.offset}
    return (await session.execute(_ordered(wanted.shape, order), wanted.values | stretch)).all(), place


async def _list_random_page(
    session: AsyncSession, wanted: IdeaFilter, *, page: str, today: date
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Paging]:
    ids = _shuffled((await session.execute(_ids(wanted.shape), wanted.values)).scalar_one() or "", today)
    place = paging(page, len(ids), size=PAGE_SIZE)
    chosen = ids[place.offset : place.offset + place.size]
    rows = {row.id: row for row in (await session.execute(_BY_ID, {"ids": chosen})).all()}
    return [rows[one] for one in chosen], place


async def list_newest_ideas(session: AsyncSession, *, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The public ideas that were sent last, whatever their cycle."""
    newest = _ordered(IdeaFilter().shape, "new")
    return (await session.execute(newest, {"size": limit, "offset": 0})).all()


async def read_all_ideas(
    session: AsyncSession, cycle_slug: str
) -> AsyncIterator[Sequence[Row[*tuple[Any, ...]]]]:
    """Every public idea of a cycle in the order in which they were sent, some at a time, for export."""
    wanted = IdeaFilter(cycle_slug=cycle_slug)
    sent_at, idea_id, by = _IDEAS.c.submitted_at, _IDEAS.c.id, _ORDERS["sent"]
    ids = select(idea_id).where(*_conditions(wanted.shape)).order_by(*by).limit(EXPORT_BATCH)
    after: list[ColumnElement[bool]] = []
    while True:  # ids are chosen first, so that no text is sorted
        query = _ROWS.where(idea_id.in_(ids.where(*after))).order_by(*by)
        rows = (await session.execute(query, wanted.values)).all()
        if not rows:
            return
        yield rows
        last = rows[-1]
        after = [or_(sent_at > last.submitted_at, and_(sent_at == last.submitted_at, idea_id > last.id))]


async def find_public_row(session: AsyncSession, idea_id: uuid.UUID) -> Row[*tuple[Any, ...]] | None:
    """A public idea as lists have it."""
    query = _ROWS.where(_IDEAS.c.id == idea_id, _IDEAS.c.state.in_(_PUBLIC))
    return (await session.execute(query)).one_or_none()


async def list_candidates(
    session: AsyncSession, cycle_id: uuid.UUID, *, leave_out: uuid.UUID | None = None, limit: int = 5000
) -> list[Candidate]:
    """Sent ideas of a cycle that a new one could resemble and that can still be supported."""
    query = (
        select(*_IDEAS.c["id", "title", "folded", "area_id", "latitude", "longitude"])
        .where(_IDEAS.c.cycle_id == cycle_id, _IDEAS.c.state.in_([one.value for one in SUPPORTABLE_STATES]))
        .order_by(_IDEAS.c.submitted_at.desc())
        .limit(limit)
    )
    return [
        Candidate(key, title, folded, area_id, point_of(latitude, longitude))
        for key, title, folded, area_id, latitude, longitude in (await session.execute(query)).all()
        if key != leave_out
    ]


def point_of(latitude: float | None, longitude: float | None) -> Point | None:
    """Where an idea is, if a pin says so."""
    return None if latitude is None or longitude is None else (latitude, longitude)


async def list_ideas_by_id(
    session: AsyncSession, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Row[*tuple[Any, ...]]]:
    """Rows of public ideas by id, for cards."""
    if not ids:
        return {}
    query = _BY_ID.where(_IDEAS.c.state.in_(_PUBLIC))
    return {row.id: row for row in (await session.execute(query, {"ids": ids})).all()}


async def count_ideas_by_state(session: AsyncSession, cycle_id: uuid.UUID) -> dict[str, int]:
    """How many sent ideas of a cycle are in each state."""
    query = (
        select(Idea.state, func.count())
        .where(Idea.cycle_id == cycle_id, Idea.state != IdeaState.DRAFT.value)
        .group_by(Idea.state)
    )
    return {row[0]: row[1] for row in (await session.execute(query)).all()}
