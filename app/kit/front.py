"""The outermost layer: language prefix, request id, who is looking, and headers on every answer.

It wraps the whole application, because unmatched routes never reach Litestar's middleware and must
have their security headers and their language too.
"""

import ipaddress
import time
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar.types import ASGIApp, Message, Receive, Send

from app.kit import clock
from app.kit.context import Ctx, Services
from app.kit.i18n import Locale

log = structlog.get_logger()
CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self), interest-cohort=()"),
)
SESSION_COOKIE = "obste_session"
SEEN_EVERY = timedelta(minutes=5)  # a session's last use is noted this often


class Front:
    """ASGI application around the Litestar one (`inner`)."""

    def __init__(self, inner: Any, services: Services) -> None:
        self.inner: ASGIApp = inner
        self.litestar = inner
        self.services = services
        self.hosts = frozenset(services.settings.allowed_hosts)
        self.proxies = tuple(ipaddress.ip_network(proxy) for proxy in services.settings.trusted_proxies)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            await self.close()
            return
        started = time.perf_counter()
        ctx = await self._make_ctx(scope)
        scope.setdefault("state", {})["ctx"] = ctx
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(ctx, list(message.get("headers", [])))
            await send(message)

        if self.hosts and _header(scope, b"host") not in self.hosts:
            await _refuse(send_with_headers, b"unknown host")
        elif "\0" in ctx.path:  # PostgreSQL takes none in a text, and no address of ours has one
            await _refuse(send_with_headers, b"bad address")
        else:
            await self.inner(scope, receive, send_with_headers)
        if not ctx.path.startswith("/static/"):
            took_ms = round((time.perf_counter() - started) * 1000, 1)
            log.info(
                "request",
                method=scope["method"],
                path=ctx.logged_path,
                status=status,
                ms=took_ms,
                id=ctx.request_id,
            )

    async def close(self) -> None:
        """Close every connection of this installation's adapters."""
        await self.services.database.dispose()
        await self.services.redis.aclose()

    async def _make_ctx(self, scope: Any) -> Ctx:
        locale, path = _split_locale(scope["path"])
        scope["path"], scope["raw_path"] = path, path.encode()
        cookies = _read_cookies(_header(scope, b"cookie"))
        ctx = Ctx(
            services=self.services,
            locale=locale,
            path=path,
            query=scope["query_string"].decode("latin-1"),
            request_id=uuid.uuid4().hex[:12],
            client_ip=self._client_ip(scope),
            is_htmx=_header(scope, b"hx-request") == "true",
            cookies=cookies,
            now=clock.now(),
            looking_at=_sent_from(scope) if scope["method"] == "POST" else None,
        )
        token = ctx.get_cookie(SESSION_COOKIE)
        if token and self.services.load_actor is not None and not path.startswith("/static/"):
            async with self.services.database.read() as session:
                ctx.actor = await self.services.load_actor(session, token, now=ctx.now)
            ctx.session_token = token if ctx.actor is not None else ""
            await self._touch(ctx)
        return ctx

    async def _touch(self, ctx: Ctx) -> None:
        """Note the use of the session, once every few minutes and not at each request."""
        touch = self.services.touch_session
        if touch is None or ctx.actor is None or ctx.actor.session_seen_at is None:
            return
        if ctx.now >= ctx.actor.session_seen_at + SEEN_EVERY:
            async with self.services.database.write() as session:
                await touch(session, ctx.actor.session_id, now=ctx.now)

    def _client_ip(self, scope: Any) -> str:
        peer = scope["client"][0] if scope.get("client") else ""
        try:
            trusted = any(ipaddress.ip_address(peer) in proxy for proxy in self.proxies)
        except ValueError:
            trusted = False
        # the last line: some proxies add a line of their own below what the visitor sent
        lines = [value.decode("latin-1") for key, value in scope["headers"] if key == b"x-forwarded-for"]
        forwarded = lines[-1].rsplit(",", 1)[-1].strip() if lines else ""
        return forwarded if trusted and forwarded else peer

    def _headers(self, ctx: Ctx, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in SECURITY_HEADERS if name not in names]
        headers.append((b"x-request-id", ctx.request_id.encode()))
        if b"cache-control" not in names:
            headers.append((b"cache-control", b"no-store" if ctx.actor else b"private, no-cache"))
        if self.services.settings.secure_cookies:
            headers.append((b"strict-transport-security", b"max-age=31536000"))
        headers += [(b"set-cookie", cookie.encode()) for cookie in ctx.out_cookies]
        return headers


def _split_locale(path: str) -> tuple[Locale, str]:
    path = "/" + path.lstrip("/")  # in a link "//name" would be another site
    if path == "/en" or path.startswith("/en/"):
        return "en", "/" + path[3:].lstrip("/")
    return "ro", path


def _sent_from(scope: Any) -> tuple[str, str] | None:
    """Path and query of our own page that sent this form: its address may answer POST only."""
    try:
        source = urlsplit(_header(scope, b"referer"))
    except ValueError:  # "http://[" has an address that begins and does not end
        return None
    if source.netloc != _header(scope, b"host"):
        return None
    return _split_locale(source.path or "/")[1], source.query


def _header(scope: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _read_cookies(header: str) -> dict[str, str]:
    """Names and values as they were set: ours need no quotes.

    Not http.cookies: undoing the quotes of one header takes it many seconds (CVE-2024-7592, until 3.11.10).
    """
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


async def _refuse(send: Send, why: bytes) -> None:
    await send({"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": why, "more_body": False})
