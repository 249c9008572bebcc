"""Files of a version that are written once: their digests hold, and are in the register."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from amendments import jobs, queries, service
from amendments.models import Act, VersionFile
from app.kit.register import RegisterEntry
from tests.conftest import FrozenClock
from tests.make.acts import AFTER
from tests.make.published import make_published


@pytest.fixture
async def act(app: Any, clock: FrozenClock, tmp_path: Path) -> Act:
    clock.at(AFTER)
    async with app.services.database.write() as session:
        return await make_published(session, tmp_path)


async def test_a_file_that_is_written_down_is_served_as_it_was(
    app: Any, client: httpx.AsyncClient, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"/acts/{act.id}"
    before = {
        name: (await client.get(f"{here}/versions/1/{name}")).content for name in ("text.txt", "text.xml")
    }
    page = (await client.get(f"{here}/files")).text
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in before.items()}
    assert not [one for one in digests.values() if one in page]
    await jobs.keep_files(app.services)
    await jobs.keep_files(app.services)  # finds nothing left to do
    async with app.services.database.read() as session:
        facts = [
            json.loads(one.facts)
            for one in (await session.execute(select(RegisterEntry))).scalars()
            if one.kind == "act.files_kept"
        ]
        assert await service.list_unkept(session) == []
    assert [one["version"] for one in facts] == [1, 2]
    kept = facts[0]["files"]
    assert {name: one["sha256"] for name, one in kept.items()} == digests
    assert {name: one["size"] for name, one in kept.items()} == {
        name: len(content) for name, content in before.items()
    }
    page = (await client.get(f"{here}/files")).text
    assert all(one in page for one in digests.values())
    monkeypatch.setattr(service, "write_files", None)  # whatever writes files by then
    for name, content in before.items():
        assert (await client.get(f"{here}/versions/1/{name}")).content == content


async def test_two_workers_write_it_down_once(app: Any, act: Act) -> None:
    async with app.services.database.write() as session:
        [version, _] = await queries.list_versions(session, act.id)
        files = service.write_files("Sectorul 5", act, version)
        assert await service.keep_files(session, version.id, files, now=AFTER)
    async with app.services.database.write() as session:
        assert not await service.keep_files(session, version.id, files, now=AFTER)
    with pytest.raises(DBAPIError):
        async with app.services.database.write() as session:
            await session.execute(text("UPDATE act_version_files SET sha256 = ''"))
    async with app.services.database.read() as session:
        kept = await queries.list_kept_files(session, act.id)
        content = await queries.find_kept_file(session, version.id, service.AKOMA)
        assert content is not None
        size, sha256 = kept[version.id][service.AKOMA]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)
        assert len((await session.execute(select(VersionFile.name))).all()) == 2
