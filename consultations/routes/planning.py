"""Planning: proposing dates, changing one, calling it off, saying whether it was held."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import Conflict, DomainError, FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import Verdict, require
from app.kit.text import uuids
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from consultations import queries, service
from consultations.errors import ConsultationNotFound
from consultations.forms import PlanForm, ReasonForm
from consultations.models import Consultation
from consultations.pages.desk import (
    CheckPage,
    PlanFormPage,
    PlannedDay,
    StepPage,
    host_choices,
    season_choices,
    type_plan,
    venue_choices,
    view_clashes,
)
from consultations.policy import may_cancel, may_change, may_organize, may_reinstate, may_report
from consultations.routes.coverage import warn_of_streets
from consultations.routes.public import get_visible, view_cards
from consultations.rules.recurrence import list_days
from consultations.service.programme import read_plan
from consultations.states import THEME_TITLES, State

OF_THE_CHECK = ("days", "form_id", "do", "csrf_token")


# ── proposing ─────────────────────────────────────────────────────────────────
@get("/consultations/plan", audience=official, include_in_schema=False)
async def new_plan(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The form of a consultation or a series."""
    require(may_organize(ctx.actor))
    typed = {"begins": "18:00", "ends": "20:00", "repeat": "none", "step": "1", "theme": "general"}
    return page(request, "consultations/plan.html", await _form_page(session, typed))


async def _form_page(
    session: AsyncSession,
    typed: Mapping[str, str],
    *,
    row: Consultation | None = None,
    errors: Mapping[str, str] | None = None,
) -> PlanFormPage:
    return PlanFormPage(
        typed=typed,
        seasons=season_choices(await queries.list_seasons(session)),
        hosts=host_choices(await queries.list_hosts(session), typed.get("host_id", "")),
        venues=venue_choices(await queries.list_venues(session), typed.get("venue_id", "")),
        themes=[(theme.value, title) for theme, title in THEME_TITLES.items()],
        id=str(row.id) if row else "",
        title=row.title if row else "",
        is_public=row is not None and row.state != State.PROPOSED,
        seen=row.sequence if row else 0,
        errors=errors or {},
    )


@post("/consultations/plan", audience=official, include_in_schema=False)
async def plan(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Look at the days first; then propose those that were kept."""
    require(may_organize(ctx.actor))
    typed = {name: value for name, value in form.fields if name not in OF_THE_CHECK}
    if form.get("do") == "back":
        return page(request, "consultations/plan.html", await _form_page(session, typed))
    try:
        planned = parse(PlanForm, form)
        days = list_days(planned.day, planned.recurrence)
        if form.get("do") != "propose":
            return page(
                request, "consultations/plan_check.html", await _check_page(session, ctx, planned, typed)
            )
        chosen = set(form.get_all("days"))
        if not chosen:
            model = await _check_page(session, ctx, planned, typed)
            errors = {"days": ctx.gettext("Choose at least one day.")}
            return page(request, "consultations/plan_check.html", model_with(model, errors), status=422)
        plans = [planned.plan_on(day) for day in days if day.isoformat() in chosen]
        (form_id, *_) = [*uuids([form.get("form_id")]), new_id()]
        rows = await service.propose(session, ctx.actor, plans, form=form_id, now=ctx.now)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        return page(
            request, "consultations/plan.html", await _form_page(session, typed, errors=errors), status=422
        )
    notice = ctx.ngettext(
        "%(num)s consultation is in the plan. Nobody sees it until you publish it.",
        "%(num)s consultations are in the plan. Nobody sees them until you publish them.",
        len(rows),
    )
    return see_other(request, "/consultations/desk", notice=notice)


def model_with(model: CheckPage, errors: dict[str, str]) -> CheckPage:
    """The same page with what is wrong."""
    return msgspec.structs.replace(model, errors=errors)


async def _check_page(
    session: AsyncSession, ctx: Ctx, planned: PlanForm, typed: Mapping[str, str]
) -> CheckPage:
    """Raises: FormErrors for what does not fit its venue."""
    days: list[date] = list_days(planned.day, planned.recurrence)
    plans = [planned.plan_on(day) for day in days]
    await service.check_plan(session, plans[0])
    clashes = await service.check_slots(session, [(None, one) for one in plans], now=ctx.now)
    return CheckPage(
        title=planned.title,
        days=[
            PlannedDay(
                value=day.isoformat(),
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                clashes=view_clashes(found),
            )
            for day, one, found in zip(days, plans, clashes, strict=True)
        ],
        fields=[*typed.items(), ("form_id", str(new_id()))],
        warnings=await warn_of_streets(session, ctx, plans[0].streets),
    )


# ── changing ──────────────────────────────────────────────────────────────────
@get("/consultations/{consultation_id:uuid}/change", audience=official, include_in_schema=False)
async def edit_plan(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of a consultation that is there."""
    row = await queries.get_consultation(session, consultation_id)
    require(may_change(ctx.actor, row, now=ctx.now))
    model = await _form_page(session, type_plan(read_plan(row)), row=row)
    return page(request, "consultations/plan.html", model)


@post("/consultations/{consultation_id:uuid}/change", audience=official, include_in_schema=False)
async def change_plan(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Move it or change its words; of one that is published, with a reason that is public."""
    try:
        planned = parse(PlanForm, form)
        seen = int(form.get("seen")) if form.get("seen").isdecimal() else -1
        row = await service.change(
            session,
            ctx.actor,
            consultation_id,
            planned.plan_on(planned.day),
            reason=parse(ReasonForm, form).reason,
            seen=seen,
            now=ctx.now,
        )
    except FormErrors as refused:
        errors, status = field_errors(ctx.locale, refused), 422
    except Conflict as refused:
        errors, status = {"": error_text(ctx.locale, refused)}, 409
    else:
        notice = ctx.gettext("The change is saved.")
        if row.state == State.PUBLISHED:
            notice = ctx.gettext("The change is public. Everybody concerned is being told.")
        warnings = await warn_of_streets(session, ctx, row.streets)
        notice = " ".join((notice, *warnings))
        return see_other(request, f"/consultations/{row.id}", notice=notice)
    await session.rollback()
    found = await queries.get_consultation(session, consultation_id)
    model = await _form_page(session, dict(form.fields), row=found, errors=errors)
    return page(request, "consultations/plan.html", model, status=status)


@post("/consultations/{consultation_id:uuid}/drop", audience=official, include_in_schema=False)
async def drop(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Take a proposal out of the plan."""
    await service.drop(session, ctx.actor, consultation_id)
    return see_other(request, "/consultations/desk", notice=ctx.gettext("It is out of the plan."))


# ── calling off, held or not ──────────────────────────────────────────────────
STEPS = ("cancel", "reinstate", "held", "not-held")


def _verdict(ctx: Ctx, row: Consultation, step: str) -> Verdict:
    if step == "cancel":
        return may_cancel(ctx.actor, row, now=ctx.now)
    if step == "reinstate":
        return may_reinstate(ctx.actor, row, now=ctx.now)
    return may_report(ctx.actor, row, now=ctx.now)


@get("/consultations/{consultation_id:uuid}/steps/{step:str}", audience=official, include_in_schema=False)
async def ask_step(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
    step: FromPath[str],
) -> Response[bytes]:
    """What happens when it is done, and the reason."""
    model = await _step_page(session, ctx, consultation_id, step)
    require(model.verdict)
    return page(request, "consultations/step.html", model)


async def _step_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    step: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> StepPage:
    if step not in STEPS:
        raise ConsultationNotFound()
    one = await get_visible(session, ctx, consultation_id)
    (card,) = await view_cards(session, ctx, [one])
    return StepPage(
        step=step,
        card=card,
        expected=len(await queries.list_expected(session, one.row.id)),
        needs_reason=step != "held" or one.row.state == State.NOT_HELD,
        verdict=_verdict(ctx, one.row, step),
        typed=typed or {},
        errors=errors or {},
    )


@post("/consultations/{consultation_id:uuid}/steps/{step:str}", audience=official, include_in_schema=False)
async def take_step(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
    step: FromPath[str],
) -> Response[bytes]:
    """Do it."""
    if step not in STEPS:
        raise ConsultationNotFound()
    try:
        reason = parse(ReasonForm, form).reason
        await _take(session, ctx, consultation_id, step, reason)
    except FormErrors as refused:
        errors: dict[str, str] = field_errors(ctx.locale, refused)
        status = 422
    except Conflict as refused:
        errors, status = {"": _say(ctx, refused)}, 409
    else:
        notice = ctx.gettext("Done, and public. Everybody concerned is being told.")
        return see_other(request, f"/consultations/{consultation_id}", notice=notice)
    await session.rollback()
    model = await _step_page(session, ctx, consultation_id, step, typed=dict(form.fields), errors=errors)
    return page(request, "consultations/step.html", model, status=status)


def _say(ctx: Ctx, refused: DomainError) -> str:
    return error_text(ctx.locale, refused)


async def _take(session: AsyncSession, ctx: Ctx, consultation_id: UUID, step: str, reason: str) -> None:
    if step == "cancel":
        await service.cancel(session, ctx.actor, consultation_id, reason=reason, now=ctx.now)
    elif step == "reinstate":
        await service.reinstate(session, ctx.actor, consultation_id, reason=reason, now=ctx.now)
    else:
        await service.report(
            session, ctx.actor, consultation_id, is_held=step == "held", reason=reason, now=ctx.now
        )


HANDLERS = [new_plan, plan, edit_plan, change_plan, drop, ask_step, take_step]
