"""What becomes of open amendments when a new version is made of others.

The way from the base to the new version is a known list of changes, so nothing is guessed: every open
amendment gets exactly one class, and its operations in the coordinates of the new version where it keeps
them. The amendment itself, as its author wrote it, stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

from amendments.text.conflicts import HARD, Reason, judge, needed
from amendments.text.index import ConflictIndex
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
    check_operation,
    own_keys,
    same,
)
from amendments.text.refused import Refused
from amendments.text.replay import Consolidated
from amendments.text.tokens import offsets
from amendments.text.units import Version
from amendments.text.weaving import (
    Change,
    Child,
    Piece,
    Structure,
    by_place,
    find_gap,
    find_span,
    order_in_slot,
    weave_text,
)

Class = Literal["same", "shifted", "absorbed", "conflict", "orphaned"]
"""Untouched; at another position; the same change is already in; against something that was accepted; the
unit is gone.
"""
KEPT: frozenset[Class] = frozenset({"same", "shifted"})


@dataclass(frozen=True)
class Carried:
    """One operation on the new version: its class, itself in new coordinates where it is kept, and the
    amendments that absorbed it or stand against it.
    """

    kind: Class
    operation: Operation | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rebased:
    """An open amendment on the new version. `operations` has one entry for each of its own; `amendment` is
    what goes on, None where it cannot.
    """

    id: str
    kind: Class
    operations: tuple[Carried, ...]
    amendment: Amendment | None

    @property
    def because(self) -> tuple[str, ...]:
        """The amendments that absorbed it or stand against it."""
        return tuple(dict.fromkeys(id for one in self.operations for id in one.because))


def rebase(done: Consolidated, amendments: Iterable[Amendment]) -> list[Rebased]:
    """Every open amendment, in the order given, with its class."""
    work = _Rebase(done)
    return [work.amendment(amendment) for amendment in amendments]


class _Rebase:
    """The accepted changes, in a shape in which many open operations can be asked about them."""

    def __init__(self, done: Consolidated) -> None:
        self.base: Version = done.base
        self.new: Version = done.version
        self.rulings = by_place(done.rulings)
        self.structure = Structure(done.base, done.changes, self.rulings)
        self._changes = {str(at): change for at, change in enumerate(done.changes)}
        self._index = ConflictIndex(
            done.base,
            (
                Amendment(id=id, rank=change.rank, operations=(change.operation,))
                for id, change in self._changes.items()
            ),
        )
        keys = own_keys(change.operation for change in done.changes)
        self._by_key = dict(zip(keys, done.changes, strict=True))
        self._splices: dict[str, list[Change]] = {}
        for change in done.changes:
            if isinstance(change.operation, Splice):
                self._splices.setdefault(change.operation.unit, []).append(change)
        self._pieces: dict[str, tuple[Piece, ...]] = {}
        self._children: dict[str, list[Child]] = {}

    def amendment(self, amendment: Amendment) -> Rebased:
        keys = own_keys(amendment.operations)
        carried = tuple(
            self._operation(amendment, place, operation, keys[place])
            for place, operation in enumerate(amendment.operations)
        )
        kind = _class_of([one.kind for one in carried], separable=amendment.separable)
        kept = tuple(one.operation for one in carried if one.operation is not None)
        going_on = None
        if kind in KEPT:
            going_on = msgspec.structs.replace(amendment, operations=kept)
        return Rebased(amendment.id, kind, carried, going_on)

    def _operation(self, amendment: Amendment, place: int, operation: Operation, key: bytes) -> Carried:
        probe = Amendment(id="", rank=amendment.rank, operations=(operation,))
        against: list[tuple[Change, Reason]] = []
        for id in {one.second for one in self._index.conflicts_with(probe)}:
            change = self._changes[id]
            reason = judge(self.base, operation, change.operation)
            if reason in HARD:
                against.append((change, reason))
        if against:
            kind: Class = (
                "orphaned" if any(self._gone(operation, c.operation) for c, _ in against) else "conflict"
            )
            against.sort(key=lambda one: (one[0].rank, one[0].place))
            return Carried(kind, None, tuple(dict.fromkeys(id for c, _ in against for id in c.amendments)))
        if by := self._absorbing(operation, key):
            return Carried("absorbed", None, by.amendments)
        change = Change(operation=operation, amendments=(amendment.id,), rank=amendment.rank, place=place)
        moved = self._moved(operation, change)
        if moved == operation and not self._touched(operation):
            return Carried("same", moved)
        try:
            if moved is not None:
                check_operation(self.new, moved)
        except Refused as refusal:
            if refusal.code == "changes_nothing":
                return Carried("absorbed", None, self._nearby(operation))
            moved = None
        if moved is None:
            return Carried("conflict", None, self._nearby(operation))
        return Carried("same" if same(moved, operation) else "shifted", moved)

    def _gone(self, operation: Operation, accepted: Operation) -> bool:
        """Whether the accepted operation took away what this one needs."""
        return isinstance(accepted, DeleteUnit | ReplaceUnit) and any(
            self.base.is_under(unit, accepted.unit) for unit in needed(operation)
        )

    def _absorbing(self, operation: Operation, key: bytes) -> Change | None:
        """The accepted change that does the same, or takes away more."""
        if change := self._by_key.get(key):
            return change
        if isinstance(operation, DeleteUnit):
            for above in self.base.path(operation.unit):
                if above.id in self.structure.removed:
                    return self.structure.removed[above.id]
        return None

    def _nearby(self, operation: Operation) -> tuple[str, ...]:
        """The amendments that changed the text or the list of units in which the operation has its place."""
        changes: list[Change] = []
        if isinstance(operation, Splice):
            changes = self._splices.get(operation.unit, [])
        elif isinstance(operation, InsertUnit | MoveUnit):
            changes = self._changes_below(operation.parent)
        return tuple(dict.fromkeys(id for change in changes for id in change.amendments))

    def _changes_below(self, parent: str) -> list[Change]:
        found = [child.change for child in self.structure.children(parent) if child.change]
        for child in self.base.children(parent):
            gone = self.structure.removed.get(child) or self.structure.moved.get(child)
            found += [gone] if gone else []
        return found

    def _moved(self, operation: Operation, change: Change) -> Operation | None:
        """The operation in new coordinates; None where it no longer makes sense there."""
        match operation:
            case Splice():
                return self._moved_splice(operation, change)
            case InsertUnit() | MoveUnit():
                after = self._after(operation.parent, operation.after, change)
                return msgspec.structs.replace(operation, after=after)
            case ReplaceUnit() | DeleteUnit() | SetField() | RejectAct():
                return operation

    def _touched(self, operation: Operation) -> bool:
        return not isinstance(operation, Splice) or operation.unit in self._splices

    def _moved_splice(self, splice: Splice, change: Change) -> Splice | None:
        if splice.unit not in self._splices:
            return splice
        unit = self.base[splice.unit]
        if unit.id not in self._pieces:
            self._pieces[unit.id] = weave_text(unit, self._splices[unit.id], self.rulings)
        pieces = self._pieces[unit.id]
        if splice.inserts:
            first = find_gap(unit, pieces, splice, change, self.rulings)
            length, gaps = 0, (splice.start, *splice.gaps)
        else:
            first = find_span(unit, pieces, splice.start, splice.end)
            places = offsets(unit.text)
            length, gaps = places[splice.end] - places[splice.start], ()
        places = offsets(self.new[unit.id].text)
        if first is None or first not in places or first + length not in places:
            return None
        return msgspec.structs.replace(
            splice, start=places.index(first), end=places.index(first + length), gaps=gaps
        )

    def _after(self, parent: str, after: str | None, change: Change) -> str | None:
        """The unit after which a slot of the base lies now: the last one that stands before it."""
        if parent not in self._children:
            self._children[parent] = self.structure.children(parent)
        place = -1 if after is None else self.base.sibling_place(after)
        order = order_in_slot(change, self.rulings.get((parent, after), ()))
        own = Child(place, order, None).key
        before = [one.id for one in self._children[parent] if one.key < own and one.id is not None]
        return before[-1] if before else None


def _class_of(kinds: list[Class], *, separable: bool) -> Class:
    """The class of an amendment from those of its operations. What can be separated goes on with what is
    left of it; what cannot goes on whole, save what is already in.
    """
    if separable and any(kind in KEPT for kind in kinds):
        return "same" if all(kind == "same" for kind in kinds) else "shifted"
    for kind in ("orphaned", "conflict"):
        if kind in kinds:
            return kind
    if all(kind == "absorbed" for kind in kinds):
        return "absorbed"
    return "same" if all(kind == "same" for kind in kinds) else "shifted"
