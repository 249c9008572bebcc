"""A table as a Word file, landscape: a title, a head that is repeated on each page, cells of paragraphs."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from amendments.text.writing.docx_parts import PARTS, W

_DAY = (1980, 1, 1, 0, 0, 0)  # of the parts in the zip, so that the same table gives the same file
_WIDTH = 14_570  # twentieths of a point between the margins of A4, landscape
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_docx_table(
    title: str,
    below: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Sequence[str]]],
    *,
    shares: Sequence[int],
) -> bytes:
    """The file. `below`: what stands under the title; each cell is some paragraphs; `shares` of the width."""
    widths = [_WIDTH * share // sum(shares) for share in shares]
    body = (
        f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{_run(title)}</w:p><w:p>{_run(below)}</w:p>'
        f"<w:tbl>{_properties(widths)}{_row([[text] for text in head], widths, is_head=True)}"
        + "".join(_row(row, widths) for row in rows)
        + '</w:tbl><w:p/><w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" '
        'w:gutter="0"/></w:sectPr>'
    )
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{W}"><w:body>{body}'
        "</w:body></w:document>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (*PARTS, ("word/document.xml", document)):
            package.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _properties(widths: Sequence[int]) -> str:
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int], *, is_head: bool = False) -> str:
    tag = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        + ("".join(f"<w:p>{_run(text, is_bold=is_head)}</w:p>" for text in cell) or "<w:p/>")
        + "</w:tc>"
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr>{tag}{written}</w:tr>"


def _run(text: str, *, is_bold: bool = False) -> str:
    """The words; what no XML file may hold is left out, and a line of people stays a line."""
    look = "<w:rPr><w:b/></w:rPr>" if is_bold else ""
    lines = _NOT_XML.sub("", text).split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f"<w:r>{look}{inner}</w:r>"
