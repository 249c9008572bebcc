"""Majority judgment: every paper grades every option, and the best majority grade wins.

An option's majority grade is its lower middle grade: the best one that more than half of the papers give it
or exceed. Of options with the same grade, one paper with that grade is taken away from each, the majority
grade is found again, and so on until they differ (the majority value). Seats go in that order; options with
the same grades on the same number of papers are tied. An option that a paper does not mention gets its worst
grade. Source: Balinski and Laraki, “Majority Judgment”, MIT Press 2011, chapters 1 and 13.

The majority value, without taking papers away one by one: with the n grades sorted from the worst as 0 to
n - 1 and d = (n - 1) // 2, those taken away are number d, then by turns the next one below and the next one
above where n is odd, above and below where n is even. Both sequences only change where a grade ends, so it is
enough to compare two options at the steps where any of them changes.

Facts. Of an option: `grade` (its majority grade, worst 0), `better`, `worse` (papers with a better or worse
grade than it), `grades` (how many papers gave it each grade, worst first: "3, 10, 7"), `elected`; `outranked`
(`by`, the last with a seat, and its `by_grade`; or `tie`, the name of the tie that was settled against it);
`tie_unresolved` (`tied`); `not_eligible` (`why`). A standing's score is the majority grade; its rank is by
the majority value.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import cast

import msgspec
import numpy as np

from voting.rules.contests import UnsuitableContest, need_seats
from voting.rules.entries import Ints, repeated
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Decision, Fact, Result
from voting.rules.seats.order import Filled, fill_seats, levels_by_score, reason_of, standings_of
from voting.rules.seats.outcome import seats_result
from voting.rules.tally import Received, receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 2
Grades = tuple[int, ...]
"""How many papers give an option each grade, worst first."""


class JudgmentParams(msgspec.Struct, frozen=True, kw_only=True, tag="majority_judgment", tag_field="family"):
    """The grade of an option that a paper does not mention, and which of two middle grades counts."""

    unmentioned: str = "worst"
    middle: str = "lower"


def count_judgment(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: JudgmentParams
) -> Result:
    """Count. Raises: UnsuitableContest, FalseSeed, TooLarge."""
    check_seed(ties)
    need_seats(contest)
    if not contest.grades:
        raise UnsuitableContest("grades")
    box = receive(contest, papers)
    grades = _grades(box)
    value = dict(zip(grades, majority_values(list(grades.values())), strict=True))
    levels = levels_by_score(grades, value)
    standings = standings_of(box, levels, {option: majority_grade(g) for option, g in grades.items()})
    filled = fill_seats(box, levels, ties, standings)
    return seats_result(
        box,
        rule=name,
        version=VERSION,
        params=params,
        winners=filled.winners,
        reasons=_reasons(box, grades, filled),
        standings=standings,
        ties=filled.ties,
        complete=filled.complete,
    )


def _grades(box: Received) -> dict[str, Grades]:
    """The grades of every option that can win."""
    entries, best = box.entries, len(box.contest.grades)
    first = ~repeated(entries.start, entries.option, len(box.contest.options))  # a second one says nothing
    given = entries.option[first].astype(np.int64) * best + cast(Ints, entries.points)[first]
    table: Ints = np.zeros(len(box.contest.options) * best, dtype=np.int64)
    np.add.at(table, given, np.repeat(entries.weight, entries.length)[first])
    grades = {}
    for option, row in zip(box.contest.options, table.reshape(-1, best).tolist(), strict=True):
        if option.excluded is None:
            grades[option.id] = (row[0] + box.counted - sum(row), *row[1:])
    return grades


def majority_grade(grades: Grades) -> int:
    """The lower middle grade; the worst where there are no papers.

    >>> majority_grade((1, 2, 1)), majority_grade((1, 1, 2))
    (1, 1)
    """
    ends = list(accumulate(grades))
    return min(bisect_right(ends, (ends[-1] - 1) // 2), len(grades) - 1)


def majority_values(options: Sequence[Grades]) -> list[tuple[int, ...]]:
    """A key for each option, all with the same number of papers: the grades taken away at every step where
    those of any option change. Greater keys are better.

    >>> majority_values([(0, 3, 1), (1, 2, 1)])
    [(1, 1, 1, 2), (1, 1, 0, 2)]
    """
    papers = sum(options[0]) if options else 0
    ends = [list(accumulate(grades)) for grades in options]
    steps = {0, 1} | {step for row in ends for end in row for step in _steps_around(end, papers)}
    wanted = sorted(step for step in steps if 0 <= step < papers)
    return [tuple(bisect_right(row, _taken(step, papers)) for step in wanted) for row in ends]


def _taken(step: int, papers: int) -> int:
    """Which of the sorted grades is taken away at this step.

    >>> [_taken(step, 5) for step in range(5)], [_taken(step, 4) for step in range(4)]
    ([2, 1, 3, 0, 4], [1, 2, 0, 3])
    """
    middle, far = (papers - 1) // 2, (step + 1) // 2
    goes_down = step % 2 == papers % 2
    return middle - far if goes_down else middle + far


def _steps_around(end: int, papers: int) -> tuple[int, ...]:
    """The steps at which the sorted grades end - 1 and end are taken away, and the next on either side: where
    one of the two sequences may pass from one grade to another.
    """
    middle = (papers - 1) // 2
    far = [abs(place - middle) for place in (end - 1, end)]
    return tuple(step for f in far for step in (2 * f - 1, 2 * f))


def _reasons(
    box: Received, grades: dict[str, Grades], filled: Filled
) -> dict[str, tuple[Decision, dict[str, Fact]]]:
    """Why each option got a seat or not, with its majority grade."""
    last = next(iter(reversed((*filled.winners, *filled.waiting))), None)
    reasons: dict[str, tuple[Decision, dict[str, Fact]]] = {}
    for option in box.contest.options:
        name = option.id
        if option.excluded is not None:
            reasons[name] = "not_eligible", {"why": option.excluded}
            continue
        grade = majority_grade(grades[name])
        own: dict[str, Fact] = {
            "grade": grade,
            "better": sum(grades[name][grade + 1 :]),
            "worse": sum(grades[name][:grade]),
            "grades": ", ".join(map(str, grades[name])),
        }
        lost = [tie.at for tie in filled.ties if tie.matters and name in tie.options]
        beaten: dict[str, Fact] = {"by": last, "by_grade": majority_grade(grades[last])} if last else {}
        reason, facts = reason_of(name, filled) or ("outranked", {"tie": lost[0]} if lost else beaten)
        reasons[name] = reason, own | facts
    return reasons


FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=("scoring",),
    rules={"majority-judgment": JudgmentParams()},
    count=count_judgment,
)
