"""The parts of a `.pb` file before they mean anything: sections and rows."""

import csv
import io
from collections.abc import Sequence

import msgspec

from voting.rules.formats.text import MalformedFile, one_line, repeated

MAX_LINES = 2_000_000  # the largest known file has 100,000
SECTIONS = ("META", "PROJECTS", "VOTES")

Row = dict[str, str]


class Line(msgspec.Struct):
    number: int
    row: Row


def sections(text: str) -> tuple[dict[str, str], int, list[Line], list[Line]]:
    """META as a mapping with its first line, PROJECTS and VOTES as rows. Each section has its own header
    row.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", skipinitialspace=True)
    tables: dict[str, list[tuple[int, list[str]]]] = {}
    current: list[tuple[int, list[str]]] | None = None
    last_line = 0
    try:
        for cells in reader:
            if reader.line_num - last_line > 1 and any("\nVOTES" in cell for cell in cells):
                raise MalformedFile(last_line + 1, "a quoted value is never closed")
            last_line = reader.line_num
            if last_line > MAX_LINES:
                raise MalformedFile(last_line, f"more than {MAX_LINES} lines")
            title = cells[0].strip() if cells else ""
            if not title and not any(cell.strip() for cell in cells):
                continue
            if title.upper() in SECTIONS and not any(cell.strip() for cell in cells[1:]):
                title = title.upper()
                if title in tables:
                    raise MalformedFile(reader.line_num, f"section {title} occurs twice")
                current = tables[title] = []
            elif current is None:
                raise MalformedFile(reader.line_num, "the file does not begin with META")
            else:
                current.append((reader.line_num, cells))
    except csv.Error as problem:
        raise MalformedFile(reader.line_num, str(problem)) from problem
    for title in SECTIONS:
        if not tables.get(title):
            raise MalformedFile(reader.line_num, f"section {title} is missing or empty")
    pairs = ((one_line(cells[0]), one_line(cells[1])) for _, cells in tables["META"] if len(cells) > 1)
    return (
        {key: value for key, value in pairs if key != "key"},
        tables["META"][0][0],
        rows_of(tables["PROJECTS"], "project_id", "cost"),
        rows_of(tables["VOTES"], "vote", only=("vote", "points")),
    )


def rows_of(
    table: Sequence[tuple[int, list[str]]], *needed: str, only: Sequence[str] | None = None
) -> list[Line]:
    """The rows below a section's header, all columns or `only` some."""
    line, cells = table[0]
    header = [name.strip().lower() for name in cells]
    for name in needed:
        if name not in header:
            raise MalformedFile(line, f"no column {name!r}")
    if twice := repeated(name for name in header if name):
        raise MalformedFile(line, f"column {twice!r} occurs twice")
    columns = [(i, name) for i, name in enumerate(header) if name and (only is None or name in only)]
    width = len(header)
    rows = []
    for number, cells in table[1:]:
        if len(cells) != width:
            if any(cell.strip() for cell in cells[width:]):
                raise MalformedFile(number, f"{len(cells)} values where the header has {width} columns")
            cells = (cells + [""] * width)[:width]
        rows.append(Line(number, {name: one_line(cells[i]) for i, name in columns}))
    return rows
