"""What participants say of a consultation, as counts in which nobody can be found. Values in and out.

Of each question it is public how many chose which point, by the rule of all figures about people: small
counts are hidden, and with them another one, and of fewer than FEW answers there is no table. It is public
once nobody can change an answer any more: two readings on two days would tell what the last one said.
Tables of an official or a season are sums of what is public already, so that no difference gives a hidden
count back; for the same reason an average is shown only where nothing is hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

import msgspec

from app.kit.i18n import N_
from proposals.rules.figures import FEW, hide_small

OPEN_DAYS = 30  # calendar days after the consultation in which an answer can be given and changed
POINTS = ("1", "2", "3", "4", "5")  # from "not at all" to "entirely"


class Question(StrEnum):
    """What is asked."""

    HEARD = "heard"
    ANSWERED = "answered"
    PLACE = "place"


QUESTION_TITLES: dict[Question, str] = {
    Question.HEARD: N_("I was listened to"),
    Question.ANSWERED: N_("I got an answer, or know who answers and when"),
    Question.PLACE: N_("The place and the hour suited me"),
}
Given = Mapping[Question, int]


class Row(msgspec.Struct, frozen=True):
    """A question with its counts by point; None: hidden. `at_least`: the points of a sum to which something
    hidden is not added. `average`: rounded to a tenth.
    """

    question: Question
    counts: dict[str, int | None]
    average: Fraction | None
    at_least: frozenset[str] = frozenset()


class Table(msgspec.Struct, frozen=True):
    """The answers to all questions. `answers`: how many people gave some."""

    answers: int
    rows: list[Row]


def closes_on(held_on: date) -> date:
    """The last day on which an answer can be given or changed."""
    return held_on + timedelta(days=OPEN_DAYS)


def tabulate(given: Sequence[Given]) -> Table | None:
    """The public table of one consultation; None when too few people have answered."""
    if len(given) < FEW:
        return None
    return Table(len(given), [_row(question, [one[question] for one in given]) for question in Question])


def _row(question: Question, points: Sequence[int]) -> Row:
    counts = hide_small({point: points.count(int(point)) for point in POINTS})
    return Row(question, counts, None if None in counts.values() else _average(counts))


def sum_tables(tables: Iterable[Table]) -> Table | None:
    """The sum of what is public of several consultations; what is hidden in one of them is not in it."""
    given = list(tables)
    if not given:
        return None
    rows = []
    for place, question in enumerate(Question):
        columns = [one.rows[place].counts for one in given]
        counts: dict[str, int | None] = {
            point: sum(column[point] or 0 for column in columns) for point in POINTS
        }
        hidden = frozenset(point for point in POINTS if any(column[point] is None for column in columns))
        rows.append(Row(question, counts, None if hidden else _average(counts), hidden))
    return Table(sum(one.answers for one in given), rows)


def _average(counts: Mapping[str, int | None]) -> Fraction | None:
    total = sum(count or 0 for count in counts.values())
    if not total:
        return None
    points = sum(int(point) * (count or 0) for point, count in counts.items())
    return Fraction(round(Fraction(points * 10, total)), 10)
