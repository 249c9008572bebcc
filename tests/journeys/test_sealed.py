"""A resident votes in secret: fills in the booth, seals on the device, sends, checks, votes again.

On a phone and a desk, in both languages; without scripts by the server, with consent. Everything the browser
sends is written down, and nothing of it may tell the choice or the code.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import func, select

from app.kit.db import Database
from tests.belenios import Judge
from tests.journeys.booth import VOTERS, Vote, choose, focused, order_of, session_of
from tests.journeys.gate import DESK, PHONE
from tests.journeys.how import How, text_of
from tests.live import LiveServer
from tests.make.sealed_polls import rankings_in
from voting.models import BoardBallot
from voting.sealing.wire import Ballot, read

pytestmark = pytest.mark.journey
WITH_SCRIPTS = (How("ro", PHONE, True), How("en", DESK, True))
WITHOUT = (How("en", PHONE, False), How("ro", DESK, False))


async def ballots_on_board(town: LiveServer) -> int:
    database = Database(town.database_url)
    async with database.read() as session:
        number = (await session.execute(select(func.count()).select_from(BoardBallot))).scalar_one()
    await database.dispose()
    return int(number)


@dataclass
class Sent:
    """Everything that a window sends: addresses, headers, bodies."""

    lines: list[str] = field(default_factory=list)
    ballots: list[str] = field(default_factory=list)

    @classmethod
    async def of(cls, page: Any) -> "Sent":
        sent = cls()

        async def note(route: Any) -> None:
            request = route.request
            body = request.post_data or ""
            if request.url.endswith("/ballot/sealed") and request.method == "POST":
                fields = parse_qs(body, strict_parsing=True)
                assert set(fields) == {"ballot"}, "the sealed ballot and nothing else"
                sent.ballots += fields["ballot"]
                body = ""
            headers = await request.all_headers()
            sent.lines.append(f"{request.method} {request.url} {json.dumps(headers)} {body}")
            await route.continue_()

        await page.context.route("**/*", note)
        return sent

    def check(self, numbers: list[str], code: str) -> None:
        """Nothing but sealed ballots, whose only words are hashes and the election's name."""
        for line in self.lines:
            assert not [number for number in numbers if number in line], line
            assert code not in line, line
            assert code.replace("-", "") not in line, line
        for raw in self.ballots:
            ballot = read(Ballot, raw.encode())  # exactly the fields of the protocol
            (answer,) = ballot.answers
            numbers_only = [ballot.credential, answer.choices.alpha, answer.choices.beta]
            assert all(re.fullmatch(r"\d+", number) for number in numbers_only)


async def seal(page: Any, code: str) -> str:
    """Write the code, send, and return the check code of the receipt, which the device knew before."""
    await page.locator("#code").fill(code)
    await page.evaluate(  # what stands on the page before any answer is written down
        "() => new MutationObserver(() => {"
        "  window.seen ||= document.getElementById('own-code')?.textContent;"
        "}).observe(document.getElementById('booth'), { childList: true, subtree: true })"
    )
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#sealed_receipt")
    shown = (await page.locator("#receipt-code").inner_text()).strip()
    assert await page.evaluate("window.seen") == shown, "the device shows the code before it sends"
    assert "?" not in page.url
    return str(shown)


async def archive(page: Any, vote: Vote, folder: Path) -> Path:
    """The download, as anyone gets it."""
    answer = await page.request.get(f"{vote.town.url}/polls/{vote.poll_id}/board/{vote.uuid}.bel")
    path = folder / f"{vote.uuid}.bel"
    path.write_bytes(await answer.body())
    return path


@pytest.mark.parametrize("how", WITH_SCRIPTS, ids=str)
async def test_a_resident_votes_in_secret_and_votes_again(
    how: How, vote: Vote, open_page: Any, judge: Judge, tmp_path: Path
) -> None:
    page = await how.open(open_page)
    await page.context.add_cookies([await session_of(vote.town, VOTERS[str(how)])])
    sent = await Sent.of(page)
    await page.goto(vote.url(how))

    # choose, look at details of the list, come back: nothing is lost and nothing is sent
    await choose(page, ["C03", "C01", "C04"])
    await page.wait_for_selector("#live:not(:empty)", state="attached")  # what happened is announced
    await page.locator(".ob-sort__link").nth(1).click()
    listed = await page.locator("#choice-list > li").evaluate_all("items => items.map(item => item.id)")
    assert listed == [f"li-C0{number}" for number in range(1, 6)]
    await page.reload()
    await page.wait_for_selector("#li-C04.ob-project--chosen")

    # put in order; back and forward between the steps
    await page.locator("#to-order").click()
    assert await order_of(page) == ["C03", "C01", "C04"]
    assert await page.evaluate("document.activeElement.tagName") == "H1"
    await page.locator("#up-C04").click()
    assert await order_of(page) == ["C03", "C04", "C01"]
    assert await focused(page) == "up-C04"
    await page.locator("#place-C01").select_option("1")
    await page.locator("#mv-C01").click()
    await page.locator("#up-C01").click(force=True)  # marked as unavailable: it answers, and does nothing
    assert await order_of(page) == ["C01", "C03", "C04"]
    assert await page.locator("#place-C03").input_value() == "2"
    await page.go_back()
    await page.wait_for_selector("#choice-list")
    await page.go_forward()
    await page.wait_for_selector("#ranks")
    await page.locator("#to-review").click()
    await page.wait_for_url("**#review")
    await page.reload()
    await page.wait_for_selector("#code")
    assert how.says("Your vote has not been sent yet.") in await text_of(page)

    # a mistyped code is told at once, and stays to be put right
    code = vote.code(str(how))
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    await page.locator("#code").fill(wrong)
    await page.wait_for_selector("#code-error")
    assert await focused(page) == "code"
    assert (await page.title()).startswith(how.says("Error:"))
    before = await ballots_on_board(vote.town)
    first = await seal(page, code)
    assert await ballots_on_board(vote.town) == before + 1
    assert not await page.evaluate("Object.keys(sessionStorage).length"), "nothing stays on the device"
    assert "C01" not in await text_of(page), "a receipt does not show the ranking"

    # again, with the same code: the last one counts
    await page.goto(vote.url(how))
    await page.wait_for_selector("#choice-list")
    assert not await page.locator(".ob-project--chosen").count()
    await choose(page, ["C05"])
    await page.locator("#to-order").click()
    await page.locator("#to-review").click()
    second = await seal(page, code)
    assert how.says("It stands in the place of your earlier vote, which no longer counts.") in await text_of(
        page
    )
    await page.goto(f"{vote.town.url}{how.prefix}/check?code={first}")
    assert how.says("✓ The sealed vote with this code is on the board.") not in await text_of(page)
    await page.goto(f"{vote.town.url}{how.prefix}/check?code={second.lower()}")
    assert how.says("✓ The sealed vote with this code is on the board.") in await text_of(page)
    sent.check(["C01", "C03", "C04", "C05"], code)
    assert len(sent.ballots) == 2

    # Debian's judge accepts the board with both; two trustees together would find the last ballot in it
    path = await archive(page, vote, tmp_path)
    judge.verify()
    assert (0, 0, 0, 0, 1) in rankings_in(path, {1: vote.keys[0], 3: vote.keys[2]})


@pytest.mark.parametrize("how", WITHOUT, ids=str)
async def test_without_scripts_the_server_seals_with_consent(
    how: How, vote: Vote, open_page: Any, tmp_path: Path
) -> None:
    page = await how.open(open_page)
    await page.context.add_cookies([await session_of(vote.town, VOTERS[str(how)])])
    await page.goto(vote.url(how))
    assert how.says("What you can do") in await text_of(page)
    await page.locator("a[href$='/by-server']").click()
    await page.locator("#consent-yes").click()
    for number in ("C02", "C04"):
        await page.locator(f"#tg-{number}").click()
        await page.wait_for_load_state()
    await page.locator("#to-order").click()
    await page.locator("#to-review").click()
    await page.locator("#code").fill("ii8-HNe-cxe-Uq6-6Mj")  # another election's
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#code-error")
    await page.locator("#code").fill(vote.code(str(how)).replace("-", ""))
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#sealed_receipt")
    left = [cookie["name"] for cookie in await page.context.cookies()]
    assert not [name for name in left if "ballot" in name or "by_server" in name]
    path = await archive(page, vote, tmp_path)
    assert (0, 1, 0, 2, 0) in rankings_in(path, {1: vote.keys[0], 2: vote.keys[1]})

    # again, and now blank
    await page.goto(vote.url(how, "/ballot/by-server"))
    await page.locator("#consent-yes").click()
    await page.locator("#to-order").click()
    await page.locator("#vote-blank").click()
    await page.wait_for_selector("#blank-vote")
    await page.locator("#code").fill(vote.code(str(how)))
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#sealed_receipt")
    path = await archive(page, vote, tmp_path)
    assert (0, 0, 0, 0, 0) in rankings_in(path, {1: vote.keys[0], 2: vote.keys[1]})


async def test_nothing_is_lost_when_something_goes_wrong(vote: Vote, open_page: Any) -> None:
    how = How("ro", DESK, True)
    page = await how.open(open_page)

    # chosen before signing in, and still there after
    await page.goto(vote.url(how))
    await choose(page, ["C04"])
    await page.locator("#to-order").click()
    await page.locator("#to-review").click()
    assert not await page.locator("#send-vote").count()
    href = await page.locator("#to-sign-in").get_attribute("href")
    await page.context.add_cookies([await session_of(vote.town, VOTERS["trouble"])])
    await page.goto(vote.town.url + href)  # whoever is signed in already is led on
    await page.goto(vote.url(how, "/ballot#review"))
    assert "Dan Olaru" in await page.locator("#reviewed").inner_text()

    # another's code: told at the field
    await page.locator("#code").fill("ii8-HNe-cxe-Uq6-6Mj")
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#code-error")
    assert await focused(page) == "code"

    # the network is gone; the page is loaded again; the ballot arrives and the answer is lost
    before = await ballots_on_board(vote.town)
    await page.route("**/ballot/sealed", lambda route: route.abort())
    await page.locator("#code").fill(vote.code("trouble"))
    await page.locator("#send-vote").click()
    await page.wait_for_selector("#send-again")
    assert how.says("Your vote has not arrived yet") in await text_of(page)
    assert await focused(page) == "trouble-text"
    own = await page.locator("#own-code").inner_text()
    await page.reload()
    assert await page.locator("#own-code").inner_text() == own
    await page.unroute("**/ballot/sealed")

    async def lose_the_answer(route: Any) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/ballot/sealed", lose_the_answer)
    await page.locator("#send-again").click()
    await page.wait_for_selector("#trouble-text:focus")
    await page.unroute("**/ballot/sealed")

    # the session has ended meanwhile; then an answer that was meddled with
    cookies = await page.context.cookies()
    await page.context.clear_cookies()
    await page.locator("#send-again").click()
    await page.wait_for_selector("#sign-in-again")
    await page.context.add_cookies(cookies)
    await page.goto(vote.url(how, "/ballot?#send"))

    async def meddle(route: Any) -> None:
        answer = await route.fetch()
        body = (await answer.text()).replace(own, "0000-0000-0000")
        await route.fulfill(response=answer, body=body)

    await page.route("**/ballot/sealed", meddle)
    await page.locator("#send-again").click()
    await page.wait_for_selector("#sealed_receipt [role=alert]")
    said = await text_of(page)
    assert how.says("The receipt does not show the code of your ballot.") in said
    assert how.says("This vote was in the box already: nothing was sent twice.") in said
    assert own in said
    assert await ballots_on_board(vote.town) == before + 1
    page.complaints[:] = [line for line in page.complaints if "net::ERR_FAILED" not in line]


async def test_nothing_changes_a_ballot_while_it_is_on_its_way(vote: Vote, open_page: Any) -> None:
    """Back, and then another choice, would be forgotten with the draft when the receipt comes."""
    how = How("ro", PHONE, True)
    page = await how.open(open_page)
    await page.context.add_cookies([await session_of(vote.town, VOTERS["waiting"])])
    await page.goto(vote.url(how))
    await choose(page, ["C02"])
    await page.locator("#to-order").click()
    await page.locator("#to-review").click()
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def delay(route: Any) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/ballot/sealed", delay)
    await page.locator("#code").fill(vote.code("waiting"))
    await page.locator("#send-vote").click()
    await asyncio.wait_for(arrived.wait(), 15)
    for _ in range(3):
        await page.go_back()
        await page.wait_for_selector("#sending:visible")
        assert not await page.locator("#choice-list, #ranks, #reviewed").count()
    await page.evaluate("location.hash = 'order'")
    await page.wait_for_url("**#send")
    assert not await page.locator("#ranks").count()
    go_on.set()
    await page.wait_for_selector("#sealed_receipt")
    assert not await page.evaluate("Object.keys(sessionStorage).length")
    await page.unroute("**/ballot/sealed")


async def test_a_draft_is_for_nobody_else_s_eyes(vote: Vote, open_page: Any) -> None:
    """Signing out takes it away; so does another account in the same window. Nothing of it is in a cookie."""
    how = How("ro", PHONE, True)
    page = await how.open(open_page)
    cookies = [await session_of(vote.town, VOTERS[who]) for who in ("states", "trouble")]
    await page.context.add_cookies(cookies[:1])
    await page.goto(vote.url(how))
    await choose(page, ["C02"])
    held = [cookie["name"] + cookie["value"] for cookie in await page.context.cookies()]
    assert not [one for one in held if "C02" in one or "ballot" in one]
    await page.context.add_cookies(cookies[1:])  # somebody else signs in
    await page.reload()
    await page.wait_for_selector("#choice-list")
    assert not await page.locator(".ob-project--chosen").count()
    await choose(page, ["C03"])
    await page.goto(f"{vote.town.url}/account")
    await page.locator("form[action$='/sign-out'] button").click()
    await page.wait_for_load_state()
    assert not await page.evaluate("Object.keys(sessionStorage).length")
    await page.goto(vote.url(how))
    await page.wait_for_selector("#choice-list")
    assert not await page.locator(".ob-project--chosen").count()
