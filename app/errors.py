"""The one table from refusals to HTTP: class → status → page or fragment."""

from urllib.parse import quote

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from app.kit.context import Ctx
from app.kit.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    SignInNeeded,
    StaleForm,
    TooMany,
)
from app.kit.i18n import N_
from app.kit.web import WebRequest, ctx_of, error_text, page, see_other

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Forbidden: 403,
    SignInNeeded: 401,
    StaleForm: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    DomainError: 400,
}
TITLES = {
    400: N_("We could not understand this request"),
    401: N_("Please sign in"),
    403: N_("You cannot do this"),
    404: N_("Page not found"),
    405: N_("You cannot do this"),
    409: N_("This has changed in the meantime"),
    413: N_("This is too large"),
    422: N_("Please check what you typed"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong"),
}
MESSAGES = {
    404: N_("If you typed the address, check it. If you followed a link, it may be out of date."),
    405: N_("This address does not accept this kind of request."),
    413: N_("Please send smaller files, or fewer at once."),
    500: N_("The fault is ours. Nothing you sent was half done. Please try again in a few minutes."),
}
# What a resend page never carries back: secrets and the stale token itself.
SECRET_FIELDS = ("csrf_token", "password", "new_password", "code", "current_code", "cnp")


class ErrorPage(msgspec.Struct, frozen=True):
    """What an error page says."""

    title: str
    message: str
    request_id: str


class ResendPage(msgspec.Struct, frozen=True):
    """What was typed when the session had ended, offered to be sent again."""

    title: str
    message: str
    request_id: str
    action: str
    fields: list[tuple[str, str]]
    needs_sign_in: bool
    had_files: bool


def handle_domain_error(request: WebRequest, error: DomainError) -> Response[bytes]:
    """A refusal: in words, with the status of its nearest class, nothing typed lost."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    ctx = ctx_of(request)
    if isinstance(error, SignInNeeded) and request.method in ("GET", "HEAD"):
        following = ctx.path + (f"?{ctx.query}" if ctx.query else "")
        return see_other(request, f"/sign-in?next={quote(following)}")
    if isinstance(error, (SignInNeeded, StaleForm)):
        return _offer_to_resend(request, error, status)
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, TooMany) else {}
    return _error_page(request, status, error_text(ctx.locale, error), headers)


def handle_http_error(request: WebRequest, error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses: unknown addresses, methods, sizes, unreadable forms."""
    status = error.status_code if error.status_code in TITLES else (400 if error.status_code < 500 else 500)
    return _error_page(request, status, ctx_of(request).gettext(MESSAGES.get(status, "")), {})


def handle_crash(request: WebRequest, error: Exception) -> Response[bytes]:
    """Our own fault: logged with the request's id, which the page shows."""
    ctx = ctx_of(request)
    log.error("request failed", id=ctx.request_id, path=ctx.logged_path, exc_info=error)
    return _error_page(request, 500, ctx.gettext(MESSAGES[500]), {})


def _offer_to_resend(request: WebRequest, error: DomainError, status: int) -> Response[bytes]:
    ctx = ctx_of(request)
    form = request.scope["state"].get("form")
    fields = [(name, value) for name, value in (form.fields if form else []) if name not in SECRET_FIELDS]
    model = ResendPage(
        title=ctx.gettext(TITLES[status]),
        message=error_text(ctx.locale, error),
        request_id=ctx.request_id,
        action=ctx.path,
        fields=fields,
        needs_sign_in=isinstance(error, SignInNeeded),
        had_files=bool(form and form.uploads),
    )
    return page(request, "errors/resend.html", model, status=status)


def _error_page(request: WebRequest, status: int, message: str, headers: dict[str, str]) -> Response[bytes]:
    ctx: Ctx = ctx_of(request)
    model = ErrorPage(ctx.gettext(TITLES[status]), message, ctx.request_id)
    return page(request, f"errors/{status}.html", model, status=status, headers=headers)


HANDLERS: ExceptionHandlersMap = {
    DomainError: handle_domain_error,
    HTTPException: handle_http_error,
    Exception: handle_crash,
}
