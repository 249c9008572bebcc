"""What STV, Meek and instant runoff promise, tried on invented elections.

Homogeneity (each paper twice, the same winners) holds for instant runoff with a majority of the papers. It
does not for STV: the Scottish quota floor(v / (s + 1)) + 1 is relatively smaller for more papers, and
decimals are cut per paper; the reference rules add one of their last decimal to the quota.
"""

import itertools
import random
from collections import Counter
from fractions import Fraction

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voting.rules import RULES, get_rule
from voting.rules.papers import Contest, Option, PreferencePaper, RankedPaper
from voting.rules.result import Result
from voting.rules.seats.paths import Paths
from voting.rules.seats.preferences import preferences_of
from voting.rules.tally import receive
from voting.rules.ties import REPORT, TiePolicy, lot_for

pytestmark = pytest.mark.slow

STV = [name for name in RULES if name.startswith("stv/")]
IRV = [name for name in RULES if name.partition("/")[0] == "irv"]
LOT = TiePolicy(criteria=("earlier_rounds",), lot=lot_for("a seed of the tests"))
NAMES = "ABCDEF"
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Papers = dict[RankedPaper, int]


@st.composite
def elections(draw: st.DrawFn, *, weights: int = 30) -> tuple[Contest, Papers]:
    """Up to six candidates, one to four seats, up to 14 distinct rankings."""
    names = NAMES[: draw(st.integers(2, 6))]
    withdrawn = draw(st.sampled_from(("", "", names[-1])))
    options = tuple(
        Option(id=name, title=name, excluded="withdrawn" if name == withdrawn else None) for name in names
    )
    ranking = st.permutations(names).flatmap(lambda p: st.integers(1, len(names)).map(lambda n: tuple(p[:n])))
    chosen = draw(st.lists(ranking, max_size=14))
    numbers = st.integers(1, weights)
    papers: Counter[RankedPaper] = Counter()
    for places in chosen:
        papers[RankedPaper(places)] += draw(numbers)
    return Contest(options=options, vote_type="ordinal", seats=draw(st.integers(1, 4))), dict(papers)


def for_rule(name: str, contest: Contest) -> Contest:
    """Instant runoff fills one seat."""
    return msgspec.structs.replace(contest, seats=1) if name in IRV else contest


def renamed(contest: Contest, names: dict[str, str], order: list[int]) -> Contest:
    options = [msgspec.structs.replace(o, id=names[o.id], title=names[o.id]) for o in contest.options]
    return msgspec.structs.replace(contest, options=tuple(options[index] for index in order))


@pytest.mark.parametrize("name", [*STV, *IRV])
@SOME
@given(election=elections(), seed=st.integers(0, 10**6))
def test_neither_order_nor_names_matter(name: str, election: tuple[Contest, Papers], seed: int) -> None:
    """Papers in any order give the same bytes; other names and another order of the options the same count,
    here under a drawn order, which is renamed with them.
    """
    contest, papers = for_rule(name, election[0]), election[1]
    rule, rng = get_rule(name), random.Random(seed)
    drawn = [option.id for option in contest.options]
    rng.shuffle(drawn)
    result = rule.count(contest, papers, ties=TiePolicy(drawn=tuple(drawn)))
    assert result.complete
    singly = [paper for paper, number in papers.items() for _ in range(number)]
    rng.shuffle(singly)
    again = rule.count(contest, singly, ties=TiePolicy(drawn=tuple(drawn)))
    assert msgspec.json.encode(again) == msgspec.json.encode(result)

    names = {name: f"Z{99 - index}" for index, name in enumerate(NAMES)}
    order = list(range(len(contest.options)))
    rng.shuffle(order)
    other = rule.count(
        renamed(contest, names, order),
        {RankedPaper(tuple(names[n] for n in paper.places)): number for paper, number in papers.items()},
        ties=TiePolicy(drawn=tuple(names[n] for n in drawn)),
    )
    assert {names[n] for n in result.winners} == set(other.winners)
    assert [{(names[n], v) for n, v in one.votes} for one in result.rounds] == [
        set(one.votes) for one in other.rounds
    ]


@pytest.mark.parametrize("name", [*STV, *IRV])
@SOME
@given(election=elections())
def test_seats_are_filled_and_no_vote_is_lost(name: str, election: tuple[Contest, Papers]) -> None:
    """Exactly: votes + exhausted + what cutting decimals took away are the counted papers, in every round."""
    contest, papers = for_rule(name, election[0]), election[1]
    result = get_rule(name).count(contest, papers, ties=LOT)
    eligible = [option.id for option in contest.options if option.excluded is None]
    assert result.complete
    assert len(result.winners) == min(contest.seats, len(eligible))
    assert set(result.winners) <= set(eligible)
    assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received
    for one in result.rounds:
        total = sum(Fraction(votes) for _, votes in one.votes) + Fraction(one.exhausted)
        assert total + Fraction(one.facts.get("rounded_off", 0)) == result.counted
    ranks = {standing.option: standing.rank for standing in result.standings}
    worst = max((ranks[won] for won in result.winners), default=0)
    assert all(ranks[n] > worst for n in ranks if n not in result.winners)


@pytest.mark.parametrize("name", [*STV, *IRV])
@SOME
@given(election=elections(weights=3))
def test_without_a_lot_a_tie_that_matters_waits(name: str, election: tuple[Contest, Papers]) -> None:
    """What is decided before the tie is decided the same with any lot; nothing unequal is ever called tied.
    When nothing had to wait, no lot changes who wins.
    """
    contest, papers = for_rule(name, election[0]), election[1]
    result = get_rule(name).count(contest, papers, ties=REPORT)
    assert result.complete is not bool(result.unresolved)
    for seed in ("one", "two", "three"):
        lot = get_rule(name).count(contest, papers, ties=TiePolicy(lot=lot_for(seed)))
        assert lot.complete
        assert set(result.winners) <= set(lot.winners)
        if result.complete:
            assert set(result.winners) == set(lot.winners)


def solid(papers: Papers, group: frozenset[str], out: set[str]) -> int:
    """How many papers put exactly this group before everybody else."""
    total = 0
    for paper, number in papers.items():
        places = [name for name in paper.places if name not in out]
        total += number * (len(places) >= len(group) and set(places[: len(group)]) == group)
    return total


def quotas_won(result: Result, name: str, supporters: int) -> int:
    """How many seats that many papers are sure of under this rule.

    With k quotas in the hands of a group, its votes can leave it only as surplus above k quotas, as long as
    k of it are in the count; what remains is lost by cutting decimals, at most `rounded_off` of the whole
    election. Meek's quota only falls after the first round; its surplus may stay unspread below 10^-6 in each
    round, and rounding up moves less than 10^-6 of a paper.
    """
    quota = Fraction(result.rounds[0].quota)
    lost = Fraction(result.rounds[-1].facts.get("rounded_off", 0))
    if name == "stv/meek":
        lost = Fraction(len(result.rounds) * (1 + supporters), 10**6)
    return int((supporters - lost) // quota)


@pytest.mark.parametrize("name", STV)
@SOME
@given(election=elections())
def test_solid_coalitions_get_their_seats(name: str, election: tuple[Contest, Papers]) -> None:
    """Droop proportionality, by the quota the rule works with, within its rounding: a group that enough
    voters put before everybody else gets as many seats as it has quotas, or all of it is elected.
    """
    contest, papers = election
    result = get_rule(name).count(contest, papers, ties=LOT)
    out = {option.id for option in contest.options if option.excluded is not None}
    eligible = [option.id for option in contest.options if option.id not in out]
    for size in range(1, len(eligible) + 1):
        for group in map(frozenset, itertools.combinations(eligible, size)):
            due = quotas_won(result, name, solid(papers, group, out))
            assert len(group & set(result.winners)) >= min(due, size, contest.seats)


@pytest.mark.parametrize("name", IRV)
@SOME
@given(election=elections(), times=st.integers(2, 5))
def test_instant_runoff_of_more_of_the_same(name: str, election: tuple[Contest, Papers], times: int) -> None:
    contest, papers = for_rule(name, election[0]), election[1]
    once = get_rule(name).count(contest, papers, ties=LOT)
    more = get_rule(name).count(contest, {paper: n * times for paper, n in papers.items()}, ties=LOT)
    assert once.winners == more.winners


def test_a_ranking_is_the_same_in_both_kinds_of_paper() -> None:
    rng = random.Random(4)
    options = tuple(Option(id=name, title=name) for name in NAMES)
    papers = Counter(tuple(rng.sample(NAMES, rng.randint(1, 6))) for _ in range(300))
    for name in [*STV, *IRV]:
        seats = 1 if name in IRV else 3
        ordinal = Contest(options=options, vote_type="ordinal", seats=seats)
        preference = Contest(options=options, vote_type="preference", seats=seats)
        one = get_rule(name).count(ordinal, {RankedPaper(p): n for p, n in papers.items()}, ties=LOT)
        two = get_rule(name).count(
            preference,
            {PreferencePaper(tuple((c,) for c in p)): n for p, n in papers.items()},
            ties=LOT,
        )
        assert one.rounds == two.rounds


@pytest.mark.parametrize("factor", [1, 10**7])
@SOME
@given(election=elections(), data=st.data())
def test_paths_spread_votes_as_a_person_walking_down_each_paper(
    factor: int, election: tuple[Contest, Papers], data: st.DataObject
) -> None:
    """Meek's votes after some have been elected and excluded, also with so many papers that 64 bits are not
    enough.
    """
    contest, papers = election
    many = {paper: number * factor for paper, number in papers.items()}
    box = receive(contest, many)
    orders = preferences_of(box)
    unit, names = 10**9, [option.id for option in contest.options]
    paths, keep = Paths(orders, unit=unit), [10**9] * len(names)
    if factor > 1:
        paths.kind = object
        paths._arrange()
    for c in data.draw(st.permutations(range(len(names)))):
        if data.draw(st.booleans()):
            paths.elect([c])
            keep[c] = data.draw(st.integers(1, unit))
        else:
            paths.exclude([c])
            keep[c] = 0
        expected = [0] * len(names)
        for paper, number in many.items():
            weight = unit
            for name in paper.places:
                part = -(-weight * keep[names.index(name)] // unit)
                expected[names.index(name)] += part * number
                weight -= part
        assert paths.votes(keep) == expected


def test_ten_thousand_million_papers_do_not_overflow() -> None:
    """The most papers there may be: whole numbers stay whole."""
    options = tuple(Option(id=name, title=name) for name in "ABCD")
    contest = Contest(options=options, vote_type="ordinal", seats=2)
    papers = {
        RankedPaper(("A", "B", "C")): 6 * 10**9,
        RankedPaper(("B", "C")): 10**9 + 1,
        RankedPaper(("C", "D")): 2 * 10**9 - 7,
        RankedPaper(("D", "A", "B")): 10**9 + 6,
    }
    for name in STV:
        result = get_rule(name).count(contest, papers, ties=REPORT)
        assert result.winners == ("A", "B")
        for one in result.rounds:
            total = sum(Fraction(votes) for _, votes in one.votes) + Fraction(one.exhausted)
            assert total + Fraction(one.facts.get("rounded_off", 0)) == 10**10
