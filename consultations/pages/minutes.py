"""The minutes: in public, as PDF, while they are written; photographs; which are late."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from app.kit.i18n import N_, show_date, show_hour, translate
from app.kit.markdown import plain
from app.kit.paging import Paging
from app.kit.pdf import Imprint, print_frame
from app.kit.policy import Verdict
from app.kit.printing import printable
from consultations.forms.afterwards import MinutesForm
from consultations.models import ConsultationPhoto, Minutes
from consultations.pages.afterwards import MinutesNote, note_minutes, view_photograph
from consultations.pages.programme import Card
from consultations.queries.minutes import read_minutes
from consultations.rules.minutes import MinutesText
from proposals.pages.ideas import PhotoView
from proposals.pages.words import ClockView


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the minutes, in the list of all."""

    position: int
    at: datetime
    by: str
    reason: str


class MinutesPage(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the minutes. `officials`: a line each."""

    card: Card
    text: MinutesText
    officials: list[str]
    note: MinutesNote
    shown: VersionView
    sha256: str
    versions: list[VersionView]
    photos: list[PhotoView]
    may_write: Verdict

    @property
    def is_newest(self) -> bool:
        return self.shown.position == len(self.versions)


def view_version(one: Minutes) -> VersionView:
    """A version, without its words."""
    return VersionView(position=one.position, at=one.at, by=one.by_name, reason=one.reason)


def build_minutes_page(
    card: Card,
    versions: Sequence[Minutes],
    shown: Minutes,
    photos: Sequence[ConsultationPhoto],
    may_write: Verdict,
) -> MinutesPage:
    """The page of one of the versions; there is at least one."""
    text, note = read_minutes(shown.content), note_minutes(versions)
    assert note is not None  # noqa: S101 — `shown` is one of them
    return MinutesPage(
        card=card,
        text=text,
        officials=text.officials.splitlines(),
        note=note,
        shown=view_version(shown),
        sha256=shown.sha256,
        versions=[view_version(one) for one in versions],
        photos=[view_photograph(one) for one in photos],
        may_write=may_write,
    )


# ── on paper ──────────────────────────────────────────────────────────────────
def print_minutes(page: MinutesPage, imprint: Imprint) -> dict[str, Any]:
    """The values of `templates/print/document.typ`. Minutes are Romanian, whoever reads them."""
    card, text = page.card, page.text

    def say(message: str, **facts: object) -> str:
        return translate("ro", message, **facts)

    title = say(N_("Minutes: %(title)s"), title=card.title)
    frame = print_frame(
        msgspec.structs.replace(imprint, locale="ro"),
        title=title,
        number=card.number,
        description=f"{card.host}, {show_date(card.starts_at, 'ro')}, {card.venue}",
    )
    hours = f"{show_hour(card.starts_at)}–{show_hour(card.ends_at)}"
    blocks = [
        _paragraph(f"{show_date(card.starts_at, 'ro')}, {hours}. {card.venue}, {card.address}, {card.area}."),
        _paragraph(say(N_("Held by %(host)s, %(office)s."), host=card.host, office=card.office)),
        _paragraph(say(N_("People in the room: %(count)s."), count=text.attendance)),
        _heading(say(N_("Who took part from the town hall"))),
        {"kind": "list", "items": [printable(line) for line in page.officials]},
    ]
    for topic in text.topics:
        blocks += [_heading(topic.title), *_paragraphs(topic.said)]
        if topic.answers:
            blocks += [_heading(say(N_("What was answered")), level=3), *_paragraphs(topic.answers)]
    if text.next_steps:
        blocks += [_heading(say(N_("What follows"))), *_paragraphs(text.next_steps)]
    if text.recording:
        blocks += [_heading(say(N_("Recording"))), _paragraph(text.recording)]
        blocks += [_paragraph(text.captions)] if text.captions else []
    if text.transcript:
        blocks += [_heading(say(N_("Transcript"))), *_paragraphs(text.transcript)]
    blocks.append(_heading(say(N_("Version"))))
    blocks += [
        _paragraph(
            say(
                N_("Version %(position)s, published on %(day)s by %(by)s. SHA-256: %(sha256)s"),
                position=one.position,
                day=show_date(one.at, "ro"),
                by=one.by,
                sha256=page.sha256 if one.position == page.shown.position else "–",
            )
            + (f" {say(N_('Reason: %(reason)s'), reason=one.reason)}" if one.reason else "")
        )
        for one in page.versions[: page.shown.position]
    ]
    return {**frame, "blocks": blocks}


def _heading(text: str, level: int = 2) -> dict[str, Any]:
    return {"kind": "heading", "level": level, "text": printable(text)}


def _paragraph(text: str) -> dict[str, Any]:
    return {"kind": "paragraph", "text": printable(text)}


def _paragraphs(source: str) -> list[dict[str, Any]]:
    """Markdown, its marks taken off, a paragraph each."""
    return [_paragraph(words) for part in source.split("\n\n") if (words := plain(part))]


# ── for organizers ────────────────────────────────────────────────────────────
class MinutesFormPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of the minutes. `theirs`: what a colleague saved meanwhile, beside what was typed."""

    card: Card
    typed: MinutesForm
    blanks: int  # empty topics after those that are there
    seen: int
    clock: ClockView | None
    is_correction: bool
    may_publish: Verdict
    reason: str = ""
    saved_at: datetime | None = None
    saved_by: str = ""
    theirs: MinutesText | None = None
    errors: Mapping[str, str] = {}


class PhotographsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a photograph, and those that are shown."""

    card: Card
    photos: list[PhotoView]
    most: int
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class WithdrawalPage(msgspec.Struct, frozen=True, kw_only=True):
    """The question why a photograph is withdrawn."""

    card: Card
    photo: PhotoView
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class HeldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation that was held, with what became of its minutes. `left`: working days, negative: late."""

    card: Card
    note: MinutesNote | None
    due_on: date
    left: int
    may_write: bool


class AllMinutesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every consultation that was held, the latest first."""

    rows: list[HeldRow]
    paging: Paging
    in_time: int
    late: int
    missing: int
