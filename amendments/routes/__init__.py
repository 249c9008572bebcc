"""The web of draft decisions: reading, proposing, and what the secretariat and the councillors do."""

from litestar import Router

from amendments.routes import answering, consolidating, following, proposing, public, secretariat

router = Router(
    path="/",
    route_handlers=[
        *public.HANDLERS,
        *proposing.HANDLERS,
        *secretariat.HANDLERS,
        *answering.HANDLERS,
        *consolidating.HANDLERS,
        *following.HANDLERS,
    ],
)
