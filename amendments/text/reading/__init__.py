"""Reading: files that people have become a proposed tree. `paragraphs` is what every kind is first turned
into, `recognise` knows how Romanian acts number, `proposal` builds the tree and warns.
"""

from collections.abc import Callable

from amendments.text.reading.docx import docx_blocks
from amendments.text.reading.markdown import markdown_blocks
from amendments.text.reading.odt import odt_blocks
from amendments.text.reading.pdf import pdf_text
from amendments.text.reading.plain import plain_blocks
from amendments.text.reading.proposal import Proposal, Remark, propose
from amendments.text.reading.xml import Package
from amendments.text.refused import BadFile

__all__ = [
    "Proposal",
    "Remark",
    "read_docx",
    "read_file",
    "read_markdown",
    "read_odt",
    "read_plain",
    "read_written",
]

MAX_TEXT = 5_000_000  # characters; the longest laws have one million
NewId = Callable[[], str]
_MARKDOWN = (*("#" * level + " " for level in range(1, 6)), "**", "| ")


def read_markdown(text: str, *, new_id: NewId | None = None) -> Proposal:
    """Markdown, with the numbers of units written out. Raises: BadFile."""
    return propose(markdown_blocks(_bounded(text)), new_id=new_id)


def read_plain(text: str, *, new_id: NewId | None = None) -> Proposal:
    """Plain text, or the text layer of a PDF with form feeds between its pages. Raises: BadFile."""
    blocks, remarks = plain_blocks(_bounded(text))
    return propose(blocks, remarks, new_id=new_id)


def read_written(text: str, *, new_id: NewId | None = None) -> Proposal:
    """What somebody wrote or pasted: Markdown where a line begins as a heading, bold words or a table do,
    plain text otherwise. Raises: BadFile.
    """
    is_markdown = any(line.startswith(_MARKDOWN) for line in text.splitlines())
    return (read_markdown if is_markdown else read_plain)(text, new_id=new_id)


def read_docx(data: bytes, *, new_id: NewId | None = None) -> Proposal:
    """A Word document. Raises: BadFile."""
    blocks, remarks = docx_blocks(data)
    return propose(blocks, remarks, new_id=new_id)


def read_odt(data: bytes, *, new_id: NewId | None = None) -> Proposal:
    """An OpenDocument text. Raises: BadFile."""
    blocks, remarks = odt_blocks(data)
    return propose(blocks, remarks, new_id=new_id)


def read_file(data: bytes, *, new_id: NewId | None = None) -> Proposal:
    """Whatever it is, by what is in it and not by its name; text in UTF-8 as somebody wrote it. Raises:
    BadFile.
    """
    if data.startswith(b"PK"):
        package = Package(data)
        if "word/document.xml" in package:
            return read_docx(data, new_id=new_id)
        if "content.xml" in package:
            return read_odt(data, new_id=new_id)
        raise BadFile("unknown_kind")
    if data.startswith(b"%PDF"):
        return read_plain(pdf_text(data), new_id=new_id)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile("not_utf8", at=error.start) from error
    return read_written(text, new_id=new_id)


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadFile("file_too_large", most=MAX_TEXT)
    return text
