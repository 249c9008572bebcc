"""The days of a recurring consultation: every week or every few, or the first (… last) Monday of a month.

Days and hours are those of the wall clock in Bucharest: 18:00 stays 18:00 across the change of the clock.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from app.kit.clock import BUCHAREST

MIDNIGHT = time(0)
MOST_DAYS = 60  # one series never has more: a slip of the finger in the year


class Every(StrEnum):
    """How a consultation recurs."""

    WEEKS = "weeks"  # every `step` weeks
    MONTHS = "months"  # every `step` months, on the same weekday of the month


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """How a consultation recurs from its first day. `until`: the last day on which it may be."""

    every: Every
    step: int
    until: date


def list_days(first: date, recurrence: Recurrence | None) -> list[date]:
    """The days, the first one included. Of months: the same weekday in the same place of the month (the third
    Tuesday); the fifth is the last one, which every month has.

    >>> third = Recurrence(every=Every.MONTHS, step=1, until=date(2027, 4, 30))
    >>> [day.isoformat() for day in list_days(date(2027, 2, 16), third)]
    ['2027-02-16', '2027-03-16', '2027-04-20']
    """
    if recurrence is None:
        return [first]
    days: list[date] = []
    for turn in range(MOST_DAYS):
        day = _nth(first, recurrence, turn * recurrence.step)
        if day > recurrence.until:
            break
        days.append(day)
    return days or [first]


def _nth(first: date, recurrence: Recurrence, steps: int) -> date:
    if recurrence.every is Every.WEEKS:
        return first + timedelta(weeks=steps)
    months = first.month - 1 + steps
    return _weekday_of(first.year + months // 12, months % 12 + 1, first.weekday(), (first.day - 1) // 7)


def _weekday_of(year: int, month: int, weekday: int, place: int) -> date:
    """The first (place 0), second … weekday of a month; place 4 is its last one."""
    opening, length = calendar.monthrange(year, month)
    days = list(range(1 + (weekday - opening) % 7, length + 1, 7))
    return date(year, month, days[min(place, len(days) - 1)])


def at(day: date, hour: time) -> datetime:
    """A moment of the wall clock in Bucharest. An hour that the clock skips in March is the one after it."""
    return datetime.combine(day, hour, tzinfo=BUCHAREST).astimezone(UTC)
