"""My account: what is missing before voting, preferences, who looked at my data, export, closing."""

import json

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import WrongCode, WrongPassword
from accounts.forms import PasswordAndCodeForm, PreferencesForm
from accounts.pages import (
    ROLE_WORK,
    AccessPage,
    AccessRow,
    AccountPage,
    ClosePage,
    FormPage,
    build_tasks,
    role_name,
)
from accounts.policy import may_close
from accounts.routes.cookies import forget_everything
from accounts.routes.limits import limit_by_account
from accounts.routes.refusals import explain
from accounts.service import own_data
from app.kit.access_log import list_accesses
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.web import WebRequest, download, get, page, post, see_other, signed_in


@get("/account", audience=signed_in, include_in_schema=False)
async def show_account(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The overview."""
    account = await queries.get_account(session, ctx.actor.id)
    residences = await queries.list_residences(session, account.id)
    residence = next((one for one in residences if one.withdrawn_at is None), None)
    letter = await queries.find_open_letter(session, account.id)
    model = AccountPage(
        account=account,
        tasks=build_tasks(residence, letter),
        residence=residence,
        last_withdrawn=residences[0] if residences and residence is None else None,
        can_vote=residence is not None,
        roles=[role_name(role) for role in sorted(ctx.actor.roles)],
        must_enrol=bool(ctx.actor.roles) and account.totp_sealed is None,
        work=[ROLE_WORK[role] for role in sorted(ctx.actor.roles)] if ctx.actor.is_official else [],
    )
    return page(request, "accounts/account.html", model)


@get("/account/preferences", audience=signed_in, include_in_schema=False)
async def show_preferences(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Name and language of mail."""
    account = await queries.get_account(session, ctx.actor.id)
    model = FormPage(form={"name": account.name, "locale": account.locale})
    return page(request, "accounts/preferences.html", model)


@post("/account/preferences", audience=signed_in, include_in_schema=False)
async def set_preferences(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Change them."""
    try:
        typed = parse(PreferencesForm, form)
    except FormErrors as error:
        kept = {name: form.get(name) for name in ("name", "locale")}
        model = FormPage(form=kept, errors=explain(ctx, error))
        return page(request, "accounts/preferences.html", model, status=422)
    await own_data.set_preferences(session, ctx.actor, name=typed.name, locale=typed.locale)
    return see_other(request, "/account", notice=ctx.gettext("Your changes were saved."))


@get("/account/access", audience=signed_in, include_in_schema=False)
async def show_access(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Who looked at my data."""
    entries = await list_accesses(session, ctx.actor.id)
    names = await queries.list_names(session, [entry.reader_id for entry in entries])
    rows = [AccessRow(entry.at, names.get(entry.reader_id, ""), ctx.gettext(entry.what)) for entry in entries]
    return page(request, "accounts/access.html", AccessPage(rows))


@get("/account/export", audience=signed_in, include_in_schema=False)
async def export_account(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Everything held about me, as JSON."""
    data = await own_data.export_account(session, ctx.actor, now=ctx.now)
    body = json.dumps(data, ensure_ascii=False, indent=2, default=str).encode()
    return download(
        body,
        media_type="application/json; charset=utf-8",
        filename="obste-datele-mele.json",
        headers={"Cache-Control": "no-store"},
    )


@get("/account/close", audience=signed_in, include_in_schema=False)
async def show_close(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What closing does, and the form."""
    return page(request, "accounts/close.html", await _close_page(session, ctx))


async def _close_page(session: AsyncSession, ctx: Ctx, errors: dict[str, str] | None = None) -> ClosePage:
    account = await queries.get_account(session, ctx.actor.id)
    return ClosePage(
        errors=errors or {},
        may_close=may_close(ctx.actor),
        has_second_factor=account.totp_sealed is not None,
    )


@post("/account/close", audience=signed_in, include_in_schema=False)
async def close_account(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Close the account and sign out."""
    await limit_by_account(ctx, "close", limit=10)
    try:
        typed = parse(PasswordAndCodeForm, form)
        await own_data.close_account(
            session, ctx.actor, password=typed.password, code=typed.code, now=ctx.now
        )
    except (FormErrors, WrongPassword, WrongCode) as error:
        model = await _close_page(session, ctx, explain(ctx, error))
        return page(request, "accounts/close.html", model, status=422)
    forget_everything(ctx)
    return see_other(request, "/", notice=ctx.gettext("Your account was closed. Thank you for taking part."))


ACCOUNT_HANDLERS = (
    show_account,
    show_preferences,
    set_preferences,
    show_access,
    export_account,
    show_close,
    close_account,
)
