"""How accepted amendments become a new version: replayed from the base, in the coordinates of the base.

Nothing is patched onto a text that is already changed, so the order of accepting plays no part. What cannot
be adopted together is refused, with the pairs; what only needs an order gets it from a ruling.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from amendments.text.conflicts import Conflict
from amendments.text.index import ConflictIndex
from amendments.text.labels import relabel
from amendments.text.marks import Mark, tidy
from amendments.text.operations import (
    Amendment,
    InsertUnit,
    RejectAct,
    ReplaceUnit,
    SetField,
    Splice,
    check_amendment,
    check_operation,
)
from amendments.text.refused import Refused
from amendments.text.tokens import is_space, offsets, tokenise
from amendments.text.units import NewUnit, Unit, Version, flatten, token_at
from amendments.text.weaving import (
    Change,
    Piece,
    Ruling,
    Rulings,
    Structure,
    by_place,
    merge_same,
    unsettled,
    weave_text,
)


class Unmergeable(Refused):
    """Accepted amendments that cannot be adopted together. `conflicts` are all their hard conflicts."""

    code = "hard_conflicts"

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__("hard_conflicts", number=len(conflicts))
        self.conflicts = conflicts


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Characters [start, end) of a unit's new text come from these amendments; from the base if from none."""

    start: int
    end: int
    amendments: tuple[str, ...]


@dataclass(frozen=True)
class Consolidated:
    """The new version and how it came about.

    `spans` covers the texts of all units that are new or whose text changed, completely; `removed` and
    `moved` say by which amendments other units went or changed their place. `unsettled` are soft conflicts
    whose order makes a difference and that no ruling orders: the register decided them. `untidy` units have
    doubled spaces and the like where changes met, for the clerk to look at.
    """

    base: Version
    version: Version
    changes: tuple[Change, ...]
    rulings: tuple[Ruling, ...]
    spans: dict[str, tuple[Span, ...]]
    removed: dict[str, tuple[str, ...]]
    moved: dict[str, tuple[str, ...]]
    unsettled: tuple[Conflict, ...]
    untidy: tuple[str, ...]


def consolidate(
    version: Version, accepted: Iterable[Amendment], rulings: Iterable[Ruling] = ()
) -> Consolidated:
    """The version with all accepted amendments in it. Raises: Unmergeable for hard conflicts; Refused when
    an amendment cannot be carried out, or when the rejection of the act was accepted.
    """
    accepted = tuple(accepted)
    for amendment in accepted:
        check_amendment(version, amendment)
    return _consolidate(version, accepted, tuple(rulings))


def replay_recorded(version: Version, recorded: Amendment) -> Consolidated:
    """The version after changes that were made elsewhere (`record.record_changes`), of any number."""
    for operation in recorded.operations:
        check_operation(version, operation, is_recorded=True)
    return _consolidate(version, (recorded,), ())


def _consolidate(
    version: Version, accepted: tuple[Amendment, ...], rulings: tuple[Ruling, ...]
) -> Consolidated:
    for amendment in accepted:
        if any(isinstance(operation, RejectAct) for operation in amendment.operations):
            raise Refused("act_rejected", amendment=amendment.id)
    conflicts = ConflictIndex(version, accepted).conflicts()
    if hard := [one for one in conflicts if one.grade == "hard"]:
        raise Unmergeable(hard)
    changes, ruled = merge_same(accepted), by_place(rulings)
    replay = _Replay(version, changes, ruled)
    result = replay.version()
    return Consolidated(
        base=version,
        version=result,
        changes=changes,
        rulings=rulings,
        spans=replay.spans,
        removed=replay.removed,
        moved={unit: change.amendments for unit, change in replay.structure.moved.items()},
        unsettled=tuple(unsettled(conflicts, accepted, changes, ruled)),
        untidy=tuple(unit for unit in replay.spans if unit in result and _is_untidy(result[unit].text)),
    )


def _is_untidy(text: str) -> bool:
    return "  " in text or text != text.strip() or any(f" {sign}" in text for sign in ",.;:)")


class _Replay:
    """One consolidation: walks the new tree and writes each unit."""

    def __init__(self, base: Version, changes: tuple[Change, ...], rulings: Rulings) -> None:
        self.base = base
        self.changes = changes
        self.rulings = rulings
        self.structure = Structure(base, changes, rulings)
        self.spans: dict[str, tuple[Span, ...]] = {}
        self.removed: dict[str, tuple[str, ...]] = {}
        self._splices: dict[str, list[Change]] = {}
        for change in changes:
            if isinstance(change.operation, Splice):
                self._splices.setdefault(change.operation.unit, []).append(change)

    def version(self) -> Version:
        """The new version; the base itself where nothing changes."""
        fields = self.base.fields | {
            change.operation.field: change.operation.value
            for change in self.changes
            if isinstance(change.operation, SetField)
        }
        if self.structure.changes_nothing:
            if not self._splices:
                return Version(self.base.units, fields) if fields != self.base.fields else self.base
            return Version((self._written(unit, unit.parent) for unit in self.base.units), fields)
        self._note_removed()
        units: list[Unit] = []
        self._walk(self.base.act.id, None, units)
        return relabel(Version(units, fields))

    def _walk(self, id: str, parent: str | None, units: list[Unit]) -> None:
        """Add a unit of the base and what is below it now, in reading order."""
        units.append(self._written(self.base[id], parent))
        for child in self.structure.children(id):
            if child.id is None:
                continue
            operation = child.change.operation if child.change else None
            if isinstance(operation, InsertUnit | ReplaceUnit) and child.change:
                units += self._brought(operation.new, id, child.change)
            else:
                self._walk(child.id, id, units)

    def _brought(self, new: NewUnit, parent: str, change: Change) -> Iterator[Unit]:
        for unit in flatten(new, parent):
            self.spans[unit.id] = (Span(0, len(unit.text), change.amendments),) if unit.text else ()
            yield unit

    def _note_removed(self) -> None:
        replaced = {unit: change for unit, (_, change) in self.structure.replaced.items()}
        for id, change in (self.structure.removed | replaced).items():
            for unit in self.base.subtree(id):
                known = self.removed.get(unit.id, ())
                self.removed[unit.id] = tuple(dict.fromkeys((*known, *change.amendments)))

    def _written(self, unit: Unit, parent: str | None) -> Unit:
        """A unit of the base with its splices."""
        changes = self._splices.get(unit.id)
        if not changes:
            return unit if parent == unit.parent else msgspec.structs.replace(unit, parent=parent)
        pieces = weave_text(unit, changes, self.rulings)
        text = "".join(piece.text for piece in pieces)
        self.spans[unit.id] = _spans(pieces)
        return msgspec.structs.replace(unit, parent=parent, text=text, marks=carry_marks(unit, pieces, text))


def _spans(pieces: tuple[Piece, ...]) -> tuple[Span, ...]:
    found: list[Span] = []
    for end, piece in zip(accumulate(len(piece.text) for piece in pieces), pieces, strict=True):
        if piece.text:
            by = piece.change.amendments if piece.change else ()
            found.append(Span(end - len(piece.text), end, by))
    return tuple(found)


def carry_marks(unit: Unit, pieces: tuple[Piece, ...], text: str) -> tuple[Mark, ...]:
    """The marks of a unit on its new text: on the tokens that stayed, and on what was put between them."""
    if not unit.marks:
        return ()
    places, found = offsets(unit.text), []
    for mark in unit.marks:
        at = 0
        for piece in pieces:
            start, end = max(mark.start, piece.start), min(mark.end, piece.end)
            if piece.change is None and start < end:
                first = at + places[start] - places[piece.start]
                found.append((mark, first, first + places[end] - places[start]))
            elif piece.change is not None and piece.text and _within(mark, piece):
                found.append((mark, at, at + len(piece.text)))
            at += len(piece.text)
    tokens = tokenise(text)
    whole = tidy(
        (Mark(mark.kind, token_at(text, start), token_at(text, end - 1) + 1) for mark, start, end in found),
        len(tokens),
    )
    return tuple(trimmed for mark in whole if (trimmed := _without_spaces(mark, tokens)))


def _without_spaces(mark: Mark, tokens: tuple[str, ...]) -> Mark | None:
    """A mark that begins and ends at a word or sign; nothing where there is none in it."""
    start, end = mark.start, mark.end
    while start < end and is_space(tokens[start]):
        start += 1
    while start < end and is_space(tokens[end - 1]):
        end -= 1
    return Mark(mark.kind, start, end) if start < end else None


def _within(mark: Mark, piece: Piece) -> bool:
    """Whether what a change brings lies inside a mark: strictly for an insertion."""
    if piece.start == piece.end:
        return mark.start < piece.start < mark.end
    return mark.start <= piece.start and piece.end <= mark.end
