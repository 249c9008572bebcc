"""The map: which one this installation has, and its picture."""

import functools
from pathlib import Path

import structlog
from litestar import Response
from litestar.di import NamedDependency

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import parse, query_form
from app.kit.web import WebRequest, anyone, download, get, render
from proposals.errors import MapNotFound
from proposals.forms import PointForm
from proposals.pages import maps as pages
from proposals.rules.geojson import BadMap, read_map
from proposals.rules.maps import Map, Point
from proposals.rules.sector5 import DISTRICT, SECTOR_5

MAP_FILE = "map.geojson"
CACHE = "public, max-age=3600"
log = structlog.get_logger()


def map_of(ctx: Ctx) -> Map | None:
    """The operator's map if there is one; our own drawing in the district that it shows; else none."""
    settings = ctx.services.settings
    if settings.map_data_dir is not None:
        return _read_once(settings.map_data_dir / MAP_FILE, settings.district)
    return SECTOR_5 if settings.district == DISTRICT else None


@functools.cache
def _read_once(path: Path, title: str) -> Map | None:
    """The map in a file; without one that can be used, places are words."""
    try:
        return read_map(path.read_bytes(), title=title)
    except (OSError, BadMap) as error:
        log.error("map", path=str(path), problem=str(error))
        return None


@get("/ideas/map.svg", audience=anyone, include_in_schema=False)
async def show_map(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The schematic, with a pin when it is asked for one that lies on it, or with the pins of a list."""
    drawn = map_of(ctx)
    if drawn is None:
        raise MapNotFound()
    try:
        asked = parse(PointForm, query_form(request))
    except FormErrors:
        asked = PointForm()
    pin = None if asked.lat is None or asked.lon is None else Point(asked.lat, asked.lon)
    shown = pages.draw(drawn, pin, numbered=pages.read_pins(asked.pins), has_few_names=asked.names == "few")
    picture = render(ctx, "proposals/map.xml", shown)
    return download(picture.encode(), media_type="image/svg+xml", headers={"Cache-Control": CACHE})


HANDLERS = [show_map]
