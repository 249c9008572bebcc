"""Numbered lines of a published version, as people hold them printed in their hands.

They are laid out once, when a version is published, and kept: a line number is for people to find a place,
never the place itself. The rules are version 1; an act remembers the version of its layout.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from amendments.text.labels import written_label
from amendments.text.refused import NoSuchLine
from amendments.text.units import Unit, Version, token_at

LAYOUT_VERSION = 1
WIDTH = 80  # characters; on screen, in the PDF and on paper alike, so that a number is the same in all
EVERY = 5  # each fifth number is shown in the margin, as in printed drafts


class Line(msgspec.Struct, frozen=True, array_like=True):
    """Line `number` shows the tokens [start, end) of a unit; `text` is what is printed."""

    number: int
    unit: str
    start: int
    end: int
    text: str

    def margin(self, every: int = EVERY) -> str:
        """What stands in the margin: the number of each fifth line, nothing beside the others."""
        return str(self.number) if every and self.number % every == 0 else ""


class Layout:
    """The lines of one version, numbered through the whole act with its annexes."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = tuple(lines)
        self._of: dict[str, list[Line]] = {}
        for line in self.lines:
            self._of.setdefault(line.unit, []).append(line)

    def of(self, unit: str) -> list[Line]:
        """The lines that show a unit; none where it has neither number nor text."""
        return self._of.get(unit, [])

    def line_of(self, unit: Unit, character: int) -> Line:
        """The line that shows a character of the unit's text; the last one for the end of the text. Raises:
        NoSuchLine for a unit without line and for a place outside its text.
        """
        if not 0 <= character <= len(unit.text) or not self.of(unit.id):
            raise NoSuchLine(unit=unit.id, character=character)
        own, token = self.of(unit.id), token_at(unit.text, character)
        return own[max(0, bisect_right(own, token, key=lambda line: line.start) - 1)]

    def unit_at_line(self, number: int) -> str:
        """The unit that a line shows. Raises: NoSuchLine."""
        if not 1 <= number <= len(self.lines):
            raise NoSuchLine(line=number, last=len(self.lines))
        return self.lines[number - 1].unit

    def range_of(self, units: Iterable[str]) -> tuple[int, int] | None:
        """The first and last line of units that follow each other, like the cells of a row; none where they
        have no line.
        """
        numbers = [line.number for unit in units for line in self.of(unit)]
        return (numbers[0], numbers[-1]) if numbers else None

    def span(self, unit: str, start: int, end: int) -> tuple[int, int] | None:
        """The first and last line that show the tokens [start, end) of a unit; for an insertion, where it
        goes. None where the unit has no line.
        """
        own, last = self.of(unit), max(start, end - 1)
        touched = [line for line in own if line.start <= last and start < max(line.end, line.start + 1)]
        touched = touched or own[-1:]
        return (touched[0].number, touched[-1].number) if touched else None


def lay_out(version: Version, width: int = WIDTH) -> Layout:
    """The lines of a version, at most so many characters wide; every unit begins one."""
    found: list[Line] = []
    for unit in version.units:
        for start, end, text in _wrap(unit, width):
            found.append(Line(len(found) + 1, unit.id, start, end, text))
    return Layout(found)


def _wrap(unit: Unit, width: int) -> Iterator[tuple[int, int, str]]:
    """Lines broken at spaces; only a longer word makes a longer line."""
    label, tokens = written_label(unit), unit.tokens
    if not label and not tokens:
        return
    line, start = (f"{label} " if label else ""), 0
    at = 0
    while at < len(tokens):
        end = at + 1
        while end < len(tokens) and not tokens[end].isspace():
            end += 1  # what no space parts stays together
        word = "".join(tokens[at:end])
        if at > start and len(line) + len(word.rstrip()) > width:
            yield start, at, line.rstrip()
            line, start = "", at
            word = word.lstrip()
        line += word
        at = end
    yield start, len(tokens), line.rstrip()
