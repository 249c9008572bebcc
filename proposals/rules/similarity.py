"""How alike two ideas are: shared rare words, titles that share their trigrams, and places that are near.

Words are folded (no case, no diacritics), so "Pistă de bicicletă" is found by "piste biciclete". Endings
are cut to a stem of five letters: Romanian inflects at the end. The fewer ideas use a word, the more it
counts.
"""

import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

import msgspec

from app.kit.text import words

STEM = 5  # letters kept of a word: grădină, grădini, grădinilor → gradi
MIN_WORD = 3
TITLE_WEIGHT, WORDS_WEIGHT, AREA_BONUS, NEAR_BONUS = 0.46, 0.46, 0.08, 0.16
NEAR_METERS = 300  # a few minutes on foot: the same street, the same park
Point = tuple[float, float]  # latitude, longitude
THRESHOLD = 0.22  # below it people see no likeness; found by reading pairs of the demonstration's ideas
_KNOWN = 6000  # texts of ideas whose words are kept, by the text itself; some 5 kB each
_COMMON = frozenset(  # stems that every idea may hold
    [
        *(
            "sunt",
            "este",
            "care",
            "pentr",
            "prin",
            "din",
            "dar",
            "mai",
            "sau",
            "fara",
            "unde",
            "cand",
            "acest",
        ),
        *("aceas", "poate", "trebu", "foart", "toate", "toata", "dupa", "catre", "langa", "zona", "strad"),
        *("carti", "secto", "proie", "idee", "propu", "fiind", "avea", "astfe", "multe", "mult", "locui"),
        *("oamen", "the", "and", "for", "with"),
    ]
)


class Candidate(msgspec.Struct, frozen=True):
    """An idea to compare with. `folded`: its folded words; `key` identifies it to the caller."""

    key: object
    title: str
    folded: str
    area: object
    point: Point | None = None


class Likeness(msgspec.Struct, frozen=True):
    """How alike, from 0 to 1, and the words that both use, the rarest first."""

    key: object
    score: float
    shared: tuple[str, ...]


def stems(text_words: Iterable[str]) -> set[str]:
    """The stems that carry meaning."""
    cut = {word[:STEM] for word in text_words if len(word) >= MIN_WORD}
    return cut - _COMMON


def trigrams(text_words: Iterable[str]) -> set[str]:
    """Trigrams of a title, with the ends of words marked."""
    padded = f" {' '.join(text_words)} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}


@lru_cache(_KNOWN)
def _stems_of(folded: str) -> frozenset[str]:
    """The beginnings of all words of a folded text: who reviews ideas compares the same ones all day."""
    return frozenset({sys.intern(word[:STEM]) for word in folded.split()})


@lru_cache(_KNOWN)
def _trigrams_of(title: str) -> frozenset[str]:
    return frozenset({sys.intern(one) for one in trigrams(words(title))})


def rank(
    title: str,
    text: str,
    area: object,
    candidates: Sequence[Candidate],
    *,
    point: Point | None = None,
    limit: int = 5,
) -> list[Likeness]:
    """The candidates likest to an idea of this title, text and place, best first, none below THRESHOLD. Who
    is near but says nothing of the same is not alike.
    """
    mine = stems(words(f"{title} {text}"))
    title_words = words(title)
    my_trigrams, my_title_stems = trigrams(title_words), stems(title_words)
    both = [mine & _stems_of(one.folded) for one in candidates]
    frequency = Counter(chain.from_iterable(both))
    total = len(candidates) + 1
    weight = {stem: math.log(1 + total / (1 + frequency[stem])) for stem in mine}
    my_weight = sum(weight.values()) or 1.0
    found = []
    for candidate, shared in zip(candidates, both, strict=True):
        if not shared:
            continue
        overlap = sum([weight[stem] for stem in shared]) / my_weight
        in_title = _dice(my_trigrams, _trigrams_of(candidate.title))
        score = TITLE_WEIGHT * in_title + WORDS_WEIGHT * overlap
        score += AREA_BONUS if area is not None and area == candidate.area else 0.0
        score += NEAR_BONUS if is_near(point, candidate.point) else 0.0
        if score >= THRESHOLD:
            found.append((min(1.0, score), candidate, shared))
    best = sorted(found, key=lambda one: -one[0])[:limit]

    def rarest(shared: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(shared, key=lambda stem: (stem not in my_title_stems, -weight[stem], stem))[:4])

    return [Likeness(candidate.key, score, rarest(shared)) for score, candidate, shared in best]


def is_near(one: Point | None, other: Point | None) -> bool:
    """Whether two points are at most NEAR_METERS apart; on a plane, which a city is small enough for."""
    if one is None or other is None:
        return False
    north = (one[0] - other[0]) * 111_200  # meters a degree
    east = (one[1] - other[1]) * 111_200 * math.cos(math.radians(one[0]))
    return math.hypot(north, east) <= NEAR_METERS


def _dice(left: set[str], right: frozenset[str]) -> float:
    return 2 * len(left & right) / ((len(left) + len(right)) or 1)
