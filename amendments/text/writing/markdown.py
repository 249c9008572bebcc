"""Markdown that a person can read and that `reading.read_markdown` reads back as the same tree."""

import re
from collections.abc import Iterator

from amendments.text.labels import written_label
from amendments.text.marks import MarkKind, runs
from amendments.text.units import Unit, UnitType, Version

_HASHES: dict[UnitType, str] = {
    "title": "#", "part": "##", "title_group": "##", "chapter": "###", "section": "####", "annex": "##",
    "article": "#####",
}  # fmt: skip
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")
_FIRST = re.compile(r"\A(#|>|\||-{3}|\+{3}|={3})")
_SIGNS: tuple[tuple[MarkKind, str], ...] = (("italic", "*"), ("bold", "**"))


def write_markdown(version: Version) -> str:
    """The whole version. Raised and lowered signs have no Markdown and are written plainly."""
    return "\n\n".join(_blocks(version)) + "\n"


def _blocks(version: Version) -> Iterator[str]:
    skip: set[str] = set()
    for unit in version.units:
        if unit.id in skip:
            continue
        if unit.type == "table":
            skip |= {below.id for below in version.subtree(unit.id)}
            yield "\n".join(_table(version, unit.id))
        elif unit.type in _HASHES:
            yield from _heading(unit)
        elif unit.text or written_label(unit):
            yield _paragraph(unit)


def _heading(unit: Unit) -> Iterator[str]:
    """An article's text is a paragraph after its heading, a chapter's name is part of it."""
    label, text = written_label(unit), _inline(unit)
    if unit.type == "article":
        yield f"{_HASHES['article']} {label}"
        if text:
            yield _safe(text)
    else:
        yield f"{_HASHES[unit.type]} {' '.join(part for part in (label, text) if part)}"


def _paragraph(unit: Unit) -> str:
    text = " ".join(part for part in (written_label(unit), _inline(unit)) if part)
    return f"> {text}" if unit.type == "note" else _safe(text)


def _safe(text: str) -> str:
    return _FIRST.sub(r"\\\1", text)


def _inline(unit: Unit) -> str:
    """The text with its marks. Markdown marks begin and end at words, so spaces stay outside."""
    written = ""
    for text, look in runs(unit.tokens, unit.marks):
        core = text.strip()
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        shown = _SPECIAL.sub(r"\\\1", core)
        for kind, sign in _SIGNS:
            if kind in look and core:
                shown = f"{sign}{shown}{sign}"
        written += f"{before}{shown}{after}"
    return written


def _table(version: Version, table: str) -> Iterator[str]:
    rows = [[_inline(version[cell]) for cell in version.children(row)] for row in version.children(table)]
    width = max((len(row) for row in rows), default=0)
    for number, row in enumerate(rows):
        yield f"| {' | '.join([*row, *[''] * (width - len(row))])} |"
        if number == 0:
            yield f"|{' --- |' * width}"
