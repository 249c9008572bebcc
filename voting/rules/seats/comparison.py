"""Options compared two by two, and what every rule of comparison tells of that.

The Condorcet winner beats every other option. The Smith set is the smallest set whose members each beat all
outside it; the Schwartz set holds every option that beats, perhaps through others, all that beat it so.
Source: Condorcet, “Essai sur l'application de l'analyse”, 1785; Smith, “Aggregation of preferences with
variable electorate”, Econometrica 41, 1973; Schwartz, “Rationality and the myth of the maximum”, Noûs 6,
1972.

Withdrawn options are compared too, for the table, but decide nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.entries import Ints
from voting.rules.result import Decision, Fact, Result, Standing, Tie
from voting.rules.seats.order import Filled, Levels, reason_of, standings_of
from voting.rules.seats.outcome import seats_result
from voting.rules.seats.pairwise import pairwise
from voting.rules.seats.preferences import Preferences, ineligible, preferences_of, weak_orders
from voting.rules.tally import Received

Relation = NDArray[np.bool_]


class Comparison(msgspec.Struct, frozen=True, eq=False):
    """`table` is of all options in the contest's order; `names` are those that can win, `votes` their part
    of it.
    """

    box: Received
    orders: Preferences
    table: Ints
    names: tuple[str, ...]
    votes: Ints

    @property
    def beats(self) -> Relation:
        """Whether more papers put the row's option above the column's than the reverse."""
        result: Relation = self.votes > self.votes.T
        return result

    def wins(self) -> dict[str, int]:
        """How many others each option beats: what a standing shows as its score."""
        return dict(zip(self.names, self.beats.sum(axis=1).tolist(), strict=True))

    def against(self, name: str, by: str) -> dict[str, Fact]:
        """The facts of one comparison: papers for `name` and for `by`."""
        own, other = self.names.index(name), self.names.index(by)
        return {"by": by, "for": int(self.votes[own, other]), "against": int(self.votes[other, own])}

    def standings(self, levels: Levels) -> tuple[Standing, ...]:
        """The standings when a rule puts the options in these levels."""
        return standings_of(self.box, levels, self.wins(), self.orders)

    def facts(self) -> dict[str, Fact]:
        """What everybody asks first: is there an option that beats all others, and if not, which remain."""
        smith = smith_set(self.beats)
        sets = {"smith": smith, "schwartz": schwartz_set(self.beats)}
        named = {key: ", ".join(self.chosen(members)) for key, members in sets.items()}
        alone = len(self.names) > 0 and int(smith.sum()) == 1
        return {"condorcet_winner": named["smith"] if alone else "", **named}

    def chosen(self, members: Relation) -> tuple[str, ...]:
        """The names of the marked options."""
        return tuple(name for name, member in zip(self.names, members, strict=True) if member)


def compare(box: Received, *, dropped: Iterable[str] = ()) -> Comparison:
    """Compare the options of a contest, of which `dropped` and the withdrawn cannot win. Raises: TooLarge."""
    orders = weak_orders(preferences_of(box))
    table = pairwise(orders)
    gone = ineligible(box) | np.isin(orders.ids, list(dropped))
    kept = np.flatnonzero(~gone)
    names = tuple(orders.ids[index] for index in kept)
    return Comparison(box, orders, table, names, table[np.ix_(kept, kept)])


def through(relation: Relation) -> Relation:
    """Whether the row reaches the column by steps of the relation (Warshall)."""
    reached = relation.copy()
    for middle in range(len(reached)):
        reached |= reached[:, middle : middle + 1] & reached[middle]
    return reached


def smith_set(beats: Relation) -> Relation:
    """Those who reach everybody by steps in which they are not beaten."""
    unbeaten = ~beats.T
    return np.asarray(through(unbeaten).all(axis=1))


def schwartz_set(beats: Relation) -> Relation:
    """Those who reach by victories everybody that reaches them."""
    reached = through(beats)
    return np.asarray((reached | ~reached.T).all(axis=1))


def levels_of(outranks: Relation, names: Sequence[str]) -> list[list[str]]:
    """First those that nobody outranks, then those that nobody outranks once these are away, and so on."""
    levels: list[list[str]] = []
    left = np.arange(len(names))
    while len(left):
        best = ~outranks[np.ix_(left, left)].any(axis=0)
        levels.append([names[index] for index in left[best]])
        left = left[~best]
    return levels


def compared_result(
    comparison: Comparison,
    filled: Filled,
    standings: Sequence[Standing],
    *,
    rule: str,
    version: int,
    params: msgspec.Struct,
    outranks: Relation,
    reasons: Mapping[str, tuple[Decision, dict[str, Fact]]] | None = None,
    facts: Mapping[str, Fact] | None = None,
    ties: Sequence[Tie] = (),
) -> Result:
    """The result of a rule of comparison. `outranks` is the rule's own order of the options; `reasons` are
    those that the rule itself has to give.
    """
    box = comparison.box
    said: dict[str, tuple[Decision, dict[str, Fact]]] = dict(reasons or {})
    for option in box.contest.options:
        if option.id in said:
            continue
        if option.excluded is not None:
            said[option.id] = "not_eligible", {"why": option.excluded}
        else:
            said[option.id] = reason_of(option.id, filled) or _lost(comparison, filled, outranks, option.id)
    return seats_result(
        box,
        rule=rule,
        version=version,
        params=params,
        winners=filled.winners,
        reasons=said,
        standings=standings,
        ties=(*ties, *filled.ties),
        pairwise=comparison.table.tolist(),
        complete=filled.complete,
        facts=comparison.facts() | dict(facts or {}),
    )


def _lost(
    comparison: Comparison, filled: Filled, outranks: Relation, name: str
) -> tuple[Decision, dict[str, Fact]]:
    """Why an option has no seat: beaten by one that has, or may have, a seat and outranks it; else outranked
    by one through others; else the tie at the last seat went against it. Where equal victories leave the
    order open, by one that beats it.
    """
    own = comparison.names.index(name)
    won = {*filled.winners, *filled.waiting}
    above = np.flatnonzero(outranks[:, own]).tolist()
    rivals = [other for other in above if comparison.names[other] in won]
    if not rivals:
        settled = next((tie.at for tie in reversed(filled.ties) if name in tie.options and tie.matters), None)
        if settled is not None:
            return "outranked", {"tie": settled}
        rivals = above or np.flatnonzero(comparison.beats[:, own]).tolist()
    if not rivals:
        return "after_unresolved_tie", {"tied": ", ".join(filled.waiting)}
    margin = comparison.votes - comparison.votes.T
    by = max(rivals, key=lambda other: (margin[other, own], comparison.votes[other, own]))
    reason: Decision = "beaten" if margin[by, own] > 0 else "outranked"
    return reason, comparison.against(name, comparison.names[by])
