"""The only call to the clock. Below routes and jobs, time is an argument named `now` (UTC)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BUCHAREST = ZoneInfo("Europe/Bucharest")
_frozen: datetime | None = None


def now() -> datetime:
    """The present moment in UTC; what a test froze, when it froze it."""
    return _frozen or datetime.now(UTC)


def freeze(moment: datetime | None) -> None:
    """Tests and the seed of the demonstration only: let `now()` answer `moment` until freeze(None)."""
    global _frozen
    _frozen = moment


def local_date(moment: datetime) -> date:
    """The calendar day in Bucharest, on which legal days are counted."""
    return moment.astimezone(BUCHAREST).date()
