"""From a funded project to works: milestones, money, photos, and whether it was built as promised."""

import asyncio
import json
from collections.abc import Awaitable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden, FormErrors
from proposals import queries, service
from proposals.errors import (
    MilestoneNotFound,
    PhotoAlreadyThere,
    PhotoNotFound,
    ProjectNotFound,
    SpendingNotFound,
    WorksChangedMeanwhile,
)
from proposals.models import (
    BuiltReply,
    Department,
    DepartmentMember,
    Milestone,
    Opinion,
    Spending,
)
from proposals.pages import works as pages
from proposals.service import Correction, Handover, Payment
from proposals.states import IdeaState, WorksState, late_steps, works_state
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_funded, make_idea, make_project
from tests.make.works import (
    DAY,
    PHOTO,
    TODAY,
    WHY,
    K,
    Made,
    enter,
    facts_of,
    make_funded_project,
    make_official,
    make_resident,
    refused_fields,
    saying,
)

pytestmark = pytest.mark.usefixtures("clock")


# ── pure: states and lateness ─────────────────────────────────────────────────
def step(kind: K, planned: int | None = None, actual: int | None = None) -> Milestone:
    """A milestone with days counted from today."""
    return Milestone(
        kind=kind.value,
        ordinal=0,
        title="",
        planned_on=None if planned is None else TODAY + planned * DAY,
        actual_on=None if actual is None else TODAY + actual * DAY,
    )


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], WorksState.NOT_BEGUN),
        ([step(K.CONTRACT, 5), step(K.OTHER, 1, -1)], WorksState.NOT_BEGUN),
        ([step(K.CONTRACT, 5, -1)], WorksState.CONTRACT),
        ([step(K.CONTRACT, 5, -2), step(K.WORKS_BEGIN, 1, -1)], WorksState.WORKS),
        ([step(K.WORKS_END, None, -1)], WorksState.WORKS),
        ([step(K.RECEPTION, None, 0)], WorksState.RECEIVED),
    ],
)
def test_the_state_follows_from_the_milestones(steps: list[Milestone], state: WorksState) -> None:
    assert works_state(steps) is state


@pytest.mark.parametrize(
    ("steps", "late"),
    [
        ([step(K.CONTRACT, 0)], []),  # the planned day itself is not late
        ([step(K.CONTRACT, -1)], ["contract"]),
        ([step(K.CONTRACT, -9, -1)], []),
        ([step(K.CONTRACT, -9), step(K.WORKS_BEGIN, -5, -4)], []),  # overtaken
        ([step(K.WORKS_BEGIN, -5, -4), step(K.WORKS_END, -1), step(K.OTHER, -2)], ["works_end", "other"]),
        ([step(K.WORKS_END, -9), step(K.OTHER, -3), step(K.RECEPTION, None, -1)], []),
    ],
)
def test_what_is_late_is_computed_from_the_day(steps: list[Milestone], late: list[str]) -> None:
    assert [one.kind for one in late_steps(steps, today=TODAY)] == late


def test_percents_make_a_hundred() -> None:
    shares = pages.view_shares({"yes": 1, "partly": 1, "no": 1})
    assert sum(one.percent for one in shares) == 100
    assert [one.percent for one in pages.view_shares({})] == [0, 0, 0]
    assert [one.percent for one in pages.view_shares({"yes": 3, "no": 1})] == [75, 0, 25]


# ── milestones ────────────────────────────────────────────────────────────────
async def test_a_changed_plan_is_a_new_row_with_its_reason(session: AsyncSession, made: Made) -> None:
    first, later = TODAY + 30 * DAY, TODAY + 60 * DAY
    await enter(session, made.official, made.project, K.CONTRACT, planned_on=first)
    bare = enter(session, made.official, made.project, K.CONTRACT, planned_on=later)
    assert await refused_fields(bare) == {"note"}
    same = enter(session, made.official, made.project, K.CONTRACT, planned_on=first, note=WHY)
    assert await refused_fields(same) == {"planned_on"}
    await enter(session, made.official, made.project, K.CONTRACT, planned_on=later, note=WHY)
    await enter(session, made.official, made.project, K.CONTRACT, planned_on=later, actual_on=TODAY)
    entries = await queries.list_milestones(session, made.project.id)
    assert [(one.planned_on, one.actual_on) for one in entries] == [
        (first, None),
        (later, None),
        (later, TODAY),
    ]
    changes = pages.view_changes(entries)
    assert [one.kind for one in changes] == ["planned", "replanned", "reached"]
    assert (changes[1].facts["planned_before"], changes[1].text) == (first, WHY)
    recorded = await facts_of(session, made.project)
    assert [kind for kind, _ in recorded] == ["works.milestone"] * 3
    assert recorded[1][1]["planned_on"] == later.isoformat()
    assert recorded[1][1]["note"] == WHY


async def test_each_milestone_is_one_entry_of_the_ideas_timeline(session: AsyncSession) -> None:
    cycle, official = await make_cycle(session), await make_official(session)
    idea = await make_idea(session, cycle=cycle, state=IdeaState.ACCEPTED)
    project = await make_funded(session, cycle=cycle, idea=idea)
    before = len(await queries.list_events(session, idea.id))
    await enter(session, official, project, K.CONTRACT, planned_on=TODAY + DAY)
    await enter(session, official, project, K.CONTRACT, planned_on=TODAY + DAY, actual_on=TODAY)
    added = (await queries.list_events(session, idea.id))[before:]
    assert [event.kind for event in added] == ["planned", "reached"]
    assert json.loads(added[1].facts)["project"] == project.number
    assert idea.event_count == before + 2


async def test_a_wrong_day_is_corrected_beside_the_first_one(session: AsyncSession, made: Made) -> None:
    await enter(session, made.official, made.project, K.CONTRACT, actual_on=TODAY - DAY)
    bare = enter(session, made.official, made.project, K.CONTRACT, actual_on=TODAY)
    assert await refused_fields(bare) == {"note"}
    await enter(session, made.official, made.project, K.CONTRACT, actual_on=None, note="Greșeală de dată.")
    steps = queries.last_entries(await queries.list_milestones(session, made.project.id))
    assert works_state(steps) is WorksState.NOT_BEGUN
    (_, last) = pages.view_changes(await queries.list_milestones(session, made.project.id))
    assert (last.kind, last.facts["actual_before"]) == ("redated", TODAY - DAY)


async def test_days_that_cannot_be_are_refused(session: AsyncSession, made: Made) -> None:
    async def fields(kind: K, **entry: Any) -> set[str]:
        return await refused_fields(enter(session, made.official, made.project, kind, **entry))

    assert await fields(K.CONTRACT) == {"planned_on"}
    assert await fields(K.CONTRACT, actual_on=TODAY + DAY) == {"actual_on"}
    assert await fields(K.CONTRACT, planned_on=date(2270, 1, 1)) == {"planned_on"}
    assert await fields(K.CONTRACT, actual_on=date(1927, 1, 1)) == {"actual_on"}
    assert await fields(K.OTHER, planned_on=TODAY) == {"title"}
    await enter(session, made.official, made.project, K.WORKS_BEGIN, actual_on=TODAY - 5 * DAY)
    assert await fields(K.CONTRACT, actual_on=TODAY - 4 * DAY) == {"actual_on"}
    assert await fields(K.RECEPTION, actual_on=TODAY - 6 * DAY) == {"actual_on"}
    with pytest.raises(MilestoneNotFound):
        await enter(session, made.official, made.project, K.OTHER, ordinal=7, planned_on=TODAY)
    with pytest.raises(MilestoneNotFound):
        await enter(session, made.official, made.project, K.CONTRACT, ordinal=1, planned_on=TODAY)


async def test_free_milestones_are_told_apart_and_stand_by_their_day(
    session: AsyncSession, made: Made
) -> None:
    await enter(session, made.official, made.project, K.CONTRACT, planned_on=TODAY + DAY)
    await enter(session, made.official, made.project, K.RECEPTION, planned_on=TODAY + 90 * DAY)
    for title, days in (("Bănci", 40), ("Gard 100%", 30)):
        await enter(session, made.official, made.project, K.OTHER, title=title, planned_on=TODAY + days * DAY)
    await enter(
        session, made.official, made.project, K.OTHER, ordinal=2, planned_on=TODAY + 50 * DAY, note=WHY
    )
    views = pages.view_steps(await queries.list_milestones(session, made.project.id), today=TODAY)
    assert [one.typed_title or one.key for one in views] == [
        "contract", "works_begin", "works_end", "Bănci", "Gard 100%", "reception"
    ]  # fmt: skip
    assert [len(one.history) for one in views] == [1, 0, 0, 1, 2, 1]


async def test_the_database_refuses_to_forget(session: AsyncSession, made: Made) -> None:
    await enter(session, made.official, made.project, K.CONTRACT, planned_on=TODAY)
    for statement in ("UPDATE milestones SET note = 'x'", "DELETE FROM milestones"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_only_the_department_and_only_of_funded_projects(session: AsyncSession, made: Made) -> None:
    resident = await make_resident(session)
    other = actor_of(await make_account(session), roles=[Role.ELECTION, Role.ADMIN])
    for who in (resident, other):
        with pytest.raises(Forbidden):
            await enter(session, who, made.project, K.CONTRACT, planned_on=TODAY)
    for cycle in (made.cycle, await make_cycle(session, is_imported=True)):
        project = await make_project(session, cycle=cycle)
        if cycle.is_imported:
            project.outcome = "funded"
        with pytest.raises(ProjectNotFound):
            await enter(session, made.official, project, K.CONTRACT, planned_on=TODAY)


# ── money ─────────────────────────────────────────────────────────────────────
def paid(lei: int, *, on: date = TODAY) -> Payment:
    return Payment(amount_bani=lei * 100, purpose="Gard", document="F 12", paid_on=on)


async def test_a_correction_is_a_negative_entry_within_what_is_left(
    session: AsyncSession, made: Made
) -> None:
    args = (session, made.official, made.project.id)
    await service.enter_payment(*args, paid(60_000), seen=0, now=NOON)

    async def correct(position: int, lei: int, *, seen: int) -> Spending:
        said = Correction(position=position, amount_bani=lei * 100, document="NC 3", reason="Factură dublă")
        return await service.correct_payment(*args, said, seen=seen, now=NOON)

    await correct(1, 50_000, seen=1)
    assert await refused_fields(correct(1, 10_001, seen=2)) == {"amount"}
    with pytest.raises(SpendingNotFound):
        await correct(2, 1, seen=2)  # a correction is not corrected
    assert await refused_fields(service.enter_payment(*args, paid(1, on=TODAY + DAY), seen=2, now=NOON)) == {
        "paid_on"
    }
    await service.enter_payment(*args, paid(95_000), seen=2, now=NOON)
    assert await queries.sum_spendings(session, [made.project.id]) == {made.project.id: 105_000_00}
    views = pages.view_spendings(await queries.list_spendings(session, made.project.id))
    assert [(one.amount_bani, one.left_bani, one.corrects) for one in views[:2]] == [
        (60_000_00, 10_000_00, 0), (-50_000_00, -50_000_00, 1)
    ]  # fmt: skip
    assert [kind for kind, _ in await facts_of(session, made.project)] == ["works.spending"] * 3
    with pytest.raises(Forbidden):
        await service.enter_payment(
            session, await make_resident(session), made.project.id, paid(1), seen=3, now=NOON
        )


# ── photos ────────────────────────────────────────────────────────────────────
async def test_a_photo_is_shown_once_until_it_is_withdrawn(session: AsyncSession, made: Made) -> None:
    async def add() -> Any:
        return await service.add_works_photo(
            session, made.official, made.project.id, PHOTO, alt="Gardul nou", taken_on=TODAY, now=NOON
        )

    photo = await add()
    with pytest.raises(PhotoAlreadyThere):
        await add()
    await service.withdraw_works_photo(session, made.official, photo.id, why="Se vede o față", now=NOON)
    assert await queries.list_works_photos(session, made.project.id) == []
    for act in (
        queries.get_works_photo(session, photo.id),
        service.withdraw_works_photo(session, made.official, photo.id, why="Se vede o față", now=NOON),
    ):
        with pytest.raises(PhotoNotFound):
            await act
    recorded = await facts_of(session, made.project)
    assert [kind for kind, _ in recorded] == ["works.photo", "works.photo-withdrawn"]
    assert recorded[0][1]["sha256"] == "ab12"


# ── the department that answers for them ─────────────────────────────────────
async def test_only_the_department_that_answers_for_the_works_enters_them(
    session: AsyncSession, made: Made
) -> None:
    parks, roads = [await make_department(session, name) for name in ("Parcuri", "Drumuri")]
    gardener, builder = await make_official(session), await make_official(session)
    session.add(DepartmentMember(department_id=parks.id, account_id=gardener.id, is_head=False))
    session.add(DepartmentMember(department_id=roads.id, account_id=builder.id, is_head=False))
    await session.flush()

    def to(place: Department, officer: Actor | None = None, seen: int = 0) -> Handover:
        officer_id = officer.id if officer else None
        return Handover(department_id=place.id, officer_id=officer_id, reason="Ține de parcuri.", seen=seen)

    async def give(actor: Actor, handover: Handover) -> None:
        await service.hand_over(session, actor, made.project.id, handover, now=NOON)

    await give(made.official, to(parks))  # nobody answered for them yet: anybody of the review
    with pytest.raises(Forbidden, match="Another department"):
        await enter(session, builder, made.project, K.CONTRACT, planned_on=TODAY)
    with pytest.raises(Forbidden):
        await give(builder, to(roads, seen=1))
    with pytest.raises(WorksChangedMeanwhile):
        await give(gardener, to(roads))
    with pytest.raises(FormErrors):
        await give(gardener, to(roads, gardener, seen=1))
    with pytest.raises(FormErrors):
        await give(gardener, to(parks, seen=1))  # they have them already
    await enter(session, gardener, made.project, K.CONTRACT, planned_on=TODAY)
    await give(gardener, to(roads, builder, seen=1))
    with pytest.raises(Forbidden):
        await service.enter_payment(session, gardener, made.project.id, paid(100), seen=0, now=NOON)
    await service.enter_payment(session, builder, made.project.id, paid(100), seen=0, now=NOON)
    charge = await queries.get_charge(session, made.project)
    assert charge.department == roads
    assert charge.officer_name == builder.name
    assert [one.position for one, _ in charge.history] == [2, 1]
    admin = actor_of(await make_account(session), roles=[Role.ADMIN])
    await give(admin, to(parks, seen=2))  # also where nobody is left
    kinds = [kind for kind, _ in await facts_of(session, made.project)]
    assert kinds.count("works.handed-over") == 3


async def make_department(session: AsyncSession, name: str) -> Department:
    return await service.add_department(
        session,
        actor_of(await make_account(session), roles=[Role.ADMIN]),
        name=name,
        name_en=name,
        email="contact@exemplu.ro",
        now=NOON,
    )


# ── two clicks at once ────────────────────────────────────────────────────────
async def outcome_of(act: Awaitable[object]) -> object:
    try:
        await act
    except DomainError as refused:
        return type(refused)
    return None


async def test_two_clicks_at_once_leave_one_of_each(database: Database) -> None:
    async with database.write() as session:
        made = await make_funded_project(session)
        resident = await make_resident(session)

    async def milestone() -> None:
        async with database.write() as session:
            await enter(session, made.official, made.project, K.RECEPTION, actual_on=TODAY, seen=0)

    async def payment() -> None:
        async with database.write() as session:
            await service.enter_payment(session, made.official, made.project.id, paid(100), seen=0, now=NOON)

    async def opinion() -> None:
        async with database.write() as session:
            await service.say_built(session, resident, made.project.id, saying(), now=NOON)

    async def reply() -> None:
        async with database.write() as session:
            said = await queries.find_opinion(session, made.project.id, [resident.id])
            assert said is not None
            await service.reply_built(session, made.official, said.id, text="Se repară.", now=NOON)

    for click, refusals in ((milestone, 3), (payment, 3), (opinion, 0), (reply, 0)):
        answers = await asyncio.gather(*(outcome_of(click()) for _ in range(4)))
        assert answers.count(WorksChangedMeanwhile) == refusals
        assert answers.count(None) == 4 - refusals
    async with database.read() as session:
        for model in (Milestone, Spending, Opinion, BuiltReply):
            assert (await session.execute(select(func.count()).select_from(model))).scalar_one() == 1
        facts = [fact async for fact in register.stream_facts(session)]
    assert register.check_chain(facts) is None
