"""What the pages that most people open cost: few queries, drawn once for the same content, and never old."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, update

from app.kit.db import Database
from cycles.models import Cycle, Stage
from cycles.states import StageKind
from proposals.models import Idea
from tests.conftest import FrozenClock
from tests.make.cycles import make_cycle
from tests.make.proposals import make_idea
from tests.make.voting import cast, make_poll, make_voter
from voting.models import Poll

NOT_A_QUERY = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
IDEAS = 23  # more than one page
# What each page may ask the database, however many rows there are. Lower is welcome, higher is a decision.
QUERIES = {
    "/": 5,
    "/ideas": 5,
    "/ideas?order=new": 6,
    "/ideas?order=supported&page=2": 6,
    "/ideas?q=piste+arsenalului&area=rahova&state=open": 5,
    "/projects": 5,
    "/polls/{poll}": 4,
    "/register": 2,
    "/help": 0,
}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_A_QUERY):
            statements.append(statement)

    engines = {database.reader.sync_engine, database.writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


class District:
    """A cycle that collects ideas, a vote in another, and a visitor without a session."""

    def __init__(self, app: Any, client: httpx.AsyncClient) -> None:
        self.app, self.client = app, client
        self.database: Database = app.services.database
        self.cycle: Cycle
        self.poll: Poll

    async def see(self, path: str) -> str:
        """The page at `path`."""
        answer = await self.client.get("/en" + path.format(poll=self.poll.id))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


@pytest.fixture
async def district(app: Any, client: httpx.AsyncClient, clock: FrozenClock) -> District:
    """As few rows as make every query necessary."""
    place = District(app, client)
    async with place.database.write() as session:
        place.poll = await make_poll(session)
        place.cycle = await make_cycle(session, slug="bp-2028", year=2028)
        for number in range(IDEAS):
            await make_idea(session, cycle=place.cycle, title=f"Piste pentru biciclete {number}")
    return place


@pytest.mark.parametrize("path", QUERIES)
async def test_a_page_asks_no_more_than_this_and_is_drawn_once(district: District, path: str) -> None:
    rendered = district.app.services.rendered
    with counted(district.database) as statements:
        first = await district.see(path)
    assert len(statements) <= QUERIES[path], statements
    assert len(rendered) == 1, "its model has a plain form, so the page is kept"
    assert await district.see(path) == first
    assert len(rendered) == 1


async def test_casting_asks_no_more_than_this(district: District) -> None:
    async with district.database.write() as session:
        voter = await make_voter(session)
    with counted(district.database) as statements:
        async with district.database.write() as session:
            await cast(session, district.poll, ["P01", "P03"], voter=voter)
    assert len(statements) <= 9, statements


async def test_a_page_that_was_kept_is_never_shown_for_newer_content(
    district: District, clock: FrozenClock
) -> None:
    before = {path: await district.see(path) for path in ("/", "/ideas", "/polls/{poll}")}
    async with district.database.write() as session:
        await cast(session, district.poll, ["P02"], voter=await make_voter(session))
        await session.execute(update(Idea).values(support_count=7))
    after = {path: await district.see(path) for path in before}
    assert all(after[path] != before[path] for path in before), "each shows what was committed"
    assert after["/ideas"].count("7 residents support it") == 20
    async with district.database.write() as session:
        query = update(Stage).where(Stage.cycle_id == district.poll.cycle_id, Stage.kind == StageKind.VOTE)
        await session.execute(query.values(closes_at=clock.now + timedelta(seconds=30)))
    assert await district.see("/") != after["/"]
    clock.forward(seconds=31)  # within the same minute or not: the vote has ended
    assert "The vote is open" not in await district.see("/")


async def test_the_order_of_the_day_is_the_same_all_day_and_new_ideas_are_in_it(
    district: District, clock: FrozenClock
) -> None:
    pages = [await district.see(f"/ideas?cycle=bp-2028&page={number}") for number in (1, 2)]
    clock.forward(hours=1)
    assert [await district.see(f"/ideas?cycle=bp-2028&page={number}") for number in (1, 2)] == pages
    for number in range(IDEAS):
        assert sum(f"Piste pentru biciclete {number}<" in page for page in pages) == 1
    async with district.database.write() as session:
        await make_idea(session, cycle=district.cycle, title="Trimisă mai târziu", now=clock.now)
    pages = [await district.see(f"/ideas?cycle=bp-2028&page={number}") for number in (1, 2)]
    assert sum("Trimisă mai târziu" in page for page in pages) == 1
    clock.forward(days=1)
    assert await district.see("/ideas?cycle=bp-2028&page=1") != pages[0], "another day, another order"
