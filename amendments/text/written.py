"""A part of a text as somebody types it: with its paragraphs and letters below it, as in the clerk's file.

What is new is numbered by the text in which it comes: the numbers that are typed only say what is what.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from amendments.text.labels import expected_labels, written_label
from amendments.text.operations import MAX_CHARACTERS
from amendments.text.reading import read_written
from amendments.text.reading.recognise import numbered
from amendments.text.refused import BadEdit
from amendments.text.tokens import normalise_new
from amendments.text.units import NewUnit, Unit, UnitType, Version, flatten, nested
from amendments.text.writing.markdown import write_markdown

_PARAGRAPHS = re.compile(r"\n\s*\n")
_FIRST: Mapping[UnitType, str] = {
    "article": "Art. 1",
    "alin": "(1)",
    "lit": "a)",
    "pct": "1.",
    "annex": "ANEXĂ",
}
"""What a part of that kind begins with, for those who leave it out."""
_HOLDER = "Art. 1\n\n"  # an article in which what is no article is read


def read_new(
    kind: UnitType, typed: str, *, new_id: Callable[[], str], like: NewUnit | None = None
) -> NewUnit:
    """What was typed as one new unit of that kind. `like`: what it replaces, whose number, looks and numbers
    with an index it keeps. Raises: BadEdit for nothing, for more than one, and for what is too long.
    """
    if len(typed) > MAX_CHARACTERS:
        raise BadEdit("too_long", most=MAX_CHARACTERS)
    if not normalise_new(typed):
        raise BadEdit("changes_nothing")
    if kind not in _FIRST:
        if _PARAGRAPHS.search(typed.replace("\r", "").strip()):
            raise BadEdit("several_paragraphs")
        return NewUnit(id=new_id(), type=kind, text=normalise_new(typed))
    read = _only(kind, read_written(_begun(kind, typed), new_id=new_id).version)
    made = _finished(read, list(flatten(like, None)) if like else [])
    return msgspec.structs.replace(made, label=like.label if like else "", fixed=bool(like and like.fixed))


def _begun(kind: UnitType, typed: str) -> str:
    """The text with the number that its first part lacks, in an article unless it is one."""
    text = typed.replace("\r\n", "\n").strip()
    first = numbered(normalise_new(text.lstrip("# ").partition("\n")[0]))
    if first is None or first.type != kind:
        apart = "\n\n" if first and first.type != "article" else " "
        text = f"{_FIRST[kind]}{apart}{text}"
    return text if kind == "article" else _HOLDER + text


def _only(kind: UnitType, version: Version) -> NewUnit:
    """The one part that was typed. Raises: BadEdit when there are others beside it."""
    tops = [nested(version, id) for id in version.children(version.act.id)]
    if kind != "article":
        tops = [*tops[0].children, *tops[1:]]
    if len(tops) != 1 or tops[0].type != kind:
        raise BadEdit("several_parts")
    [found] = tops
    if not found.text and not found.children:
        raise BadEdit("changes_nothing")
    return found


def _finished(new: NewUnit, like: Sequence[Unit]) -> NewUnit:
    """With commas below ș and ț, the looks of parts that read as they did, and numbers that count up."""
    fixed = {(one.type, one.label) for one in like if one.fixed}
    looks = {(one.type, one.text): one.marks for one in like}
    units = [
        msgspec.structs.replace(one, fixed="^" in one.label or (one.type, one.label) in fixed)
        for one in flatten(new, "act")
    ]
    counted = Version([Unit(id="act", type="act"), *units])
    labels = {unit.id: label for unit, label in expected_labels(counted)}

    def finish(one: NewUnit) -> NewUnit:
        text = normalise_new(one.text)
        return msgspec.structs.replace(
            one,
            text=text,
            marks=one.marks or looks.get((one.type, text), ()),
            label=labels.get(one.id, ""),
            fixed=counted[one.id].fixed,
            children=tuple(map(finish, one.children)),
        )

    return finish(new)


# ── the other way round ─────────────────────────────────────────────────────────────────────────────


def write_new(new: NewUnit, *, with_looks: bool = True) -> str:
    """A unit as `read_new` reads it: paragraphs with their numbers, in Markdown where it has a table, a note
    or looks of words. Without looks, those of words that stay come back by what it is read `like`.
    """
    units = list(flatten(new, "act"))
    if not any((with_looks and unit.marks) or unit.type in ("table", "note") for unit in units):
        return "\n\n".join(_paragraph(unit) for unit in units if unit.text or unit.label)
    written = write_markdown(Version([Unit(id="act", type="act"), *units]))
    if new.type == "article" and not new.label:  # a new one is no „Articol unic”
        written = written.partition("\n\n")[2]
    return written.strip()


def _paragraph(unit: Unit) -> str:
    label = written_label(unit) if unit.label else ""
    return " ".join(part for part in (label, unit.text) if part)


def is_written_whole(version: Version, id: str) -> bool:
    """Whether a part can be written anew in one field: it has something below it, and is not too long."""
    unit = version[id]
    below = version.subtree(id)
    return (
        unit.type in _FIRST and len(below) > 1 and sum(len(one.text) for one in below) < MAX_CHARACTERS // 2
    )
