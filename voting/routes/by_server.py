"""For voters without scripts: with their explicit consent the server seals their ballot, where the vote
allows it. The pages of an open vote then serve for filling it in; the choice and the code are in memory only.
"""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import DomainError, FormErrors, NotFound
from app.kit.forms import Form, parse
from app.kit.web import WebRequest, anyone, error_text, field_errors, get, page, post, see_other, signed_in
from voting import service
from voting.errors import BallotRefused, PollNotOpen
from voting.forms import ByServerForm
from voting.pages.sealed import build_by_server, build_sealed_receipt
from voting.policy import takes_ballots
from voting.queries import PollInFull
from voting.routes.ballot import LEAST_SECONDS, cookie_name, show_again
from voting.routes.booth import consent_cookie, seals_for
from voting.routes.sealed import NO_STORE, OF_CODE, REFUSALS, receive, sealed_poll, status_of


async def _allowing(session: AsyncSession, ctx: Ctx, poll_id: UUID) -> PollInFull:
    """A sealed poll whose ballots the server may seal. Raises: PollNotFound, NotFound."""
    full = await sealed_poll(session, ctx, poll_id)
    if not full.poll.server_sealing:
        raise NotFound()
    return full


@get("/polls/{poll_id:uuid}/ballot/by-server", audience=anyone)
async def explain(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """What it means that the server seals a ballot, and the question whether one wants it."""
    full = await _allowing(session, ctx, poll_id)
    if not (verdict := takes_ballots(full.facts, ctx.now)):
        return see_other(request, f"/polls/{poll_id}", notice=ctx.gettext(verdict.reason), kind="info")
    return page(request, "voting/by_server.html", build_by_server(ctx, full))


@post("/polls/{poll_id:uuid}/ballot/by-server", audience=anyone)
async def decide(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Remember the consent, for this ballot on this device only; or take it back, and the draft with it."""
    full = await _allowing(session, ctx, poll_id)
    if form.get("do") == "consent":
        left = int((full.stage.closes_at - ctx.now).total_seconds())
        ctx.set_cookie(consent_cookie(full.poll), "yes", max_age_seconds=max(left, LEAST_SECONDS))
    else:
        _forget(ctx, full)
    return see_other(request, f"/polls/{poll_id}/ballot")


def _forget(ctx: Ctx, full: PollInFull) -> None:
    ctx.set_cookie(consent_cookie(full.poll), "", max_age_seconds=0)
    ctx.set_cookie(cookie_name(full.poll.id), "", max_age_seconds=0)


@post("/polls/{poll_id:uuid}/ballot/by-server/send", audience=signed_in)
async def seal_and_send(
    request: WebRequest, ctx: NamedDependency[Ctx], form: NamedDependency[Form], poll_id: FromPath[UUID]
) -> Response[bytes]:
    """Seal what was reviewed with the code that was typed, and put it on the board."""
    database = ctx.services.database
    async with database.read() as session:
        full = await _allowing(session, ctx, poll_id)
    if not seals_for(ctx, full.poll):
        return see_other(request, f"/polls/{poll_id}/ballot/by-server")
    try:
        sent = parse(ByServerForm, form)
        async with database.read() as session:
            ready = await service.prepare_seal(session, ctx.actor, poll_id, sent.paper(), now=ctx.now)
        raw = await service.seal_for_voter(ready, sent.code)
        receipt = await receive(ctx, ctx.actor, poll_id, raw)
    except PollNotOpen as error:
        return see_other(request, f"/polls/{poll_id}", notice=error_text(ctx.locale, error), kind="error")
    except (FormErrors, BallotRefused, *REFUSALS) as error:
        said = _said(ctx, error)
        async with database.read() as session:
            return await show_again(request, session, ctx, form, poll_id, said, status=status_of(error))
    _forget(ctx, full)
    return page(
        request, "voting/sealed_receipt.html", build_sealed_receipt(ctx, full, receipt), headers=NO_STORE
    )


def _said(ctx: Ctx, error: DomainError) -> dict[str, str]:
    """A refusal, by field."""
    if isinstance(error, FormErrors):
        return field_errors(ctx.locale, error)
    is_code = isinstance(error, OF_CODE) or getattr(error, "reason", "") == "code_malformed"
    return {"code" if is_code else "": error_text(ctx.locale, error)}


HANDLERS = [explain, decide, seal_and_send]
