"""One run of equal shares at one endowment: exact, and quick because exact numbers are made only where they
decide.

Everybody's money is kept as a float m' beside the exact value m that the purchases so far imply. Three facts
make the result that of exact arithmetic.

1. *The floats stay close.* A purchase takes min(m, price * points). The price p is computed exactly, then
   rounded (relative error <= u = 2**-53); a group that is emptied is set to exactly 0; for the others one
   product and one difference are rounded, each by at most u times the first share. So |m' - m| <= error,
   which starts at u * share and grows by 4u * share with each purchase. Nothing accumulates through prices,
   because each is exact.
2. *What floats say is used only outside that margin.* Supporters of an option together pay
   F(r) = sum of weight * min(m, r * points) at price r; F rises and is concave. The float F' differs from F
   by at most margin = weight * error + 8 (n + 8) u * max(F', cost) (n terms, a sum in any order). If
   F'(r) < cost - margin, then the option's price is above r. Where it is not so clear, exact numbers decide.
3. *Exact numbers are cheap.* Who has money left has paid in full for everything bought that is on their
   ballot (a group is emptied once, and then it pays nothing more). So the money of a set S of groups with
   money is share * voters(S) - sum over bought options q of price(q) * points of S for q: one integer
   product for each purchase, the points being counted in one pass over the ballots of S. With S the
   supporters who are emptied, price = (cost - money(S)) / points of the others; S is right when everybody
   in it has at most price * points and everybody else at least that, which is checked, with exact money for
   those within the margin. F rises, so there is one such price.

An option's price never falls while money is spent, so an old price bounds the new one from below, and an
option is looked at again only when its bound is not above the best price so far. A better bound comes from
concavity: with F(r) < cost, the line through F(r) with the slope to the right of r reaches the cost no later
than F does.
"""

import heapq
from fractions import Fraction
from math import gcd, inf

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.projects.equal_shares import (
    Electorate,
    Floats,
    Groups,
    Holders,
    Purchase,
    Shares,
    U,
    UnresolvedTie,
    Working,
    holders_of,
)
from voting.rules.result import Payment, Tie
from voting.rules.ties import settle

TINY = 1e-300  # money that is there, however little; not the smallest float, which is slow to compute with

BLOCK = 8192

Mask = NDArray[np.bool_]


def total(values: Floats | Mask, weights: Floats) -> float:
    """Sum of values times weights, in blocks so short that the library under numpy starts no threads."""
    if len(weights) <= BLOCK:
        return float(values.dot(weights))
    starts = range(0, len(weights), BLOCK)
    return sum(float(values[at : at + BLOCK].dot(weights[at : at + BLOCK])) for at in starts)


class Offer(msgspec.Struct, frozen=True):
    """An option that can be bought: its exact price a point, `top` / (`bottom` * unit) minor units, the
    float nearest to what it asks for a unit of utility, and who is emptied by it.
    """

    index: int
    top: int
    bottom: int
    key: float
    holders: Holders
    money: Floats
    emptied: Mask


class Run:
    """Buy as long as some option's supporters can pay for it; with a `limit`, until more than that is spent.

    `spell_out` also notes who paid what, which takes a little longer.
    """

    def __init__(
        self, of: Electorate, endowment: Fraction, *, limit: int | None = None, spell_out: bool = False
    ) -> None:
        self.of, self.endowment, self.limit, self.spell_out = of, endowment, limit, spell_out
        self.unit = endowment.denominator  # exact amounts are whole numbers of minor units / unit
        self.share = endowment.numerator
        self.prices: dict[int, int] = {}  # of what was bought, over unit
        first = float(endowment)
        self.money: Floats = np.full(len(of.weight), first)
        self.growth = 4 * U * first
        self.error = U * first
        self.level = 0
        self.bought_level = np.full(len(of.names), -1, dtype=np.int32)
        self.spent = 0
        self.purchases: list[Purchase] = []
        self.ties: list[Tie] = []
        self.blocked: dict[str, tuple[str, str]] = {}
        self.spent_by: dict[tuple[str, str], int] = {}
        self.scale = [1 / max(1, o.cost) if of.params.utility == "cost" else 1.0 for o in of.contest.options]
        self.holders: dict[int, Holders] = {}
        self.waiting: list[tuple[float, int]] = []

    def everything(self) -> Shares:
        """The whole run. Raises: UnresolvedTie."""
        of = self.of
        for self.level in range(max(1, of.levels)):
            self._begin_level()
            while (offer := self._cheapest()) is not None:
                self._buy(offer)
                if self.limit is not None and self.spent > self.limit:
                    return self._shares()
        return self._shares()

    def _shares(self) -> Shares:
        of = self.of
        return Shares(
            endowment=self.endowment,
            bought=tuple(of.names[index] for index in self.prices),
            cost=self.spent,
            ties=tuple(self.ties),
            blocked=self.blocked,
        )

    def working(self) -> Working:
        """What was noted of the run, and what the supporters of the other options have left."""
        of = self.of
        left = {}
        for index in sorted(of.support):
            if index not in self.prices:
                groups = of.support[index].groups
                holding = groups[self.money[groups] > 0]
                left[of.names[index]] = Fraction(self._money_of(holding), self.unit)
        return Working(purchases=tuple(self.purchases), left=left)

    def _begin_level(self) -> None:
        """Everybody supports one more of their options (by_level), or all of them (the only level)."""
        of = self.of
        self.waiting = []
        for index, support in of.support.items():
            if index in self.prices or (self.level and self.level >= len(support.until)):
                continue
            if self.level == 0 or support.until[self.level] > support.until[self.level - 1]:
                self.holders[index] = of.holders(index, self.level)
                bound = support.cost / support.total_points * self.scale[index] * (1 - 8 * U)
                self.waiting.append((bound, index))
        heapq.heapify(self.waiting)

    # ── the next purchase ────────────────────────────────────────────────────────────────────────

    def _cheapest(self) -> Offer | None:
        """The option to buy. Those whose supporters cannot pay any more are dropped for good."""
        best: list[Offer] = []  # equal ones
        others: list[tuple[float, int]] = []
        while self.waiting and (not best or self.waiting[0][0] <= best[0].key * (1 + 4 * U)):
            bound, index = heapq.heappop(self.waiting)
            if self._is_blocked(index):
                continue
            if best:
                raised = self._raised_bound(index, best[0].key)
                if raised is not None:
                    if raised < inf:
                        others.append((raised, index))
                    continue
            offer = self._offer(index, bound / self.scale[index])
            if offer is None:
                continue
            order = self._compare(offer, best[0]) if best else -1
            if order <= 0:
                if order < 0:
                    others += [(one.key * (1 - 4 * U), one.index) for one in best]
                    best = []
                best.append(offer)
            else:
                others.append((offer.key * (1 - 4 * U), index))
        if not best:
            return None
        chosen = best[0] if len(best) == 1 else self._settle(best)
        for entry in others:
            heapq.heappush(self.waiting, entry)
        for one in best:
            if one is not chosen:
                heapq.heappush(self.waiting, (one.key * (1 - 4 * U), one.index))
        return chosen

    def _is_blocked(self, index: int) -> bool:
        """Whether something else than money stands in the option's way: a rival bought, an envelope spent."""
        of = self.of
        name = of.names[index]
        if name in self.blocked:
            return True
        for envelope in of.envelopes.get(name, ()):
            if self.spent_by.get((envelope.by, envelope.name), 0) + of.support[index].cost > envelope.amount:
                self.blocked[name] = ("envelope_spent", envelope.name)
                return True
        return False

    def _raised_bound(self, index: int, key: float) -> float | None:
        """If the option is surely dearer than `key`: a bound of what it asks, inf if it cannot be paid."""
        cost, scale = self.of.support[index].cost, self.scale[index]
        holders, money = self._holding(index)
        price = key * (1 + 4 * U) / scale
        cap = price * holders.points
        paid = total(np.minimum(money, cap), holders.weight)
        missing = cost - paid - self._margin(holders, paid, cost)
        if missing <= 0:
            return None
        slope = total(money > np.maximum(cap - 4 * self.error, 0), holders.worth)
        if slope == 0:
            return inf
        return (price + missing / slope) * scale * (1 - 16 * U)

    def _margin(self, holders: Holders, paid: float, cost: float) -> float:
        return holders.voters * self.error + holders.slack * max(paid, cost)

    def _holding(self, index: int) -> tuple[Holders, Floats]:
        """The option's supporters and what they have; when many have nothing left, without those."""
        holders = self.holders[index]
        money = self.money.take(holders.groups)
        has = money > 0
        if 4 * np.count_nonzero(has) >= 3 * len(has):
            return holders, money
        points = holders.points[has] if isinstance(holders.points, np.ndarray) else holders.points
        holders = holders_of(holders.groups[has], holders.weight[has], points, holders.worth[has])
        self.holders[index] = holders
        return holders, money[has]

    def _offer(self, index: int, low: float) -> Offer | None:
        """What the option asks; nothing if its supporters do not have it. `low` is below its price."""
        cost = self.of.support[index].cost
        holders, money = self._holding(index)
        together = total(money, holders.weight)
        margin = self._margin(holders, together, cost)
        if together <= cost + margin and (
            together < cost - margin or self._money_of(holders.groups[money > 0]) < cost * self.unit
        ):
            return None
        price = low
        while True:  # Newton's method from below: it meets the price after finitely many kinks
            cap = price * holders.points
            rest = money > cap
            slope = total(rest, holders.worth)
            if slope == 0:
                break
            following = price + (cost - total(np.minimum(money, cap), holders.weight)) / slope
            if following <= price * (1 + 8 * U):
                break
            price = following
        return self._exact(index, holders, money, ~rest)

    def _exact(self, index: int, holders: Holders, money: Floats, emptied: Mask) -> Offer:
        """The exact price, from a guess of who is emptied by it; who has nothing left is among those."""
        cost = self.of.support[index].cost
        while True:
            bottom = int(total(~emptied, holders.worth))
            top = cost * self.unit - self._money_of(holders.groups[emptied & (money > 0)])
            if bottom == 0:
                richest = self._highest_ratio(holders, money)
                if top == 0:  # together they have just the cost: the price is what the richest have
                    top, bottom = richest
                    break
                emptied = money / holders.points < richest[0] / (richest[1] * self.unit) * (1 - 1e-9)
                continue
            gap = money - top / (bottom * self.unit) * holders.points
            right = gap <= 0
            close = np.flatnonzero(np.abs(gap) <= 4 * self.error)
            if len(close):
                right[close] = self._emptied_exactly(holders, money, close, top, bottom)
            if (right == emptied).all():
                break
            emptied = right
        divisor = gcd(top, bottom)
        top, bottom = top // divisor, bottom // divisor
        worth = cost if self.of.params.utility == "cost" else 1
        return Offer(index, top, bottom, top / (bottom * self.unit * worth), holders, money, emptied)

    def _emptied_exactly(
        self, holders: Holders, money: Floats, close: NDArray[np.int64], top: int, bottom: int
    ) -> list[bool]:
        """Of the groups too near to tell: whether their exact money is at most the price times their points.

        Where it is equal, either answer gives the same price; this one is given.
        """
        points = np.broadcast_to(np.asarray(holders.points), money.shape)
        return [
            money[at] == 0 or self._money_of_one(int(holders.groups[at])) * bottom <= top * int(points[at])
            for at in close.tolist()
        ]

    def _highest_ratio(self, holders: Holders, money: Floats) -> tuple[int, int]:
        """The largest exact money / points among the supporters, as a fraction."""
        ratio = money / holders.points
        near = np.flatnonzero(ratio >= ratio.max() - 8 * (self.error + self.growth))
        best = Fraction(0)
        for at in near.tolist():
            points = holders.points[at] if isinstance(holders.points, np.ndarray) else holders.points
            best = max(best, Fraction(self._money_of_one(int(holders.groups[at])), int(points)))
        return best.numerator, best.denominator

    def _compare(self, one: Offer, other: Offer) -> int:
        """-1, 0 or 1 as the first asks less, as much or more for a unit of utility: exactly."""
        left, right = one.top * other.bottom, other.top * one.bottom
        if self.of.params.utility == "cost":
            left *= self.of.support[other.index].cost
            right *= self.of.support[one.index].cost
        return (left > right) - (left < right)

    def _settle(self, offers: list[Offer]) -> Offer:
        of = self.of
        tied = [of.names[index] for index in sorted(offer.index for offer in offers)]
        settled = settle(of.policy, tied, of.options, of.standings)
        matters = of.order_matters(tied)
        first = list(settled.groups[0])
        resolved = len(first) == 1 or not of.order_matters(first)
        tie = Tie(
            at=f"round:{len(self.prices) + 1}",
            options=tuple(tied),
            matters=matters,
            resolved=resolved,
            settled_by=settled.settled_by if matters else (),
            order=tuple(name for group in settled.groups for name in group),
        )
        if not resolved:
            raise UnresolvedTie(tie)
        self.ties.append(tie)
        return next(offer for offer in offers if of.names[offer.index] == first[0])

    # ── exact money ──────────────────────────────────────────────────────────────────────────────

    def _money_of(self, groups: Groups) -> int:
        """The exact money of all voters of these groups, over unit. All of them must have some left."""
        of = self.of
        if not len(groups):
            return 0
        total = self.share * int(of.weight.take(groups).sum())
        if not self.prices:
            return total
        begin = of.entry_start.take(groups)
        size = of.entry_start.take(groups + 1) - begin
        after = np.cumsum(size)
        entries = np.repeat(begin - (after - size), size) + np.arange(int(after[-1]))
        options, worth = of.entry_option.take(entries), of.entry_worth.take(entries)
        if of.levels > 1:
            worth = worth * (of.entry_place.take(entries) <= self.bought_level.take(options))
        points = np.bincount(options, worth, minlength=len(of.names)).tolist()
        return total - sum(price * int(points[index]) for index, price in self.prices.items())

    def _money_of_one(self, group: int) -> int:
        """The exact money of one voter of a group that has some left, over unit."""
        of = self.of
        entries = slice(of.entry_start[group], of.entry_start[group + 1])
        money = self.share
        for index, points, place in zip(
            of.entry_option[entries].tolist(),
            of.entry_points[entries].tolist(),
            of.entry_place[entries].tolist(),
            strict=True,
        ):
            if index in self.prices and (of.levels <= 1 or place <= self.bought_level[index]):
                money -= self.prices[index] * int(points)
        return money

    # ── buying ───────────────────────────────────────────────────────────────────────────────────

    def _buy(self, offer: Offer) -> None:
        of, holders = self.of, offer.holders
        if self.spell_out:
            self.purchases.append(self._spelled_out(offer))
        price = offer.top / (offer.bottom * self.unit)
        after = np.maximum(offer.money - price * holders.points, TINY)
        after[offer.emptied] = 0
        self.money[holders.groups] = after
        self.error += self.growth
        if offer.bottom > 1:
            self.unit *= offer.bottom
            self.share *= offer.bottom
            self.prices = {index: value * offer.bottom for index, value in self.prices.items()}
        self.prices[offer.index] = offer.top
        self.bought_level[offer.index] = self.level
        self.spent += of.support[offer.index].cost
        name = of.names[offer.index]
        for rival in of.rivals.get(name, ()):
            self.blocked.setdefault(rival, ("excluded_by_group", name))
        for envelope in of.envelopes.get(name, ()):
            key = (envelope.by, envelope.name)
            self.spent_by[key] = self.spent_by.get(key, 0) + of.support[offer.index].cost

    def _spelled_out(self, offer: Offer) -> Purchase:
        of, holders, unit = self.of, offer.holders, self.unit
        price = Fraction(offer.top, offer.bottom * unit)
        points = np.broadcast_to(np.asarray(holders.points), offer.money.shape)
        payments, highest = [], Fraction(0)
        for level in np.unique(points)[::-1].tolist():
            for in_full in (True, False):
                who = (points == level) & (offer.money > 0) & (offer.emptied != in_full)
                voters = int(total(who, holders.weight))
                if not voters:
                    continue
                if in_full:
                    amount = price * int(level) * voters
                    highest = max(highest, price * int(level))
                else:
                    amount = Fraction(self._money_of(holders.groups[who]), unit)
                    highest = max(highest, self._richest(holders.groups[who], offer.money[who]))
                payments.append(
                    Payment(points=int(level), in_full=in_full, voters=voters, amount=str(amount))
                )
        cost = of.support[offer.index].cost
        return Purchase(of.names[offer.index], price, cost / price, highest, tuple(payments))

    def _richest(self, groups: Groups, money: Floats) -> Fraction:
        """The largest exact money of a voter of these groups."""
        near = groups[money >= money.max() - 4 * self.error]
        return Fraction(max(self._money_of_one(group) for group in near.tolist()), self.unit)
