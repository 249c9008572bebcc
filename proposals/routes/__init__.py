"""The web of the proposals: ideas, drafts, the department, reasons, projects, and their data."""

from litestar import Router

from proposals import api
from proposals.routes import (
    advice,
    attachments,
    authors,
    built,
    contest,
    debates,
    departments,
    drafts,
    figures,
    ideas,
    intake,
    maps,
    prepared,
    projects,
    queue,
    reasons,
    review,
    settings,
    verdicts,
    works,
    works_data,
    works_desk,
)

router = Router(
    path="/",
    route_handlers=[
        *maps.HANDLERS,
        *ideas.HANDLERS,
        *intake.HANDLERS,
        *authors.HANDLERS,
        *attachments.HANDLERS,
        *drafts.HANDLERS,
        *review.HANDLERS,
        *verdicts.HANDLERS,
        *prepared.HANDLERS,
        *contest.HANDLERS,
        *advice.HANDLERS,
        *queue.HANDLERS,
        *departments.HANDLERS,
        *reasons.HANDLERS,
        *settings.HANDLERS,
        *figures.HANDLERS,
        *projects.HANDLERS,
        *debates.HANDLERS,
        *works.HANDLERS,
        *works_desk.HANDLERS,
        *works_data.HANDLERS,
        *built.HANDLERS,
        *api.HANDLERS,
    ],
)
