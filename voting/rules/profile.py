"""The counted papers as arrays: what each distinct paper says of which option, and how many such there are.

Counting rules for projects work on these instead of on papers, so that a million of them fit and are looked
at together.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.entries import Entries, repeated, starts_of
from voting.rules.papers import Contest


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One entry for each option a paper names, papers in the order of their canonical text, a paper's entries
    in its own order.

    Of each distinct paper: `weight`, how often it occurs, and `start`, where its entries begin (one value
    more than papers). Of each entry: `ballot` and `option` (positions), `points` given, and `place` on the
    paper, from 0. `longest` is the largest number of places of a paper.
    """

    weight: NDArray[np.int64]
    start: NDArray[np.int64]
    ballot: NDArray[np.int32]
    option: NDArray[np.int32]
    points: NDArray[np.int64]
    place: NDArray[np.int32]
    longest: int


def make_profile(contest: Contest, entries: Entries) -> Profile:
    """The arrays of valid papers. A second mention of an option counts for nothing."""
    if contest.vote_type == "preference":
        raise TypeError("rankings with equal ranks fill seats, they fund no projects")
    length = entries.length
    longest = int(length.max(initial=0))
    place = entries.place
    if contest.vote_type == "ordinal":
        points = place_worth(contest, longest)[place]
    elif entries.points is None:
        points = np.ones(len(place), dtype=np.int64)
    else:
        points = entries.points
    profile = Profile(
        weight=entries.weight,
        start=entries.start,
        ballot=np.repeat(np.arange(len(length), dtype=np.int32), length),
        option=entries.option,
        points=points,
        place=place,
        longest=longest,
    )
    if contest.duplicates == "reject":
        return profile
    return _first_mentions(profile, ~repeated(entries.start, entries.option, len(contest.options)))


def place_worth(contest: Contest, longest: int) -> NDArray[np.int64]:
    """The points of each place of ranked papers: places beyond the contest's earn nothing."""
    worth = np.zeros(longest, dtype=np.int64)
    stated = list(contest.place_points[:longest])
    worth[: len(stated)] = stated
    return worth


def _first_mentions(profile: Profile, first: NDArray[np.bool_]) -> Profile:
    """Without the entries that name an option their paper has named before."""
    if first.all():
        return profile
    return msgspec.structs.replace(
        profile,
        start=starts_of(first)[profile.start],
        ballot=profile.ballot[first],
        option=profile.option[first],
        points=profile.points[first],
        place=profile.place[first],
    )
