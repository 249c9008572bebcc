"""What happens to polls that others may want to know."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PollOpened:
    """Ballots are accepted."""

    poll_id: uuid.UUID
    cycle_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class PollClosed:
    """The box is frozen."""

    poll_id: uuid.UUID
    cycle_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class ResultPublished:
    """Counted: `winners` are the options' subjects in the order in which they were funded, `losers` the
    others, as `project:<uuid>`.
    """

    poll_id: uuid.UUID
    cycle_id: uuid.UUID
    winners: tuple[str, ...]
    losers: tuple[str, ...]
