"""What can be proposed at a part of the text, and the form of one change."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from amendments.forms import cell_name
from amendments.text.destinations import (
    MOVED,
    Destination,
    destinations_of_moved,
    destinations_of_new,
    name_destination,
    read_destination,
)
from amendments.text.draft import reads_as
from amendments.text.labels import Language, cite, written_label
from amendments.text.operations import Operation
from amendments.text.sentences import name_slot, quote, whole
from amendments.text.typed import columns_of
from amendments.text.units import Unit, Version, nested
from amendments.text.written import is_written_whole, write_new
from app.kit.i18n import N_, Locale

DOES = ("edit", "insert", "row", "replace", "delete", "move", "reject")


# ── what a part offers ────────────────────────────────────────────────────────
class Offer(msgspec.Struct, frozen=True):
    """A change that can be proposed: what the form does, at which unit, and the words of its link."""

    do: str
    unit: str
    title: str


def offers_at(version: Version, id: str) -> list[Offer]:
    """What can be proposed at a unit; at a cell, also what concerns its row."""
    unit = version[id]
    if unit.type in ("cell", "row"):
        return _offers_in_table(version, unit)
    found = [Offer("edit", id, N_("Reword"))] if unit.text else []
    if is_written_whole(version, id):
        found.append(Offer("replace", id, N_("Write it all anew")))
    if any(place.kind != "row" for place in destinations_of_new(version, id)):
        found.append(Offer("insert", id, N_("Add here")))
    if unit.type == "table":
        found.append(Offer("row", id, N_("Add a row")))
    found.append(Offer("delete", id, N_("Take out")))
    if unit.type in MOVED:
        found.append(Offer("move", id, N_("Move")))
    return found


def _offers_in_table(version: Version, unit: Unit) -> list[Offer]:
    """The first row, which says what the columns are, stays where it is."""
    row = unit.id if unit.type == "row" else unit.parent or ""
    found = [Offer("edit", unit.id, N_("Reword"))] if unit.type == "cell" else []
    found += [Offer("edit", row, N_("Reword the whole row")), Offer("row", row, N_("Add a row"))]
    if version.sibling_place(row):
        found.append(Offer("delete", row, N_("Take out the row")))
        if destinations_of_moved(version, row):
            found.append(Offer("move", row, N_("Move the row")))
    return found


# ── the form ──────────────────────────────────────────────────────────────────
class Cell(msgspec.Struct, frozen=True):
    """A cell of a row as a field: its name, what the column is called, what was typed."""

    name: str
    label: str
    text: str


class ProposePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one change. `do`: edit, insert, row, replace, delete, move or reject; `change`: the one of
    the draft that is written anew; `is_new_text`: the part reads otherwise than when it was written;
    `earlier`: how the amendment words it in whose place the draft will stand; `column`: what a column without
    a name is called.
    """

    act_id: str
    act_number: str
    act_title: str
    amendment_id: str
    change: str
    do: str
    unit: str
    place: str
    label: str
    text: str
    typed: str
    cells: list[Cell]
    earlier: str
    is_new_text: bool
    places: list[tuple[str, str]]
    chosen: str
    until: date | None
    errors: dict[str, str] = {}


def text_now(version: Version, unit: str, do: str) -> str:
    """What the field of a form holds before anything is typed."""
    if not unit:
        return ""
    if do == "replace":
        return write_new(nested(version, unit), with_looks=False)
    return version[unit].text if do == "edit" else ""


def list_places(version: Version, unit: str, do: str, chosen: str, locale: Locale) -> list[tuple[str, str]]:
    """(value, words) of the places for what is new or moved; the chosen one too where it is none of them but
    is there, as in a draft that is changed again.
    """
    if not unit or do not in ("insert", "row", "move"):
        return []
    places = destinations_of_moved(version, unit) if do == "move" else destinations_of_new(version, unit)
    if do != "move":
        places = [place for place in places if (place.kind == "row") == (do == "row")]
    other = read_destination(chosen)
    if other is not None and other not in places and _is_there(version, other):
        places.insert(0, other)
    seen = version[unit].parent or "" if version[unit].type == "cell" else unit
    return [(place.value, _words(version, place, locale, seen if do != "move" else "")) for place in places]


def _is_there(version: Version, place: Destination) -> bool:
    return place.parent in version and place.after in (None, *version.children(place.parent))


def _words(version: Version, place: Destination, language: Language, seen: str) -> str:
    """A place as a sentence, for what is new as it is seen from a part; a row is known by its first cell."""
    if seen:
        said = name_destination(version, place, language, seen=seen)
    else:
        said = name_slot(version, *place.slot, language)
    following = version.next_sibling(*place.slot)
    beside = following if following == seen else place.after or following
    if place.kind == "row" and beside and (cells := version.children(beside)):
        said += f" ({quote(version[cells[0]].text, language)})"
    return said[:1].upper() + said[1:]


def list_cells(
    version: Version, unit: str, do: str, typed: Mapping[str, str], draft: Sequence[Operation]
) -> list[Cell]:
    """The fields of a row that is reworded or new: as they were typed, as the draft has them, as they are."""
    if not unit or (do != "row" and not (do == "edit" and version[unit].type == "row")):
        return []
    table = _table_of(version, unit)
    rows = version.children(table)
    names = [version[cell].text for cell in version.children(rows[0])] if rows else []
    own = version.children(unit) if do == "edit" else []
    count = len(own) if do == "edit" else columns_of(version, table)
    if do == "edit" and rows[0] == unit:
        names = []
    return [
        Cell(
            cell_name(at),
            names[at] if at < len(names) and len(names) == count else "",
            typed.get(cell_name(at), reads_as(version, draft, own[at]) if own else ""),
        )
        for at in range(count)
    ]


def _table_of(version: Version, unit: str) -> str:
    return next((above.id for above in version.path(unit) if above.type == "table"), unit)


def shown_text(version: Version, unit: str) -> str:
    """The part's own words; of a row, those of its cells."""
    if not unit:
        return ""
    return whole(nested(version, unit)) if version[unit].type == "row" else version[unit].text


def label_of(version: Version, unit: str) -> str:
    """The number before the part's own words."""
    return written_label(version[unit]) if unit else ""


def cited(version: Version, unit: str, locale: Locale) -> str:
    """How the part is named."""
    return cite(version, unit, locale) if unit else ""
