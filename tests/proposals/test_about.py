"""What is told at once of an idea is what the single questions tell."""

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from app.kit.db import new_id
from discussions.models import Thread
from notices.models import Follow
from proposals import queries, service
from proposals.models import (
    Advice,
    Attachment,
    CoAuthor,
    Department,
    Idea,
    IdeaNote,
    Intake,
    OfficerConflict,
    Photo,
)
from proposals.queries.about import _PARTS
from proposals.queries.discussed import idea_ref
from proposals.states import IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_contestation, make_idea, make_reviewer, merger

MADE_BY_SERVICES = {"contested", "support", "carried", "prepared", "merged", "pauses"}


async def fill(session: AsyncSession, idea: Idea) -> None:
    """One of everything that hangs on an idea, but what the services make below."""
    official = await make_reviewer(session, name="Oana Dinu")
    department = Department(name="Străzi", name_en="Streets", email="strazi@example.ro", created_at=NOON)
    session.add(department)
    await session.flush()
    key = {"idea_id": idea.id}
    photo = {"position": 1, "large_key": "a", "small_key": "b", "width": 4, "height": 3, "alt": ""}
    document = {"position": 1, "title": "Plan", "key": "a.pdf", "media_type": "application/pdf", "size": 9}
    asked = {"question": "Cât costă?", "term_days": 5, "due_on": NOON.date(), "asked_by_name": official.name}
    contact = {"name": "Ion", "email": "", "phone": "", "address": "", "code_hash": "x"}
    session.add_all(
        [
            Photo(**key, **photo, created_at=NOON),
            Attachment(**key, **document, created_at=NOON),
            CoAuthor(**key, account_id=official.id, name="", at=NOON),
            IdeaNote(**key, author_id=official.id, author_name="Oana", at=NOON, text="Notă"),
            OfficerConflict(**key, account_id=official.id, name="Oana", why="vecină", at=NOON),
            Advice(**key, **asked, department_id=department.id, asked_at=NOON, asked_by_id=official.id),
            Intake(
                **key,
                **contact,
                form_id=new_id(),
                channel="paper",
                received_on=NOON.date(),
                entered_at=NOON,
                entered_by_id=official.id,
                entered_by_name=official.name,
            ),
            Thread(subject=idea_ref(idea.id), scope="ideas:x", comment_count=7),
        ]
    )
    await session.flush()


async def test_it_tells_what_there_is(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    idea, other = [await make_idea(session, cycle=cycle) for _ in range(2)]
    await fill(session, idea)
    about = await queries.read_about(session, idea.id, None)
    assert about.has == set(_PARTS) - MADE_BY_SERVICES
    assert (about.idea, about.cycle, about.comment_count) == (idea, cycle, 7)
    empty = await queries.read_about(session, other.id, None)
    assert (empty.has, empty.comment_count, empty.used_supports) == (frozenset(), 0, 0)
    assert (empty.verdict, empty.project, empty.costed) == (None, None, None)
    assert empty.rules.most_supports == (await queries.get_rules(session, cycle.id)).most_supports
    assert empty.area_name


async def test_it_tells_what_is_decided(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    author = await make_account(session, verified=True)
    accepted = await make_idea(session, cycle=cycle, state=IdeaState.ACCEPTED)
    about = await queries.read_about(session, accepted.id, None)
    assert about.verdict == about.costed == await queries.find_verdict(session, accepted.id)
    assert about.project == await queries.find_project_of_idea(session, accepted.id) is not None
    rejected = await make_idea(session, cycle=cycle, state=IdeaState.REJECTED, author=author)
    await make_contestation(session, rejected, author)
    about = await queries.read_about(session, rejected.id, None)
    assert set(about.has) == {"contested"}
    assert about.costed is None
    waiting = await make_idea(session, cycle=cycle, state=IdeaState.WAITING)
    assert (await queries.read_about(session, waiting.id, None)).has == {"pauses"}


async def test_it_tells_what_who_looks_does(session: AsyncSession) -> None:
    cycle = await make_cycle(session)
    resident, reviewer = await make_account(session, verified=True), await make_reviewer(session)
    actor = actor_of(resident, verified=True)
    target, merged, third = [
        await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW) for _ in range(3)
    ]
    for one in (target, merged, third):
        await service.support_idea(session, actor, one.id, now=NOON)
    session.add(Follow(account_id=resident.id, topic=idea_ref(merged.id), since=NOON))
    await session.flush()
    judge = actor_of(reviewer, roles=[Role.REVIEWER])
    await service.judge_idea(session, judge, merged.id, merger(target.id), now=NOON)
    about = await queries.read_about(session, merged.id, resident.id)
    assert set(about.has) == {"support", "carried"}
    assert about.follows
    assert about.used_supports == 2 == await queries.count_supports(session, cycle.id, [resident.id])
    ours = await queries.read_about(session, target.id, resident.id)
    assert set(ours.has) == {"support", "merged", "co_authors"}
    assert not ours.follows
    assert (await queries.read_about(session, target.id, reviewer.id)).has == {"merged", "co_authors"}
    assert [row.id for row in await queries.list_merged_ideas(session, target.id)] == [merged.id]
