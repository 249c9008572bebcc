"""What every kind of file is first turned into: paragraphs and tables, in order."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from amendments.text.marks import Mark, MarkKind, tidy
from amendments.text.tokens import normalise, tokenise
from amendments.text.units import token_at

Look: TypeAlias = frozenset[MarkKind]
Run: TypeAlias = tuple[str, Look]
PLAIN: Look = frozenset()


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph in normal form, the looks of its characters, and whether the file calls it a heading or a
    remark.
    """

    text: str
    looks: tuple[Look, ...] = ()  # one a character, or none at all
    is_heading: bool = False
    is_note: bool = False

    def marks(self, start: int, end: int) -> tuple[Mark, ...]:
        """The marks of the characters [start, end), which become a unit's text."""
        if not any(self.looks[start:end]):
            return ()
        text = self.text[start:end]
        found = [
            Mark(kind, token_at(text, at), token_at(text, at) + 1)
            for at, look in enumerate(self.looks[start:end])
            for kind in look
            if not text[at].isspace() or {kind} & set(self.looks[start + at - 1] if at else ())
        ]
        return tidy(found, len(tokenise(text)))


class Table(msgspec.Struct, frozen=True):
    """Rows of cells, each of one or more paragraphs."""

    rows: tuple[tuple[tuple[Paragraph, ...], ...], ...]


Block: TypeAlias = Paragraph | Table


def make_paragraph(
    runs: Iterable[Run], *, is_heading: bool = False, is_note: bool = False
) -> Paragraph | None:
    """Runs of text as one paragraph; nothing where they hold no text. A raised figure after a figure is an
    index (5¹ is 5^1), no look.
    """
    runs = _with_indexes(runs)
    whole = "".join(text for text, _ in runs)
    text = normalise(whole)
    if not text:
        return None
    signs: list[tuple[str, Look]] = []
    for run, look in runs:
        for sign in normalise(f"x{run}x")[1:-1]:
            if not (sign == " " and (not signs or signs[-1][0] == " ")):
                signs.append((sign, look))
    while signs and signs[-1][0] == " ":
        signs.pop()
    looks: tuple[Look, ...] = ()
    if "".join(sign for sign, _ in signs) == text and any(look for _, look in signs):
        looks = tuple(look for _, look in signs)
    return Paragraph(text=text, looks=looks, is_heading=is_heading, is_note=is_note)


def _with_indexes(runs: Iterable[Run]) -> list[Run]:
    runs, found = list(runs), list[Run]()
    for place, (text, look) in enumerate(runs):
        before = found[-1][0][-1:] if found else ""
        after = runs[place + 1][0] if place + 1 < len(runs) else ""
        is_label = [len(one) for one, _ in found[:2]] == [1] and before.isalpha() and after.startswith(")")
        if "sup" in look and text.strip().isdigit() and (before.isdigit() or is_label):
            text, look = f"^{text.strip()}", look - {"sup"}
        if text:
            found.append((text, look))
    return found
