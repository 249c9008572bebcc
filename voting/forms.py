"""What people type and press around a vote, and the draft ballot that stays on their own device.

A draft is a list of option numbers in a cookie: a table of drafts on the server would be a table of who
wants what (docs/decisions/0004). It holds no secret and proves nothing; the ballot is what is sent.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable
from typing import Annotated, Literal

import msgspec

from app.kit.i18n import N_
from voting.states import Act

SEPARATOR = "."
_PART = re.compile(r"[A-Za-z0-9-]{1,20}")
Said = Literal["added", "removed", "full", "moved", "first", "last", "nothing"]


class Draft(msgspec.Struct, frozen=True):
    """A ballot being filled in: `numbers` best first; `seed` keeps this voter's list in one order."""

    seed: str
    numbers: tuple[str, ...] = ()

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
    seed, *numbers = cookie.split(SEPARATOR)
    kept = tuple(dict.fromkeys(number for number in numbers if number in allowed))
    return Draft(seed if re.fullmatch(r"[0-9a-f]{8}", seed) else secrets.token_hex(4), kept[:limit])


def write_draft(draft: Draft) -> str:
    """The cookie of a draft."""
    return SEPARATOR.join((draft.seed, *draft.numbers))


def fits_cookie(number: str) -> bool:
    """Whether a number can stand in the cookie as it is."""
    return bool(_PART.fullmatch(number))


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


class SendForm(msgspec.Struct, frozen=True):
    """The reviewed ballot as it is sent: numbers in order, the secret of its receipt, an older one's key."""

    ballot: Annotated[
        str, msgspec.Meta(max_length=2000, extra={"missing": N_("Choose at least one project.")})
    ]
    receipt: Annotated[str, msgspec.Meta(max_length=60)]
    replacement_key: Annotated[str, msgspec.Meta(max_length=60)] = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Option numbers, best first."""
        return tuple(part for part in self.ballot.split(SEPARATOR) if part)


class ConfirmForm(msgspec.Struct, frozen=True):
    """An official confirms, or withdraws, one act; `digest` is what the page showed."""

    act: Act
    digest: Annotated[str, msgspec.Meta(max_length=64)] = ""


class CancelForm(msgspec.Struct, frozen=True):
    """Why a vote is to be called off, for everyone to read."""

    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=10, max_length=2000, extra={"missing": N_("Write the reason; it is public.")}
        ),
    ]
