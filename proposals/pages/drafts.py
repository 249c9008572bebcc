"""What the templates of writing an idea are given."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.kit.i18n import N_
from app.kit.policy import Verdict
from cycles.models import Area, Stage
from proposals.models import Idea
from proposals.pages.ideas import Choice, DocumentView, PhotoView, SimilarCard
from proposals.pages.maps import MapView

STEPS = ("text", "place", "photos")
STEP_TITLES = (N_("Idea"), N_("Place"), N_("Cost and photos"), N_("Similar ideas"), N_("Check and send"))


class DraftRow(msgspec.Struct, frozen=True):
    """A draft in the list of mine."""

    id: str
    title: str
    updated_at: datetime


class NewPage(msgspec.Struct, frozen=True):
    """Before writing: what is needed, until when, and my drafts."""

    drafts: list[DraftRow]
    may_draft: Verdict
    is_verified: bool
    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    has_cycle: bool


class DraftPage(msgspec.Struct, frozen=True):
    """One step of a draft."""

    id: str
    step: str
    place: int
    values: dict[str, str]
    areas: list[Choice]
    photos: list[PhotoView]
    documents: list[DocumentView]
    map: MapView | None
    saved_at: datetime
    form: str  # tells this form from that of another author, or of another window
    seen: str  # what the step said when the form was opened
    max_photos: int
    max_documents: int
    errors: dict[str, str] = {}
    preview: bool = False
    theirs: list[tuple[str, str]] = []  # (label, words) that another author saved meanwhile


class SavedPart(msgspec.Struct, frozen=True):
    """What the page says after saving by itself."""

    saved_at: datetime | None
    error: str = ""


class PreviewPart(msgspec.Struct, frozen=True):
    """The text as it will look."""

    body: str
    lang: str


class AlikePart(msgspec.Struct, frozen=True):
    """Ideas like what is being typed."""

    similar: list[SimilarCard]
    at_desk: bool = False


class SimilarPage(msgspec.Struct, frozen=True):
    """Ideas like the draft, before it is sent."""

    id: str
    title: str
    similar: list[SimilarCard]
    is_verified: bool


class CheckPage(msgspec.Struct, frozen=True):
    """Everything as it will be sent."""

    id: str
    title: str
    lang: str
    body: str
    area: str
    location: str
    landmark: str
    latitude: float | None
    longitude: float | None
    pin: MapView | None
    estimate_bani: int | None
    photos: list[PhotoView]
    documents: list[DocumentView]
    may_submit: Verdict
    errors: dict[str, str]
    due_on: str
    term_days: int


class SentPage(msgspec.Struct, frozen=True):
    """The receipt of a sent idea."""

    id: str
    number: str
    title: str
    email: str
    sent_at: datetime
    due_on: str
    term_days: int


def build_rows(drafts: Sequence[Idea]) -> list[DraftRow]:
    """My drafts."""
    return [DraftRow(str(draft.id), draft.title, draft.updated_at) for draft in drafts]


def build_new(
    drafts: Sequence[Idea], may_draft: Verdict, stage: Stage | None, *, is_verified: bool, is_open: bool
) -> NewPage:
    """The page before writing."""
    return NewPage(
        drafts=build_rows(drafts),
        may_draft=may_draft,
        is_verified=is_verified,
        is_open=is_open,
        opens_at=stage.opens_at if stage else None,
        closes_at=stage.closes_at if stage else None,
        has_cycle=stage is not None,
    )


def values_of(idea: Idea) -> dict[str, str]:
    """The fields of a draft as its forms show them."""
    estimate = idea.estimate_bani
    return {
        "title": idea.title,
        "body": idea.body,
        "lang": idea.lang,
        "area": str(idea.area_id or ""),
        "location": idea.location,
        "landmark": idea.landmark,
        "latitude": "" if idea.latitude is None else str(idea.latitude),
        "longitude": "" if idea.longitude is None else str(idea.longitude),
        "estimate": "" if estimate is None else write_lei(estimate),
    }


LABELS = {
    "title": N_("Title"),
    "body": N_("Description"),
    "lang": N_("Language of the text"),
    "area": N_("Area"),
    "location": N_("Street and place"),
    "landmark": N_("Near what"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "estimate": N_("Cost"),
}


def differing(saved: dict[str, str], typed: dict[str, str], areas: Sequence[Choice]) -> list[tuple[str, str]]:
    """What is saved now and was typed otherwise: (label, words)."""
    names = {area.value: area.text for area in areas}
    return [
        (LABELS[name], names.get(words, words) if name == "area" else words)
        for name, words in saved.items()
        if typed.get(name, words) != words
    ]


def write_lei(bani: int) -> str:
    """An amount as it is typed: 12500 or 12500,50."""
    return str(bani // 100) if bani % 100 == 0 else f"{bani // 100},{bani % 100:02d}"


def choices(areas: Sequence[Area]) -> list[Choice]:
    """Areas as options."""
    return [Choice(str(area.id), area.name) for area in areas]
