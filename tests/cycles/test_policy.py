"""Who may change dates, and to which: tables of actor, stage and time."""

import uuid
from datetime import datetime, timedelta

import msgspec
import pytest

from accounts.policy import Actor
from accounts.states import Role
from cycles.policy import check_dates, may_change_dates
from cycles.states import StageKind
from tests.make.cycles import DAY, NOON, stage_dates

S = StageKind.SUBMISSION
R, V, X = StageKind.REVIEW, StageKind.VOTE, StageKind.RESULTS


class Window(msgspec.Struct, frozen=True):
    kind: str
    opens_at: datetime
    closes_at: datetime


def windows(open_stage: StageKind | None) -> dict[StageKind, Window]:
    return {kind: Window(kind.value, *dates) for kind, dates in stage_dates(open_stage).items()}


def actor(*roles: Role, official: bool = True) -> Actor:
    return Actor(id=uuid.uuid4(), name="O", email="o@x", roles=frozenset(roles), is_official=official)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        (None, False),
        (actor(official=False), False),
        (actor(Role.REVIEWER), False),
        (actor(Role.DESK), False),
        (actor(Role.ELECTION, official=False), False),  # without the second factor
        (actor(Role.ELECTION), True),
        (actor(Role.ADMIN), True),
    ],
)
def test_only_election_officers_and_administrators_change_dates(who: Actor | None, allowed: bool) -> None:
    assert bool(may_change_dates(who, windows(S)[S], now=NOON)) is allowed


@pytest.mark.parametrize("role", [Role.ELECTION, Role.ADMIN])
def test_no_role_opens_a_vote_again_that_has_ended(role: Role) -> None:
    vote = windows(V)[V]
    before, at_closing = vote.closes_at - timedelta(seconds=1), vote.closes_at
    assert may_change_dates(actor(role), vote, now=before)
    assert not may_change_dates(actor(role), vote, now=at_closing)


# stage open now, stage to change, days to move its beginning and its end by, words of the refusal
CASES = [
    (S, S, 0, 0, "already"),
    (S, S, 0, 5, ""),
    (S, S, 0, -15, ""),  # still in the future: ten of its thirty days are over
    (S, S, 0, -20, "end is in the past"),
    (S, S, -1, 0, "begun"),
    (S, S, 1, 0, "begun"),
    (S, S, 0, 40, "Move the vote first"),
    (S, R, 2, 0, ""),
    (S, R, -30, 0, "beginning is in the past"),
    (S, R, -15, 0, ""),  # may overlap the submission
    (S, R, 0, 1, "review must end"),
    (R, S, 0, 25, ""),  # ended, opened again until before the vote
    (R, V, -1, 0, "before the review has ended"),
    (R, V, 1, 0, ""),
    (R, V, 0, 1, "Move the results first"),
    (V, V, 0, 5, "Move the results first"),
    (V, V, 0, -5, "never earlier"),
    (V, V, 0, -20, "never earlier"),
    (V, V, 1, 0, "begun"),
    (V, X, -1, 0, "before the vote ends"),
    (V, X, 3, 0, ""),
    (None, S, 31, 0, "end after it begins"),
    (None, X, 0, 366 * 6, "five years"),
]


@pytest.mark.parametrize(("open_stage", "kind", "begin_by", "end_by", "words"), CASES)
def test_dates_that_are_possible(
    open_stage: StageKind | None, kind: StageKind, begin_by: int, end_by: int, words: str
) -> None:
    stages = windows(open_stage)
    stage = stages.pop(kind)
    if open_stage is None:
        stages = {}
    verdict = check_dates(
        stage,
        stages.values(),
        opens_at=stage.opens_at + begin_by * DAY,
        closes_at=stage.closes_at + end_by * DAY,
        now=NOON,
    )
    assert bool(verdict) is (words == ""), verdict.reason
    assert words in verdict.reason
