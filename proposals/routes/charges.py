"""Handing the works on a project over to another department or colleague."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, whole_number
from app.kit.policy import require
from app.kit.web import WebRequest, explain_refusal, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import WorksChangedMeanwhile
from proposals.forms.works import HandoverForm
from proposals.pages import works as pages
from proposals.policy.works import may_hand_over


@get("/works/{project_id:uuid}/charge", audience=official, include_in_schema=False)
async def show_handover(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """The form that gives the works to others."""
    return page(request, "proposals/works_charge.html", await _handover_page(session, ctx, project_id))


async def _handover_page(session: AsyncSession, ctx: Ctx, project_id: UUID) -> pages.HandoverPage:
    project, _ = await queries.get_works(session, project_id)
    require(may_hand_over(ctx.actor, answers=await queries.answers_for(session, project, ctx.actor.id)))
    charge = await queries.get_charge(session, project)
    departments = {
        one.id: one.name_en if ctx.locale == "en" else one.name
        for one in await queries.list_departments(session)
    }
    return pages.HandoverPage(
        id=str(project.id),
        number=project.number,
        project_title=project.title,
        charge=pages.view_charge(charge, ctx.locale),
        departments=[(str(one), name) for one, name in departments.items()],
        officers=[
            (str(row.id), f"{row.name} · {departments[row.department_id]}")
            for row in await queries.list_members(session)
        ],
        values={"department": "", "officer": "", "reason": "", "seen": str(len(charge.history))},
    )


@post("/works/{project_id:uuid}/charge", audience=official, include_in_schema=False)
async def hand_over(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """Give them to others, in public."""
    model = await _handover_page(session, ctx, project_id)
    try:
        typed = parse(HandoverForm, form)
        to = service.Handover(
            department_id=typed.department,
            officer_id=typed.officer,
            reason=typed.reason,
            seen=whole_number(form.get("seen")) or 0,
        )
        async with session.begin_nested():  # a refusal is a page, which ends without rolling back
            await service.hand_over(session, ctx.actor, project_id, to, now=ctx.now)
    except (FormErrors, WorksChangedMeanwhile) as refused:
        errors, status = explain_refusal(ctx.locale, refused)
        values = {name: form.get(name) for name in ("department", "officer", "reason")}
        again = msgspec.structs.replace(model, values=model.values | values, errors=errors)
        return page(request, "proposals/works_charge.html", again, status=status)
    notice = ctx.gettext("The works are handed over. It is in the public register.")
    return see_other(request, f"/works/{project_id}", notice=notice, anchor="charge")


HANDLERS = [show_handover, hand_over]
