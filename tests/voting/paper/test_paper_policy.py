"""Who may do what with papers, when: actor × state × place, with the reason."""

import uuid
from datetime import timedelta

import pytest

from accounts.policy import Actor
from accounts.states import Role
from app.kit.policy import Verdict
from tests.voting.test_policy import CLOSES, MOMENTS, WITHIN, A, B, C, facts
from voting import policy
from voting.policy import PlaceFacts, PollFacts
from voting.states import UNDO_PAPER, Act, PaperPhase, PollState

D = uuid.UUID(int=4)
ACTORS = ("nobody", "resident", "clerk", "sleeping clerk", "officer", "admin")
READ = PlaceFacts(has_protocol=True, adds_up=True, readers=(A, B), finished=(A, B), is_read=True)


def actor(kind: str, *, id: uuid.UUID = C) -> Actor | None:
    if kind == "nobody":
        return None
    role = {
        "clerk": Role.CLERK,
        "sleeping clerk": Role.CLERK,
        "officer": Role.ELECTION,
        "admin": Role.ADMIN,
    }.get(kind)
    roles = frozenset() if role is None else frozenset({role})
    return Actor(
        id=id,
        name=kind,
        email="",
        roles=roles,
        is_official=bool(roles) and kind != "sleeping clerk",
        is_verified=True,
    )


def closed(**more: object) -> PollFacts:
    return facts("closed", paper=PaperPhase.PLANNED, **more)


def check(verdict: Verdict, wanted: bool) -> None:
    assert verdict.allowed == wanted, verdict
    assert verdict.allowed or verdict.reason


@pytest.mark.parametrize("given", [(), (A,)])
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_officers_name_places_before_anybody_has_confirmed_the_opening(
    kind: str, state: PollState, given: tuple[uuid.UUID, ...]
) -> None:
    verdict = policy.may_set_places(actor(kind), facts(state, opened_by=given))
    check(verdict, kind == "officer" and state in ("draft", "announced") and not given)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_clerks_give_papers_out_while_the_vote_is_open_and_their_place_too(
    kind: str, state: PollState, moment: str
) -> None:
    now = MOMENTS[moment]
    for is_closed in (False, True):
        for known in ({}, {"has_voted": True}, {"has_paper": True, "has_voted": True}, {"on_roll": False}):
            verdict = policy.may_give_paper(
                actor(kind),
                facts(state),
                PlaceFacts(is_closed=is_closed),
                is_own=False,
                now=now,
                **{"on_roll": True, "has_voted": False, "has_paper": False, **known},
            )
            is_open = state in ("announced", "open") and moment in WITHIN and not is_closed
            check(verdict, kind == "clerk" and is_open and not known)


def test_nobody_gives_a_paper_to_themselves() -> None:
    verdict = policy.may_give_paper(
        actor("clerk"),
        facts("open"),
        PlaceFacts(),
        is_own=True,
        on_roll=True,
        has_voted=False,
        has_paper=False,
        now=MOMENTS["during"],
    )
    check(verdict, False)


def test_a_paper_stands_for_every_ballot_here() -> None:
    for may, has_voted in ((policy.may_cast, False), (policy.may_replace, True)):
        for has_paper in (False, True):
            verdict = may(
                actor("resident"),
                facts("open"),
                on_roll=True,
                has_voted=has_voted,
                has_paper=has_paper,
                now=MOMENTS["during"],
            )
            check(verdict, not has_paper)


@pytest.mark.parametrize("minutes", [0, 9, 10, 60])
@pytest.mark.parametrize("kind", ACTORS)
def test_a_slip_is_undone_within_minutes(kind: str, minutes: int) -> None:
    given_at = MOMENTS["during"]
    now = given_at + timedelta(minutes=minutes)
    for is_closed in (False, True):
        place = PlaceFacts(is_closed=is_closed)
        for is_own in (False, True):
            verdict = policy.may_undo_paper(
                actor(kind), facts("open"), place, is_own=is_own, given_at=given_at, now=now
            )
            in_time = now < given_at + UNDO_PAPER
            check(verdict, kind == "clerk" and in_time and not is_closed and not is_own)
    ending = CLOSES - timedelta(minutes=1)
    verdict = policy.may_undo_paper(
        actor("clerk"), facts("open"), PlaceFacts(), is_own=False, given_at=ending, now=CLOSES
    )
    check(verdict, False)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_an_officer_opens_a_place_again_while_the_vote_is_open(
    kind: str, state: PollState, moment: str
) -> None:
    for is_closed in (False, True):
        place = PlaceFacts(is_closed=is_closed)
        verdict = policy.may_reopen_place(actor(kind), facts(state), place, now=MOMENTS[moment])
        is_open = state in ("announced", "open") and moment in WITHIN
        check(verdict, kind == "officer" and is_open and is_closed)


@pytest.mark.parametrize("confirmed", [(), (A,), (A, B)])
@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("kind", ACTORS)
def test_boxes_are_opened_after_the_end_and_until_the_protocol_is_confirmed(
    kind: str, state: PollState, confirmed: tuple[uuid.UUID, ...]
) -> None:
    poll = PollFacts(
        state=state,
        opens_at=MOMENTS["at opening"],
        closes_at=CLOSES,
        confirmed_by={Act.OPEN: (A, B), Act.CLOSE: confirmed},
        paper=PaperPhase.PLANNED,
    )
    who, when = actor(kind), state is PollState.CLOSED and not confirmed
    works = kind in ("clerk", "officer")
    check(policy.may_write_protocol(who, poll, PlaceFacts()), kind == "officer" and when)
    check(policy.may_release_reading(who, poll, READ), kind == "officer" and when)
    check(policy.may_read_sheets(who, poll, PlaceFacts(has_protocol=True)), kind == "clerk" and when)
    check(policy.may_decide_sheet(who, poll, READ), kind == "clerk" and when)
    check(policy.may_sign_place(who, poll, READ), works and when)
    signed = PlaceFacts(has_protocol=True, signed_by=(C,))
    check(policy.may_withdraw_signature(who, poll, signed), works and when)
    check(policy.may_withdraw_signature(who, poll, READ), False)


@pytest.mark.parametrize(
    ("place", "reads", "decides", "signs"),
    [
        (PlaceFacts(), False, False, False),
        (PlaceFacts(has_protocol=True), True, False, False),
        (PlaceFacts(has_protocol=True, readers=(A,)), True, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, B)), False, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, C)), True, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, C), finished=(A,)), True, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, C), finished=(C,)), False, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, C), finished=(A, C)), False, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, B), finished=(A, B)), False, True, False),
        (READ, False, True, True),
        (PlaceFacts(has_protocol=True, readers=(A, B), finished=(A, B), is_read=True), False, True, False),
        (PlaceFacts(has_protocol=True, readers=(A,), released=(C,)), False, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, B), finished=(A, B), released=(C,)), False, False, False),
        (PlaceFacts(has_protocol=True, readers=(A,), witnesses=(C,)), False, False, False),
        (PlaceFacts(has_protocol=True, readers=(A, B), finished=(A, B), witnesses=(C,)), False, True, False),
    ],
)
def test_two_enter_blind_a_third_decides_and_only_what_agrees_is_signed(
    place: PlaceFacts, reads: bool, decides: bool, signs: bool
) -> None:
    clerk = actor("clerk")
    check(policy.may_read_sheets(clerk, closed(), place), reads)
    check(policy.may_decide_sheet(clerk, closed(), place), decides)
    check(policy.may_sign_place(clerk, closed(), place), signs)


@pytest.mark.parametrize(("signed_by", "signs"), [((), True), ((A,), True), ((C,), False), ((A, B), False)])
def test_two_different_people_sign(signed_by: tuple[uuid.UUID, ...], signs: bool) -> None:
    place = PlaceFacts(has_protocol=True, adds_up=True, is_read=True, signed_by=signed_by)
    check(policy.may_sign_place(actor("clerk"), closed(), place), signs)
    check(policy.may_write_protocol(actor("officer"), closed(), place), not signed_by)


@pytest.mark.parametrize("paper", [None, *PaperPhase])
def test_the_closing_protocol_waits_for_the_papers(paper: PaperPhase | None) -> None:
    verdict = policy.may_confirm(actor("officer"), facts("closed", paper=paper), Act.CLOSE, now=CLOSES)
    check(verdict, paper is not PaperPhase.PLANNED)
