"""DOCX: paragraphs with Word's automatic numbers, tables, and what else the clerk must be told of."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from amendments.text.marks import MarkKind
from amendments.text.reading.numbering import MAX_AROUND, Counters, read_count, write_counter
from amendments.text.reading.paragraphs import PLAIN, Block, Look, Paragraph, Run, Table, make_paragraph
from amendments.text.reading.proposal import Remark
from amendments.text.reading.xml import Package

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = {"0", "false", "off", "none"}
_CONTAINERS = {
    f"{W}{name}"
    for name in ("sdt", "sdtContent", "smartTag", "customXml", "ins", "moveTo", "hyperlink", "fldSimple")
}
_SIGNS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-", f"{W}softHyphen": ""}
_TOLD = {
    f"{W}drawing": "image_left_out",
    f"{W}pict": "image_left_out",
    f"{W}object": "image_left_out",
    f"{W}footnoteReference": "footnote_left_out",
    f"{W}endnoteReference": "footnote_left_out",
    f"{W}commentReference": "comment_left_out",
}


class Level(NamedTuple):
    """How one level of a list is numbered: „%1)” in letters from 1, say."""

    style: str
    text: str
    start: int


class Numbering:
    """word/numbering.xml: what number a paragraph shows."""

    def __init__(self, numbering: Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}  # by abstract list
        self._abstract: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, Counters] = {}
        self._used: set[tuple[str, int]] = set()
        for abstract in numbering.iter(f"{W}abstractNum") if numbering is not None else ():
            levels = {read_count(one.get(f"{W}ilvl"), 0): _level(one) for one in abstract.iter(f"{W}lvl")}
            self._levels[abstract.get(f"{W}abstractNumId", "")] = levels
        for num in numbering.iter(f"{W}num") if numbering is not None else ():
            id = num.get(f"{W}numId", "")
            self._abstract[id] = _value(num, "abstractNumId")
            self._restarts[id] = {
                read_count(one.get(f"{W}ilvl"), 0): read_count(_value(one, "startOverride"), 1)
                for one in num.iter(f"{W}lvlOverride")
                if _value(one, "startOverride")
            }

    def label(self, list_id: str, level: int) -> str:
        """The number of the next paragraph of that list and level, as it is shown; nothing for no list."""
        abstract = self._abstract.get(list_id)
        levels = self._levels.get(abstract or "", {})
        if abstract is None or level not in levels:
            return ""
        counters = self._counters.setdefault(abstract, Counters())
        start = levels[level].start
        if level in self._restarts[list_id] and (list_id, level) not in self._used:
            start = self._restarts[list_id][level]
            counters.restart(level)
        self._used.add((list_id, level))
        counters.next(level, start)
        if levels[level].style == "bullet":
            return "-"

        def shown(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            own = levels.get(other, levels[level])
            return write_counter(own.style, counters.at(other, own.start))

        return "" if levels[level].style == "none" else re.sub(r"%(\d)", shown, levels[level].text)


def _level(element: Element) -> Level:
    return Level(
        _value(element, "numFmt") or "decimal",
        _value(element, "lvlText")[:MAX_AROUND],
        read_count(_value(element, "start"), 1),
    )


def _value(element: Element | None, *names: str) -> str:
    """The value of an element's descendant, „” where there is none."""
    for name in names:
        element = element.find(f"{W}{name}") if element is not None else None
    return element.get(f"{W}val", "") if element is not None else ""


class Reader:
    """One document."""

    def __init__(self, data: bytes) -> None:
        package = Package(data)
        self.document = package.parse("word/document.xml")
        self.numbering = Numbering(package.find("word/numbering.xml"))
        styles = package.find("word/styles.xml")
        self.styles = {
            style.get(f"{W}styleId", ""): style
            for style in (styles.iter(f"{W}style") if styles is not None else ())
        }
        self.remarks: list[Remark] = []

    def blocks(self) -> Iterator[Block]:
        """Paragraphs and tables of the body, in order."""
        body = self.document.find(f"{W}body")
        yield from self._blocks(body if body is not None else ())

    def _blocks(self, elements: Iterable[Element]) -> Iterator[Block]:
        for element in elements:
            if element.tag == f"{W}p":
                if made := self._paragraph(element):
                    yield made
            elif element.tag == f"{W}tbl":
                yield self._table(element)
            elif element.tag in _CONTAINERS:
                yield from self._blocks(element)

    def _table(self, table: Element) -> Table:
        rows = []
        for row in table.iter(f"{W}tr"):
            cells = []
            for cell in row.findall(f"{W}tc"):
                if cell.find(f".//{W}tbl") is not None:
                    self._tell("table_in_table")
                if cell.find(f".//{W}vMerge") is not None:
                    self._tell("merged_cells")
                made = (self._paragraph(one) for one in cell.iter(f"{W}p"))
                cells.append(tuple(one for one in made if one))
            rows.append(tuple(cells))
        return Table(tuple(rows))

    def _paragraph(self, paragraph: Element) -> Paragraph | None:
        properties = paragraph.find(f"{W}pPr")
        label = self._label(properties)
        runs = list(self._runs(paragraph))
        if not any(text.strip() for text, _ in runs):
            if label:
                self._tell("empty_number_left_out")
            return None
        style = _value(properties, "pStyle")
        is_heading = style.lower().startswith(("heading", "titlu", "title"))
        return make_paragraph([(f"{label} ", PLAIN), *runs] if label else runs, is_heading=is_heading)

    def _label(self, properties: Element | None) -> str:
        """The automatic number, of the paragraph itself or of its style."""
        own = properties.find(f"{W}numPr") if properties is not None else None
        style, seen = _value(properties, "pStyle"), set[str]()
        while own is None and style in self.styles and style not in seen:
            seen.add(style)
            own = self.styles[style].find(f"{W}pPr/{W}numPr")
            style = _value(self.styles[style], "basedOn")
        if own is None:
            return ""
        return self.numbering.label(_value(own, "numId"), read_count(_value(own, "ilvl"), 0))

    def _runs(self, element: Element) -> Iterator[Run]:
        for child in element:
            if child.tag == f"{W}r":
                yield from self._run(child)
            elif child.tag in (f"{W}del", f"{W}moveFrom"):
                self._tell("tracked_changes")
            elif child.tag in _CONTAINERS:
                if child.tag in (f"{W}ins", f"{W}moveTo"):
                    self._tell("tracked_changes")
                yield from self._runs(child)

    def _run(self, run: Element) -> Iterator[Run]:
        look = _look(run.find(f"{W}rPr"))
        for child in run:
            if child.tag == f"{W}t":
                yield child.text or "", look
            elif child.tag in _SIGNS:
                yield _SIGNS[child.tag], look
            elif child.tag in _TOLD:
                self._tell(_TOLD[child.tag])

    def _tell(self, code: str) -> None:
        """Once a file is enough."""
        if not any(one.code == code for one in self.remarks):
            self.remarks.append(Remark(code=code))


def _look(properties: Element | None) -> Look:
    if properties is None:
        return PLAIN
    found: set[MarkKind] = set()
    names: tuple[tuple[str, MarkKind], ...] = (("b", "bold"), ("i", "italic"))
    for name, kind in names:
        element = properties.find(f"{W}{name}")
        if element is not None and element.get(f"{W}val", "1") not in _OFF:
            found.add(kind)
    raised = _value(properties, "vertAlign")
    if raised == "superscript":
        found.add("sup")
    elif raised == "subscript":
        found.add("sub")
    return frozenset(found)


def docx_blocks(data: bytes) -> tuple[list[Block], list[Remark]]:
    """The paragraphs and tables of a DOCX file, and what was left out. Raises: BadFile."""
    reader = Reader(data)
    return list(reader.blocks()), reader.remarks
