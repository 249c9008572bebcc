"""Signing up and confirming the address."""

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import WrongPassword
from accounts.forms import EmailForm, PasswordForm, SignUpForm
from accounts.pages import FormPage
from accounts.routes.cookies import agent_of, keep_mail_to, keep_session, read_mail_to
from accounts.routes.limits import HOUR, limit_by_email, limit_by_network
from accounts.routes.refusals import explain
from accounts.service import sign_up as service
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.web import WebRequest, anyone, get, page, post, see_other


@get("/sign-up", audience=anyone, include_in_schema=False)
async def show_sign_up(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The form for a new account."""
    if ctx.actor is not None:
        return see_other(request, "/account")
    return page(request, "accounts/sign_up.html", FormPage())


@post("/sign-up", audience=anyone, include_in_schema=False)
async def start_sign_up(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Send the link; the answer is the same for known and unknown addresses."""
    try:
        typed = parse(SignUpForm, form)
    except FormErrors as errors:
        kept = {name: form.get(name) for name in ("name", "email")}
        model = FormPage(form=kept, errors=explain(ctx, errors))
        return page(request, "accounts/sign_up.html", model, status=422)
    await limit_by_network(ctx, "sign-up", limit=20, seconds=HOUR)
    await limit_by_email(ctx, "sign-up", typed.email, limit=5, seconds=HOUR)
    await service.start_sign_up(
        session, name=typed.name, email=typed.email, password=typed.password, locale=ctx.locale, now=ctx.now
    )
    keep_mail_to(ctx, typed.email)
    return see_other(request, "/sign-up/sent")


@get("/sign-up/sent", audience=anyone, include_in_schema=False)
async def show_sent(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """Where to look for the message, and how to have it sent again."""
    model = FormPage(form={"email": read_mail_to(ctx)})
    return page(request, "accounts/sign_up_sent.html", model)


@post("/sign-up/resend", audience=anyone, include_in_schema=False)
async def resend_link(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Send a new link to an address that asked for an account."""
    try:
        typed = parse(EmailForm, form)
    except FormErrors as errors:
        model = FormPage(form={"email": form.get("email")}, errors=explain(ctx, errors))
        return page(request, "accounts/sign_up_sent.html", model, status=422)
    await limit_by_network(ctx, "sign-up", limit=20, seconds=HOUR)
    await limit_by_email(ctx, "sign-up", typed.email, limit=5, seconds=HOUR)
    await service.resend_link(session, email=typed.email, now=ctx.now)
    keep_mail_to(ctx, typed.email)
    return see_other(request, "/sign-up/sent", notice=ctx.gettext("We sent the message again."))


@get("/sign-up/confirm", audience=anyone, include_in_schema=False)
async def show_confirm(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The page behind the link: the password once more, so that only who chose it opens the account."""
    token = query_form(request).get("token")
    sign_up = await service.find_sign_up(session, token, now=ctx.now)
    model = FormPage(form={"email": sign_up.email}, token=token)
    return page(request, "accounts/confirm.html", model)


@post("/sign-up/confirm", audience=anyone, include_in_schema=False)
async def confirm_sign_up(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Make the account and sign in."""
    await limit_by_network(ctx, "confirm", limit=20)
    token = form.get("token")
    sign_up = await service.find_sign_up(session, token, now=ctx.now)
    await limit_by_email(ctx, "confirm", sign_up.email, limit=10)
    try:
        typed = parse(PasswordForm, form)
        new_token = await service.confirm_sign_up(
            session, token=token, password=typed.password, agent=agent_of(request), now=ctx.now
        )
    except (FormErrors, WrongPassword) as error:
        errors = explain(ctx, error)
        model = FormPage(form={"email": sign_up.email}, errors=errors, token=token)
        return page(request, "accounts/confirm.html", model, status=422)
    keep_session(ctx, new_token)
    return see_other(request, "/account", notice=ctx.gettext("Your account is ready. You are signed in."))


SIGN_UP_HANDLERS = (show_sign_up, start_sign_up, show_sent, resend_link, show_confirm, confirm_sign_up)
