"""What the map's picture and the pages that show it are given."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from app.kit.i18n import N_, Locale, translate
from proposals.rules.maps import HEIGHT, PICTURES, WIDTH, Map, Place, Point, Spot, describe, to_picture

IN_AREA = N_("approximately in the area %(area)s")
IN_AREA_NEAR = N_("approximately in the area %(area)s, near %(place)s")
IN_AREA_AT = N_("approximately in the area %(area)s, about %(meters)s m from %(place)s")
OUTSIDE = N_("outside the outline of this drawing; the nearest area on it is %(area)s")
OFF_MAP = N_("outside this map")
METRO = N_("the metro station %(name)s")
NEAR_METERS = 200
APART = 16  # units of the picture; pins that are nearer to each other are one pin with both numbers
SIDES = {  # of a name: to the right and down from its mark, and which end of it is there
    "below": (0, 13, "middle"),
    "above": (0, -8, "middle"),
    "above-left": (5, -9, "end"),
    "left": (-7, 3, "end"),
    "right": (7, 4, "start"),
}

DIRECTIONS = (
    ("north", N_("50 m north")),
    ("south", N_("50 m south")),
    ("west", N_("50 m west")),
    ("east", N_("50 m east")),
)


class Mark(msgspec.Struct, frozen=True):
    """A name on the picture."""

    name: str
    kind: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


class Stroke(msgspec.Struct, frozen=True):
    """A street or river on the picture."""

    name: str
    kind: str
    points: list[tuple[float, float]]
    name_at: int


class Numbered(msgspec.Struct, frozen=True):
    """A pin of a list, with the numbers of what lies there."""

    label: str
    x: float
    y: float


class Picture(msgspec.Struct, frozen=True):
    """The map as shapes, in units of the picture."""

    title: str
    width: int
    height: int
    outline: list[tuple[float, float]]
    lines: list[Stroke]
    areas: list[Mark]
    marks: list[Mark]
    pin: tuple[float, float] | None
    numbered: list[Numbered]
    has_few_names: bool


class MapView(msgspec.Struct, frozen=True):
    """The map on a page, with the pin in words. The paths are in no language yet."""

    title: str
    path: str
    narrow_path: str
    words: str
    has_pin: bool
    source: str
    sizes: list[tuple[str, int, int]]  # name, width, height
    directions: tuple[tuple[str, str], ...] = DIRECTIONS


class PinsView(msgspec.Struct, frozen=True):
    """The pins of a list. `spots`: number and place in words of each; `without`: how many have none."""

    title: str
    path: str
    narrow_path: str
    source: str
    sizes: list[tuple[str, int, int]]
    spots: dict[int, str]
    without: int


def draw(
    drawn: Map,
    pin: Point | None,
    *,
    numbered: Mapping[int, Point] | None = None,
    has_few_names: bool = False,
) -> Picture:
    """The picture of a map. With few names they are larger, for a picture as narrow as a phone."""
    return Picture(
        title=drawn.title,
        width=WIDTH,
        height=HEIGHT,
        outline=[to_picture(drawn.box, point) for point in drawn.outline],
        lines=[
            Stroke(
                line.name, line.kind, [to_picture(drawn.box, point) for point in line.points], line.name_at
            )
            for line in drawn.lines
        ],
        areas=[_mark(drawn, place) for place in drawn.areas],
        marks=[_mark(drawn, place) for place in drawn.places if place.kind != "area"],
        pin=to_picture(drawn.box, pin) if pin and drawn.box.holds(pin) else None,
        numbered=_gather(drawn, numbered or {}),
        has_few_names=has_few_names,
    )


def _gather(drawn: Map, numbered: Mapping[int, Point]) -> list[Numbered]:
    """Those that lie on the map, from north to south, so that a pin never covers the number of another."""
    found: list[Numbered] = []
    for number, point in sorted(numbered.items()):
        if not drawn.box.holds(point):
            continue
        x, y = to_picture(drawn.box, point)
        near = next((one for one in found if abs(one.x - x) < APART and abs(one.y - y) < APART), None)
        if near is None:
            found.append(Numbered(str(number), x, y))
        else:
            found[found.index(near)] = Numbered(f"{near.label}, {number}", near.x, near.y)
    return sorted(found, key=lambda one: one.y)


def write_pins(numbered: Mapping[int, Point]) -> str:
    """Numbered points as an address has them; `read_pins` reads them."""
    return "".join(f"{number}:{one.latitude:.5f},{one.longitude:.5f};" for number, one in numbered.items())


def read_pins(written: str) -> dict[int, Point]:
    """What `write_pins` wrote, or somebody else in the same form."""
    found = {}
    for part in written.split(";")[:-1]:
        number, _, place = part.partition(":")
        latitude, _, longitude = place.partition(",")
        found[int(number)] = Point(float(latitude), float(longitude))
    return found


def view_pins(
    drawn: Map | None, places: Sequence[tuple[float | None, float | None]], *, first: int, locale: Locale
) -> PinsView | None:
    """The map of a list whose first row has the number `first`; None when none of it lies on the map."""
    if drawn is None:
        return None
    placed = {
        number: Point(latitude, longitude)
        for number, (latitude, longitude) in enumerate(places, first)
        if latitude is not None and longitude is not None
    }
    written = read_pins(write_pins(placed))  # as the picture will read them
    points = {number: point for number, point in written.items() if drawn.box.holds(point)}
    if not points:
        return None
    pins = write_pins(points)
    return PinsView(
        title=drawn.title,
        path=f"/ideas/map.svg?{urlencode({'pins': pins})}",
        narrow_path=f"/ideas/map.svg?{urlencode({'pins': pins, 'names': 'few'})}",
        source=drawn.source,
        sizes=_sizes(),
        spots={number: say_spot(describe(drawn, point), locale) for number, point in points.items()},
        without=len(places) - len(points),
    )


def _sizes() -> list[tuple[str, int, int]]:
    return [(name, width, width * HEIGHT // WIDTH) for name, width in PICTURES.items()]


def _mark(drawn: Map, place: Place) -> Mark:
    x, y = to_picture(drawn.box, place.at)
    right, down, anchor = SIDES[place.side]
    return Mark(place.name, place.kind, x, y, round(x + right, 1), round(y + down, 1), anchor)


def view_map(
    drawn: Map | None, latitude: float | None, longitude: float | None, locale: Locale
) -> MapView | None:
    """The map with a pin on it, or without one; None when there is no map of this district."""
    if drawn is None:
        return None
    point = Point(latitude, longitude) if latitude is not None and longitude is not None else None
    asked = {"lat": point.latitude, "lon": point.longitude} if point else {}
    return MapView(
        title=drawn.title,
        path="/ideas/map.svg" + (f"?{urlencode(asked)}" if asked else ""),
        narrow_path=f"/ideas/map.svg?{urlencode({**asked, 'names': 'few'})}",
        words=say_spot(describe(drawn, point), locale) if point else "",
        has_pin=point is not None,
        source=drawn.source,
        sizes=_sizes(),
    )


def view_pin(
    drawn: Map | None, latitude: float | None, longitude: float | None, locale: Locale
) -> MapView | None:
    """The map where there is a pin to show; None where there is not."""
    return view_map(drawn, latitude, longitude, locale) if latitude is not None else None


def say_spot(spot: Spot, locale: Locale) -> str:
    """Where a point is, in words."""
    if not spot.is_on_map:
        return translate(locale, OFF_MAP)
    if not spot.is_inside:
        return translate(locale, OUTSIDE, area=spot.area)
    if spot.landmark is None:
        return translate(locale, IN_AREA, area=spot.area)
    name = spot.landmark.name
    place = translate(locale, METRO, name=name) if spot.landmark.kind == "metro" else name
    message = IN_AREA_NEAR if spot.meters <= NEAR_METERS else IN_AREA_AT
    facts = {"area": spot.area, "place": place}
    if message == IN_AREA_AT:
        facts["meters"] = str(spot.meters)
    return translate(locale, message, **facts)
