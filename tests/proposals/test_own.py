"""Closing an account takes the name off everything; the copy of one's data has everything."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.service import CLOSED_NAME
from accounts.service.own_data import close_account, export_account
from accounts.states import Role
from app.wiring import wire
from discussions import service as discussions
from discussions.models import Comment
from discussions.queries import get_subject
from proposals import queries, service
from proposals.errors import IdeaNotFound
from proposals.models import Idea, Opinion
from proposals.pages.ideas import view_events
from proposals.service import Saying
from proposals.service.authors import add_co_author
from proposals.states import Built
from search.service import refresh
from tests.make.accounts import NOON, PASSWORD, actor_of, make_account
from tests.make.cycles import make_cycle
from tests.make.proposals import make_draft, make_funded, make_idea, make_reviewer, make_works
from tests.proposals.conftest import Town


async def test_a_closed_account_leaves_no_name_and_a_copy_has_everything(session: AsyncSession) -> None:
    wire()
    cycle = await make_cycle(session)
    ana = await make_account(session, name="Ana Ionescu", verified=True)
    actor = actor_of(ana, verified=True)
    idea, other = await make_idea(session, cycle=cycle, author=ana), await make_idea(session, cycle=cycle)
    draft = await make_draft(session, cycle=cycle, author=ana, title="Ciorna mea de acasă")
    await service.support_idea(session, actor, other.id, now=NOON)
    judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    project = await make_funded(session, cycle=cycle)
    await make_works(session, judge, project, *[NOON.date()] * 4)
    saying = Saying(choice=Built.PARTLY, text="Lipsesc băncile.")
    opinion = await service.say_built(session, actor, project.id, saying, now=NOON)
    subject = await get_subject(session, actor, f"idea:{other.id}")
    comment = await discussions.write_comment(
        session, actor, subject, "Bine spus.", wants_mail=True, now=NOON
    )

    third = await make_idea(session, cycle=cycle)
    await add_co_author(session, third, ana.id, "Ana I.", now=NOON)
    data: Any = await export_account(session, actor, now=NOON)
    own = data["proposals"]
    assert {one["title"] for one in own["ideas"]} == {idea.title, draft.title}
    assert [(one["number"], one["named"]) for one in own["co_authored"]] == [(third.number, "Ana I.")]
    assert [one["number"] for one in own["supports"]] == [other.number]
    assert own["opinions"][0]["text"] == "Lipsesc băncile."
    assert {one["text"] for one in data["comments"]["written"]} == {"Bine spus.", "Lipsesc băncile."}

    await close_account(session, actor, password=PASSWORD, now=NOON)
    session.expunge_all()
    for query in (
        select(Idea.author_name).where(Idea.id == idea.id),
        select(Opinion.author_name).where(Opinion.id == opinion.id),
        select(Comment.author_name).where(Comment.id == comment.id),
    ):
        assert (await session.execute(query)).scalar_one() == CLOSED_NAME
    with pytest.raises(IdeaNotFound):
        await queries.get_idea(session, draft.id)
    kept = await queries.get_idea(session, other.id)
    assert (kept.support_count, kept.author_name) == (1, "Ana P.")
    events = view_events(await queries.list_events(session, idea.id), [], "ro", author=CLOSED_NAME)
    assert [one.by for one in events] == [CLOSED_NAME]
    assert not (await session.get_one(Comment, comment.id)).wants_mail


async def test_the_name_is_nowhere_on_the_pages(town: Town) -> None:
    async with town.database.write() as session:
        ana = await make_account(session, name="Zenobia Ionescu", verified=True)
        idea = await make_idea(session, cycle=town.cycle, author=ana)
        actor = actor_of(ana, verified=True)
        subject = await get_subject(session, actor, f"idea:{idea.id}")
        await discussions.write_comment(session, actor, subject, "Răspund aici.", now=NOON)
    await refresh(town.database, now=NOON)
    nobody = await town.visitor()
    pages = (f"/ideas/{idea.id}", f"/discussions/idea:{idea.id}", "/ideas", f"/ideas/{idea.id}/feed.atom")
    assert "Zenobia" in (await nobody.client.get(pages[0])).text
    async with town.database.write() as session:
        await close_account(session, actor, password=PASSWORD, now=NOON)
    await refresh(town.database, now=NOON)
    for path in (*pages, "/search?q=raspund"):
        answer = await nobody.client.get(path)
        assert answer.status_code == 200
        assert "Zenobia" not in answer.text, path
