"""Rules that add up points: plurality, approval, and Borda's count in its four published ways.

The options with the most points get the seats; equal points matter only at the last of them. Withdrawn
options are struck out first: who stood after them moves up.
Source: plurality and approval (Brams and Fishburn, “Approval voting”, APSR 72, 1978) as everybody knows them;
Borda, “Mémoire sur les élections au scrutin”, 1781. With m options that can win, the place of an option on a
paper being 1 plus how many stand strictly above it:
* `plurality`: one point for the option that stands alone in first place. A paper with two or more there, as
  the voter wrote it, is counted for none of them (`unclear` in the facts of the result). An approval paper
  must name one option.
* `approval`: one point for each option named.
* `borda`: m less the place; nothing for an option not named.
* `borda/modified`: the number of options the paper names, plus one, less the place; so naming few gives few.
  Source: Emerson, “The original Borda count and partial voting”, Social Choice and Welfare 40, 2013.
* `borda/tournament`: one point for each option below, half a point for each at the same rank, options not
  named being level below all others: the average of the places they would share. Source: Black, “The
  theory of committees and elections”, 1958. Scores are doubled, to be whole.
* `borda/dowdall`: 1 / place, as in Nauru; nothing for an option not named. Source: Reilly, “Social choice in
  the South Seas”, International Political Science Review 23, 2002. The order is by the exact sums (`points`,
  a fraction); scores are millionths, rounded down.

Facts. Of the result: `scale` (what a score is divided by to get points), `unclear`. Of an option: `elected`;
`outranked` (`short_by`, in the score's units, of the last seat's score; or `tie`, the name of the tie that
was settled against it); `tie_unresolved` (`tied`); `not_eligible` (`why`); `points`, exact,
where scores are not points.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np

from voting.rules.contests import need_vote_type
from voting.rules.entries import Bools, Ints
from voting.rules.family import Family
from voting.rules.papers import Contest, Papers, VoteType
from voting.rules.result import Decision, Fact, Result, Standing
from voting.rules.seats.order import Filled, fill_seats, levels_by_score, reason_of, standings_of
from voting.rules.seats.outcome import seats_result
from voting.rules.seats.pairwise import above
from voting.rules.seats.preferences import (
    Preferences,
    Reading,
    ineligible,
    preferences_of,
    strict_orders,
    weak_orders,
)
from voting.rules.tally import MAX_PLACES, Received, TooLarge, receive
from voting.rules.ties import TiePolicy, check_seed

VERSION = 1
MILLIONTHS = 10**6
TO_OVERVOTE = Reading(overvote="exhaust", skipped=None, duplicate="skip")

Points = Literal["first", "named", "borda", "modified", "tournament", "dowdall"]


class PositionalParams(msgspec.Struct, frozen=True, kw_only=True, tag="positional", tag_field="family"):
    """What an option gets from a paper; the module says what each word means."""

    points: Points


PLURALITY = {"plurality": PositionalParams(points="first")}
APPROVAL = {"approval": PositionalParams(points="named")}
BORDA: dict[str, PositionalParams] = {
    "borda": PositionalParams(points="borda"),
    "borda/modified": PositionalParams(points="modified"),
    "borda/tournament": PositionalParams(points="tournament"),
    "borda/dowdall": PositionalParams(points="dowdall"),
}


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """The exact points of the options that can win, as multiples of 1 / `scale`."""

    points: Mapping[str, Fraction | int]
    scale: int = 1
    facts: Mapping[str, Fact] = {}
    orders: Preferences | None = None


def count_positional(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: PositionalParams
) -> Result:
    """Count. Raises: UnsuitableContest, FalseSeed, TooLarge."""
    check_seed(ties)
    need_vote_type(contest, _vote_types(params.points))
    box = receive(contest, papers)
    scored = (
        _approvals(box, params.points) if contest.vote_type == "approval" else _ranked(box, params.points)
    )
    ids = [option.id for option in contest.options if option.excluded is None]
    levels = levels_by_score(ids, scored.points)
    score = {option: int(points) for option, points in scored.points.items()}
    standings = standings_of(box, levels, score, scored.orders)
    filled = fill_seats(box, levels, ties, standings)
    return seats_result(
        box,
        rule=name,
        version=VERSION,
        params=params,
        winners=filled.winners,
        reasons=_reasons(box, scored, filled, standings),
        standings=standings,
        ties=filled.ties,
        complete=filled.complete,
        facts={"scale": scored.scale} | dict(scored.facts),
    )


def _vote_types(points: Points) -> tuple[VoteType, ...]:
    match points:
        case "first":
            return "ordinal", "preference", "approval"
        case "named":
            return ("approval",)
        case _:
            return "ordinal", "preference"


def _approvals(box: Received, points: Points) -> Scored:
    """One point for each option named, or for the only one."""
    gone = ineligible(box)
    orders = weak_orders(preferences_of(box), without=gone)
    unclear = (orders.length > 1) & (points == "first")
    total = _weigh(orders, np.repeat(~unclear, orders.length).astype(np.int64))
    kept = np.flatnonzero(~gone)
    facts: dict[str, Fact] = {"unclear": int(orders.weight[unclear].sum())} if points == "first" else {}
    return Scored(points={orders.ids[index]: int(total[index]) for index in kept}, facts=facts)


def _ranked(box: Received, points: Points) -> Scored:
    """The points of rankings, by the place of every entry on its paper."""
    gone, written = ineligible(box), preferences_of(box)
    orders = weak_orders(written, without=gone)
    higher = above(orders)
    can_win = len(gone) - int(gone.sum())
    scale, facts = 1, dict[str, Fact]()
    match points:
        case "first":
            clear = strict_orders(written, TO_OVERVOTE, without=gone)
            facts = {"unclear": int(orders.weight[(orders.length > 0) & (clear.length == 0)].sum())}
            total = _weigh(clear, (above(clear) == 0).astype(np.int64))
        case "borda":
            total = _weigh(orders, can_win - 1 - higher)
        case "modified":
            total = _weigh(orders, np.repeat(orders.length, orders.length) - higher)
        case "tournament":
            scale, total = 2, _tournament(orders, higher, can_win)
        case _:
            return _dowdall(orders, higher, gone)
    kept = np.flatnonzero(~gone)
    exact = {orders.ids[index]: int(total[index]) for index in kept}
    return Scored(points=exact, scale=scale, facts=facts, orders=orders)


def _level(orders: Preferences, higher: Ints) -> Ints:
    """For each entry, how many options share its rank on its paper."""
    key = orders.paper * (len(orders.ids) + 1) + higher
    _, back, number = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(number[back])


def _weigh(orders: Preferences, value: Ints) -> Ints:
    """The sum of an entry's value times its paper's weight, for each option: at most MAX_PAPERS times twice
    MAX_OPTIONS, which 64 bits hold.
    """
    total = np.zeros(len(orders.ids), dtype=np.int64)
    np.add.at(total, orders.option, value * np.repeat(orders.weight, orders.length))
    return total


def _tournament(orders: Preferences, higher: Ints, can_win: int) -> Ints:
    """Twice the options below plus the others at the same rank. A paper gives every option that it does not
    name the number of the others not named, so that is given to all and taken back from those named.
    """
    named = np.repeat(orders.length, orders.length)
    level = _level(orders, higher)
    below = can_win - higher - level
    of_unnamed = can_win - orders.length - 1
    for_all = int((of_unnamed * orders.weight).sum())
    return _weigh(orders, 2 * below + level - 1 - (can_win - named - 1)) + for_all


def _dowdall(orders: Preferences, higher: Ints, gone: Bools) -> Scored:
    """Whole numbers of papers at each place, then exact sums of fractions."""
    size, longest = len(orders.ids), int(higher.max(initial=-1)) + 1
    if size * longest > MAX_PLACES:
        raise TooLarge(f"papers of {longest} places for {size} options")
    at_place = np.zeros((size, max(1, longest)), dtype=np.int64)
    np.add.at(at_place, (orders.option, higher), np.repeat(orders.weight, orders.length))
    exact = {
        orders.ids[index]: sum(
            (Fraction(MILLIONTHS * number, place) for place, number in enumerate(row, start=1) if number),
            Fraction(0),
        )
        for index, row in enumerate(at_place.tolist())
        if not gone[index]
    }
    return Scored(points=exact, scale=MILLIONTHS, orders=orders)


def _reasons(
    box: Received, scored: Scored, filled: Filled, standings: tuple[Standing, ...]
) -> dict[str, tuple[Decision, dict[str, Fact]]]:
    """Why each option got a seat or not."""
    stood = {standing.option: standing for standing in standings}
    last = min((stood[name].score for name in (*filled.winners, *filled.waiting)), default=0)
    reasons: dict[str, tuple[Decision, dict[str, Fact]]] = {}
    for option in box.contest.options:
        name = option.id
        if option.excluded is not None:
            reasons[name] = "not_eligible", {"why": option.excluded}
            continue
        lost = [tie.at for tie in filled.ties if tie.matters and name in tie.options]
        reason, facts = reason_of(name, filled) or (
            "outranked",
            {"tie": lost[0]} if lost else {"short_by": last - stood[name].score},
        )
        if scored.scale > 1:
            facts = facts | {"points": str(Fraction(scored.points[name], scored.scale))}
        reasons[name] = reason, facts
    return reasons


PLURALITY_FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=_vote_types("first"),
    rules=PLURALITY,
    count=count_positional,
)
APPROVAL_FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=_vote_types("named"),
    rules=APPROVAL,
    count=count_positional,
)
BORDA_FAMILY = Family(
    version=VERSION,
    elects="seats",
    vote_types=_vote_types("borda"),
    rules=BORDA,
    count=count_positional,
)
