"""Equal shares beside a slow second one in plain fractions: the same purchases, prices and leftovers.

The quick run keeps floats within a margin and turns to exact numbers near it. These elections are made so
that it must: equal scores, costs that supporters can just pay, shares that differ from a price by almost
nothing; and each is counted again with margins a billion times as wide.
"""

from collections.abc import Mapping
from fractions import Fraction

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting.rules.papers import ApprovalPaper, Contest, CumulativePaper, Paper, RankedPaper, named_options
from voting.rules.projects import purchases
from voting.rules.projects.equal_shares import Electorate, EqualSharesParams
from voting.rules.projects.purchases import Run
from voting.rules.tally import tally
from voting.rules.ties import TiePolicy, lot_for, settle

LOT = TiePolicy(criteria=("lowest_cost", "most_supporters"), lot=lot_for("a public seed"))
Votes = list[tuple[dict[str, int], int]]  # (points by option, how many voters)


@st.composite
def elections(draw: st.DrawFn) -> tuple[Contest, dict[Paper, int], Fraction]:
    """A contest, its papers, and an endowment that some option's supporters just have, or nearly."""
    ids = [f"P{number}" for number in range(1, draw(st.integers(2, 6)) + 1)]
    cost = st.sampled_from([60, 90, 100, 120, 200, 997, 10**6, 10**12 + 1])
    vote_type = draw(st.sampled_from(["approval", "ordinal", "cumulative"]))
    papers: dict[Paper, int] = {}
    for _ in range(draw(st.integers(1, 7))):
        named = draw(st.permutations(ids))[: draw(st.integers(1, len(ids)))]
        if vote_type == "approval":
            paper: Paper = ApprovalPaper(tuple(named))
        elif vote_type == "ordinal":
            paper = RankedPaper(tuple(named))
        else:
            paper = CumulativePaper(tuple((name, draw(st.integers(1, 7))) for name in named))
        papers[paper] = papers.get(paper, 0) + draw(st.integers(1, 4))
    contest = make_contest({name: draw(cost) for name in ids}, budget=1, vote_type=vote_type)
    voters = sum(papers.values())
    just = Fraction(
        draw(st.sampled_from([option.cost for option in contest.options])), draw(st.integers(1, voters))
    )
    nearly = draw(st.sampled_from([Fraction(0), Fraction(1, 10**18), -Fraction(1, 10**18), Fraction(7, 3)]))
    return contest, papers, max(Fraction(0), just + nearly)


def votes_of(
    contest: Contest, papers: Mapping[Paper, int], *, by_level: bool
) -> tuple[Votes, list[dict[str, int]]]:
    """Of each paper: points by option; and the place of each option, from 0."""
    votes, places = [], []
    for paper, number in papers.items():
        names = named_options(paper)
        if by_level or isinstance(paper, ApprovalPaper):
            points = dict.fromkeys(names, 1)
        elif isinstance(paper, CumulativePaper):
            points = dict(paper.points)
        else:
            points = {name: len(contest.options) - place for place, name in enumerate(names)}
        votes.append((points, number))
        places.append({name: place for place, name in enumerate(names)})
    return votes, places


def price_of(cost: int, holders: list[tuple[Fraction, int, int]]) -> Fraction | None:
    """Price a point for (money, points, number), found by emptying the poorest for their points first."""
    if sum((money * number for money, _, number in holders), Fraction(0)) < cost:
        return None
    left, points = Fraction(cost), sum(p * number for _, p, number in holders)
    for money, level, number in sorted(holders, key=lambda holder: holder[0] / holder[1]):
        if left / points * level <= money:
            return left / points
        left -= money * number
        points -= level * number
    raise AssertionError("they have it, so one of them is not emptied")


def slow_shares(
    contest: Contest, papers: Mapping[Paper, int], endowment: Fraction, params: EqualSharesParams
) -> tuple[list[tuple[str, Fraction]], dict[str, Fraction]]:
    """(option, price) in the order of buying, and what the supporters of each other option have left."""
    counted = tally(contest, papers)
    options = {option.id: option for option in contest.options}
    votes, places = votes_of(contest, papers, by_level=params.by_level)
    money = [endowment for _ in votes]
    bought: list[tuple[str, Fraction]] = []
    levels = max(map(len, places)) if params.by_level else 1
    for level in range(levels):
        while True:
            prices: dict[str, Fraction] = {}
            for name, option in options.items():
                who = [
                    index
                    for index, (points, _) in enumerate(votes)
                    if name in points and (not params.by_level or places[index][name] <= level)
                ]
                holders = [(money[index], votes[index][0][name], votes[index][1]) for index in who]
                if name not in dict(bought) and holders:
                    price = price_of(option.cost, holders)
                    if price is not None:
                        prices[name] = price
            if not prices:
                break
            worth = {n: p / options[n].cost if params.utility == "cost" else p for n, p in prices.items()}
            tied = [name for name in options if worth.get(name) == min(worth.values())]
            first = settle(LOT, tied, options, counted.by_id).groups[0][0]
            for index, (points, _) in enumerate(votes):
                if first in points and (not params.by_level or places[index][first] <= level):
                    money[index] -= min(money[index], prices[first] * points[first])
            bought.append((first, prices[first]))
    left = {
        name: sum((m * n for m, (p, n) in zip(money, votes, strict=True) if name in p), Fraction(0))
        for name in options
        if name not in dict(bought) and any(name in points for points, _ in votes)
    }
    return bought, left


@pytest.mark.parametrize("utility", ["cost", "points"])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(election=elections())
def test_every_purchase_and_what_is_left(
    utility: str, election: tuple[Contest, dict[Paper, int], Fraction]
) -> None:
    agree(election, EqualSharesParams(utility=utility))  # type: ignore[arg-type]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(election=elections().filter(lambda election: election[0].vote_type == "ordinal"))
def test_place_by_place(election: tuple[Contest, dict[Paper, int], Fraction]) -> None:
    agree(election, EqualSharesParams(by_level=True))


def agree(election: tuple[Contest, dict[Paper, int], Fraction], params: EqualSharesParams) -> None:
    """Both ways give the same, and who paid what adds up to each cost."""
    contest, papers, endowment = election
    bought, left = slow_shares(contest, papers, endowment, params)
    counted = tally(contest, papers)
    costs = {option.id: option.cost for option in contest.options}
    for u in (purchases.U, purchases.U * 2**30):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(purchases, "U", u)
            spelled_out = Run(Electorate(counted, params, LOT), endowment, spell_out=True)
            quick = Run(Electorate(counted, params, LOT), endowment)
            shares = quick.everything()
            assert spelled_out.everything() == shares
            working = spelled_out.working()
            assert quick.working().left == working.left == left
        assert [(purchase.option, purchase.price) for purchase in working.purchases] == bought
        assert list(shares.bought) == [name for name, _ in bought]
        assert shares.cost == sum(costs[name] for name in shares.bought)
        for purchase in working.purchases:
            paid = sum((Fraction(payment.amount) for payment in purchase.payments), Fraction(0))
            assert paid == costs[purchase.option], msgspec.to_builtins(purchase.payments)
