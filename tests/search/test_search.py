"""The index follows what is public, and the page finds it: with all the words, or with some."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.kit.paging import paging
from app.wiring import wire
from discussions import service as discussions
from discussions.queries import get_subject, list_newest
from discussions.states import Ground
from proposals.models import Idea
from proposals.service import answer_question
from proposals.states import IdeaState
from search import queries, service
from search.rules import terms
from tests.make.accounts import actor_of, make_account
from tests.make.acts import edit, make_act, make_clerk, make_person, propose
from tests.make.cycles import NOON, make_cycle
from tests.make.discussions import REASON, make_moderator
from tests.make.proposals import make_contestation, make_draft, make_idea
from tests.make.voting import make_poll
from tests.proposals.conftest import Town, Visitor

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def town(app: Any, make_client: Callable[[], httpx.AsyncClient], clock: object) -> Town:
    """A town whose cycle takes ideas now."""
    town = Town(app, make_client)
    async with town.database.write() as session:
        town.cycle = await make_cycle(session)
    return town


@pytest.fixture(autouse=True)
def wired() -> None:
    wire()


async def refresh(town: Town) -> int:
    return await service.refresh(town.database, now=NOW)


async def titles(visitor: Visitor, question: str) -> list[str]:
    """What is found, in its order."""
    answer = await visitor.client.get("/api/v1/search", params={"q": question})
    assert answer.status_code == 200
    return [one["title"] for one in answer.json()["results"]]


async def new_idea(town: Town, title: str, **fields: Any) -> Idea:
    async with town.database.write() as session:
        return await make_idea(session, cycle=town.cycle, title=title, **fields)


async def test_what_is_sent_is_found_and_what_is_a_draft_is_not(town: Town) -> None:
    await refresh(town)  # the catalogue of reasons is there from the beginning
    await new_idea(town, "Piste de biciclete pe Șoseaua Panduri")
    await new_idea(town, "Rastel pentru o bicicletă", body="Lângă școală, cu acoperiș și lumină. " * 4)
    await new_idea(town, "Bănci în parc", body="Lângă piste. " + "Text despre bănci. " * 20)
    async with town.database.write() as session:
        await make_draft(
            session, cycle=town.cycle, author=await make_account(session), title="Bicicletă secretă"
        )
    nobody = await town.visitor()
    assert await titles(nobody, "biciclete") == []
    assert await refresh(town) == 3
    assert await refresh(town) == 0
    both = {"Rastel pentru o bicicletă", "Piste de biciclete pe Șoseaua Panduri"}
    assert set(await titles(nobody, "BICICLETEI")) == both
    assert await titles(nobody, "piste biciclete panduri") == ["Piste de biciclete pe Șoseaua Panduri"]
    assert (await titles(nobody, "piste"))[0] == "Piste de biciclete pe Șoseaua Panduri"
    html = await nobody.see("/search?q=acoperis")
    assert "<mark>acoperiș</mark>" in html
    assert "1 result" in html
    loose = await nobody.see("/search?q=biciclete+xilofon")
    assert "No page has all these words" in loose
    assert "<mark>biciclete</mark>" in loose
    assert "Nothing was found" in await nobody.see("/search?q=xilofon")


async def test_what_is_hidden_or_withdrawn_leaves_the_index(town: Town) -> None:
    idea = await new_idea(town, "Bănci în parc")
    ana = await town.resident()
    here = f"/discussions/idea:{idea.id}"
    await ana.see(here)
    await ana.send(here, body="Un comentariu despre xilofonul din piață.")
    await refresh(town)
    assert len(await titles(ana, "xilofon")) == 1
    async with town.database.write() as session:
        moderator = await make_moderator(session)
        comment = (await newest_of(session, idea))[0]
        await discussions.report_comment(
            session, await make_person(session), comment.id, Ground.INSULT, "", now=NOW
        )
        await discussions.hide_comment(session, moderator, comment.id, Ground.INSULT, REASON, now=NOW)
    assert await titles(ana, "xilofon") == []
    await refresh(town)
    assert await titles(ana, "xilofon") == []


async def newest_of(session: Any, idea: Idea) -> Any:
    subject = await get_subject(session, None, f"idea:{idea.id}")
    return await list_newest(session, subject.scope, paging(1, 5))


async def test_a_verdict_is_found_as_soon_as_it_is_given(town: Town) -> None:
    await new_idea(town, "Un teren de baschet", state=IdeaState.REJECTED)
    await refresh(town)
    assert "Un teren de baschet" in await titles(await town.visitor(), "teren privat")


async def test_what_was_asked_answered_and_contested_is_found(town: Town) -> None:
    author, reviewer = await town.resident(), await town.reviewer()
    async with town.database.write() as session:
        facts = {"cycle": town.cycle, "author": author.account, "reviewer": reviewer.account}
        asked = await make_idea(session, title="Umbră la Rahova", state=IdeaState.WAITING, **facts)
        contested = await make_idea(session, title="Fântână cu apă rece", state=IdeaState.REJECTED, **facts)
        assert author.account is not None
        await make_contestation(session, contested, author.account)
        words = "Lângă xilofonul de la intrare."
        await answer_question(session, actor_of(author.account), asked.id, answer=words, now=NOON)
    await refresh(town)
    nobody = await town.visitor()
    assert await titles(nobody, "parte a străzii") == ["Umbră la Rahova"]  # the department's question
    assert await titles(nobody, "xilofon") == ["Umbră la Rahova"]
    assert await titles(nobody, "extrasul de carte") == ["Fântână cu apă rece"]
    assert "/reasons/R" in str(
        (await nobody.client.get("/api/v1/search", params={"q": "proprietate"})).json()
    )


async def test_acts_amendments_and_votes_are_found(town: Town, tmp_path: Path) -> None:
    async with town.database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
        author = await make_person(session, name="Dan Autoru")
        await propose(session, author, act, edit("a1", "Tariful este de optsprezece lei pe oră."))
        await make_poll(session)
    await refresh(town)
    nobody = await town.visitor()
    assert act.title in await titles(nobody, "abonament dizabilități")
    assert any("Dan" in title for title in await titles(nobody, "optsprezece"))
    answer = (await nobody.client.get("/api/v1/search", params={"q": "tarif", "kind": "amendment"})).json()
    assert set(answer["counts"]) == {"act", "amendment"}
    assert {one["kind"] for one in answer["results"]} == {"amendment"}
    for result in answer["results"]:
        assert (await nobody.client.get(result["url"])).status_code == 200


async def test_nothing_typed_breaks_it(town: Town) -> None:
    await new_idea(town, "Bănci în parc")
    await refresh(town)
    nobody = await town.visitor()
    for question in ("", "%", "_", "'; DROP TABLE ideas; --", "de la", "ă" * 500, "\x00", "🙂", "a " * 400):
        answer = await nobody.client.get("/search", params={"q": question, "page": "-1", "kind": "<b>"})
        assert answer.status_code == 200, question
    assert (await nobody.client.get("/api/v1/search", params={"q": "parc", "page": 99})).status_code == 200
    assert (await nobody.client.get("/api/v1/search", params={"q": "parc", "page": "x"})).status_code == 400


async def test_two_workers_at_once_do_no_harm(town: Town) -> None:
    for number in range(12):
        await new_idea(town, f"Ideea {number} despre parc")
    await asyncio.gather(*(refresh(town) for _ in range(3)))
    async with town.database.read() as session:
        hits = await queries.look_up(session, terms("parc"), "", size=20, offset=0)
        assert hits.with_all["idea"] == 12
        stamps = await queries.list_stamps(session, "idea")
        assert len(stamps) == 12
        moment = await queries.last_refresh(session)
    assert moment == NOW
    assert await service.refresh(town.database, now=NOW + timedelta(minutes=1)) == 0
