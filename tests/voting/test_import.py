"""Real elections become cycles whose result is what the city's file says; nothing is half imported."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event, func, select

from app.imports import ImportRefused, import_pabulib
from app.kit.db import Database
from app.kit.storage import FileStorage
from cycles.models import Cycle
from tests import servers
from voting import queries
from voting.models import BoxEntry, Participation
from voting.rules.formats import read_pb
from voting.rules.result import Result
from voting.verify import verify_record

NOW = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
SHARED = Path(os.environ.get("OBSTE_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
SMALL = b"""META
key;value
description;A small vote
unit;Oras
instance;2026
num_projects;3
num_votes;4
budget;1000
vote_type;%(kind)s
rule;greedy
date_begin;01.03.2026
date_end;10.03.2026
currency;PLN
max_length;2
PROJECTS
project_id;cost;name;category;neighborhood;selected
a/1;600;Park;green;Nord;1
b;500;Drum;roads;Sud;0
c;400;Banca;green;Nord;1
VOTES
voter_id;vote%(column)s
%(votes)s
"""
KINDS = {
    "ordinal": b"1;a/1,c;2,1\n2;a/1,b;2,1\n3;c,a/1;2,1\n4;b,c;2,1",
    "approval": b"1;a/1,c\n2;a/1,b\n3;c,a/1\n4;a/1,c",
    "cumulative": b"1;a/1,c;3,1\n2;a/1,b;2,2\n3;c,a/1;2,2\n4;a/1;4",
    "scoring": b"1;a/1,c;5,4\n2;a/1,b;5,2\n3;c,a/1;5,5\n4;c;3",
}


def real(name: str) -> Path:
    path = SHARED / "pb" / name
    if not path.exists():
        pytest.skip(f"NOT TESTED: {name} is not here; set OBSTE_SHARED_DATA to the folder of shared data")
    return path


def small(tmp_path: Path, kind: str) -> Path:
    votes = KINDS[kind]
    column = b"" if kind == "approval" else b";points"
    path = tmp_path / f"Small_{kind}.pb"
    path.write_bytes(SMALL % {b"kind": kind.encode(), b"column": column, b"votes": votes})
    return path


@pytest.mark.parametrize("kind", list(KINDS))
async def test_each_kind_of_vote_becomes_a_counted_cycle(
    database: Database, tmp_path: Path, kind: str
) -> None:
    made = await import_pabulib(database, FileStorage(tmp_path), small(tmp_path, kind), now=NOW)
    assert made.slug == f"small-{kind}"
    assert made.agrees is True
    async with database.read() as session:
        full = await queries.get_poll(session, made.poll_id)
        assert (full.poll.state, full.poll.box_size, full.poll.is_imported) == ("tallied", 4, True)
        assert full.cycle.currency == "zł"
        voters = select(func.count()).select_from(Participation)
        assert (await session.execute(voters)).scalar_one() == 0  # we don't know who they were
        assert (await session.execute(select(func.count()).select_from(BoxEntry))).scalar_one() == 4
        record = next(f for f in await queries.list_files(session, made.poll_id) if f.name == "record.json")
    assert verify_record(await FileStorage(tmp_path).get(record.key)).ok


ON_BOTH = ("Poland_Krakow_2022.pb", "Netherlands_Assen_2024.pb")
ON_SQLITE = (  # what an election funds is counted without a database
    "Poland_Krakow_2020.pb",
    "Poland_Krakow_2024.pb",
    "Poland_Krakow_2025_Biezanow-Prokocim.pb",
    "Poland_Krakow_2025_Nowa_Huta.pb",
    "Poland_Krakow_2025_Podgorze.pb",
    "Poland_Katowice_2023.pb",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_BOTH)
async def test_a_real_election_funds_what_its_city_funded(
    database: Database, tmp_path: Path, name: str
) -> None:
    await check_import(database, tmp_path, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_SQLITE)
async def test_so_do_more_real_elections(tmp_path: Path, name: str) -> None:
    with servers.new_database("sqlite") as url:
        database = Database(url)
        try:
            await check_import(database, tmp_path, name)
        finally:
            await database.dispose()


async def check_import(database: Database, tmp_path: Path, name: str) -> None:
    """What the file says was funded is what the cycle made of it funds, and what is kept says the same."""
    path = real(name)
    made = await import_pabulib(database, FileStorage(tmp_path), path, now=NOW)
    stated = read_pb(path.read_bytes()).winners
    assert set(made.winners) == set(stated or ())
    assert made.agrees
    async with database.read() as session:
        tally = await queries.find_tally(session, made.poll_id)
    assert tally is not None
    assert msgspec.json.decode(tally.result, type=Result).winners == made.winners


async def test_the_same_file_twice_is_refused_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    path = small(tmp_path, "ordinal")
    await import_pabulib(database, FileStorage(tmp_path), path, now=NOW)
    with pytest.raises(ImportRefused, match="small-ordinal"):
        await import_pabulib(database, FileStorage(tmp_path), path, now=NOW)
    await import_pabulib(database, FileStorage(tmp_path), path, slug="alt", now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"rule;greedy", b"rule;unknown", "--rule"),
        (b"rule;greedy", b"rule;by-dice", "not one of ours"),
        (b"rule;greedy", b"rule;greedy-threshold", "threshold"),
        (b"vote_type;ordinal", b"vote_type;pebbles", "cannot be read|can be read"),
        (b"a/1;600", b"a/1;six", "can be read"),
    ],
)
async def test_what_cannot_be_counted_is_refused_before_anything_is_written(
    database: Database, tmp_path: Path, old: bytes, new: bytes, why: str
) -> None:
    path = small(tmp_path, "ordinal")
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(ImportRefused, match=why):
        await import_pabulib(database, FileStorage(tmp_path), path, now=NOW)
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(Cycle))).scalar_one() == 0


@pytest.mark.slow
async def test_the_page_of_a_large_result_takes_a_few_queries(app, client, tmp_path: Path) -> None:
    services = app.services
    small_one = await import_pabulib(services.database, services.storage, small(tmp_path, "ordinal"), now=NOW)
    path = real("Poland_Krakow_2025_Podgorze.pb")
    large = await import_pabulib(services.database, services.storage, path, now=NOW)
    counts = []
    for made in (small_one, large):
        seen: list[str] = []
        engine = services.database.reader.sync_engine
        listener = lambda *args, seen=seen: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        answer = await client.get(f"/polls/{made.poll_id}/result")
        event.remove(engine, "before_cursor_execute", listener)
        assert answer.status_code == 200
        assert not any("box_entries" in statement for statement in seen)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8
