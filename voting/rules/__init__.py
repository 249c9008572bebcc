"""Counting rules: values in, a Result with its working out. The index of docs/voting-rules.md.

A rule is a named, published and frozen parameter set; nothing that decides is a default in code. All rules
have one shape: `check(contest, paper)` refuses a paper with a reason, `count(contest, papers, ties=...)`
gives the result, the same for papers in any order, in whole numbers and exact fractions only.

`projects/` funds projects with costs from a budget; `seats/` fills offices and councils.
"""

from collections import Counter
from collections.abc import Mapping
from functools import partial

import msgspec

from voting.rules.contests import UnsuitableContest, need_seats, need_vote_type
from voting.rules.family import Elects, Family
from voting.rules.papers import Contest, Paper, Papers, VoteType, digest
from voting.rules.projects import book, greedy, pb_ear
from voting.rules.projects.apart import check_apart, count_apart, is_apart
from voting.rules.result import Alternative, Result
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
from voting.rules.tally import InvalidPaper, TooLarge, check_paper
from voting.rules.ties import TiePolicy

__all__ = ["FAMILIES", "RULES", "InvalidPaper", "Rule", "UnknownRule", "UnsuitableContest", "get_rule"]

FAMILIES: tuple[Family, ...] = (
    greedy.FAMILY,
    book.FAMILY,
    book.FAMILY_BY_PLACE,
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


MOST_STEPS = 1_000  # of one unit in a voter's first share; smaller ones would make raising shares slow


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

    @property
    def keeps_groups(self) -> bool:
        """Whether of projects that exclude each other at most one can win by it."""
        return self.elects == "projects" and bool(getattr(self.params, "use_exclusive", True))

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
        if is_apart(contest):
            if self.elects == "seats":
                raise UnsuitableContest("envelopes")
            check_apart(contest)

    def count(self, contest: Contest, papers: Papers, *, ties: TiePolicy, explain: bool = False) -> Result:
        """Count papers given in any order, or as a mapping paper -> number. Raises: UnsuitableContest,
        FalseSeed, TooLarge.

        `explain`: also say how near the others came and what another rule would have chosen, where the
        family can; nothing else of the result differs.
        """
        self.check_contest(contest)
        how = self.family.explain if explain else None
        count = partial(how or self.family.count, ties=ties, name=self.name, params=self.params)
        grouped = papers if isinstance(papers, Mapping) else Counter(papers)
        result = count_apart(contest, grouped, count) if is_apart(contest) else count(contest, grouped)
        if how is None:
            return result
        other = self._other_rule(contest, result)
        return msgspec.structs.replace(result, alternatives=_chosen_by(other, contest, grouped, ties))

    def _other_rule(self, contest: Contest, result: Result) -> str | None:
        """The rule whose choice is shown beside this one's: greedy beside any other; beside greedy, equal
        shares raised to the end, unless that takes long.
        """
        if not result.complete:
            return None
        use_threshold = contest.threshold is not None and getattr(self.params, "use_threshold", False)
        if self.family is not greedy.FAMILY:
            if contest.exclusive:
                return "greedy-exclusive"
            return "greedy-threshold" if use_threshold else "greedy"
        if contest.vote_type == "ordinal":
            return "equalshares/ranked"
        if contest.budget > MOST_STEPS * contest.minor_per_unit * result.counted:
            return None
        return "equalshares/add1-threshold" if use_threshold else "equalshares/add1u"


RULES: dict[str, Rule] = {
    name: Rule(name=name, family=family, params=params)
    for family in FAMILIES
    for name, params in family.rules.items()
}


def _chosen_by(
    name: str | None, contest: Contest, papers: Papers, ties: TiePolicy
) -> tuple[Alternative, ...]:
    """What that rule would have chosen; nothing where it cannot count the papers or a tie stays open."""
    if name is None:
        return ()
    try:
        result = RULES[name].count(contest, papers, ties=ties)
    except (UnsuitableContest, TooLarge):
        return ()
    if not result.complete:
        return ()
    return (Alternative(rule=name, winners=result.winners, spent=result.spent),)


def get_rule(name: str) -> Rule:
    """The published rule of that name. Raises: UnknownRule."""
    try:
        return RULES[name]
    except KeyError:
        raise UnknownRule(name) from None
