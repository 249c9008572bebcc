"""Where a form lets something stand: what is new, beside a part or in it, and a part that moves.

A destination is a kind and a slot. Which ones fit is `kinds`' to say; here stands which of them make sense to
a person who is looking at one part of the text.
"""

from collections.abc import Iterable, Iterator

import msgspec

from amendments.text.kinds import held_by, may_hold
from amendments.text.labels import Language
from amendments.text.operations import Slot
from amendments.text.sentences import name_new, name_slot
from amendments.text.units import Unit, UnitType, Version

MOST = 200  # places of a part that moves; of a longer text only the last one below each other part
_NEW_BELOW: dict[UnitType, tuple[UnitType, ...]] = {
    "part": ("title_group", "chapter", "article"),
    "title_group": ("chapter", "article"),
    "chapter": ("section", "article"),
    "section": ("article",),
    "annex": ("article", "pct", "text"),
    "article": ("alin", "lit", "pct", "text", "heading"),
    "alin": ("lit", "pct"),
    "lit": ("pct",),
    "table": ("row",),
}
"""What is offered below a part, the likeliest first."""
_INSTEAD: dict[UnitType, tuple[UnitType, ...]] = {
    "lit": ("alin",),
    "pct": ("article", "alin", "lit"),
    "heading": ("heading",),
}
"""Kinds beside which a new one is not offered: it belongs into them, or there is one only."""
NEW: frozenset[UnitType] = frozenset(
    {"article", "alin", "lit", "pct", "text", "heading", "recital", "row", "annex"}
)
"""What anybody can write: chapters and the like come with the text."""
MOVED: frozenset[UnitType] = NEW - {"heading"} | {"chapter", "section", "table"}
_AT_HOME: frozenset[UnitType] = frozenset({"row", "recital"})  # they move below their own parent only
_NO_TEXT_BESIDE: frozenset[UnitType] = frozenset({"heading", "signature", "note", "row"})


class Destination(msgspec.Struct, frozen=True):
    """Where a unit of that kind would stand: below `parent`, after that unit, or first."""

    kind: UnitType
    parent: str
    after: str | None = None

    @property
    def slot(self) -> Slot:
        """The place between units."""
        return self.parent, self.after

    @property
    def value(self) -> str:
        """As a form sends it."""
        return "|".join((self.kind, self.parent, self.after or ""))


def read_destination(value: str) -> Destination | None:
    """The place that a form sent; nothing for what is none. Whether it is there the engine says."""
    kind, _, slot = value.partition("|")
    parent, _, after = slot.partition("|")
    known = next((one for one in NEW | MOVED if one == kind), None)
    return Destination(known, parent, after or None) if known and parent else None


def destinations_of_new(version: Version, id: str) -> list[Destination]:
    """Where something new can be put by somebody who looks at a unit: beside it, in it, after its article."""
    unit = version[id]
    if unit.type == "cell" and unit.parent is not None:
        unit = version[unit.parent]
    found = [
        *_beside(version, unit),
        *_below(version, unit),
        *_text_after(unit),
        *_after_article(version, unit),
    ]
    return list(dict.fromkeys(one for one in found if may_hold(version[one.parent].type, one.kind)))


def _beside(version: Version, unit: Unit) -> Iterator[Destination]:
    """One more of its kind: after it, and before it unless it heads a table."""
    kind: UnitType = "recital" if unit.type in ("legal_basis", "enacting") else unit.type
    if unit.parent is None or kind not in NEW or kind == "heading":
        return
    if kind == unit.type:
        yield Destination(kind, unit.parent, unit.id)
    at = version.sibling_place(unit.id)
    if not (kind == "row" and at == 0):
        yield Destination(kind, unit.parent, version.children(unit.parent)[at - 1] if at else None)


def _below(version: Version, unit: Unit) -> Iterator[Destination]:
    """Something in it: after the last of its kind, else at the end. Where there are larger parts in it, the
    smaller ones stand in those; an article with words of its own has no heading between it and them.
    """
    kinds = {version[child].type for child in version.children(unit.id)}
    for kind in _NEW_BELOW.get(unit.type, ()):
        if kind not in NEW or not kinds.isdisjoint(_INSTEAD.get(kind, ())):
            continue
        if kind != "heading":
            yield last_place(version, unit.id, kind)
        elif not unit.text:
            yield Destination(kind, unit.id)


def last_place(version: Version, parent: str, kind: UnitType, *, without: str = "") -> Destination:
    """Below a parent, after the last unit of a kind, or else at the end."""
    children = [child for child in version.children(parent) if child != without]
    same = [child for child in children if version[child].type == kind]
    return Destination(kind, parent, next(reversed(same or children), None))


def _text_after(unit: Unit) -> Iterator[Destination]:
    if unit.parent is not None and unit.type not in _NO_TEXT_BESIDE:
        yield Destination("text", unit.parent, unit.id)


def _after_article(version: Version, unit: Unit) -> Iterator[Destination]:
    for above in version.path(unit.id):
        if above.type == "article" and above.parent is not None:
            yield Destination("article", above.parent, above.id)
            return


# ── what moves ──────────────────────────────────────────────────────────────────────────────────────


def destinations_of_moved(version: Version, id: str) -> list[Destination]:
    """Where a unit can go, in the order of the text: among those of its kind, or to a part that may hold it
    and is of a kind that does. The first row of a table says what the columns are, and stays.
    """
    unit = version[id]
    if (
        unit.type not in MOVED
        or unit.parent is None
        or (unit.type == "row" and not version.sibling_place(id))
    ):
        return []
    holding = {version[unit.parent].type}
    parents = [unit.parent]
    if unit.type not in _AT_HOME:
        parents = [one.id for one in version.units if _takes(version, one, unit, holding)]
    found = [(parent, list(_slots(version, parent, unit))) for parent in parents]
    if sum(len(slots) for _, slots in found) > MOST:
        found = [(parent, slots if parent == unit.parent else slots[-1:]) for parent, slots in found]
    return [place for _, slots in found for place in slots if not _stays(version, place, unit)]


def _takes(version: Version, parent: Unit, unit: Unit, holding: Iterable[UnitType]) -> bool:
    """Whether a part is one to which a unit can go."""
    if unit.type not in held_by(parent.type) or version.is_under(parent.id, unit.id):
        return False
    return parent.type in holding or any(
        version[child].type == unit.type for child in version.children(parent.id)
    )


def _slots(version: Version, parent: str, unit: Unit) -> Iterator[Destination]:
    """Before the first of its kind, and after each; at the end where there is none."""
    children = version.children(parent)
    same = [child for child in children if version[child].type == unit.type]
    others = [child for child in same if child != unit.id]
    if not others:
        yield last_place(version, parent, unit.type, without=unit.id)
        return
    at = version.sibling_place(same[0])
    if unit.type != "row":
        yield Destination(unit.type, parent, children[at - 1] if at else None)
    yield from (Destination(unit.type, parent, child) for child in others)


def _stays(version: Version, place: Destination, unit: Unit) -> bool:
    """Whether the unit stands there already."""
    if place.parent != unit.parent:
        return False
    return place.after == unit.id or version.next_sibling(*place.slot) == unit.id


# ── in words ────────────────────────────────────────────────────────────────────────────────────────


def name_destination(
    version: Version, place: Destination, language: Language = "ro", *, seen: str = ""
) -> str:
    """„o nouă literă după art. 2 lit. b)”; or „înainte de” the unit that somebody looks at."""
    return f"{name_new(place.kind, language)} {name_slot(version, *place.slot, language, seen=seen)}"
