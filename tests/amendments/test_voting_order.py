"""The order of the council's votes, what falls, and the majorities: on examples and as properties."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amendments.rules.majority import Choice, Majority, Tally, has_quorum, needed, quorum, tally
from amendments.rules.voting_order import (
    WHOLE_ACT,
    Fate,
    Motion,
    Order,
    OrderPolicy,
    Why,
    fates,
    felled_by,
    next_vote,
    voting_order,
)
from amendments.text.derive import derive_splices
from amendments.text.index import ConflictIndex
from amendments.text.operations import Amendment, DeleteUnit, InsertUnit, Operation, RejectAct
from amendments.text.reach import reach
from amendments.text.units import NewUnit
from tests.amendments.conftest import SOME
from tests.make.acts import PARKING

FAR, SUBMITTED = OrderPolicy.FAR_REACHING, OrderPolicy.SUBMISSION


def measured(*proposals: tuple[Operation, ...]) -> tuple[list[Motion], list[tuple[str, str]]]:
    """Amendments a, b, c … of the parking decision as motions, with their hard conflicts."""
    amendments = [
        Amendment(id=chr(97 + at), rank=at + 1, operations=operations)
        for at, operations in enumerate(proposals)
    ]
    motions = []
    for one in amendments:
        found = reach(PARKING, one)
        motions.append(
            Motion(
                id=one.id,
                rank=one.rank,
                place=found.place,
                rejects=found.rejects,
                takes_out=found.takes_out,
                rewrites=found.rewrites,
                distance=found.distance,
                figure=found.figure,
            )
        )
    conflicts = ConflictIndex(PARKING, amendments).conflicts()
    return motions, [one.pair for one in conflicts if one.grade == "hard"]


def edit(unit: str, text: str) -> tuple[Operation, ...]:
    return derive_splices(PARKING[unit], text)


def test_the_furthest_reaching_is_voted_first_and_says_why() -> None:
    order = voting_order(
        *measured(
            edit("a1", "Tariful este de 9 lei pe oră."),
            edit("a1", "Tariful este de 2 lei pe oră."),
            edit("a1", "Parcarea este gratuită pentru riverani."),
            (DeleteUnit(unit="a1"),),
            edit("a2-1", "Abonamentul lunar costă 200 de lei."),
            (RejectAct(),),
        ),
        FAR,
    )
    assert [(one.id, one.why.value) for one in order.votes] == [
        ("f", "rejects_act"),
        ("d", "takes_out"),
        ("c", "reaches"),
        ("b", "figure"),  # 2 is further from 10 than 9 is
        ("a", "least"),
        ("e", "alone"),
        (WHOLE_ACT, "whole_act"),
    ]
    assert order.votes[1].group == ("a", "b", "c", "d")


def test_in_the_order_of_submission_the_first_adopted_lets_the_others_fall() -> None:
    order = voting_order(
        *measured(
            edit("a1", "Tariful este de 9 lei pe oră."),
            (DeleteUnit(unit="a1"),),
            edit("a2-1", "Abonamentul lunar costă 200 de lei."),
        ),
        SUBMITTED,
    )
    assert [one.id for one in order.votes] == ["a", "b", "c", WHOLE_ACT]
    found = fates(order, {"a": True})
    assert (found["a"], found["b"], found["c"]) == (Fate.ADOPTED, Fate.FALLEN, Fate.WAITING)
    assert felled_by(order, found, "b") == "a"
    assert next_vote(order, found) == "c"


def test_what_only_meets_is_still_voted() -> None:
    new = [NewUnit(id=f"n{at}", type="article", text=f"Text nou {at}.") for at in (1, 2)]
    motions, clashes = measured(*((InsertUnit(parent="act", after="a1", new=one),) for one in new))
    order = voting_order(motions, clashes, FAR)
    assert fates(order, {"a": True})["b"] is Fate.WAITING


def test_the_rejection_of_the_whole_ends_the_vote() -> None:
    order = voting_order(*measured((RejectAct(),), (DeleteUnit(unit="a1"),)), FAR)
    found = fates(order, {"a": True})
    assert (found["b"], found[WHOLE_ACT], next_vote(order, found)) == (Fate.FALLEN, Fate.FALLEN, None)
    assert felled_by(order, found, WHOLE_ACT) == "a"


def test_those_that_propose_the_same_are_one_vote() -> None:
    motions = [Motion(id=id, rank=at, content=b"same") for at, id in enumerate(("a", "b"), start=1)]
    order = voting_order(motions, [], FAR)
    assert [(one.id, one.together) for one in order.votes] == [("a", ("b",)), (WHOLE_ACT, ())]
    assert fates(order, {"a": False})["b"] is Fate.REJECTED


def test_a_corrected_vote_changes_what_follows_from_it() -> None:
    order = voting_order(*measured((DeleteUnit(unit="a1"),), edit("a1", "Tariful este de 9 lei.")), FAR)
    assert fates(order, {"a": True})["b"] is Fate.FALLEN
    assert fates(order, {"a": False})["b"] is Fate.WAITING
    assert fates(order, {"a": True, "b": True})["b"] is Fate.FALLEN  # two adopted never contradict


# ── properties ────────────────────────────────────────────────────────────────
@st.composite
def councils(draw: st.DrawFn) -> tuple[list[Motion], list[tuple[str, str]], OrderPolicy]:
    size = draw(st.integers(0, 9))
    ids = [f"m{at}" for at in range(size)]
    motions = [
        Motion(
            id=id,
            rank=at + 1,
            place=(draw(st.integers(0, 3)), draw(st.integers(0, 3))),
            rejects=draw(st.integers(0, 9)) == 0,
            takes_out=draw(st.booleans()),
            rewrites=draw(st.booleans()),
            distance=Fraction(draw(st.integers(0, 3)), 2),
            figure=draw(st.sampled_from([None, Fraction(1), Fraction(5)])),
            content=draw(st.sampled_from([b"", b"", b"x"])),
        )
        for at, id in enumerate(ids)
    ]
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ids)) if ids else st.nothing()
    return motions, draw(st.lists(pairs, max_size=8)) if ids else [], draw(st.sampled_from(OrderPolicy))


@SOME
@given(councils(), st.randoms(use_true_random=False))
def test_the_order_is_total_and_does_not_depend_on_the_order_of_the_arguments(
    council: tuple[list[Motion], list[tuple[str, str]], OrderPolicy], dice: random.Random
) -> None:
    motions, clashes, policy = council
    order = voting_order(motions, clashes, policy)
    shuffled = dice.sample(motions, len(motions))
    turned = [(other, one) for one, other in dice.sample(clashes, len(clashes))]
    assert voting_order(shuffled, turned, policy) == order
    named = [id for one in order.votes for id in (one.id, *one.together)]
    assert sorted(named) == sorted([*(one.id for one in motions), WHOLE_ACT])
    assert order.votes[-1].why is Why.WHOLE_ACT
    rejecting = [one.rejects for one in order.votes]
    assert rejecting == sorted(rejecting, reverse=True)


@SOME
@given(councils(), st.data())
def test_every_vote_gets_one_fate_and_two_adopted_never_contradict(
    council: tuple[list[Motion], list[tuple[str, str]], OrderPolicy], data: st.DataObject
) -> None:
    order = voting_order(*council)
    decided: dict[str, bool] = {}
    while (now := next_vote(order, fates(order, decided))) is not None:  # as a sitting goes
        decided[now] = data.draw(st.booleans())
    found = fates(order, decided)
    assert set(found) == {id for one in order.votes for id in (one.id, *one.together)}
    assert Fate.WAITING not in found.values()
    adopted = {id for id, fate in found.items() if fate is Fate.ADOPTED}
    assert not [pair for pair in order.clashes if set(pair) <= adopted]
    fallen = {one.id for one in order.votes if found[one.id] is Fate.FALLEN}
    assert all(felled_by(order, found, id) in adopted for id in fallen)
    assert all(one.id in decided for one in order.votes if one.id in adopted)


@SOME
@given(
    councils(), st.dictionaries(st.sampled_from([f"m{at}" for at in range(9)] + [WHOLE_ACT]), st.booleans())
)
def test_whatever_was_corrected_no_two_adopted_contradict(
    council: tuple[list[Motion], list[tuple[str, str]], OrderPolicy], decided: dict[str, bool]
) -> None:
    order = voting_order(*council)
    found = fates(order, decided)
    adopted = {id for id, fate in found.items() if fate is Fate.ADOPTED}
    assert not [pair for pair in order.clashes if set(pair) <= adopted]


# ── majorities ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("majority", "votes", "in_office", "passes"),
    [
        (Majority.SIMPLE, (11, 10, 0), 27, True),
        (Majority.SIMPLE, (10, 5, 5), 27, False),  # half of those present is not more than half
        (Majority.ABSOLUTE, (13, 0, 7), 27, False),
        (Majority.ABSOLUTE, (14, 13, 0), 27, True),
        (Majority.TWO_THIRDS, (17, 3, 0), 27, False),
        (Majority.TWO_THIRDS, (18, 9, 0), 27, True),
        (Majority.TWO_THIRDS, (17, 0, 0), 25, True),  # two thirds of 25 are more than 16
    ],
)
def test_a_majority_needs(
    majority: Majority, votes: tuple[int, int, int], in_office: int, passes: bool
) -> None:
    counted = Tally(
        for_count=votes[0],
        against_count=votes[1],
        abstained_count=votes[2],
        absent_count=in_office - sum(votes),
    )
    assert counted.in_office == in_office
    assert needed(majority, counted).passed is passes


def test_who_has_a_conflict_of_interest_is_there_but_takes_no_part() -> None:
    counted = tally([Choice.FOR] * 7 + [Choice.AGAINST] * 6 + [Choice.BARRED] + [Choice.ABSENT] * 13)
    assert (counted.taking_part, counted.in_the_hall, quorum(27)) == (13, 14, 14)
    assert has_quorum(counted)
    assert needed(Majority.SIMPLE, counted).passed


@SOME
@given(st.lists(st.sampled_from(Choice), min_size=1, max_size=60))
def test_stricter_majorities_pass_less_and_one_more_vote_for_never_harms(choices: list[Choice]) -> None:
    counted = tally(choices)
    passed = [needed(one, counted).passed for one in Majority]
    assert passed == sorted(passed, reverse=True)
    if Choice.AGAINST in choices:
        turned = list(choices)
        turned[turned.index(Choice.AGAINST)] = Choice.FOR
        for one in Majority:
            assert needed(one, tally(turned)).passed >= needed(one, counted).passed


def test_an_empty_order_is_the_whole_act_alone() -> None:
    assert voting_order([], [], FAR) == Order(votes=voting_order([], [], SUBMITTED).votes)
