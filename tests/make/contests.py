"""Contests for tests of counting: plain functions with keyword defaults."""

from collections.abc import Mapping
from typing import Any

from voting.rules.papers import Contest, Option


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
