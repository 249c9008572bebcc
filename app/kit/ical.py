"""Events as iCalendar (RFC 5545, RFC 7986): calendars add them, and change or cancel them by their next copy.

Hours are written in the time of Bucharest with its rules beside them, so that 18:00 stays 18:00 for whoever
reads across the change of the clock. The same events give the same bytes: what changes is `changed_at`.
"""

import functools
from datetime import datetime, timedelta

import icalendar
import msgspec

from app.kit.clock import BUCHAREST

PRODUCT = "-//Obste//RO"
REFRESH = timedelta(hours=4)  # how often phones are asked to look again
KEPT = 64  # calendars that are written already

# Directive 2000/84/EC: summer time from the last Sunday of March to the last one of October, at 01:00 UTC.
_BUCHAREST = icalendar.Timezone.from_ical(
    """BEGIN:VTIMEZONE
TZID:Europe/Bucharest
BEGIN:DAYLIGHT
DTSTART:19970330T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:EEST
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19971026T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:EET
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE
"""
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when and where. `uid` stays; `sequence` grows with each change, made at `changed_at`."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    changed_at: datetime
    place: str = ""
    text: str = ""
    address: str = ""
    sequence: int = 0
    is_cancelled: bool = False
    point: tuple[float, float] | None = None  # latitude, longitude
    categories: tuple[str, ...] = ()


def write_event(event: Event) -> bytes:
    """The file of one event."""
    return write_calendar((event,))


@functools.lru_cache(maxsize=KEPT)
def write_calendar(events: tuple[Event, ...], *, title: str = "", address: str = "") -> bytes:
    """A calendar to subscribe to, or with one event and no title the file of that event. Two milliseconds an
    event, so the last ones are kept: phones ask again and again for the same.
    """
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    if title:
        calendar.add("NAME", title)
        calendar.add("X-WR-CALNAME", title)
        calendar.add("X-WR-TIMEZONE", BUCHAREST.key)
        calendar.add("URL", address)
        calendar.add("REFRESH-INTERVAL", icalendar.vDuration(REFRESH), {"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    calendar.add_component(_BUCHAREST)
    for event in events:
        calendar.add_component(_component(event))
    return bytes(calendar.to_ical())


def _component(event: Event) -> icalendar.Event:
    component = icalendar.Event()
    component.add("UID", event.uid)
    component.add("DTSTAMP", event.changed_at)
    component.add("LAST-MODIFIED", event.changed_at)
    component.add("DTSTART", event.starts_at.astimezone(BUCHAREST))
    component.add("DTEND", event.ends_at.astimezone(BUCHAREST))
    component.add("SEQUENCE", event.sequence)
    component.add("STATUS", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("SUMMARY", event.title)
    optional = (("LOCATION", event.place), ("DESCRIPTION", event.text), ("URL", event.address))
    for name, value in optional:
        if value:
            component.add(name, value)
    if event.point:
        component.add("GEO", event.point)
    if event.categories:
        component.add("CATEGORIES", list(event.categories))
    return component
