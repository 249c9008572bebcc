"""A schematic map: points, where they lie on the picture, and what is near them.

The picture has one size in units for every map, so that a press on it means the same everywhere. Degrees
grow evenly along both sides, which over a district is as good as any projection. Nothing here says who
lives where: outlines are drawn to recognise a place by, not to decide.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

WIDTH, HEIGHT = 420, 360  # units of the picture
PICTURES = {
    "small": 280,
    "medium": 322,
    "large": 560,
}  # widths on a page; a press is told in pixels, so they are fixed
STEP_METERS = 50.0  # how far a button moves the pin
METERS_PER_DEGREE = 111_320.0  # of latitude
DIGITS = 5  # of coordinates: about a meter
MARGIN = 0.06  # of the picture, around the outline
FAR_METERS = 1500  # what is farther is no help in finding a place

STEPS: dict[str, tuple[int, int]] = {"north": (1, 0), "south": (-1, 0), "west": (0, -1), "east": (0, 1)}


class Point(NamedTuple):
    """A place on the ground, in degrees."""

    latitude: float
    longitude: float


class Box(msgspec.Struct, frozen=True):
    """What lies between two parallels and two meridians."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, point: Point) -> bool:
        """Whether the point lies in it, edges included."""
        return self.south <= point.latitude <= self.north and self.west <= point.longitude <= self.east

    def clamp(self, latitude: float, longitude: float) -> Point:
        """The nearest point inside, to a meter or so."""
        return Point(
            round(min(max(latitude, self.south), self.north), DIGITS),
            round(min(max(longitude, self.west), self.east), DIGITS),
        )


class Place(msgspec.Struct, frozen=True):
    """What has a name on the map."""

    name: str
    kind: str  # area, metro, landmark
    at: Point
    side: str = "below"  # where its name stands: below, above, above-left, left, right


class Line(msgspec.Struct, frozen=True):
    """A street or a river; its name is written along it when it has one."""

    name: str
    kind: str  # river, street
    points: tuple[Point, ...]
    name_at: int = 50  # where along it the name stands, in percent


class Map(msgspec.Struct, frozen=True):
    """A whole map. `source`: whose data it is and under which licence; empty for our own drawing."""

    title: str
    box: Box
    outline: tuple[Point, ...]
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    source: str = ""

    @property
    def areas(self) -> list[Place]:
        """The parts of the district."""
        return [place for place in self.places if place.kind == "area"]


class Spot(msgspec.Struct, frozen=True):
    """What is known of a point: the area whose name stands nearest, and the nearest landmark."""

    is_on_map: bool
    is_inside: bool
    area: str
    landmark: Place | None
    meters: int


def fit_box(points: Sequence[Point]) -> Box:
    """The box of the picture: around all points, with a margin, in the picture's proportions."""
    south, north = min(p.latitude for p in points), max(p.latitude for p in points)
    west, east = min(p.longitude for p in points), max(p.longitude for p in points)
    middle, center = (south + north) / 2, (west + east) / 2
    shrink = math.cos(math.radians(middle))
    meters = max((north - south) / HEIGHT, (east - west) * shrink / WIDTH, 1e-6) * (1 + 2 * MARGIN)
    half_height, half_width = meters * HEIGHT / 2, meters * WIDTH / shrink / 2
    return Box(middle - half_height, center - half_width, middle + half_height, center + half_width)


def to_picture(box: Box, point: Point) -> tuple[float, float]:
    """Where a point lies on the picture, in units from the upper left corner."""
    x = (point.longitude - box.west) / (box.east - box.west) * WIDTH
    y = (box.north - point.latitude) / (box.north - box.south) * HEIGHT
    return round(x, 1), round(y, 1)


def from_picture(box: Box, across: float, down: float) -> Point:
    """The point at these parts (0 to 1) of the picture's width and height, or the nearest on its edge."""
    latitude = box.north - down * (box.north - box.south)
    return box.clamp(latitude, box.west + across * (box.east - box.west))


def move(point: Point, direction: str, *, within: Box) -> Point:
    """50 meters to the north, south, west or east, as far as `within` goes."""
    north, east = STEPS[direction]
    degrees = STEP_METERS / METERS_PER_DEGREE
    latitude = point.latitude + north * degrees
    shrink = math.cos(math.radians(point.latitude))
    return within.clamp(latitude, point.longitude + east * degrees / shrink)


def middle_of(drawn: Map, area: str) -> Point:
    """Where the pin starts: at an area's name, or in the middle of all of them."""
    areas = drawn.areas
    named = [place.at for place in areas if place.name == area] or [place.at for place in areas]
    latitude = sum(at.latitude for at in named) / len(named)
    return drawn.box.clamp(latitude, sum(at.longitude for at in named) / len(named))


def meters_between(one: Point, other: Point) -> float:
    """On the ground, good enough within a town."""
    shrink = math.cos(math.radians((one.latitude + other.latitude) / 2))
    north, east = other.latitude - one.latitude, (other.longitude - one.longitude) * shrink
    return math.hypot(north, east) * METERS_PER_DEGREE


def is_inside(outline: Sequence[Point], point: Point) -> bool:
    """Whether the point lies inside the outline: a ray to the east crosses it an odd number of times."""
    inside = False
    for a, b in zip(outline, [*outline[1:], *outline[:1]], strict=True):
        if (a.latitude > point.latitude) != (b.latitude > point.latitude):
            part = (point.latitude - a.latitude) / (b.latitude - a.latitude)
            inside ^= point.longitude < a.longitude + part * (b.longitude - a.longitude)
    return inside


def describe(drawn: Map, point: Point) -> Spot:
    """What lies at a point and near it."""
    area = min(drawn.areas, key=lambda place: meters_between(point, place.at))
    others = [place for place in drawn.places if place.kind != "area"]
    landmark = min(others, key=lambda place: meters_between(point, place.at), default=None)
    meters = meters_between(point, landmark.at) if landmark else 0.0
    return Spot(
        is_on_map=drawn.box.holds(point),
        is_inside=is_inside(drawn.outline, point),
        area=area.name,
        landmark=landmark if meters <= FAR_METERS else None,
        meters=round(meters / 100) * 100,
    )
