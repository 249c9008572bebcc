"""Instant runoff: the last leaves and their papers move on, until somebody has a majority.

One office. What differs between statutes, and changes who wins, is in IrvParams. Source: San Francisco
Charter, section 13.102; City of Burlington Charter as of 2009; Maine Revised Statutes, title 21-A, section
723-A; New York City Charter, section 1057-g; Minneapolis Code of Ordinances, section 167.60; the switches as
the tabulator of the Ranked Choice Voting Resource Center names them.

Reasons and facts: see stages.py. Figures are whole papers. Facts of a round: `majority` (votes needed then)
and `papers` that moved; of the result: `valid`, `unclear` (counted papers that say no first preference under
the rule's reading: exhausted from the start, in no majority).
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from voting.rules.contests import need_seats
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Fact, Result, RoundAction
from voting.rules.seats.piles import Piles
from voting.rules.seats.preferences import Reading, preferences_of, strict_orders
from voting.rules.seats.stages import Stages
from voting.rules.tally import receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1


class IrvParams(msgspec.Struct, frozen=True, kw_only=True, tag="irv", tag_field="family"):
    """One statute.

    `majority` is more than half of the papers that still count in the round (`continuing`), or of those that
    counted in the first (`first_round`); when two are left the one with more votes wins all the same.
    `until_two`: the count goes on to the last two though somebody has a majority before. `batch`: the lowest
    candidates leave together who all together have fewer votes than the next one above them. `undeclared`:
    names that nobody declared are a candidate like others, or the first to leave, and nobody wins before.
    `overvote`, `skipped`, `duplicate`: see preferences.Reading.
    """

    majority: Literal["continuing", "first_round"]
    until_two: bool
    batch: bool
    undeclared: Literal["candidate", "leave_first"]
    overvote: Literal["exhaust", "skip"]
    skipped: int | None
    duplicate: Literal["exhaust", "skip"]

    @property
    def reading(self) -> Reading:
        """What it makes of unclear papers."""
        return Reading(overvote=self.overvote, skipped=self.skipped, duplicate=self.duplicate)


_PLAIN = IrvParams(
    majority="continuing",
    until_two=False,
    batch=False,
    undeclared="candidate",
    overvote="exhaust",
    skipped=None,
    duplicate="skip",
)
_with = msgspec.structs.replace
IRV: dict[str, IrvParams] = {
    "irv": _PLAIN,
    "irv/batch": _with(_PLAIN, batch=True),
    "irv/two-left": _with(_PLAIN, until_two=True, batch=True),
    "irv/maine": _with(_PLAIN, batch=True, undeclared="leave_first", skipped=1),
    "irv/first-round-majority": _with(_PLAIN, majority="first_round", batch=True, undeclared="leave_first"),
    "irv/overvotes-skipped": _with(_PLAIN, overvote="skip"),
}


def count_irv(contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: IrvParams) -> Result:
    """Count papers in any order. A tie that could matter and that `ties` does not settle leaves the result
    incomplete.

    Raises: UnsuitableContest; TooLarge; FalseSeed when a revealed seed does not match its commitment.
    """
    need_seats(contest, single=True)
    check_seed(ties)
    box = receive(contest, papers)
    written = preferences_of(box)
    stages = Stages(box, written, ties, undeclared=params.undeclared)
    orders = strict_orders(written, params.reading, without=stages.absent)
    run = IrvRun(stages, Piles(orders, unit=1), params)
    run.everything()
    facts: dict[str, Fact] = {"valid": run.valid, "unclear": box.counted - run.valid}
    return stages.result(rule=name, version=VERSION, params=params, waiting=run.waiting, facts=facts)


class IrvRun:
    """The state of one count."""

    def __init__(self, stages: Stages, piles: Piles, params: IrvParams) -> None:
        self.stages, self.piles, self.params = stages, piles, params
        self.valid = sum(piles.votes)
        self.continuing = stages.candidates
        self.undeclared = [c for c in stages.undeclared if piles.votes[c]]
        self.waiting = False

    def everything(self) -> None:
        """Round after round until somebody is elected or a tie waits for a decision."""
        action: RoundAction = "first"
        subjects: list[int] = []
        moved = 0
        while True:
            votes = self.piles.votes
            base = self.valid if self.params.majority == "first_round" else sum(votes)
            winner = self._winner(base // 2 + 1)
            losers = [] if winner else self._losers()
            if losers and len(self.continuing) == 2 and not self.undeclared:
                winner = [c for c in self.continuing if c not in losers]
            facts: dict[str, Fact] = {"majority": base // 2 + 1, "papers": moved}
            self.stages.record(
                action,
                votes,
                subjects=subjects,
                elected=winner,
                excluded=[] if winner else losers,
                exhausted=self.piles.exhausted,
                facts=facts,
            )
            if winner or self.waiting or not self.continuing:
                return
            action, subjects, moved = "exclusion", losers, self._exclude(losers)

    def _winner(self, majority: int) -> list[int]:
        """Who has won on these figures: a majority, or nobody else is left."""
        if self.undeclared:
            return []
        if len(self.continuing) == 1:
            return list(self.continuing)
        if self.params.until_two and len(self.continuing) > 2:
            return []
        return [c for c in self.continuing if self.piles.votes[c] >= majority]

    def _losers(self) -> list[int]:
        """Who leaves now; nobody when a tie has to wait."""
        votes = self.piles.votes
        if self.undeclared or not self.continuing:
            return self.undeclared
        if self.params.batch and (losers := self._hopeless()):
            return losers
        fewest = min(votes[c] for c in self.continuing)
        losers = [c for c in self.continuing if votes[c] == fewest]
        if len(losers) == 1:
            return losers
        losers = list(self.stages.preferred("exclusion", losers, harmless=self._all_go))
        self.waiting = not losers
        return losers

    def _all_go(self, tied: Sequence[int]) -> bool:
        """Whether these lowest leave one after the other in any order: together they have fewer votes than
        everybody else, so that whoever of them is left stays the lowest; the papers end where they end.
        """
        votes = self.piles.votes
        others = [votes[c] for c in self.continuing if c not in tied]
        return bool(others) and sum(votes[c] for c in tied) < min(others)

    def _hopeless(self) -> list[int]:
        """The largest set of lowest candidates with fewer votes together than the next one above them; two
        stay where the last two are compared without a majority.
        """
        votes = self.piles.votes
        rising = sorted(self.continuing, key=lambda c: votes[c])
        two = self.params.until_two or self.params.majority == "first_round"
        stay = 2 if two and len(rising) > 2 else 1
        total, size = 0, 0
        for index in range(len(rising) - stay):
            total += votes[rising[index]]
            if total < votes[rising[index + 1]]:
                size = index + 1
        return sorted(rising[:size])

    def _exclude(self, losers: list[int]) -> int:
        self.continuing = [c for c in self.continuing if c not in losers]
        self.undeclared = []
        for c in losers:
            self.piles.close(c)
        return self.piles.clear(losers)


FAMILY = Family(
    version=VERSION, elects="seats", vote_types=("ordinal", "preference"), rules=IRV, count=count_irv
)
