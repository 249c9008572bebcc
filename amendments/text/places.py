"""Where an operation lies, and where everything lies that may conflict with it.

Two operations are worth judging (`conflicts.judge`) only when one lies at a place near the other. The index
in memory (`index`) and the rows in the database, by which one amendment finds the few among a thousand that
it has to be compared with, both ask here. Places are the units that an operation needs, takes away or moves,
the unit whose words it changes, the slot that it fills, the field that it sets.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from amendments.text.conflicts import needed
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    SetField,
    Slot,
    Splice,
    slot_of,
)
from amendments.text.units import Version

NEEDS, WORDS, TAKES_AWAY, MOVES, FILLS, SETS = "needs", "words", "takes away", "moves", "fills", "sets"
Place: TypeAlias = tuple[str, ...]  # what is done there, and the unit, the slot or the field


def places_of(operation: Operation) -> Iterator[Place]:
    """Where an operation lies, whatever version it is written on; each place once."""
    for unit in dict.fromkeys(needed(operation)):
        yield NEEDS, unit
    match operation:
        case Splice():
            yield WORDS, operation.unit
        case DeleteUnit() | ReplaceUnit():
            yield TAKES_AWAY, operation.unit
        case InsertUnit():
            yield _slot(slot_of(operation))
        case MoveUnit():
            yield _slot(slot_of(operation))
            yield MOVES, operation.unit
        case SetField():
            yield SETS, operation.field


def near(version: Version, operation: Operation) -> Iterator[Place]:
    """Where everything lies that may conflict with the operation; a place may come twice."""
    for unit in needed(operation):
        for above in version.path(unit):
            yield TAKES_AWAY, above.id
    match operation:
        case Splice():
            yield WORDS, operation.unit
        case DeleteUnit() | ReplaceUnit():
            yield from _below(version, operation.unit)
            yield from _beside(version, operation.unit)
        case InsertUnit():
            yield from _around(version, slot_of(operation))
        case MoveUnit():
            yield from _around(version, slot_of(operation))
            yield from _about_move(version, operation)
        case SetField():
            yield SETS, operation.field


def _slot(slot: Slot) -> Place:
    parent, after = slot
    return (FILLS, parent) if after is None else (FILLS, parent, after)


def _below(version: Version, unit: str) -> Iterator[Place]:
    """Whatever needs the unit or something below it."""
    for below in version.subtree(unit):
        yield NEEDS, below.id


def _beside(version: Version, unit: str) -> Iterator[Place]:
    """Slots right before and right after a unit."""
    parent = version[unit].parent
    if parent is not None:
        place = version.sibling_place(unit)
        yield _slot((parent, unit))
        yield _slot((parent, version.children(parent)[place - 1] if place else None))


def _around(version: Version, slot: Slot) -> Iterator[Place]:
    """Who fills it too, and who takes away or moves the units beside it."""
    yield _slot(slot)
    parent, after = slot
    for unit in (after, version.next_sibling(parent, after)):
        if unit is not None:
            yield TAKES_AWAY, unit
            yield MOVES, unit


def _about_move(version: Version, move: MoveUnit) -> Iterator[Place]:
    """Other moves of the unit, of what is below it and of what is above it or its new place; and slots
    after it.
    """
    yield from _below(version, move.unit)
    yield from _beside(version, move.unit)
    for unit in (move.unit, move.parent):
        for above in version.path(unit):
            yield MOVES, above.id


# ── as numbers, for the database ──────────────────────────────────────────────
def mark(place: Place) -> int:
    """A place as 64 bits. Where two have the same number, operations are judged that need not be: no more.

    >>> mark(("needs", "a1")) == mark(("needs", "a1")) != mark(("words", "a1"))
    True
    """
    digest = hashlib.blake2b("\0".join(place).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def marks_of(operations: Iterable[Operation]) -> set[int]:
    """Where an amendment's operations lie."""
    return {mark(place) for one in operations for place in places_of(one)}


def marks_near(version: Version, amendment: Amendment) -> set[int]:
    """Where everything lies that may conflict with an amendment."""
    return {mark(place) for one in amendment.operations for place in near(version, one)}
