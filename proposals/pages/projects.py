"""What the templates of projects are given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from app.kit.i18n import Locale
from app.kit.paging import Paging
from app.kit.policy import Verdict
from cycles.models import Cycle
from proposals.models import Project
from proposals.pages.debates import DebateView
from proposals.pages.ideas import Choice, CostView, LinkedIdea, PhotoView
from proposals.pages.words import OUTCOME_TITLES, EventView
from proposals.pages.works import WorkCard
from proposals.states import Outcome

ORDERS = ("number", "cost", "cost-down", "area")


class ProjectCard(msgspec.Struct, frozen=True):
    """A project in a list."""

    number: str
    title: str
    summary: str
    area: str
    cost_bani: int
    outcome: str
    outcome_title: str
    path: str
    idea_number: str = ""


class ProjectsPage(msgspec.Struct, frozen=True):
    """The projects of a cycle."""

    projects: list[ProjectCard]
    paging: Paging
    cycles: list[Choice]
    areas: list[Choice]
    cycle: str
    cycle_title: str
    currency: str
    budget_bani: int
    area: str
    text: str
    order: str
    query: str
    sort_links: list[tuple[str, str]]
    is_frozen: bool
    may_put_to_vote: Verdict


class PrintPage(msgspec.Struct, frozen=True):
    """Every project on paper, with a short address each."""

    projects: list[ProjectCard]
    cycle: str
    cycle_title: str
    currency: str
    budget_bani: int
    total_bani: int
    is_frozen: bool


class ProjectPage(msgspec.Struct, frozen=True):
    """One project."""

    number: str
    title: str
    summary: str
    body: str
    lang: str
    area: str
    location: str
    landmark: str
    cost_bani: int
    currency: str
    cycle_slug: str
    cycle_title: str
    outcome: str
    outcome_title: str
    decided_at: datetime | None
    is_withdrawn: bool
    is_imported: bool
    poll_path: str
    has_result: bool
    idea: LinkedIdea | None
    support_count: int
    comment_count: int
    photos: list[PhotoView]
    events: list[EventView]
    costing: CostView | None
    works: WorkCard | None
    previous_path: str
    next_path: str
    short_path: str
    topic: str
    follows: bool
    debate: DebateView | None


class PutToVotePage(msgspec.Struct, frozen=True):
    """The question before the list of projects is frozen."""

    cycle: str
    cycle_title: str
    currency: str
    projects: list[ProjectCard]
    total_bani: int
    budget_bani: int
    opens_at: datetime
    closes_at: datetime
    open_ideas: int
    contested: list[LinkedIdea]  # whose contestation is not decided
    prepared: int  # decisions that are not public
    may_review: bool
    undebated: list[DebateView]
    may_put_to_vote: Verdict
    errors: dict[str, str] = {}


def title_of(cycle: Cycle, locale: Locale) -> str:
    """The cycle's title in a language."""
    return cycle.title if locale == "ro" else cycle.title_en


def build_card(row: Row[*tuple[Any, ...]], slug: str) -> ProjectCard:
    """A project of a list from its row."""
    return ProjectCard(
        number=row.number,
        title=row.title,
        summary=row.summary,
        area=row.area_name or "",
        cost_bani=row.cost_bani,
        outcome=row.outcome or "",
        outcome_title=OUTCOME_TITLES[Outcome(row.outcome)] if row.outcome else "",
        path=f"/cycles/{slug}/projects/{row.number}",
        idea_number=getattr(row, "idea_number", None) or "",
    )


def neighbours(project: Project, projects: Sequence[Project], slug: str) -> tuple[str, str]:
    """The pages of the projects before and after this one, by number; empty at the ends."""
    place = next((n for n, one in enumerate(projects) if one.id == project.id), None)
    if place is None:
        return "", ""
    before = projects[place - 1].number if place > 0 else ""
    after = projects[place + 1].number if place + 1 < len(projects) else ""
    base = f"/cycles/{slug}/projects/"
    return (base + before if before else "", base + after if after else "")
