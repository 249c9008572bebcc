"""The door on a page without scripts, what is to be decided, and who sees how many came."""

import csv
import re

import pytest

from accounts.states import Role
from app.kit.access_log import list_accesses
from consultations import service
from consultations.models import Consultation, Registration
from consultations.service import Party
from tests.conftest import FrozenClock
from tests.consultations.test_door import NOW, WHY, A, B, line
from tests.make.consultations import EVENING, MORNING, make_consultation, make_organizer, make_visitor
from tests.proposals.conftest import Town


@pytest.fixture(autouse=True)
def evening(clock: FrozenClock) -> None:
    clock.at(NOW)


async def open_door(town: Town) -> tuple[Consultation, list[Registration]]:
    async with town.database.write() as session:
        row = await make_consultation(session, await make_organizer(session), has_childcare=True)
        people = [await make_visitor(session, name=name) for name in ("Ștefania Țîrlea", "Barbu Vlad")]
        party = Party(guests=1, children=1, needs="Loc pentru scaun rulant")
        return row, [await service.register(session, one, row.id, party, now=MORNING) for one in people]


async def test_checking_in_without_scripts(town: Town) -> None:
    row, (stefania, barbu) = await open_door(town)
    path = f"/consultations/door/{row.id}"
    door = await town.officer(Role.DOOR)
    assert path in await door.see("/consultations/door")
    everybody = await door.see(path)
    assert everybody.index("Barbu Vlad") < everybody.index("Ștefania")
    assert "Loc pentru scaun rulant" in everybody
    for wanted in (
        "tirlea",
        "STEF",
        stefania.code.lower(),
        f"http://x/consultations/tickets/{stefania.code}",
    ):
        found = await door.see(f"{path}?q={wanted}")
        assert "Ștefania" in found
        assert "Barbu Vlad" not in found
    answer = await door.send(f"{path}/arrivals", group=str(stefania.id), people="2", children="1", q="tir")
    assert answer.headers["location"].endswith(f"{path}?q=tir#g-{stefania.id}")
    refused = await door.send(f"{path}/arrivals", 422, group=str(barbu.id), people="multe", q="")
    assert 'value="multe"' in refused.text
    await door.send(f"{path}/arrivals", 422, group=str(barbu.id), people="61")
    await door.send(f"{path}/arrivals", 422, group=str(row.id), people="1")
    (walk_in,) = re.findall(r'name="walk_in" value="([^"]+)"', await door.see(path))
    refused = await door.send(f"{path}/walk-ins", 422, walk_in=walk_in, name="Maria", people="0")
    assert 'value="Maria"' in refused.text
    for _ in range(2):
        await door.send(f"{path}/walk-ins", walk_in=walk_in, name="Maria", people="2")
    page = await door.see(path)
    assert "Here: 2, children: 1" in page
    assert re.findall(r'stats__value">([^<]+)', page) == ["4", "2", "2", "1"]
    seen = re.findall(r'name="seen" value="([^"]+)"', await door.see(f"{path}?q=tirlea"))
    await door.send(f"{path}/arrivals", group=str(stefania.id), do="undo", seen=seen[0])
    assert re.findall(r'stats__value">([^<]+)', await door.see(path)) == ["2", "0", "2"]


async def test_who_gets_nothing_of_a_door(town: Town, clock: FrozenClock) -> None:
    row, (stefania, _) = await open_door(town)
    path = f"/consultations/door/{row.id}"
    desk, resident = await town.officer(Role.DESK), await town.resident()
    for nobody in (desk, resident):
        assert "Ștefania" not in await nobody.see(path, 403)
        await nobody.see(f"{path}/doubts", 403)
        refused = await nobody.send(f"{path}/arrivals", 403, group=str(stefania.id), people="1")
        assert "Ștefania" not in refused.text
        await nobody.send(f"{path}/walk-ins", 403, walk_in=str(A), people="1")
        await nobody.send(f"{path}/doubts", 403, group=str(stefania.id), reason=WHY)
    door = await town.officer(Role.DOOR)
    await door.see(f"{path}/doubts", 403)
    await door.send(
        f"{path}/doubts", 403, group=str(stefania.id), reason=WHY, **{f"people-{stefania.id}": "1"}
    )
    clock.at(MORNING)
    assert "The door opens four hours before" in await door.see(path)
    refused = await door.send(f"{path}/arrivals", 403, group=str(stefania.id), people="1")
    assert "The door opens four hours before" in refused.text


async def test_what_tablets_said_differently_is_decided_and_published_as_numbers(town: Town) -> None:
    row, (stefania, barbu) = await open_door(town)
    path, public = f"/consultations/door/{row.id}", f"/consultations/{row.id}"
    organizer = await town.officer(Role.ORGANIZER)
    async with town.database.write() as session:
        helper = await make_organizer(session, name="Horia")
        for device, people in ((A, 2), (B, 1)):
            lines = [line(1, stefania.id, people), line(2, barbu.id, 2)]
            await service.note_batch(session, helper, row.id, device, lines, sent_at=EVENING, now=NOW)
        await service.report(session, helper, row.id, is_held=True, reason="", now=NOW)
    visitor = await town.visitor()
    page = await visitor.see(public)
    assert re.findall(r'stats__value">([^<]+)', page)[:2] == ["3–4", "3–4"]
    assert "Ștefania" not in page
    doubts = await organizer.see(f"{path}/doubts")
    assert "5 minutes behind" in doubts
    assert "Different numbers were noted" in doubts
    (key,) = re.findall(r'name="doubt" value="([^"]+)"', doubts)
    seen = re.findall(rf'name="seen-{stefania.id}" value="([^"]+)"', doubts)
    sent = {"doubt": key, "group": str(stefania.id), f"seen-{stefania.id}": seen}
    refused = await organizer.send(f"{path}/doubts", 422, **sent | {f"people-{stefania.id}": "două"})
    assert 'value="două"' in refused.text
    assert f'href="#people-{stefania.id}-{key}"' in refused.text
    one = sent | {f"people-{stefania.id}": "1"}
    refused = await organizer.send(f"{path}/doubts", 422, **one, reason="da")
    assert "Say in a sentence how you know" in refused.text
    await organizer.send(f"{path}/doubts", **one, reason=WHY)
    settled = await organizer.see(f"{path}/doubts")
    assert "Nothing is to be decided" in settled
    assert WHY in settled
    assert re.findall(r'stats__value">([^<]+)', await visitor.see(public))[:2] == ["3", "3"]
    assert "Came" in await organizer.see(f"{public}/people")
    (published,) = csv.DictReader(
        (await visitor.client.get("/consultations/programme.csv")).text.splitlines()
    )
    assert (published["people_least"], published["people_most"]) == ("3", "3")


async def test_reading_the_list_all_evening_is_noted_once(town: Town) -> None:
    row, (own, _) = await open_door(town)
    door = await town.officer(Role.DOOR)
    for _ in range(3):
        await door.see(f"/consultations/door/{row.id}")
    assert own.account_id is not None
    async with town.database.read() as session:
        assert len(await list_accesses(session, own.account_id)) == 1
