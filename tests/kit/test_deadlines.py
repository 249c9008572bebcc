"""Legal clocks: Romanian working days, holidays, pauses, calendar terms."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.deadlines import (
    Pause,
    Term,
    Unit,
    compute,
    is_holiday,
    is_working_day,
    working_days_left,
)

WORKING = Term(30, Unit.WORKING_DAYS, source="")
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))


def test_thirty_working_days_over_the_winter_holidays() -> None:
    """From Friday 20 November 2026; 30 Nov, 1 and 25 Dec, 1, 6 and 7 Jan are holidays on working days."""
    deadline = compute(date(2026, 11, 20), WORKING, today=date(2026, 11, 20))
    assert (deadline.due_on, deadline.holidays_skipped, deadline.paused_days) == (date(2027, 1, 11), 6, 0)


def test_orthodox_easter_is_a_holiday() -> None:
    """In 2027 it is on 2 May: Good Friday 30 April and Easter Monday 3 May."""
    deadline = compute(date(2027, 4, 29), Term(1, Unit.WORKING_DAYS, source=""), today=date(2027, 4, 29))
    assert deadline.due_on == date(2027, 5, 4)


def test_closed_pause_moves_the_end_by_the_working_days_it_covers() -> None:
    pauses = [Pause(date(2027, 3, 8), date(2027, 3, 15))]  # Monday to Sunday
    deadline = compute(date(2027, 3, 1), WORKING, pauses=pauses, today=date(2027, 3, 20))
    assert deadline.due_on == date(2027, 4, 19)
    assert (deadline.paused_days, deadline.is_paused) == (7, False)


def test_open_pause_moves_the_end_with_every_working_day() -> None:
    pauses = [Pause(date(2027, 3, 8))]
    ends = [
        compute(date(2027, 3, 1), WORKING, pauses=pauses, today=date(2027, 3, 8) + timedelta(days=n)).due_on
        for n in range(3)
    ]
    assert ends == sorted(set(ends))


def test_calendar_term_ends_on_the_next_working_day() -> None:
    term = Term(30, Unit.CALENDAR_DAYS, source="")
    assert compute(date(2026, 11, 25), term, today=date(2026, 11, 25)).due_on == date(2026, 12, 28)


def test_declared_bridge_day_does_not_count() -> None:
    term, bridge = Term(1, Unit.WORKING_DAYS, source=""), frozenset({date(2027, 3, 2)})
    assert compute(date(2027, 3, 1), term, today=date(2027, 3, 1), days_off=bridge).due_on == date(2027, 3, 3)


@pytest.mark.parametrize(
    ("today", "left"),
    [(date(2027, 3, 1), 5), (date(2027, 3, 8), 0), (date(2027, 3, 9), -1), (date(2027, 3, 15), -5)],
)
def test_working_days_left(today: date, left: int) -> None:
    assert working_days_left(today, date(2027, 3, 8)) == left


@given(start=DAYS, days=st.integers(1, 60))
def test_term_ends_on_a_working_day_with_exactly_so_many_counted(start: date, days: int) -> None:
    deadline = compute(start, Term(days, Unit.WORKING_DAYS, source=""), today=start)
    assert is_working_day(deadline.due_on)
    assert working_days_left(start, deadline.due_on) == days


@given(start=DAYS, offset=st.integers(0, 40), length=st.integers(1, 40))
def test_pause_never_brings_the_end_nearer(start: date, offset: int, length: int) -> None:
    since = start + timedelta(days=offset)
    pause = Pause(since, since + timedelta(days=length))
    plain = compute(start, WORKING, today=start)
    assert compute(start, WORKING, pauses=[pause], today=start).due_on >= plain.due_on


# ── a second implementation, which shares nothing with the first ──────────────
FIXED = (
    (1, 1),
    (1, 2),
    (1, 6),
    (1, 7),
    (1, 24),
    (5, 1),
    (6, 1),
    (8, 15),
    (11, 30),
    (12, 1),
    (12, 25),
    (12, 26),
)


def orthodox_easter(year: int) -> date:
    """Meeus' rule for the Julian calendar; 13 days later in ours, from 1900 to 2099."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


def free_days(years: range) -> set[date]:
    """The holidays of art. 139 of the Labour Code as they are since 2024."""
    moving = [orthodox_easter(year) + timedelta(days=n) for year in years for n in (-2, 0, 1, 49, 50)]
    return {date(year, month, day) for year in years for month, day in FIXED} | set(moving)


FREE = free_days(range(2024, 2033))


def second_opinion(start: date, term: Term, paused: set[date], off: set[date]) -> date:
    """The end of a term by numpy's business days: a paused day is one on which nobody works."""
    free = np.array(sorted(FREE | off), dtype="datetime64[D]")
    still = np.array(sorted(paused), dtype="datetime64[D]")
    if term.unit is Unit.WORKING_DAYS:
        holidays = np.concatenate([free, still])
        return _day(np.busday_offset(start, term.days, roll="backward", holidays=holidays))
    end = np.busday_offset(start, term.days, roll="backward", weekmask="1111111", holidays=still)
    return _day(np.busday_offset(end, 0, roll="forward", holidays=free))


def _day(moment: np.datetime64) -> date:
    return date.fromisoformat(str(moment))


@given(
    start=DAYS,
    days=st.integers(1, 60),
    unit=st.sampled_from(Unit),
    spans=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 25)), max_size=3),
    asked=st.none() | st.tuples(st.integers(0, 50), st.integers(-3, 25)),
    bridges=st.sets(st.integers(1, 90), max_size=4),
)
def test_the_second_implementation_agrees(
    start: date,
    days: int,
    unit: Unit,
    spans: list[tuple[int, int]],
    asked: tuple[int, int] | None,
    bridges: set[int],
) -> None:
    """`asked`: since how many days after the start a pause is open, and how long ago that is (one that begins
    in the future is one day long at least).
    """
    pauses = [Pause(start + timedelta(days=n), start + timedelta(days=n + length)) for n, length in spans]
    paused = {
        pause.since + timedelta(days=n)
        for pause in pauses
        for n in range(((pause.until or pause.since) - pause.since).days)
    }
    today = start
    if asked is not None:
        since = start + timedelta(days=asked[0])
        today = since + timedelta(days=asked[1])
        pauses.append(Pause(since))
        paused |= {since + timedelta(days=n) for n in range(max(asked[1], 0) + 1)}
    off = {start + timedelta(days=n) for n in bridges}
    term = Term(days, unit, source="")
    deadline = compute(start, term, pauses=pauses, today=today, days_off=frozenset(off))
    # the day of the event does not count anyway
    assert deadline.due_on == second_opinion(start, term, paused - {start}, off)
    assert deadline.is_paused is (asked is not None)


@pytest.mark.parametrize("year", range(2024, 2033))
def test_the_holidays_of_the_library_are_those_of_the_law(year: int) -> None:
    ours = {date(year, 1, 1) + timedelta(days=n) for n in range(366)}
    assert {day for day in ours if day.year == year and is_holiday(day)} == {
        d for d in FREE if d.year == year
    }


@pytest.mark.parametrize(
    ("start", "days", "unit", "off", "due_on"),
    [
        # the author's answer: 10 working days, over Easter 2027 (30 April, 3 May) and a bridge day
        (date(2027, 4, 22), 10, Unit.WORKING_DAYS, [], date(2027, 5, 10)),
        (date(2027, 4, 22), 10, Unit.WORKING_DAYS, [date(2027, 4, 29)], date(2027, 5, 11)),
        # contesting and deciding: 5 working days; from a Friday, over 30 November and 1 December 2026
        (date(2026, 11, 27), 5, Unit.WORKING_DAYS, [], date(2026, 12, 8)),
        (date(2026, 11, 27), 5, Unit.WORKING_DAYS, [date(2026, 12, 2)], date(2026, 12, 9)),
        # begun on a Saturday
        (date(2027, 3, 6), 5, Unit.WORKING_DAYS, [], date(2027, 3, 12)),
        # sending on: 5 calendar days, which end on a Saturday, or on Christmas
        (date(2027, 3, 1), 5, Unit.CALENDAR_DAYS, [], date(2027, 3, 8)),
        (date(2026, 12, 20), 5, Unit.CALENDAR_DAYS, [], date(2026, 12, 28)),
        (date(2026, 12, 20), 5, Unit.CALENDAR_DAYS, [date(2026, 12, 28)], date(2026, 12, 29)),
        # over the end of February in a leap year
        (date(2028, 2, 25), 5, Unit.CALENDAR_DAYS, [], date(2028, 3, 1)),
    ],
)
def test_vectors_of_the_terms_in_use(
    start: date, days: int, unit: Unit, off: list[date], due_on: date
) -> None:
    term = Term(days, unit, source="")
    assert compute(start, term, today=start, days_off=frozenset(off)).due_on == due_on
    assert second_opinion(start, term, set(), set(off)) == due_on
