"""Papers lying on piles, one a candidate, each with a value: what STV and IRV move about.

Only the papers of the candidate concerned are touched, as whole columns: a paper's place in the flat array of
preferences (`at`) moves on to the next open candidate, and its sum is added to that pile.

Bounds: a value is at most `unit` (10^5), weights sum to at most papers.MAX_PAPERS = 10^10, so that every sum
of values is at most 10^15 and fits 64 bits. Products of values and surpluses could exceed them and are made
in Python's whole numbers, once for each distinct value in a pile.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from voting.rules.entries import Bools, Ints
from voting.rules.seats.preferences import Preferences


class Piles:
    """The state of the papers. `votes` are the piles' values, `exhausted` that of papers counting for nobody,
    both in parts of a vote; `lost` is what rounding down has taken away.
    """

    def __init__(self, orders: Preferences, *, unit: int) -> None:
        self.option, self.weight, self.end = orders.option, orders.weight, orders.start[1:]
        self.at = orders.start[:-1].copy()
        self.value: Ints = np.full(len(orders.weight), unit, dtype=np.int64)
        self.open: Bools = np.ones(len(orders.ids), dtype=bool)
        self.parcels: list[list[Ints]] = [[] for _ in orders.ids]
        self.votes = [0] * len(orders.ids)
        self.exhausted = 0
        self.lost = 0
        self._deal(np.arange(len(orders.weight)))

    def close(self, candidate: int) -> None:
        """Nothing more is given to this candidate."""
        self.open[candidate] = False

    def clear(self, candidates: list[int]) -> int:
        """Move all papers of these candidates on at the value they have. How many papers moved."""
        papers = [parcel for c in candidates for parcel in self.parcels[c]]
        for c in candidates:
            self.parcels[c], self.votes[c] = [], 0
        return self._deal(np.concatenate(papers)) if papers else 0

    def pass_on(self, candidates: list[int], *, keep: int, new_value: Callable[[int, int], int]) -> int:
        """Move all papers of these candidates on; each keeps `keep` votes, and a paper of value v is worth
        new_value(v, votes of the candidate) from here. How many papers moved.
        """
        moving = []
        for c in candidates:
            papers = np.concatenate(self.parcels[c]) if self.parcels[c] else np.zeros(0, dtype=np.int64)
            distinct, kind = np.unique(self.value[papers], return_inverse=True)
            values = [new_value(int(value), self.votes[c]) for value in distinct]
            self.value[papers] = np.array(values, dtype=np.int64)[kind]
            passed = int((self.value[papers] * self.weight[papers]).sum())
            self.lost += self.votes[c] - keep - passed
            self.parcels[c], self.votes[c] = [], keep
            moving.append(papers)
        return self._deal(np.concatenate(moving))

    def _deal(self, papers: Ints) -> int:
        """Lay papers on the pile of their next open candidate, or aside. How many they are."""
        moved = int(self.weight[papers].sum())
        at, end = self.at[papers], self.end[papers]
        looking = np.arange(len(papers))
        while len(looking):
            looking = looking[at[looking] < end[looking]]
            looking = looking[~self.open[self.option[at[looking]]]]
            at[looking] += 1
        self.at[papers] = at
        sums = self.value[papers] * self.weight[papers]
        found = at < end
        self.exhausted += int(sums[~found].sum())
        papers, sums, to = papers[found], sums[found], self.option[at[found]].astype(np.int16)
        order = np.argsort(to, kind="stable")
        papers, sums, to = papers[order], sums[order], to[order]
        starts = np.flatnonzero(np.diff(to, prepend=-1))
        for first, last in pairwise([*starts.tolist(), len(to)]):
            candidate = int(to[first])
            self.parcels[candidate].append(papers[first:last])
            self.votes[candidate] += int(sums[first:last].sum())
        return moved
