"""From paragraphs to a proposed tree, with a warning at every place where the clerk must look.

Nothing here is certain: a file holds paragraphs, not articles. The proposal is shown, corrected and confirmed
by a person before it becomes the first version of a draft.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from amendments.text.labels import NUMBERED, label_scope, read_number, write_number
from amendments.text.marks import Mark
from amendments.text.operations import MAX_TOKENS
from amendments.text.reading.paragraphs import Block, Paragraph, Table
from amendments.text.reading.recognise import Found, continues_title, numbered, unnumbered
from amendments.text.units import Unit, UnitType, Version

HEADING_LENGTH = 150
MAX_NESTED = 4  # enumerations within enumerations: litere, puncte, and each of them once more
_DEPTH: dict[UnitType, int] = {
    "act": 0, "annex": 1, "part": 2, "title_group": 3, "chapter": 4, "section": 5, "article": 6, "alin": 7,
    "lit": 8, "pct": 9,
}  # fmt: skip
_GROUPS: frozenset[UnitType] = frozenset({"annex", "part", "title_group", "chapter", "section"})


class Remark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that the clerk must look at: in a unit, or, without one, in the file as a whole."""

    code: str
    unit: str = ""
    said: str = ""


@dataclass(frozen=True)
class Proposal:
    """A tree that a person must confirm."""

    version: Version
    remarks: tuple[Remark, ...]


def counted_ids() -> Callable[[], str]:
    """Ids u0, u1, …: for tests and for proposals; an act that is kept gets ids of its own."""
    numbers = itertools.count()
    return lambda: f"u{next(numbers)}"


def propose(
    blocks: Iterable[Block], remarks: Iterable[Remark] = (), *, new_id: Callable[[], str] | None = None
) -> Proposal:
    """The tree that paragraphs and tables seem to be."""
    builder = _Builder(new_id or counted_ids(), list(remarks))
    blocks = [*blocks]
    for block, following in zip(blocks, [*blocks, None][1:], strict=True):
        if isinstance(block, Table):
            builder.table(block)
        else:
            builder.paragraph(block, following if isinstance(following, Paragraph) else None)
    return builder.proposal()


class _Open:
    """A unit under construction."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.children: list[_Open] = []

    @property
    def type(self) -> UnitType:
        return self.unit.type


class _Builder:
    """Hangs one paragraph after the other where it belongs."""

    def __init__(self, new_id: Callable[[], str], remarks: list[Remark]) -> None:
        self.new_id = new_id
        self.remarks = remarks
        self.root = _Open(Unit(id=new_id(), type="act"))
        self.path = [self.root]
        self.has_articles = False

    # ── one paragraph ──

    def paragraph(self, paragraph: Paragraph, following: Paragraph | None) -> None:
        """Put it in its place; a look at the next one tells a marginal title from a text."""
        if paragraph.is_note:
            self._loose("note", paragraph)
        elif found := numbered(paragraph.text):
            self._numbered(found, paragraph)
        else:
            self._unnumbered(paragraph, following)

    def _numbered(self, found: Found, paragraph: Paragraph) -> None:
        if found.type == "article":
            self.has_articles = True
        self._close_for(found)
        rest = paragraph.text[found.start :]
        inner = numbered(rest) if found.type == "article" else None
        if inner and inner.type == "alin":
            self._add(found.type, "", found.label)
            own = Found(inner.type, inner.label, found.start + inner.start)
            self._close_for(own)
            self._add_text(own, paragraph)
        else:
            self._add_text(found, paragraph)

    def _add_text(self, found: Found, paragraph: Paragraph) -> None:
        end = len(paragraph.text)
        self._add(
            found.type, paragraph.text[found.start :], found.label, marks=paragraph.marks(found.start, end)
        )

    def _close_for(self, found: Found) -> None:
        """Close units until the one is open in which this one is next or first."""
        before = next((one for one in reversed(self.path) if self._follows(one.unit, found)), None)
        if before is not None:
            del self.path[self.path.index(before) :]
            return
        depth = _DEPTH[found.type]
        if found.label in ("a", "1") and found.type in ("lit", "pct"):
            if self.path[-1].type == found.type:
                self.path.pop()  # another enumeration of that kind stands beside the one that is open
                return
            if self._may_nest():
                return  # it begins inside what is open
        while _DEPTH.get(self.path[-1].type, 99) >= depth:
            self.path.pop()

    def _may_nest(self) -> bool:
        """Whether one more enumeration can begin inside what is open."""
        nested = sum(one.type in ("lit", "pct") for one in self.path)
        return self.path[-1].type in ("lit", "pct", "alin") and nested < MAX_NESTED

    @staticmethod
    def _follows(unit: Unit, found: Found) -> bool:
        """Whether the number is the next one after a unit's, or the same with an index."""
        if unit.type != found.type or unit.type not in ("lit", "pct"):
            return False
        own, next_ = unit.label.partition("^"), found.label.partition("^")
        if next_[1]:
            return own[0] == next_[0]
        number = read_number(unit.type, own[0])
        return number is not None and read_number(unit.type, next_[0]) == number + 1

    def _unnumbered(self, paragraph: Paragraph, following: Paragraph | None) -> None:
        text, last = paragraph.text, self.path[-1]
        kind = unnumbered(text)
        if not self.has_articles and self._before_articles(kind, paragraph):
            return
        if kind == "note" or (kind == "signature" and len(text) < HEADING_LENGTH):
            self._loose(kind, paragraph)
        elif last.type in _GROUPS and not last.unit.text and not last.children and _is_name(text):
            self._set_text(last, paragraph)
        elif last.type in ("article", "alin", "lit", "pct") and not last.unit.text and not last.children:
            if last.type == "article" and _is_name(text) and following and not _is_article(following):
                self._add("heading", text, marks=paragraph.marks(0, len(text)), opens=False)
            else:
                self._set_text(last, paragraph)
        else:
            self._loose("text", paragraph)

    def _before_articles(self, kind: UnitType | None, paragraph: Paragraph) -> bool:
        """The title and the preamble; whether it was one of them."""
        text, marks = paragraph.text, paragraph.marks(0, len(paragraph.text))
        children = self.root.children
        if kind in ("recital", "legal_basis", "enacting"):
            if not children or children[-1].type != "preamble":
                del self.path[1:]
                self._add("preamble", "")
            self._add(kind, text, marks=marks, opens=False)
            return True
        goes_on = bool(children) and children[-1].type == "title" and continues_title(text)
        if len(self.path) == 1 and (kind == "title" or goes_on or (paragraph.is_heading and not children)):
            self._add("title", text, marks=marks, opens=False)
            return True
        if self.path[-1].type == "preamble":
            self._add("text" if text.isupper() else "recital", text, marks=marks, opens=False)
            return True
        return False

    def _loose(self, kind: UnitType, paragraph: Paragraph) -> None:
        """A paragraph without number, below the alineat, the article or the group that is open."""
        if kind == "signature":
            del self.path[1:]
        while self.path[-1].type in ("lit", "pct") and kind == "text":
            self.path.pop()
        text = paragraph.text
        self._add(kind, text, marks=paragraph.marks(0, len(text)), opens=False)

    # ── tables ──

    def table(self, table: Table) -> None:
        """Rows and cells below whatever is open."""
        while self.path[-1].type in ("lit", "pct", "preamble"):
            self.path.pop()
        depth = len(self.path)
        self._add("table", "")
        for row in table.rows:
            self._add("row", "")
            for cell in row:
                unit = self._add("cell", " ".join(part.text for part in cell), opens=False)
                if len(cell) == 1:
                    marks = cell[0].marks(0, len(cell[0].text))
                    unit.unit = msgspec.structs.replace(unit.unit, marks=marks)
                elif len(cell) > 1:
                    self.remarks.append(Remark(code="paragraphs_in_cell", unit=unit.unit.id))
            self.path.pop()
        del self.path[depth:]

    # ── the tree ──

    def _add(
        self, type: UnitType, text: str, label: str = "", *, marks: tuple[Mark, ...] = (), opens: bool = True
    ) -> _Open:
        made = _Open(
            Unit(
                id=self.new_id(), type=type, parent=self.path[-1].unit.id, label=label, text=text, marks=marks
            )
        )
        if type == "preamble" or type in _DEPTH:
            while self.path[-1].type == "preamble":
                self.path.pop()
            made.unit = msgspec.structs.replace(made.unit, parent=self.path[-1].unit.id)
        self.path[-1].children.append(made)
        if opens:
            self.path.append(made)
        return made

    @staticmethod
    def _set_text(one: _Open, paragraph: Paragraph) -> None:
        marks = paragraph.marks(0, len(paragraph.text))
        one.unit = msgspec.structs.replace(one.unit, text=paragraph.text, marks=marks)

    def proposal(self) -> Proposal:
        """The tree, with numbers that do not count up made fixed."""
        units: list[Unit] = []

        def walk(one: _Open) -> None:
            units.append(one.unit)
            for child in one.children:
                walk(child)

        walk(self.root)
        version = Version(units)
        version = Version(list(self._fix_labels(version)))
        for unit in version.units:
            if len(unit.tokens) > MAX_TOKENS:
                self.remarks.append(Remark(code="unit_too_long", unit=unit.id))
        if not any(unit.type == "article" for unit in version.units):
            self.remarks.append(Remark(code="no_articles"))
        return Proposal(version, tuple(self.remarks))

    def _fix_labels(self, version: Version) -> Iterable[Unit]:
        counters: dict[tuple[UnitType, str], int] = {}
        seen: set[tuple[UnitType, str, str]] = set()
        for unit in version.units:
            if unit.type not in NUMBERED:
                yield unit
                continue
            scope = label_scope(version, unit)
            if unit.label and (unit.type, scope, unit.label) in seen:
                self.remarks.append(Remark(code="number_twice", unit=unit.id, said=unit.label))
            seen.add((unit.type, scope, unit.label))
            before = counters.get((unit.type, scope), 0)
            number = read_number(unit.type, unit.label)
            if number is not None:
                counters[unit.type, scope] = number
            elif unit.label and "^" not in unit.label:
                self.remarks.append(Remark(code="strange_number", unit=unit.id, said=unit.label))
            if unit.label == write_number(unit.type, before + 1):
                yield unit
                continue
            if number is not None:
                self.remarks.append(Remark(code="number_out_of_order", unit=unit.id, said=unit.label))
            yield msgspec.structs.replace(unit, fixed=True)


def _is_name(text: str) -> bool:
    """Whether a paragraph is short and no sentence."""
    return len(text) <= HEADING_LENGTH and not text.endswith((".", ";", ":", ","))


def _is_article(paragraph: Paragraph) -> bool:
    """Whether a paragraph begins an article or something larger."""
    found = numbered(paragraph.text)
    return found is not None and found.type not in ("alin", "lit", "pct")
