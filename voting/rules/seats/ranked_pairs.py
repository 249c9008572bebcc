"""Ranked pairs: victories are locked from the strongest to the weakest, except one that would close a cycle.

An option outranks those that locked victories lead to; who is outranked by nobody wins, and seats go on as
they do under Schulze's method. `ranked-pairs` orders victories by margin (papers for, less papers against),
equal margins by the papers for; `ranked-pairs/winning-votes` by the papers for. Victories still equal are
locked in the order that the tie policy gives the options, those over its last option first, so that the
option it prefers is the last to be beaten: one order for the whole count.
Source: Tideman, “Independence of clones as a criterion for voting rules”, Social Choice and Welfare 4, 1987;
Zavist and Tideman, “Complete independence of clones in the ranked pairs rule”, the same, 6, 1989.

When the order of equal victories matters. Equal victories that are neither implied by what is locked nor
blocked by it can all be locked, in any order, if together they close no cycle: whatever was locked before, a
part of a relation without cycles has none. If they do close one, those that lie on no cycle can still be
locked first, since what they block would lie on a cycle with them. Only the rest are tried in every order,
each set of locked paths once. If all orders elect the same, the tie is noted and does not matter. Victories
over one and the same option never block each other (a cycle through two of them passes that option twice, so
a shorter one needs only one of them); an order of the options is therefore enough to settle every such tie.
Deciding in general whether an option wins under some order is NP-complete (Brill and Fischer, “The price of
neutrality for the ranked pairs method”, AAAI 2012), so the search stops after MAX_STATES sets; what it could
not show to be harmless is treated as a tie that matters.

Facts. As for Schulze's method, without the paths. The tie between victories is called `victories`; its
options are those that could be elected.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import groupby
from operator import and_
from typing import Literal

import msgspec
import numpy as np

from voting.rules.contests import need_seats
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Result, Tie
from voting.rules.seats.comparison import (
    Comparison,
    Relation,
    compare,
    compared_result,
    levels_of,
    smith_set,
)
from voting.rules.seats.order import Filled, Levels, fill_seats
from voting.rules.tally import receive
from voting.rules.ties import Settled, TiePolicy, check_seed, settle

VERSION = 1
MAX_STATES = 2_000  # sets of locked paths looked at; a few suffice in any election that was not made for it
MAX_WORK = 2 * 10**7  # and that times the square of the options: a few seconds

Paths = tuple[int, ...]
"""For each option the set, as bits, of those that locked victories lead to."""
Pair = tuple[int, int]
Outcome = tuple[frozenset[str], frozenset[str]]
"""Who surely has a seat, and the equal ones of whom some get the last seats."""


class RankedPairsParams(msgspec.Struct, frozen=True, kw_only=True, tag="ranked_pairs", tag_field="family"):
    """What makes a victory strong: its margin and then the papers for it, or only these."""

    strength: Literal["margins", "winning_votes"]


RANKED_PAIRS: dict[str, RankedPairsParams] = {
    "ranked-pairs": RankedPairsParams(strength="margins"),
    "ranked-pairs/winning-votes": RankedPairsParams(strength="winning_votes"),
}


def count_ranked_pairs(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: RankedPairsParams
) -> Result:
    """Count. Raises: UnsuitableContest, FalseSeed, TooLarge."""
    check_seed(ties)
    need_seats(contest)
    compared = compare(receive(contest, papers))
    found, tie = _orders(compared, sorted_victories(compared, params), ties)
    levels = _levels(compared, found)
    standings = compared.standings(levels)
    if tie is not None and not tie.resolved:
        certain = frozenset.intersection(*(outcome_of(compared, paths)[0] for paths in found))
        winners = tuple(name for name in compared.names if name in certain)
        filled = Filled(winners=winners, waiting=tuple(name for name in tie.options if name not in certain))
    else:
        filled = fill_seats(compared.box, levels, ties, standings)
    return compared_result(
        compared,
        filled,
        standings,
        rule=name,
        version=VERSION,
        params=params,
        outranks=_relation(found),
        ties=() if tie is None else (tie,),
    )


def sorted_victories(compared: Comparison, params: RankedPairsParams) -> list[list[Pair]]:
    """(winner, loser) as places among the names, strongest first, equally strong ones together."""
    votes, margins = compared.votes.tolist(), params.strength == "margins"

    def strength(pair: Pair) -> tuple[int, int]:
        papers = votes[pair[0]][pair[1]]
        return (papers - votes[pair[1]][pair[0]], papers) if margins else (papers, 0)

    pairs = [(int(a), int(b)) for a, b in np.argwhere(compared.beats)]
    pairs.sort(key=strength, reverse=True)
    return [list(equal) for _, equal in groupby(pairs, key=strength)]


def _orders(
    compared: Comparison, victories: list[list[Pair]], policy: TiePolicy
) -> tuple[list[Paths], Tie | None]:
    """What can be locked in the end, under the orders of equal victories that the policy leaves open, and the
    tie between them if there is any.
    """
    size = len(compared.names)
    found = search(victories, size)
    if len(found) == 1:
        return found, None
    possible = {outcome_of(compared, paths) for paths in found}
    if len(possible) == 1:
        return found, _tie(compared.names, _differing(compared, found), matters=False)
    settled = _settled(compared, policy)
    ordered = search(_in_order(victories, compared, settled), size)
    outcomes = {outcome_of(compared, paths) for paths in ordered}
    if len(outcomes) == 1:
        return ordered, _tie(compared.names, _electable(compared, possible), matters=True, settled=settled)
    ordered = ordered or [(0,) * size]  # nothing is known to be locked
    return ordered, _tie(compared.names, _electable(compared, outcomes), matters=True)


def _settled(compared: Comparison, policy: TiePolicy) -> Settled:
    """The order in which the policy puts all options."""
    stood = compared.standings([])
    return settle(
        policy,
        compared.names,
        {option.id: option for option in compared.box.contest.options},
        {standing.option: standing for standing in stood},
    )


def _in_order(victories: list[list[Pair]], compared: Comparison, settled: Settled) -> list[list[Pair]]:
    """Equal victories parted by the settled order of the options that lose them, the last of them first."""
    group = {name: index for index, part in enumerate(settled.groups) for name in part}

    def place(pair: Pair) -> int:
        return -group[compared.names[pair[1]]]

    return [list(part) for equal in victories for _, part in groupby(sorted(equal, key=place), key=place)]


def search(victories: Sequence[Sequence[Pair]], size: int) -> list[Paths]:
    """All that can be locked in the end, whatever the order within each list of equal victories; nothing
    when there are too many ways.
    """
    start: tuple[int, Paths] = (0, (0,) * size)
    most = len(victories) + min(MAX_STATES, MAX_WORK // max(1, size * size))
    seen, waiting, found = {start}, [start], []
    while waiting:
        index, paths = waiting.pop()
        if index == len(victories):
            found.append(paths)
            continue
        for following in _after(paths, index, victories[index]):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
            if len(seen) > most:
                return []
    return sorted(set(found))


def _after(paths: Paths, index: int, equal: Sequence[Pair]) -> Iterable[tuple[int, Paths]]:
    """The states that can follow: everything locked that closes no cycle; or, where equal victories block
    each other, each of those locked next.
    """
    open_pairs = [(a, b) for a, b in equal if not paths[a] >> b & 1 and not paths[b] >> a & 1]
    together = _locked(paths, open_pairs)
    if not any(together[a] >> a & 1 for a, _ in open_pairs):
        return [(index + 1, together)]
    on_cycle = [(a, b) for a, b in open_pairs if together[b] >> a & 1]
    blocked = set(on_cycle)
    safe = _locked(paths, [pair for pair in open_pairs if pair not in blocked])
    return ((index, _locked(safe, [pair])) for pair in on_cycle)


def _locked(paths: Paths, pairs: Iterable[Pair]) -> Paths:
    """The paths once these victories are locked too."""
    reached, over = list(paths), dict[int, int]()
    for a, b in pairs:
        over[b] = over.get(b, 0) | 1 << a
    for loser, winners in over.items():  # all victories over one option at once
        more = reached[loser] | 1 << loser
        for other, old in enumerate(reached):
            if (old | 1 << other) & winners:
                reached[other] = old | more
    return tuple(reached)


def _relation(found: Sequence[Paths]) -> Relation:
    """Who outranks whom in everything that was found."""
    size = len(found[0])
    common = [reduce(and_, rows) for rows in zip(*found, strict=True)]
    relation = np.zeros((size, size), dtype=bool)
    for option, row in enumerate(common):
        relation[option] = [row >> other & 1 for other in range(size)]
    return relation


def outcome_of(compared: Comparison, paths: Paths) -> Outcome:
    """Who gets the seats when these paths are locked."""
    seats, sure = compared.box.contest.seats, frozenset[str]()
    for level in levels_of(_relation([paths]), compared.names):
        if len(sure) + len(level) > seats:
            return sure, frozenset(level) if len(sure) < seats else frozenset()
        sure |= frozenset(level)
    return sure, frozenset()


def _levels(compared: Comparison, found: Sequence[Paths]) -> Levels:
    """The levels as far as everything found agrees on them; then, if it agrees on who gets the seats, those;
    then all others.
    """
    each = [levels_of(_relation([paths]), compared.names) for paths in found]
    levels: list[list[str]] = []
    for same in zip(*each, strict=False):
        if any(level != same[0] for level in same):
            break
        levels.append(same[0])
    outcomes = {outcome_of(compared, paths) for paths in found}
    parts = [*next(iter(outcomes))] if len(outcomes) == 1 else []
    for part in (*parts, frozenset(compared.names)):
        taken = {name for level in levels for name in level}
        if rest := [name for name in compared.names if name in part and name not in taken]:
            levels.append(rest)
    return levels


def _electable(compared: Comparison, possible: set[Outcome]) -> tuple[str, ...]:
    """Those who get a seat under some order. When not all orders could be tried, those who might: with one
    seat the Smith set, whose victories over all others lie on no cycle, so that they are always locked.
    """
    names = {name for sure, tied in possible for name in sure | tied}
    if not possible:
        single = compared.box.contest.seats == 1
        names = set(compared.chosen(smith_set(compared.beats)) if single else compared.names)
    return tuple(name for name in compared.names if name in names)


def _differing(compared: Comparison, found: Sequence[Paths]) -> tuple[str, ...]:
    """The options whose relation to some other is not the same in all that was found."""
    always, ever = _relation(found), ~_relation([tuple(~row for row in paths) for paths in found])
    changes = always != ever
    return compared.chosen(changes.any(axis=0) | changes.any(axis=1))


def _tie(
    names: Sequence[str], options: Sequence[str], *, matters: bool, settled: Settled | None = None
) -> Tie:
    """The tie between victories, told by the options that it is about."""
    groups = settled.groups if settled else (tuple(names),)
    return Tie(
        at="victories",
        options=tuple(options),
        matters=matters,
        resolved=settled is not None or not matters,
        settled_by=settled.settled_by if settled else (),
        order=tuple(name for group in groups for name in group if name in options),
    )


FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=("ordinal", "preference"),
    rules=RANKED_PAIRS,
    count=count_ranked_pairs,
)
