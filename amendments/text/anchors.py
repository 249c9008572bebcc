"""An anchor says which words of which version somebody means, and carries the words with it.

It is for amendments and for comments alike. On its own version it is exact; whether it still tells the truth
is checked each time it is read, because a broken anchor must be shown as broken, never moved silently.
"""

import msgspec

from amendments.text.operations import Splice
from amendments.text.refused import BadAnchor
from amendments.text.tokens import fold, tokenise
from amendments.text.units import Version

AROUND = 32  # characters kept from before and after the words


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens [start, end) of a unit in a version, with what stands there and around it."""

    version: str  # the content hash
    unit: str
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    unit_hash: str


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """A place in another text that may be meant; `around` counts the characters that agree beside it."""

    unit: str
    start: int
    end: int
    around: int


def anchor(version: Version, unit: str, start: int, end: int) -> Anchor:
    """The anchor of those tokens. Raises: NoSuchUnit, BadAnchor where the unit has no such tokens."""
    state = version[unit]
    tokens = state.tokens
    if not 0 <= start <= end <= len(tokens):
        raise BadAnchor("outside_the_text", unit=unit, length=len(tokens))
    return Anchor(
        version=version.content_hash,
        unit=unit,
        start=start,
        end=end,
        quote="".join(tokens[start:end]),
        prefix="".join(tokens[:start])[-AROUND:],
        suffix="".join(tokens[end:])[:AROUND],
        unit_hash=state.hash,
    )


def anchor_of(version: Version, splice: Splice) -> Anchor:
    """The anchor of what a splice takes away, or of the gap where it inserts."""
    return anchor(version, splice.unit, splice.start, splice.end)


def is_whole(version: Version, kept: Anchor) -> bool:
    """Whether the anchor still says the truth about its own version."""
    if kept.version != version.content_hash or kept.unit not in version:
        return False
    if kept.end > len(version[kept.unit].tokens) or not 0 <= kept.start <= kept.end:
        return False
    return anchor(version, kept.unit, kept.start, kept.end) == kept


def check_anchor(version: Version, kept: Anchor) -> None:
    """Raises: BadAnchor where the words are not there."""
    if not is_whole(version, kept):
        raise BadAnchor("broken_anchor", unit=kept.unit, start=kept.start, end=kept.end)


def candidates(version: Version, kept: Anchor) -> tuple[Candidate, ...]:
    """Where the same words stand in a version whose changes nobody recorded, best first: in the unit itself
    if it is there, else anywhere. To be proposed to a person, never taken silently.
    """
    words = tokenise(fold(kept.quote))
    if not words:
        return ()
    units = [version[kept.unit]] if kept.unit in version else []
    found = [place for unit in units for place in _places(unit.id, unit.text, words, kept)]
    if not found:
        found = [place for unit in version.units for place in _places(unit.id, unit.text, words, kept)]
    return tuple(sorted(found, key=lambda one: (-one.around, version.place(one.unit), one.start)))


def _places(unit: str, text: str, words: tuple[str, ...], kept: Anchor) -> list[Candidate]:
    tokens = tokenise(fold(text))
    found = []
    for start in range(len(tokens) - len(words) + 1):
        end = start + len(words)
        if tokens[start:end] == words:
            before = "".join(tokens[:start])[-AROUND:]
            after = "".join(tokens[end:])[:AROUND]
            around = _agree(before[::-1], fold(kept.prefix)[::-1]) + _agree(after, fold(kept.suffix))
            found.append(Candidate(unit, start, end, around))
    return found


def _agree(one: str, other: str) -> int:
    """How many characters are the same from the front."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
