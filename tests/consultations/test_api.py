"""Field consultations as data: the schema that is documented, and the same figures as on the pages."""

from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import pytest

from app.kit.clock import BUCHAREST
from consultations import service
from consultations.api import ConsultationDetail, ConsultationList, CoverageFigures, KeptFigures
from consultations.models import Consultation
from consultations.service.programme import read_plan
from tests.conftest import FrozenClock
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_host,
    make_minutes,
    make_organizer,
    make_season,
    make_venue,
    report_held,
)
from tests.proposals.conftest import Town

WHY = "Sala nu mai este liberă în acea seară."
T = TypeVar("T")
BASE = "/api/v1/consultations"


@pytest.fixture
async def rows(town: Town, clock: FrozenClock) -> list[Consultation]:
    """One held, with minutes; one moved; one only proposed."""
    clock.at(MORNING)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        own = {"season": await make_season(session, organizer), "host": await make_host(session, organizer)}
        own["venue"] = await make_venue(session, organizer)
        held = await make_consultation(session, organizer, **own, streets="Str. Zețarilor")
        moved = await make_consultation(session, organizer, **own, starts_at=EVENING + timedelta(days=30))
        hidden = await make_consultation(
            session, organizer, **own, starts_at=EVENING + timedelta(days=40), is_published=False
        )
        later = moved.starts_at + timedelta(days=1)
        plan = msgspec.structs.replace(read_plan(moved), starts_at=later, ends_at=later + timedelta(hours=2))
        await service.change(session, organizer, moved.id, plan, reason=WHY, seen=0, now=MORNING)
        await service.set_streets(session, organizer, [("Str. Zețarilor", "rahova")], now=MORNING)
        await report_held(session, organizer, held)
        await make_minutes(session, organizer, held, now=EVENING + timedelta(days=2))
    clock.at(datetime(2027, 2, 25, 9, 0, tzinfo=BUCHAREST))
    return [held, moved, hidden]


async def read(town: Town, path: str, kind: type[T]) -> T:
    answer = await (await town.visitor()).client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["content-type"].startswith("application/json")
    return msgspec.json.decode(answer.content, type=kind)


async def test_the_programme_and_one_of_it(town: Town, rows: list[Consultation]) -> None:
    held, moved, hidden = rows
    listed = await read(town, BASE, ConsultationList)
    assert [one.number for one in listed.consultations] == [moved.number, held.number]
    assert (listed.total, listed.pages, listed.next) == (2, 1, None)
    assert (await read(town, f"{BASE}?area=ferentari", ConsultationList)).total == 0
    assert (await read(town, f"{BASE}?season=primavara-2027&page=99", ConsultationList)).total == 2
    one = await read(town, f"{BASE}/{moved.id}", ConsultationDetail)
    assert [entry.kind for entry in one.history] == ["published", "moved"]
    assert one.history[1].reason == WHY
    assert set(one.history[1].before) == {"starts_at", "ends_at"}
    one = await read(town, f"{BASE}/{held.id}", ConsultationDetail)
    (version,) = one.minutes
    assert version.minutes["attendance"] == 31
    assert str(one.consultation.minutes_due_on) == "2027-03-02"
    assert one.satisfaction is None
    client = (await town.visitor()).client
    assert (await client.get(f"{BASE}/{hidden.id}")).status_code == 404


async def test_what_was_kept_and_which_streets(town: Town, rows: list[Consultation]) -> None:
    kept = await read(town, f"{BASE}/kept", KeptFigures)
    assert (kept.total.kept, kept.total.pending, kept.total.percent) == (1, 1, 100)
    assert [(one.name, one.percent) for one in kept.officials] == [("Cristina Popa", 100)]
    assert [(one.kept, one.moves) for one in kept.consultations] == [("kept", 0), ("pending", 1)]
    assert "100 %" in await (await town.visitor()).see("/consultations/kept")
    covered = await read(town, f"{BASE}/coverage", CoverageFigures)
    assert [(one.name, one.held) for one in covered.streets] == [("Str. Zețarilor", 1)]


async def test_it_is_documented_and_not_sent_twice(town: Town, rows: list[Consultation]) -> None:
    client = (await town.visitor()).client
    schema = (await client.get("/api/openapi.json")).json()
    for path in ("", "/kept", "/coverage", "/{consultation_id}"):
        assert "get" in schema["paths"][f"{BASE}{path}"], path
    first = await client.get(f"{BASE}/kept")
    again = await client.get(f"{BASE}/kept", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
