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
    """The state of the papers; `votes` spreads them by the keep factors given.

    Of each paper `node` and `at`: the way it has taken, and the preference at which it stands. Of each node:
    its `parent`, the elected `candidate` passed last, its `depth` and the papers that went `through` it.
    `stopped`: how many papers stand at a hopeful candidate behind a node; a pair may be there twice.
    """

    def __init__(self, orders: Preferences, *, unit: int) -> None:
        self.option, self.weight, self.end = orders.option, orders.weight, orders.start[1:]
        self.at = orders.start[:-1].copy()
        self.unit = unit
        self.kind: Any = np.int64 if int(orders.weight.sum()) < MOST_IN_64_BITS else object
        count = len(orders.ids)
        self.hopeful: Bools = np.ones(count, dtype=bool)
        self.gone: Bools = np.zeros(count, dtype=bool)
        self.node: Ints = np.zeros(len(orders.weight), dtype=np.int64)
        self.parent, self.candidate, self.depth, self.through = (
            np.array([value], dtype=np.int64) for value in (0, -1, 0, 0)
        )
        self.key: Ints = np.array([-1])  # of each node, from its parent and candidate; they grow with nodes
        self.waiting: list[list[Ints]] = [[] for _ in range(count)]
        self.stopped: list[tuple[Ints, Ints]] = []  # (node * candidates + candidate, papers)
        self._deal(np.arange(len(orders.weight)))

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
        np.add.at(votes, self.candidate[1:], kept[1:] * self._through)
        node, hopeful, number = self._stopped
        np.add.at(votes, hopeful, weight[node] * number)
        return [int(vote) for vote in votes]

    def _zeros(self, size: int) -> Whole:
        return np.array([0] * size, dtype=self.kind)

    def _move_on(self, candidate: int) -> None:
        parcels, self.waiting[candidate] = self.waiting[candidate], []
        for index, (key, number) in enumerate(self.stopped):
            stays = key % len(self.hopeful) != candidate
            self.stopped[index] = key[stays], number[stays]
        papers = np.concatenate([np.zeros(0, dtype=np.int64), *parcels])
        if not self.gone[candidate]:
            self._pass_through(papers)
        self._deal(papers)

    def _deal(self, papers: Ints) -> None:
        """Move papers on to their next hopeful candidate, through elected ones."""
        while len(papers):
            self._advance(papers)
            papers = papers[self.at[papers] < self.end[papers]]
            to = self.option[self.at[papers]]
            stops = self.hopeful[to]
            self._lay(papers[stops], to[stops])
            papers = papers[~stops]
            self._pass_through(papers)
        self._arrange()

    def _lay(self, papers: Ints, to: Ints) -> None:
        """Papers wait at these hopeful candidates."""
        order = np.argsort(to.astype(np.int16), kind="stable")
        bounds = np.searchsorted(to[order], np.arange(len(self.hopeful) + 1)).tolist()
        for candidate, (first, last) in enumerate(pairwise(bounds)):
            if first < last:
                self.waiting[candidate].append(papers[order[first:last]])
        key, number, _ = self._added(self.node[papers] * len(self.hopeful) + to, papers)
        self.stopped.append((key, number))

    def _advance(self, papers: Ints) -> None:
        """To the next candidate who has not been excluded, past the one just dealt with."""
        at, end = self.at[papers], self.end[papers]
        looking = np.arange(len(papers))
        while len(looking):
            looking = looking[at[looking] < end[looking]]
            looking = looking[self.gone[self.option[at[looking]]]]
            at[looking] += 1
        self.at[papers] = at

    def _pass_through(self, papers: Ints) -> None:
        """The papers go through the elected candidates at whom they stand, to the nodes behind them."""
        key, number, back = self._added(
            self.node[papers] * len(self.hopeful) + self.option[self.at[papers]], papers
        )
        known = np.argsort(self.key, kind="stable")
        place = np.minimum(np.searchsorted(self.key, key, sorter=known), len(known) - 1)
        behind = known[place]
        new = self.key[behind] != key
        behind[new] = len(self.key) + np.arange(int(new.sum()))
        parent, candidate = np.divmod(key[new], len(self.hopeful))
        self.key = np.append(self.key, key[new])
        self.parent = np.append(self.parent, parent)
        self.candidate = np.append(self.candidate, candidate)
        self.depth = np.append(self.depth, self.depth[parent] + 1)
        self.through = np.append(self.through, np.zeros(len(parent), dtype=np.int64))
        self.through[behind] += number
        self.node[papers] = behind[back]
        self.at[papers] += 1

    def _added(self, keys: Ints, papers: Ints) -> tuple[Ints, Ints, Ints]:
        """The different keys, the papers of each, and for each paper which of them is its own."""
        different, back = np.unique(keys, return_inverse=True)
        number = np.zeros(len(different), dtype=np.int64)
        np.add.at(number, back, self.weight[papers])
        return different, number, back

    def _arrange(self) -> None:
        """The columns that `votes` works on, nodes by depth."""
        self._levels = []
        for level in range(1, int(self.depth.max()) + 1):
            nodes = np.flatnonzero(self.depth == level)
            self._levels.append((nodes, self.parent[nodes], self.candidate[nodes]))
        self._through = self.through[1:].astype(self.kind)
        keys, numbers = zip(*self.stopped, strict=True) if self.stopped else ((), ())
        none = np.zeros(0, dtype=np.int64)
        node, hopeful = np.divmod(np.concatenate([none, *keys]), len(self.hopeful))
        self._stopped = node, hopeful, np.concatenate([none, *numbers]).astype(self.kind)
