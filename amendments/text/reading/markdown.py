"""Markdown as people paste it and as public archives of laws keep it.

Lists are not Markdown's here: „1.” and „a)” are numbers of units and stay as they are written.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from amendments.text.marks import MarkKind
from amendments.text.reading.paragraphs import PLAIN, Block, Look, Paragraph, Run, Table, make_paragraph

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_OPENING: dict[str, MarkKind] = {"strong_open": "bold", "em_open": "italic"}
_CLOSING: dict[str, MarkKind] = {"strong_close": "bold", "em_close": "italic"}
_PARSER = (
    MarkdownIt("commonmark")
    .disable(["list", "code", "lheading", "html_block", "html_inline", "reference", "hr"])
    .enable("table")
)


def markdown_blocks(text: str) -> Iterator[Block]:
    """The paragraphs and tables of a Markdown text."""
    tokens = _PARSER.parse(_FRONT_MATTER.sub("", text.replace("\r\n", "\n")))
    at, quoted = 0, 0
    while at < len(tokens):
        token = tokens[at]
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "table_open":
            end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
            yield _table(tokens[at:end])
            at = end
        elif token.type in ("inline", "fence"):
            is_heading = at > 0 and tokens[at - 1].type == "heading_open"
            made = _paragraph(token, is_heading=is_heading, is_note=quoted > 0)
            if made:
                yield made
        at += 1


def _paragraph(token: Token, *, is_heading: bool = False, is_note: bool = False) -> Paragraph | None:
    runs = list(_runs(token)) if token.type == "inline" else [(token.content, PLAIN)]
    if is_heading:
        runs = [(text, look - {"bold"}) for text, look in runs]
    return make_paragraph(runs, is_heading=is_heading, is_note=is_note)


def _runs(token: Token) -> Iterator[Run]:
    look: Look = PLAIN
    for child in token.children or ():
        if child.type in _OPENING:
            look |= {_OPENING[child.type]}
        elif child.type in _CLOSING:
            look -= {_CLOSING[child.type]}
        elif child.type in ("softbreak", "hardbreak"):
            yield " ", look
        elif child.content and child.type != "image":
            yield child.content, look


def _table(tokens: list[Token]) -> Table:
    rows: list[tuple[tuple[Paragraph, ...], ...]] = []
    cells: list[tuple[Paragraph, ...]] = []
    for token in tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            rows.append(tuple(cells))
        elif token.type == "inline":
            made = _paragraph(token)
            cells.append((made,) if made else ())
    return Table(tuple(rows))
