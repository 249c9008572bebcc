"""How far an amendment goes from the text: what the order of voting compares.

Words are counted, not spaces. The distance is words taken out and put in, by the words that stood there:
1 for a part that goes, more for one that becomes longer.
"""

import re
from fractions import Fraction

import msgspec

from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    SetField,
    Splice,
    new_units,
)
from amendments.text.tokens import is_space, tokenise
from amendments.text.units import Version

THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
NUMBER = re.compile(r"\d+(,\d+)?")


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What an amendment does to the text. `figure`: how far its number is from the one it replaces, where
    that is all it does.
    """

    place: tuple[int, int]
    rejects: bool
    takes_out: bool
    rewrites: bool
    distance: Fraction
    figure: Fraction | None


def reach(version: Version, amendment: Amendment) -> Reach:
    """Measure an amendment on the version on which it stands."""
    operations = amendment.operations
    places = {unit.id: place for place, unit in enumerate(version.units)}
    measured = [_words(version, one) for one in operations]
    changed, stood = sum(one[0] for one in measured), sum(one[1] for one in measured)
    return Reach(
        place=min(_place(version, places, one) for one in operations),
        rejects=any(isinstance(one, RejectAct) for one in operations),
        takes_out=any(isinstance(one, DeleteUnit) for one in operations),
        rewrites=any(_rewrites(version, one) for one in operations),
        distance=Fraction(changed, max(1, stood)),
        figure=_figure(version, operations),
    )


def _place(version: Version, places: dict[str, int], operation: Operation) -> tuple[int, int]:
    """The unit, and the token in it, where it begins to change the text."""
    match operation:
        case Splice():
            return places[operation.unit], operation.start
        case DeleteUnit() | ReplaceUnit() | MoveUnit():
            return places[operation.unit], 0
        case InsertUnit():
            before = operation.after or operation.parent
            last = [*version.subtree(before)][-1].id if operation.after else before
            return places[last], len(version[last].tokens) + 1
        case _:
            return 0, 0


def _words(version: Version, operation: Operation) -> tuple[int, int]:
    """(taken out and put in, stood there)."""
    put_in = sum(_count(unit.tokens) for unit in new_units(operation))
    match operation:
        case Splice():
            tokens = version[operation.unit].tokens
            out = _count(tokens[operation.start : operation.end])
            return out + _count(tokenise(operation.new)), _count(tokens)
        case DeleteUnit() | ReplaceUnit():
            stood = sum(_count(unit.tokens) for unit in version.subtree(operation.unit))
            return stood + put_in, stood
        case SetField():
            stood = _count(tokenise(version.fields[operation.field]))
            return stood + _count(tokenise(operation.value)), stood
        case _:
            return put_in, 0


def _count(tokens: tuple[str, ...]) -> int:
    return sum(not is_space(token) for token in tokens)


def _rewrites(version: Version, operation: Operation) -> bool:
    if isinstance(operation, Splice):
        return operation.start == 0 and 0 < operation.end == len(version[operation.unit].tokens)
    return isinstance(operation, ReplaceUnit)


def _figure(version: Version, operations: tuple[Operation, ...]) -> Fraction | None:
    if len(operations) != 1 or not isinstance(splice := operations[0], Splice):
        return None
    old = read_figure("".join(version[splice.unit].tokens[splice.start : splice.end]))
    new = read_figure(splice.new)
    return abs(new - old) if old is not None and new is not None else None


def read_figure(text: str) -> Fraction | None:
    """A number as Romanians write it; nothing for anything else.

    >>> read_figure("1.250,5"), read_figure("8"), read_figure("8 lei")
    (Fraction(2501, 2), Fraction(8, 1), None)
    """
    text = text.strip()
    if not (THOUSANDS.fullmatch(text) or NUMBER.fullmatch(text)):
        return None
    return Fraction(text.replace(".", "").replace(",", "."))
