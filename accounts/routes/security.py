"""Password, e-mail address and sessions."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import WeakPassword, WrongPassword
from accounts.forms import ChangeEmailForm, ChangePasswordForm
from accounts.pages import FormPage, MessagePage, SecurityPage, session_rows
from accounts.policy import may_turn_off_second_factor
from accounts.routes.cookies import agent_of, forget_everything, keep_session
from accounts.routes.limits import HOUR, limit_by_account, limit_by_network
from accounts.routes.refusals import explain
from accounts.service import email as email_service
from accounts.service import passwords, sessions
from accounts.service.email import ChangeStep
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.web import WebRequest, anyone, get, page, post, see_other, signed_in


@get("/account/security", audience=signed_in, include_in_schema=False)
async def show_security(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """How the account is protected, and where it is signed in."""
    account = await queries.get_account(session, ctx.actor.id)
    model = SecurityPage(
        email=account.email,
        password_changed_at=account.password_changed_at,
        has_second_factor=account.totp_sealed is not None,
        recovery_codes=await queries.count_recovery_codes(session, account.id),
        sessions=session_rows(await queries.list_sessions(session, account.id, now=ctx.now), ctx.actor),
        may_turn_off=may_turn_off_second_factor(ctx.actor),
    )
    return page(request, "accounts/security.html", model)


@post("/account/sessions/{session_id:uuid}/end", audience=signed_in, include_in_schema=False)
async def end_session(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    session_id: FromPath[UUID],
) -> Response[bytes]:
    """Sign one of my browsers out."""
    await sessions.end_session(session, ctx.actor, session_id)
    if session_id == ctx.actor.session_id:
        forget_everything(ctx)
        return see_other(request, "/", notice=ctx.gettext("You are signed out."))
    return see_other(request, "/account/security", notice=ctx.gettext("That browser was signed out."))


@post("/account/sessions/end-all", audience=signed_in, include_in_schema=False)
async def end_all_sessions(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Sign out everywhere, here too."""
    await sessions.end_all_sessions(session, ctx.actor.id)
    forget_everything(ctx)
    return see_other(request, "/", notice=ctx.gettext("You are signed out everywhere."))


@get("/account/password", audience=signed_in, include_in_schema=False)
async def show_password(request: WebRequest) -> Response[bytes]:
    """The form for another password."""
    return page(request, "accounts/password.html", FormPage())


@post("/account/password", audience=signed_in, include_in_schema=False)
async def change_password(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Change it; every other browser is signed out."""
    await limit_by_account(ctx, "password", limit=10)
    try:
        typed = parse(ChangePasswordForm, form)
        token = await passwords.change_password(
            session,
            ctx.actor,
            current=typed.password,
            password=typed.new_password,
            agent=agent_of(request),
            now=ctx.now,
        )
    except (FormErrors, WrongPassword, WeakPassword) as error:
        model = FormPage(errors=explain(ctx, error))
        return page(request, "accounts/password.html", model, status=422)
    keep_session(ctx, token)
    notice = ctx.gettext("Your password was changed. Every other browser was signed out.")
    return see_other(request, "/account/security", notice=notice)


@get("/account/email", audience=signed_in, include_in_schema=False)
async def show_email(request: WebRequest) -> Response[bytes]:
    """The form for another address."""
    return page(request, "accounts/email.html", FormPage())


@post("/account/email", audience=signed_in, include_in_schema=False)
async def request_email_change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Write to both addresses."""
    await limit_by_account(ctx, "email", limit=5, seconds=HOUR)
    try:
        typed = parse(ChangeEmailForm, form)
        await email_service.request_email_change(
            session, ctx.actor, email=typed.email, password=typed.password, now=ctx.now
        )
    except (FormErrors, WrongPassword) as error:
        model = FormPage(form={"email": form.get("email")}, errors=explain(ctx, error))
        return page(request, "accounts/email.html", model, status=422)
    notice = ctx.gettext("We wrote to both addresses. The change takes effect when both links were followed.")
    return see_other(request, "/account/security", notice=notice)


@get("/account/email/confirm", audience=anyone, include_in_schema=False)
async def show_email_confirm(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The page behind either link; a press confirms, so that mail scanners do not."""
    token = query_form(request).get("token")
    change = await email_service.find_email_change(session, token, now=ctx.now)
    return page(
        request, "accounts/email_confirm.html", FormPage(form={"email": change.new_email}, token=token)
    )


@post("/account/email/confirm", audience=anyone, include_in_schema=False)
async def confirm_email_change(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Say yes from one address."""
    await limit_by_network(ctx, "email-confirm", limit=30)
    step = await email_service.confirm_email_change(session, token=form.get("token"), now=ctx.now)
    texts = {
        ChangeStep.WAITS_FOR_OLD: ctx.gettext("Now follow the link in the message to your old address."),
        ChangeStep.WAITS_FOR_NEW: ctx.gettext("Now follow the link in the message to your new address."),
        ChangeStep.DONE: ctx.gettext("From now on you sign in with the new address."),
    }
    is_done = step is ChangeStep.DONE
    title = ctx.gettext("Your address was changed") if is_done else ctx.gettext("One more confirmation")
    return page(request, "accounts/message.html", MessagePage(title=title, text=texts[step]))


SECURITY_HANDLERS = (
    show_security,
    end_session,
    end_all_sessions,
    show_password,
    change_password,
    show_email,
    request_email_change,
    show_email_confirm,
    confirm_email_change,
)
