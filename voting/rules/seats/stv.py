"""Single transferable vote, weighted inclusive Gregory method: a surplus moves as a part of every paper.

Five published parameter sets. All papers of a candidate move, also those received from others, each at the
same part of its value; an excluded candidate's papers keep theirs. What differs between statutes is the
quota, the decimals and where they are cut, and who moves first; see StvParams.

Source: Scottish Local Government Elections Order 2007 (SSI 2007/42), rules 45 to 52; Proportional
Representation Foundation, reference WIGM rule; Minneapolis Code of Ordinances, title 8.5, chapter 167;
Portland (Oregon) City Code, chapter 2.08.

Reasons and facts: see stages.py. Facts of a round that moves a surplus: `surplus`, `papers`; of one that
excludes: `papers`; of each: `rounded_off`, what cutting decimals has taken away so far, so that votes +
exhausted + rounded_off = counted papers. Facts of the result: `quota`, `valid`, `unclear` (counted papers
that say no first preference under the rule's reading: exhausted from the start and not in the quota).
"""

from typing import Literal

import msgspec

from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Fact, Result, RoundAction
from voting.rules.seats.piles import Piles
from voting.rules.seats.preferences import Reading, preferences_of, strict_orders
from voting.rules.seats.stages import Stages
from voting.rules.tally import receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1


class StvParams(msgspec.Struct, frozen=True, kw_only=True, tag="stv", tag_field="family"):
    """One statute.

    `quota`: whole votes over valid / (seats + 1) (`droop`), the same and one more of the last decimal
    (`droop_decimal`), or valid / seats, rounded up (`hare`). `transfer`: a paper's new value is value *
    surplus / votes, cut once, cut after each operation (`each`), or by the fraction surplus / votes cut first
    (`fraction`). `surplus`: the largest moves alone, or all at once. `zero_surplus`: papers of somebody with
    exactly the quota move too, at no value. `batch`: candidates who can no longer win go together.
    `last_transfer`: papers of an excluded candidate move also when that leaves as many candidates as seats.
    `undeclared`: names that nobody declared are a candidate like others, count in the first round and are the
    first to leave, or are taken out of the papers before it.
    `overvote`, `skipped`, `duplicate`: see preferences.Reading.
    """

    decimals: int
    quota: Literal["droop", "droop_decimal", "hare"]
    transfer: Literal["once", "each", "fraction"]
    surplus: Literal["largest", "all"]
    zero_surplus: bool
    batch: bool
    last_transfer: bool
    undeclared: Literal["candidate", "leave_first", "removed"]
    overvote: Literal["exhaust", "skip"]
    skipped: int | None
    duplicate: Literal["exhaust", "skip"]

    @property
    def reading(self) -> Reading:
        """What it makes of unclear papers."""
        return Reading(overvote=self.overvote, skipped=self.skipped, duplicate=self.duplicate)

    def quota_of(self, valid: int, seats: int) -> int:
        """In the smallest parts of a vote."""
        unit: int = 10**self.decimals
        match self.quota:
            case "droop":
                return (valid // (seats + 1) + 1) * unit
            case "droop_decimal":
                return valid * unit // (seats + 1) + 1
            case _:
                return max(1, -(-valid * unit // seats))

    def new_value(self, value: int, surplus: int, votes: int) -> int:
        """What a paper of this value is worth in a transfer of this surplus, all in the smallest parts."""
        unit: int = 10**self.decimals
        match self.transfer:
            case "once":
                return value * surplus // votes
            case "each":
                return value * surplus // unit * unit // votes
            case _:
                return value * (surplus * unit // votes) // unit


_WIGM = StvParams(
    decimals=4,
    quota="droop_decimal",
    transfer="each",
    surplus="largest",
    zero_surplus=True,
    batch=False,
    last_transfer=True,
    undeclared="candidate",
    overvote="exhaust",
    skipped=None,
    duplicate="skip",
)
STV: dict[str, StvParams] = {
    "stv/scottish": StvParams(
        decimals=5,
        quota="droop",
        transfer="once",
        surplus="largest",
        zero_surplus=False,
        batch=False,
        last_transfer=True,
        undeclared="candidate",
        overvote="exhaust",
        skipped=0,
        duplicate="exhaust",
    ),
    "stv/wigm": _WIGM,
    "stv/wigm-hare": msgspec.structs.replace(_WIGM, quota="hare"),
    "stv/minneapolis": StvParams(
        decimals=4,
        quota="droop",
        transfer="fraction",
        surplus="largest",
        zero_surplus=False,
        batch=True,
        last_transfer=False,
        undeclared="leave_first",
        overvote="exhaust",
        skipped=None,
        duplicate="skip",
    ),
    "stv/portland": StvParams(
        decimals=4,
        quota="droop",
        transfer="fraction",
        surplus="all",
        zero_surplus=False,
        batch=False,
        last_transfer=True,
        undeclared="removed",
        overvote="skip",
        skipped=None,
        duplicate="skip",
    ),
}


def count_stv(contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: StvParams) -> Result:
    """Count papers in any order. A tie that could matter and that `ties` does not settle leaves the result
    incomplete.

    Raises: TooLarge; FalseSeed when a revealed seed does not match its commitment.
    """
    check_seed(ties)
    box = receive(contest, papers)
    written = preferences_of(box)
    stages = Stages(box, written, ties, decimals=params.decimals, undeclared=params.undeclared)
    orders = strict_orders(written, params.reading, without=stages.absent)
    run = StvRun(stages, Piles(orders, unit=stages.unit), params)
    run.everything()
    facts: dict[str, Fact] = {
        "quota": run.stages.text(run.stages.quota),
        "valid": run.valid,
        "unclear": box.counted - run.valid,
    }
    return run.stages.result(
        rule=name, version=VERSION, params=params, waiting=bool(run.waiting), facts=facts
    )


class StvRun:
    """The state of one count: the piles, who is still in it, and whose surplus has not moved."""

    def __init__(self, stages: Stages, piles: Piles, params: StvParams) -> None:
        self.stages, self.piles, self.params = stages, piles, params
        self.valid = sum(piles.votes) // stages.unit
        stages.quota = params.quota_of(self.valid, stages.box.contest.seats)
        self.continuing = stages.candidates
        self.undeclared = [c for c in stages.undeclared if piles.votes[c]]
        self.pending: list[int] = []
        self.waiting = False

    def everything(self) -> None:
        """Round after round until the seats are filled or a tie waits for a decision."""
        action: RoundAction = "first"
        subjects: list[int] = []
        facts: dict[str, Fact] = {}
        while True:
            reached, to_fill = self._elect()
            done = bool(to_fill) or len(self.continuing) <= self.stages.vacancies - len(reached)
            done = done or self.stages.vacancies == len(reached)
            surpluses, losers = ([], []) if done else self._next(reached)
            if losers and not self.params.last_transfer:
                to_fill = self._left_without(losers, reached)
                done = bool(to_fill)
            self.stages.record(
                action,
                self.piles.votes,
                subjects=subjects,
                elected=reached,
                to_fill=to_fill,
                excluded=losers,
                exhausted=self.piles.exhausted,
                facts=facts | {"rounded_off": self.stages.text(self.piles.lost)},
            )
            if done or self.waiting:
                return
            if surpluses:
                action, subjects, facts = "surplus", surpluses, self._move_surpluses(surpluses)
            else:
                action, subjects, facts = "exclusion", losers, self._move_excluded(losers)

    def _elect(self) -> tuple[list[int], list[int]]:
        """Who has the quota now, most votes first, and who fills the last seats without it."""
        votes, stages = self.piles.votes, self.stages
        if self.undeclared:
            return [], []
        reached = stages.by_votes((c for c in self.continuing if votes[c] >= stages.quota), votes)
        self.continuing = [c for c in self.continuing if c not in reached]
        self.pending += [c for c in reached if self.params.zero_surplus or votes[c] > stages.quota]
        for c in reached:
            self.piles.close(c)
        vacancies = stages.vacancies - len(reached)
        if not vacancies or len(self.continuing) > vacancies:
            return reached, []
        return reached, stages.by_votes(self.continuing, votes)

    def _left_without(self, losers: list[int], reached: list[int]) -> list[int]:
        """Who fills the last seats because these leave, if nobody else is left for them."""
        staying = [c for c in self.continuing if c not in losers]
        if len(staying) > self.stages.vacancies - len(reached):
            return []
        return self.stages.by_votes(staying, self.piles.votes)

    def _next(self, reached: list[int]) -> tuple[list[int], list[int]]:
        """Whose surplus moves next, or else who is excluded; nobody when a tie has to wait."""
        votes = self.piles.votes
        vacancies = self.stages.vacancies - len(reached)
        losers = self.undeclared or (self._hopeless(vacancies) if self.params.batch else [])
        if losers:
            return [], losers
        if self.pending:
            most = max(votes[c] for c in self.pending)
            moving = [c for c in self.pending if self.params.surplus == "all" or votes[c] == most]
            if self.params.surplus == "largest" and len(moving) > 1:
                moving = list(self.stages.preferred("surplus", moving, harmless=lambda _: False))
            self.waiting = not moving
            return moving, []
        fewest = min(votes[c] for c in self.continuing)
        losers = [c for c in self.continuing if votes[c] == fewest]
        if len(losers) > 1:
            losers = list(
                self.stages.preferred(
                    "exclusion",
                    losers,
                    # who has no votes moves nothing: if all of them can go, nothing depends on the order
                    harmless=lambda tied: not fewest and len(self.continuing) - len(tied) >= vacancies,
                )
            )
            self.waiting = not losers
        return [], losers

    def _hopeless(self, vacancies: int) -> list[int]:
        """The largest set of lowest candidates who together, with every surplus, have fewer votes than the
        next one above them, and without whom there are enough candidates for the seats.
        """
        votes = self.piles.votes
        rising = sorted(self.continuing, key=lambda c: votes[c])
        total = sum(votes[c] - self.stages.quota for c in self.pending)
        size = 0
        for index in range(len(rising) - vacancies):
            total += votes[rising[index]]
            if index + 1 < len(rising) and total < votes[rising[index + 1]]:
                size = index + 1
        return sorted(rising[:size])

    def _move_surpluses(self, moving: list[int]) -> dict[str, Fact]:
        quota, params = self.stages.quota, self.params
        self.pending = [c for c in self.pending if c not in moving]
        surplus = sum(self.piles.votes[c] - quota for c in moving)
        papers = self.piles.pass_on(
            moving,
            keep=quota,
            new_value=lambda value, votes: params.new_value(value, votes - quota, votes),
        )
        return {"surplus": self.stages.text(surplus), "papers": papers}

    def _move_excluded(self, losers: list[int]) -> dict[str, Fact]:
        self.continuing = [c for c in self.continuing if c not in losers]
        self.undeclared = []
        for c in losers:
            self.piles.close(c)
        return {"papers": self.piles.clear(losers)}


FAMILY = Family(
    version=VERSION, elects="seats", vote_types=("ordinal", "preference"), rules=STV, count=count_stv
)
