"""A legal text as a tree of units: articles, alineate, litere, tables, annexes.

A unit's id is given once and never again: it survives renumbering and moves, and every operation, link and
comment names it. A `Version` is one state of all units and never changes; a change makes another version.
"""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property
from typing import Literal, get_args

import msgspec

from amendments.text.marks import Mark, tidy
from amendments.text.refused import NoSuchUnit, NotATree
from amendments.text.tokens import TOKENIZER_VERSION, offsets, text_hash, tokenise

UnitType = Literal[
    "act", "title", "preamble", "recital", "legal_basis", "enacting",
    "part", "title_group", "chapter", "section", "heading", "article", "alin", "lit", "pct", "text",
    "table", "row", "cell", "annex", "signature", "note",
]  # fmt: skip
"""Law 24/2000: the article is the basic element (art. 47), then the alineat (48) and its enumerations (49),
grouped in sections, chapters, titles and parts (56); annexes (57). `heading` is the marginal title of an
article, `text` a paragraph without a number, `legal_basis` the temei, `enacting` the word „HOTĂRĂȘTE:”.
"""

TYPES: tuple[UnitType, ...] = get_args(UnitType)
MAX_DEPTH = 30


class Unit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit in one version. `label` is the bare number (`5^1`, `a`, `IV`), or nothing; `fixed` means
    that it stays as it is when units before it come and go.
    """

    id: str
    type: UnitType
    parent: str | None = None
    label: str = ""
    fixed: bool = False
    text: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        """The text in tokens."""
        return tokenise(self.text)

    @property
    def hash(self) -> str:
        """SHA-256 of what the text says."""
        return text_hash(self.text)


class NewUnit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit that does not exist yet, with the units below it. Its id is already the one it will keep."""

    id: str
    type: UnitType
    label: str = ""
    fixed: bool = False
    text: str = ""
    marks: tuple[Mark, ...] = ()
    children: tuple["NewUnit", ...] = ()


class Version:
    """An immutable state of an act: its units in reading order, and the fields of its register.

    Raises: NotATree unless the first unit is the act and each other one follows its parent, with everything
    between them below that parent too.
    """

    def __init__(self, units: Iterable[Unit], fields: Mapping[str, str] | None = None) -> None:
        self.units: tuple[Unit, ...] = tuple(units)
        self.fields: dict[str, str] = dict(sorted((fields or {}).items()))
        self._place: dict[str, int] = {}
        self._ends = [0] * len(self.units)
        self._children: dict[str | None, list[str]] = {}
        self._sibling_places: dict[str, int] = {}
        self._read()

    def _read(self) -> None:
        path: list[int] = []  # places of the units that the next one may belong to
        for place, unit in enumerate(self.units):
            if unit.id in self._place or not unit.id:
                raise NotATree("id_twice", unit=unit.id)
            if (unit.parent is None) != (place == 0) or (unit.type == "act") != (place == 0):
                raise NotATree("not_one_act", unit=unit.id)
            while path and self.units[path[-1]].id != unit.parent:
                self._ends[path.pop()] = place
            if place and not path:
                raise NotATree("parent_not_open", unit=unit.id)
            if len(path) > MAX_DEPTH:
                raise NotATree("too_deep", unit=unit.id)
            self._place[unit.id] = place
            siblings = self._children.setdefault(unit.parent, [])
            self._sibling_places[unit.id] = len(siblings)
            siblings.append(unit.id)
            path.append(place)
        if not self.units:
            raise NotATree("not_one_act")
        for place in path:
            self._ends[place] = len(self.units)

    def __contains__(self, id: object) -> bool:
        return id in self._place

    def __getitem__(self, id: str) -> Unit:
        """The unit of that id. Raises: NoSuchUnit."""
        return self.units[self.place(id)]

    def find(self, id: str) -> Unit | None:
        """The unit of that id, if it is there."""
        return self.units[self._place[id]] if id in self._place else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and (self.units, self.fields) == (other.units, other.fields)

    def __hash__(self) -> int:
        return hash(self.content_hash)

    @property
    def act(self) -> Unit:
        """The root."""
        return self.units[0]

    def place(self, id: str) -> int:
        """Where the unit stands in reading order. Raises: NoSuchUnit."""
        try:
            return self._place[id]
        except KeyError:
            raise NoSuchUnit("no_such_unit", unit=id) from None

    def children(self, id: str) -> list[str]:
        """The ids directly below, in order."""
        return self._children.get(id, [])

    def subtree(self, id: str) -> tuple[Unit, ...]:
        """The unit and everything below it, in reading order."""
        place = self.place(id)
        return self.units[place : self._ends[place]]

    def is_under(self, id: str, ancestor: str) -> bool:
        """Whether a unit is that ancestor or lies below it."""
        place = self.place(ancestor)
        return place <= self.place(id) < self._ends[place]

    def path(self, id: str) -> Iterator[Unit]:
        """The unit, its parent, and so on up to the act."""
        unit = self[id]
        yield unit
        while unit.parent is not None:
            unit = self.units[self._place[unit.parent]]
            yield unit

    def next_sibling(self, parent: str, after: str | None) -> str | None:
        """The unit that stands after `after` (None: at the front) below `parent`."""
        siblings = self.children(parent)
        at = 0 if after is None else self.sibling_place(after) + 1
        return siblings[at] if at < len(siblings) else None

    def sibling_place(self, id: str) -> int:
        """How many siblings stand before the unit. Raises: NoSuchUnit."""
        return self._sibling_places[self[id].id]

    def number_of_type(self, id: str) -> int:
        """The unit is the first, second, … of its type below its parent. Raises: NoSuchUnit."""
        return self._numbers_of_type[self.place(id)]

    @cached_property
    def _numbers_of_type(self) -> list[int]:
        counts: Counter[tuple[str | None, UnitType]] = Counter()
        numbers = []
        for unit in self.units:
            counts[unit.parent, unit.type] += 1
            numbers.append(counts[unit.parent, unit.type])
        return numbers

    def with_labels(self, labels: Mapping[str, str]) -> "Version":
        """The same tree, which need not be checked again, with other labels of some units."""
        made = copy(self)
        made.__dict__.pop("content_hash", None)
        made.units = tuple(
            msgspec.structs.replace(unit, label=labels[unit.id]) if unit.id in labels else unit
            for unit in self.units
        )
        return made

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of everything in it, byte for byte."""
        content = [TOKENIZER_VERSION, self.units, self.fields]
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()

    @property
    def text(self) -> str:
        """All texts, one unit a line: for searching and for figures, not for reading."""
        return "\n".join(unit.text for unit in self.units if unit.text)


def flatten(new: NewUnit, parent: str | None) -> Iterator[Unit]:
    """A subtree as units in reading order."""
    yield Unit(
        id=new.id,
        type=new.type,
        parent=parent,
        label=new.label,
        fixed=new.fixed,
        text=new.text,
        marks=tidy(new.marks, len(tokenise(new.text))) if new.marks else (),
    )
    for child in new.children:
        yield from flatten(child, new.id)


def nested(version: Version, id: str) -> NewUnit:
    """The other way round: a unit of a version with what is below it."""
    unit = version[id]
    return NewUnit(
        id=unit.id,
        type=unit.type,
        label=unit.label,
        fixed=unit.fixed,
        text=unit.text,
        marks=unit.marks,
        children=tuple(nested(version, child) for child in version.children(id)),
    )


def token_at(text: str, character: int) -> int:
    """The token that holds a character; the number of tokens for the end of the text."""
    return bisect_right(offsets(text), character) - 1
