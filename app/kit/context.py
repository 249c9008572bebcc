"""What one request knows: who is looking, in which language, how the page should look.

`Services` are the adapters of this process, chosen by settings; `Ctx` is made for each request by
the front (`app/kit/front.py`) and is what templates see as `ctx`.
"""

import base64
import dataclasses
import functools
import json
import uuid
from collections import OrderedDict
from datetime import datetime
from typing import Any, Protocol

import jinja2
import redis.asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import crypto
from app.kit.db import Database
from app.kit.i18n import Locale, translate, translate_plural
from app.kit.ratelimit import RateLimiter
from app.kit.storage import Storage
from app.settings import Settings


class Actor(Protocol):
    """Who acts: all that the ground floor needs to know of a signed-in person."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def is_verified(self) -> bool: ...
    @property
    def is_official(self) -> bool: ...
    def has(self, role: Any) -> bool: ...


class LoadActor(Protocol):
    """Port: who holds this session token? Handed over by the composition root."""

    async def __call__(self, session: AsyncSession, token: str, *, now: datetime) -> Any: ...


class TouchSession(Protocol):
    """Port: note that a session is in use, so that it does not end for being idle."""

    async def __call__(self, session: AsyncSession, session_id: uuid.UUID, *, now: datetime) -> None: ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Services:
    """The adapters of this process."""

    settings: Settings
    database: Database
    redis: "redis.asyncio.Redis"
    limiter: RateLimiter
    storage: Storage
    environments: dict[Locale, jinja2.Environment]
    load_actor: LoadActor | None = None
    touch_session: TouchSession | None = None
    menu: tuple[tuple[str, str, str], ...] = ()  # path, msgid, and the role it is for ("": everybody)
    secret_paths: tuple[str, ...] = ()  # what follows one of these in an address is a secret of its reader
    # pages drawn for visitors, by their content: bytes and tag (app/kit/web.py)
    rendered: OrderedDict[bytes, tuple[bytes, str]] = dataclasses.field(default_factory=OrderedDict)


@dataclasses.dataclass(frozen=True)
class Notice:
    """A message shown once, on the next page."""

    kind: str  # success, info, error
    text: str


@dataclasses.dataclass(frozen=True)
class MenuItem:
    """A link of the main navigation."""

    href: str
    label: str
    current: bool


@dataclasses.dataclass(kw_only=True)
class Ctx:
    """One request, as handlers and templates see it."""

    services: Services
    locale: Locale
    path: str
    query: str
    request_id: str
    client_ip: str
    is_htmx: bool
    cookies: dict[str, str]
    now: datetime
    actor: Any = None
    session_token: str = ""
    out_cookies: list[str] = dataclasses.field(default_factory=list)
    looking_at: tuple[str, str] | None = None  # path and query of the page a form was sent from

    # -- addresses
    def url(self, path: str) -> str:
        """`path` of ours in the language of this request."""
        return path if self.locale == "ro" else "/en" + ("" if path == "/" else path)

    def url_in(self, locale: str) -> str:
        """This very page in another language."""
        here, query = self.looking_at or (self.path, self.query)
        path = here if locale == "ro" else "/en" + ("" if here == "/" else here)
        return f"{path}?{query}" if query else path

    def absolute(self, path: str) -> str:
        """`path` with scheme and host, for mail, feeds and codes."""
        return self.services.settings.base_url.rstrip("/") + self.url(path)

    @property
    def logged_path(self) -> str:
        """The path as logs may keep it: without the secret that some addresses hold."""
        for prefix in self.services.secret_paths:
            if self.path.startswith(prefix):
                return prefix + "…"
        return self.path

    @property
    def canonical(self) -> str:
        return self.absolute(self.looking_at[0] if self.looking_at else self.path)

    # -- words
    def gettext(self, message: str, **facts: object) -> str:
        """`message` in the language of this request."""
        return translate(self.locale, message, **facts)

    def ngettext(self, singular: str, plural: str, num: int, **facts: object) -> str:
        """The plural form that fits `num`."""
        return translate_plural(self.locale, singular, plural, num, **facts)

    # -- who and how
    @property
    def csrf_token(self) -> str:
        """Bound to the session; without one there is nothing to forge, and the origin check remains."""
        if not self.session_token:
            return ""
        return crypto.keyed_hash(self.services.settings.secret_key, "csrf", self.session_token)

    @functools.cached_property
    def nav(self) -> list[MenuItem]:
        shown = {  # once, also for who sees it in two roles
            path: label
            for path, label, role in self.services.menu
            if not role or (self.actor is not None and self.actor.has(role))
        }
        here = max((path for path in shown if self._is_at(path)), key=len, default="")
        return [MenuItem(self.url(path), self.gettext(label), path == here) for path, label in shown.items()]

    def _is_at(self, path: str) -> bool:
        return self.path == path or self.path.startswith(path + "/")

    @property
    def theme(self) -> str:
        theme = self.get_cookie("obste_theme")
        return theme if theme in ("light", "dark") else "auto"

    @property
    def large_text(self) -> bool:
        return self.get_cookie("obste_text") == "large"

    @property
    def demo(self) -> bool:
        return self.services.settings.is_demo

    @property
    def district(self) -> str:
        return self.services.settings.district

    @property
    def phone(self) -> str:
        return self.services.settings.contact_phone

    @property
    def email(self) -> str:
        return self.services.settings.contact_email

    @property
    def source_url(self) -> str:
        return self.services.settings.source_url

    # -- cookies
    def cookie_name(self, name: str) -> str:
        """`name`, with the __Host- prefix wherever we are on https."""
        return f"__Host-{name}" if self.services.settings.secure_cookies else name

    def set_cookie(self, name: str, value: str, *, max_age_seconds: int | None = None) -> None:
        """Set a cookie for this host alone, unreadable by scripts; max_age 0 deletes it."""
        parts = [f"{self.cookie_name(name)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
        if max_age_seconds is not None:
            parts.append(f"Max-Age={max_age_seconds}")
        if self.services.settings.secure_cookies:
            parts.append("Secure")
        self.out_cookies.append("; ".join(parts))

    def get_cookie(self, name: str) -> str:
        return self.cookies.get(self.cookie_name(name), "")

    # -- messages shown once
    def add_notice(self, text: str, kind: str = "success") -> None:
        """Show `text` (already translated) on the next page."""
        body = base64.urlsafe_b64encode(json.dumps([kind, text]).encode()).decode()
        mark = crypto.keyed_hash(self.services.settings.secret_key, "notice", body)[:32]
        self.set_cookie("obste_notice", f"{body}.{mark}", max_age_seconds=300)

    @property
    def notices(self) -> list[Notice]:
        """What the page before left to be said; reading it takes it away."""
        body, _, mark = self.get_cookie("obste_notice").partition(".")
        if not body:
            return []
        if not any(cookie.startswith(self.cookie_name("obste_notice") + "=") for cookie in self.out_cookies):
            self.set_cookie("obste_notice", "", max_age_seconds=0)
        if not crypto.same(mark, crypto.keyed_hash(self.services.settings.secret_key, "notice", body)[:32]):
            return []
        kind, text = json.loads(base64.urlsafe_b64decode(body))
        return [Notice(kind, text)]


def local_path(candidate: str) -> str:
    """`candidate` if it is a path of this site, else "/": what a `next` parameter may hold."""
    # browsers leave tabs and line ends out of addresses and read \ as /: "/<tab>\name" is another site
    safe = candidate.startswith("/") and not candidate.startswith("//") and "\\" not in candidate
    return candidate if safe and candidate.isprintable() else "/"
