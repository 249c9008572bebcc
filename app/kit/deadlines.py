"""Legal clocks: terms as data, due dates computed, and the facts of a sentence that explains them.

Working days are Monday to Friday that are no public holiday in Romania (Labour Code, Law 53/2003,
art. 139) and no bridge day that the Government or the town hall declared. The day of the event does not
count; the term ends with the last day counted. Calendar terms that would end on a non-working day
run until the next working day (Law 134/2010, Code of Civil Procedure, art. 181 (2)).
"""

import functools
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

import holidays
import msgspec

from app.kit.i18n import Locale

ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class Term(msgspec.Struct, frozen=True):
    """A legal term: so many days of a unit, and the provision it comes from."""

    days: int
    unit: Unit
    source: str


class Pause(msgspec.Struct, frozen=True):
    """The clock stands still from `since` (that day does not count) up to, not including, `until`."""

    since: date
    until: date | None = None


class Deadline(msgspec.Struct, frozen=True):
    """A due date with what is needed to explain it. `fell_on`: the last day counted, before it was moved to
    a working day.
    """

    due_on: date
    fell_on: date
    starts_on: date
    term: Term
    holidays_skipped: int
    paused_days: int
    is_paused: bool
    pauses: tuple[Pause, ...] = ()


@functools.cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("RO", years=year))


def name_public_holidays(year: int, locale: Locale) -> dict[date, str]:
    """The public holidays of a year with their names, in their order."""
    language = "ro" if locale == "ro" else "en_US"
    return dict(sorted(holidays.country_holidays("RO", years=year, language=language).items()))


def is_holiday(day: date, days_off: frozenset[date] = frozenset()) -> bool:
    """Whether `day` is a public holiday or one of the declared `days_off`."""
    return day in _public_holidays(day.year) or day in days_off


def is_working_day(day: date, days_off: frozenset[date] = frozenset()) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < 5 and not is_holiday(day, days_off)


def _is_paused(day: date, pauses: Iterable[Pause]) -> bool:
    return any(pause.since <= day and (pause.until is None or day < pause.until) for pause in pauses)


def compute(
    starts_on: date,
    term: Term,
    *,
    pauses: Iterable[Pause] = (),
    today: date,
    days_off: frozenset[date] = frozenset(),
) -> Deadline:
    """When `term`, begun by an event on `starts_on`, ends.

    While a pause is open the clock stands still today as well, so the due date moves with every day
    that passes: an open pause is taken to end tomorrow.
    """
    given = tuple(pauses)
    open_now = any(pause.until is None for pause in given)
    closed = tuple(Pause(p.since, p.until or max(p.since, today) + ONE_DAY) for p in given)
    day, counted, skipped, paused = starts_on, 0, 0, 0
    while counted < term.days:
        day += ONE_DAY
        if _is_paused(day, closed):
            paused += 1
        elif term.unit is Unit.CALENDAR_DAYS or is_working_day(day, days_off):
            counted += 1
        elif day.weekday() < 5:
            skipped += 1
    fell_on = day
    while term.unit is Unit.CALENDAR_DAYS and not is_working_day(day, days_off):
        day += ONE_DAY
    return Deadline(day, fell_on, starts_on, term, skipped, paused, open_now, given)


def working_days_left(today: date, due_on: date, *, days_off: frozenset[date] = frozenset()) -> int:
    """Working days after `today` up to and including `due_on`; negative when overdue."""
    first, last = sorted((today, due_on))
    days = (first + ONE_DAY * n for n in range(1, (last - first).days + 1))
    count = sum(is_working_day(day, days_off) for day in days)
    return count if due_on >= today else -count
