"""The method of equal shares: everyone holds the same part of the budget and pays for what they support.

The option bought next is the one whose supporters pay least for what they get; money left decides how far
the shares are raised (completion). Everything is exact: shares are whole numbers over one common
denominator. Source: Peters, Pierczyński, Skowron, "Proportional Participatory Budgeting with Additive
Utilities" (NeurIPS 2021); completion and comparison as counted in Wieliczka 2023, whose 30 published rounds
these parameters reproduce.
"""

import heapq
from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.papers import Option
from voting.rules.result import Standing, Tie
from voting.rules.tally import Tally, TooLarge
from voting.rules.ties import TiePolicy, settle

MAX_HOLDINGS = 10**8  # different papers times different points: the longest table of a run
MAX_LEVEL_BITS = 20_000  # of the points' common multiple; points 1 to 10,000 need 14,400


class EqualSharesParams(msgspec.Struct, frozen=True, kw_only=True, tag="equal_shares", tag_field="family"):
    """One equal-shares rule. `utility`: what an option is worth to a supporter, points times its cost or
    points.

    `start`: everyone's first share, budget / voters exactly or rounded down to a unit. `raise_shares`:
    completion by raising every share by the larger of `step_units` units and `step_percent` of budget /
    voters, until the next outcome would cost too much, or already when nothing more fits
    (`stop_when_exhaustive`). `fill`: then by score. `compare`: the greedy outcome replaces this one only if
    strictly more voters got more options of theirs by it.
    """

    utility: Literal["cost", "points"] = "cost"
    start: Literal["fraction", "floor"] = "fraction"
    raise_shares: bool = False
    step_units: int = 1
    step_percent: int = 0
    stop_when_exhaustive: bool = False
    fill: bool = False
    compare: bool = False


EQUAL_SHARES: dict[str, EqualSharesParams] = {
    "equalshares": EqualSharesParams(),
    "equalshares/add1": EqualSharesParams(raise_shares=True),
    "equalshares-comparison": EqualSharesParams(compare=True),
    "equalshares/add1-comparison": EqualSharesParams(raise_shares=True, compare=True),
    "equalshares/ranked": EqualSharesParams(raise_shares=True, step_percent=1, fill=True),
}


class UnresolvedTie(Exception):
    """A tie that matters and that the policy does not settle; the count cannot go on."""

    def __init__(self, tie: Tie) -> None:
        super().__init__(tie.at)
        self.tie = tie


class Purchase(msgspec.Struct, frozen=True):
    """One round: `price` is what a supporter pays a point (all of their share if they have less)."""

    option: str
    price: Fraction
    effective_support: Fraction
    highest_payment: Fraction


class Shares(msgspec.Struct, frozen=True):
    """One run at one endowment: purchases in order, their cost, ties, and what is left to each option's
    supporters.
    """

    endowment: Fraction
    purchases: tuple[Purchase, ...]
    cost: int
    ties: tuple[Tie, ...]
    left: Mapping[str, Fraction]


class Electorate:
    """The papers as arrays: per supported option, in the contest's order, its groups of equal ballots and
    the points they give. Raises: TooLarge.
    """

    def __init__(self, counted: Tally, params: EqualSharesParams, policy: TiePolicy) -> None:
        self.params, self.policy = params, policy
        self.contest = counted.contest
        self.options: dict[str, Option] = {
            option.id: option
            for option in self.contest.options
            if option.excluded is None and option.cost > 0
        }
        self.standings: dict[str, Standing] = counted.by_id
        self.voters = counted.counted
        self.position = {option.id: index for index, option in enumerate(self.contest.options)}
        # in the contest's order: what is listed by option must not depend on which paper came first
        support: dict[str, list[tuple[int, int]]] = {name: [] for name in self.options}
        for group, (pairs, _) in enumerate(counted.ballots):
            for name, points in pairs:
                if points > 0 and name in self.options:
                    support[name].append((group, points))
        support = {name: pairs_of for name, pairs_of in support.items() if pairs_of}
        self.number = np.array([number for _, number in counted.ballots], dtype=np.float64)
        self.levels = sorted({points for pairs in support.values() for _, points in pairs})
        level_index = {points: index for index, points in enumerate(self.levels)}
        if len(self.levels) * len(counted.ballots) > MAX_HOLDINGS:
            raise TooLarge(f"{len(self.levels)} different points on {len(counted.ballots)} different papers")
        self.common_level = lcm(*self.levels) if self.levels else 1
        if self.common_level.bit_length() > MAX_LEVEL_BITS:
            raise TooLarge(f"{len(self.levels)} different points without a usable common multiple")
        self.groups: dict[str, NDArray[np.int64]] = {}
        self.level: dict[str, NDArray[np.int64]] = {}
        self.weight: dict[str, NDArray[np.float64]] = {}
        self.total_points: dict[str, int] = {}
        self.supporters: dict[str, int] = {}
        for name, pairs_of in support.items():
            self.groups[name] = np.array([group for group, _ in pairs_of], dtype=np.int64)
            self.level[name] = np.array([level_index[points] for _, points in pairs_of], dtype=np.int64)
            self.weight[name] = self.number[self.groups[name]]
            numbers = [int(number) for number in self.weight[name]]
            self.supporters[name] = sum(numbers)
            self.total_points[name] = sum(p * k for (_, p), k in zip(pairs_of, numbers, strict=True))

    def shares(self, endowment: Fraction) -> Shares:
        """Buy as long as some option's supporters can pay for it. Raises: UnresolvedTie."""
        return _Run(self, endowment).everything()

    def price_per_utility(self, name: str, price: Fraction) -> Fraction:
        """What a supporter pays for a unit of what the option is worth to them: the smaller the better."""
        return price / self.options[name].cost if self.params.utility == "cost" else price

    def share_a_supporter(self, names: list[str]) -> bool:
        """Whether some ballot supports two of these options: then the order of buying them can matter."""
        seen: set[int] = set()
        for name in names:
            groups = set(self.groups[name].tolist())
            if seen & groups:
                return True
            seen |= groups
        return False


class _Run:
    """Everyone's money during one run: a group holds `values[money[group]] / denominator` minor units a
    voter.
    """

    def __init__(self, electorate: Electorate, endowment: Fraction) -> None:
        self.of = electorate
        self.endowment = endowment
        self.denominator = endowment.denominator
        self.values: list[int] = [endowment.numerator]
        self.money = np.zeros(len(electorate.number), dtype=np.int64)
        self.purchases: list[Purchase] = []
        self.ties: list[Tie] = []

    def everything(self) -> Shares:
        of = self.of
        waiting = [
            (of.price_per_utility(name, Fraction(of.options[name].cost, of.total_points[name])), name)
            for name in of.groups
        ]
        heapq.heapify(waiting)
        while waiting:
            price, name, waiting = self._cheapest(waiting)
            if name is None:
                break
            self._buy(name, price)
        bought = {purchase.option for purchase in self.purchases}
        return Shares(
            endowment=self.endowment,
            purchases=tuple(self.purchases),
            cost=sum(of.options[name].cost for name in bought),
            ties=tuple(self.ties),
            left={name: self._money_of(name) for name in of.groups if name not in bought},
        )

    def _cheapest(
        self, waiting: list[tuple[Fraction, str]]
    ) -> tuple[Fraction, str | None, list[tuple[Fraction, str]]]:
        """The option to buy, its price a point, and the rest. An option's price never falls, so old ones
        are bounds.

        Options whose supporters cannot pay any more are dropped for good.
        """
        looked_at: list[tuple[Fraction, str]] = []
        prices: dict[str, Fraction] = {}
        best: Fraction | None = None
        while waiting and (best is None or waiting[0][0] <= best):
            _, name = heapq.heappop(waiting)
            price = self._price(name)
            if price is None:
                continue
            prices[name] = price
            utility_price = self.of.price_per_utility(name, price)
            looked_at.append((utility_price, name))
            best = utility_price if best is None else min(best, utility_price)
        if best is None:
            return Fraction(0), None, []
        tied = [name for utility_price, name in looked_at if utility_price == best]
        chosen = tied[0] if len(tied) == 1 else self._settle(tied)
        for entry in looked_at:
            if entry[1] != chosen:
                heapq.heappush(waiting, entry)
        return prices[chosen], chosen, waiting

    def _settle(self, tied: list[str]) -> str:
        of = self.of
        tied = sorted(tied, key=lambda name: of.position[name])
        settled = settle(of.policy, tied, of.options, of.standings)
        matters = of.share_a_supporter(tied)
        first = list(settled.groups[0])
        resolved = len(first) == 1 or not of.share_a_supporter(first)
        tie = Tie(
            at=f"round:{len(self.purchases) + 1}",
            options=tuple(tied),
            matters=matters,
            resolved=resolved,
            settled_by=settled.settled_by if matters else (),
            order=tuple(name for group in settled.groups for name in group),
        )
        if not resolved:
            raise UnresolvedTie(tie)
        self.ties.append(tie)
        return first[0]

    def _holdings(self, name: str) -> list[tuple[int, int, int, int]]:
        """Of the supporters: (key, money, points, how many), equal ones together."""
        of, levels = self.of, len(self.of.levels)
        keys = self.money[of.groups[name]] * levels + of.level[name]
        counts = np.bincount(keys, weights=of.weight[name])
        return [
            (key, self.values[key // levels], of.levels[key % levels], int(counts[key]))
            for key in np.flatnonzero(counts).tolist()
        ]

    def _money_of(self, name: str) -> Fraction:
        return Fraction(sum(money * many for _, money, _, many in self._holdings(name)), self.denominator)

    def _price(self, name: str) -> Fraction | None:
        """The price a point at which supporters together pay the cost, each at most what they hold; or
        nothing.
        """
        cost = self.of.options[name].cost * self.denominator
        holdings = self._holdings(name)
        if sum(money * many for _, money, _, many in holdings) < cost:
            return None
        common = self.of.common_level
        holdings.sort(key=lambda h: h[1] * (common // h[2]))
        points = sum(level * many for _, _, level, many in holdings)
        for _, money, level, many in holdings:
            if cost * level <= money * points:
                return Fraction(cost, points * self.denominator)
            cost -= money * many
            points -= level * many
        raise AssertionError("supporters hold the cost, so one of them is not emptied")

    def _buy(self, name: str, price: Fraction) -> None:
        of, levels = self.of, len(self.of.levels)
        denominator = lcm(self.denominator, price.denominator)
        factor = denominator // self.denominator
        if factor > 1:
            self.values = [value * factor for value in self.values]
            self.denominator = denominator
        unit = price.numerator * (denominator // price.denominator)
        after = np.zeros(len(self.values) * levels, dtype=np.int64)
        values = list(self.values)
        highest = 0
        for key, money, level, _ in self._holdings(name):
            payment = min(money, unit * level)
            highest = max(highest, payment)
            after[key] = len(values)
            values.append(money - payment)
        keys = self.money[of.groups[name]] * levels + of.level[name]
        self.money[of.groups[name]] = after[keys]
        self._renumber(values)
        self.purchases.append(
            Purchase(name, price, of.options[name].cost / price, Fraction(highest, denominator))
        )

    def _renumber(self, values: list[int]) -> None:
        """Forget amounts nobody holds and give equal amounts one number."""
        used = np.flatnonzero(np.bincount(self.money, minlength=len(values))).tolist()
        number: dict[int, int] = {}
        table = np.zeros(len(values), dtype=np.int64)
        for index in used:
            table[index] = number.setdefault(values[index], len(number))
        self.money = table[self.money]
        self.values = list(number)
