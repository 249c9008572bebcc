"""Single transferable vote by Meek's method: who is elected keeps just the part of each paper they need.

Papers of elected candidates move on, also to those elected before; the quota falls as papers run out. Keep
factors are found by iteration, all in decimals cut or rounded up as the reference rule says, so that anybody
who repeats the count gets the same digits. Source: Proportional Representation Foundation, Reference Meek
Rule (2009); B. L. Meek, 1969; Hill, Wichmann and Woodall, Algorithm 123, Computer Journal 30 (1987).

Reasons and facts: see stages.py. Facts of a round: `surplus` (left over when the iteration ended),
`iterations`, and `keep:ID` for each elected candidate. Facts of the result: `quota` (of the last round),
`valid`, `unclear` (counted papers that say no first preference; exhausted from the start).
"""

from typing import Literal

import msgspec

from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Fact, Result
from voting.rules.seats.paths import Paths
from voting.rules.seats.preferences import Reading, preferences_of, strict_orders
from voting.rules.seats.stages import Stages
from voting.rules.tally import receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1


class MeekParams(msgspec.Struct, frozen=True, kw_only=True, tag="meek", tag_field="family"):
    """`decimals` of every figure; the iteration ends when the surpluses together are below 10^-`near`, or no
    longer fall. `overvote`, `skipped`, `duplicate`: see preferences.Reading.
    """

    decimals: int
    near: int
    overvote: Literal["exhaust", "skip"]
    skipped: int | None
    duplicate: Literal["exhaust", "skip"]

    @property
    def reading(self) -> Reading:
        """What it makes of unclear papers."""
        return Reading(overvote=self.overvote, skipped=self.skipped, duplicate=self.duplicate)


MEEK: dict[str, MeekParams] = {
    "stv/meek": MeekParams(decimals=9, near=6, overvote="exhaust", skipped=None, duplicate="skip"),
}


def count_meek(contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: MeekParams) -> Result:
    """Count papers in any order. A tie that could matter and that `ties` does not settle leaves the result
    incomplete.

    Raises: TooLarge; FalseSeed when a revealed seed does not match its commitment.
    """
    check_seed(ties)
    box = receive(contest, papers)
    written = preferences_of(box)
    stages = Stages(box, written, ties, decimals=params.decimals)
    orders = strict_orders(written, params.reading, without=stages.absent)
    run = MeekRun(stages, Paths(orders, unit=stages.unit), params)
    run.everything()
    valid = int(orders.weight[orders.length > 0].sum())
    facts: dict[str, Fact] = {
        "quota": stages.text(stages.quota),
        "valid": valid,
        "unclear": box.counted - valid,
    }
    return stages.result(rule=name, version=VERSION, params=params, waiting=run.waiting, facts=facts)


class MeekRun:
    """The state of one count: keep factors, and who is still in it."""

    def __init__(self, stages: Stages, paths: Paths, params: MeekParams) -> None:
        self.stages, self.paths = stages, paths
        self.near: int = 10 ** (params.decimals - params.near)
        self.continuing = stages.candidates
        self.elected: list[int] = []
        self.keep = [stages.unit] * len(stages.ids)
        self.surplus = 0
        self.iterations = 0
        self.waiting = False

    def everything(self) -> None:
        """Round after round: iterate, then elect whoever has the quota, or else exclude the lowest."""
        subjects: list[int] = []
        while True:
            votes, reached = self._iterate()
            vacancies = self.stages.vacancies - len(reached)
            staying = [c for c in self.continuing if c not in reached]
            losers: list[int] = []
            if vacancies and len(staying) > vacancies and not reached:
                losers = self._lowest(votes, vacancies)
                staying = [c for c in staying if c not in losers]
            to_fill = self.stages.by_votes(staying, votes) if len(staying) <= vacancies else []
            self._record(votes, subjects, reached, to_fill, losers)
            if self.waiting or len(staying) <= vacancies or not vacancies:
                return
            self.continuing = staying
            self.elected += reached
            self.paths.elect(reached)
            for c in losers:
                self.keep[c] = 0
            self.paths.exclude(losers)
            subjects = reached or losers

    def _iterate(self) -> tuple[list[int], list[int]]:
        """Spread the votes and correct the keep factors until somebody new has the quota, or the surpluses
        are next to nothing or no longer fall. The votes, and who has the quota, most votes first.
        """
        previous: int | None = None
        self.iterations = 0
        while True:
            votes = self.paths.votes(self.keep)
            self.iterations += 1
            quota = sum(votes) // (self.stages.box.contest.seats + 1) + 1
            self.stages.quota = quota
            reached = [c for c in self.continuing if votes[c] >= quota]
            self.surplus = max(0, sum(votes[c] - quota for c in (*self.elected, *reached)))
            if reached:
                return votes, self.stages.by_votes(reached, votes)
            if self.surplus < self.near or (previous is not None and self.surplus >= previous):
                return votes, []
            previous = self.surplus
            for c in self.elected:
                part = -(-self.keep[c] * quota // self.stages.unit)
                self.keep[c] = -(-part * self.stages.unit // votes[c])

    def _lowest(self, votes: list[int], vacancies: int) -> list[int]:
        """Who is excluded; everybody counts as lowest whom the surplus still to be spread could make so."""
        fewest = min(votes[c] for c in self.continuing)
        tied = [c for c in self.continuing if votes[c] <= fewest + self.surplus]
        if len(tied) == 1:
            return tied
        # Who has no votes moves nothing, and a surplus below `near` is not spread any further.
        settled = self.surplus < self.near and not any(votes[c] for c in tied)
        losers = self.stages.preferred(
            "exclusion",
            tied,
            harmless=lambda group: settled and len(self.continuing) - len(group) >= vacancies,
        )
        self.waiting = not losers
        return list(losers)

    def _record(
        self,
        votes: list[int],
        subjects: list[int],
        reached: list[int],
        to_fill: list[int],
        losers: list[int],
    ) -> None:
        facts: dict[str, Fact] = {
            "surplus": self.stages.text(self.surplus),
            "iterations": self.iterations,
        }
        for c in sorted(self.elected):
            facts[f"keep:{self.stages.ids[c]}"] = self.stages.text(self.keep[c])
        self.stages.record(
            "transfer" if self.stages.rounds else "first",
            votes,
            subjects=subjects,
            elected=reached,
            to_fill=to_fill,
            excluded=losers,
            exhausted=self.stages.box.counted * self.stages.unit - sum(votes),
            facts=facts,
        )


FAMILY = Family(
    version=VERSION, elects="seats", vote_types=("ordinal", "preference"), rules=MEEK, count=count_meek
)
