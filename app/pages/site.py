"""Home, help, statements, health, preferences, static files."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx, local_path
from app.kit.errors import NotFound
from app.kit.forms import Form
from app.kit.templating import STATIC_TYPES
from app.kit.web import WebRequest, anyone, get, page, post, see_other

YEAR_SECONDS = 31_536_000


@get("/health", audience=anyone)
async def health() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "ok"}


@get("/ready", audience=anyone)
async def ready(session: NamedDependency[AsyncSession]) -> dict[str, str]:
    """Whether the process can serve: the database answers and has been migrated."""
    version = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    return {"status": "ready", "schema": version}


@get("/static/{name:path}", audience=anyone, include_in_schema=False)
async def static_file(ctx: NamedDependency[Ctx], name: FromPath[str]) -> Response[bytes]:
    """One of our own files; under its hashed address it may be kept for a year."""
    directory = ctx.services.settings.root / "app" / "static"
    path = (directory / name.lstrip("/")).resolve()
    if not path.is_relative_to(directory) or path.suffix not in STATIC_TYPES or not path.is_file():
        raise NotFound()
    cache = (
        f"public, max-age={YEAR_SECONDS}, immutable"
        if ctx.query.startswith("v=")
        else "public, max-age=86400"
    )
    return Response(path.read_bytes(), media_type=STATIC_TYPES[path.suffix], headers={"Cache-Control": cache})


@post("/preferences", audience=anyone, include_in_schema=False)
async def set_preferences(
    request: WebRequest, ctx: NamedDependency[Ctx], form: NamedDependency[Form]
) -> Response[bytes]:
    """Theme and size of text, kept on the visitor's device."""
    if form.get("theme") in ("auto", "light", "dark"):
        ctx.set_cookie("obste_theme", form.get("theme"), max_age_seconds=YEAR_SECONDS)
    if form.get("large_text") in ("yes", "no"):
        size = "large" if form.get("large_text") == "yes" else "normal"
        ctx.set_cookie("obste_text", size, max_age_seconds=YEAR_SECONDS)
    return see_other(request, local_path(form.get("next", "/")))


class PlainPage(msgspec.Struct, frozen=True):
    """A page that says the same to everyone."""

    commands: tuple[str, ...] = ()


def _statement(path: str, template: str):  # type: ignore[no-untyped-def]
    @get(path, audience=anyone, include_in_schema=False, name=template)
    async def show_statement(request: WebRequest) -> Response[bytes]:
        return page(request, template, PlainPage())

    return show_statement


STATEMENTS = tuple(
    _statement(f"/{name}", f"statements/{name}.html")
    for name in ("help", "source", "accessibility", "privacy")
)


@get("/styleguide", audience=anyone, include_in_schema=False)
async def styleguide(request: WebRequest) -> Response[bytes]:
    """Every component in every state: where looks are judged and accessibility is tested."""
    return page(request, "styleguide.html", PlainPage())


SITE_HANDLERS = (health, ready, static_file, set_preferences, styleguide, *STATEMENTS)
