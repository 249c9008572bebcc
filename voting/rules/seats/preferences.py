"""Ranked papers as flat arrays, for all rules that follow preferences.

One array of option numbers, with where each paper begins, is filtered and counted by whole columns. Options
are numbers in the contest's order, papers are in the order of their canonical text: nothing can follow from
the order in which they came. Weights are whole numbers below papers.MAX_PAPERS, so sums fit 64 bits.

What a paper with two options at one rank, a skipped rank or an option named twice means is decided by each
rule's statute, therefore by its `Reading`, never here. Overvotes, gaps and repeats are judged on the paper as
the voter wrote it; options that are not eligible (withdrawn) are taken out afterwards and the next preference
takes their place. Source: SSI 2007/42 rule 45(1) for an unclear next preference "whether continuing or not";
the ranked-choice tabulator of the Ranked Choice Voting Resource Center for the American switches.
"""

from typing import Literal

import msgspec
import numpy as np

from voting.rules.entries import Bools, Ints, repeated, starts_of
from voting.rules.tally import Received


class Preferences(msgspec.Struct, frozen=True, eq=False):
    """Distinct papers as arrays: paper p has `option[start[p]:start[p + 1]]`, best first, at the ranks
    `place` (from 0; equal ranks share one, a skipped rank is a gap), and was cast `weight[p]` times.
    `plain`: no paper skips or shares a rank or names an option twice, so that there is nothing to judge.
    """

    ids: tuple[str, ...]
    option: Ints
    place: Ints
    start: Ints
    weight: Ints
    plain: bool = False

    @property
    def length(self) -> Ints:
        """How many options each paper names."""
        return np.diff(self.start)

    @property
    def paper(self) -> Ints:
        """The number of the paper that each entry of `option` stands on."""
        return np.repeat(np.arange(len(self.weight)), self.length)

    def keep(self, wanted: Bools) -> "Preferences":
        """The same papers with only the wanted entries. A paper may become empty; none is left out."""
        if wanted.all():
            return self
        start = starts_of(wanted)[self.start]
        return Preferences(self.ids, self.option[wanted], self.place[wanted], start, self.weight)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a statute makes of papers that are not a plain 1, 2, 3.

    `overvote`: two or more options at one rank end the paper there, or the rank is passed over. `skipped`:
    how many skipped ranks in a row may be passed over; one more ends the paper (None: any number).
    `duplicate`: an option named again ends the paper there, or is passed over.
    """

    overvote: Literal["exhaust", "skip"]
    skipped: int | None
    duplicate: Literal["exhaust", "skip"]


STRICT = Reading(overvote="exhaust", skipped=0, duplicate="exhaust")
"""Preferences count as far as they are 1, 2, 3 without a doubt."""


def preferences_of(box: Received) -> Preferences:
    """The counted papers exactly as written, all of one kind (RankedPaper or PreferencePaper)."""
    ids = tuple(option.id for option in box.contest.options)
    entries = box.entries
    place = entries.place if entries.rank is None else entries.rank
    in_turn = entries.rank is None or np.array_equal(entries.rank, entries.place)
    return Preferences(
        ids=ids,
        option=entries.option.astype(np.int64),
        place=place.astype(np.int64),
        start=entries.start,
        weight=entries.weight,
        plain=in_turn and box.contest.duplicates == "reject",
    )


def weak_orders(written: Preferences, *, without: Bools | None = None) -> Preferences:
    """The first mention of each option, without the options marked in `without`; equal ranks stay equal."""
    wanted = np.ones(len(written.option), dtype=bool) if written.plain else ~_repeated(written)
    if without is not None:
        wanted &= ~without[written.option]
    return written.keep(wanted)


def strict_orders(written: Preferences, reading: Reading, *, without: Bools | None = None) -> Preferences:
    """The one clear sequence of options that each paper says under this reading, without those marked in
    `without`. Its `place` still tells the rank as written.
    """
    if written.plain or not len(written.option):
        return weak_orders(written, without=without)
    paper, place = written.paper, written.place
    first = np.zeros(len(place), dtype=bool)
    first[written.start[:-1][written.length > 0]] = True
    previous = np.where(first, -1, np.append(-1, place[:-1]))
    repeated = _repeated(written)
    over = _overvoted(place, first)
    wanted = ~over & ~repeated
    ends = np.zeros(len(place), dtype=bool)
    if reading.overvote == "exhaust":
        ends |= over
    if reading.skipped is not None:
        ends |= place - previous > reading.skipped + 1
    if reading.duplicate == "exhaust":
        ends |= repeated
    if ends.any():
        stop = np.full(len(written.weight), np.iinfo(np.int64).max)
        np.minimum.at(stop, paper[ends], place[ends])
        wanted &= place < stop[paper]
    if without is not None:
        wanted &= ~without[written.option]
    return written.keep(wanted)


def ineligible(box: Received) -> Bools:
    """Which options, in the contest's order, cannot win (withdrawn, undeclared)."""
    return np.array([option.excluded is not None for option in box.contest.options], dtype=bool)


def _overvoted(place: Ints, first: Bools) -> Bools:
    """Entries that share their rank with a neighbour on the same paper."""
    same = ~first
    same[1:] &= place[1:] == place[:-1]
    same[0] = False
    over: Bools = same | np.append(same[1:], False)
    return over


def _repeated(written: Preferences) -> Bools:
    """Entries whose option the same paper has named before."""
    return repeated(written.start, written.option, len(written.ids))
