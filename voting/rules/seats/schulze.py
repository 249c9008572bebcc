"""The Schulze method: an option outranks another if the strongest path of victories leads that way.

A victory of a over b is as strong as the papers that put a above b (winning votes); a path is as strong as
its weakest victory. a outranks b if the strongest path from a to b is stronger than the one back. That order
has no cycles; all whom nobody outranks are winners, and several are a tie. Seats go first to these, then to
those whom nobody outranks once they are away, and so on.
Source: Schulze, “A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-
winner election method”, Social Choice and Welfare 36, 2011.

`schulze/debian` counts as the Debian constitution says (version 1.7, A.6): first out are options that fewer
papers than the quorum put above the default option (“none of the above”), then those that do not beat the
default option; of two victories of equally many votes the one with fewer papers against it is stronger.

Facts. Of the result: `condorcet_winner`, `smith`, `schwartz`. Of an option: `beaten` (`by`, `for`, `against`,
and the strongest paths `path_for`, `path_against`, in votes of their weakest victories) by one that has a
seat; `outranked` (the same) if that one outranks it without beating it, or (`tie`) if the tie named so was
settled against it; `below_threshold` (`threshold`, `short_by`, `votes`) under the quorum; `tie_unresolved`
(`tied`); `not_eligible` (`why`). A standing's score is how many others the option beats; its rank is of this
method.
"""

from typing import Literal

import msgspec
import numpy as np

from voting.rules.contests import UnsuitableContest, need_seats
from voting.rules.entries import Ints
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Decision, Fact, Result
from voting.rules.seats.comparison import Comparison, compare, compared_result, levels_of
from voting.rules.seats.order import fill_seats
from voting.rules.tally import receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1
Reasons = dict[str, tuple[Decision, dict[str, Fact]]]


class SchulzeParams(msgspec.Struct, frozen=True, kw_only=True, tag="schulze", tag_field="family"):
    """`equal_victories`: those of equally many votes are equal, or fewer papers against make one stronger.
    `use_default`: options must first reach the quorum and beat the contest's default option.
    """

    strength: Literal["winning_votes"]
    equal_victories: Literal["equal", "fewer_against"]
    use_default: bool


SCHULZE: dict[str, SchulzeParams] = {
    "schulze": SchulzeParams(strength="winning_votes", equal_victories="equal", use_default=False),
    "schulze/debian": SchulzeParams(
        strength="winning_votes", equal_victories="fewer_against", use_default=True
    ),
}


def count_schulze(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: SchulzeParams
) -> Result:
    """Count. Raises: UnsuitableContest, FalseSeed, TooLarge."""
    check_seed(ties)
    dropped: Reasons = {}
    if params.use_default:
        need_seats(contest, single=True)
        if contest.default_option is None:
            raise UnsuitableContest("default_option")
    box = receive(contest, papers)
    compared = compare(box)
    if params.use_default:
        dropped = _dropped(compared, str(contest.default_option), contest.quorum)
        compared = without(compared, dropped)
    paths, votes = strongest_paths(compared, params)
    outranks = paths > paths.T
    levels = levels_of(outranks, compared.names)
    standings = compared.standings(levels)
    filled = fill_seats(box, levels, ties, standings)
    result = compared_result(
        compared,
        filled,
        standings,
        rule=name,
        version=VERSION,
        params=params,
        outranks=outranks,
        reasons=dropped,
    )
    return _with_paths(result, compared, paths, votes)


def without(compared: Comparison, dropped: Reasons) -> Comparison:
    """The same comparison among the others."""
    kept = [index for index, name in enumerate(compared.names) if name not in dropped]
    names = tuple(compared.names[index] for index in kept)
    return msgspec.structs.replace(compared, names=names, votes=compared.votes[np.ix_(kept, kept)])


def _dropped(compared: Comparison, default: str, quorum: int) -> Reasons:
    """Options out under A.6(2) and (3); the majority an option needs over the default one is simple."""
    if default not in compared.names:
        raise UnsuitableContest("default_option")
    reasons: Reasons = {}
    for name in compared.names:
        facts = compared.against(name, default) if name != default else {}
        votes, against = int(facts.get("for", 0)), int(facts.get("against", 0))
        if facts and votes < quorum:
            reasons[name] = (
                "below_threshold",
                {
                    "threshold": quorum,
                    "short_by": quorum - votes,
                    "votes": votes,
                },
            )
        elif facts and votes <= against:
            reasons[name] = ("beaten" if votes < against else "equalled"), facts
    return reasons


def strongest_paths(compared: Comparison, params: SchulzeParams) -> tuple[Ints, tuple[int, ...]]:
    """The strength of the strongest path between any two, as the place of its weakest victory among all
    strengths that occur (0: no path), and how many votes each of these places means.

    Only the order of strengths decides, so places serve for both ways to order victories. For each middle
    option, paths through it are compared with those found before (Floyd and Warshall).
    """
    votes = compared.votes
    count = max(1, compared.box.counted)
    fewer = params.equal_victories == "fewer_against"
    winning = np.where(compared.beats, votes, 0)
    losing = np.where(compared.beats, count - votes.T, 0) if fewer else np.zeros_like(votes)
    distinct = sorted(set(zip(winning.ravel().tolist(), losing.ravel().tolist(), strict=True)) | {(0, 0)})
    place = {strength: index for index, strength in enumerate(distinct)}
    paths = np.array(
        [
            [place[strength] for strength in zip(*rows, strict=True)]
            for rows in zip(winning.tolist(), losing.tolist(), strict=True)
        ],
        dtype=np.int64,
    ).reshape(votes.shape)
    for middle in range(len(paths)):
        np.maximum(paths, np.minimum(paths[:, middle : middle + 1], paths[middle]), out=paths)
    np.fill_diagonal(paths, 0)
    return paths, tuple(strength[0] for strength in distinct)


def _with_paths(result: Result, compared: Comparison, paths: Ints, votes: tuple[int, ...]) -> Result:
    """Add the strongest paths to the facts of options that another one outranks."""
    place = {name: index for index, name in enumerate(compared.names)}
    outcomes = []
    for outcome in result.outcomes:
        by = outcome.facts.get("by")
        if outcome.option in place and by in place:
            own, other = place[outcome.option], place[str(by)]
            more = {
                "path_for": votes[int(paths[own, other])],
                "path_against": votes[int(paths[other, own])],
            }
            outcome = msgspec.structs.replace(outcome, facts=outcome.facts | more)
        outcomes.append(outcome)
    return msgspec.structs.replace(result, outcomes=tuple(outcomes))


FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=("ordinal", "preference"),
    rules=SCHULZE,
    count=count_schulze,
)
