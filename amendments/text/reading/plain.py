"""Plain text, also as it comes out of a PDF: pages with their headers and footers, lines cut at a width,
words cut at line ends.
"""

import re
from collections import Counter
from collections.abc import Iterator

from amendments.text.reading.paragraphs import PLAIN, Paragraph, make_paragraph
from amendments.text.reading.proposal import Remark
from amendments.text.reading.recognise import numbered, unnumbered
from amendments.text.tokens import fold

EDGE_LINES = 3  # of a page, where headers and footers are
_PAGE_NUMBER = re.compile(
    r"\s*(?:-\s*)?(?:pag(?:ina|\.)?\s*)?\d{1,4}(?:\s*(?:/|din)\s*\d{1,4})?(?:\s*-)?\s*\Z", re.I
)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NO_LETTER = re.compile(r"[\W\d_]")
_SENTENCE_ENDS = (".", ";", ":", "”", "!", "?")
# What follows a hyphen that belongs to the word: într-o, dintr-un, s-a, l-au, ne-ar
_AFTER_HYPHEN = frozenset(
    ("o", "un", "unul", "una", "l", "i", "s", "le", "se", "ne", "mi", "ți", "vă", "și", "a", "au", "am", "ar")
) | {"aș", "ai", "ați", "e", "este", "al", "ei", "lui", "lor", "ul", "urile", "uri"}


def plain_blocks(text: str) -> tuple[list[Paragraph], list[Remark]]:
    """The paragraphs of a text, and what had to be guessed on the way."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    remarks: list[Remark] = []
    pages = [page.split("\n") for page in text.split("\f")]
    if len(pages) > 1:
        pages = _without_edges(pages, remarks)
    lines = [line.rstrip() for page in pages for line in page]
    joiner = _Joiner(fold(text), remarks)
    made = (make_paragraph([(joiner.join(part), PLAIN)]) for part in _paragraphs(lines))
    return [one for one in made if one], remarks


def _without_edges(pages: list[list[str]], remarks: list[Remark]) -> list[list[str]]:
    """Pages without lines that most have at the top or at the bottom, and without page numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({_shape(line) for line in _edges(page)})
    often = {shape for shape, times in counts.items() if shape and times >= max(2, (len(pages) + 1) // 2)}
    found = []
    for page in pages:
        dropped = [line for line in _edges(page) if _shape(line) in often or _PAGE_NUMBER.match(line)]
        remarks += [Remark(code="page_edge_left_out", said=line.strip()) for line in dropped if line.strip()]
        kept = [n for n, line in enumerate(page) if not (line in dropped and _is_edge(page, n))]
        found.append([page[n] for n in kept])
    return found


def _filled(page: list[str]) -> list[int]:
    return [n for n, line in enumerate(page) if line.strip()]


def _is_edge(page: list[str], number: int) -> bool:
    filled = _filled(page)
    return number in filled[:EDGE_LINES] or number in filled[-EDGE_LINES:]


def _edges(page: list[str]) -> list[str]:
    filled = _filled(page)
    return [page[n] for n in dict.fromkeys((*filled[:EDGE_LINES], *filled[-EDGE_LINES:]))]


def _shape(line: str) -> str:
    """A line with its figures left out, so that running heads with page numbers are the same."""
    return re.sub(r"\d+", "#", line.strip())


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Lines that belong together: until an empty line, a numbered unit, or a short line that ends a
    sentence.
    """
    width = max((len(line.strip()) for line in lines), default=0)
    part: list[str] = []
    for line in lines:
        stripped = line.strip()
        if part and (not stripped or _begins(stripped) or _ended(part[-1], width)):
            yield part
            part = []
        if stripped:
            part.append(stripped)
    if part:
        yield part


def _begins(line: str) -> bool:
    found = numbered(line)
    if found is None:
        return unnumbered(line) in ("enacting", "legal_basis", "signature")
    # „art. 5” at the beginning of a line is more often the end of a sentence than an article of its own
    return not (found.type == "article" and line[:1].islower())


def _ended(line: str, width: int) -> bool:
    return line.endswith(_SENTENCE_ENDS) and len(line) < width * 0.75


class _Joiner:
    """Joins lines, with the words that were cut at their ends."""

    def __init__(self, text: str, remarks: list[Remark]) -> None:
        self.words = set(_WORDS.findall(text.lower()))
        self.remarks = remarks

    def join(self, lines: list[str]) -> str:
        """One text of several lines."""
        parts = lines[:1]
        for line in lines[1:]:
            left = _NO_LETTER.split(parts[-1][:-1])[-1] if parts[-1].endswith("-") else ""
            right = _NO_LETTER.split(line, maxsplit=1)[0]
            if not left or not right:
                parts.append(" ")
            elif right[0].islower() and not self._keeps_hyphen(left, right):
                parts[-1] = parts[-1][:-1]
            parts.append(line)
        return "".join(parts)

    def _keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether the hyphen is the word's own, by what the rest of the text writes."""
        left, right = fold(left).lower(), fold(right).lower()
        if f"{left}{right}" in self.words:
            return False
        if f"{left}-{right}" in self.words or right in _AFTER_HYPHEN:
            return True
        self.remarks.append(Remark(code="word_joined", said=f"{left}{right}"))
        return False
