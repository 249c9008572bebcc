"""What residents see and send, page by page."""

import uuid
from io import BytesIO

from PIL import Image

from proposals import queries, service
from proposals.models import Idea
from proposals.states import IdeaState
from tests.feeds import judge_feed
from tests.make.accounts import actor_of
from tests.make.cycles import NOON
from tests.make.proposals import BODY, TITLE, make_draft, make_idea, merger
from tests.proposals.conftest import Town, Visitor


async def begin(town: Town, resident: Visitor) -> str:
    answer = await resident.send("/ideas/new")
    return answer.headers["location"].removeprefix("/en").removesuffix("/edit/text")


async def stored(town: Town, address: str) -> Idea:
    async with town.database.read() as session:
        return await queries.get_idea(session, uuid.UUID(address.rsplit("/", 1)[1]))


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "apartamentul meu"
    exif.get_ifd(0x8825).update({1: "N", 2: (44.0, 25.0, 12.0), 3: "E", 4: (26.0, 4.0, 1.0)})
    buffer = BytesIO()
    Image.new("RGB", (900, 600), (20, 120, 60)).save(buffer, "JPEG", exif=exif.tobytes())
    assert b"apartamentul" in buffer.getvalue()
    return buffer.getvalue()


async def test_from_draft_to_registration_number(town: Town, run_jobs) -> None:
    resident = await town.resident()
    address = await begin(town, resident)
    await resident.see(f"{address}/edit/text")
    await resident.send(f"{address}/edit/text", title=TITLE, body=BODY + "\n\n**important**", lang="ro")
    await resident.send(f"{address}/edit/place", location="Calea 13 Septembrie 90", landmark="parc")
    await resident.send(f"{address}/edit/photos", estimate="12.500,50")
    found = await resident.client.get(f"/en{address}/similar")
    assert found.headers["location"] == f"/en{address}/check"  # nothing alike: straight on
    page = await resident.see(f"{address}/check")
    assert "<strong>important</strong>" in page
    assert "12,500.50" in page
    sent = await resident.send(f"{address}/send")
    assert sent.headers["location"] == f"/en{address}/sent"
    receipt = await resident.see(f"{address}/sent")
    assert "ID-2027-00001" in receipt
    assert "12 April 2027" in receipt
    again = await resident.send(f"{address}/send")  # pressed twice: the same receipt
    assert again.headers["location"] == f"/en{address}/sent"
    assert await run_jobs() == 2  # the author's mail, and finding the neighbours
    (mail,) = (town.app.services.settings.mail_url.removeprefix("file://"),)
    from pathlib import Path

    (message,) = Path(mail).glob("*.eml")
    assert b"ID-2027-00001" in message.read_bytes()
    anonymous = await town.visitor()
    public = await anonymous.see(address)
    assert "Ana P." in public
    assert "Popescu" not in public
    assert "The idea was sent and registered" in public
    assert (await resident.client.get(f"/en{address}/edit/text")).status_code == 404


async def test_drafts_belong_to_their_author(town: Town) -> None:
    resident, stranger = await town.resident(), await town.resident(name="Dan Ionescu")
    address = await begin(town, resident)
    for path in ("", "/edit/text", "/check", "/similar", "/delete", "/sent"):
        assert (await stranger.client.get(f"/en{address}{path}")).status_code == 404, path
    await stranger.send(f"{address}/edit/text", status=404, title="Furat")
    await stranger.send(f"{address}/send", status=404)
    await stranger.send(f"{address}/delete", status=404)
    anonymous = await town.visitor()
    assert (await anonymous.client.get(f"/en{address}")).status_code == 404
    assert address.rsplit("/", 1)[1] not in await anonymous.see("/ideas")
    await resident.send(f"{address}/delete")


async def test_refused_steps_keep_what_was_typed(town: Town) -> None:
    resident = await town.resident()
    address = await begin(town, resident)
    long = await resident.send(f"{address}/edit/text", status=422, title="x" * 121, body=BODY)
    assert "at most 120 characters" in long.text
    assert "x" * 121 in long.text
    assert BODY[:40] in long.text
    place = await resident.send(
        f"{address}/edit/place", status=422, location="Undeva", latitude="44,41", longitude=""
    )
    assert "Give both latitude and longitude" in place.text
    assert 'value="44,41"' in place.text
    far = await resident.send(f"{address}/edit/place", status=422, latitude="12", longitude="26,07")
    assert "must be at least 44.3" in far.text
    foreign = await resident.send(f"{address}/edit/place", status=422, area=str(uuid.uuid4()))
    assert "Choose an area of this cycle" in foreign.text
    money = await resident.send(f"{address}/edit/photos", status=422, estimate="multe milioane")
    assert 'value="multe milioane"' in money.text
    check = await resident.send(f"{address}/send", status=422)
    assert "Something is still missing" in check.text


async def test_drafts_save_themselves_and_show_how_they_will_look(town: Town) -> None:
    resident = await town.resident()
    address = await begin(town, resident)
    saved = await resident.send(
        f"{address}/autosave/text", status=200, htmx=True, title="Pe jumătate", body="## Da"
    )
    assert saved.text.startswith('<p class="govuk-body-s ob-muted" id="saved">Draft saved on 1 March 2027')
    assert (await stored(town, address)).title == "Pe jumătate"
    refused = await resident.send(f"{address}/autosave/text", status=422, htmx=True, title="x" * 121)
    assert "Not saved yet" in refused.text
    part = await resident.send(
        f"{address}/preview", status=200, htmx=True, body="**tare** <script>alert(1)</script>"
    )
    assert "<strong>tare</strong>" in part.text
    assert "<script>" not in part.text
    whole = await resident.send(f"{address}/edit/text", status=200, title="T", body="**tare**", do="preview")
    assert "<strong>tare</strong>" in whole.text
    later = await resident.send(f"{address}/edit/text", title="Mai târziu", do="later")
    assert later.headers["location"] == "/en/ideas/new"
    assert "Mai târziu" in await resident.see("/ideas/new")


async def test_photos_lose_place_and_words_hidden_in_them(town: Town) -> None:
    resident = await town.resident()
    address = await begin(town, resident)
    files = [("photos", ("casa-mea.jpg", photo_with_place(), "image/jpeg"))]
    await resident.send(f"{address}/edit/photos", files=files, do="upload")
    idea = await stored(town, address)
    async with town.database.read() as session:
        (photo,) = await queries.list_photos(session, idea.id)
    for size in ("large", "small"):
        answer = await resident.client.get(f"/photos/{photo.id}/{size}.jpg")
        assert answer.headers["content-type"] == "image/jpeg"
        assert b"apartamentul" not in answer.content
        with Image.open(BytesIO(answer.content)) as image:
            assert len(image.getexif()) == 0
    anonymous = await town.visitor()
    assert (await anonymous.client.get(f"/photos/{photo.id}/large.jpg")).status_code == 404  # a draft's
    await resident.send(f"{address}/edit/photos", **{f"alt-{photo.id}": "Trotuar spart", "do": "upload"})
    assert 'alt="Trotuar spart"' in await resident.see(f"{address}/edit/photos")
    text = [("photos", ("virus.jpg", b"MZ not a photo", "image/jpeg"))]
    refused = await resident.send(f"{address}/edit/photos", status=422, files=text, estimate="100")
    assert "not a photo we can read" in refused.text
    assert 'value="100"' in refused.text
    await resident.send(f"{address}/edit/photos", do=f"remove:{photo.id}")
    async with town.database.read() as session:
        assert await queries.list_photos(session, idea.id) == []


async def test_similar_ideas_are_shown_before_sending(town: Town) -> None:
    resident = await town.resident()
    async with town.database.write() as session:
        there = await make_idea(session, cycle=town.cycle, title="Pistă de biciclete pe 13 Septembrie")
        draft = await make_draft(
            session, cycle=town.cycle, author=resident.account, title="piste biciclete calea 13 septembrie"
        )
    page = await resident.see(f"/ideas/{draft.id}/similar")
    assert "Pistă de biciclete pe 13 Septembrie" in page
    assert f"/en/ideas/{draft.id}/check" in page
    await resident.send(f"/ideas/{there.id}/support")
    page = await resident.see(f"/ideas/{there.id}")
    assert "You support this idea." in page
    assert "Take my support back" in page
    again = await resident.send(f"/ideas/{there.id}/support", status=409)
    assert "You already support this idea." in again.text
    await resident.send(f"/ideas/{there.id}/support/withdraw")


async def test_unverified_resident_drafts_but_neither_sends_nor_supports(town: Town) -> None:
    resident = await town.resident(verified=False)
    async with town.database.write() as session:
        draft = await make_draft(session, cycle=town.cycle, author=resident.account)
        there = await make_idea(session, cycle=town.cycle)
    assert "residence has to be verified" in await resident.see(f"/ideas/{draft.id}/check")
    refused = await resident.send(f"/ideas/{draft.id}/send", status=403)
    assert "residence has to be verified" in refused.text
    await resident.send(f"/ideas/{there.id}/support", status=403)


async def test_author_answers_and_withdraws(town: Town) -> None:
    resident = await town.resident()
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle, author=resident.account, state=IdeaState.WAITING)
    page = await resident.see(f"/ideas/{idea.id}")
    assert "Pe ce parte a străzii?" in page
    empty = await resident.send(f"/ideas/{idea.id}/answer", status=422, answer="")
    assert "Write your answer" in empty.text
    await resident.send(f"/ideas/{idea.id}/answer", answer="Pe **dreapta**.")
    assert "Pe <strong>dreapta</strong>." in await resident.see(f"/ideas/{idea.id}")
    assert "Withdraw" in await resident.see(f"/ideas/{idea.id}/withdraw")
    await resident.send(f"/ideas/{idea.id}/withdraw")
    assert "The author withdrew the idea" in await resident.see(f"/ideas/{idea.id}")


async def test_supporter_of_a_merged_idea_is_offered_to_carry_over(town: Town) -> None:
    fan, reviewer = await town.resident(), await town.reviewer()
    async with town.database.write() as session:
        target = await make_idea(session, cycle=town.cycle)
        twin = await make_idea(
            session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=reviewer.account
        )
        actor = actor_of(fan.account, verified=True)
        await service.support_idea(session, actor, twin.id, now=NOON)
        judge = actor_of(reviewer.account, roles=["reviewer"])
        await service.judge_idea(session, judge, twin.id, merger(target.id, "La fel."), now=NOON)
    assert "Support the other idea too" in await fan.see(f"/ideas/{twin.id}")
    carried = await fan.send(f"/ideas/{twin.id}/support/carry")
    assert carried.headers["location"].startswith(f"/en/ideas/{target.id}")
    assert "Support the other idea too" not in await fan.see(f"/ideas/{twin.id}")


async def test_list_feed_and_search(town: Town) -> None:
    async with town.database.write() as session:
        await make_idea(session, cycle=town.cycle, title="Grădină urbană în Rahova")
        idea = await make_idea(
            session, cycle=town.cycle, title="Bănci & umbrare <noi>", area_code="ferentari"
        )
    anonymous = await town.visitor()
    short = await anonymous.client.get(f"/i/{idea.number.lower()}")  # as it stands on letters
    assert (short.status_code, short.headers["location"]) == (303, f"/ideas/{idea.id}")
    assert (await anonymous.client.get("/i/ID-2027-99999")).status_code == 404
    for asked in ("gradina", "Grădinilor", "urban", "rahovei"):  # whatever its ending
        page = await anonymous.see(f"/ideas?q={asked}")
        assert "Grădină urbană" in page, asked
        assert "umbrare" not in page
    assert "2 ideas" in await anonymous.see("/ideas?q=&order=supported&page=7")
    assert "No idea fits" in await anonymous.see("/ideas?state=rejected")
    await anonymous.see("/ideas?cycle=altul&area=x&order=zzz&page=-3")
    own = await anonymous.client.get(f"/ideas/{idea.id}/feed.atom")
    assert own.text.count("<entry>") == 1
    feed = await anonymous.client.get("/ideas/feed.atom?cycle=bp-2027")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert judge_feed(feed.content)
    assert judge_feed(own.content)
    import xml.etree.ElementTree as ElementTree

    assert len(ElementTree.fromstring(feed.text).findall("{http://www.w3.org/2005/Atom}entry")) == 2  # noqa: S314
