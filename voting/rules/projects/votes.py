"""What every paper holds in a count by expanding approvals for projects (pb_ear.py), and what it supports."""

import copy
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from voting.rules.tally import Tally


class Votes:
    """What every paper holds, in parts, and what the supporters of each project hold together.

    `papers` are the projects a paper names and that can be funded (`able`), best first, `number` how many
    such papers there are. A `vote` is so many parts. A paper is in `open` when it supports everything, which
    all do in the end if the rule `opens` them.
    """

    def __init__(self, counted: Tally, able: Sequence[bool], *, opens: bool, vote: int) -> None:
        profile = counted.profile
        keep = np.array(able, dtype=bool)[profile.option] if len(profile.option) else np.zeros(0, dtype=bool)
        ends = np.concatenate(([0], np.cumsum(keep)))[profile.start].tolist()
        kept = profile.option[keep].tolist()
        self.papers: list[list[int]] = [kept[begin:end] for begin, end in pairwise(ends)]
        self.number: list[int] = profile.weight.tolist()
        self.vote, self.opens = vote, opens
        self.held = [self.vote] * len(self.papers)
        self.level = 0
        self.growing = list(range(len(self.papers)))  # papers that will support more at the next level
        self.open: list[int] = []
        self.held_by_open = 0
        self.named = [0] * len(able)  # held by papers that are not open and name the project
        self.namers: list[list[tuple[int, int]]] = [[] for _ in able]  # (paper, place)

    def copy(self) -> "Votes":
        """The same votes, to be spent in another way."""
        twin = copy.copy(self)
        twin.held, twin.growing, twin.open = list(self.held), list(self.growing), list(self.open)
        twin.named, twin.namers = list(self.named), [list(some) for some in self.namers]
        return twin

    def next_level(self) -> None:
        """Every paper supports the project at its next place, or everything when it names no more."""
        self.level += 1
        still = []
        for paper in self.growing:
            names = self.papers[paper]
            together = self.held[paper] * self.number[paper]
            if self.level <= len(names):
                project = names[self.level - 1]
                self.named[project] += together
                self.namers[project].append((paper, self.level))
                still.append(paper)
            elif self.opens:
                for project in names:
                    self.named[project] -= together
                self.open.append(paper)
                self.held_by_open += together
        self.growing = still

    def support(self, project: int) -> int:
        """What the supporters of a project hold."""
        return self.named[project] + self.held_by_open

    def supporters(self, project: int) -> dict[int, list[int]]:
        """The papers that support a project, by the place where they name it, 0 where they do not."""
        places: dict[int, list[int]] = {}
        for paper, place in self.namers[project]:
            places.setdefault(place, []).append(paper)
        if self.open:
            opened = set(self.open)
            places = {place: [p for p in some if p not in opened] for place, some in places.items()}
            for paper in self.open:
                names = self.papers[paper]
                places.setdefault(names.index(project) + 1 if project in names else 0, []).append(paper)
        return {place: places[place] for place in sorted(places, key=lambda p: (p == 0, p)) if places[place]}

    def pay(self, project: int, cost: Fraction) -> None:
        """Take the cost, in parts, from the supporters: from each the same part of what they hold."""
        support = self.support(project)
        top = max(0, support * cost.denominator - cost.numerator)
        bottom = support * cost.denominator
        opened = set(self.open)
        keeps = {held: held * top // bottom for held in set(self.held)}
        for paper, _ in self.namers[project]:
            if paper not in opened:
                lost = (self.held[paper] - keeps[self.held[paper]]) * self.number[paper]
                self.held[paper] = keeps[self.held[paper]]
                for other in self.papers[paper][: self.level]:
                    self.named[other] -= lost
        for paper in self.open:
            self.held_by_open -= (self.held[paper] - keeps[self.held[paper]]) * self.number[paper]
            self.held[paper] = keeps[self.held[paper]]
