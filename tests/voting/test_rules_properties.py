"""What every rule promises, tried on invented elections; and a slow second greedy as a judge."""

import itertools
import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest, points_of
from voting.rules import RULES, InvalidPaper, get_rule
from voting.rules.papers import (
    PAPER_OF_TYPE,
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Paper,
    RankedPaper,
    ScoringPaper,
    decode_paper,
    encode_paper,
)
from voting.rules.result import Result
from voting.rules.ties import REPORT, STANDARD, TiePolicy, lot_for

pytestmark = pytest.mark.slow

LOT = TiePolicy(criteria=("lowest_cost",), lot=lot_for("a seed of the tests"))
NAMES = ("P01", "P02", "P03", "P04", "P05", "P06")
FUNDING = [
    name for name, rule in RULES.items() if rule.elects == "projects" and "approval" in rule.vote_types
]
FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def elections(draw: st.DrawFn) -> tuple[Contest, list[Paper]]:
    """A contest of two to six options with few distinct costs, so that ties are common, and up to 12
    papers.
    """
    names = NAMES[: draw(st.integers(2, 6))]
    costs = {name: draw(st.sampled_from((0, 100, 150, 200, 250, 999))) for name in names}
    vote_type = draw(st.sampled_from(("ordinal", "approval", "cumulative")))
    pairs = list(itertools.combinations(names, 2))
    contest = make_contest(
        costs,
        budget=draw(st.integers(0, 800)),
        vote_type=vote_type,
        max_length=3,
        points_by_place=(3, 2, 1) if vote_type == "ordinal" else (),
        threshold=draw(st.sampled_from((0, 2, 4))),
        exclusive=(draw(st.sampled_from(pairs)),),
        excluded=draw(st.sampled_from(({}, {names[0]: "withdrawn"}))),
        minor_per_unit=10,
    )
    chosen = st.lists(st.sampled_from((*names, "P99")), max_size=4)
    papers: list[Paper] = []
    for ids in draw(st.lists(chosen, max_size=12)):
        if vote_type == "ordinal":
            papers.append(RankedPaper(tuple(ids)))
        elif vote_type == "approval":
            papers.append(ApprovalPaper(tuple(ids)))
        else:
            papers.append(CumulativePaper(tuple((name, 1 + index % 3) for index, name in enumerate(ids))))
    return contest, papers


def rename(paper: Paper, names: dict[str, str]) -> Paper:
    """The same paper in other words."""
    if isinstance(paper, RankedPaper):
        return RankedPaper(tuple(names.get(name, name) for name in paper.places))
    if isinstance(paper, ApprovalPaper):
        return ApprovalPaper(tuple(names.get(name, name) for name in paper.approved))
    if isinstance(paper, CumulativePaper | ScoringPaper):
        return type(paper)(tuple((names.get(name, name), value) for name, value in paper.points))
    raise TypeError(paper)


@pytest.mark.parametrize("name", FUNDING)
@FEW
@given(election=elections(), seed=st.integers())
def test_order_of_papers_is_irrelevant(name: str, election: tuple[Contest, list[Paper]], seed: int) -> None:
    contest, papers = election
    shuffled = list(papers)
    random.Random(seed).shuffle(shuffled)
    rule = get_rule(name)
    result = rule.count(contest, papers, ties=LOT)
    for other in (shuffled, Counter(shuffled)):
        assert msgspec.json.encode(rule.count(contest, other, ties=LOT)) == msgspec.json.encode(result)
    assert result.complete
    received = result.counted + result.blank + sum(r.number for r in result.rejected)
    assert received == result.received == len(papers)
    assert result.spent <= contest.budget
    assert {outcome.option for outcome in result.outcomes if outcome.won} == set(result.winners)
    assert result.spent == sum(outcome.awarded for outcome in result.outcomes)


@pytest.mark.parametrize("name", [name for name in FUNDING if name != "greedy-threshold"])
def test_equal_options_are_listed_in_the_order_of_the_contest(name: str) -> None:
    """Found by hypothesis: where everything fits, the round of an option followed from the first paper."""
    contest = make_contest(
        {"P01": 0, "P02": 0, "P03": 100, "P04": 100},
        budget=200,
        vote_type="ordinal",
        max_length=3,
        points_by_place=(3, 2, 1),
        exclusive=(("P01", "P02"),),
    )
    papers = [RankedPaper(), RankedPaper(("P03",)), RankedPaper(("P04",))]
    counts = [get_rule(name).count(contest, order, ties=LOT) for order in itertools.permutations(papers)]
    assert len({msgspec.json.encode(result) for result in counts}) == 1
    if name.startswith("equalshares"):
        assert [counts[0].outcome(option).facts["round"] for option in ("P03", "P04")] == [1, 2]


@pytest.mark.parametrize("name", FUNDING)
@FEW
@given(election=elections())
def test_renaming_options_renames_the_result(name: str, election: tuple[Contest, list[Paper]]) -> None:
    contest, papers = election
    names = {option.id: f"Z{99 - index}" for index, option in enumerate(contest.options)}
    costs = {names[option.id]: option.cost for option in contest.options}
    other = make_contest(
        costs,
        budget=contest.budget,
        vote_type=contest.vote_type,
        max_length=contest.max_length,
        points_by_place=contest.points_by_place,
        threshold=contest.threshold,
        exclusive=tuple(tuple(names[n] for n in group) for group in contest.exclusive),
        excluded={names[o.id]: o.excluded for o in contest.options if o.excluded},
        minor_per_unit=contest.minor_per_unit,
    )
    result = get_rule(name).count(contest, papers, ties=STANDARD)
    renamed = get_rule(name).count(other, [rename(paper, names) for paper in papers], ties=STANDARD)
    assert [names[winner] for winner in result.winners] == list(renamed.winners)
    assert [o.reason for o in result.outcomes] == [o.reason for o in renamed.outcomes]
    assert result.complete == renamed.complete


@FEW
@given(election=elections())
def test_checking_a_paper_agrees_with_counting_it(election: tuple[Contest, list[Paper]]) -> None:
    contest, papers = election
    rule = get_rule("greedy")
    refused = 0
    for paper in papers:
        try:
            rule.check(contest, paper)
        except InvalidPaper:
            refused += 1
    assert sum(r.number for r in rule.count(contest, papers, ties=REPORT).rejected) == refused


@FEW
@given(election=elections())
def test_papers_have_one_form(election: tuple[Contest, list[Paper]]) -> None:
    for paper in election[1]:
        assert decode_paper(encode_paper(paper)) == paper


# ── a second greedy, written apart from the first: every order of equal options, one at a time ──────


def slow_greedy(contest: Contest, papers: list[Paper], name: str) -> set[frozenset[tuple[str, int]]]:
    """The winners and what each gets, under every order of equal options."""
    score: Counter[str] = Counter()
    for paper in papers:
        try:
            get_rule(name).check(contest, paper)
        except InvalidPaper:
            continue
        for named, points in points_of(contest, paper):
            score[named] += points
    in_play = [
        o
        for o in contest.options
        if not o.excluded and (name == "greedy" or score[o.id] >= (contest.threshold or 0))
    ]
    in_play.sort(key=lambda option: -score[option.id])
    equal = [tuple(part) for _, part in itertools.groupby(in_play, key=lambda option: score[option.id])]
    outcomes = set()
    for parts in itertools.product(*map(itertools.permutations, equal)):
        left = contest.budget
        won: dict[str, int] = {}
        for option in itertools.chain.from_iterable(parts):
            rival = any(option.id in group and won.keys() & set(group) for group in contest.exclusive)
            if name == "greedy-exclusive" and rival:
                continue
            if option.cost <= left:
                left -= option.cost
                won[option.id] = option.cost
            elif name in ("greedy-no-skip", "greedy-custom"):
                if name == "greedy-custom" and left > 0 and left / option.cost >= 0.8:
                    won[option.id] = left
                break
        outcomes.add(frozenset(won.items()))
    return outcomes


@pytest.mark.parametrize(
    "name", ["greedy", "greedy-no-skip", "greedy-threshold", "greedy-exclusive", "greedy-custom"]
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(election=elections())
def test_greedy_agrees_with_the_slow_one(name: str, election: tuple[Contest, list[Paper]]) -> None:
    """Without a policy: a tie is said to matter exactly when orders differ, and what is funded is sure."""
    contest, papers = election
    possible = slow_greedy(contest, papers, name)
    result = get_rule(name).count(contest, papers, ties=REPORT)
    assert result.complete == (len(possible) == 1)
    awarded = {(outcome.option, outcome.awarded) for outcome in result.outcomes if outcome.won}
    assert all(awarded <= outcome for outcome in possible)
    if result.complete:
        assert awarded in possible
    by_lot = get_rule(name).count(contest, papers, ties=LOT)
    assert {(outcome.option, outcome.awarded) for outcome in by_lot.outcomes if outcome.won} in possible


def test_nothing_cast_funds_by_rule_only() -> None:
    contest = make_contest({"P01": 100}, budget=1000, threshold=1)
    for name in FUNDING:
        result = get_rule(name).count(contest, [], ties=REPORT)
        assert result.received == 0
        assert result.winners == (("P01",) if name == "greedy" else ()), name


@pytest.mark.parametrize("vote_type", PAPER_OF_TYPE)
def test_the_wrong_type_of_paper_is_refused(vote_type: str) -> None:
    contest = make_contest({"P01": 100}, budget=1000, vote_type=vote_type)
    for other, make in PAPER_OF_TYPE.items():
        if other != vote_type:
            with pytest.raises(InvalidPaper, match="wrong_type"):
                get_rule("greedy").check(contest, make())


def reason_of(contest: Contest, paper: Paper) -> str:
    with pytest.raises(InvalidPaper) as refusal:
        get_rule("greedy").check(contest, paper)
    return refusal.value.reason


def test_every_limit_of_a_contest_is_kept() -> None:
    limits: dict[str, Any] = {"min_length": 2, "max_length": 3, "max_sum_cost": 500}
    approval = make_contest({"a": 100, "b": 200, "c": 400, "d": 10}, budget=1000, **limits)
    assert reason_of(approval, ApprovalPaper(("a",))) == "too_few"
    assert reason_of(approval, ApprovalPaper(("a", "b", "c", "d"))) == "too_many"
    assert reason_of(approval, ApprovalPaper(("b", "c"))) == "cost_over_limit"
    assert reason_of(approval, ApprovalPaper(("a", "x"))) == "unknown_option"
    points = make_contest(
        {"a": 1, "b": 1}, budget=1, vote_type="cumulative", max_points=3, min_sum_points=2, max_sum_points=4
    )
    assert reason_of(points, CumulativePaper((("a", 4),))) == "points_out_of_range"
    assert reason_of(points, CumulativePaper((("a", -1), ("b", 3)))) == "points_out_of_range"
    assert reason_of(points, CumulativePaper((("a", 1),))) == "sum_out_of_range"
    assert reason_of(points, CumulativePaper((("a", 3), ("b", 2)))) == "sum_out_of_range"
    assert reason_of(points, CumulativePaper((("a", 1), ("a", 2)))) == "duplicate_option"


def test_a_lot_that_is_not_drawn_yet_settles_nothing() -> None:
    contest = make_contest({"a": 60, "b": 60}, budget=100)
    drawn = lot_for("revealed later")
    waiting: Result = get_rule("greedy").count(
        contest, [ApprovalPaper(("a", "b"))], ties=TiePolicy(lot=type(drawn)(commitment=drawn.commitment))
    )
    assert not waiting.complete
    assert waiting.unresolved[0].options == ("a", "b")
    assert get_rule("greedy").count(contest, [ApprovalPaper(("a", "b"))], ties=TiePolicy(lot=drawn)).complete


def test_a_tie_of_equal_shares_that_matters_is_reported() -> None:
    contest = make_contest({"a": 60, "b": 60}, budget=100)
    for name in ("equalshares", "equalshares/add1", "equalshares/ranked"):
        result = get_rule(name).count(contest, [ApprovalPaper(("a", "b"))] * 2, ties=STANDARD)
        assert not result.complete
        assert result.winners == ()
        assert result.outcome("a").reason == "tie_unresolved"
