"""The booth of a sealed vote: the page that seals on the voter's own device, for whoever has not asked the
server to do it for them.
"""

from collections.abc import Sequence

from litestar import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.web import WebRequest, page
from voting import queries
from voting.models import Poll, PollOption
from voting.pages.booth import build_booth
from voting.queries import PollInFull
from voting.rules.papers import Contest

CONSENT = "obste_by_server_"  # and the first 8 characters of the poll's id


def consent_cookie(poll: Poll) -> str:
    """The cookie of a voter who wants the server to seal their ballot; it goes when the ballot is sent."""
    return CONSENT + str(poll.id)[:8]


def seals_for(ctx: Ctx, poll: Poll) -> bool:
    """Whether the server seals this reader's ballot: it may, and they have said that they want it."""
    return poll.server_sealing and ctx.get_cookie(consent_cookie(poll)) == "yes"


def needs_booth(ctx: Ctx, full: PollInFull) -> bool:
    """Whether this reader's ballot is sealed on their own device, so that no choice may come here."""
    return full.facts.sealing is not None and not seals_for(ctx, full.poll)


async def show_booth(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
) -> Response[bytes]:
    """The booth, empty: it is filled in on the voter's device."""
    actor, poll_id = ctx.actor, full.poll.id
    model = build_booth(
        ctx,
        full,
        contest,
        options,
        await queries.get_election(session, poll_id),
        on_roll=actor is not None and await queries.is_on_roll(session, poll_id, actor.id),
        has_voted=actor is not None and await queries.has_voted(session, poll_id, actor.id),
    )
    return page(request, "voting/booth.html", model)
