"""One operation after the other on a text in memory, by identity of words and units: an oracle for conflicts.

It knows nothing of the engine's rule. Each operation is carried out as written on what the one before left,
or fails; afterwards it is asked whether what each did is still there.
"""

from dataclasses import dataclass, field

from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    SetField,
    Splice,
    same_key,
)
from amendments.text.units import Version


class Impossible(Exception):
    """The operation can no longer be carried out as written."""


@dataclass
class Draft:
    """The texts as lists of (identity, token), the tree as lists of ids."""

    base: Version
    words: dict[str, list[tuple[object, str]]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.fields = dict(self.base.fields)
        for unit in self.base.units:
            self.words[unit.id] = list(enumerate(unit.tokens))
            self.children[unit.id] = list(self.base.children(unit.id))
            self.parents[unit.id] = unit.parent

    def alive(self, unit: str) -> bool:
        """Whether the unit is in the tree."""
        at: str | None = unit
        while at is not None and at in self.parents:
            at = self.parents[at]
        return at is None

    def below(self, unit: str) -> set[str]:
        """The unit and what is below it now."""
        return {unit}.union(*(self.below(child) for child in self.children[unit]))

    def do(self, operation: Operation, name: str) -> None:
        """Carry it out. Raises: Impossible."""
        match operation:
            case Splice():
                self._splice(operation, name)
            case DeleteUnit(unit=unit):
                if self.alive(unit):
                    self._need_untouched(unit, may_lack=True)
                    self._take(unit)
                elif any(self.alive(one.id) for one in self.base.subtree(unit)):
                    raise Impossible
            case InsertUnit():
                self.children[name], self.words[name] = [], []
                self._put(name, operation.parent, operation.after)
            case MoveUnit():
                self._need(operation.unit)
                if operation.unit in self.moved or operation.parent in self.below(operation.unit):
                    raise Impossible
                self._take(operation.unit)
                self._put(operation.unit, operation.parent, operation.after)
                self.moved.add(operation.unit)
            case ReplaceUnit(unit=unit):
                self._need(unit)
                self._need_untouched(unit, may_lack=False)
                parent = self.parents[unit]
                assert parent is not None
                self.children[name], self.words[name] = [], []
                siblings = self.children[parent]
                siblings.insert(siblings.index(unit), name)
                self.parents[name] = parent
                self._take(unit)
            case SetField():
                if self.fields[operation.field] != self.base.fields[operation.field]:
                    raise Impossible
                self.fields[operation.field] = operation.value

    def did(self, operation: Operation, name: str) -> bool:
        """Whether what the operation did is there."""
        match operation:
            case Splice():
                if not self.alive(operation.unit):
                    return False
                words = self.words[operation.unit]
                gone = range(operation.start, operation.end)
                places = [at for at, (identity, _) in enumerate(words) if identity == name]
                together = not places or places[-1] - places[0] == len(places) - 1
                return together and not any(identity in gone for identity, _ in words)
            case DeleteUnit(unit=unit):
                return not any(self.alive(one.id) for one in self.base.subtree(unit))
            case InsertUnit(parent=parent):
                return self.alive(name) and self.parents[name] == parent
            case MoveUnit(unit=unit, parent=parent):
                ids = [one.id for one in self.base.subtree(unit) if self.alive(one.id)]
                return self.alive(unit) and self.parents[unit] == parent and set(ids) <= self.below(unit)
            case ReplaceUnit(unit=unit):
                return self.alive(name) and not any(self.alive(one.id) for one in self.base.subtree(unit))
            case SetField():
                return self.fields[operation.field] == operation.value
        return True

    def _need(self, unit: str) -> None:
        if not self.alive(unit):
            raise Impossible

    def _need_untouched(self, unit: str, *, may_lack: bool) -> None:
        """What somebody takes away must be what they have seen: nobody has put anything in, moved anything
        out or changed its words. Whoever only deletes does not mind that some of it went before.
        """
        base, now = {one.id for one in self.base.subtree(unit)}, self.below(unit)
        gone = base - now
        if now - base or self.touched & now:
            raise Impossible
        if gone and (not may_lack or any(map(self.alive, gone))):
            raise Impossible

    def _take(self, unit: str) -> None:
        parent = self.parents[unit]
        assert parent is not None
        self.children[parent].remove(unit)
        self.parents[unit] = "nowhere"

    def _put(self, unit: str, parent: str, after: str | None) -> None:
        self._need(parent)
        if after in self.moved:
            raise Impossible  # it would be somewhere else than the writer saw
        siblings = self.children[parent]
        place = siblings.index(after) + 1 if after in siblings else 0
        siblings.insert(place, unit)
        self.parents[unit] = parent

    def _splice(self, splice: Splice, name: str) -> None:
        self._need(splice.unit)
        words = self.words[splice.unit]
        new = [(name, splice.new)] if splice.new else []
        identities = [identity for identity, _ in words]
        if splice.inserts:
            size = len(self.base[splice.unit].tokens)
            before = splice.start - 1 if splice.start else None
            if before is None or before in identities:
                place = 0 if before is None else identities.index(before) + 1
            elif splice.start == size or splice.start in identities:
                place = len(words) if splice.start == size else identities.index(splice.start)
            else:
                raise Impossible
            words[place:place] = new
        else:
            wanted = list(range(splice.start, splice.end))
            if wanted[0] not in identities:
                raise Impossible
            place = identities.index(wanted[0])
            if identities[place : place + len(wanted)] != wanted:
                raise Impossible
            words[place : place + len(wanted)] = new
        self.touched.add(splice.unit)


def both_hold(version: Version, one: Operation, other: Operation) -> bool:
    """Whether, in either order, both can be carried out as written and both are there in the end."""
    named = ((one, "one"), (other, "other"))
    for order in (named, named[::-1]):
        draft = Draft(version)
        try:
            for operation, name in order:
                draft.do(operation, name)
        except Impossible:
            return False
        if not all(draft.did(operation, name) for operation, name in named):
            return False
    return True


def written_slowly(version: Version, unit: str, accepted: list[Amendment]) -> str:
    """The new text of a unit, gap by gap: a second implementation, with nothing in common with the first."""
    found: dict[bytes, tuple[int, int, Splice]] = {}
    for amendment in sorted(accepted, key=lambda one: one.rank):
        for place, operation in enumerate(amendment.operations):
            if isinstance(operation, Splice) and operation.unit == unit:
                found.setdefault(same_key(operation), (amendment.rank, place, operation))
    splices = sorted(found.values(), key=lambda one: one[:2])
    tokens, text = version[unit].tokens, ""
    for gap in range(len(tokens) + 1):
        text += "".join(one.new for _, _, one in splices if one.start == one.end == gap)
        text += "".join(one.new for _, _, one in splices if one.start == gap < one.end)
        if gap < len(tokens) and not any(one.start <= gap < one.end for _, _, one in splices):
            text += tokens[gap]
    return text
