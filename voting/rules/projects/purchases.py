"""One run of equal shares at one endowment: exact, and quick because exact numbers are made only where they
decide.

Everybody's money is kept as a float m' beside the exact value m that the purchases so far imply, with one
bound `error` >= |m' - m| for all. Four facts make the result that of exact arithmetic.

1. *A price is right within a known distance.* Supporters of an option together pay
   F(r) = sum of weight * min(m, r * points) at price r; F rises and is concave. If S are the supporters who
   are emptied, price = (cost - money(S)) / points of the others. Computed from floats it is off by at most
   off = (weight(S) * error + 8 (n + 8) u * max(F', cost)) / points + 4u * price (n terms summed in any
   order, u = 2**-53; the points are whole and below 2**53, so their sum is exact). S is right when everybody
   in it has at most price * points and everybody else at least that: if no m' is nearer to it than
   error + off * points + 4u * share, floats can tell. S being right, nothing else is used of the price than
   that it lies within `off`.
2. *A purchase moves money by a known distance.* It takes min(m, price * points): who is emptied is set to
   exactly 0, for the others one product and one difference are rounded, so `error` grows by
   off * points + 4u * share.
3. *What floats say is used only outside those distances.* That an option asks more than another, that its
   supporters cannot pay, that it empties somebody: each is read from floats only if no error within the
   bounds could turn it. Where it is not so clear, exact numbers decide; so they do in every tie.
4. *Exact numbers are made from what was decided.* Who is emptied by each purchase being known, all exact
   prices follow in their order (prices.py). The floats are then made anew from the prices, if their bound has
   grown.

An option's price never falls while money is spent, so an old price bounds the new one from below, and an
option is looked at again only when its bound is not above the best price so far. A better bound comes from
concavity: with F(r) < cost, the line through F(r) with the slope to the right of r reaches the cost no later
than F does.
"""

import heapq
from fractions import Fraction
from math import inf

import numpy as np

from voting.rules.projects.equal_shares import (
    Electorate,
    Floats,
    Holders,
    Mask,
    Purchase,
    Shares,
    U,
    UnresolvedTie,
    Working,
    holders_of,
)
from voting.rules.projects.prices import Offer, Prices
from voting.rules.result import Payment, Tie
from voting.rules.ties import settle

TINY = 1e-300  # money that is there, however little; not the smallest float, which is slow to compute with
FINE = 2.0**-32  # of a share: floats farther from the exact money than this are made anew

BLOCK = 8192


def total(values: Floats | Mask, weights: Floats) -> float:
    """Sum of values times weights, in blocks so short that the library under numpy starts no threads."""
    if len(weights) <= BLOCK:
        return float(values.dot(weights))
    starts = range(0, len(weights), BLOCK)
    return sum(float(values[at : at + BLOCK].dot(weights[at : at + BLOCK])) for at in starts)


class Run:
    """Buy as long as some option's supporters can pay for it; with a `limit`, until more than that is spent.

    `spell_out` also notes who paid what, which takes a little longer.
    """

    def __init__(
        self, of: Electorate, endowment: Fraction, *, limit: int | None = None, spell_out: bool = False
    ) -> None:
        self.of, self.endowment, self.limit, self.spell_out = of, endowment, limit, spell_out
        self.first = float(endowment)
        self.prices = Prices(of, endowment.numerator, endowment.denominator)
        self.money: Floats = np.full(len(of.weight), self.first)
        self.error = U * self.first
        self.level = 0
        self.bought: list[int] = []
        self.spent = 0
        self.purchases: list[Purchase] = []
        self.ties: list[Tie] = []
        self.blocked: dict[str, tuple[str, str]] = {}
        self.spent_by: dict[tuple[str, str], int] = {}
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
            bought=tuple(of.names[index] for index in self.bought),
            cost=self.spent,
            ties=tuple(self.ties),
            blocked=self.blocked,
        )

    def working(self) -> Working:
        """What was noted of the run, and what the supporters of the other options have left."""
        of = self.of
        self.prices.make()
        left = {}
        for index in sorted(of.support.keys() - set(self.bought)):
            groups = of.support[index].groups
            holding = groups[self.money[groups] > 0]
            left[of.names[index]] = Fraction(self.prices.money_of(holding), self.prices.unit)
        return Working(purchases=tuple(self.purchases), left=left)

    def _begin_level(self) -> None:
        """Everybody supports one more of their options (by_level), or all of them (the only level)."""
        options, holders = self.of.begin(self.level)
        bought = set(self.bought)
        affordable = self.first * (1 + 16 * U)  # the others could not be paid for by everybody's whole share
        self.waiting = [
            (bound, index) for bound, reach, index in options if reach <= affordable and index not in bought
        ]
        self.holders |= holders

    # ── the next purchase ────────────────────────────────────────────────────────────────────────

    def _cheapest(self) -> Offer | None:
        """The option to buy. Those whose supporters cannot pay any more are dropped for good."""
        best: list[Offer] = []  # equal ones
        others: list[tuple[float, int]] = []
        ceiling = inf  # the best asks no more than this
        waiting = self.waiting
        while waiting and waiting[0][0] <= ceiling:
            bound, index = heapq.heappop(waiting)
            if self._is_blocked(index):
                continue
            if best:
                raised = self._raised_bound(index, ceiling)
                if raised is not None:
                    if raised < inf:
                        others.append((raised, index))
                    continue
            offer = self._offer(index, bound / self.of.scale[index])
            if offer is None:
                continue
            order = self._compare(offer, best[0]) if best else -1
            if order < 0:
                others += [_bound(one) for one in best]
                best = [offer]
                ceiling = (offer.key + offer.key_off) * (1 + 4 * U)
            elif order == 0:
                best.append(offer)
            else:
                others.append(_bound(offer))
        if not best:
            return None
        chosen = best[0] if len(best) == 1 else self._settle(best)
        for entry in others:
            heapq.heappush(waiting, entry)
        for one in best:
            if one is not chosen:
                heapq.heappush(waiting, _bound(one))
        return chosen

    def _is_blocked(self, index: int) -> bool:
        """Whether something else than money stands in the option's way: a rival bought, an envelope spent."""
        of = self.of
        if not (self.blocked or of.envelopes):
            return False
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
        cost, scale = self.of.support[index].cost, self.of.scale[index]
        holders, money = self._holding(index)
        price = key * (1 + 4 * U) / scale
        cap = price * holders.points
        paid = total(np.minimum(money, cap), holders.weight)
        missing = cost - paid - self._margin(holders, paid, cost)
        if missing <= 0:
            return None
        slope = total(money > cap - 4 * self.error, holders.worth)
        if slope == 0:
            return inf
        return (price + missing / slope) * scale * (1 - 16 * U)

    def _margin(self, holders: Holders, paid: float, cost: float) -> float:
        return holders.voters * self.error + holders.slack * max(paid, cost)

    def _holding(self, index: int) -> tuple[Holders, Floats]:
        """The option's supporters and what they have; when many have nothing left, without those."""
        holders = self.holders[index]
        money = self.money.take(holders.groups)
        if 4 * np.count_nonzero(money) >= 3 * len(money):
            return holders, money
        has = money > 0
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
        if together < cost - margin:
            return None
        if together > cost + margin:
            offer = self._from_floats(index, holders, money, low)
            if offer is not None:
                return offer
        self._sharpen()
        return self._exactly(index)

    def _from_floats(self, index: int, holders: Holders, money: Floats, low: float) -> Offer | None:
        """The offer, unless floats cannot tell who is emptied. Newton's method from below meets the price
        after finitely many kinks; those who pay in full at a higher price are among those at a lower one, so
        that equal numbers of them are the same.
        """
        of, price, points = self.of, low, holders.points
        cost = of.support[index].cost
        paying = money > price * points
        many = np.count_nonzero(paying)
        while True:
            slope = total(paying, holders.worth)
            if slope == 0:
                return None
            paid = total(np.minimum(money, price * points), holders.weight)
            price += (cost - paid) / slope
            following = money > price * points
            fewer = np.count_nonzero(following)
            if fewer >= many:
                break
            paying, many = following, fewer
        emptied = max(0.0, holders.voters - slope / holders.most)
        off = (emptied * self.error + holders.slack * max(paid, cost)) / slope + 4 * U * price
        near = self.error + off * holders.most + 4 * U * self.first
        cap = price * points
        if np.count_nonzero(money > cap - near) != many or np.count_nonzero(money > cap + near) != many:
            return None
        scale = of.scale[index]
        return Offer(
            index=index,
            price=price,
            off=off,
            key=price * scale,
            key_off=(off + 8 * U * price) * scale,
            bottom=int(slope),
            holders=holders,
            money=money,
            error=self.error,
            paying=paying,
        )

    # ── exact numbers ────────────────────────────────────────────────────────────────────────────

    def _sharpen(self) -> None:
        """Make all prices, and the floats anew if they are not as good as they can be."""
        self.prices.make()
        if self.error > FINE * self.first:
            anew = np.maximum(self.prices.money_of_everybody(), TINY)
            self.money = np.where(self.money > 0, anew, 0.0)
            self.error = 4 * (len(self.bought) + 4) * U * self.first

    def _exactly(self, index: int) -> Offer | None:
        """The offer when all prices are made: a guess of who pays in full is corrected until it is right."""
        cost, scale, unit = self.of.support[index].cost, self.of.scale[index], self.prices.unit
        holders, money = self._holding(index)
        together = self.prices.money_of(holders.groups[money > 0])
        if together < cost * unit:
            return None
        paying = money > 0
        while True:
            bottom = int(total(paying, holders.worth))
            if bottom == 0:
                richest = self._highest_ratio(holders, money)
                if (
                    together == cost * unit
                ):  # together they have just the cost: the price is what the richest have
                    top, bottom = richest
                    break
                paying = money / holders.points >= richest[0] / (richest[1] * unit) * (1 - 1e-9)
                continue
            top, bottom = self.prices.lowest(index, holders.groups[~paying & (money > 0)], bottom)
            right = self._paying_exactly(holders, money, top, bottom)
            if (right == paying).all():
                break
            paying = right
        price = top / (bottom * unit)
        return Offer(
            index=index,
            price=price,
            off=2 * U * price,
            key=price * scale,
            key_off=8 * U * price * scale,
            bottom=bottom,
            holders=holders,
            money=money,
            error=self.error,
            paying=paying,
            exact=(top, bottom),
        )

    def _paying_exactly(self, holders: Holders, money: Floats, top: int, bottom: int) -> Mask:
        """Which groups have more than the price times their points, by exact money where floats are too near.

        Where it is equal, either answer gives the same price; they are counted as emptied.
        """
        prices = self.prices
        gap = money - top / (bottom * prices.unit) * holders.points
        paying = gap > 0
        points = np.broadcast_to(np.asarray(holders.points), money.shape)
        for at in np.flatnonzero(np.abs(gap) <= self.error + 16 * U * self.first).tolist():
            have = prices.money_of_one(int(holders.groups[at])) if money[at] else 0
            paying[at] = have * bottom > top * int(points[at])
        return paying

    def _highest_ratio(self, holders: Holders, money: Floats) -> tuple[int, int]:
        """The largest exact money / points among the supporters, as a fraction over unit."""
        ratio = money / holders.points
        near = np.flatnonzero(ratio >= ratio.max() - 4 * self.error - 16 * U * self.first)
        best = Fraction(0)
        for at in near.tolist():
            points = holders.points[at] if isinstance(holders.points, np.ndarray) else holders.points
            best = max(best, Fraction(self.prices.money_of_one(int(holders.groups[at])), int(points)))
        return best.numerator, best.denominator

    def _compare(self, one: Offer, other: Offer) -> int:
        """-1, 0 or 1 as the first asks less, as much or more for a unit of utility."""
        apart = one.key - other.key
        if abs(apart) > (one.key_off + other.key_off) * (1 + 8 * U):
            return 1 if apart > 0 else -1
        self._sharpen()
        (left, left_bottom), (right, right_bottom) = self.prices.price_of(one), self.prices.price_of(other)
        left, right = left * right_bottom, right * left_bottom
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
            at=f"round:{len(self.bought) + 1}",
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

    # ── buying ───────────────────────────────────────────────────────────────────────────────────

    def _buy(self, offer: Offer) -> None:
        of, holders = self.of, offer.holders
        if self.spell_out:
            self.prices.make()
            self.purchases.append(self._spelled_out(offer))
        left = np.maximum(offer.money - offer.price * holders.points, TINY)
        self.money[holders.groups] = np.where(offer.paying, left, 0.0)
        self.error = max(self.error, offer.error) + (offer.off * holders.most + 4 * U * self.first)
        self.prices.note(offer, self.level)
        self.bought.append(offer.index)
        self.spent += of.support[offer.index].cost
        name = of.names[offer.index]
        for rival in of.rivals.get(name, ()):
            self.blocked.setdefault(rival, ("excluded_by_group", name))
        for envelope in of.envelopes.get(name, ()):
            key = (envelope.by, envelope.name)
            self.spent_by[key] = self.spent_by.get(key, 0) + of.support[offer.index].cost

    def _spelled_out(self, offer: Offer) -> Purchase:
        of, holders, unit = self.of, offer.holders, self.prices.unit
        price = Fraction(*self.prices.price_of(offer)) / unit
        points = np.broadcast_to(np.asarray(holders.points), offer.money.shape)
        payments, highest = [], Fraction(0)
        for level in np.unique(points)[::-1].tolist():
            for in_full in (True, False):
                who = (points == level) & (offer.money > 0) & (offer.paying == in_full)
                voters = int(total(who, holders.weight))
                if not voters:
                    continue
                if in_full:
                    amount = price * int(level) * voters
                    highest = max(highest, price * int(level))
                else:
                    amount = Fraction(self.prices.money_of(holders.groups[who]), unit)
                    highest = max(highest, self._richest(offer, who))
                payments.append(
                    Payment(points=int(level), in_full=in_full, voters=voters, amount=str(amount))
                )
        cost = of.support[offer.index].cost
        return Purchase(of.names[offer.index], price, cost / price, highest, tuple(payments))

    def _richest(self, offer: Offer, who: Mask) -> Fraction:
        """The largest exact money of a voter of these groups."""
        groups, money = offer.holders.groups[who], offer.money[who]
        near = groups[money >= money.max() - 4 * offer.error]
        return Fraction(max(self.prices.money_of_one(group) for group in near.tolist()), self.prices.unit)


def _bound(offer: Offer) -> tuple[float, int]:
    """For the options that wait: the least that this one asks, now and later."""
    return (offer.key - offer.key_off) * (1 - 4 * U), offer.index
