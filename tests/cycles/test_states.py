"""A stage is open by its dates alone, half-open."""

from datetime import timedelta

import pytest

from cycles.states import StageState, is_open, stage_state
from tests.make.cycles import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (NOON - HOUR, StageState.UPCOMING),
        (NOON - timedelta(microseconds=1), StageState.UPCOMING),
        (NOON, StageState.OPEN),
        (NOON + HOUR - timedelta(microseconds=1), StageState.OPEN),
        (NOON + HOUR, StageState.ENDED),
        (NOON + 2 * HOUR, StageState.ENDED),
    ],
)
def test_stage_is_open_from_its_beginning_until_just_before_its_end(now: object, state: StageState) -> None:
    assert stage_state(NOON, NOON + HOUR, now) is state  # type: ignore[arg-type]
    assert is_open(NOON, NOON + HOUR, now) is (state is StageState.OPEN)  # type: ignore[arg-type]
