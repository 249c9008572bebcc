"""Who may do what: tables of actor and reason."""

from collections.abc import Callable
from uuid import UUID

import pytest

from accounts.pages import ROLE_WORK
from accounts.policy import (
    ROLE_NAMES,
    Actor,
    may_act_as,
    may_change_roles,
    may_close,
    may_open_account,
    may_take_role,
    may_turn_off_second_factor,
    may_verify,
    may_withdraw,
)
from accounts.states import Role
from app.kit.policy import Verdict

ME, OTHER = UUID(int=1), UUID(int=2)
NO_ROLE = "This needs a role that your account does not have."
ASLEEP = "Sign in with your second factor to act as an official."


def actor(*roles: Role, awake: bool = True) -> Actor:
    return Actor(id=ME, name="Ana", email="a@b.ro", roles=frozenset(roles), is_official=bool(roles) and awake)


RESIDENT, DESK, ADMIN = actor(), actor(Role.DESK), actor(Role.ADMIN)
ASLEEP_DESK, ASLEEP_ADMIN = actor(Role.DESK, awake=False), actor(Role.ADMIN, awake=False)
REVIEWER = actor(Role.REVIEWER)


@pytest.mark.parametrize(
    ("who", "role", "reason"),
    [
        (None, Role.DESK, "Please sign in to continue."),
        (RESIDENT, Role.DESK, NO_ROLE),
        (REVIEWER, Role.DESK, NO_ROLE),
        (ADMIN, Role.ELECTION, NO_ROLE),  # an administrator gives roles and has no others by that
        (ASLEEP_DESK, Role.DESK, ASLEEP),
        (DESK, Role.DESK, ""),
        (actor(Role.DESK, Role.ELECTION), Role.ELECTION, ""),
    ],
)
def test_acting_in_a_role(who: Actor | None, role: Role, reason: str) -> None:
    verdict = may_act_as(who, role)
    assert (verdict.allowed, verdict.reason) == (not reason, reason)
    if who is not None:
        assert who.has(role) is verdict.allowed


OWN = "You cannot verify your own residence. Ask a colleague."
OWN_WITHDRAWAL = "You cannot withdraw your own verification. Ask a colleague."


@pytest.mark.parametrize(
    ("rule", "who", "whose", "reason"),
    [
        (may_verify, DESK, OTHER, ""),
        (may_verify, DESK, ME, OWN),
        (may_verify, ASLEEP_DESK, OTHER, ASLEEP),
        (may_verify, ADMIN, OTHER, NO_ROLE),
        (may_verify, RESIDENT, OTHER, NO_ROLE),
        (may_withdraw, DESK, OTHER, ""),
        (may_withdraw, ADMIN, OTHER, ""),
        (may_withdraw, ADMIN, ME, OWN_WITHDRAWAL),
        (may_withdraw, RESIDENT, OTHER, NO_ROLE),
        (may_withdraw, ASLEEP_ADMIN, OTHER, ASLEEP),
    ],
)
def test_verifying_and_withdrawing(
    rule: Callable[[Actor, UUID], Verdict], who: Actor, whose: UUID, reason: str
) -> None:
    verdict = rule(who, whose)
    assert (verdict.allowed, verdict.reason) == (not reason, reason)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [(RESIDENT, False), (DESK, True), (ADMIN, True), (REVIEWER, False), (ASLEEP_DESK, False)],
)
def test_opening_an_account(who: Actor, *, allowed: bool) -> None:
    assert may_open_account(who).allowed is allowed


@pytest.mark.parametrize(
    ("who", "role", "holders", "allowed"),
    [
        (ADMIN, Role.DESK, 1, True),
        (ADMIN, Role.ADMIN, 2, True),
        (ADMIN, Role.ADMIN, 1, False),  # nobody could give roles any more
        (DESK, Role.DESK, 5, False),
        (ASLEEP_ADMIN, Role.DESK, 5, False),
    ],
)
def test_taking_a_role(who: Actor, role: Role, holders: int, *, allowed: bool) -> None:
    assert may_take_role(who, role=role, holders=holders).allowed is allowed


@pytest.mark.parametrize("rule", [may_close, may_turn_off_second_factor])
def test_officials_keep_account_and_second_factor(rule: Callable[[Actor], Verdict]) -> None:
    assert rule(RESIDENT)
    assert not rule(DESK)
    assert not rule(ASLEEP_DESK), "a sleeping role is a role"


def test_only_administrators_change_roles() -> None:
    assert may_change_roles(ADMIN)
    assert not may_change_roles(DESK)
    assert not may_change_roles(ASLEEP_ADMIN)


def test_every_role_has_a_name_and_its_work_on_the_account_page() -> None:
    assert set(ROLE_NAMES) == set(ROLE_WORK) == set(Role)
