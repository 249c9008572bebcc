"""Who may do what with ideas: actor × state, with the reason."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest

from accounts.policy import Actor
from accounts.states import Role
from proposals import policy
from proposals.policy.works import may_keep_works, may_reply_built, may_say_built
from proposals.states import IdeaState

S = IdeaState
AUTHOR, OTHER = uuid.uuid4(), uuid.uuid4()


class Idea(msgspec.Struct, frozen=True):
    state: str
    author_id: uuid.UUID | None = AUTHOR
    reviewer_id: uuid.UUID | None = None
    others: frozenset[uuid.UUID] = frozenset()

    @property
    def author_ids(self) -> frozenset[uuid.UUID]:
        return self.others | ({self.author_id} if self.author_id else set())


def actor(
    who: uuid.UUID = OTHER,
    *,
    verified: bool = False,
    roles: tuple[Role, ...] = (),
    official: bool | None = None,
) -> Actor:
    return Actor(
        id=who,
        name="X",
        email="x@x",
        is_verified=verified,
        roles=frozenset(roles),
        is_official=bool(roles) if official is None else official,
    )


author = actor(AUTHOR, verified=True)
unverified_author = actor(AUTHOR)
neighbour = actor(verified=True)
unverified = actor()
reviewer = actor(roles=(Role.REVIEWER,))
asleep = actor(roles=(Role.REVIEWER,), official=False)  # signed in without the second factor
desk = actor(roles=(Role.DESK, Role.ELECTION, Role.ADMIN))
insider = actor(AUTHOR, verified=True, roles=(Role.REVIEWER,))


@pytest.mark.parametrize("state", list(S))
def test_drafts_are_seen_by_their_author_alone(state: IdeaState) -> None:
    idea = Idea(state)
    for who in (None, neighbour, reviewer, desk):
        assert bool(policy.may_view(who, idea)) is (state is not S.DRAFT)
    assert policy.may_view(author, idea)


@pytest.mark.parametrize(
    ("who", "state", "is_open", "words"),
    [
        (author, S.DRAFT, True, ""),
        (author, S.DRAFT, False, "stage"),
        (unverified_author, S.DRAFT, True, "residence"),
        (author, S.SUBMITTED, True, "has been sent"),
        (neighbour, S.DRAFT, True, "Only its author"),
        (reviewer, S.DRAFT, True, "Only its author"),
        (None, S.DRAFT, True, "Only its author"),
    ],
)
def test_sending_needs_author_residence_and_an_open_stage(
    who: Actor | None, state: IdeaState, is_open: bool, words: str
) -> None:
    verdict = policy.may_submit(who, Idea(state), submission_open=is_open)
    assert bool(verdict) is (words == "")
    assert words in verdict.reason


@pytest.mark.parametrize("state", list(S))
def test_support_while_an_idea_lives(state: IdeaState) -> None:
    alive = state in (S.SUBMITTED, S.IN_REVIEW, S.WAITING, S.ACCEPTED)
    idea = Idea(state)
    assert bool(policy.may_support(neighbour, idea, supports=False)) is alive
    assert not policy.may_support(neighbour, idea, supports=True)
    for who in (None, unverified, author):
        assert not policy.may_support(who, idea, supports=False)


@pytest.mark.parametrize("state", list(S))
def test_author_withdraws_until_there_is_a_verdict(state: IdeaState) -> None:
    allowed = state in (S.SUBMITTED, S.IN_REVIEW, S.WAITING)
    assert bool(policy.may_withdraw(author, Idea(state))) is allowed
    assert not policy.may_withdraw(reviewer, Idea(state))


DEEDS = {
    "assign": (policy.may_assign, {S.SUBMITTED, S.IN_REVIEW, S.WAITING}),
    "ask": (partial(policy.may_ask, is_prepared=False), {S.IN_REVIEW}),
    "resume": (policy.may_resume, {S.WAITING}),
    "judge": (partial(policy.may_judge, is_prepared=False), {S.IN_REVIEW}),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("state", list(S))
def test_department_works_on_ideas_of_others_in_the_right_state(deed: str, state: IdeaState) -> None:
    may, states = DEEDS[deed]
    assert bool(may(reviewer, Idea(state))) is (state in states)
    for who in (None, author, neighbour, desk, asleep):
        assert not may(who, Idea(state))
    assert "your own idea" in may(insider, Idea(state)).reason


@pytest.mark.parametrize("state", list(S))
def test_verdicts_are_corrected_until_the_vote(state: IdeaState) -> None:
    decided = state in (S.REJECTED, S.MERGED, S.ACCEPTED, S.FORWARDED)
    may = partial(policy.may_correct, is_prepared=False)
    assert bool(may(reviewer, Idea(state), at_vote=False)) is decided
    assert not may(reviewer, Idea(state), at_vote=True)
    assert not may(insider, Idea(state), at_vote=False)


@pytest.mark.parametrize("state", list(S))
def test_nobody_works_past_a_prepared_verdict(state: IdeaState) -> None:
    for may in (policy.may_ask, policy.may_judge, partial(policy.may_correct, at_vote=False)):
        assert not may(reviewer, Idea(state), is_prepared=True)


class Prepared(msgspec.Struct, frozen=True):
    needs_second: bool = True
    by_id: uuid.UUID = OTHER
    second_id: uuid.UUID | None = None


def test_a_prepared_verdict_is_confirmed_by_a_colleague_who_is_not_the_author() -> None:
    idea, colleague = Idea(S.IN_REVIEW), actor(uuid.uuid4(), roles=(Role.REVIEWER,))
    assert policy.may_confirm(colleague, idea, Prepared())
    assert "You have prepared" in policy.may_confirm(reviewer, idea, Prepared()).reason
    assert not policy.may_confirm(colleague, idea, Prepared(needs_second=False))
    assert not policy.may_confirm(colleague, idea, Prepared(second_id=uuid.uuid4()))
    for who in (None, author, neighbour, desk, asleep, insider):
        assert not policy.may_confirm(who, idea, Prepared())
        assert not policy.may_see_inside(who, idea, has_conflict=False)


def test_what_takes_two_reviewers_and_what_waits_for_its_moment() -> None:
    assert not policy.needs_second(None, limit_bani=0)
    assert not policy.needs_second(500, limit_bani=500)
    assert policy.needs_second(501, limit_bani=500)
    noon = datetime(2027, 3, 1, tzinfo=UTC)
    assert not policy.is_held(None, now=noon)
    assert not policy.is_held(noon, now=noon)  # the moment itself is the publication
    assert policy.is_held(noon + timedelta(seconds=1), now=noon)
    assert policy.may_release(reviewer, publish_at=noon + timedelta(days=1), now=noon)
    assert not policy.may_release(reviewer, publish_at=noon, now=noon)
    assert not policy.may_release(desk, publish_at=noon + timedelta(days=1), now=noon)


@pytest.mark.parametrize("state", list(S))
def test_only_the_author_answers_and_only_when_asked(state: IdeaState) -> None:
    assert bool(policy.may_answer(author, Idea(state))) is (state is S.WAITING)
    assert not policy.may_answer(reviewer, Idea(state))


def test_election_officer_freezes_the_list_once_and_before_the_vote() -> None:
    officer = actor(roles=(Role.ELECTION,))
    assert policy.may_put_to_vote(officer, is_frozen=False, voting_began=False)
    assert not policy.may_put_to_vote(officer, is_frozen=True, voting_began=False)
    assert not policy.may_put_to_vote(officer, is_frozen=False, voting_began=True)
    for who in (None, neighbour, reviewer, actor(roles=(Role.ADMIN,))):
        assert not policy.may_put_to_vote(who, is_frozen=False, voting_began=False)


def test_rules_of_the_review_belong_to_administrators_until_the_vote() -> None:
    admin, noon = actor(roles=(Role.ADMIN,)), datetime(2027, 3, 1, tzinfo=UTC)
    free = {"is_frozen": False, "publish_at": None, "now": noon}
    assert policy.may_change_rules(admin, **free)
    assert not policy.may_change_rules(admin, **{**free, "is_frozen": True})
    assert not policy.may_change_rules(admin, **{**free, "publish_at": noon})
    assert policy.may_change_rules(admin, **{**free, "publish_at": noon + timedelta(minutes=1)})
    for who in (None, neighbour, reviewer):
        assert not policy.may_change_rules(who, **free)


def test_catalogue_belongs_to_heads_of_departments_and_administrators() -> None:
    assert policy.may_edit_reasons(actor(roles=(Role.ADMIN,)), is_head=False)
    assert policy.may_edit_reasons(reviewer, is_head=True)
    assert not policy.may_edit_reasons(reviewer, is_head=False)
    assert not policy.may_edit_reasons(neighbour, is_head=True)  # who is no reviewer any more
    assert not policy.may_edit_reasons(None, is_head=True)


def test_support_ends_when_the_vote_begins() -> None:
    idea = Idea(S.ACCEPTED)
    assert policy.may_support(neighbour, idea, supports=False)
    assert "has begun" in policy.may_support(neighbour, idea, supports=False, voting_began=True).reason


def test_drafts_are_limited() -> None:
    assert policy.may_draft(unverified, drafts=policy.MAX_DRAFTS - 1)
    assert not policy.may_draft(unverified, drafts=policy.MAX_DRAFTS)
    assert not policy.may_draft(None, drafts=0)


# ── works ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", [None, neighbour, unverified, asleep, desk])
def test_works_are_entered_by_the_department_alone(who: Actor | None) -> None:
    assert may_keep_works(reviewer, outcome="funded", is_imported=False)
    assert not may_keep_works(who, outcome="funded", is_imported=False)
    assert not may_reply_built(who, is_hidden=False)


@pytest.mark.parametrize(("outcome", "imported"), [(None, False), ("not_funded", False), ("funded", True)])
def test_only_works_of_what_was_funded_here(outcome: str | None, imported: bool) -> None:
    assert not may_keep_works(reviewer, outcome=outcome, is_imported=imported)


def test_built_is_said_by_verified_residents_who_do_not_answer_it() -> None:
    assert may_say_built(neighbour, is_received=True)
    assert not may_say_built(neighbour, is_received=False)
    for who in (None, unverified, insider, asleep):
        assert not may_say_built(who, is_received=True)


def test_hidden_words_are_not_answered() -> None:
    assert may_reply_built(reviewer, is_hidden=False)
    assert not may_reply_built(reviewer, is_hidden=True)
