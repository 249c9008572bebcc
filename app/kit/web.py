"""The web edge that domains use: routes with one audience, pages, fragments, redirects, forms.

`get` and `post` register a handler (GET answers HEAD too) for exactly one audience. A GET is given
the reader, a POST the unit of work; handlers render before it commits, so an answer that was sent is
an answer that was stored.
"""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.connection import ASGIConnection, Request
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler, route
from litestar.response import Stream
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import crypto
from app.kit.context import Ctx
from app.kit.errors import DomainError, Forbidden, FormErrors, SignInNeeded, StaleForm
from app.kit.forms import Form, read_form
from app.kit.i18n import N_, Locale, translate
from app.kit.uploads import LARGE_BYTES, LargeForm, receive_large

HTML = "text/html"  # Litestar adds the charset to text types
RENDERED_PAGES = 256  # kept drawn by each process
LARGEST_KEPT = 100_000  # bytes of such a page: 26 MB at most; a booth of 250 candidates has three times that
UPLOAD_BYTES = 64 * 1024 * 1024  # a form with five photos from a phone

T = TypeVar("T")
WebRequest = Request[Any, Any, Any]
Audience = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Any]


# ── audiences: who a route is for ─────────────────────────────────────────────
async def anyone(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Everybody, signed in or not."""
    await _check_form(connection)


async def signed_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Whoever has an account and a session."""
    await _check_origin(connection)  # first: what another site sends is not offered to be sent again
    if ctx_of(connection).actor is None:
        raise SignInNeeded()
    await _check_form(connection)


async def verified(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Residents whose residence has been verified."""
    await signed_in(connection, handler)
    if not ctx_of(connection).actor.is_verified:
        raise Forbidden(
            N_("Your residence has to be verified first. Your account page says what is missing.")
        )


async def official(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Staff of the town hall, signed in with their second factor."""
    await signed_in(connection, handler)
    if not ctx_of(connection).actor.is_official:
        raise Forbidden(N_("This page is for officials."))


AUDIENCES = (anyone, signed_in, verified, official)


def get(
    path: str, *, audience: Audience, writes: bool = False, **options: Any
) -> Callable[..., HTTPRouteHandler]:
    """A page at `path`. `writes`: reading it leaves a trace (access log), so it gets the unit of work."""
    return route(
        path,
        http_method=["GET", "HEAD"],
        guards=[audience],
        opt={"audience": audience, "writes": writes},
        **options,
    )


def post(
    path: str,
    *,
    audience: Audience,
    uploads: bool = False,
    streams: bool = False,
    from_elsewhere: bool = False,
    **options: Any,
) -> Callable[..., HTTPRouteHandler]:
    """An action at `path`. `uploads`: files may be sent along. `streams`: one too large for memory may; then
    the handler asks for no form and no session, and receives it by `receive` once it knows that it wants it.
    `from_elsewhere`: a mail program or another site may send it, for a secret in its address is what allows
    it and who is signed in counts for nothing.
    """
    if uploads:
        options["request_max_body_size"] = UPLOAD_BYTES
    if streams:
        options["request_max_body_size"] = LARGE_BYTES
    return route(
        path,
        http_method="POST",
        guards=[audience],
        status_code=200,
        opt={"audience": audience, "writes": True, "streams": streams, "from_elsewhere": from_elsewhere},
        **options,
    )


# ── what a handler is given ───────────────────────────────────────────────────
def ctx_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Ctx:
    """The context that the front made for this request."""
    return connection.scope["state"]["ctx"]  # type: ignore[no-any-return]


async def provide_session(request: WebRequest) -> AsyncIterator[AsyncSession]:
    """The unit of work for an action, the reader for a page."""
    database = ctx_of(request).services.database
    writes = request.route_handler.opt.get("writes", False)
    async with database.write() if writes else database.read() as session:
        yield session


async def provide_ctx(request: WebRequest) -> Ctx:
    """The context of this request."""
    return ctx_of(request)


async def provide_form(request: WebRequest) -> Form:
    """What was sent; read by the audience guard, which checks its token."""
    return await _read_form(request)


DEPENDENCIES = {
    "session": Provide(provide_session),
    "ctx": Provide(provide_ctx),
    "form": Provide(provide_form),
}


async def _read_form(connection: ASGIConnection[Any, Any, Any, Any]) -> Form:
    state = connection.scope["state"]
    if connection.route_handler.opt.get("streams"):
        return Form()
    if "form" not in state:
        is_post = connection.scope["method"] == "POST"  # type: ignore[typeddict-item]
        state["form"] = await read_form(connection) if is_post else Form()  # type: ignore[arg-type]
    return state["form"]  # type: ignore[no-any-return]


async def _check_form(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Refuse actions that another site sends: by origin always, by token when there is a session."""
    form = await _check_origin(connection)
    options = connection.route_handler.opt
    # of what streams, the token is looked at by `receive`
    needs_token = not (options.get("streams") or options.get("from_elsewhere"))
    if connection.scope["method"] == "POST" and needs_token:  # type: ignore[typeddict-item]
        _check_token(connection, form)


def _check_token(connection: ASGIConnection[Any, Any, Any, Any], form: Form) -> None:
    expected = ctx_of(connection).csrf_token
    given = connection.headers.get("x-csrf-token") or form.get("csrf_token")
    if expected and not crypto.same(expected, given):
        raise StaleForm()


@contextlib.asynccontextmanager
async def receive(request: WebRequest) -> AsyncIterator[LargeForm]:
    """The form of an action that `streams`, its token checked before its file is taken.

    Raises: StaleForm; ClientException when it cannot be read.
    """
    folder = ctx_of(request).services.settings.var_dir / "uploads"
    async with receive_large(request, folder, admit=lambda form: _check_token(request, form)) as received:
        yield received


async def _check_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> Form:
    """The form of this request. Raises: Forbidden for what another site sends."""
    form = await _read_form(connection)
    is_post = connection.scope["method"] == "POST"  # type: ignore[typeddict-item]
    if connection.route_handler.opt.get("from_elsewhere"):
        return form
    if is_post and not _is_same_origin(connection):
        raise Forbidden(N_("This request came from another site. Open our page and try again from there."))
    return form


def _is_same_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    source = connection.headers.get("origin") or connection.headers.get("referer", "")
    try:
        return bool(source) and urlsplit(source).netloc == connection.headers.get("host", "")
    except ValueError:
        return False


# ── answers ───────────────────────────────────────────────────────────────────
def render(ctx: Ctx, template: str, model: object = None) -> str:
    """`template` with `ctx` and `page`."""
    return ctx.services.environments[ctx.locale].get_template(template).render(ctx=ctx, page=model)


def _render_once(ctx: Ctx, template: str, model: object, *, may_keep: bool) -> tuple[bytes, str]:
    """The page and its tag; for visitors without a session, drawn once for the same content.

    The key is all that such a page is made of, not its address and an age: nothing old is ever shown. In
    demo mode templates may be edited while we run, so every page is drawn.
    """
    is_shared = may_keep and ctx.actor is None and not ctx.get_cookie("obste_notice") and not ctx.demo
    key = _content_key(ctx, template, model) if is_shared else None
    rendered = ctx.services.rendered
    if key is not None and key in rendered:
        rendered.move_to_end(key)
        return rendered[key]
    body = render(ctx, template, model).encode()
    drawn = body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    if key is not None and len(body) <= LARGEST_KEPT:
        rendered[key] = drawn
        if len(rendered) > RENDERED_PAGES:
            rendered.popitem(last=False)
    return drawn


def _content_key(ctx: Ctx, template: str, model: object) -> bytes | None:
    """Everything that a visitor's page is made of; None when the model holds what has no plain form.

    Of the time it holds the minute: a template that compares with `ctx.now` is right to the minute, and what
    must be right to the second (whether a vote takes ballots) is decided before, and is in the model.
    """
    minute = int(ctx.now.timestamp()) // 60
    around = (ctx.locale, ctx.path, ctx.query, ctx.theme, ctx.large_text, ctx.is_htmx, minute)
    try:
        plain = msgspec.msgpack.encode((template, around, model), enc_hook=_mark_markup)
    except (TypeError, OverflowError):
        return None
    return hashlib.blake2b(plain, digest_size=16).digest()


def _mark_markup(value: object) -> object:
    if isinstance(value, Markup):
        return {"markup": str(value)}
    raise TypeError


def page(
    request: WebRequest,
    template: str,
    model: object = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """A whole page, rendered now; a GET that finds nothing new answers 304."""
    ctx = ctx_of(request)
    is_looking = status == 200 and request.method in ("GET", "HEAD")
    # what must not be stored by others, or has a secret in its address, is not kept by us either
    may_keep = is_looking and not headers and "token" not in ctx.query
    body, tag = _render_once(ctx, template, model, may_keep=may_keep)
    answer = {"Vary": "HX-Request, Cookie", **(headers or {})}
    if is_looking and not ctx.out_cookies:
        answer["ETag"] = tag
        if answer["ETag"] in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=answer, media_type=HTML)
    return Response(body, status_code=status, headers=answer, media_type=HTML)


def respond(
    request: WebRequest, *, whole: str, part: str, model: object = None, status: int = 200
) -> Response[bytes]:
    """The fragment `part` for htmx, the page `whole` for everyone else: the same content."""
    headers = request.headers
    wants_part = headers.get("hx-request") == "true" and not headers.get("hx-history-restore-request")
    return page(request, part if wants_part else whole, model, status=status)


def feed(request: WebRequest, template: str, model: object) -> Response[bytes]:
    """An Atom feed (RFC 4287), rendered as a page is. One whose model says when it was `updated` also answers
    readers that know only dates (If-Modified-Since).
    """
    response = page(request, template, model)
    response.media_type = "application/atom+xml; charset=utf-8"
    updated: datetime | None = getattr(model, "updated", None)
    if updated is not None:
        response.headers["Last-Modified"] = format_datetime(updated.astimezone(UTC), usegmt=True)
        if "if-none-match" not in request.headers and _is_known(request, updated):
            response.content, response.status_code = b"", 304
    return response


def _is_known(request: WebRequest, updated: datetime) -> bool:
    """Whether a reader has what there was at a moment, to the second; a date that is none is no date."""
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return updated.replace(microsecond=0) <= since


def see_other(
    request: WebRequest, path: str, *, notice: str = "", kind: str = "success", anchor: str = ""
) -> Response[bytes]:
    """Go on to `path` (303), saying `notice` (already translated) there."""
    ctx = ctx_of(request)
    if notice:
        ctx.add_notice(notice, kind)
    target = ctx.url(path) + (f"#{anchor}" if anchor else "")
    if ctx.is_htmx:
        return Response(b"", status_code=204, headers={"HX-Redirect": target})
    return Response(b"", status_code=303, headers={"Location": target}, media_type=HTML)


def download(
    content: bytes, *, media_type: str, filename: str | None = None, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """Bytes to be saved under `filename` (ASCII), or shown when there is none."""
    answer = dict(headers or {})
    if filename is not None:
        answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return Response(content, headers=answer, media_type=media_type)


def stream(
    request: WebRequest,
    chunks: Callable[[], AsyncIterator[bytes]],
    *,
    media_type: str,
    filename: str | None = None,
) -> Response[Any]:
    """What is too long to be held, sent as it is made; `chunks` begin when the answer does and read with a
    session of their own, for the handler's has ended by then.
    """
    headers = {"Content-Disposition": f'attachment; filename="{_ascii(filename)}"'} if filename else {}
    if request.method == "HEAD":
        return Response(b"", headers=headers, media_type=media_type)
    return Stream(chunks(), headers=headers, media_type=media_type)


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace("?", "-").replace('"', "-")


def answer_json(request: WebRequest, value: T) -> Response[T]:
    """Data for programs; a GET that finds nothing new answers 304."""
    body = msgspec.json.encode(value)
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    known = tag in request.headers.get("if-none-match", "")
    answer: Response[Any] = Response(
        b"" if known else body,
        status_code=304 if known else 200,
        headers={"ETag": tag},
        media_type="application/json",
    )
    return answer


def explain_refusal(locale: Locale, refusal: DomainError, field: str = "") -> tuple[dict[str, str], int]:
    """The messages of a refusal by field, and the status that the page with what was typed is sent with.

    `field`: where the message of what is no error of a form stands.
    """
    if isinstance(refusal, FormErrors):
        return field_errors(locale, refusal), 422
    return {field: error_text(locale, refusal)}, 403 if isinstance(refusal, Forbidden) else 409


def field_errors(locale: Locale, errors: FormErrors) -> dict[str, str]:
    """The messages of a refused form by field, in the reader's language."""
    return {name: error_text(locale, error) for name, error in errors.errors.items()}


def error_text(locale: Locale, error: DomainError) -> str:
    """The message of a refusal in the reader's language; facts that are msgids too are translated."""
    return translate(locale, error.message, **error.facts)
