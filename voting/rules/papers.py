"""What is voted on and what a voter says, as frozen values with one canonical JSON form.

A digest or a hash chain is only worth something when everybody who repeats it gets the same bytes, so
`canonical` is the single way values of this package become bytes: keys sorted, no spaces, UTF-8, fields at
their default left out (a field added later does not change an older contest's digest).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

VoteType = Literal["ordinal", "approval", "cumulative", "scoring", "preference"]
"""Pabulib's names: ranked, approved, points out of a sum, points of any kind; and rankings that may hold
equal and skipped ranks, as paper ballots and PrefLib have them.
"""

PABULIB_VOTE_TYPES: tuple[VoteType, ...] = ("ordinal", "approval", "cumulative", "scoring")

# Far beyond any election, so that a hostile file is refused instead of filling the memory, and so that every
# number of a result fits 64 bits: MAX_PAPERS papers of MAX_POINTS, or MAX_OPTIONS of MAX_AMOUNT together.
MAX_OPTIONS = 5_000  # the largest known ballot has about 600
MAX_AMOUNT = 10**15  # minor units: ten thousand billion lei
MAX_POINTS = 10**8  # of one paper to one option, either sign
MAX_PAPERS = 10**10  # more than there are people


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing that can be funded. `cost` is in minor units (bani, grosz).

    `excluded` is the reason code of an option that stays on the ballot but cannot win (withdrawn while voting
    ran, or a sentinel cost in a file); papers naming it stay valid.
    """

    id: str
    title: str
    cost: int = 0
    area: str | None = None
    category: str | None = None
    excluded: str | None = None

    def __post_init__(self) -> None:
        if not self.id or not 0 <= self.cost <= MAX_AMOUNT:
            raise ValueError(f"option {self.id[:40]!r}: an id and a cost from 0 to {MAX_AMOUNT} are needed")


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of the budget for the options of one area or category, in minor units.

    `own`: these options are paid from this amount and from nothing else, and nobody else from it. `most`:
    they are paid from the common budget, but together get at most this amount.
    """

    by: Literal["area", "category"]
    name: str
    amount: int
    kind: Literal["own", "most"]

    def __post_init__(self) -> None:
        if not self.name or not 0 <= self.amount <= MAX_AMOUNT:
            raise ValueError(f"envelope {self.name[:40]!r}: a name and an amount to {MAX_AMOUNT} are needed")


class Contest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is on the ballot and what a valid paper is. Money is in minor units, `minor_per_unit` of them a
    unit.

    A contest is either for projects (a budget, `seats` 0) or for `seats` offices (no costs). `grades` names
    the points 0, 1, ... of a scoring paper, worst first, where points are grades.

    `points_by_place` belongs to ordinal papers: points of place 1, 2, ...; places beyond it earn nothing.
    When empty, place p of at most L earns L - p + 1. `threshold` is the score an option needs under the rules
    that look at one. Of each group in `exclusive` at most one option may win. `duplicates` says what happens
    to a paper that names an option twice: refused, or the first mention counts (files of others only).
    `default_option` is the option “none of these” under rules that know one, `quorum` how many papers must
    put another option above it.
    """

    options: tuple[Option, ...]
    budget: int = 0
    vote_type: VoteType
    seats: int = 0
    currency: str = "RON"
    minor_per_unit: int = 100
    min_length: int = 1
    max_length: int | None = None
    points_by_place: tuple[int, ...] = ()
    min_points: int | None = None
    max_points: int | None = None
    min_sum_points: int | None = None
    max_sum_points: int | None = None
    max_sum_cost: int | None = None
    default_score: int = 0
    threshold: int | None = None
    exclusive: tuple[tuple[str, ...], ...] = ()
    duplicates: Literal["reject", "first"] = "reject"
    envelopes: tuple[Envelope, ...] = ()
    grades: tuple[str, ...] = ()
    default_option: str | None = None
    quorum: int = 0

    def __post_init__(self) -> None:
        ids = {option.id for option in self.options}
        if len(self.options) > MAX_OPTIONS:
            raise ValueError(f"more than {MAX_OPTIONS} options")
        if len(ids) != len(self.options):
            raise ValueError("two options have the same id")
        if not 0 <= self.budget <= MAX_AMOUNT or not 1 <= self.minor_per_unit <= MAX_AMOUNT:
            raise ValueError(f"the budget must be from 0, and a unit from one minor unit, to {MAX_AMOUNT}")
        if not 0 <= self.seats <= MAX_OPTIONS:
            raise ValueError(f"seats must be from 0 to {MAX_OPTIONS}")
        if len({(envelope.by, envelope.name) for envelope in self.envelopes}) != len(self.envelopes):
            raise ValueError("two envelopes for the same options")
        if any(abs(points) > MAX_POINTS for points in (self.default_score, *self.points_by_place)):
            raise ValueError(f"points must be from -{MAX_POINTS} to {MAX_POINTS}")
        if not self.points_by_place and (self.max_length or 0) > MAX_POINTS:
            raise ValueError(f"a paper cannot name more than {MAX_POINTS} options")
        if self.default_option is not None and self.default_option not in ids:
            raise ValueError(f"the default option is none of the options: {self.default_option[:40]!r}")
        if not 0 <= self.quorum <= MAX_PAPERS:
            raise ValueError(f"the quorum must be from 0 to {MAX_PAPERS}")
        if unknown := {name for group in self.exclusive for name in group} - ids:
            raise ValueError(f"exclusive groups name unknown options: {sorted(unknown)[:5]}")
        if list(self.points_by_place) != sorted(self.points_by_place, reverse=True):
            raise ValueError("a later place may not earn more points than an earlier one")

    @property
    def place_points(self) -> Sequence[int]:
        """Points of place 1, 2, ... of an ordinal paper, never empty when there are options."""
        return self.points_by_place or range(self.max_length or len(self.options), 0, -1)

    def option(self, option_id: str) -> Option:
        """The option of that id. Raises: KeyError."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


class RankedPaper(msgspec.Struct, frozen=True, tag="ordinal", forbid_unknown_fields=True):
    """Option ids, best first. What is not named is not ranked."""

    places: tuple[str, ...] = ()


class ApprovalPaper(msgspec.Struct, frozen=True, tag="approval", forbid_unknown_fields=True):
    """Approved option ids, kept sorted so that equal papers are equal values."""

    approved: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "approved", tuple(sorted(self.approved)))


class CumulativePaper(msgspec.Struct, frozen=True, tag="cumulative", forbid_unknown_fields=True):
    """(option id, points) pairs out of a shared sum, kept sorted by id."""

    points: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "points", tuple(sorted(self.points)))


class ScoringPaper(msgspec.Struct, frozen=True, tag="scoring", forbid_unknown_fields=True):
    """(option id, points) pairs, each on its own scale, kept sorted by id."""

    points: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "points", tuple(sorted(self.points)))


class PreferencePaper(msgspec.Struct, frozen=True, tag="preference", forbid_unknown_fields=True):
    """Ranks, best first, each the ids written there: two at one rank are equal (or an overvote under
    rules that allow none), an empty rank was skipped. Ids of a rank are kept sorted, empty last ranks left
    out.
    """

    ranks: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        ranks = [tuple(sorted(rank)) for rank in self.ranks]
        while ranks and not ranks[-1]:
            ranks.pop()
        msgspec.structs.force_setattr(self, "ranks", tuple(ranks))


Paper = RankedPaper | ApprovalPaper | CumulativePaper | ScoringPaper | PreferencePaper
Papers = Iterable[Paper] | Mapping[Paper, int]
"""Papers in any order, or each distinct paper with how often it was cast."""

PAPER_OF_TYPE: dict[str, type[Paper]] = {
    "ordinal": RankedPaper,
    "approval": ApprovalPaper,
    "cumulative": CumulativePaper,
    "scoring": ScoringPaper,
    "preference": PreferencePaper,
}

_DECODER: msgspec.json.Decoder[Paper] = msgspec.json.Decoder(Paper)


class MalformedPaper(ValueError):
    """Bytes that are not the canonical form of a paper."""


def canonical(value: Any) -> bytes:
    """The one JSON form of a value: sorted keys, no spaces, UTF-8, defaults of contests and options left
    out.
    """
    return msgspec.json.encode(value, order="sorted")


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def encode_paper(paper: Paper) -> bytes:
    """The canonical bytes of a paper: what the ballot box stores without looking inside.

    >>> encode_paper(RankedPaper(("P07", "P02")))
    b'{"places":["P07","P02"],"type":"ordinal"}'
    """
    return canonical(paper)


def decode_paper(raw: bytes) -> Paper:
    """The paper of those bytes. Raises: MalformedPaper, also when the bytes are not the canonical form."""
    try:
        paper = _DECODER.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as problem:
        raise MalformedPaper(str(problem)) from problem
    if encode_paper(paper) != raw:
        raise MalformedPaper("not in canonical form")
    return paper


def named_options(paper: Paper) -> tuple[str, ...]:
    """The option ids a paper names, in its order."""
    match paper:
        case RankedPaper():
            return paper.places
        case ApprovalPaper():
            return paper.approved
        case PreferencePaper():
            return tuple(name for rank in paper.ranks for name in rank)
        case _:
            return tuple(name for name, _ in paper.points)
