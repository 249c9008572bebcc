"""The picture of the map."""

from litestar import Response
from litestar.di import NamedDependency

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import parse, query_form
from app.kit.web import WebRequest, anyone, download, get, render
from proposals.errors import MapNotFound
from proposals.forms import PointForm
from proposals.pages import maps as pages
from proposals.queries.maps import find_map
from proposals.rules.maps import Point

CACHE = "public, max-age=3600"


@get("/ideas/map.svg", audience=anyone, include_in_schema=False)
async def show_map(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The schematic, with a pin when it is asked for one that lies on it, or with the pins of a list."""
    drawn = find_map(ctx.services.settings)
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
