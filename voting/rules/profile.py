"""The counted papers as arrays: what each distinct paper says of which option, and how many such there are.

Counting rules for projects work on these instead of on papers, so that a million of them fit and are looked
at together.
"""

from array import array
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
)


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


def make_profile(contest: Contest, papers: Sequence[tuple[Paper, int]]) -> Profile:
    """The arrays of valid papers, each with its number. A second mention of an option counts for nothing."""
    position = {option.id: index for index, option in enumerate(contest.options)}
    flat, sizes, points = array("i"), array("i"), array("q")
    place_of = position.__getitem__
    for paper, _ in papers:
        match paper:
            case RankedPaper(places=names) | ApprovalPaper(approved=names):
                flat.extend(map(place_of, names))
                sizes.append(len(names))
            case CumulativePaper(points=pairs) | ScoringPaper(points=pairs):
                flat.extend([position[name] for name, _ in pairs])
                points.extend([value for _, value in pairs])
                sizes.append(len(pairs))
            case PreferencePaper():
                raise TypeError("rankings with equal ranks fill seats, they fund no projects")
    length = np.array(sizes, dtype=np.int64)
    start = np.zeros(len(length) + 1, dtype=np.int64)
    np.cumsum(length, out=start[1:])
    option = np.array(flat, dtype=np.int32)
    ballot = np.repeat(np.arange(len(length), dtype=np.int32), length)
    place = (np.arange(len(option), dtype=np.int64) - start[ballot]).astype(np.int32)
    profile = Profile(
        weight=np.array([number for _, number in papers], dtype=np.int64),
        start=start,
        ballot=ballot,
        option=option,
        points=_points(contest, place, points),
        place=place,
        longest=int(length.max(initial=0)),
    )
    return _first_mentions(profile, len(contest.options)) if contest.duplicates == "first" else profile


def _points(contest: Contest, place: NDArray[np.int32], given: "array[int]") -> NDArray[np.int64]:
    """Points by place, 1 for an approval, or as given."""
    if contest.vote_type == "ordinal":
        places = int(place.max(initial=-1)) + 1
        worth = np.zeros(places, dtype=np.int64)
        stated = list(contest.place_points[:places])
        worth[: len(stated)] = stated
        return worth[place]
    if contest.vote_type == "approval":
        return np.ones(len(place), dtype=np.int64)
    return np.array(given, dtype=np.int64)


def _first_mentions(profile: Profile, size: int) -> Profile:
    """Without the entries that name an option their paper has named before."""
    key = profile.ballot.astype(np.int64) * size + profile.option
    _, first = np.unique(key, return_index=True)
    if len(first) == len(key):
        return profile
    first.sort()
    ballot = profile.ballot[first]
    start = np.zeros_like(profile.start)
    np.cumsum(np.bincount(ballot, minlength=len(profile.weight)), out=start[1:])
    return msgspec.structs.replace(
        profile,
        start=start,
        ballot=ballot,
        option=profile.option[first],
        points=profile.points[first],
        place=profile.place[first],
    )
