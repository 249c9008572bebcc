"""A resident signs up, has their residence verified at the desk or by letter, and protects their account."""

import itertools
import re
from typing import Any

import pyotp
import pytest

from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.live import LiveServer
from tests.make.accounts import make_cnp

PASSWORD = "patru nuci pe masă"
_numbers = itertools.count(1)


async def sign_up(page: Any, town: LiveServer, how: How, name: str, address: str) -> None:
    """From the form through the mail to the account."""
    await page.goto(f"{town.url}{how.prefix}/sign-up")
    await submit(page, "/sign-up", name=name, email=address, password="scurt")
    assert await page.locator("#error-summary").count() == 1
    assert await page.locator("[name=email]").input_value() == address, "what was typed stays"
    assert await page.locator("[name=password]").input_value() == "", "but never a password"
    await submit(page, "/sign-up", name=name, email=address, password=PASSWORD)
    link = re.search(r"http\S+/sign-up/confirm\S+", await mail_to(town, address))
    assert link
    await page.goto(link[0])
    await submit(page, "/sign-up/confirm", password=PASSWORD)
    await page.goto(f"{town.url}{how.prefix}/account")
    assert how.says("Verify your residence") in await text_of(page)


@pytest.mark.journey
@pytest.mark.parametrize("how", ALL, ids=str)
async def test_a_resident_signs_up_and_is_verified_at_the_desk(
    how: How, town: LiveServer, open_page: Any
) -> None:
    address = f"locuitor{next(_numbers)}-{how}@example.ro"
    page = await how.open(open_page)
    await sign_up(page, town, how, "Ștefania Țăranu", address)
    await page.goto(f"{town.url}{how.prefix}/account/residence")
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", await text_of(page))
    assert code

    officer = await how.open(open_page)
    await become(officer, town, "carmen.voicu@exemplu.ro")
    cnp = make_cnp()
    for typed, is_right in ((cnp[:12] + str((int(cnp[12]) + 1) % 10), False), (cnp, True)):
        await officer.goto(f"{town.url}{how.prefix}/desk")
        await submit(officer, "/desk/search", who=code[0].lower())
        assert "Ștefania Țăranu" in await text_of(officer)
        await submit(officer, "/verify", cnp=typed, area="Rahova", is_seen=True)
        assert (await officer.locator("#error-summary").count() == 0) is is_right

    await page.goto(f"{town.url}{how.prefix}/account")
    assert how.says("Everything is in place: you may vote.") in await text_of(page)
    await page.goto(f"{town.url}{how.prefix}/account/access")
    assert "Carmen Voicu" in await text_of(page), "the resident sees who looked at their data"

    # the same person cannot have a second account
    second = await how.open(open_page)
    await sign_up(second, town, how, "Ștefania Dublă", f"dublura-{address}")
    await second.goto(f"{town.url}{how.prefix}/account/residence")
    again = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", await text_of(second))
    assert again
    await officer.goto(f"{town.url}{how.prefix}/desk")
    await submit(officer, "/desk/search", who=again[0])
    await submit(officer, "/verify", cnp=cnp, area="Rahova", is_seen=True)
    assert await officer.locator("#error-summary").count() == 1
    assert "Țăranu" not in await text_of(officer), "the other account's holder is not disclosed"


@pytest.mark.journey
async def test_a_resident_is_verified_by_a_letter(town: LiveServer, open_page: Any) -> None:
    how = ALL[0]
    address = f"scrisoare{next(_numbers)}@example.ro"
    page = await how.open(open_page)
    await sign_up(page, town, how, "Gheorghe Scrisoare", address)
    await page.goto(f"{town.url}/account/residence")
    await submit(
        page, "/residence/letter", street="Calea Rahovei", number="12", area="Rahova", cnp=make_cnp()
    )

    officer = await ALL[3].open(open_page)
    await become(officer, town, "carmen.voicu@exemplu.ro")
    await officer.goto(f"{town.url}/desk/letters")
    await submit(officer, "/letters/print")
    sheet = officer.locator("article", has_text="Gheorghe Scrisoare")
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", await sheet.inner_text())
    assert code

    await page.goto(f"{town.url}/account/letter")
    await submit(page, "/account/letter", code="0000-0000-0000")
    assert await page.locator("#error-summary").count() == 1
    await submit(page, "/account/letter", code=code[0].lower().replace("-", " "))
    await page.goto(f"{town.url}/account")
    assert how.says("Everything is in place: you may vote.") in await text_of(page)


@pytest.mark.journey
async def test_a_second_factor_and_its_recovery_codes(town: LiveServer, open_page: Any) -> None:
    how = ALL[1]
    address = f"factor{next(_numbers)}@example.ro"
    page = await how.open(open_page)
    await sign_up(page, town, how, "Maria Factor", address)
    await page.goto(f"{town.url}/account/second-factor")
    totp = pyotp.TOTP((await page.locator("#totp-key").inner_text()).replace(" ", ""))
    await submit(page, "/account/second-factor", code=totp.now(), password=PASSWORD)
    recovery = await page.locator("main ol code").all_inner_texts()
    assert len(recovery) == 10

    for round_number, is_accepted in ((1, True), (2, False)):  # a recovery code works once
        other = await how.open(open_page)
        await other.goto(f"{town.url}/sign-in")
        await submit(other, "/sign-in", email=address, password=PASSWORD)
        assert "/second-factor" in other.url, round_number
        await submit(other, "/sign-in/second-factor", code=recovery[0])
        await other.goto(f"{town.url}/account")
        assert ("/sign-in" not in other.url) is is_accepted
