"""Signing in and out, the second factor, and the forgotten password."""

from urllib.parse import urlencode

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import SignInOver, SignInRefused, WeakPassword, WrongCode
from accounts.forms import CodeForm, EmailForm, NewPasswordForm, SignInForm
from accounts.pages import FormPage, MessagePage
from accounts.queries import load_actor
from accounts.routes.cookies import (
    PENDING_COOKIE,
    agent_of,
    forget_everything,
    keep_mail_to,
    keep_pending,
    keep_session,
    read_mail_to,
)
from accounts.routes.limits import HOUR, limit_by_email, limit_by_network, limit_second_factor
from accounts.routes.refusals import explain
from accounts.service import passwords, sessions
from accounts.service import sign_in as service
from app.kit.context import Ctx, local_path
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.web import WebRequest, anyone, error_text, get, page, post, see_other


@get("/sign-in", audience=anyone, include_in_schema=False)
async def show_sign_in(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The sign-in form; whoever is signed in goes on."""
    following = local_path(query_form(request).get("next", "/account"))
    if ctx.actor is not None:
        return see_other(request, following)
    return page(request, "accounts/sign_in.html", FormPage(next=following))


@post("/sign-in", audience=anyone, include_in_schema=False)
async def sign_in(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Check the password; with a second factor, go on to ask for it."""
    following = local_path(form.get("next", "/account"))
    try:
        typed = parse(SignInForm, form)
        await limit_by_network(ctx, "sign-in", limit=60)
        await limit_by_email(ctx, "sign-in", typed.email, limit=10)
        result = await service.sign_in(
            session,
            email=typed.email,
            password=typed.password,
            agent=agent_of(request),
            old_token=ctx.session_token,
            now=ctx.now,
        )
    except (FormErrors, SignInRefused) as error:
        errors = explain(ctx, error)
        model = FormPage(form={"email": form.get("email")}, errors=errors, next=following)
        return page(request, "accounts/sign_in.html", model, status=422)
    if result.is_pending:
        keep_pending(ctx, result.token)
        return see_other(request, f"/sign-in/second-factor?{_next_query(following)}")
    keep_session(ctx, result.token)
    actor = await load_actor(session, result.token, now=ctx.now)
    if (
        actor is not None and actor.roles
    ):  # a role without a second factor: nothing official before it is there
        return see_other(request, "/account/second-factor")
    return see_other(request, following)


def _next_query(following: str) -> str:
    return urlencode({"next": following})


@get("/sign-in/second-factor", audience=anyone, include_in_schema=False)
async def show_second_factor(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Ask for the code of the authenticator."""
    following = local_path(query_form(request).get("next", "/account"))
    if await service.find_pending(session, ctx.get_cookie(PENDING_COOKIE), now=ctx.now) is None:
        return see_other(request, f"/sign-in?{_next_query(following)}")
    return page(request, "accounts/second_factor.html", FormPage(next=following))


@post("/sign-in/second-factor", audience=anyone, include_in_schema=False)
async def pass_second_factor(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Finish the sign-in with a code of the authenticator or a recovery code."""
    following = local_path(form.get("next", "/account"))
    await limit_by_network(ctx, "second-factor", limit=60)
    try:
        typed = parse(CodeForm, form)
        pending = await service.find_pending(session, ctx.get_cookie(PENDING_COOKIE), now=ctx.now)
        if pending is not None:
            await limit_second_factor(ctx, pending.account_id)
        token = await service.pass_second_factor(
            session, ctx.get_cookie(PENDING_COOKIE), typed.code, agent=agent_of(request), now=ctx.now
        )
    except FormErrors as error:
        model = FormPage(errors=explain(ctx, error), next=following)
        return page(request, "accounts/second_factor.html", model, status=422)
    except SignInOver as error:
        notice = error_text(ctx.locale, error)
        return see_other(request, f"/sign-in?{_next_query(following)}", notice=notice, kind="error")
    if token is None:
        model = FormPage(errors=explain(ctx, WrongCode()), next=following)
        return page(request, "accounts/second_factor.html", model, status=422)
    keep_session(ctx, token)
    return see_other(request, following)


@post("/sign-out", audience=anyone, include_in_schema=False)
async def sign_out(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """End this session and take away what the person left in the browser."""
    if ctx.session_token:
        await sessions.end_token(session, ctx.session_token)
    forget_everything(ctx)
    return see_other(request, "/", notice=ctx.gettext("You are signed out."))


@get("/password/forgot", audience=anyone, include_in_schema=False)
async def show_forgot(request: WebRequest) -> Response[bytes]:
    """Ask for a link."""
    return page(request, "accounts/forgot.html", FormPage())


@post("/password/forgot", audience=anyone, include_in_schema=False)
async def request_reset(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Send the link, if there is an account; the answer is the same if there is not."""
    try:
        typed = parse(EmailForm, form)
    except FormErrors as errors:
        model = FormPage(form={"email": form.get("email")}, errors=explain(ctx, errors))
        return page(request, "accounts/forgot.html", model, status=422)
    await limit_by_network(ctx, "reset", limit=20, seconds=HOUR)
    await limit_by_email(ctx, "reset", typed.email, limit=5, seconds=HOUR)
    await passwords.request_reset(session, email=typed.email, now=ctx.now)
    keep_mail_to(ctx, typed.email)
    return see_other(request, "/password/forgot/sent")


@get("/password/forgot/sent", audience=anyone, include_in_schema=False)
async def show_forgot_sent(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """Where to look for the message."""
    model = MessagePage(
        title=ctx.gettext("Look into your mail"),
        text=ctx.gettext(
            "If this address has an account, we sent it a link for a new password. It works for one hour."
        ),
        email=read_mail_to(ctx),
    )
    return page(request, "accounts/message.html", model)


@get("/password/reset", audience=anyone, include_in_schema=False)
async def show_reset(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Choose a new password."""
    token = query_form(request).get("token")
    await passwords.find_reset(session, token, now=ctx.now)
    return page(request, "accounts/reset.html", FormPage(token=token))


@post("/password/reset", audience=anyone, include_in_schema=False)
async def reset_password(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Set the new password; then sign in with it."""
    await limit_by_network(ctx, "reset-use", limit=30)
    token = form.get("token")
    try:
        typed = parse(NewPasswordForm, form)
        await passwords.reset_password(session, token=token, password=typed.new_password, now=ctx.now)
    except (FormErrors, WeakPassword) as error:
        errors = explain(ctx, error)
        return page(request, "accounts/reset.html", FormPage(errors=errors, token=token), status=422)
    notice = ctx.gettext("Your password was changed. Please sign in with it.")
    return see_other(request, "/sign-in", notice=notice)


SIGN_IN_HANDLERS = (
    show_sign_in,
    sign_in,
    show_second_factor,
    pass_second_factor,
    sign_out,
    show_forgot,
    request_reset,
    show_forgot_sent,
    show_reset,
    reset_password,
)
