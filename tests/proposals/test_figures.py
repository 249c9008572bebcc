"""Figures of a cycle: times by nearest rank, small groups hidden so that sums do not give them back."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from accounts.service.residence import verify_at_desk
from accounts.states import Role
from bench.counted import counting
from cycles.queries import get_cycle
from proposals import service
from proposals.queries.figures import Load, count_by_department
from proposals.rules.figures import FEW, SMALL, Spread, band_of, hide_small, spread
from proposals.states import IdeaState
from tests.make.accounts import actor_of, make_account, make_cnp
from tests.make.cycles import NOON
from tests.make.proposals import make_contestation, make_idea, make_reviewer, make_works, rejection
from tests.make.voting import make_poll
from tests.make.works import make_funded_project
from tests.proposals.conftest import Town
from tests.proposals.test_advice import ask
from tests.proposals.test_departments import judge, make_department
from voting.models import Participation, Poll
from voting.states import PollState

DAY = timedelta(days=1)
TABLES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), min_size=1)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_half_and_nine_of_ten_are_within_what_is_said(days: list[int]) -> None:
    found = spread(days)
    assert found is not None
    assert {found.median, found.p90} <= set(days)
    assert sum(one <= found.median for one in days) * 2 >= len(days)
    assert sum(one <= found.p90 for one in days) * 10 >= 9 * len(days)
    assert sum(one < found.p90 for one in days) * 10 < 9 * len(days)


def test_of_nothing_there_is_no_figure() -> None:
    assert spread([]) is None
    assert spread([3]) == Spread(1, 3, 3)
    assert [band_of(age) for age in (15, 16, 24, 25, 64, 65, 101)] == [
        "",
        "16–24",
        "16–24",
        "25–34",
        "55–64",
        "65+",
        "65+",
    ]


@given(TABLES)
def test_no_sum_gives_a_small_group_back(counts: dict[str, int]) -> None:
    """Who knows the total and everything that is shown knows the sum of what is hidden. For each hidden row
    there has to be another way to fill them: a small one and one that is not.
    """
    if (total := sum(counts.values())) < FEW:
        return
    shown = hide_small(counts)
    assert list(shown) == list(counts)
    assert all(n is None or n == counts[name] for name, n in shown.items())
    assert not any(n is not None and 0 < n < SMALL for n in shown.values())
    hidden = [name for name, n in shown.items() if n is None]
    left = total - sum(n for n in shown.values() if n is not None)
    assert not hidden or (len(hidden) >= 2 and left >= FEW)
    if all(n == 0 or n >= SMALL for n in counts.values()):
        assert not hidden, "nothing is hidden for nothing"


@pytest.mark.usefixtures("clock")
async def test_the_page_and_the_file_say_the_same_and_hide_the_same(town: Town, clock: Any) -> None:
    public = await town.visitor()
    assert "Nothing to count yet" in await public.see("/cycles/bp-2027/figures")
    async with town.database.write() as session:
        desk = actor_of(await make_account(session, roles=[Role.DESK]), roles=[Role.DESK])
        officer = await make_reviewer(session)
        judges = judge(officer)
        streets, head = await make_department(session, "Străzi")
        for area, people, born in (("Rahova", 8, 1990), ("Cotroceni", 3, 1950), ("Ghencea", 9, 2004)):
            for _ in range(people):
                author = await make_account(session)
                cnp = make_cnp(born_on=date(born, 5, 17))
                await verify_at_desk(session, desk, author.id, cnp=cnp, area=area, now=NOON)
                idea = await make_idea(session, cycle=town.cycle, author=author)
        await service.assign_idea(session, judges, idea.id, to=officer.id, now=NOON + 2 * DAY)
        advice = await ask(session, officer, idea, streets, now=NOON + 2 * DAY)
        await service.answer_advice(
            session, judge(head), advice.id, text="Nu se poate aici.", seen=0, now=NOON + 5 * DAY
        )
        await service.judge_idea(session, judges, idea.id, rejection("R02"), now=NOON + 9 * DAY)
        contested = await make_contestation(session, idea, author, now=NOON + 10 * DAY)
        colleague = judge(await make_reviewer(session, name="Mihai Toma"))
        await service.uphold_verdict(session, colleague, idea.id, text="Rămâne așa.", now=NOON + 14 * DAY)
    assert contested.idea_id == idea.id
    page = await public.see("/cycles/bp-2027/figures")
    lines = (await public.client.get("/en/cycles/bp-2027/figures.csv")).text.splitlines()
    for line in (
        "days,taken,1,2,2",
        "days,decided,1,9,9",
        "days,advised,1,3,3",
        "days,contested,1,4,4",
        "rejected,R02,1,,",
        "ideas-sent,Rahova,20,,",
        "department-received,,20,,",
        "department-open,,19,,",
        "department-overdue,,0,,",
        "authors-area,Cotroceni,,,",
        "authors-area,Rahova,,,",
        "authors-area,Ghencea,9,,",
        "authors-age,16–24,9,,",
        "authors-age,65+,,,",
        "authors-age,35–44,,,",
    ):
        assert line in lines, lines
    assert not any(line.startswith("voters") for line in lines)
    data = (await public.client.get("/en/api/v1/cycles/bp-2027/figures")).json()
    assert {"step": "taken", "times": 1, "median_days": 2, "p90_days": 2} in data["steps"]
    assert [(one["code"], one["ideas"]) for one in data["rejected"]] == [("R02", 1)]
    tables = {one["table"]: {row["name"]: row["people"] for row in one["groups"]} for one in data["people"]}
    assert data["departments"] == [{"department": "", "received": 20, "open": 19, "overdue": 0}]
    assert tables["authors-area"] == {"Cotroceni": None, "Ghencea": 9, "Rahova": None}
    assert "not shown" in page
    assert "From a contestation to the decision on it" in page


@pytest.mark.usefixtures("clock")
async def test_nothing_is_counted_twice_and_nothing_old_is_shown(town: Town) -> None:
    public, address = await town.visitor(), "/en/api/v1/cycles/bp-2027/figures"
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle, author=await make_account(session))
    first = await public.client.get(address)
    again = await public.client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with counting(town.database) as statements:
        await public.client.get(address)
    assert len(statements) <= 3  # the cycle, and two questions whether anything has happened
    async with town.database.write() as session:
        officer = await make_reviewer(session)
        await service.assign_idea(session, judge(officer), idea.id, to=officer.id, now=NOON + DAY)
    assert [one["step"] for one in (await public.client.get(address)).json()["steps"]] == ["taken"]


@pytest.mark.usefixtures("clock")
async def test_what_a_department_has_to_do_and_what_it_missed(town: Town) -> None:
    async with town.database.write() as session:
        streets, head = await make_department(session, "Străzi")
        late = await make_idea(session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=head)
        asked = await make_idea(session, cycle=town.cycle, state=IdeaState.WAITING, reviewer=head)
        decided = await make_idea(session, cycle=town.cycle, state=IdeaState.REJECTED, reviewer=head)
        for idea in (late, asked, decided):
            idea.department_id = streets.id
        await session.flush()
        assert late.due_on is not None
        on_time, after = late.due_on, late.due_on + DAY
        assert await count_by_department(session, town.cycle.id, today=on_time) == [
            Load("Străzi", "Străzi", 3, 2, 0)
        ]
        assert await count_by_department(session, town.cycle.id, today=after) == [
            Load("Străzi", "Străzi", 3, 2, 1)  # of whom the author is asked, the clock stands still
        ]


@pytest.mark.usefixtures("clock")
async def test_voters_are_counted_once_the_votes_are(town: Town) -> None:
    """Twelve of three neighbourhoods voted, one of each did not."""
    async with town.database.write() as session:
        desk = actor_of(await make_account(session, roles=[Role.DESK]), roles=[Role.DESK])
        poll = await make_poll(session)
        slug = (await get_cycle(session, poll.cycle_id)).slug
        for area, people in (("Rahova", 6), ("Cotroceni", 5), ("Ghencea", 1)):
            for place in range(people + 1):
                voter = await make_account(session)
                cnp = make_cnp(born_on=date(1990, 5, 17))
                await verify_at_desk(session, desk, voter.id, cnp=cnp, area=area, now=NOON)
                if place < people:
                    session.add(Participation(poll_id=poll.id, account_id=voter.id))
    public = await town.visitor()
    address = f"/en/api/v1/cycles/{slug}/figures"
    assert (await public.client.get(address)).json()["people"] == [], "nothing while the vote runs"
    async with town.database.write() as session:
        await session.execute(update(Poll).where(Poll.id == poll.id).values(state=PollState.TALLIED.value))
    tables = {one["table"]: one for one in (await public.client.get(address)).json()["people"]}
    assert tables["voters-area"]["total"] == tables["voters-age"]["total"] == 12
    groups = {row["name"]: row["people"] for row in tables["voters-area"]["groups"]}
    assert groups == {"Cotroceni": None, "Ghencea": None, "Rahova": None}, "no sum gives the single one back"
    ages = {row["name"]: row["people"] for row in tables["voters-age"]["groups"]}
    assert (ages["35–44"], ages["65+"]) == (12, 0)
    assert "Voters by neighbourhood" in await public.see(f"/cycles/{slug}/figures")


@pytest.mark.usefixtures("clock")
async def test_works_are_counted_from_the_result_on(town: Town) -> None:
    async with town.database.write() as session:
        made = await make_funded_project(session)
        slug = (await get_cycle(session, made.project.cycle_id)).slug
        made.project.decided_at = NOON - 70 * DAY
        await session.flush()
        begun = made.project.decided_at.date() + 20 * DAY
        await make_works(session, made.official, made.project, begun, None, None, begun + 40 * DAY)
    steps = (await (await town.visitor()).client.get(f"/api/v1/cycles/{slug}/figures")).json()["steps"]
    days = {one["step"]: one["median_days"] for one in steps}
    assert (days["contracted"], days["built"]) == (20, 60)
