"""A vote on paper through a real browser: papers given out at a table, entered twice and blind, decided by a
third, signed, counted with the rest, and checked from the published file.
"""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kit import clock
from tests.journeys.how import ALL, How, become, submit, text_of
from tests.journeys.test_elections import OFFICERS, confirm_as_both, move_dates, write_election
from tests.live import LiveServer
from voting.policy import PAPER_GIVEN
from voting.verify import verify_record

FIRST, SECOND, THIRD = "mirela.tudose@exemplu.ro", "paul.ene@exemplu.ro", "lidia.cojocaru@exemplu.ro"
VOTERS = ("ana@exemplu.ro", "elena@exemplu.ro")


async def give_papers(page: Any, how: How, place: str) -> None:
    """The clerk finds each voter, gives a paper, and takes the next."""
    for voter in VOTERS:
        await page.goto(f"{place}/table")
        await page.locator("#document").fill(voter)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#give-paper")
        await page.locator("#give-paper").click()
        await page.wait_for_selector("#next-person")
    assert how.says("Has been given a paper") in await text_of(page)


async def enter_papers(page: Any, place: str, papers: tuple[str, ...]) -> None:
    """A clerk types every paper, by keyboard alone."""
    await page.goto(f"{place}/papers")
    await page.locator("#begin-reading").click()
    for number, said in enumerate(papers, start=1):
        await page.wait_for_selector("#sheet-form")
        await page.locator("#said").focus()
        await page.keyboard.type(said)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/papers?before={number}")
    await page.locator("#done-reading").click()
    await page.wait_for_selector("#signatures")


async def sign(page: Any, town: LiveServer, place: str, who: str) -> None:
    await become(page, town, who)
    await page.goto(f"{place}/protocol")
    await page.locator("#sign").click()
    await page.wait_for_load_state()


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[1]], ids=str)
async def test_papers_are_given_entered_signed_and_counted(
    how: How, town: LiveServer, open_page: Any
) -> None:
    page = await how.open(open_page)
    await become(page, town, OFFICERS[0])
    title = f"Vot pe hârtie {how}"
    address = await write_election(page, how, town, rule="borda", kind="ordinal", title=title)
    await page.goto(f"{address}/officer/places")
    await submit(page, "/officer/places", name="Școala 141", address="Str. Uranus 98", hours="8-20")
    await confirm_as_both(page, town, address, "open")
    poll_id = address.rpartition("/")[2]
    await move_dates(town, poll_id, opens_at=clock.now() - timedelta(hours=1))

    place = f"{address}/places/1"
    await become(page, town, FIRST)
    await give_papers(page, how, place)
    await become(page, town, VOTERS[0])
    await page.goto(address)
    assert how.says(PAPER_GIVEN) in await text_of(page)
    await move_dates(town, poll_id, closes_at=clock.now() - timedelta(seconds=1))

    await become(page, town, OFFICERS[0])
    await page.goto(f"{place}/protocol")
    numbers = {"received": "20", "unused": "18", "returned": "0", "in_box": "2", "blank": "0", "spoiled": "0"}
    await submit(page, "/protocol", **numbers)
    await become(page, town, FIRST)
    await enter_papers(page, place, ("3 1", "C02"))
    await become(page, town, SECOND)
    await page.goto(f"{place}/papers")
    assert "C03" not in await text_of(page), "the second clerk sees nothing of the first"
    await enter_papers(page, place, ("3 1", "2 4"))
    await become(page, town, THIRD)
    await page.goto(f"{place}/differing")
    await page.locator("#said-2").fill("2")
    await page.locator("#reason-2").fill("Al doilea număr este șters.")
    await page.locator("#decide-button-2").click()
    await page.wait_for_load_state()
    for signer in (OFFICERS[0], THIRD):
        await sign(page, town, place, signer)

    await confirm_as_both(page, town, address, "close")
    for _ in range(60):
        await page.goto(f"{address}/result")
        if "/result" in page.url:
            break
        await page.wait_for_timeout(500)
    assert await page.locator("#paper_totals").count() == 1
    async with httpx.AsyncClient() as client:
        record = (await client.get(f"{town.url}/polls/{poll_id}/files/record.json")).content
        register = (await client.get(f"{town.url}/register.jsonl")).content
    verification = verify_record(record, register=register)
    assert verification.ok, verification.failed
    assert {"register_paper", "register_order"} <= {check.name for check in verification.checks}
