"""The schematic: degrees and pixels, words for a point, what is sent by a press, and an operator's file."""

import html
import json
import math
import re
import uuid
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import FormErrors
from app.kit.forms import Form
from app.settings import Settings
from proposals import queries
from proposals.forms import LATITUDES, LONGITUDES, PinDeed, read_pin_deed
from proposals.models import Idea
from proposals.pages.maps import DIRECTIONS, draw, read_pins, say_spot, view_map, write_pins
from proposals.rules import maps
from proposals.rules.geojson import MAX_BYTES, BadMap, read_map
from proposals.rules.maps import Box, Point, describe
from proposals.rules.sector5 import OUTLINE, SECTOR_5
from tests.make.proposals import make_idea
from tests.proposals.conftest import Town, Visitor

BOX = SECTOR_5.box
INSIDE = st.builds(Point, st.floats(BOX.south, BOX.north), st.floats(BOX.west, BOX.east))
ANYWHERE = st.builds(Point, st.floats(-80, 80), st.floats(-179, 179))
SVG = "{http://www.w3.org/2000/svg}"


# ── pure ──────────────────────────────────────────────────────────────────────
@given(INSIDE)
def test_to_the_picture_and_back_is_the_same_place(point: Point) -> None:
    x, y = maps.to_picture(BOX, point)
    back = maps.from_picture(BOX, x / maps.WIDTH, y / maps.HEIGHT)
    assert maps.meters_between(point, back) < 3


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_press_is_never_off_the_map(across: float, down: float) -> None:
    point = maps.from_picture(BOX, across, down)
    assert BOX.south - 1e-5 <= point.latitude <= BOX.north + 1e-5
    assert BOX.west - 1e-5 <= point.longitude <= BOX.east + 1e-5


@given(INSIDE, st.sampled_from(sorted(maps.STEPS)))
def test_a_step_is_fifty_meters_and_back_again(point: Point, direction: str) -> None:
    limits = Box(LATITUDES[0], LONGITUDES[0], LATITUDES[1], LONGITUDES[1])
    start = limits.clamp(*point)
    moved = maps.move(start, direction, within=limits)
    assert math.isclose(maps.meters_between(start, moved), 50, abs_tol=1.5)
    opposite = {"north": "south", "south": "north", "west": "east", "east": "west"}[direction]
    assert maps.meters_between(maps.move(moved, opposite, within=limits), start) < 2


def test_steps_end_at_the_edge() -> None:
    corner = Point(BOX.north, BOX.east)
    assert maps.move(corner, "north", within=BOX) == BOX.clamp(*corner)
    assert maps.move(corner, "east", within=BOX) == BOX.clamp(*corner)
    assert [name for name, _ in DIRECTIONS] == list(maps.STEPS)


@given(ANYWHERE)
def test_every_point_has_words_in_both_languages(point: Point) -> None:
    spot = describe(SECTOR_5, point)
    for locale in ("ro", "en"):
        words = say_spot(spot, locale)
        assert words
        assert "%" not in words


def test_words_name_area_landmark_and_distance() -> None:
    def say(latitude: float, longitude: float) -> str:
        return say_spot(describe(SECTOR_5, Point(latitude, longitude)), "en")

    assert say(44.435, 26.0757) == "approximately in the area Cotroceni, near the metro station Eroilor"
    assert say(44.3965, 26.048) == "approximately in the area Rahova"
    assert re.fullmatch(
        r"approximately in the area Ferentari, about 1000 m from Piața Chirigiu", say(44.41, 26.081)
    )
    assert say(44.392, 26.008).startswith("outside the outline of this drawing")
    assert say(44.52, 26.2) == "outside this map"
    romanian = say_spot(describe(SECTOR_5, Point(44.435, 26.0757)), "ro")
    assert romanian == "aproximativ în zona Cotroceni, lângă stația de metrou Eroilor"


def test_our_drawing_is_whole() -> None:
    assert all(maps.is_inside(OUTLINE, place.at) for place in SECTOR_5.areas)
    assert all(BOX.holds(place.at) for place in SECTOR_5.places)
    assert len(SECTOR_5.areas) == 8
    shrink = math.cos(math.radians(44.41))
    ratio = (BOX.east - BOX.west) * shrink / (BOX.north - BOX.south)
    assert math.isclose(ratio, maps.WIDTH / maps.HEIGHT, rel_tol=0.001), "nothing is stretched"
    assert all(width * maps.HEIGHT % maps.WIDTH == 0 for width in maps.PICTURES.values()), "whole pixels"


def test_the_pin_starts_where_the_area_is() -> None:
    rahova = next(place for place in SECTOR_5.areas if place.name == "Rahova")
    assert maps.middle_of(SECTOR_5, "Rahova") == rahova.at
    assert maps.is_inside(OUTLINE, maps.middle_of(SECTOR_5, "nowhere"))


# ── what a press sends ────────────────────────────────────────────────────────
def test_a_press_is_read_at_each_size() -> None:
    for name, width in maps.PICTURES.items():
        height = width * maps.HEIGHT // maps.WIDTH
        middle = read_pin_deed(
            Form([(f"pin-{name}.x", str(width // 2)), (f"pin-{name}.y", str(height // 2))])
        )
        assert middle is not None
        assert middle.kind == "press"
        assert math.isclose(middle.across, 0.5, abs_tol=0.01)
        assert math.isclose(middle.down, 0.5, abs_tol=0.01)


def test_the_keyboard_presses_at_nothing_and_starts_the_pin() -> None:
    assert read_pin_deed(Form([("pin-large.x", "0"), ("pin-large.y", "0")])) == PinDeed("start")
    assert read_pin_deed(Form([("do", "pin:start")])) == PinDeed("start")
    assert read_pin_deed(Form([("do", "pin:west")])) == PinDeed("move", direction="west")
    assert read_pin_deed(Form([("do", "pin:remove")])) == PinDeed("remove")
    assert read_pin_deed(Form([("do", "later"), ("latitude", "44,4")])) is None
    assert read_pin_deed(Form()) is None


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("", "5"),
        ("5", ""),
        ("abc", "5"),
        ("1e9", "5"),
        ("nan", "nan"),
        ("inf", "0"),
        ("9" * 400, "1"),
        ("1;2", "3"),
        ("٣", "4"),
    ],
)
def test_what_no_browser_sends_is_refused(x: str, y: str) -> None:
    with pytest.raises(FormErrors) as refused:
        read_pin_deed(Form([("pin-large.x", x), ("pin-large.y", y)]))
    assert set(refused.value.errors) == {"map"}


# ── an operator's file ────────────────────────────────────────────────────────
def feature(shape: str, coordinates: object, **properties: str) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def operators_map(**changes: object) -> bytes:
    """A village of four corners."""
    ring = [[26.0, 44.4], [26.1, 44.4], [26.1, 44.5], [26.0, 44.5], [26.0, 44.4]]
    whole: dict[str, object] = {
        "type": "FeatureCollection",
        "source": "Registrul local",
        "licence": "CC BY 4.0",
        "attribution": "© Primăria <Satului>",
        "features": [
            feature("Polygon", [ring]),
            feature("Point", [26.05, 44.45], name="Centru", kind="area"),
            feature("Point", [26.06, 44.45, 80.0], name="Gara", kind="metro"),
            feature("LineString", [[26.0, 44.41], [26.1, 44.42]], name="Argeș", kind="river"),
        ],
    }
    return json.dumps({**whole, **changes}).encode()


def test_an_operators_map_is_read_and_says_whose_it_is() -> None:
    read = read_map(operators_map(), title="Sectorul 9")
    assert read.title == "Sectorul 9"
    assert [place.name for place in read.areas] == ["Centru"]
    assert read.lines[0].kind == "river"
    view = view_map(read, 44.45, 26.06, "en")
    assert view is not None
    assert view.words == "approximately in the area Centru, near the metro station Gara"
    assert view.source == "© Primăria <Satului> · Registrul local · CC BY 4.0"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"[" * 5000,
        b" " * (MAX_BYTES + 1),
        operators_map(licence=""),
        operators_map(source=None),
        operators_map(features=[]),
        operators_map(
            features=[feature("Polygon", [[[26.0, 44.4], [26.1, 44.4], [26.1, 44.5], [26.0, 44.4]]])]
        ),
        operators_map(
            features=[feature("Polygon", [[[44.4, 26.0], [44.4, 26.1], [44.5, 26.1], [44.4, 26.0]]])]
        ),
        operators_map(features=[feature("Point", [26.05, 44.45], name="Centru", kind="area")]),
        operators_map(features=[feature("MultiPolygon", [])]),
        operators_map(features=[feature("Point", ["26.05", "44.45"], name="Centru", kind="area")]),
    ],
)
def test_a_file_that_cannot_be_a_map_is_refused(content: bytes) -> None:
    with pytest.raises(BadMap):
        read_map(content, title="x")


def read_picture(text: str) -> ElementTree.Element:
    """Our own picture, which must be well-formed."""
    return ElementTree.fromstring(text)  # noqa: S314 - made by ourselves


# ── in the application ────────────────────────────────────────────────────────
async def stored(town: Town, address: str) -> Idea:
    async with town.database.read() as session:
        return await queries.get_idea(session, uuid.UUID(address.rsplit("/", 1)[1]))


async def begin(resident: Visitor) -> str:
    """A new draft: its address."""
    begun = await resident.send("/ideas/new")
    return begun.headers["location"].removeprefix("/en").removesuffix("/edit/text")


def press(x: str, y: str, size: str = "large", **typed: str) -> Any:
    """What a browser sends when the map is pressed."""
    return {**typed, f"pin-{size}.x": x, f"pin-{size}.y": y}


async def test_a_press_puts_the_pin_and_keeps_what_was_typed(town: Town) -> None:
    resident = await town.resident()
    address = await begin(resident)
    place = f"{address}/edit/place"
    empty = await resident.see(place)
    assert empty.count('type="image"') == len(maps.PICTURES)
    assert "Press on the map" in empty
    fields = press("140", "120", "small", location="Aleea Livezilor", latitude="nonsense")
    put = await resident.send(place, **fields)
    assert put.headers["location"] == f"/en{place}#map"
    idea = await stored(town, address)
    assert idea.location == "Aleea Livezilor"
    assert idea.latitude is not None
    assert idea.longitude is not None
    middle = maps.from_picture(BOX, 0.5, 0.5)
    assert maps.meters_between(Point(idea.latitude, idea.longitude), middle) < 40
    page = await resident.see(place)
    assert "The pin is approximately in the area" in page
    assert f"lat={idea.latitude}&amp;lon={idea.longitude}" in page


async def test_the_pin_is_set_moved_and_removed_from_the_keyboard(town: Town) -> None:
    resident = await town.resident()
    address = await begin(resident)
    place = f"{address}/edit/place"
    start = maps.middle_of(SECTOR_5, "")
    await resident.send(place, **press("0", "0"))  # Enter on the map
    idea = await stored(town, address)
    assert (idea.latitude, idea.longitude) == start
    kept = {"latitude": str(start.latitude), "longitude": str(start.longitude)}
    moved = await resident.send(place, do="pin:north", **kept)
    assert moved.headers["location"].endswith("#pin-north")
    north = (await stored(town, address)).latitude or 0.0
    assert math.isclose((north - start.latitude) * maps.METERS_PER_DEGREE, 50, abs_tol=2)
    await resident.send(place, **press("0", "0", latitude=str(north), longitude=kept["longitude"]))
    assert (await stored(town, address)).latitude == north, "a pin that is there stays"
    await resident.send(place, do="pin:remove", latitude=str(north), longitude=kept["longitude"])
    assert (await stored(town, address)).latitude is None


async def test_a_hostile_press_breaks_nothing(town: Town) -> None:
    resident, stranger = await town.resident(), await town.resident(name="Dan Ionescu")
    address = await begin(resident)
    place = f"{address}/edit/place"
    await resident.send(place, **press("-99999", "99999"))
    corner = await stored(town, address)
    assert BOX.clamp(corner.latitude or 0, corner.longitude or 0) == (corner.latitude, corner.longitude)
    refused = await resident.send(place, 422, **press("x", "1", location="Nou"))
    assert "Press once more on the map" in refused.text
    assert 'value="Nou"' in refused.text
    await stranger.send(place, 404, **press("5", "5"))
    assert (await stored(town, address)).latitude == corner.latitude


async def test_the_pin_is_shown_to_residents_and_department(town: Town) -> None:
    resident, reviewer, anonymous = await town.resident(), await town.reviewer(), await town.visitor()
    address = await begin(resident)
    body = "Propun doi platani și o bancă lângă scări. " * 3
    await resident.send(f"{address}/edit/text", title="Umbră la stația Eroilor", body=body)
    await resident.send(f"{address}/edit/place", location="Eroilor", latitude="44,435", longitude="26,076")
    alt = "with a pin: approximately in the area Cotroceni, near the metro station Eroilor"
    assert alt in await resident.see(f"{address}/check")
    await resident.send(f"{address}/send")
    public = await anonymous.see(address)
    assert alt in public
    assert public.index('<h2 class="govuk-heading-m">Where</h2>') < public.index('class="ob-map"')
    assert alt in await reviewer.see(f"/review{address}")


async def test_the_picture_is_valid_and_bears_nonsense(town: Town) -> None:
    visitor = await town.visitor()
    plain = await visitor.client.get("/ideas/map.svg")
    assert plain.headers["content-type"] == "image/svg+xml"
    assert "max-age" in plain.headers["cache-control"]
    root = read_picture(plain.text)
    assert {"Rahova", "Mărgeanului"} <= {text.text for text in root.iter(f"{SVG}text")}
    assert "Schiță" in plain.text
    assert "style" not in plain.text
    assert not list(root.iter(f"{SVG}g"))
    pinned = await visitor.client.get("/en/ideas/map.svg?lat=44.41&lon=26.05&names=few")
    root = read_picture(pinned.text)
    assert len(list(root.iter(f"{SVG}g"))) == 1
    assert "Schematic" in pinned.text
    assert "Piața Chirigiu" not in pinned.text
    for query in (
        "lat=<x>&lon=2",
        "lat=nan&lon=nan",
        "lat=44.41",
        "lat=44.59&lon=26.29",
        "names=all&names=zzz",
        "lat=%00",
    ):
        answer = await visitor.client.get(f"/ideas/map.svg?{query}")
        assert answer.status_code == 200, query
        assert not list(read_picture(answer.text).iter(f"{SVG}g")), query


@given(st.dictionaries(st.integers(1, 99999), INSIDE, max_size=20))
def test_pins_of_a_list_are_written_and_read_back(numbered: dict[int, Point]) -> None:
    back = read_pins(write_pins(numbered))
    assert back.keys() == numbered.keys()
    assert all(maps.meters_between(back[one], numbered[one]) < 3 for one in numbered)
    labels = [one.label for one in draw(SECTOR_5, None, numbered=numbered).numbered]
    assert sorted(int(number) for label in labels for number in label.split(", ")) == sorted(numbered)


async def test_the_map_of_the_list_shows_what_the_list_shows(town: Town) -> None:
    places = [(44.41, 26.05), (44.41, 26.05), (44.43, 26.07), None, (45.9, 25.0)]
    async with town.database.write() as session:
        for number, place in enumerate(places):
            title = f"Ideea cu numărul {number} din listă" + (" cu xilofon" if place is None else "")
            idea = await make_idea(session, cycle=town.cycle, title=title)
            idea.latitude, idea.longitude = place or (None, None)
    visitor = await town.visitor()
    page = await visitor.see("/ideas?order=new")
    figure = page[page.index('id="on-the-map"') : page.index("</figure>")]
    titles = re.findall(r"Ideea cu numărul (\d) din listă", figure)
    assert set(titles) == {"0", "1", "2"}
    assert "3 ideas of this page on the map" in page
    assert "2 ideas of this page have no pin on this map." in figure
    listed = re.findall(r"<strong>(\d+)</strong>.*?numărul (\d) din", figure)
    cards = page[page.index("</figure>") :]
    for number, title in listed:  # the number on the map is the number on the card
        card = cards[cards.index(f"numărul {title} din") :]
        assert card.index(f"{number} on the map") < card.index("</li>")
    source = html.unescape(re.search(r'<img[^>]*src="(/[^"]*map\.svg[^"]*)"', figure)[1])  # type: ignore[index]
    drawn = read_picture((await visitor.client.get(source)).text)
    labels = {one.text for group in drawn.iter(f"{SVG}g") for one in group.iter(f"{SVG}text")}
    assert {number for label in labels for number in (label or "").split(", ")} == {one for one, _ in listed}
    assert len(labels) == 2  # two at one place are one pin
    only = await visitor.see("/ideas?q=xilofon")
    assert "numărul 3 din" in only
    assert 'id="on-the-map"' not in only


@pytest.mark.parametrize(
    "pins", ["1:a,b;", "1:44.41,26.05", ";;;", "1:999.1,2.2;", "<script>", "1:44.4,26.0;" * 200]
)
async def test_pins_that_are_none_are_left_out(town: Town, pins: str) -> None:
    answer = await (await town.visitor()).client.get("/ideas/map.svg", params={"pins": pins})
    assert answer.status_code == 200
    assert not list(read_picture(answer.text).iter(f"{SVG}g"))


class TestOtherDistrict:
    """An installation elsewhere: without a map, and with one of its own."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, district="Sectorul 9")

    async def test_places_are_words(self, town: Town) -> None:
        resident = await town.resident()
        place = f"{await begin(resident)}/edit/place"
        assert "map.svg" not in await resident.see(place)
        await resident.send(place, do="pin:start")
        assert (await resident.client.get("/ideas/map.svg")).status_code == 404


class TestOwnMap:
    """An installation with an operator's file."""

    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Path) -> Settings:
        (tmp_path / "map.geojson").write_bytes(operators_map())
        return msgspec.structs.replace(settings, district="Sectorul 9", map_data_dir=tmp_path)

    async def test_it_is_drawn_with_whose_data_it_is(self, town: Town) -> None:
        resident = await town.resident()
        place = f"{await begin(resident)}/edit/place"
        page = await resident.see(place)
        assert "Map data: © Primăria &lt;Satului&gt; · Registrul local · CC BY 4.0" in page
        assert "Centru" in (await resident.client.get("/ideas/map.svg")).text
