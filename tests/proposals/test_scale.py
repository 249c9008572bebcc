"""Many at once: thousands of clicks on support, and every page over a season of ideas.

`OBSTE_TEST_SCALE=1 ./obste test tests/proposals/test_scale.py` does it at full size: 5,000 clicks, and 2,000
ideas with 30,000 supports and 15,000 comments. Without it the same is done with a part of that, always.
"""

import asyncio
import os
import random
from collections import Counter

import pytest
from sqlalchemy import select

from accounts.policy import Actor
from app.kit.db import Database
from app.kit.errors import Conflict, Forbidden
from bench.district import add_residents
from bench.season import AIM_MS, MOST_BYTES, NIGHT, Measured, measure
from bench.season_rows import SEASON
from proposals import service
from proposals.models import Idea, Support
from proposals.states import MOST_SUPPORTS
from tests import servers
from tests.conftest import skip_or_fail
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_idea

FULL = bool(os.environ.get("OBSTE_TEST_SCALE"))
CLICKS = 5_000 if FULL else 240
AT_ONCE = 40
IDEAS = 20


@pytest.mark.usefixtures("clock")
async def test_thousands_of_clicks_leave_exact_counts(database: Database) -> None:
    """Everybody clicks twice at once, in two windows, on more ideas than they may support."""
    people = CLICKS // (2 * (MOST_SUPPORTS + 2))
    async with database.write() as session:
        cycle = await make_cycle(session)
        ideas = [(await make_idea(session, cycle=cycle)).id for _ in range(IDEAS)]
        voters = await add_residents(session, people, NOON)
    lot = random.Random(5)
    clicks = [
        (Actor(id=voter.account_id, name="Ana", email="", is_verified=True), idea)
        for voter in voters
        for idea in lot.sample(ideas, MOST_SUPPORTS + 2)
        for _ in range(2)
    ]
    lot.shuffle(clicks)
    waiting, answers = iter(clicks), Counter[str]()

    async def click_after_click() -> None:
        for actor, idea in waiting:
            try:
                async with database.write() as session:
                    await service.support_idea(session, actor, idea, now=NOON)
            except (Conflict, Forbidden) as refusal:
                answers[type(refusal).__name__] += 1
            else:
                answers["given"] += 1

    await asyncio.gather(*(click_after_click() for _ in range(AT_ONCE)))
    async with database.read() as session:
        rows = (await session.execute(select(Support.idea_id, Support.account_id))).all()
        counted = dict(
            (await session.execute(select(Idea.id, Idea.support_count).where(Idea.id.in_(ideas)))).all()
        )
    by_idea, by_person = Counter(row[0] for row in rows), Counter(row[1] for row in rows)
    assert counted == {idea: by_idea[idea] for idea in ideas}
    assert set(by_person.values()) == {MOST_SUPPORTS}  # nobody more, and nobody was kept from the last one
    assert answers["given"] == len(rows) == people * MOST_SUPPORTS
    assert answers.total() == len(clicks)


@pytest.fixture(scope="module")
async def season() -> tuple[dict[str, Measured], dict[str, Measured]]:
    """What every kind of page took over a season, and over a part of it."""
    try:
        servers.postgres_url()
    except servers.Missing as reason:
        skip_or_fail(reason)
    size = SEASON if FULL else SEASON.part(20)
    found = []
    smaller = size.part(10 if FULL else 5)  # 20 ideas at least: one of every state
    for part, requests in ((size, 40 if FULL else 2), (smaller, 1)):
        with servers.new_database("postgresql") as url:
            found.append(await measure(url, part, requests))
    return found[0], found[1]


def test_a_page_asks_the_database_as_often_in_a_large_season(
    season: tuple[dict[str, Measured], dict[str, Measured]],
) -> None:
    large, small = season
    more = {
        name: (small[name].queries, one.queries)
        for name, one in large.items()
        if one.queries > small[name].queries and not one.is_whole
    }
    assert not more, "kinds of pages that ask more where there is more"


def test_nothing_needs_much_memory(season: tuple[dict[str, Measured], dict[str, Measured]]) -> None:
    """Whole lists are read and sent in batches; no page holds more than it shows."""
    heavy = {name: one.peak_bytes for name, one in season[0].items() if one.peak_bytes > MOST_BYTES}
    assert not heavy, "bytes of memory for one request"
    assert season[0][NIGHT].is_whole
    assert season[0][NIGHT].size > 10_000


@pytest.mark.skipif(not FULL, reason="OBSTE_TEST_SCALE=1 measures 2,000 ideas")
def test_every_page_of_a_large_season_is_quick(
    season: tuple[dict[str, Measured], dict[str, Measured]],
) -> None:
    pages = [(name, one) for name, one in season[0].items() if not one.is_whole]
    slow = {name: round(one.p95) for name, one in pages if one.p95 > AIM_MS}
    assert not slow, "milliseconds at p95"
