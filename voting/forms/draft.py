"""The draft ballot, which stays on the voter's own device until it is sent.

A draft is a list of option numbers in a cookie, with points where the ballot gives points: a table of drafts
on the server would be a table of who wants what (docs/decisions/0004). It holds no secret and proves nothing;
the ballot is what is sent.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from voting.rules.papers import ApprovalPaper, CumulativePaper, Paper, RankedPaper, ScoringPaper, VoteType
from voting.rules.sheets import blank_paper

POINTS = "_"  # between a number and its points
BLANK = "_"  # the only part of a draft that is meant to be blank
SEPARATOR = "."
Said = Literal["added", "removed", "full", "moved", "first", "last", "nothing"]


class Draft(msgspec.Struct, frozen=True):
    """A ballot being filled in: `numbers` best first; `seed` keeps this voter's list in one order. `points`
    are those of the numbers, where the ballot gives points. `is_blank`: it is empty, and meant to be.
    """

    seed: str
    numbers: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    is_blank: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The draft as text, without its seed: "P07", or "P07_3" with points."""
        if self.is_blank:
            return (BLANK,)
        if not self.points:
            return self.numbers
        return tuple(f"{n}{POINTS}{value}" for n, value in zip(self.numbers, self.points, strict=True))

    @property
    def points_of(self) -> dict[str, int]:
        """Points by number."""
        return dict(zip(self.numbers, self.points, strict=False))

    def rank(self, number: str) -> int | None:
        """The place of an option, from 1."""
        return self.numbers.index(number) + 1 if number in self.numbers else None


class Moved(msgspec.Struct, frozen=True):
    """A draft after a button was pressed, and what is to be said about it."""

    draft: Draft
    said: Said
    number: str = ""


def read_draft(cookie: str, allowed: Collection[str], limit: int) -> Draft:
    """The draft of a cookie; what is unknown, double or too much in it is left out."""
    seed, *parts = cookie.split(SEPARATOR)
    seed = seed if re.fullmatch(r"[0-9a-f]{8}", seed) else secrets.token_hex(4)
    if parts == [BLANK]:
        return Draft(seed, is_blank=True)
    points = read_points(parts)
    kept = tuple(dict.fromkeys(number for number in points if number in allowed))[:limit]
    values = tuple(value for number in kept if (value := points[number]) is not None)
    return Draft(seed, kept, values if len(values) == len(kept) else ())


def read_points(parts: Iterable[str]) -> dict[str, int | None]:
    """Numbers with their points, None without."""
    found: dict[str, int | None] = {}
    for part in parts:
        number, _, points = part.partition(POINTS)
        found.setdefault(number, int(points) if re.fullmatch(r"\d{1,6}", points) else None)
    return found


def make_paper(vote_type: VoteType, parts: Sequence[str]) -> Paper:
    """What a draft says, as a paper of this kind; the rule checks it."""
    if tuple(parts) == (BLANK,):
        return blank_paper(vote_type)
    if vote_type == "ordinal":
        return RankedPaper(tuple(parts))
    if vote_type == "approval":
        return ApprovalPaper(tuple(parts))
    points = tuple((number, value) for number, value in read_points(parts).items() if value is not None)
    return ScoringPaper(points) if vote_type == "scoring" else CumulativePaper(points)


def mark_options(
    draft: Draft, chosen: Sequence[str], points: Mapping[str, str], *, allowed: Sequence[str]
) -> Draft:
    """The draft of a form with ticks (`chosen`) or points by number, in the list's own order: what was ticked
    first says nothing.
    """
    if not points:
        ticked = set(chosen)
        return Draft(draft.seed, tuple(number for number in allowed if number in ticked))
    given = {n: int(text) for n in allowed if re.fullmatch(r"\d{1,6}", text := points.get(n, ""))}
    return Draft(draft.seed, tuple(given), tuple(given.values()))


def write_draft(draft: Draft) -> str:
    """The cookie of a draft."""
    return SEPARATOR.join((draft.seed, *draft.parts))


def shuffled(seed: str, numbers: Iterable[str]) -> list[str]:
    """The same order for the same voter each time, another for the next: nobody is always first."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())


def make_move(draft: Draft, move: str, *, place: str, allowed: Collection[str], limit: int) -> Moved:
    """Press a button: `add:P07`, `remove:P07`, `up:P07`, `down:P07` or `place:P07` with the place chosen.

    >>> make_move(Draft("0", ("P1", "P2")), "up:P2", place="", allowed={"P1", "P2"}, limit=6).draft.numbers
    ('P2', 'P1')
    """
    verb, _, number = move.partition(":")
    if number not in allowed:
        return Moved(draft, "nothing")
    if verb == "add":
        return _add(draft, number, limit)
    if number not in draft.numbers:
        return Moved(draft, "nothing", number)
    rest = tuple(one for one in draft.numbers if one != number)
    if verb == "remove":
        return Moved(Draft(draft.seed, rest), "removed", number)
    here = draft.numbers.index(number)
    if verb == "up" and here == 0:
        return Moved(draft, "first", number)
    if verb == "down" and here == len(rest):
        return Moved(draft, "last", number)
    wanted = int(place) - 1 if re.fullmatch(r"\d{1,3}", place) else here
    target = {"up": here - 1, "down": here + 1, "place": wanted}.get(verb, here)
    target = max(0, min(target, len(rest)))
    return Moved(Draft(draft.seed, (*rest[:target], number, *rest[target:])), "moved", number)


def _add(draft: Draft, number: str, limit: int) -> Moved:
    if number in draft.numbers:
        return Moved(draft, "nothing", number)
    if len(draft.numbers) >= limit:
        return Moved(draft, "full", number)
    return Moved(Draft(draft.seed, (*draft.numbers, number)), "added", number)
