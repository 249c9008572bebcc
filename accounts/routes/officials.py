"""Who holds which role; administrators give and take them."""

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import NoSuchPerson, RoleAlreadyGiven
from accounts.forms import GiveRoleForm, TakeRoleForm
from accounts.pages import OfficialRow, OfficialsPage, role_name
from accounts.policy import ROLE_NAMES, may_change_roles
from accounts.routes.refusals import explain
from accounts.service import officials as service
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, get, official, page, post, see_other


@get("/officials", audience=official, include_in_schema=False)
async def show_officials(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every role in force."""
    return page(request, "accounts/officials.html", await _officials_page(session, ctx))


async def _officials_page(session: AsyncSession, ctx: Ctx, **more: Any) -> OfficialsPage:
    require(may_change_roles(ctx.actor))
    rows = [
        OfficialRow(
            account_id=grant.account_id,
            name=name,
            email=email,
            role=grant.role,
            role_name=ctx.gettext(role_name(grant.role)),
            office=grant.office,
            given_at=grant.given_at,
            has_second_factor=has_second_factor,
        )
        for grant, name, email, has_second_factor in await queries.list_officials(session)
    ]
    roles = [(role.value, ctx.gettext(name)) for role, name in ROLE_NAMES.items()]
    return OfficialsPage(rows=rows, roles=roles, **more)


@post("/officials/give", audience=official, include_in_schema=False)
async def give_role(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Give a role."""
    require(may_change_roles(ctx.actor))
    try:
        typed = parse(GiveRoleForm, form)
        account = await service.give_role(
            session,
            ctx.actor,
            email=typed.email,
            role=typed.role,
            office=typed.office,
            reason=typed.reason,
            now=ctx.now,
        )
    except (FormErrors, NoSuchPerson, RoleAlreadyGiven) as error:
        kept = {name: form.get(name) for name in ("email", "role", "office", "reason")}
        model = await _officials_page(session, ctx, form=kept, errors=explain(ctx, error))
        return page(request, "accounts/officials.html", model, status=422)
    if account.id == ctx.actor.id:  # my own sessions ended with the change
        return see_other(request, "/sign-in", notice=ctx.gettext("Your roles changed. Please sign in again."))
    return see_other(
        request, "/officials", notice=ctx.gettext("The role was given to %(name)s.", name=account.name)
    )


@post("/officials/{account_id:uuid}/take", audience=official, include_in_schema=False)
async def take_role(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """Take a role."""
    require(may_change_roles(ctx.actor))
    key = f"{account_id}-{form.get('role')}"
    try:
        typed = parse(TakeRoleForm, form)
    except FormErrors as error:
        messages = {f"reason-{key}": text for text in explain(ctx, error).values()}
        model = await _officials_page(session, ctx, errors=messages, taking=key)
        return page(request, "accounts/officials.html", model, status=422)
    await service.take_role(session, ctx.actor, account_id, role=typed.role, reason=typed.reason, now=ctx.now)
    if account_id == ctx.actor.id:
        return see_other(request, "/sign-in", notice=ctx.gettext("Your roles changed. Please sign in again."))
    return see_other(request, "/officials", notice=ctx.gettext("The role was taken."))


OFFICIALS_HANDLERS = (show_officials, give_role, take_role)
