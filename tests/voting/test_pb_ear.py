"""PB-EAR beside a slow count voter by voter in plain fractions, and the proportionality it promises."""

import itertools
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting.rules import get_rule
from voting.rules.formats import read_pb
from voting.rules.papers import Contest, Envelope, RankedPaper
from voting.rules.projects import pb_ear
from voting.rules.result import Result
from voting.rules.ties import REPORT, TiePolicy

pytestmark = pytest.mark.slow

NAMES = ("P1", "P2", "P3", "P4", "P5")
RULES = ("pb-ear", "pb-ear/named")
SOME = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Ballots = Counter[tuple[str, ...]]


@st.composite
def elections(draw: st.DrawFn, *, plain: bool = False) -> tuple[Contest, Ballots]:
    """Few costs and small budgets, so that equal support, equal costs and shares just paid are common."""
    names = NAMES[: draw(st.integers(2, 5))]
    ballots: Ballots = Counter()
    for _ in range(draw(st.integers(1, 6))):
        ranking = tuple(draw(st.permutations(names))[: draw(st.integers(1, len(names)))])
        ballots[ranking] += draw(st.integers(1, 3))
    pair = tuple(draw(st.permutations(names))[:2])
    contest = make_contest(
        {name: draw(st.sampled_from((0, 20, 30, 50, 50, 70, 100))) for name in names},
        budget=draw(st.sampled_from((0, 60, 100, 100, 140))),
        vote_type="ordinal",
        exclusive=() if plain or draw(st.booleans()) else (pair,),
        excluded={} if plain or draw(st.booleans()) else {names[0]: "withdrawn"},
    )
    return contest, ballots


def papers_of(ballots: Ballots) -> dict[RankedPaper, int]:
    return {RankedPaper(ranking): number for ranking, number in ballots.items()}


def count(rule: str, contest: Contest, ballots: Ballots, ties: TiePolicy = REPORT) -> Result:
    return get_rule(rule).count(contest, papers_of(ballots), ties=ties)


def slow(contest: Contest, ballots: Ballots, *, named_only: bool, order: tuple[str, ...]) -> list[str]:
    """Algorithm 1 of Aziz and Lee, a voter at a time: most supported, then cheapest, then by the order."""
    cost = {option.id: option.cost for option in contest.options if option.excluded is None}
    voters = [[n for n in ranking if n in cost] for ranking in ballots.elements()]
    left = [Fraction(1)] * len(voters)
    rank = [
        {c: 1 + (names.index(c) if c in names else len(names)) for c in (names if named_only else cost)}
        for names in voters
    ]
    funded: list[str] = []
    for level in range(1, len(cost) + 2):
        while True:
            able = {}
            for c, price in cost.items():
                supporters = [i for i in range(len(voters)) if rank[i].get(c, level + 1) <= level]
                support = sum((left[i] for i in supporters), Fraction(0))
                rival = any(c in group and set(group) & set(funded) for group in contest.exclusive)
                fits = support * contest.budget >= len(voters) * price
                everybody = not named_only and level > max(map(len, voters))
                if c not in funded and not rival and fits and (support or everybody):
                    able[c] = (-support, price, order.index(c)), supporters
            if not able:
                break
            best = min(able, key=lambda c: able[c][0])
            (support, *_), supporters = able[best]
            funded.append(best)
            if cost[best]:
                part = Fraction(len(voters) * cost[best], contest.budget) / -support
                for i in supporters:
                    left[i] *= 1 - part
    return funded


@pytest.mark.parametrize("rule", RULES)
@SOME
@given(election=elections(), order=st.permutations(NAMES))
def test_the_same_are_funded_in_the_same_order_voter_by_voter(
    rule: str, election: tuple[Contest, Ballots], order: list[str]
) -> None:
    contest, ballots = election
    expected = slow(contest, ballots, named_only=rule == "pb-ear/named", order=tuple(order))
    result = count(rule, contest, ballots, TiePolicy(drawn=tuple(order)))
    assert result.complete
    assert list(result.winners) == expected
    assert result.spent <= contest.budget
    assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received
    for step in result.steps:
        paid = sum((Fraction(payment.amount) for payment in step.payments), Fraction(0))
        assert paid == (step.remaining_before - step.remaining_after if step.payments else 0)


@pytest.mark.parametrize("rule", RULES)
@SOME
@given(election=elections())
def test_a_tie_is_open_exactly_when_another_order_funds_others(
    rule: str, election: tuple[Contest, Ballots]
) -> None:
    """And what is funded before it is funded under every order."""
    contest, ballots = election
    names = [option.id for option in contest.options]
    possible = {
        frozenset(slow(contest, ballots, named_only=rule == "pb-ear/named", order=order))
        for order in itertools.permutations(names)
    }
    result = count(rule, contest, ballots)
    assert all(set(result.winners) <= funded for funded in possible)
    assert result.complete == (len(possible) == 1)
    assert not result.complete or possible == {frozenset(result.winners)}


@SOME
@given(election=elections(plain=True), order=st.permutations(NAMES))
def test_inclusion_proportionality_for_solid_coalitions(
    election: tuple[Contest, Ballots], order: list[str]
) -> None:
    """Whoever all put the projects C first, in any order, has no project of C unfunded that they could pay
    from their part of the budget beside everything funded which one of them has among the first |C|
    (IPSC of the paper, with what is not named level at the end).
    """
    contest, ballots = election
    cost = {option.id: option.cost for option in contest.options}
    winners = set(count("pb-ear", contest, ballots, TiePolicy(drawn=tuple(order))).winners)
    n = ballots.total()
    rank = {b: {c: b.index(c) if c in b else len(b) for c in cost} for b in ballots}
    for size in range(1, len(cost) + 1):
        for some in map(set, itertools.combinations(cost, size)):
            rest = set(cost) - some
            solid = [b for b in ballots if all(rank[b][c] <= rank[b][d] for c in some for d in rest)]
            for many in range(1, len(solid) + 1):
                for group in itertools.combinations(solid, many):
                    last = {b: sorted(rank[b].values())[size - 1] for b in group}
                    near = {c for c in cost if any(rank[b][c] <= last[b] for b in group)}
                    share = Fraction(contest.budget * sum(ballots[b] for b in group), n)
                    for one in some - winners:
                        assert sum(cost[c] for c in (near & winners) | {one}) > share


@pytest.mark.parametrize("rule", RULES)
@SOME
@given(election=elections(), seed=st.integers())
def test_order_and_names_do_not_matter(rule: str, election: tuple[Contest, Ballots], seed: int) -> None:
    contest, ballots = election
    result, shaken = count(rule, contest, ballots), random.Random(seed)
    papers = [RankedPaper(ranking) for ranking in ballots.elements()]
    shaken.shuffle(papers)
    again = get_rule(rule).count(contest, papers, ties=REPORT)
    assert msgspec.json.encode(again) == msgspec.json.encode(result)
    names = dict(zip(NAMES, shaken.sample(["Z", "a", "10", "9", "P3"], 5), strict=True))
    options = [msgspec.structs.replace(option, id=names[option.id]) for option in contest.options]
    shaken.shuffle(options)
    exclusive = tuple(tuple(names[name] for name in group) for group in contest.exclusive)
    other = msgspec.structs.replace(contest, options=tuple(options), exclusive=exclusive)
    renamed = count(
        rule, other, Counter({tuple(names[n] for n in ranking): k for ranking, k in ballots.items()})
    )
    assert {names[name] for name in result.winners} == set(renamed.winners)
    assert result.complete == renamed.complete
    assert {names[o.option]: o.reason for o in result.outcomes} == {
        o.option: o.reason for o in renamed.outcomes
    }


@pytest.mark.parametrize("rule", RULES)
@SOME
@given(election=elections(), times=st.sampled_from((2, 3, 1000)), coins=st.sampled_from((3, 100)))
def test_more_of_the_same_and_other_coins_change_nothing(
    rule: str, election: tuple[Contest, Ballots], times: int, coins: int
) -> None:
    contest, ballots = election
    one = count(rule, contest, ballots)
    more = count(rule, contest, Counter({ranking: k * times for ranking, k in ballots.items()}))
    options = tuple(msgspec.structs.replace(o, cost=o.cost * coins) for o in contest.options)
    other = msgspec.structs.replace(contest, options=options, budget=contest.budget * coins)
    for same in (more, count(rule, other, ballots)):
        assert same.winners == one.winners
        assert [o.reason for o in same.outcomes] == [o.reason for o in one.outcomes]


def test_supporters_who_just_have_the_cost_after_thirds_were_paid_have_it() -> None:
    """A third of each vote pays P1, which no decimal number holds exactly; the rest is just P2's cost."""
    contest = make_contest({"P1": 100, "P2": 200}, budget=300, vote_type="ordinal")
    result = count("pb-ear/named", contest, Counter({("P1", "P2"): 7}))
    assert result.winners == ("P1", "P2")
    assert result.outcome("P2").facts["support"] == "4." + "6" * 23 + "2"  # and not 14/3
    assert result.outcome("P2").facts["needed"] == "14/3"
    assert [(p.place, p.in_full, p.voters, p.amount) for s in result.steps for p in s.payments] == [
        (1, True, 7, "100"),
        (2, False, 7, "200"),
    ]


def test_rounding_separates_nobody() -> None:
    """P2 and P3 are supported by what two equal groups have left after both paid a third of P1: a tie, which
    a payment rounded along an order of the papers would have decided by their text.
    """
    contest = make_contest({"P1": 100, "P2": 60, "P3": 60}, budget=210, vote_type="ordinal")
    ballots = Counter({("P1", "P2"): 5, ("P1", "P3"): 5, ("P1", "P2", "P3"): 1, ("P1", "P3", "P2"): 1})
    result = count("pb-ear/named", contest, ballots)
    assert [tie.options for tie in result.ties] == [("P2", "P3")]


def test_in_the_end_everybody_pays_and_the_cheapest_comes_first() -> None:
    contest = make_contest({"P1": 60, "P2": 90, "P3": 30, "P4": 30}, budget=120, vote_type="ordinal")
    ballots = Counter({("P1", "P2"): 3, ("P2", "P1"): 2})
    named, paper = count("pb-ear/named", contest, ballots), count("pb-ear", contest, ballots)
    assert named.winners == ("P1",)
    assert named.outcome("P2").reason == "supporters_short"
    assert named.outcome("P2").facts == named.outcome("P2").facts | {"supporters_have": 60, "missing": 30}
    assert named.outcome("P3").reason == "no_support"
    assert paper.winners == ("P1", "P3", "P4")
    assert paper.outcome("P3").facts["everybody"] == 1
    assert paper.outcome("P2").reason == "cost_exceeds_remaining"
    assert paper.outcome("P2").facts["missing"] == 90
    assert [(tie.options, tie.matters) for tie in paper.ties] == [(("P3", "P4"), False)]


def test_an_envelope_limits_what_its_area_gets() -> None:
    contest = make_contest({"P1": 60, "P2": 50, "P3": 30}, budget=140, vote_type="ordinal")
    options = tuple(msgspec.structs.replace(o, area="Parc") for o in contest.options[:2])
    envelope = Envelope(by="area", name="Parc", amount=100, kind="most")
    contest = msgspec.structs.replace(contest, options=(*options, contest.options[2]), envelopes=(envelope,))
    result = count("pb-ear", contest, Counter({("P1", "P2"): 3, ("P3",): 2}))
    assert result.winners == ("P1", "P3")
    assert (result.outcome("P2").reason, result.outcome("P2").facts["envelope"]) == ("envelope_spent", "Parc")


def test_too_many_orders_are_a_tie_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two papers end after one place and can pay for P1 or P2, which nobody named; the other one is paid when
    the others end as well.
    """
    costs = {"P1": 30, "P2": 30, "P3": 1000, "P4": 1000}
    contest = make_contest(costs, budget=100, vote_type="ordinal")
    ballots = Counter({("P3",): 2, ("P3", "P4"): 3})
    assert [(tie.matters, tie.resolved) for tie in count("pb-ear", contest, ballots).ties] == [(False, True)]
    monkeypatch.setattr(pb_ear, "MAX_RUNS", 1)
    assert [(tie.matters, tie.resolved) for tie in count("pb-ear", contest, ballots).ties] == [(True, False)]


def test_nobody_voted() -> None:
    contest = make_contest({"P1": 60, "P2": 0}, budget=140, vote_type="ordinal")
    result = count("pb-ear", contest, Counter())
    assert result.winners == ()
    assert result.outcome("P1").reason == "no_support"


@pytest.mark.parametrize(
    "file",
    [f"Poland_Krakow_2025_{name}" for name in ("Biezanow-Prokocim", "Nowa_Huta", "Podgorze")],
)
def test_a_district_of_krakow_in_plain_fractions(shared_data: Path, file: str) -> None:
    """Some 7,000 rankings of three over 50 projects: the projects that whoever named them paid for, in order,
    are those of exact fractions.
    """
    election = read_pb((shared_data / "pb" / f"{file}.pb").read_bytes())
    contest, papers = election.contest, election.papers
    cost = {option.id: option.cost for option in contest.options if option.excluded is None}
    rows = [
        (tuple(dict.fromkeys(n for n in paper.places if n in cost)), number)
        for paper, number in papers.items()
        if isinstance(paper, RankedPaper)
    ]
    rows = [row for row in rows if row[0]]
    n, left = sum(number for _, number in rows), [Fraction(1)] * len(rows)
    funded: list[str] = []
    for level in (1, 2, 3):
        while True:
            support: Counter[str] = Counter()
            for (names, number), held in zip(rows, left, strict=True):
                for name in names[:level]:
                    support[name] += held * number  # type: ignore[assignment]
            able = [c for c in cost if c not in funded and support[c] * contest.budget >= n * cost[c]]
            if not able:
                break
            best = min(able, key=lambda c: (-support[c], cost[c]))
            funded.append(best)
            part = 1 - Fraction(n * cost[best], contest.budget) / support[best]
            left = [
                held * part if best in names[:level] else held
                for (names, _), held in zip(rows, left, strict=True)
            ]
    result = get_rule("pb-ear/named").count(contest, papers, ties=REPORT)
    assert result.counted == n
    assert list(result.winners) == funded
    paper = get_rule("pb-ear").count(contest, papers, ties=TiePolicy(drawn=tuple(cost)))
    assert list(paper.winners)[: len(funded)] == funded
