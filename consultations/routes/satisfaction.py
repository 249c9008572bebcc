"""What participants say of consultations; and where one comes oneself."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    field_errors,
    get,
    official,
    page,
    post,
    see_other,
    signed_in,
)
from consultations import queries, service
from consultations.forms.afterwards import OpinionForm
from consultations.pages.programme import view_own
from consultations.pages.satisfaction import MinePage, MineRow, OpinionPage, OpinionsPage
from consultations.pages.tables import view_table
from consultations.policy import may_organize
from consultations.queries import satisfaction as stored
from consultations.queries.minutes import map_first_minutes
from consultations.routes.afterwards import may_say
from consultations.routes.coming import PRIVATE
from consultations.routes.public import get_visible, view_cards
from consultations.rules.satisfaction import QUESTION_TITLES, Question, closes_on
from consultations.states import Coming


async def _opinion_page(session: AsyncSession, ctx: Ctx, code: str) -> OpinionPage:
    ticket = await queries.get_registration_by_code(session, code)
    (one,) = await queries.list_listed(session, ids=[ticket.consultation_id])
    (card,) = await view_cards(session, ctx, [one])
    said = await stored.find_opinion(session, ticket.id)
    typed = (
        {question.value: str(point) for question, point in stored.read_given(said).items()} if said else {}
    )
    return OpinionPage(
        card=card,
        code=ticket.code,
        questions=[(question.value, QUESTION_TITLES[question]) for question in Question],
        last=closes_on(local_date(one.row.ends_at)),
        is_change=said is not None,
        verdict=await may_say(session, ctx, one.row, ticket),
        typed=typed | ({"comment": said.comment} if said else {}),
    )


@get("/consultations/tickets/{code:str}/opinion", audience=anyone, include_in_schema=False)
async def show_opinion(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    code: FromPath[str],
) -> Response[bytes]:
    """Say how it was, for whoever has the ticket."""
    model = await _opinion_page(session, ctx, code)
    return page(request, "consultations/satisfaction_form.html", model, headers=PRIVATE)


@post("/consultations/tickets/{code:str}/opinion", audience=anyone, include_in_schema=False)
async def give_opinion(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    code: FromPath[str],
) -> Response[bytes]:
    """Keep what is said, or what it is changed to."""
    model = await _opinion_page(session, ctx, code)
    require(model.verdict)
    try:
        answers = parse(OpinionForm, form).read_answers()
    except FormErrors as refused:
        again = OpinionPage(
            card=model.card,
            code=model.code,
            questions=model.questions,
            last=model.last,
            is_change=model.is_change,
            verdict=model.verdict,
            typed=dict(form.fields),
            errors=field_errors(ctx.locale, refused),
        )
        return page(request, "consultations/satisfaction_form.html", again, status=422, headers=PRIVATE)
    await service.give_opinion(session, code, answers, now=ctx.now)
    notice = ctx.gettext("Thank you. You can change it until the term is over.")
    return see_other(request, f"/consultations/tickets/{model.code}/opinion", notice=notice)


@get("/consultations/{consultation_id:uuid}/opinions", audience=official, include_in_schema=False)
async def list_opinions(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """What was said, for organizers: the words are nobody else's to read, and have no names."""
    require(may_organize(ctx.actor))
    one = await get_visible(session, ctx, consultation_id)
    rows = await stored.list_opinions(session, one.row.id)
    (card,) = await view_cards(session, ctx, [one])
    tables = await stored.map_tables(session, [one.row.id], now=ctx.now)
    model = OpinionsPage(
        card=card,
        table=view_table(tables.get(one.row.id), ctx.locale),
        answers=len(rows),
        comments=[row.comment for row in rows if row.comment],
        last=closes_on(local_date(one.row.ends_at)),
    )
    return page(request, "consultations/satisfaction.html", model)


# ── one's own ─────────────────────────────────────────────────────────────────
@get("/consultations/mine", audience=signed_in, include_in_schema=False)
async def list_mine(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Where one comes, with the tickets and the place on the waiting list; and where one was."""
    accounts = await list_same_person(session, ctx.actor.id)
    own = {
        row.id: one
        for one, row in reversed(await queries.list_coming_of(session, accounts))
        if one.state != Coming.WITHDRAWN
    }
    listed = await queries.list_listed(session, ids=list(own), newest_first=True)
    minutes = await map_first_minutes(session, list(own))
    rows = []
    for one, card in zip(listed, await view_cards(session, ctx, listed), strict=True):
        ticket = own[one.row.id]
        waits = ticket.state == Coming.WAITING
        rows.append(
            MineRow(
                card=card,
                own=view_own(ticket, await queries.list_waiting(session, one.row.id) if waits else []),
                code=ticket.code,
                may_give_opinion=bool(await may_say(session, ctx, one.row, ticket)),
                has_opinion=await stored.find_opinion(session, ticket.id) is not None,
                has_minutes=one.row.id in minutes,
            )
        )
    model = MinePage(
        coming=[one for one in reversed(rows) if not one.card.is_over],
        past=[one for one in rows if one.card.is_over],
    )
    return page(request, "consultations/mine.html", model)


HANDLERS = [show_opinion, give_opinion, list_opinions, list_mine]
