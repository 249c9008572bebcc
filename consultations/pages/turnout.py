"""How many people were at a consultation: numbers alone, which are public once it was held."""

import msgspec

from consultations.rules.door import Attendance, Span


class Turnout(msgspec.Struct, frozen=True, kw_only=True):
    """How many there were. `doubts`: what is still to be decided."""

    people: Span
    registered: Span
    walk_ins: Span
    children: Span
    came: Span
    doubts: int


def view_turnout(attendance: Attendance) -> Turnout:
    """The numbers alone, which are public."""
    return Turnout(
        people=attendance.people,
        registered=attendance.registered,
        walk_ins=attendance.walk_ins,
        children=attendance.children,
        came=attendance.came,
        doubts=len(attendance.doubts),
    )


def show_span(span: Span) -> str:
    """In one word: 37, or 35–38."""
    return str(span.least) if span.is_certain else f"{span.least}–{span.most}"
