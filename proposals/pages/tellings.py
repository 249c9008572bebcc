"""What the templates of telling authors without e-mail are given."""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from app.kit.clock import local_date
from app.kit.deadlines import working_days_left
from app.kit.i18n import Locale
from proposals.models import ClockPause, Telling, Verdict
from proposals.pages.words import TELLING_TITLES, TOLD_TITLES
from proposals.queries import TellingRow
from proposals.service import contest_until
from proposals.states import TELL_DAYS, TellingEnd, working_deadline


class TellingView(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell. `title`: msgid; `left`: working days in which it is to be told, negative when late;
    `until`: the last day of the author's own term, which runs meanwhile.
    """

    id: str
    idea_id: str
    number: str
    idea_title: str
    lang: str
    title: str
    at: datetime
    since: date
    due_on: date
    left: int
    until: date | None
    is_question: bool
    name: str
    phone: str
    address: list[str]
    has_account: bool


class ToldView(msgspec.Struct, frozen=True):
    """Something that was told."""

    idea_id: str
    number: str
    title: str
    how: str
    told_on: date | None
    by: str


class TellingsPage(msgspec.Struct, frozen=True):
    """What is still to be told, and what was last."""

    rows: list[TellingView]
    count: int
    told: list[ToldView]
    days: int = TELL_DAYS


class TellingPage(msgspec.Struct, frozen=True, kw_only=True):
    """One of them: its letter, and what is written down once it is done."""

    telling: TellingView
    letter_locale: str
    subject: str
    letter: list[list[str]]  # paragraphs of lines
    rights_title: str
    rights: list[list[str]]
    today: date
    values: dict[str, str]
    done: ToldView | None = None
    is_void: bool = False
    errors: dict[str, str] = {}


def view_telling(
    row: TellingRow, names: Mapping[uuid.UUID, str], *, today: date, days_off: frozenset[date]
) -> TellingView:
    """What is to be told, to whom, and until when."""
    telling: Telling = row.Telling
    due_on = working_deadline(telling.at, TELL_DAYS, days_off=days_off).due_on
    own, intake = telling.account_id, row.Intake
    return TellingView(
        id=str(telling.id),
        idea_id=str(row.Idea.id),
        number=row.Idea.number or "",
        idea_title=row.Idea.title,
        lang=row.Idea.lang,
        title=TELLING_TITLES[telling.kind],
        at=telling.at,
        since=local_date(telling.at),
        due_on=due_on,
        left=working_days_left(today, due_on, days_off=days_off),
        until=_own_term(row.Verdict, row.ClockPause, today=today, days_off=days_off),
        is_question=telling.kind == "question",
        name=names.get(own, "") if own else intake.name if intake else "",
        phone=intake.phone if intake else "",
        address=[line for line in (intake.address if intake else "").split("\n") if line.strip()],
        has_account=own is not None,
    )


def _own_term(
    verdict: Verdict | None, pause: ClockPause | None, *, today: date, days_off: frozenset[date]
) -> date | None:
    """The last day on which the author may answer or contest; None without such a term, and after it."""
    until = contest_until(verdict, days_off=days_off)
    if pause is not None and pause.resumed_at is None:
        until = pause.answer_due_on
    return until if until is not None and until >= today else None


def view_told(row: TellingRow) -> ToldView:
    """What was told, how and by whom."""
    telling: Telling = row.Telling
    way = TOLD_TITLES.get(TellingEnd(telling.ended_as)) if telling.ended_as else None
    return ToldView(
        idea_id=str(row.Idea.id),
        number=row.Idea.number or "",
        title=TELLING_TITLES[telling.kind],
        how=way or "",
        told_on=telling.told_on,
        by=telling.told_by_name,
    )


def build_telling(
    row: TellingRow,
    view: TellingView,
    letter: tuple[str, str],
    rights: tuple[str, str],
    *,
    values: Mapping[str, str],
    today: date,
    errors: dict[str, str] | None = None,
) -> TellingPage:
    """One telling with its letter."""
    telling: Telling = row.Telling
    locale: Locale = "en" if telling.locale == "en" else "ro"
    done = view_told(row) if telling.told_on is not None else None
    return TellingPage(
        telling=view,
        letter_locale=locale,
        subject=letter[0],
        letter=_paragraphs(letter[1]),
        rights_title=rights[0],
        rights=_paragraphs(rights[1]),
        today=today,
        values={"told_on": today.isoformat(), **values},
        done=done,
        is_void=telling.ended_at is not None and done is None,
        errors=errors or {},
    )


def _paragraphs(text: str) -> list[list[str]]:
    return [part.strip().split("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
