"""The pages of commitments: promised, reported with a photo, filtered, for programs, the official's own."""

import json
import re
from typing import Any

import pytest

from accounts.states import Role
from app.kit.db import new_id
from app.wiring import wire
from consultations.models import Consultation
from search.service import refresh
from tests.conftest import FrozenClock
from tests.consultations.test_commitments import DONE, WHAT, WHY
from tests.make.accounts import make_account
from tests.make.consultations import EVENING, make_consultation, make_host, make_organizer
from tests.make.hostile_files import jpeg
from tests.make.questions import ask, make_resident
from tests.proposals.conftest import Town, Visitor

BASE = "/consultations/commitments"


@pytest.fixture(autouse=True)
def evening(clock: FrozenClock) -> None:
    wire()
    clock.at(EVENING)


async def held(town: Town) -> tuple[Consultation, str, Visitor]:
    """A consultation that is being held, a question, and the browser of its official."""
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        account = await make_account(session, roles=[Role.COUNCILLOR], totp="JBSWY3DPEHPK3PXP")
        host = await make_host(session, organizer, account=account)
        row = await make_consultation(session, organizer, host=host)
        question = await ask(session, await make_resident(session), row)
    return row, f"/consultations/questions/{question.id}", await town.visitor(account)


async def test_from_a_promise_to_its_end(town: Town) -> None:
    row, question, official = await held(town)
    mine = await official.see("/consultations/as-official")
    assert "Promise something" in mine
    form = await official.see(f"{question}/commitment")
    (form_id,) = re.findall(r'name="form" value="([^"]+)"', form)
    typed: dict[str, Any] = {"what": WHAT, "host_id": str(row.host_id), "form": form_id, "seen": "0"}
    refused = await official.send(f"{question}/commitment", 422, **typed)
    assert "by when it will be done" in refused.text
    assert WHAT in refused.text
    assert form_id in refused.text
    for _ in range(2):
        made = await official.send(f"{question}/commitment", **typed, due_on="2027-04-01")
    path = made.headers["location"].removeprefix("/en").partition("#")[0]
    visitor = await town.visitor()
    assert WHAT in await visitor.see(path)
    assert "Under way" in await visitor.see(f"/consultations/{row.id}")
    await (await town.resident()).see(f"{path}/report", 403)
    for bad in (
        {"text": DONE},
        {"kind": "done", "text": "Gata."},
        {"kind": "done", "text": DONE, "link": "x"},
    ):
        refused = await official.send(f"{path}/report", 422, **bad, seen="1")
        assert bad["text"] in refused.text
    photo = {"photo": ("trotuar.jpg", jpeg(), "image/jpeg")}
    fields = {"kind": "done", "text": DONE, "link": "https://exemplu.ro/pv", "seen": "1"}
    refused = await official.send(f"{path}/report", 422, files=photo, **fields)
    assert "what is in the photo" in refused.text
    wrong = {"photo": ("x.jpg", b"nu este o poza", "image/jpeg")}
    await official.send(f"{path}/report", 422, files=wrong, **fields, alt="Trotuarul")
    await official.send(f"{path}/report", files=photo, **fields, alt="Trotuarul nou")
    late = await official.send(f"{path}/report", 409, **fields)
    assert "Something was entered in the meantime" in late.text
    html = await visitor.see(path)
    assert "Done by its day" in html
    (image,) = set(re.findall(r'src="(/consultations/commitments/photos/[^"]+small\.jpg)"', html))
    answer = await visitor.client.get(image)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    withdraw = image.replace("/small.jpg", "/withdraw")
    await official.see(withdraw, 403)
    organizer = await town.officer(Role.ORGANIZER)
    await organizer.see(withdraw)
    await organizer.send(withdraw, 422, why="Așa.")
    for _ in range(2):
        await organizer.send(withdraw, why="Se vede fața unei locuitoare.")
    assert (await visitor.client.get(image)).status_code == 404
    assert "Se vede fața" in await visitor.see(path)
    await refresh(town.database, now=EVENING)
    assert path in await visitor.see("/search?q=zetarilor")
    assert "100 %" in await visitor.see("/consultations/kept")
    assert "100 %" in await visitor.see("/consultations/hosts/cristina-popa")
    for query, is_there in (("host=cristina-popa&area=rahova&state=done", True), ("state=late", False)):
        assert (WHAT in await visitor.see(f"{BASE}?{query}")) is is_there
    (one,) = json.loads((await visitor.client.get(f"{BASE}.json")).text)
    assert (one["what"], one["standing"], one["done_on"]) == (WHAT, "done", "2027-02-16")
    rows = (await visitor.client.get(f"{BASE}.csv?host=nobody")).text.strip().splitlines()
    assert len(rows) == 1
    assert DONE in (await visitor.client.get(f"{BASE}.atom")).text


async def test_another_day_and_one_that_nobody_asked_for(town: Town) -> None:
    row, _, official = await held(town)
    form = await official.see(f"/consultations/{row.id}/commitments")
    assert "Write down what was promised" in form
    typed = {"what": WHAT, "host_id": str(row.host_id), "due_on": "2027-04-01"}
    await official.send(f"/consultations/{row.id}/commitments", 422, **typed)  # without its mark
    made = await official.send(f"/consultations/{row.id}/commitments", **typed, form=str(new_id()))
    path = made.headers["location"].removeprefix("/en").partition("#")[0]
    assert 'value="2027-04-01"' in await official.see(f"{path}/change")
    changed = typed | {"due_on": "2027-06-01", "seen": "1"}
    refused = await official.send(f"{path}/change", 422, **changed, reason="Așa.")
    assert 'value="2027-06-01"' in refused.text
    await official.send(f"{path}/change", 409, **typed | {"seen": "1"}, reason=WHY)  # nothing is different
    await official.send(f"{path}/change", **changed, reason=WHY)
    html = await (await town.visitor()).see(path)
    assert "now by 1 June 2027" in html
    assert WHY in html
    assert "No commitment here" in await official.see(f"{BASE}?state=done")
    nobody = await town.officer(Role.COUNCILLOR)
    assert "You hold no consultations" in await nobody.see("/consultations/as-official")
    await nobody.see(f"{path}/change", 403)
    await (await town.resident()).see("/consultations/as-official", 403)
    await nobody.see(f"{BASE}/{new_id()}", 404)
