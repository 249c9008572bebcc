"""Papers as flat arrays, read once: one entry for each option a paper names, whatever kind of paper it is.

A hundred thousand papers of text cost more time to walk than any count does. So they are walked here once, in
the order in which they lie in memory; what follows (are they valid, in which order do they stand, who wins)
looks at whole columns.

The canonical order of papers is that of their canonical text (papers.canonical), byte by byte. `text_order`
finds it without comparing texts. Behind what all papers of a kind begin with, a text is a row of pieces, one
an entry: the ends of ranks before it where ranks may be equal or skipped, the option's name, and its points
where there are any. No piece begins another one of its kind: a name ends with the only quotation mark in it
that is not escaped, points end with a bracket. So two texts differ first where two pieces do, and the smaller
piece is:
* the one with fewer ends of ranks before it: a comma or a quotation mark goes on, a bracket ends a rank;
* then the smaller name, with its quotation marks; then the smaller points, as text, with their bracket.
Where a paper ends there is a bracket, and a paper that goes on has a comma, a quotation mark or an opening
bracket there, which are all smaller. Every piece is therefore a number, the end is one greater than all, and
texts are in the order of these rows of numbers. Several of them at a time fill a word of 64 bits.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from math import prod
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.papers import MAX_POINTS, Paper, VoteType, canonical

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BLOCK = (
    1 << 20
)  # cells of the table in which repeated mentions are found: 4 MB, whatever the number of papers

_WRITTEN: dict[VoteType, Callable[[Any], Sequence[Any]]] = {
    "ordinal": attrgetter("places"),
    "approval": attrgetter("approved"),
    "cumulative": attrgetter("points"),
    "scoring": attrgetter("points"),
    "preference": attrgetter("ranks"),
}


class Entries(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Distinct papers of one kind: paper p occurs `weight[p]` times and has the entries `start[p]` to
    `start[p + 1]` in its own order.

    Of each entry: `option`, a position among the contest's (or beyond them, for a name that is not one of
    them); `rank` from 0, where ranks may be equal or skipped (elsewhere an entry's place says it); `points`
    where papers give any.
    """

    weight: Ints
    start: Ints
    option: NDArray[np.int32]
    rank: NDArray[np.int32] | None = None
    points: Ints | None = None

    @property
    def length(self) -> Ints:
        """How many entries each paper has."""
        return np.diff(self.start)

    @property
    def place(self) -> NDArray[np.int32]:
        """Which of its paper's entries each one is, from 0."""
        return count_up(self.length)

    def taken(self, papers: Ints) -> "Entries":
        """These papers, in this order."""
        length = self.length[papers]
        start = starts_of(length)
        entry = np.arange(start[-1])
        entry += np.repeat(self.start[papers] - start[:-1], length)
        return Entries(
            weight=self.weight[papers],
            start=start,
            option=self.option[entry],
            rank=None if self.rank is None else self.rank[entry],
            points=None if self.points is None else self.points[entry],
        )


def read_papers(
    kind: VoteType, known: Sequence[str], papers: Sequence[Paper], numbers: Iterable[int]
) -> tuple[Entries, tuple[str, ...]]:
    """The entries of papers of that kind, and the names that their options stand for: `known`, the contest's
    option ids, and after them any others.
    """
    rows = list(map(_WRITTEN[kind], papers))
    length = _lengths(rows)
    rank = points = None
    groups = rows
    if kind == "preference":
        groups = list(chain.from_iterable(rows))
        together = _lengths(groups)
        rank, length = np.repeat(count_up(length), together), np.diff(starts_of(together)[starts_of(length)])
    elif kind in ("cumulative", "scoring"):
        groups = [[name for name, _ in chain.from_iterable(rows)]]
        points = _points([value for _, value in chain.from_iterable(rows)])
    names, count = tuple(known), int(length.sum())
    try:
        option = _numbered(names, groups, count)
    except KeyError:
        names += tuple(sorted(set(chain.from_iterable(groups)).difference(names)))
        option = _numbered(names, groups, count)
    weight = np.fromiter(numbers, dtype=np.int64, count=len(papers))
    entries = Entries(weight=weight, start=starts_of(length), option=option, rank=rank, points=points)
    return entries, names


def repeated(papers: Ints, option: Ints | NDArray[np.int32], size: int) -> Bools:
    """Which entries name an option that their paper has named before; `papers` tells where each begins and
    where the last ends, `size` is the number of names.

    Each entry of a block of papers writes its number into the cell of its paper and option, the last entry
    first, and then looks whether its number is still there: only the first mention's is.
    """
    again = np.zeros(len(option), dtype=bool)
    step = max(1, BLOCK // max(1, size))
    table = np.empty(step * size, dtype=np.int32)
    for first in range(0, len(papers) - 1, step):
        start = papers[first : first + step + 1]
        part = slice(int(start[0]), int(start[-1]))
        cell = np.repeat(np.arange(len(start) - 1) * size, np.diff(start)) + option[part]
        number = np.arange(len(cell), dtype=np.int32)
        table[cell[::-1]] = number[::-1]
        again[part] = table[cell] != number
    return again


def text_order(entries: Entries, names: Sequence[str]) -> Ints | None:
    """The order of the papers' canonical texts, for papers that are all different; nothing when there are
    points that no paper may give, or more different pieces than there are numbers.
    """
    if entries.points is not None and np.abs(entries.points).max(initial=0) > MAX_POINTS:
        return None
    parts = list(_parts(entries, names))
    last = max(1, prod(size for _, size in parts))
    bits = last.bit_length()
    if bits > 63:
        return None
    piece = np.zeros(len(entries.option) + 1, dtype=np.min_scalar_type(last))
    for part, size in parts:
        piece *= piece.dtype.type(size)
        piece[:-1] += part.astype(piece.dtype)
    piece[-1] = last  # stands for the end of every paper
    order = np.arange(len(entries.weight))
    unsettled, run = order.copy(), np.zeros(len(order), dtype=np.int64)
    for begin in range(0, int(entries.length.max(initial=0)) + 1, 64 // bits):
        papers = order[unsettled]
        key = _packed(piece, entries.start[papers] + begin, entries.start[papers + 1], bits)
        by = np.lexsort((key, run)) if begin else np.argsort(key)
        order[unsettled], key = papers[by], key[by]
        new = np.ones(len(key), dtype=bool)
        new[1:] = (key[1:] != key[:-1]) | (run[1:] != run[:-1])
        run = np.cumsum(new)
        equal = ~new
        equal[:-1] |= ~new[1:]
        unsettled, run = unsettled[equal], run[equal]
        if not len(unsettled):
            break
    return order


def _parts(entries: Entries, names: Sequence[str]) -> Iterable[tuple[NDArray[Any], int]]:
    """What the pieces are made of, in the order of the text: for each entry a number, and how many there
    are.
    """
    if entries.rank is not None:
        before = np.append(-1, entries.rank[:-1])[: len(entries.rank)]
        before[entries.start[:-1][entries.length > 0]] = -1
        ended = entries.rank - before
        yield ended, int(ended.max(initial=0)) + 1
    texts = [canonical(name) for name in names]
    yield _places_of(texts)[entries.option], len(names)
    if entries.points is not None:
        values, given = np.unique(entries.points, return_inverse=True)
        yield _places_of([f"{value}]" for value in values])[given], len(values)


def _places_of(texts: Sequence[bytes] | Sequence[str]) -> NDArray[np.unsignedinteger]:
    """Where each stands when they are sorted."""
    place = np.empty(len(texts), dtype=np.min_scalar_type(max(1, len(texts))))
    place[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return place


def _packed(piece: NDArray[Any], at: Ints, end: Ints, bits: int) -> NDArray[np.uint64]:
    """As many pieces as fit a word, from `at` on; from `end` on the one that stands last."""
    key = np.zeros(len(at), dtype=np.uint64)
    for step in range(64 // bits):
        key <<= np.uint64(bits)
        key |= piece[np.where(at + step < end, at + step, len(piece) - 1)]
    return key


def _numbered(names: Sequence[str], groups: Iterable[Iterable[str]], count: int) -> NDArray[np.int32]:
    number = {name: index for index, name in enumerate(names)}
    named = map(number.__getitem__, chain.from_iterable(groups))
    if len(number) <= 256:  # a third quicker
        return np.frombuffer(bytes(named), dtype=np.uint8).astype(np.int32)
    return np.fromiter(named, dtype=np.int32, count=count)


def _points(given: list[int]) -> Ints:
    """Points as they are given, as far as 64 bits hold them all; else those beyond any paper's become the
    first number beyond it.
    """
    try:
        return np.array(given, dtype=np.int64)
    except OverflowError:
        most = MAX_POINTS + 1
        return np.array([max(-most, min(value, most)) for value in given], dtype=np.int64)


def _lengths(rows: Sequence[Sequence[object]]) -> Ints:
    return np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))


def starts_of(length: Ints | Bools) -> Ints:
    """Where each begins when they follow each other, and where the last one ends."""
    start = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(length, out=start[1:])
    return start


def count_up(length: Ints) -> NDArray[np.int32]:
    """0, 1, 2, ... for each length, one after the other."""
    start = starts_of(length)
    result: NDArray[np.int32] = np.arange(start[-1], dtype=np.int32)
    result -= np.repeat(start[:-1].astype(np.int32), length)
    return result
