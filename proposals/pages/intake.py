"""What the templates of entering and claiming an idea are given."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from markupsafe import Markup
from sqlalchemy import Row

from app.kit.policy import Verdict
from proposals.models import Idea, Intake, Paper
from proposals.pages.ideas import Choice, SimilarCard
from proposals.pages.maps import MapView
from proposals.pages.words import CHANNEL_TITLES, PAPER_TITLES
from proposals.policy import MAX_ATTACHMENTS, MAX_PHOTOS
from proposals.policy.authors import MAX_CO_AUTHORS
from proposals.states import Channel, PaperKind

NO_PICTURE = Markup("")
NOT_NOW = Verdict(False)
FIELDS = (
    "channel",
    "received_on",
    "account",
    "name",
    "shown_as",
    "is_resident",
    "email",
    "phone",
    "address",
    "title",
    "body",
    "lang",
    "area",
    "location",
    "landmark",
    "latitude",
    "longitude",
    "estimate",
    "photo_alt",
    "co_authors",
)


class EnteredRow(msgspec.Struct, frozen=True):
    """An idea that staff have entered."""

    id: str
    number: str
    title: str
    lang: str
    channel_title: str
    received_on: date
    entered_at: datetime
    entered_by: str
    is_claimed: bool


class KeptFile(msgspec.Struct, frozen=True):
    """A file that came with the form before, as the form carries it."""

    field: str
    title: str
    token: str


class IntakePage(msgspec.Struct, frozen=True):
    """The form of an idea that came without the web."""

    form_id: str
    values: dict[str, str]
    areas: list[Choice]
    today: date
    enter_days: int
    entered: list[EnteredRow]
    to_tell: int
    files: list[KeptFile] = []
    map: MapView | None = None
    similar: list[SimilarCard] | None = None  # None: nobody has asked
    max_photos: int = MAX_PHOTOS
    max_documents: int = MAX_ATTACHMENTS
    max_co_authors: int = MAX_CO_AUTHORS
    errors: dict[str, str] = {}
    action: str = "/desk/ideas"
    raised: str = ""  # what was said, when it was raised elsewhere


class EnteredPage(msgspec.Struct, frozen=True):
    """An idea that was entered; with a code, the letter to print, whose code is nowhere else."""

    id: str
    number: str
    title: str
    lang: str
    name: str
    address: list[str]
    email: str
    channel_title: str
    received_on: date
    entered_at: datetime
    entered_by: str
    due_on: date | None
    claimed_at: datetime | None
    erased_at: datetime | None
    keep_days: int
    papers: list["PaperRow"] = []
    may_enter: Verdict = NOT_NOW
    code: str = ""
    link: str = ""
    qr: Markup = NO_PICTURE


class PaperRow(msgspec.Struct, frozen=True):
    """What the author sent without the web. `scan_path` is empty without a scan, or once it was erased."""

    title: str
    channel_title: str
    received_on: date
    entered_at: datetime
    entered_by: str
    scan_path: str
    erased_at: datetime | None


class PaperPage(msgspec.Struct, frozen=True):
    """The form of what the author sent. `question`: what is asked of them; `kinds`: what they can do now."""

    idea_id: str
    number: str
    title: str
    lang: str
    form_id: str
    kinds: list[tuple[str, str]]
    question: str
    until: date | None
    values: dict[str, str]
    today: date
    enter_days: int
    errors: dict[str, str] = {}


class ClaimPage(msgspec.Struct, frozen=True):
    """The two lines of the letter."""

    values: dict[str, str]
    errors: dict[str, str] = {}


def channel_options() -> list[tuple[str, str]]:
    """The ways in which an idea comes, with their msgids."""
    return [(channel.value, CHANNEL_TITLES[channel]) for channel in Channel]


def view_rows(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[EnteredRow]:
    """The ideas that were entered last."""
    return [
        EnteredRow(
            id=str(row.id),
            number=row.number or "",
            title=row.title,
            lang=row.lang,
            channel_title=CHANNEL_TITLES[Channel(row.channel)],
            received_on=row.received_on,
            entered_at=row.entered_at,
            entered_by=row.entered_by_name,
            is_claimed=row.claimed_at is not None,
        )
        for row in rows
    ]


def build_entered(
    idea: Idea,
    intake: Intake,
    *,
    keep_days: int,
    papers: Sequence[Paper] = (),
    may_enter: Verdict = NOT_NOW,
    code: str = "",
    link: str = "",
    qr: Markup = NO_PICTURE,
) -> EnteredPage:
    """An idea that was entered, or its letter."""
    return EnteredPage(
        id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        name=intake.name,
        address=[line for line in intake.address.split("\n") if line],
        email=intake.email,
        channel_title=CHANNEL_TITLES[Channel(intake.channel)],
        received_on=intake.received_on,
        entered_at=intake.entered_at,
        entered_by=intake.entered_by_name,
        due_on=idea.due_on,
        claimed_at=intake.claimed_at,
        erased_at=intake.erased_at,
        keep_days=keep_days,
        papers=[_view_paper(one) for one in papers],
        may_enter=may_enter,
        code=code,
        link=link,
        qr=qr,
    )


def _view_paper(paper: Paper) -> PaperRow:
    return PaperRow(
        title=PAPER_TITLES[PaperKind(paper.kind)],
        channel_title=CHANNEL_TITLES[Channel(paper.channel)],
        received_on=paper.received_on,
        entered_at=paper.entered_at,
        entered_by=paper.entered_by_name,
        scan_path=f"/desk/papers/{paper.id}" if paper.key else "",
        erased_at=paper.erased_at,
    )


def with_errors(model: PaperPage, errors: dict[str, str]) -> PaperPage:
    """The form with what is wrong with it."""
    return msgspec.structs.replace(model, errors=errors)
