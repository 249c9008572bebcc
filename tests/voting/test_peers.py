"""Other programs elect and fund the same: their winners, recorded by bench/peers.py, beside ours.

Each difference has a known cause, told in docs/peers.md with a small example. Here the cause is computed: the
peer's own way, written down in a few lines, must give the peer's answer in every election, so that no
difference hides behind an explanation.
"""

import itertools
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.invented import Election, elections
from tests.make.contests import make_contest
from voting.rules import RULES, get_rule
from voting.rules.formats import PbElection
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Paper,
    PreferencePaper,
    ScoringPaper,
)
from voting.rules.result import Result
from voting.rules.ties import REPORT, TiePolicy

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "peers"
FUNDING = (
    "greedy",
    "equalshares",
    "equalshares/points",
    "equalshares/add1",
    "equalshares/points-add1",
    "equalshares/add1-exhaustive",
)
Victories = dict[tuple[str, str], tuple[int, int]]


@cache
def recorded(kind: str) -> dict[str, Any]:
    """The peers' winners: for each rule and peer a list, an election each."""
    winners: dict[str, Any] = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))["winners"]
    return winners


def electable(result: Result) -> set[str]:
    """The winners and those whom an open tie leaves a chance."""
    return set(result.winners) | {o.option for o in result.outcomes if o.reason == "tie_unresolved"}


def test_more_than_three_hundred_elections_are_compared() -> None:
    compared = {
        kind: len(elections(kind))
        for kind in ("funding", "rankings", "weak_rankings", "grades", "committees")
    }
    assert sum(compared.values()) >= 300
    for kind, number in compared.items():
        assert {len(row) for row in recorded(kind).values()} == {number}


# ── projects ────────────────────────────────────────────────────────────────────────────────────────


def funding_papers(election: Election) -> tuple[Contest, list[Paper]]:
    contest = make_contest(
        election["projects"], budget=election["budget"], vote_type=election["kind"], minor_per_unit=1
    )
    if election["kind"] == "approval":
        return contest, [ApprovalPaper(tuple(ballot)) for ballot in election["ballots"]]
    return contest, [CumulativePaper(tuple(ballot.items())) for ballot in election["ballots"]]


def all_affordable(election: Election) -> set[str] | None:
    """Everything that somebody supports, if it fits into the budget together."""
    supported = {name for ballot in election["ballots"] for name in ballot}
    costs = election["projects"]
    return supported if sum(costs[name] for name in supported) <= election["budget"] else None


@pytest.mark.parametrize("rule", FUNDING)
def test_pabutools_funds_the_same(rule: str) -> None:
    """Ties by the alphabet, as pabutools has them. Where all that is supported fits into the budget, we fund
    it, and pabutools' plain method only what the shares pay for.
    """
    if rule not in RULES:
        pytest.skip(f"{rule} is not published")
    differ = 0
    for number, election in enumerate(elections("funding")):
        contest, papers = funding_papers(election)
        result = get_rule(rule).count(
            contest, papers, ties=TiePolicy(drawn=tuple(sorted(election["projects"])))
        )
        if sorted(result.winners) != recorded("funding")[rule][number]:
            assert rule in ("equalshares", "equalshares/points"), number
            assert set(result.winners) == all_affordable(election), number
            differ += 1
    assert differ <= 10


REAL = (
    "Netherlands_Assen_2024",
    "Poland_Wieliczka_2023_Green_Budget",
    "Poland_Krakow_2025_Podgorze",
    "Poland_Krakow_2025_Biezanow-Prokocim",
    "Poland_Krakow_2025_Nowa_Huta",
    "Poland_Katowice_2023",
)


@pytest.mark.parametrize("name", REAL)
def test_pabutools_funds_the_same_in_real_elections(
    name: str, real_election: Callable[[str], PbElection]
) -> None:
    election = real_election(name)
    order = TiePolicy(drawn=tuple(sorted(option.id for option in election.contest.options)))
    compared = [rule for rule in recorded("real")[name] if rule in RULES]
    assert {"greedy", "equalshares"} <= set(compared)
    for rule in compared:
        result = get_rule(rule).count(election.contest, election.papers, ties=order)
        assert sorted(result.winners) == recorded("real")[name][rule], rule


@pytest.mark.parametrize("number", [0, 1])
def test_abcvoting_elects_the_same_committees(number: int) -> None:
    """Approval voting: an option is in all of its committees, or in some, exactly when we elect it, or hold
    it for tied. Equal shares without completion, a seat costing 1 of a budget of as many as there are
    seats: with the alphabet as order, one of its committees; where it has several, we report a tie. Where we
    report one and it has a single committee, every order gives that one: a tie of equally good options is
    left to the lot at once, without looking whether the order makes a difference in the end.
    """
    harmless = 0
    kind = ("approval abcvoting", "equalshares abcvoting")[number]
    for index, election in enumerate(elections("committees")):
        committees = [set(text) for text in recorded("committees")[kind][index]]
        papers = [ApprovalPaper(tuple(ballot)) for ballot in election["ballots"]]
        names, seats = election["options"], election["seats"]
        if kind.startswith("approval"):
            contest = make_contest(dict.fromkeys(names, 0), budget=0, seats=seats)
            result = get_rule("approval").count(contest, papers, ties=REPORT)
            assert set(result.winners) == set.intersection(*committees)
            assert electable(result) == set.union(*committees)
            continue
        contest = make_contest(dict.fromkeys(names, 1), budget=seats, minor_per_unit=1)
        result = get_rule("equalshares").count(contest, papers, ties=TiePolicy(drawn=tuple(names)))
        if set(result.winners) not in committees:
            supported = set().union(*map(set, election["ballots"]))
            assert set(result.winners) == supported
            assert len(supported) <= seats
            continue
        is_open = not get_rule("equalshares").count(contest, papers, ties=REPORT).complete
        assert is_open or len(committees) == 1
        if is_open and len(committees) == 1:
            harmless += 1
            for order in itertools.permutations(names):
                drawn = get_rule("equalshares").count(contest, papers, ties=TiePolicy(drawn=order))
                assert set(drawn.winners) == committees[0], (index, order)
    assert harmless == (0 if number == 0 else 7)


# ── rankings ────────────────────────────────────────────────────────────────────────────────────────


def ranking_papers(election: Election) -> tuple[Contest, list[Paper]]:
    contest = make_contest(dict.fromkeys(election["options"], 0), budget=0, vote_type="preference", seats=1)
    return contest, [PreferencePaper(tuple(tuple(rank) for rank in ballot)) for ballot in election["ballots"]]


def table(election: Election) -> dict[tuple[str, str], int]:
    """How many ballots put one option above the other."""

    def place(ballot: list[list[str]], name: str) -> int:
        return next((at for at, rank in enumerate(ballot) if name in rank), len(ballot))

    return {
        (a, b): sum(place(ballot, a) < place(ballot, b) for ballot in election["ballots"])
        for a, b in itertools.permutations(election["options"], 2)
    }


def reached(edges: Iterable[tuple[str, str]], start: str) -> set[str]:
    edges, found, waiting = set(edges), set[str](), [start]
    while waiting:
        here = waiting.pop()
        new = {b for a, b in edges if a == here} - found
        found |= new
        waiting += new
    return found


def ours(rule: str, election: Election) -> set[str]:
    contest, papers = ranking_papers(election)
    if rule in ("smith", "schwartz"):
        facts = get_rule("condorcet").count(contest, papers, ties=REPORT).facts
        return set(str(facts[rule]).split(", "))
    result = get_rule(rule).count(contest, papers, ties=REPORT)
    if rule == "condorcet" and not result.winners:
        return set(election["options"])  # as pref_voting says that there is none
    return electable(result)


SAME = {
    "rankings": (
        "plurality",
        "borda",
        "condorcet",
        "smith",
        "schwartz",
        "schulze",
        "ranked-pairs",
        "ranked-pairs/winning-votes",
    ),
    "weak_rankings": ("condorcet", "smith", "schwartz", "schulze", "borda/tournament"),
}


@pytest.mark.parametrize(("kind", "rule"), [(kind, rule) for kind, rules in SAME.items() for rule in rules])
def test_pref_voting_elects_the_same(kind: str, rule: str) -> None:
    """All its winners, equal ones too, are those we elect or hold for tied; ranked pairs where it gives an
    answer (it gives none when there are more than 3,000 orders of equal victories).
    """
    answers = recorded(kind)[f"{rule} pref_voting"]
    known = [(index, set(answer)) for index, answer in enumerate(answers) if answer is not None]
    assert len(known) >= 70
    drawn = elections(kind)
    assert [index for index, answer in known if ours(rule, drawn[index]) != answer] == []


@pytest.mark.parametrize("rule", [name for name in RULES if name.partition("/")[0] == "irv"])
def test_pref_voting_runs_off_the_same(rule: str) -> None:
    """Its winners under every order of ties: ours alone where we needed none, else one of them."""
    for election, answer in zip(elections("rankings"), recorded("rankings")["irv pref_voting"], strict=True):
        contest, papers = ranking_papers(election)
        result = get_rule(rule).count(contest, papers, ties=REPORT)
        if result.complete:
            assert list(result.winners) == answer
        drawn = TiePolicy(drawn=tuple(election["options"]))
        assert set(get_rule(rule).count(contest, papers, ties=drawn).winners) <= set(answer)


def locked_by_pref_voting(election: Election, *, margins: bool) -> set[str]:
    """Ranked pairs under every order of equal pairs as pref_voting has it: pairs that nobody wins are locked
    too, either way round and as strong as their papers; of equal margins none goes first.
    """
    votes = table(election)
    classes: dict[int, list[tuple[str, str]]] = {}
    for (a, b), papers in votes.items():
        if papers >= votes[b, a]:
            classes.setdefault(papers - votes[b, a] if margins else papers, []).append((a, b))
    winners: set[str] = set()
    states: set[frozenset[tuple[str, str]]] = {frozenset()}
    for strength in sorted(classes, reverse=True):
        states = {
            lock(state, order) for state in states for order in itertools.permutations(classes[strength])
        }
    for state in states:
        winners |= set(election["options"]) - {b for _, b in state}
    return winners


def lock(state: frozenset[tuple[str, str]], order: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    kept = set(state)
    for a, b in order:
        if a not in reached(kept, b):
            kept.add((a, b))
    return frozenset((a, b) for a in {a for a, _ in kept} for b in reached(kept, a))


@pytest.mark.parametrize(("rule", "number"), [("ranked-pairs", 1), ("ranked-pairs/winning-votes", 6)])
def test_where_ranked_pairs_differ_from_pref_voting(rule: str, number: int) -> None:
    """Weak rankings: of equal margins we lock the victory with more papers first, and only victories; it
    locks equal pairs too. So it may find further winners, never others.
    """
    differ = 0
    for election, answer in zip(
        elections("weak_rankings"), recorded("weak_rankings")[f"{rule} pref_voting"], strict=True
    ):
        if answer is None or set(answer) == ours(rule, election):
            continue
        differ += 1
        assert ours(rule, election) < set(answer)
        assert locked_by_pref_voting(election, margins=rule == "ranked-pairs") == set(answer)
    assert differ == number


@pytest.mark.parametrize(
    ("rule", "number"), [("plurality", 0), ("borda", 0), ("schulze", 13), ("ranked-pairs", 10)]
)
def test_votekit_elects_one_of_ours(rule: str, number: int) -> None:
    """Where one option wins alone, the same; else one of our tied options. But by Schulze and ranked pairs it
    takes the first in the alphabet of a top tier that may hold options that a winner outranks.
    """
    differ = 0
    for election, answer in zip(elections("rankings"), recorded("rankings")[f"{rule} votekit"], strict=True):
        mine = ours(rule, election)
        if answer is None:  # it stops at ties of points
            assert len(mine) > 1
        elif not set(answer) <= mine:
            differ += 1
            outranking = by_strongest_paths(election) if rule == "schulze" else locked_by_margin(election)
            assert answer == sorted(top_tier(election, outranking))[:1]
    assert differ == number


def top_tier(election: Election, edges: set[tuple[str, str]]) -> set[str]:
    """The smallest set whose members each have an edge to all outside it."""
    names = election["options"]
    for size in range(1, len(names) + 1):
        for some in itertools.combinations(names, size):
            if all((a, b) in edges for a in some for b in set(names) - set(some)):
                return set(some)
    return set(names)


def by_strongest_paths(election: Election) -> set[tuple[str, str]]:
    """Who outranks whom by Schulze's strongest paths."""
    votes = table(election)
    path = {pair: n if n > votes[pair[::-1]] else 0 for pair, n in votes.items()}
    for k, a, b in itertools.permutations(election["options"], 3):
        path[a, b] = max(path[a, b], min(path[a, k], path[k, b]))
    return {(a, b) for a, b in path if path[a, b] > path[b, a]}


def locked_by_margin(election: Election) -> set[tuple[str, str]]:
    """Where locked victories lead, of equal margins those first in the alphabet."""
    votes = table(election)
    won = [pair for pair in sorted(votes, key=sorted) if votes[pair] > votes[pair[::-1]]]
    kept: set[tuple[str, str]] = set()
    for a, b in sorted(won, key=lambda pair: votes[pair[::-1]] - votes[pair]):
        if a not in reached(kept, b):
            kept.add((a, b))
    return {(a, b) for a in election["options"] for b in reached(kept, a)}


# ── grades ──────────────────────────────────────────────────────────────────────────────────────────


def by_majority_gauge(election: Election) -> set[str]:
    """Best median; of those the largest share above it, or the smallest below it, whichever is larger."""
    values = {n: sorted(ballot[n] for ballot in election["ballots"]) for n in election["options"]}
    median = {n: grades[(len(grades) - 1) // 2] for n, grades in values.items()}
    best = [n for n in values if median[n] == max(median.values())]
    gauge = {}
    for n in best:
        above, below = (sum(g > median[n] for g in values[n]), sum(g < median[n] for g in values[n]))
        gauge[n] = above if above > below else -below
    return {n for n in best if gauge[n] == max(gauge.values())}


def test_majority_judgment_differs_from_pref_voting_by_the_gauge() -> None:
    """It compares once, by the majority gauge; the rule takes middle grades away until they differ."""
    differ = 0
    for election, answer in zip(
        elections("grades"), recorded("grades")["majority-judgment pref_voting"], strict=True
    ):
        contest = make_contest(
            dict.fromkeys(election["options"], 0),
            budget=0,
            vote_type="scoring",
            seats=1,
            grades=("0", "1", "2", "3"),
        )
        papers = [ScoringPaper(tuple(ballot.items())) for ballot in election["ballots"]]
        mine = electable(get_rule("majority-judgment").count(contest, papers, ties=REPORT))
        assert by_majority_gauge(election) == set(answer)
        differ += mine != set(answer)
    assert differ == 19
