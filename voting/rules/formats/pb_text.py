"""The parts of a `.pb` file before they mean anything: META, rows of projects, and how often each vote
stands in it.

Reading is fast because of one fact: a real file has one third as many distinct votes as voters, and no
quotes among the votes. So the CSV reader is stopped where the votes begin, plain lines are cut by columns,
and what occurs often is looked at once. Whatever is not plain (a quote, a line of another width, a section
after the votes) sends the whole section through the CSV reader, so both ways read the same.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from voting.rules.formats.text import MalformedFile, one_line, repeated

MAX_LINES = 2_000_000  # the largest known file has 100,000
SECTIONS = ("META", "PROJECTS", "VOTES")

Row = dict[str, str]
Cast = str  # the cell `vote` of a row and, where there are points, a line break and the cell `points`
Table = list[tuple[int, list[str]]]


class Line(msgspec.Struct):
    number: int
    row: Row


class Votes(msgspec.Struct):
    """How often each distinct vote was cast, and the line where it first stands."""

    number: dict[Cast, int]
    line: Callable[[Cast], int]


class Sheet(msgspec.Struct):
    """A file in its sections; `meta_line` is the first line of META."""

    meta: dict[str, str]
    meta_line: int
    projects: list[Line]
    votes: Votes


def sheet_of(text: str) -> Sheet:
    """The sections, in any order, each with its own header row. Raises: MalformedFile."""
    stream = io.StringIO(text, newline="")
    rows = _rows(stream)
    tables: dict[str, Table] = {}
    _collect(rows, tables, until="VOTES")
    votes: Votes | None = None
    if "VOTES" in tables and (header := next(rows, None)):
        tables["VOTES"].append(header)
        if all(tables.get(title) for title in SECTIONS):
            votes = _plain_votes(header, stream.read())
        if votes is None:
            stream.seek(0)
            tables = {}
            _collect(_rows(stream), tables)
    for title in SECTIONS:
        if not tables.get(title):
            last = sum(1 for _ in io.StringIO(text, newline=""))
            raise MalformedFile(last, f"section {title} is missing or empty")
    pairs = ((one_line(cells[0]), one_line(cells[1])) for _, cells in tables["META"] if len(cells) > 1)
    return Sheet(
        meta={key: value for key, value in pairs if key != "key"},
        meta_line=tables["META"][0][0],
        projects=rows_of(tables["PROJECTS"], "project_id", "cost"),
        votes=votes or _quoted_votes(tables["VOTES"]),
    )


def _rows(stream: io.StringIO) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its last line."""
    reader = csv.reader(stream, delimiter=";", skipinitialspace=True)
    last_line = 0
    try:
        for cells in reader:
            if reader.line_num - last_line > 1 and any("\nVOTES" in cell for cell in cells):
                raise MalformedFile(last_line + 1, "a quoted value is never closed")
            last_line = reader.line_num
            if last_line > MAX_LINES:
                raise MalformedFile(last_line, f"more than {MAX_LINES} lines")
            if any(cell and not cell.isspace() for cell in cells):
                yield last_line, cells
    except csv.Error as problem:
        raise MalformedFile(reader.line_num, str(problem)) from problem


def _collect(rows: Iterator[tuple[int, list[str]]], tables: dict[str, Table], *, until: str = "") -> None:
    """The rows of each section, as far as the title `until`."""
    current: Table | None = None
    for number, cells in rows:
        title = cells[0].strip().upper()
        if title in SECTIONS and not any(cell.strip() for cell in cells[1:]):
            if title in tables:
                raise MalformedFile(number, f"section {title} occurs twice")
            current = tables[title] = []
            if title == until:
                return
        elif current is None:
            raise MalformedFile(number, "the file does not begin with META")
        else:
            current.append((number, cells))


def _columns(header: tuple[int, list[str]], *needed: str) -> list[str]:
    """The names of the columns. Raises: MalformedFile."""
    line, cells = header
    names = [name.strip().lower() for name in cells]
    for name in needed:
        if name not in names:
            raise MalformedFile(line, f"no column {name!r}")
    if twice := repeated(name for name in names if name):
        raise MalformedFile(line, f"column {twice!r} occurs twice")
    return names


def _plain_votes(header: tuple[int, list[str]], text: str) -> Votes | None:
    """The votes where every line is plain, nothing where one may not be: a quote, another number of values
    than columns, a line of nothing, a value too long, the word of a section.
    """
    names = _columns(header, "vote")
    separators = len(names) - 1
    if '"' in text or not separators:
        return None
    lines = text.rstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if header[0] + len(lines) > MAX_LINES:
        raise MalformedFile(MAX_LINES + 1, f"more than {MAX_LINES} lines")
    if {line.count(";") for line in lines} != {separators} or max(map(len, lines)) > csv.field_size_limit():
        return None
    at = names.index("vote")
    votes = _cells(lines, at)
    casts = votes
    if "points" in names:
        casts = [*map("\n".join, zip(votes, _cells(lines, names.index("points")), strict=True))]
    number = Counter(casts)
    may_be_odd = {vote for vote in (number if casts is votes else set(votes)) if not vote or vote.isspace()}
    if at == 0:
        may_be_odd |= {vote for vote in set(votes) if vote.strip().upper() in SECTIONS}
    if may_be_odd and any(
        _is_odd(line) for line, vote in zip(lines, votes, strict=True) if vote in may_be_odd
    ):
        return None
    return Votes(number, lambda cast: header[0] + 1 + casts.index(cast))


def _is_odd(line: str) -> bool:
    """Whether a line is blank or the title of a section."""
    first, *others = (cell.strip() for cell in line.split(";"))
    return not any(others) and (not first or first.upper() in SECTIONS)


def _cells(lines: Sequence[str], column: int) -> list[str]:
    return [line.split(";", column + 1)[column] for line in lines]


def _quoted_votes(table: Table) -> Votes:
    """The votes of rows that the CSV reader has read."""
    number: Counter[Cast] = Counter()
    first: dict[Cast, int] = {}
    for line in rows_of(table, "vote", only=("vote", "points")):  # in this order
        cast = "\n".join(line.row.values())
        number[cast] += 1
        first.setdefault(cast, line.number)
    return Votes(number, first.__getitem__)


def rows_of(table: Table, *needed: str, only: Sequence[str] | None = None) -> list[Line]:
    """The rows below a section's header, all columns or `only` some."""
    names = _columns(table[0], *needed)
    columns = [(names.index(name), name) for name in only or names if name and name in names]
    width = len(names)
    rows = []
    for number, cells in table[1:]:
        if len(cells) != width:
            if any(cell.strip() for cell in cells[width:]):
                raise MalformedFile(number, f"{len(cells)} values where the header has {width} columns")
            cells = (cells + [""] * width)[:width]
        rows.append(Line(number, {name: one_line(cells[i]) for i, name in columns}))
    return rows
