"""A department at work: a head gives an idea out, an officer asks another department and accepts at a price
that takes two, the second officer confirms, the author reads why and contests.
"""

import re
from typing import Any

import pytest

from accounts.service import begin_session
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from app.seed.ideas import DEPARTMENTS
from cycles.queries import find_collecting_cycle
from tests.journeys.gate import DESK, PHONE, run_axe
from tests.journeys.how import How, become, mail_to, submit, text_of
from tests.live import LiveServer
from tests.make.accounts import make_account
from tests.make.proposals import make_idea

HEAD, OFFICER = "ioana.munteanu@exemplu.ro", "radu.dobre@exemplu.ro"
PARKS, STREETS = DEPARTMENTS
QUESTION = "Se pot planta arbori aici, sau trec conducte?"
ANSWER = "Se pot planta; conducta este de cealaltă parte a străzii."
WAYS = (How("ro", PHONE, True), How("en", DESK, False))


async def send_an_idea(page: Any, town: LiveServer, title: str) -> str:
    """An idea of a resident of this journey's own, who is signed in on `page`; returns its id."""
    address = f"vecin-{clock.now().timestamp():.3f}@example.ro"
    database = Database(town.database_url)
    async with database.write() as session:
        cycle = await find_collecting_cycle(session, clock.now())
        assert cycle is not None
        author = await make_account(session, name="Vasile Vecin", email=address, verified=True)
        idea = await make_idea(session, cycle=cycle, author=author, title=title, now=clock.now())
        token = await begin_session(session, author, agent="journey", now=clock.now())
    await database.dispose()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    return str(idea.id)


async def check(page: Any, how: How) -> None:
    """axe finds nothing; it is a script itself."""
    if how.scripts:
        assert await run_axe(page) == []


async def find_by_keyboard(page: Any, how: How) -> None:
    """With scripts the keys move through the list and open an idea; without them nothing speaks of keys."""
    hint = page.locator("[data-ob-keys]")
    if not how.scripts:
        assert not await hint.is_visible()
        return
    titles = page.locator("#queue .ob-card__title a")
    await hint.get_by_role("link").click()
    for key, place in (("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("k", 0)):
        await page.keyboard.press(key)
        assert await titles.nth(place).evaluate("link => link === document.activeElement"), (key, place)
    box = page.locator("#queue input[type=checkbox]").first
    await page.keyboard.press("x")
    assert await box.is_checked()
    await page.keyboard.press("x")
    assert not await box.is_checked()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/review/ideas/*")


async def give_out(page: Any, how: How, url: str, idea: str) -> None:
    """The head gives the idea to the officer and to the officer's department."""
    await page.goto(f"{url}/review")
    await check(page, how)
    await find_by_keyboard(page, how)
    await page.goto(f"{url}/review?show=unassigned")
    await page.locator(f"#idea-{idea}").check()
    await page.locator("#bulk [name=reviewer]").select_option(label="Radu Dobre")
    await page.locator("#bulk [name=department]").select_option(label=STREETS[0 if how.locale == "ro" else 1])
    await page.locator("#bulk button[type=submit]").click()
    await page.wait_for_load_state()


async def ask_parks(page: Any, how: How, file: str) -> None:
    """The officer asks the other department, which has to be chosen, and gives it three days."""
    await page.goto(file)
    await page.get_by_role("link", name=how.says("Ask other departments")).click()
    await page.wait_for_url("**/advice")
    await submit(page, "/advice", question=QUESTION)
    assert await page.locator("#error-summary").count() == 1, "a department is obligatory"
    assert await page.locator("[name=question]").input_value() == QUESTION
    await check(page, how)
    await page.get_by_label(PARKS[0 if how.locale == "ro" else 1]).check()
    await submit(page, "/advice", days="3")
    await page.wait_for_url("**#advice")


async def accept_at_a_price(page: Any, how: How, file: str) -> None:
    """Accepted for more than one reviewer may decide alone, each price with its source."""
    await page.goto(f"{file}/accept")
    line = {"description": "Alee cu arbori", "quantity": "2", "unit": "km", "price": "400.000"}
    for name, value in line.items():
        await page.locator(f"[name='line-1-{name}']").fill(value)
    await page.locator("[name=text]").fill("Se poate face; strada este a sectorului.")
    await page.get_by_role("button", name=how.says("Continue")).click()
    assert how.says("Say where the price comes from") in await text_of(page)
    await page.locator("[name='line-1-source']").fill("oferta 77/2026")
    await page.get_by_role("button", name=how.says("Continue")).click()
    await page.locator("[value=confirmed]").click()
    await page.wait_for_url("**/review/prepared/*")


@pytest.mark.journey
@pytest.mark.parametrize("how", WAYS, ids=str)
async def test_from_the_queue_to_a_contested_decision(how: How, town: LiveServer, open_page: Any) -> None:
    author, head, officer = [await how.open(open_page) for _ in range(3)]
    url = town.url + how.prefix
    idea = await send_an_idea(author, town, f"Arbori pe Strada Ghidigeni, {how}")
    file, public = f"{url}/review/ideas/{idea}", f"{url}/ideas/{idea}"
    await become(head, town, HEAD)
    await become(officer, town, OFFICER)

    await give_out(head, how, url, idea)
    await ask_parks(officer, how, file)
    await mail_to(town, HEAD, having=QUESTION)
    await author.goto(public)
    said = await text_of(author)
    assert how.says("Another department was asked for its opinion") in said
    assert QUESTION not in said, "the words are public with the decision"

    await head.goto(f"{url}/review/advice")
    await head.get_by_role("link", name=re.compile(f"Arbori pe Strada Ghidigeni, {how}")).first.click()
    await head.wait_for_url("**/review/advice/*")
    await check(head, how)
    await submit(head, head.url.rpartition("/")[2], answer=ANSWER)

    await officer.goto(file)
    assert ANSWER in await text_of(officer)
    await accept_at_a_price(officer, how, file)
    await author.goto(public)
    assert "oferta 77/2026" not in await text_of(author), "nothing of a prepared decision is public"
    await head.goto(officer.url)
    await submit(head, "/confirm")

    await author.goto(public)
    said = await text_of(author)
    for words in (QUESTION, ANSWER, "oferta 77/2026", "Ioana Munteanu"):
        assert words in said
    await check(author, how)
    await author.get_by_role("link", name=how.says("Contest the decision")).click()
    await submit(author, "/contest", contest="Aleea trebuie să ajungă până la școală, nu doar până la parc.")
    await officer.goto(f"{file}/contestation")
    assert how.says(
        "This is your decision, and it is contested. A colleague decides on that."
    ) in await text_of(officer)
