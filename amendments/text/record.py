"""The operations between two versions that share their units' ids, for a text that changed elsewhere: with
them open amendments can be rebased on it, and what was consolidated can be taken back.
"""

from collections.abc import Iterable, Iterator

from amendments.text.comparison import Match, find_moved
from amendments.text.derive import splices_between
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    SetField,
)
from amendments.text.refused import Refused
from amendments.text.units import Unit, Version, nested


class NotRecordable(Refused):
    """The versions differ in something that no operation says: a fixed number, a type, or an old unit inside
    a new one.
    """

    code = "not_recordable"


def record_changes(old: Version, new: Version, *, id: str, rank: int = 0) -> Amendment:
    """One amendment that turns the old version into the new one, looks of words apart. It may have more
    operations than a person's amendment; consolidated with `replay.replay_recorded`. Raises: NotRecordable.
    """
    moved = find_moved(old, new)
    _check(old, new)
    operations: list[Operation] = [*_deleted(old, new), *_placed(old, new, moved)]
    for unit in old.units:
        if unit.id in new and unit.text != new[unit.id].text:
            operations += splices_between(unit, new[unit.id].text)
    for field, value in new.fields.items():
        if old.fields.get(field) != value:
            operations.append(SetField(field=field, value=value))
    return Amendment(id=id, rank=rank, operations=tuple(operations), kind="recorded")


def _check(old: Version, new: Version) -> None:
    if old.fields.keys() != new.fields.keys() or old.act.id != new.act.id:
        raise NotRecordable("other_act")
    for unit in new.units:
        if unit.id not in old:
            if any(below.id in old for below in new.subtree(unit.id)):
                raise NotRecordable("old_in_new", unit=unit.id)
            continue
        was = old[unit.id]
        if not _same_kind(was, unit):
            raise NotRecordable("other_kind", unit=unit.id)
    for unit in old.units:
        if unit.id not in new and any(below.id in new for below in old.subtree(unit.id)):
            raise NotRecordable("old_out_of_deleted", unit=unit.id)


def _deleted(old: Version, new: Version) -> Iterator[Operation]:
    for unit in old.units:
        if unit.id not in new and unit.parent in new:
            yield DeleteUnit(unit=unit.id)


def _placed(old: Version, new: Version, moved: set[str]) -> Iterator[Operation]:
    """New and moved units, each in the slot after the last unit before it that stayed."""
    for parent in new.units:
        if parent.id not in old:
            continue
        after: str | None = None
        for child in new.children(parent.id):
            if child not in old:
                yield InsertUnit(parent=parent.id, after=after, new=nested(new, child))
            elif child in moved:
                yield MoveUnit(unit=child, parent=parent.id, after=after)
            else:
                after = child


def recordable(old: Version, new: Version, matches: Iterable[Match]) -> list[Match]:
    """The matches that operations can express. A unit whose parent came or went is itself new, and so is one
    with another type or another fixed number; give only these to `with_ids_of` before recording.
    """
    kept = {match.new: match for match in matches if _same_kind(old[match.old], new[match.new])}
    while True:
        olds = {match.old for match in kept.values()}
        wrong = [
            id
            for id, match in kept.items()
            if (parent := new[id].parent) is not None
            and (parent not in kept or (old[match.old].parent or "") not in olds)
        ]
        if not wrong:
            return list(kept.values())
        for id in wrong:
            del kept[id]


def _same_kind(old: Unit, new: Unit) -> bool:
    return (old.type, old.fixed) == (new.type, new.fixed) and (not old.fixed or old.label == new.label)
