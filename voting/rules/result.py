"""What a count gives back: the winners and all the working, as values that become JSON unchanged.

No sentences here. Every outcome is a reason code with its facts, so that the page can say it in any language
and a second program can check it. Fractions are strings "numerator/denominator"; amounts are minor units.
"""

from typing import Literal

import msgspec

Fact = int | str

Decision = Literal[
    "funded",
    "funded_in_part",
    "cost_exceeds_remaining",
    "below_threshold",
    "after_stop",
    "excluded_by_group",
    "not_eligible",
    "tie_unresolved",
    "after_unresolved_tie",
    "funded_from_remainder",
    "supporters_short",
    "no_support",
]
"""Reason codes of the rules; docs/voting-rules.md says what each means and which facts come with it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How an option stands before any money: equal scores share a rank. `by_place` for ordinal papers."""

    option: str
    rank: int
    score: int
    supporters: int
    first_places: int = 0
    by_place: tuple[int, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of the count, in the order it was taken."""

    number: int
    option: str
    decision: Decision
    remaining_before: int
    remaining_after: int
    facts: dict[str, Fact] = {}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one option, and why. `awarded` is what it gets, less than its cost only when funded in
    part.
    """

    option: str
    won: bool
    reason: Decision
    awarded: int
    facts: dict[str, Fact]


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A paper (its canonical JSON) that was not counted, how many such there were, and why."""

    reason: str
    paper: str
    number: int
    facts: dict[str, Fact]


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """Options that were equal. `matters`: another order could change who wins. `settled_by` is in order of
    use.

    `order` is the order used; when `resolved` is false the tie mattered and nothing in the policy settled it.
    """

    at: str
    options: tuple[str, ...]
    matters: bool
    resolved: bool
    settled_by: tuple[str, ...]
    order: tuple[str, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The whole outcome of a count. `complete` is false when a tie that matters waits for a decision."""

    rule: str
    rule_version: int
    params: dict[str, bool | int | str | None]
    params_digest: str
    input_digest: str
    complete: bool
    winners: tuple[str, ...]
    budget: int
    spent: int
    received: int
    counted: int
    blank: int
    rejected: tuple[Rejection, ...]
    standings: tuple[Standing, ...]
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    ties: tuple[Tie, ...]
    facts: dict[str, Fact] = {}

    @property
    def unresolved(self) -> tuple[Tie, ...]:
        """The ties that wait for a decision."""
        return tuple(tie for tie in self.ties if not tie.resolved)

    def outcome(self, option_id: str) -> Outcome:
        """What became of that option. Raises: KeyError."""
        for outcome in self.outcomes:
            if outcome.option == option_id:
                return outcome
        raise KeyError(option_id)
