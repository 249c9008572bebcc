"""The form of one change on its pages: what it offers, what it keeps when it refuses, what comes of it."""

import html
import re

from amendments import queries
from amendments.models import Act
from amendments.text.labels import cite
from amendments.text.units import Version
from tests.amendments.test_drafts import changes, step
from tests.amendments.test_routes import REASON, announced
from tests.make.decision import DECISION
from tests.proposals.conftest import Town

NESTED = "(1) Se plătește anual.\r\n(2) Nu plătesc:\r\na) persoanele cu dizabilități;\r\nb) veteranii."


async def text_of(town: Town, act: Act) -> Version:
    async with town.database.read() as session:
        return queries.read_version(await queries.last_version(session, act.id))


def at(text: Version, citation: str) -> str:
    return next(unit.id for unit in text.units if cite(text, unit.id) == citation)


def offered(page: str) -> dict[str, str]:
    """The addresses of the form that a part's page offers, by what it does."""
    links = re.findall(r'href="/en(/acts/[^"]+/propose\?[^"]+do=(\w+))"', page)
    return {do: html.unescape(address) for address, do in links}


def places(page: str) -> list[tuple[str, str]]:
    """(value, words) of the places that a form offers."""
    radios = re.findall(r'name="place" type="radio" value="([^"]+)".*?<label[^>]*>(.*?)</label>', page, re.S)
    options = re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', page)
    return [(html.unescape(value), html.unescape(words)) for value, words in radios or options]


async def test_a_row_is_proposed_in_cells_and_comes_back_in_cells(town: Town) -> None:
    act, _ = await announced(town, DECISION)
    text = await text_of(town, act)
    ana = await town.resident()
    cell = at(text, "anexa nr. 2 tabelul 1 rândul 2 coloana 1")
    offers = offered(await ana.see(f"/acts/{act.id}/text/{cell}"))
    assert set(offers) == {"edit", "row", "delete", "move"}
    page = await ana.see(offers["row"])
    assert ">Zona</label>" in re.sub(r"\s+", " ", page)
    [(after, words), (before, earlier)] = places(page)
    assert (words.split(" (")[0], earlier.split(" (")[0]) == (
        "A new row after annex 2 table 1 row 2",
        "A new row before annex 2 table 1 row 2",
    )
    fields = {"do": "row", "unit": cell, "place": before}
    refused = await ana.send(f"/acts/{act.id}/propose", status=422, **fields, **{"cell-1": " ", "cell-2": ""})
    assert "You have not changed anything yet." in refused.text
    refused = await ana.send(f"/acts/{act.id}/propose", status=422, **fields, **{"cell-1": "Ferentari"})
    assert "The columns of the table have changed since." in refused.text
    assert "Ferentari</textarea>" in refused.text
    check = await step(ana, act, **fields, **{"cell-1": "Ferentari", "cell-2": "5"})
    page = await ana.see(check)
    assert "Ferentari | 5" in page
    [again] = changes(page)
    page = await ana.see(again)
    assert "Ferentari</textarea>" in page
    assert f'value="{html.escape(before)}" checked' in page
    key = re.search(r'name="change" value="([^"]+)"', page)
    draft = check.split("/")[-2]
    assert key
    kept = {
        "do": "row",
        "unit": cell,
        "amendment": draft,
        "change": key[1],
        "cell-1": "Sebastian",
        "cell-2": "5",
    }
    await step(ana, act, place=after, **kept)
    page = await ana.see(check)
    assert "Sebastian | 5" in page
    assert "Ferentari" not in page
    done = await ana.send(check, do="send", reason=REASON, author_kind="resident")
    public = await (await town.visitor()).see(done.headers["location"].removeprefix("/en"))
    assert "Sebastian | 5" in public


async def test_a_row_is_reworded_as_a_whole_and_one_cell_of_it_again(town: Town) -> None:
    act, _ = await announced(town, DECISION)
    text = await text_of(town, act)
    ana = await town.resident()
    row = at(text, "anexa nr. 2 tabelul 1 rândul 2")
    first, second = text.children(row)
    await ana.see(f"/acts/{act.id}/propose?unit={row}&do=edit")
    check = await step(ana, act, do="edit", unit=row, **{"cell-1": "Rahova Nord", "cell-2": "12"})
    draft = check.split("/")[-2]
    page = await ana.see(f"/acts/{act.id}/propose?unit={row}&do=edit&amendment={draft}")
    assert "Rahova Nord</textarea>" in page, "the draft's own words"
    await step(ana, act, do="edit", unit=row, amendment=draft, **{"cell-1": "Rahova", "cell-2": "15"})
    [again] = changes(await ana.see(check))
    assert f"edit-{second}" in again, "the other cell is as it was"
    await ana.send(f"/acts/{act.id}/propose", status=422, do="delete", unit=first)


async def test_an_article_comes_with_what_is_below_it_and_is_written_all_anew(town: Town) -> None:
    act, _ = await announced(town, DECISION)
    text = await text_of(town, act)
    ana = await town.resident()
    article = at(text, "art. 1")
    form = await ana.see(f"/acts/{act.id}/propose?unit={article}&do=insert")
    place = {words: value for value, words in places(form)}["A new article before art. 1"]
    two = NESTED + "\r\n\r\nArt. 9 Altul."
    refused = await ana.send(
        f"/acts/{act.id}/propose", status=422, do="insert", unit=article, place=place, text=two
    )
    assert "Write one part at a time" in refused.text
    assert "Art. 9 Altul.</textarea>" in refused.text
    check = await step(ana, act, do="insert", unit=article, place=place, text=NESTED)
    page = await ana.see(check)
    assert "(2) Nu plătesc:\na) persoanele cu dizabilități;\nb) veteranii." in page
    draft = check.split("/")[-2]
    await step(ana, act, do="replace", unit=article, text="Art. 1 Se abrogă.", amendment=draft)
    page = await ana.see(f"/acts/{act.id}/propose?unit={article}&do=replace&amendment={draft}")
    assert "Art. 1 Se abrogă.</textarea>" in page
    assert len(changes(await ana.see(check))) == 2
    await ana.send(f"/acts/{act.id}/propose", status=422, do="insert", unit=article, text="Fără loc.")


async def test_a_part_moves_to_another_article(town: Town) -> None:
    act, _ = await announced(town, DECISION)
    text = await text_of(town, act)
    ana = await town.resident()
    alin = at(text, "art. 1 alin. (2)")
    offers = offered(await ana.see(f"/acts/{act.id}/text/{alin}"))
    place = {words: value for value, words in places(await ana.see(offers["move"]))}["At the end of art. 3"]
    check = await step(ana, act, do="move", unit=alin, place=place)
    page = await ana.see(check)
    assert "Art. 1 para. (2) is moved and stands at the end of art. 3." in page
    [again] = changes(page)
    assert f'value="{html.escape(place)}" selected' in await ana.see(again)
