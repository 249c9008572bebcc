"""The stages of a cycle and when each is open. Dates decide, nobody opens or closes a stage by hand."""

from datetime import datetime
from enum import StrEnum


class CycleKind(StrEnum):
    """What a cycle is for."""

    BUDGET = "budget"  # projects paid from a budget, from the first idea to the result
    ELECTION = "election"  # people or a single choice: a vote and nothing else, no money


class StageKind(StrEnum):
    """What happens during a stage, in the order in which stages follow each other."""

    SUBMISSION = "submission"
    REVIEW = "review"
    VOTE = "vote"
    RESULTS = "results"


class StageState(StrEnum):
    """Where a stage stands at a moment: computed, never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    ENDED = "ended"


def is_open(opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether a window holds `now`: half-open, so that the moment of closing is already outside.

    >>> from datetime import UTC
    >>> noon, one = datetime(2027, 5, 1, 12, tzinfo=UTC), datetime(2027, 5, 1, 13, tzinfo=UTC)
    >>> is_open(noon, one, noon), is_open(noon, one, one)
    (True, False)
    """
    return opens_at <= now < closes_at


def stage_state(opens_at: datetime, closes_at: datetime, now: datetime) -> StageState:
    """Upcoming, open or ended at `now`."""
    if is_open(opens_at, closes_at, now):
        return StageState.OPEN
    return StageState.UPCOMING if now < opens_at else StageState.ENDED
