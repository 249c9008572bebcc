"""What an amendment does, in the coordinates of the one version it was written against.

A splice changes tokens of a unit's text; the others change the tree. A slot (`parent`, `after`) is a place
between units: after that one, or in front when `after` is nothing. All places mean the *base* version, for
all operations of all amendments, so none of them moves when another is accepted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from amendments.text.kinds import MAX_NESTED, WORDLESS, may_hold, nesting, own_nesting
from amendments.text.refused import BadOperation
from amendments.text.tokens import cut, normalise, tokenise
from amendments.text.units import NewUnit, Unit, UnitType, Version, flatten, nested

MAX_OPERATIONS = 50  # of an amendment
MAX_TOKENS = 5_000  # of a unit that is changed word by word; a longer one is replaced or split
MAX_CHARACTERS = 20_000  # of the new text of an operation


class Splice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="splice"):
    """Put `new` in place of the tokens [start, end): start = end inserts, nothing new deletes.

    `gaps` says for which gap an insertion was written in earlier versions, latest first: gaps can become one
    when the text between them goes (see rebase). It orders insertions and is no part of what they change.
    """

    unit: str
    start: int
    end: int
    new: str = ""
    gaps: tuple[int, ...] = ()

    @property
    def inserts(self) -> bool:
        """Whether it takes nothing away."""
        return self.start == self.end


class InsertUnit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="insert_unit"):
    """A new unit, with what is below it, in a slot."""

    parent: str
    new: NewUnit
    after: str | None = None


class DeleteUnit(msgspec.Struct, frozen=True, kw_only=True, tag="delete_unit"):
    """A unit goes, with what is below it."""

    unit: str


class MoveUnit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="move_unit"):
    """A unit with what is below it goes to a slot, and keeps its ids."""

    unit: str
    parent: str
    after: str | None = None


class ReplaceUnit(msgspec.Struct, frozen=True, kw_only=True, tag="replace_unit"):
    """A unit with what is below it is written anew, in the same place."""

    unit: str
    new: NewUnit


class SetField(msgspec.Struct, frozen=True, kw_only=True, tag="set_field"):
    """A field of the act's register gets another value."""

    field: str
    value: str


class RejectAct(msgspec.Struct, frozen=True, tag="reject_act"):
    """The whole draft is to be rejected: voted first, in conflict with no other."""


Operation: TypeAlias = Splice | InsertUnit | DeleteUnit | MoveUnit | ReplaceUnit | SetField | RejectAct
Slotted: TypeAlias = InsertUnit | MoveUnit
Slot: TypeAlias = tuple[str, str | None]


class Amendment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reasoned purpose: operations on one version that are answered together, or, when the author says
    they are `separable`, each by itself. `rank` is its place in the register (unique in a debate), `kind`
    whether it is a proposal, a counter-text of an answer, or the clerk's correction.
    """

    id: str
    rank: int
    operations: tuple[Operation, ...]
    separable: bool = False
    kind: str = "proposal"


def slot_of(operation: Slotted) -> Slot:
    """Where it puts its unit."""
    return operation.parent, operation.after


def same(one: Operation, other: Operation) -> bool:
    """Whether two operations do the same thing; the ids of new units make no difference."""
    if isinstance(one, Splice) and isinstance(other, Splice):
        return (one.unit, one.start, one.end, one.new) == (other.unit, other.start, other.end, other.new)
    return type(one) is type(other) and _bare(one) == _bare(other)


def same_key(operation: Operation) -> bytes:
    """Equal for operations that do the same thing."""
    return msgspec.json.encode(_bare(operation))


def own_keys(operations: Iterable[Operation]) -> list[bytes]:
    """The key of each operation of one amendment. An amendment may put in the same words twice (two rows of a
    table, two empty paragraphs): its second insertion is another one than its first.
    """
    seen: Counter[bytes] = Counter()
    keys = []
    for operation in operations:
        key = same_key(operation)
        if isinstance(operation, InsertUnit):
            seen[key] += 1
            key += b"#%d" % seen[key]
        keys.append(key)
    return keys


def _bare(operation: Operation) -> Operation:
    if isinstance(operation, Splice):
        return msgspec.structs.replace(operation, gaps=())
    if isinstance(operation, InsertUnit | ReplaceUnit):
        return msgspec.structs.replace(operation, new=_nameless(operation.new))
    return operation


def _nameless(new: NewUnit) -> NewUnit:
    return msgspec.structs.replace(new, id="", children=tuple(map(_nameless, new.children)))


# ── what can be carried out ─────────────────────────────────────────────────────────────────────────


def check_amendment(version: Version, amendment: Amendment) -> None:
    """Refuse what cannot be carried out on the version, or is too large. Raises: BadOperation, NoSuchUnit,
    BadMark. Whether its operations contradict each other: see `conflicts.check_consistent`.
    """
    if not amendment.operations:
        raise BadOperation("empty")
    if len(amendment.operations) > MAX_OPERATIONS:
        raise BadOperation("too_many_operations", most=MAX_OPERATIONS)
    new_ids: set[str] = set()
    for operation in amendment.operations:
        check_operation(version, operation)
        for unit in new_units(operation):
            if unit.id in new_ids:
                raise BadOperation("id_taken", unit=unit.id)
            new_ids.add(unit.id)


def check_operation(version: Version, operation: Operation, *, is_recorded: bool = False) -> None:
    """Refuse an operation that cannot be carried out. `is_recorded`: its words are in a text already, also
    where changes met and left two spaces. Raises: BadOperation, NoSuchUnit, BadMark.
    """
    match operation:
        case Splice():
            _check_splice(version[operation.unit], operation, is_recorded=is_recorded)
        case InsertUnit(parent=parent, new=new):
            _check_slot(version, slot_of(operation))
            _check_new(version, operation, is_recorded=is_recorded)
            if not is_recorded:
                _check_fits(version, parent, new)
        case DeleteUnit(unit=unit):
            _check_below_act(version[unit])
        case ReplaceUnit(unit=unit, new=new):
            _check_below_act(version[unit])
            _check_new(version, operation)
            _check_fits(version, version[unit].parent or "", new, instead=version[unit].type)
        case MoveUnit():
            _check_move(version, operation, is_recorded=is_recorded)
        case SetField():
            if operation.field not in version.fields:
                raise BadOperation("no_such_field", field=operation.field)
            if operation.value != normalise(operation.value) or len(operation.value) > MAX_CHARACTERS:
                raise BadOperation("text_not_normal")
            if operation.value == version.fields[operation.field]:
                raise BadOperation("changes_nothing")
        case RejectAct():
            pass


def _check_splice(unit: Unit, splice: Splice, *, is_recorded: bool) -> None:
    tokens = unit.tokens
    _check_below_act(unit)
    if unit.type in WORDLESS and not is_recorded:
        raise BadOperation("no_words", unit=unit.id)
    if not 0 <= splice.start <= splice.end <= len(tokens):
        raise BadOperation("outside_the_text", unit=unit.id, length=len(tokens))
    if len(splice.new) > MAX_CHARACTERS:
        raise BadOperation("too_long", most=MAX_CHARACTERS)
    whole = splice.start == 0 and splice.end == len(tokens)
    if len(tokens) > MAX_TOKENS and not whole:
        raise BadOperation("unit_too_long", unit=unit.id, most=MAX_TOKENS)
    new = tokenise(splice.new)
    if not is_recorded and normalise(f"x{splice.new}x") != f"x{splice.new}x":
        raise BadOperation("text_not_normal")
    if new == tokens[splice.start : splice.end]:
        raise BadOperation("changes_nothing")
    left, right = tokens[max(0, splice.start - 2) : splice.start], tokens[splice.end : splice.end + 2]
    if cut("".join((*left, *new, *right))) != (*left, *new, *right):
        raise BadOperation("glues_words", unit=unit.id)


def _check_below_act(unit: Unit) -> None:
    if unit.type == "act":
        raise BadOperation("whole_act")


def _check_slot(version: Version, slot: Slot) -> None:
    parent, after = slot
    version.place(parent)
    if after is not None and version[after].parent != parent:
        raise BadOperation("slot_not_there", parent=parent, after=after)


def _check_fits(version: Version, parent: str, new: NewUnit, *, instead: UnitType | None = None) -> None:
    """That a unit may stand below that parent, with what is below itself. What stands there already may:
    `instead` is the kind of what it replaces.
    """
    if new.type != instead and not may_hold(version[parent].type, new.type):
        raise BadOperation("unfit", parent=version[parent].type, kind=new.type)
    if nesting(version, parent) + own_nesting(new) > MAX_NESTED:
        raise BadOperation("nested_too_deep", most=MAX_NESTED)


def _check_move(version: Version, move: MoveUnit, *, is_recorded: bool) -> None:
    unit = version[move.unit]
    _check_below_act(unit)
    _check_slot(version, slot_of(move))
    if not is_recorded and move.parent != unit.parent:
        _check_fits(version, move.parent, nested(version, unit.id))
    if version.is_under(move.parent, move.unit):
        raise BadOperation("into_itself", unit=move.unit)
    siblings = version.children(move.parent)
    before = version.sibling_place(move.after) + 1 if move.after is not None else 0
    if move.after == move.unit or siblings[before : before + 1] == [move.unit]:
        raise BadOperation("changes_nothing")


def _check_new(version: Version, operation: InsertUnit | ReplaceUnit, *, is_recorded: bool = False) -> None:
    """That what an operation brings can be part of this text."""
    if not is_recorded:
        _check_below(operation.new)
    units = list(new_units(operation))
    if sum(len(unit.text) for unit in units) > MAX_CHARACTERS:
        raise BadOperation("too_long", most=MAX_CHARACTERS)
    for unit in units:
        if unit.id in version or not unit.id:
            raise BadOperation("id_taken", unit=unit.id)
        _check_below_act(unit)
        if is_recorded:
            continue
        if unit.type in WORDLESS and unit.text:
            raise BadOperation("no_words", unit=unit.id)
        if unit.text != normalise(unit.text) or unit.label != normalise(unit.label):
            raise BadOperation("text_not_normal")
        if len(unit.tokens) > MAX_TOKENS:
            raise BadOperation("unit_too_long", unit=unit.id, most=MAX_TOKENS)


def _check_below(new: NewUnit) -> None:
    """That the kinds within a new unit fit each other, and that what has no words has something in it."""
    if new.type in WORDLESS and not new.children:
        raise BadOperation("no_cells")
    for child in new.children:
        if not may_hold(new.type, child.type):
            raise BadOperation("unfit", parent=new.type, kind=child.type)
        _check_below(child)


def new_units(operation: Operation) -> Iterator[Unit]:
    """The units that an operation brings."""
    if isinstance(operation, InsertUnit | ReplaceUnit):
        yield from flatten(operation.new, None)
