"""What somebody typed into the form of one change, as operations on the text."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from amendments.text.derive import check_edit, derive_splices
from amendments.text.destinations import MOVED, NEW, Destination, read_destination
from amendments.text.draft import reads_as
from amendments.text.operations import (
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    Splice,
    same,
)
from amendments.text.refused import BadEdit, BadOperation
from amendments.text.tokens import normalise_new
from amendments.text.units import NewUnit, Unit, Version, nested
from amendments.text.written import read_new, write_new

Do = Literal["edit", "insert", "replace", "delete", "move", "reject"]


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `unit`: the part it is about; `place`: where something new or moved stands
    (`destinations.Destination.value`); `cells`: the words of a row, where it is about one.
    """

    do: Do
    unit: str = ""
    text: str = ""
    place: str = ""
    cells: Sequence[str] = ()


def operations_of(version: Version, typed: Typed, *, new_id: Callable[[], str]) -> tuple[Operation, ...]:
    """The operations, which are still to be checked (`operations.check_amendment`). Raises: Refused."""
    match typed.do:
        case "edit":
            found = _edited(version, typed)
        case "insert":
            found = (_inserted(version, typed, new_id),)
        case "replace":
            found = (_replaced(version, typed, new_id),)
        case "delete":
            found = (DeleteUnit(unit=_not_a_cell(version[typed.unit]).id),)
        case "move":
            found = (_moved(version, typed),)
        case "reject":
            found = (RejectAct(),)
    if not found:
        raise BadEdit("changes_nothing")
    return found


def _edited(version: Version, typed: Typed) -> tuple[Operation, ...]:
    unit = version[typed.unit]
    if unit.type == "cell":
        return _edited_cell(unit, typed.text)
    if unit.type != "row":
        return derive_splices(unit, typed.text)
    cells = [version[id] for id in version.children(unit.id)]
    if len(typed.cells) != len(cells):  # the table has changed since
        raise BadOperation("other_columns")
    return tuple(
        splice for cell, text in zip(cells, typed.cells, strict=True) for splice in _edited_cell(cell, text)
    )


def _edited_cell(cell: Unit, text: str) -> tuple[Splice, ...]:
    """A cell may be left empty, where any other part would be taken out."""
    if cell.text and not normalise_new(text):
        return (Splice(unit=cell.id, start=0, end=len(cell.tokens)),)
    return derive_splices(cell, text)


def _inserted(version: Version, typed: Typed, new_id: Callable[[], str]) -> InsertUnit:
    place = read_destination(typed.place)
    if place is None or place.kind not in NEW:
        raise BadOperation("no_place")
    version.place(place.parent)  # it may have gone meanwhile
    if place.kind == "row":
        new = _new_row(version, place.parent, typed.cells, new_id)
    else:
        new = read_new(place.kind, typed.text, new_id=new_id)
    return InsertUnit(parent=place.parent, after=place.after, new=new)


def _new_row(version: Version, table: str, cells: Sequence[str], new_id: Callable[[], str]) -> NewUnit:
    """A row with as many cells as the table has columns."""
    texts = [check_edit(Unit(id="", type="cell"), text) for text in cells]
    if len(texts) != columns_of(version, table):
        raise BadOperation("other_columns")
    if not any(texts):
        raise BadEdit("changes_nothing")
    made = tuple(NewUnit(id=new_id(), type="cell", text=text) for text in texts)
    return NewUnit(id=new_id(), type="row", children=made)


def columns_of(version: Version, table: str) -> int:
    """How many cells the rows of a table have, the longest if they differ."""
    return max((len(version.children(row)) for row in version.children(table)), default=0)


def _replaced(version: Version, typed: Typed, new_id: Callable[[], str]) -> ReplaceUnit:
    unit = version[typed.unit]
    old = nested(version, unit.id)
    if unit.type not in NEW or unit.type == "row":
        raise BadOperation("unfit")
    found = ReplaceUnit(unit=unit.id, new=read_new(unit.type, typed.text, new_id=new_id, like=old))
    if same(found, ReplaceUnit(unit=unit.id, new=old)):
        raise BadEdit("changes_nothing")
    return found


def _moved(version: Version, typed: Typed) -> MoveUnit:
    unit, place = _not_a_cell(version[typed.unit]), read_destination(typed.place)
    if place is None or place.kind != unit.type or place.kind not in MOVED:
        raise BadOperation("no_place")
    return MoveUnit(unit=unit.id, parent=place.parent, after=place.after)


def _not_a_cell(unit: Unit) -> Unit:
    """A table keeps its columns. Raises: BadOperation."""
    if unit.type == "cell":
        raise BadOperation("cell_alone")
    return unit


# ── the other way round ─────────────────────────────────────────────────────────────────────────────


def typed_of(version: Version, change: Sequence[Operation]) -> Typed:
    """A change of a draft as it was typed, spaces and the numbers of new parts apart."""
    match change[0]:
        case Splice(unit=unit):
            return Typed(do="edit", unit=unit, text=reads_as(version, change, unit))
        case InsertUnit(parent=parent, after=after, new=new):
            place = Destination(new.type, parent, after).value
            if new.type == "row":
                cells = [cell.text for cell in new.children]
                return Typed(do="insert", unit=after or parent, place=place, cells=cells)
            return Typed(do="insert", unit=after or parent, place=place, text=write_new(new))
        case ReplaceUnit(unit=unit, new=new):
            return Typed(do="replace", unit=unit, text=write_new(new, with_looks=False))
        case MoveUnit(unit=unit, parent=parent, after=after):
            place = Destination(version[unit].type, parent, after).value
            return Typed(do="move", unit=unit, place=place)
        case DeleteUnit(unit=unit):
            return Typed(do="delete", unit=unit)
        case _:
            return Typed(do="reject")
