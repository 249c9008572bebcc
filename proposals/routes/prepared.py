"""Verdicts that are not public yet: list, one of them, confirming, sending back, publishing all early."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors, NotFound
from app.kit.forms import Form, parse
from app.kit.outbox import enqueue
from app.kit.policy import require
from app.kit.web import WebRequest, field_errors, get, official, page, post, see_other
from cycles.queries import get_cycle, get_cycle_by_slug
from proposals import queries, service
from proposals.forms import SendBackForm
from proposals.models import Verdict
from proposals.pages import prepared as pages
from proposals.pages.projects import title_of
from proposals.policy import may_review, may_see_inside
from proposals.routes.review import find_barred, has_interest


@get("/review/prepared", audience=official, include_in_schema=False)
async def list_prepared(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every verdict that waits, the oldest first."""
    require(may_review(ctx.actor))
    own = await queries.list_interests(session, ctx.actor.id)
    rows = [
        pages.build_row(
            row[0],
            row,
            ctx.actor,
            cycle_title=row.cycle_title if ctx.locale == "ro" else row.cycle_title_en,
            publish_at=row.publish_at,
            now=ctx.now,
        )
        for row in await queries.list_prepared(session, leave_out=own)
    ]
    model = pages.PreparedListPage(rows=rows, cycles=await _list_held(session, ctx))
    return page(request, "proposals/prepared.html", model)


async def _list_held(session: AsyncSession, ctx: Ctx) -> list[pages.HeldCycle]:
    rows = await queries.list_held_cycles(session, now=ctx.now)
    return pages.build_held(rows, ctx.actor, ctx.locale, now=ctx.now)


@get("/review/prepared/{prepared_id:uuid}", audience=official, include_in_schema=False)
async def show_prepared(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    prepared_id: FromPath[UUID],
) -> Response[bytes]:
    """One verdict that waits, in full."""
    return page(request, "proposals/prepared_verdict.html", await _build_page(session, ctx, prepared_id))


async def _build_page(session: AsyncSession, ctx: Ctx, prepared_id: UUID) -> pages.PreparedPage:
    require(may_review(ctx.actor))
    prepared = await queries.get_prepared(session, prepared_id)
    idea = await queries.get_idea(session, prepared.idea_id)
    require(may_see_inside(ctx.actor, idea, has_conflict=await has_interest(session, ctx, idea.id)))
    ruling = service.read_ruling(prepared)
    rules, cycle = await queries.get_rules(session, idea.cycle_id), await get_cycle(session, idea.cycle_id)
    row = pages.build_row(
        prepared,
        idea,
        ctx.actor,
        cycle_title=title_of(cycle, ctx.locale),
        publish_at=rules.publish_at,
        now=ctx.now,
    )
    return pages.build_page(
        row,
        prepared,
        idea,
        ruling,
        ctx.actor,
        ctx.locale,
        reason=await queries.get_reason(session, ruling.reason_code) if ruling.reason_code else None,
        target=await queries.get_idea(session, ruling.into_id) if ruling.into_id else None,
        barred=await find_barred(session, idea),
    )


@post("/review/prepared/{prepared_id:uuid}/confirm", audience=official, include_in_schema=False)
async def confirm(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    prepared_id: FromPath[UUID],
) -> Response[bytes]:
    """Be the second pair of eyes."""
    require(may_review(ctx.actor))
    given = await service.confirm_prepared(session, ctx.actor, prepared_id, now=ctx.now)
    if isinstance(given, Verdict):
        notice = ctx.gettext("The decision was published.")
        return see_other(request, f"/ideas/{given.idea_id}", notice=notice, anchor="timeline")
    notice = ctx.gettext("You have confirmed the decision. It waits for the moment of publication.")
    return see_other(request, f"/review/prepared/{prepared_id}", notice=notice)


@post("/review/prepared/{prepared_id:uuid}/send-back", audience=official, include_in_schema=False)
async def send_back(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    prepared_id: FromPath[UUID],
) -> Response[bytes]:
    """Do not publish it; say why."""
    model = await _build_page(session, ctx, prepared_id)
    try:
        why = parse(SendBackForm, form).why
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = msgspec.structs.replace(model, why=form.get("why"), errors=errors)
        return page(request, "proposals/prepared_verdict.html", model, status=422)
    await service.send_back_prepared(session, ctx.actor, prepared_id, why=why, now=ctx.now)
    notice = ctx.gettext("The decision was sent back. The idea can be decided on anew.")
    return see_other(request, f"/review/ideas/{model.idea_id}", notice=notice)


@get("/review/release/{slug:str}", audience=official, include_in_schema=False)
async def ask_release(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """Ask before the verdicts of a cycle are published early."""
    require(may_review(ctx.actor))
    held = next((one for one in await _list_held(session, ctx) if one.slug == slug), None)
    if held is None:
        raise NotFound()
    return page(request, "proposals/release.html", pages.ReleasePage(held))


@post("/review/release/{slug:str}", audience=official, include_in_schema=False)
async def release(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """Publish all verdicts of a cycle that are ready, now."""
    require(may_review(ctx.actor))
    cycle = await get_cycle_by_slug(session, slug)
    count = await service.release_verdicts(session, ctx.actor, cycle.id, now=ctx.now)
    enqueue(session, "proposals.jobs.publish_prepared")
    notice = ctx.ngettext(
        "%(num)s decision is being published.", "%(num)s decisions are being published.", count
    )
    return see_other(request, "/review/prepared", notice=notice)


HANDLERS = [list_prepared, show_prepared, confirm, send_back, ask_release, release]
