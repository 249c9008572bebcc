"""What participants say: the form, and the words that organizers read; one's own consultations."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from app.kit.policy import Verdict
from consultations.pages.programme import Card, Own
from consultations.pages.tables import SatisfactionView

SCALE: tuple[str, ...] = ("1", "2", "3", "4", "5")


class OpinionPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form. `questions`: name, msgid."""

    card: Card
    code: str
    questions: list[tuple[str, str]]
    last: date
    is_change: bool
    verdict: Verdict
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class OpinionsPage(msgspec.Struct, frozen=True, kw_only=True):
    """What organizers read: the public table, how many have answered so far, and the words, without names."""

    card: Card
    table: SatisfactionView | None
    answers: int
    comments: list[str]
    last: date


class MineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A consultation of one's own. `code`: of the ticket."""

    card: Card
    own: Own | None
    code: str
    may_give_opinion: bool
    has_opinion: bool
    has_minutes: bool


class MinePage(msgspec.Struct, frozen=True, kw_only=True):
    """Where one comes, and where one was."""

    coming: Sequence[MineRow]
    past: Sequence[MineRow]
