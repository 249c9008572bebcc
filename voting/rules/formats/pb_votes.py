"""The votes of a `.pb` file as papers, each distinct one made once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from voting.rules.formats.pb_text import Cast, Votes
from voting.rules.formats.text import MalformedFile, one_line, whole_of
from voting.rules.papers import (
    ApprovalPaper,
    CumulativePaper,
    Paper,
    RankedPaper,
    ScoringPaper,
    VoteType,
)

Papers = dict[Paper, int]


def split_cell(text: str, comma: str = ",") -> list[str]:
    """The values of a cell, those that are not empty."""
    parts = text.strip().split(comma)
    if " " in text or "\t" in text or "\n" in text or "" in parts:
        parts = [stripped for part in parts if (stripped := one_line(part))]
    return parts


def papers_of(votes: Votes, vote_type: VoteType) -> tuple[Papers, tuple[int, ...] | None]:
    """The papers with their numbers, and for ordinal ones the points of each place (nothing when places do
    not decide them). Raises: MalformedFile.
    """
    if vote_type in ("approval", "ordinal"):
        named = ApprovalPaper if vote_type == "approval" else RankedPaper
        cells = [cast.partition("\n")[0] if "\n" in cast else cast for cast in votes.number]
        split = str.split if _are_plain(cells) else split_cell
        papers = [named(tuple(split(cell, ","))) for cell in cells]
        points = _points_by_place(votes) if vote_type == "ordinal" else None
        return _added_up(papers, votes.number.values()), points
    scored = CumulativePaper if vote_type == "cumulative" else ScoringPaper
    return _added_up([scored(_pairs(votes, cast)) for cast in votes.number], votes.number.values()), None


def _are_plain(cells: Sequence[str]) -> bool:
    """Whether the cells are names and commas only, so that nothing need be stripped or left out."""
    text = ",,".join(cells)
    return len(text.split(None, 1)) == 1 and ",,," not in text and text[0] != "," != text[-1]


def _added_up(papers: Sequence[Paper], numbers: Iterable[int]) -> Papers:
    """Each distinct paper with its number: nearly all differ and were cast once, so that is counted first."""
    total: Papers = dict(Counter(papers))
    for paper, number in zip(papers, numbers, strict=True):
        if number > 1:
            total[paper] += number - 1
    return total


def _points_by_place(votes: Votes) -> tuple[int, ...] | None:
    """The points of place 1, 2, ..., where they are the same on all papers and fall."""
    worth: dict[int, int] = {}
    follows = True
    for cast in votes.number:
        points = cast.partition("\n")[2]
        if points and not points.isspace():
            for place, (_, value) in enumerate(_pairs(votes, cast)):
                follows = follows and worth.setdefault(place, value) == value
    by_place = tuple(worth[place] for place in sorted(worth))
    falling = all(earlier >= later for earlier, later in pairwise(by_place))
    return by_place if follows and falling else None


def _pairs(votes: Votes, cast: Cast) -> tuple[tuple[str, int], ...]:
    vote, _, worth = cast.partition("\n")
    names, points = split_cell(vote), split_cell(worth)
    if len(points) != len(names):
        raise MalformedFile(votes.line(cast), f"{len(names)} projects but {len(points)} points")
    values = (
        int(p) if len(p) < 10 and p.isascii() and p.isdecimal() else whole_of(p, votes.line(cast), "points")
        for p in points
    )
    return tuple(zip(names, values, strict=True))
