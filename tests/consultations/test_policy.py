"""Who may do what with field consultations: actor, state and time in one table each."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from accounts.policy import Actor
from accounts.states import Role
from app.kit.policy import Verdict
from consultations import policy
from consultations.states import MOVES, IllegalMove, State, check_move
from tests.make.consultations import EVENING, MORNING

BEFORE, AT, AFTER = MORNING, EVENING, EVENING + timedelta(hours=3)


@dataclass
class Planned:
    state: str
    starts_at: datetime = EVENING
    ends_at: datetime = EVENING + timedelta(hours=2)


def person(*roles: Role, awake: bool = True) -> Actor:
    return Actor(
        id=uuid.uuid4(), name="x", email="x@x.ro", roles=frozenset(roles), is_official=bool(roles) and awake
    )


ORGANIZER, ASLEEP = person(Role.ORGANIZER), person(Role.ORGANIZER, awake=False)
RESIDENT, DESK, DOOR = person(), person(Role.DESK), person(Role.DOOR)
PROPOSED, PUBLISHED, HELD, NOT_HELD, CANCELLED = State


@pytest.mark.parametrize(
    ("may", "allowed"),
    [
        (policy.may_publish, {(PROPOSED, BEFORE)}),
        (policy.may_change, {(PROPOSED, BEFORE), (PROPOSED, AT), (PROPOSED, AFTER), (PUBLISHED, BEFORE)}),
        (policy.may_cancel, {(PUBLISHED, BEFORE)}),
        (policy.may_reinstate, {(CANCELLED, BEFORE)}),
        (policy.may_report, {(state, now) for state in (PUBLISHED, HELD, NOT_HELD) for now in (AT, AFTER)}),
    ],
)
def test_when_an_organizer_may_what(may: object, allowed: set[tuple[State, datetime]]) -> None:
    for state in State:
        for now in (BEFORE, AT, AFTER):
            verdict: Verdict = may(ORGANIZER, Planned(state), now=now)  # type: ignore[operator]
            assert bool(verdict) is ((state, now) in allowed), (state, now, verdict.reason)
            assert verdict or verdict.reason
            for nobody in (None, RESIDENT, ASLEEP, DESK, DOOR):
                assert not may(nobody, Planned(state), now=now)  # type: ignore[operator]


def test_who_sees_what_is_only_proposed_and_who_drops_it() -> None:
    for state in State:
        for actor in (None, RESIDENT, DESK, DOOR, ASLEEP, ORGANIZER):
            assert bool(policy.may_view(actor, Planned(state))) is (
                state is not PROPOSED or actor is ORGANIZER
            )
        assert bool(policy.may_drop(ORGANIZER, Planned(state))) is (state is PROPOSED)


def test_places_are_reserved_until_it_begins() -> None:
    for state in State:
        for now in (BEFORE, AT, AFTER):
            is_open = (state, now) == (PUBLISHED, BEFORE)
            assert bool(policy.may_register(RESIDENT, Planned(state), now=now)) is is_open
            assert bool(policy.may_register_others(DESK, Planned(state), now=now)) is is_open
            assert not policy.may_register(None, Planned(state), now=now)
            assert not policy.may_register_others(DOOR, Planned(state), now=now)


def test_who_reads_the_list_of_people() -> None:
    readers = {None: False, RESIDENT: False, ASLEEP: False, DESK: True, DOOR: True, ORGANIZER: True}
    assert {actor: bool(policy.may_see_who_comes(actor)) for actor in readers} == readers
    assert not policy.may_answer_calls(DOOR)


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("current", State)
def test_a_consultation_goes_only_where_the_table_says(current: State, to: State) -> None:
    if to in MOVES[current]:
        check_move(current, to)
    else:
        with pytest.raises(IllegalMove):
            check_move(current, to)
