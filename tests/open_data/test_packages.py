"""The nightly packages: what is in them, what is not, and what another program says of them."""

import asyncio
import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.kit.db import Database
from app.kit.errors import NotFound
from app.kit.storage import FileStorage
from app.wiring import wire
from cycles.models import Cycle
from discussions import service as discussing
from discussions.states import Ground
from open_data import queries, service
from proposals import service as proposing
from proposals.models import Idea
from proposals.queries.discussed import find_ideas
from proposals.states import IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.discussions import REASON, make_moderator, say
from tests.make.proposals import make_draft, make_idea, make_project

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HERE = "https://exemplu.ro"


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    wire()
    return FileStorage(tmp_path / "files")


async def publish(database: Database, storage: FileStorage, now: datetime = NOON) -> None:
    await service.publish_due(database, storage, HERE, now=now)


async def fill(database: Database) -> tuple[Cycle, Idea]:
    """A cycle with a rejected idea, one in review and a draft; two comments that can be read, one hidden."""
    async with database.write() as session:
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle, state=IdeaState.REJECTED, title="=Piste, „late”")
        other = await make_idea(session, cycle=cycle, title="Umbră la școală", now=NOON + MINUTE)
        author = await make_account(session, verified=True)
        await make_draft(session, cycle=cycle, author=author, title="Nescrisă încă")
        neighbour = actor_of(await make_account(session, name="Vasile Pop", verified=True), verified=True)
        await proposing.support_idea(session, neighbour, other.id, now=NOON)
        subject = (await find_ideas(session, None, [str(other.id)]))[str(other.id)]
        first = await say(session, neighbour, "Mai multă umbră,\nvă rog.", subject=subject)
        await say(session, neighbour, "Și apă.", to=first, subject=subject, now=NOON + MINUTE)
        rude = await say(session, neighbour, "Cuvinte de ascuns.", subject=subject)
        moderator = await make_moderator(session)
        await discussing.hide_comment(session, moderator, rude.id, Ground.INSULT, REASON, now=NOON)
        await make_project(session, cycle=cycle)
    return cycle, idea


async def read(database: Database, storage: FileStorage, cycle: Cycle) -> zipfile.ZipFile:
    async with database.read() as session:
        package = await queries.get_package(session, cycle.id)
    content = b"".join([piece async for piece in await storage.read(package.key)])
    assert hashlib.sha256(content).hexdigest() == package.sha256
    assert len(content) == package.byte_count
    return zipfile.ZipFile(io.BytesIO(content))


def table(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(package.read(f"{name}.csv").decode("utf-8-sig"))))


@pytest.mark.usefixtures("clock")
async def test_everything_public_of_a_cycle_is_in_its_package(
    database: Database, storage: FileStorage, tmp_path: Path
) -> None:
    cycle, idea = await fill(database)
    await publish(database, storage)
    package = await read(database, storage, cycle)
    ideas = table(package, "ideas")
    assert [one["state"] for one in ideas] == ["rejected", "submitted"]
    assert ideas[0]["title"] == "'=Piste, „late”", "no spreadsheet takes it for a formula"
    assert ideas[0]["url"] == f"{HERE}/ideas/{idea.id}"
    steps = table(package, "timelines")
    assert [one["kind"] for one in steps if one["idea"] == idea.number][-1] == "rejected"
    assert any(json.loads(one["facts"]).get("reason") for one in steps)
    assert table(package, "supports") == [
        {"idea": ideas[1]["number"], "day": "2027-03-01", "supporters": "1"}
    ]
    comments = table(package, "comments")
    assert [one["text"] for one in comments] == ["Mai multă umbră,\nvă rog.", "Și apă."]
    assert comments[1]["reply_to"] == comments[0]["id"]
    assert [one["reason"] for one in table(package, "decisions")] == [REASON]
    assert len(table(package, "projects")) == 1
    whole = b"".join(package.read(name) for name in package.namelist()).decode()
    assert "Nescrisă" not in whole
    assert "Cuvinte de ascuns" not in whole
    package.extractall(tmp_path / "package")
    judge = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    judged = await asyncio.to_thread(
        subprocess.run, judge, cwd=tmp_path / "package", capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert judged.stdout.count("VALID") == len(queries.tables())


@pytest.mark.usefixtures("clock")
async def test_what_was_made_public_wrongly_is_gone_the_next_night(
    database: Database, storage: FileStorage
) -> None:
    cycle, _ = await fill(database)
    await publish(database, storage)
    async with database.read() as session:
        last = await queries.get_package(session, cycle.id)
    async with database.write() as session:
        idea = await make_idea(session, cycle=cycle)
        subject = (await find_ideas(session, None, [str(idea.id)]))[str(idea.id)]
        actor = actor_of(await make_account(session, verified=True), verified=True)
        said = await say(session, actor, "Mă răzgândesc.", subject=subject, now=NOON)
        await discussing.withdraw_comment(session, actor, said.id)
    await publish(database, storage, NOON + timedelta(hours=3))  # the same night: nothing to do
    async with database.read() as session:
        kept = await queries.get_package(session, cycle.id)
    assert kept.key == last.key
    await publish(database, storage, NOON + DAY)
    package = await read(database, storage, cycle)
    assert len(table(package, "ideas")) == 3
    assert "Mă răzgândesc" not in package.read("comments.csv").decode()
    with pytest.raises(NotFound):
        await storage.get(last.key)  # nobody finds yesterday's


@pytest.mark.usefixtures("clock")
async def test_a_night_begins_at_two(database: Database, storage: FileStorage) -> None:
    cycle, _ = await fill(database)
    await publish(database, storage)
    for hour, is_new in ((23, False), (1, False), (2, True)):  # in Bucharest, two hours before UTC
        day = NOON + (DAY if hour < 12 else timedelta())
        now = day.replace(hour=hour) - timedelta(hours=2)
        await publish(database, storage, now)
        async with database.read() as session:
            package = await queries.get_package(session, cycle.id)
        assert (package.made_at == now) is is_new, hour


@pytest.mark.usefixtures("clock")
async def test_two_at_once_leave_one_package(database: Database, storage: FileStorage) -> None:
    cycle, _ = await fill(database)
    await asyncio.gather(*(publish(database, storage) for _ in range(3)))
    await read(database, storage, cycle)
    assert len(list(storage.directory.rglob("*.zip"))) == 1


async def test_who_visits_takes_it_away(
    app: Any, make_client: Callable[[], httpx.AsyncClient], clock: object
) -> None:
    wire()
    services, client = app.services, make_client()
    assert "se face în noaptea" in (await client.get("/open-data")).text
    cycle, _ = await fill(services.database)
    address = f"/open-data/{cycle.slug}/package.zip"
    early = await client.get(address)
    assert early.status_code == 404
    await publish(services.database, services.storage)
    page = await client.get("/open-data")
    assert f'href="{address}"' in page.text
    assert "Deciziile moderatorilor" in page.text
    told = (await client.get("/api/v1/open-data")).json()
    assert [one["rows"] for one in told[0]["tables"]] == [2, 4, 1, 2, 1, 1]
    file = await client.get(address)
    assert file.headers["content-type"] == "application/zip"
    assert hashlib.sha256(file.content).hexdigest() == told[0]["sha256"]
    assert len(file.content) == told[0]["bytes"]
