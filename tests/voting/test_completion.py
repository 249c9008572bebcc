"""Raising shares step by step ends soon, however few people vote and however weak the currency is."""

from fractions import Fraction
from random import Random

import pytest

from tests.make.contests import make_contest
from voting.rules import get_rule
from voting.rules.papers import ApprovalPaper, Contest, Paper
from voting.rules.projects import completion
from voting.rules.projects.completion import endowments
from voting.rules.projects.equal_shares import EQUAL_SHARES, Electorate
from voting.rules.tally import tally
from voting.rules.ties import STANDARD

RAISED = [name for name, params in EQUAL_SHARES.items() if params.raise_shares and not params.by_level]


def approvals(budget: int, projects: int, voters: int) -> tuple[Contest, list[Paper]]:
    """Projects of a fortieth to a third of the budget (in units), of which everybody approves some."""
    draw = Random(1)
    costs = {f"P{place:02}": draw.randrange(budget // 40, budget // 3) * 100 for place in range(projects)}
    papers: list[Paper] = [
        ApprovalPaper(tuple(draw.sample(sorted(costs), draw.randrange(1, 6)))) for _ in range(voters)
    ]
    return make_contest(costs, budget=budget * 100), papers


@pytest.mark.parametrize(
    ("rule", "budget", "voters"),
    [("equalshares/add1", 1_000_000, 5), ("equalshares/points-add1", 1_000_000_000, 40)],
    ids=["five voters", "a weak currency"],
)
def test_a_share_of_hundreds_of_thousands_is_not_raised_by_single_units(
    rule: str, budget: int, voters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By single units both would take more than 100,000 runs; a count took five minutes and was given up."""
    monkeypatch.setattr(completion, "MAX_RUNS", 6_000)
    contest, papers = approvals(budget, 8, voters)
    result = get_rule(rule).count(contest, papers, ties=STANDARD)
    assert result.complete
    assert 0 < result.spent <= contest.budget
    start = Fraction(contest.budget, voters)
    steps = (Fraction(str(result.facts["endowment"])) - start) / (start / 2_000)
    assert steps > 100
    assert steps.denominator == 1


@pytest.mark.parametrize("rule", RAISED)
def test_a_step_is_a_unit_a_percentage_or_a_two_thousandth_of_the_first_share(rule: str) -> None:
    params = EQUAL_SHARES[rule]
    for units in (1_999, 2_000, 2_001, 70_000):
        contest = make_contest({"P1": 5}, budget=100 * units * 3)
        electorate = Electorate(tally(contest, {ApprovalPaper(("P1",)): 3}), params, STANDARD)
        _, step = endowments(electorate, contest.budget, params)
        percent = Fraction(units * params.step_percent, 100)
        assert step == 100 * max(Fraction(1), percent, Fraction(units, 2_000)), units
