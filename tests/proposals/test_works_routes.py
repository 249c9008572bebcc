"""The pages of the works: what everybody sees, what the department enters, what residents say."""

import csv
import io
import re
from io import BytesIO

import pytest
from PIL import Image

from accounts.states import Role
from proposals import queries
from proposals.models import Project
from tests.make.cycles import NOON
from tests.make.proposals import make_funded
from tests.proposals.conftest import Town

TODAY, SOON, LATER = "2027-03-01", "2027-05-01", "2027-06-01"
WHY = "Ploile au oprit lucrările."


@pytest.fixture
async def project(town: Town) -> Project:
    async with town.database.write() as session:
        return await make_funded(session, cycle=town.cycle, title="Teren de joacă", cost_bani=1_000_00)


def picture() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "telefonul meu"
    buffer = BytesIO()
    Image.new("RGB", (900, 600), (20, 120, 60)).save(buffer, "JPEG", exif=exif.tobytes())
    return buffer.getvalue()


async def test_from_plan_to_reception_and_what_residents_say(town: Town, project: Project) -> None:
    works = f"/works/{project.id}"
    official = await town.reviewer()
    contract = f"{works}/milestones/contract"
    await official.see(contract)
    await official.send(contract, planned_on=SOON, seen="0")
    refused = await official.send(contract, 422, planned_on=LATER, note="scurt", seen="1")
    assert "Say why it changes" in refused.text
    assert 'value="2027-06-01"' in refused.text
    stale = await official.send(contract, 409, planned_on=LATER, note=WHY, seen="0")
    assert "in the meantime" in stale.text
    assert WHY in stale.text
    assert 'name="seen" value="1"' in stale.text
    await official.send(contract, planned_on=LATER, note=WHY, seen="1")
    await official.send(f"{works}/milestones/new", title="Gard 100%", planned_on=SOON, seen="2")
    await official.see(f"{works}/milestones/other-1")
    await official.see(f"{works}/milestones/other-2", 404)
    await official.see(f"{works}/milestones/vote", 404)
    html = await official.see(works)
    assert "planned for 1 May 2027, moved to 1 June 2027." in html
    assert "Gard 100%" in html
    visitor = await town.visitor()
    page = await visitor.see(f"/cycles/{town.cycle.slug}/projects/{project.number}")
    assert "moved to 1 June 2027" in page, "a project without an idea has its timeline too"
    assert works in page
    assert "Enter or change" not in await visitor.see(works)

    await official.send(f"{works}/milestones/reception", actual_on=TODAY, seen="3")
    resident = await town.resident()
    refused = await resident.send(f"{works}/built", 422, choice="no", text="Nu.")
    assert "what is not as promised" in refused.text
    file = [("photo", ("acasa.jpg", picture(), "image/jpeg"))]
    refused = await resident.send(f"{works}/built", 422, files=file, choice="yes")
    assert "what the photo shows" in refused.text
    await resident.send(f"{works}/built", files=file, choice="no", text="Lipsesc băncile.", alt="Locul gol")
    html = await official.see(works)
    assert "Lipsesc băncile." in html
    (photo,) = re.findall(r"/works/photos/[0-9a-f-]+/large.jpg", html)
    assert b"telefonul" not in (await visitor.client.get(photo)).content
    (opinion,) = set(re.findall(r"/works/opinions/[0-9a-f-]+", html))
    await official.send(f"{opinion}/reply", 422, text="Da.")
    await official.send(f"{opinion}/reply", text="Băncile se montează în aprilie.")
    assert "Băncile se montează" in await visitor.see(works)
    moderator = await town.officer(Role.MODERATOR)
    (words,) = set(re.findall(r"/comments/[0-9a-f-]+(?=#moderation)", await moderator.see(works)))
    neighbour = await town.resident()
    assert f"{words}#report" in await neighbour.see(works)
    await neighbour.see(words)
    await neighbour.send(words, do="report", ground="personal_data", text="Un nume.")
    await resident.see(words)
    for act in ("edit", "withdraw"):  # they are changed where they were said
        await resident.send(words, 403, do=act, body="Altceva.")
    await neighbour.send(f"{words}/support", 403, wanted="yes")
    why = "Numele unui om nu are ce căuta aici."
    await moderator.see("/moderation")
    await moderator.send(f"{words}/moderate", do="hide", ground="personal_data", reason=why)
    html = await visitor.see(works)
    assert "Lipsesc" not in html
    assert why in html
    assert why in await visitor.see("/moderation/log")
    assert (await visitor.client.get(photo)).status_code == 404
    assert (await moderator.client.get(photo)).headers["cache-control"] == "no-store"
    assert photo in await moderator.see(words)
    assert "Lipsesc" in await resident.see(words)
    assert words in await resident.see(f"{works}/built")
    kept = await resident.send(f"{works}/built", 409, choice="no", text="Lipsesc băncile.")
    assert "Lipsesc băncile." in kept.text
    await resident.send(f"{works}/built", choice="no", text="Lipsesc două.")
    assert "Lipsesc două." in await visitor.see(works)


async def test_money_is_shown_with_overspending_in_words(town: Town, project: Project) -> None:
    works = f"/works/{project.id}"
    official = await town.reviewer()
    await official.see(f"{works}/payments/new")
    paid = {"purpose": "Gard", "document": "F 12", "paid_on": TODAY}
    for amount in ("0", "-5", "multe", ""):
        refused = await official.send(f"{works}/payments/new", 422, amount=amount, seen="0", **paid)
        assert 'value="Gard"' in refused.text
    await official.send(f"{works}/payments/new", amount="1.250,50", seen="0", **paid)
    await official.send(f"{works}/payments/new", 409, amount="1.250,50", seen="0", **paid)
    html = await official.see(works)
    assert "More was spent than the project was to cost" in html
    assert "250.50 lei" in html.replace("\xa0", " ")
    why = "Factură introdusă de două ori"
    await official.see(f"{works}/payments/1/correct")
    await official.see(f"{works}/payments/0/correct", 404)
    refused = await official.send(
        f"{works}/payments/1/correct", 422, amount="9999", document="NC", reason=why, seen="1"
    )
    assert "at most what is left" in refused.text
    await official.send(f"{works}/payments/1/correct", amount="300", document="NC", reason=why, seen="1")
    html = await official.see(works)
    assert "More was spent" not in html
    assert why in html


async def test_photos_are_added_and_withdrawn(town: Town, project: Project) -> None:
    works = f"/works/{project.id}"
    official = await town.reviewer()
    refused = await official.send(f"{works}/photos", 422, taken_on=TODAY)
    assert "Choose a photo" in refused.text
    assert "what the photo shows" in refused.text
    fake = [("photo", ("a.jpg", b"MZ nothing", "image/jpeg"))]
    refused = await official.send(f"{works}/photos", 422, files=fake, alt="Gardul nou", taken_on=TODAY)
    assert "not a photo we can read" in refused.text
    assert 'value="Gardul nou"' in refused.text
    file = [("photo", ("a.jpg", picture(), "image/jpeg"))]
    await official.send(f"{works}/photos", files=file, alt="Gardul nou", taken_on=TODAY)
    await official.send(f"{works}/photos", 409, files=file, alt="Gardul nou", taken_on=TODAY)
    async with town.database.read() as session:
        (photo,) = await queries.list_works_photos(session, project.id)
    await official.see(f"/works/photos/{photo.id}/withdraw")
    await official.send(f"/works/photos/{photo.id}/withdraw", 422, why="")
    await official.send(f"/works/photos/{photo.id}/withdraw", why="Se vede o față")
    assert (await official.client.get(f"/works/photos/{photo.id}/small.jpg")).status_code == 404


async def test_the_list_puts_the_late_ones_first_and_is_narrowed(town: Town, project: Project) -> None:
    async with town.database.write() as session:
        late = await make_funded(session, cycle=town.cycle, title="=Bănci", number="P02", now=NOON)
    official = await town.reviewer()
    await official.send(f"/works/{late.id}/milestones/contract", planned_on="2027-02-01", seen="0")
    await official.send(f"/works/{project.id}/milestones/contract", actual_on=TODAY, seen="0")
    visitor = await town.visitor()
    html = await visitor.see("/works")
    assert html.index("=Bănci") < html.index("Teren de joacă")
    assert "late by 28 days" in html
    for query, there in (
        ("state=late", {"=Bănci"}),
        ("state=contract", {"Teren de joacă"}),
        ("state=received", set()),
        ("state=nonsense&area=nowhere", set()),
        (f"cycle={town.cycle.slug}&page=99", {"=Bănci", "Teren de joacă"}),
    ):
        html = await visitor.see(f"/works?{query}")
        assert {title for title in ("=Bănci", "Teren de joacă") if title in html} == there, query
    answer = await visitor.client.get("/works.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["title"]: row["days_late"] for row in rows} == {"'=Bănci": "28", "Teren de joacă": "0"}
    assert rows[0]["contract_actual"] == TODAY


async def test_who_may_not_is_told_so(town: Town, project: Project) -> None:
    works = f"/works/{project.id}"
    resident, officer = await town.resident(), await town.officer(Role.ELECTION)
    for visitor in (resident, officer):
        for path in ("milestones/contract", "payments/new", "photos"):
            await visitor.see(f"{works}/{path}", 403)
        await visitor.send(f"{works}/milestones/contract", 403, planned_on=SOON, seen="0")
    await resident.see(f"{works}/built", 403)
    unverified = await town.resident(verified=False)
    await unverified.send(f"{works}/built", 403, choice="yes")
    nobody = await town.visitor()
    await nobody.see("/works/00000000-0000-0000-0000-000000000000", 404)


async def test_the_works_are_handed_over_in_public(town: Town, project: Project) -> None:
    works, official = f"/works/{project.id}", await town.reviewer()
    admin = await town.officer(Role.ADMIN)
    await admin.see("/departments")
    await admin.send("/departments", name="Direcția Parcuri", name_en="Parks", email="parcuri@exemplu.ro")
    html = await official.see(f"{works}/charge")
    department = re.findall(r'value="([0-9a-f-]{36})">Parks', html)[0]
    refused = await official.send(f"{works}/charge", 422, department=department, reason="Scurt", seen="0")
    assert "Scurt" in refused.text
    await official.send(f"{works}/charge", department=department, reason="Ține de parcuri acum.", seen="0")
    html = await (await town.visitor()).see(works)
    assert "Parks answers for the works." in html
    assert 'id="follow"' in html
    assert "Ține de parcuri acum." in html
    await official.see(f"{works}/milestones/new", 403)
