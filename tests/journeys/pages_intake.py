"""The pages of the author's side of ideas, for the page gate (pages.py)."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from proposals.models import Intake, Project, Telling
from tests.journeys.case import Fields, PageCase, first

NEW_DRAFT: tuple[str, Fields] = ("/ideas/new", {})
INVITED: tuple[str, Fields] = ("/ideas/{created}/authors", {"email": "dan.pop@exemplu.ro"})
INTAKE: tuple[PageCase, ...] = (
    PageCase("/desk/ideas", who="desk"),
    PageCase("/desk/ideas", note="empty", who="desk", status=422, send={}),
    PageCase("/desk/ideas/{entered_idea}", who="reviewer"),
    PageCase("/desk/ideas/{entered_idea}/letter", note="letter", who="reviewer", send={}),
    PageCase("/desk/ideas/{entered_idea}/paper", who="desk"),
    PageCase("/desk/ideas/{entered_idea}/paper", note="empty", who="desk", status=422, send={}),
    PageCase("/desk/tellings", who="desk"),
    PageCase("/desk/tellings/{telling}", who="desk"),
    PageCase("/desk/tellings/{telling}", note="empty", who="desk", status=422, send={}),
    PageCase("/ideas/{entered_idea}"),
    PageCase("/review/ideas/{entered_idea}", who="reviewer"),
    PageCase("/ideas/{created}/authors", who="author", before=(NEW_DRAFT, INVITED)),
    PageCase(
        "/ideas/{created}/authors", note="empty", who="author", status=422, before=(NEW_DRAFT,), send={}
    ),
    PageCase("/ideas/invitation?token=wrong", status=404),  # a right one is opened in test_intake.py
    PageCase("/cycles/{open_cycle}/debates"),
    PageCase("/cycles/{next_cycle}/debates", who="reviewer"),
    PageCase("/projects/{project_to_debate}/debate", who="reviewer"),
    PageCase("/projects/{project_to_debate}/debate", note="empty", who="reviewer", status=422, send={}),
    PageCase("/ideas/claim", who="resident"),
    PageCase("/ideas/claim", note="empty", who="resident", status=422, send={}),
)


INTAKE_FACTS: dict[str, Callable[[AsyncSession], Awaitable[str]]] = {
    "project_to_debate": first(
        Project.id, Project.poll_id.is_(None), Project.withdrawn_at.is_(None), Project.idea_id.is_not(None)
    ),
    "telling": first(Telling.id, Telling.ended_at.is_(None)),
    "entered_idea": first(Intake.idea_id, Intake.claimed_at.is_(None)),
}
