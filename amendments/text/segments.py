"""What a change looks like: the text in pieces that stay, go or come."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from amendments.text.hunks import find_hunks
from amendments.text.operations import Splice
from amendments.text.tokens import tokenise

Fate = Literal["kept", "struck", "added"]


class Segment(msgspec.Struct, frozen=True, array_like=True):
    """A piece of text. Without the added ones the pieces are the old text, without the struck the new."""

    fate: Fate
    text: str


def segments(text: str, splices: Iterable[Splice]) -> tuple[Segment, ...]:
    """The text with the splices of one amendment in it, which do not overlap: within each, only the words
    that differ are struck and added.
    """
    tokens = tokenise(text)
    found: list[Segment] = []
    at = 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        _add(found, "kept", tokens[at : splice.start])
        _compare(found, tokens[splice.start : splice.end], tokenise(splice.new))
        at = splice.end
    _add(found, "kept", tokens[at:])
    return tuple(found)


def compare_texts(old: str, new: str) -> tuple[Segment, ...]:
    """Two texts of one unit in pieces."""
    found: list[Segment] = []
    _compare(found, tokenise(old), tokenise(new))
    return tuple(found)


def _compare(found: list[Segment], old: tuple[str, ...], new: tuple[str, ...]) -> None:
    at = 0
    for a, b, c, d in find_hunks(old, new, exact=True):
        _add(found, "kept", old[at:a])
        _add(found, "struck", old[a:b])
        _add(found, "added", new[c:d])
        at = b
    _add(found, "kept", old[at:])


def _add(found: list[Segment], fate: Fate, tokens: tuple[str, ...]) -> None:
    if not tokens:
        return
    text = "".join(tokens)
    if found and found[-1].fate == fate:
        text = found.pop().text + text
    found.append(Segment(fate, text))


def old_text(pieces: Iterable[Segment]) -> str:
    """What was there before."""
    return "".join(piece.text for piece in pieces if piece.fate != "added")


def new_text(pieces: Iterable[Segment]) -> str:
    """What is there after."""
    return "".join(piece.text for piece in pieces if piece.fate != "struck")
