"""The registrar's list: who has which code."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from voting.roles.terminal import Declined
from voting.sealing.credentials import normalise_code
from voting.sealing.refused import Refused

CODE = "code"  # the column that is added to the roll's own
CODES_FILE = "codes.csv"
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
