"""What the templates of advice are given: what other departments are asked about ideas, and their answers."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from app.kit.clock import local_date
from app.kit.deadlines import working_days_left
from app.kit.i18n import Locale
from app.kit.policy import Verdict
from proposals.models import Advice, AdviceAnswer, Department, Idea
from proposals.pages.words import name_of
from proposals.states import working_deadline


class AnswerView(msgspec.Struct, frozen=True):
    """A version of a department's answer."""

    version: int
    at: datetime
    by: str
    text: str


class AdviceView(msgspec.Struct, frozen=True, kw_only=True):
    """What a department was asked, with its clock and its answers. `state`: open, answered, withdrawn or
    lapsed.
    """

    id: str
    department: str
    question: str
    asked_at: datetime
    asked_by: str
    due_on: date
    term_days: int
    holidays_skipped: int
    is_capped: bool  # it ends with the idea's own term
    left: int  # working days until it is due; negative: overdue
    state: str
    late: int  # working days that the first answer was late
    answers: list[AnswerView]
    ended_at: datetime | None
    why: str


class AdviceCard(msgspec.Struct, frozen=True):
    """A question in the list of those that wait."""

    advice: AdviceView
    number: str
    title: str
    lang: str


class AdviceListPage(msgspec.Struct, frozen=True):
    """What departments are asked and have not answered. `show`: mine or all."""

    rows: list[AdviceCard]
    show: str


class AdvicePage(msgspec.Struct, frozen=True):
    """One question to a department, with the forms for its answer and for taking it back."""

    advice: AdviceView
    idea_id: str
    number: str
    title: str
    lang: str
    body: str
    place: str
    may_answer: Verdict
    may_withdraw: Verdict
    seen: int
    values: dict[str, str] = {}
    errors: dict[str, str] = {}


class AskAdvicePage(msgspec.Struct, frozen=True):
    """The form with which departments are asked. `most_days`: what is left until `limit_on`."""

    id: str
    number: str
    title: str
    lang: str
    limit_on: date
    most_days: int
    departments: list[tuple[str, str]]
    asked: list[AdviceView]
    ticked: list[str]
    values: dict[str, str]
    errors: dict[str, str] = {}


def view_advice(
    advice: Advice,
    department: Department,
    answers: Sequence[AdviceAnswer],
    locale: Locale,
    *,
    today: date,
    days_off: frozenset[date],
) -> AdviceView:
    """A question to a department with its clock explained."""
    term = working_deadline(advice.asked_at, advice.term_days, days_off=days_off)
    answered_on = local_date(advice.answered_at) if advice.answered_at else None
    late = -working_days_left(answered_on, advice.due_on, days_off=days_off) if answered_on else 0
    return AdviceView(
        id=str(advice.id),
        department=name_of(department, locale),
        question=advice.question,
        asked_at=advice.asked_at,
        asked_by=advice.asked_by_name,
        due_on=advice.due_on,
        term_days=advice.term_days,
        holidays_skipped=term.holidays_skipped if term.due_on == advice.due_on else 0,
        is_capped=term.due_on > advice.due_on and advice.answered_at is None and advice.ended_at is None,
        left=working_days_left(today, advice.due_on, days_off=days_off),
        state=advice.ended_as or ("answered" if answers else "open"),
        late=max(0, late),
        answers=[AnswerView(one.version, one.at, one.by_name, one.text) for one in answers],
        ended_at=advice.ended_at,
        why=advice.why,
    )


def publish_view(view: AdviceView, *, asked_before: bool, decided_at: datetime | None) -> AdviceView:
    """What everybody may see of it: the words only of what was said before the last decision."""
    return msgspec.structs.replace(
        view,
        question=view.question if asked_before else "",
        answers=[one for one in view.answers if decided_at is not None and one.at <= decided_at],
    )


def view_card(view: AdviceView, idea: Idea) -> AdviceCard:
    """A question in a list."""
    return AdviceCard(view, idea.number or "", idea.title, idea.lang)
