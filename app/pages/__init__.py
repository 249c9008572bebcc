"""Pages of the house itself, which belong to no domain."""

from litestar import Router

from app.pages.booth import BOOTH_HANDLERS
from app.pages.demo import DEMO_HANDLERS
from app.pages.home import HOME_HANDLERS
from app.pages.register import REGISTER_HANDLERS
from app.pages.site import SITE_HANDLERS

router = Router(
    path="/", route_handlers=[*HOME_HANDLERS, *SITE_HANDLERS, *REGISTER_HANDLERS, *BOOTH_HANDLERS]
)
demo_router = Router(path="/", route_handlers=[*DEMO_HANDLERS])  # registered in demo mode only
