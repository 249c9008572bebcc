"""What the door sees: who is expected and who is here, on the page and on a tablet; what is to be decided."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit import crypto
from app.kit.i18n import N_
from app.kit.policy import Verdict
from app.kit.text import fold
from consultations.models import DoorEvent, Registration
from consultations.pages.programme import Card
from consultations.pages.turnout import Turnout
from consultations.rules.door import Attendance, Doubt, DoubtKind, Span, Standing
from consultations.states import Coming

MOST_ROWS = 300  # on the page; whoever comes to a larger one is found by name
DOUBT_TITLES: dict[DoubtKind, str] = {
    DoubtKind.NUMBERS: N_("Different numbers were noted"),
    DoubtKind.UNDONE: N_("Noted as here, and taken back elsewhere"),
    DoubtKind.SAME_NAME: N_("The same people, noted twice?"),
    DoubtKind.WITHDREW: N_("Had said that they would not come"),
}
DOUBT_HINTS: dict[DoubtKind, str] = {
    DoubtKind.NUMBERS: N_("Two tablets checked them in without knowing of each other. How many were they?"),
    DoubtKind.UNDONE: N_("One tablet says that they are here, another took it back. Write 0 if nobody came."),
    DoubtKind.SAME_NAME: N_(
        "Noted on two tablets under one name. If they are the same people, write how many once, and 0 in the"
        " other place. If not, leave the numbers as they are."
    ),
    DoubtKind.WITHDREW: N_("Perhaps they came all the same; or somebody else was meant. Then write 0."),
}


class DoorRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the door. `places`, `children`: expected; `needs`: as they asked."""

    key: str
    name: str
    places: int
    children: int
    state: str  # of the registration; empty: walked in
    needs: str
    here: Span
    children_here: Span
    seen: tuple[str, ...]


def view_rows(
    registered: Sequence[Registration], attendance: Attendance, *, wanted: str = ""
) -> list[DoorRow]:
    """By name; who withdrew only if they came, or are asked for. `wanted`: a name, or a ticket's code."""
    by_key = {str(one.id): one for one in registered}
    rows = []
    for key, standing in attendance.standings.items():
        one = by_key.get(key)
        is_asked_for = wanted and _is_like(standing.group.name, one.code if one else "", wanted)
        if wanted and not is_asked_for:
            continue
        if one and one.state == Coming.WITHDRAWN and not standing.heads and not is_asked_for:
            continue
        rows.append(_view_row(standing, one))
    return rows


def _is_like(name: str, code: str, wanted: str) -> bool:
    parts = fold(name).replace("-", " ").split()
    is_code = bool(code) and crypto.normalise_code(wanted.rstrip("/").rpartition("/")[2]) == code
    return is_code or all(
        any(part.startswith(word) for part in parts) for word in fold(wanted).replace("-", " ").split()
    )


def _view_row(standing: Standing, one: Registration | None) -> DoorRow:
    group = standing.group
    return DoorRow(
        key=group.key,
        name=group.name,
        places=group.places,
        children=group.children,
        state=one.state if one else "",
        needs=one.needs if one else "",
        here=standing.people,
        children_here=standing.children,
        seen=standing.heads,
    )


class DoorsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The consultations at whose doors somebody can work now, and the next ones."""

    open: list[Card]
    next: list[Card]


class DoorPage(msgspec.Struct, frozen=True, kw_only=True):
    """The door of a consultation. `walk_in`: the id of the form of who walks in."""

    card: Card
    rows: list[DoorRow]
    more: int
    turnout: Turnout
    wanted: str
    walk_in: str
    may_note: Verdict
    may_decide: Verdict
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class DoubtView(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be decided. `title`, `hint`: msgids."""

    key: str
    title: str
    hint: str
    rows: list[DoorRow]
    said: list[list[tuple[int, int]]]  # of each row: what was said apart
    people: Span


def view_doubts(attendance: Attendance) -> list[DoubtView]:
    """In the order of names; those of one name last."""
    return [_view_doubt(one) for one in attendance.doubts]


def _view_doubt(doubt: Doubt) -> DoubtView:
    return DoubtView(
        key=f"{doubt.kind}-{doubt.standings[0].group.key}",
        title=DOUBT_TITLES[doubt.kind],
        hint=DOUBT_HINTS[doubt.kind],
        rows=[_view_row(one, None) for one in doubt.standings],
        said=[sorted(set(one.said), reverse=True) for one in doubt.standings],
        people=doubt.people,
    )


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What an organizer decided."""

    name: str
    people: int
    children: int
    reason: str
    at: datetime


class DoubtsPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the organizer has to decide, and did. `clocks`: minutes by which tablets are wrong, ahead if more
    than nought. `typed`, `errors`: of the doubt `sent`.
    """

    card: Card
    turnout: Turnout
    doubts: list[DoubtView]
    decisions: list[Decision]
    clocks: list[int]
    sent: str = ""
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


def view_decisions(events: Sequence[DoorEvent], attendance: Attendance) -> list[Decision]:
    """In their order."""
    return [
        Decision(
            name=attendance.standings[one.group].group.name,
            people=one.people,
            children=one.children,
            reason=one.reason,
            at=one.received_at,
        )
        for one in events
    ]


class TabletPage(msgspec.Struct, frozen=True, kw_only=True):
    """The door on a tablet. It is kept on the tablet, so it names nobody."""

    card: Card
    last_at: datetime  # when the list is deleted from the tablet at the latest


# ── what a tablet is given ────────────────────────────────────────────────────
class TabletRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as a tablet knows them: no address, no words of what they need. `code`: the beginning of the
    hash of their ticket's code, by which a ticket is recognized and none can be made.
    """

    key: str
    name: str
    places: int
    children: int
    state: str
    asks: bool  # for something: the organizers' list says what
    code: str
    here: Span
    children_here: Span
    seen: tuple[str, ...]


class TabletList(msgspec.Struct, frozen=True, kw_only=True):
    """What a tablet keeps. `token`: of the forms of this session; `problem`: why nothing can be noted now."""

    token: str
    who: str
    at: datetime
    last_at: datetime
    problem: str
    doubts: int
    rows: list[TabletRow]


def view_tablet_rows(registered: Sequence[Registration], attendance: Attendance) -> list[TabletRow]:
    """Who is expected, and who is here."""
    codes = {str(one.id): hash_code(one.code) for one in registered}
    return [
        TabletRow(
            key=row.key,
            name=row.name,
            places=row.places,
            children=row.children,
            state=row.state,
            asks=bool(row.needs),
            code=codes.get(row.key, ""),
            here=row.here,
            children_here=row.children_here,
            seen=row.seen,
        )
        for row in view_rows(registered, attendance)
    ]


def hash_code(code: str) -> str:
    """As `app/static/js/door/` makes it of what was scanned."""
    return hashlib.sha256(f"obste-ticket:{code}".encode()).hexdigest()[:20]
