"""Calendars, read by a program that is not ours."""

from datetime import UTC, datetime, timedelta

import vobject

from app.kit.ical import Event, write_calendar, write_event

STARTS = datetime(2027, 3, 23, 16, 0, tzinfo=UTC)


def event(**given: object) -> Event:
    facts = {
        "uid": "x@obste",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(hours=2),
        "title": "Dezbatere",
        "changed_at": STARTS - timedelta(days=20),
    }
    return Event(**facts | given)  # type: ignore[arg-type]


def test_a_calendar_file_is_folded_and_escaped() -> None:
    title = "Dezbatere publică: „tarife, parcări; și\ntrotuare” " + "ș" * 60
    raw = write_event(event(title=title, text="a\\b", place="Str. x, y; z", sequence=1))
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    read = vobject.readOne(raw.decode()).vevent
    assert read.summary.value == title
    assert read.description.value == "a\\b"
    assert read.location.value == "Str. x, y; z"
    assert (read.sequence.value, read.status.value) == ("1", "CONFIRMED")


def test_hours_stay_across_the_change_of_the_clock_by_the_calendar_s_own_rules() -> None:
    days = [0, 7, 217, 224]  # 23 and 30 March; 26 October and 2 November, the clock changes on the 31st
    local = [18, 18, 18, 18]
    starts = [
        datetime(2027, 3, 23, 16, tzinfo=UTC) + timedelta(days=day, hours=-1 if 7 <= day < 222 else 0)
        for day in days
    ]
    events = tuple(
        event(uid=f"{day}@obste", starts_at=start, ends_at=start + timedelta(hours=1))
        for day, start in zip(days, starts, strict=True)
    )
    read = vobject.readOne(write_calendar(events, title="Program", address="https://x.ro/").decode())
    moments = [one.dtstart.value for one in read.vevent_list]
    assert [moment.hour for moment in moments] == local
    assert [moment.astimezone(UTC) for moment in moments] == starts


def test_the_same_events_give_the_same_bytes() -> None:
    write_calendar.cache_clear()
    one = write_calendar((event(),), title="Program", address="https://x.ro/")
    write_calendar.cache_clear()
    assert write_calendar((event(),), title="Program", address="https://x.ro/") == one
