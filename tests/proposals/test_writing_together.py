"""Two authors type in one draft at once: the second is told, sees both texts, and loses nothing."""

import asyncio
import re

import pytest

from app.kit.db import Database, new_id
from app.kit.errors import DomainError
from proposals import queries, service
from proposals.errors import DraftChangedMeanwhile
from proposals.models import Idea
from proposals.service import Seen
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_draft
from tests.proposals.conftest import Town, Visitor
from tests.proposals.test_authors import joined

pytestmark = pytest.mark.usefixtures("clock")


async def open_step(visitor: Visitor, idea: Idea, step: str = "text") -> dict[str, str]:
    """The hidden fields of a step's form, as its author opened it."""
    html = await visitor.see(f"/ideas/{idea.id}/edit/{step}")
    return dict(re.findall(r'name="(form|seen)" value="([^"]+)"', html))


async def two_authors(town: Town) -> tuple[Idea, Visitor, Visitor]:
    async with town.database.write() as session:
        author, dan = [await make_account(session, name=n, verified=True) for n in ("Ana Pop", "Dan Ilie")]
        draft = await make_draft(session, cycle=town.cycle, author=author)
        await joined(session, author, draft, actor_of(dan, verified=True))
    return draft, await town.visitor(author), await town.visitor(dan)


async def test_the_second_of_two_authors_sees_both_texts_and_saves_knowingly(town: Town) -> None:
    draft, ana, dan = await two_authors(town)
    text, words = f"/ideas/{draft.id}/edit/text", {"title": "Piste pe strada mea", "lang": "ro"}
    by_ana, by_dan = await open_step(ana, draft), await open_step(dan, draft)
    await ana.send(text, **words, body="Textul Anei, cu piste.", **by_ana)
    refused = await dan.send(text, 409, **words, body="Textul lui Dan, cu copaci.", **by_dan)
    assert "Another author has changed this" in refused.text
    assert "Textul Anei, cu piste." in refused.text
    assert "Textul lui Dan, cu copaci." in refused.text
    saving = await dan.send(
        f"/ideas/{draft.id}/autosave/text", 409, **words, body="Textul lui Dan.", **by_dan
    )
    assert "Another author" in saving.text
    async with town.database.read() as session:
        assert (await queries.get_idea(session, draft.id)).body == "Textul Anei, cu piste."
    again = dict(re.findall(r'name="(form|seen)" value="([^"]+)"', refused.text))
    await dan.send(text, **words, body="Textul amândurora.", **again)
    async with town.database.read() as session:
        assert (await queries.get_idea(session, draft.id)).body == "Textul amândurora."


async def test_who_types_alone_is_never_stopped(town: Town) -> None:
    draft, ana, dan = await two_authors(town)
    seen, words = await open_step(ana, draft), {"title": "Piste pe strada mea", "lang": "ro"}
    saved = f"/ideas/{draft.id}/autosave/text"
    for place in range(3):  # as it is typed, from one form
        await ana.send(saved, 200, **words, body=f"Propoziția {place}.", **seen)
    elsewhere = await open_step(dan, draft, "place")
    await dan.send(f"/ideas/{draft.id}/edit/place", location="Strada Lungă 5", **elsewhere)  # another step
    await ana.send(saved, 200, **words, body="Propoziția 4.", **seen)
    wrong = await ana.send(f"/ideas/{draft.id}/edit/text", 422, title="x" * 200, body="", lang="ro", **seen)
    assert seen["seen"] in wrong.text  # a refused form has seen no more than before
    twin = await open_step(dan, draft)
    await ana.send(saved, 200, **words, body="La fel.", **seen)
    await dan.send(saved, 200, **words, body="La fel.", **twin)  # the same words are no quarrel


async def test_of_two_at_the_same_moment_one_is_refused(database: Database) -> None:
    async with database.write() as session:
        author = await make_account(session, verified=True)
        draft = await make_draft(session, cycle=await make_cycle(session), author=author)
        actor, seen = actor_of(author, verified=True), service.digest_step(draft, "text")

    async def save(body: str) -> object:
        try:
            async with database.write() as session:
                form = Seen("text", str(new_id()), seen)
                await service.save_draft(session, actor, draft.id, {"body": body}, seen=form, now=NOON)
        except DomainError as refused:
            return type(refused)
        return body

    answers = await asyncio.gather(*(save(f"Textul {place}") for place in range(4)))
    assert answers.count(DraftChangedMeanwhile) == 3
    async with database.read() as session:
        assert (await queries.get_idea(session, draft.id)).body in answers
