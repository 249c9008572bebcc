"""Equal shares counted to the end: raise the shares, fill what is left, compare with greedy, write the
result.

Completion decides most of an outcome (with three-place ballots the plain method spends 25 to 78 % of the
budget), so every part of it is a published parameter. Source: Wieliczka 2023 and Świecie; equalshares.net
explains each step.
"""

from collections.abc import Collection
from fractions import Fraction
from math import ceil, floor

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.family import Family
from voting.rules.papers import Contest, Option, Papers
from voting.rules.projects.envelopes import charged
from voting.rules.projects.equal_shares import (
    EQUAL_SHARES,
    Electorate,
    EqualSharesParams,
    Shares,
    UnresolvedTie,
)
from voting.rules.projects.greedy import GreedyParams, GreedyRun
from voting.rules.projects.outcome import projects_result
from voting.rules.projects.purchases import Run
from voting.rules.result import Decision, Fact, Payment, Result, Step, Tie
from voting.rules.tally import Tally, TooLarge, tally
from voting.rules.ties import TiePolicy, check_seed

VERSION = 3
FILL = GreedyParams(use_exclusive=True)  # by score, skipping what does not fit
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


def complete(electorate: Electorate, budget: int, params: EqualSharesParams) -> tuple[Run, tuple[Tie, ...]]:
    """The last run within the budget when shares are raised step by step, and every tie that mattered on the
    way. Raises: UnresolvedTie, TooLarge.

    It never bisects: outcomes are not monotone in the endowment. It does pass over steps at which nothing but
    options of the present outcome could be paid for: those cannot cost more, so they would all be accepted.
    """
    endowment, step = endowments(electorate, budget, params)
    best = Run(electorate, endowment).everything()
    ties = _Ties(best)
    runs = 1
    while params.raise_shares:
        bought = set(best.bought)
        others = {n: s for i, s in electorate.support.items() if (n := electorate.names[i]) not in bought}
        missing = [support for name, support in others.items() if name not in best.blocked]
        left = budget - best.cost
        if not missing:
            break
        if params.stop_when_exhaustive and all(support.cost > left for support in missing):
            break
        steps = 1
        if not params.stop_when_exhaustive:
            reach = min(Fraction(support.cost, support.voters) for support in others.values())
            steps = max(1, ceil((reach - endowment) / step) - 1)
        following = Run(electorate, endowment + steps * step, limit=budget).everything()
        runs += 1
        if runs > MAX_RUNS:
            raise TooLarge(f"shares raised more than {MAX_RUNS} times")
        if following.cost > budget:
            break
        endowment, best = endowment + steps * step, following
        ties.add(best)
    run = Run(electorate, endowment, spell_out=True)
    run.everything()
    return run, ties.on_the_way(best)


class _Ties:
    """The ties that mattered in the runs of a completion, each set of options and its order once."""

    def __init__(self, first: Shares) -> None:
        self.met: dict[tuple[tuple[str, ...], tuple[str, ...]], Tie] = {}
        self.add(first)

    def add(self, shares: Shares) -> None:
        for tie in shares.ties:
            if tie.matters:
                key = (tie.options, tie.order)
                at = f"endowment:{shares.endowment} {tie.at}"
                self.met.setdefault(key, msgspec.structs.replace(tie, at=at))

    def on_the_way(self, last: Shares) -> tuple[Tie, ...]:
        """Those that the last run did not meet again."""
        again = {(tie.options, tie.order) for tie in last.ties}
        return tuple(tie for key, tie in self.met.items() if key not in again)


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
        self.electorate: Electorate

    def count(self) -> None:
        electorate = Electorate(self.tally, self.params, self.policy)
        self.electorate = electorate
        budget = self.contest.budget
        for option in self.contest.options:
            if option.cost == 0 and option.id not in electorate.out and self.standing[option.id].score > 0:
                self._fund(option.id, "funded", {"costs_nothing": 1})
        supported = [electorate.names[index] for index in electorate.support]
        everything = sum(support.cost for support in electorate.support.values())
        if everything <= budget and self._go_together(supported):
            for name in sorted(supported, key=lambda n: self.standing[n].rank):
                self._fund(name, "funded", {"everything_fits": 1})
        else:
            run, ties = complete(electorate, budget, self.params)
            self.ties += ties
            self._take(run)
            if self.params.fill:
                self._fill()
            if self.params.compare:
                self._compare()
        self._explain_the_rest()

    def _go_together(self, names: Collection[str]) -> bool:
        """Whether no two of these options exclude each other and no ceiling is too low for them."""
        electorate = self.electorate
        return not any(not set(names).isdisjoint(electorate.rivals.get(name, ())) for name in names) and all(
            charged(envelope, names, electorate.options) <= envelope.amount
            for envelope in self.contest.envelopes
        )

    def give_up(self, tie: Tie) -> None:
        """Nothing is funded while a tie that matters waits for a decision."""
        self.complete = False
        self.awarded, self.steps, self.remaining = {}, [], self.contest.budget
        self.ties.append(tie)
        for option in self.contest.options:
            decision: Decision = "tie_unresolved" if option.id in tie.options else "after_unresolved_tie"
            self.why[option.id] = (decision, {"tied": ", ".join(tie.options)})

    def _take(self, run: Run) -> None:
        self.facts |= {
            "endowment": str(run.endowment),
            "start": str(Fraction(self.contest.budget, self.tally.counted)),
        }
        self.ties += run.ties
        working = run.working()
        for purchase in working.purchases:
            facts: dict[str, Fact] = {
                "effective_support": str(purchase.effective_support),
                "effective_support_decimal": two_decimals(purchase.effective_support),
                "highest_payment": str(purchase.highest_payment),
            }
            self._fund(purchase.option, "funded", facts, purchase.payments)
        for name, left in working.left.items():
            short = ceil(self.contest.option(name).cost - left)
            self.why[name] = ("supporters_short", {"supporters_have": floor(left), "missing": short})
        for name, (reason, because) in run.blocked.items():
            if reason == "excluded_by_group":
                self.why[name] = ("excluded_by_group", {"rival": because})
            else:
                self.why[name] = ("envelope_spent", self._over(name, because))

    def _over(self, name: str, envelope: str) -> dict[str, Fact]:
        """By how much the option would have been too dear for its envelope."""
        options, mine = self.electorate.options, self.electorate.envelopes[name]
        over = [
            charged(one, self.awarded, options) + options[name].cost - one.amount
            for one in mine
            if one.name == envelope
        ]
        return {"envelope": envelope, "missing": max(over)}

    def _fund(
        self, name: str, decision: Decision, facts: dict[str, Fact], payments: tuple[Payment, ...] = ()
    ) -> None:
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
                payments=payments,
            )
        )

    def _fill(self) -> None:
        """What is left goes to supported options by score, as long as they fit."""
        out = set(self.awarded) | set(self.electorate.out)
        options = tuple(
            msgspec.structs.replace(option, excluded=option.excluded or "not_in_fill")
            if option.id in out or self.standing[option.id].score <= 0
            else option
            for option in self.contest.options
        )
        contest = msgspec.structs.replace(self.contest, options=options, budget=self.remaining)
        run = GreedyRun(
            msgspec.structs.replace(self.tally, contest=contest),
            FILL,
            self.policy,
            funded=tuple(self.awarded),
        )
        run.everything()
        if run.waiting:
            raise UnresolvedTie(next(tie for tie in run.ties if not tie.resolved))
        self.ties += [tie for tie in run.ties if tie.matters]
        for name in run.awarded:
            self._fund(name, "funded_from_remainder", {})

    def _compare(self) -> None:
        """Greedy's outcome replaces this one if strictly more voters got more of their options by it."""
        out = self.electorate.out
        options = tuple(
            msgspec.structs.replace(option, excluded=option.excluded or out[option.id][0])
            if option.id in out
            else option
            for option in self.contest.options
        )
        contest = msgspec.structs.replace(self.contest, options=options)
        run = GreedyRun(msgspec.structs.replace(self.tally, contest=contest), FILL, self.policy)
        run.everything()
        if run.waiting:
            raise UnresolvedTie(next(tie for tie in run.ties if not tie.resolved))
        here, there = self._supported_winners(self.awarded), self._supported_winners(run.awarded)
        weight = self.tally.profile.weight
        mine, theirs = int(weight[here > there].sum()), int(weight[there > here].sum())
        same = self.tally.counted - mine - theirs
        self.facts |= {"prefer_equal_shares": mine, "prefer_greedy": theirs, "prefer_neither": same}
        self.facts["compared"] = "greedy" if theirs > mine else "equal_shares"
        if theirs > mine:
            self.awarded, self.steps, self.remaining = run.awarded, run.steps, run.remaining
            self.ties += [tie for tie in run.ties if tie.matters]
            self.why = {step.option: (step.decision, step.facts) for step in run.steps}

    def _supported_winners(self, won: Collection[str]) -> NDArray[np.int64]:
        """Of each distinct paper: how many of these options it gives points to."""
        profile = self.tally.profile
        is_won = np.array([option.id in won for option in self.contest.options], dtype=bool)
        mask = is_won[profile.option] & (profile.points > 0)
        return np.bincount(profile.ballot[mask], minlength=len(profile.weight))

    def _explain_the_rest(self) -> None:
        for option in self.contest.options:
            if option.id in self.electorate.out:
                self.why[option.id] = self._why_out(option)
            elif option.id not in self.why:
                self.why[option.id] = ("no_support", {})

    def _why_out(self, option: Option) -> tuple[Decision, dict[str, Fact]]:
        reason, needed = self.electorate.out[option.id]
        standing = self.standing[option.id]
        if reason == "below_threshold":
            return "below_threshold", {"threshold": needed, "short_by": needed - standing.score}
        if reason == "support_too_small":
            return "support_too_small", {"needed": needed, "short_by": needed - standing.supporters}
        return "not_eligible", {"why": option.excluded or ""}

    def result(self, name: str) -> Result:
        """The finished count."""
        return projects_result(
            self.tally,
            rule=name,
            version=VERSION,
            params=self.params,
            awarded=self.awarded,
            reasons=self.why,
            steps=self.steps,
            ties=self.ties,
            complete=self.complete,
            facts=self.facts,
        )


def two_decimals(value: Fraction) -> str:
    """A fraction rounded half up to two decimals, for reading.

    >>> two_decimals(Fraction(2, 3))
    '0.67'
    """
    hundredths = floor(value * 100 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _by_place(params: EqualSharesParams) -> bool:
    """Whether the rule looks at places on the papers, which only rankings have."""
    return params.by_level or params.points == "borda"


FAMILY = Family(
    version=VERSION,
    elects="projects",
    vote_types=("ordinal", "approval", "cumulative", "scoring"),
    rules={name: params for name, params in EQUAL_SHARES.items() if not _by_place(params)},
    count=count_equal_shares,
)
FAMILY_BY_PLACE = Family(
    version=VERSION,
    elects="projects",
    vote_types=("ordinal",),
    rules={name: params for name, params in EQUAL_SHARES.items() if _by_place(params)},
    count=count_equal_shares,
)
