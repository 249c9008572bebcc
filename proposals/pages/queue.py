"""What the templates of departments and of what is overdue are given."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from app.kit.deadlines import working_days_left
from app.kit.i18n import Locale
from proposals.models import Department
from proposals.pages.ideas import Choice
from proposals.pages.words import name_of


class OverdueRow(msgspec.Struct, frozen=True):
    """An idea of which something is overdue. `late`: working days."""

    id: str
    number: str
    title: str
    lang: str
    due_on: date
    late: int
    of: str  # review, contestation, or advice that the department was asked for


class OverdueGroup(msgspec.Struct, frozen=True):
    """What is overdue in a department; without a name: of ideas that nobody owns yet."""

    name: str
    rows: list[OverdueRow]


class OverduePage(msgspec.Struct, frozen=True):
    """The public list of what is overdue."""

    groups: list[OverdueGroup]


class DepartmentView(msgspec.Struct, frozen=True):
    """A department with who works there: name, and whether they are its head."""

    id: str
    name: str
    email: str
    members: list[tuple[str, bool]]


class DepartmentsPage(msgspec.Struct, frozen=True):
    """Every department; for administrators, with forms."""

    departments: list[DepartmentView]
    may_edit: bool
    reviewers: list[Choice]
    values: dict[str, str] = {}
    errors: dict[str, str] = {}


def view_choices(departments: Sequence[Department], locale: Locale) -> list[Choice]:
    """Departments as options of a filter."""
    return [Choice(str(one.id), name_of(one, locale)) for one in departments]


def view_departments(
    departments: Sequence[Department], members: Sequence[Row[*tuple[Any, ...]]], locale: Locale
) -> list[DepartmentView]:
    """Departments with who works there."""
    return [
        DepartmentView(
            id=str(one.id),
            name=name_of(one, locale),
            email=one.email,
            members=[(row.name, row.is_head) for row in members if row.department_id == one.id],
        )
        for one in departments
    ]


def build_overdue(
    ideas: Sequence[Row[*tuple[Any, ...]]],
    contestations: Sequence[Row[*tuple[Any, ...]]],
    advice: Sequence[Row[*tuple[Any, ...]]],
    departments: Sequence[Department],
    locale: Locale,
    *,
    today: date,
    days_off: frozenset[date],
) -> OverduePage:
    """What is overdue, by department, what nobody owns last."""
    groups = []
    owners: list[Department | None] = [*departments, None]
    for owner in owners:
        rows = [
            OverdueRow(
                id=str(row.id),
                number=row.number,
                title=row.title,
                lang=row.lang,
                due_on=row.due_on,
                late=-working_days_left(today, row.due_on, days_off=days_off),
                of=of,
            )
            for found, of in ((ideas, "review"), (contestations, "contestation"), (advice, "advice"))
            for row in found
            if row.department_id == (owner.id if owner else None)
        ]
        if rows:
            groups.append(OverdueGroup(name_of(owner, locale) if owner else "", rows))
    return OverduePage(groups)
