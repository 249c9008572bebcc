"""The life of a question, in which order questions stand, and what an answer may be: pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from app.kit.errors import Conflict
from app.kit.i18n import N_

SHORTEST_QUESTION, LONGEST_QUESTION = 15, 600  # characters: more is a petition
MOST_QUESTIONS = 3  # of one person, for one consultation
TAKEN_DOWN_UNTIL = timedelta(days=14)  # after a consultation: sheets of paper are typed in later
LONGEST_TERM = 60  # days of a written answer that was promised; the law gives 30, and 15 more


class How(StrEnum):
    """How a question came."""

    WEB = "web"
    PAPER = "paper"  # on a sheet, in the room
    VOICE = "voice"  # said in the room, or on the telephone


class QuestionState(StrEnum):
    """The life of a question."""

    OPEN = "open"
    DEFERRED = "deferred"  # a written answer was promised, by a day
    ANSWERED = "answered"  # in words, or by a commitment
    WITHDRAWN = "withdrawn"  # by who asked


class AnswerKind(StrEnum):
    """What became of a question."""

    SPOKEN = "spoken"  # in the room; somebody wrote down what was said
    WRITTEN = "written"
    DEFERRED = "deferred"
    COMMITTED = "committed"


STATE_AFTER: dict[AnswerKind, QuestionState] = {
    AnswerKind.SPOKEN: QuestionState.ANSWERED,
    AnswerKind.WRITTEN: QuestionState.ANSWERED,
    AnswerKind.DEFERRED: QuestionState.DEFERRED,
    AnswerKind.COMMITTED: QuestionState.ANSWERED,
}
# What was answered may be answered again, better; nobody takes an answer back by promising another one.
QUESTION_MOVES: dict[QuestionState, frozenset[QuestionState]] = {
    QuestionState.OPEN: frozenset(QuestionState) - {QuestionState.OPEN},
    QuestionState.DEFERRED: frozenset({QuestionState.DEFERRED, QuestionState.ANSWERED}),
    QuestionState.ANSWERED: frozenset({QuestionState.ANSWERED}),
    QuestionState.WITHDRAWN: frozenset(),
}


class IllegalAnswer(Conflict):
    default = N_("This question was withdrawn, or answered already. Look at it again.")


def check_question_move(current: QuestionState, to: QuestionState) -> None:
    """Raises: IllegalAnswer unless a question may go from `current` to `to`."""
    if to not in QUESTION_MOVES[current]:
        raise IllegalAnswer()


def is_answer_late(state: str, due_on: date | None, *, today: date) -> bool:
    """Whether a written answer that was promised is not there after its day."""
    return state == QuestionState.DEFERRED and due_on is not None and due_on < today


# ── order ─────────────────────────────────────────────────────────────────────
class QuestionSort(StrEnum):
    """In which order questions stand."""

    SUPPORTED = "supported"
    NEWEST = "newest"
    ROOM = "room"  # as the organizer takes them up


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A question, or a group of questions that ask the same. `rank`: of the organizer's order, 0 for none;
    `support_count`: people, each once; `asked_at`: of the newest question in it."""

    key: object
    keys: tuple[object, ...]  # of its questions
    is_group: bool
    rank: int
    support_count: int
    asked_at: datetime


def order_items(items: Sequence[Item], sort: QuestionSort) -> list[Item]:
    """The most supported first, the newest first, or as they are taken up: what has no place in that order
    comes after it, the most supported first.
    """
    supported = sorted(items, key=lambda one: (-one.support_count, one.asked_at, str(one.key)))
    if sort is QuestionSort.NEWEST:
        return sorted(supported, key=lambda one: one.asked_at, reverse=True)
    if sort is QuestionSort.ROOM:
        return sorted(supported, key=lambda one: (one.rank == 0, one.rank))
    return supported


def move_item(items: Sequence[Item], key: object, *, up: bool) -> list[Item]:
    """The order of the room with one item a place earlier or later; at its end nothing happens."""
    ordered = order_items(items, QuestionSort.ROOM)
    place = next((at for at, one in enumerate(ordered) if one.key == key), None)
    if place is None:
        return ordered
    other = place - 1 if up else place + 1
    if 0 <= other < len(ordered):
        ordered[place], ordered[other] = ordered[other], ordered[place]
    return ordered
