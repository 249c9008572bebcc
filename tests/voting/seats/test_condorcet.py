"""Rules of comparison: official elections, slow second implementations, and what each rule promises."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.voting.seats.profiles import (
    Profile,
    contest_for,
    papers_for,
    preferring,
    profiles,
)
from voting.rules import get_rule
from voting.rules.contests import UnsuitableContest
from voting.rules.formats.cvr import read_cvr
from voting.rules.formats.debian import read_debian
from voting.rules.papers import RankedPaper
from voting.rules.result import Result
from voting.rules.seats import ranked_pairs
from voting.rules.ties import REPORT, TiePolicy, lot_for

LOT = TiePolicy(lot=lot_for("a seed of the tests"))
RULES = ("condorcet", "schulze", "ranked-pairs", "ranked-pairs/winning-votes")
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Victories = dict[tuple[str, str], tuple[int, int]]


def count(
    rule: str, names: tuple[str, ...], profile: Profile, *, ties: TiePolicy = REPORT, seats: int = 1
) -> Result:
    return get_rule(rule).count(contest_for(names, seats=seats), papers_for(profile), ties=ties)


def electable(result: Result) -> set[str]:
    """The winners, or those between whom a tie is open."""
    return set(result.winners) | {o.option for o in result.outcomes if o.reason == "tie_unresolved"}


# ── elections whose outcome is public ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("year", ["2006", "2007", "2020"])
def test_debian_leaders(year: str, shared_data: Path) -> None:
    """Raw tallies with equal and skipped ranks: the table of comparisons, number by number, and the leader;
    with the constitution's default option and any quorum up to one larger than it ever asked for.
    """
    oracle = json.loads((shared_data / "oracles" / "debian_schulze.json").read_bytes())[year]
    election = read_debian((shared_data / "ranked" / "debian" / f"leader{year}_tally.txt").read_bytes())
    result = get_rule("schulze").count(election.contest, election.papers, ties=REPORT)
    titles = list(oracle["options"].values())
    assert result.received == oracle["ballots"]
    assert [list(row) for row in result.pairwise] == [
        [oracle["pairwise"][one].get(other, 0) for other in titles] for one in titles
    ]
    assert [
        titles[[o.id for o in election.contest.options].index(name)] for name in result.winners
    ] == oracle["schulze"]
    assert election.contest.default_option == election.contest.options[-1].id
    for quorum in (0, 60):
        contest = msgspec.structs.replace(election.contest, quorum=quorum)
        assert (
            get_rule("schulze/debian").count(contest, election.papers, ties=REPORT).winners == result.winners
        )
    for rule in RULES:
        assert get_rule(rule).count(election.contest, election.papers, ties=REPORT).winners == result.winners


def test_burlington_2009(shared_data: Path) -> None:
    """Wright had the most first preferences (the official 2,951); Montroll beat everybody one to one."""
    folder = shared_data / "ranked" / "burlington-2009"
    election = read_cvr((folder / "us_vt_btv_2009_03_mayor.normalized.csv").read_bytes())
    for rule in RULES:
        result = get_rule(rule).count(election.contest, election.papers, ties=REPORT)
        assert result.winners == ("Andy Montroll",)
        assert result.facts["condorcet_winner"] == "Andy Montroll"
    first = get_rule("plurality").count(election.contest, election.papers, ties=REPORT)
    assert first.winners == ("Kurt Wright",)
    assert {s.option: s.score for s in first.standings if s.score > 1000} == {
        "Kurt Wright": 2951,
        "Bob Kiss": 2585,
        "Andy Montroll": 2063,
        "Dan Smith": 1306,
    }


def test_schulze_by_its_paper() -> None:
    """Schulze 2011, example 1: 45 voters, and E wins by the strongest paths of the published table."""
    rankings = {
        "ACBED": 5,
        "ADECB": 5,
        "BEDAC": 8,
        "CABED": 3,
        "CAEBD": 7,
        "CBADE": 2,
        "DCEBA": 7,
        "EBADC": 8,
    }
    contest = msgspec.structs.replace(contest_for(tuple("ABCDE")), vote_type="ordinal")
    papers = {RankedPaper(tuple(text)): number for text, number in rankings.items()}
    result = get_rule("schulze").count(contest, papers, ties=REPORT)
    assert result.winners == ("E",)
    assert [s.option for s in result.standings] == ["E", "A", "C", "B", "D"]
    assert result.pairwise[0] == (0, 20, 26, 30, 22)
    facts = result.outcome("A").facts
    assert (facts["path_for"], facts["path_against"]) == (24, 25)


def test_ranked_pairs_by_hand() -> None:
    """Tennessee: Nashville beats all. And a cycle: 7 A>B>C, 5 B>C>A, 4 C>A>B: B over C by 8 and A over B by
    6 are locked, C over A by 2 would close the circle.
    """
    tennessee = {"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}
    profile = {tuple((name,) for name in text): number for text, number in tennessee.items()}
    assert count("ranked-pairs", tuple("MNCK"), profile).winners == ("N",)
    cycle = {
        tuple((name,) for name in text): number for text, number in {"ABC": 7, "BCA": 5, "CAB": 4}.items()
    }
    result = count("ranked-pairs", tuple("ABC"), cycle)
    assert [s.option for s in result.standings] == ["A", "B", "C"]
    assert result.outcome("C").facts | {"by": "A", "for": 9, "against": 7} == result.outcome("C").facts
    assert result.outcome("C").reason == "outranked"


# ── second implementations, written apart from the rules ────────────────────────────────────────────


def victories_of(names: Iterable[str], profile: Profile) -> Victories:
    table = {pair: preferring(profile, *pair) for pair in itertools.permutations(names, 2)}
    return {(a, b): (votes, table[b, a]) for (a, b), votes in table.items() if votes > table[b, a]}


def reached(edges: Iterable[tuple[str, str]], start: str) -> set[str]:
    edges, found, waiting = set(edges), set(), [start]
    while waiting:
        here = waiting.pop()
        new = {b for a, b in edges if a == here} - found
        found |= new
        waiting += new
    return found


def schwartz(names: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    far = {name: reached(edges, name) for name in names}
    return {a for a in far if all(b in far[a] for b in far if a in far[b])}


def sequential_dropping(names: tuple[str, ...], victories: Victories, *, debian: bool) -> set[str]:
    """A.6 of Debian's constitution, clause by clause: keep the Schwartz set, drop its weakest victories."""
    left = dict(victories)
    while True:
        best = schwartz(names, left)
        inside = {pair: votes for pair, votes in left.items() if set(pair) <= best}
        if not inside:
            return best
        strength = {pair: (own, -other if debian else 0) for pair, (own, other) in inside.items()}
        weakest = min(strength.values())
        names = tuple(name for name in names if name in best)
        left = {pair: votes for pair, votes in inside.items() if strength[pair] > weakest}


def locked_in_every_order(names: tuple[str, ...], victories: Victories, *, margins: bool) -> set[str]:
    """Ranked pairs under every order of equal victories: all who can win."""
    by_strength: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for pair, (own, other) in victories.items():
        by_strength.setdefault((own - other, own) if margins else (own, 0), []).append(pair)
    orders = [itertools.permutations(by_strength[key]) for key in sorted(by_strength, reverse=True)]
    winners: set[str] = set()
    for order in itertools.product(*orders):
        kept: set[tuple[str, str]] = set()
        for a, b in itertools.chain.from_iterable(order):
            if a not in reached(kept, b):
                kept.add((a, b))
        winners |= set(names) - {b for _, b in kept}
    return winners


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(profiles())
def test_schulze_is_what_dropping_the_weakest_victories_leaves(
    drawn: tuple[tuple[str, ...], Profile],
) -> None:
    names, profile = drawn
    victories = victories_of(names, profile)
    assert electable(count("schulze", names, profile)) == sequential_dropping(names, victories, debian=False)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(profiles(), st.integers(0, 5))
def test_debian_drops_options_and_then_victories(drawn: tuple[tuple[str, ...], Profile], quorum: int) -> None:
    names, profile = drawn
    default = names[0]
    contest = msgspec.structs.replace(contest_for(names), default_option=default, quorum=quorum)
    result = get_rule("schulze/debian").count(contest, papers_for(profile), ties=REPORT)
    stays = tuple(
        name
        for name in names
        if name == default
        or preferring(profile, name, default) >= max(quorum, preferring(profile, default, name) + 1)
    )
    assert electable(result) == sequential_dropping(stays, victories_of(stays, profile), debian=True)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(profiles(most_options=4), st.booleans())
def test_ranked_pairs_reports_all_who_win_under_some_order(
    drawn: tuple[tuple[str, ...], Profile], margins: bool
) -> None:
    names, profile = drawn
    rule = "ranked-pairs" if margins else "ranked-pairs/winning-votes"
    result = count(rule, names, profile)
    possible = locked_in_every_order(names, victories_of(names, profile), margins=margins)
    assert electable(result) == possible
    assert result.complete == (len(possible) == 1)
    assert set(count(rule, names, profile, ties=LOT).winners) <= possible


@SOME
@given(profiles())
def test_the_table_and_the_sets(drawn: tuple[tuple[str, ...], Profile]) -> None:
    names, profile = drawn
    result = count("condorcet", names, profile)
    for (row, one), (column, other) in itertools.permutations(enumerate(names), 2):
        assert result.pairwise[row][column] == preferring(profile, one, other)
    victories = victories_of(names, profile)
    dominating = [
        set(some)
        for size in range(1, len(names) + 1)
        for some in itertools.combinations(names, size)
        if all((a, b) in victories for a in some for b in set(names) - set(some))
    ]
    assert result.facts["smith"] == ", ".join(name for name in names if name in min(dominating, key=len))
    assert result.facts["schwartz"] == ", ".join(name for name in names if name in schwartz(names, victories))


# ── what the rules promise ──────────────────────────────────────────────────────────────────────────


@SOME
@given(profiles())
def test_an_option_that_beats_all_is_elected_by_every_rule(drawn: tuple[tuple[str, ...], Profile]) -> None:
    names, profile = drawn
    best = [a for a in names if all((a, b) in victories_of(names, profile) for b in names if b != a)]
    for rule in RULES:
        result = count(rule, names, profile)
        if best:
            assert result.winners == tuple(best)
        elif rule == "condorcet":
            assert result.winners == ()
            assert result.complete


@SOME
@given(profiles(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_names_order_and_size_do_not_matter(
    drawn: tuple[tuple[str, ...], Profile],
    random: Random,
    times: int,
) -> None:
    names, profile = drawn
    other = dict(zip(names, random.sample([f"Z{n}" for n in range(len(names))], len(names)), strict=True))
    renamed = {
        tuple(tuple(other[name] for name in rank) for rank in ranks): number * times
        for ranks, number in profile.items()
    }
    listed = random.sample(sorted(other.values()), len(names))
    for rule in RULES:
        one, two = count(rule, names, profile), count(rule, tuple(listed), renamed)
        assert {other[name] for name in electable(one)} == electable(two), rule
        assert one.complete == two.complete
        assert {other[s.option]: s.rank for s in one.standings} == {s.option: s.rank for s in two.standings}
        reasons = {other[o.option]: o.reason for o in one.outcomes}
        assert reasons == {o.option: o.reason for o in two.outcomes}


@SOME
@given(profiles(), st.data())
def test_schulze_is_monotone(drawn: tuple[tuple[str, ...], Profile], data: st.DataObject) -> None:
    """A winner raised to the top of one kind of paper still wins."""
    names, profile = drawn
    winner = data.draw(st.sampled_from(sorted(electable(count("schulze", names, profile)))))
    ranks = data.draw(st.sampled_from(sorted(profile)))
    raised = ((winner,), *(tuple(name for name in rank if name != winner) for rank in ranks))
    after = dict(profile)
    after[raised] = after.get(raised, 0) + after.pop(ranks)
    assert winner in electable(count("schulze", names, after))


def cloned(profile: Profile, name: str, *, above: bool) -> Profile:
    """A second option next to this one on every paper that has it."""
    clones = ("X", name) if above else (name, "X")
    changed: Profile = {}
    for ranks, number in profile.items():
        parts: list[tuple[str, ...]] = []
        for rank in ranks:
            if name in rank:
                rest = tuple(other for other in rank if other != name)
                parts += [clones[:1], clones[1:]] if not rest else [rest + clones]
            else:
                parts.append(rank)
        changed[tuple(parts)] = changed.get(tuple(parts), 0) + number
    return changed


@SOME
@given(profiles(most_options=4), st.data(), st.booleans())
def test_a_clone_takes_no_seat_from_others(
    drawn: tuple[tuple[str, ...], Profile], data: st.DataObject, above: bool
) -> None:
    """Schulze is independent of clones, also with ties; ranked pairs where no two victories are equal."""
    names, profile = drawn
    name = data.draw(st.sampled_from(names))
    after = cloned(profile, name, above=above)
    margins = [own - other for own, other in victories_of(names, profile).values()]
    rules = ["schulze"]
    if len(set(margins)) == len(margins) == len(names) * (len(names) - 1) // 2:
        rules.append("ranked-pairs")
    for rule in rules:
        with_clone = electable(count(rule, (*names, "X"), after))
        assert {"X" if won == name else won for won in electable(count(rule, names, profile))} - {"X"} == (
            with_clone - {"X", name}
        ), rule
        assert (name in electable(count(rule, names, profile))) == bool(with_clone & {"X", name})


@SOME
@given(profiles(), st.integers(1, 4), st.permutations(("A", "B", "C", "D", "E")))
def test_seats_are_filled_by_the_order_and_ties_by_the_lot(
    drawn: tuple[tuple[str, ...], Profile], seats: int, order: list[str]
) -> None:
    names, profile = drawn
    for rule in RULES[1:]:
        result = count(rule, names, profile, ties=TiePolicy(drawn=tuple(order)), seats=seats)
        assert result.complete
        assert len(result.winners) == min(seats, len(names))
        rank = {s.option: s.rank for s in result.standings}
        assert max(rank[w] for w in result.winners) <= min(
            [rank[n] for n in names if n not in result.winners], default=99
        )
        assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received
        open_ = count(rule, names, profile, seats=seats)
        assert set(open_.winners) <= set(result.winners)


# ── ties, withdrawals, limits ───────────────────────────────────────────────────────────────────────

CIRCLE: Profile = {(("A",), ("B",), ("C",)): 1, (("B",), ("C",), ("A",)): 1, (("C",), ("A",), ("B",)): 1}


def test_the_option_drawn_first_is_the_last_to_be_beaten() -> None:
    for order in itertools.permutations("ABC"):
        result = count("ranked-pairs", ("A", "B", "C"), CIRCLE, ties=TiePolicy(drawn=order))
        assert result.winners == order[:1]
        (tie,) = result.ties
        assert (tie.at, tie.matters, tie.resolved, tie.settled_by) == ("victories", True, True, ("drawn",))


def test_equal_victories_that_cannot_change_the_winner_are_noted() -> None:
    """D beats everybody; the circle of the others does not matter for one seat, and does for two."""
    names = ("A", "B", "C", "D")
    profile = {(("D",), *ranks): number for ranks, number in CIRCLE.items()}
    one = count("ranked-pairs", names, profile)
    assert one.winners == ("D",)
    assert [(tie.options, tie.matters, tie.resolved) for tie in one.ties] == [(("A", "B", "C"), False, True)]
    two = count("ranked-pairs", names, profile, seats=2)
    assert two.winners == ("D",)
    assert not two.complete
    assert [(tie.options, tie.resolved) for tie in two.ties] == [(("A", "B", "C", "D"), False)]
    assert {o.option for o in two.outcomes if o.reason == "tie_unresolved"} == {"A", "B", "C"}


def test_too_many_orders_are_a_tie_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranked_pairs, "MAX_STATES", 1)
    names = ("A", "B", "C", "D")
    profile = {(*ranks, ("D",)): number for ranks, number in CIRCLE.items()}
    result = count("ranked-pairs", names, profile)
    assert not result.complete
    assert electable(result) == {"A", "B", "C"}
    assert count("ranked-pairs", names, profile, ties=TiePolicy(drawn=("B", "A", "C"))).winners == ("B",)


def test_a_withdrawn_option_beats_nobody_and_wins_nothing() -> None:
    profile = {(("A",), ("B",), ("C",)): 3, (("C",), ("A",), ("B",)): 2}
    contest = contest_for(("A", "B", "C"), excluded={"A": "withdrawn"})
    for rule in RULES:
        result = get_rule(rule).count(contest, papers_for(profile), ties=REPORT)
        assert result.winners == ("B",)
        assert result.outcome("A").reason == "not_eligible"
        assert result.pairwise[0] == (0, 5, 3), "the table still tells how it was ranked"


def test_what_a_rule_cannot_count_is_refused() -> None:
    two = contest_for(("A", "B"), seats=2)
    for rule in ("condorcet", "schulze/debian"):
        with pytest.raises(UnsuitableContest, match="single_seat"):
            get_rule(rule).count(two, [], ties=REPORT)
    with pytest.raises(UnsuitableContest, match="default_option"):
        get_rule("schulze/debian").count(contest_for(("A", "B")), [], ties=REPORT)


def test_without_papers_everybody_is_equal() -> None:
    for rule in RULES[1:]:
        result = count(rule, ("A", "B"), {})
        assert electable(result) == {"A", "B"}
        assert not result.complete
