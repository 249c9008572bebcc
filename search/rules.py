"""Words as they are compared: without diacritics, by their Romanian stem; and the passage that is shown.

Letters are folded before the stem is taken, in a text and in what is looked for, so that "biciclete",
"bicicletei" and "Bicicletele" are one word, typed with diacritics or without. Stems: Snowball's Romanian
algorithm.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import msgspec
import snowballstemmer

from app.kit.text import fold

LONGEST = 40  # letters of a stem; what is longer is an address or a key
MOST_TERMS = 8  # of one question
IN_TITLE, IN_PLACE, MOST_REPEATED = 12, 3, 4
PASSAGE = 220  # characters
_WORD = re.compile(r"\w+")
_ENDING = re.compile(
    r"(?<=\w{3})(urilor|urile|uri|iilor|iile|ilor|elor|ile|ele|iei|ului|lui|ul|ei|ii|ia|ea|e|i|a|u)$"
)
_STEMMER = snowballstemmer.stemmer("romanian")
# Words that stand everywhere and tell nothing.
COMMON = frozenset(
    _WORD.findall(
        """
        a ai al ale am ar are as au ca ce cu da de din dintr dintre e ei el ele este eu fi i iar ii il
        in intr intre isi la le lor mai ne ni nici noi nu o ori pe pentru prin printr sa sau se si sub
        sunt te tu un una unde unei unor unui va voi
        """
    )
)


class Piece(msgspec.Struct, frozen=True):
    """A part of a passage: a word that was looked for, or what stands between."""

    text: str
    is_found: bool


Stems = tuple[str, ...]
"""The one or two stems under which a word is known."""


@lru_cache(maxsize=50_000)
def stems_of(word: str) -> Stems:
    """The stems of one folded word: Snowball's, and what is left without the ending of a noun, since it takes
    "trotuare" for a verb and leaves "parcuri" half. Two words are alike when they have a stem in common.
    """
    if word.isdigit():
        return (word[:LONGEST],)
    noun = _ENDING.sub("", word)[:LONGEST]
    if noun.endswith("ar"):  # parcar-e, trotuar-e: not what is left of a verb
        return (noun,)
    before, full = "", word
    while full != before:  # endings stand on endings: biciclet-e-i
        before, full = full, str(_STEMMER.stemWord(full))
    return tuple(dict.fromkeys((full[:LONGEST], noun)))


@lru_cache(maxsize=50_000)
def _stems_as_written(word: str) -> Stems:
    """The stems of a word as it stands in a text: folding it costs more than all the rest."""
    return stems_of(fold(word))


def words_of(text: str) -> list[Stems]:
    """The words of a text by their stems, in order, without those that tell nothing."""
    return [stems_of(word) for word in _WORD.findall(fold(text)) if word not in COMMON]


def weigh(title: str, place: str, body: str) -> dict[str, int]:
    """How much each stem of a document weighs."""
    said = Counter(stem for word in words_of(body) for stem in word)
    weights = Counter({stem: min(count, MOST_REPEATED) for stem, count in said.items()})
    weights.update({stem: IN_PLACE for word in words_of(place) for stem in word})
    weights.update({stem: IN_TITLE for word in words_of(title) for stem in word})
    return dict(weights)


def terms(question: str) -> list[Stems]:
    """The words that are looked for, each once, at most MOST_TERMS."""
    return list(dict.fromkeys(words_of(question)))[:MOST_TERMS]


def _finds(wanted: Iterable[Stems]) -> Callable[[str], bool]:
    """Whether a word of a text is one of those that are looked for."""
    known = {stem for word in wanted for stem in word}
    return lambda word: not known.isdisjoint(_stems_as_written(word))


def passage(body: str, wanted: Sequence[Stems]) -> list[Piece]:
    """The part of a text in which the first of the wanted words stands, with all of them marked."""
    finds = _finds(wanted)
    first = next((word.start() for word in _WORD.finditer(body) if finds(word[0])), 0)
    start = _word_start(body, first - PASSAGE // 3) if first > PASSAGE // 2 else 0
    end = min(len(body), start + PASSAGE)
    if end < len(body):
        end = max(body.rfind(" ", start, end), start + PASSAGE // 2)
    pieces, at = [Piece("… ", is_found=False)] if start else [], start
    for word in _WORD.finditer(body, first):
        if word.end() > end:  # what follows is not shown
            break
        if finds(word[0]):
            pieces += [Piece(body[at : word.start()], is_found=False), Piece(word[0], is_found=True)]
            at = word.end()
    pieces.append(Piece(body[at:end] + (" …" if end < len(body) else ""), is_found=False))
    return [one for one in pieces if one.text]


def marked(text: str, wanted: Iterable[Stems]) -> list[Piece]:
    """A whole text with the wanted words marked."""
    finds, pieces, at = _finds(wanted), [], 0
    for word in _WORD.finditer(text):
        if finds(word[0]):
            pieces += [Piece(text[at : word.start()], is_found=False), Piece(word[0], is_found=True)]
            at = word.end()
    pieces.append(Piece(text[at:], is_found=False))
    return [one for one in pieces if one.text]


def _word_start(body: str, at: int) -> int:
    return body.rfind(" ", 0, max(at, 0)) + 1
