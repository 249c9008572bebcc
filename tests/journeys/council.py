"""The council's vote in a browser: the sitting, what is taken over, votes by name, and what is adopted."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.kit.clock import local_date, now
from tests.journeys.how import How, text_of

WHY = "Mulți dintre cei care au venit la dezbatere o cer; consiliul trebuie să se pronunțe."


async def call_sitting(page: Any, act: str, *, days: int) -> None:
    """Call the sitting for a day so far ahead. The form offers the first one that the law allows."""
    await page.goto(f"{act}/sitting/call")
    held_on = page.locator("[name=held_on]")
    assert date.fromisoformat(await held_on.input_value()) > local_date(now())
    await held_on.fill(f"{local_date(now()) + timedelta(days=days):%Y-%m-%d}")
    await page.locator("[name=place]").fill("Sala de consiliu, Calea 13 Septembrie nr. 209")
    await page.locator("#call-sitting").click()
    await page.wait_for_url("**/sitting")


async def take_over(page: Any, act: str, amendment: str) -> None:
    """Stand, as a councillor, for an amendment that is not in the text."""
    own = amendment.rsplit("/", 1)[1]
    await page.goto(f"{act}/sitting/take-over")
    await page.locator(f"#take-{own} summary").click()
    form = page.locator(f"#form-{own}")
    await form.locator("[name=reason]").fill(WHY)
    await form.locator("button").click()
    await page.wait_for_url("**/sitting")


async def begin(page: Any, act: str, *, absent: int) -> list[str]:
    """Write down who is there: all but the first ones on the roll. Returns everybody on it."""
    await page.goto(f"{act}/sitting/begin")
    for box in (await page.locator("[name=present]").all())[absent:]:
        await box.check()
    names = await page.locator("#begin .govuk-checkboxes__label").all_inner_texts()
    await page.locator("#begin-vote").click()
    await page.wait_for_url("**/sitting")
    return [name.strip() for name in names]


async def vote(page: Any, act: str, names: Mapping[str, str], *, others: str, passes: bool) -> None:
    """Enter the vote that is held now: everybody does as `others` but those in `names`; looked at twice."""
    await page.goto(f"{act}/sitting")
    await page.locator("a[href*='/sitting/votes/'].govuk-button").click()
    await page.wait_for_url("**/sitting/votes/*")
    await page.locator("[name=others]").select_option(others)
    for name, choice in names.items():
        await page.get_by_label(name, exact=True).select_option(choice)
    await page.locator("#check-votes").click()
    await page.locator("#record-vote").wait_for()
    kind = "success" if passes else "info"
    assert await page.locator(f"main .ob-alert--{kind}").count() == 1, await text_of(page)
    await page.locator("#record-vote").click()
    await page.wait_for_url(re.compile(r"/sitting(#.*)?$"))


async def end(page: Any, act: str) -> str:
    """End the vote; returns the decision's number, as it is written."""
    await page.goto(f"{act}/sitting/end")
    number = await page.locator("[name=number]").input_value()
    await page.locator("#end-vote").click()
    await page.wait_for_url("**/sitting")
    said = re.search(rf"HCL {number}/\d{{4}}", await text_of(page))
    assert said, await text_of(page)
    return said[0]


async def fates(page: Any, act: str, how: How) -> dict[str, str]:
    """What the page of outcomes says of each amendment that was voted: its number and its fate."""
    await page.goto(f"{act}/outcome")
    rows = await page.locator("#outcome tbody tr").all_inner_texts()
    found = {}
    for row in rows:
        number = re.search(r"AM-\d{4}-\d{5}", row)
        assert number, row
        for fate in ("Adopted", "Voted down", "Fell"):
            if how.says(fate) in re.split(r"\s*[\t\n]\s*", row):
                found[number[0]] = fate
    return found


async def number_of(page: Any, amendment: str) -> str:
    """The number under which an amendment is registered."""
    await page.goto(amendment)
    number = re.search(r"AM-\d{4}-\d{5}", await text_of(page))
    assert number
    return number[0]


async def order(page: Any, act: str) -> list[str]:
    """The numbers of what is voted, in their order; nothing for the act as a whole."""
    await page.goto(f"{act}/sitting")
    titles = await page.locator("ol > .ob-answer h3").all_inner_texts()
    found = [re.search(r"AM-\d{4}-\d{5}", title) for title in titles]
    return [number[0] if number else "" for number in found]
