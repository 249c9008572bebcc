"""The pages of acts without scripts: from a pasted draft to the next text, and what is refused."""

import html
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from accounts.states import Role
from amendments import queries, service
from amendments.models import Act, AmendmentRow
from amendments.states import ActState, AmendmentState
from tests.conftest import FrozenClock
from tests.make.hostile_files import SMALL_PDF
from tests.proposals.conftest import Town, Visitor

TEXT = """HOTĂRÂRE privind parcarea

Art. 1 Tariful este de 10 lei pe oră.

Art. 2 (1) Abonamentul lunar costă 300 de lei.

(2) Persoanele cu dizabilități nu plătesc.
"""
FIELDS = {
    "title": "Hotărâre privind parcarea",
    "initiator": "Ion Primaru, primar",
    "department": "Direcția Trafic",
    "officer": "Elena Relații",
    "contact": "Registratura primăriei",
    "majority": "simple",
}
REASON = "Tariful este prea mare pentru cei care locuiesc aici."
PDF = ("referat.pdf", SMALL_PDF, "application/pdf")


async def the_act(town: Town) -> Act:
    async with town.database.read() as session:
        return (await session.execute(select(Act))).scalar_one()


async def announced(town: Town, text: str = TEXT) -> tuple[Act, Visitor]:
    """An act that was pasted, looked through, and announced by the secretariat's pages."""
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    await clerk.send("/acts/new", text=text, **FIELDS)
    act = await the_act(town)
    here = f"/acts/{act.id}/prepare"
    page = await clerk.see(here)
    assert "First the text and at least one paper" in page
    await clerk.send(here, do="paper", paper_title="Referat de aprobare", files={"paper": PDF})
    await clerk.see(here)
    await clerk.send(here, do="announce", proposals_until="2027-03-15")
    return await the_act(town), clerk


async def unit_at(town: Town, act: Act, text: str) -> str:
    async with town.database.read() as session:
        version = queries.read_version(await queries.last_version(session, act.id))
    return next(unit.id for unit in version.units if unit.text == text)


async def parent_of(town: Town, act: Act, unit: str) -> str:
    """The unit above it."""
    async with town.database.read() as session:
        version = queries.read_version(await queries.last_version(session, act.id))
    found = version.find(unit)
    return (found.parent if found else None) or ""


async def proposed(town: Town, act: Act, visitor: Visitor, old: str, new: str) -> AmendmentRow:
    """An amendment sent through the pages."""
    unit = await unit_at(town, act, old)
    await visitor.see(f"/acts/{act.id}/propose?unit={unit}&do=edit")
    sent = await visitor.send(f"/acts/{act.id}/propose", do="edit", unit=unit, text=new)
    check = sent.headers["location"].removeprefix("/en")
    await visitor.see(check)
    done = await visitor.send(check, do="send", reason=REASON, author_kind="resident")
    amendment_id = done.headers["location"].rsplit("/", 1)[1]
    async with town.database.read() as session:
        rows = await queries.list_amendments(session, act.id)
    return next(row for row in rows if str(row.id) == amendment_id)


async def test_a_draft_is_read_looked_through_and_announced(town: Town) -> None:
    act, clerk = await announced(town)
    assert (act.number, act.state) == ("PH-2027-00001", ActState.DEBATE)
    anonymous = await town.visitor()
    page = await anonymous.see(f"/acts/{act.id}")
    for said in ("PH-2027-00001", "Tariful este de 10 lei pe oră.", "Referat de aprobare", "You can propose"):
        assert said in page
    assert "30 working days from 1 March 2027" in page
    ahead = re.findall(r"timeline__item--future.*?when\">(.*?)</p>\s*<h3[^>]*>(.*?)</h3>", page, re.DOTALL)
    assert [(" ".join(when.split()), title) for when, title in ahead] == [
        ("15 March 2027", "The time for proposals ends"),
        ("not before 13 April 2027", "It is sent to be endorsed"),
        ("later", "The council’s sitting is called"),
        ("later", "The council votes"),
    ]
    paper = await anonymous.client.get(f"/acts/{act.id}/papers/1")
    assert (paper.status_code, paper.content) == (200, PDF[1])
    assert "PH-2027-00001" in await anonymous.see("/acts")
    assert (await clerk.client.get(f"/en/acts/{act.id}/prepare")).status_code == 403


async def test_a_term_that_ends_on_a_holiday_says_so(town: Town, clock: FrozenClock) -> None:
    clock.at(datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    await clerk.send("/acts/new", text=TEXT, **FIELDS)
    act = await the_act(town)
    here = f"/acts/{act.id}/prepare"
    await clerk.send(here, do="paper", paper_title="Referat de aprobare", files={"paper": PDF})
    await clerk.send(here, do="announce", proposals_until="2026-12-04")
    page = await clerk.see(f"/acts/{act.id}")
    assert (
        "2 December 2026</strong>: 10 days from 20 November 2026; 30 November 2026 is no working day" in page
    )


async def test_what_is_wrong_with_a_draft_is_said_and_nothing_typed_is_lost(town: Town) -> None:
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    answer = await clerk.send(
        "/acts/new", status=422, title="Scurt", text="", initiator="Ion Primaru, primar"
    )
    assert "Ion Primaru, primar" in answer.text
    assert "Please use at least 10 characters." in answer.text
    answer = await clerk.send("/acts/new", status=422, files={"file": ("a.pdf", b"%PDF-1.4", "")}, **FIELDS)
    assert "The PDF is damaged or locked." in answer.text
    await clerk.send("/acts/new", text=TEXT, **FIELDS)
    act = await the_act(town)
    here = f"/acts/{act.id}/prepare"
    answer = await clerk.send(here, status=409, do="announce", proposals_until="2027-03-20")
    assert "not complete" in answer.text
    page = ("x.pdf", b"<html>", "application/pdf")
    answer = await clerk.send(here, status=422, do="paper", paper_title="Referat", files={"paper": page})
    assert "Choose a PDF, DOCX or ODT file." in answer.text
    await clerk.send(here, do="paper", paper_title="Referat de aprobare", files={"paper": PDF})
    answer = await clerk.send(here, status=409, do="announce", proposals_until="2027-03-05")
    assert "11 March 2027" in answer.text
    assert 'value="2027-03-05"' in answer.text


async def test_the_text_is_corrected_in_place_and_two_clerks_are_told(town: Town) -> None:
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    await clerk.send("/acts/new", text=TEXT, **FIELDS)
    act = await the_act(town)
    unit = service.read_text(act).units[2].id
    change = {"do": "change", "change": "edit", "unit": unit, "text": "Tariful este de 9 lei pe oră."}
    await clerk.send(f"/acts/{act.id}/prepare", revision="1", **change)
    assert service.read_text(await the_act(town))[unit].text == "Tariful este de 9 lei pe oră."
    answer = await clerk.send(
        f"/acts/{act.id}/prepare", status=409, revision="1", **change | {"text": "Altul."}
    )
    assert "Somebody has changed this text" in answer.text


async def test_the_whole_text_is_corrected_as_it_was_read(town: Town) -> None:
    """What was cut or numbered wrongly, and a table: in one field, with nothing else lost."""
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    table = "\n## Anexa nr. 1 Tarife\n\n| Zona | Lei |\n| --- | --- |\n| Centru | 10 |\n"
    await clerk.send("/acts/new", text=TEXT.replace("(2) Persoanele", "Persoanele") + table, **FIELDS)
    act = await the_act(town)
    here = f"/acts/{act.id}/prepare"
    before = service.read_text(act)
    assert [unit.text for unit in before.units if unit.type == "cell"] == ["Zona", "Lei", "Centru", "10"]
    page = await clerk.see(here)
    cell = next(unit.id for unit in before.units if unit.text == "Centru")
    assert f'id="u-{cell}"' in page
    written = re.search(r'<textarea[^>]*id="text-again"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert written
    whole = html.unescape(written[1])
    corrected = whole.replace("Persoanele", "(2) Persoanele").replace("| Centru | 10 |", "| Centru | 12 |")
    await clerk.send(here, do="text", text=corrected, revision="1")
    after = service.read_text(await the_act(town))
    assert [unit.text for unit in after.units if unit.type == "cell"] == ["Zona", "Lei", "Centru", "12"]
    assert [unit.label for unit in after.units if unit.type == "alin"] == ["1", "2"]
    assert len(after.units) == len(before.units)
    late = await clerk.send(here, do="text", text=whole, revision="1", status=409)
    assert "Somebody has changed this text" in late.text


async def test_nobody_else_prepares_or_sees_a_draft(town: Town) -> None:
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    await clerk.send("/acts/new", text=TEXT, **FIELDS)
    act = await the_act(town)
    resident, reviewer = await town.resident(), await town.officer(Role.REVIEWER)
    for visitor in (resident, reviewer):
        assert (await visitor.client.get(f"/en/acts/{act.id}")).status_code == 404
        assert (await visitor.client.get("/en/acts/new")).status_code == 403
        await visitor.send("/acts/new", status=403, text=TEXT, **FIELDS)
        await visitor.send(
            f"/acts/{act.id}/prepare", status=404 if visitor is reviewer else 403, do="announce"
        )
    assert str(act.id) not in await resident.see("/acts")


async def test_proposing_shows_what_was_understood_and_keeps_the_draft(town: Town) -> None:
    act, _ = await announced(town)
    resident = await town.resident(verified=False)
    unit = await unit_at(town, act, "Tariful este de 10 lei pe oră.")
    part = await resident.see(f"/acts/{act.id}/text/{unit}")
    assert "Reword" in part
    await resident.see(f"/acts/{act.id}/propose?unit={unit}&do=edit")
    same = {"do": "edit", "unit": unit, "text": "Tariful este de 10 lei pe oră."}
    answer = await resident.send(f"/acts/{act.id}/propose", status=422, **same)
    assert "You have not changed anything yet." in answer.text
    two = {"do": "edit", "unit": unit, "text": "Unu.\n\nDoi."}
    answer = await resident.send(f"/acts/{act.id}/propose", status=422, **two)
    assert "This is one paragraph." in answer.text
    assert "Unu.\n\nDoi." in answer.text.replace("\r", "")
    sent = await resident.send(
        f"/acts/{act.id}/propose", do="edit", unit=unit, text="Tariful este de 8 lei pe oră."
    )
    check = sent.headers["location"].removeprefix("/en")
    page = await resident.see(check)
    assert re.search(r"<del>.*10.*</del>", page)
    assert re.search(r"<ins>.*8.*</ins>", page)
    assert "“10”" in page
    answer = await resident.send(check, status=422, do="send", reason="nu", author_kind="association")
    assert "Say in at least 20 characters why." in answer.text
    assert "Write the name of the association or business." in answer.text
    assert re.search(r">\s*nu</textarea>", answer.text)
    await resident.send(check, do="keep", reason=REASON, author_kind="resident")
    assert "My drafts (1)" in await resident.see(f"/acts/{act.id}")
    assert REASON in await resident.see(check)
    stranger = await town.resident(name="Dan Altul")
    assert (await stranger.client.get("/en" + check)).status_code == 404
    sent = await resident.send(check, do="send", reason=REASON, author_kind="resident")
    again = await resident.send(check, do="send", reason=REASON, author_kind="resident")
    assert sent.headers["location"] == again.headers["location"]
    public = await (await town.visitor()).see(sent.headers["location"].removeprefix("/en"))
    assert "AM-2027-00001" in public
    assert REASON in public


@pytest.mark.parametrize(
    ("do", "more", "said"),
    [
        ("delete", {}, "is repealed|taken out|deleted|removed|repealed"),
        (
            "insert",
            {"place": "alin|{parent}|{unit}", "text": "Copiii sub șapte ani nu plătesc."},
            "Copiii sub",
        ),
        ("move", {"place": "alin|{parent}|"}, "moved|moves"),
        ("reject", {}, "reject"),
    ],
)
async def test_other_changes_than_rewording(town: Town, do: str, more: dict[str, str], said: str) -> None:
    act, _ = await announced(town)
    resident = await town.resident()
    unit = "" if do == "reject" else await unit_at(town, act, "Persoanele cu dizabilități nu plătesc.")
    parent = await parent_of(town, act, unit)
    more = {name: value.format(parent=parent, unit=unit) for name, value in more.items()}
    await resident.see(f"/acts/{act.id}/propose?unit={unit}&do={do}")
    sent = await resident.send(f"/acts/{act.id}/propose", do=do, unit=unit, **more)
    page = await resident.see(sent.headers["location"].removeprefix("/en"))
    assert re.search(said, page), re.sub(r"<[^>]+>", " ", page)[:3000]
    await resident.send(sent.headers["location"].removeprefix("/en"), do="send", reason=REASON)


async def test_hostile_addresses_and_forms(town: Town) -> None:
    act, _ = await announced(town)
    resident = await town.resident()
    await resident.see(f"/acts/{act.id}/propose")
    for fields in (
        {"do": "edit", "unit": "nowhere", "text": "x"},
        {"do": "delete", "unit": ""},
        {"do": "move", "unit": "../../etc"},
        {"do": "drop table", "unit": "a"},
        {"do": "insert", "unit": "", "text": "Ceva", "place": "act|x|"},
        {"do": "edit", "amendment": "not-an-id", "unit": "x", "text": "y"},
    ):
        await resident.send(f"/acts/{act.id}/propose", status=422, **fields)
    for path in ("/text/nowhere", "/contradictions/" + str(act.id), "/versions/9", "/papers/7"):
        assert (await resident.client.get(f"/en/acts/{act.id}{path}")).status_code == 404, path
    assert (await resident.client.get(f"/en/acts/{act.id}/answers")).status_code == 403


async def test_from_proposals_to_the_next_text(town: Town, clock: FrozenClock) -> None:
    act, clerk = await announced(town)
    ana, dan = await town.resident(), await town.resident(name="Dan Vecinu")
    old = "Tariful este de 10 lei pe oră."
    first = await proposed(town, act, ana, old, "Tariful este de 8 lei pe oră.")
    second = await proposed(town, act, dan, old, "Tariful este de 5 lei pe oră.")
    third = await proposed(
        town, act, ana, "Abonamentul lunar costă 300 de lei.", "Abonamentul costă 200 de lei."
    )
    here = f"/acts/{act.id}/amendments/{first.id}"
    await dan.see(here)
    await dan.send(f"{here}/support", do="sign")
    assert "Signed also by: Dan Vecinu." in await dan.see(here)
    group = await dan.see(f"/acts/{act.id}/contradictions/{first.id}")
    assert "AM-2027-00001" in group
    assert "AM-2027-00002" in group
    clock.forward(days=15)
    clerk = await town.visitor(clerk.account)  # an official's session has ended long ago
    await clerk.see(f"/acts/{act.id}/answers")
    await clerk.send(f"/acts/{act.id}/step", do="close")
    councillor = await town.officer(Role.COUNCILLOR)
    await councillor.see(f"{here}/answer")
    accept = {"outcome": "accepted", "function": "consilier local", "seen": "0"}
    await councillor.send(f"{here}/answer", **accept)
    other = f"/acts/{act.id}/amendments/{second.id}"
    refused = await councillor.send(f"{other}/answer", status=409, **accept)
    assert "AM-2027-00001" in refused.text
    answer = accept | {"outcome": "rejected"}
    refused = await councillor.send(f"{other}/answer", status=422, **answer)
    assert "Say in at least 20 characters why." in refused.text
    await councillor.send(f"{other}/answer", **answer, reason="Bugetul nu permite un tarif atât de mic.")
    unit = await unit_at(town, act, "Abonamentul lunar costă 300 de lei.")
    await councillor.send(
        f"/acts/{act.id}/amendments/{third.id}/answer",
        **accept | {"outcome": "changed"},
        reason="Două sute ar fi sub costul întreținerii.",
        **{f"text-{unit}": "Abonamentul lunar costă 250 de lei."},
    )
    page = await clerk.see(f"/acts/{act.id}/consolidate")
    assert "Abonamentul lunar costă" in page
    early = await clerk.send(f"/acts/{act.id}/consolidate", status=409, do="council")
    assert "2027" in early.text
    clock.forward(days=28)  # thirty working days have passed
    clerk = await town.visitor(clerk.account)
    await clerk.see(f"/acts/{act.id}/consolidate")
    await clerk.send(f"/acts/{act.id}/consolidate", do="council")
    act = await the_act(town)
    assert act.state == ActState.COUNCIL
    page = await (await town.visitor()).see(f"/acts/{act.id}")
    assert "Tariful este de 8 lei pe oră." in page
    assert "Abonamentul lunar costă 250 de lei." in page
    assert old in await (await town.visitor()).see(f"/acts/{act.id}/versions/1")
    csv = (await dan.client.get(f"/en/acts/{act.id}/amendments.csv")).text
    assert csv.count("\r\n") == 4
    assert "Bugetul nu permite" in csv


async def test_an_amendment_is_returned_with_reasons(town: Town) -> None:
    act, clerk = await announced(town)
    ana = await town.resident()
    row = await proposed(town, act, ana, "Tariful este de 10 lei pe oră.", "Tariful este de 8 lei pe oră.")
    here = f"/acts/{act.id}/amendments/{row.id}"
    await clerk.see(here)
    refused = await clerk.send(f"{here}/moderate", status=422, do="return", reason="")
    assert "Write the reason. It is public." in refused.text
    await clerk.send(f"{here}/moderate", do="return", reason="Spuneți de unde vin banii pentru reducere.")
    page = await ana.see(f"{here}/check")
    assert "Spuneți de unde vin banii" in page
    await ana.send(f"{here}/check", do="send", reason=REASON + " Banii vin din abonamente.")
    async with town.database.read() as session:
        assert (await queries.get_amendment(session, row.id)).state == AmendmentState.SUBMITTED
