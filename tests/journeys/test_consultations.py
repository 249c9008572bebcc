"""An organizer plans and publishes a consultation; a resident reserves a place, an operator registers a
caller; it is moved and called off, each time with a reason, and everybody concerned is told.
"""

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import local_date, now
from app.kit.deadlines import is_working_day
from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.journeys.test_intake import find_faults
from tests.journeys.test_proposals import press, resident
from tests.live import LiveServer

_turns = itertools.count(1)
DAY = timedelta(days=1)
WHY = "Sala este ocupată în acea seară de o serbare."


def free_day() -> str:
    """A working day within the demonstration's season on which nothing is planned yet."""
    day = local_date(now()) + (50 + 3 * next(_turns)) * DAY
    while not is_working_day(day):
        day += DAY
    return day.isoformat()


async def plan_one(organizer: Any, town: LiveServer, how: How) -> str:
    """Plan one, wrongly first, look at its day, publish it; returns its address."""
    await become(organizer, town, "oana.stoica@exemplu.ro")
    await organizer.goto(f"{town.url}{how.prefix}/consultations/plan")
    await organizer.locator("[name=title]").fill("Întrebări în Cotroceni")
    await press(organizer, how, "Look at the days")
    assert await organizer.locator("[name=title]").input_value() == "Întrebări în Cotroceni"
    assert await find_faults(organizer, how) == []
    await organizer.locator("[name=host_id]").select_option(index=1)
    await organizer.locator("[name=venue_id]").select_option(index=1)
    await organizer.locator("[name=day]").fill(free_day())
    await organizer.locator("[name=capacity]").fill("1")
    await press(organizer, how, "Look at the days")
    assert await find_faults(organizer, how) == []
    day = await organizer.locator("label[for=days-1]").inner_text()
    await press(organizer, how, "Put into the plan")
    proposal = organizer.locator(".govuk-checkboxes__item", has_text=day)
    for box in await organizer.locator("[name=ids]").all():
        await box.set_checked(False)
    await proposal.locator("[name=ids]").check()
    link = await proposal.locator("a").last.get_attribute("href")
    await press(organizer, how, "Publish those chosen")
    return f"{town.url}{link}"


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[2]], ids=str)
async def test_from_the_plan_to_a_place_and_what_is_told(how: How, town: LiveServer, open_page: Any) -> None:
    organizer, page, operator = [await how.open(open_page) for _ in range(3)]
    address = await plan_one(organizer, town, how)

    # a resident takes the only place, an operator's caller waits for it
    email = await resident(page, town)
    await page.goto(address)
    await submit(page, "/registration", needs="Loc pentru scaun rulant")
    ticket = re.search(r"/consultations/tickets/\w+", await mail_to(town, email, having="/tickets/"))
    assert ticket
    await page.goto(f"{town.url}{how.prefix}{ticket[0]}")
    assert await page.locator("svg[role=img]").count() == 1
    assert await find_faults(page, how) == []
    await become(operator, town, "carmen.voicu@exemplu.ro")
    await operator.goto(f"{address}/people")
    await submit(operator, "/people", name="Maria Radu", phone="0721 000 111")
    assert how.says("waits") in await text_of(operator)
    assert await find_faults(operator, how) == []

    # moved, for a reason that is public: the resident is written to, the caller is called
    await organizer.goto(f"{address}/change")
    await organizer.locator("[name=begins]").fill("17:00")
    await press(organizer, how, "Save")
    await organizer.locator("[name=reason]").fill(WHY)
    await press(organizer, how, "Save")
    assert WHY in await text_of(organizer)
    assert WHY in await mail_to(town, email, having=WHY)
    await operator.goto(f"{town.url}{how.prefix}/consultations/calls")
    await operator.locator("li", has_text="Maria Radu").locator("button").first.click()
    await operator.wait_for_load_state()

    # the resident cannot come after all, and whoever waited has the place
    await page.locator("form[action*='/tickets/'] button").click()
    await page.wait_for_load_state()
    await operator.goto(f"{address}/people")
    row = operator.locator("tr", has_text="Maria Radu")
    assert how.says("has a place") in await row.inner_text()

    # called off: it stays in the programme, struck, with the reason
    await organizer.goto(f"{address}/steps/cancel")
    await press(organizer, how, "Call off")
    await organizer.locator("[name=reason]").fill(WHY)
    await press(organizer, how, "Call off")
    await page.goto(address)
    assert how.says("This consultation was called off") in await text_of(page)
    assert await find_faults(page, how) == []


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[2]], ids=str)
async def test_the_minutes_are_written_and_read(how: How, town: LiveServer, open_page: Any) -> None:
    organizer, page = [await how.open(open_page) for _ in range(2)]
    await become(organizer, town, "oana.stoica@exemplu.ro")
    await organizer.goto(f"{town.url}{how.prefix}/consultations/minutes")
    await organizer.get_by_role("link", name=how.says("Write the minutes")).first.click()
    await organizer.wait_for_load_state()
    address = organizer.url.removesuffix("/minutes/edit")
    await organizer.locator("[name=attendance]").fill("31")
    await organizer.locator("[name=topic-1-title]").fill("Parcări de reședință")
    await organizer.locator("[name=recording]").fill("https://video.exemplu.ro/7")
    await press(organizer, how, "Publish the minutes")  # nothing was said, and it has no captions
    assert await organizer.locator(".govuk-error-message").count() == 2
    assert await organizer.locator("[name=recording]").input_value() == "https://video.exemplu.ro/7"
    assert await find_faults(organizer, how) == []
    await organizer.locator("[name=topic-1-said]").fill("Locatarii cer marcaje.")
    await organizer.locator("[name=captions]").fill("Subtitrări în română, butonul CC")
    await press(organizer, how, "Publish the minutes")
    await page.goto(f"{address}/minutes")
    assert "Locatarii cer marcaje." in await text_of(page)
    assert await find_faults(page, how) == []
    await page.goto(address)
    assert how.says("Read the minutes") in await text_of(page)
