"""Who may do what with comments: tables of actor × state × time, with the reason."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from accounts.policy import Actor
from accounts.states import Role
from app.kit.policy import ALLOW, deny
from discussions.policy import (
    may_appeal,
    may_comment,
    may_decide_appeal,
    may_edit,
    may_moderate,
    may_reply,
    may_report,
    may_see_moderation,
    may_support,
    may_withdraw,
)
from discussions.states import EDIT_TIME, MAX_DAILY, MAX_HOURLY, MOVES, CommentState, IllegalMove, check_move
from tests.make.accounts import NOON


def person(*roles: Role, awake: bool = True) -> Actor:
    return Actor(
        id=uuid.uuid4(), name="Ana", email="", roles=frozenset(roles), is_official=bool(roles) and awake
    )


AUTHOR, OTHER, MODERATOR, CLERK = person(), person(), person(Role.MODERATOR), person(Role.SECRETARIAT)
ASLEEP, REVIEWER = person(Role.MODERATOR, awake=False), person(Role.REVIEWER)


@dataclass
class A:
    author_id: uuid.UUID = AUTHOR.id
    state: str = "visible"
    created_at: datetime = NOON


HIDDEN, WITHDRAWN = A(state="hidden"), A(state="withdrawn")
CLOSED = deny("This part is no longer in the text.")


def test_writing() -> None:
    assert may_comment(OTHER, ALLOW, last_hour=MAX_HOURLY - 1, last_day=MAX_DAILY - 1)
    assert "Sign in" in may_comment(None, ALLOW).reason
    assert may_comment(OTHER, CLOSED) is CLOSED
    for counts in ({"last_hour": MAX_HOURLY}, {"last_day": MAX_DAILY}):
        assert "Wait a little" in may_comment(OTHER, ALLOW, **counts).reason
    assert may_reply(A(), ALLOW)
    for gone in (HIDDEN, WITHDRAWN):
        assert "no longer be answered" in may_reply(gone, ALLOW).reason


def test_ones_own() -> None:
    last = NOON + EDIT_TIME
    assert may_edit(AUTHOR, A(), now=last - timedelta(seconds=1))
    assert "15 minutes" in may_edit(AUTHOR, A(), now=last).reason
    assert may_withdraw(AUTHOR, A())
    for actor in (None, OTHER, MODERATOR):
        assert "Only its author" in may_edit(actor, A(), now=NOON).reason
        assert "Only its author" in may_withdraw(actor, A()).reason
    for gone in (HIDDEN, WITHDRAWN):
        assert not may_edit(AUTHOR, gone, now=NOON)
        assert not may_withdraw(AUTHOR, gone)


def test_others() -> None:
    for verdict in (may_support, may_report):
        assert verdict(OTHER, A())
        assert "Sign in" in verdict(None, A()).reason
        assert "your own" in verdict(AUTHOR, A()).reason
        assert not verdict(OTHER, HIDDEN)
    assert "your own" in may_support(OTHER, A(), [AUTHOR.id]).reason  # the same person's other account


def test_moderating() -> None:
    for actor in (MODERATOR, CLERK):
        assert may_see_moderation(actor)
        assert may_moderate(actor, A())
    refused = ((None, "sign in"), (OTHER, "role"), (REVIEWER, "role"), (ASLEEP, "second factor"))
    for nobody, said in refused:
        assert said in may_moderate(nobody, A()).reason
    own = A(author_id=MODERATOR.id)
    assert "A colleague" in may_moderate(MODERATOR, own).reason
    assert "A colleague" in may_moderate(MODERATOR, A(), [AUTHOR.id]).reason
    assert not may_moderate(MODERATOR, HIDDEN)


def test_appeals() -> None:
    assert may_appeal(AUTHOR, HIDDEN)
    assert not may_appeal(OTHER, HIDDEN)
    assert not may_appeal(AUTHOR, A())
    assert may_decide_appeal(CLERK, HIDDEN, hidden_by=MODERATOR.id)
    assert "yourself" in may_decide_appeal(MODERATOR, HIDDEN, hidden_by=MODERATOR.id).reason
    assert "yourself" in may_decide_appeal(CLERK, HIDDEN, hidden_by=OTHER.id, accounts=[OTHER.id]).reason
    assert "A colleague" in may_decide_appeal(CLERK, A(author_id=CLERK.id), hidden_by=OTHER.id).reason
    assert not may_decide_appeal(OTHER, HIDDEN, hidden_by=MODERATOR.id)


@pytest.mark.parametrize("state", list(CommentState))
def test_moves(state: CommentState) -> None:
    for to in CommentState:
        if to in MOVES[state]:
            check_move(state, to)
        else:
            with pytest.raises(IllegalMove):
                check_move(state, to)
