"""An election through a real browser: an officer writes it, two confirm it, residents vote, everybody reads
the result. Dates are moved in the database: a browser cannot wait for days.
"""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from cycles.models import Stage
from tests.journeys.how import ALL, How, become, text_of
from tests.journeys.test_voting import choose, resident_session, send
from tests.live import LiveServer
from voting.models import Poll
from voting.service import close_poll

OFFICERS = ("cristian.barbu@exemplu.ro", "simona.matei@exemplu.ro")
NAMES = ("Ana Ilie", "Ion Barbu", "Irina Pop", "Vlad Ene")


async def write_election(page: Any, how: How, town: LiveServer, *, rule: str, kind: str, title: str) -> str:
    """Fill in the form as an officer does; returns the address of the vote."""
    today = clock.now().date()
    await page.goto(f"{town.url}{how.prefix}/polls")
    await page.locator("#new-election").click()
    await page.locator("[name=title]").fill(title)
    await page.locator("[name=title_en]").fill(title)
    await page.locator("[name=seats]").fill("2")
    for place, name in enumerate(NAMES, start=1):
        await page.locator(f"[name=name-{place}]").fill(name)
    await page.locator(f"[name=rule][value='{rule}']").check(force=True)
    await page.locator(f"[name=vote_type][value='{kind}']").check(force=True)
    await page.locator("[name=opens_on]").fill(f"{today + timedelta(days=2)}")
    await page.locator("[name=closes_on]").fill(f"{today + timedelta(days=9)}")
    await page.locator("#save-draft").click()
    await page.wait_for_selector("#change-draft")
    await page.locator("form[action$='/announce'] button").click()
    await page.wait_for_selector("#confirm-open")
    return str(page.url).partition("/officer")[0].partition("?")[0]


async def confirm_as_both(page: Any, town: LiveServer, address: str, act: str) -> None:
    """Both officers press their button."""
    for officer in OFFICERS:
        await become(page, town, officer)
        await page.goto(f"{address}/officer")
        await page.locator(f"#confirm-{act}").click()
        await page.wait_for_load_state()


async def move_dates(town: LiveServer, poll: str, **dates: Any) -> None:
    """Let the clock come to the beginning, or the end, of the vote."""
    poll_id = uuid.UUID(poll)
    database = Database(town.database_url)
    async with database.write() as session:
        query = select(Stage).join(Poll, Poll.stage_id == Stage.id).where(Poll.id == poll_id)
        stage = (await session.execute(query)).scalar_one()
        for name, moment in dates.items():
            setattr(stage, name, moment)
        await session.flush()
        if "closes_at" in dates:
            await close_poll(session, poll_id, now=clock.now())
    await database.dispose()


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[2]], ids=str)
async def test_a_council_is_elected(how: How, town: LiveServer, open_page: Any) -> None:
    officer = await how.open(open_page)
    await become(officer, town, OFFICERS[0])
    address = await write_election(
        officer, how, town, rule="stv/scottish", kind="ordinal", title=f"Consiliul {how}"
    )
    poll_id = address.rpartition("/")[2]
    await confirm_as_both(officer, town, address, "open")
    await move_dates(town, poll_id, opens_at=clock.now() - timedelta(hours=1))

    page = await how.open(open_page)
    token = await resident_session(town)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    await page.goto(f"{address}/ballot")
    assert " lei" not in await text_of(page), "an election has no money"
    await choose(page, ["C03", "C01"], how)
    await page.locator("#to-order").click()
    await page.locator("#to-review").click()
    code, _ = await send(page)
    assert code

    await move_dates(town, poll_id, closes_at=clock.now() - timedelta(seconds=1))
    await confirm_as_both(officer, town, address, "close")
    for _ in range(60):
        await page.goto(f"{address}/result")
        if "/result" in page.url:
            break
        await page.wait_for_timeout(500)
    said = await text_of(page)
    assert "Irina Pop" in said
    assert how.says("Round by round") in said
    assert await page.locator("#round-1").count() == 1


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[1]], ids=str)
@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("approval", "[name=chosen][value=C02]", "[name=chosen][value=C01]"),
        ("majority-judgment", "#grade-C02-5", "#grade-C01-3"),
    ],
    ids=["ticks", "grades"],
)
async def test_a_marked_ballot_is_cast(
    how: How, rule: str, first: str, second: str, town: LiveServer, open_page: Any
) -> None:
    database = Database(town.database_url)
    async with database.read() as session:
        query = select(Poll.id).where(Poll.rule == rule, Poll.state == "open")
        poll_id = (await session.execute(query)).scalars().first()
    await database.dispose()
    page = await how.open(open_page)
    token = await resident_session(town)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    await page.goto(f"{town.url}{how.prefix}/polls/{poll_id}/ballot")
    bar = page.locator("#mark_bar .ob-ballot-bar__text")
    before = await bar.inner_text()
    await page.locator(first).focus()
    await page.keyboard.press("Space")
    if how.scripts:
        await page.wait_for_function(
            "before => document.querySelector('#mark_bar .ob-ballot-bar__text').innerText !== before",
            arg=before,
        )
        await page.reload()
        assert await page.locator(first).is_checked(), "what was marked is kept without pressing anything"
    await page.locator(second).check(force=True)
    await page.locator("#to-review").click()
    await page.wait_for_selector("#send-vote")
    code, _ = await send(page)
    assert code
