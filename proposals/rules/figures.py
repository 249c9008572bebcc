"""Figures for everybody: how long things take, and counts of people in which nobody can be found.

Plain values in, plain values out. A count of people that is smaller than SMALL is not shown; and since totals
are public, what is hidden in a table is always at least two rows that together are no small group either, so
that no difference gives a hidden number back. Of fewer than FEW people there is no table at all.
"""

from collections.abc import Mapping, Sequence

import msgspec

SMALL = 5
FEW = 2 * SMALL
BANDS = ((16, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 150))  # ages, both ends within
BAND_NAMES = (*(f"{first}–{last}" for first, last in BANDS[:-1]), "65+")


class Spread(msgspec.Struct, frozen=True):
    """How long something took, in days: half of the times at most `median`, nine of ten at most `p90`."""

    count: int
    median: int
    p90: int


def spread(days: Sequence[int]) -> Spread | None:
    """By nearest rank, so that each figure is one that has happened. None: it has not happened yet."""
    if not days:
        return None
    ordered = sorted(days)
    return Spread(len(ordered), _at(ordered, 50), _at(ordered, 90))


def _at(ordered: Sequence[int], percent: int) -> int:
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def hide_small(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The counts of a table whose total is public and at least FEW; None: hidden. An empty row stays: nobody
    is in it who could be found.
    """
    hidden = {name for name, count in counts.items() if 0 < count < SMALL}
    others = sorted((count, name) for name, count in counts.items() if count >= SMALL)
    while hidden and others and (len(hidden) < 2 or sum(counts[one] for one in hidden) < FEW):
        hidden.add(others.pop(0)[1])
    return {name: None if name in hidden else count for name, count in counts.items()}


def band_of(age: int) -> str:
    """The age band of somebody; empty outside of all."""
    return next(
        (name for name, (first, last) in zip(BAND_NAMES, BANDS, strict=True) if first <= age <= last), ""
    )
