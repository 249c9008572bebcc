"""The departments: a public list, and the administrators' forms."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import DepartmentNameTaken
from proposals.forms import DepartmentForm, MemberForm
from proposals.pages import queue as pages
from proposals.pages.ideas import Choice
from proposals.policy import may_run_departments


@get("/departments", audience=anyone, include_in_schema=False)
async def list_departments(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every department and who works there."""
    return page(request, "proposals/departments.html", await _build_page(session, ctx))


async def _build_page(session: AsyncSession, ctx: Ctx) -> pages.DepartmentsPage:
    may_edit = bool(may_run_departments(ctx.actor))
    departments = await queries.list_departments(session)
    reviewers = await queries.list_reviewers(session) if may_edit else []
    return pages.DepartmentsPage(
        departments=pages.view_departments(departments, await queries.list_members(session), ctx.locale),
        may_edit=may_edit,
        reviewers=[Choice(str(one), name) for one, name in reviewers],
    )


@post("/departments", audience=official, include_in_schema=False)
async def add_department(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Name a department."""
    require(may_run_departments(ctx.actor))
    try:
        typed = parse(DepartmentForm, form)
        await service.add_department(
            session, ctx.actor, name=typed.name, name_en=typed.name_en, email=typed.email, now=ctx.now
        )
    except FormErrors as refused:
        return await _refuse(request, session, ctx, form, refused)
    except DepartmentNameTaken as refused:
        return await _refuse(request, session, ctx, form, FormErrors({"name": refused}))
    return see_other(request, "/departments", notice=ctx.gettext("The department was added."))


@post("/departments/{department_id:uuid}/members", audience=official, include_in_schema=False)
async def set_member(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    department_id: FromPath[UUID],
) -> Response[bytes]:
    """Put somebody into a department, make them its head, or take them out."""
    require(may_run_departments(ctx.actor))
    field = f"account-{department_id}"
    try:
        typed = parse(MemberForm, form)
        await service.set_member(
            session, ctx.actor, department_id, typed.account, place=typed.place, now=ctx.now
        )
    except FormErrors as refused:
        wrong: DomainError = refused.errors.get("account", refused)
        return await _refuse(request, session, ctx, form, FormErrors({field: wrong}))
    except Invalid as refused:
        return await _refuse(request, session, ctx, form, FormErrors({field: refused}))
    return see_other(request, "/departments", notice=ctx.gettext("The department was changed."))


async def _refuse(
    request: WebRequest, session: AsyncSession, ctx: Ctx, form: Form, refused: FormErrors
) -> Response[bytes]:
    values = {name: form.get(name) for name in ("name", "name_en", "email")}
    model = await _build_page(session, ctx)
    model = msgspec.structs.replace(model, values=values, errors=field_errors(ctx.locale, refused))
    return page(request, "proposals/departments.html", model, status=422)


HANDLERS = [list_departments, add_department, set_member]
