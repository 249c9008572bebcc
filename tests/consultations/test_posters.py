"""Posters, read by Poppler and scanned by ZBar: what they say, on how many sheets, where the code leads."""

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest

from tests.amendments.test_printing import check_tagged, plain
from tests.conftest import FrozenClock, skip_or_fail
from tests.debian import debian_program
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_host,
    make_organizer,
    make_season,
    make_venue,
)
from tests.proposals.conftest import Town
from tests.servers import Missing

MILLIMETRE = 72 / 25.4


def scan(content: bytes, folder: Path) -> list[str]:
    """What the codes say, a sheet at a time."""
    try:
        draw = debian_program("pdftoppm", "poppler-utils")
        read = debian_program("zbarimg", "zbar-tools")
    except Missing as missing:
        skip_or_fail(missing)
    path = folder / "codes.pdf"
    path.write_bytes(content)
    subprocess.run([draw, "-r", "60", "-gray", path, folder / "sheet"], check=True)
    found = []
    for image in sorted(folder.glob("sheet*.pgm")):
        said = subprocess.run([read, "-q", "--raw", image], capture_output=True, text=True, check=True)
        found.append(said.stdout.strip())
        image.unlink()
    return found


def sheets(content: bytes) -> list[tuple[int, int]]:
    """The size of each page in millimetres."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            (round(float(page.mediabox[2]) / MILLIMETRE), round(float(page.mediabox[3]) / MILLIMETRE))
            for page in pdf.pages
        ]


@pytest.fixture(autouse=True)
def february(clock: FrozenClock) -> None:
    clock.at(MORNING)


async def test_a_poster_says_when_where_and_how_to_come(town: Town, tmp_path: Path) -> None:
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(
            session, organizer, has_childcare=True, streets="Str. Zețarilor\nCalea Rahovei"
        )
    visitor = await town.visitor()
    assert "/poster.pdf" in await visitor.see(f"/consultations/{row.id}")
    settings = town.app.services.settings
    for prefix, lang, says in (
        ("", "ro-RO", ("Marți, 16 februarie 2027", "Intrare fără trepte", "Fără internet:", "Supraveghere")),
        (
            "/en",
            "en-GB",
            ("Tuesday, 16 February 2027", "Step-free entrance", "Without internet:", "Childcare"),
        ),
    ):
        address = f"{prefix}/consultations/{row.id}"
        content = (await visitor.client.get(f"{address}/poster.pdf")).content
        found = check_tagged(content, title=row.title, lang=lang)
        assert found.count("/H1") == 1
        assert found.count("/Figure") == 1
        said = " ".join(plain(content, tmp_path).split())
        for words in (*says, "18:00", "20:00", "Str. Munții Carpați 74", "Cristina Popa", "Str. Zețarilor"):
            assert words in said, words
        assert settings.contact_phone in said
        assert scan(content, tmp_path) == [settings.base_url.rstrip("/") + address]
        assert sheets(content) == [(210, 297)]
    large = (await visitor.client.get(f"/consultations/{row.id}/poster.pdf?paper=a3")).content
    assert sheets(large) == [(297, 420)]


async def test_all_of_a_neighbourhood_and_the_longest_words_stay_on_a_sheet_each(
    town: Town, tmp_path: Path
) -> None:
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        own = {"season": await make_season(session, organizer), "host": await make_host(session, organizer)}
        long = "Reabilitarea blocurilor din Ghencea și ce facem cu parcările " * 3
        here = await make_venue(
            session, organizer, name=long[:120], address=long[:200], access=long * 3, has_loop=True
        )
        there = await make_venue(session, organizer, name="Sala", area_code="ghencea", area="Ghencea")
        streets = "\n".join(f"Strada Lungă {number}" for number in range(40))
        rows = [
            await make_consultation(session, organizer, **own, **given)
            for given in (
                {"venue": here, "starts_at": EVENING, "title": long[:150], "streets": streets},
                {"venue": here, "starts_at": EVENING.replace(day=18), "languages": "limbajul semnelor"},
                {"venue": there, "starts_at": EVENING.replace(day=20)},
            )
        ]
    visitor = await town.visitor()
    page = await visitor.see("/consultations/posters?area=rahova&season=primavara-2027")
    assert "2 posters" in page
    query = "paper=a4&area=rahova&season=primavara-2027"
    content = (await visitor.client.get(f"/en/consultations/posters.pdf?{query}")).content
    assert len(sheets(content)) == 2
    base = town.app.services.settings.base_url.rstrip("/")
    assert scan(content, tmp_path) == [f"{base}/en/consultations/{one.id}" for one in rows[:2]]
    assert "32 more streets" in " ".join(plain(content, tmp_path).split())
    everything = (await visitor.client.get("/consultations/posters.pdf?paper=a9")).content
    assert sheets(everything) == [(210, 297)] * 3


async def test_there_is_none_of_what_is_over_called_off_or_only_proposed(
    town: Town, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer)
        hidden = await make_consultation(
            session, organizer, season=None, is_published=False, venue=await make_venue(session, organizer)
        )
    visitor = await town.visitor()
    await visitor.see(f"/consultations/{hidden.id}/poster.pdf", 404)
    clock.at(EVENING)
    refused = await visitor.see(f"/consultations/{row.id}/poster.pdf", 404)
    assert "still to come" in refused
    assert "Nothing to put up" in await visitor.see("/consultations/posters")
    await visitor.see("/consultations/posters.pdf", 404)
