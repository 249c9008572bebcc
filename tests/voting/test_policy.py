"""Who may do what, when: actor × state × moment, with the reason. No role beats the clock."""

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from accounts.policy import Actor
from accounts.states import Role
from voting import policy
from voting.policy import PollFacts
from voting.states import Act, PollState

OPENS = datetime(2027, 5, 1, 6, tzinfo=UTC)
CLOSES = datetime(2027, 5, 15, 18, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MOMENTS = {
    "before": OPENS - TICK,
    "at opening": OPENS,
    "during": OPENS + timedelta(days=3),
    "last": CLOSES - TICK,
    "at closing": CLOSES,
    "after": CLOSES + timedelta(days=1),
}
WITHIN = {"at opening", "during", "last"}
A, B, C = (uuid.UUID(int=n) for n in (1, 2, 3))


def actor(kind: str, *, id: uuid.UUID = C) -> Actor | None:
    if kind == "nobody":
        return None
    roles = {
        "officer": {Role.ELECTION},
        "admin": {Role.ADMIN},
        "reviewer": {Role.REVIEWER},
        "sleeping officer": {Role.ELECTION},
    }.get(kind, set())
    return Actor(
        id=id,
        name=kind,
        email="x@example.ro",
        roles=frozenset(roles),
        is_verified=kind == "verified",
        is_official=bool(roles) and kind != "sleeping officer",
    )


ACTORS = ("nobody", "resident", "verified", "officer", "admin", "reviewer", "sleeping officer")


def facts(state: str, *, opened_by: tuple[uuid.UUID, ...] = (A, B), **more: object) -> PollFacts:
    confirmed = {Act.OPEN: opened_by} if opened_by else {}
    return PollFacts(
        state=PollState(state),
        opens_at=OPENS,
        closes_at=CLOSES,
        confirmed_by=confirmed,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_only_the_verified_cast_and_only_while_it_is_open(kind: str, state: PollState, moment: str) -> None:
    who = actor(kind)
    on_roll = who is not None and who.is_verified
    verdict = policy.may_cast(who, facts(state), on_roll=on_roll, has_voted=False, now=MOMENTS[moment])
    assert verdict.allowed == (kind == "verified" and state in ("announced", "open") and moment in WITHIN)
    assert verdict.allowed or verdict.reason


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("given", [(), (A,), (A, B)])
def test_an_announced_poll_takes_ballots_with_two_confirmations_by_its_date(
    given: tuple[uuid.UUID, ...], moment: str
) -> None:
    poll = facts("announced", opened_by=given)
    assert bool(policy.takes_ballots(poll, MOMENTS[moment])) == (len(given) == 2 and moment in WITHIN)


@pytest.mark.parametrize(
    ("state", "moment", "more", "reason"),
    [
        ("announced", "before", {}, "Voting has not begun yet."),
        ("open", "at closing", {}, "Voting has ended. Ballots are no longer accepted."),
        ("closed", "after", {}, "Voting has ended. Ballots are no longer accepted."),
        ("certified", "after", {}, "Voting has ended. Ballots are no longer accepted."),
        ("cancelled", "during", {}, "This vote was cancelled."),
        (
            "announced",
            "during",
            {"opened_by": (A,)},
            "The vote is not open yet: two officials have to confirm its opening first.",
        ),
        (
            "tallied",
            "after",
            {"is_imported": True},
            "This vote was held elsewhere. Here are its ballots and its result.",
        ),
    ],
)
def test_the_reason_says_why_no_ballots_are_taken(state: str, moment: str, more: dict, reason: str) -> None:
    assert policy.takes_ballots(facts(state, **more), MOMENTS[moment]).reason == reason


@pytest.mark.parametrize("has_voted", [True, False])
def test_a_vote_is_replaced_by_who_has_voted_and_cast_by_who_has_not(has_voted: bool) -> None:
    now, who = MOMENTS["during"], actor("verified")
    person = {"on_roll": True, "has_voted": has_voted, "now": now}
    assert bool(policy.may_cast(who, facts("open"), **person)) is not has_voted
    assert bool(policy.may_replace(who, facts("open"), **person)) is has_voted
    late = person | {"now": CLOSES}
    assert not policy.may_replace(who, facts("open"), **late)


@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_drafts_are_seen_by_election_officers_only(kind: str, state: PollState) -> None:
    assert bool(policy.may_view(actor(kind), facts(state))) == (state != "draft" or kind == "officer")


@pytest.mark.parametrize("state", PollState)
def test_results_are_seen_when_they_are_counted(state: PollState) -> None:
    assert bool(policy.may_see_result(facts(state))) == (state in ("tallied", "certified"))


@pytest.mark.parametrize("kind", ACTORS)
def test_preparing_takes_an_awake_officer_or_administrator(kind: str) -> None:
    assert bool(policy.may_prepare(actor(kind))) == (kind in ("officer", "admin"))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("act", [Act.OPEN, Act.CLOSE, Act.CERTIFY])
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_confirming_takes_an_officer_the_right_state_and_the_date(
    kind: str, state: PollState, act: Act, moment: str
) -> None:
    poll = facts(state, opened_by=())
    right = {Act.OPEN: "announced", Act.CLOSE: "closed", Act.CERTIFY: "tallied"}[act]
    in_time = act is not Act.OPEN or moment not in ("at closing", "after")
    verdict = policy.may_confirm(actor(kind), poll, act, now=MOMENTS[moment])
    assert verdict.allowed == (kind == "officer" and state == right and in_time)


@pytest.mark.parametrize(
    ("given", "who", "allowed"),
    [((), A, True), ((A,), A, False), ((A,), B, True), ((A, B), C, False), ((A, B), A, False)],
)
def test_one_person_is_never_both_confirmations(
    given: tuple[uuid.UUID, ...], who: uuid.UUID, allowed: bool
) -> None:
    poll = facts("announced", opened_by=given)
    verdict = policy.may_confirm(actor("officer", id=who), poll, Act.OPEN, now=MOMENTS["before"])
    assert verdict.allowed is allowed


@pytest.mark.parametrize(
    ("given", "state", "moment", "allowed"),
    [
        ((A,), "announced", "before", True),
        ((A,), "announced", "during", True),
        ((A, B), "announced", "before", True),
        ((A, B), "announced", "at opening", False),
        ((A, B), "open", "during", False),
        ((B,), "announced", "before", False),
    ],
)
def test_a_confirmation_is_withdrawn_by_its_giver_before_it_takes_effect(
    given: tuple[uuid.UUID, ...], state: str, moment: str, allowed: bool
) -> None:
    poll = facts(state, opened_by=given)
    verdict = policy.may_withdraw(actor("officer", id=A), poll, Act.OPEN, now=MOMENTS[moment])
    assert verdict.allowed is allowed


def can_be_cancelled(state: PollState, moment: str, opened_by: tuple[uuid.UUID, ...]) -> bool:
    """Before the box is frozen; a vote that the clock has ended is not cancelled any more, whoever sleeps."""
    is_over = moment in ("at closing", "after")
    has_opened = state == "open" or (state == "announced" and len(opened_by) == 2)
    return state in ("draft", "announced", "open") and not (has_opened and is_over)


@pytest.mark.parametrize("opened_by", [(A,), (A, B)], ids=["half", "confirmed"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_cancelling_is_proposed_by_officers_and_ends_with_the_vote(
    kind: str, state: PollState, moment: str, opened_by: tuple[uuid.UUID, ...]
) -> None:
    poll, now = facts(state, opened_by=opened_by), MOMENTS[moment]
    expected = kind == "officer" and can_be_cancelled(state, moment, opened_by)
    assert bool(policy.may_propose_cancelling(actor(kind), poll, now=now)) == expected
    assert not policy.may_confirm(actor(kind), poll, Act.CANCEL, now=now), "nobody has proposed it"
    assert not policy.may_withdraw(actor(kind), poll, Act.CANCEL, now=now)


def proposed(state: str, *by: uuid.UUID) -> PollFacts:
    """A poll whose cancelling `by` propose; its opening was confirmed."""
    poll = facts(state)
    return msgspec.structs.replace(poll, confirmed_by={**poll.confirmed_by, Act.CANCEL: by})


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_a_proposal_is_confirmed_by_another_officer_while_the_vote_can_be_cancelled(
    kind: str, state: PollState, moment: str
) -> None:
    poll, now = proposed(state, A), MOMENTS[moment]
    expected = kind == "officer" and can_be_cancelled(state, moment, (A, B))
    assert bool(policy.may_confirm(actor(kind), poll, Act.CANCEL, now=now)) == expected
    assert not policy.may_confirm(actor(kind, id=A), poll, Act.CANCEL, now=now), "never both alone"
    assert not policy.may_propose_cancelling(actor(kind), poll, now=now), "one proposal at a time"


@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_a_proposal_is_withdrawn_by_its_maker_or_another_officer_before_it_took_effect(
    kind: str, state: PollState
) -> None:
    for who in (actor(kind, id=A), actor(kind, id=C)):
        verdict = policy.may_withdraw(who, proposed(state, A), Act.CANCEL, now=MOMENTS["during"])
        assert verdict.allowed == (kind == "officer" and state in ("draft", "announced", "open"))
        assert not policy.may_withdraw(who, proposed(state, A, B), Act.CANCEL, now=MOMENTS["during"])


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
def test_a_proposal_to_cancel_changes_nothing_for_voters(state: PollState, moment: str) -> None:
    now = MOMENTS[moment]
    assert policy.takes_ballots(proposed(state, A), now) == policy.takes_ballots(facts(state), now)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
def test_the_box_waits_to_be_frozen_when_the_clock_has_ended_an_opened_vote(
    state: PollState, moment: str
) -> None:
    due = facts(state).is_due_to_close(MOMENTS[moment])
    assert due == (state in ("announced", "open") and moment in ("at closing", "after"))
    assert not facts("announced", opened_by=(A,)).is_due_to_close(MOMENTS[moment])


@pytest.mark.parametrize("kind", ACTORS)
def test_announcing_is_for_officers_and_drafts(kind: str) -> None:
    now = MOMENTS["before"]
    assert bool(policy.may_announce(actor(kind), facts("draft"), now=now)) == (kind == "officer")
    assert not policy.may_announce(actor(kind), facts("announced"), now=now)
    assert not policy.may_announce(actor("officer"), facts("draft"), now=CLOSES)
