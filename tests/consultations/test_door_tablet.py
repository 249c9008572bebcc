"""What a tablet is given and what it sends: who gets it, what it holds, and what is refused."""

import json
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from accounts.states import Role
from consultations.models import Consultation, DoorEvent
from consultations.pages.door import hash_code
from tests.conftest import FrozenClock
from tests.consultations.test_door import NOW, A
from tests.consultations.test_door_routes import open_door
from tests.make.consultations import MORNING
from tests.proposals.conftest import Town, Visitor


@pytest.fixture(autouse=True)
def evening(clock: FrozenClock) -> None:
    clock.at(NOW)


def line(sequence: int, group: uuid.UUID, **given: Any) -> dict[str, Any]:
    facts = {"sequence": sequence, "kind": "arrived", "group": str(group), "people": 2}
    return facts | {"at": NOW.isoformat()} | given


def batch(*lines: object, **given: Any) -> str:
    return json.dumps({"device": str(A), "sent_at": NOW.isoformat(), "events": lines} | given)


async def send(person: Visitor, row: Consultation, sent: str, status: int = 200) -> httpx.Response:
    return await person.send(f"/consultations/door/{row.id}/events", status, batch=sent)


async def read_list(person: Visitor, row: Consultation) -> dict[str, Any]:
    answer = await person.client.get(f"/consultations/door/{row.id}/list")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return json.loads(answer.text)  # type: ignore[no-any-return]


async def test_a_tablet_keeps_a_page_without_names_and_a_list_without_needs(town: Town) -> None:
    row, (stefania, _) = await open_door(town)
    door = await town.officer(Role.DOOR)
    page = await door.client.get(f"/consultations/door/{row.id}/tablet")
    assert "Ștefania" not in page.text
    assert "camera=(self)" in page.headers["permissions-policy"]
    plain = await door.client.get(f"/consultations/door/{row.id}")
    assert "camera=()" in plain.headers["permissions-policy"]
    found = await read_list(door, row)
    (own,) = [one for one in found["rows"] if one["key"] == str(stefania.id)]
    assert own["name"] == "Ștefania Țîrlea"
    assert (own["asks"], own["code"]) == (True, hash_code(stefania.code))
    for secret in ("rulant", stefania.code, "@"):
        assert secret not in json.dumps(found)
    worker = await door.client.get("/en/consultations/door/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"


async def test_what_is_sent_twice_is_kept_once(town: Town) -> None:
    row, (stefania, barbu) = await open_door(town)
    door = await town.officer(Role.DOOR)
    token = (await read_list(door, row))["token"]
    door.token = token
    walked = line(2, uuid.uuid4(), kind="walked_in", name="  Maria\n Radu ", people=3)
    sent = batch(line(1, stefania.id), walked, line(3, barbu.id, people=1), line(4, uuid.uuid4()))
    for _ in range(2):
        answer = (await send(door, row, sent)).json()
        assert [one["problem"] for one in answer["kept"]] == ["", "", "", "unknown"]
    here = {one["name"]: one["here"] for one in answer["list"]["rows"]}
    assert here["Maria Radu"] == {"least": 3, "most": 3}
    assert here["Ștefania Țîrlea"] == {"least": 2, "most": 2}
    future = line(5, barbu.id, people=2, at="2031-01-01T00:00:00+00:00", replaces=[f"{A}.3"])
    strange = line(6, stefania.id, people=1, at="0001-01-01T00:00:00+14:00", replaces=[f"{A}.1"])
    await send(door, row, batch(future, strange, sent_at="9999-12-31T23:59:59-12:00"))
    async with town.database.read() as session:
        events = (await session.execute(select(DoorEvent).order_by(DoorEvent.sequence))).scalars().all()
        assert [(one.sequence, one.people) for one in events] == [(1, 2), (2, 3), (3, 1), (5, 2), (6, 1)]
        assert {one.received_at for one in events} == {NOW}
        assert [one.at.year for one in events[3:]] == [2031, NOW.year]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "[]",
        "{" * 5000,
        "[" * 20_000,
        batch(*[line(place, A) for place in range(1, 42)]),
        batch(line(0, A)),
        batch(line(1, A, people=61)),
        batch(line(1, A, people=0)),
        batch(line(1, A, kind="undone")),
        batch(line(1, A, kind="decided")),
        batch(line(1, A, people=2.5)),
        batch(line(1, A, name="x" * 121)),
        batch(line(1, A, replaces=["x" * 51])),
        batch(line(1, A, replaces=["x"] * 17)),
        batch(line(1, A) | {"group": "x"}),
        batch(line(1, A, at="mâine")),
        batch(device="x"),
    ],
    ids=range(17),
)
async def test_what_no_tablet_sends_is_refused(town: Town, sent: str) -> None:
    row, _ = await open_door(town)
    door = await town.officer(Role.DOOR)
    door.token = (await read_list(door, row))["token"]
    refused = await send(door, row, sent, 422)
    assert "This is not what a tablet sends" in refused.text


async def test_a_bored_teenager_gets_nothing(town: Town, clock: FrozenClock) -> None:
    row, (stefania, _) = await open_door(town)
    sent = batch(line(1, stefania.id))
    desk, resident, visitor = await town.officer(Role.DESK), await town.resident(), await town.visitor()
    for nobody in (desk, resident):
        await nobody.see("/consultations")
        for path in ("list", "tablet"):
            await nobody.see(f"/consultations/door/{row.id}/{path}", 403)
        await send(nobody, row, sent, 403)
    await send(visitor, row, sent, 401)
    door = await town.officer(Role.DOOR)
    door.token = "x"  # not of the session
    await send(door, row, sent, 403)
    door.token = (await read_list(door, row))["token"]
    elsewhere = {"sec-fetch-site": "cross-site", "x-csrf-token": door.token}
    path = f"/consultations/door/{row.id}/events"
    assert (await door.client.post(path, data={"batch": sent}, headers=elsewhere)).status_code == 403
    # a door helper, long before and long after: neither names nor writing
    for moment in (MORNING, NOW + timedelta(days=4)):
        clock.at(moment)
        door = await town.officer(Role.DOOR)
        found = await read_list(door, row)
        assert found["rows"] == []
        assert found["problem"]
        door.token = found["token"]
        await send(door, row, sent, 403)
    async with town.database.read() as session:
        assert (await session.execute(select(DoorEvent.id))).all() == []
