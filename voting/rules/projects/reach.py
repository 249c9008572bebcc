"""What supporters of an option could have paid for under equal shares: guesses of the cost, and of the number
of further people, with which it would have been bought.

As long as an option is not bought it changes nothing for the others. So a run in which it costs less, or has
more people who name nothing else, is the run as it was, up to the moment at which the option is bought. At a
moment when the next purchase asks `rate` for a unit of utility, an option of cost c is bought instead if its
supporters together pay c when each gives at most what they have and at most

* rate * points (utility "points"), or rate * points * c (utility "cost").

What they pay is a concave function of c that is 0 at 0, so all costs up to a highest one are paid: the root
of a concave function, to which Newton's method comes down from above in finitely many steps. After the last
purchase, whatever they have left is enough. Further people each pay the smaller of their whole share and the
same limit, so their number is a quotient.

All of this is floats: guesses, each of which is counted again before anything is stated (counterfactuals.py).
Where supporters pay level by level of their ballots, only the end of the run is looked at.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from fractions import Fraction
from math import ceil, floor, inf

import msgspec
import numpy as np

from voting.rules.projects.counterfactuals import points_of_one
from voting.rules.projects.equal_shares import Electorate, Floats, Groups, Support, UnresolvedTie
from voting.rules.projects.purchases import Run
from voting.rules.tally import Tally

NEAR = 1e-9  # of an amount: a float this near a whole number may be that number
MOST_LOWERED = 250  # steps from the share that was reached
BELOW = 2  # steps from where a changed count should end to where it begins
MOST_TANGENTS = 30  # of Newton's method; a handful is enough, and the result is a guess


class Replay:
    """One run at one share, gone through again for the options it did not buy: for each of them `cost`, the
    highest it could have paid for, and `people`, how many more it would have taken.

    `others` are those options, by position, with their supporters, whether or not they were allowed to win.
    """

    def __init__(
        self, of: Electorate, others: Mapping[int, Support | None], share: Fraction, bought: Sequence[str]
    ) -> None:
        self.of, self.share = of, float(share)
        self.by_cost = of.params.utility == "cost"
        self.money: Floats = np.full(len(of.weight), self.share)
        self.alone = _points_alone(of)
        got = set(bought)
        self.names = [index for index in others if of.names[index] not in got]
        self.names.sort(key=lambda index: others[index] is None)  # those without supporters come last
        known = [one for index in self.names if (one := others[index]) is not None]
        self.groups: Groups = np.concatenate([np.zeros(0, dtype=np.intp), *(one.groups for one in known)])
        self.weight: Floats = np.concatenate([np.zeros(0), *(one.weight for one in known)])
        self.points: Floats = np.concatenate([np.zeros(0), *(one.points for one in known)])
        sizes = np.array([len(one.groups) for one in known], dtype=np.intp)
        self.owner = np.repeat(np.arange(len(known)), sizes)
        self.starts: Groups = np.cumsum(sizes) - sizes
        self.costs = np.array([of.contest.options[index].cost for index in self.names], dtype=np.float64)
        self.asked = self.points * self.costs[self.owner] if self.by_cost else self.points
        self.room = np.full(len(self.names), inf)  # of envelopes; less than 0 once a rival is bought
        self.spent_by: dict[tuple[str, str], int] = {}
        self.highest = np.zeros(len(self.names))
        self.fewest = np.full(len(self.names), inf)
        self._go_through(bought)
        self.cost = dict(zip(self.names, self.highest.tolist(), strict=True))
        self.people = dict(zip(self.names, self.fewest.tolist(), strict=True))

    def _go_through(self, bought: Sequence[str]) -> None:
        for name in bought:
            support = self.of.support[self.of.position[name]]
            money = self.money[support.groups]
            price = _price(support, money)
            if self.of.levels <= 1:
                self._look(price / support.cost if self.by_cost else price)
            self.money[support.groups] = np.maximum(money - price * support.points, 0)
            self._charge(name)
        self._look(inf)

    def _sums(self, values: Floats) -> Floats:
        """Of each option: the sum over its supporters."""
        sums = np.zeros(len(self.names))
        if len(self.starts):
            sums[: len(self.starts)] = np.add.reduceat(values, self.starts)
        return sums

    def _look(self, rate: float) -> None:
        """The moment before a purchase at that rate, or the end."""
        money = self.money[self.groups]
        given = money if rate == inf else np.minimum(money, rate * self.asked)
        paid = self._sums(self.weight * given)
        scale = self.costs if self.by_cost else np.ones(len(self.names))
        each = np.minimum(self.share, inf if rate == inf else rate * self.alone * scale)
        with np.errstate(divide="ignore"):
            number = np.where(self.room >= self.costs, (self.costs - paid) / each, inf)
        self.fewest = np.minimum(self.fewest, number)
        most = paid if rate == inf or not self.by_cost else self._roots(money, rate * self.points, paid)
        self.highest = np.maximum(self.highest, np.minimum(most, self.room))

    def _roots(self, money: Floats, slope: Floats, paid: Floats) -> Floats:
        """Of each option: the highest cost c at which its supporters pay c, each at most slope * c, or the
        highest so far; `paid` is what they pay at its real cost c', so the root is no higher (G rises).
        """
        all_of_it, worth = self.weight * money, self.weight * slope

        def tangent(costs: Floats) -> tuple[Floats, Floats]:
            """What is paid at these costs, and where the tangent there meets the cost."""
            in_full = slope * costs[self.owner] < money
            fixed, rising = self._sums(all_of_it * ~in_full), self._sums(worth * in_full)
            meets = np.where(rising < 1, fixed / np.where(rising < 1, 1 - rising, 1), inf)
            return fixed + rising * costs, meets

        at_highest, meets = tangent(self.highest)
        improves = (at_highest >= self.highest) & (paid > self.highest)
        costs = np.where(improves, np.minimum(np.minimum(paid, self.costs), meets), self.highest)
        for _ in range(MOST_TANGENTS):
            _, meets = tangent(costs)
            following = np.where(improves, np.minimum(meets, costs), costs)
            if not (following < costs * (1 - NEAR / 8)).any():
                break
            costs = following
        return costs

    def _charge(self, name: str) -> None:
        of = self.of
        place = {of.names[index]: at for at, index in enumerate(self.names)}
        for rival in of.rivals.get(name, ()):
            if rival in place:
                self.room[place[rival]] = -1
        for envelope in of.envelopes.get(name, ()):
            key = (envelope.by, envelope.name)
            self.spent_by[key] = self.spent_by.get(key, 0) + of.options[name].cost
        for other, at in place.items():
            for envelope in of.envelopes.get(other, ()):
                left = envelope.amount - self.spent_by.get((envelope.by, envelope.name), 0)
                self.room[at] = min(self.room[at], left)


def _points_alone(of: Electorate) -> int:
    """What somebody who names one option only gives it, as the rule has it."""
    if of.params.by_level:
        return 1
    if of.params.points == "borda":
        return len(of.names) - 1
    return points_of_one(of.contest) or 0


def _price(support: Support, money: Floats) -> float:
    """What a point costs when the supporters with that money pay for the option; Newton's method from
    below.
    """
    price = support.cost / support.total_points
    while True:
        rest = money > price * support.points
        slope = float(support.worth[rest].sum())
        if slope == 0:
            return price
        paid = float(support.weight @ np.minimum(money, price * support.points))
        following = price + (support.cost - paid) / slope
        if following <= price * (1 + 1e-14):
            return price
        price = following


class Reached(msgspec.Struct, frozen=True):
    """The share a count ended with, the first one and what it was raised by, in minor units."""

    share: Fraction
    start: Fraction
    step: Fraction

    @property
    def rungs(self) -> int:
        """How many shares are looked at, from the one that was reached downwards."""
        return 1 + min(MOST_LOWERED, floor((self.share - self.start) / self.step))


def changed_electorate(of: Electorate, changed: Tally, name: str) -> Electorate:
    """`Electorate(changed, ...)` of a tally in which only this option differs, by its cost or by people who
    name nothing else: made of the one that is there, where it can be, which is much quicker.
    """
    index = of.position[name]
    fresh = copy(of)
    fresh.contest, fresh.standings, fresh.voters = changed.contest, changed.by_id, changed.counted
    fresh.options = {option.id: option for option in changed.contest.options}
    fresh.out = fresh._out(changed)
    mine = of.support.get(index)
    cost = changed.contest.options[index].cost
    if mine is None or cost == 0 or fresh.out.keys() != of.out.keys():
        return Electorate(changed, of.params, of.policy)
    if len(changed.profile.weight) > len(of.weight):
        number = float(changed.profile.weight[-1])
        points = float(_points_alone(of))
        if points == 0:
            return Electorate(changed, of.params, of.policy)
        fresh.weight = np.append(of.weight, number)
        fresh.entry_start = changed.profile.start
        fresh.entry_option, fresh.entry_place = changed.profile.option, changed.profile.place
        fresh.entry_points = np.append(of.entry_points, points)
        fresh.entry_worth = np.append(of.entry_worth, points * number)
        mine = _joined(mine, len(of.weight), number, points)
    fresh.support = of.support | {index: msgspec.structs.replace(mine, cost=cost)}
    by_cost = of.params.utility == "cost"
    fresh.scale = [1 / max(1, option.cost) if by_cost else 1.0 for option in changed.contest.options]
    fresh.levels_begun = {}
    return fresh


def _joined(support: Support, group: int, number: float, points: float) -> Support:
    """The supporters with a group of people more, who have the option in first place."""
    return msgspec.structs.replace(
        support,
        groups=np.append(group, support.groups),
        weight=np.append(number, support.weight),
        points=np.append(points, support.points),
        worth=np.append(number * points, support.worth),
        level=support.level if support.level == points else None,
        voters=support.voters + int(number),
        total_points=support.total_points + int(number * points),
        until=tuple(many + 1 for many in support.until),
    )


class Rung(msgspec.Struct, frozen=True):
    """The papers as they were at one share: what was bought and what it cost."""

    share: Fraction
    bought: tuple[str, ...]
    spent: int


class Ladder:
    """Runs of the papers as they were, at the share that was reached and below it, step by step, down to a
    share at which a tie stays open.
    """

    def __init__(self, counted: Tally, of: Electorate, reached: Reached) -> None:
        self.of, self.reached, self.budget = of, reached, counted.contest.budget
        allowed = msgspec.structs.replace(of.params, use_threshold=False, need_third=False)
        everybody = Electorate(counted, allowed, of.policy)
        self.others = {
            index: everybody.support.get(index)
            for index, option in enumerate(counted.contest.options)
            if option.cost > 0 and option.excluded is None
        }
        self.rungs: list[Rung] = []
        self.found: dict[int, dict[int, tuple[float, float]]] = {}  # option, rung: highest cost, people
        self.rung_of: dict[int, tuple[int, int]] = {}  # at which it may be cheaper; have more people
        if reached.share > 0 and self._rung(0) is not None:
            self._replay(0, list(self.others))
            wanted: dict[int, set[int]] = {}
            for index, found in self.found.items():
                cost = self.of.contest.options[index].cost
                self.rung_of[index] = (
                    self._room_for(found[0][0], grows=True),
                    self._room_for(cost, grows=False),
                )
                for middle in self.rung_of[index]:
                    for rung in self._around(middle):
                        wanted.setdefault(rung, set()).add(index)
            for rung, indexes in wanted.items():
                self._replay(rung, sorted(indexes))

    def _rung(self, number: int) -> Rung | None:
        """So many steps below the share that was reached."""
        while len(self.rungs) <= number < self.reached.rungs:
            share = self.reached.share - len(self.rungs) * self.reached.step
            try:
                run = Run(self.of, share).everything()
            except UnresolvedTie:
                return None
            self.rungs.append(Rung(share, run.bought, run.cost))
        return self.rungs[number] if number < len(self.rungs) else None

    def _room_for(self, needed: float, *, grows: bool) -> int:
        """The highest rung that leaves so much of the budget, which `grows` with the share or not; one below
        the last where none does.
        """
        number = 0
        while (rung := self._rung(number)) is not None:
            part = float(rung.share / self.reached.share) if grows else 1
            if rung.spent + needed * part <= self.budget:
                break
            number += 1
        return number

    def _around(self, number: int) -> list[int]:
        """That rung and those beside it, as far as there are any."""
        return [near for near in range(number - 2, number + 3) if near > 0 and self._rung(near) is not None]

    def _replay(self, number: int, indexes: Sequence[int]) -> None:
        rung = self.rungs[number]
        replay = Replay(self.of, {index: self.others[index] for index in indexes}, rung.share, rung.bought)
        for index, cost in replay.cost.items():
            self.found.setdefault(index, {})[number] = (cost, replay.people[index])

    def low(self, name: str, *, with_people: bool) -> Fraction:
        """The share from which the changed papers are counted: a little below where they should end."""
        number = self.rung_of.get(self.of.position[name], (0, 0))[with_people] + BELOW
        return max(self.reached.start, self.reached.share - number * self.reached.step)

    def costs(self, name: str) -> list[int]:
        """Costs to try, highest first. A cheaper option is paid at the share that was reached, or at a lower
        one that leaves room for it in the budget; there the count only ends if it is paid one step above as
        well, where there is no room.
        """
        found = self.found.get(self.of.position[name], {})
        if not self.of.params.raise_shares:  # all shares together are the budget
            tops = [cost for cost, _ in found.values()]
        else:
            tops = [
                min(cost, found[number - 1][0] if number else inf, self.budget - self.rungs[number].spent)
                for number, (cost, _) in found.items()
                if not number or number - 1 in found
            ]
        best = [floor(top * (1 + NEAR)) for top in sorted(tops)[-3:]]
        lower = [best[-1] * part // 100 for part in (95, 85, 70, 50, 25)] if best else []
        return sorted({*best, *(top - 1 for top in best[-1:]), *lower}, reverse=True)

    def people(self, name: str, least: int) -> list[int]:
        """Numbers of further people to try, smallest first: at the highest share that leaves room for the
        option, one above and some below it. Where shares are not raised, more people make them smaller.
        """
        index = self.of.position[name]
        cost, of = self.of.contest.options[index].cost, self.of
        tried: list[int] = []
        for number, (_, people) in sorted(self.found.get(index, {}).items()):
            if people == inf:
                continue
            least = max(least, ceil(people * (1 - NEAR)))
            if self.rungs[number].spent + cost > self.budget:
                tried = []
            tried.append(least)
            if not of.params.raise_shares and cost < self.budget:
                more = ceil(people * self.budget / (self.budget - cost))
                tried += [
                    least + 1,
                    max(least, more),
                    *(max(least, more) * part // 100 for part in (103, 110)),
                ]
        return sorted(set(tried))
