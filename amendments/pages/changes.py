"""A change as people see it: a sentence that says all of it, and the words struck and added."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from amendments.text.draft import change_keys
from amendments.text.labels import cite, written_label
from amendments.text.lines import Layout
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
)
from amendments.text.segments import Segment, compare_texts, segments
from amendments.text.sentences import sentence, whole
from amendments.text.units import NewUnit, Unit, Version, nested
from app.kit.i18n import Locale


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """What an amendment does to one unit. `segments`: the unit's text in pieces that stay, go or come; of a
    whole unit that comes or goes, one piece. `key`: its name in the draft (amendments/text/draft.py).
    """

    key: str = ""
    unit: str
    place: str
    lines: tuple[int, int] | None
    sentences: tuple[str, ...]
    segments: tuple[Segment, ...]
    new_text: str


def view_changes(version: Version, layout: Layout, amendment: Amendment, locale: Locale) -> list[ChangeView]:
    """Its changes in the order of the text, those of one unit together."""
    splices: dict[str, list[Splice]] = {}
    for one in amendment.operations:
        if isinstance(one, Splice):
            splices.setdefault(one.unit, []).append(one)
    done: set[str] = set()
    views: list[ChangeView] = []
    named = list(zip(amendment.operations, change_keys(amendment.operations), strict=True))
    for one, key in sorted(named, key=lambda pair: _place(version, pair[0])):
        if not isinstance(one, Splice):
            view = _view_structure(version, layout, one, locale)
        elif one.unit not in done:
            done.add(one.unit)
            view = _view_splices(version, layout, splices[one.unit], locale)
        else:
            continue
        views.append(msgspec.structs.replace(view, key=key))
    return views


def unit_of(operation: Operation) -> str | None:
    """The unit at which a page shows an operation; none for the whole act."""
    match operation:
        case Splice() | DeleteUnit() | ReplaceUnit() | MoveUnit():
            return operation.unit
        case InsertUnit():
            return operation.after or operation.parent
        case _:
            return None


def _place(version: Version, operation: Operation) -> int:
    unit = unit_of(operation)
    return version.place(unit) if unit is not None else -1


def _view_splices(version: Version, layout: Layout, splices: Sequence[Splice], locale: Locale) -> ChangeView:
    unit = version[splices[0].unit]
    pieces = segments(unit.text, splices)
    spans = [span for one in splices if (span := layout.span(unit.id, one.start, one.end))]
    return ChangeView(
        unit=unit.id,
        place=cite(version, unit.id, locale),
        lines=(min(first for first, _ in spans), max(last for _, last in spans)) if spans else None,
        sentences=tuple(sentence(version, one, locale, layout=layout) for one in splices),
        segments=pieces,
        new_text="".join(piece.text for piece in pieces if piece.fate != "struck"),
    )


def _view_structure(version: Version, layout: Layout, operation: Operation, locale: Locale) -> ChangeView:
    unit = unit_of(operation) or version.act.id
    struck, added = "", ""
    match operation:
        case DeleteUnit():
            struck = whole_text(version, operation.unit)
        case ReplaceUnit():
            struck, added = whole_text(version, operation.unit), _new_text(operation.new)
        case InsertUnit():
            added = _new_text(operation.new)
        case SetField():
            struck, added = version.fields[operation.field], operation.value
        case MoveUnit() | RejectAct() | Splice():
            pass
    pieces = compare_texts(struck, added)
    own = layout.of(unit)
    return ChangeView(
        unit=unit,
        place=cite(version, unit, locale),
        lines=(own[0].number, own[-1].number) if own else None,
        sentences=(sentence(version, operation, locale, layout=layout),),
        segments=pieces,
        new_text=added,
    )


def whole_text(version: Version, unit: str) -> str:
    """A unit's text with what is below it: a line for each part, and for each row of a table."""
    return _new_text(nested(version, unit))


def _new_text(new: NewUnit) -> str:
    return "\n".join(_lines(new))


def _lines(new: NewUnit) -> Iterator[str]:
    if new.type == "row":
        yield whole(new)
        return
    label = written_label(Unit(id=new.id, type=new.type, label=new.label)) if new.label else ""
    if label or new.text:
        yield " ".join(part for part in (label, new.text) if part)
    for child in new.children:
        yield from _lines(child)


def touched_units(amendments: Mapping[str, Amendment]) -> dict[str, list[str]]:
    """The ids of the amendments that touch each unit, in the order given."""
    found: dict[str, list[str]] = {}
    for id, amendment in amendments.items():
        for unit in dict.fromkeys(unit_of(one) for one in amendment.operations):
            if unit is not None:
                found.setdefault(unit, []).append(id)
    return found
