"""Word files with automatic numbers, as Word writes them: the number of a paragraph is not in its text."""

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from amendments.text.writing.docx_parts import PARTS, W

LEVELS = (
    ("decimal", "Art. %1."),
    ("decimal", "(%2)"),
    ("lowerLetter", "%3)"),
    ("decimal", "%4."),
)
NUMBERING_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
NUMBERING_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"


def numbering(lists: int) -> str:
    """One abstract list of four levels, and concrete ones that begin again."""
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/></w:lvl>'
        for n, (style, text) in enumerate(LEVELS)
    )
    nums = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="0"/>'
        + ('<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>' if n > 1 else "")
        + "</w:num>"
        for n in range(1, lists + 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:numbering xmlns:w="{W}">'
        f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        f"{nums}</w:numbering>"
    )


def run(text: str, look: str = "") -> str:
    """Text of one look."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, *, list_id: int = 0, level: int = 0) -> str:
    """A paragraph of runs (or of plain text), numbered or not."""
    if not content.startswith("<"):
        content = run(content) if content else ""
    own = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>' if list_id else ""
    return f"<w:p><w:pPr>{own}</w:pPr>{content}</w:p>"


def make_docx(body: Iterable[str], *, lists: int = 2) -> bytes:
    """A file of these paragraphs and tables."""
    parts = dict(PARTS)
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>", f'<Override PartName="/word/numbering.xml" ContentType="{NUMBERING_TYPE}"/></Types>'
    )
    parts["word/_rels/document.xml.rels"] = parts["word/_rels/document.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="rId2" Type="{NUMBERING_LINK}" Target="numbering.xml"/></Relationships>',
    )
    parts["word/numbering.xml"] = numbering(lists)
    parts["word/document.xml"] = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}"><w:body>{"".join(body)}'
        "</w:body></w:document>"
    )
    return zipped(parts)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return packed.getvalue()


NUMBERED = (
    paragraph("HOTĂRÂRE privind parcările"),
    paragraph("În temeiul art. 139 din Codul administrativ,"),
    paragraph("HOTĂRĂȘTE:"),
    paragraph("Taxa se plătește lunar.", list_id=1),
    paragraph("Pot cere un loc:", list_id=1),
    paragraph("locuitorii;", list_id=1, level=2),
    paragraph(run("societățile ") + run("mici;", "<w:b/>"), list_id=1, level=2),
    paragraph("cu cel mult 9 angajați;", list_id=1, level=3),
    paragraph("cu cel mult 3 vehicule.", list_id=1, level=3),
    paragraph("Cererile.", list_id=1),
    paragraph("Se depun la ghișeu.", list_id=1, level=1),
    paragraph("Se soluționează în 30 de zile.", list_id=1, level=1),
    paragraph("ANEXA nr. 1 Regulament"),
    paragraph("Locurile se atribuie în ordine.", list_id=2),
    paragraph("Un loc are 12,5 mp.", list_id=2),
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w=\"2000\"/><w:gridCol w:w=\"2000\"/></w:tblGrid>"
    + "".join(
        f"<w:tr><w:tc><w:tcPr/>{paragraph(a)}</w:tc><w:tc><w:tcPr/>{paragraph(b)}</w:tc></w:tr>"
        for a, b in (("Zona", "Lei"), ("Rahova", "10"))
    )
    + "</w:tbl>",
    paragraph("Contrasemnează, secretar general"),
)  # fmt: skip
