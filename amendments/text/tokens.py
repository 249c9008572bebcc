"""Words as the unit of measure: a stable way to cut text, to compare it and to hash it.

Everything else counts in tokens, so a change here would move every stored position: the rules below are
version 1 and stay as they are. An act remembers the version with which it was cut.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache
from itertools import accumulate

TOKENIZER_VERSION = 1

# NFC joins most letters with their accents; an accent that it cannot join stays with the sign before it.
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)+(?:\^\d+)?"  # 10,5 and 1.234,56 and 30.11.2026
    rf"|[^\W_]+(?:[{_ACCENTS}]+[^\W_]*)*(?:\^\d+)?"  # words, numbers, 5^1
    r"|\s+"
    rf"|[\W_][{_ACCENTS}]*"  # one punctuation mark
)
# Signs that nobody sees, or that no XML file may hold: controls, soft hyphens, zero-width and direction
# signs, halves of surrogate pairs, non-characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")
_CEDILLAS = dict(zip("şţŞŢ", "șțȘȚ", strict=True))  # the letters of old fonts → those of the language
_QUOTES = dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‛`´", "'")
_DASHES = dict.fromkeys("‐‑‒–—−", "-")
_TO_COMMAS = str.maketrans(_CEDILLAS)
_TO_SAME = str.maketrans(_CEDILLAS | _QUOTES | _DASHES)
_VARIANTS = re.compile(f"[{''.join(_CEDILLAS | _QUOTES | _DASHES)}]")  # few words have any


def normalise(text: str) -> str:
    """The text as it is stored: composed letters, single spaces, nothing invisible, no space at its ends."""
    visible = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _SPACES.sub(" ", visible).strip()


def normalise_new(text: str) -> str:
    """Words that somebody proposes: also with commas below ș and ț, whatever the keyboard gave."""
    return normalise(text).translate(_TO_COMMAS)


def fold(text: str) -> str:
    """The text for comparison: cedillas, kinds of quotes and kinds of dashes make no difference. Positions
    in the text are positions in its fold.
    """
    return text.translate(_TO_SAME) if _VARIANTS.search(text) else text


def cut(text: str) -> tuple[str, ...]:
    """What `tokenise` gives, for texts that nobody will ask for again."""
    return tuple(_TOKEN.findall(text))


@lru_cache(maxsize=1 << 15)
def tokenise(text: str) -> tuple[str, ...]:
    """Words, numbers, punctuation marks and runs of spaces; joined they are the text."""
    return tuple(_TOKEN.findall(text))


@lru_cache(maxsize=1 << 12)
def offsets(text: str) -> tuple[int, ...]:
    """Where each gap between tokens lies, in characters: one more than there are tokens."""
    return (0, *accumulate(map(len, tokenise(text))))


@lru_cache(maxsize=1 << 15)
def text_hash(text: str) -> str:
    """SHA-256 of what the text says, so that spelling variants of one text have one hash."""
    return hashlib.sha256(fold(normalise(text)).encode()).hexdigest()


def is_space(token: str) -> bool:
    """Whether a token is a run of spaces."""
    return token.isspace()


def is_word(token: str) -> bool:
    """Whether a token is a word or a number."""
    return token[:1].isalnum()


def count_words(tokens: tuple[str, ...]) -> int:
    """Words and numbers among them."""
    return sum(map(is_word, tokens))


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but spaces between their tokens and in spelling variants."""
    return _signs(one) == _signs(other)


def _signs(text: str) -> list[str]:
    return [token for token in tokenise(fold(text)) if not is_space(token)]
