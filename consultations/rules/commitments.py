"""What was promised at a consultation: whether it is late, whether it was kept, how it may move. Pure.

A promise is measured by the day that was promised first: a later day, whatever its reason, is shown beside
it and does not make anything punctual.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec

from app.kit.errors import Conflict
from app.kit.i18n import N_

FARTHEST = 5 * 366  # days: what is promised for later is not promised
SHORTEST_REASON = 15  # characters: less explains nothing
REMIND_DAYS = 7  # before the day


class CommitmentState(StrEnum):
    """The life of a commitment."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"  # with a reason; it counts as not kept


COMMITMENT_MOVES: dict[CommitmentState, frozenset[CommitmentState]] = {
    CommitmentState.OPEN: frozenset({CommitmentState.DONE, CommitmentState.WITHDRAWN}),
    CommitmentState.DONE: frozenset({CommitmentState.OPEN}),  # it turned out that it was not done
    CommitmentState.WITHDRAWN: frozenset({CommitmentState.OPEN}),  # taken up again
}


class EntryKind(StrEnum):
    """What happened to a commitment."""

    MADE = "made"
    REPORTED = "reported"  # how far it is, with or without evidence
    CHANGED = "changed"  # another day, owner or wording, with a reason
    DONE = "done"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """How a commitment stands on a day."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"
    WITHDRAWN = "withdrawn"


class IllegalCommitment(Conflict):
    default = N_("Somebody has changed this commitment in the meantime. Look at it again.")


def check_commitment_move(current: CommitmentState, to: CommitmentState) -> None:
    """Raises: IllegalCommitment unless a commitment may go from `current` to `to`."""
    if to not in COMMITMENT_MOVES[current]:
        raise IllegalCommitment()


def stand(state: str, *, first_due_on: date, done_on: date | None, today: date) -> Standing:
    """How a commitment stands today. It is late from the day after the one that was promised first."""
    if state == CommitmentState.WITHDRAWN:
        return Standing.WITHDRAWN
    if state == CommitmentState.DONE:
        return Standing.DONE_LATE if done_on is not None and done_on > first_due_on else Standing.DONE
    return Standing.LATE if today > first_due_on else Standing.OPEN


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Commitments, counted by how they stand."""

    open: int = 0
    late: int = 0
    done: int = 0
    done_late: int = 0
    withdrawn: int = 0

    @property
    def total(self) -> int:
        return self.open + self.late + self.done + self.done_late + self.withdrawn

    @property
    def percent(self) -> int | None:
        """Of those that are due or ended, how many were done by their day, rounded down; None for none."""
        due = self.total - self.open
        return 100 * self.done // due if due else None


def count_standings(standings: Iterable[Standing]) -> Tally:
    """How many there are of each."""
    counts = dict.fromkeys(Standing, 0)
    for one in standings:
        counts[one] += 1
    return Tally(**{one.value: number for one, number in counts.items()})
