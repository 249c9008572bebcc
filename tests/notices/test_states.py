"""When the week ends, in summer and in winter, and who may follow."""

from datetime import UTC, datetime

import pytest

from app.kit import crypto
from app.kit.mail import STOP_PURPOSE, read_stop, stop_path
from notices.policy import may_follow
from notices.states import KINDS, MAX_FOLLOWS, Link, digest_due
from tests.make.accounts import actor_of
from tests.notices.conftest import somebody


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2027-03-01T05:59", "2027-02-22T06:00"),  # Monday, a minute before eight in Bucharest
        ("2027-03-01T06:00", "2027-03-01T06:00"),
        ("2027-03-07T23:00", "2027-03-01T06:00"),  # Monday has begun in Bucharest, eight is still to come
        ("2027-03-29T05:00", "2027-03-29T05:00"),  # the first Monday of summer time
        ("2027-03-29T04:59", "2027-03-22T06:00"),
    ],
)
def test_the_week_ends_on_monday_at_eight(now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert digest_due(moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_who_may_follow() -> None:
    assert not may_follow(None)
    actor = actor_of(somebody())
    assert may_follow(actor, follows=MAX_FOLLOWS - 1)
    assert not may_follow(actor, follows=MAX_FOLLOWS)


def test_every_link_has_a_kind() -> None:
    assert set(KINDS) == set(Link)


def test_an_address_that_stops_mail_cannot_be_made_by_others() -> None:
    who = str(somebody().id)
    token = stop_path("a key", "ro", who=who, what="own").partition("token=")[2]
    assert read_stop("a key", token) == (somebody().id, "own")
    forged = crypto.sign("another key", STOP_PURPOSE, f"{who} own")
    other_use = crypto.sign("a key", "something else", f"{who} own")
    body, _, mark = token.partition(".")
    for bad in (
        "",
        ".",
        "ă.ă",
        "x",
        forged,
        other_use,
        f"{body}.",
        f"{body[:-2]}.{mark}",
        f"{body}A.{mark}",
        "%00",
    ):
        assert read_stop("a key", bad) is None, bad
