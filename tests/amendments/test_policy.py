"""Who answers amendments and who prepares the answers: tables of actor, state and reason."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from accounts.policy import Actor
from accounts.states import Role
from amendments import policy
from amendments.states import ActState, AmendmentState

ME, OTHER, MY_SECOND = UUID(int=1), UUID(int=2), UUID(int=3)
NO_ROLE = "This needs a role that your account does not have."
ASLEEP = "Sign in with your second factor to act as an official."
SIGN_IN = "Please sign in to continue."
OWN = "This is your own amendment. Somebody else has to answer it."
LATE = "Answers are given until the draft decision goes to the council."
NOT_WAITING = "This amendment does not wait for an answer."


@dataclass
class ActOf:
    state: str
    proposals_until: date | None = None


@dataclass
class AmendmentOf:
    state: str = AmendmentState.SUBMITTED
    author_id: UUID = OTHER


def actor(*roles: Role, awake: bool = True) -> Actor:
    return Actor(id=ME, name="Ana", email="a@b.ro", roles=frozenset(roles), is_official=bool(roles) and awake)


COUNCILLOR, INITIATOR, DEPARTMENT = map(actor, (Role.COUNCILLOR, Role.INITIATOR, Role.DEPARTMENT))
CLERK, RESIDENT = actor(Role.SECRETARIAT), actor()


@pytest.mark.parametrize(
    ("who", "answers", "prepares", "reads", "sees_queue"),
    [
        (None, SIGN_IN, SIGN_IN, SIGN_IN, False),
        (RESIDENT, NO_ROLE, NO_ROLE, NO_ROLE, False),
        (COUNCILLOR, "", NO_ROLE, "", True),
        (INITIATOR, "", NO_ROLE, "", True),
        (DEPARTMENT, NO_ROLE, "", "", True),
        (CLERK, NO_ROLE, NO_ROLE, NO_ROLE, True),
        (actor(Role.REVIEWER), NO_ROLE, NO_ROLE, NO_ROLE, False),
        (actor(Role.ADMIN), NO_ROLE, NO_ROLE, NO_ROLE, False),
        (actor(Role.DEPARTMENT, Role.COUNCILLOR), "", "", "", True),
        (actor(Role.COUNCILLOR, awake=False), ASLEEP, NO_ROLE, NO_ROLE, False),
        (actor(Role.DEPARTMENT, awake=False), NO_ROLE, ASLEEP, ASLEEP, False),
    ],
)
def test_who_answers_who_prepares_and_who_reads_what_is_prepared(
    who: Actor | None, answers: str, prepares: str, reads: str, sees_queue: bool
) -> None:
    act, amendment = ActOf(ActState.CLOSED), AmendmentOf()
    assert policy.may_answer(who, act, amendment).reason == answers
    assert policy.may_prepare_answer(who, act, amendment).reason == prepares
    assert policy.may_see_prepared(who, amendment).reason == reads
    assert bool(policy.may_see_answers(who)) is sees_queue


@pytest.mark.parametrize("state", list(ActState))
def test_answers_are_prepared_and_given_until_the_council_has_the_act(state: ActState) -> None:
    reason = "" if state in (ActState.DEBATE, ActState.CLOSED) else LATE
    for who in (COUNCILLOR, INITIATOR):
        assert policy.may_answer(who, ActOf(state), AmendmentOf()).reason == reason
    assert policy.may_prepare_answer(DEPARTMENT, ActOf(state), AmendmentOf()).reason == reason


@pytest.mark.parametrize("state", list(AmendmentState))
def test_what_is_registered_is_answered_and_may_be_answered_anew(state: AmendmentState) -> None:
    waits = state in (AmendmentState.SUBMITTED, AmendmentState.ANSWERED)
    reason = "" if waits else NOT_WAITING
    act, amendment = ActOf(ActState.CLOSED), AmendmentOf(state)
    assert policy.may_answer(COUNCILLOR, act, amendment).reason == reason
    assert policy.may_prepare_answer(DEPARTMENT, act, amendment).reason == reason


@pytest.mark.parametrize("author", [ME, MY_SECOND])
def test_nobody_answers_or_prepares_or_reads_ahead_for_themselves(author: UUID) -> None:
    act, own = ActOf(ActState.CLOSED), AmendmentOf(author_id=author)
    accounts = (ME, MY_SECOND)
    assert policy.may_answer(COUNCILLOR, act, own, accounts=accounts).reason == OWN
    assert policy.may_answer(INITIATOR, act, own, accounts=accounts).reason == OWN
    assert policy.may_prepare_answer(DEPARTMENT, act, own, accounts=accounts).reason == OWN
    for who in (COUNCILLOR, INITIATOR, DEPARTMENT):
        assert policy.may_see_prepared(who, own, accounts=accounts).reason == OWN
