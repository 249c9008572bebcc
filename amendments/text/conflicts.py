"""When two amendments cannot both be adopted, or only with a decision: the rule, symmetric and total.

*Hard*: they cannot both become text as they are written. *Soft*: they can, but their order or their meaning
needs a person. Identical operations never conflict: they are merged once and co-signed. The rule judges two
operations; `index` finds the pairs worth judging.
"""

from typing import Literal

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
    same,
    slot_of,
)
from amendments.text.refused import BadOperation
from amendments.text.units import Version

Grade = Literal["hard", "soft"]
Reason = Literal[
    "overlap",  # both take away the same words
    "inside",  # one inserts into words that the other takes away
    "removed",  # one changes what the other takes away or writes anew
    "moved_twice",  # both move the same unit
    "nested_moves",  # one moves a unit out of or into what the other moves
    "slot_moves",  # one puts something after a unit that the other moves
    "field",  # both set the same field
    "adjacent",  # one inserts right beside words that the other changes
    "same_gap",  # both insert at the same gap
    "adjacent_slot",  # one puts something beside a unit that the other takes away
    "same_slot",  # both put something in the same slot
]
HARD: frozenset[Reason] = frozenset(
    {"overlap", "inside", "removed", "moved_twice", "nested_moves", "slot_moves", "field"}
)


class Conflict(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Two operations of two amendments, `first` being the smaller id, and why they conflict."""

    first: str
    first_operation: int
    second: str
    second_operation: int
    reason: Reason

    @property
    def grade(self) -> Grade:
        """Whether it can be settled by an order."""
        return "hard" if self.reason in HARD else "soft"

    @property
    def pair(self) -> tuple[str, str]:
        """The amendments."""
        return self.first, self.second


def judge(version: Version, one: Operation, other: Operation) -> Reason | None:
    """Why two operations of different amendments conflict, both being possible on the version; the same for
    both orders of the arguments.
    """
    if isinstance(one, RejectAct) or isinstance(other, RejectAct) or same(one, other):
        return None
    if isinstance(one, SetField) or isinstance(other, SetField):
        both = isinstance(one, SetField) and isinstance(other, SetField)
        return "field" if both and one.field == other.field else None  # type: ignore[union-attr]
    if isinstance(one, Splice) and isinstance(other, Splice):
        return _two_splices(one, other) if one.unit == other.unit else None
    for removing, second in ((one, other), (other, one)):
        if isinstance(removing, DeleteUnit | ReplaceUnit) and _touches(version, second, removing):
            return "removed"
    if (
        isinstance(one, MoveUnit)
        and isinstance(other, MoveUnit)
        and (reason := _two_moves(version, one, other))
    ):
        return reason
    return _slots(version, one, other) or _slots(version, other, one)


def _two_splices(one: Splice, other: Splice) -> Reason | None:
    """Splices of one unit."""
    if one.inserts and other.inserts:
        return "same_gap" if one.start == other.start else None
    if one.inserts or other.inserts:
        insertion, span = (one, other) if one.inserts else (other, one)
        if span.start < insertion.start < span.end:
            return "inside"
        return "adjacent" if insertion.start in (span.start, span.end) else None
    return "overlap" if max(one.start, other.start) < min(one.end, other.end) else None


def _touches(version: Version, operation: Operation, removing: DeleteUnit | ReplaceUnit) -> bool:
    """Whether the operation needs something that the other takes away. Two deletions agree, also when one
    takes more.
    """
    if isinstance(operation, DeleteUnit) and isinstance(removing, DeleteUnit):
        return False
    if isinstance(operation, DeleteUnit) and isinstance(removing, ReplaceUnit):
        return version.is_under(operation.unit, removing.unit)
    return any(version.is_under(unit, removing.unit) for unit in needed(operation))


def needed(operation: Operation) -> tuple[str, ...]:
    """The units that must be there for the operation to mean anything."""
    match operation:
        case Splice() | DeleteUnit() | ReplaceUnit():
            return (operation.unit,)
        case InsertUnit():
            return (operation.parent,)
        case MoveUnit():
            return operation.unit, operation.parent
        case _:
            return ()


def _two_moves(version: Version, one: MoveUnit, other: MoveUnit) -> Reason | None:
    if one.unit == other.unit:
        return "moved_twice"
    for outer, inner in ((one, other), (other, one)):
        if version.is_under(inner.unit, outer.unit) or version.is_under(inner.parent, outer.unit):
            return "nested_moves"
    return None


def _slots(version: Version, putting: Operation, other: Operation) -> Reason | None:
    """What comes of one operation's slot."""
    if not isinstance(putting, InsertUnit | MoveUnit):
        return None
    parent, after = slot_of(putting)
    if isinstance(other, MoveUnit) and after is not None and other.unit == after:
        return "slot_moves"
    if isinstance(other, InsertUnit | MoveUnit) and slot_of(other) == (parent, after):
        return "same_slot"
    if isinstance(other, DeleteUnit) and other.unit in (after, version.next_sibling(parent, after)):
        return "adjacent_slot"
    return None


def conflict(
    one: Amendment, one_operation: int, other: Amendment, other_operation: int, reason: Reason
) -> Conflict:
    """The conflict with the smaller id first, whichever way it was found."""
    (first, at), (second, there) = sorted(((one.id, one_operation), (other.id, other_operation)))
    return Conflict(first=first, first_operation=at, second=second, second_operation=there, reason=reason)


def all_conflicts(version: Version, amendments: list[Amendment]) -> list[Conflict]:
    """Every pair judged: slow, and what the index is tested against."""
    found = []
    for at, one in enumerate(amendments):
        for other in amendments[at + 1 :]:
            for i, first in enumerate(one.operations):
                for j, second in enumerate(other.operations):
                    if reason := judge(version, first, second):
                        found.append(conflict(one, i, other, j, reason))
    return sorted(found)


def check_consistent(version: Version, amendment: Amendment) -> None:
    """Refuse an amendment whose own operations cannot all be carried out, or are twice there. Raises:
    BadOperation.
    """
    for at, one in enumerate(amendment.operations):
        for later, other in enumerate(amendment.operations[at + 1 :], start=at + 1):
            if same(one, other):
                raise BadOperation("twice", first=at, second=later)
            reason = judge(version, one, other)
            if reason in HARD:
                raise BadOperation("contradiction", first=at, second=later, reason=reason)


def groups(conflicts: list[Conflict]) -> list[tuple[str, ...]]:
    """Amendments that are bound to each other by hard conflicts, directly or through others: one page each.
    Sorted by id, within a group and among them.
    """
    leader: dict[str, str] = {}

    def find(id: str) -> str:
        while leader.setdefault(id, id) != id:
            leader[id] = leader[leader[id]]
            id = leader[id]
        return id

    for one in conflicts:
        if one.grade == "hard":
            first, second = sorted((find(one.first), find(one.second)))
            leader[second] = first
    found: dict[str, list[str]] = {}
    for id in sorted(leader):
        found.setdefault(find(id), []).append(id)
    return [tuple(members) for members in found.values()]
