"""Small legal texts and amendments: written ones, and invented ones for hypothesis."""

import random
from collections.abc import Iterable

from hypothesis import strategies as st

from amendments.text.conflicts import HARD, judge
from amendments.text.kinds import WORDLESS
from amendments.text.labels import relabel
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    SetField,
    Splice,
    check_operation,
)
from amendments.text.refused import Refused
from amendments.text.tokens import normalise_new, tokenise
from amendments.text.units import NewUnit, Unit, UnitType, Version

WORDS = ("taxa", "zi", "lei", "10", "10,5", "art", ",", ".", "ș", "la")
BELOW: dict[UnitType, tuple[UnitType, ...]] = {
    "act": ("article", "chapter", "text", "table"),
    "chapter": ("article",),
    "article": ("alin", "lit", "heading", "table"),
    "alin": ("lit", "text"),
    "lit": ("pct",),
    "pct": ("lit",),
    "table": ("row",),
    "row": ("cell",),
}


def make_version(*rows: str) -> Version:
    """One row a unit: indentation by two spaces, the type, a colon, the text. Ids are u0 (the act), u1, …"""
    units = [Unit(id="u0", type="act")]
    open_units = ["u0"]
    for number, row in enumerate(rows, start=1):
        depth = (len(row) - len(row.lstrip())) // 2
        kind, _, text = row.strip().partition(":")
        del open_units[depth + 1 :]
        units.append(Unit(id=f"u{number}", type=kind, parent=open_units[-1], text=text.strip()))
        open_units.append(f"u{number}")
    return relabel(Version(units, {"short_title": "Parcări"}))


def make_amendment(
    id: str, *operations: Operation, rank: int | None = None, separable: bool = False
) -> Amendment:
    """An amendment whose rank is the number in its id, if nothing else is said."""
    number = int("".join(filter(str.isdigit, id)) or 0)
    return Amendment(
        id=id, rank=number if rank is None else rank, operations=tuple(operations), separable=separable
    )


# ── invented ────────────────────────────────────────────────────────────────────────────────────────

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(lambda words: normalise_new(" ".join(words)))
any_text = st.text(
    st.one_of(
        st.sampled_from("ab ș ţŢ „”\"'-–10,.^\u0301\u200b\xa0\n\r\t\xad\u2003"),
        st.characters(exclude_categories=()),
    ),
    max_size=40,
)


@st.composite
def versions(draw: st.DrawFn, *, most: int = 8) -> Version:
    """An act of a few units."""
    units = [Unit(id="u0", type="act")]
    parents: list[Unit] = [units[0]]
    for number in range(1, 1 + draw(st.integers(1, most))):
        able = [unit for unit in parents if unit.type in BELOW]
        parent = able[draw(st.integers(0, len(able) - 1))]
        parents = parents[: parents.index(parent) + 1]
        kind = draw(st.sampled_from(BELOW[parent.type]))
        text = "" if kind in WORDLESS else draw(texts)
        unit = Unit(id=f"u{number}", type=kind, parent=parent.id, text=text)
        units.append(unit)
        parents.append(unit)
    return relabel(Version(units, {"short_title": "a", "initiator": "b"}))


def draw_new(draw: st.DrawFn, kind: UnitType, id: str) -> NewUnit:
    """A new unit, often with one below it, and so on."""
    below = BELOW.get(kind, ())
    has_more = bool(below) and (kind in WORDLESS or draw(st.booleans()))
    children = (draw_new(draw, draw(st.sampled_from(below)), f"{id}c"),) if has_more else ()
    text = "" if kind in WORDLESS else draw(texts)
    return NewUnit(id=id, type=kind, text=text, children=children)


def draw_operation(draw: st.DrawFn, version: Version, name: str) -> Operation | None:
    """An operation that can be carried out, or nothing."""
    ids = [unit.id for unit in version.units]
    unit = version[draw(st.sampled_from(ids))]
    parent = draw(st.sampled_from([id for id in ids if version[id].type in BELOW]))
    after = draw(st.sampled_from([None, *version.children(parent)]))
    kind = draw(st.integers(0, 9))
    made: Operation
    if kind <= 4:
        start = draw(st.integers(0, len(unit.tokens)))
        end = draw(st.integers(start, min(len(unit.tokens), start + 3)))
        word = draw(st.sampled_from(("", "", *WORDS, " taxa", "zi ", " lei zi ")))
        made = Splice(unit=unit.id, start=start, end=end, new=word)
    elif kind == 5:
        made = DeleteUnit(unit=unit.id)
    elif kind == 6:
        made = MoveUnit(unit=unit.id, parent=parent, after=after)
    elif kind == 7:
        new = draw_new(draw, draw(st.sampled_from(BELOW[version[parent].type])), f"n{name}")
        made = InsertUnit(parent=parent, after=after, new=new)
    elif kind == 8:
        above = version[unit.parent].type if unit.parent else unit.type
        new = draw_new(draw, draw(st.sampled_from(BELOW.get(above, (unit.type,)))), f"n{name}")
        made = ReplaceUnit(unit=unit.id, new=new)
    else:
        made = SetField(field=draw(st.sampled_from(("short_title", "initiator"))), value=draw(texts))
    try:
        check_operation(version, made)
    except Refused:
        return None
    return made


@st.composite
def debates(
    draw: st.DrawFn, on: Version | None = None, *, least: int = 1, most: int = 6, most_operations: int = 2
) -> tuple[Version, list[Amendment]]:
    """A version (this one, or an invented one) and amendments of it that may conflict with each other, but
    none with itself.
    """
    version = on or draw(versions())
    found = []
    for number in range(draw(st.integers(least, most))):
        operations: list[Operation] = []
        for part in range(draw(st.integers(1, most_operations))):
            made = draw_operation(draw, version, f"{number}.{part}")
            if made is not None and all(
                made != other and judge(version, made, other) not in HARD for other in operations
            ):
                operations.append(made)
        if operations:
            separable = draw(st.booleans())
            found.append(make_amendment(f"a{number}", *operations, separable=separable))
    return version, found


def pick_compatible(
    version: Version, amendments: Iterable[Amendment], *, soft: bool = True
) -> list[Amendment]:
    """The first of them, and each further one that is in no hard (or, without `soft`, in no) conflict."""
    chosen: list[Amendment] = []
    for amendment in amendments:
        reasons = {
            judge(version, one, other)
            for known in chosen
            for one in known.operations
            for other in amendment.operations
        } - {None}
        if not reasons & HARD and (soft or not reasons):
            chosen.append(amendment)
    return chosen


def shuffled(amendments: list[Amendment], seed: int) -> list[Amendment]:
    """The same in another order."""
    found = list(amendments)
    random.Random(seed).shuffle(found)
    return found


def words_of(text: str) -> list[str]:
    """Its tokens that are not spaces."""
    return [token for token in tokenise(text) if not token.isspace()]
