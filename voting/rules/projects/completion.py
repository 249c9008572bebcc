"""Equal shares counted to the end: raise the shares, fill what is left, compare with greedy, write the
result.

Completion decides most of an outcome (with three-place ballots the plain method spends 25 to 78 % of the
budget), so every part of it is a published parameter. Source: Wieliczka 2023 and Świecie; equalshares.net
explains each step.
"""

from fractions import Fraction
from math import ceil, floor

import msgspec

from voting.rules.family import Family
from voting.rules.papers import Contest, Papers, canonical, digest
from voting.rules.projects.equal_shares import (
    EQUAL_SHARES,
    Electorate,
    EqualSharesParams,
    Shares,
    UnresolvedTie,
)
from voting.rules.projects.greedy import GREEDY, GreedyRun
from voting.rules.result import Decision, Fact, Outcome, Result, Step, Tie
from voting.rules.tally import Tally, TooLarge, tally
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1
MAX_RUNS = 100_000  # of one completion: a file made so that it never ends is refused; Wieliczka takes a few


def count_equal_shares(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: EqualSharesParams
) -> Result:
    """Count papers in any order. A tie that matters and that `ties` does not settle leaves the result
    incomplete.

    Raises: FalseSeed when a revealed seed does not match its commitment.
    """
    check_seed(ties)
    counted = tally(contest, papers)
    book = _Book(counted, params, ties)
    try:
        book.count()
    except UnresolvedTie as waiting:
        book.give_up(waiting.tie)
    return book.result(name)


def endowments(electorate: Electorate, budget: int, params: EqualSharesParams) -> tuple[Fraction, Fraction]:
    """Everyone's first share and what it is raised by, in minor units.

    The step is the larger of `step_units` units and `step_percent` of budget / voters.
    """
    unit = electorate.contest.minor_per_unit
    start = Fraction(budget, max(1, electorate.voters))
    step = max(Fraction(params.step_units * unit), start * params.step_percent / 100)
    if params.start == "floor":
        start = Fraction(floor(start / unit) * unit)
    return start, step


def complete(electorate: Electorate, budget: int, params: EqualSharesParams) -> Shares:
    """The last run within the budget when shares are raised step by step. Raises: UnresolvedTie, TooLarge.

    It never bisects: outcomes are not monotone in the endowment. It does pass over steps at which nothing but
    options of the present outcome could be paid for: those cannot cost more, so they would all be accepted.
    """
    endowment, step = endowments(electorate, budget, params)
    best = electorate.shares(endowment)
    runs = 1
    while params.raise_shares:
        bought = {purchase.option for purchase in best.purchases}
        missing = [name for name in electorate.groups if name not in bought]
        left = budget - best.cost
        if not missing:
            break
        if params.stop_when_exhaustive and all(electorate.options[name].cost > left for name in missing):
            break
        steps = 1
        if not params.stop_when_exhaustive:
            reach = min(
                Fraction(electorate.options[name].cost, electorate.supporters[name]) for name in missing
            )
            steps = max(1, ceil((reach - endowment) / step) - 1)
        following = electorate.shares(endowment + steps * step)
        runs += 1
        if runs > MAX_RUNS:
            raise TooLarge(f"shares raised more than {MAX_RUNS} times")
        if following.cost > budget:
            break
        endowment, best = endowment + steps * step, following
    return best


class _Book:
    """What was decided, step by step, until it becomes the result."""

    def __init__(self, counted: Tally, params: EqualSharesParams, policy: TiePolicy) -> None:
        self.tally, self.params, self.policy = counted, params, policy
        self.contest = counted.contest
        self.standing = counted.by_id
        self.remaining = self.contest.budget
        self.awarded: dict[str, int] = {}
        self.steps: list[Step] = []
        self.ties: list[Tie] = []
        self.why: dict[str, tuple[Decision, dict[str, Fact]]] = {}
        self.facts: dict[str, Fact] = {}
        self.complete = True

    def count(self) -> None:
        electorate = Electorate(self.tally, self.params, self.policy)
        budget = self.contest.budget
        for option in self.contest.options:
            if option.cost == 0 and option.excluded is None and self.standing[option.id].score > 0:
                self._fund(option.id, "funded", {"costs_nothing": 1})
        everything = sum(electorate.options[name].cost for name in electorate.groups)
        if everything <= budget:
            for name in sorted(electorate.groups, key=lambda n: self.standing[n].rank):
                self._fund(name, "funded", {"everything_fits": 1})
        else:
            shares = complete(electorate, budget, self.params)
            self._take(shares)
            if self.params.fill:
                self._fill()
            if self.params.compare:
                self._compare()
        self._explain_the_rest()

    def give_up(self, tie: Tie) -> None:
        """Nothing is funded while a tie that matters waits for a decision."""
        self.complete = False
        self.awarded, self.steps, self.remaining = {}, [], self.contest.budget
        self.ties.append(tie)
        for option in self.contest.options:
            decision: Decision = "tie_unresolved" if option.id in tie.options else "after_unresolved_tie"
            self.why[option.id] = (decision, {"tied": ", ".join(tie.options)})

    def _take(self, shares: Shares) -> None:
        self.facts |= {
            "endowment": str(shares.endowment),
            "start": str(Fraction(self.contest.budget, self.tally.counted)),
        }
        self.ties += shares.ties
        for purchase in shares.purchases:
            facts: dict[str, Fact] = {
                "effective_support": str(purchase.effective_support),
                "effective_support_decimal": two_decimals(purchase.effective_support),
                "highest_payment": str(purchase.highest_payment),
            }
            self._fund(purchase.option, "funded", facts)
        for name, left in shares.left.items():
            short = ceil(self.contest.option(name).cost - left)
            self.why[name] = ("supporters_short", {"supporters_have": floor(left), "missing": short})

    def _fund(self, name: str, decision: Decision, facts: dict[str, Fact]) -> None:
        before = self.remaining
        self.remaining -= self.contest.option(name).cost
        self.awarded[name] = self.contest.option(name).cost
        facts = facts | {"round": len(self.steps) + 1}
        self.why[name] = (decision, facts)
        self.steps.append(
            Step(
                number=len(self.steps) + 1,
                option=name,
                decision=decision,
                remaining_before=before,
                remaining_after=self.remaining,
                facts=facts,
            )
        )

    def _fill(self) -> None:
        """What is left goes to supported options by score, as long as they fit."""
        options = tuple(
            msgspec.structs.replace(option, excluded=option.excluded or "not_in_fill")
            if option.id in self.awarded or self.standing[option.id].score <= 0
            else option
            for option in self.contest.options
        )
        contest = msgspec.structs.replace(self.contest, options=options, budget=self.remaining)
        run = GreedyRun(msgspec.structs.replace(self.tally, contest=contest), GREEDY["greedy"], self.policy)
        run.everything()
        if run.waiting:
            raise UnresolvedTie(next(tie for tie in run.ties if not tie.resolved))
        self.ties += [tie for tie in run.ties if tie.matters]
        for name in run.awarded:
            self._fund(name, "funded_from_remainder", {})

    def _compare(self) -> None:
        """Greedy's outcome replaces this one if strictly more voters got more of their options by it."""
        run = GreedyRun(self.tally, GREEDY["greedy"], self.policy)
        run.everything()
        if run.waiting:
            raise UnresolvedTie(next(tie for tie in run.ties if not tie.resolved))
        mine = theirs = 0
        for pairs, number in self.tally.ballots:
            named = [name for name, points in pairs if points > 0]
            here = sum(name in self.awarded for name in named)
            there = sum(name in run.awarded for name in named)
            mine += number * (here > there)
            theirs += number * (there > here)
        same = self.tally.counted - mine - theirs
        self.facts |= {"prefer_equal_shares": mine, "prefer_greedy": theirs, "prefer_neither": same}
        self.facts["compared"] = "greedy" if theirs > mine else "equal_shares"
        if theirs > mine:
            self.awarded, self.steps, self.remaining = run.awarded, run.steps, run.remaining
            self.ties += [tie for tie in run.ties if tie.matters]
            self.why = {step.option: (step.decision, step.facts) for step in run.steps}

    def _explain_the_rest(self) -> None:
        for option in self.contest.options:
            if option.excluded is not None:
                self.why[option.id] = ("not_eligible", {"why": option.excluded})
            elif option.id not in self.why:
                self.why[option.id] = ("no_support", {})

    def result(self, name: str) -> Result:
        """The finished count."""
        counted = self.tally
        return Result(
            rule=name,
            rule_version=VERSION,
            params=msgspec.json.decode(canonical(self.params)),
            params_digest=digest(self.params),
            input_digest=counted.input_digest,
            complete=self.complete,
            winners=tuple(self.awarded),
            budget=self.contest.budget,
            spent=sum(self.awarded.values()),
            received=counted.received,
            counted=counted.counted,
            blank=counted.blank,
            rejected=counted.rejected,
            standings=tuple(sorted(counted.standings, key=lambda s: s.rank)),
            steps=tuple(self.steps),
            outcomes=tuple(self._outcome(option.id, option.cost) for option in self.contest.options),
            ties=tuple(self.ties),
            facts=self.facts | {"remaining": self.remaining},
        )

    def _outcome(self, name: str, cost: int) -> Outcome:
        decision, facts = self.why[name]
        standing = self.standing[name]
        common: dict[str, Fact] = {
            "cost": cost,
            "rank": standing.rank,
            "score": standing.score,
            "supporters": standing.supporters,
            "first_places": standing.first_places,
        }
        return Outcome(
            option=name,
            won=name in self.awarded,
            reason=decision,
            awarded=self.awarded.get(name, 0),
            facts=common | facts,
        )


def two_decimals(value: Fraction) -> str:
    """A fraction rounded half up to two decimals, for reading.

    >>> two_decimals(Fraction(2, 3))
    '0.67'
    """
    hundredths = floor(value * 100 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


FAMILY = Family(
    version=VERSION,
    elects="projects",
    vote_types=("ordinal", "approval", "cumulative", "scoring"),
    rules=EQUAL_SHARES,
    count=count_equal_shares,
)
