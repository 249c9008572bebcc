"""What the templates of contestations are given."""

from datetime import date, datetime

import msgspec

from app.kit.deadlines import working_days_left
from app.kit.policy import Verdict
from proposals.models import Contestation, Idea
from proposals.models import Verdict as Decision
from proposals.pages.words import VERDICT_TITLES
from proposals.states import VerdictKind


class ContestPage(msgspec.Struct, frozen=True):
    """The author's form."""

    idea_id: str
    number: str
    title: str
    lang: str
    verdict_id: str
    verdict_title: str
    verdict_text: str
    until: date | None
    decide_days: int
    contest: str = ""
    errors: dict[str, str] = {}


class ContestationView(msgspec.Struct, frozen=True):
    """A contestation that is to be decided."""

    idea_id: str
    number: str
    title: str
    lang: str
    author: str
    at: datetime
    text: str
    due_on: date
    left: int  # working days; negative: overdue


class ContestationsPage(msgspec.Struct, frozen=True):
    """Every contestation that is to be decided, the most urgent first."""

    rows: list[ContestationView]


class UpholdPage(msgspec.Struct, frozen=True):
    """The form of who decides that the verdict stands."""

    contestation: ContestationView
    verdict_title: str
    verdict_text: str
    verdict_by: str
    standing: str
    may_uphold: Verdict
    text: str = ""
    errors: dict[str, str] = {}


def view_contestation(
    one: Contestation, idea: Idea, *, today: date, days_off: frozenset[date]
) -> ContestationView:
    """A contestation with what is left of its term."""
    return ContestationView(
        idea_id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        author=idea.author_name,
        at=one.at,
        text=one.text,
        due_on=one.due_on,
        left=working_days_left(today, one.due_on, days_off=days_off),
    )


def verdict_title(verdict: Decision) -> str:
    """What a verdict decides (a msgid)."""
    return VERDICT_TITLES[VerdictKind(verdict.kind)]
