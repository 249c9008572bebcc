"""Reading ideas: single ones as objects, lists as Core rows of the columns a page shows."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from app.kit.i18n import Locale
from app.kit.paging import Paging, paging
from app.kit.text import words
from cycles.models import Area, Cycle
from proposals.errors import IdeaNotFound, PhotoNotFound
from proposals.models import ClockPause, Idea, IdeaEvent, Photo, Project, Support
from proposals.rules.similarity import Candidate
from proposals.states import OPEN_STATES, PUBLIC_STATES, SUPPORTABLE_STATES, IdeaState

PAGE_SIZE = 20
_PUBLIC = tuple(state.value for state in PUBLIC_STATES)
_FIRST_PHOTO = (
    select(Photo.id)
    .where(Photo.idea_id == Idea.id)
    .order_by(Photo.position)
    .limit(1)
    .correlate(Idea)
    .scalar_subquery()
)
_COLUMNS = (
    Idea.id,
    Idea.number,
    Idea.state,
    Idea.title,
    Idea.body,
    Idea.lang,
    Idea.location,
    Idea.submitted_at,
    Idea.support_count,
    Idea.author_name,
    Area.name.label("area_name"),
    Area.code.label("area_code"),
    Project.number.label("project_number"),
    Project.outcome.label("project_outcome"),
    Cycle.slug.label("cycle_slug"),
    _FIRST_PHOTO.label("photo_id"),
)


class Contact(msgspec.Struct, frozen=True):
    """Where and in which language to write to somebody."""

    id: uuid.UUID
    name: str
    email: str
    locale: Locale


class IdeaFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of ideas is narrowed to; empty means all."""

    cycle_slug: str = ""
    area_code: str = ""
    state: str = ""
    text: str = ""


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


async def find_idea_by_number(session: AsyncSession, number: str) -> Idea | None:
    """The idea with a registration number, however it is typed."""
    query = select(Idea).where(Idea.number == number.strip().upper())
    return (await session.execute(query)).scalar_one_or_none()


async def list_events(session: AsyncSession, idea_id: uuid.UUID) -> list[IdeaEvent]:
    """The timeline, oldest first."""
    query = select(IdeaEvent).where(IdeaEvent.idea_id == idea_id).order_by(IdeaEvent.position)
    return list((await session.execute(query)).scalars())


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


async def list_pauses(session: AsyncSession, idea_id: uuid.UUID) -> list[ClockPause]:
    """When the clock stood still, oldest first."""
    query = select(ClockPause).where(ClockPause.idea_id == idea_id).order_by(ClockPause.paused_at)
    return list((await session.execute(query)).scalars())


async def list_merged_ideas(session: AsyncSession, idea_id: uuid.UUID) -> list[Idea]:
    """The ideas that were merged into this one; their texts stay readable."""
    query = select(Idea).where(Idea.merged_into_id == idea_id).order_by(Idea.submitted_at)
    return list((await session.execute(query)).scalars())


async def find_support(session: AsyncSession, idea_id: uuid.UUID, account_id: uuid.UUID) -> Support | None:
    """The support of one resident for one idea."""
    return await session.get(Support, (idea_id, account_id))


async def list_supporter_ids(session: AsyncSession, idea_id: uuid.UUID) -> list[uuid.UUID]:
    """Who supports an idea: for mail and merging, never for pages."""
    query = select(Support.account_id).where(Support.idea_id == idea_id).order_by(Support.account_id)
    return list((await session.execute(query)).scalars())


async def list_contacts(session: AsyncSession, ids: Sequence[uuid.UUID]) -> list[Contact]:
    """Addresses of open accounts, in batches that every database accepts."""
    found: list[Contact] = []
    for start in range(0, len(ids), 500):
        query = select(Account.id, Account.name, Account.email, Account.locale).where(
            Account.id.in_(ids[start : start + 500]), Account.closed_at.is_(None)
        )
        found += [
            Contact(row.id, row.name, row.email, _locale(row.locale))
            for row in (await session.execute(query)).all()
        ]
    return sorted(found, key=lambda contact: contact.id)


def _locale(stored: str) -> Locale:
    return "en" if stored == "en" else "ro"


# ── lists ─────────────────────────────────────────────────────────────────────
async def list_drafts(session: AsyncSession, author_id: uuid.UUID) -> list[Idea]:
    """My drafts, the one touched last first."""
    query = select(Idea).where(Idea.author_id == author_id, Idea.state == IdeaState.DRAFT.value)
    return list((await session.execute(query.order_by(Idea.updated_at.desc()))).scalars())


async def count_drafts(session: AsyncSession, author_id: uuid.UUID) -> int:
    """How many drafts somebody has."""
    query = select(func.count()).where(Idea.author_id == author_id, Idea.state == IdeaState.DRAFT.value)
    return (await session.execute(query)).scalar_one()


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .select_from(Idea)
        .join(Cycle, Cycle.id == Idea.cycle_id)
        .outerjoin(Area, Area.id == Idea.area_id)
        .outerjoin(Project, (Project.idea_id == Idea.id) & Project.withdrawn_at.is_(None))
    )


def _conditions(wanted: IdeaFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Idea.state.in_(_PUBLIC)]
    if wanted.cycle_slug:
        conditions.append(Cycle.slug == wanted.cycle_slug)
    if wanted.area_code:
        conditions.append(Area.code == wanted.area_code)
    if wanted.state == "open":
        conditions.append(Idea.state.in_([state.value for state in OPEN_STATES]))
    elif wanted.state:
        conditions.append(Idea.state == wanted.state)
    # words() leaves letters and digits only, so LIKE has no wildcard of the visitor's
    conditions += [Idea.folded.like(f"%{word}%") for word in words(wanted.text)[:8]]
    return conditions


def _shuffled(ids: Sequence[uuid.UUID], today: date) -> list[uuid.UUID]:
    """In an order drawn anew each day and the same for everybody all day: by SHA-256 of day and id."""
    day = today.isoformat().encode()
    return sorted(ids, key=lambda one: hashlib.sha256(day + one.bytes).digest())


async def list_ideas_page(
    session: AsyncSession, wanted: IdeaFilter, *, order: str, page: str, today: date
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Paging]:
    """One page of public ideas; two queries however many there are."""
    query = _rows().where(*_conditions(wanted))
    if order == "random":
        return await _list_random_page(session, query, page=page, today=today)
    total = (await session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    place = paging(page, total, size=PAGE_SIZE)
    first = Idea.support_count.desc() if order == "supported" else Idea.submitted_at.desc()
    ordered = query.order_by(first, Idea.submitted_at.desc(), Idea.id).limit(place.size).offset(place.offset)
    return (await session.execute(ordered)).all(), place


async def _list_random_page(
    session: AsyncSession, query: Select[*tuple[Any, ...]], *, page: str, today: date
) -> tuple[Sequence[Row[*tuple[Any, ...]]], Paging]:
    ids = (
        (await session.execute(query.with_only_columns(Idea.id, maintain_column_froms=True))).scalars().all()
    )
    place = paging(page, len(ids), size=PAGE_SIZE)
    wanted = _shuffled(ids, today)[place.offset : place.offset + place.size]
    rows = {row.id: row for row in (await session.execute(_rows().where(Idea.id.in_(wanted)))).all()}
    return [rows[one] for one in wanted], place


async def list_all_ideas(session: AsyncSession, cycle_slug: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every public idea of a cycle, for export."""
    query = (
        _rows().where(*_conditions(IdeaFilter(cycle_slug=cycle_slug))).order_by(Idea.submitted_at, Idea.id)
    )
    return (await session.execute(query)).all()


async def list_candidates(
    session: AsyncSession, cycle_id: uuid.UUID, *, leave_out: uuid.UUID | None = None, limit: int = 5000
) -> list[Candidate]:
    """Sent ideas of a cycle that a new one could resemble and that can still be supported."""
    query = (
        select(Idea.id, Idea.title, Idea.folded, Idea.area_id)
        .where(Idea.cycle_id == cycle_id, Idea.state.in_([state.value for state in SUPPORTABLE_STATES]))
        .order_by(Idea.submitted_at.desc())
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    return [Candidate(row.id, row.title, row.folded, row.area_id) for row in rows if row.id != leave_out]


async def list_ideas_by_id(
    session: AsyncSession, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Row[*tuple[Any, ...]]]:
    """Rows of public ideas by id, for cards."""
    if not ids:
        return {}
    rows = (await session.execute(_rows().where(Idea.id.in_(ids), Idea.state.in_(_PUBLIC)))).all()
    return {row.id: row for row in rows}


async def count_ideas_by_state(session: AsyncSession, cycle_id: uuid.UUID) -> dict[str, int]:
    """How many sent ideas of a cycle are in each state."""
    query = (
        select(Idea.state, func.count())
        .where(Idea.cycle_id == cycle_id, Idea.state != IdeaState.DRAFT.value)
        .group_by(Idea.state)
    )
    return {row[0]: row[1] for row in (await session.execute(query)).all()}
