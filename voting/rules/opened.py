"""The rankings that trustees opened, as papers that every rule counts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from voting.rules.papers import Contest, Paper, PreferencePaper, RankedPaper


def papers_of(contest: Contest, rankings: Iterable[Sequence[int]]) -> dict[Paper, int]:
    """Vectors of ranks, one an option of the contest, as papers: each distinct one with its number.

    Ranks that leave a place out or give one twice are no ranking (a program of the voter's own sealed them):
    they become the paper that says so, which the count refuses and lists.
    """
    names = [option.id for option in contest.options]
    papers: dict[Paper, int] = {}
    for ranks, number in Counter(map(tuple, rankings)).items():
        placed = sorted((rank, name) for rank, name in zip(ranks, names, strict=True) if rank)
        paper: Paper = RankedPaper(tuple(name for _, name in placed))
        if [rank for rank, _ in placed] != list(range(1, len(placed) + 1)):
            places = range(1, placed[-1][0] + 1)
            paper = PreferencePaper(
                tuple(tuple(name for rank, name in placed if rank == place) for place in places)
            )
        papers[paper] = papers.get(paper, 0) + number
    return papers
