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
    "support_too_small",
    "envelope_spent",
    "elected",
    "elected_to_fill",
    "excluded",
    "outranked",
    "beaten",
    "equalled",
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


class Payment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a group of supporters paid for an option: those of equal points who paid the price in full, or
    those who gave all they had left. `amount` is the exact sum of the group, in minor units. Where supporters
    pay by place instead of by points, `place` is where they name the option, 0 if they do not.
    """

    points: int
    in_full: bool
    voters: int
    amount: str
    place: int | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of the count, in the order it was taken."""

    number: int
    option: str
    decision: Decision
    remaining_before: int
    remaining_after: int
    facts: dict[str, Fact] = {}
    payments: tuple[Payment, ...] = ()


RoundAction = Literal["first", "surplus", "exclusion", "transfer", "level", "last"]
"""What moved papers before a round's figures: nothing yet, a surplus, an exclusion, both at once (Meek),
another level of the rankings, or nothing more because the seats that are left are as many as the candidates.
"""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a count for seats, after `action` moved the papers of `subjects`.

    `votes` are (option, value) in the contest's order, of everybody who has not left before this round;
    `exhausted` is what no longer counts for anybody. Values are texts as exact as the rule is: "1322",
    "1301.16025", or "2/3". `elected` and `excluded` are decided on these figures.
    """

    number: int
    action: RoundAction
    subjects: tuple[str, ...] = ()
    votes: tuple[tuple[str, str], ...]
    quota: str = ""
    exhausted: str = "0"
    elected: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    facts: dict[str, Fact] = {}


class Counterfactual(msgspec.Struct, frozen=True, kw_only=True):
    """How near an option that was not funded came; docs/voting-rules.md says what is held as it was.

    `missing` is the money it lacked in the count itself. The other two were counted again before they were
    stated: `winning_cost` is the highest cost found at which it would have been funded, `more_supporters` the
    smallest number found of further people, naming it alone and first, with whom it would have been; nothing
    where none was found.
    """

    option: str
    missing: int | None
    winning_cost: int | None
    more_supporters: int | None


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """What another rule would have chosen from the same papers."""

    rule: str
    winners: tuple[str, ...]
    spent: int


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


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted apart: the options of an envelope of their own, last (`by` nothing, no name) those
    paid from what is common. `counted` are the papers that name one of them, `facts` those of a result.
    """

    by: Literal["area", "category"] | None
    name: str
    amount: int
    spent: int
    counted: int
    complete: bool
    winners: tuple[str, ...]
    facts: dict[str, Fact]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The whole outcome of a count. `complete` is false when a tie that matters waits for a decision.

    Counts for projects have `steps`; counts for `seats` have `rounds`, and `pairwise` where options are
    compared two by two: in the contest's order, how many papers put the row's option above the column's.
    `parts` are there where options have money of their own; steps, standings and ranks are then those of each
    part in turn. `counterfactuals` and `alternatives` are there when the count was asked to explain itself.
    """

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
    seats: int = 0
    rounds: tuple[Round, ...] = ()
    pairwise: tuple[tuple[int, ...], ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    parts: tuple[Part, ...] = ()

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
