"""DOCX with tracked changes: whoever accepts all has the new text, whoever rejects all has the old one.

Each change carries the names of the amendments that asked for it as its author, so that it can be accepted
or rejected one by one in any office program.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from amendments.text.comparison import compare
from amendments.text.hunks import find_hunks
from amendments.text.labels import written_label
from amendments.text.marks import MarkKind, runs
from amendments.text.operations import DeleteUnit, MoveUnit, ReplaceUnit, Splice
from amendments.text.replay import Consolidated
from amendments.text.segments import Fate
from amendments.text.tokens import tokenise
from amendments.text.units import Unit, UnitType, Version
from amendments.text.writing.docx_parts import PARTS, W

_STYLES: dict[UnitType, str] = {
    "title": "Title", "part": "Heading1", "title_group": "Heading1", "chapter": "Heading1",
    "section": "Heading2", "annex": "Heading1", "heading": "Heading2", "enacting": "Title",
}  # fmt: skip
_LOOKS: tuple[tuple[MarkKind, str], ...] = (
    ("bold", "<w:b/>"), ("italic", "<w:i/>"), ("sup", '<w:vertAlign w:val="superscript"/>'),
    ("sub", '<w:vertAlign w:val="subscript"/>'),
)  # fmt: skip
_DAY = (1980, 1, 1, 0, 0, 0)  # of the parts in the zip, so that the same text gives the same file


@dataclass(frozen=True)
class Credits:
    """Who asked for what: names by unit, by place in new texts, and by place in old ones."""

    other: str
    units: dict[str, str] = field(default_factory=dict)
    added: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    struck: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)

    def of_added(self, unit: str, character: int) -> str:
        """Who brought the character at that place of the new text."""
        return _at(self.added.get(unit, ()), character) or self.of_unit(unit)

    def of_struck(self, unit: str, token: int) -> str:
        """Who took away that token of the old text."""
        return _at(self.struck.get(unit, ()), token) or self.of_unit(unit)

    def of_unit(self, unit: str) -> str:
        """Who brought, took away or moved the unit."""
        return self.units.get(unit, self.other)


def _at(spans: Iterable[tuple[int, int, str]], place: int) -> str:
    return next((name for start, end, name in spans if start <= place < end), "")


def credits_of(done: Consolidated, names: Mapping[str, str], other: str) -> Credits:
    """Who asked for what in a consolidated version; `names` by amendment, `other` for renumbering and the
    like.
    """

    def said(ids: tuple[str, ...]) -> str:
        return ", ".join(names.get(id, id) for id in ids)

    credits = Credits(other)
    for unit, spans in done.spans.items():
        credits.added[unit] = [(one.start, one.end, said(one.amendments)) for one in spans if one.amendments]
        if unit not in done.base and spans:
            credits.units[unit] = said(spans[0].amendments)
    for unit, ids in (done.removed | done.moved).items():
        credits.units[unit] = said(ids)
    for change in done.changes:
        operation, by = change.operation, said(change.amendments)
        if isinstance(operation, Splice):
            credits.struck.setdefault(operation.unit, []).append((operation.start, operation.end, by))
        elif isinstance(operation, DeleteUnit | MoveUnit | ReplaceUnit):
            credits.units.setdefault(operation.unit, by)
    return credits


def write_docx(old: Version, new: Version, credits: Credits, moment: datetime) -> bytes:
    """The way from one version to the other as a Word file with tracked changes. For a clean file give the
    same version twice.
    """
    body = "".join(_Writer(old, new, credits, moment).paragraphs())
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{W}"><w:body>{body}'
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (*PARTS, ("word/document.xml", document)):
            package.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


class _Writer:
    """Walks the new version, with what went in between."""

    def __init__(self, old: Version, new: Version, credits: Credits, moment: datetime) -> None:
        self.old = old
        self.new = new
        self.credits = credits
        self.moment = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._count = 0
        self.moved = {one.unit for one in compare(old, new) if one.moved}

    def paragraphs(self) -> Iterator[str]:
        yield from self._unit("kept", self.new.act)

    def _unit(self, fate: Fate, unit: Unit) -> Iterator[str]:
        """A unit and what is below it in either version."""
        if unit.type == "table":
            yield self._table(fate, unit)
            return
        yield self._kept(self.old[unit.id], unit) if fate == "kept" else self._whole(unit, fate)
        for own, child in self._children(fate, unit.id):
            yield from self._unit(own, child)

    def _children(self, fate: Fate, parent: str) -> Iterator[tuple[Fate, Unit]]:
        """The children of a unit: those that stay in their new order, before each what went and what came
        before it. A moved unit goes at its old place and comes at its new one.
        """
        if fate != "kept":
            version = self.old if fate == "struck" else self.new
            yield from ((fate, version[child]) for child in version.children(parent))
            return
        old, new = self.old.children(parent), self.new.children(parent)
        gone, come = 0, 0
        for child in [id for id in new if id in self.old and id not in self.moved]:
            was, now = self.old.sibling_place(child), self.new.sibling_place(child)
            yield from (("struck", self.old[one]) for one in old[gone:was])
            yield from (("added", self.new[one]) for one in new[come:now])
            yield "kept", self.new[child]
            gone, come = was + 1, now + 1
        yield from (("struck", self.old[one]) for one in old[gone:])
        yield from (("added", self.new[one]) for one in new[come:])

    def _table(self, fate: Fate, table: Unit) -> str:
        """A table whose rows come and go whole; what stands in it besides rows is written before it."""
        rows, before = [], [self._whole(table, fate)]
        for own, row in self._children(fate, table.id):
            if row.type != "row":
                before += self._unit(own, row)
                continue
            cells = [self._cell(of_cell, cell) for of_cell, cell in self._children(own, row.id)]
            tag = (
                f"<w:trPr>{self._tag(own, self.credits.of_unit(row.id))}/></w:trPr>" if own != "kept" else ""
            )
            rows.append(f"<w:tr>{tag}{''.join(cells) or '<w:tc><w:p/></w:tc>'}</w:tr>")
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        style = f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr>"
        return "".join(before) + (f"<w:tbl>{style}{''.join(rows)}</w:tbl><w:p/>" if rows else "")

    def _cell(self, fate: Fate, cell: Unit) -> str:
        return f"<w:tc>{''.join(self._unit(fate, cell)) or '<w:p/>'}</w:tc>"

    # ── paragraphs ──

    def _whole(self, unit: Unit, fate: Fate) -> str:
        if not unit.text and not written_label(unit):
            return ""
        author = self.credits.of_unit(unit.id)
        text = self._runs(_text_of(unit), fate, author)
        mark = "" if fate == "kept" else f"<w:rPr>{self._tag(fate, author)}/></w:rPr>"
        return self._paragraph(unit, text, mark)

    def _kept(self, was: Unit, unit: Unit) -> str:
        """A paragraph that is in both; it comes or goes where it has words in one of them only."""
        old, new = _text_of(was), _text_of(unit)
        if not old.tokens and not new.tokens:
            return ""
        if not old.tokens or not new.tokens:
            return self._whole(unit if new.tokens else was, "added" if new.tokens else "struck")
        label = len(new.text) - len(unit.text)  # characters before the unit's own text
        gone = len(old.tokens) - len(was.tokens)
        written, at = [], 0
        for a, b, c, d in [*find_hunks(old.tokens, new.tokens, exact=True), (len(old.tokens),) * 2 + (0, 0)]:
            written.append(self._runs(_slice(old, at, a), "kept", ""))
            for n in range(a, b):
                author = self.credits.of_struck(unit.id, n - gone) if n >= gone else self.credits.other
                written.append(self._runs(_slice(old, n, n + 1), "struck", author))
            for n in range(c, d):
                place = len("".join(new.tokens[:n])) - label
                author = self.credits.of_added(unit.id, place) if place >= 0 else self.credits.other
                written.append(self._runs(_slice(new, n, n + 1), "added", author))
            at = b
        return self._paragraph(unit, "".join(written), "")

    def _paragraph(self, unit: Unit, content: str, mark: str) -> str:
        style = f'<w:pStyle w:val="{_STYLES[unit.type]}"/>' if unit.type in _STYLES else ""
        return f"<w:p><w:pPr>{style}{mark}</w:pPr>{content}</w:p>"

    def _runs(self, unit: Unit, fate: Fate, author: str) -> str:
        if not unit.tokens:
            return ""
        written = ""
        name = "w:delText" if fate == "struck" else "w:t"
        for text, look in runs(unit.tokens, unit.marks):
            properties = "".join(element for kind, element in _LOOKS if kind in look)
            properties = f"<w:rPr>{properties}</w:rPr>" if properties else ""
            written += f'<w:r>{properties}<{name} xml:space="preserve">{escape(text)}</{name}></w:r>'
        if fate == "kept":
            return written
        tag = self._tag(fate, author)
        return f"{tag}>{written}</{'w:del' if fate == 'struck' else 'w:ins'}>"

    def _tag(self, fate: Fate, author: str) -> str:
        """The beginning of a tracked change, each with a number of its own."""
        self._count += 1
        name = "w:del" if fate == "struck" else "w:ins"
        return f'<{name} w:id="{self._count}" w:author={quoteattr(author)} w:date="{self.moment}"'


def _text_of(unit: Unit) -> Unit:
    """The unit with its number as part of its text, as it is printed."""
    label = written_label(unit)
    if not label:
        return unit
    before = f"{label} " if unit.text else label
    shift = len(tokenise(before))
    marks = tuple(type(mark)(mark.kind, mark.start + shift, mark.end + shift) for mark in unit.marks)
    return Unit(id=unit.id, type=unit.type, text=before + unit.text, marks=marks)


def _slice(unit: Unit, start: int, end: int) -> Unit:
    """Some tokens of a unit with their marks."""
    marks = [
        type(mark)(mark.kind, max(mark.start, start) - start, min(mark.end, end) - start)
        for mark in unit.marks
        if max(mark.start, start) < min(mark.end, end)
    ]
    return Unit(id=unit.id, type=unit.type, text="".join(unit.tokens[start:end]), marks=tuple(marks))
