"""The expanding approvals rule: seats are paid for by papers, first by those that rank the option highest.

Every paper holds one vote, and a seat costs the quota. At level j a paper supports the options that it puts
below fewer than j others. While some option without a seat has support of at least the quota, one of them is
elected, and its supporters pay exactly the quota, each the same share of what they have left. When nobody has
so much, j grows by one. As in the paper, rankings are weak orders over all options: those a paper does not
name are level with each other after all it names, so in the end it supports these too, and every seat is
filled.
Source: Aziz and Lee, “The expanding approvals rule: improving proportional representation and monotonicity”,
Social Choice and Welfare 54, 2020, algorithm 1 with its default parameters:
* quota n/(k+1) + (floor(n/(k+1)) + 1 - n/(k+1)) / (m+1), for n papers, k seats, m options: above the Droop
  fraction n/(k+1), so that not more than k can be paid for, and at most n/k;
* of several options with the quota, the first of the rank-maximal order: most papers at rank 1, then at rank
  2, and so on. Options equal throughout are settled by the tie policy, in one order for the whole count;
* the papers of a support S that pays a quota q keep the part (S - q) / S of what they had.

A tie between such equals matters if another order of theirs elects others. Each order is tried, up to
MAX_RUNS ways; a tie that could not be shown to be harmless is treated as one that matters.

Facts. Of the result: `quota`. Of an option: `elected` (`level`, `support`, `round`); `outranked` (`support`,
what those who could still support it have left at the end; and `quota`); `tie_unresolved` (`tied`);
`after_unresolved_tie`; `not_eligible` (`why`). One round for each level or election: the support, as
fractions, of everybody without a seat. A standing's score is the number of papers at rank 1, alone or shared;
its rank is of the rank-maximal order.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.contests import need_seats
from voting.rules.entries import Bools, Ints
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers
from voting.rules.result import Decision, Fact, Result, Round, RoundAction, Standing, Tie
from voting.rules.seats.order import Filled, reason_of, standings_of
from voting.rules.seats.outcome import seats_result
from voting.rules.seats.pairwise import above, rank_table
from voting.rules.seats.preferences import Preferences, ineligible, preferences_of, weak_orders
from voting.rules.tally import MAX_PLACES, Received, TooLarge, receive
from voting.rules.ties import TiePolicy, check_seed, settle

VERSION = 1
MAX_RUNS = 64  # counts made to see whether a tie matters
MAX_BITS = 14_000  # of a denominator, 4,200 digits: its length doubles with every seat that is paid for
MAX_CELLS = 2 * 10**8  # papers times options: half a gigabyte at most


class ExpandingParams(
    msgspec.Struct, frozen=True, kw_only=True, tag="expanding_approvals", tag_field="family"
):
    """The defaults of Aziz and Lee, each by its name; the module says what they are."""

    quota: Literal["aziz_lee"]
    order: Literal["rank_maximal"]
    payment: Literal["proportional"]


class Ranked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The papers as a count sees them: `table` has a row for each of `names`, the options that can win, with
    how many options each paper puts above it; `best_first` is the rank-maximal order, equal ones together.
    """

    names: tuple[str, ...]
    seats: int
    weight: Ints
    table: NDArray[np.unsignedinteger]
    quota: Fraction
    best_first: tuple[tuple[int, ...], ...]
    orders: Preferences


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A count as far as it came: who was elected, and the equal options between which it waits if it does."""

    elected: tuple[int, ...]
    rounds: tuple[Round, ...]
    facts: dict[int, dict[str, Fact]]
    support: tuple[Fraction, ...]
    tied: tuple[int, ...] = ()


def count_expanding(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: ExpandingParams
) -> Result:
    """Count. Raises: UnsuitableContest, FalseSeed, TooLarge."""
    check_seed(ties)
    need_seats(contest)
    box = receive(contest, papers)
    ranked = _ranked(box)
    levels = [[ranked.names[index] for index in level] for level in ranked.best_first]
    score = {
        name: int(ranked.weight[row == 0].sum()) for name, row in zip(ranked.names, ranked.table, strict=True)
    }
    standings = standings_of(box, levels, score, ranked.orders)
    counted, filled = _settle_all(box, ranked, ties, standings)
    return seats_result(
        box,
        rule=name,
        version=VERSION,
        params=params,
        winners=filled.winners,
        reasons=_reasons(box, ranked, counted, filled),
        standings=standings,
        rounds=counted.rounds,
        ties=filled.ties,
        complete=filled.complete,
        facts={"quota": str(ranked.quota)},
    )


def quota_of(papers: int, seats: int, options: int) -> Fraction:
    """The default quota; with fewer papers than seats, where it would be too much for the last seats, n/k.

    >>> quota_of(100, 3, 6)
    Fraction(176, 7)
    """
    share = Fraction(papers, seats + 1)
    return min(share + (papers // (seats + 1) + 1 - share) / (options + 1), Fraction(papers, seats))


def _ranked(box: Received) -> Ranked:
    """Read the papers. Raises: TooLarge."""
    gone = ineligible(box)
    orders = weak_orders(preferences_of(box), without=gone)
    papers, size = len(orders.weight), len(orders.ids)
    if papers * size > MAX_CELLS:
        raise TooLarge(f"{papers} different papers over {size} options")
    if size * size > MAX_PLACES:
        raise TooLarge(f"{size} options in expanding approvals")
    table = rank_table(orders, above(orders), 0, papers)
    table = np.where(table == size, orders.length.astype(table.dtype), table)[~gone]
    at_rank = np.zeros((len(table), size + 1), dtype=np.int64)
    for index, row in enumerate(table):
        np.add.at(at_rank[index], row, orders.weight)
    best = {index: tuple(row) for index, row in enumerate(at_rank.tolist())}
    levels: dict[tuple[int, ...], list[int]] = {}
    for index, row in best.items():
        levels.setdefault(row, []).append(index)
    return Ranked(
        names=tuple(name for name, out in zip(orders.ids, gone, strict=True) if not out),
        seats=box.contest.seats,
        weight=orders.weight,
        table=table,
        quota=quota_of(box.counted, box.contest.seats, len(table)),
        best_first=tuple(tuple(levels[row]) for row in sorted(levels, reverse=True)),
        orders=orders,
    )


class Expansion:
    """One count: what every paper has left, kept as classes of papers with the same amount."""

    def __init__(self, ranked: Ranked) -> None:
        self.ranked = ranked
        self.level = 0
        self.left = [Fraction(1)]  # by class
        self.class_of = np.zeros(len(ranked.weight), dtype=np.int64)
        self.papers = np.zeros((1, len(ranked.names)), dtype=np.int64)  # supporters by class and option
        self.elected: list[int] = []
        self.rounds: list[Round] = []
        self.facts: dict[int, dict[str, Fact]] = {}

    def run(self, choices: Sequence[int]) -> Counted:
        """Count, taking `choices` where several are equal, until they are used up."""
        ahead, tied = list(choices), tuple[int, ...]()
        self._next_level()
        while len(self.elected) < min(self.ranked.seats, len(self.ranked.names)):
            support = self._support()
            equal = self._first_of(support)
            if not equal:
                self._next_level()
                continue
            if len(equal) > 1 and not ahead:
                tied = equal
                break
            self._elect(ahead.pop(0) if len(equal) > 1 else equal[0], support)
        return Counted(
            elected=tuple(self.elected),
            rounds=tuple(self.rounds),
            facts=self.facts,
            support=tuple(self._support()),
            tied=tied,
        )

    def _support(self) -> list[Fraction]:
        """What the supporters of each option have left."""
        return [
            sum(
                (left * int(number) for left, number in zip(self.left, column, strict=True) if number),
                Fraction(0),
            )
            for column in self.papers.T
        ]

    def _first_of(self, support: Sequence[Fraction]) -> tuple[int, ...]:
        """The first in the rank-maximal order of those who have the quota, with those equal to it."""
        for level in self.ranked.best_first:
            if equal := tuple(
                option
                for option in level
                if option not in self.elected and support[option] >= self.ranked.quota
            ):
                return equal
        return ()

    def _next_level(self) -> None:
        """Every paper supports what it ranks next."""
        self._add(self.ranked.table == self.level, np.arange(len(self.class_of)), sign=1)
        self.level += 1
        self._note("level" if self.level > 1 else "first", ())

    def _elect(self, option: int, support: Sequence[Fraction]) -> None:
        """Give a seat; the supporters pay the quota, each the same part of what they have left."""
        self.facts[option] = {
            "level": self.level,
            "support": str(support[option]),
            "round": len(self.rounds),
        }
        self.rounds[-1] = msgspec.structs.replace(self.rounds[-1], elected=(self.ranked.names[option],))
        self.elected.append(option)
        supporters = np.flatnonzero(self.ranked.table[option] < self.level)
        had = support[option]  # nothing where nobody voted
        part = (had - self.ranked.quota) / had if had else Fraction(0)
        within = self.ranked.table[:, supporters] < self.level
        self._add(within, supporters, sign=-1)
        known = {left: index for index, left in enumerate(self.left)}
        for left in self.left:
            known.setdefault(left * part, len(known))
        follows = np.array([known[left * part] for left in self.left])
        self.left = list(known)
        more = np.zeros((len(known) - len(self.papers), len(self.ranked.names)), dtype=np.int64)
        self.papers = np.vstack([self.papers, more])
        self.class_of[supporters] = follows[self.class_of[supporters]]
        self._add(within, supporters, sign=1)
        if len(self.elected) < self.ranked.seats:
            self._note("surplus", (self.ranked.names[option],))

    def _add(self, cells: Bools, papers: Ints, *, sign: int) -> None:
        """Count the marked cells of these papers, a row an option, in their classes."""
        option, paper = np.nonzero(cells)
        paper = papers[paper]
        np.add.at(self.papers, (self.class_of[paper], option), sign * self.ranked.weight[paper])

    def _note(self, action: RoundAction, subjects: tuple[str, ...]) -> None:
        """Write down what everybody without a seat has."""
        support = self._support()
        if max(value.denominator.bit_length() for value in support) > MAX_BITS:
            raise TooLarge(f"fractions too long to be written after {len(self.elected)} seats")
        self.rounds.append(
            Round(
                number=len(self.rounds) + 1,
                action=action,
                subjects=subjects,
                votes=tuple(
                    (name, str(support[index]))
                    for index, name in enumerate(self.ranked.names)
                    if index not in self.elected
                ),
                quota=str(self.ranked.quota),
                facts={"level": self.level},
            )
        )


class Orders:
    """Who is elected under other orders of equal options, as far as MAX_RUNS counts can tell."""

    def __init__(self, ranked: Ranked) -> None:
        self.ranked, self.runs = ranked, 0

    def after(self, choices: tuple[int, ...]) -> set[frozenset[int]] | None:
        """Every set of options that can be elected after these choices, or nothing when that takes too
        long.
        """
        self.runs += 1
        if self.runs > MAX_RUNS:
            return None
        counted = Expansion(self.ranked).run(choices)
        if not counted.tied:
            return {frozenset(counted.elected)}
        found: set[frozenset[int]] = set()
        for option in counted.tied:
            more = self.after((*choices, option))
            if more is None:
                return None
            found |= more
        return found


def _settle_all(
    box: Received, ranked: Ranked, policy: TiePolicy, standings: Sequence[Standing]
) -> tuple[Counted, Filled]:
    """Count to the end, or to the first tie that matters and that the policy does not settle."""
    orders, choices = Orders(ranked), tuple[int, ...]()
    ties: list[Tie] = []
    while (counted := Expansion(ranked).run(choices)).tied:
        tied = tuple(ranked.names[option] for option in counted.tied)
        possible = orders.after(choices)
        if matters := possible is None or len(possible) > 1:
            groups, used = _settled(box, policy, tied, standings)
        else:
            groups, used = (tied,), ()
        first = tuple(ranked.names.index(name) for name in groups[0])
        open_still = matters and len(first) > 1 and _differ(orders, choices, first)
        order = tuple(name for group in groups for name in group)
        ties.append(
            Tie(
                at=f"round:{len(counted.rounds)}",
                options=tied,
                matters=matters,
                resolved=not open_still,
                settled_by=used,
                order=order,
            )
        )
        if open_still:
            break
        choices = (*choices, first[0])
    winners = tuple(ranked.names[option] for option in counted.elected)
    waiting = ties[-1].options if ties and not ties[-1].resolved else ()
    return counted, Filled(winners=winners, waiting=waiting, ties=tuple(ties))


def _settled(
    box: Received, policy: TiePolicy, tied: tuple[str, ...], standings: Sequence[Standing]
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    options = {option.id: option for option in box.contest.options}
    settled = settle(policy, tied, options, {standing.option: standing for standing in standings})
    return settled.groups, settled.settled_by


def _differ(orders: Orders, choices: tuple[int, ...], among: Sequence[int]) -> bool:
    """Whether it matters which of these comes first."""
    found: set[frozenset[int]] = set()
    for option in among:
        more = orders.after((*choices, option))
        if more is None:
            return True
        found |= more
    return len(found) > 1


def _reasons(
    box: Received, ranked: Ranked, counted: Counted, filled: Filled
) -> dict[str, tuple[Decision, dict[str, Fact]]]:
    """Why each option got a seat or not."""
    reasons: dict[str, tuple[Decision, dict[str, Fact]]] = {}
    place = {name: index for index, name in enumerate(ranked.names)}
    for option in box.contest.options:
        name = option.id
        if option.excluded is not None:
            reasons[name] = "not_eligible", {"why": option.excluded}
            continue
        left = str(counted.support[place[name]])
        otherwise: tuple[Decision, dict[str, Fact]] = (
            "outranked",
            {"support": left, "quota": str(ranked.quota)},
        )
        if filled.waiting:
            otherwise = "after_unresolved_tie", {"tied": ", ".join(filled.waiting)}
        reason, facts = reason_of(name, filled) or otherwise
        reasons[name] = reason, facts | counted.facts.get(place[name], {})
    return reasons


FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=("ordinal", "preference"),
    rules={
        "expanding-approvals": ExpandingParams(quota="aziz_lee", order="rank_maximal", payment="proportional")
    },
    count=count_expanding,
)
