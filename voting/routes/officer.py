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
from voting.errors import NotAnElectionOfficer, PollNotFound
from voting.forms import CancelForm, ConfirmForm
from voting.pages.ceremony import Ceremony, Delivered, waiting_text
from voting.pages.officer import build_cancel, build_officer
from voting.policy import may_officiate
from voting.queries import PollInFull
from voting.states import COUNTED_STATES, Act, Delivery, PollState, Step


def check_officer(ctx: Ctx) -> None:
    """Raises: NotAnElectionOfficer."""
    if not may_officiate(ctx.actor):
        raise NotAnElectionOfficer()


async def load_ceremony(session: AsyncSession, full: PollInFull) -> Ceremony:
    """Everything about the ceremony of a sealed poll. Raises: PollNotFound for one that is not sealed."""
    if full.facts.sealing is None:
        raise PollNotFound()
    poll_id = full.poll.id
    rows = await queries.list_deliveries(session, poll_id)
    return Ceremony(
        full=full,
        election=await queries.find_election(session, poll_id),
        trustees=await queries.list_trustees(session, poll_id),
        delivered=[
            Delivered(
                number=row.number,
                step=Step(row.step),
                state=Delivery(row.state),
                sha256=row.sha256,
                reason=row.reason,
            )
            for row in rows
        ],
    )


async def _show(request: WebRequest, session: AsyncSession, ctx: Ctx, full: PollInFull) -> Response[bytes]:
    acts = [Act.OPEN]
    if full.facts.state in COUNTED_STATES | {PollState.CLOSED}:
        acts.append(Act.CLOSE)
    if full.facts.state in COUNTED_STATES:
        acts.append(Act.CERTIFY)
    if full.poll.is_imported:
        acts = []
    digests = {act: await service.digest_to_confirm(session, full.poll, act) for act in acts}
    voters = await queries.count_voters(session, full.poll.id)
    sealing = ""
    if full.facts.sealing is not None:
        sealing = waiting_text(ctx, await load_ceremony(session, full))
    failed = await service.find_trouble(session, full.poll.id)
    model = build_officer(ctx, full, digests=digests, voter_count=voters, sealing=sealing, failed=failed)
    return page(request, "voting/officer.html", model)


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


@post("/polls/{poll_id:uuid}/officer/try-again", audience=official)
async def try_again(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Have work of the platform that failed tried now."""
    check_officer(ctx)
    tried = await service.try_again(session, ctx.actor, poll_id, now=ctx.now)
    said = ctx.gettext("It is being tried again now.") if tried else ctx.gettext("Nothing has failed.")
    return see_other(request, f"/polls/{poll_id}/officer", notice=said)


@post("/polls/{poll_id:uuid}/officer/freeze", audience=official)
async def freeze(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Freeze the box of a vote that the clock has ended, instead of waiting for the sweep."""
    check_officer(ctx)
    await service.close_poll(session, poll_id, now=ctx.now)
    return see_other(request, f"/polls/{poll_id}/officer", anchor=Act.CLOSE.value)


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
    if sent.act is Act.CANCEL:
        return see_other(request, f"/polls/{poll_id}", notice=ctx.gettext("The vote is cancelled."))
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
    """Take one's confirmation back before it took effect, or set a proposal to cancel aside."""
    sent = parse(ConfirmForm, form)
    await service.withdraw_confirmation(
        session, ctx.actor, poll_id, sent.act, digest=sent.digest, now=ctx.now
    )
    notice = ctx.gettext("Your confirmation is withdrawn.")
    if sent.act is Act.CANCEL:
        notice = ctx.gettext("The proposal to cancel is withdrawn, in public.")
    return see_other(request, f"/polls/{poll_id}/officer", notice=notice, anchor=sent.act.value)


@get("/polls/{poll_id:uuid}/officer/cancel", audience=official)
async def show_cancelling(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The form that proposes to cancel; or the proposal that stands, to be confirmed or set aside."""
    check_officer(ctx)
    full = await queries.get_poll(session, poll_id)
    voters = await queries.count_voters(session, poll_id)
    return page(request, "voting/cancel.html", build_cancel(ctx, full, voter_count=voters))


@post("/polls/{poll_id:uuid}/officer/cancel", audience=official)
async def propose_cancelling(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Check the reason and ask; given the second time with "confirmed", propose it in public."""
    check_officer(ctx)
    reason, deed, digest = form.get("reason"), form.get("do"), ""
    errors: dict[str, str] = {}
    full = await queries.get_poll(session, poll_id)
    try:
        sent = parse(CancelForm, form)
        if deed == "confirmed":
            await service.propose_cancelling(session, ctx.actor, poll_id, reason=sent.reason, now=ctx.now)
            notice = ctx.gettext(
                "Your proposal is public. It takes effect when another official confirms it."
            )
            return see_other(request, f"/polls/{poll_id}/officer", notice=notice, anchor=Act.CANCEL.value)
        if deed != "back":
            digest = service.cancelling_digest(full.poll, sent.reason)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    voters = await queries.count_voters(session, poll_id)
    model = build_cancel(ctx, full, voter_count=voters, reason=reason, digest=digest, errors=errors)
    return page(request, "voting/cancel.html", model, status=422 if errors else 200)


HANDLERS = [
    show_officer,
    announce,
    freeze,
    try_again,
    confirm,
    withdraw,
    show_cancelling,
    propose_cancelling,
]
