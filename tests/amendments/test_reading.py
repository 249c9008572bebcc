"""Files become the tree that a person sees in them, with remarks where to look; hostile ones do not."""

import time
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from amendments.text.labels import cite, expected_labels
from amendments.text.reading import read_docx, read_file, read_markdown, read_odt, read_plain
from amendments.text.reading.recognise import numbered, unnumbered
from amendments.text.refused import BadFile
from amendments.text.tokens import normalise
from amendments.text.units import Version
from amendments.text.writing.docx_parts import W
from tests.amendments.conftest import SOME
from tests.make.decision import DECISION
from tests.make.legal import any_text
from tests.make.office_files import make_docx, paragraph, run, zipped
from voting.roles.registrar_letters import REGULAR, load_fonts

ODF = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ' + " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("text", "table", "style")
)


def printed(pages: list[list[str]]) -> bytes:
    """A PDF of these lines, drawn with the fonts of our letters."""
    load_fonts()
    canvas = Canvas(buffer := BytesIO(), pagesize=A4)
    for page in pages:
        canvas.setFont(REGULAR, 11)
        for number, line in enumerate(page):
            canvas.drawString(60, 780 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def rows(version: Version) -> list[str]:
    """Each unit as its citation and its text."""
    return [f"{cite(version, unit.id)}: {unit.text}".strip() for unit in version.units[1:]]


def codes(proposal) -> list[str]:
    return [one.code for one in proposal.remarks]


@pytest.mark.parametrize(
    ("text", "type", "label", "rest"),
    [
        ("Art. 5. - Text", "article", "5", "Text"),
        ("ARTICOLUL 5^1 Text", "article", "5^1", "Text"),
        ("Art. I. – Text", "article", "I", "Text"),
        ("Articol unic: Text", "article", "", "Text"),
        ("(2^1) Text", "alin", "2^1", "Text"),
        ("ş) text", "lit", "ș", "text"),
        ("a^1) text", "lit", "a^1", "text"),
        ("12. Text", "pct", "12", "Text"),
        ("CAPITOLUL IV Dispoziţii", "chapter", "IV", "Dispoziţii"),
        ("Cap. II - Taxe", "chapter", "II", "Taxe"),
        ("Secţiunea a 2-a Etape", "section", "2", "Etape"),
        ("Secțiunea a II-a", "section", "2", ""),
        ("Titlul VII^1 Societatea", "title_group", "VII^1", "Societatea"),
        ("PARTEA I", "part", "I", ""),
        ("Anexa nr. 1 Regulament", "annex", "1", "Regulament"),
        ("ANEXĂ", "annex", "", ""),
    ],
)
def test_numbered_units_are_known_by_how_they_begin(text: str, type: str, label: str, rest: str) -> None:
    found = numbered(normalise(text))
    assert found is not None
    assert (found.type, found.label, normalise(text)[found.start :]) == (type, label, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Anexa nr. 1 face parte integrantă din prezenta hotărâre.",
        "Capitolul II se abrogă.",
        "Titlul de proprietate se depune.",
        "Articolele 5 și 6 se aplică.",
        "art5",
        "10,5 lei",
        "(text) între paranteze",
    ],
)
def test_sentences_are_no_numbered_units(text: str) -> None:
    assert numbered(text) is None


def test_words_that_say_what_a_paragraph_is() -> None:
    assert unnumbered("H O T Ă R Ă Ş T E :") == "enacting"
    assert unnumbered("Având în vedere referatul") == "recital"
    assert unnumbered("În temeiul art. 139") == "legal_basis"
    assert unnumbered("Președinte de ședință,") == "signature"
    assert unnumbered("Ceva") is None


def test_a_decision_in_markdown() -> None:
    proposal = read_markdown(DECISION)
    assert proposal.remarks == ()
    assert read_file(DECISION.encode()).version == proposal.version
    found = rows(proposal.version)
    assert found[:2] == [
        "titlu: PROIECT DE HOTĂRÂRE",
        "titlu 2: privind aprobarea Regulamentului parcărilor de reședință din Sectorul 5",
    ]
    assert "art. 2 lit. b) pct. 2: cu cel mult 3 vehicule;" in found
    assert "art. 2 lit. c): cabinetele medicale." in found
    assert "art. 2 paragraful 1: Cererile se depun la ghișeu sau prin internet, potrivit art. 3." in found
    assert "anexa nr. 1 art. 2: Un loc are cel puțin 2,5 m pe 5 m, adică 12,5 m²." in found
    assert found[-1] == "anexa nr. 2 tabelul 1 rândul 3 coloana 2: 20"


PDF = """\
Consiliul Local Sector 5                                pag. 1
HOTĂRÂRE
privind parcările

Art. 1. - (1) Taxa de par-
care este de 10 lei, într-
un loc anume, potrivit art. 2
alin. (1).
(2) Se plătește.
                                                   - 1 -
\fConsiliul Local Sector 5                                pag. 2
Art. 2. - Se aplică de la data prevăzută la
art. 1 alin. (2), iar taxa de parcare nu se
rambur-
sează.
                                                   - 2 -
"""


def test_the_text_of_a_pdf() -> None:
    """Running heads and page numbers go, cut words and lines are joined, each with a remark."""
    proposal = read_plain(PDF)
    assert rows(proposal.version) == [
        "titlu: HOTĂRÂRE privind parcările",
        "art. 1:",
        "art. 1 alin. (1): Taxa de parcare este de 10 lei, într-un loc anume, potrivit art. 2 alin. (1).",
        "art. 1 alin. (2): Se plătește.",
        "art. 2: Se aplică de la data prevăzută la art. 1 alin. (2), iar taxa de parcare nu se rambursează.",
    ]
    assert Counter(codes(proposal)) == {"page_edge_left_out": 4, "word_joined": 1}
    assert {one.said for one in proposal.remarks if one.code == "word_joined"} == {"rambursează"}


def test_a_pdf_is_read_as_its_text() -> None:
    """The diacritics, the lines and the pages of a real PDF: what is read is what its text layer says."""
    pages = [[line.strip() for line in page.splitlines()] for page in PDF.split("\f")]
    assert rows(read_file(printed(pages)).version) == rows(read_plain(PDF).version)


def test_what_does_not_count_up_is_fixed_and_told() -> None:
    proposal = read_plain("Art. 1. A\n\nArt. 3. B\n\nArt. 3^1. C\n\nArt. 4. D\n\nArt. 4. E\n\nArt. I. F")
    labels = [(unit.label, unit.fixed) for unit in proposal.version.units[1:]]
    assert labels == [("1", False), ("3", True), ("3^1", True), ("4", False), ("4", True), ("I", True)]
    assert codes(proposal) == ["number_out_of_order", "number_twice", "number_out_of_order", "strange_number"]
    assert all(unit.label == label for unit, label in expected_labels(proposal.version))


# ── Word ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_word_files_hold_besides_text_is_told() -> None:
    body = (
        paragraph("Art. 1 A"),
        paragraph(run("Art. 2 B") + "<w:r><w:footnoteReference/><w:drawing/></w:r>"),
        paragraph(run("Art. 3 C") + f"<w:ins>{run(' nou')}</w:ins><w:del>{run(' vechi')}</w:del>"),
        paragraph(run("Art. 4") + run("1", '<w:vertAlign w:val="superscript"/>') + run(" D")),
        paragraph(run("m") + run("2", '<w:vertAlign w:val="superscript"/>')),
        paragraph("", list_id=1),
        paragraph("<w:hyperlink><w:r><w:t>legătură</w:t><w:tab/><w:t>aici</w:t></w:r></w:hyperlink>"),
    )
    proposal = read_docx(make_docx(body))
    assert rows(proposal.version) == [
        "art. 1: A",
        "art. 2: B",
        "art. 3: C nou",
        "art. 4^1: D",
        "art. 4^1 paragraful 1: m2",
        "art. 4^1 paragraful 2: legătură aici",
    ]
    assert codes(proposal) == [
        "footnote_left_out",
        "image_left_out",
        "tracked_changes",
        "empty_number_left_out",
    ]
    assert [mark.kind for unit in proposal.version.units for mark in unit.marks] == ["sup"]


def test_numbers_of_a_style_and_cells_of_many_paragraphs() -> None:
    body = (
        paragraph("Unu.", list_id=1),
        "<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>"
        f"{paragraph('A')}{paragraph('B')}</w:tc></w:tr></w:tbl>",
    )
    proposal = read_docx(make_docx(body))
    assert rows(proposal.version)[-1] == "art. 1 tabelul 1 rândul 1 coloana 1: A B"
    assert codes(proposal) == ["merged_cells", "paragraphs_in_cell"]


def odt(body: str) -> bytes:
    return zipped({"content.xml": f"<office:document-content {ODF}><office:body><office:text>{body}"
                                  "</office:text></office:body></office:document-content>"})  # fmt: skip


def test_an_odt_of_someone_else() -> None:
    proposal = read_odt(
        odt(
            "<text:h>Art. 1</text:h><text:p>Un<text:s text:c='3'/>loc<text:line-break/>aici"
            "<text:note><text:note-body><text:p>notă</text:p></text:note-body></text:note>.</text:p>"
            "<text:section><text:p>(1) Da.</text:p></text:section>"
            "<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell>"
            "<table:covered-table-cell/></table:table-row></table:table>"
        )
    )
    assert rows(proposal.version)[:3] == [
        "art. 1:",
        "art. 1 denumirea marginală: Un loc aici.",
        "art. 1 alin. (1): Da.",
    ] or rows(proposal.version)[:2] == ["art. 1: Un loc aici.", "art. 1 alin. (1): Da."]
    assert codes(proposal) == ["footnote_left_out", "merged_cells"]


# ── files of enemies ────────────────────────────────────────────────────────────────────────────────

BOMB = (
    "<!DOCTYPE a [" + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9)) + "]><a>&e8;</a>"
)
DOCUMENT = "word/document.xml"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04nonsense", "not_a_zip"),
        (zipped({"a.txt": "x"}), "unknown_kind"),
        (zipped({DOCUMENT: BOMB}), "document_type"),
        (zipped({DOCUMENT: BOMB.encode("utf-16")}), "document_type"),
        (zipped({DOCUMENT: '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}), "document_type"),
        (zipped({DOCUMENT: "<a>"}), "not_xml"),
        (zipped({DOCUMENT: "<?xml version='1.0' encoding='utf-7'?><a/>"}), "not_xml"),
        (zipped({DOCUMENT: "<?xml version='1.0' encoding='ceva'?><a/>"}), "not_xml"),
        (zipped({DOCUMENT: "<a>" * 300 + "</a>" * 300}), "nested_too_deep"),
        (zipped({DOCUMENT: b" " * 61_000_000}), "part_too_large"),
        (zipped({f"{n}": "" for n in range(5_001)} | {DOCUMENT: "<a/>"}), "too_many_parts"),
        (b"%PDF-1.7", "not_pdf"),
        (b"%PDF-1.7\n" + b"0 obj<<" * 100_000, "not_pdf"),
        (printed([[], []]), "pdf_without_text"),
        (b"\xff\xfe\x00x", "not_utf8"),
        (b"a" * 5_000_001, "file_too_large"),
    ],
)
def test_hostile_files_are_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(BadFile, match=code):
        read_file(data)


ODD = ["", "x", "²", "-1", "1.5", "99999999999", "9" * 5_000]
SMALL = 20_000  # characters of a tree whose three paragraphs say one letter each


@pytest.mark.parametrize("style", ["lowerLetter", "upperRoman", "decimal", "decimalZero"])
@pytest.mark.parametrize("odd", [*ODD, "999999"])
def test_odd_numbers_of_a_word_list_do_no_harm(odd: str, style: str) -> None:
    """A list may say that it begins at 99999999999, in letters, each number written a thousand times."""
    levels = (
        f'<w:lvl w:ilvl="0"><w:start w:val="{odd}"/><w:numFmt w:val="{style}"/>'
        f'<w:lvlText w:val="{"%1" * 1_000})"/></w:lvl><w:lvl w:ilvl="{odd}"><w:start w:val="{odd}"/></w:lvl>'
    )
    deep = paragraph("C", list_id=1).replace('ilvl w:val="0"', f'ilvl w:val="{odd}"')
    body = f"{paragraph('A', list_id=1)}{paragraph('B', list_id=2)}{deep}"
    override = f'<w:lvlOverride w:ilvl="{odd}"><w:startOverride w:val="{odd}"/></w:lvlOverride>'
    parts = {
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{levels}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2">'
        f'<w:abstractNumId w:val="0"/>{override}</w:num></w:numbering>',
        DOCUMENT: f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    }
    assert len(read_docx(zipped(parts)).version.text) < SMALL


@pytest.mark.parametrize("odd", [*ODD, "999999"])
def test_odd_numbers_of_an_odt_list_do_no_harm(odd: str) -> None:
    level = (
        f'style:num-format="a" style:num-suffix="{")" * 10_000}" text:start-value="{odd}" '
        f'text:display-levels="{odd}"/>'
    )
    content = (
        f'<office:document-content {ODF}><text:list-style style:name="L"><text:list-level-style-number '
        f'text:level="1" {level}<text:list-level-style-number text:level="{odd}" {level}</text:list-style>'
        '<office:body><office:text><text:list text:style-name="L"><text:list-item><text:p>A</text:p>'
        f'</text:list-item><text:list-item text:start-value="{odd}"><text:p>B<text:s text:c="{odd}"/>'
        "</text:p></text:list-item></text:list></office:text></office:body></office:document-content>"
    )
    assert len(read_odt(zipped({"content.xml": content})).version.text) < SMALL


@pytest.mark.parametrize(
    "begin", ["{}. ", "Art. {} ", "({}) ", "CAPITOLUL {}", "Secțiunea {}", "Anexa nr. {}"]
)
def test_numbers_of_thousands_of_figures_are_strange(begin: str) -> None:
    """Python itself refuses to read them as numbers."""
    proposal = read_plain(f"{begin.format('9' * 5_000)} Ceva\n\n{begin.format('9' * 5_000)} Ceva")
    assert codes(proposal).count("strange_number") == 2


@pytest.mark.parametrize(
    ("lines", "deepest"),
    [
        (["1. punct"], 2),
        (["a) literă"], 2),
        (["a) literă", "1. punct"], 5),
        (["(1) alineat", "a) literă", "1. punct"], 4),
        (["Anexa nr. 1", "Capitolul I", "Art. 1. A", "(1) B", "a) C", "1. D"], 7),
    ],
)
def test_enumerations_that_begin_again_stand_beside_each_other(lines: list[str], deepest: int) -> None:
    """Two thousand lines „1. punct” were two thousand enumerations, each within the one before."""
    version = read_plain("\n\n".join(lines * 2_000)).version
    assert len(version.units) == 1 + 2_000 * len(lines)
    assert max(sum(1 for _ in version.path(unit.id)) for unit in version.units) <= deepest


def test_enumerations_within_enumerations() -> None:
    text = "Art. 1. A:\n\na) b:\n\n1. c:\n\na) d;\n\nb) e;\n\n2. f;\n\nb) g;\n\na) h;\n\n1. i;\n\n1. j."
    version = read_plain(text).version
    depth = {unit.text[:1]: sum(1 for _ in version.path(unit.id)) - 2 for unit in version.units[1:]}
    assert depth == {"A": 0, "b": 1, "c": 2, "d": 3, "e": 3, "f": 2, "g": 1, "h": 1, "i": 2, "j": 2}


def test_a_damaged_part_is_refused() -> None:
    whole = bytearray(make_docx([paragraph("Art. 1 A" * 100)]))
    place = whole.find(b"word/document.xml") + 60
    whole[place : place + 40] = bytes(40)
    with pytest.raises(BadFile):
        read_file(bytes(whole))
    assert zipfile.ZIP_DEFLATED  # the file above is compressed, so that damage is damage


@SOME
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        proposal = read_file(data)
    except BadFile:
        return
    assert proposal.version.act.type == "act"


@SOME
@given(
    parts=st.lists(
        st.sampled_from(
            ("Art. 1 ", "(1) ", "a) ", "1. ", "CAPITOLUL I ", "ANEXĂ", "| a |", "În temeiul ", "")
        ),
        max_size=12,
    ),
    text=any_text,
)
def test_no_word_of_a_plain_text_is_lost(parts: list[str], text: str) -> None:
    """All words are in the tree, as labels or as text."""
    lines = [f"{part}{normalise(text).replace('-', '')}" for part in parts]
    version = read_plain("\n\n".join(lines)).version
    found = sum(len(normalise(unit.text).replace(" ", "")) for unit in version.units)
    wanted = sum(len(normalise(line).replace(" ", "")) for line in lines)
    labels = sum(len(part) for part in parts)
    assert wanted - labels <= found <= wanted


@pytest.mark.parametrize("part", ["art. ", "(1", "a", "- ", '"', "1.", "a-\n", "\n|", "[(", "\f1\n", "> "])
def test_long_nonsense_is_read_in_time(part: str) -> None:
    """No pattern goes back and forth over a long line, nor over many short ones."""
    text = part * (20_000 // len(part))
    for read in (read_plain, read_markdown):
        began = time.process_time()
        read(text)
        assert time.process_time() - began < 5  # it takes a tenth of one


# ── real laws ───────────────────────────────────────────────────────────────────────────────────────


def test_the_constitution(laws: Path) -> None:
    """156 articles, each with its marginal title; the only number out of order is the missing letter q)."""
    version = (proposal := read_markdown((laws / "RO-47355.md").read_text("utf-8"))).version
    kinds = Counter(unit.type for unit in version.units)
    assert (kinds["article"], kinds["heading"], kinds["title_group"], kinds["chapter"]) == (156, 156, 8, 10)
    assert [unit.label for unit in version.units if unit.type == "article"] == [str(n) for n in range(1, 157)]
    [odd] = [one for one in proposal.remarks if one.code == "number_out_of_order" and one.said not in "I1"]
    assert (cite(version, odd.unit), odd.said) == ("art. 73 alin. (3) lit. r)", "r")


def test_the_companies_act(laws: Path) -> None:
    """200 pages: every word of the file is in a unit or a label."""
    version = read_markdown((laws / "RO-798.latest.md").read_text("utf-8")).version
    kinds = Counter(unit.type for unit in version.units)
    assert kinds["article"] == 480
    assert 1_900 < len(version.units) < 2_600
    assert max(len(unit.tokens) for unit in version.units) < 5_000
    numbers = [unit.label for unit in version.units if unit.type == "article"]
    assert numbers[0] == "1"
    assert {"6^1", "251^49", "294"} <= set(numbers)
    assert len(set(numbers)) > 460  # a few stand there twice, as the archive kept them
