"""Turning the second factor on and off, and the recovery codes."""

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import LinkOver, WrongCode, WrongPassword
from accounts.forms import EnrolForm, PasswordAndCodeForm, PasswordForm
from accounts.pages import CodesPage, EnrolPage, FormPage, qr_svg
from accounts.policy import may_turn_off_second_factor
from accounts.routes.cookies import agent_of, keep_session
from accounts.routes.limits import limit_by_account
from accounts.routes.refusals import explain
from accounts.service import second_factor as service
from app.kit import crypto
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, get, page, post, see_other, signed_in


@get("/account/second-factor", audience=signed_in, include_in_schema=False)
async def show_enrolment(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """A new secret as QR code and text."""
    return page(
        request, "accounts/enrol.html", await _enrol_page(session, ctx, *service.propose_secret(ctx.actor))
    )


async def _enrol_page(
    session: AsyncSession, ctx: Ctx, secret: str, sealed: str, errors: dict[str, str] | None = None
) -> EnrolPage:
    account = await queries.get_account(session, ctx.actor.id)
    uri = crypto.totp_uri(secret, account=account.email, issuer=f"Obște {ctx.district}")
    return EnrolPage(
        errors=errors or {},
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=sealed,
        qr=qr_svg(uri, title=ctx.gettext("QR code for your authenticator app")),
        is_replacing=account.totp_sealed is not None,
        is_forced=bool(ctx.actor.roles) and account.totp_sealed is None,
    )


@post("/account/second-factor", audience=signed_in, include_in_schema=False)
async def turn_on_second_factor(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Confirm the secret with a code of it. The answer itself shows the recovery codes, once."""
    await limit_by_account(ctx, "enrol", limit=20)
    try:
        typed = parse(EnrolForm, form)
        enrolled = await service.turn_on_second_factor(
            session,
            ctx.actor,
            sealed=typed.sealed,
            code=typed.code,
            password=typed.password,
            current_code=typed.current_code,
            agent=agent_of(request),
            now=ctx.now,
        )
    except LinkOver:
        return see_other(request, "/account/second-factor")
    except (FormErrors, WrongPassword, WrongCode) as error:
        sealed = form.get("sealed")
        secret = service.open_proposal(ctx.actor, sealed)
        model = await _enrol_page(session, ctx, secret, sealed, explain(ctx, error))
        return page(request, "accounts/enrol.html", model, status=422)
    keep_session(ctx, enrolled.token)
    return page(request, "accounts/codes.html", CodesPage(enrolled.codes, is_new=True))


@get("/account/second-factor/off", audience=signed_in, include_in_schema=False)
async def show_turn_off(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """Password and code, to sign in without the second factor from now on."""
    require(may_turn_off_second_factor(ctx.actor))
    return page(request, "accounts/second_factor_off.html", FormPage())


@post("/account/second-factor/off", audience=signed_in, include_in_schema=False)
async def turn_off_second_factor(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Turn it off."""
    await limit_by_account(ctx, "enrol", limit=20)
    try:
        typed = parse(PasswordAndCodeForm, form)
        token = await service.turn_off_second_factor(
            session,
            ctx.actor,
            password=typed.password,
            code=typed.code,
            agent=agent_of(request),
            now=ctx.now,
        )
    except (FormErrors, WrongPassword, WrongCode) as error:
        model = FormPage(errors=explain(ctx, error))
        return page(request, "accounts/second_factor_off.html", model, status=422)
    keep_session(ctx, token)
    return see_other(request, "/account/security", notice=ctx.gettext("The second factor is off."))


@get("/account/recovery-codes", audience=signed_in, include_in_schema=False)
async def show_renew(request: WebRequest) -> Response[bytes]:
    """The password, for new recovery codes."""
    return page(request, "accounts/codes_renew.html", FormPage())


@post("/account/recovery-codes", audience=signed_in, include_in_schema=False)
async def renew_recovery_codes(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Ten new codes, shown in this answer only."""
    await limit_by_account(ctx, "enrol", limit=20)
    try:
        typed = parse(PasswordForm, form)
        codes = await service.renew_recovery_codes(session, ctx.actor, password=typed.password)
    except (FormErrors, WrongPassword) as error:
        model = FormPage(errors=explain(ctx, error))
        return page(request, "accounts/codes_renew.html", model, status=422)
    return page(request, "accounts/codes.html", CodesPage(codes, is_new=False))


SECOND_FACTOR_HANDLERS = (
    show_enrolment,
    turn_on_second_factor,
    show_turn_off,
    turn_off_second_factor,
    show_renew,
    renew_recovery_codes,
)
