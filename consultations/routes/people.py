"""Who comes: the list for organizers and the door, callers, and who has to be called."""

from datetime import timedelta
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.access_log import log_accesses
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import write_csv
from app.kit.web import WebRequest, download, field_errors, get, official, page, post, see_other
from consultations import queries, service
from consultations.forms import CallerForm
from consultations.models import Registration
from consultations.pages.desk import CallsPage, PeoplePage, view_person
from consultations.pages.turnout import view_turnout
from consultations.policy import may_answer_calls, may_register_others, may_see_who_comes
from consultations.queries.door import read_attendances
from consultations.routes.public import get_visible, view_cards
from consultations.states import Coming

SEEN = N_("your name and needs, on the list of who comes to a field consultation")
AHEAD = timedelta(days=60)


@get("/consultations/{consultation_id:uuid}/people", audience=official, writes=True, include_in_schema=False)
async def list_people(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Who comes, who waits, what they need. Reading it is noted, for those it is about."""
    require(may_see_who_comes(ctx.actor))
    model = await _people_page(session, ctx, consultation_id)
    return page(request, "consultations/people.html", model)


async def _people_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> PeoplePage:
    one = await get_visible(session, ctx, consultation_id)
    (card,) = await view_cards(session, ctx, [one])
    rows = await queries.list_registrations(session, one.row.id)
    await _note_reading(session, ctx, rows)
    attendance = (await read_attendances(session, [one.row.id])).get(one.row.id)
    return PeoplePage(
        card=card,
        people=[view_person(row, sequence=one.row.sequence) for row in rows],
        taken=sum(row.places for row in rows if row.state == Coming.CONFIRMED),
        may_add=may_register_others(ctx.actor, one.row, now=ctx.now),
        came={key: standing.people for key, standing in attendance.standings.items()} if attendance else {},
        turnout=view_turnout(attendance) if attendance else None,
        typed=typed or {},
        errors=errors or {},
    )


async def _note_reading(session: AsyncSession, ctx: Ctx, rows: list[Registration]) -> None:
    read = [row.account_id for row in rows if row.account_id]
    await log_accesses(session, reader_id=ctx.actor.id, subject_ids=read, what=SEEN, now=ctx.now)


@get(
    "/consultations/{consultation_id:uuid}/people.csv",
    audience=official,
    writes=True,
    include_in_schema=False,
)
async def download_people(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The same list, to print for the door."""
    require(may_see_who_comes(ctx.actor))
    one = await get_visible(session, ctx, consultation_id)
    rows = await queries.list_expected(session, one.row.id)
    await _note_reading(session, ctx, rows)
    head = ["name", "state", "places", "children", "needs", "language", "via", "code"]
    cells = [
        [row.name, row.state, str(row.places), str(row.children), row.needs, row.language, row.via, row.code]
        for row in rows
    ]
    name = f"{one.row.number or 'consultation'}-people.csv"
    return download(write_csv(head, cells), media_type="text/csv", filename=name)


@post("/consultations/{consultation_id:uuid}/people", audience=official, include_in_schema=False)
async def add_caller(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down somebody who calls."""
    try:
        typed = parse(CallerForm, form)
        own = await service.register_caller(
            session, ctx.actor, consultation_id, typed.read_caller(), typed.read_party(), now=ctx.now
        )
    except FormErrors as refused:
        require(may_see_who_comes(ctx.actor))
        model = await _people_page(
            session,
            ctx,
            consultation_id,
            typed=dict(form.fields),
            errors=field_errors(ctx.locale, refused),
        )
        return page(request, "consultations/people.html", model, status=422)
    notice = ctx.gettext(
        "%(name)s has a place. The code for the door: %(code)s", name=own.name, code=own.code
    )
    if own.state == Coming.WAITING:
        notice = ctx.gettext(
            "%(name)s is on the waiting list, and is called when a place is free.", name=own.name
        )
    return see_other(request, f"/consultations/{consultation_id}/people", notice=notice)


@post(
    "/consultations/{consultation_id:uuid}/people/{registration_id:uuid}",
    audience=official,
    include_in_schema=False,
)
async def mark_called(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
    registration_id: FromPath[UUID],
) -> Response[bytes]:
    """Somebody was called, and knows."""
    seen = int(form.get("seen")) if form.get("seen").isdecimal() else 0
    await service.mark_told(session, ctx.actor, registration_id, seen=seen)
    return see_other(request, "/consultations/calls", notice=ctx.gettext("Noted: called."))


@get("/consultations/calls", audience=official, include_in_schema=False)
async def list_calls(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Where somebody who calls can be registered, and who has to be called about a change."""
    require(may_answer_calls(ctx.actor))
    rows = await queries.list_listed(session, since=ctx.now, until=ctx.now + AHEAD)
    cards = await view_cards(session, ctx, rows)
    to_call = await queries.list_to_call(session, [one.row.id for one in rows])
    calls = [
        (card, [view_person(row, sequence=one.row.sequence) for row in to_call[one.row.id]])
        for one, card in zip(rows, cards, strict=True)
        if one.row.id in to_call
    ]
    return page(request, "consultations/calls.html", CallsPage(coming=cards, calls=calls))


HANDLERS = [list_people, download_people, add_caller, mark_called, list_calls]
