"""Printed documents: tagged, in their language, in the right order, and with the lines of the screen."""

import io
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pdfua
import pikepdf
import pytest

from amendments import queries
from amendments.models import Act
from amendments.text.lines import lay_out
from amendments.text.reading import read_markdown
from amendments.text.units import Version
from app.kit import pdf as kit_pdf
from app.kit import printing
from app.kit.printing import BREAK, LACKING, compile_document, printable
from app.seed import parking
from tests.conftest import FrozenClock, skip_or_fail
from tests.debian import debian_program
from tests.make.acts import AFTER, PARKING, make_act, make_clerk
from tests.make.published import make_published
from tests.servers import Missing

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "templates" / "print" / "document.typ"


def tags(pdf: pikepdf.Pdf) -> Iterator[str]:
    """The names of the structure's elements in their order."""

    def walk(element: Any) -> Iterator[str]:
        if isinstance(element, pikepdf.Array):
            for one in element:
                yield from walk(one)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield str(element.S)
            if "/K" in element:
                yield from walk(element.K)

    yield from walk(pdf.Root.StructTreeRoot.K)


def check_tagged(content: bytes, *, title: str, lang: str) -> list[str]:
    """What a screen reader needs of any of our PDFs; the names of its tags."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == lang
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as known:
            assert known["pdfuaid:part"] == "1"
            assert title in str(known["dc:title"])
        for page in pdf.pages:
            assert page.get("/StructParents") is not None
            for font in page.Resources.get("/Font", {}).values():
                below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(below.FontDescriptor.keys())
        found = list(tags(pdf))
    assert judge_pdf(content) == []
    return found


def judge_pdf(content: bytes) -> list[str]:
    """What another program finds wrong by the part of PDF/UA-1 that it knows."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        return [f"{one.rule_id}: {one.message}" for one in pdfua.validate(file.name).findings]


def plain(content: bytes, tmp_path: Path) -> str:
    """The words as poppler takes them out."""
    try:
        program = debian_program("pdftotext", "poppler-utils")
    except Missing as missing:
        skip_or_fail(missing)
    path = tmp_path / "printed.pdf"
    path.write_bytes(content)
    return subprocess.run([program, "-layout", path, "-"], capture_output=True, check=True).stdout.decode()


@pytest.fixture
async def act(app: Any, clock: FrozenClock, tmp_path: Path) -> Act:
    async with app.services.database.write() as session:
        act = await make_published(session, tmp_path / "papers")
    clock.at(AFTER)
    return act


async def test_a_version_is_printed_with_its_lines(
    app: Any, client: httpx.AsyncClient, act: Act, tmp_path: Path
) -> None:
    content = (await client.get(f"/en/acts/{act.id}/versions/2/text.pdf")).content
    found = check_tagged(content, title=act.title, lang="ro-RO")  # the text is Romanian for all its readers
    assert found.count("/H1") == 2
    assert found.count("/H3") == 7  # articles
    for tag in ("/H2", "/Table", "/TH", "/TD", "/P"):
        assert tag in found, tag
    again = (await client.get(f"/acts/{act.id}/versions/2/text.pdf")).content
    assert len(list((app.services.settings.var_dir / "printed").glob("*.pdf"))) == 2  # another address below
    assert len(again) > 1000
    said = plain(content, tmp_path)
    async with app.services.database.read() as session:
        newest = await queries.last_version(session, act.id)
        layout, version = queries.read_layout(newest), queries.read_version(newest)
    for line in layout.lines:
        if len(line.text) < 200 and max(line.text) < "\u0600":
            assert line.text in " ".join(said.split()), line
        if line.number % 5 == 0 and len(line.text) < 200 and version[line.unit].type != "cell":
            assert re.search(rf"^\s*{line.number}\s+{re.escape(line.text[:20])}", said, re.M), line
    rows = [unit.id for unit in version.units if unit.type == "row"]
    assert rows
    for row in rows:  # every row with the numbers of its lines, before the words of its first cell
        first, last = layout.range_of(version.children(row)) or (0, 0)
        words = re.escape(layout.lines[first - 1].text.split()[0])
        numbers = f"{first}–{last}" if first != last else f"{first}"
        assert re.search(rf"^\s*{numbers}\s+{words}", said, re.M), row


async def test_the_draft_of_the_demonstration_has_four_pages(
    client: httpx.AsyncClient, app: Any, clock: FrozenClock, tmp_path: Path
) -> None:
    text = read_markdown(parking.TEXT).version
    async with app.services.database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path / "papers", text=text)
    clock.at(AFTER)
    content = (await client.get(f"/acts/{act.id}/versions/1/text.pdf")).content
    check_tagged(content, title=act.title, lang="ro-RO")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 4
    margins = re.findall(r"^ {0,12}(\d+)(?: |$)", plain(content, tmp_path), re.M)
    fifth = {str(line.number) for line in lay_out(text).lines if line.number % 5 == 0}
    in_tables = {str(line.number) for line in lay_out(text).lines if text[line.unit].type == "cell"}
    assert set(margins) >= fifth - in_tables, "in the margin, however far a part is indented"


async def test_the_comparative_table_is_printed(client: httpx.AsyncClient, act: Act, tmp_path: Path) -> None:
    content = (await client.get(f"/acts/{act.id}/table.pdf?author=association")).content
    found = check_tagged(content, title="Tabel comparativ", lang="ro-RO")
    assert (found.count("/Table"), found.count("/TH"), found.count("/TD")) == (1, 6, 6)
    said = " ".join(plain(content, tmp_path).split())
    for words in ("AM-2027-00002", "Șerban", "Asociația", "Țara", LACKING):
        assert words in said, words
    english = (await client.get(f"/en/acts/{act.id}/table.pdf?author=association")).content
    check_tagged(english, title="Comparative table", lang="en-GB")
    nothing = (await client.get(f"/acts/{act.id}/table.pdf?state=withdrawn")).content
    assert "/Table" not in check_tagged(nothing, title="Tabel comparativ", lang="ro-RO")


async def test_a_document_that_lost_its_tags_is_found_out(client: httpx.AsyncClient, act: Act) -> None:
    content = (await client.get(f"/acts/{act.id}/table.pdf")).content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.Root.StructTreeRoot
        broken = io.BytesIO()
        pdf.save(broken)
    assert judge_pdf(broken.getvalue())


@pytest.mark.parametrize(("first", "levels"), [("t", ["/H1", "/H2"]), ("a1", ["/H1"])])
async def test_headings_skip_no_level_in_an_act_without_chapters(
    app: Any, client: httpx.AsyncClient, clock: FrozenClock, tmp_path: Path, first: str, levels: list[str]
) -> None:
    text = Version([unit for unit in PARKING.units if unit.id != "t" or first == "t"])
    async with app.services.database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path / "papers", text=text)
    clock.at(AFTER)
    content = (await client.get(f"/acts/{act.id}/versions/1/text.pdf")).content
    found = check_tagged(content, title=act.title, lang="ro-RO")
    assert sorted({tag for tag in found if tag.startswith("/H")}) == levels
    assert found.count(levels[-1]) >= 3  # the articles


def values(text: str) -> dict[str, object]:
    return {
        "title": printable(text)[:200] or "–",
        "author": "x",
        "description": "",
        "number": "",
        "foot": "",
        "lang": "ro",
        "region": "RO",
        "blocks": [{"kind": "paragraph", "text": printable(text)}],
    }


@pytest.mark.parametrize(
    "text",
    [
        '#panic("nu") #read("/etc/passwd") $a^2$ *b* _c_ `d` @e <f> \\ // /* [g] {h} ~ -- ...',
        "w" * 10_000,
        "\x00\x01\x1b\x7f\u202e\u2066\ufffe\ud800",
        "سلام עברית 漢字 😀 \U000e0041",
    ],
)
def test_nothing_typed_breaks_a_document_or_becomes_a_command(text: str) -> None:
    import msgspec

    content = compile_document(DOCUMENT, msgspec.json.encode([values(text), "2027-03-01"]))
    assert "/P" in check_tagged(content, title="", lang="ro-RO")
    assert compile_document(DOCUMENT, msgspec.json.encode([values(text), "2027-03-01"])) == content


def test_words_are_shown_as_they_are_written() -> None:
    assert printable("a\u202eb\x00c\nd") == "abc\nd"
    assert printable("f" * 64) == "f" * 64  # a SHA-256 is copied whole
    assert printable("w" * 100).count(BREAK) == 1
    assert printable("w" * 22, in_cell=True).count(BREAK) == 1
    assert printable("w" * 100).replace(BREAK, "") == "w" * 100


async def test_a_broken_template_is_our_fault_and_says_so(tmp_path: Path) -> None:
    template = tmp_path / "broken.typ"
    template.write_text("#nothing-of-that-name")
    with pytest.raises(printing.NotDrawn, match="nothing-of-that-name"):
        await printing.draw(template, {}, day=AFTER.date(), cache=tmp_path)
    assert not list(tmp_path.glob("*.pdf"))


async def test_who_waits_too_long_for_a_document_is_told(
    client: httpx.AsyncClient, app: Any, clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person gets a page that asks again; a program waits; both get the one document that is drawn."""
    clock.at(AFTER)
    async with app.services.database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
    monkeypatch.setattr(kit_pdf, "PATIENCE", 0)
    drawn: list[Path] = []
    draw_once = printing._draw_once

    def count_drawn(template: Path, given: bytes, path: Path) -> bytes:
        drawn.append(path)
        return draw_once(template, given, path)

    monkeypatch.setattr(printing, "_draw_once", count_drawn)
    address = f"/acts/{act.id}/versions/1/text.pdf"
    waiting = await client.get(address, headers={"accept": "text/html,*/*"})
    assert (waiting.status_code, waiting.headers["refresh"]) == (202, "4")
    assert f'href="{address}"' in waiting.text
    assert waiting.headers["cache-control"] == "no-store"
    waited = await client.get(address, headers={"accept": "*/*"})
    ready = await client.get(address, headers={"accept": "text/html,*/*"})
    assert (waited.status_code, ready.status_code) == (200, 200)
    assert waited.content == ready.content
    assert ready.content.startswith(b"%PDF")
    assert len(drawn) == 1


async def test_the_files_nobody_asks_for_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "KEPT_FILES", 2)
    template = tmp_path / "small.typ"
    template.write_text('#set document(title: "x")\n#json(bytes(sys.inputs.values)).a')
    for number in range(3):
        await printing.draw(template, {"a": f"{number}"}, day=AFTER.date(), cache=tmp_path)
        time.sleep(0.01)
    assert len(list(tmp_path.glob("*.pdf"))) == 2
