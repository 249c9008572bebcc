"""Counting for everybody: how long the steps of a cycle's ideas take, what is rejected, where people live."""

import uuid
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Residence
from app.kit.clock import local_date
from cycles.models import Area
from proposals.models import (
    Advice,
    ClockPause,
    CoAuthor,
    Contestation,
    Department,
    Idea,
    IdeaEvent,
    Milestone,
    Project,
    Reason,
    Verdict,
)
from proposals.states import OPEN_STATES, PUBLIC_STATES, EventKind, IdeaState, MilestoneKind
from voting.models import Participation, Poll
from voting.states import COUNTED_STATES

_WORKS_STEPS = {MilestoneKind.CONTRACT.value: "contracted", MilestoneKind.RECEPTION.value: "built"}
_SENT = Idea.state.in_(sorted(state.value for state in PUBLIC_STATES))


class Living(msgspec.Struct, frozen=True):
    """How many people of a kind live in an area (in words) and were born in a year, where that is known."""

    area: str
    birth_year: int | None
    count: int


class Load(msgspec.Struct, frozen=True):
    """What a department has of a cycle's ideas: how many came to it, how many it still has to decide on, of
    how many of these the term has passed. No name: nobody's yet.
    """

    name: str
    name_en: str
    received: int
    open: int
    overdue: int


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """All that is counted of a cycle."""

    days: dict[str, list[int]]
    rejected: list[tuple[str, str, str, int]]
    areas: list[tuple[str, int, int]]
    loads: list[Load]
    authors: list[Living]
    voters: list[Living]


_kept: dict[uuid.UUID, tuple[tuple[Any, ...], Counted]] = {}


async def read_counted(session: AsyncSession, cycle_id: uuid.UUID, *, today: date) -> Counted:
    """All that is counted of a cycle; counted anew only when something has happened since (`_stamp`)."""
    stamp = (today, *await _stamp(session, cycle_id))
    if cycle_id in _kept and _kept[cycle_id][0] == stamp:
        return _kept[cycle_id][1]
    counted = Counted(
        days=await list_step_days(session, cycle_id),
        rejected=await count_rejected(session, cycle_id),
        areas=await count_by_area(session, cycle_id),
        loads=await count_by_department(session, cycle_id, today=today),
        authors=await list_authors(session, cycle_id),
        voters=await list_voters(session, cycle_id),
    )
    _kept[cycle_id] = (stamp, counted)
    return counted


async def _stamp(session: AsyncSession, cycle_id: uuid.UUID) -> tuple[Any, ...]:
    """What changes with every figure of a cycle: each step of an idea adds an entry to its timeline, polls
    are counted, residences verified and withdrawn, reasons edited, milestones reached, authors come and go.
    """
    ideas = select(
        func.count(Idea.id), func.sum(Idea.event_count), func.max(Idea.updated_at), func.count(Idea.author_id)
    ).where(Idea.cycle_id == cycle_id, _SENT)
    counted = Poll.state.in_(sorted(state.value for state in COUNTED_STATES))
    others = select(
        select(func.count()).where(Poll.cycle_id == cycle_id, counted).scalar_subquery(),
        select(func.count()).select_from(Residence).scalar_subquery(),
        select(func.count(Residence.withdrawn_at)).scalar_subquery(),
        select(func.count()).select_from(Reason).scalar_subquery(),
        select(func.count()).select_from(Milestone).scalar_subquery(),
        select(func.count())
        .where(Project.cycle_id == cycle_id, Project.decided_at.is_not(None))
        .scalar_subquery(),
    )
    return (*(await session.execute(ideas)).one(), *(await session.execute(others)).one())


async def list_step_days(session: AsyncSession, cycle_id: uuid.UUID) -> dict[str, list[int]]:
    """For each step of the ideas of a cycle, how many calendar days it took each time."""
    first_verdict = select(Verdict.idea_id, Verdict.at).where(Verdict.position == 1).subquery()
    taken = (
        select(IdeaEvent.idea_id, func.min(IdeaEvent.at).label("at"))
        .where(IdeaEvent.kind == EventKind.TAKEN.value)
        .group_by(IdeaEvent.idea_id)
        .subquery()
    )
    pairs = {
        "taken": select(Idea.submitted_at, taken.c.at).join(taken, taken.c.idea_id == Idea.id),
        "decided": select(Idea.submitted_at, first_verdict.c.at).join(
            first_verdict, first_verdict.c.idea_id == Idea.id
        ),
        "answered": select(ClockPause.paused_at, ClockPause.resumed_at).join(
            Idea, Idea.id == ClockPause.idea_id
        ),
        "advised": select(Advice.asked_at, Advice.answered_at).join(Idea, Idea.id == Advice.idea_id),
        "contested": select(Contestation.at, Contestation.decided_at).join(
            Idea, Idea.id == Contestation.idea_id
        ),
    }
    found = {}
    for name, query in pairs.items():
        rows = (await session.execute(query.where(Idea.cycle_id == cycle_id))).all()
        found[name] = [_days(row[0], row[1]) for row in rows if row[0] is not None and row[1] is not None]
    return found | await _list_works_days(session, cycle_id)


async def _list_works_days(session: AsyncSession, cycle_id: uuid.UUID) -> dict[str, list[int]]:
    """Of each funded project, how many days from the result to its contract and to its reception."""
    newest = (
        select(Milestone.project_id, Milestone.kind, func.max(Milestone.position).label("position"))
        .where(Milestone.kind.in_(_WORKS_STEPS))
        .group_by(Milestone.project_id, Milestone.kind)
        .subquery()
    )
    query = (
        select(Milestone.kind, Milestone.actual_on, Project.decided_at)
        .join(
            newest,
            (newest.c.project_id == Milestone.project_id) & (newest.c.position == Milestone.position),
        )
        .join(Project, Project.id == Milestone.project_id)
        .where(
            Project.cycle_id == cycle_id, Milestone.actual_on.is_not(None), Project.decided_at.is_not(None)
        )
    )
    found: dict[str, list[int]] = {name: [] for name in _WORKS_STEPS.values()}
    rows = (await session.execute(query)).all()
    for kind, reached_on, decided_at in rows:
        if reached_on is None or decided_at is None:
            continue
        found[_WORKS_STEPS[kind]].append(max(0, (reached_on - local_date(decided_at)).days))
    return found


def _days(since: datetime, until: datetime) -> int:
    first: date = local_date(since)
    return max(0, (local_date(until) - first).days)


async def count_rejected(session: AsyncSession, cycle_id: uuid.UUID) -> list[tuple[str, str, str, int]]:
    """Reasons for which ideas of a cycle stand rejected: code, title in both languages as they read last, how
    many; the most frequent first.
    """
    newest = (
        select(Verdict.idea_id, func.max(Verdict.position).label("position"))
        .group_by(Verdict.idea_id)
        .subquery()
    )
    query = (
        select(Reason.code, func.count().label("times"))
        .select_from(Verdict)
        .join(newest, (newest.c.idea_id == Verdict.idea_id) & (newest.c.position == Verdict.position))
        .join(Reason, Reason.id == Verdict.reason_id)
        .join(Idea, Idea.id == Verdict.idea_id)
        .where(Idea.cycle_id == cycle_id)
        .group_by(Reason.code)
        .order_by(func.count().desc(), Reason.code)
    )
    times = [(row.code, row.times) for row in (await session.execute(query)).all()]
    titles = {
        one.code: one for one in (await session.execute(select(Reason).order_by(Reason.version))).scalars()
    }
    return [(code, titles[code].title, titles[code].title_en, count) for code, count in times]


async def count_by_area(session: AsyncSession, cycle_id: uuid.UUID) -> list[tuple[str, int, int]]:
    """Of each area of a cycle: how many ideas were sent for it, and how many of them stand accepted. Ideas of
    the whole district come last, without a name.
    """
    accepted = func.count().filter(Idea.state == "accepted")
    query = (
        select(func.coalesce(Area.name, "").label("name"), func.count().label("sent"), accepted.label("good"))
        .select_from(Idea)
        .outerjoin(Area, Area.id == Idea.area_id)
        .where(Idea.cycle_id == cycle_id, _SENT)
        .group_by(Area.name)
    )
    rows = [(row.name, row.sent, row.good) for row in (await session.execute(query)).all()]
    return sorted(rows, key=lambda row: (not row[0], row[0]))


async def count_by_department(session: AsyncSession, cycle_id: uuid.UUID, *, today: date) -> list[Load]:
    """What each department has of the ideas of a cycle; ideas that nobody owns yet come last. While an author
    is asked no term runs out.
    """
    is_open = Idea.state.in_(sorted(state.value for state in OPEN_STATES))
    is_late = (Idea.state != IdeaState.WAITING.value) & (Idea.due_on < today)
    query = (
        select(
            func.coalesce(Department.name, "").label("name"),
            func.coalesce(Department.name_en, "").label("name_en"),
            func.count().label("received"),
            func.count().filter(is_open).label("open"),
            func.count().filter(is_open & is_late).label("overdue"),
        )
        .select_from(Idea)
        .outerjoin(Department, Department.id == Idea.department_id)
        .where(Idea.cycle_id == cycle_id, _SENT)
        .group_by(Department.name, Department.name_en)
    )
    loads = [Load(*row) for row in (await session.execute(query)).all()]
    return sorted(loads, key=lambda one: (not one.name, one.name))


async def list_voters(session: AsyncSession, cycle_id: uuid.UUID) -> list[Living]:
    """Where those live who voted in the counted polls of a cycle, each once; nobody while a vote runs."""
    counted = Poll.state.in_(sorted(state.value for state in COUNTED_STATES))
    people = (
        select(Participation.account_id)
        .join(Poll, Poll.id == Participation.poll_id)
        .where(Poll.cycle_id == cycle_id, counted)
        .distinct()
        .subquery()
    )
    return await _list_living(session, people.c.account_id)


async def list_authors(session: AsyncSession, cycle_id: uuid.UUID) -> list[Living]:
    """Where the authors and co-authors of the ideas of a cycle live, each counted once."""
    own = select(Idea.author_id.label("account_id")).where(
        Idea.cycle_id == cycle_id, _SENT, Idea.author_id.is_not(None)
    )
    joined = (
        select(CoAuthor.account_id)
        .join(Idea, Idea.id == CoAuthor.idea_id)
        .where(Idea.cycle_id == cycle_id, _SENT)
    )
    people = own.union(joined).subquery()  # a union has nobody twice
    return await _list_living(session, people.c.account_id)


async def _list_living(session: AsyncSession, account_id: ColumnElement[uuid.UUID]) -> list[Living]:
    """By residence, of those whose residence is verified now; of the others nothing is known."""
    query = (
        select(Residence.area, Residence.birth_year, func.count().label("people"))
        .select_from(account_id.table)
        .join(Residence, (Residence.account_id == account_id) & Residence.withdrawn_at.is_(None))
        .group_by(Residence.area, Residence.birth_year)
    )
    return [Living(row.area, row.birth_year, row.people) for row in (await session.execute(query)).all()]
