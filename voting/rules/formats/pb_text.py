"""The parts of a `.pb` file before they mean anything: sections, rows, numbers, and the errors that name a
line.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

import msgspec

FILE_LIMIT = 64 * 1024 * 1024  # bytes; the largest known file has 10 MB, and reading takes many times that
MAX_LINES = 2_000_000  # the largest known file has 100,000
MAX_SHOWN = 40  # characters of a wrong value repeated in an error
SECTIONS = ("META", "PROJECTS", "VOTES")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LINE_BREAKS = re.compile(r"[\r\n]+")

MAX_NUMBER = Decimal(10) ** 15
MAX_PRECISION = 200_000  # digits: longer than a value of a file can be, so that nothing is rounded silently

Row = dict[str, str]


class MalformedFile(ValueError):
    """A file that cannot be read without guessing: the line (1-based) and a reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class Line(msgspec.Struct):
    number: int
    row: Row


def text_of(raw: bytes) -> str:
    if len(raw) > FILE_LIMIT:
        raise MalformedFile(1, "the file is too large")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise MalformedFile(line, "not UTF-8 text") from problem
    if "\x00" in text:
        raise MalformedFile(text.count("\n", 0, text.index("\x00")) + 1, "a NUL character")
    return text


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


def one_line(text: str) -> str:
    """A value as it is read and written: without outer spaces, its line breaks as spaces."""
    text = text.strip()
    return _LINE_BREAKS.sub(" ", text) if "\n" in text or "\r" in text else text


def shown(text: str) -> str:
    """A wrong value for an error message, cut where it is long."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")


def repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def decimal_of(text: str, line: int, what: str) -> Decimal:
    """An amount with a decimal point or a decimal comma; spaces may group digits, a point may when a comma
    follows.
    """
    clean = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if clean.count(",") == 1 and "." in clean and clean.rindex(".") < clean.index(","):
        clean = clean.replace(".", "")
    if "," in clean:
        whole, _, rest = clean.partition(",")
        if "." in clean or "," in rest or (len(rest) == 3 and whole.lstrip("-") != "0"):
            raise MalformedFile(line, f"{what} {shown(text)} can be read in two ways")
        clean = f"{whole}.{rest}"
    if not _NUMBER.fullmatch(clean):
        raise MalformedFile(line, f"{what} {shown(text)} is not a number")
    value = Decimal(clean)
    if abs(value) > MAX_NUMBER:
        raise MalformedFile(line, f"{what} {shown(text)} is out of range")
    return value


def minor_of(text: str, scale: int, line: int, what: str) -> int:
    """An amount in minor units, `scale` of them a unit."""
    units = decimal_of(text, line, what)
    with localcontext(prec=MAX_PRECISION):
        minor = units * scale
        if minor != minor.to_integral_value():
            raise MalformedFile(line, f"{what} {shown(text)} has parts smaller than a minor unit")
    return int(minor)


def whole_of(text: str, line: int, what: str) -> int:
    value = decimal_of(text, line, what)
    if value != value.to_integral_value():
        raise MalformedFile(line, f"{what} {shown(text)} is not a whole number")
    return int(value)
