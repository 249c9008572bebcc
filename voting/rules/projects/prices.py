"""The exact prices of what one run of equal shares has bought, made from who was emptied by each purchase.

Who has money left has paid in full for everything bought that is on their ballot (a group of equal ballots is
emptied once, and then it pays nothing more). So the money of a set S of groups with money is

    share * voters(S) - sum over bought options q of price(q) * points of S for q

one integer product for each purchase, the points being counted in one pass over the ballots of S. With S
those emptied by a purchase, its price is (cost - money(S)) / points of its other supporters: each price needs
only the ones before it, so that they can be made late, in order, when something has to be known exactly.
"""

from math import gcd

import msgspec
import numpy as np

from voting.rules.projects.equal_shares import Electorate, Floats, Groups, Holders, Mask


class Offer(msgspec.Struct, frozen=True):
    """An option that can be bought at `price` a point, in minor units, right within `off`; `key` and
    `key_off` are the same for a unit of utility.

    `money` is what its holders had, right within `error`, and `paying` those of them who pay in full; the
    others are emptied. `bottom` are the points of those who pay in full. Where nobody does, or the price was
    exactly made for another reason, `exact` is its numerator and denominator, in minor units / unit.
    """

    index: int
    price: float
    off: float
    key: float
    key_off: float
    bottom: int
    holders: Holders
    money: Floats
    error: float
    paying: Mask
    exact: tuple[int, int] | None = None

    @property
    def emptied(self) -> Groups:
        """The groups that have money and give all of it."""
        return self.holders.groups[(self.money > 0) & ~self.paying]


class Prices:
    """Exact amounts are whole numbers of minor units / `unit`. `of_option` are the prices a point that have
    been made; `noted` are the purchases, in order, whose prices have not.
    """

    def __init__(self, of: Electorate, share: int, unit: int) -> None:
        self.of, self.share, self.unit = of, share, unit
        self.of_option: dict[int, int] = {}
        self.noted: list[Offer] = []
        self.bought_level = np.full(len(of.names), -1, dtype=np.int32)

    def note(self, offer: Offer, level: int) -> None:
        """It is bought, ballots counting down to that place."""
        self.bought_level[offer.index] = level
        self.noted.append(offer)

    def make(self) -> None:
        """Make the prices of everything noted."""
        for offer in self.noted:
            top, bottom = self.price_of(offer)
            if bottom > 1:
                self.unit *= bottom
                self.share *= bottom
                self.of_option = {index: value * bottom for index, value in self.of_option.items()}
            self.of_option[offer.index] = top
        self.noted.clear()

    def price_of(self, offer: Offer) -> tuple[int, int]:
        """The exact price of an offer, over unit, when everything bought before it has been made."""
        if offer.exact is not None:
            return offer.exact
        return self.lowest(offer.index, offer.emptied, offer.bottom)

    def lowest(self, index: int, emptied: Groups, bottom: int) -> tuple[int, int]:
        """What is missing from the cost when these are emptied, by the points of the others, over unit."""
        top = self.of.support[index].cost * self.unit - self.money_of(emptied)
        divisor = gcd(top, bottom)
        return top // divisor, bottom // divisor

    def money_of(self, groups: Groups) -> int:
        """The exact money of all voters of these groups, over unit. All of them must have some left."""
        of = self.of
        if not len(groups):
            return 0
        total = self.share * int(of.weight.take(groups).sum())
        if not self.of_option:
            return total
        begin = of.entry_start.take(groups)
        size = of.entry_start.take(groups + 1) - begin
        after = np.cumsum(size)
        entries = np.repeat(begin - (after - size), size) + np.arange(int(after[-1]))
        options, worth = of.entry_option.take(entries), of.entry_worth.take(entries)
        if of.levels > 1:
            worth = worth * (of.entry_place.take(entries) <= self.bought_level.take(options))
        points = np.bincount(options, worth, minlength=len(of.names)).tolist()
        return total - sum(price * int(points[index]) for index, price in self.of_option.items())

    def money_of_one(self, group: int) -> int:
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
            if index in self.of_option and (of.levels <= 1 or place <= self.bought_level[index]):
                money -= self.of_option[index] * int(points)
        return money

    def money_of_everybody(self) -> Floats:
        """What each group has if it has any, as floats: each price, product and sum rounded, by at most u."""
        of = self.of
        price = np.zeros(len(of.names))
        for index, value in self.of_option.items():
            price[index] = value / self.unit
        spent = of.entry_points * price.take(of.entry_option)
        if of.levels > 1:
            spent *= of.entry_place <= self.bought_level.take(of.entry_option)
        ballot = np.repeat(np.arange(len(of.weight)), np.diff(of.entry_start))
        money = np.full(len(of.weight), self.share / self.unit)
        money -= np.bincount(ballot, spent, minlength=len(of.weight))
        return money
