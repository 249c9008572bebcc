"""The booth by the keyboard alone, read aloud, and judged in every state that presses lead to."""

from typing import Any

import pytest

from tests.journeys import gate
from tests.journeys.booth import VOTERS, Vote, choose, focused, order_of, session_of
from tests.journeys.gate import NARROW, PHONE
from tests.journeys.how import How

pytestmark = pytest.mark.journey


async def test_the_keyboard_alone_is_enough(vote: Vote, open_page: Any) -> None:
    how = How("ro", PHONE, True)
    page = await how.open(open_page)
    await page.context.add_cookies([await session_of(vote.town, VOTERS["keyboard"])])
    await page.goto(vote.url(how))

    async def press(target: str, key: str = "Enter") -> None:
        """Go there by the keyboard and press."""
        await page.wait_for_selector(target)
        for _ in range(60):
            if await page.evaluate("selector => document.activeElement.matches(selector)", target):
                break
            await page.keyboard.press("Tab")
        else:
            pytest.fail(f"the keyboard does not reach {target}")
        await page.keyboard.press(key)

    for number in ("C02", "C05"):
        await press(f"#tg-{number}")
        await page.wait_for_selector(f"#li-{number}.ob-project--chosen")
        await page.evaluate("document.querySelector('#booth h1').focus()")  # the list has an order of its own
    await press("#to-order")
    await press("#up-C05", "Space")
    assert await order_of(page) == ["C05", "C02"]
    await press("#tg-C02")
    assert await page.evaluate("document.activeElement.tagName") == "H1", (
        "the button is gone, the focus is not"
    )
    await press("#to-review")
    await press("#code", "Home")
    await page.keyboard.insert_text(vote.code("keyboard"))  # as it is pasted
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#sealed_receipt")
    assert await page.evaluate("document.activeElement.tagName") == "H1"


async def test_a_screen_reader_reads_each_step_in_the_order_of_what_is_to_be_done(
    vote: Vote, open_page: Any
) -> None:
    """At 320 px: the heading has the focus; then what to do, the options, and what goes on, in this order."""
    how = How("en", NARROW, True)
    page = await how.open(open_page)
    await page.context.add_cookies([await session_of(vote.town, VOTERS["read-aloud"])])
    await page.goto(vote.url(how))

    async def reads(*said: str) -> None:
        """The main landmark's accessible tree says these, in this order."""
        tree = await page.locator("main").aria_snapshot()
        places = [tree.find(one) for one in said]
        assert -1 not in places, (said[places.index(-1)], tree)
        assert places == sorted(places), (said, tree)

    await choose(page, ["C02", "C04"])
    listed = await page.locator("#choice-list > li h2").all_inner_texts()
    await reads('heading "', "What you choose stays on this device", *listed, 'link "Put in order"')
    await page.locator("#to-order").click()
    await page.wait_for_selector("#ranks")
    assert await page.evaluate("document.activeElement.tagName") == "H1"
    await reads(
        'heading "Put them in order"', "Bogdan Sandu", 'button "Up', 'button "Down', 'link "Check the vote"'
    )
    await page.locator("#to-review").click()
    await page.wait_for_selector("#code")
    assert await page.evaluate("document.activeElement.tagName") == "H1"
    bogdan, dan = "Bogdan Sandu", "Dan Olaru"
    await reads(
        'heading "Check your vote"',
        "Your vote has not been sent yet.",
        bogdan,
        dan,
        'heading "What happens next"',
        'textbox "Your secret code"',
        'button "Yes, seal and send the vote"',
    )
    await page.route("**/ballot/sealed", lambda route: route.abort())
    await page.locator("#code").fill(vote.code("read-aloud"))
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#send-again")
    assert await focused(page) == "trouble-text"
    await reads('heading "', "Verification code", "Error:", "No answer came", 'button "Send again"')
    await page.unroute("**/ballot/sealed")
    await page.locator("#send-again").click()
    await page.wait_for_selector("#sealed_receipt")
    assert await page.evaluate("document.activeElement.tagName") == "H1"
    code = await page.locator("#receipt-code").inner_text()
    await reads('heading "', code, 'link "')
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.complaints[:] = [line for line in page.complaints if "net::ERR_FAILED" not in line]


async def test_every_state_of_the_booth_is_free_of_findings(vote: Vote, open_page: Any) -> None:
    """At 320 px, dark: what the page gate cannot see, because it takes presses to get there."""
    page = await open_page(viewport=NARROW, color_scheme="dark", reduced_motion="reduce", locale="ro")
    how = How("ro", NARROW, True)
    faults = gate.Faults()

    async def look(state: str, selector: str) -> None:
        await page.wait_for_selector(selector)
        faults.add(state, await gate.run_axe(page))
        faults.add(
            state, await gate.ask(page, ("structure", "ro", False), ("targets", gate.LEAST_BALLOT_TARGET))
        )
        for percent in (100, 200):
            faults.add(state, await gate.ask(page, ("scroll", percent)))

    await page.goto(vote.url(how))
    await page.locator("#to-order").click()
    await look("nothing to order", "#nothing")
    await page.locator("#to-blank").click()
    await look("blank vote?", "#vote-blank")
    await page.locator("#vote-blank").click()
    await look("review, signed out", "#to-sign-in")
    await page.context.add_cookies([await session_of(vote.town, VOTERS["states"])])
    await page.goto(vote.url(how))
    await choose(page, ["C03", "C01", "C04"])
    await look("chosen", ".ob-project--chosen")
    await page.locator("#to-order").click()
    await look("order", "#ranks")
    await page.locator("#to-review").click()
    await look("review", "#send-vote")
    await page.locator("#send-vote").click()
    await look("no code", "#code-error")
    await page.route(
        "**/js/booth/sealing.js*", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    await page.locator("#code").fill(vote.code("states"))
    await page.locator("#send-vote").click()
    await look("sealing", "#sealed-part")  # by a program that does nothing
    await page.unroute("**/js/booth/sealing.js*")
    await page.go_back()
    await page.route("**/ballot/sealed", lambda route: route.abort())
    await page.locator("#code").fill(vote.code("states"))
    await page.locator("#send-vote").click()
    await look("trouble", "#send-again")
    await page.unroute("**/ballot/sealed")
    await page.locator("#send-again").click()
    await look("receipt", "#sealed_receipt")
    page.complaints[:] = [line for line in page.complaints if "net::ERR_FAILED" not in line]
    assert not faults.lines()
