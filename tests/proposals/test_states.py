"""The whole matrix of an idea's states, and its legal clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.pages.words import view_clock
from proposals.states import (
    MOVES,
    IdeaState,
    IllegalMove,
    check_move,
    days_left,
    forward_deadline,
    moved_deadline,
    review_deadline,
    working_deadline,
)

S = IdeaState
NONE: frozenset[date] = frozenset()
ALLOWED = {
    (S.DRAFT, S.SUBMITTED),
    (S.SUBMITTED, S.IN_REVIEW),
    (S.SUBMITTED, S.WITHDRAWN),
    (S.IN_REVIEW, S.WAITING),
    (S.IN_REVIEW, S.WITHDRAWN),
    (S.WAITING, S.IN_REVIEW),
    (S.WAITING, S.WITHDRAWN),
    *((S.IN_REVIEW, verdict) for verdict in (S.REJECTED, S.MERGED, S.ACCEPTED, S.FORWARDED)),
    # corrections, which are verdicts too
    *(
        (one, other)
        for one in (S.REJECTED, S.MERGED, S.ACCEPTED, S.FORWARDED)
        for other in (S.REJECTED, S.MERGED, S.ACCEPTED, S.FORWARDED)
    ),
}


@pytest.mark.parametrize("current", list(S))
@pytest.mark.parametrize("to", list(S))
def test_every_move_is_allowed_or_refused_as_the_table_says(current: IdeaState, to: IdeaState) -> None:
    if (current, to) in ALLOWED:
        check_move(current, to)
    else:
        with pytest.raises(IllegalMove):
            check_move(current, to)


def test_table_names_every_state() -> None:
    assert set(MOVES) == set(S)


def test_thirty_working_days_from_20_november_2026() -> None:
    deadline = review_deadline(
        datetime(2026, 11, 20, 10, tzinfo=UTC), [], today=date(2026, 11, 20), days_off=NONE
    )
    assert (deadline.due_on, deadline.holidays_skipped) == (date(2027, 1, 11), 6)
    assert days_left(deadline.due_on, today=date(2026, 11, 20), days_off=NONE) == 30


def test_what_is_not_ours_is_sent_on_within_five_calendar_days() -> None:
    monday = datetime(2027, 4, 26, 10, tzinfo=UTC)  # Saturday 1 May, Easter Monday on 3 May
    assert forward_deadline(monday, days_off=NONE).due_on == date(2027, 5, 4)
    assert forward_deadline(monday, days_off=frozenset({date(2027, 5, 4)})).due_on == date(2027, 5, 5)


def test_day_of_sending_is_the_day_in_bucharest() -> None:
    late_in_utc = review_deadline(
        datetime(2027, 3, 1, 22, 30, tzinfo=UTC), [], today=date(2027, 3, 2), days_off=NONE
    )
    assert late_in_utc.starts_on == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("sent_on", "days_off", "due_on"),
    [
        # Good Friday 30 April, Easter Monday 3 May, 1 June; Thursday 29 April and Monday 31 May declared
        (date(2027, 4, 22), [], date(2027, 6, 8)),
        (date(2027, 4, 22), [date(2027, 4, 29)], date(2027, 6, 9)),
        (date(2027, 4, 22), [date(2027, 4, 29), date(2027, 5, 31)], date(2027, 6, 10)),
        # Monday 30 November and Tuesday 1 December are holidays; the Wednesday after them is declared
        (date(2026, 10, 19), [], date(2026, 12, 2)),
        (date(2026, 10, 19), [date(2026, 12, 2)], date(2026, 12, 3)),
        # from Christmas to 7 January, with the working days between them declared one after another
        (date(2026, 11, 20), [date(2026, 12, 24)], date(2027, 1, 12)),
        (date(2026, 11, 20), [date(2026, 12, 24), date(2026, 12, 28), date(2026, 12, 31)], date(2027, 1, 14)),
        (date(2026, 11, 20), [date(2027, 1, 8), date(2027, 1, 11)], date(2027, 1, 13)),
        (date(2026, 11, 20), [date(2026, 12, 26), date(2027, 1, 6)], date(2027, 1, 11)),  # free anyway
    ],
)
def test_review_across_holidays_and_bridge_days(sent_on: date, days_off: list[date], due_on: date) -> None:
    sent = datetime(sent_on.year, sent_on.month, sent_on.day, 10, tzinfo=UTC)
    deadline = review_deadline(sent, [], today=sent_on, days_off=frozenset(days_off))
    assert deadline.due_on == due_on
    assert days_left(due_on, today=sent_on, days_off=frozenset(days_off)) == 30


@given(
    since=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    days=st.integers(1, 30),
    bridges=st.sets(st.integers(1, 60), max_size=3),
)
def test_a_stored_term_moves_as_if_it_were_counted_anew(since: date, days: int, bridges: set[int]) -> None:
    moment = datetime(since.year, since.month, since.day, 10, tzinfo=UTC)
    after = frozenset(since + timedelta(days=n) for n in bridges)
    due_on = working_deadline(moment, days, days_off=NONE).due_on
    moved = moved_deadline(moment, due_on, NONE, after)
    assert moved == working_deadline(moment, days, days_off=after).due_on
    assert moved_deadline(moment, moved, after, NONE) == due_on


def test_the_sentence_of_the_clock_names_its_pauses() -> None:
    """With the first and the last day on which it stood still; one that began and ended on a day is none."""
    moment = datetime(2026, 11, 12, 10, tzinfo=UTC)
    day = timedelta(days=1)
    pauses = [(moment, moment + 9 * day), (moment + 12 * day, moment + 12 * day), (moment + 14 * day, None)]
    today = date(2026, 11, 27)
    deadline = review_deadline(moment - 3 * day, pauses, today=today, days_off=frozenset())
    view = view_clock(deadline, today=today, days_off=frozenset())
    assert view.pauses == [(date(2026, 11, 12), date(2026, 11, 20)), (date(2026, 11, 26), None)]
    assert view.paused_days == 9 + 2
