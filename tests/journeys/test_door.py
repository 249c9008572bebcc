"""The door of a consultation: two tablets without network note overlapping people, reload, come back, and
send; an organizer decides what they said differently. A ticket is scanned, somebody is signed out meanwhile,
everything is deleted from a tablet; and checking in without scripts.
"""

from typing import Any

import pytest
import segno

from tests.journeys.how import ALL, How, become, text_of
from tests.journeys.test_intake import find_faults
from tests.journeys.test_proposals import press
from tests.live import LiveServer

HELPER, ORGANIZER = "horia.uta@exemplu.ro", "oana.stoica@exemplu.ro"
PHONE_RO, PHONE_EN_PLAIN, DESK_EN = ALL[0], ALL[2], ALL[3]
NO_NETWORK = "net::ERR_INTERNET_DISCONNECTED"
KEPT = "#tablet[data-kept=true]"
# A camera that sees a picture of a code, drawn module by module: a stream as a real one is, without a device.
CAMERA = """(rows) => {
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 480;
  const pen = canvas.getContext("2d");
  const draw = () => {
    pen.fillStyle = "#ddd"; pen.fillRect(0, 0, 640, 480);
    pen.fillStyle = "#000";
    const side = Math.floor(400 / rows.length);
    rows.forEach((row, y) => row.forEach((dark, x) => {
      if (dark) pen.fillRect(120 + x * side, 40 + y * side, side, side);
    }));
    requestAnimationFrame(draw);
  };
  draw();
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
}"""


def forgive_no_network(page: Any) -> None:
    """The browser complains of every request that finds no network; that is what is tried here."""
    page.complaints[:] = [line for line in page.complaints if NO_NETWORK not in line]


async def open_tablet(page: Any, town: LiveServer, how: How, who: str) -> str:
    """Sign in, go to the door that is open, and wait until the tablet has kept its page. Returns the path."""
    await become(page, town, who)
    await page.goto(f"{town.url}{how.prefix}/consultations/door")
    await page.locator("a[href$='/tablet']").first.click()
    await page.wait_for_selector(KEPT)
    return str(page.url.removeprefix(town.url + how.prefix))


def row_of(page: Any, key: str) -> Any:
    return page.locator(f"#rows > li[data-key='{key}']")


async def note(page: Any, key: str, people: str = "") -> None:
    """Check in a row, with a number of people of one's own or as it stands."""
    row = row_of(page, key)
    if people:
        await row.locator("[name=people]").fill(people)
    await row.locator("button[value=here]").click()


async def walk_in(page: Any, name: str, people: str) -> None:
    await page.locator("#walk-in-name").fill(name)
    await page.locator("#walk-in-people").fill(people)
    await page.locator("#walk-in button").click()


async def state_says(page: Any, text: str) -> None:
    await page.locator("#door-state", has_text=text).wait_for()


@pytest.mark.journey
@pytest.mark.slow
async def test_two_tablets_without_network(town: LiveServer, open_page: Any) -> None:
    first, second, desk = [await how.open(open_page) for how in (PHONE_RO, DESK_EN, DESK_EN)]
    path = await open_tablet(first, town, PHONE_RO, HELPER)
    await open_tablet(second, town, DESK_EN, ORGANIZER)
    assert await find_faults(first, PHONE_RO) == []
    assert await find_faults(second, DESK_EN) == []
    keys = [await one.get_attribute("data-key") for one in await first.locator("#rows > li").all()]
    ana, ion, eva, dan = keys[:4]
    name = await row_of(first, dan).locator(".ob-door-row__name").inner_text()
    places = await row_of(first, ion).locator("[name=people]").input_value()

    # without network: the page opens, what is noted stays through a reload
    for tablet in (first, second):
        await tablet.context.set_offline(True)
        await tablet.reload()
        await tablet.wait_for_selector("#rows > li")
    await note(first, ana)
    await note(first, ion, str(int(places) + 1))
    await note(first, eva)
    await row_of(first, eva).locator("button[value=undo]").click()
    await walk_in(first, "Țîrlea Vasilica", "2")
    await state_says(first, PHONE_RO.says("{n} waiting to be sent").replace("{n}", "5"))
    await first.reload()
    await state_says(first, PHONE_RO.says("{n} waiting to be sent").replace("{n}", "5"))
    await note(second, ana)
    await note(second, ion)
    await walk_in(second, "vasilica tirlea", "2")
    await second.locator("#find").fill("zzz")
    await second.locator("#said", has_text="Nobody of this name is on the list.").wait_for()
    assert await second.locator("#rows > li").count() == 0
    await state_says(second, "3 waiting to be sent")

    # the first is signed out meanwhile: nothing is lost
    await first.context.clear_cookies()
    for tablet in (first, second):
        await tablet.context.set_offline(False)
    await state_says(second, DESK_EN.says("Everything is sent. This page works without network too."))
    await state_says(first, PHONE_RO.says("You are signed out. Go on noting: it is sent once you sign in."))
    await become(first, town, HELPER)
    await first.goto(f"{town.url}{path}")
    await state_says(first, PHONE_RO.says("Everything is sent. This page works without network too."))
    forgive_no_network(first)

    # what they said differently is shown, and decided
    await become(desk, town, ORGANIZER)
    await desk.goto(f"{town.url}{DESK_EN.prefix}{path.removesuffix('/tablet')}/doubts")
    said = await text_of(desk)
    assert DESK_EN.says("Different numbers were noted") in said
    assert DESK_EN.says("The same people, noted twice?") in said
    assert await find_faults(desk, DESK_EN) == []
    before = await desk.locator(".ob-stats__value").first.inner_text()
    assert "–" in before
    for text in ("Different numbers", "The same people"):
        doubt = desk.locator("section.ob-door-doubt", has_text=text)
        if "same" in text:
            await doubt.locator("[name^=people-]").last.fill("0")
        await doubt.locator("[name=reason]").fill("Am numărat din nou împreună.")
        await doubt.locator("button").click()
        await desk.wait_for_load_state()
    assert DESK_EN.says("Nothing is to be decided") in await text_of(desk)
    after = await desk.locator(".ob-stats__value").first.inner_text()
    assert after.isdecimal()

    # a ticket before the camera
    await desk.goto(f"{town.url}{DESK_EN.prefix}{path.removesuffix('/tablet').replace('/door/', '/')}/people")
    person = desk.locator("tr", has=desk.get_by_text(name, exact=True)).last
    code = await person.locator("td").last.inner_text()
    ticket = segno.make(f"{town.url}/consultations/tickets/{code.strip()}", error="m", micro=False)
    modules = [[bool(one) for one in row] for row in ticket.matrix_iter(border=3)]
    await first.evaluate(CAMERA, modules)
    await first.locator("#scan").click()
    await first.locator("#said", has_text=name).wait_for()
    assert await first.evaluate("document.activeElement.value") == "here"
    await first.keyboard.press("Enter")
    shown = first.locator("#rows > li", has_text=name).locator(".ob-door-row__here:visible")
    await shown.filter(has_not_text=PHONE_RO.says("not sent yet")).first.wait_for()

    # everything of it is deleted from the tablet
    await first.locator("#forget").click()
    await first.get_by_text(PHONE_RO.says("Deleted from this tablet.")).wait_for()
    left = """async () => {
      const open = indexedDB.open("obste-door");
      const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
      const stores = database.transaction(["doors", "lines"]);
      const count = (name) => new Promise((resolve) => {
        stores.objectStore(name).count().onsuccess = (event) => resolve(event.target.result);
      });
      return [await count("doors"), await count("lines"), (await caches.keys()).length];
    }"""
    assert await first.evaluate(left) == [0, 0, 0]


@pytest.mark.journey
async def test_checking_in_without_scripts(town: LiveServer, open_page: Any) -> None:
    how = PHONE_EN_PLAIN
    page = await how.open(open_page)
    await become(page, town, HELPER)
    await page.goto(f"{town.url}{how.prefix}/consultations/door")
    await page.get_by_role("link", name="Simple list").first.click()
    await page.wait_for_load_state()
    row = page.locator(".ob-door-row").nth(5)
    identity = await row.get_attribute("id")
    await row.locator("button").first.click()
    await page.wait_for_load_state()
    row = page.locator(f"[id='{identity}']")
    assert "Here: " in await row.inner_text()
    await row.locator("button[value=undo]").click()
    await page.wait_for_load_state()
    assert "Here: " not in await page.locator(f"[id='{identity}']").inner_text()
    await page.locator("[name=name]").fill("Doina Fără Bilet")
    await page.locator("#walk-in [name=people]").fill("3")
    await press(page, how, "Note them")
    assert "Doina Fără Bilet" in await text_of(page)
