"""What is noted at the door, by hand or by a tablet."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import clean
from consultations.rules.door import MOST_AT_ONCE, MOST_CHILDREN, Kind
from consultations.service import Here, Noted

MOST_LINES = 40  # of a tablet, sent together: what fits into a form
Ref = Annotated[str, msgspec.Meta(max_length=50)]
YEARS = range(1970, 2200)  # that a tablet's clock may believe in: the first is that of one that stopped


class HereForm(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a group are here. `seen`: what the page knew of them."""

    group: UUID
    people: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    children: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    seen: Annotated[list[Ref], msgspec.Meta(max_length=50)] = []

    def read_here(self) -> Here:
        """As the service takes it."""
        return Here(people=self.people, children=self.children, seen=tuple(self.seen))


class WalkInForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who came without a registration. `walk_in`: made with the form."""

    walk_in: UUID
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    people: Annotated[
        int, msgspec.Meta(ge=1, le=999, extra={"missing": N_("Write how many people there are.")})
    ]
    children: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0

    def read_here(self) -> Here:
        """As the service takes it."""
        return Here(people=self.people, children=self.children)


class LineForm(msgspec.Struct, frozen=True, kw_only=True):
    """A line that a tablet sends."""

    sequence: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    kind: Literal["arrived", "walked_in", "undone"]
    group: UUID
    people: Annotated[int, msgspec.Meta(ge=0, le=MOST_AT_ONCE)]
    children: Annotated[int, msgspec.Meta(ge=0, le=MOST_CHILDREN)] = 0
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    replaces: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=16)] = ()
    at: datetime

    def __post_init__(self) -> None:
        if (self.kind == "undone") != (self.people == 0) or (self.kind == "undone" and self.children):
            raise ValueError("undone is nobody, and nobody is undone")


class BatchForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a tablet sends together. `sent_at`: by its own clock, as the times of its lines are."""

    device: UUID
    sent_at: datetime
    events: Annotated[list[LineForm], msgspec.Meta(max_length=MOST_LINES)]

    def read_notes(self, *, now: datetime) -> list[Noted]:
        """As the service takes them."""
        return [
            Noted(
                sequence=one.sequence,
                kind=Kind(one.kind),
                group=one.group,
                people=one.people,
                children=one.children,
                name=" ".join(clean(one.name).split()),
                replaces=one.replaces,
                at=believe(one.at, now=now),
            )
            for one in self.events
        ]


def read_batch(sent: str) -> BatchForm:
    """Raises: Invalid for what no tablet of ours sends."""
    try:
        return msgspec.json.decode(sent.encode(), type=BatchForm)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Invalid(N_("This is not what a tablet sends. Open the door's page on it again.")) from error


def believe(stated: datetime, *, now: datetime) -> datetime:
    """A time as a tablet stated it; `now` for one that no calendar of ours holds."""
    return stated if stated.year in YEARS and stated.tzinfo is not None else now


# ── commitments ───────────────────────────────────────────────────────────────
