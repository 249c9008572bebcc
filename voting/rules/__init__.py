"""Counting rules: values in, a Result with its working out. The index of docs/voting-rules.md.

A rule is a named, published and frozen parameter set; nothing that decides is a default in code. All rules
have one shape: `check(contest, paper)` refuses a paper with a reason, `count(contest, papers, ties=...)`
gives the result, the same for papers in any order, in whole numbers and exact fractions only.

greedy, greedy-no-skip, greedy-threshold, greedy-exclusive, greedy-custom: by score while the money lasts.
equalshares, equalshares/add1, equalshares-comparison, equalshares/add1-comparison, equalshares/ranked:
equal shares.
"""

from collections.abc import Callable
from functools import partial

import msgspec

from voting.rules import completion, greedy
from voting.rules.equal_shares import EQUAL_SHARES
from voting.rules.greedy import GREEDY
from voting.rules.papers import Contest, Paper, Papers, digest
from voting.rules.result import Result
from voting.rules.tally import InvalidPaper, check_paper
from voting.rules.ties import TiePolicy

__all__ = ["RULES", "InvalidPaper", "Rule", "UnknownRule", "get_rule"]


class UnknownRule(KeyError):
    """No rule of that name is published."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A published rule: its name, version, frozen parameters, and how it counts."""

    name: str
    version: int
    params: msgspec.Struct
    counter: Callable[..., Result]

    @property
    def params_digest(self) -> str:
        """SHA-256 of the parameters' canonical JSON, which every result carries."""
        return digest(self.params)

    def check(self, contest: Contest, paper: Paper) -> None:
        """Refuse a paper the contest does not allow. Raises: InvalidPaper."""
        check_paper(contest, paper)

    def count(self, contest: Contest, papers: Papers, *, ties: TiePolicy) -> Result:
        """Count papers given in any order, or as a mapping paper -> number."""
        return self.counter(contest, papers, ties=ties)


def _greedy(name: str) -> Rule:
    params = GREEDY[name]
    counter = partial(greedy.count_greedy, name=name, params=params)
    return Rule(name=name, version=greedy.VERSION, params=params, counter=counter)


def _equal_shares(name: str) -> Rule:
    params = EQUAL_SHARES[name]
    counter = partial(completion.count_equal_shares, name=name, params=params)
    return Rule(name=name, version=completion.VERSION, params=params, counter=counter)


RULES: dict[str, Rule] = {name: _greedy(name) for name in GREEDY} | {
    name: _equal_shares(name) for name in EQUAL_SHARES
}


def get_rule(name: str) -> Rule:
    """The published rule of that name. Raises: UnknownRule."""
    try:
        return RULES[name]
    except KeyError:
        raise UnknownRule(name) from None
