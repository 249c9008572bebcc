"""Text as people type it: cleaned at the edge, folded for searching."""

import re
import unicodedata

_CEDILLA = str.maketrans("ŞşŢţ", "ȘșȚț")
_WORD = re.compile(r"[a-z0-9]+")


def clean(typed: str) -> str:
    """NFC, Romanian letters with comma below, \\n line ends, no control characters, no outer space."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).translate(_CEDILLA)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def fold(text: str) -> str:
    """Lower case without diacritics, for searching and comparing."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))
