"""The whole matrix of an idea's states, and its legal clock."""

from datetime import UTC, date, datetime

import pytest

from proposals.states import MOVES, IdeaState, IllegalMove, check_move, days_left, review_deadline

S = IdeaState
ALLOWED = {
    (S.DRAFT, S.SUBMITTED),
    (S.SUBMITTED, S.IN_REVIEW),
    (S.SUBMITTED, S.WITHDRAWN),
    (S.IN_REVIEW, S.WAITING),
    (S.IN_REVIEW, S.WITHDRAWN),
    (S.WAITING, S.IN_REVIEW),
    (S.WAITING, S.WITHDRAWN),
    *((S.IN_REVIEW, verdict) for verdict in (S.REJECTED, S.MERGED, S.ACCEPTED)),
    # corrections, which are verdicts too
    *(
        (one, other)
        for one in (S.REJECTED, S.MERGED, S.ACCEPTED)
        for other in (S.REJECTED, S.MERGED, S.ACCEPTED)
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
    deadline = review_deadline(datetime(2026, 11, 20, 10, tzinfo=UTC), [], today=date(2026, 11, 20))
    assert (deadline.due_on, deadline.holidays_skipped) == (date(2027, 1, 11), 6)
    assert days_left(deadline.due_on, today=date(2026, 11, 20)) == 30


def test_day_of_sending_is_the_day_in_bucharest() -> None:
    late_in_utc = review_deadline(datetime(2027, 3, 1, 22, 30, tzinfo=UTC), [], today=date(2027, 3, 2))
    assert late_in_utc.starts_on == date(2027, 3, 2)
