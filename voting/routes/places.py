"""Polling places: the public list, the officer's, the list of work, the printed ballot."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors, NotFound
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, error_text, field_errors, get, official, page, post, see_other
from voting import queries, service
from voting.errors import PlaceNumberTaken
from voting.forms import shuffled
from voting.forms.paper import PlaceForm
from voting.pages.paper import build_public, build_setup, build_work
from voting.pages.poll import deed_text
from voting.pages.sheets import build_ballot_print
from voting.policy import may_officiate, may_see_places
from voting.routes.public import visible_poll
from voting.service import contest_of
from voting.states import COUNTED_STATES

FIELDS = ("number", "name", "address", "hours")


@get("/places", audience=official)
async def show_work(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What there is to do at polling places, vote by vote."""
    require(may_see_places(ctx.actor))
    found = []
    for poll in await queries.list_polls_with_places(session):
        full = await queries.get_poll(session, poll.id)
        places = await queries.list_places(session, poll.id)
        found.append((full, places, await queries.count_papers(session, poll.id)))
    return page(request, "voting/places_work.html", build_work(ctx, found))


@get("/polls/{poll_id:uuid}/places", audience=anyone)
async def show_places(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Where people vote on paper; after the count, each place's protocol."""
    full = await visible_poll(session, ctx, poll_id)
    places = await queries.list_places(session, poll_id)
    if not places:
        raise NotFound()
    is_counted = full.facts.state in COUNTED_STATES
    part = await service.load_paper_summary(session, full.poll) if is_counted else None
    return page(request, "voting/places.html", build_public(ctx, full, places, part))


@get("/polls/{poll_id:uuid}/officer/places", audience=official)
async def show_setup(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The officer's list, with the form for one more place."""
    return await _setup(request, session, ctx, poll_id)


@get("/polls/{poll_id:uuid}/officer/places/{number:int}", audience=official)
async def show_place(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """One place, to be changed or taken off the list."""
    await queries.get_place(session, poll_id, number)
    return await _setup(request, session, ctx, poll_id, changing=number)


async def _setup(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    poll_id: UUID,
    *,
    changing: int = 0,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    require(may_officiate(ctx.actor))
    full = await queries.get_poll(session, poll_id)
    places = await queries.list_places(session, poll_id)
    typed = {name: form.get(name) for name in FIELDS} if form else None
    model = build_setup(ctx, full, places, changing=changing, form=typed, errors=errors)
    return page(request, "voting/places_setup.html", model, status=422 if errors else 200)


@post("/polls/{poll_id:uuid}/officer/places", audience=official)
async def add_place(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Name one more place."""
    try:
        draft = parse(PlaceForm, form).draft()
        await service.add_place(session, ctx.actor, poll_id, draft, now=ctx.now)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    except PlaceNumberTaken as refused:
        errors = {"number": error_text(ctx.locale, refused)}
    else:
        notice = ctx.gettext("The polling place is on the list.")
        return see_other(request, f"/polls/{poll_id}/officer/places", notice=notice)
    return await _setup(request, session, ctx, poll_id, form=form, errors=errors)


@post("/polls/{poll_id:uuid}/officer/places/{number:int}", audience=official)
async def change_place(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Write a place anew, or take it off the list."""
    if form.get("do") == "remove":
        await service.remove_place(session, ctx.actor, poll_id, number, now=ctx.now)
        notice = ctx.gettext("The polling place is off the list.")
        return see_other(request, f"/polls/{poll_id}/officer/places", notice=notice)
    form.fields.append(("number", str(number)))  # it stays: papers are printed for it
    try:
        draft = parse(PlaceForm, form).draft()
        await service.change_place(session, ctx.actor, poll_id, draft, now=ctx.now)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        return await _setup(request, session, ctx, poll_id, changing=number, form=form, errors=errors)
    notice = ctx.gettext("The polling place is changed.")
    return see_other(request, f"/polls/{poll_id}/officer/places", notice=notice)


@get("/polls/{poll_id:uuid}/paper-ballot", audience=official)
async def print_ballot(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The paper ballot, to be printed: options in an order that the seal of the list gives."""
    require(may_see_places(ctx.actor))
    full = await visible_poll(session, ctx, poll_id)
    contest = contest_of(full.poll)
    options = await queries.list_options(session, poll_id)
    order = shuffled(full.poll.contest_digest, [option.number for option in options])
    model = build_ballot_print(ctx, full, contest, options, order, deed_text(ctx, contest))
    return page(request, "voting/paper_ballot.html", model)


HANDLERS = [
    show_work,
    show_places,
    show_setup,
    show_place,
    add_place,
    change_place,
    print_ballot,
]
