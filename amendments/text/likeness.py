"""How alike two texts are, and which amendments say nearly the same: in whole percents, without guessing."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    SetField,
    Splice,
    new_units,
    same_key,
)
from amendments.text.tokens import fold, is_word, tokenise

NEAR = 75  # percent of words from which two amendments at one place are called nearly the same


class Likeness(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Two amendments, `first` being the smaller id, and how alike they are: 100 is the same."""

    first: str
    second: str
    percent: int


def words(text: str) -> Counter[str]:
    """The words of a text and how often each occurs, in lower case, spelling variants being one."""
    return Counter(token.lower() for token in tokenise(fold(text)) if is_word(token))


def alike(one: Counter[str], other: Counter[str]) -> int:
    """The words that two texts share, in percent of the words they have; two without words are the same."""
    size = one.total() + other.total()
    return 200 * (one & other).total() // size if size else 100


def near_duplicates(amendments: Iterable[Amendment], *, percent: int = NEAR) -> list[Likeness]:
    """The pairs that do the same, or nearly the same at the same place."""
    amendments = list(amendments)
    places: dict[str, set[int]] = defaultdict(set)
    for number, amendment in enumerate(amendments):
        for operation in amendment.operations:
            places[place_of(operation)].add(number)
    pairs = {(one, other) for found in places.values() for one in found for other in found if one < other}
    found = []
    for one, other in sorted(pairs):
        alike = amendments_alike(amendments[one], amendments[other])
        if alike >= percent:
            first, second = sorted((amendments[one].id, amendments[other].id))
            found.append(Likeness(first=first, second=second, percent=alike))
    return sorted(found)


def likest(amendment: Amendment, others: Iterable[Amendment], *, percent: int = NEAR) -> list[Likeness]:
    """Those of the others that do nearly the same as one, the likest first; not those that do the same."""
    places = {place_of(operation) for operation in amendment.operations}
    found = []
    for other in others:
        if other.id != amendment.id and not places.isdisjoint(map(place_of, other.operations)):
            alike = amendments_alike(amendment, other)
            if percent <= alike < 100:
                first, second = sorted((amendment.id, other.id))
                found.append(Likeness(first=first, second=second, percent=alike))
    return sorted(found, key=lambda one: (-one.percent, one.first, one.second))


def place_of(operation: Operation) -> str:
    """What must agree for two operations to be compared at all: the unit or slot they are about."""
    match operation:
        case Splice() | DeleteUnit() | ReplaceUnit() | MoveUnit():
            return operation.unit
        case InsertUnit():
            return f"{operation.parent}/{operation.after}"
        case SetField():
            return f"={operation.field}"
        case _:
            return "act"


def amendments_alike(one: Amendment, other: Amendment) -> int:
    """How alike two amendments are: operations that do the same count whole, others at the same place by
    their words, the rest not at all.
    """
    keys = {same_key(operation) for operation in one.operations}
    if keys == {same_key(operation) for operation in other.operations}:
        return 100
    shares = [
        max((_operations_alike(operation, own) for own in other.operations), default=0)
        for operation in one.operations
    ]
    back = [
        max((_operations_alike(operation, own) for own in one.operations), default=0)
        for operation in other.operations
    ]
    return min(99, min(sum(shares) // len(shares), sum(back) // len(back)))


def _operations_alike(one: Operation, other: Operation) -> int:
    if place_of(one) != place_of(other) or type(one) is not type(other):
        return 0
    if same_key(one) == same_key(other):
        return 100
    if isinstance(one, Splice) and isinstance(other, Splice):
        touching = max(one.start, other.start) <= min(one.end, other.end)
        return alike(words(one.new), words(other.new)) if touching else 0
    return alike(_brought(one), _brought(other))


def _brought(operation: Operation) -> Counter[str]:
    found: Counter[str] = Counter()
    for unit in new_units(operation):
        found += words(unit.text)
    return found
