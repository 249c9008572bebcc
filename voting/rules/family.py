"""A family of rules: one algorithm and the named, frozen parameter sets under which it is published."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from voting.rules.papers import Contest, Papers, VoteType
from voting.rules.result import Result
from voting.rules.ties import TiePolicy

Elects = Literal["projects", "seats"]


class Counter(Protocol):
    """How a family counts: papers in any order, or each distinct paper with its number."""

    def __call__(
        self, contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: Any
    ) -> Result:
        """Count by the rule `name`. Raises: UnsuitableContest, FalseSeed, TooLarge."""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """`rules` are the published names with their parameters. A change of what any of them counts raises the
    version. `explain` counts the same and says how near the others came; not every family can.
    """

    version: int
    elects: Elects
    vote_types: tuple[VoteType, ...]
    rules: Mapping[str, msgspec.Struct]
    count: Counter
    explain: Counter | None = None
