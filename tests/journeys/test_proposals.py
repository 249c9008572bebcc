"""An idea's way: written, sent, asked about, answered, accepted with a costing; or rejected with a reason."""

import itertools
import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.queries import find_account_by_email
from accounts.service import begin_session
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.live import LiveServer
from tests.make.accounts import make_account

BODY = (
    "Pe aleea dintre blocuri **nu se vede nimic** seara. Propun felinare cu senzor, la fiecare 20 de metri."
)
_numbers = itertools.count(1)


async def resident(page: Any, town: LiveServer) -> str:
    """Sign in as a verified resident of this journey's own; returns their address."""
    address = f"autor{next(_numbers)}-{clock.now().timestamp():.0f}@example.ro"
    database = Database(town.database_url)
    async with database.write() as session:
        await make_account(session, name="Nadia Autor", email=address, verified=True)
    await database.dispose()
    await sign_in_again(page, town, address)
    return address


async def sign_in_again(page: Any, town: LiveServer, address: str) -> None:
    """A session in the browser of `page`, for an account that there is."""
    database = Database(town.database_url)
    async with database.write() as session:
        account = await find_account_by_email(session, address)
        assert account
        token = await begin_session(session, account, agent="journey", now=clock.now())
    await database.dispose()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])


def photo_with_place() -> bytes:
    """A photo as a phone makes it: with the place in its metadata."""
    image = Image.new("RGB", (640, 480), "#3a7d44")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (44.0, 25.0, 0.0)}
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


async def press(page: Any, how: How, message: str) -> None:
    """Press the button that says `message`."""
    await page.get_by_role("button", name=how.says(message)).first.click()
    await page.wait_for_load_state()


async def pin_on_the_map(page: Any, how: How) -> None:
    """Press on the map where Rahova is written, move the pin a step, and press Enter in a field."""
    image = page.locator("input[type=image]:visible")
    assert await image.count() == 1, "one size of the map is shown"
    size = await image.bounding_box()
    await image.click(position={"x": size["width"] * 0.48, "y": size["height"] * 0.62})
    await page.wait_for_url("**/edit/place#map")
    assert "Rahova" in await page.locator("#map-words").inner_text()
    assert await page.locator("[name=location]").input_value(), "a press on the map loses nothing"
    before = await page.locator("[name=longitude]").input_value()
    await page.get_by_role("button", name=how.says("50 m east")).press("Enter")
    await page.wait_for_url("**/edit/place#pin-east")
    assert await page.locator("[name=longitude]").input_value() > before
    drawn = await page.request.get(await image.evaluate("i => i.src"))
    assert "<g transform=" in await drawn.text(), "the pin is on the picture"


async def write_and_send(page: Any, town: LiveServer, how: How, title: str) -> str:
    """From an empty draft to the registration number; returns the address of the idea's page."""
    await page.goto(f"{town.url}{how.prefix}/ideas/new")
    await submit(page, "/ideas/new")
    await page.locator("[name=title]").fill(title)
    await page.locator("[name=body]").fill(BODY)
    await press(page, how, "Preview")
    await page.wait_for_selector("#preview strong")
    assert await page.locator("[name=title]").input_value() == title, "a preview loses nothing"
    await press(page, how, "Save and continue")
    await page.wait_for_url("**/edit/place")
    await page.locator("[name=location]").fill("Aleea dintre blocurile M14 și M22")
    await pin_on_the_map(page, how)
    await press(page, how, "Save and continue")
    await page.wait_for_url("**/edit/photos")
    await page.locator("[name=estimate]").fill("12.500,50")
    await page.locator("[name=photos]").set_input_files(
        [{"name": "poza.jpg", "mimeType": "image/jpeg", "buffer": photo_with_place()}]
    )
    await press(page, how, "Upload")
    await page.wait_for_selector(".ob-photos img")
    await page.get_by_role("button", name=how.says("Save and continue"), exact=True).last.click()
    await page.wait_for_url(re.compile("/(similar|check)$"))
    if page.url.endswith("/similar"):
        await page.get_by_role("link", name=how.says("Mine is different, go on")).first.click()
        await page.wait_for_url("**/check")
    await submit(page, "/send")
    assert re.search(r"ID-\d{4}-\d{5}", await text_of(page)), "a registration number"
    await page.get_by_role("link", name=how.says("See the page of my idea")).click()
    await page.wait_for_load_state()
    assert "Rahova" in str(await page.locator(".ob-map img").get_attribute("alt")), "the pin is public"
    image = await page.request.get(
        await page.locator(".ob-photos img, .ob-photo__image").first.evaluate("i => i.src")
    )
    with Image.open(BytesIO(await image.body())) as stored:
        assert not stored.getexif(), "photos are published without metadata"
    return str(page.url)


@pytest.mark.journey
@pytest.mark.parametrize("how", ALL, ids=str)
async def test_an_idea_is_sent_questioned_answered_and_accepted(
    how: How, town: LiveServer, open_page: Any
) -> None:
    page, officer = await how.open(open_page), await how.open(open_page)
    address = await resident(page, town)
    title = f"Felinare pe alee, varianta {next(_numbers)}"
    idea = await write_and_send(page, town, how, title)
    number = re.search(r"ID-\d{4}-\d{5}", await text_of(page))
    assert number
    assert number[0] in await mail_to(town, address)

    # the department takes it and asks: the clock stands still
    await become(officer, town, "radu.dobre@exemplu.ro")
    file = idea.replace("/ideas/", "/review/ideas/")
    await officer.goto(file)
    await submit(officer, "/assign")
    await officer.goto(file)
    await submit(officer, "/ask", question="Pe ce parte a aleii?")
    assert "Pe ce parte a aleii?" in await mail_to(town, address, having="Pe ce parte")

    # the author answers: the clock runs again
    await page.goto(idea)
    await submit(page, "/answer", answer="Pe partea cu castanii.")
    await page.goto(idea)
    assert "Pe partea cu castanii." in await text_of(page)

    # accepted with a costing, after a page that asks again
    await officer.goto(f"{file}/accept")
    fields = {"description": "Felinar cu senzor", "quantity": "11", "unit": "buc.", "price": "2.000"}
    fields["source"] = "lista de prețuri din mai"
    for name, value in fields.items():
        await officer.locator(f"[name='line-1-{name}']").fill(value)
    await officer.locator("[name=text]").fill("Se poate face: terenul este public.")
    await press(officer, how, "Continue")
    assert await officer.locator("[value=confirmed]").count() == 1, "nothing is decided by one slip"
    await officer.locator("[value=confirmed]").click()
    await officer.wait_for_load_state()

    # the public page says so, with reason and cost; the project has its number
    other = await how.open(open_page)
    await other.goto(idea)
    said = await text_of(other)
    assert "Se poate face: terenul este public." in said
    assert re.search(r"\bP\d\d\b", said)
    await other.goto(f"{town.url}{how.prefix}/register")
    assert "Radu Dobre" in await text_of(other), "the verdict is in the public register"


@pytest.mark.journey
async def test_an_idea_is_rejected_with_a_published_reason(town: LiveServer, open_page: Any) -> None:
    how = ALL[1]
    page, officer = await how.open(open_page), await how.open(open_page)
    address = await resident(page, town)
    idea = await write_and_send(page, town, how, "Aeroport pe acoperișul primăriei")
    await become(officer, town, "ioana.munteanu@exemplu.ro")
    file = idea.replace("/ideas/", "/review/ideas/")
    await officer.goto(file)
    await submit(officer, "/assign")
    await officer.goto(f"{file}/reject")
    await press(officer, how, "Continue")
    assert await officer.locator("#error-summary").count() == 1, (
        "a reason and words of one's own are obligatory"
    )
    await officer.locator("[name=reason][value=R07]").check()
    await officer.locator("[name=text]").fill("Acoperișul nu poate purta un avion.")
    await press(officer, how, "Continue")
    await officer.locator("[value=confirmed]").click()
    await officer.wait_for_load_state()
    await page.goto(idea)
    assert "Acoperișul nu poate purta un avion." in await text_of(page)
    assert "R07" in await text_of(page)
    assert "Acoperișul" in await mail_to(town, address, having="Acoperișul")


@pytest.mark.journey
async def test_a_draft_is_kept_and_a_stale_session_loses_nothing(town: LiveServer, open_page: Any) -> None:
    how = ALL[1]
    page, phone = await how.open(open_page), await ALL[0].open(open_page)
    address = await resident(page, town)
    await page.goto(f"{town.url}/ideas/new")
    await submit(page, "/ideas/new")
    draft = page.url
    await page.locator("[name=title]").fill("O bancă la umbră")
    await page.locator("[name=body]").fill(BODY)
    await page.context.clear_cookies()  # the session ends while somebody is writing
    await press(page, how, "Save and continue")
    kept = await page.locator("input[type=hidden][name=body]").input_value()
    assert kept == BODY, "what was typed is offered to be sent again"
    other = await page.context.new_page()  # the session that opened the draft is gone there too
    await other.goto(draft)
    assert "/sign-in" in other.url
    await sign_in_again(page, town, address)  # in the other tab, as the page asks
    await press(page, how, "Send again")
    if "/edit/text" in page.url:  # the form's token was of the session before: the page offers it once more
        await press(page, how, "Send again")
    assert page.url.endswith("/edit/place"), "it was saved, and the next step is there"
    await page.goto(draft)
    assert await page.locator("[name=title]").input_value() == "O bancă la umbră"
    assert await page.locator("[name=body]").input_value() == BODY

    # goes on with another device, and finds there what was written here
    await sign_in_again(phone, town, address)
    await phone.goto(f"{town.url}/ideas/new")
    await phone.get_by_role("link", name="O bancă la umbră", exact=True).click()
    await phone.wait_for_url("**/edit/text")
    await phone.locator("[name=title]").fill("O bancă la umbră, lângă școală")
    await press(phone, ALL[0], "Save and continue")
    await phone.wait_for_url("**/edit/place")
    await page.goto(draft)
    assert await page.locator("[name=title]").input_value() == "O bancă la umbră, lângă școală"
