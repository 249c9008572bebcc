"""Which kinds of units may stand below which: what every operation that is carried out keeps true.

Law 24/2000 nests groups, articles, alineate and their enumerations in one order, and any level may be left
out; enumerations hold each other by turns. A table holds rows and a row cells, which hold nothing.
"""

from collections.abc import Iterator, Mapping

from amendments.text.units import NewUnit, UnitType, Version

GROUPS: tuple[UnitType, ...] = ("part", "title_group", "chapter", "section")
ENUMERATED: frozenset[UnitType] = frozenset({"lit", "pct"})
WORDLESS: frozenset[UnitType] = frozenset({"act", "table", "row"})
"""What says nothing itself: its words are in what it holds."""
MAX_NESTED = 10  # enumerations within enumerations: an accepted change may come into another, see below

_NESTED: tuple[UnitType, ...] = ("act", "annex", *GROUPS, "article", "alin")  # each holds those after it
_ANYWHERE: tuple[UnitType, ...] = ("lit", "pct", "text", "table", "note")
_ALSO: dict[UnitType, tuple[UnitType, ...]] = {
    "act": ("title", "preamble", "signature"),
    "annex": ("signature",),
    "article": ("heading",),
}
_HOLDS: Mapping[UnitType, frozenset[UnitType]] = {
    **{
        one: frozenset((*_NESTED[place + 1 :], *_ANYWHERE, *_ALSO.get(one, ())))
        for place, one in enumerate(_NESTED)
    },
    "lit": frozenset({"pct", "note"}),
    "pct": frozenset({"lit", "note"}),
    "preamble": frozenset({"recital", "legal_basis", "enacting", "text", "note"}),
    "table": frozenset({"row"}),
    "row": frozenset({"cell"}),
}


def held_by(parent: UnitType) -> frozenset[UnitType]:
    """The kinds that may stand below this one."""
    return _HOLDS.get(parent, frozenset())


def may_hold(parent: UnitType, child: UnitType) -> bool:
    """Whether one kind may stand directly below another."""
    return child in held_by(parent)


def unfit_pairs(version: Version) -> Iterator[tuple[UnitType, UnitType]]:
    """Every (parent kind, kind) of a text that may not be, as in a file that somebody wrote otherwise."""
    for unit in version.units[1:]:
        parent = version[unit.parent or ""].type
        if not may_hold(parent, unit.type):
            yield parent, unit.type


def nesting(version: Version, id: str) -> int:
    """In how many enumerations a unit stands, itself included.

    A move and an insertion below what is moved are no conflict, and moves into each other are one: so a text
    of accepted operations is at most twice as deep as each of them may make it, below `units.MAX_DEPTH`.
    """
    return sum(unit.type in ENUMERATED for unit in version.path(id))


def own_nesting(new: NewUnit) -> int:
    """How many enumerations a new unit brings, one below the other, itself included."""
    below = max(map(own_nesting, new.children), default=0)
    return below + (new.type in ENUMERATED)
