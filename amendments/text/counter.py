"""A counter-text: what an answer that accepts an amendment with changes makes of each of its operations.

Every part has a wording of its own: one that is edited, each one that is new, and each one that would go. So
the words of a new part never end up in the part beside it, and what was to be taken out can be kept.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

import msgspec

from amendments.text.derive import check_edit, derive_splices
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    Splice,
    check_operation,
    new_units,
)
from amendments.text.refused import BadEdit, Refused
from amendments.text.segments import segments
from amendments.text.tokens import normalise_new
from amendments.text.units import NewUnit, Unit, Version, flatten

Fate = Literal["edited", "new", "out"]
MOST = 30  # parts below one that would go, which can be worded otherwise; more is kept as it is, or goes


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one part: `edited` by the amendment, `new` in it, or to be taken `out` by it. `place`: of
    the operation in the amendment.
    """

    name: str
    unit: str
    fate: Fate
    text: str
    place: int


def wordings(text: Version, amendment: Amendment, *, stands: bool) -> list[Wording]:
    """What can be worded otherwise, each part once, as the amendment has it. Of one that does not stand on
    the text, the parts that are still there, as they read now.
    """
    found: dict[str, Wording] = {}
    for place, operation in enumerate(amendment.operations):
        for one in _of_operation(text, amendment, place, operation, stands=stands):
            found.setdefault(one.name, one)
    return list(found.values())


def _of_operation(
    text: Version, amendment: Amendment, place: int, operation: Operation, *, stands: bool
) -> Iterator[Wording]:
    if isinstance(operation, InsertUnit | ReplaceUnit) and fits(text, operation, stands=stands):
        for new in new_units(operation):
            if new.text:
                yield Wording(name=f"new-{new.id}", unit=new.id, fate="new", text=new.text, place=place)
    elif isinstance(operation, Splice) and operation.unit in text:
        unit = text[operation.unit]
        words = _edited(unit, amendment) if stands else unit.text
        yield Wording(name=f"text-{unit.id}", unit=unit.id, fate="edited", text=words, place=place)
    elif isinstance(operation, DeleteUnit | ReplaceUnit | MoveUnit) and operation.unit in text:
        if stands and isinstance(operation, MoveUnit):
            return
        worded = [unit for unit in text.subtree(operation.unit) if unit.text]
        for unit in worded if len(worded) <= MOST else ():
            yield Wording(name=f"text-{unit.id}", unit=unit.id, fate="out", text=unit.text, place=place)


def fits(text: Version, operation: Operation, *, stands: bool) -> bool:
    """Whether an operation that is no rewording can be taken in: as part of an amendment that stands on the
    text, or something new whose place is still there.
    """
    if stands:
        return True
    if not isinstance(operation, InsertUnit):
        return False
    try:
        check_operation(text, operation)
    except Refused:
        return False
    return True


def _edited(unit: Unit, amendment: Amendment) -> str:
    own = [one for one in amendment.operations if isinstance(one, Splice) and one.unit == unit.id]
    return "".join(piece.text for piece in segments(unit.text, own) if piece.fate != "struck")


def counter_operations(
    text: Version, amendment: Amendment, typed: Mapping[str, str], taken: Collection[int], *, stands: bool
) -> tuple[Operation, ...]:
    """The counter-text as operations. `typed`: the wordings by their names, those not named being as the
    amendment has them; `taken`: the places of the operations that are taken in other than as a rewording.
    Raises: BadEdit.
    """
    shown = wordings(text, amendment, stands=stands)
    words = {one.name: typed.get(one.name, one.text) for one in shown}
    found: list[Operation] = []
    for one in shown:
        if one.fate == "edited" or (one.fate == "out" and one.place not in taken):
            found += derive_splices(text[one.unit], words[one.name])
        elif one.fate == "out" and derive_splices(text[one.unit], words[one.name]):
            raise BadEdit("kept_and_out", unit=one.unit)
    for place, operation in enumerate(amendment.operations):
        if isinstance(operation, Splice) or place not in taken or not fits(text, operation, stands=stands):
            continue
        if isinstance(operation, InsertUnit | ReplaceUnit):
            new = _reworded(operation.new, words)
            if new is None:
                raise BadEdit("emptied", unit=operation.new.id)
            found.append(msgspec.structs.replace(operation, new=new))
        else:
            found.append(operation)
    return tuple(found)


def _reworded(new: NewUnit, words: Mapping[str, str]) -> NewUnit | None:
    """A new part in other words; a part below it that was emptied is left out. Raises: BadEdit."""
    children = tuple(child for one in new.children if (child := _reworded(one, words)) is not None)
    typed = words.get(f"new-{new.id}", new.text)
    if not normalise_new(typed):
        if not children and new.type != "cell":  # a row keeps its columns
            return None
        return msgspec.structs.replace(new, text="", marks=(), children=children)
    own = next(flatten(new, None))
    said = check_edit(own, typed)
    marks = new.marks if said == new.text else ()
    return msgspec.structs.replace(new, text=said, marks=marks, children=children)
