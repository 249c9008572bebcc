"""What an official types to change the dates of a stage: local days and hours, and why."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.i18n import N_

Hour = Annotated[str, msgspec.Meta(max_length=8)]


class DatesForm(msgspec.Struct, frozen=True):
    """New dates of a stage, in Bucharest time; `seen_` are those the official was looking at."""

    opens_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day on which the stage begins")})]
    closes_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day on which the stage ends")})]
    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=10, max_length=1000, extra={"missing": N_("Say why; the reason is published")}
        ),
    ]
    seen_opens: Annotated[str, msgspec.Meta(max_length=40)]
    seen_closes: Annotated[str, msgspec.Meta(max_length=40)]
    opens_time: Hour = "00:00"
    closes_time: Hour = "00:00"

    def __post_init__(self) -> None:
        if not all(
            re.fullmatch(r"([01]?\d|2[0-3])[:.][0-5]\d", text) for text in (self.opens_time, self.closes_time)
        ):
            raise ValueError(N_("Write hours like 09:00 or 18:30."))
        for seen in (self.seen_opens, self.seen_closes):
            datetime.fromisoformat(seen)

    @property
    def opens_at(self) -> datetime:
        return _moment(self.opens_on, self.opens_time)

    @property
    def closes_at(self) -> datetime:
        return _moment(self.closes_on, self.closes_time)

    @property
    def seen(self) -> tuple[datetime, datetime]:
        return datetime.fromisoformat(self.seen_opens), datetime.fromisoformat(self.seen_closes)


def _moment(day: date, typed: str) -> datetime:
    hour, minute = re.split("[:.]", typed)
    return datetime.combine(day, time(int(hour), int(minute)), BUCHAREST).astimezone(UTC)
