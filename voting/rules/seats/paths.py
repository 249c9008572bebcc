"""Papers by the way they take through elected candidates: what makes Meek's method quick.

Under Meek a paper's weight at a candidate depends on nothing but the elected candidates named before. All
papers that pass the same elected candidates in the same order form a *node*, however different they are
behind; papers stop at their first hopeful candidate. With s seats there are at most sum s!/k! nodes (326
for five), whatever the number of papers, and an iteration goes over nodes, not papers. A change of state
(elected, excluded) touches the papers of that candidate only.

Bounds: weights and keep factors are at most 10^9, so their products are at most 10^18 and fit 64 bits; sums
over papers are at most papers * 10^9, which fits for fewer than 9 * 10^9 papers. Beyond that the same columns
hold Python's whole numbers.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voting.rules.entries import Bools, Ints
from voting.rules.seats.preferences import Preferences

Whole = NDArray[Any]
"""64-bit numbers, or Python's own where those could overflow."""

MOST_IN_64_BITS = 9 * 10**9  # papers


class Paths:
    """The state of the papers; `votes` spreads them by the keep factors given."""

    def __init__(self, orders: Preferences, *, unit: int) -> None:
        self.option, self.weight, self.end = orders.option, orders.weight, orders.start[1:]
        self.at = orders.start[:-1].copy()
        self.unit = unit
        self.kind: Any = np.int64 if int(orders.weight.sum()) < MOST_IN_64_BITS else object
        count = len(orders.ids)
        self.hopeful: Bools = np.ones(count, dtype=bool)
        self.gone: Bools = np.zeros(count, dtype=bool)
        self.parent, self.candidate, self.depth, self.through = [0], [-1], [0], [0]
        self.child: dict[tuple[int, int], int] = {}
        self.waiting: list[dict[int, list[Ints]]] = [{} for _ in range(count)]
        everybody = np.arange(len(orders.weight))
        self._deal(everybody, np.zeros(len(everybody), dtype=np.int64))

    def elect(self, candidates: list[int]) -> None:
        """From here these keep only a part of each paper."""
        self.hopeful[candidates] = False
        for c in candidates:
            self._move_on(c)

    def exclude(self, candidates: list[int]) -> None:
        """From here papers pass these over."""
        self.hopeful[candidates] = False
        self.gone[candidates] = True
        for c in candidates:
            self._move_on(c)

    def votes(self, keep: list[int]) -> list[int]:
        """Each candidate's votes: from every paper, in its order, weight * keep factor, rounded up."""
        weight, kept = np.full(len(self.parent), self.unit, dtype=self.kind), self._zeros(len(self.parent))
        factor = np.array(keep, dtype=self.kind)
        for nodes, parents, candidates in self._levels:
            before = weight[parents]
            part = -(-before * factor[candidates] // self.unit)
            kept[nodes], weight[nodes] = part, before - part
        votes = self._zeros(len(keep))
        np.add.at(votes, self._passed, kept[1:] * self._through)
        node, hopeful, number = self._stopped
        np.add.at(votes, hopeful, weight[node] * number)
        return [int(vote) for vote in votes]

    def _zeros(self, size: int) -> Whole:
        return np.array([0] * size, dtype=self.kind)

    def _move_on(self, candidate: int) -> None:
        parcels, self.waiting[candidate] = self.waiting[candidate], {}
        papers = [np.concatenate(arrays) for arrays in parcels.values()]
        nodes = [np.full(len(part), node) for node, part in zip(parcels, papers, strict=True)]
        if not papers:
            self._arrange()
            return
        together, node = np.concatenate(papers), np.concatenate(nodes)
        if not self.gone[candidate]:
            node = self._through_node(node, np.full(len(together), candidate), together)
        self._deal(together, node)

    def _deal(self, papers: Ints, node: Ints) -> None:
        """Move papers that stand at these nodes on to their next hopeful candidate, through elected ones."""
        while len(papers):
            self._advance(papers)
            found = self.at[papers] < self.end[papers]
            papers, node = papers[found], node[found]
            to = self.option[self.at[papers]]
            stops = self.hopeful[to]
            for start, stop, order in _runs(node[stops] * len(self.hopeful) + to[stops]):
                first = order[start]
                pile = self.waiting[int(to[stops][first])]
                pile.setdefault(int(node[stops][first]), []).append(papers[stops][order[start:stop]])
            papers, node, to = papers[~stops], node[~stops], to[~stops]
            node = self._through_node(node, to, papers)
        self._arrange()

    def _advance(self, papers: Ints) -> None:
        """To the next candidate who has not been excluded, past the one just dealt with."""
        at, end = self.at[papers], self.end[papers]
        looking = np.arange(len(papers))
        while len(looking):
            looking = looking[at[looking] < end[looking]]
            looking = looking[self.gone[self.option[at[looking]]]]
            at[looking] += 1
        self.at[papers] = at

    def _through_node(self, node: Ints, to: Ints, papers: Ints) -> Ints:
        """The nodes behind these elected candidates; the papers are noted there and stand one further."""
        behind = np.empty(len(papers), dtype=np.int64)
        for start, stop, order in _runs(node * len(self.hopeful) + to):
            part = order[start:stop]
            key = (int(node[part[0]]), int(to[part[0]]))
            if key not in self.child:
                self.child[key] = len(self.parent)
                self.parent.append(key[0])
                self.candidate.append(key[1])
                self.depth.append(self.depth[key[0]] + 1)
                self.through.append(0)
            self.through[self.child[key]] += int(self.weight[papers[part]].sum())
            behind[part] = self.child[key]
        self.at[papers] += 1
        return behind

    def _arrange(self) -> None:
        """The columns that `votes` works on, by depth."""
        depth, parent = np.array(self.depth), np.array(self.parent)
        candidate = np.array(self.candidate)
        self._levels = []
        for level in range(1, max(self.depth) + 1):
            nodes = np.flatnonzero(depth == level)
            self._levels.append((nodes, parent[nodes], candidate[nodes]))
        self._passed, self._through = candidate[1:], np.array(self.through[1:], dtype=self.kind)
        stopped = [
            (node, c, int(sum(self.weight[array].sum() for array in arrays)))
            for c, parcels in enumerate(self.waiting)
            for node, arrays in parcels.items()
        ]
        node, hopeful, number = zip(*stopped, strict=True) if stopped else ((), (), ())
        self._stopped = (
            np.array(node, dtype=np.int64),
            np.array(hopeful, dtype=np.int64),
            np.array(number, dtype=self.kind),
        )


def _runs(keys: Ints) -> list[tuple[int, int, Ints]]:
    """Where equal keys stand together once sorted: (start, stop, the sorting)."""
    if not len(keys):
        return []
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys.min() - 1))
    return [(start, stop, order) for start, stop in pairwise([*starts.tolist(), len(keys)])]
