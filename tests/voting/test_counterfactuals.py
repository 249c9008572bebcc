"""What is said of an option that was not funded: each value is counted again here from changed papers, by
the front door; and for the greedy rules nothing better was there to be found.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting.rules import RULES, get_rule
from voting.rules.formats import PbElection
from voting.rules.papers import ApprovalPaper, Contest, CumulativePaper, Paper, RankedPaper
from voting.rules.projects.counterfactuals import points_of_one, with_cost, with_supporters
from voting.rules.projects.equal_shares import EQUAL_SHARES, Electorate
from voting.rules.projects.purchases import Run
from voting.rules.projects.reach import changed_electorate
from voting.rules.result import Result
from voting.rules.tally import tally
from voting.rules.ties import STANDARD, TiePolicy, lot_for

pytestmark = pytest.mark.slow

LOT = TiePolicy(criteria=("lowest_cost", "most_supporters"), lot=lot_for("a seed of these tests"))
GREEDY = [name for name in RULES if name.startswith("greedy")]
NAMES = ("P01", "P02", "P03", "P04", "P05", "P06")
SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

Grouped = Mapping[Paper, int]


@st.composite
def elections(draw: st.DrawFn) -> tuple[Contest, dict[Paper, int]]:
    """Costs, groups of rivals, envelopes and a threshold, mostly with equal scores somewhere."""
    names = NAMES[: draw(st.integers(2, 6))]
    vote_type = draw(st.sampled_from(("ordinal", "approval", "cumulative")))
    contest = make_contest(
        {name: draw(st.sampled_from((0, 60, 100, 150, 200, 250, 999))) for name in names},
        budget=draw(st.integers(0, 800)),
        vote_type=vote_type,
        max_length=3,
        points_by_place=(3, 2, 1) if vote_type == "ordinal" else (),
        max_points=3 if vote_type == "cumulative" else None,
        threshold=draw(st.sampled_from((0, 2, 4))),
        exclusive=draw(st.sampled_from(((), *(((pair),) for pair in itertools.combinations(names, 2))))),
        excluded=draw(st.sampled_from(({}, {names[0]: "withdrawn"}))),
        minor_per_unit=10,
    )
    papers: dict[Paper, int] = {}
    for _ in range(draw(st.integers(0, 8))):
        ids = tuple(draw(st.permutations(names))[: draw(st.integers(1, 3))])
        if vote_type == "ordinal":
            paper: Paper = RankedPaper(ids)
        elif vote_type == "approval":
            paper = ApprovalPaper(ids)
        else:
            paper = CumulativePaper(tuple((name, 1 + index) for index, name in enumerate(ids)))
        papers[paper] = papers.get(paper, 0) + draw(st.integers(1, 5))
    return contest, papers


def alone(contest: Contest, name: str) -> Paper:
    """The paper of somebody who is for this option only."""
    if contest.vote_type == "ordinal":
        return RankedPaper((name,))
    if contest.vote_type == "approval":
        return ApprovalPaper((name,))
    return CumulativePaper(((name, points_of_one(contest) or 0),))


def costing(contest: Contest, name: str, cost: int) -> Contest:
    """The contest when that option costs so much."""
    options = tuple(
        msgspec.structs.replace(option, cost=cost) if option.id == name else option
        for option in contest.options
    )
    return msgspec.structs.replace(contest, options=options)


def joined(contest: Contest, papers: Grouped, name: str, number: int) -> dict[Paper, int]:
    """The papers when so many more people are for that option only."""
    return dict(Counter(papers) + Counter({alone(contest, name): number}))


def is_funded(result: Result, name: str) -> bool:
    """In full, and with no tie left open."""
    outcome = result.outcome(name)
    return result.complete and outcome.won and outcome.awarded == outcome.facts["cost"]


@pytest.mark.parametrize("rule", GREEDY)
@SOME
@given(election=elections(), ties=st.sampled_from((LOT, STANDARD)))
def test_what_is_stated_holds_when_the_changed_papers_are_counted(
    rule: str, election: tuple[Contest, dict[Paper, int]], ties: TiePolicy
) -> None:
    contest, papers = election
    count = get_rule(rule).count
    explained = count(contest, papers, ties=ties, explain=True)
    for near in explained.counterfactuals:
        name = near.option
        assert not explained.outcome(name).won
        if near.winning_cost is not None:
            assert near.winning_cost < contest.option(name).cost
            assert is_funded(count(costing(contest, name, near.winning_cost), papers, ties=ties), name)
        if near.more_supporters is not None:
            more = joined(contest, papers, name, near.more_supporters)
            assert is_funded(count(contest, more, ties=ties), name)


@pytest.mark.parametrize("rule", GREEDY)
@SOME
@given(election=elections())
def test_greedy_without_ties_finds_the_highest_cost_and_the_smallest_number(
    rule: str, election: tuple[Contest, dict[Paper, int]]
) -> None:
    """No cost above the stated one and no smaller number of people would have done; where nothing is stated,
    none at all.
    """
    contest, papers = election
    count = get_rule(rule).count
    explained = count(contest, papers, ties=LOT, explain=True)
    assume(not explained.ties)
    for near in explained.counterfactuals:
        name, cost = near.option, contest.option(near.option).cost
        lowest = near.winning_cost or 0
        for tried in {lowest + 1, (lowest + cost) // 2, cost - 1}:
            if lowest < tried < cost:
                assert not is_funded(count(costing(contest, name, tried), papers, ties=LOT), name)
        for number in range(1, near.more_supporters or 40):
            more = joined(contest, papers, name, number)
            assert not is_funded(count(contest, more, ties=LOT), name)


@pytest.mark.parametrize("rule", [name for name, one in RULES.items() if one.elects == "projects"])
@SOME
@given(election=elections())
def test_explaining_changes_nothing_else(rule: str, election: tuple[Contest, dict[Paper, int]]) -> None:
    contest, papers = election
    if contest.vote_type not in get_rule(rule).vote_types:
        contest = msgspec.structs.replace(contest, vote_type="ordinal")
        papers = {}
    plain = get_rule(rule).count(contest, papers, ties=LOT)
    explained = get_rule(rule).count(contest, papers, ties=LOT, explain=True)
    assert msgspec.structs.replace(explained, counterfactuals=(), alternatives=()) == plain
    backwards = dict(reversed(papers.items()))
    assert get_rule(rule).count(contest, backwards, ties=LOT, explain=True) == explained
    for other in explained.alternatives:
        there = get_rule(other.rule).count(contest, papers, ties=LOT)
        assert (there.winners, there.spent) == (other.winners, other.spent)


@SOME
@given(election=elections(), number=st.integers(1, 9), cost=st.integers(1, 2_000))
def test_a_changed_tally_is_that_of_changed_papers(
    election: tuple[Contest, dict[Paper, int]], number: int, cost: int
) -> None:
    contest, papers = election
    counted = tally(contest, papers)
    for name in (contest.options[0].id, contest.options[-1].id):
        here = with_supporters(counted, name, number)
        there = tally(contest, joined(contest, papers, name, number))
        assert (here.received, here.counted) == (there.received, there.counted)
        assert [msgspec.structs.replace(s, by_place=()) for s in here.standings] == [
            msgspec.structs.replace(s, by_place=()) for s in there.standings
        ]
        assert [_bare(s.by_place) for s in here.standings] == [_bare(s.by_place) for s in there.standings]
        assert (
            with_cost(counted, name, cost).standings == tally(costing(contest, name, cost), papers).standings
        )


def _bare(places: tuple[int, ...]) -> tuple[int, ...]:
    """Without the last places that nobody used."""
    return places if not places or places[-1] else _bare(places[:-1])


def test_people_are_counted_as_if_a_paper_with_one_name_were_valid() -> None:
    """A contest may ask for three places on each paper; the further people name one option all the same."""
    contest = make_contest(
        {"P01": 600, "P02": 500, "P03": 400},
        budget=700,
        vote_type="ordinal",
        min_length=3,
        max_length=3,
        points_by_place=(3, 2, 1),
    )
    papers = {RankedPaper(("P01", "P02", "P03")): 3}
    result = get_rule("greedy").count(contest, papers, ties=LOT, explain=True)
    assert [
        (one.option, one.missing, one.winning_cost, one.more_supporters) for one in result.counterfactuals
    ] == [
        ("P02", 400, 100, 1),  # 6 and 3 points are as many as 9, and it costs less
        ("P03", 300, 100, 2),
    ]
    (other,) = result.alternatives
    assert other.rule == "equalshares/ranked"


def test_nothing_is_said_while_a_tie_waits() -> None:
    contest = make_contest({"P01": 300, "P02": 300}, budget=400, vote_type="approval")
    papers = {ApprovalPaper(("P01", "P02")): 2}
    result = get_rule("greedy").count(contest, papers, ties=TiePolicy(), explain=True)
    assert not result.complete
    assert (result.counterfactuals, result.alternatives) == ((), ())


def test_no_number_of_people_where_points_have_no_limit() -> None:
    contest = make_contest({"P01": 300, "P02": 300}, budget=400, vote_type="cumulative")
    papers: dict[Paper, int] = {CumulativePaper((("P01", 5), ("P02", 4))): 2}
    (near,) = get_rule("greedy").count(contest, papers, ties=LOT, explain=True).counterfactuals
    assert (near.option, near.winning_cost, near.more_supporters) == ("P02", 100, None)


@pytest.mark.parametrize("file", ["Poland_Krakow_2022", "Poland_Katowice_2023"])
def test_a_city_is_counted_again_for_its_nearest_losers(
    file: str, real_election: Callable[[str], PbElection]
) -> None:
    """Ranked and cumulative ballots as they were cast: what is said holds, and one bit less does not."""
    election = real_election(file)
    contest, papers = election.contest, election.papers
    contest = msgspec.structs.replace(contest, min_length=1, min_sum_points=None)
    count = get_rule("greedy").count
    explained = count(contest, papers, ties=LOT, explain=True)
    assert len(explained.counterfactuals) == len(contest.options) - len(explained.winners)
    for near in sorted(explained.counterfactuals, key=lambda one: one.missing or 0)[:2]:
        name, cost, number = near.option, near.winning_cost, near.more_supporters
        assert cost is not None
        assert number is not None
        assert is_funded(count(costing(contest, name, cost), papers, ties=LOT), name)
        assert not is_funded(count(costing(contest, name, cost + 1), papers, ties=LOT), name)
        assert is_funded(count(contest, joined(contest, papers, name, number), ties=LOT), name)
        assert not is_funded(count(contest, joined(contest, papers, name, number - 1), ties=LOT), name)


SHARES = [name for name, one in RULES.items() if one.elects == "projects" and name in EQUAL_SHARES]


def suits(rule: str, contest: Contest) -> bool:
    return contest.vote_type in get_rule(rule).vote_types


@pytest.mark.parametrize("rule", SHARES)
@SOME
@given(election=elections(), ties=st.sampled_from((LOT, STANDARD)))
def test_under_equal_shares_what_is_stated_holds_in_a_count_of_the_changed_papers(
    rule: str, election: tuple[Contest, dict[Paper, int]], ties: TiePolicy
) -> None:
    """Counted from the first share on. With few voters a step is a large part of a share, and the changed
    count may stop below the share from which it was counted again: then, and only then, it may differ.
    """
    contest, papers = election
    assume(suits(rule, contest))
    count = get_rule(rule).count
    explained = count(contest, papers, ties=ties, explain=True)
    for near in explained.counterfactuals:
        name = near.option
        changed = []
        if near.winning_cost is not None:
            assert 0 < near.winning_cost < contest.option(name).cost
            changed.append(count(costing(contest, name, near.winning_cost), papers, ties=ties))
        if near.more_supporters is not None:
            more = joined(contest, papers, name, near.more_supporters)
            changed.append(count(contest, more, ties=ties))
        for result in changed:
            assert is_funded(result, name) or ended_early(explained, result)


def ended_early(before: Result, changed: Result) -> bool:
    """Whether shares were raised, and in the changed count less far."""
    if not before.params["raise_shares"]:
        return False
    start = Fraction(before.budget, max(1, before.counted))
    return Fraction(changed.facts.get("endowment", 0)) < Fraction(before.facts.get("endowment", start))


@SOME
@given(election=elections())
def test_plain_equal_shares_finds_the_highest_cost(election: tuple[Contest, dict[Paper, int]]) -> None:
    """No higher cost would have done: at a fixed share all costs up to one are paid. Equal prices apart."""
    contest, papers = election
    for rule in ("equalshares", "equalshares/points"):
        count = get_rule(rule).count
        for near in count(contest, papers, ties=LOT, explain=True).counterfactuals:
            name, cost = near.option, contest.option(near.option).cost
            lowest = near.winning_cost or 0
            for tried in {lowest + 1, (lowest + cost) // 2, cost - 1}:
                if lowest < tried < cost:
                    again = count(costing(contest, name, tried), papers, ties=LOT)
                    assert not is_funded(again, name) or again.ties


@SOME
@given(election=elections(), number=st.integers(1, 4), cost=st.integers(1, 500))
def test_a_changed_electorate_is_that_of_a_changed_tally(
    election: tuple[Contest, dict[Paper, int]], number: int, cost: int
) -> None:
    """The quick way to it gives what the long one gives: the same purchases at any share."""
    contest, papers = election
    counted = tally(contest, papers)
    for rule in ("equalshares", "equalshares/points", "expanding-shares", "equalshares/swiecie"):
        params = EQUAL_SHARES[rule]
        of = Electorate(counted, params, LOT)
        for option in contest.options:
            for changed in (
                with_cost(counted, option.id, cost),
                with_supporters(counted, option.id, number),
            ):
                quick, long = changed_electorate(of, changed, option.id), Electorate(changed, params, LOT)
                assert quick.out == long.out
                for share in (Fraction(25), Fraction(100, 3), Fraction(151)):
                    here, there = Run(quick, share).everything(), Run(long, share).everything()
                    assert here == there


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("Poland_Wieliczka_2023_Green_Budget", "equalshares/add1-comparison"),
        ("Poland_Krakow_2020", "equalshares/ranked"),
        ("Poland_Krakow_2020", "expanding-shares"),
    ],
)
def test_equal_shares_of_a_city_counted_again_in_full(
    file: str, rule: str, real_election: Callable[[str], PbElection]
) -> None:
    """From the first share on, for the three that were nearest: they would have been funded."""
    election = real_election(file)
    contest = msgspec.structs.replace(election.contest, min_length=1, min_sum_points=None)
    papers = election.papers
    count = get_rule(rule).count
    explained = count(contest, papers, ties=LOT, explain=True)
    assert len(explained.counterfactuals) == len(contest.options) - len(explained.winners)
    for near in sorted(explained.counterfactuals, key=lambda one: one.missing or 0)[:3]:
        name, cost, number = near.option, near.winning_cost, near.more_supporters
        assert cost is not None
        assert is_funded(count(costing(contest, name, cost), papers, ties=LOT), name)
        assert number is not None or rule == "expanding-shares"
        if number is not None:
            assert is_funded(count(contest, joined(contest, papers, name, number), ties=LOT), name)
