"""Scores: exact raw means, and two ways that take severity away and find the better entries more often."""

import itertools
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.juries import agreement, hold
from hackathons.rules.adjusting import adjusted_means, severity, strengths, z_scores
from hackathons.rules.scores import (
    BadRubric,
    BadSheet,
    Criterion,
    Sheet,
    by_judge,
    check_rubric,
    raw_means,
    weigh,
)

RUBRIC = (Criterion("use", 3, 10), Criterion("craft", 2, 5), Criterion("cost", 1, 10))
GIVEN = st.dictionaries(
    st.sampled_from("xyz"),
    st.dictionaries(st.sampled_from("ABCDEF"), st.fractions(0, 1, max_denominator=60), min_size=1),
    min_size=1,
)
TENTHS = [Fraction(n, 10) for n in range(11)]


def test_a_sheet_is_weighed_exactly() -> None:
    sheet = Sheet("x", "A", {"use": 7, "craft": 5, "cost": 0})
    assert weigh(RUBRIC, sheet) == Fraction(3, 6) * Fraction(7, 10) + Fraction(2, 6)
    assert raw_means(by_judge(RUBRIC, [sheet, Sheet("y", "A", {"use": 0, "craft": 0, "cost": 0})])) == {
        "A": Fraction(41, 120)
    }


@pytest.mark.parametrize("points", [{"use": 7, "craft": 5}, {"use": 11, "craft": 5, "cost": 0}, {}])
def test_half_a_sheet_is_none(points: dict[str, int]) -> None:
    with pytest.raises(BadSheet):
        weigh(RUBRIC, Sheet("x", "A", points))


def test_two_sheets_of_a_judge_and_rubrics_that_are_none_are_refused() -> None:
    sheet = Sheet("x", "A", {"use": 7, "craft": 5, "cost": 0})
    with pytest.raises(BadSheet):
        by_judge(RUBRIC, [sheet, sheet])
    for rubric in ((), (Criterion("a", 0, 5),), (Criterion("a", 1, 0),), (RUBRIC[0], RUBRIC[0])):
        with pytest.raises(BadRubric):
            check_rubric(rubric)
    check_rubric(RUBRIC)


@given(GIVEN, st.sampled_from("xyz"), st.fractions(Fraction(1, 3), 1), st.fractions(0, Fraction(1, 3)))
def test_a_judge_who_is_severe_or_sparing_changes_nothing(
    scores: dict[str, dict[str, Fraction]], judge: str, times: Fraction, more: Fraction
) -> None:
    """Whoever gives a share of what they gave, and a bit more to everybody, says the same."""
    if judge not in scores:
        return
    changed = {**scores, judge: {entry: score * times + more for entry, score in scores[judge].items()}}
    before, after = adjusted_means(scores), adjusted_means(changed)
    assert after == pytest.approx(before, abs=1e-9)
    assert strengths(changed) == pytest.approx(strengths(scores), abs=1e-9)


@given(GIVEN)
def test_every_judge_has_mean_nought_and_spread_one(scores: dict[str, dict[str, Fraction]]) -> None:
    for judge, own in z_scores(scores).items():
        assert sum(own.values()) == pytest.approx(0, abs=1e-9)
        if len(set(scores[judge].values())) > 1:
            assert sum(one**2 for one in own.values()) / len(own) == pytest.approx(1)
        else:
            assert set(own.values()) == {0.0}, "who gives everybody the same says nothing of anybody"


@given(GIVEN)
def test_who_wins_more_is_stronger_and_strengths_are_finite(scores: dict[str, dict[str, Fraction]]) -> None:
    """Where everybody has read everything and agrees, the order is theirs."""
    assert all(abs(one) < 50 for one in strengths(scores).values())
    order = next(iter(scores.values()))
    agreed = dict.fromkeys("xyz", order)
    found = strengths(agreed)
    for one, other in itertools.combinations(order, 2):
        assert (order[one] > order[other]) == (found[one] > found[other] + 1e-9)


def test_severity_is_against_those_who_read_the_same() -> None:
    half, less = Fraction(1, 2), Fraction(3, 10)
    scores = {"x": {"A": half, "B": half}, "y": {"A": less, "B": less}, "z": {"C": less}}
    assert severity(scores) == {"x": Fraction(1, 5), "y": Fraction(-1, 5), "z": 0}


def test_adjusting_finds_the_planted_order_better_than_raw_means() -> None:
    """Over a hundred invented juries of severe and lenient judges; docs/juries.md draws it."""
    lot = random.Random(2027)
    found = [hold(lot, entries=40, judges=10, per_entry=4) for _ in range(100)]
    raw, adjusted, compared = (
        [agreement(jury.planted, way(jury.scores)) for jury in found]
        for way in (raw_means, adjusted_means, strengths)
    )
    assert sum(adjusted) / 100 > sum(raw) / 100 + 0.04
    assert sum(compared) / 100 > sum(raw) / 100 + 0.04
    assert sum(a > b for a, b in zip(adjusted, raw, strict=True)) > 80
