"""Every route has exactly one audience, every action is protected, every page answers HEAD."""

from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler

from app.kit.web import AUDIENCES
from app.main import routers
from app.pages import demo_router


def handlers() -> list[HTTPRouteHandler]:
    """Every handler of ours, as written."""
    return [
        handler
        for router in [*routers(), demo_router]
        for route in router.routes
        for handler in getattr(route, "route_handlers", [])
        if "audience" in handler.opt or "OPTIONS" not in handler.http_methods
    ]


def describe(handler: HTTPRouteHandler) -> str:
    return f"{sorted(handler.http_methods)} {sorted(handler.paths)} {handler.handler_name}"


def test_there_are_routes() -> None:
    assert len(handlers()) > 10


@pytest.mark.parametrize("handler", handlers(), ids=describe)
def test_each_route_has_one_audience(handler: HTTPRouteHandler) -> None:
    guards: tuple[Any, ...] = tuple(handler.guards or ())
    assert len(guards) == 1, "exactly one guard: the audience"
    assert guards[0] in AUDIENCES
    assert handler.opt["audience"] is guards[0]


@pytest.mark.parametrize("handler", handlers(), ids=describe)
def test_pages_answer_head_and_actions_only_post(handler: HTTPRouteHandler) -> None:
    methods = set(handler.http_methods) - {"OPTIONS"}
    assert methods in ({"GET", "HEAD"}, {"POST"}), "register with kit.web get() or post()"


def test_a_json_path_belongs_to_the_described_interface() -> None:
    """What answers with data to programs is in the OpenAPI description; pages are not."""
    for handler in handlers():
        for path in handler.paths:
            if path.endswith(".json"):
                assert handler.include_in_schema is not False, f"{path} is missing from the description"
