"""The whole matrix of moves."""

import pytest

from voting.states import (
    COUNTED_STATES,
    MOVES,
    PUBLIC_STATES,
    STATES_OF_ACT,
    Act,
    IllegalMove,
    PollState,
    check_move,
)

ALLOWED = {
    ("draft", "announced"),
    ("draft", "cancelled"),
    ("announced", "open"),
    ("announced", "cancelled"),
    ("open", "closed"),
    ("open", "cancelled"),
    ("closed", "tallied"),
    ("tallied", "certified"),
}


@pytest.mark.parametrize("to", PollState)
@pytest.mark.parametrize("current", PollState)
def test_every_move_is_allowed_or_refused(current: PollState, to: PollState) -> None:
    if (current, to) in ALLOWED:
        check_move(current, to)
    else:
        with pytest.raises(IllegalMove):
            check_move(current, to)


def test_the_table_is_complete() -> None:
    assert set(MOVES) == set(PollState)
    assert {PollState.DRAFT} == set(PollState) - PUBLIC_STATES
    assert {
        Act.OPEN: {"announced"},
        Act.CLOSE: {"closed"},
        Act.CERTIFY: {"tallied"},
        Act.CANCEL: {"draft", "announced", "open"},
    } == STATES_OF_ACT
    assert {"tallied", "certified"} == COUNTED_STATES
