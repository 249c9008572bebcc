"""What the templates of public debates on projects are given."""

from datetime import date

import msgspec

from app.kit.policy import Verdict
from proposals.models import Project, ProjectDebate


class DebateView(msgspec.Struct, frozen=True):
    """A project that has to be debated, with its debate as far as it is known."""

    project_id: str
    number: str
    title: str
    cost_bani: int
    path: str
    held_on: date | None
    hour: str
    place: str
    act_path: str
    outcome: str
    is_open: bool


class DebatesPage(msgspec.Struct, frozen=True):
    """The projects of a cycle that go to public debate."""

    cycle: str
    cycle_title: str
    currency: str
    above_bani: int
    debates: list[DebateView]
    may_enter: Verdict


class DebateFormPage(msgspec.Struct, frozen=True):
    """The form of one debate."""

    debate: DebateView
    cycle: str
    cycle_title: str
    values: dict[str, str]
    errors: dict[str, str] = {}


def view_debate(project: Project, debate: ProjectDebate | None, slug: str) -> DebateView:
    """A project with its debate."""
    return DebateView(
        project_id=str(project.id),
        number=project.number,
        title=project.title,
        cost_bani=project.cost_bani,
        path=f"/cycles/{slug}/projects/{project.number}",
        held_on=debate.held_on if debate else None,
        hour=debate.hour if debate else "",
        place=debate.place if debate else "",
        act_path=debate.act_path if debate else "",
        outcome=debate.outcome if debate else "",
        is_open=debate is None or not debate.outcome,
    )
