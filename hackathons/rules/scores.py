"""Score sheets, and the raw score of an entry: the mean of its judges, each by the weights of the rubric.

A score is between 0 and 1 (shown as of 100). Raw scores are exact fractions, so that whoever adds up the
published file has the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import msgspec


class Criterion(msgspec.Struct, frozen=True):
    """A line of the rubric: points from 0 to `most`, and how much they weigh."""

    key: str
    weight: int
    most: int


class Sheet(msgspec.Struct, frozen=True):
    """What a judge gave an entry: points by criterion."""

    judge: str
    entry: str
    points: Mapping[str, int]


class BadSheet(ValueError):
    """A sheet that lacks a criterion, has one too many, or points that the rubric does not know."""


class BadRubric(ValueError):
    """A rubric without criteria, or with weights or points that are not positive."""


def check_rubric(rubric: Sequence[Criterion]) -> None:
    """Raises: BadRubric."""
    keys = [one.key for one in rubric]
    if not rubric or len(set(keys)) != len(keys) or any(one.weight <= 0 or one.most <= 0 for one in rubric):
        raise BadRubric(", ".join(keys))


def weigh(rubric: Sequence[Criterion], sheet: Sheet) -> Fraction:
    """What a sheet says of its entry, from 0 to 1. Raises: BadSheet."""
    if set(sheet.points) != {one.key for one in rubric}:
        raise BadSheet(f"{sheet.judge}, {sheet.entry}: {', '.join(sorted(sheet.points))}")
    if any(not 0 <= sheet.points[one.key] <= one.most for one in rubric):
        raise BadSheet(f"{sheet.judge}, {sheet.entry}: points out of range")
    total = sum(one.weight for one in rubric)
    return sum((Fraction(one.weight * sheet.points[one.key], one.most * total) for one in rubric), Fraction())


Scores = dict[str, dict[str, Fraction]]
"""What each judge gave each of their entries."""


def by_judge(rubric: Sequence[Criterion], sheets: Iterable[Sheet]) -> Scores:
    """The weighted scores of sheets by judge and entry. Raises: BadSheet, also when a judge has two sheets of
    one entry.
    """
    found: Scores = defaultdict(dict)
    for sheet in sheets:
        if sheet.entry in found[sheet.judge]:
            raise BadSheet(f"{sheet.judge} has two sheets of {sheet.entry}")
        found[sheet.judge][sheet.entry] = weigh(rubric, sheet)
    return dict(found)


def raw_means(scores: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The mean of what its judges gave each entry."""
    given: dict[str, list[Fraction]] = defaultdict(list)
    for own in scores.values():
        for entry, score in own.items():
            given[entry].append(score)
    return {entry: sum(some, Fraction()) / len(some) for entry, some in sorted(given.items())}
