"""The life of a letter: the whole matrix."""

import itertools

import pytest

from accounts.states import MOVES, OPEN_LETTERS, IllegalMove, LetterState, check_move

ALLOWED = {
    ("requested", "printed"),
    ("requested", "cancelled"),
    ("printed", "printed"),
    ("printed", "used"),
    ("printed", "cancelled"),
    ("printed", "expired"),
}


@pytest.mark.parametrize(("current", "to"), list(itertools.product(LetterState, LetterState)))
def test_moves_of_a_letter(current: LetterState, to: LetterState) -> None:
    if (current.value, to.value) in ALLOWED:
        check_move(current, to)
    else:
        with pytest.raises(IllegalMove):
            check_move(current, to)


def test_every_state_has_moves_and_open_ones_can_end() -> None:
    assert set(MOVES) == set(LetterState)
    assert all(MOVES[state] for state in OPEN_LETTERS)
    assert not any(MOVES[state] for state in set(LetterState) - set(OPEN_LETTERS))
