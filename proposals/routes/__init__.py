"""The web of the proposals: ideas, drafts, the department, reasons, projects, and their data."""

from litestar import Router

from proposals import api
from proposals.routes import (
    contest,
    drafts,
    ideas,
    maps,
    prepared,
    projects,
    reasons,
    review,
    settings,
    verdicts,
)

router = Router(
    path="/",
    route_handlers=[
        *maps.HANDLERS,
        *ideas.HANDLERS,
        *drafts.HANDLERS,
        *review.HANDLERS,
        *verdicts.HANDLERS,
        *prepared.HANDLERS,
        *contest.HANDLERS,
        *reasons.HANDLERS,
        *settings.HANDLERS,
        *projects.HANDLERS,
        *api.HANDLERS,
    ],
)
