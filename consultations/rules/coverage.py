"""Which streets a consultation was for, and which nobody has visited. Values in and out.

A street is known by its words without diacritics, with the kind of street written out: "B-dul Eroilor" and
"Bd. Eroilor" are one. What is not on the town's list stays as it was typed, and is told.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.text import words

KINDS: dict[str, str] = {
    "str": "strada",
    "bd": "bulevardul",
    "bdul": "bulevardul",
    "bvd": "bulevardul",
    "bulevard": "bulevardul",
    "cal": "calea",
    "sos": "soseaua",
    "al": "aleea",
    "alee": "aleea",
    "int": "intrarea",
    "intr": "intrarea",
    "spl": "splaiul",
    "pta": "piata",
    "dr": "drumul",
    "prel": "prelungirea",
    "fdt": "fundatura",
}
SPLIT_KINDS = {("b", "dul"): "bulevardul", ("p", "ta"): "piata"}  # B-dul, P-ța
ALIKE = 0.75  # how like a known street a slip of the finger is


def street_key(name: str) -> str:
    """By what a street is told from another.

    >>> [street_key(one) for one in ("B-dul Eroilor", "Bd. Eroilor", "bulevardul  EROILOR")]
    ['bulevardul eroilor', 'bulevardul eroilor', 'bulevardul eroilor']
    """
    found = words(name)
    if tuple(found[:2]) in SPLIT_KINDS:
        found[:2] = [SPLIT_KINDS[found[0], found[1]]]
    elif found:
        found[0] = KINDS.get(found[0], found[0])
    return " ".join(found)


class Unknown(msgspec.Struct, frozen=True):
    """A street that is not on the list, and one that is like it, if there is one."""

    typed: str
    like: str


def find_unknown(typed: Iterable[str], known: Mapping[str, str]) -> list[Unknown]:
    """Those that are not on the list. `known`: names by key."""
    unknown = []
    for line in typed:
        key = street_key(line)
        if key and key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=ALIKE)
            unknown.append(Unknown(line, known[near[0]] if near else ""))
    return unknown


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation that was held, or is planned, with the keys of its streets."""

    starts_at: datetime
    is_held: bool
    keys: frozenset[str]


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """A street, how often a consultation was for it, and when the last was and the next is."""

    name: str
    area_code: str
    area: str
    held: int
    last_at: datetime | None
    next_at: datetime | None


def cover(streets: Sequence[tuple[str, str, str]], visits: Collection[Visit]) -> list[Covered]:
    """`streets`: name, code and name of the neighbourhood; in their order."""
    held: dict[str, list[datetime]] = {}
    planned: dict[str, list[datetime]] = {}
    for visit in visits:
        for key in visit.keys:
            (held if visit.is_held else planned).setdefault(key, []).append(visit.starts_at)
    covered = []
    for name, area_code, area in streets:
        key = street_key(name)
        covered.append(
            Covered(
                name=name,
                area_code=area_code,
                area=area,
                held=len(held.get(key, [])),
                last_at=max(held.get(key, []), default=None),
                next_at=min(planned.get(key, []), default=None),
            )
        )
    return covered
