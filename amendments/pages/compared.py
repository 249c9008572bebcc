"""What a version changed in the one before it: the differences, the amendments and decisions behind them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from amendments.models import ActVersion, AmendmentRow
from amendments.service import EDITORIAL, correction_id
from amendments.text.comparison import Difference, compare
from amendments.text.labels import cite, written_label
from amendments.text.replay import Span
from amendments.text.segments import Segment
from amendments.text.units import Version
from app.kit.i18n import N_, Locale


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One unit that is not as it was: how (msgids), its text in pieces, by whose amendments (number, href),
    and the reason of the secretariat's correction, if it is one.
    """

    unit: str
    place: str
    how: list[str]
    segments: tuple[Segment, ...]
    labels: tuple[str, str]
    by: list[tuple[str, str]]
    correction: str


class RulingView(NamedTuple):
    """An order that a person decided: where, and why."""

    place: str
    reason: str


class ComparedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A version beside the one before it."""

    act_id: str
    act_number: str
    act_title: str
    old: int
    new: int
    differences: list[DifferenceView]
    rulings: list[RulingView]


def build_differences(
    old: Version,
    new: Version,
    version: ActVersion,
    rows: Iterable[AmendmentRow],
    locale: Locale,
) -> list[DifferenceView]:
    """All differences of two versions, in the order of the text."""
    known = {str(row.id): (row.number or "", f"/acts/{row.act_id}/amendments/{row.id}") for row in rows}
    report = json.loads(version.report or "{}")
    authors = _authors(version, report)
    reasons = {correction_id(one["unit"]): one["reason"] for one in report.get("corrections", [])}
    return [
        DifferenceView(
            unit=one.unit,
            place=cite(new if one.new else old, one.unit, locale),
            how=_how(one),
            segments=one.segments() if one.changed or one.kind != "kept" else (),
            labels=(written_label(one.old) if one.old else "", written_label(one.new) if one.new else ""),
            by=[known[id] for id in authors.get(one.unit, ()) if id in known],
            correction=reasons.get(correction_id(one.unit), ""),
        )
        for one in compare(old, new)
    ]


def _how(one: Difference) -> list[str]:
    if one.kind == "inserted":
        return [N_("New")]
    if one.kind == "deleted":
        return [N_("Taken out")]
    said = ((one.changed, N_("Reworded")), (one.moved, N_("Moved")), (one.renumbered, N_("Renumbered")))
    return [words for is_so, words in said if is_so]


def _authors(version: ActVersion, report: Mapping[str, object]) -> dict[str, list[str]]:
    """The ids of the amendments behind each unit's difference."""
    found: dict[str, list[str]] = {}

    def note(unit: str, ids: Sequence[str]) -> None:
        own = found.setdefault(unit, [])
        own.extend(id for id in ids if id not in own and not id.startswith(EDITORIAL))

    for change in report.get("changes", []):  # type: ignore[attr-defined]
        if unit := change["operation"].get("unit"):
            note(unit, change["amendments"])
    for fate in ("removed", "moved"):
        for unit, ids in report.get(fate, {}).items():  # type: ignore[attr-defined]
            note(unit, ids)
    if version.origins:
        spans = msgspec.json.decode(bytes(version.origins), type=dict[str, tuple[Span, ...]])
        for unit, pieces in spans.items():
            for piece in pieces:
                note(unit, piece.amendments)
    return found


def build_rulings(version: ActVersion, old: Version, locale: Locale) -> list[RulingView]:
    """The orders that were decided for a version."""
    report = json.loads(version.report or "{}")
    return [
        RulingView(cite(old, one["unit"], locale) if one["unit"] in old else "", one.get("reason", ""))
        for one in report.get("rulings", [])
    ]
