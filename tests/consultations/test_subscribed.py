"""A calendar as a subscribed phone sees it, read by npm's ical.js, and as khal keeps it on a desk: moves and
cancellations arrive as such.
"""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.kit.clock import BUCHAREST
from consultations import service
from consultations.models import Consultation
from consultations.service.programme import read_plan
from tests.conftest import FrozenClock, skip_or_fail
from tests.make.consultations import make_consultation, make_host, make_organizer, make_venue
from tests.node import npm_folder
from tests.proposals.conftest import Town
from tests.servers import Missing

PACKAGE = "ical.js@2.2.1"
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=BUCHAREST)
WHY = "Sala nu mai este liberă în acea seară."
# What a phone does with a calendar: learn its time zones, then read each event as a moment.
SCRIPT = """
import ICAL from "ical.js";
import fs from "node:fs";
const root = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], "utf8")));
for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const read = (one) => {
  const event = new ICAL.Event(one);
  return {
    uid: event.uid, title: event.summary, sequence: event.sequence,
    status: one.getFirstPropertyValue("status"), stamp: one.getFirstPropertyValue("dtstamp").toString(),
    zone: event.startDate.zone.tzid, wall: event.startDate.toString(),
    starts: event.startDate.toJSDate().toISOString(), ends: event.endDate.toJSDate().toISOString(),
  };
};
console.log(JSON.stringify(root.getAllSubcomponents("vevent").map(read)));
"""


KHAL = """
[calendars]
[[own]]
path = {folder}/own
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Europe/Bucharest
default_timezone = Europe/Bucharest
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


@pytest.fixture(scope="session")
def reader() -> Path:
    """The script beside the library."""
    try:
        folder = npm_folder(PACKAGE)
    except Missing as reason:
        skip_or_fail(reason)
    script = folder / "read.mjs"
    script.write_text(SCRIPT, "utf-8")
    return script


class Phone:
    """A phone that subscribes to the whole programme, and keeps what it has seen by UID and SEQUENCE."""

    def __init__(self, town: Town, script: Path, folder: Path) -> None:
        self.town, self.script, self.file = town, script, folder / "calendar.ics"
        self.events: dict[str, dict[str, Any]] = {}

    async def fetch(self) -> list[str]:
        """Read the calendar again; returns the UIDs of what is new or changed."""
        visitor = await self.town.visitor()
        answer = await visitor.client.get("/consultations/calendars/all/all/calendar.ics")
        self.file.write_bytes(answer.content)
        said = subprocess.run(["node", self.script, self.file], capture_output=True, text=True, check=True)
        changed = []
        for event in json.loads(said.stdout):
            known = self.events.get(event["uid"])
            if known == event:
                continue
            if known is not None:  # a phone ignores what is no newer (RFC 5546, 2.1.4)
                assert event["sequence"] > known["sequence"], (known, event)
            self.events[event["uid"]] = event
            changed.append(event["uid"])
        return changed

    def event(self, row: Consultation) -> dict[str, Any]:
        return next(event for uid, event in self.events.items() if str(row.id) in uid)

    def starts(self, row: Consultation) -> datetime:
        """The moment that the phone shows, on the wall clock of Bucharest."""
        return datetime.fromisoformat(self.event(row)["starts"]).astimezone(BUCHAREST)


class Desk:
    """A calendar that khal keeps: whatever is imported replaces what has the same UID."""

    def __init__(self, folder: Path) -> None:
        (folder / "own").mkdir()
        self.conf = folder / "khal.conf"
        self.conf.write_text(KHAL.format(folder=folder), "utf-8")

    def khal(self, *arguments: str) -> list[str]:
        command = [sys.executable, "-m", "khal", "-c", str(self.conf), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    def keep(self, file: Path) -> list[str]:
        """Import a calendar; returns when each event is, and whether it is off."""
        self.khal("import", "--batch", str(file))
        shown = "{start-date-long} {start-time} {cancelled}"
        lines = self.khal("list", "--format", shown, "--day-format", "", "--once", "2026-09-01", "400d")
        return [line.strip() for line in lines]


async def test_a_phone_sees_moves_and_cancellations_across_both_changes_of_the_clock(
    town: Town, clock: FrozenClock, reader: Path, tmp_path: Path
) -> None:
    clock.at(NOW)
    around = ((2026, 10, 24), (2026, 10, 26), (2027, 3, 27), (2027, 3, 29))
    days = [datetime(*day, 18, tzinfo=BUCHAREST) for day in around]
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        season = await service.add_season(
            session,
            organizer,
            title="Toamnă–primăvară",
            title_en="Autumn to spring",
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 6, 30),
            now=NOW,
        )
        own = {"season": season, "host": await make_host(session, organizer)}
        own["venue"] = await make_venue(session, organizer)
        rows = [await make_consultation(session, organizer, **own, starts_at=day, now=NOW) for day in days]
    phone, desk = Phone(town, reader, tmp_path), Desk(tmp_path)
    assert len(await phone.fetch()) == 4
    assert desk.keep(phone.file) == [f"{day:%Y-%m-%d} 18:00" for day in days]
    assert [phone.starts(row) for row in rows] == days
    assert [phone.starts(row).utcoffset() for row in rows] == [
        timedelta(hours=hours) for hours in (3, 2, 2, 3)
    ]
    assert {event["zone"] for event in phone.events.values()} == {"Europe/Bucharest"}
    assert {event["wall"][11:] for event in phone.events.values()} == {"18:00:00"}
    assert {(event["sequence"], event["status"]) for event in phone.events.values()} == {(0, "CONFIRMED")}
    assert await phone.fetch() == []

    moved = datetime(2026, 10, 25, 1, 30, tzinfo=BUCHAREST)  # the night in which the clock goes back
    clock.forward(hours=1)
    async with town.database.write() as session:
        plan = msgspec.structs.replace(
            read_plan(rows[1]), starts_at=moved, ends_at=moved + timedelta(hours=2)
        )
        now = NOW + timedelta(hours=1)
        await service.change(session, organizer, rows[1].id, plan, reason=WHY, seen=0, now=now)
        await service.cancel(session, organizer, rows[3].id, reason=WHY, now=now)
    assert len(await phone.fetch()) == 2
    assert phone.starts(rows[1]) == moved
    assert phone.starts(rows[1]).utcoffset() == timedelta(hours=3)
    assert phone.event(rows[1])["sequence"] == 1
    assert (phone.event(rows[3])["status"], phone.event(rows[3])["sequence"]) == ("CANCELLED", 1)
    assert phone.starts(rows[3]) == days[3]
    kept = ["2026-10-24 18:00", "2026-10-25 01:30", "2027-03-27 18:00"]
    assert desk.keep(phone.file) == [*kept, "2027-03-29 18:00 CANCELLED"]

    clock.forward(hours=1)
    async with town.database.write() as session:
        now = NOW + timedelta(hours=2)
        await service.reinstate(session, organizer, rows[3].id, reason=WHY, now=now)
    assert len(await phone.fetch()) == 1
    assert (phone.event(rows[3])["status"], phone.event(rows[3])["sequence"]) == ("CONFIRMED", 2)
    assert desk.keep(phone.file) == [*kept, "2027-03-29 18:00"]
