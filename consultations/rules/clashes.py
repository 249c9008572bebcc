"""What stands against a day and an hour: the official is elsewhere, the room is taken, nobody works that day,
something else public happens. Organizers are told; they decide, except that nobody is in two places at once.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from app.kit.clock import local_date
from app.kit.deadlines import is_holiday

TRAVEL = timedelta(minutes=30)  # between two venues, and for whoever was there before to leave


class ClashKind(StrEnum):
    """Why a date does not fit."""

    HOST = "host"  # the official holds another one
    VENUE = "venue"  # the room is taken
    HOLIDAY = "holiday"
    EVENT = "event"  # another public event at that time
    OUTSIDE = "outside"  # of the season
    PAST = "past"


BLOCKING = frozenset({ClashKind.HOST, ClashKind.VENUE, ClashKind.OUTSIDE, ClashKind.PAST})


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation that is planned or proposed, as far as it takes somebody's time and a room."""

    key: str
    title: str
    host: str
    venue: str
    starts_at: datetime
    ends_at: datetime
    path: str = ""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """Another public event: a debate, a sitting of the council."""

    title: str
    starts_at: datetime
    ends_at: datetime
    path: str


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """What a slot clashes with."""

    kind: ClashKind
    title: str = ""
    path: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.kind in BLOCKING


def find_clashes(
    slot: Slot,
    *,
    others: Iterable[Slot],
    occasions: Iterable[Occasion],
    season: tuple[date, date],
    days_off: frozenset[date],
    now: datetime,
) -> list[Clash]:
    """Everything that stands against `slot`, in the order of ClashKind. `others`: what is planned and
    proposed, itself perhaps among it; `season`: its first and last day.
    """
    day = local_date(slot.starts_at)
    found = [
        Clash(kind=kind, title=one.title, path=one.path)
        for one in others
        if one.key != slot.key
        for kind in (ClashKind.HOST, ClashKind.VENUE)
        if _takes(slot, one, kind)
    ]
    if is_holiday(day, days_off):
        found.append(Clash(kind=ClashKind.HOLIDAY))
    found += [
        Clash(kind=ClashKind.EVENT, title=one.title, path=one.path)
        for one in occasions
        if slot.starts_at < one.ends_at and one.starts_at < slot.ends_at
    ]
    if not season[0] <= day <= season[1]:
        found.append(Clash(kind=ClashKind.OUTSIDE))
    if slot.starts_at <= now:
        found.append(Clash(kind=ClashKind.PAST))
    order = list(ClashKind)
    return sorted(found, key=lambda one: (order.index(one.kind), one.path))


def _takes(slot: Slot, other: Slot, kind: ClashKind) -> bool:
    """Whether the other one takes the same official, or the same room, at that time. Between two places an
    official needs TRAVEL, and so does a room between two consultations.
    """
    same = slot.host == other.host if kind is ClashKind.HOST else slot.venue == other.venue
    apart = timedelta(0) if kind is ClashKind.HOST and slot.venue == other.venue else TRAVEL
    return same and slot.starts_at < other.ends_at + apart and other.starts_at < slot.ends_at + apart
