"""Where two token sequences differ: trimmed at both ends, then compared by the standard library's matcher.

Comparing is bounded: two long middles that share little are one replacement.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

from amendments.text.tokens import count_words, fold

MAX_PRODUCT = 25_000_000  # tokens of one middle times those of the other
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
    if not left or not right or len(left) * len(right) > MAX_PRODUCT:
        return [(head, head + len(left), head, head + len(right))]
    if not exact:
        left, right = tuple(map(fold, left)), tuple(map(fold, right))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return [
        (head + a, head + b, head + c, head + d)
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


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
