"""The votes of a `.pb` file as papers, each distinct one made once."""

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


def split_cell(text: str) -> list[str]:
    """The values of a cell, those that are not empty."""
    parts = text.strip().split(",")
    if " " in text or "\t" in text or "\n" in text or "" in parts:
        parts = [stripped for part in parts if (stripped := one_line(part))]
    return parts


def papers_of(votes: Votes, vote_type: VoteType) -> tuple[Papers, tuple[int, ...] | None]:
    """The papers with their numbers, and for ordinal ones the points of each place (nothing when places do
    not decide them). Raises: MalformedFile.
    """
    papers: Papers = {}
    known = papers.get
    if vote_type in ("approval", "ordinal"):
        named = ApprovalPaper if vote_type == "approval" else RankedPaper
        for (vote, _), number in votes.number.items():
            paper: Paper = named(tuple(split_cell(vote)))
            papers[paper] = known(paper, 0) + number
        return papers, _points_by_place(votes) if vote_type == "ordinal" else None
    scored = CumulativePaper if vote_type == "cumulative" else ScoringPaper
    for cast, number in votes.number.items():
        paper = scored(_pairs(votes, cast))
        papers[paper] = known(paper, 0) + number
    return papers, None


def _points_by_place(votes: Votes) -> tuple[int, ...] | None:
    """The points of place 1, 2, ..., where they are the same on all papers and fall."""
    worth: dict[int, int] = {}
    follows = True
    for cast in votes.number:
        if cast[1] and not cast[1].isspace():
            for place, (_, value) in enumerate(_pairs(votes, cast)):
                follows = follows and worth.setdefault(place, value) == value
    points = tuple(worth[place] for place in sorted(worth))
    falling = all(earlier >= later for earlier, later in pairwise(points))
    return points if follows and falling else None


def _pairs(votes: Votes, cast: Cast) -> tuple[tuple[str, int], ...]:
    names, points = split_cell(cast[0]), split_cell(cast[1])
    if len(points) != len(names):
        raise MalformedFile(votes.line(cast), f"{len(names)} projects but {len(points)} points")
    values = (
        int(p) if len(p) < 10 and p.isascii() and p.isdecimal() else whole_of(p, votes.line(cast), "points")
        for p in points
    )
    return tuple(zip(names, values, strict=True))
