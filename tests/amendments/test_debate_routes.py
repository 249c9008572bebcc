"""The pages of the public debate meeting without scripts: from the request to the corrected minutes."""

import hashlib
from pathlib import Path

from accounts.states import Role
from amendments.models import Act
from tests.conftest import FrozenClock
from tests.make.acts import make_act, make_clerk
from tests.proposals.conftest import Town, Visitor

CALL = {
    "day": "2027-03-10",
    "hour": "17:00",
    "place": "Sala de ședințe",
    "minutes_each": "5",
    "register_until": "2027-03-09",
    "how": "În scris sau oral.",
    "attending": "Ion Primaru, primar",
    "link": "https://www.exemplu.ro/x",
}
ASKED = {"kind": "association", "entity": "Asociația Pietonilor", "signed_by": "Ana Popescu, președintă"}


async def the_act(town: Town, tmp_path: Path) -> tuple[Act, Visitor]:
    """An act in debate, and the secretariat's browser."""
    async with town.database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
    return act, await town.officer(Role.SECRETARIAT)


async def test_from_the_request_to_the_corrected_minutes(
    town: Town, tmp_path: Path, clock: FrozenClock
) -> None:
    act, clerk = await the_act(town, tmp_path)
    ana, nobody = await town.resident(verified=False, name="Elena Discreta"), await town.visitor()
    ask, here = f"/acts/{act.id}/debates/ask", f"/acts/{act.id}/debates/1"
    desk = here + "/desk"
    await ana.see(ask)
    answer = await ana.send(ask, status=422, entity="Asociația Pietonilor")
    assert "Choose who asks." in answer.text
    assert 'value="Asociația Pietonilor"' in answer.text
    await ana.send(ask, **ASKED)
    page = await nobody.see(f"/acts/{act.id}")
    assert "Asked for by: Asociația Pietonilor." in page
    assert "președintă" not in page
    assert "președintă" in await clerk.see(f"/acts/{act.id}/debates/new")
    wrong = CALL | {"day": "2027-02-01", "link": "javascript:alert(1)", "hour": "25:00"}
    answer = await clerk.send(f"/acts/{act.id}/debates/new", status=422, **wrong)
    assert "Sala de ședințe" in answer.text
    answer = await clerk.send(f"/acts/{act.id}/debates/new", status=422, **CALL | {"day": "2027-02-01"})
    assert "in the future" in answer.text
    await clerk.send(f"/acts/{act.id}/debates/new", **CALL)
    await clerk.send(f"/acts/{act.id}/debates/new", status=409, **CALL)
    assert "10 March 2027" in await nobody.see(f"/acts/{act.id}")
    assert "Sign in to register to speak." in await nobody.see(here)
    calendar = (await nobody.client.get(f"/en{here}/calendar.ics")).text
    assert "DTSTART;TZID=Europe/Bucharest:20270310T170000" in calendar
    # registering
    await ana.see(here)
    await ana.send(here, about="art. 1", is_public="yes")
    assert "Your place in the order: 1." in await ana.see(here)
    await ana.send(here, do="withdraw")
    await ana.send(here, about="art. 1")
    page = await nobody.see(here)
    assert "Elena Discreta" not in page  # she did not consent the second time
    assert "Elena Discreta" in await clerk.see(desk)
    for visitor in (ana, nobody):
        assert (await visitor.client.get(f"/en{desk}")).status_code in (303, 403)
    # holding
    answer = await clerk.send(desk, status=422, do="end")
    assert "has not begun" in answer.text
    clock.forward(days=9, hours=8)
    clerk = await town.visitor(clerk.account)
    dan = await town.resident(name="Dan Întârziatu")
    await dan.see(here)
    await dan.send(here, status=403)
    await clerk.see(desk)
    await clerk.send(desk, status=422, do="walk-in", about="art. 2")
    await clerk.send(desk, do="walk-in", name="Gheorghe Trecătoru")
    assert "2" in (await clerk.send(desk, status=409, do="end")).text
    await clerk.send(desk, do="spoken", position="2", revision="0", spoke="yes", summary="Prea **scump**.")
    old = {"do": "spoken", "position": "2", "revision": "0", "spoke": "yes", "summary": "Altceva auzit."}
    answer = await clerk.send(desk, status=409, **old)
    assert "Altceva auzit." in answer.text
    await clerk.send(desk, do="spoken", position="3", revision="0", spoke="no")
    said = {"do": "recommendation", "speaker": "2", "body": "Mai ieftin, vă rog.", "unit": "a1"}
    answer = await clerk.send(desk, status=422, **said, reads="Tariful este de 10 lei pe oră.")
    assert "Mai ieftin, vă rog." in answer.text
    await clerk.send(desk, **said, reads="Tariful este de 6 lei pe oră.")
    await clerk.send(desk, do="register", position="1")
    await clerk.send(desk, do="end")
    answer = await clerk.send(desk, status=422, do="publish")
    assert "Write how many people were there." in answer.text
    minutes = {"do": "minutes", "attendance": "31", "officials": "Ion Primaru, primar"}
    await clerk.send(desk, **minutes, revision="0")
    await clerk.send(desk, status=409, **minutes, revision="0")
    await clerk.send(desk, do="publish")
    await clerk.send(desk, status=409, do="publish")
    await clerk.send(desk, do="correct", text="Au fost prezente 32 de persoane.")
    page = await nobody.see(here)
    for words in (
        "<strong>scump</strong>",
        "Vorbitorul nr. 2",
        "AM-2027-00001",
        "32 de persoane",
        "did not come",
    ):
        assert words in page, words
    assert "Gheorghe" not in page
    assert "Elena Discreta" not in page
    public = await nobody.see(f"/acts/{act.id}/amendments")
    assert "Vorbitorul nr. 2" in public
    written = (await nobody.client.get(f"{here}/minutes.json")).content
    assert hashlib.sha256(written).hexdigest() in await nobody.see(f"/acts/{act.id}/files")
    assert hashlib.sha256(written).hexdigest() in page
    counted = (await nobody.client.get("/acts/yearly/2027/figures.csv")).text
    assert '2027,0,c_debates,"… la dezbateri publice, după minutele publicate",31,counted' in counted
    report = await nobody.see(f"/acts/{act.id}/report")
    told = report[report.index("Said at the public debate") :]
    for words in ("People there: 31.", "Vorbitorul nr. 2", "AM-2027-00001"):
        assert words in told, words


async def test_hostile_addresses_and_forms(town: Town, tmp_path: Path) -> None:
    act, clerk = await the_act(town, tmp_path)
    ana = await town.resident()
    for path in (f"/acts/{act.id}/debates/1", f"/acts/{act.id}/debates/9/calendar.ics"):
        assert (await ana.client.get(f"/en{path}")).status_code == 404, path
    assert (await ana.client.get(f"/en/acts/{act.id}/debates/new")).status_code == 403
    await ana.see(f"/acts/{act.id}")
    await ana.send(f"/acts/{act.id}/debates/new", status=403, **CALL)
    await clerk.see(f"/acts/{act.id}/debates/new")
    await clerk.send(f"/acts/{act.id}/debates/new", **CALL)
    desk = f"/acts/{act.id}/debates/1/desk"
    for form in (
        {"do": "register", "position": "99"},
        {"do": "register", "position": "x"},
        {"do": "spoken", "position": "7", "revision": "0"},
        {"do": "recommendation", "speaker": "7", "body": "Ceva de spus."},
    ):
        await clerk.send(desk, status=404, **form)
    await clerk.send(desk, status=422, do="cancel", reason="")
    await clerk.send(desk, do="cancel", reason="Sala nu este liberă în acea zi.")
    assert "STATUS:CANCELLED" in (await ana.client.get(f"/en{desk.removesuffix('/desk')}/calendar.ics")).text
    await ana.send(f"/acts/{act.id}/debates/1", status=403)
