"""Ideas, comments and works as data: narrowed lists, one of them, feeds, and exports of any size."""

import asyncio
import csv
import io
import json
import re
import tracemalloc
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import insert, update

from accounts.states import Role
from app.kit.db import new_id
from app.main import routers
from discussions import service as discussions
from discussions.models import Comment
from discussions.queries import get_subject
from discussions.service import hide_comment, write_comment
from discussions.states import Ground
from proposals import service
from proposals.models import Idea, Milestone, Project
from proposals.service import Saying
from proposals.states import Built, IdeaState
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.proposals import make_draft, make_funded, make_idea, make_reviewer, make_works
from tests.proposals.conftest import Town

BODY = "ăîșț" * 15_000  # 120 kB in UTF-8, far more than an idea may have
MIB = 1024 * 1024


async def fetch(town: Town, path: str, status: int = 200) -> Any:
    answer = await town.make_client().get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.json() if status == 200 else None


async def test_ideas_are_narrowed_as_on_the_page(town: Town) -> None:
    async with town.database.write() as session:
        author = await make_account(session, verified=True)
        for place in range(21):
            await make_idea(session, cycle=town.cycle, author=author, title=f"Umbră pe strada nr. {place}")
        idea = await make_idea(session, cycle=town.cycle, state=IdeaState.REJECTED, area_code="cotroceni")
        draft = await make_draft(session, cycle=town.cycle)
        actor = actor_of(author, verified=True)
        subject = await get_subject(session, actor, f"idea:{idea.id}")
        said = await discussions.write_comment(session, actor, subject, "Nu e drept.", now=NOON)
        await discussions.write_comment(session, actor, subject, "Explic.", parent_id=said.id, now=NOON)
    first = await fetch(town, "/api/v1/ideas?cycle=bp-2027&q=umbra")
    assert (first["total"], first["pages"], len(first["ideas"])) == (21, 2, 20)
    second = await fetch(town, first["next"].partition(".local")[2])
    assert (second["page"], second["next"], len(second["ideas"])) == (2, None, 1)
    [one] = (await fetch(town, "/api/v1/ideas?state=rejected"))["ideas"]
    assert (one["id"], one["area"]) == (str(idea.id), "Cotroceni")
    assert (await fetch(town, "/api/v1/ideas?area=nowhere&order=%27"))["ideas"] == []

    detail = await fetch(town, f"/api/v1/ideas/{idea.id}")
    assert [step["kind"] for step in detail["timeline"]] == ["submitted", "taken", "rejected"]
    assert detail["timeline"][-1]["facts"]["reason"] == "R02"
    assert detail["comments"] == 2
    comments = (await fetch(town, f"/api/v1/ideas/{idea.id}/comments"))["comments"]
    assert {one["reply_to"] for one in comments} == {None, str(said.id)}
    for path in (f"/api/v1/ideas/{draft.id}", f"/api/v1/ideas/{draft.id}/comments"):
        await fetch(town, path, status=404)


async def test_what_has_not_changed_is_not_sent_again(town: Town) -> None:
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle)
    client = town.make_client()
    for path in ("/api/v1/ideas", f"/api/v1/ideas/{idea.id}", "/api/v1/works"):
        tag = (await client.get(path)).headers["etag"]
        again = await client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    async with town.database.write() as session:
        fan = await make_account(session, verified=True)
        await service.support_idea(session, actor_of(fan, verified=True), idea.id, now=NOON)
    assert (await client.get("/api/v1/ideas", headers={"If-None-Match": tag})).status_code == 200


async def test_the_works_as_data_and_feeds(town: Town) -> None:
    async with town.database.write() as session:
        judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
        project = await make_funded(session, cycle=town.cycle)
        await make_works(session, judge, project, *[NOON.date()] * 4)
        ana = actor_of(await make_account(session, verified=True), verified=True)
        saying = Saying(choice=Built.NO, text="Lipsesc băncile.")
        opinion = await service.say_built(session, ana, project.id, saying, now=NOON)
        await service.reply_built(session, judge, opinion.id, text="Vin în mai.", now=NOON)
    [works] = await fetch(town, "/api/v1/works")
    assert (works["state"], works["built"]["no"]) == ("received", 1)
    assert await fetch(town, "/api/v1/works?state=late") == []
    detail = await fetch(town, f"/api/v1/works/{project.id}")
    assert [one["key"] for one in detail["milestones"]] == [
        "contract",
        "works_begin",
        "works_end",
        "reception",
    ]
    assert detail["opinions"][0]["replies"][0]["text"] == "Vin în mai."
    async with town.database.write() as session:
        moderator = actor_of(await make_account(session), roles=[Role.MODERATOR])
        assert opinion.words_id is not None
        why = "Jignește pe cineva anume."
        await hide_comment(session, moderator, opinion.words_id, Ground.INSULT, why, now=NOON)
    hidden = (await fetch(town, f"/api/v1/works/{project.id}"))["opinions"][0]
    assert (hidden["text"], hidden["hidden_why"]) == ("", "Jignește pe cineva anume.")
    client = town.make_client()
    for path in ("/works/feed.atom", f"/works/{project.id}/feed.atom"):
        ids = re.findall(r"<entry>\s*<id>([^<]+)</id>", (await client.get(path)).text)
        assert len(ids) == len(set(ids)) == 4
        modified = (await client.get(path)).headers["last-modified"]
        known = await client.get(path, headers={"If-Modified-Since": modified})
        assert (known.status_code, known.content) == (304, b"")
        for since in ("Sat, 01 Jan 2000 00:00:00 GMT", "ieri"):
            assert (await client.get(path, headers={"If-Modified-Since": since})).status_code == 200
    page = (await client.get(f"/works/{project.id}")).text
    assert 'property="og:title"' in page
    assert "feed.atom" in page


async def test_an_export_of_any_size_takes_the_same_memory(town: Town) -> None:
    async with town.database.write() as session:
        like = await make_idea(session, cycle=town.cycle)
        kept = {column.key: getattr(like, column.key) for column in Idea.__table__.columns}
        rows = [{**kept, "id": new_id(), "number": f"ID-{place}", "body": ""} for place in range(2_000)]
        await session.execute(insert(Idea), rows)
        await session.execute(update(Idea).values(body=BODY).execution_options(synchronize_session=False))
    sent = Sink()
    tracemalloc.start()
    await town.app(scope_of("/api/v1/cycles/bp-2027/ideas"), sent.receive, sent.send)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent.status == 200
    assert sent.count > 2_000 * len(BODY.encode())  # 240 MB and more
    assert peak < 200 * MIB, f"{peak / MIB:.0f} MiB"


async def test_comments_and_works_of_a_season_take_little_memory(town: Town) -> None:
    async with town.database.write() as session:
        idea, ana = await make_idea(session, cycle=town.cycle), await make_account(session)
        subject = await get_subject(session, actor_of(ana), f"idea:{idea.id}")
        said = await write_comment(session, actor_of(ana), subject, BODY, now=NOON)
        kept = {column.key: getattr(said, column.key) for column in Comment.__table__.columns}
        rows = [{**kept, "id": new_id(), "created_at": NOON + timedelta(seconds=n)} for n in range(15_000)]
        await session.execute(insert(Comment), rows)
        project = await make_funded(session, cycle=town.cycle)
        kept = {column.key: getattr(project, column.key) for column in Project.__table__.columns}
        more = [
            {**kept, "id": new_id(), "idea_id": None, "number": f"P{n}", "position": n}
            for n in range(1_000, 1_300)
        ]
        await session.execute(insert(Project), more)
        steps = [
            {
                "id": new_id(),
                "project_id": one["id"],
                "position": n + 1,
                "kind": kind,
                "ordinal": 0,
                "title": "",
                "planned_on": NOON.date(),
                "note": "",
                "at": NOON,
                "by_id": ana.id,
                "by_name": "Ana",
            }
            for one in more
            for n, kind in enumerate(("contract", "works_begin", "works_end", "reception"))
        ]
        await session.execute(insert(Milestone), steps)
    for path in (f"/api/v1/ideas/{idea.id}/comments", "/api/v1/works", "/works.csv", "/works"):
        sent = Sink()
        tracemalloc.start()
        await town.app(scope_of(path), sent.receive, sent.send)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sent.status == 200, path
        assert peak < 50 * MIB, f"{path}: {peak / MIB:.0f} MiB"


async def test_what_is_streamed_is_whole(town: Town, monkeypatch) -> None:
    monkeypatch.setattr("proposals.queries.ideas.EXPORT_BATCH", 2)
    async with town.database.write() as session:
        author = await make_account(session, verified=True)
        ideas = [await make_idea(session, cycle=town.cycle, author=author) for _ in range(5)]  # at one moment
    numbers = [one.number for one in ideas]
    listed = await fetch(town, "/api/v1/cycles/bp-2027/ideas")
    assert sorted(one["number"] for one in listed) == numbers
    client: httpx.AsyncClient = town.make_client()
    table = await client.get("/cycles/bp-2027/ideas.csv")
    assert table.headers["content-disposition"] == 'attachment; filename="ideas-bp-2027.csv"'
    assert sorted(row["number"] for row in csv.DictReader(io.StringIO(table.text[1:]))) == numbers
    assert (await client.head("/cycles/bp-2027/ideas.csv")).content == b""
    assert await fetch(town, "/api/v1/cycles/bp-2027/projects") == []
    await fetch(town, "/api/v1/cycles/none/ideas", status=404)


async def test_the_description_names_what_lists_hold(town: Town) -> None:
    description = await fetch(town, "/api/openapi.json")
    listed = description["paths"]["/api/v1/cycles/{slug}/ideas"]["get"]["responses"]["200"]
    assert "IdeaFact" in json.dumps(listed)
    ours = {re.sub(r":\w+}", "}", route.path) for router in routers() for route in router.routes}
    named = {path for path in ours if path.startswith("/api/v1/")}
    assert len(named) >= 10
    assert named <= set(description["paths"]), "every address for programs is described"


class Sink:
    """Takes an answer and counts it, as a slow disk at the other end would."""

    def __init__(self) -> None:
        self.status, self.count = 0, 0
        self.is_over = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.is_over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.count += len(message.get("body", b""))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.is_over.set()


def scope_of(path: str) -> dict[str, Any]:
    """A GET as a server describes it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"testserver.local")],
        "client": ("127.0.0.1", 1),
        "server": ("testserver.local", 80),
    }
