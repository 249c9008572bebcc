"""Text as people type it: cleaned at the edge, folded for searching."""

import csv
import io
import re
import unicodedata
import uuid
from collections.abc import Iterable, Sequence

_CEDILLA = str.maketrans("ŞşŢţ", "ȘșȚț")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WORD = re.compile(r"[a-z0-9]+")
# Sorting a long run of marks takes the square of its length: Stream-Safe Text has at most this many (UAX 15).
_MARKS_IN_A_ROW = 30
_MADE_OF_MARKS = "\u0344\u0f73\u0f75\u0f81"  # decompose into marks alone, some without being one
_NO_CHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")  # XML, so a feed, must not contain the last two


def clean(typed: str) -> str:
    """NFC, Romanian letters with comma below, \\n line ends, no control characters, no outer space."""
    lines = _limit_marks(_NO_CHARACTERS.sub("", typed)).replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", lines).translate(_CEDILLA)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def harmless_cell(cell: str) -> str:
    """A cell as text for a spreadsheet, which runs what looks like a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def write_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table for spreadsheets: RFC 4180, UTF-8, no cell that a program would take for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([harmless_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _limit_marks(text: str) -> str:
    """No letter with more marks above and below than any language writes."""
    if text.isascii():
        return text
    kept, row = [], 0
    for c in text:
        row = row + 1 if unicodedata.combining(c) or c in _MADE_OF_MARKS else 0
        if row <= _MARKS_IN_A_ROW:
            kept.append(c)
    return "".join(kept)


def fold(text: str) -> str:
    """Lower case without diacritics, for searching and comparing."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def public_name(name: str) -> str:
    """How somebody is named in public: first name and initial, "Ana Popescu" → "Ana P."."""
    parts = name.split()
    short = f"{parts[0]} {parts[-1][0].upper()}." if len(parts) > 1 else name.strip()
    return short[:120]


def uuids(typed: Iterable[str]) -> set[uuid.UUID]:
    """The ids among what somebody may have typed into an address."""
    found = set()
    for key in typed:
        try:
            one = uuid.UUID(key)
        except ValueError:
            continue
        if str(one) == key:
            found.add(one)
    return found
