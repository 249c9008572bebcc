"""What the pages of commitments are given, and their rows for other programs."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from app.kit.i18n import N_, Locale, show_date, translate
from app.kit.paging import Paging
from app.kit.policy import Verdict
from consultations.models import CommitmentEntry, CommitmentPhoto
from consultations.pages.programme import Card
from consultations.pages.words import FactChange
from consultations.queries.commitments import Promised, Wanted
from consultations.rules.commitments import EntryKind, Standing, Tally, count_standings, stand

STANDING_TITLES: dict[Standing, str] = {
    Standing.OPEN: N_("Under way"),
    Standing.LATE: N_("Not done by its day"),
    Standing.DONE: N_("Done by its day"),
    Standing.DONE_LATE: N_("Done, late"),
    Standing.WITHDRAWN: N_("No longer promised"),
}
STANDING_TONES: dict[Standing, str] = {
    Standing.OPEN: "active",
    Standing.LATE: "danger",
    Standing.DONE: "success",
    Standing.DONE_LATE: "warning",
    Standing.WITHDRAWN: "neutral",
}
ENTRY_TITLES: dict[EntryKind, str] = {
    EntryKind.MADE: N_("Promised"),
    EntryKind.REPORTED: N_("How far it is"),
    EntryKind.CHANGED: N_("The promise has changed"),
    EntryKind.DONE: N_("Done"),
    EntryKind.REOPENED: N_("It was not done after all"),
    EntryKind.WITHDRAWN: N_("No longer promised"),
}
FACT_TITLES: dict[str, str] = {
    "what": N_("what"),
    "official": N_("official"),
    "department": N_("department"),
    "due_on": N_("by when"),
}
CSV_HEAD = (
    "number",
    "what",
    "official",
    "department",
    "consultation",
    "neighbourhood",
    "season",
    "made_on",
    "first_due_on",
    "due_on",
    "state",
    "done_on",
    "standing",
    "as_of",
)


class CommitmentCard(msgspec.Struct, frozen=True, kw_only=True):
    """A commitment in a list. `title` is the msgid of how it stands."""

    id: str
    number: str
    path: str
    what: str
    host: str
    host_slug: str
    department: str
    consultation: str
    consultation_path: str
    area: str
    season: str
    first_due_on: date
    due_on: date
    done_on: date | None
    made_at: datetime
    standing: str
    title: str
    tone: str
    state: str

    @property
    def owner(self) -> str:
        return ", ".join(name for name in (self.host, self.department) if name)


def view_commitment(one: Promised, *, today: date, locale: Locale) -> CommitmentCard:
    """As it stands today."""
    row = one.row
    standing = stand(row.state, first_due_on=row.first_due_on, done_on=row.done_on, today=today)
    department = one.department
    return CommitmentCard(
        id=str(row.id),
        number=row.number,
        path=f"/consultations/commitments/{row.id}",
        what=row.what,
        host=one.host.name if one.host else "",
        host_slug=one.host.slug if one.host else "",
        department=(department.name if locale == "ro" else department.name_en) if department else "",
        consultation=f"{one.consultation.number}, {one.consultation.title}",
        consultation_path=f"/consultations/{one.consultation.id}",
        area=one.venue.area,
        season=one.season.title if locale == "ro" else one.season.title_en,
        first_due_on=row.first_due_on,
        due_on=row.due_on,
        done_on=row.done_on,
        made_at=row.made_at,
        standing=standing.value,
        title=STANDING_TITLES[standing],
        tone=STANDING_TONES[standing],
        state=row.state,
    )


def tally(cards: Sequence[CommitmentCard]) -> Tally:
    """How many there are of each standing."""
    return count_standings(Standing(one.standing) for one in cards)


def write_row(one: Promised, *, today: date) -> list[str]:
    """A line of the CSV: facts, and how it stands on a day."""
    row = one.row
    standing = stand(row.state, first_due_on=row.first_due_on, done_on=row.done_on, today=today)
    return [
        row.number,
        row.what,
        one.host.name if one.host else "",
        one.department.name if one.department else "",
        one.consultation.number or "",
        one.venue.area,
        one.season.slug,
        row.made_at.date().isoformat(),
        row.first_due_on.isoformat(),
        row.due_on.isoformat(),
        row.state,
        row.done_on.isoformat() if row.done_on else "",
        standing.value,
        today.isoformat(),
    ]


class CommitmentsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every commitment, the late ones first."""

    cards: list[CommitmentCard]
    paging: Paging
    tally: Tally
    wanted: Wanted
    state: str
    states: list[tuple[str, str]]
    hosts: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    areas: list[tuple[str, str]]
    seasons: list[tuple[str, str]]
    query: str


class PhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo as evidence; of one that was withdrawn only why."""

    id: str
    small_path: str
    large_path: str
    width: int
    height: int
    alt: str
    withdrawn_why: str


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history. `title` is a msgid."""

    id: str
    kind: str
    title: str
    text: str
    link: str
    at: datetime
    by: str
    facts: list[FactChange]
    photos: list[PhotoView]


def view_entries(
    entries: Sequence[CommitmentEntry], photos: Mapping[uuid.UUID, Sequence[CommitmentPhoto]], locale: Locale
) -> list[EntryView]:
    """The history, the newest first."""
    return [
        EntryView(
            id=str(one.id),
            kind=one.kind,
            title=ENTRY_TITLES[EntryKind(one.kind)],
            text=one.text,
            link=one.link,
            at=one.at,
            by=one.by_name,
            facts=_facts(one, locale),
            photos=[view_photo(photo) for photo in photos.get(one.id, [])],
        )
        for one in reversed(entries)
    ]


def _facts(entry: CommitmentEntry, locale: Locale) -> list[FactChange]:
    """What a change changed; who made a promise said all of it at once."""
    if entry.kind != EntryKind.CHANGED:
        return []
    before, after = json.loads(entry.before), json.loads(entry.after)
    return [
        FactChange(title, _show(name, before.get(name, ""), locale), _show(name, after[name], locale))
        for name, title in FACT_TITLES.items()
        if name in after
    ]


def _show(name: str, value: object, locale: Locale) -> str:
    if name == "due_on" and value:
        return show_date(date.fromisoformat(str(value)), locale)
    return str(value) or translate(locale, N_("nobody"))


def view_photo(photo: CommitmentPhoto) -> PhotoView:
    """With its addresses."""
    base = f"/consultations/commitments/photos/{photo.id}"
    return PhotoView(
        id=str(photo.id),
        small_path=f"{base}/small.jpg",
        large_path=f"{base}/large.jpg",
        width=photo.width,
        height=photo.height,
        alt=photo.alt,
        withdrawn_why=photo.withdrawn_why,
    )


class CommitmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """One commitment: how it stands, its history, what it answers."""

    card: CommitmentCard
    entries: list[EntryView]
    questions: list[tuple[str, str]]  # words, address
    may_keep: Verdict
    may_organize: Verdict
    follows: bool


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form in which an owner says what became of it."""

    card: CommitmentCard
    may_reopen: bool
    seen: int
    typed: Mapping[str, str]
    errors: Mapping[str, str] = {}


class PhotoPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form in which a photo is withdrawn. `path`: of the commitment."""

    photo: PhotoView
    path: str
    what: str
    why: str = ""
    errors: Mapping[str, str] = {}


class PromisePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a promise: a new one, as an answer, or a changed one. `action`: where it is sent."""

    title: str  # msgid
    action: str
    back: str
    about: str
    hosts: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    group: str
    others: int
    is_change: bool
    form_id: str
    seen: int
    typed: Mapping[str, str]
    errors: Mapping[str, str] = {}


class CommitmentsFeed(msgspec.Struct, frozen=True, kw_only=True):
    """The Atom feed: what happened last to any commitment."""

    id: str
    title: str
    updated: datetime
    entries: list[tuple[EntryView, str, str]]  # with number and words, and address


class OwedView(msgspec.Struct, frozen=True, kw_only=True):
    """A question that an official has not answered. `due_on`: of the written answer that was promised."""

    path: str
    text: str
    number: str
    due_on: date | None
    is_late: bool
    support_count: int


class MinePage(msgspec.Struct, frozen=True, kw_only=True):
    """What an official has to do: consultations to come, questions, commitments."""

    name: str
    slug: str
    coming: list[Card]
    past: list[Card]
    questions: list[OwedView]
    cards: list[CommitmentCard]
    tally: Tally
