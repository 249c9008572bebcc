"""A resident asks, another one supports it; in the room a third is written down and grouped; the official
answers by a promise and reports that it is done.
"""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import local_date, now
from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.journeys.test_intake import find_faults
from tests.journeys.test_proposals import press, resident
from tests.live import LiveServer

ASKED = {  # two ways to ask one thing; other things in the two runs, since what is alike is shown
    "ro": (
        "Când se montează bănci în stația de autobuz de la Liceul Podul Cotroceni?",
        "Se pun bănci și în stația de autobuz de la liceu, la Podul Cotroceni?",
    ),
    "en": (
        "Fântâna arteziană din scuarul Doctor Lister va funcționa la vară?",
        "Va merge la vară fântâna arteziană din scuarul Doctor Lister?",
    ),
}
ON_PAPER = "Bătrânii stau în picioare în stație. De ce nu sunt bănci?"
GROUP = "Bănci în stația de autobuz"
WHAT = "Două bănci în stația de autobuz de la Liceul Podul Cotroceni"
DONE = "Băncile sunt montate; recepția s-a făcut împreună cu reprezentanții liceului."


async def find_consultation(page: Any, town: LiveServer, how: How) -> str:
    """The address of one that is to come and is held by the councillor."""
    await page.goto(f"{town.url}{how.prefix}/consultations/hosts/victor-nistor")
    link = await page.locator(".ob-card__title a").first.get_attribute("href")
    return f"{town.url}{link}"


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[2]], ids=str)
async def test_from_a_question_to_what_was_promised(how: How, town: LiveServer, open_page: Any) -> None:
    ana, ion, organizer, official = [await how.open(open_page) for _ in range(4)]
    asked, same = ASKED[how.locale]
    asker = await resident(ana, town)
    address = await find_consultation(ana, town, how)

    # asked beforehand; who asks the same is shown it, and supports it
    await ana.goto(f"{address}/questions")
    await submit(ana, "/questions", text=f"({how}) {asked}")
    assert f"({how}) {asked}" in await text_of(ana)
    await resident(ion, town)
    await ion.goto(f"{address}/questions")
    await submit(ion, "/questions", text=f"({how}) {same}")
    assert how.says("Was this asked already?") in await text_of(ion)
    assert same in await ion.locator("[name=text]").input_value()
    assert await find_faults(ion, how) == []
    alike = ion.locator("#alike li", has_text=f"({how})")
    await alike.locator("button").click()
    await ion.wait_for_load_state()

    # in the room: written down for somebody, and grouped
    await become(organizer, town, "oana.stoica@exemplu.ro")
    await organizer.goto(f"{address}/room")
    await organizer.locator("[name=text]").fill(f"({how}) {ON_PAPER}")
    await organizer.locator("details:has([name=name]) summary").click()
    person = f"maria-{how}@exemplu.ro"
    await organizer.locator("[name=name]").fill("Maria Radu")
    await organizer.locator("[name=email]").fill(person)
    await press(organizer, how, "Write it down")
    for box in await organizer.locator(".govuk-checkboxes__item", has_text=f"({how})").all():
        await box.locator("input").check()
    await organizer.locator("[name=title]").fill(f"{GROUP} ({how})")
    await press(organizer, how, "Put together")
    assert GROUP in await text_of(organizer)
    assert await find_faults(organizer, how) == []

    # the official promises something, to all who ask it
    await become(official, town, "victor.nistor@exemplu.ro")
    await official.goto(f"{town.url}{how.prefix}/consultations/as-official")
    assert await find_faults(official, how) == []
    row = official.locator("#owed li", has_text=f"({how}) {asked}")
    await row.locator("a[href$='/commitment']").click()
    await official.wait_for_load_state()
    await press(official, how, "Promise it, in public")  # without a word: nothing is lost, nothing is made
    await official.locator("[name=what]").fill(f"{WHAT} ({how})")
    await official.locator("[name=due_on]").fill((local_date(now()) + timedelta(days=30)).isoformat())
    await official.locator("[name=whole_group]").check()
    await press(official, how, "Promise it, in public")
    assert how.says("Under way") in await text_of(official)
    assert WHAT in await mail_to(town, person, having=WHAT)
    assert WHAT in await mail_to(town, asker, having=WHAT)

    # done, with what shows it
    path = official.url
    await official.get_by_role("link", name=how.says("Report on it")).click()
    await official.wait_for_load_state()
    await official.locator("[name=kind][value=done]").check()
    await official.locator("[name=text]").fill(DONE)
    await press(official, how, "Publish")
    await ana.goto(re.sub(r"#.*", "", path))
    assert how.says("Done by its day") in await text_of(ana)
    assert DONE in await text_of(ana)
    assert await find_faults(ana, how) == []
