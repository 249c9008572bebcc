"""A resident brings an idea on paper: the desk enters it, its letter is shown once, the resident claims it,
invites a co-author, who accepts; and what hostile typing and files leave as it was.
"""

import itertools
import re
from typing import Any

import pytest

from app.kit.clock import local_date, now
from tests.journeys.gate import run_axe
from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.journeys.test_proposals import press, resident
from tests.live import LiveServer
from tests.make.hostile_files import pdf, pdf_with

_numbers = itertools.count(1)


async def find_faults(page: Any, how: How) -> list[str]:
    """What axe says of the page; it needs scripts."""
    return await run_axe(page) if how.scripts else []


async def enter_on_paper(officer: Any, town: LiveServer, how: How) -> tuple[str, str]:
    """The desk types a paper form, wrongly first; returns number and code of the letter."""
    await become(officer, town, "carmen.voicu@exemplu.ro")
    await officer.goto(f"{town.url}{how.prefix}/desk/ideas")
    await officer.locator("[name=name]").fill("Gheorghe Anonim")
    await officer.locator("[name=title]").fill(f"Cișmea lângă locul de joacă {next(_numbers)}")
    paper = {"name": "hartie.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    await officer.locator("[name=scan]").set_input_files([paper])
    await press(officer, how, "Register the idea")
    assert await officer.locator("[name=name]").input_value() == "Gheorghe Anonim", "what was typed is kept"
    assert await officer.locator("[name=kept]:checked").count() == 1, "and so is the paper"
    assert await officer.locator(".govuk-error-summary").count() == 1
    assert await find_faults(officer, how) == []
    await officer.get_by_role("button", name=how.says("Put the pin in the middle of the area")).click()
    await officer.wait_for_load_state()
    assert await officer.locator("[name=latitude]").input_value(), "the pin is there"
    assert await officer.locator("[name=kept]:checked").count() == 1
    await officer.locator("[name=channel][value=paper]").check()
    await officer.locator("[name=shown_as][value=resident]").check()
    await officer.locator("[name=is_resident]").check()
    await officer.locator("[name=received_on]").fill(local_date(now()).isoformat())
    await officer.locator("[name=body]").fill(
        "Vara copiii nu au de unde să bea apă. Rog o cișmea cu apă bună."
    )
    await officer.locator("[name=location]").fill("Parcul Sebastian")
    await press(officer, how, "Register the idea")
    letter = await text_of(officer)
    number, code = re.search(r"ID-\d{4}-\d{5}", letter), re.search(r"(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}", letter)
    assert number, letter
    assert code, letter
    return number[0], code[0]


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[1], ALL[3]], ids=str)
async def test_on_paper_at_the_desk_then_claimed_and_shared(
    how: How, town: LiveServer, open_page: Any
) -> None:
    officer, page, friend = (await how.open(open_page), await how.open(open_page), await how.open(open_page))
    number, code = await enter_on_paper(officer, town, how)
    assert await find_faults(officer, how) == []

    # claimed: once with a wrong code, then with the right one as people type it
    await resident(page, town)
    await page.goto(f"{town.url}{how.prefix}/ideas/claim")
    await submit(page, "/ideas/claim", number=number, code="0000-0000-0000")
    assert await page.locator("[name=number]").input_value() == number
    assert await find_faults(page, how) == []
    await submit(page, "/ideas/claim", number=number.lower(), code=code.lower().replace("-", " "))
    idea = str(page.url)
    said = await text_of(page)
    assert how.says("Withdraw my idea") in said
    assert how.says("a resident") in said, "who did not want their name stays unnamed"

    # a friend is invited, reads and accepts
    address = await resident(friend, town)
    await page.goto(f"{idea}/authors")
    await submit(page, "/authors", email=address)
    link = re.search(r"/ideas/invitation\?token=[\w-]+", await mail_to(town, address, having="token="))
    assert link
    await friend.goto(f"{town.url}{how.prefix}{link[0]}")
    assert await find_faults(friend, how) == []
    await submit(friend, "/ideas/invitation/accept")
    await friend.goto(idea)
    assert how.says("Co-authors") in await text_of(friend)
    await friend.goto(f"{town.url}{how.prefix}{link[0]}")
    assert await friend.locator("form[action$='/accept']").count() == 0, "a link works once"


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[1], ALL[3]], ids=str)
async def test_documents_and_likeness_while_writing(how: How, town: LiveServer, open_page: Any) -> None:
    page = await how.open(open_page)
    await resident(page, town)
    await page.goto(f"{town.url}{how.prefix}/ideas/new")
    await submit(page, "/ideas/new")
    await page.locator("[name=body]").fill("Copiii nu pot folosi toboganele: vrem panza de umbra.")
    await page.locator("[name=title]").press_sequentially("Umbra la locul de joaca Sebastian")
    if how.scripts:
        await page.wait_for_selector("#alike li")
        assert await page.locator("#live").inner_text(), "it is announced too"
        assert await find_faults(page, how) == []
    await press(page, how, "Save and continue")
    await page.locator("[name=location]").fill("Calea 13 Septembrie")
    await press(page, how, "Save and continue")
    await page.locator("[name=estimate]").fill("12500")
    for name, content, status in (("scris.pdf", pdf_with("script"), 0), ("Plan.pdf", pdf(), 1)):
        file = {"name": name, "mimeType": "application/pdf", "buffer": content}
        await page.locator("[name=documents]").set_input_files([file])
        await press(page, how, "Upload documents")
        assert await page.locator("[name^='title-']").count() == status
        assert await page.locator("[name=estimate]").input_value() == "12500", "what was typed is kept"
        assert await page.locator("#documents-error").count() == 1 - status
        assert await find_faults(page, how) == []
