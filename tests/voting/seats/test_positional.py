"""Rules that add up points, against sums worked out paper by paper, and what they promise."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from tests.make.examples import contest_of, papers_of
from tests.voting.seats.profiles import Profile, Ranks, contest_for, papers_for, place_of, profiles
from voting.rules import get_rule
from voting.rules.contests import UnsuitableContest
from voting.rules.papers import ApprovalPaper, PreferencePaper, RankedPaper
from voting.rules.result import Result
from voting.rules.ties import REPORT, TiePolicy

RULES = ("plurality", "borda", "borda/modified", "borda/tournament", "borda/dowdall")
SOME = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def count(
    rule: str, names: tuple[str, ...], profile: Profile, *, ties: TiePolicy = REPORT, seats: int = 1
) -> Result:
    return get_rule(rule).count(contest_for(names, seats=seats), papers_for(profile), ties=ties)


def points(rule: str, names: tuple[str, ...], ranks: Ranks, name: str) -> Fraction:
    """What one paper gives one option, from the words of docs/voting-rules.md."""
    places = {other: place_of(ranks, other) for other in names}
    named = {other for rank in ranks for other in rank}
    higher = sum(place < places[name] for other, place in places.items())
    lower = sum(place > places[name] for other, place in places.items())
    level = len(names) - higher - lower - 1
    match rule:
        case "plurality":
            return Fraction(name in named and higher == 0 and level == 0)
        case "borda/tournament":
            return lower + Fraction(level, 2)
        case "borda":
            return Fraction(len(names) - (higher + 1) if name in named else 0)
        case "borda/modified":
            return Fraction(len(named) + 1 - (higher + 1) if name in named else 0)
    return Fraction(1, higher + 1) if name in named else Fraction(0)


@pytest.mark.parametrize("rule", RULES)
@SOME
@given(drawn=profiles(), seats=st.integers(1, 3))
def test_the_most_points_win(rule: str, drawn: tuple[tuple[str, ...], Profile], seats: int) -> None:
    names, profile = drawn
    total = {
        name: sum(
            (number * points(rule, names, ranks, name) for ranks, number in profile.items()), Fraction(0)
        )
        for name in names
    }
    result = count(rule, names, profile, seats=seats)
    for outcome in result.outcomes:
        scale = int(result.facts["scale"])
        exact = outcome.facts.get("points", str(Fraction(int(outcome.facts["score"]), scale)))
        assert Fraction(str(exact)) == total[outcome.option]
        assert outcome.facts["score"] == int(total[outcome.option] * scale)
        assert outcome.facts["rank"] == 1 + sum(other > total[outcome.option] for other in total.values())
    line = sorted(total.values(), reverse=True)[min(seats, len(names)) - 1]
    above, at = {n for n in names if total[n] > line}, {n for n in names if total[n] == line}
    if len(above | at) <= seats:
        assert set(result.winners) == above | at
        assert result.complete
    else:
        assert set(result.winners) == above
        assert {o.option for o in result.outcomes if o.reason == "tie_unresolved"} == at
        assert not result.complete
    assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received


@SOME
@given(drawn=profiles(), times=st.integers(2, 5))
def test_the_same_papers_several_times_elect_the_same(
    drawn: tuple[tuple[str, ...], Profile], times: int
) -> None:
    names, profile = drawn
    more = {ranks: number * times for ranks, number in profile.items()}
    for rule in RULES:
        one, two = count(rule, names, profile), count(rule, names, more)
        assert (one.winners, one.complete) == (two.winners, two.complete)


@SOME
@given(
    papers=st.lists(st.frozensets(st.sampled_from("ABCD"), min_size=1), min_size=1, max_size=9),
    seats=st.integers(1, 4),
    order=st.permutations(tuple("ABCD")),
)
def test_approval_counts_names(papers: list[frozenset[str]], seats: int, order: list[str]) -> None:
    """Against sorting by number, then by the drawn order."""
    contest = make_contest(dict.fromkeys("ABCD", 0), budget=0, vote_type="approval", seats=seats)
    result = get_rule("approval").count(
        contest, [ApprovalPaper(tuple(paper)) for paper in papers], ties=TiePolicy(drawn=tuple(order))
    )
    number = {name: sum(name in paper for paper in papers) for name in "ABCD"}
    assert set(result.winners) == set(sorted(order, key=lambda name: -number[name])[:seats])
    assert {s.option: s.score for s in result.standings} == number


def test_a_tie_matters_only_at_the_last_seat() -> None:
    example = {
        "options": ["A", "B", "C", "D"],
        "seats": 3,
        "votes": "approval",
        "papers": {"A B": 3, "C D": 1},
    }
    contest, papers = contest_of(example), papers_of(example)
    result = get_rule("approval").count(contest, papers, ties=REPORT)
    assert result.winners == ("A", "B")
    assert [(t.options, t.matters, t.resolved) for t in result.ties] == [
        (("A", "B"), False, True),
        (("C", "D"), True, False),
    ]
    drawn = get_rule("approval").count(contest, papers, ties=TiePolicy(drawn=("D",)))
    assert drawn.winners == ("A", "B", "D")
    assert drawn.outcome("C").facts["tie"] == "rank:3"


def test_plurality_by_approval_papers_takes_one_name() -> None:
    contest = make_contest(dict.fromkeys("AB", 0), budget=0, vote_type="approval", seats=1)
    papers = [ApprovalPaper(("A",)), ApprovalPaper(("A", "B")), ApprovalPaper(("A", "B")), ApprovalPaper()]
    result = get_rule("plurality").count(contest, papers, ties=REPORT)
    assert result.winners == ("A",)
    assert result.facts["unclear"] == 2
    assert (result.counted, result.blank) == (3, 1)


def test_an_overvote_in_first_place_counts_for_nobody() -> None:
    """Also where one of the two has withdrawn since: it is judged as the voter wrote it. A withdrawn first
    choice alone gives way to the next.
    """
    contest = contest_for(("A", "B", "W"), excluded={"W": "withdrawn"})
    papers = {
        PreferencePaper((("A", "W"), ("B",))): 5,
        PreferencePaper((("W",), ("B",))): 2,
        PreferencePaper((("A",),)): 1,
    }
    result = get_rule("plurality").count(contest, papers, ties=REPORT)
    assert result.winners == ("B",)
    assert result.facts["unclear"] == 5
    assert result.outcome("W").reason == "not_eligible"


def test_a_withdrawn_option_is_struck_out_before_points_are_given() -> None:
    contest = make_contest(
        dict.fromkeys("ABW", 0), budget=0, vote_type="ordinal", seats=1, excluded={"W": "withdrawn"}
    )
    papers = {RankedPaper(("W", "A", "B")): 1, RankedPaper(("B", "W", "A")): 1}
    for rule in RULES[1:]:
        scores = {s.option: s.score for s in get_rule(rule).count(contest, papers, ties=REPORT).standings}
        assert scores["A"] == scores["B"]
        assert scores["W"] == 0


def test_exact_sums_decide_where_millionths_are_equal() -> None:
    """1/7 + 1/7 of a point less is no tie, even if rounding hid it: A has 3/7, B 1/2."""
    names = tuple("ABCDEFG")
    first = tuple((name,) for name in "CDEFGBA")  # B sixth, A seventh
    second = tuple((name,) for name in "CDEFGAB")
    result = count("borda/dowdall", names, {first: 2, second: 1})
    assert result.outcome("A").facts["points"] == str(Fraction(2, 7) + Fraction(1, 6))
    assert result.outcome("B").facts["points"] == str(Fraction(2, 6) + Fraction(1, 7))
    rank = {s.option: s.rank for s in result.standings}
    assert rank["B"] < rank["A"]


def test_papers_of_another_kind_are_refused() -> None:
    contest = make_contest({"A": 0}, budget=0, vote_type="approval", seats=1)
    with pytest.raises(UnsuitableContest, match="vote_type"):
        get_rule("borda").count(contest, [], ties=REPORT)
