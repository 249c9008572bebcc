"""The town's streets: known however they are written, visited by what was held, told when unknown."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from app.kit.errors import Forbidden, FormErrors
from consultations import service
from consultations.forms import read_streets
from consultations.queries import Chosen
from consultations.queries.coverage import list_covered, list_streets
from consultations.rules.coverage import Unknown, find_unknown, street_key
from tests.conftest import FrozenClock
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_host,
    make_organizer,
    make_season,
    make_venue,
    make_visitor,
    report_held,
)
from tests.proposals.conftest import Town

LATER = EVENING + timedelta(days=3)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Str. Zeţarilor", "strada zetarilor"),  # with a cedilla, as old keyboards write
        ("strada  Zețarilor", "strada zetarilor"),
        ("B-dul Eroilor", "bulevardul eroilor"),
        ("Bd. Eroilor", "bulevardul eroilor"),
        ("Str. Dr. Lister", "strada dr lister"),
        ("Drumul Sării", "drumul sarii"),
        ("Șos. Panduri", "soseaua panduri"),
        ("P-ța Rahova", "piata rahova"),
        ("…", ""),
    ],
)
def test_a_street_is_known_however_it_is_written(typed: str, key: str) -> None:
    assert street_key(typed) == key


def test_what_is_unknown_is_told_with_what_is_like_it() -> None:
    known = {street_key(name): name for name in ("Str. Zețarilor", "Calea Rahovei")}
    typed = ["Str. Zețarilor", "Calea Rahova", "Str. Lalelelor nr. 5", " "]
    assert find_unknown(typed, known) == [
        Unknown("Calea Rahova", "Calea Rahovei"),
        Unknown("Str. Lalelelor nr. 5", ""),
    ]


def test_a_list_is_read_line_by_line_and_its_faults_are_named() -> None:
    areas = {"rahova": "Rahova", "ferentari": "Ferentari"}
    rows = read_streets("Str. A; x; RAHOVA\n\nCalea Ferentari;ferentari", areas)
    assert rows == [("Str. A; x", "rahova"), ("Calea Ferentari", "ferentari")]
    for typed in ("", "Strada Mare", "Strada Mare; Nicăieri", "...; Rahova"):
        with pytest.raises(FormErrors):
            read_streets(typed, areas)


async def test_streets_are_visited_by_what_was_held(session: AsyncSession) -> None:
    organizer = await make_organizer(session)
    own = {"season": await make_season(session, organizer), "host": await make_host(session, organizer)}
    own["venue"] = await make_venue(session, organizer)
    held = await make_consultation(session, organizer, **own, streets="Strada Zetarilor\nStr. Uitată")
    await make_consultation(
        session, organizer, **own, streets="Calea Rahovei", starts_at=EVENING + timedelta(days=9)
    )
    await report_held(session, organizer, held)
    listed = [("Str. Zețarilor", "rahova"), ("Calea Rahovei", "rahova"), ("Str. Sebastian", "rahova")]
    with pytest.raises(Forbidden):
        await service.set_streets(session, await make_visitor(session), listed, now=MORNING)
    for _ in range(2):  # a second click
        assert await service.set_streets(session, organizer, [*listed, listed[0]], now=MORNING) == 3
    covered = {one.name: one for one in await list_covered(session, Chosen(), now=LATER)}
    assert [(name, one.held, bool(one.next_at)) for name, one in covered.items()] == [
        ("Calea Rahovei", 0, True),
        ("Str. Sebastian", 0, False),
        ("Str. Zețarilor", 1, False),
    ]
    assert await list_covered(session, Chosen(area="ferentari"), now=LATER) == []
    assert all(one.held == 0 for one in await list_covered(session, Chosen(season="x"), now=LATER))
    await service.set_streets(session, organizer, listed[:1], now=LATER)
    assert [one.name for one in await list_streets(session)] == ["Str. Zețarilor"]


async def test_the_pages_and_what_is_told_while_planning(town: Town, clock: FrozenClock) -> None:
    clock.at(MORNING)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer, streets="Str. Zețarilor")
    official, visitor = await town.officer(Role.ORGANIZER), await town.visitor()
    assert "There is no list of streets" in await visitor.see("/consultations/coverage")
    await official.see("/consultations/settings/streets")
    refused = await official.send("/consultations/settings/streets", 422, streets="Str. Mare; Nicăieri")
    assert "1 (Str. Mare; Nicăieri)" in refused.text
    assert "Str. Mare; Nicăieri</textarea>" in refused.text
    typed = "Str. Zețarilor; Rahova\nCalea Rahovei; Rahova"
    await official.send("/consultations/settings/streets", streets=typed)
    plan = {
        "season_id": str(row.season_id),
        "host_id": str(row.host_id),
        "venue_id": str(row.venue_id),
        "theme": "streets",
        "title": "Calea Rahovei",
        "day": "2027-04-05",
        "begins": "18:00",
        "ends": "20:00",
        "streets": "Calea Rahova\nStr. Lalelelor",
    }
    check = await official.send("/consultations/plan", 200, **plan)
    assert "Did you mean Calea Rahovei?" in check.text
    assert "It stays as you wrote it." in check.text
    clock.at(EVENING + timedelta(hours=14))
    async with town.database.write() as session:
        await report_held(session, organizer, row)
    html = await visitor.see("/consultations/coverage")
    assert "1 of 2 streets visited (50 %)" in html
    assert "Calea Rahovei</li>" in html
    answer = await visitor.client.get("/consultations/coverage.csv?area=rahova")
    assert answer.text.splitlines()[1:] == ["Rahova,Calea Rahovei,0,,", "Rahova,Str. Zețarilor,1,2027-02-16,"]
