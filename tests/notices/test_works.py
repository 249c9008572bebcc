"""Authors, supporters, followers and neighbours hear of the works: reached, late, answered."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from accounts.states import Role
from app.worker import resolve
from notices import service
from notices.states import Rhythm
from proposals import service as proposals
from proposals.service import MilestoneEntry, Saying
from proposals.states import Built, IdeaState, MilestoneKind
from tests.conftest import FrozenClock
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.proposals import make_funded, make_reviewer, make_works
from tests.notices.conftest import choose, make_case, make_supporter, told
from tests.proposals.conftest import Town

Run = Callable[[], Awaitable[int]]
DAY = timedelta(days=1)


async def test_each_step_of_the_works_reaches_who_is_linked_to_it(
    town: Town, run_jobs: Run, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        idea, author, judge = await make_case(session, town.cycle, state=IdeaState.ACCEPTED)
        project = await make_funded(session, cycle=town.cycle, idea=idea)
    await run_jobs()
    async with town.database.write() as session:
        fan, silent = await make_supporter(session, idea), await make_supporter(session, idea)
        for one, rhythm in ((author, Rhythm.NOW), (fan, Rhythm.NOW), (silent, Rhythm.NEVER)):
            await choose(session, one, works=rhythm)
        entry = MilestoneEntry(kind=MilestoneKind.CONTRACT, planned_on=NOON.date() + DAY)
        await proposals.enter_milestone(session, judge, project.id, entry, seen=0, now=NOON)
    await run_jobs()
    [planned] = told(town, fan)
    assert "Semnarea contractului: plan pentru 2 martie 2027" in planned.get_content()
    clock.forward(days=3)
    for _ in range(2):  # an hour later it is late still, and was told
        await resolve("proposals.jobs.tell_of_late")(town.app.services)
    await run_jobs()
    assert ["întârzie" in one.get_content() for one in told(town, fan)] == [False, True]
    assert f"/works/{project.id}" in told(town, author)[-1].get_content()
    assert told(town, silent) == []


async def test_an_answer_reaches_whom_it_answers(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
        project = await make_funded(session, cycle=town.cycle)  # made of no idea
        follower, ana = await make_account(session), await make_account(session, verified=True)
        await service.follow(session, actor_of(follower), f"project:{project.id}", wanted=True, now=NOON)
        for one in (follower, ana):
            await choose(session, one, works=Rhythm.NOW)
        await make_works(session, judge, project, *[NOON.date()] * 4)
        saying = Saying(choice=Built.NO, text="Lipsesc băncile.")
        opinion = await proposals.say_built(
            session, actor_of(ana, verified=True), project.id, saying, now=NOON
        )
        await proposals.reply_built(session, judge, opinion.id, text="Băncile vin în mai.", now=NOON)
    await run_jobs()
    assert len(told(town, follower)) == 5  # four milestones and the answer
    [answered] = told(town, ana)
    assert "Direcția a răspuns" in answered.get_content()
