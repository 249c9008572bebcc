"""The Condorcet check: who beats every other option, and who is left when nobody does.

It elects only an option that more papers put above than below each other one. Without such an option it
elects nobody, which is an outcome and no tie: the result names the Smith and Schwartz sets, among which other
rules would choose. Source: Condorcet, “Essai sur l'application de l'analyse à la probabilité des décisions
rendues à la pluralité des voix”, 1785.

Facts. Of the result: `condorcet_winner` (or nothing), `smith`, `schwartz` (lists of ids). Of an option:
`beaten` (`by`, `for`, `against`: papers putting it above that one, and below), by the one that beats it most
clearly; `equalled` (the same) for one that nobody beats but that does not beat everybody; `not_eligible`
(`why`). A standing's score is how many others the option beats; its rank is 1 in the Smith set, else after
it.
"""

from typing import Literal

import msgspec
import numpy as np

from voting.rules.contests import need_seats
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Decision, Fact, Result
from voting.rules.seats.comparison import Comparison, compare, compared_result, smith_set
from voting.rules.seats.order import Filled
from voting.rules.tally import receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1


class CondorcetParams(msgspec.Struct, frozen=True, kw_only=True, tag="condorcet", tag_field="family"):
    """`otherwise`: what happens when no option beats every other one."""

    otherwise: Literal["nobody"]


def count_condorcet(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: CondorcetParams
) -> Result:
    """Find the option that beats every other. Raises: UnsuitableContest, FalseSeed, TooLarge."""
    check_seed(ties)
    need_seats(contest, single=True)
    compared = compare(receive(contest, papers))
    smith = compared.chosen(smith_set(compared.beats))
    others = [other for other in compared.names if other not in smith]
    winners = smith if len(smith) == 1 else ()
    return compared_result(
        compared,
        Filled(winners=winners),
        compared.standings([level for level in (smith, others) if level]),
        rule=name,
        version=VERSION,
        params=params,
        outranks=compared.beats,
        reasons={other: _reason(compared, other) for other in compared.names if other not in winners},
    )


def _reason(compared: Comparison, name: str) -> tuple[Decision, dict[str, Fact]]:
    own = compared.names.index(name)
    margin = compared.votes[:, own] - compared.votes[own]
    margin[own] = np.iinfo(np.int64).min
    by = max(range(len(margin)), key=lambda other: (margin[other], compared.votes[other, own]))
    reason: Decision = "beaten" if margin[by] > 0 else "equalled"
    return reason, compared.against(name, compared.names[by])


FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=("ordinal", "preference"),
    rules={"condorcet": CondorcetParams(otherwise="nobody")},
    count=count_condorcet,
)
