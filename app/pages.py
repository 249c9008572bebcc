"""Pages of the house itself: home, health, register, styleguide, preferences, static files, demo mail."""

import json
from collections.abc import AsyncIterator

import msgspec
from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.response import Stream
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.context import Ctx, local_path
from app.kit.errors import NotFound
from app.kit.forms import Form
from app.kit.i18n import N_
from app.kit.templating import STATIC_TYPES
from app.kit.web import WebRequest, anyone, get, page, post, see_other

YEAR_SECONDS = 31_536_000


@get("/health", audience=anyone, include_in_schema=True)
async def health() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "ok"}


@get("/ready", audience=anyone)
async def ready(session: NamedDependency[AsyncSession]) -> dict[str, str]:
    """Whether the process can serve: the database answers and its schema is there."""
    await session.execute(text("SELECT version_num FROM alembic_version"))
    return {"status": "ready"}


@get("/static/{name:path}", audience=anyone, include_in_schema=False)
async def static_file(request: WebRequest, ctx: NamedDependency[Ctx], name: str) -> Response[bytes]:
    """One of our own files, at its hashed address for a year."""
    directory = ctx.services.settings.root / "app" / "static"
    path = (directory / name.lstrip("/")).resolve()
    if not path.is_relative_to(directory) or path.suffix not in STATIC_TYPES or not path.is_file():
        raise NotFound()
    hashed = "v=" in ctx.query
    cache = f"public, max-age={YEAR_SECONDS}, immutable" if hashed else "public, max-age=86400"
    return Response(path.read_bytes(), media_type=STATIC_TYPES[path.suffix], headers={"Cache-Control": cache})


@post("/preferences", audience=anyone, include_in_schema=False)
async def set_preferences(request: WebRequest, ctx: NamedDependency[Ctx], form: NamedDependency[Form]) -> Response[bytes]:
    """Theme and size of text, kept in a cookie each."""
    if form.get("theme") in ("auto", "light", "dark"):
        ctx.set_cookie("obste_theme", form.get("theme"), max_age_seconds=YEAR_SECONDS)
    if form.get("large_text") in ("yes", "no"):
        size = "large" if form.get("large_text") == "yes" else "normal"
        ctx.set_cookie("obste_text", size, max_age_seconds=YEAR_SECONDS)
    return see_other(request, local_path(form.get("next", "/")))
