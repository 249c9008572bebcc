"""The record of a count in rounds: figures, who was elected and excluded when, ties, and final places.

Shared by the rules that elect and exclude round by round (STV, Meek, IRV). Figures are whole numbers of the
rule's smallest part of a vote; `decimals` says how many of them make one. Candidates are numbers in the
contest's order, which decides nothing but the order in which equals are listed.

Reasons and facts: `elected` and `elected_to_fill` (round, votes, quota), `excluded` (round, votes),
`outranked` for who was still in the count when the last seat was filled (round, votes), `not_eligible` (why:
the option's reason, or `undeclared`, then also round and votes), `tie_unresolved` and `after_unresolved_tie`
(round, votes). Ties are `at` "exclusion:ROUND", "surplus:ROUND" or "election:ROUND".
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from voting.rules.entries import Bools, Ints
from voting.rules.result import Decision, Fact, Result, Round, RoundAction, Standing, Tie
from voting.rules.seats.outcome import seats_result
from voting.rules.seats.preferences import Preferences, ineligible, weak_orders
from voting.rules.tally import MAX_PLACES, Received, TooLarge
from voting.rules.ties import TiePolicy, settle

UNDECLARED = "undeclared"
"""Option.category of names written in by voters that nobody had declared: counted together, never elected."""

Undeclared = Literal["candidate", "leave_first", "removed"]
"""Such names are a candidate like others, count once and leave first, or are taken out before the count."""

Choice = Literal["exclusion", "surplus", "election"]


class Stages:
    """What has been decided so far, and how it came about."""

    def __init__(
        self,
        box: Received,
        written: Preferences,
        policy: TiePolicy,
        *,
        decimals: int = 0,
        undeclared: Undeclared = "candidate",
    ) -> None:
        self.box, self.policy, self.unit, self.decimals = box, policy, 10**decimals, decimals
        self.ids = written.ids
        self.index = {name: c for c, name in enumerate(written.ids)}
        self.options = {option.id: option for option in box.contest.options}
        self.named = {standing.option: standing for standing in _named(written)}
        self.rounds: list[Round] = []
        self.figures: list[list[int]] = []
        self.ties: list[Tie] = []
        self.elected: dict[int, tuple[int, Decision]] = {}
        self.excluded: dict[int, int] = {}
        self.undecided: tuple[int, ...] = ()
        self.quota = 0
        self.ineligible = {c: o.excluded for c, o in enumerate(box.contest.options) if o.excluded is not None}
        self.absent: Bools = ineligible(box)  # taken out of the papers before the count
        self.undeclared: list[int] = []
        if undeclared != "candidate":
            named = [c for c, option in enumerate(box.contest.options) if option.category == UNDECLARED]
            self.undeclared = [c for c in named if c not in self.ineligible]
            self.ineligible |= dict.fromkeys(self.undeclared, UNDECLARED)
        if undeclared == "removed":
            self.absent[self.undeclared] = True

    @property
    def candidates(self) -> list[int]:
        """Everybody who can be elected."""
        return [c for c in range(len(self.ids)) if c not in self.ineligible]

    @property
    def vacancies(self) -> int:
        """Seats without an elected candidate."""
        return self.box.contest.seats - len(self.elected)

    @property
    def number(self) -> int:
        """Of the round that is being decided."""
        return len(self.rounds) + 1

    def text(self, figure: int) -> str:
        """A figure as votes: whole where it is whole, else with all the rule's decimals."""
        whole, part = divmod(figure, self.unit)
        return f"{whole}.{part:0{self.decimals}d}" if part else str(whole)

    def by_votes(self, candidates: Iterable[int], figures: Sequence[int]) -> list[int]:
        """Most votes first; equals in the contest's order, which decides nothing."""
        return sorted(candidates, key=lambda c: (-figures[c], c))

    def record(
        self,
        action: RoundAction,
        figures: Sequence[int],
        *,
        subjects: Iterable[int] = (),
        elected: Sequence[int] = (),
        to_fill: Sequence[int] = (),
        excluded: Sequence[int] = (),
        exhausted: int = 0,
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Note a finished round with what was decided on its figures."""
        number, gone = self.number, set(self.excluded)
        here = [c for c in range(len(self.ids)) if c not in gone and (figures[c] or c not in self.ineligible)]
        self.elected.update(dict.fromkeys(elected, (number, "elected")))
        self.elected.update(dict.fromkeys(to_fill, (number, "elected_to_fill")))
        self.excluded.update(dict.fromkeys(excluded, number))
        self.figures.append(list(figures))
        self.rounds.append(
            Round(
                number=number,
                action=action,
                subjects=tuple(self.ids[c] for c in subjects),
                votes=tuple((self.ids[c], self.text(figures[c])) for c in here),
                quota=self.text(self.quota),
                exhausted=self.text(exhausted),
                elected=tuple(self.ids[c] for c in (*elected, *to_fill)),
                excluded=tuple(self.ids[c] for c in excluded),
                facts=dict(facts or {}),
            )
        )

    def preferred(
        self, choice: Choice, tied: Sequence[int], *, harmless: Callable[[Sequence[int]], bool]
    ) -> tuple[int, ...]:
        """Who of the tied is to be taken: the first in the policy's order, or the last for an exclusion.

        More than one is given when nothing separates them and `harmless` shows that their order cannot change
        who wins: they are taken together. Nobody is given when it could; then the count has to wait.
        """
        settled = settle(
            self.policy,
            [self.ids[c] for c in tied],
            self.options,
            self.named,
            earlier=lambda name: [-row[self.index[name]] for row in reversed(self.figures)],
        )
        group = settled.groups[-1 if choice == "exclusion" else 0]
        taken = tuple(c for c in tied if self.ids[c] in group)
        matters = not harmless(tied)
        resolved = len(taken) == 1 or harmless(taken)
        self.ties.append(
            Tie(
                at=f"{choice}:{self.number}",
                options=tuple(self.ids[c] for c in tied),
                matters=matters,
                resolved=resolved,
                settled_by=settled.settled_by,
                order=tuple(name for part in settled.groups for name in part),
            )
        )
        if not resolved:
            self.undecided = taken
        return taken if resolved else ()

    def result(
        self,
        *,
        rule: str,
        version: int,
        params: msgspec.Struct,
        waiting: bool = False,
        facts: Mapping[str, Fact] | None = None,
    ) -> Result:
        """The finished count; `waiting` when a tie that matters stopped it."""
        places = self._places(waiting=waiting)
        ranked = sorted(places.values())
        first = self.figures[0]
        standings = [
            msgspec.structs.replace(
                self.named[name],
                rank=1 + bisect_left(ranked, places[c]),
                score=first[c] // self.unit if first else 0,
            )
            for c, name in enumerate(self.ids)
        ]
        return seats_result(
            self.box,
            rule=rule,
            version=version,
            params=params,
            winners=[self.ids[c] for c in sorted(self.elected, key=lambda c: (places[c], c))],
            reasons={name: self._reason(c, waiting=waiting) for c, name in enumerate(self.ids)},
            standings=standings,
            rounds=self.rounds,
            ties=self.ties,
            complete=not waiting,
            facts=facts,
        )

    def _places(self, *, waiting: bool) -> dict[int, tuple[int, ...]]:
        """A key for each candidate's final place, smaller is better, equal for equals: elected by round and
        votes, then who never left by votes, then the excluded, the last to leave first.
        """
        places: dict[int, tuple[int, ...]] = {}
        for c in range(len(self.ids)):
            if c in self.elected:
                number = self.elected[c][0]
                places[c] = (0, number, -self.figures[number - 1][c])
            elif c in self.ineligible:
                places[c] = (3,)
            elif c in self.excluded:
                number = self.excluded[c]
                places[c] = (2, -number, -self.figures[number - 1][c])
            else:
                places[c] = (1,) if waiting else (1, -self.figures[-1][c])
        return places

    def _reason(self, c: int, *, waiting: bool) -> tuple[Decision, dict[str, Fact]]:
        if c in self.elected:
            number, decision = self.elected[c]
            return decision, self._figures(c, number) | {"quota": self.rounds[number - 1].quota}
        if c in self.ineligible:
            why: dict[str, Fact] = {"why": self.ineligible[c]}
            number = self.excluded.get(c, 0)
            return "not_eligible", why | (self._figures(c, number) if number else {})
        if c in self.excluded:
            return "excluded", self._figures(c, self.excluded[c])
        last = self._figures(c, len(self.rounds))
        if waiting:
            return "tie_unresolved" if c in self.undecided else "after_unresolved_tie", last
        return "outranked", last

    def _figures(self, c: int, number: int) -> dict[str, Fact]:
        return {"round": number, "votes": self.text(self.figures[number - 1][c])}


def _named(written: Preferences) -> list[Standing]:
    """Who names each option and at which rank, as the papers stand; not yet how it ended."""
    weak = weak_orders(written)
    longest = int(weak.place.max(initial=-1)) + 1
    if longest * len(written.ids) > MAX_PLACES:
        raise TooLarge(f"papers of {longest} places for {len(written.ids)} options")
    table: Ints = np.zeros(len(written.ids) * longest, dtype=np.int64)
    np.add.at(table, weak.option * longest + weak.place, weak.weight[weak.paper])
    by_place = table.reshape(len(written.ids), longest).tolist()
    return [
        Standing(
            option=name,
            rank=0,
            score=0,
            supporters=sum(places),
            first_places=places[0] if places else 0,
            by_place=tuple(places),
        )
        for name, places in zip(written.ids, by_place, strict=True)
    ]
