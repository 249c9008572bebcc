"""ODT: paragraphs with their list numbers, tables, and what else the clerk must be told of."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from amendments.text.marks import MarkKind
from amendments.text.reading.numbering import MAX_AROUND, Counters, read_count, write_counter
from amendments.text.reading.paragraphs import PLAIN, Block, Look, Paragraph, Run, Table, make_paragraph
from amendments.text.reading.proposal import Remark
from amendments.text.reading.xml import Package

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
TEXT = f"{{{_ODF}:text:1.0}}"
TABLE = f"{{{_ODF}:table:1.0}}"
STYLE = f"{{{_ODF}:style:1.0}}"
OFFICE = f"{{{_ODF}:office:1.0}}"
DRAW = f"{{{_ODF}:drawing:1.0}}"
FO = f"{{{_ODF}:xsl-fo-compatible:1.0}}"
_PARAGRAPHS = {f"{TEXT}p", f"{TEXT}h"}
_TRANSPARENT = {f"{TEXT}section", f"{TEXT}index-body", f"{TEXT}numbered-paragraph"}
_MAX_SPACES = 1_000


class Reader:
    """One document."""

    def __init__(self, data: bytes) -> None:
        package = Package(data)
        self.content = package.parse("content.xml")
        sources = [one for one in (package.find("styles.xml"), self.content) if one is not None]
        self.looks: dict[str, Look] = {}
        self.lists: dict[str, dict[int, Element]] = {}
        for source in sources:
            for style in source.iter(f"{STYLE}style"):
                self.looks[style.get(f"{STYLE}name", "")] = _look(style.find(f"{STYLE}text-properties"))
            for style in source.iter(f"{TEXT}list-style"):
                levels = {read_count(one.get(f"{TEXT}level"), 1): one for one in style}
                self.lists[style.get(f"{STYLE}name", "")] = levels
        self.counters: dict[str, Counters] = {}
        self.remarks: list[Remark] = []

    def blocks(self) -> Iterator[Block]:
        """Paragraphs and tables of the text, in order."""
        body = self.content.find(f"{OFFICE}body/{OFFICE}text")
        if body is not None:
            yield from self._blocks(body)

    def _blocks(self, parent: Element) -> Iterator[Block]:
        for element in parent:
            if element.tag in _PARAGRAPHS:
                yield from self._paragraph(element)
            elif element.tag == f"{TEXT}list":
                yield from self._list(element, "", 1)
            elif element.tag == f"{TABLE}table":
                yield self._table(element)
            elif element.tag in _TRANSPARENT:
                yield from self._blocks(element)
            elif element.tag == f"{TEXT}tracked-changes":
                self._tell("tracked_changes")

    def _list(self, element: Element, style: str, level: int) -> Iterator[Block]:
        style = element.get(f"{TEXT}style-name", style)
        counters = self.counters.setdefault(style, Counters())
        goes_on = (
            element.get(f"{TEXT}continue-numbering") == "true" or f"{TEXT}continue-list" in element.attrib
        )
        if level == 1 and not goes_on:
            counters.restart(1)
        for item in element:
            if item.tag not in (f"{TEXT}list-item", f"{TEXT}list-header"):
                continue
            is_numbered = item.tag == f"{TEXT}list-item"
            for child in item:
                if child.tag == f"{TEXT}list":
                    yield from self._list(child, style, level + 1)
                elif child.tag in _PARAGRAPHS:
                    yield from self._paragraph(child, self._label(style, level, item) if is_numbered else "")
                    is_numbered = False

    def _label(self, style: str, level: int, item: Element) -> str:
        """The number of a list item as it is shown."""
        levels = self.lists.get(style, {})
        own = levels.get(level)
        if own is None:
            return ""
        if own.tag != f"{TEXT}list-level-style-number":
            return "-"
        start = read_count(item.get(f"{TEXT}start-value") or own.get(f"{TEXT}start-value"), 1)
        if item.get(f"{TEXT}start-value"):
            self.counters[style].restart(level)
        self.counters[style].next(level, start)
        first = max(1, level + 1 - read_count(own.get(f"{TEXT}display-levels"), 1))
        shown = [
            write_counter(one.get(f"{STYLE}num-format", "1"), self.counters[style].at(number, 1))
            for number in range(first, level + 1)
            if (one := levels.get(number)) is not None and one.get(f"{STYLE}num-format")
        ]
        if not shown:
            return ""
        before, after = own.get(f"{STYLE}num-prefix", ""), own.get(f"{STYLE}num-suffix", "")
        return f"{before[:MAX_AROUND]}{'.'.join(shown)}{after[:MAX_AROUND]}"

    def _paragraph(self, element: Element, label: str = "") -> Iterator[Paragraph]:
        runs = list(self._runs(element, PLAIN))
        if label and not any(text.strip() for text, _ in runs):
            self._tell("empty_number_left_out")
        elif label:
            runs.insert(0, (f"{label} ", PLAIN))
        made = make_paragraph(runs, is_heading=element.tag == f"{TEXT}h")
        if made:
            yield made

    def _table(self, table: Element) -> Table:
        rows = []
        for row in table.iter(f"{TABLE}table-row"):
            cells: list[tuple[Paragraph, ...]] = []
            for cell in row:
                if cell.tag == f"{TABLE}covered-table-cell":
                    self._tell("merged_cells")
                    cells.append(())
                elif cell.tag == f"{TABLE}table-cell":
                    if cell.find(f".//{TABLE}table") is not None:
                        self._tell("table_in_table")
                    cells.append(tuple(one for one in self._blocks(cell) if isinstance(one, Paragraph)))
            rows.append(tuple(cells))
        return Table(tuple(rows))

    def _runs(self, element: Element, look: Look) -> Iterator[Run]:
        yield element.text or "", look
        for child in element:
            if child.tag == f"{TEXT}s":
                yield " " * min(read_count(child.get(f"{TEXT}c"), 1), _MAX_SPACES), look
            elif child.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
                yield " ", look
            elif child.tag == f"{TEXT}note":
                self._tell("footnote_left_out")
            elif child.tag == f"{OFFICE}annotation":
                self._tell("comment_left_out")
            elif child.tag.startswith(DRAW):
                self._tell("image_left_out")
            else:
                inner = self.looks.get(child.get(f"{TEXT}style-name", ""), PLAIN)
                yield from self._runs(child, look | inner)
            yield child.tail or "", look

    def _tell(self, code: str) -> None:
        """Once a file is enough."""
        if not any(one.code == code for one in self.remarks):
            self.remarks.append(Remark(code=code))


def _look(properties: Element | None) -> Look:
    if properties is None:
        return PLAIN
    found: set[MarkKind] = set()
    if properties.get(f"{FO}font-weight") == "bold":
        found.add("bold")
    if properties.get(f"{FO}font-style") == "italic":
        found.add("italic")
    position = properties.get(f"{STYLE}text-position", "").split(" ")[0]
    if position == "super" or (position.endswith("%") and position[0] not in "-0"):
        found.add("sup")
    elif position == "sub" or position.startswith("-"):
        found.add("sub")
    return frozenset(found)


def odt_blocks(data: bytes) -> tuple[list[Block], list[Remark]]:
    """The paragraphs and tables of an ODT file, and what was left out. Raises: BadFile."""
    reader = Reader(data)
    return list(reader.blocks()), reader.remarks
