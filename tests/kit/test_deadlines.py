"""Legal clocks: Romanian working days, holidays, pauses, calendar terms."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.deadlines import Pause, Term, Unit, compute, is_working_day, working_days_left

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
