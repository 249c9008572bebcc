"""Whose changes they are, in files that track changes."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from amendments.models import ActVersion, AmendmentRow
from amendments.queries import read_version
from amendments.text.replay import Consolidated, Span
from amendments.text.weaving import Change
from amendments.text.writing.docx import Credits, credits_of

EDITORIAL = "editorial"  # the id of the secretariat's corrections (amendments/service/consolidating.py)


class ChangedBy(StrEnum):
    """Who changed what no amendment asked for; the text is Romanian, and so are these."""

    RENUMBERED = "renumerotare"
    EDITORIAL = "secretariat, corectură"


def names_of(rows: Iterable[AmendmentRow]) -> dict[str, str]:
    """The author that an office program shows for the changes of each amendment."""
    names = {str(row.id): f"{row.number} {row.author_name}" for row in rows}
    return {**names, EDITORIAL: ChangedBy.EDITORIAL.value}


def credits_between(old: ActVersion, new: ActVersion, names: Mapping[str, str]) -> Credits:
    """Who asked for what between two versions: amendment by amendment for a version and the one it was made
    from; over several, only that it changed.
    """
    if new.sequence != old.sequence + 1 or not new.report or not bytes(new.origins):
        return Credits(f"v{old.sequence} – v{new.sequence}")
    report = json.loads(new.report)
    done = Consolidated(
        base=read_version(old),
        version=read_version(new),
        changes=msgspec.convert(report["changes"], type=tuple[Change, ...]),
        rulings=(),
        spans=msgspec.json.decode(bytes(new.origins), type=dict[str, tuple[Span, ...]]),
        removed={unit: tuple(ids) for unit, ids in report["removed"].items()},
        moved={unit: tuple(ids) for unit, ids in report["moved"].items()},
        unsettled=(),
        untidy=(),
    )
    return credits_of(done, names, ChangedBy.RENUMBERED.value)
