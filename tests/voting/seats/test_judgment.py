"""Majority judgment against taking grades away one by one, and what it promises."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting.rules import get_rule
from voting.rules.contests import UnsuitableContest
from voting.rules.papers import Contest, ScoringPaper
from voting.rules.ties import REPORT, TiePolicy

GRADES = ("reject", "poor", "fair", "good", "excellent")
NAMES = ("A", "B", "C", "D")
SOME = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Papers = list[dict[str, int]]


def contest_for(*, seats: int = 1, grades: tuple[str, ...] = GRADES) -> Contest:
    return make_contest(dict.fromkeys(NAMES, 0), budget=0, vote_type="scoring", seats=seats, grades=grades)


def papers_for(papers: Papers) -> list[ScoringPaper]:
    return [ScoringPaper(tuple(paper.items())) for paper in papers]


papers = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 4), min_size=1), min_size=1, max_size=11
)


def majority_value(given_: Papers, name: str) -> list[int]:
    """The grades as they are taken away: the lower middle one of those left, again and again."""
    left = sorted(paper.get(name, 0) for paper in given_)
    return [left.pop((len(left) - 1) // 2) for _ in range(len(left))]


@SOME
@given(drawn=papers, seats=st.integers(1, 4), order=st.permutations(NAMES))
def test_options_are_ordered_by_their_majority_value(drawn: Papers, seats: int, order: list[str]) -> None:
    result = get_rule("majority-judgment").count(
        contest_for(seats=seats), papers_for(drawn), ties=TiePolicy(drawn=tuple(order))
    )
    value = {name: majority_value(drawn, name) for name in NAMES}
    assert list(result.winners) == sorted(result.winners, key=lambda name: value[name], reverse=True)
    best = sorted(order, key=lambda name: value[name], reverse=True)[:seats]
    assert set(result.winners) == set(best)
    for standing in result.standings:
        assert standing.rank == 1 + sum(other > value[standing.option] for other in value.values())
        assert standing.score == value[standing.option][0]
        facts = result.outcome(standing.option).facts
        grades = [paper.get(standing.option, 0) for paper in drawn]
        assert facts["better"] == sum(grade > standing.score for grade in grades)
        assert facts["worse"] == sum(grade < standing.score for grade in grades)


@SOME
@given(drawn=papers, times=st.sampled_from((2, 3, 1000)))
def test_the_same_papers_several_times_give_the_same_order(drawn: Papers, times: int) -> None:
    """Each majority grade, and the winner where one option alone has the best. (Of options with the same one
    the first grades to differ may be others when every paper counts twice.)
    """
    rule = get_rule("majority-judgment")
    one = rule.count(contest_for(), papers_for(drawn), ties=REPORT)
    more = rule.count(contest_for(), {p: n * times for p, n in _grouped(drawn).items()}, ties=REPORT)
    score = {s.option: s.score for s in one.standings}
    assert {s.option: s.score for s in more.standings} == score
    if sum(value == max(score.values()) for value in score.values()) == 1:
        assert one.winners == more.winners


def _grouped(drawn: Papers) -> dict[ScoringPaper, int]:
    grouped: dict[ScoringPaper, int] = {}
    for paper in papers_for(drawn):
        grouped[paper] = grouped.get(paper, 0) + 1
    return grouped


@SOME
@given(drawn=papers)
def test_the_only_option_a_majority_calls_excellent_wins(drawn: Papers) -> None:
    excellent = {n: sum(paper.get(n, 0) == 4 for paper in drawn) for n in NAMES}
    most = [n for n in NAMES if 2 * excellent[n] > len(drawn)]
    result = get_rule("majority-judgment").count(contest_for(), papers_for(drawn), ties=REPORT)
    if len(most) == 1:
        assert list(result.winners) == most


@SOME
@given(drawn=papers, data=st.data())
def test_a_better_grade_never_harms(drawn: Papers, data: st.DataObject) -> None:
    rule = get_rule("majority-judgment")
    before = rule.count(contest_for(), papers_for(drawn), ties=REPORT)
    index = data.draw(st.integers(0, len(drawn) - 1))
    name = data.draw(st.sampled_from(NAMES))
    better = [dict(paper) for paper in drawn]
    better[index][name] = min(4, better[index].get(name, 0) + 1)
    after = rule.count(contest_for(), papers_for(better), ties=REPORT)
    rank = {s.option: s.rank for s in before.standings}
    assert {s.option: s.rank for s in after.standings}[name] <= rank[name]


def test_same_grades_on_as_many_papers_are_a_tie() -> None:
    drawn: Papers = [{"A": 4, "B": 2}, {"A": 2, "B": 4}, {"C": 1}]
    result = get_rule("majority-judgment").count(contest_for(), papers_for(drawn), ties=REPORT)
    assert not result.complete
    assert [(t.options, t.matters) for t in result.ties] == [(("A", "B"), True)]
    lot = get_rule("majority-judgment").count(
        contest_for(), papers_for(drawn), ties=TiePolicy(drawn=("B", "A"))
    )
    assert lot.winners == ("B",)
    assert lot.outcome("A").facts["tie"] == "rank:1"


def test_a_grade_that_the_contest_does_not_have_is_refused() -> None:
    result = get_rule("majority-judgment").count(
        contest_for(), papers_for([{"A": 5}, {"A": -1}, {"A": 4}]), ties=REPORT
    )
    assert [(r.reason, r.number) for r in result.rejected] == [("points_out_of_range", 1)] * 2
    assert (result.counted, result.received) == (1, 3)


def test_grades_must_have_names_and_withdrawn_options_win_nothing() -> None:
    with pytest.raises(UnsuitableContest, match="grades"):
        get_rule("majority-judgment").count(contest_for(grades=()), [], ties=REPORT)
    options = contest_for().options
    gone = msgspec.structs.replace(
        contest_for(), options=(msgspec.structs.replace(options[0], excluded="withdrawn"), *options[1:])
    )
    result = get_rule("majority-judgment").count(gone, papers_for([{"A": 4, "B": 1}]), ties=REPORT)
    assert result.winners == ("B",)
    assert result.outcome("A").reason == "not_eligible"
