"""What the pages of the days off show: a year, and what a change would move."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from babel.dates import format_date

from amendments.pages.words import TERMS
from amendments.service import OF_WHAT, Effects, MovedAct, shown_days
from app.kit.days_off import DayOffChange, DayOffEntry
from app.kit.deadlines import name_public_holidays
from app.kit.i18n import Locale, show_date

FIRST_IDEAS = 50  # of those that a change moves; of the others, how many


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a year that is not counted: a public holiday with its name, or a declared one with its act."""

    day: date
    said: str
    name: str
    is_declared: bool
    note: str = ""
    by: str = ""
    at: datetime | None = None
    may_take_back: bool = False


class BackView(msgspec.Struct, frozen=True, kw_only=True):
    """A day off that was taken back."""

    said: str
    source: str
    note: str
    by: str
    at: datetime


class YearPage(msgspec.Struct, frozen=True, kw_only=True):
    """A year: what is not counted in it. `typed`: a form that was refused; `back`: the day it takes back."""

    year: int
    days: list[DayView]
    taken_back: list[BackView]
    may_change: bool
    back: str = ""
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act whose terms would move: (what, source, before, after) of each."""

    href: str
    number: str
    title: str
    terms: list[tuple[str, str, date, date]]
    until: date | None
    lawful_end: date | None


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a change would move, before it is made. `ideas`: (address, number, title, of what, days)."""

    fields: list[tuple[str, str]]
    year: int
    said: str
    is_off: bool
    source: str
    note: str
    ideas: list[tuple[str, str, str, str, date, date]]
    idea_count: int
    acts: list[ActView]
    problem: str = ""


def say_day(day: date, locale: Locale) -> str:
    """joi, 24 decembrie 2026: with the weekday, in which a slip is seen."""
    weekday = format_date(day, "EEEE", locale="ro" if locale == "ro" else "en_GB")
    return f"{weekday}, {show_date(day, locale)}"


def build_year(
    year: int,
    entries: Sequence[DayOffEntry],
    locale: Locale,
    *,
    may_change: bool,
    today: date,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> YearPage:
    """The page of a year."""
    newest = {entry.day: entry for entry in entries}
    declared = [_view_declared(one, locale, may_change, today) for one in newest.values() if one.is_off]
    named = [
        DayView(day=day, said=say_day(day, locale), name=name, is_declared=False)
        for day, name in name_public_holidays(year, locale).items()
    ]
    asked = typed.get("day", "") if typed.get("is_off") == "no" else ""
    return YearPage(
        year=year,
        back=asked if any(one.may_take_back and one.day.isoformat() == asked for one in declared) else "",
        days=sorted([*declared, *named], key=lambda one: one.day),
        taken_back=[
            BackView(
                said=say_day(one.day, locale), source=one.source, note=one.note, by=one.by_name, at=one.at
            )
            for one in entries
            if not one.is_off
        ],
        may_change=may_change,
        typed=typed,
        errors=errors,
    )


def _view_declared(entry: DayOffEntry, locale: Locale, may_change: bool, today: date) -> DayView:
    return DayView(
        day=entry.day,
        said=say_day(entry.day, locale),
        name=entry.source,
        is_declared=True,
        note=entry.note,
        by=entry.by_name,
        at=entry.at,
        may_take_back=may_change and entry.day > today,
    )


def build_check(change: DayOffChange, effects: Effects, locale: Locale, *, problem: str = "") -> CheckPage:
    """The page that says what a change would move."""
    return CheckPage(
        fields=[
            ("day", change.day.isoformat()),
            ("is_off", "yes" if change.is_off else "no"),
            ("source", change.source),
            ("note", change.note),
            ("seen", str(effects.seen)),
        ],
        year=change.day.year,
        said=say_day(change.day, locale),
        is_off=change.is_off,
        source=change.source,
        note=change.note,
        ideas=[
            (f"/ideas/{idea.id}", idea.number, idea.title, OF_WHAT[idea.of], idea.before, idea.after)
            for idea in effects.ideas[:FIRST_IDEAS]
        ],
        idea_count=len(effects.ideas),
        acts=[_view_act(moved) for moved in effects.acts],
        problem=problem,
    )


def _view_act(moved: MovedAct) -> ActView:
    terms = []
    for term in moved.terms:
        provision = term[0].provision
        title = TERMS.get((provision.step, provision.sense), provision.step.value)
        terms.append((title, provision.term.source, *shown_days(term)))
    return ActView(
        href=f"/acts/{moved.act.id}",
        number=moved.act.number or "",
        title=moved.act.title,
        terms=terms,
        until=moved.act.proposals_until,
        lawful_end=moved.lawful_end,
    )
