"""From an order of the options, equal ones together, to who gets the seats.

Rules that rank the options once, by a score or by comparing them, share this: seats go to the best, and a tie
matters only where the last seats cannot go to all that are equal there. Above that line it is noted, below it
nothing is decided by it.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from voting.rules.contests import need_seats
from voting.rules.entries import Ints
from voting.rules.result import Decision, Fact, Standing, Tie
from voting.rules.seats.pairwise import above
from voting.rules.seats.preferences import Preferences, preferences_of, weak_orders
from voting.rules.tally import MAX_PLACES, Received
from voting.rules.ties import TiePolicy, settle

Levels = Sequence[Sequence[str]]
"""Options best first; those of one level are equal."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets the seats. `waiting`: the tied ones of whom some get the last seats, when nothing settles
    which.
    """

    winners: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no tie that matters waits for a decision."""
        return not self.waiting


def levels_by_score(ids: Iterable[str], score: Mapping[str, object]) -> list[list[str]]:
    """The options by score, highest first, in the given order within a level."""
    levels: dict[object, list[str]] = {}
    for name in ids:
        levels.setdefault(score[name], []).append(name)
    return [levels[value] for value in sorted(levels, reverse=True)]  # type: ignore[type-var]


def fill_seats(box: Received, levels: Levels, policy: TiePolicy, standings: Iterable[Standing]) -> Filled:
    """Give the contest's seats to the best. Raises: UnsuitableContest."""
    need_seats(box.contest)
    options = {option.id: option for option in box.contest.options}
    stood = {standing.option: standing for standing in standings}
    position = {name: index for index, name in enumerate(options)}
    winners: list[str] = []
    ties: list[Tie] = []
    rank = 1
    for level in levels:
        left = box.contest.seats - len(winners)
        if not left:
            break
        tied = sorted(level, key=position.__getitem__)
        matters = len(tied) > left
        if len(tied) > 1:
            settled = settle(policy, tied, options, stood)
            groups = settled.groups if matters else (tuple(tied),)
            won, waiting = _first(groups, left)
            order = tuple(name for group in groups for name in sorted(group, key=position.__getitem__))
            used = settled.settled_by if matters else ()
            ties.append(_tie(f"rank:{rank}", tied, matters=matters, waiting=waiting, used=used, order=order))
            if waiting:
                return Filled(winners=(*winners, *won), waiting=waiting, ties=tuple(ties))
            tied = list(won)
        winners += tied
        rank += len(level)
    return Filled(winners=tuple(winners), ties=tuple(ties))


def _first(groups: Sequence[tuple[str, ...]], seats: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who of the ordered groups gets a seat, and the group at the last seat if that cannot take it whole."""
    won: list[str] = []
    for group in groups:
        if len(won) == seats:
            break
        if len(won) + len(group) > seats:
            return tuple(won), group
        won += group
    return tuple(won), ()


def _tie(
    at: str,
    tied: Sequence[str],
    *,
    matters: bool,
    waiting: Sequence[str],
    used: tuple[str, ...],
    order: tuple[str, ...],
) -> Tie:
    return Tie(
        at=at,
        options=tuple(tied),
        matters=matters,
        resolved=not waiting,
        settled_by=used,
        order=order,
    )


def reason_of(name: str, filled: Filled) -> tuple[Decision, dict[str, Fact]] | None:
    """The reason of an option that has a seat or waits for one; of the others the rule has to say it."""
    if name in filled.winners:
        return "elected", {}
    if name in filled.waiting:
        return "tie_unresolved", {"tied": ", ".join(filled.waiting)}
    return None


def standings_of(
    box: Received, levels: Levels, score: Mapping[str, int], orders: Preferences | None = None
) -> tuple[Standing, ...]:
    """A standing an option in the contest's order, ranked by `levels` (1, 2, 2, 4); options that are in no
    level come after all.

    Supporters are the papers that name it, `first_places` those of `orders` that put it first, alone.
    """
    rank_of: dict[str, int] = {}
    for level in levels:
        rank = len(rank_of) + 1
        rank_of |= dict.fromkeys(level, rank)
    last = len(rank_of) + 1
    ids = [option.id for option in box.contest.options]
    places = np.zeros((len(ids), 0), dtype=np.int64) if orders is None else _places(orders)
    supporters = _sums(weak_orders(preferences_of(box)) if orders is None else orders)
    return tuple(
        Standing(
            option=name,
            rank=rank_of.get(name, last),
            score=score.get(name, 0),
            supporters=int(supporters[index]),
            first_places=int(places[index, 0]) if places.size else 0,
            by_place=tuple(places[index].tolist()),
        )
        for index, name in enumerate(ids)
    )


def _sums(orders: Preferences) -> Ints:
    """How many papers name each option."""
    total = np.zeros(len(orders.ids), dtype=np.int64)
    np.add.at(total, orders.option, np.repeat(orders.weight, orders.length))
    return total


def _places(orders: Preferences) -> Ints:
    """A row an option: how many papers have it, alone, first, second, ... as far as papers go."""
    place = above(orders)
    size, longest = len(orders.ids), int(place.max(initial=-1)) + 1
    if size * longest > MAX_PLACES:
        longest = 1
    wanted = place < longest
    if not orders.plain:
        same = (place[1:] == place[:-1]) & (orders.paper[1:] == orders.paper[:-1])
        wanted[1:] &= ~same
        wanted[:-1] &= ~same
    total = np.zeros(size * longest, dtype=np.int64)
    weight = np.repeat(orders.weight, orders.length)[wanted]
    np.add.at(total, orders.option[wanted] * longest + place[wanted], weight)
    return total.reshape(size, longest)
