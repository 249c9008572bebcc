"""Expanding approvals against a slow count voter by voter, and the proportionality it promises."""

import itertools
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.voting.seats.profiles import Profile, contest_for, papers_for, place_of, profiles
from voting.rules import get_rule
from voting.rules.papers import PreferencePaper
from voting.rules.result import Result
from voting.rules.seats import expanding
from voting.rules.tally import TooLarge
from voting.rules.ties import REPORT, TiePolicy

SOME = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def count(names: tuple[str, ...], profile: Profile, *, seats: int, ties: TiePolicy = REPORT) -> Result:
    contest = contest_for(names, seats=seats)
    return get_rule("expanding-approvals").count(contest, papers_for(profile), ties=ties)


def slow(names: tuple[str, ...], profile: Profile, seats: int, order: list[str]) -> list[str]:
    """Algorithm 1 of Aziz and Lee, one voter at a time, ties by a given order; seats as long as options."""
    voters = [ranks for ranks, number in profile.items() for _ in range(number)]
    n, k, m = len(voters), seats, len(names)
    share = Fraction(n, k + 1)
    quota = min(share + Fraction(1, m + 1) * (int(share) + 1 - share), Fraction(n, k))
    rank = [
        {a: 1 + sum(place_of(ranks, b) < place_of(ranks, a) for b in names) for a in names}
        for ranks in voters
    ]
    left = [Fraction(1)] * n
    best_first = sorted(
        names, key=lambda a: ([-sum(r[a] == j for r in rank) for j in range(1, m + 1)], order.index(a))
    )
    elected: list[str] = []
    for level in range(1, m + 1):
        while len(elected) < min(k, m):
            support = {a: sum((left[i] for i in range(n) if rank[i][a] <= level), Fraction(0)) for a in names}
            able = [a for a in best_first if a not in elected and support[a] >= quota]
            if not able:
                break
            elected.append(able[0])
            for i in range(n):
                if rank[i][able[0]] <= level:
                    left[i] *= (support[able[0]] - quota) / support[able[0]]
    return elected


@SOME
@given(drawn=profiles(), seats=st.integers(1, 4), order=st.permutations(("A", "B", "C", "D", "E")))
def test_the_same_are_elected_in_the_same_order_voter_by_voter(
    drawn: tuple[tuple[str, ...], Profile], seats: int, order: list[str]
) -> None:
    names, profile = drawn
    result = count(names, profile, seats=seats, ties=TiePolicy(drawn=tuple(order)))
    expected = slow(names, profile, seats, order)
    assert result.complete
    assert len(result.winners) == min(seats, len(names))
    assert set(result.winners) == set(expected)
    if all(tie.matters for tie in result.ties):
        assert list(result.winners) == expected
    assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=profiles(most_options=4), seats=st.integers(1, 3))
def test_a_tie_is_open_exactly_when_another_order_elects_others(
    drawn: tuple[tuple[str, ...], Profile], seats: int
) -> None:
    names, profile = drawn
    possible = {
        frozenset(slow(names, profile, seats, list(order))) for order in itertools.permutations(names)
    }
    result = count(names, profile, seats=seats)
    assert result.complete == (len(possible) == 1)
    assert all(set(result.winners) <= elected for elected in possible)


@SOME
@given(
    rankings=st.lists(st.permutations(("A", "B", "C", "D", "E")), min_size=1, max_size=9),
    seats=st.integers(1, 4),
)
def test_solid_coalitions_get_their_droop_share(rankings: list[list[str]], seats: int) -> None:
    """Whoever puts the same options first, in any order, and has l Droop quotas, floor(n/(k+1)) + 1 voters
    each, gets l of them or all: the rule's quota is never above Droop's (Aziz and Lee, proposition 6).

    It is above n/(k+1), so more than l/(k+1) of the voters may be too few: 4 of 5 for three seats of which
    each costs 11/8.
    """
    profile: Profile = {}
    for ranking in rankings:
        ranks = tuple((name,) for name in ranking)
        profile[ranks] = profile.get(ranks, 0) + 1
    order = TiePolicy(drawn=("A", "B", "C", "D", "E"))
    winners = set(count(("A", "B", "C", "D", "E"), profile, seats=seats, ties=order).winners)
    for size in range(1, 6):
        for some in map(set, itertools.combinations("ABCDE", size)):
            coalition = sum(set(ranking[:size]) == some for ranking in rankings)
            due = coalition // (len(rankings) // (seats + 1) + 1)
            assert len(winners & some) >= min(due, size)


@SOME
@given(drawn=profiles(), seats=st.integers(1, 3), random=st.randoms(use_true_random=False))
def test_names_and_their_order_do_not_matter(
    drawn: tuple[tuple[str, ...], Profile], seats: int, random: Random
) -> None:
    names, profile = drawn
    other = dict(zip(names, random.sample([f"Z{n}" for n in range(len(names))], len(names)), strict=True))
    renamed = {
        tuple(tuple(other[name] for name in rank) for rank in ranks): number
        for ranks, number in profile.items()
    }
    one = count(names, profile, seats=seats)
    two = count(tuple(random.sample(sorted(other.values()), len(names))), renamed, seats=seats)
    assert {other[name] for name in one.winners} == set(two.winners)
    assert one.complete == two.complete


def test_what_supporters_pay_is_exactly_the_quota() -> None:
    """Two seats, 100 papers: the quota is 100/3 + (34 - 100/3)/5. With three seats and 300 papers, what is
    left after A and C supports B and D at the second level.
    """
    profile = {(("A",), ("B",)): 60, (("C",), ("D",)): 40}
    result = count(("A", "B", "C", "D"), profile, seats=2)
    quota = Fraction(100, 3) + (34 - Fraction(100, 3)) / 5
    assert result.winners == ("A", "C")
    assert result.facts["quota"] == str(quota)
    assert (result.outcome("A").facts["support"], result.outcome("C").facts["support"]) == ("60", "40")
    assert [(r.action, r.elected) for r in result.rounds] == [("first", ("A",)), ("surplus", ("C",))]
    assert dict(result.rounds[1].votes) == {"B": "0", "C": "40", "D": "0"}
    three = count(("A", "B", "C", "D"), {ranks: number * 3 for ranks, number in profile.items()}, seats=3)
    quota = Fraction(str(three.facts["quota"]))
    assert [(r.action, dict(r.votes).get("B"), dict(r.votes).get("D")) for r in three.rounds][2:] == [
        ("surplus", "0", "0"),
        ("level", str(180 - quota), str(120 - quota)),
    ]


def test_more_seats_than_papers_are_filled() -> None:
    result = count(("A", "B", "C"), {(("A",), ("B",), ("C",)): 1}, seats=3)
    assert result.winners == ("A", "B", "C")
    assert result.complete


def test_a_paper_supports_in_the_end_what_it_does_not_name() -> None:
    """As in the paper, where rankings are weak orders over all options: level with each other, at the end."""
    result = count(("A", "B", "C"), {(("A",),): 2, (("B",), ("C",)): 1}, seats=2)
    assert result.winners == ("A", "B")
    assert result.outcome("B").facts["level"] == 2
    assert dict(result.rounds[2].votes) == {"B": "7/4", "C": "7/4"}


def test_too_many_orders_are_a_tie_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MAX_RUNS", 1)
    result = count(("A", "B"), {(("A", "B"),): 1}, seats=2)
    assert not result.complete
    monkeypatch.setattr(expanding, "MAX_RUNS", 9)
    result = count(("A", "B"), {(("A", "B"),): 1}, seats=2)
    assert result.complete
    assert [(tie.options, tie.matters) for tie in result.ties] == [(("A", "B"), False)]


def test_nobody_voted_and_withdrawn() -> None:
    assert not count(("A", "B"), {}, seats=1).complete
    contest = contest_for(("A", "B"), excluded={"A": "withdrawn"})
    result = get_rule("expanding-approvals").count(contest, [PreferencePaper((("A",), ("B",)))], ties=REPORT)
    assert result.winners == ("B",)
    assert result.outcome("A").reason == "not_eligible"
    assert result.outcome("B").facts["level"] == 1


def test_a_count_whose_fractions_grow_too_long_is_refused() -> None:
    """Their length doubles with each seat: twenty seats of thirty would take millions of digits."""
    draw = Random(1)
    names = tuple(f"P{number:02}" for number in range(30))
    profile = {tuple((name,) for name in draw.sample(names, 30)): 1 for _ in range(500)}
    assert len(count(names, profile, seats=6).winners) == 6
    with pytest.raises(TooLarge, match="too long to be written after"):
        count(names, profile, seats=20)
