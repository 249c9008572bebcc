"""What the page of a consultation shows of what was said afterwards."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from app.kit.clock import local_date
from app.kit.policy import Verdict
from consultations.models import ConsultationPhoto, Minutes
from consultations.pages.tables import SatisfactionView
from proposals.pages.ideas import PhotoView
from proposals.pages.words import ClockView


class MinutesNote(msgspec.Struct, frozen=True, kw_only=True):
    """That minutes are public: since when, and whether that was within the term."""

    at: datetime
    due_on: date
    versions: int

    @property
    def is_late(self) -> bool:
        return local_date(self.at) > self.due_on


def note_minutes(versions: Sequence[Minutes]) -> MinutesNote | None:
    """None while there are none."""
    if not versions:
        return None
    return MinutesNote(at=versions[0].at, due_on=versions[0].due_on, versions=len(versions))


def view_photograph(photo: ConsultationPhoto) -> PhotoView:
    """A photograph with its addresses."""
    base = f"/consultations/photos/{photo.id}"
    return PhotoView(
        str(photo.id), photo.alt, photo.width, photo.height, f"{base}/large.jpg", f"{base}/small.jpg"
    )


class AfterView(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one that was held, on its page. `clock`: while its minutes are not public;
    `opinions_until`: while participants are asked.
    """

    note: MinutesNote | None
    clock: ClockView | None
    attendance: int | None
    topics: list[str]
    photos: list[PhotoView]
    satisfaction: SatisfactionView | None
    opinions_until: date | None
    may_write: Verdict
    may_read_opinions: Verdict
