"""The election officer's desk of a poll."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.web import WebRequest, field_errors, get, official, page, post, see_other
from voting import queries, service
from voting.errors import NotAnElectionOfficer
from voting.forms import CancelForm, ConfirmForm
from voting.pages.poll import build_officer
from voting.policy import may_officiate
from voting.queries import PollInFull
from voting.states import COUNTED_STATES, Act, PollState


def check_officer(ctx: Ctx) -> None:
    """Raises: NotAnElectionOfficer."""
    if not may_officiate(ctx.actor):
        raise NotAnElectionOfficer()


async def _show(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    full: PollInFull,
    *,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    digests = {Act.OPEN: full.poll.contest_digest}
    if full.facts.state in COUNTED_STATES | {PollState.CLOSED}:
        digests[Act.CLOSE] = service.protocol_digest(full.poll)
    if full.facts.state in COUNTED_STATES:
        digests[Act.CERTIFY] = await service.digest_to_confirm(session, full.poll, Act.CERTIFY)
    voters = await queries.count_voters(session, full.poll.id)
    model = build_officer(
        ctx,
        full,
        digests={} if full.poll.is_imported else digests,
        voter_count=voters,
        reason=reason,
        errors=errors,
    )
    return page(request, "voting/officer.html", model, status=422 if errors else 200)


@get("/polls/{poll_id:uuid}/officer", audience=official)
async def show_officer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """State, turnout, and what waits for whom."""
    check_officer(ctx)
    return await _show(request, session, ctx, await queries.get_poll(session, poll_id))


@post("/polls/{poll_id:uuid}/officer/announce", audience=official)
async def announce(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Publish a draft."""
    await service.announce_poll(session, ctx.actor, poll_id, now=ctx.now)
    return see_other(request, f"/polls/{poll_id}/officer", notice=ctx.gettext("The vote has been announced."))


@post("/polls/{poll_id:uuid}/officer/confirm", audience=official)
async def confirm(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Give one of the two confirmations."""
    sent = parse(ConfirmForm, form)
    await service.confirm_act(session, ctx.actor, poll_id, sent.act, digest=sent.digest, now=ctx.now)
    notice = ctx.gettext("Your confirmation is recorded, and public.")
    return see_other(request, f"/polls/{poll_id}/officer", notice=notice, anchor=sent.act.value)


@post("/polls/{poll_id:uuid}/officer/withdraw", audience=official)
async def withdraw(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Take one's confirmation back before it took effect."""
    sent = parse(ConfirmForm, form)
    await service.withdraw_confirmation(session, ctx.actor, poll_id, sent.act, now=ctx.now)
    notice = ctx.gettext("Your confirmation is withdrawn.")
    return see_other(request, f"/polls/{poll_id}/officer", notice=notice, anchor=sent.act.value)


@post("/polls/{poll_id:uuid}/officer/cancel", audience=official)
async def cancel(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Call the vote off, with a public reason."""
    check_officer(ctx)
    try:
        sent = parse(CancelForm, form)
    except FormErrors as errors:
        full = await queries.get_poll(session, poll_id)
        said = field_errors(ctx.locale, errors)
        return await _show(request, session, ctx, full, reason=form.get("reason"), errors=said)
    await service.cancel_poll(session, ctx.actor, poll_id, reason=sent.reason, now=ctx.now)
    return see_other(request, f"/polls/{poll_id}", notice=ctx.gettext("The vote is cancelled."))


HANDLERS = [show_officer, announce, confirm, withdraw, cancel]
