"""How accepted changes lie in the text and among the units of the base: the one order that everything uses.

Every place is a place of the base, so what is accepted comes out the same in whatever order it is listed. At
one gap, or in one slot, a person's ruling decides; without one, what was registered first stands first.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from amendments.text.conflicts import Conflict
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    Slot,
    Splice,
    own_keys,
    same_key,
    slot_of,
)
from amendments.text.tokens import offsets
from amendments.text.units import Unit, Version


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted operation and the amendments that asked for it, the first registered first."""

    operation: Operation
    amendments: tuple[str, ...]
    rank: int
    place: int  # in its amendment


class Ruling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's decision about a soft conflict: in which order amendments stand at one gap of a unit's text
    (`gap`), or in one slot below a unit (`after`); those not named follow. The reason is kept.
    """

    unit: str
    gap: int | None = None
    after: str | None = None
    order: tuple[str, ...]
    reason: str


Place: TypeAlias = tuple[str, int | str | None]  # a unit and a gap of its text, or the slot after a unit
Rulings: TypeAlias = Mapping[Place, tuple[str, ...]]
Order: TypeAlias = tuple[int, int, tuple[int, ...], int, int]


def by_place(rulings: Iterable[Ruling]) -> Rulings:
    """Rulings by where they apply. A slot in front of all units is the place None, so never a gap."""
    return {(one.unit, one.after if one.gap is None else one.gap): one.order for one in rulings}


def merge_same(amendments: Iterable[Amendment]) -> tuple[Change, ...]:
    """The operations of all amendments, identical ones once, in the order of the register."""
    found: dict[bytes, Change] = {}
    for amendment in sorted(amendments, key=lambda one: (one.rank, one.id)):
        keys = own_keys(amendment.operations)
        for place, (key, operation) in enumerate(zip(keys, amendment.operations, strict=True)):
            known = found.get(key)
            if known is None:
                found[key] = Change(
                    operation=operation, amendments=(amendment.id,), rank=amendment.rank, place=place
                )
            elif amendment.id not in known.amendments:
                ids = (*known.amendments, amendment.id)
                found[key] = msgspec.structs.replace(known, amendments=ids)
    return tuple(found.values())


def unsettled(
    conflicts: Iterable[Conflict], accepted: Iterable[Amendment], changes: Iterable[Change], rulings: Rulings
) -> Iterator[Conflict]:
    """The soft conflicts that are left for a person: their order makes a difference, and the ruling about
    their place, if there is one, does not name both. Who asked for the same is named by any of them.
    """
    by_id = {one.id: one for one in accepted}
    by_key: dict[bytes, Change] = {}
    for change in changes:
        by_key.setdefault(same_key(change.operation), change)
    for conflict in conflicts:
        one = by_id[conflict.first].operations[conflict.first_operation]
        other = by_id[conflict.second].operations[conflict.second_operation]
        place = _contested(one, other)
        if place is None:
            continue
        pair, named = [by_key[same_key(each)] for each in (one, other)], set(rulings.get(place, ()))
        if all(named.intersection(each.amendments) for each in pair):
            continue
        if _may_precede(pair[0], pair[1]) and _may_precede(pair[1], pair[0]):
            yield conflict


def _may_precede(one: Change, other: Change) -> bool:
    """Whether some ruling puts a change before another at their place: one that names who asked for the
    first alone; or, where somebody asked for both, none does and they stand as the register has them.
    """
    if set(one.amendments) - set(other.amendments):
        return True
    return _unruled(one) < _unruled(other)


def _unruled(change: Change) -> Order:
    operation = change.operation
    return order_at_gap(operation, change) if isinstance(operation, Splice) else order_in_slot(change)


def _contested(one: Operation, other: Operation) -> Place | None:
    """The place at which one of two operations must stand before the other; nothing where the text is the
    same either way, as beside words or units that only go.
    """
    if isinstance(one, Splice) and isinstance(other, Splice):
        differs = one.start == other.start and one.new + other.new != other.new + one.new
        return (one.unit, one.start) if differs else None
    if isinstance(one, InsertUnit | MoveUnit) and isinstance(other, InsertUnit | MoveUnit):
        return slot_of(one) if slot_of(one) == slot_of(other) else None
    return None


# ── text ────────────────────────────────────────────────────────────────────────────────────────────


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A piece of a new text: tokens [start, end) of the base that stay (no change), or what a change puts in
    their place.
    """

    start: int
    end: int
    text: str
    change: Change | None = None


def order_at_gap(splice: Splice, change: Change, ruled: tuple[str, ...] = ()) -> Order:
    """How a splice stands to others that begin at the same gap: by ruling, insertions before replacements,
    by the gaps they were written for, by the register.
    """
    return _ruled(change.amendments, ruled), int(not splice.inserts), splice.gaps, change.rank, change.place


def order_in_slot(change: Change, ruled: tuple[str, ...] = ()) -> Order:
    """How a unit stands to others in the same slot: by ruling, then by the register."""
    return _ruled(change.amendments, ruled), 0, (), change.rank, change.place


def _ruled(amendments: tuple[str, ...], order: tuple[str, ...]) -> int:
    if not order:
        return 0  # nearly always
    return min((order.index(id) for id in amendments if id in order), default=len(order))


def weave_text(unit: Unit, changes: Iterable[Change], rulings: Rulings) -> tuple[Piece, ...]:
    """The new text of a unit in pieces, from splices that do not overlap."""
    splices = [(change.operation, change) for change in changes if isinstance(change.operation, Splice)]

    def order(one: tuple[Splice, Change]) -> tuple[int, Order]:
        splice, change = one
        return splice.start, order_at_gap(splice, change, rulings.get((unit.id, splice.start), ()))

    splices.sort(key=order)
    tokens, at = unit.tokens, 0
    pieces: list[Piece] = []
    for splice, change in splices:
        if at < splice.start:
            pieces.append(Piece(at, splice.start, "".join(tokens[at : splice.start])))
        pieces.append(Piece(splice.start, splice.end, splice.new, change))
        at = max(at, splice.end)
    if at < len(tokens):
        pieces.append(Piece(at, len(tokens), "".join(tokens[at:])))
    return tuple(pieces)


def find_span(unit: Unit, pieces: tuple[Piece, ...], start: int, end: int) -> int | None:
    """Where the tokens [start, end) of the base, at least one, begin in the new text, in characters; None
    where they are no longer together.
    """
    at = 0
    for piece in pieces:
        if piece.change is None and piece.start <= start and end <= piece.end:
            places = offsets(unit.text)
            return at + places[start] - places[piece.start]
        at += len(piece.text)
    return None


def find_gap(
    unit: Unit, pieces: tuple[Piece, ...], splice: Splice, change: Change, rulings: Rulings
) -> int | None:
    """Where an insertion that is not among the pieces would go in the new text, in characters; None where
    its gap is gone.
    """
    gap, at, places = splice.start, 0, offsets(unit.text)
    ruled = rulings.get((unit.id, gap), ())
    own = order_at_gap(splice, change, ruled)
    for piece in pieces:
        if piece.change is None:
            if piece.start < gap < piece.end:
                return at + places[gap] - places[piece.start]
            if piece.start >= gap:
                return at
        else:
            if piece.start < gap < piece.end:
                return None
            other = piece.change.operation
            if isinstance(other, Splice) and piece.start == gap:
                if own < order_at_gap(other, piece.change, ruled):
                    return at
            elif piece.start > gap:
                return at
        at += len(piece.text)
    return at


# ── units ───────────────────────────────────────────────────────────────────────────────────────────


class Child(msgspec.Struct, frozen=True, array_like=True):
    """One place below a parent: `place` counts the units of the base (the front is -1); a unit of the base
    has no order, what was put after it has. `id` is the unit that stands there now, None if it went.
    """

    place: int
    order: Order | None
    id: str | None
    change: Change | None = None

    @property
    def key(self) -> tuple[int, bool, Order]:
        """Children stand in the order of their keys."""
        return self.place, self.order is not None, self.order or (0, 0, (), 0, 0)


class Structure:
    """What accepted changes do to the tree: which units go, which are replaced and moved, what stands in
    each slot.
    """

    def __init__(self, version: Version, changes: Iterable[Change], rulings: Rulings) -> None:
        self.version = version
        self.rulings = rulings
        self.removed: dict[str, Change] = {}
        self.replaced: dict[str, tuple[ReplaceUnit, Change]] = {}
        self.moved: dict[str, Change] = {}
        self.slots: dict[Slot, list[Change]] = {}
        for change in changes:
            match change.operation:
                case DeleteUnit(unit=unit):
                    self.removed.setdefault(unit, change)
                case ReplaceUnit(unit=unit):
                    self.replaced[unit] = (change.operation, change)
                case InsertUnit() | MoveUnit():
                    self.slots.setdefault(slot_of(change.operation), []).append(change)
                    if isinstance(change.operation, MoveUnit):
                        self.moved[change.operation.unit] = change

    @property
    def changes_nothing(self) -> bool:
        """Whether all units stay where they are."""
        return not (self.removed or self.replaced or self.slots)

    def children(self, parent: str) -> list[Child]:
        """Everything below a unit of the base, with the places that are empty now."""
        if not self.version.children(parent) and (parent, None) not in self.slots:
            return []  # most units
        found = self._slot(parent, None, -1)
        for place, id in enumerate(self.version.children(parent)):
            found.append(self._own(id, place))
            found += self._slot(parent, id, place)
        return found

    def _own(self, id: str, place: int) -> Child:
        if id in self.removed or id in self.moved:
            return Child(place, None, None)
        if id in self.replaced:
            operation, change = self.replaced[id]
            return Child(place, None, operation.new.id, change)
        return Child(place, None, id)

    def _slot(self, parent: str, after: str | None, place: int) -> list[Child]:
        put = self.slots.get((parent, after))
        if not put:
            return []
        ruled = self.rulings.get((parent, after), ())
        found = []
        for change in put:
            operation = change.operation
            id = operation.new.id if isinstance(operation, InsertUnit) else getattr(operation, "unit", "")
            found.append(Child(place, order_in_slot(change, ruled), id, change))
        return sorted(found, key=lambda child: child.key)
