"""What happened in a cycle, for whoever subscribes in `app/wiring.py`."""

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StageDatesChanged:
    """The dates of a stage were changed by an official at `at`; both windows are half-open."""

    cycle_id: uuid.UUID
    stage_id: uuid.UUID
    kind: str
    opens_before: datetime
    closes_before: datetime
    opens_after: datetime
    closes_after: datetime
    at: datetime
