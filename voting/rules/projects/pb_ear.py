"""Expanding approvals for projects (PB-EAR): rankings pay for projects, place by place, in whole numbers.

Everybody holds one vote; together the votes are the budget, so a project of cost c costs q = n * c / B votes
(n papers, budget B). At level j a paper supports a project to which it prefers fewer than j others. Of the
projects whose supporters hold q, the one whose supporters hold most is funded, of equal ones the cheapest, of
those equal too the first by the tie policy; its supporters pay q, each the same part of what they hold. When
no project can be paid, j grows by one. Withdrawn projects are struck out and those after them move up.
Source: Aziz and Lee, “Proportionally Representative Participatory Budgeting with Ordinal Preferences”, AAAI
2021 (arXiv 1911.00864), algorithm 1, which leaves open which project comes first and how the payment is
shared. Rankings are weak orders there: what a paper does not name is level, after all it names
(`unranked="last"`), so in the end everybody supports everything and nothing that fits stays unfunded.
Under `unranked="never"` nobody pays for what they have not named.

*Whole numbers.* A vote is V = 10**digits parts. Exact fractions would double in length with each purchase; so
of supporters who hold S parts together, one who holds w keeps floor(w * (S - q) / S). This depends on nothing
but w: not on an order of the papers, nor on names, nor on whether all is doubled or counted in another coin.
What is lost by rounding is bounded. Beside exact fractions after the same m purchases nobody holds more, as
floor and (S - q) / S both grow with what is held. Say that all n papers together hold e less, the supporters
of the next purchase d of it: they hold S - d, pay q and have S - q - d left, so e grows by rounding only, by
less than n parts. So e <= m * n, and no supporters lack more than that, since nobody holds more than exactly.
Within m * n parts figures are taken as equal: supporters who lack no more have the cost (and pay all they
hold), and projects whose support differs by no more are settled like equal ones, by the lowest cost and then
the tie policy, not by rounding. In money m * n parts are m * B / V, with at most 5,000 projects, 10**15 bani
and 24 digits less than 10**-5 bani; and 5,000 times that is less than one, so no more than the budget is
spent. Every decision is that of exact fractions, unless these differ by less than so much.

When every paper supports everything, all that matters is the money left, which is exact.

A tie between such equals matters if another order of theirs funds others. Each order is tried, up to MAX_RUNS
ways; a tie that could not be shown to be harmless is treated as one that matters.

Facts. Of the result: `share`, the part of the budget behind a vote. Of a project: `funded` (`level`, `round`,
`support` and `needed` in votes, `supporters_had` in minor units; `everybody` when all papers supported it);
`supporters_short` (`supporters_have`, `missing`) where nobody pays for what they have not named, else
`cost_exceeds_remaining` (`missing`, `everybody`). Payments are by the place of the project on the papers, 0
where it is not named.
"""

import copy
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from voting.rules.family import Family
from voting.rules.papers import Contest, Option, Papers
from voting.rules.projects.envelopes import caps_of, charged, compete, rivals_of
from voting.rules.projects.outcome import projects_result
from voting.rules.projects.votes import Votes
from voting.rules.result import Decision, Fact, Payment, Result, Step, Tie
from voting.rules.tally import Tally, tally
from voting.rules.ties import TiePolicy, check_seed, settle

VERSION = 1
MAX_RUNS = 64  # counts made to see whether a tie matters


class PbEarParams(msgspec.Struct, frozen=True, kw_only=True, tag="pb_ear", tag_field="family"):
    """`unranked`: whether a paper supports in the end what it does not name. `digits`: a vote has so many
    decimal places.
    """

    unranked: Literal["last", "never"]
    digits: int


PB_EAR: dict[str, PbEarParams] = {
    "pb-ear": PbEarParams(unranked="last", digits=24),
    "pb-ear/named": PbEarParams(unranked="never", digits=24),
}


def count_pb_ear(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: PbEarParams
) -> Result:
    """Count papers in any order. A tie that matters and that `ties` does not settle leaves the result
    incomplete; what was funded before it stands. Raises: FalseSeed, TooLarge.
    """
    check_seed(ties)
    run = PbEarRun(tally(contest, papers), params, ties)
    run.everything()
    return run.result(name)


class PbEarRun:
    """One count: the votes and the money left, and the decisions so far."""

    def __init__(self, counted: Tally, params: PbEarParams, policy: TiePolicy) -> None:
        self.tally, self.params, self.policy = counted, params, policy
        self.contest, self.voters = counted.contest, counted.counted
        self.options = {option.id: option for option in self.contest.options}
        self.listed = self.contest.options
        self.rivals, self.envelopes = rivals_of(self.contest), caps_of(self.contest)
        self.remaining = self.contest.budget
        self.steps: list[Step] = []
        self.ties: list[Tie] = []
        self.why: dict[str, tuple[Decision, dict[str, Fact]]] = {}
        self.awarded: dict[str, int] = {}
        able = [option.excluded is None for option in self.listed]
        opens, vote = params.unranked == "last", 10**params.digits
        self.votes = Votes(counted, able, opens=opens, vote=vote)
        self.waiting = [index for index, one in enumerate(able) if one]
        self._close_envelopes()

    @property
    def everybody(self) -> bool:
        """Whether every paper supports every project."""
        return self.votes.opens and not self.votes.growing

    @property
    def slack(self) -> int:
        """By how much, in parts, any supporters may hold less than in exact fractions."""
        return len(self.steps) * self.voters

    def everything(self) -> None:
        """Count to the end, or to a tie that waits for a decision."""
        tied: tuple[int, ...] = ()
        while not tied and (equal := self._next()):
            first, tied = self._first_of(equal)
            if not tied:
                self._buy(first)
        self._explain_the_rest([self.listed[index].id for index in tied])

    # ── the next project ─────────────────────────────────────────────────────────────────────────

    def _next(self) -> list[int]:
        """The projects to choose from, at this level or the next at which there are some."""
        while not (equal := self._equal_best()) and self.votes.growing:
            self.votes.next_level()
        return equal

    def _equal_best(self) -> list[int]:
        """The projects to choose from: of those whose supporters have the cost, the most supported, and of
        these the cheapest.
        """
        cost = [option.cost for option in self.listed]
        if not self.voters:
            able = []
        elif self.everybody:
            able = [index for index in self.waiting if cost[index] <= self.remaining]
        else:
            price, budget = self.voters * self.votes.vote, self.contest.budget
            support = {index: self.votes.support(index) for index in self.waiting}
            able = [
                index
                for index, held in support.items()
                if held and (held + self.slack) * budget >= price * cost[index]
            ]
            most = max((support[index] for index in able), default=0)
            able = [index for index in able if support[index] >= most - self.slack]
        lowest = min((cost[index] for index in able), default=0)
        return [index for index in able if cost[index] == lowest]

    def _first_of(self, equal: list[int]) -> tuple[int, tuple[int, ...]]:
        """The one to take, and those between which the count has to wait if it has to."""
        if len(equal) == 1:
            return equal[0], ()
        tied = [self.listed[index].id for index in equal]
        settled = settle(self.policy, tied, self.options, self.tally.by_id)
        first = [equal[tied.index(name)] for name in settled.groups[0]]
        matters = self._differ(equal)
        resolved = not matters or len(first) == 1 or not self._differ(first)
        self.ties.append(
            Tie(
                at=f"round:{len(self.steps) + 1}",
                options=tuple(tied),
                matters=matters,
                resolved=resolved,
                settled_by=settled.settled_by if matters else (),
                order=tuple(name for group in settled.groups for name in group),
            )
        )
        return first[0], () if resolved else tuple(equal)

    def _differ(self, equal: list[int]) -> bool:
        """Whether it matters for what is funded in the end which of these comes first."""
        if not self._may_differ(equal):
            return False
        outcomes = self._outcomes(equal, [MAX_RUNS])
        return outcomes is None or len(outcomes) > 1

    def _may_differ(self, equal: list[int]) -> bool:
        """Not if no paper supports two of them, or all can be paid from what everybody has left: then they
        follow each other in any order, as nothing else has more support, or costs less.
        """
        names = [self.listed[index].id for index in equal]
        if compete(names, self.rivals, self.envelopes):
            return True
        if self.everybody:
            return sum(self.options[name].cost for name in names) > self.remaining
        if self.votes.open:
            return True
        papers = [paper for index in equal for paper, _ in self.votes.namers[index]]
        return len(set(papers)) < len(papers)

    def _outcomes(self, equal: list[int], left: list[int]) -> set[frozenset[str]] | None:
        """Every set of projects that can be funded when one of these comes first; nothing when that takes
        more counts than are left.
        """
        found: set[frozenset[str]] = set()
        for index in equal:
            left[0] -= 1
            if left[0] < 0:
                return None
            trial = self._fork()
            trial._buy(index)
            more = trial._rest(left)
            if more is None:
                return None
            found |= more
        return found

    def _rest(self, left: list[int]) -> set[frozenset[str]] | None:
        """Every set of projects that can be funded from here on."""
        while equal := self._next():
            if len(equal) > 1 and self._may_differ(equal):
                return self._outcomes(equal, left)
            self._buy(equal[0])
        return {frozenset(self.awarded)}

    def _fork(self) -> "PbEarRun":
        """The same count, to be gone on with in another way."""
        twin = copy.copy(self)
        twin.votes = self.votes.copy()
        twin.steps, twin.waiting = list(self.steps), list(self.waiting)
        twin.why, twin.awarded = dict(self.why), dict(self.awarded)
        return twin

    # ── buying ───────────────────────────────────────────────────────────────────────────────────

    def _buy(self, index: int) -> None:
        option = self.listed[index]
        facts: dict[str, Fact] = {"level": self.votes.level}
        payments: tuple[Payment, ...] = ()
        if self.everybody:
            facts |= {"everybody": 1, "supporters_had": self.remaining}
        else:
            support = self.votes.support(index)
            facts |= {"supporters_had": self._money(support), "support": _decimal(support, self.params)}
            facts["needed"] = str(Fraction(self.voters * option.cost, max(1, self.contest.budget)))
            if option.cost:
                payments = self._payments(index)
                price = Fraction(self.voters * option.cost * self.votes.vote, self.contest.budget)
                self.votes.pay(index, price)
        self.awarded[option.id] = option.cost
        before, self.remaining = self.remaining, self.remaining - option.cost
        number = len(self.steps) + 1
        facts["round"] = number
        self.why[option.id] = "funded", facts
        self.steps.append(
            Step(
                number=number,
                option=option.id,
                decision="funded",
                remaining_before=before,
                remaining_after=self.remaining,
                facts=facts,
                payments=payments,
            )
        )
        self._close(option)

    def _payments(self, index: int) -> tuple[Payment, ...]:
        """Who is about to pay: each the same part of what they hold, so groups pay as they hold."""
        votes, cost, support = self.votes, self.listed[index].cost, self.votes.support(index)
        all_of_it = support * self.contest.budget <= self.voters * cost * votes.vote
        payments = []
        for place, papers in votes.supporters(index).items():
            holding = [paper for paper in papers if votes.held[paper]]
            amount = Fraction(sum(votes.held[paper] * votes.number[paper] for paper in holding), support)
            if holding:
                payments.append(
                    Payment(
                        points=0,
                        in_full=not all_of_it,
                        voters=sum(votes.number[paper] for paper in holding),
                        amount=str(amount * cost),
                        place=place,
                    )
                )
        return tuple(payments)

    def _money(self, parts: int) -> int:
        """What that many parts are in minor units, rounded down."""
        return (parts + self.slack) * self.contest.budget // (self.voters * self.votes.vote)

    def _close(self, bought: Option) -> None:
        """Take out what cannot be bought beside it."""
        for rival in self.rivals.get(bought.id, ()):
            self.why.setdefault(rival, ("excluded_by_group", {"rival": bought.id}))
        self._close_envelopes()

    def _close_envelopes(self) -> None:
        for index in self.waiting:
            option = self.listed[index]
            for envelope in self.envelopes.get(option.id, ()):
                missing = charged(envelope, self.awarded, self.options) + option.cost - envelope.amount
                if missing > 0:
                    facts: dict[str, Fact] = {"envelope": envelope.name, "missing": missing}
                    self.why.setdefault(option.id, ("envelope_spent", facts))
        self.waiting = [index for index in self.waiting if self.listed[index].id not in self.why]

    # ── the result ───────────────────────────────────────────────────────────────────────────────

    def _explain_the_rest(self, tied: Sequence[str]) -> None:
        for index, option in enumerate(self.listed):
            if option.id in self.why:
                continue
            if option.excluded is not None:
                self.why[option.id] = "not_eligible", {"why": option.excluded}
            elif tied:
                decision: Decision = "tie_unresolved" if option.id in tied else "after_unresolved_tie"
                self.why[option.id] = decision, {"tied": ", ".join(tied)}
            elif not self.voters or (not self.votes.opens and not self.votes.namers[index]):
                self.why[option.id] = "no_support", {}
            elif self.votes.opens:
                missing = option.cost - self.remaining
                self.why[option.id] = "cost_exceeds_remaining", {"missing": missing, "everybody": 1}
            else:
                have = self._money(self.votes.support(index))
                facts: dict[str, Fact] = {"supporters_have": have, "missing": option.cost - have}
                self.why[option.id] = "supporters_short", facts

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
            complete=all(tie.resolved for tie in self.ties),
            facts={"share": str(Fraction(self.contest.budget, max(1, self.voters)))},
        )


def _decimal(parts: int, params: PbEarParams) -> str:
    """Parts as votes, exactly.

    >>> _decimal(15 * 10**23, PB_EAR["pb-ear"])
    '1.5'
    """
    whole, rest = divmod(parts, 10**params.digits)
    return f"{whole}.{rest:0{params.digits}d}".rstrip("0").rstrip(".")


FAMILY = Family(
    version=VERSION,
    elects="projects",
    vote_types=("ordinal",),
    rules=PB_EAR,
    count=count_pb_ear,
)
