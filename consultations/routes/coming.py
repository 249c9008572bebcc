"""Coming to a consultation: registering, changing it, withdrawing; the ticket."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.pages import qr_svg
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.web import WebRequest, anyone, field_errors, get, page, post, see_other, signed_in
from consultations import queries, service
from consultations.forms import PartyForm
from consultations.pages.programme import TicketPage, view_own
from consultations.policy import takes_registrations
from consultations.routes.afterwards import may_say
from consultations.routes.public import build_page, get_visible, view_cards
from consultations.states import Coming

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}


@post("/consultations/{consultation_id:uuid}/registration", audience=signed_in, include_in_schema=False)
async def change_registration(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Come, change who comes along, or no longer come."""
    await get_visible(session, ctx, consultation_id)
    path = f"/consultations/{consultation_id}"
    if form.get("do") == "withdraw":
        await service.withdraw(session, ctx.actor, consultation_id, now=ctx.now)
        notice = ctx.gettext("You are no longer registered. Whoever waited first has your place.")
        return see_other(request, path, notice=notice, anchor="come")
    try:
        party = parse(PartyForm, form).read_party()
        own = await service.register(session, ctx.actor, consultation_id, party, now=ctx.now)
    except FormErrors as refused:
        model = await build_page(
            session,
            ctx,
            consultation_id,
            typed=dict(form.fields),
            errors=field_errors(ctx.locale, refused),
        )
        return page(request, "consultations/consultation.html", model, status=422)
    notice = ctx.gettext("You have a place. Your ticket is in your e-mail, and on this page.")
    if own.state == Coming.WAITING:
        notice = ctx.gettext("You are on the waiting list. We write to you as soon as a place becomes free.")
    return see_other(request, path, notice=notice, anchor="come")


@get("/consultations/tickets/{code:str}", audience=anyone, include_in_schema=False)
async def show_ticket(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    code: FromPath[str],
) -> Response[bytes]:
    """A ticket, with its code for the door, for whoever has its address."""
    return page(request, "consultations/ticket.html", await _ticket_page(session, ctx, code), headers=PRIVATE)


async def _ticket_page(session: AsyncSession, ctx: Ctx, code: str) -> TicketPage:
    one = await queries.get_registration_by_code(session, code)
    (listed,) = await queries.list_listed(session, ids=[one.consultation_id])
    (card,) = await view_cards(session, ctx, [listed])
    waiting = await queries.list_waiting(session, one.consultation_id)
    address = ctx.absolute(f"/consultations/tickets/{one.code}")
    return TicketPage(
        card=card,
        name=one.name,
        own=view_own(one, waiting),
        code=one.code,
        qr=qr_svg(address, title=ctx.gettext("Your ticket as a QR code")),
        may_withdraw=takes_registrations(listed.row, now=ctx.now),
        may_give_opinion=await may_say(session, ctx, listed.row, one),
    )


@post("/consultations/tickets/{code:str}", audience=anyone, include_in_schema=False)
async def withdraw_by_ticket(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    code: FromPath[str],
) -> Response[bytes]:
    """No longer come, by the ticket."""
    one = await service.withdraw_by_ticket(session, code, now=ctx.now)
    notice = ctx.gettext("You are no longer registered. Whoever waited first has your place.")
    return see_other(request, f"/consultations/tickets/{one.code}", notice=notice)


HANDLERS = [change_registration, show_ticket, withdraw_by_ticket]
