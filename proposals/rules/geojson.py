"""An operator's map file: GeoJSON within the town's bounds, with whose data it is.

One Polygon is the outline; a LineString with "name" and "kind" (river, street) a line; a Point with "name"
and "kind" (area, metro, landmark) a place. The collection itself carries "source", "licence" and
"attribution", which are printed under the map.
"""

from typing import Annotated, Literal

import msgspec

from proposals.rules.maps import Box, Line, Map, Place, Point, fit_box

BOUNDS = Box(44.3, 25.9, 44.6, 26.3)  # Bucharest and its surroundings
MAX_BYTES = 1_000_000
Name = Annotated[str, msgspec.Meta(max_length=60)]
Owed = Annotated[str, msgspec.Meta(min_length=2, max_length=300)]
Position = Annotated[list[float], msgspec.Meta(min_length=2, max_length=3)]  # longitude, latitude, height


class BadMap(Exception):
    """A map file cannot be used; the message says why."""


class _Polygon(msgspec.Struct, tag="Polygon"):
    coordinates: Annotated[
        list[Annotated[list[Position], msgspec.Meta(min_length=4, max_length=2000)]],
        msgspec.Meta(min_length=1, max_length=1),
    ]


class _LineString(msgspec.Struct, tag="LineString"):
    coordinates: Annotated[list[Position], msgspec.Meta(min_length=2, max_length=500)]


class _Point(msgspec.Struct, tag="Point"):
    coordinates: Position


class _Properties(msgspec.Struct):
    name: Name = ""
    kind: Literal["", "area", "metro", "landmark", "river", "street", "outline"] = ""


class _Feature(msgspec.Struct):
    geometry: _Polygon | _LineString | _Point
    properties: _Properties


class _Collection(msgspec.Struct):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], msgspec.Meta(max_length=300)]
    source: Owed
    licence: Owed
    attribution: Owed
    title: Name = ""


def read_map(content: bytes, *, title: str) -> Map:
    """The map in an operator's file; `title` when it has none of its own. Raises: BadMap."""
    if len(content) > MAX_BYTES:
        raise BadMap(f"the file has more than {MAX_BYTES} bytes")
    try:
        read = msgspec.json.decode(content, type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMap(str(error)) from None
    outlines = [one.geometry for one in read.features if isinstance(one.geometry, _Polygon)]
    if len(outlines) != 1:
        raise BadMap(f"one Polygon is the outline; there are {len(outlines)}")
    outline = _points(outlines[0].coordinates[0])
    places = tuple(place for place in map(_place, read.features) if place)
    if not any(place.kind == "area" for place in places):
        raise BadMap('at least one Point must have the kind "area": the pin is described by it')
    return Map(
        title=read.title or title,
        box=fit_box(outline),
        outline=outline,
        lines=tuple(line for line in map(_line, read.features) if line),
        places=places,
        source=f"{read.attribution} · {read.source} · {read.licence}",
    )


def _points(positions: list[Position]) -> tuple[Point, ...]:
    points = tuple(Point(position[1], position[0]) for position in positions)
    for point in points:
        if not BOUNDS.holds(point):
            raise BadMap(f"{point.longitude}, {point.latitude} is outside the town (longitude comes first)")
    return points


def _place(feature: _Feature) -> Place | None:
    if not isinstance(feature.geometry, _Point):
        return None
    properties = feature.properties
    if not properties.name or properties.kind not in ("area", "metro", "landmark"):
        raise BadMap("a Point needs a name and the kind area, metro or landmark")
    return Place(properties.name, properties.kind, _points([feature.geometry.coordinates])[0])


def _line(feature: _Feature) -> Line | None:
    if not isinstance(feature.geometry, _LineString):
        return None
    kind = "river" if feature.properties.kind == "river" else "street"
    return Line(feature.properties.name, kind, _points(feature.geometry.coordinates))
