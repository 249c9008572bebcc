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

A tie matters, unless no paper supports two of the tied projects, or all of them can be paid from what
everybody has left; it is not tried whether another order would fund the same.

Facts. Of the result: `share`, the part of the budget behind a vote. Of a project: `funded` (`level`, `round`,
`support` and `needed` in votes, `supporters_had` in minor units; `everybody` when all papers supported it);
`supporters_short` (`supporters_have`, `missing`) where nobody pays for what they have not named, else
`cost_exceeds_remaining` (`missing`, `everybody`). Payments are by the place of the project on the papers, 0
where it is not named.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import msgspec
import numpy as np

from voting.rules.family import Family
from voting.rules.papers import Contest, Option, Papers
from voting.rules.projects.envelopes import caps_of, charged, compete, rivals_of
from voting.rules.projects.outcome import projects_result
from voting.rules.result import Decision, Fact, Payment, Result, Step, Tie
from voting.rules.tally import Tally, tally
from voting.rules.ties import TiePolicy, check_seed, settle

VERSION = 1


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


class Votes:
    """What every paper holds, in parts, and what the supporters of each project hold together.

    `papers` are the projects a paper names and that can be funded, best first, `number` how many such papers
    there are. A paper is in `open` when it supports everything.
    """

    def __init__(self, counted: Tally, able: Sequence[bool], params: PbEarParams) -> None:
        profile = counted.profile
        keep = np.array(able, dtype=bool)[profile.option] if len(profile.option) else np.zeros(0, dtype=bool)
        ends = np.concatenate(([0], np.cumsum(keep)))[profile.start].tolist()
        kept = profile.option[keep].tolist()
        self.papers: list[list[int]] = [kept[begin:end] for begin, end in pairwise(ends)]
        self.number: list[int] = profile.weight.tolist()
        self.vote: int = 10**params.digits
        self.opens = params.unranked == "last"
        self.held = [self.vote] * len(self.papers)
        self.level = 0
        self.growing = list(range(len(self.papers)))  # papers that will support more at the next level
        self.open: list[int] = []
        self.held_by_open = 0
        self.named = [0] * len(able)  # held by papers that are not open and name the project
        self.namers: list[list[tuple[int, int]]] = [[] for _ in able]  # (paper, place)

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
        self.votes = Votes(counted, able, params)
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
        while self.votes.growing and not tied:
            self.votes.next_level()
            while not tied and (equal := self._equal_best()):
                first, tied = self._first_of(equal)
                if not tied:
                    self._buy(first)
        self._explain_the_rest([self.listed[index].id for index in tied])

    # ── the next project ─────────────────────────────────────────────────────────────────────────

    def _equal_best(self) -> list[int]:
        """The projects to choose from: of those whose supporters have the cost, the most supported, and of
        these the cheapest.
        """
        cost = [option.cost for option in self.listed]
        if self.everybody:
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
        matters = self._order_matters(tied)
        resolved = len(settled.groups[0]) == 1 or not self._order_matters(settled.groups[0])
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
        return equal[tied.index(settled.groups[0][0])], () if resolved else tuple(equal)

    def _order_matters(self, names: Sequence[str]) -> bool:
        """Whether the order of equal projects could change anything; see the module."""
        if compete(names, self.rivals, self.envelopes):
            return True
        if self.everybody:
            return sum(self.options[name].cost for name in names) > self.remaining
        if self.votes.open:
            return True
        seen: set[int] = set()
        for index, option in enumerate(self.listed):
            if option.id in names:
                papers = {paper for paper, _ in self.votes.namers[index]}
                if not seen.isdisjoint(papers):
                    return True
                seen |= papers
        return False

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
