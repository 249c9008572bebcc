"""What officials type of the rules of a cycle's review."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.forms import MAX_BANI
from app.kit.i18n import N_
from proposals.states import KEEP_DAYS


class RulesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a cycle's review; `seen` are those that the official was looking at, as JSON."""

    second_eyes: Annotated[
        int, msgspec.Meta(ge=0, le=MAX_BANI, extra={"typed": "lei", "missing": N_("Enter the amount")})
    ]
    answer_days: Annotated[int, msgspec.Meta(ge=3, le=60)]
    contest_days: Annotated[int, msgspec.Meta(ge=3, le=60)]
    decide_days: Annotated[int, msgspec.Meta(ge=3, le=60)]
    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=10, max_length=1000, extra={"missing": N_("Say why; the reason is published")}
        ),
    ]
    seen: Annotated[str, msgspec.Meta(max_length=400)] = ""
    most_supports: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    debate: Annotated[int, msgspec.Meta(ge=1, le=MAX_BANI, extra={"typed": "lei"})] | None = None
    keep_days: Annotated[int, msgspec.Meta(ge=90, le=3650)] = KEEP_DAYS
    publish_on: date | None = None
    publish_time: Annotated[str, msgspec.Meta(max_length=8)] = "12:00"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"([01]?\d|2[0-3])[:.][0-5]\d", self.publish_time):
            raise ValueError(N_("Write hours like 09:00 or 18:30."))

    @property
    def publish_at(self) -> datetime | None:
        """The moment in UTC; none: each verdict at once."""
        if self.publish_on is None:
            return None
        hour, minute = re.split("[:.]", self.publish_time)
        local = datetime.combine(self.publish_on, time(int(hour), int(minute)), BUCHAREST)
        return local.astimezone(UTC)
