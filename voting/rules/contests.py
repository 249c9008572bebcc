"""Which contests a rule can count: refused with a reason before a paper is looked at."""

from collections.abc import Sequence

from voting.rules.papers import Contest, VoteType
from voting.rules.result import Fact


class UnsuitableContest(ValueError):
    """A contest that the rule cannot count: a reason code and its facts, no sentence.

    Reasons: `vote_type` (given, needed), `seats` (the rule fills seats and there are none), `single_seat`
    (the rule fills exactly one), `threshold` (the rule needs one), `budget` (the rule funds projects from
    one), `grades` (the rule needs their names), `default_option` (the rule needs one that can win),
    `envelopes` (money apart where nothing costs), `envelopes_exceed` (together, budget: more is set apart
    than there is), `envelopes_overlap` (option or envelope: not paid from one of them only),
    `exclusive_apart` (options: they exclude each other and are not paid from the same money).
    """

    def __init__(self, reason: str, **facts: Fact) -> None:
        detail = ", ".join(f"{name} {value}" for name, value in facts.items())
        super().__init__(f"{reason} ({detail})" if detail else reason)
        self.reason = reason
        self.facts = facts


def need_vote_type(contest: Contest, allowed: Sequence[VoteType]) -> None:
    """Raises: UnsuitableContest."""
    if contest.vote_type not in allowed:
        raise UnsuitableContest("vote_type", given=contest.vote_type, needed=", ".join(allowed))


def need_seats(contest: Contest, *, single: bool = False) -> None:
    """Raises: UnsuitableContest."""
    if contest.seats < 1:
        raise UnsuitableContest("seats")
    if single and contest.seats != 1:
        raise UnsuitableContest("single_seat", seats=contest.seats)
