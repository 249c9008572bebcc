"""A crowd's invented ballots: as many as wanted, the same each time.

Every project has a place in one of ten areas, a cost, and a popularity that falls as in real cities; people
favour their area and rank three to ten projects, or approve of them. Candidates for seats are ranked by
popularity and luck, by every voter in another way.
"""

import numpy as np

from voting.rules.papers import ApprovalPaper, Contest, Option, Paper, RankedPaper

AREAS = 10
PLACES = 10
FEWEST = 3
BLOCK = 50_000


def crowd_contest(projects: int, vote_type: str) -> Contest:
    """The projects, of 50,000 to 900,000 lei, and a budget for three in ten of them."""
    costs = np.random.default_rng(1).integers(50_000, 900_000, projects) * 100
    ids = _ids(projects)
    return Contest(
        options=tuple(
            Option(id=name, title=name, cost=cost) for name, cost in zip(ids, costs.tolist(), strict=True)
        ),
        budget=int(costs.sum()) * 3 // 10,
        vote_type="ordinal" if vote_type == "ordinal" else "approval",
        max_length=PLACES,
    )


def crowd_papers(projects: int, voters: int, vote_type: str) -> dict[Paper, int]:
    """Each distinct paper and its number: rankings, or approvals of the same projects."""
    rng = np.random.default_rng(2)
    ids = _ids(projects)
    appeal = -0.8 * np.log(np.arange(projects) + 5)
    area = rng.integers(0, AREAS, projects)
    papers: dict[Paper, int] = {}
    for at in range(0, voters, BLOCK):
        many = min(BLOCK, voters - at)
        at_home = area[None, :] == rng.integers(0, AREAS, many)[:, None]
        liking = rng.gumbel(size=(many, projects)) + appeal + 1.5 * at_home
        places = min(PLACES, projects)
        best = np.argpartition(-liking, places - 1, axis=1)[:, :places]
        order = np.argsort(-np.take_along_axis(liking, best, 1), axis=1)
        rows = np.take_along_axis(best, order, 1).tolist()
        for row, length in zip(rows, rng.integers(FEWEST, places + 1, many).tolist(), strict=True):
            names = tuple([ids[index] for index in row[:length]])
            paper: Paper = (
                RankedPaper(names) if vote_type == "ordinal" else ApprovalPaper(tuple(sorted(names)))
            )
            papers[paper] = papers.get(paper, 0) + 1
    return papers


def crowd_rankings(candidates: int, voters: int, *, complete: bool) -> tuple[list[str], list[list[str]]]:
    """The candidates and rankings of them, all different: of three or more of them, or of all."""
    rng = np.random.default_rng(3)
    names = [f"C{number:02d}" for number in range(1, candidates + 1)]
    appeal = -0.8 * np.log(np.arange(candidates) + 5)
    found: dict[tuple[str, ...], None] = {}
    while len(found) < voters:
        many = min(BLOCK, voters - len(found))
        order = np.argsort(-(rng.gumbel(size=(many, candidates)) + appeal), axis=1)
        lengths = rng.integers(candidates if complete else FEWEST, candidates + 1, many)
        for row, length in zip(order.tolist(), lengths.tolist(), strict=True):
            found[tuple([names[index] for index in row[:length]])] = None
    return names, [list(ballot) for ballot in found]


def _ids(projects: int) -> list[str]:
    return [f"P{number:03d}" for number in range(1, projects + 1)]
