"""The officer's forms before a vote is announced: how it is counted, and elections with their candidates."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import ALLOW, Verdict, deny, require
from app.kit.web import WebRequest, field_errors, get, official, page, post, see_other
from cycles.models import Cycle
from cycles.policy import may_change_vote
from cycles.queries import get_cycle_by_slug, get_stage, list_areas
from cycles.states import CycleKind, StageKind
from voting import queries, service
from voting.errors import AlreadyFrozen
from voting.forms.settings import OpeningForm, read_election, read_settings
from voting.pages.settings import build_election, build_vote_settings
from voting.policy import may_change_election, may_officiate
from voting.routes.officer import check_officer
from voting.states import PollState


async def _load(session: AsyncSession, ctx: Ctx, slug: str) -> tuple[Cycle, Verdict]:
    """The cycle, and whether this official may still choose. Raises: CycleNotFound, Forbidden."""
    require(may_officiate(ctx.actor))
    cycle = await get_cycle_by_slug(session, slug)
    stage = await get_stage(session, cycle.id, StageKind.VOTE)
    verdict = may_change_vote(ctx.actor, stage, is_imported=cycle.is_imported, now=ctx.now)
    found = await queries.find_poll_state(session, cycle.id)
    if cycle.kind != CycleKind.BUDGET or (found is not None and found[1] is not PollState.CANCELLED):
        verdict = deny(AlreadyFrozen.default)
    return cycle, verdict


@get("/cycles/{slug:str}/vote-settings", audience=official)
async def show_settings(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """The rule, the ballot, its limits and the ties of a vote on projects that is to come."""
    cycle, verdict = await _load(session, ctx, slug)
    model = build_vote_settings(ctx, cycle, await list_areas(session, cycle.id), may_change=verdict)
    return page(request, "voting/vote_settings.html", model)


@post("/cycles/{slug:str}/vote-settings", audience=official)
async def choose_settings(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    slug: FromPath[str],
) -> Response[bytes]:
    """Choose how the vote is counted, in public."""
    cycle, verdict = await _load(session, ctx, slug)
    require(verdict)
    try:
        await service.choose_settings(session, ctx.actor, cycle.id, read_settings(form), now=ctx.now)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        areas = await list_areas(session, cycle.id)
        model = build_vote_settings(ctx, cycle, areas, may_change=ALLOW, form=form, errors=errors)
        return page(request, "voting/vote_settings.html", model, status=422)
    notice = ctx.gettext("Saved. How the vote is counted is public from now on.")
    return see_other(request, f"/cycles/{slug}", notice=notice, anchor="rule")


@get("/polls/new", audience=official)
async def write_election(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """An empty form for an election."""
    check_officer(ctx)
    return page(request, "voting/election.html", build_election(ctx))


@post("/polls/new", audience=official)
async def create_election(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Save the draft of an election; or show more lines for candidates."""
    check_officer(ctx)
    if form.get("do") == "more":
        return page(request, "voting/election.html", build_election(ctx, form=form))
    errors: dict[str, str] = {}
    election = None
    try:
        election = read_election(form)
    except FormErrors as refused:
        errors |= field_errors(ctx.locale, refused)
    try:
        dates = parse(OpeningForm, form)
        opens_at, closes_at = dates.opens_at, dates.closes_at
        if election is not None:
            poll = await service.create_election(
                session, ctx.actor, election, opens_at=opens_at, closes_at=closes_at, now=ctx.now
            )
            notice = ctx.gettext("The draft is saved. Announce it when it is right.")
            return see_other(request, f"/polls/{poll.id}/officer", notice=notice)
    except FormErrors as refused:
        errors |= field_errors(ctx.locale, refused)
    return page(request, "voting/election.html", build_election(ctx, form=form, errors=errors), status=422)


@get("/polls/{poll_id:uuid}/officer/election", audience=official)
async def show_election(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The draft of an election, to be changed."""
    full = await queries.get_poll(session, poll_id)
    require(may_change_election(ctx.actor, full.facts, is_election=full.is_election))
    options = await queries.list_options(session, poll_id)
    return page(request, "voting/election.html", build_election(ctx, full=full, options=options))


@post("/polls/{poll_id:uuid}/officer/election", audience=official)
async def change_election(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Write the draft anew; or show more lines for candidates."""
    full = await queries.get_poll(session, poll_id)
    require(may_change_election(ctx.actor, full.facts, is_election=full.is_election))
    errors: dict[str, str] = {}
    if form.get("do") != "more":
        try:
            election = read_election(form)
            await service.change_election(session, ctx.actor, poll_id, election, now=ctx.now)
            notice = ctx.gettext("The draft is saved. Announce it when it is right.")
            return see_other(request, f"/polls/{poll_id}/officer", notice=notice)
        except FormErrors as refused:
            errors = field_errors(ctx.locale, refused)
    model = build_election(ctx, full=full, form=form, errors=errors)
    return page(request, "voting/election.html", model, status=422 if errors else 200)


HANDLERS = [
    show_settings,
    choose_settings,
    write_election,
    create_election,
    show_election,
    change_election,
]
