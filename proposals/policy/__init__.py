"""Who may do what with ideas, their review and projects: yes, or no-because.

Facts are passed in: whether the submission stage is open, whether somebody supports an idea already.
"""

import uuid
from datetime import date, datetime
from typing import Protocol

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from proposals.states import (
    OPEN_STATES,
    PUBLIC_STATES,
    SUPPORTABLE_STATES,
    VERDICT_STATES,
    IdeaState,
)

MAX_PHOTOS = 5
MAX_ATTACHMENTS = 5
MAX_WORKS_PHOTOS = 60  # of one project
MAX_DRAFTS = 10  # of one person at a time; more is a machine


class IdeaLike(Protocol):
    """What policies ask of an idea."""

    @property
    def author_id(self) -> uuid.UUID | None: ...
    @property
    def author_ids(self) -> frozenset[uuid.UUID]: ...
    @property
    def state(self) -> str: ...
    @property
    def reviewer_id(self) -> uuid.UUID | None: ...


class PreparedLike(Protocol):
    """What policies ask of a prepared verdict."""

    @property
    def needs_second(self) -> bool: ...
    @property
    def by_id(self) -> uuid.UUID: ...
    @property
    def second_id(self) -> uuid.UUID | None: ...


class AdviceLike(Protocol):
    """What policies ask of a question to another department."""

    @property
    def asked_by_id(self) -> uuid.UUID: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


def is_author(actor: Actor | None, idea: IdeaLike) -> bool:
    """Whether this is their own idea: as its author or a co-author."""
    return actor is not None and actor.id in idea.author_ids


# ── residents ─────────────────────────────────────────────────────────────────
def may_view(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """Drafts are seen by their authors alone; everything else is public."""
    if idea.state in PUBLIC_STATES or is_author(actor, idea):
        return ALLOW
    return deny(N_("This is somebody's draft."))


def may_draft(actor: Actor | None, *, drafts: int) -> Verdict:
    """Anyone with an account may draft; sending needs more (may_submit)."""
    if actor is None:
        return deny(N_("Please sign in to write an idea."))
    if drafts >= MAX_DRAFTS:
        return deny(N_("You have %(limit)s drafts already. Send or delete one first."), limit=MAX_DRAFTS)
    return ALLOW


def may_edit(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """Only its authors change an idea, and only until it is sent: supporters support that very text."""
    if not is_author(actor, idea):
        return deny(N_("Only its author may change an idea."))
    if idea.state != IdeaState.DRAFT:
        return deny(N_("The idea has been sent; its text can no longer be changed."))
    return ALLOW


def may_own(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """Whether a draft is this person's to send or to throw away: its author's, not a co-author's."""
    verdict = may_edit(actor, idea)
    if verdict and actor is not None and actor.id != idea.author_id:
        return deny(N_("Only who began this draft may send or delete it."))
    return verdict


def may_submit(actor: Actor | None, idea: IdeaLike, *, submission_open: bool) -> Verdict:
    """Whether the author may send the draft now: residence verified, submission open by its dates."""
    verdict = may_own(actor, idea)
    if not verdict:
        return verdict
    if not submission_open:
        return deny(
            N_("Ideas cannot be sent now: the stage in which they can is not open. Your draft stays.")
        )
    if actor is None or not actor.is_verified:
        return deny(N_("To send the idea, your residence has to be verified first. Your draft stays."))
    return ALLOW


def may_withdraw(actor: Actor | None, idea: IdeaLike, *, stands_in: bool = False) -> Verdict:
    """The author may withdraw until there is a verdict. `stands_in`: staff enter what the author sent."""
    if not stands_in and (actor is None or actor.id != idea.author_id):
        return deny(N_("Only its author may withdraw an idea."))
    if idea.state not in OPEN_STATES:
        return deny(N_("This idea can no longer be withdrawn."))
    return ALLOW


def may_support(
    actor: Actor | None,
    idea: IdeaLike,
    *,
    supports: bool,
    used: int = 0,
    most: int = 0,
    voting_began: bool = False,
) -> Verdict:
    """Verified residents support an idea once, until its cycle votes; nobody supports their own. `used`: how
    many of the cycle's ideas they support already, of `most` (0: no limit).
    """
    if voting_began:
        return deny(N_("Support has ended: the vote of this cycle has begun."))
    if actor is None:
        return deny(N_("Sign in to support this idea."))
    if idea.state not in SUPPORTABLE_STATES:
        return deny(N_("This idea can no longer be supported."))
    if is_author(actor, idea):
        return deny(N_("This is your own idea."))
    if not actor.is_verified:
        return deny(N_("Your residence has to be verified before you can support ideas."))
    if supports:
        return deny(N_("You already support this idea."))
    if most and used >= most:
        return deny(
            N_(
                "You support %(most)s ideas of this cycle: that is the most. Take your support of one back "
                "first."
            ),
            most=most,
        )
    return ALLOW


def takes_comments(idea: IdeaLike) -> Verdict:
    """Whether more may be said of an idea: also of one that was rejected, with the reasons before all."""
    if idea.state == IdeaState.MERGED:
        return deny(N_("This idea was merged. Comment on the one into which it was merged."))
    if idea.state == IdeaState.WITHDRAWN:
        return deny(N_("This idea was withdrawn."))
    return ALLOW


def may_answer(actor: Actor | None, idea: IdeaLike, *, stands_in: bool = False) -> Verdict:
    """An author answers the question that the department asked. `stands_in`: staff enter their answer."""
    if not stands_in and not is_author(actor, idea):
        return deny(N_("Only the author of the idea may answer."))
    if idea.state != IdeaState.WAITING:
        return deny(N_("There is no open question about this idea."))
    return ALLOW


def may_contest(
    actor: Actor | None,
    idea: IdeaLike,
    *,
    until: date | None,
    today: date,
    is_final: bool,
    at_vote: bool,
    stands_in: bool = False,
) -> Verdict:
    """Whether the author may contest the verdict that holds: once, within its term (`until`; none: it has
    none), not when it `is_final`, being contested already or the answer to a contestation, and not once the
    project has been put to the vote. `stands_in`: staff enter a contestation that came by the day `today`.
    """
    if not stands_in and (actor is None or actor.id != idea.author_id):
        return deny(N_("Only the author of the idea may contest the decision."))
    if idea.state not in VERDICT_STATES:
        return deny(N_("There is no decision to contest."))
    if is_final:
        return deny(N_("This decision was contested already. A decision can be contested once."))
    if until is None or today > until:
        return deny(N_("The term for contesting this decision has passed."))
    if at_vote:
        return deny(N_("The project has been put to the vote. Its decision can no longer be changed."))
    return ALLOW


# ── the department ────────────────────────────────────────────────────────────
def may_review(actor: Actor | None) -> Verdict:
    """Whether this person sees the department's queue and files."""
    return may_act_as(actor, Role.REVIEWER)


def _may_handle(actor: Actor | None, idea: IdeaLike) -> Verdict:
    verdict = may_review(actor)
    if verdict and is_author(actor, idea):
        return deny(N_("This is your own idea. A colleague has to review it."))
    return verdict


def may_touch(*, has_conflict: bool) -> Verdict:
    """Whether an official may work on a file: not who has an interest in it, declared or as an author."""
    if has_conflict:
        return deny(N_("You have an interest in this idea: you are off this file."))
    return ALLOW


def may_declare(actor: Actor | None, idea: IdeaLike, *, has_conflict: bool) -> Verdict:
    """Whether this person may declare an interest in an idea: an official, once; an author is off anyway."""
    verdict = _may_handle(actor, idea)
    return may_touch(has_conflict=has_conflict) if verdict else verdict


def may_run_departments(actor: Actor | None) -> Verdict:
    """Departments and their members are the administrators' to name."""
    return may_act_as(actor, Role.ADMIN)


def may_assign(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """Whether this person may take the idea, or give it to a colleague."""
    verdict = _may_handle(actor, idea)
    if verdict and idea.state not in OPEN_STATES:
        return deny(N_("This idea is no longer under review."))
    return verdict


NOBODY: frozenset[uuid.UUID] = frozenset()
IS_PREPARED = N_("A decision on this idea is prepared. Send it back first.")


def may_ask(actor: Actor | None, idea: IdeaLike, *, is_prepared: bool) -> Verdict:
    """Whether this person may ask the author: once somebody has taken the idea, one question at a time, and
    not while a decision `is_prepared`.
    """
    verdict = _may_handle(actor, idea)
    if verdict and is_prepared:
        return deny(IS_PREPARED)
    if verdict and idea.state == IdeaState.WAITING:
        return deny(N_("The author has been asked already and has not answered yet."))
    if verdict and idea.state != IdeaState.IN_REVIEW:
        return deny(N_("Take the idea first."))
    return verdict


def may_resume(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """Whether this person may let the clock run again without an answer."""
    verdict = _may_handle(actor, idea)
    if verdict and idea.state != IdeaState.WAITING:
        return deny(N_("The clock is running already."))
    return verdict


def may_judge(actor: Actor | None, idea: IdeaLike, *, is_prepared: bool) -> Verdict:
    """Whether this person may decide on the idea now, for the first time."""
    verdict = _may_handle(actor, idea)
    if not verdict:
        return verdict
    if is_prepared:
        return deny(IS_PREPARED)
    if idea.state == IdeaState.SUBMITTED:
        return deny(N_("Take the idea first."))
    if idea.state == IdeaState.WAITING:
        return deny(N_("The author has been asked. Wait for the answer, or let the clock run again."))
    if idea.state != IdeaState.IN_REVIEW:
        return deny(N_("This idea has been decided already."))
    return ALLOW


def may_correct(
    actor: Actor | None,
    idea: IdeaLike,
    *,
    at_vote: bool,
    is_prepared: bool,
    barred: frozenset[uuid.UUID] = NOBODY,
) -> Verdict:
    """Whether a verdict may be superseded by another: not once its project has been put to the vote.
    `barred`: whose verdict is contested; they do not decide on it again.
    """
    verdict = _may_handle(actor, idea)
    if not verdict:
        return verdict
    if actor is not None and actor.id in barred:
        return deny(N_("This is your decision, and it is contested. A colleague decides on that."))
    if idea.state not in VERDICT_STATES:
        return deny(N_("There is no decision to correct yet."))
    if is_prepared:
        return deny(IS_PREPARED)
    if at_vote:
        return deny(N_("The project has been put to the vote. Its decision can no longer be changed."))
    return ALLOW


def needs_second(total_bani: int | None, *, limit_bani: int) -> bool:
    """Whether an acceptance that costs `total_bani` takes a second reviewer."""
    return total_bani is not None and total_bani > limit_bani


def is_held(publish_at: datetime | None, *, now: datetime) -> bool:
    """Whether the cycle's verdicts wait for the moment at which all are published together."""
    return publish_at is not None and now < publish_at


def may_see_inside(actor: Actor | None, idea: IdeaLike, *, has_conflict: bool) -> Verdict:
    """Whether this person may read what is not public of a file: notes, what is prepared, what other
    departments are asked. The department may; never the author, nor who has an interest.
    """
    verdict = _may_handle(actor, idea)
    return may_touch(has_conflict=has_conflict) if verdict else verdict


def may_confirm(
    actor: Actor | None, idea: IdeaLike, prepared: PreparedLike, *, barred: frozenset[uuid.UUID] = NOBODY
) -> Verdict:
    """Whether this person is the second pair of eyes of a prepared verdict: neither who prepared it, nor
    whose verdict is contested (`barred`).
    """
    verdict = _may_handle(actor, idea)
    if verdict and actor is not None and actor.id in barred:
        return deny(N_("This is your decision, and it is contested. A colleague decides on that."))
    if verdict and (not prepared.needs_second or prepared.second_id is not None):
        return deny(N_("This decision does not wait for a second reviewer."))
    if verdict and actor is not None and actor.id == prepared.by_id:
        return deny(N_("You have prepared this decision. A colleague has to confirm it."))
    return verdict


def may_uphold(
    actor: Actor | None, idea: IdeaLike, *, barred: frozenset[uuid.UUID], is_prepared: bool
) -> Verdict:
    """Whether this person may decide that a contested verdict stands: not whose verdict it is (`barred`)."""
    return may_correct(actor, idea, at_vote=False, is_prepared=is_prepared, barred=barred)


def may_release(actor: Actor | None, *, publish_at: datetime | None, now: datetime) -> Verdict:
    """Whether this person may publish all prepared verdicts of a cycle before their moment."""
    verdict = may_review(actor)
    if verdict and not is_held(publish_at, now=now):
        return deny(N_("The decisions of this cycle do not wait for a moment."))
    return verdict


# ── advice of other departments ───────────────────────────────────────────────
def _is_undecided(idea: IdeaLike, *, is_contested: bool) -> bool:
    return is_contested or idea.state in OPEN_STATES


def may_ask_advice(actor: Actor | None, idea: IdeaLike, *, is_contested: bool, is_prepared: bool) -> Verdict:
    """Whether this person may ask other departments about an idea: while it, or a contestation of what was
    decided, waits for a decision, and none `is_prepared`.
    """
    verdict = _may_handle(actor, idea)
    if not verdict:
        return verdict
    if not _is_undecided(idea, is_contested=is_contested):
        return deny(N_("This idea has been decided already."))
    if is_prepared:
        return deny(IS_PREPARED)
    if idea.state == IdeaState.SUBMITTED:
        return deny(N_("Take the idea first."))
    return ALLOW


def may_advise(
    actor: Actor | None, idea: IdeaLike, advice: AdviceLike, *, is_member: bool, is_contested: bool
) -> Verdict:
    """Whether this person may answer for the department that was asked, once more if it has: one who works
    there, and not who asked.
    """
    verdict = _may_handle(actor, idea)
    if not verdict:
        return verdict
    if not is_member:
        return deny(N_("The department that was asked answers."))
    if actor is not None and actor.id == advice.asked_by_id:
        return deny(N_("You have asked this. A colleague has to answer."))
    if advice.ended_at is not None:
        return deny(N_("No answer is awaited any more."))
    if not _is_undecided(idea, is_contested=is_contested):
        return deny(N_("This idea has been decided already."))
    return ALLOW


def may_withdraw_advice(actor: Actor | None, idea: IdeaLike, advice: AdviceLike) -> Verdict:
    """Whether this person may take a question to a department back: who asked, or who reviews the idea now,
    as long as there is no answer.
    """
    verdict = _may_handle(actor, idea)
    if not verdict:
        return verdict
    if actor is not None and actor.id not in (advice.asked_by_id, idea.reviewer_id):
        return deny(N_("Only who asked, or who reviews the idea, may take the question back."))
    if advice.answered_at is not None:
        return deny(N_("The department has answered already."))
    if advice.ended_at is not None:
        return deny(N_("No answer is awaited any more."))
    return ALLOW


def may_edit_reasons(actor: Actor | None, *, is_head: bool) -> Verdict:
    """The catalogue of reasons belongs to the heads of departments, and to the administrators. `is_head`: of
    any department; the catalogue is one.
    """
    by_office = may_act_as(actor, Role.ADMIN)
    if by_office or not may_act_as(actor, Role.REVIEWER):
        return by_office
    return ALLOW if is_head else deny(N_("Only the head of a department changes the catalogue of reasons."))


def may_change_rules(
    actor: Actor | None, *, is_frozen: bool, publish_at: datetime | None, now: datetime
) -> Verdict:
    """Whether this person may change the rules of a cycle's review: not a reviewer, whom they bind, and not
    once its projects have been put to the vote. `publish_at`: the moment of publication that is wanted.
    """
    verdict = may_act_as(actor, Role.ADMIN)
    if verdict and is_frozen:
        return deny(N_("The list of projects of this cycle is frozen: it has been put to the vote."))
    if verdict and publish_at is not None and publish_at <= now:
        return deny(N_("The moment of publication has to be still to come."))
    return verdict


def may_put_to_vote(actor: Actor | None, *, is_frozen: bool, voting_began: bool) -> Verdict:
    """Whether this person may freeze the list of projects of a cycle into its poll."""
    verdict = may_act_as(actor, Role.ELECTION)
    if not verdict:
        return verdict
    if is_frozen:
        return deny(N_("The list of projects of this cycle is frozen: it has been put to the vote."))
    if voting_began:
        return deny(N_("The voting stage has begun. Change its dates first, in public."))
    return ALLOW


def needs_debate(cost_bani: int, *, limit_bani: int) -> bool:
    """Whether a project is debated in public before the vote, by the cycle's rules; 0: none has to be."""
    return limit_bani > 0 and cost_bani > limit_bani


def may_enter_debate(actor: Actor | None, *, is_due: bool, is_frozen: bool) -> Verdict:
    """Whether this person enters when and where a project is debated, and what came of it. `is_due`: the
    rules ask for it; `is_frozen`: the vote has been announced, for which it was held.
    """
    verdict = may_review(actor)
    if verdict and not is_due:
        return deny(N_("By the rules of this cycle this project needs no public debate."))
    if verdict and is_frozen:
        return deny(N_("The list of projects of this cycle is frozen: it has been put to the vote."))
    return verdict
