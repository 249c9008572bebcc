"""Equal shares counted to the end: buy, raise the shares, fill what is left, compare with greedy, write the
result. Source: Wieliczka 2023 and Świecie for the comparison; equalshares.net explains each step.
"""

from collections.abc import Collection
from fractions import Fraction
from functools import partial
from math import ceil, floor

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.family import Family
from voting.rules.papers import Contest, Option, Papers
from voting.rules.projects.completion import complete, endowments, raised
from voting.rules.projects.counterfactuals import Guesses, Turns, counterfactuals, points_of_one
from voting.rules.projects.envelopes import charged
from voting.rules.projects.equal_shares import EQUAL_SHARES, Electorate, EqualSharesParams, UnresolvedTie
from voting.rules.projects.greedy import GreedyParams, GreedyRun
from voting.rules.projects.outcome import projects_result
from voting.rules.projects.purchases import Run
from voting.rules.projects.reach import Ladder, Reached, changed_electorate
from voting.rules.result import Decision, Fact, Outcome, Payment, Result, Step, Tie
from voting.rules.tally import Tally, tally
from voting.rules.ties import TiePolicy, check_seed

VERSION = 4
FILL = GreedyParams(use_exclusive=True)  # by score, skipping what does not fit


def count_equal_shares(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: EqualSharesParams
) -> Result:
    """Count papers in any order. A tie that matters and that `ties` does not settle leaves the result
    incomplete.

    Raises: FalseSeed when a revealed seed does not match its commitment.
    """
    return _counted(contest, papers, ties, params).result(name)


def explain_equal_shares(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: EqualSharesParams
) -> Result:
    """The same, with how near the others came. A changed tally is counted by the same rule, but shares are
    raised from one that this count passed, a little below where the changed count should end. From the first
    one on it ends there too, unless the outcome costs too much at a share still lower. Raises: FalseSeed.
    """
    book = _counted(contest, papers, ties, params)
    result = book.result(name)
    if not result.complete:
        return result
    ladder = Ladder(book.tally, book.electorate, book.reached)

    def funds(changed: Tally, name: str) -> Collection[str]:
        again = Book(changed, params, ties)
        low = ladder.low(name, with_people=changed.counted > book.tally.counted)
        try:
            again.count_again(changed_electorate(book.electorate, changed, name), low)
        except UnresolvedTie:
            return ()
        return again.awarded

    near = counterfactuals(book.tally, result, partial(book.guess, ladder), funds)
    return msgspec.structs.replace(result, counterfactuals=near)


def _counted(contest: Contest, papers: Papers, ties: TiePolicy, params: EqualSharesParams) -> "Book":
    check_seed(ties)
    book = Book(tally(contest, papers), params, ties)
    try:
        book.count()
    except UnresolvedTie as waiting:
        book.give_up(waiting.tie)
    return book


class Book:
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
        self.reached: Reached
        self.by_score: list[Turns] = []  # of what was filled up, or of greedy where its outcome counts

    def count(self) -> None:
        """Decide everything. Raises: UnresolvedTie."""
        self.electorate = Electorate(self.tally, self.params, self.policy)
        start, step = endowments(self.electorate, self.contest.budget, self.params)
        self.reached = Reached(start, start, step)
        if not self._everything_fits():
            run, ties = complete(self.electorate, self.contest.budget, self.params)
            self.reached = Reached(run.endowment, start, step)
            self.ties += ties
            self._take(run)
            self._finish()
        self._explain_the_rest()

    def count_again(self, electorate: Electorate, low: Fraction) -> None:
        """Only what is funded, when shares are raised from the first that is no lower than `low`; nothing
        where that costs too much already. Raises: UnresolvedTie, TooLarge.
        """
        self.electorate = electorate
        if self._everything_fits():
            return
        budget = self.contest.budget
        start, step = endowments(electorate, budget, self.params)
        if self.params.raise_shares:
            start += max(0, ceil((low - start) / step)) * step
        shares, _ = raised(electorate, budget, self.params, start, step)
        if shares.cost > budget:
            self.awarded = {}
            return
        for name in shares.bought:
            self._fund(name, "funded", {})
        self._finish()

    def _everything_fits(self) -> bool:
        """Fund what costs nothing; and everything, if the budget allows and nothing stands in the way."""
        electorate = self.electorate
        for option in self.contest.options:
            if option.cost == 0 and option.id not in electorate.out and self.standing[option.id].score > 0:
                self._fund(option.id, "funded", {"costs_nothing": 1})
        supported = [electorate.names[index] for index in electorate.support]
        everything = sum(support.cost for support in electorate.support.values())
        if everything > self.contest.budget or not self._go_together(supported):
            return False
        for name in sorted(supported, key=lambda n: self.standing[n].rank):
            self._fund(name, "funded", {"everything_fits": 1})
        return True

    def _finish(self) -> None:
        if self.params.fill:
            self._fill()
        if self.params.compare:
            self._compare()

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
        self.by_score = [run.turns()]
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
            self.by_score = [run.turns()]

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

    def guess(self, ladder: Ladder, outcome: Outcome) -> Guesses:
        """Costs and numbers of people to try for an option that was not funded: such that its supporters
        could pay for it, and such that it would have its turn earlier where options are taken by score.
        """
        name, least = outcome.option, self._people_needed(outcome)
        costs = [*ladder.costs(name), self.contest.budget - self._cost_of_others(name)]
        people = ladder.people(name, least) if outcome.facts["cost"] else [least]
        for turns in self.by_score:
            costs += turns.costs(name)
            people += [max(least, number) for number in turns.people(name)]
        return Guesses(sorted(set(costs), reverse=True), sorted(set(people)))

    def _cost_of_others(self, name: str) -> int:
        """Of all other options that somebody supports: what is left beside them, and everything would fit."""
        names = self.electorate.names
        return sum(one.cost for index, one in self.electorate.support.items() if names[index] != name)

    def _people_needed(self, outcome: Outcome) -> int:
        """The fewest further people with whom an option would be let in, at least one."""
        facts, points = outcome.facts, points_of_one(self.contest) or 1
        if outcome.reason == "below_threshold":
            return -(-int(facts["short_by"]) // points)
        if outcome.reason == "support_too_small":  # (s + k) / (n + k) >= cost / (3 budget)
            cost, third = int(facts["cost"]), 3 * self.contest.budget
            short = self.tally.counted * cost - int(facts["supporters"]) * third
            return -(-short // (third - cost)) if third > cost else 1
        return 1

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
    explain=explain_equal_shares,
)
FAMILY_BY_PLACE = Family(
    version=VERSION,
    elects="projects",
    vote_types=("ordinal",),
    rules={name: params for name, params in EQUAL_SHARES.items() if _by_place(params)},
    count=count_equal_shares,
    explain=explain_equal_shares,
)
