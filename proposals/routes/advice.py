"""Advice: asking other departments about an idea, their answers, taking a question back."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse, query_form
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import uuids
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import AdviceChanged
from proposals.forms.advice import AdviceAnswerForm, AskAdviceForm, WithdrawAdviceForm
from proposals.pages import advice as pages
from proposals.pages.words import name_of
from proposals.policy import (
    may_advise,
    may_ask_advice,
    may_review,
    may_see_inside,
    may_touch,
    may_withdraw_advice,
)
from proposals.routes.review import get_sent, has_interest, read_advice
from proposals.states import ADVICE_DAYS, days_left


# ── what waits ────────────────────────────────────────────────────────────────
@get("/review/advice", audience=official, include_in_schema=False)
async def list_advice(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What departments are asked and have not answered, the most urgent first: one's own, or all."""
    require(may_review(ctx.actor))
    show = "all" if query_form(request).get("show") == "all" else "mine"
    rows = await list_cards(session, ctx, own=show == "mine")
    return page(request, "proposals/advice_list.html", pages.AdviceListPage(rows, show))


async def list_cards(
    session: AsyncSession, ctx: Ctx, *, own: bool, limit: int = 500
) -> list[pages.AdviceCard]:
    """What waits for an answer of one's departments, or of all; never about one's own idea."""
    if ctx.actor is None:
        return []
    today, days_off = local_date(ctx.now), await list_days_off(session)
    rows = await queries.list_open_advice(session, of=ctx.actor.id if own else None, limit=limit)
    hidden = await queries.list_interests(session, ctx.actor.id) if rows else set()
    return [
        pages.view_card(pages.view_advice(advice, of, [], ctx.locale, today=today, days_off=days_off), idea)
        for advice, of, idea in rows
        if idea.id not in hidden
    ]


# ── asking ────────────────────────────────────────────────────────────────────
@get("/review/ideas/{idea_id:uuid}/advice", audience=official, include_in_schema=False)
async def show_ask(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The form with which departments are asked about an idea."""
    return page(request, "proposals/advice_ask.html", await _build_ask(session, ctx, idea_id))


async def _build_ask(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> pages.AskAdvicePage:
    require(may_review(ctx.actor))
    idea = await get_sent(session, idea_id)
    is_contested = await queries.find_open_contestation(session, idea.id) is not None
    is_prepared = await queries.find_prepared(session, idea.id) is not None
    require(may_ask_advice(ctx.actor, idea, is_contested=is_contested, is_prepared=is_prepared))
    require(may_touch(has_conflict=await has_interest(session, ctx, idea.id)))
    today, days_off = local_date(ctx.now), await list_days_off(session)
    limit_on = await service.find_advice_limit(session, idea, today=today, days_off=days_off)
    most = max(0, days_left(limit_on, today=today, days_off=days_off))
    asked = await read_advice(session, ctx, idea.id)
    departments = [one for one in await queries.list_departments(session) if one.id != idea.department_id]
    return pages.AskAdvicePage(
        id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        limit_on=limit_on,
        most_days=most,
        departments=[(str(one.id), name_of(one, ctx.locale)) for one in departments],
        asked=[one for one in asked if one.state == "open"],
        ticked=[],
        values={"days": str(min(ADVICE_DAYS, most))},
    )


@post("/review/ideas/{idea_id:uuid}/advice", audience=official, include_in_schema=False)
async def ask(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask the ticked departments."""
    model = await _build_ask(session, ctx, idea_id)
    ticked = form.get_all("department")
    try:
        typed = _read_ask(form)
        asked = await service.ask_advice(
            session,
            ctx.actor,
            idea_id,
            department_ids=list(uuids(ticked)),
            question=typed.question,
            term_days=typed.days,
            now=ctx.now,
        )
    except FormErrors as refused:
        values = {name: form.get(name) for name in ("question", "days")}
        errors = field_errors(ctx.locale, refused)
        model = msgspec.structs.replace(model, values=values, ticked=ticked, errors=errors)
        return page(request, "proposals/advice_ask.html", model, status=422)
    notice = ctx.ngettext("%(num)s department was asked.", "%(num)s departments were asked.", len(asked))
    return see_other(request, f"/review/ideas/{idea_id}", notice=notice, anchor="advice")


def _read_ask(form: Form) -> AskAdviceForm:
    """What is asked, with every error at once. Raises: FormErrors."""
    nobody = (
        {}
        if uuids(form.get_all("department"))
        else {"department": Invalid(N_("Tick at least one department"))}
    )
    try:
        typed = parse(AskAdviceForm, form)
    except FormErrors as refused:
        raise FormErrors({**nobody, **refused.errors}) from None
    if nobody:
        raise FormErrors({**nobody})
    return typed


# ── one question ──────────────────────────────────────────────────────────────
@get("/review/advice/{advice_id:uuid}", audience=official, include_in_schema=False)
async def show_advice(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    advice_id: FromPath[UUID],
) -> Response[bytes]:
    """What a department was asked, its answers, and the forms of who may answer or take it back."""
    return page(request, "proposals/advice.html", await _build_page(session, ctx, advice_id))


async def _build_page(session: AsyncSession, ctx: Ctx, advice_id: UUID) -> pages.AdvicePage:
    require(may_review(ctx.actor))
    advice, department, idea = await queries.get_advice(session, advice_id)
    require(may_see_inside(ctx.actor, idea, has_conflict=await has_interest(session, ctx, idea.id)))
    answers = (await queries.list_answers(session, [advice.id]))[advice.id]
    today, days_off = local_date(ctx.now), await list_days_off(session)
    member = ctx.actor is not None and await queries.is_member(session, department.id, ctx.actor.id)
    contested = await queries.find_open_contestation(session, idea.id) is not None
    return pages.AdvicePage(
        advice=pages.view_advice(advice, department, answers, ctx.locale, today=today, days_off=days_off),
        idea_id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        body=idea.body,
        place=" · ".join(part for part in (idea.location, idea.landmark) if part),
        may_answer=may_advise(ctx.actor, idea, advice, is_member=member, is_contested=contested),
        may_withdraw=may_withdraw_advice(ctx.actor, idea, advice),
        seen=len(answers),
    )


@post("/review/advice/{advice_id:uuid}", audience=official, include_in_schema=False)
async def answer(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    advice_id: FromPath[UUID],
) -> Response[bytes]:
    """Answer for the department that was asked."""
    model = await _build_page(session, ctx, advice_id)
    require(model.may_answer)
    try:
        typed = parse(AdviceAnswerForm, form)
        await service.answer_advice(
            session, ctx.actor, advice_id, text=typed.answer, seen=typed.seen, now=ctx.now
        )
    except FormErrors as refused:
        errors, status = field_errors(ctx.locale, refused), 422
    except AdviceChanged as refused:
        errors, status = {"": error_text(ctx.locale, refused)}, 409
    else:
        notice = ctx.gettext("The answer is in the file.")
        return see_other(request, f"/review/advice/{advice_id}", notice=notice)
    model = msgspec.structs.replace(model, values={"answer": form.get("answer")}, errors=errors)
    return page(request, "proposals/advice.html", model, status=status)


@post("/review/advice/{advice_id:uuid}/withdraw", audience=official, include_in_schema=False)
async def withdraw(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    advice_id: FromPath[UUID],
) -> Response[bytes]:
    """Take a question to a department back."""
    model = await _build_page(session, ctx, advice_id)
    require(model.may_withdraw)
    try:
        why = parse(WithdrawAdviceForm, form).why
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = msgspec.structs.replace(model, values={"why": form.get("why")}, errors=errors)
        return page(request, "proposals/advice.html", model, status=422)
    await service.withdraw_advice(session, ctx.actor, advice_id, why=why, now=ctx.now)
    notice = ctx.gettext("The question was taken back.")
    return see_other(request, f"/review/ideas/{model.idea_id}", notice=notice, anchor="advice")


HANDLERS = [list_advice, show_ask, ask, show_advice, answer, withdraw]
