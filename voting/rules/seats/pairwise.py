"""How many papers put each option above each other one: what all rules of comparison start from.

An option that a paper does not name stands below all it names, level with the others it does not name. Two at
one rank are level, and count for neither against the other. Skipped ranks say nothing.

Exact and fast: ranks of a block of papers lie option by option in one row of small numbers, so a comparison
of two options is one comparison of rows, and its result is counted as bits. Weights are taken binary digit by
digit: the papers whose weight has the digit 2^d count 2^d times. So everything is a sum of whole numbers
(below papers.MAX_PAPERS: 64 bits hold it), and papers cast once each, the usual case, are counted in one go.
"""

import numpy as np
from numpy.typing import NDArray

from voting.rules.entries import Ints
from voting.rules.seats.preferences import Preferences
from voting.rules.tally import TooLarge

MAX_COMPARED = 1_000  # options: a million comparisons; the largest known election by such a rule has some 130
BLOCK = 1 << 22  # ranks held at once: 4 MB, or 8 MB above 255 options, whatever the number of papers


def above(orders: Preferences) -> Ints:
    """For each entry, how many options its paper puts strictly above it. Those of one rank follow each other
    in `orders`, as in everything that preferences.py makes.
    """
    size = len(orders.option)
    if orders.plain:
        return orders.place
    if not size:
        return np.zeros(0, dtype=np.int64)
    starts = orders.start[:-1][orders.length > 0]
    new_rank = np.zeros(size, dtype=bool)
    new_rank[1:] = orders.place[1:] != orders.place[:-1]
    new_rank[starts] = True
    first_of_rank = np.maximum.accumulate(np.where(new_rank, np.arange(size), 0))
    result: Ints = first_of_rank - orders.start[orders.paper]
    return result


def rank_table(orders: Preferences, ranks: Ints, first: int, last: int) -> NDArray[np.unsignedinteger]:
    """A row an option: its rank on each of the papers first..last-1, and the number of options if unranked.

    `ranks` is `above(orders)`, which says the rank of every entry.
    """
    size = len(orders.ids)
    table = np.full((size, last - first), size, dtype=np.uint8 if size < 256 else np.uint16)
    entries = slice(orders.start[first], orders.start[last])
    paper = np.repeat(np.arange(last - first), orders.length[first:last])
    table[orders.option[entries], paper] = ranks[entries]
    return table


def pairwise(orders: Preferences) -> Ints:
    """Row a, column b: how many papers put a above b, options in the contest's order. Raises: TooLarge."""
    size, papers = len(orders.ids), len(orders.weight)
    if size > MAX_COMPARED:
        raise TooLarge(f"more than {MAX_COMPARED} options to compare two by two")
    total = np.zeros((size, size), dtype=np.int64)
    ranks = above(orders)
    step = max(1, BLOCK // max(1, size))
    for first in range(0, papers, step):
        last = min(papers, first + step)
        table = rank_table(orders, ranks, first, last)
        _add(total, table, orders.weight[first:last])
    return total


def _add(total: Ints, table: NDArray[np.unsignedinteger], weight: Ints) -> None:
    """Add the comparisons of one block of papers."""
    for digit in range(int(weight.max()).bit_length()):
        chosen = (weight >> digit) & 1 == 1
        if not chosen.any():
            continue
        rows = table if chosen.all() else np.ascontiguousarray(table[:, chosen])
        is_above = np.empty(rows.shape, dtype=bool)
        for option, row in enumerate(rows):
            np.less(row, rows, out=is_above)
            total[option] += [np.count_nonzero(other) << digit for other in is_above]
