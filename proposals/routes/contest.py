"""Contesting a verdict: the author's form, the department's list, and upholding."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, typed_id
from app.kit.policy import Verdict, require
from app.kit.web import (
    WebRequest,
    error_text,
    field_errors,
    get,
    official,
    page,
    post,
    see_other,
    signed_in,
)
from proposals import queries, service
from proposals.errors import AlreadyJudged, ContestationNotFound, IdeaNotFound
from proposals.forms import ContestForm, UpholdForm
from proposals.pages import contest as pages
from proposals.policy import may_contest, may_review, may_uphold
from proposals.routes.review import get_sent
from proposals.states import IdeaState


async def ask_contest(session: AsyncSession, ctx: Ctx, about: queries.About) -> Verdict:
    """Whether who looks may contest the verdict on this idea now."""
    idea, verdict = about.idea, about.verdict
    is_theirs = ctx.actor is not None and ctx.actor.id == idea.author_id  # else nothing more is asked
    return may_contest(
        ctx.actor,
        idea,
        until=service.contest_until(verdict, days_off=await list_days_off(session)) if is_theirs else None,
        today=local_date(ctx.now),
        is_final=is_theirs and verdict is not None and await queries.is_final(session, verdict.id),
        at_vote=is_theirs and about.project is not None and await queries.is_frozen(session, idea.cycle_id),
    )


# ── the author ────────────────────────────────────────────────────────────────
@get("/ideas/{idea_id:uuid}/contest", audience=signed_in, include_in_schema=False)
async def show_contest(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The form with which an author contests the verdict."""
    return page(request, "proposals/contest.html", await _build_form(session, ctx, idea_id))


async def _build_form(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> pages.ContestPage:
    about = await queries.read_about(session, idea_id, None)
    idea, verdict = about.idea, about.verdict
    if idea.state == IdeaState.DRAFT:
        raise IdeaNotFound()
    require(await ask_contest(session, ctx, about))
    if verdict is None:
        raise IdeaNotFound()
    return pages.ContestPage(
        idea_id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        verdict_id=str(verdict.id),
        verdict_title=pages.verdict_title(verdict),
        verdict_text=verdict.text,
        until=service.contest_until(verdict, days_off=await list_days_off(session)),
        decide_days=about.rules.decide_days,
    )


@post("/ideas/{idea_id:uuid}/contest", audience=signed_in, include_in_schema=False)
async def contest(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Contest the verdict, in public."""
    model = await _build_form(session, ctx, idea_id)
    try:
        typed = parse(ContestForm, form)
        await service.contest_verdict(
            session, ctx.actor, idea_id, verdict_id=typed_id(typed.verdict), text=typed.contest, now=ctx.now
        )
    except FormErrors as refused:
        errors, status = field_errors(ctx.locale, refused), 422
    except AlreadyJudged as refused:
        errors, status = {"": error_text(ctx.locale, refused)}, 409
    else:
        notice = ctx.gettext("Your contestation was registered. A colleague of those who decided answers it.")
        return see_other(request, f"/ideas/{idea_id}", notice=notice, anchor="timeline")
    model = msgspec.structs.replace(model, contest=form.get("contest"), errors=errors)
    return page(request, "proposals/contest.html", model, status=status)


# ── the department ────────────────────────────────────────────────────────────
@get("/review/contestations", audience=official, include_in_schema=False)
async def list_contestations(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Contestations that are to be decided, the most urgent first."""
    require(may_review(ctx.actor))
    today, days_off = local_date(ctx.now), await list_days_off(session)
    rows = [
        pages.view_contestation(one, idea, today=today, days_off=days_off)
        for one, idea in await queries.list_open_contestations(session)
    ]
    return page(request, "proposals/contestations.html", pages.ContestationsPage(rows))


@get("/review/ideas/{idea_id:uuid}/contestation", audience=official, include_in_schema=False)
async def show_contestation(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The contestation beside the verdict, and what can be decided."""
    return page(request, "proposals/uphold.html", await _build_uphold(session, ctx, idea_id))


async def _build_uphold(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> pages.UpholdPage:
    require(may_review(ctx.actor))
    idea = await get_sent(session, idea_id)
    one = await queries.find_open_contestation(session, idea.id)
    verdict = await queries.find_verdict(session, idea.id)
    if one is None or verdict is None:
        raise ContestationNotFound()
    today, days_off = local_date(ctx.now), await list_days_off(session)
    is_prepared = await queries.find_prepared(session, idea.id) is not None
    return pages.UpholdPage(
        contestation=pages.view_contestation(one, idea, today=today, days_off=days_off),
        verdict_title=pages.verdict_title(verdict),
        verdict_text=verdict.text,
        verdict_by=verdict.reviewer_name,
        standing=str(verdict.id),
        may_uphold=may_uphold(ctx.actor, idea, barred=service.whose(verdict), is_prepared=is_prepared),
    )


@post("/review/ideas/{idea_id:uuid}/contestation", audience=official, include_in_schema=False)
async def uphold(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Decide that the verdict stands, in public."""
    model = await _build_uphold(session, ctx, idea_id)
    require(model.may_uphold)
    try:
        text = parse(UpholdForm, form).text
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = msgspec.structs.replace(model, text=form.get("text"), errors=errors)
        return page(request, "proposals/uphold.html", model, status=422)
    await service.uphold_verdict(session, ctx.actor, idea_id, text=text, now=ctx.now)
    notice = ctx.gettext("The decision was published.")
    return see_other(request, f"/ideas/{idea_id}", notice=notice, anchor="timeline")


HANDLERS = [show_contest, contest, list_contestations, show_contestation, uphold]
