"""Where two token sequences differ: trimmed at both ends, then compared by the standard library's matcher.

Comparing is bounded by the work it takes, counted, not timed, so that the same texts always give the same:
what is left when the work is used up counts as replaced.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import TypeAlias

from amendments.text.tokens import count_words, fold, is_space

MAX_WORK = 1_500_000  # pairs of equal tokens looked at, and a few for each token: about 0.2 seconds
MERGE_BELOW_WORDS = 3

Hunk: TypeAlias = tuple[int, int, int, int]
"""Tokens [a, b) of the old text became tokens [c, d) of the new one."""


def find_hunks(old: Sequence[str], new: Sequence[str], *, exact: bool = False) -> list[Hunk]:
    """The finest differences, from left to right. Unless `exact`, spelling variants are equal."""
    head = _common(old, new, exact=exact)
    old_rest, new_rest = old[head:], new[head:]
    tail = _common(old_rest[::-1], new_rest[::-1], exact=exact)
    left, right = old_rest[: len(old_rest) - tail], new_rest[: len(new_rest) - tail]
    if not left and not right:
        return []
    if not left or not right:
        return [(head, head + len(left), head, head + len(right))]
    if not exact:
        left, right = tuple(map(fold, left)), tuple(map(fold, right))
    return [(head + a, head + b, head + c, head + d) for a, b, c, d in _between(left, right)]


def _between(left: Sequence[str], right: Sequence[str]) -> Iterator[Hunk]:
    """What lies between the tokens that match."""
    a = c = 0
    for p, q in [*_matched(left, right), (len(left), len(right))]:
        if a < p or c < q:
            yield a, p, c, q
        a, c = p + 1, q + 1


def _matched(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Places of tokens that are the same in both. Words and signs are matched, spaces go with them: by itself
    each space of one text is like each of the other.
    """
    ours = [place for place, token in enumerate(left) if not is_space(token)]
    theirs = [place for place, token in enumerate(right) if not is_space(token)]
    matcher = _Matcher([left[place] for place in ours], [right[place] for place in theirs])
    found: list[tuple[int, int]] = []
    for block in matcher.get_matching_blocks():
        for at in range(block.size):
            word = ours[block.a + at], theirs[block.b + at]
            for p, q in ((word[0] - 1, word[1] - 1), word, (word[0] + 1, word[1] + 1)):
                is_next = p >= 0 and q >= 0 and (not found or (found[-1][0] < p and found[-1][1] < q))
                same = p < len(left) and q < len(right) and left[p] == right[q]
                if is_next and same and ((p, q) == word or is_space(left[p])):
                    found.append((p, q))
    return found


class _Matcher(SequenceMatcher[str]):
    """The matcher with bounded work."""

    def __init__(self, left: Sequence[str], right: Sequence[str]) -> None:
        super().__init__(None, left, right, autojunk=False)
        counts = Counter(right)
        self._work = [0, *accumulate(counts[token] + 3 for token in left)]
        self._left = MAX_WORK

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """The longest match in a part of both; none when the work is used up."""
        end = len(self._work) - 1 if ahi is None else ahi
        self._left -= self._work[end] - self._work[alo]
        return super().find_longest_match(alo, ahi, blo, bhi) if self._left >= 0 else Match(alo, blo, 0)


def _common(one: Sequence[str], other: Sequence[str], *, exact: bool) -> int:
    """How many tokens are the same from the front."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right and (exact or fold(left) != fold(right)):
            break
        length += 1
    return length


def merge_hunks(old: tuple[str, ...], hunks: list[Hunk]) -> list[Hunk]:
    """Hunks with fewer than three unchanged words between them become one: what a person would call one
    change stays whole, so that nobody else's change can slip in between its words.
    """
    merged: list[Hunk] = []
    for a, b, c, d in hunks:
        if merged and count_words(old[merged[-1][1] : a]) < MERGE_BELOW_WORDS:
            a, _, c, _ = merged.pop()
        merged.append((a, b, c, d))
    return merged
