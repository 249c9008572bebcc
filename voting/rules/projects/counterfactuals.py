"""How near an option that was not funded came: at what lower cost, or with how many more people for it, it
would have been funded. Source: Boehmer, Faliszewski, Janeczko, Peters, Pierczyński, Schierreich, Skowron and
Szufa, “Evaluation of Project Performance in Participatory Budgeting” (IJCAI 2024), measures “cost reduction”
and “adding singletons”.

A rule brings guesses from a closed form of its own, best first, and a trial, which counts a changed tally
again. The first guess that a trial confirms is stated; so what is stated is true of that count whatever the
closed form is worth. "Funded" means in full, and by a count that no open tie keeps waiting.

*More people* name the option alone, first and with as many points as a paper may give to one option. They
are counted as if a paper with one name were valid; a paper may be too short in this contest otherwise.

The greedy rules have the closed form here (`Turns`); it also serves what other rules fill up by score. As
long as an option is not funded it changes nothing for the others, so the money at each turn is known. A
cheaper option is funded if it fits into what was there at its turn. With more points its turn comes earlier,
where there was at least as much money and no fewer rivals out of its way: so it must come before the last
decision before which it would still fit, and before none else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec
import numpy as np

from voting.rules.papers import Contest, Option
from voting.rules.profile import Profile
from voting.rules.projects.envelopes import caps_of
from voting.rules.result import Counterfactual, Outcome, Result, Standing, Step
from voting.rules.tally import Tally

Trial = Callable[[Tally, str], Collection[str]]
"""Count a tally again in which one option has changed: the options that it funds in full."""

HALVINGS = 2
MOST_TRIALS = 12  # of one value; without ties the first or second is right


class Guesses(msgspec.Struct, frozen=True):
    """Costs and numbers of further people to be tried for one option, best first."""

    costs: Iterable[int]
    people: Iterable[int]


def counterfactuals(
    counted: Tally, result: Result, guess: Callable[[Outcome], Guesses], trial: Trial
) -> tuple[Counterfactual, ...]:
    """One for each option that was not funded and could have been, in the contest's order; none while a tie
    waits for a decision.
    """
    if not result.complete:
        return ()
    could = [one for one in result.outcomes if not one.won and one.reason != "not_eligible"]
    return tuple(_of_one(counted, outcome, guess(outcome), trial) for outcome in could)


def _of_one(counted: Tally, outcome: Outcome, guesses: Guesses, trial: Trial) -> Counterfactual:
    name = outcome.option
    cost = counted.contest.option(name).cost
    return Counterfactual(
        option=name,
        missing=missing(outcome),
        winning_cost=_first(
            (value for value in guesses.costs if 0 < value < cost),
            lambda value: name in trial(with_cost(counted, name, value), name),
        ),
        more_supporters=_smallest(
            (value for value in guesses.people if value > 0),
            lambda value: name in trial(with_supporters(counted, name, value), name),
        ),
    )


def _first(guesses: Iterable[int], holds: Callable[[int], bool]) -> int | None:
    return next((value for value in islice(guesses, MOST_TRIALS) if holds(value)), None)


def _smallest(guesses: Iterable[int], holds: Callable[[int], bool]) -> int | None:
    """The first guess that holds; then, between it and the last that did not, a few halvings: what lies
    between need not be all or nothing, so this finds a smaller number that holds, not the smallest.
    """
    failed, found = 0, None
    for value in islice(guesses, MOST_TRIALS):
        if holds(value):
            found = value
            break
        failed = value
    if found is None or not failed:
        return found
    for _ in range(HALVINGS):
        middle = (failed + found) // 2
        if middle in (failed, found):
            break
        if holds(middle):
            found = middle
        else:
            failed = middle
    return found


def missing(outcome: Outcome) -> int | None:
    """The money an option lacked, as the count itself has it: what its supporters had less than its cost, or
    what was left; nothing where money was not what was lacking.
    """
    facts = outcome.facts
    lacked = facts.get("missing")
    if lacked is None and outcome.reason == "after_stop":
        lacked = int(facts["cost"]) - int(facts["remaining_before"])
    return lacked if isinstance(lacked, int) and lacked > 0 else None


# ── the same election with one thing changed ─────────────────────────────────────────────────────────


def with_cost(counted: Tally, name: str, cost: int) -> Tally:
    """The same papers when the option costs that."""
    options = tuple(
        msgspec.structs.replace(option, cost=cost) if option.id == name else option
        for option in counted.contest.options
    )
    return msgspec.structs.replace(counted, contest=msgspec.structs.replace(counted.contest, options=options))


def with_supporters(counted: Tally, name: str, number: int) -> Tally:
    """The same papers and so many more, each naming the option alone (see `points_of_one`)."""
    contest = counted.contest
    points = points_of_one(contest) or 0
    scores = [standing.score + number * contest.default_score for standing in counted.standings]
    mine = [option.id for option in contest.options].index(name)
    scores[mine] += number * (points - contest.default_score)
    rank_of: dict[int, int] = {}
    for position, value in enumerate(sorted(scores, reverse=True), start=1):
        rank_of.setdefault(value, position)
    standings = [
        msgspec.structs.replace(standing, score=score, rank=rank_of[score])
        for standing, score in zip(counted.standings, scores, strict=True)
    ]
    standings[mine] = _supported(standings[mine], number, contest)
    return msgspec.structs.replace(
        counted,
        received=counted.received + number,
        counted=counted.counted + number,
        standings=tuple(standings),
        profile=_extended(counted.profile, mine, number, points),
    )


def points_of_one(contest: Contest) -> int | None:
    """The most points that a paper can give to one option; nothing where no limit is published."""
    if contest.vote_type == "ordinal":
        return contest.place_points[0]
    if contest.vote_type == "approval":
        return 1
    limits = [contest.max_points, len(contest.grades) - 1 if contest.grades else None]
    if contest.vote_type == "cumulative":
        limits.append(contest.max_sum_points)
    return min((limit for limit in limits if limit is not None), default=None)


def _supported(standing: Standing, number: int, contest: Contest) -> Standing:
    by_place = standing.by_place
    if contest.vote_type == "ordinal":
        by_place = (by_place[0] + number, *by_place[1:]) if by_place else (number,)
    return msgspec.structs.replace(
        standing,
        supporters=standing.supporters + number,
        first_places=by_place[0] if by_place else 0,
        by_place=by_place,
    )


def _extended(profile: Profile, option: int, number: int, points: int) -> Profile:
    """The papers as arrays with one distinct paper more."""
    return Profile(
        weight=np.append(profile.weight, np.int64(number)),
        start=np.append(profile.start, profile.start[-1] + 1),
        ballot=np.append(profile.ballot, np.int32(len(profile.weight))),
        option=np.append(profile.option, np.int32(option)),
        points=np.append(profile.points, np.int64(points)),
        place=np.append(profile.place, np.int32(0)),
        longest=max(1, profile.longest),
    )


# ── the closed form of taking options by score ───────────────────────────────────────────────────────


class Turn(msgspec.Struct, frozen=True):
    """The moment before one option was decided: its score, the money left, whether the count had stopped,
    what had won, and what the envelopes had paid. The last one is the end, when no option is left.
    """

    option: str
    score: int | None
    left: int
    stopped: bool
    won: frozenset[str]
    charged: Mapping[tuple[str, str], int]


class Turns:
    """The turns of one greedy count, which `stops` at the first misfit or goes on. `funded` were bought
    before it began, out of other money.
    """

    def __init__(
        self,
        counted: Tally,
        steps: Sequence[Step],
        rivals: Mapping[str, Sequence[str]],
        *,
        funded: Collection[str] = (),
        threshold: int | None = None,
        stops: bool = False,
    ) -> None:
        self.contest, self.standing, self.rivals = counted.contest, counted.by_id, rivals
        self.threshold, self.stops = threshold, stops
        self.options: dict[str, Option] = {option.id: option for option in self.contest.options}
        self.envelopes = caps_of(self.contest)
        self.turns = list(self._walk(steps, funded))
        self.place = {turn.option: index for index, turn in enumerate(self.turns)}

    def _walk(self, steps: Sequence[Step], funded: Collection[str]) -> Iterator[Turn]:
        won = frozenset(funded)
        charged: dict[tuple[str, str], int] = {}
        for name in funded:
            self._charge(charged, name)
        left, stopped = self.contest.budget, False
        for step in steps:
            name = step.option
            yield Turn(name, self.standing[name].score, left, stopped, won, charged.copy())
            left = step.remaining_after
            if step.decision in ("funded", "funded_in_part"):
                won |= {name}
                self._charge(charged, name)
            if self.stops and step.decision in ("cost_exceeds_remaining", "funded_in_part"):
                stopped = True
        yield Turn("", None, left, stopped, won, charged)

    def _charge(self, charged: dict[tuple[str, str], int], name: str) -> None:
        for envelope in self.envelopes.get(name, ()):
            key = (envelope.by, envelope.name)
            charged[key] = charged.get(key, 0) + self.options[name].cost

    def room(self, name: str, turn: Turn) -> int:
        """The highest cost at which the option would have been funded at that turn; -1 if at none."""
        if turn.stopped or not turn.won.isdisjoint(self.rivals.get(name, ())):
            return -1
        limits = (
            envelope.amount - turn.charged.get((envelope.by, envelope.name), 0)
            for envelope in self.envelopes.get(name, ())
        )
        return max(-1, min([turn.left, *limits]))

    def costs(self, name: str) -> list[int]:
        """Costs to try, highest first. Among options with as many points a lower cost may also give an
        earlier turn.
        """
        if name not in self.place or self._short_of_threshold(name) > 0:
            return []
        mine = self.turns[self.place[name]]
        room = self.room(name, mine)
        equals = [turn for turn in self.turns if turn.score == mine.score and turn is not mine]
        tried = {room}
        for turn in equals:
            there, cost = self.room(name, turn), self.options[turn.option].cost
            tried |= {there, min(there, cost), min(there, cost - 1)}
        return [*sorted(tried, reverse=True)[: MOST_TRIALS - 1], room]

    def people(self, name: str) -> list[int]:
        """Numbers of further people to try, smallest first."""
        points = points_of_one(self.contest)
        gain = (points or 0) - self.contest.default_score
        limit = self.contest.max_sum_cost
        cost = self.options[name].cost
        if points is None or gain <= 0 or points <= 0 or (limit is not None and cost > limit):
            return []
        least = max(1, -(-self._short_of_threshold(name) // points))
        fitting = [turn for turn in self.turns if turn.option != name and self.room(name, turn) >= cost]
        if not fitting:
            return []
        before = fitting[-1].score
        if before is None:
            return [least]
        behind = before - self.standing[name].score
        return sorted({max(least, -(-behind // gain)), max(least, behind // gain + 1)})

    def _short_of_threshold(self, name: str) -> int:
        return 0 if self.threshold is None else max(0, self.threshold - self.standing[name].score)
