"""A draft as a list of changes, each of which its author can write anew or leave out by itself.

All splices of one unit are one change: they were written in one form. A change is named by what it does, so
that a page which was opened before another change went still means the same one.
"""

import hashlib
from collections.abc import Collection, Sequence

from amendments.text.operations import (
    MoveUnit,
    Operation,
    ReplaceUnit,
    Splice,
    check_operation,
    own_keys,
)
from amendments.text.refused import Refused
from amendments.text.segments import segments
from amendments.text.units import Version


def change_keys(operations: Sequence[Operation]) -> list[str]:
    """The name of the change that each operation belongs to."""
    return [
        edit_key(one.unit) if isinstance(one, Splice) else hashlib.sha256(own).hexdigest()[:16]
        for one, own in zip(operations, own_keys(operations), strict=True)
    ]


def edit_key(unit: str) -> str:
    """The name of the change that words a unit otherwise."""
    return f"edit-{unit}"


def operations_of_change(operations: Sequence[Operation], key: str) -> tuple[Operation, ...]:
    """The operations of one change; none when it is no longer there."""
    return tuple(one for one, own in zip(operations, change_keys(operations), strict=True) if own == key)


def without_change(operations: Sequence[Operation], key: str) -> tuple[Operation, ...]:
    """The draft with one change left out."""
    return tuple(one for one, own in zip(operations, change_keys(operations), strict=True) if own != key)


def with_change(
    operations: Sequence[Operation], new: Sequence[Operation], key: str = "", *, also: Collection[str] = ()
) -> tuple[Operation, ...]:
    """The draft with a change in it: in place of that one, or else of an earlier one of the same kind of the
    same unit, or at the end. `also`: names of others that go, because their words are in the new one.
    """
    gone = {key, *also, *(edit_key(one.unit) for one in new if isinstance(one, Splice))}
    whole = {(type(one), one.unit) for one in new if isinstance(one, MoveUnit | ReplaceUnit)}
    kept: list[Operation] = []
    at: int | None = None
    for one, own in zip(operations, change_keys(operations), strict=True):
        if own in gone or (isinstance(one, MoveUnit | ReplaceUnit) and (type(one), one.unit) in whole):
            at = len(kept) if at is None else at
        else:
            kept.append(one)
    at = len(kept) if at is None else at
    return (*kept[:at], *new, *kept[at:])


def reads_as(version: Version, operations: Sequence[Operation], unit: str) -> str:
    """A unit's text as its author wrote it."""
    own = [one for one in operations if isinstance(one, Splice) and one.unit == unit]
    pieces = segments(version[unit].text, own)
    return "".join(piece.text for piece in pieces if piece.fate != "struck")


def still_fitting(old: Version, new: Version, operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """What of a draft means the same on a later text: edits of words that have not changed, and what else can
    be carried out there.
    """
    return tuple(one for one in operations if _fits(old, new, one))


def _fits(old: Version, new: Version, operation: Operation) -> bool:
    if isinstance(operation, Splice):
        unit = new.find(operation.unit)
        return unit is not None and unit.text == old[operation.unit].text
    try:
        check_operation(new, operation)
    except Refused:
        return False
    return True
