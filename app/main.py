"""The composition root: settings and adapters in, application out."""

import functools
import logging
from pathlib import Path

import jinja2
import redis.asyncio
import structlog
from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin

from accounts.queries import load_actor
from accounts.routes import router as accounts_router
from accounts.service import touch_session
from amendments.routes import router as amendments_router
from app import VERSION
from app.errors import HANDLERS
from app.kit.context import Services
from app.kit.db import Database
from app.kit.front import Front
from app.kit.i18n import Locale
from app.kit.jobs import RqCourier
from app.kit.ratelimit import RateLimiter
from app.kit.storage import FileStorage
from app.kit.templating import StaticFiles, make_environments
from app.kit.web import DEPENDENCIES
from app.pages import demo_router
from app.pages import router as pages_router
from app.settings import Settings, get_settings
from app.wiring import MENU, SECRET_PATHS, wire
from consultations.routes import router as consultations_router
from cycles.routes import router as cycles_router
from discussions.routes import router as discussions_router
from notices.routes import router as notices_router
from open_data.routes import router as open_data_router
from proposals.routes import router as proposals_router
from search.routes import router as search_router
from voting.routes import router as voting_router

BODY_BYTES = 64 * 1024  # of a form without files; parsing more is a way to keep the loop busy


def make_services(settings: Settings) -> Services:
    """The adapters that `settings` ask for. Connections are made when first used."""
    client = redis.asyncio.Redis.from_url(settings.redis_url)
    return Services(
        settings=settings,
        database=Database(settings.database_url, courier=RqCourier(settings.redis_url)),
        redis=client,
        limiter=RateLimiter(client),
        storage=FileStorage(settings.var_dir / "files"),
        environments=_environments(settings.root),
        load_actor=load_actor,
        touch_session=touch_session,
        menu=MENU,
        secret_paths=SECRET_PATHS,
    )


def routers() -> list[Router]:
    """Every domain's router, once."""
    return [
        pages_router,
        accounts_router,
        cycles_router,
        search_router,
        notices_router,
        open_data_router,
        voting_router,
        proposals_router,
        consultations_router,
        discussions_router,
        amendments_router,
    ]


def create_app(settings: Settings | None = None) -> Front:
    """The whole application. One process serves it: `granian --factory app.main:create_app`."""
    settings = settings or get_settings()
    _configure_logging(settings)
    wire()
    return Front(_litestar(is_demo=settings.is_demo), make_services(settings))


def make_litestar(*, is_demo: bool) -> Litestar:
    """Every route. It holds nothing of an installation: that is what the front brings to each request."""
    return Litestar(
        route_handlers=[*routers(), *([demo_router] if is_demo else [])],
        dependencies=DEPENDENCIES,
        exception_handlers=HANDLERS,
        request_max_body_size=BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Obște",
            version=VERSION,
            path="/api",
            use_handler_docstrings=True,
            # The interactive viewers load scripts from elsewhere, which our policy refuses.
            render_plugins=[JsonRenderPlugin(), YamlRenderPlugin()],
        ),
        logging_config=None,
    )


_litestar = functools.cache(make_litestar)  # a tenth of a second, once a process


@functools.cache
def _environments(root: Path) -> dict[Locale, jinja2.Environment]:
    """Compiled templates are worth keeping: they too hold nothing of an installation."""
    return make_environments(root / "templates", StaticFiles(root / "app" / "static"))


def _configure_logging(settings: Settings) -> None:
    shown = logging.INFO if settings.env == "production" else logging.WARNING
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(shown),
        cache_logger_on_first_use=False,
    )
