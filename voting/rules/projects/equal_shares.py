"""The method of equal shares: everyone holds the same part of the budget and pays for what they support.

The option bought next is the one whose supporters pay least for what they get; money left decides how far
the shares are raised (completion). Source: Peters, Pierczyński, Skowron, "Proportional Participatory
Budgeting with Additive Utilities" (NeurIPS 2021); completion and comparison as counted in Wieliczka 2023,
whose 30 published rounds these parameters reproduce.

This module has the parameters, the papers as arrays of supporters, and what a run gives back; how a run is
computed, and why its result is exact, stands in purchases.py.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.papers import Option
from voting.rules.projects.envelopes import caps_of, rivals_of
from voting.rules.result import Payment, Standing, Tie
from voting.rules.tally import Tally, TooLarge
from voting.rules.ties import TiePolicy

U = 2.0**-53  # half the distance from 1 to the next float
MAX_EXACT = 2**53  # the whole numbers below it are exact as floats, and so are their sums below it

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Groups = NDArray[np.intp]  # the machine's index type: others would be converted at every look


class EqualSharesParams(msgspec.Struct, frozen=True, kw_only=True, tag="equal_shares", tag_field="family"):
    """One equal-shares rule. `utility`: what an option is worth to a supporter, points times its cost or
    points. `points`: as the contest says, or Borda's (a place among m options is worth m less the place).

    `start`: everyone's first share, budget / voters exactly or rounded down to a unit. `raise_shares`:
    completion by raising every share by the largest of `step_units` units, `step_percent` of budget / voters
    and one of `most_steps` equal parts of it, until the next outcome would cost too much, or already when
    nothing more fits (`stop_when_exhaustive`). `fill`: then by score. `compare`: the greedy outcome replaces
    this one only if strictly more voters got more options of theirs by it.

    `by_level`: rank-expanding shares; supporters pay for their first choice only, then for their first two,
    and so on. `use_threshold`: options under the contest's threshold are out. `need_third`: an option is out
    unless its share of the voters is at least a third of its cost's share of the budget.
    """

    utility: Literal["cost", "points"] = "cost"
    points: Literal["contest", "borda"] = "contest"
    start: Literal["fraction", "floor"] = "fraction"
    raise_shares: bool = False
    step_units: int = 1
    step_percent: int = 0
    most_steps: int = 2_000
    stop_when_exhaustive: bool = False
    fill: bool = False
    compare: bool = False
    by_level: bool = False
    use_threshold: bool = False
    need_third: bool = False


EQUAL_SHARES: dict[str, EqualSharesParams] = {
    "equalshares": EqualSharesParams(),
    "equalshares/add1": EqualSharesParams(raise_shares=True),
    "equalshares-comparison": EqualSharesParams(compare=True),
    "equalshares/add1-comparison": EqualSharesParams(raise_shares=True, compare=True),
    "equalshares/ranked": EqualSharesParams(raise_shares=True, step_percent=1, fill=True),
    "equalshares/points": EqualSharesParams(utility="points"),
    "equalshares/points-add1": EqualSharesParams(utility="points", raise_shares=True),
    "equalshares/borda": EqualSharesParams(
        utility="points", points="borda", raise_shares=True, step_percent=1
    ),
    "equalshares/add1-exhaustive": EqualSharesParams(
        raise_shares=True, start="floor", stop_when_exhaustive=True
    ),
    "equalshares/add1u": EqualSharesParams(raise_shares=True, fill=True),
    "equalshares/add1-threshold": EqualSharesParams(raise_shares=True, use_threshold=True),
    "equalshares/swiecie": EqualSharesParams(raise_shares=True, compare=True, need_third=True),
    "expanding-shares": EqualSharesParams(raise_shares=True, step_percent=1, by_level=True),
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
    payments: tuple[Payment, ...]


class Shares(msgspec.Struct, frozen=True):
    """One run at one endowment: what was bought, in order, its cost, and the ties.

    `blocked` are options that lost their turn for another reason than money: (reason, because of what).
    """

    endowment: Fraction
    bought: tuple[str, ...]
    cost: int
    ties: tuple[Tie, ...]
    blocked: Mapping[str, tuple[str, str]]


class Working(msgspec.Struct, frozen=True):
    """A run spelled out: each purchase with who paid what, and what is left to each other option's
    supporters, in minor units.
    """

    purchases: tuple[Purchase, ...]
    left: Mapping[str, Fraction]


class Support(msgspec.Struct, frozen=True):
    """The supporters of one option: groups of equal ballots, how many voters each has, the points each of
    them gives, and `worth`, the two multiplied.

    `level` is the one number of points everybody gives, where it is one. Under `by_level` they are sorted by
    the place of the option on their ballots, and `until[j]` of them have it among their first j + 1.
    """

    cost: int
    groups: Groups
    weight: Floats
    points: Floats
    worth: Floats
    level: float | None
    voters: int
    total_points: int
    until: tuple[int, ...]


class Holders(msgspec.Struct, frozen=True):
    """The supporters of an option who had money when this was made; `worth` is weight times points, `most`
    the most points of one of them, `slack` the rounding of their sum in units of the sum.
    """

    groups: Groups
    weight: Floats
    points: Floats | float
    worth: Floats
    voters: float
    most: float
    slack: float


def holders_of(groups: Groups, weight: Floats, points: Floats | float, worth: Floats) -> Holders:
    """Supporters with what every look at them needs. A sum of n floats in any order is off by at most n U of
    the sum; 8 (n + 8) leaves room for the products in it.
    """
    slack = 8 * (len(groups) + 8) * U
    most = float(points.max(initial=1)) if isinstance(points, np.ndarray) else points
    return Holders(groups, weight, points, worth, float(weight.sum()), most, slack)


class Electorate:
    """The papers as arrays of supporters. `entry_*` list each ballot's options, which say what it paid for;
    `entry_worth` are its points times its voters.

    Numbers of voters and their points are held as floats that are whole and, all points of an option
    together, below MAX_EXACT: sums of them are exact. Raises: TooLarge.
    """

    def __init__(self, counted: Tally, params: EqualSharesParams, policy: TiePolicy) -> None:
        self.params, self.policy = params, policy
        self.contest = counted.contest
        self.standings: dict[str, Standing] = counted.by_id
        self.voters = counted.counted
        self.names = [option.id for option in self.contest.options]
        self.options: dict[str, Option] = {option.id: option for option in self.contest.options}
        self.position = {name: index for index, name in enumerate(self.names)}
        profile = counted.profile
        points = profile.points
        if params.points == "borda":
            points = len(self.names) - 1 - profile.place.astype(np.int64)
        if params.by_level:
            points = np.ones_like(points)
        self.weight = profile.weight.astype(np.float64)
        self.entry_start = profile.start
        self.entry_option = profile.option
        self.entry_place = profile.place
        self.entry_points = np.maximum(points, 0).astype(np.float64)
        self.entry_worth = self.entry_points * self.weight[profile.ballot]
        self.out = self._out(counted)
        self.support = self._supports(profile.ballot, points)
        self.levels = profile.longest if params.by_level else 1
        by_cost = params.utility == "cost"
        self.scale = [1 / max(1, option.cost) if by_cost else 1.0 for option in self.contest.options]
        self.levels_begun: dict[int, tuple[list[tuple[float, float, int]], dict[int, Holders]]] = {}
        self.rivals = rivals_of(self.contest)
        self.envelopes = caps_of(self.contest)

    def _out(self, counted: Tally) -> dict[str, tuple[str, int]]:
        """Options that cannot be bought whatever money there is: reason code and the number it rests on."""
        contest, out = self.contest, {}
        for option in contest.options:
            standing = self.standings[option.id]
            if option.excluded is not None:
                out[option.id] = ("not_eligible", 0)
            elif (
                self.params.use_threshold
                and contest.threshold is not None
                and standing.score < contest.threshold
            ):
                out[option.id] = ("below_threshold", contest.threshold)
            elif self.params.need_third:
                needed = -(-counted.counted * option.cost // (3 * contest.budget)) if contest.budget else 0
                if standing.supporters < needed:
                    out[option.id] = ("support_too_small", needed)
        return out

    def _supports(self, ballot: NDArray[np.int32], points: NDArray[np.int64]) -> dict[int, Support]:
        """Per option that is worth something to somebody and costs something, by position in the contest."""
        wanted = np.array(
            [option.cost > 0 and option.id not in self.out for option in self.contest.options], dtype=bool
        )
        keep = np.flatnonzero((points > 0) & wanted[self.entry_option])
        keys = self.entry_option[keep]
        if self.params.by_level:
            order = np.lexsort((self.entry_place[keep], keys))
        else:
            order = np.argsort(keys, kind="stable")
        keep = keep[order]
        bounds = np.searchsorted(self.entry_option[keep], np.arange(len(self.names) + 1))
        found = {}
        for index in range(len(self.names)):
            mine = keep[bounds[index] : bounds[index + 1]]
            if len(mine):
                found[index] = self._support(index, ballot[mine], points[mine], self.entry_place[mine])
        return found

    def _support(
        self,
        index: int,
        groups: NDArray[np.int32],
        points: NDArray[np.int64],
        place: NDArray[np.int32],
    ) -> Support:
        weight = self.weight[groups]
        uniform = bool((points == points[0]).all())
        if self.params.by_level:
            longest = int(place.max()) + 1
            until = tuple(np.searchsorted(place, np.arange(1, longest + 1)).tolist())
        else:
            until = (len(groups),)
        whole = weight.astype(np.int64)
        total = int(whole @ points)
        if total >= MAX_EXACT:
            raise TooLarge(f"more than {MAX_EXACT} points for one option")
        return Support(
            cost=self.contest.options[index].cost,
            groups=groups.astype(np.intp),
            weight=weight,
            points=points.astype(np.float64),
            worth=weight * points,
            level=float(points[0]) if uniform else None,
            voters=int(whole.sum()),
            total_points=total,
            until=until,
        )

    def begin(self, level: int) -> tuple[list[tuple[float, float, int]], dict[int, Holders]]:
        """What is supported by more people when ballots count down to that place (from 0), and by whom.

        For each option, sorted: the least that a unit of utility costs, if everybody can pay, and the least
        share with which they can pay for it at all; both rounded by at most 4u of them.
        """
        begun = self.levels_begun.get(level)
        if begun is None:
            options, holders = [], {}
            for index, support in self.support.items():
                before = support.until[level - 1] if 0 < level <= len(support.until) else 0
                many = support.until[level] if level < len(support.until) else before
                if many > before:
                    bound = support.cost / support.total_points * self.scale[index] * (1 - 8 * U)
                    options.append((bound, support.cost / support.voters, index))
                    points = support.points[:many] if support.level is None else support.level
                    holders[index] = holders_of(
                        support.groups[:many], support.weight[:many], points, support.worth[:many]
                    )
            begun = self.levels_begun[level] = (sorted(options), holders)
        return begun

    def order_matters(self, names: list[str]) -> bool:
        """Whether the order of buying these can change anything: some ballot supports two of them, or two
        exclude each other or share an envelope.
        """
        seen = np.zeros(len(self.weight), dtype=np.bool_)
        for name in names:
            groups = self.support[self.position[name]].groups
            if seen[groups].any():
                return True
            seen[groups] = True
        return self.order_matters_to_rivals(names)

    def order_matters_to_rivals(self, names: list[str]) -> bool:
        """Whether two of these options exclude each other or share an envelope."""
        together = set(names)
        if any(not together.isdisjoint(self.rivals.get(name, ())) for name in names):
            return True
        shared = [envelope for name in names for envelope in self.envelopes.get(name, ())]
        return len(set(shared)) < len(shared)
