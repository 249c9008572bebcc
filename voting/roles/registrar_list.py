"""The registrar's list: who has which code, and the journals that are kept beside it in the same folder."""

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from voting.roles.terminal import Declined
from voting.sealing.credentials import normalise_code
from voting.sealing.refused import Refused

CODE = "code"  # the column that is added to the roll's own
CODES_FILE = "codes.csv"
AGAIN_FILE = "given-again.csv"
Language = Literal["en", "ro"]
KNOWN = {
    "name": ("name", "nume", "nume și prenume"),
    "email": ("e-mail", "email", "mail", "adresă de e-mail"),
    "language": ("language", "limba", "limbă", "locale"),
    "address": ("address", "adresa", "adresă"),
}
"""What the columns of a roll are called when nobody says so."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list, its number in the file, and what is known of where it goes."""

    line: int
    name: str
    email: str
    language: Language
    address: tuple[str, ...]
    code: str
    cells: Mapping[str, str]


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns are called; empty: found by their usual names."""

    name: str = ""
    email: str = ""
    language: str = ""
    address: tuple[str, ...] = ()


def read_people(path: Path, columns: Columns) -> list[Person]:
    """Everybody on the list of codes. Raises: Declined, naming the line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        heading = list(rows.fieldnames or ())
        if CODE not in heading:
            raise Declined(f"{path} has no column {CODE!r}: it is not a list made by `obste registrar codes`")
        found = _columns(heading, columns)
        people, seen = [], set()
        for row in rows:
            person = _person(rows.line_num, row, found)
            if person.code in seen:
                raise Declined(f"{path}, line {person.line}: this code stands on the list twice")
            seen.add(person.code)
            people.append(person)
    if not people:
        raise Declined(f"{path} has no people below its heading")
    return people


def _columns(heading: Sequence[str], wanted: Columns) -> Columns:
    plain = {one.strip().casefold(): one for one in heading}

    def column(kind: str, named: str) -> str:
        if named and named not in heading:
            raise Declined(f"there is no column {named!r}; these exist: {', '.join(heading)}")
        return named or next((plain[one] for one in KNOWN[kind] if one in plain), "")

    address = tuple(column("address", one) for one in wanted.address) or (column("address", ""),)
    found = Columns(
        name=column("name", wanted.name),
        email=column("email", wanted.email),
        language=column("language", wanted.language),
        address=tuple(one for one in address if one),
    )
    if not found.name:
        raise Declined(f"say with --name which column holds the name; these exist: {', '.join(heading)}")
    return found


def _person(line: int, row: Mapping[str, object], columns: Columns) -> Person:
    cells = {name: cell.strip() for name, cell in row.items() if isinstance(cell, str)}
    if len(cells) != len(row):  # too few cells give None, too many a list
        raise Declined(f"line {line}: it has not as many cells as the heading")
    try:
        code = normalise_code(cells[CODE])
    except Refused as problem:
        raise Declined(f"line {line}: this is no private code") from problem
    lines = [part.strip() for one in columns.address for part in cells[one].splitlines()]
    return Person(
        line=line,
        name=" ".join(cells[columns.name].split()),
        email=cells.get(columns.email, ""),
        language="en" if cells.get(columns.language, "").casefold().startswith("en") else "ro",
        address=tuple(part for part in lines if part),
        code=code,
        cells=cells,
    )


def choose(people: Sequence[Person], only: str) -> Person:
    """The one person whose cell `COLUMN=VALUE` is. Raises: Declined when it is nobody, or several."""
    column, equals, value = only.partition("=")
    if not equals or column == CODE or column not in people[0].cells:
        usual = ", ".join(name for name in people[0].cells if name != CODE)
        raise Declined(f"say --only COLUMN=VALUE, with one of these columns: {usual}")
    found = [one for one in people if one.cells[column].casefold() == value.strip().casefold()]
    if len(found) != 1:
        raise Declined(f"{only}: {len(found)} people; it must be exactly one")
    return found[0]


class Journal:
    """A file of lines that are on the disk before the next step is taken."""

    def __init__(self, path: Path, heading: Sequence[str]) -> None:
        self.path = path
        is_new = not path.exists() or path.stat().st_size == 0
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a", newline="")
        self._writer = csv.writer(self._file)
        if is_new:
            self.add(*heading)

    def add(self, *cells: object) -> None:
        """Write a line."""
        self._writer.writerow([" ".join(str(cell).split()) for cell in cells])
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more lines."""
        self._file.close()


def read_journal(path: Path) -> list[list[str]]:
    """Its lines below the heading; a last line that a kill cut short is none."""
    if not path.exists():
        return []
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole != raw:
        os.truncate(path, len(whole))
    return list(csv.reader(io.StringIO(whole.decode(), newline="")))[1:]


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else works with this folder meanwhile. Raises: Declined."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Declined(f"another command is working with {folder}") from busy
        yield
    finally:
        os.close(descriptor)


def note_again(folder: Path, person: Person, *, how: str, by: str, reason: str) -> None:
    """Write down that somebody was given their code again, before they are."""
    journal = Journal(folder / AGAIN_FILE, ("when", "line", "name", "how", "by", "reason"))
    journal.add(
        datetime.now().astimezone().isoformat(timespec="seconds"), person.line, person.name, how, by, reason
    )
    journal.close()
