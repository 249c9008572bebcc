"""What the method of equal shares promises, checked on every group of voters of small elections.

Source: Peters, Pierczyński, Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS
2021), Definition 4 and Theorem 2: extended justified representation up to one project.
"""

from collections.abc import Sequence
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting.rules import get_rule
from voting.rules.papers import ApprovalPaper, Contest, Paper
from voting.rules.projects.equal_shares import EqualSharesParams
from voting.rules.ties import TiePolicy, lot_for

LOT = TiePolicy(criteria=("lowest_cost", "most_supporters"), lot=lot_for("a public seed"))
PROPORTIONAL = (  # the first share is budget / voters, not rounded down, and nothing may replace the outcome
    "equalshares",
    "equalshares/add1",
    "equalshares/add1u",
    "equalshares/ranked",
    "equalshares/points",
    "equalshares/points-add1",
)
HOMOGENEOUS = ("greedy", "greedy-exclusive", "equalshares", "equalshares-comparison", "equalshares/points")


@st.composite
def approvals(draw: st.DrawFn) -> tuple[Contest, list[Paper]]:
    """Up to six projects and nine voters, and a budget that does not pay for everything."""
    ids = [f"P{number}" for number in range(1, draw(st.integers(2, 6)) + 1)]
    costs = {name: draw(st.sampled_from([10, 20, 30, 35, 60, 100])) for name in ids}
    budget = draw(st.integers(min(costs.values()), sum(costs.values())))
    papers: list[Paper] = [
        ApprovalPaper(tuple(draw(st.sets(st.sampled_from(ids), min_size=1).map(sorted))))
        for _ in range(draw(st.integers(1, 9)))
    ]
    return make_contest(costs, budget=budget, vote_type="approval"), papers


def not_represented(
    contest: Contest, papers: Sequence[Paper], winners: Sequence[str], *, by_cost: bool
) -> list[tuple[str, ...]]:
    """Each set of projects T that enough people to pay for it, n cost(T) / budget, approve of whole, while
    none of them gets from the winners as much as from T, even if one more project of T were added.
    """
    worth = {option.id: option.cost if by_cost else 1 for option in contest.options}
    cost = {option.id: option.cost for option in contest.options}
    won, failed = set(winners), []
    for wanted in chain.from_iterable(combinations(worth, size) for size in range(1, len(worth) + 1)):
        enough = sum(worth[name] for name in wanted)
        short = 0
        for paper in papers:
            assert isinstance(paper, ApprovalPaper)
            if set(wanted) <= set(paper.approved):
                have = sum(worth[name] for name in won & set(paper.approved))
                more = max((worth[name] for name in set(wanted) - won), default=0)
                short += have < enough and have + more <= enough
        if short and short * contest.budget >= len(papers) * sum(cost[name] for name in wanted):
            failed.append(wanted)
    return failed


@pytest.mark.parametrize("name", PROPORTIONAL)
@settings(max_examples=120, deadline=None)
@given(election=approvals())
def test_groups_that_agree_are_represented_up_to_one_project(
    name: str, election: tuple[Contest, list[Paper]]
) -> None:
    contest, papers = election
    rule = get_rule(name)
    assert isinstance(rule.params, EqualSharesParams)
    result = rule.count(contest, papers, ties=LOT)
    assert not_represented(contest, papers, result.winners, by_cost=rule.params.utility == "cost") == []


def test_greedy_leaves_a_group_out_that_equal_shares_represents() -> None:
    contest = make_contest({"a": 60, "b": 60, "c": 50}, budget=120, vote_type="approval")
    papers: list[Paper] = [*[ApprovalPaper(("a", "b"))] * 4, *[ApprovalPaper(("c",))] * 3]
    greedy = get_rule("greedy").count(contest, papers, ties=LOT).winners
    shares = get_rule("equalshares").count(contest, papers, ties=LOT).winners
    assert not_represented(contest, papers, greedy, by_cost=True) == [("c",)]
    assert not_represented(contest, papers, shares, by_cost=True) == []


@pytest.mark.parametrize("name", HOMOGENEOUS)
@settings(max_examples=60, deadline=None)
@given(election=approvals(), times=st.integers(2, 5))
def test_the_same_papers_several_times_fund_the_same(
    name: str, election: tuple[Contest, list[Paper]], times: int
) -> None:
    contest, papers = election
    rule = get_rule(name)
    once, often = rule.count(contest, papers, ties=LOT), rule.count(contest, papers * times, ties=LOT)
    assert often.winners == once.winners
    assert often.spent == once.spent <= contest.budget
