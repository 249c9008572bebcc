"""A resident votes: chooses, orders, checks, sends, verifies, replaces.

On a phone and a desk, with and without scripts, in both languages. Ids are those of the page; words come from
the catalogue of the language.
"""

import itertools
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.service import begin_session
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from app.kit.i18n import translate
from tests.journeys.gate import PHONE
from tests.journeys.how import ALL, How
from tests.live import LiveServer
from tests.make.accounts import make_account
from voting.models import BoxEntry, Participation, Poll
from voting.states import PollState

_numbers = itertools.count(1)


@pytest.fixture
async def poll_id(town: LiveServer) -> str:
    """The demonstration's open vote."""
    database = Database(town.database_url)
    async with database.read() as session:
        found = (
            await session.execute(
                select(Poll.id).where(Poll.state == PollState.OPEN.value, Poll.rule == "greedy")
            )
        ).scalar_one()
    await database.dispose()
    return str(found)


async def resident_session(town: LiveServer) -> str:
    """A verified resident of their own for this journey, signed in; returns the token."""
    database = Database(town.database_url)
    async with database.write() as session:
        account = await make_account(session, name=f"Călin Vot {next(_numbers)}", verified=True)
        token = await begin_session(session, account, agent="journey", now=clock.now())
    await database.dispose()
    return token


async def counts(town: LiveServer) -> tuple[int, int]:
    """(ballots in all boxes, people who took part)."""
    database = Database(town.database_url)
    async with database.read() as session:
        ballots = (await session.execute(select(func.count()).select_from(BoxEntry))).scalar_one()
        people = (await session.execute(select(func.count()).select_from(Participation))).scalar_one()
    await database.dispose()
    return ballots, people


async def order_of(page: Any) -> list[str]:
    """The numbers on the page of the order, first place first."""
    ids = await page.locator("#ranks > li").evaluate_all("items => items.map(item => item.id)")
    return [one.removeprefix("li-") for one in ids]


async def press(page: Any, selector: str, how: How, *, force: bool = False) -> None:
    """Press a button; with scripts the page stays and the fragment is morphed."""
    await page.locator(selector).click(force=force)
    if how.scripts:
        await page.wait_for_function("() => !document.querySelector('.htmx-request')")
    else:
        await page.wait_for_load_state()


async def focused(page: Any) -> str:
    return str(await page.evaluate("document.activeElement && document.activeElement.id"))


async def choose(page: Any, numbers: list[str], how: How) -> None:
    before = await page.locator("#choice-list > li").evaluate_all("items => items.map(item => item.id)")
    for number in numbers:
        await press(page, f"#tg-{number}", how)
        if how.scripts:
            await page.wait_for_selector(f"#li-{number}.ob-project--chosen")
            assert await focused(page) == f"tg-{number}", "focus must stay on the button that was pressed"
    after = await page.locator("#choice-list > li").evaluate_all("items => items.map(item => item.id)")
    assert before == after, "cards must not move while choosing"


async def send(page: Any) -> tuple[str, str]:
    """Press send; returns the check code and the replacement key of the receipt."""
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#replacement-key")
    code = await page.locator(".ob-receipt__code").first.inner_text()
    return code.strip(), (await page.locator("#replacement-key").inner_text()).strip()


@pytest.mark.journey
@pytest.mark.parametrize("how", ALL, ids=str)
async def test_a_resident_votes_checks_and_replaces(
    how: How, town: LiveServer, poll_id: str, open_page: Any
) -> None:
    ballots, people = await counts(town)
    page = await open_page(viewport=how.size, java_script_enabled=how.scripts, locale=how.locale)
    token = await resident_session(town)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])

    # choose
    await page.goto(f"{town.url}{how.prefix}/polls/{poll_id}/ballot")
    assert await page.locator("html").get_attribute("lang") == how.locale
    await choose(page, ["P03", "P01", "P04"], how)
    if how.scripts:
        await page.wait_for_selector("#live:not(:empty)", state="attached")  # it is announced

    # put in order
    await page.locator("#to-order").click()
    await page.wait_for_selector("#ranks")
    assert await order_of(page) == ["P03", "P01", "P04"]
    await press(page, "#up-P04", how)
    await page.wait_for_function("() => document.querySelectorAll('#ranks > li')[1].id === 'li-P04'")
    if how.scripts:
        assert await focused(page) == "up-P04"
    await page.locator("#place-P01").select_option("1")
    await press(page, "#mv-P01", how)
    await page.wait_for_function("() => document.querySelectorAll('#ranks > li')[0].id === 'li-P01'")
    assert await order_of(page) == ["P01", "P03", "P04"]
    await press(page, "#up-P01", how, force=True)  # marked as unavailable: it answers, and does nothing
    assert await order_of(page) == ["P01", "P03", "P04"]

    # check and send
    await page.locator("#to-review").click()
    await page.wait_for_selector("#send-vote")
    assert (
        translate(how.locale, "Your vote has not been sent yet.") in await page.locator("main").inner_text()
    )
    code, key = await send(page)
    assert await counts(town) == (ballots + 1, people + 1)
    assert "P01" not in await page.locator("main").inner_text(), "a receipt does not show the ranking"

    # anyone with the code can check it, without signing in
    other = await open_page(java_script_enabled=how.scripts, viewport=how.size)
    await other.goto(f"{town.url}{how.prefix}/check")
    await other.locator("#check input[name=code]").fill(code.lower().replace("-", " "))
    await other.locator("#check button").click()
    await other.wait_for_selector("#answer")
    found = translate(how.locale, "✓ The vote with this code is in the box.")
    assert found in await other.locator("main").inner_text()

    # replace: a wrong key loses nothing, the right one replaces
    await page.goto(f"{town.url}{how.prefix}/polls/{poll_id}/ballot")
    await choose(page, ["P07"], how)
    await page.goto(f"{town.url}{how.prefix}/polls/{poll_id}/ballot/review")
    await page.locator("input[name=replacement_key]").fill("7QXM-4T2K-9RVD-08PW-ZK3N")
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#error-summary")
    assert await page.locator("input[name=replacement_key]").input_value() == "7QXM-4T2K-9RVD-08PW-ZK3N"
    assert "P07" in await page.locator("main").inner_text()
    await page.locator("input[name=replacement_key]").fill(key)
    newer, _ = await send(page)
    assert newer != code
    assert await counts(town) == (ballots + 2, people + 1)
    await other.goto(f"{town.url}{how.prefix}/check?code={code}")
    assert await other.locator(".ob-alert--warning").count() == 1, "the earlier vote is shown as replaced"


@pytest.mark.journey
async def test_the_keyboard_alone_is_enough(town: LiveServer, poll_id: str, open_page: Any) -> None:
    page = await open_page(viewport=PHONE)
    token = await resident_session(town)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    await page.goto(f"{town.url}/polls/{poll_id}/ballot")
    for number in ("P02", "P05"):
        await page.locator(f"#tg-{number}").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_selector(f"#li-{number}.ob-project--chosen")
    await page.locator("#to-order").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#ranks")
    await page.locator("#up-P05").focus()
    await page.keyboard.press("Space")
    await page.wait_for_function("() => document.querySelectorAll('#ranks > li')[0].id === 'li-P05'")
    assert await focused(page) == "up-P05"
    await page.locator("#to-review").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#send-vote")
    await page.locator("#send-vote").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#replacement-key")


@pytest.mark.journey
async def test_a_choice_made_before_signing_in_is_kept(
    town: LiveServer, poll_id: str, open_page: Any
) -> None:
    page = await open_page(viewport=PHONE, java_script_enabled=False)
    await page.goto(f"{town.url}/polls/{poll_id}/ballot")
    await page.locator("#tg-P06").click()
    await page.goto(f"{town.url}/polls/{poll_id}/ballot/review")
    assert "/sign-in" in page.url
    token = await resident_session(town)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    await page.goto(f"{town.url}/polls/{poll_id}/ballot/review")
    assert "P06" in await page.locator("main").inner_text()
