"""The table of a polling place: who is this, have they voted, and the paper that they are given."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries as people
from accounts.errors import InvalidCnp, NoSuchPerson
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from voting import queries, service
from voting.forms.paper import FindForm, ReasonForm
from voting.pages.paper import build_table, build_visitor
from voting.policy import may_see_places

FIELDS = ("document", "name", "birth_year", "reason")
SEARCHES = 400  # of one clerk in a quarter of an hour: a busy table has one visitor every ten seconds
QUARTER = 900  # seconds


@get("/polls/{poll_id:uuid}/places/{number:int}/table", audience=official)
async def show_table(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Whom do you have in front of you?"""
    return await _table(request, session, ctx, poll_id, number)


async def _table(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    poll_id: UUID,
    number: int,
    *,
    found: list[UUID] | None = None,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    require(may_see_places(ctx.actor))
    full = await queries.get_poll(session, poll_id)
    place = await queries.get_place(session, poll_id, number)
    rows = []
    for account_id in found or []:
        account = await people.get_account(session, account_id)
        residence = await people.find_residence(session, account_id)
        rows.append((account_id, account.name, residence.area if residence else ""))
    model = build_table(
        ctx,
        full,
        place,
        given=(await queries.count_papers(session, poll_id)).get(number, 0),
        found=rows,
        form=None if form is None else {name: form.get(name) for name in FIELDS},
        errors=errors,
    )
    return page(request, "voting/table.html", model, status=422 if errors else 200)


@post("/polls/{poll_id:uuid}/places/{number:int}/table", audience=official)
async def find_visitor(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """By document, or by all of the name with the year of birth; whoever is found sees it."""
    require(may_see_places(ctx.actor))
    await ctx.services.limiter.check(f"table-account:{ctx.actor.id}", limit=SEARCHES, seconds=QUARTER)
    try:
        typed = parse(FindForm, form)
        found = await service.find_visitors(
            session,
            ctx.actor,
            poll_id,
            number,
            document=typed.document,
            name=typed.name,
            birth_year=typed.birth_year,
            now=ctx.now,
        )
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    except (InvalidCnp, NoSuchPerson) as refused:
        field = "document" if form.get("document") else "name"
        text = error_text(ctx.locale, refused)
        if isinstance(refused, NoSuchPerson):
            text = ctx.gettext(
                "Nobody is found. A person without an account goes to the residence desk first."
            )
        errors = {field: text}
    else:
        if len(found) == 1:
            return see_other(request, f"/polls/{poll_id}/places/{number}/table/{found[0]}")
        return await _table(request, session, ctx, poll_id, number, found=found, form=form)
    return await _table(request, session, ctx, poll_id, number, form=form, errors=errors)


@get("/polls/{poll_id:uuid}/places/{number:int}/table/{account_id:uuid}", audience=official, writes=True)
async def show_visitor(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """One person: whether they have voted, here, elsewhere or on the web."""
    return await _visitor(request, session, ctx, poll_id, number, account_id)


async def _visitor(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    poll_id: UUID,
    number: int,
    account_id: UUID,
    *,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    visitor = await service.open_visitor(session, ctx.actor, poll_id, number, account_id, now=ctx.now)
    full = await queries.get_poll(session, poll_id)
    place = await queries.get_place(session, poll_id, number)
    where = ""
    if visitor.mark is not None:
        where = (await queries.get_place(session, poll_id, visitor.mark.place)).name
    model = build_visitor(ctx, full, place, visitor, given_where=where, reason=reason, errors=errors)
    return page(request, "voting/visitor.html", model, status=422 if errors else 200)


@post("/polls/{poll_id:uuid}/places/{number:int}/table/{account_id:uuid}/give", audience=official)
async def give_paper(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """Note that a paper was given; the notice leads back in case of a slip."""
    await service.give_paper(session, ctx.actor, poll_id, number, account_id, now=ctx.now)
    notice = ctx.gettext("Noted: one paper was given out.")
    return see_other(request, f"/polls/{poll_id}/places/{number}/table/{account_id}", notice=notice)


@post("/polls/{poll_id:uuid}/places/{number:int}/table/{account_id:uuid}/undo", audience=official)
async def undo_paper(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """Take back a slip of the hand."""
    try:
        reason = parse(ReasonForm, form).reason
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        typed = form.get("reason")
        return await _visitor(request, session, ctx, poll_id, number, account_id, reason=typed, errors=errors)
    await service.undo_paper(session, ctx.actor, poll_id, number, account_id, reason=reason, now=ctx.now)
    notice = ctx.gettext("The note is taken back; the reason is public.")
    return see_other(request, f"/polls/{poll_id}/places/{number}/table/{account_id}", notice=notice)


@post("/polls/{poll_id:uuid}/places/{number:int}/table/assisted", audience=official)
async def note_assisted(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """One person more, or one fewer, who voted on the desk's device with help."""
    take_back = form.get("do") == "less"
    await service.note_assisted(session, ctx.actor, poll_id, number, take_back=take_back, now=ctx.now)
    return see_other(request, f"/polls/{poll_id}/places/{number}/table", anchor="assisted")


@post("/polls/{poll_id:uuid}/places/{number:int}/table/close", audience=official)
async def close_place(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Give no more papers out at this place."""
    if form.get("sure") != "yes":
        errors = {"sure": ctx.gettext("Tick this if the place is to be closed.")}
        return await _table(request, session, ctx, poll_id, number, errors=errors)
    await service.close_place(session, ctx.actor, poll_id, number, now=ctx.now)
    notice = ctx.gettext("The polling place is closed.")
    return see_other(request, f"/polls/{poll_id}/places/{number}/table", notice=notice)


@post("/polls/{poll_id:uuid}/places/{number:int}/table/reopen", audience=official)
async def reopen_place(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Give papers out again at a place that was closed by mistake."""
    try:
        reason = parse(ReasonForm, form).reason
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        return await _table(request, session, ctx, poll_id, number, form=form, errors=errors)
    await service.reopen_place(session, ctx.actor, poll_id, number, reason=reason, now=ctx.now)
    notice = ctx.gettext("The polling place is open again; the reason is public.")
    return see_other(request, f"/polls/{poll_id}/places/{number}/table", notice=notice)


HANDLERS = [
    show_table,
    find_visitor,
    show_visitor,
    give_paper,
    undo_paper,
    note_assisted,
    close_place,
    reopen_place,
]
