"""Bold, italic, raised and lowered text as ranges of tokens beside the text: no mark breaks a diff."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Literal, get_args

import msgspec

from amendments.text.refused import BadMark

MarkKind = Literal["bold", "italic", "sup", "sub"]
KINDS: tuple[MarkKind, ...] = get_args(MarkKind)


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """One look of the tokens from `start` up to, not including, `end`."""

    kind: MarkKind
    start: int
    end: int


def tidy(marks: Iterable[Mark], length: int) -> tuple[Mark, ...]:
    """The same looks in their one canonical form: per kind sorted, joined where they touch. Raises: BadMark
    where one does not lie within `length` tokens.
    """
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (KINDS.index(one.kind), one.start, one.end)):
        if not 0 <= mark.start < mark.end <= length:
            raise BadMark("bad_mark", start=mark.start, end=mark.end, length=length)
        if found and found[-1].kind == mark.kind and found[-1].end >= mark.start:
            mark = Mark(mark.kind, found[-1].start, max(found.pop().end, mark.end))
        found.append(mark)
    return tuple(found)


def runs(tokens: tuple[str, ...], marks: Iterable[Mark]) -> Iterator[tuple[str, frozenset[MarkKind]]]:
    """The text in pieces of one look each, for writing it."""
    marks = tuple(marks)
    cuts = sorted({0, len(tokens), *(m.start for m in marks), *(m.end for m in marks)})
    for start, end in itertools.pairwise(cuts):
        look = frozenset(mark.kind for mark in marks if mark.start <= start and end <= mark.end)
        yield "".join(tokens[start:end]), look
