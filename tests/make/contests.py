"""Contests for tests of counting: plain functions with keyword defaults."""

from collections.abc import Mapping
from typing import Any

from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Option,
    Paper,
    RankedPaper,
    ScoringPaper,
)


def make_contest(
    costs: Mapping[str, int],
    *,
    budget: int,
    vote_type: str = "approval",
    excluded: Mapping[str, str] | None = None,
    **more: Any,
) -> Contest:
    """A contest of options named by their ids, costs in minor units."""
    reasons = excluded or {}
    options = tuple(
        Option(id=name, title=f"Project {name}", cost=cost, excluded=reasons.get(name))
        for name, cost in costs.items()
    )
    return Contest(options=options, budget=budget, vote_type=vote_type, **more)  # type: ignore[arg-type]


def points_of(contest: Contest, paper: Paper) -> tuple[tuple[str, int], ...]:
    """(option id, points) of a valid paper, said as plainly as possible: by place, 1 for an approval, or as
    given. A second mention earns nothing.
    """
    match paper:
        case RankedPaper():
            worth = contest.place_points
            pairs = [(n, worth[i] if i < len(worth) else 0) for i, n in enumerate(paper.places)]
        case ApprovalPaper():
            pairs = [(name, 1) for name in paper.approved]
        case CumulativePaper() | ScoringPaper():
            pairs = list(paper.points)
        case _:
            raise TypeError(paper)
    first: dict[str, int] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return tuple(first.items())
