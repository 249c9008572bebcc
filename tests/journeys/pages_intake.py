"""The pages of the author's side of ideas, for the page gate (pages.py)."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from proposals.models import Intake
from tests.journeys.case import PageCase, first

INTAKE: tuple[PageCase, ...] = (
    PageCase("/desk/ideas", who="desk"),
    PageCase("/desk/ideas", note="empty", who="desk", status=422, send={}),
    PageCase("/desk/ideas/{entered_idea}", who="reviewer"),
    PageCase("/desk/ideas/{entered_idea}/letter", note="letter", who="reviewer", send={}),
    PageCase("/ideas/{entered_idea}"),
    PageCase("/review/ideas/{entered_idea}", who="reviewer"),
    PageCase("/ideas/claim", who="resident"),
    PageCase("/ideas/claim", note="empty", who="resident", status=422, send={}),
)


INTAKE_FACTS: dict[str, Callable[[AsyncSession], Awaitable[str]]] = {
    "entered_idea": first(Intake.idea_id, Intake.claimed_at.is_(None)),
}
