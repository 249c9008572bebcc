"""Counting rules: values in, a Result with its working out. The index of docs/voting-rules.md.

A rule is a named, published and frozen parameter set; nothing that decides is a default in code. All rules
have one shape: `check(contest, paper)` refuses a paper with a reason, `count(contest, papers, ties=...)`
gives the result, the same for papers in any order, in whole numbers and exact fractions only.

`projects/` funds projects with costs from a budget; `seats/` fills offices and councils.
"""

import msgspec

from voting.rules.contests import UnsuitableContest, need_seats, need_vote_type
from voting.rules.family import Elects, Family
from voting.rules.papers import Contest, Paper, Papers, VoteType, digest
from voting.rules.projects import completion, greedy, pb_ear
from voting.rules.result import Result
from voting.rules.seats import (
    condorcet,
    expanding,
    irv,
    judgment,
    meek,
    positional,
    ranked_pairs,
    schulze,
    stv,
)
from voting.rules.tally import InvalidPaper, check_paper
from voting.rules.ties import TiePolicy

__all__ = ["FAMILIES", "RULES", "InvalidPaper", "Rule", "UnknownRule", "UnsuitableContest", "get_rule"]

FAMILIES: tuple[Family, ...] = (
    greedy.FAMILY,
    completion.FAMILY,
    completion.FAMILY_BY_PLACE,
    pb_ear.FAMILY,
    positional.PLURALITY_FAMILY,
    positional.APPROVAL_FAMILY,
    positional.BORDA_FAMILY,
    irv.FAMILY,
    stv.FAMILY,
    meek.FAMILY,
    condorcet.FAMILY,
    schulze.FAMILY,
    ranked_pairs.FAMILY,
    judgment.FAMILY,
    expanding.FAMILY,
)


class UnknownRule(KeyError):
    """No rule of that name is published."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A published rule: its name, its family and its frozen parameters."""

    name: str
    family: Family
    params: msgspec.Struct

    @property
    def version(self) -> int:
        """Raised whenever the rule counts anything differently."""
        return self.family.version

    @property
    def elects(self) -> Elects:
        """Whether it funds projects or fills seats."""
        return self.family.elects

    @property
    def vote_types(self) -> tuple[VoteType, ...]:
        """The papers it can count."""
        return self.family.vote_types

    @property
    def params_digest(self) -> str:
        """SHA-256 of the parameters' canonical JSON, which every result carries."""
        return digest(self.params)

    def check(self, contest: Contest, paper: Paper) -> None:
        """Refuse a paper the contest does not allow. Raises: InvalidPaper."""
        check_paper(contest, paper)

    def check_contest(self, contest: Contest) -> None:
        """Refuse a contest that is not of this rule's kind. Raises: UnsuitableContest."""
        need_vote_type(contest, self.vote_types)
        if self.elects == "seats":
            need_seats(contest)
        elif contest.seats:
            raise UnsuitableContest("budget")
        if any(envelope.kind == "own" for envelope in contest.envelopes):
            raise UnsuitableContest("envelopes")  # no rule keeps money apart yet, and none may ignore it

    def count(self, contest: Contest, papers: Papers, *, ties: TiePolicy) -> Result:
        """Count papers given in any order, or as a mapping paper -> number. Raises: UnsuitableContest,
        FalseSeed, TooLarge.
        """
        self.check_contest(contest)
        return self.family.count(contest, papers, ties=ties, name=self.name, params=self.params)


RULES: dict[str, Rule] = {
    name: Rule(name=name, family=family, params=params)
    for family in FAMILIES
    for name, params in family.rules.items()
}


def get_rule(name: str) -> Rule:
    """The published rule of that name. Raises: UnknownRule."""
    try:
        return RULES[name]
    except KeyError:
        raise UnknownRule(name) from None
