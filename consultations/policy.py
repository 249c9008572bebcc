"""Who may do what with field consultations: yes, or no-because. Facts are passed in."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from app.kit.clock import local_date
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from consultations.rules.questions import MOST_QUESTIONS, TAKEN_DOWN_UNTIL, QuestionState
from consultations.rules.satisfaction import closes_on
from consultations.states import PUBLIC_STATES, Coming, State


class ConsultationLike(Protocol):
    """What policies ask of a consultation."""

    @property
    def state(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


DOOR_OPENS = timedelta(hours=4)  # before it begins
DOOR_CLOSES = timedelta(days=3)  # after it ends: by then every tablet was in a network again
HAS_BEGUN = N_("The consultation has begun.")


# ── the programme ─────────────────────────────────────────────────────────────
def may_organize(actor: Actor | None) -> Verdict:
    """Plan, publish, change, call off, and report on consultations."""
    return may_act_as(actor, Role.ORGANIZER)


def may_view(actor: Actor | None, consultation: ConsultationLike) -> Verdict:
    """What is only proposed is seen by organizers."""
    return ALLOW if consultation.state in PUBLIC_STATES else may_organize(actor)


def may_publish(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person may publish what is proposed."""
    verdict = may_organize(actor)
    if verdict and consultation.state != State.PROPOSED:
        return deny(N_("This consultation is published already."))
    if verdict and consultation.starts_at <= now:
        return deny(N_("This consultation would have begun already. Choose another day."))
    return verdict


def may_drop(actor: Actor | None, consultation: ConsultationLike) -> Verdict:
    """What was never published can be deleted; what was is called off, for everybody to see."""
    verdict = may_organize(actor)
    if verdict and consultation.state != State.PROPOSED:
        return deny(N_("What was published is called off, with a reason. It cannot be deleted."))
    return verdict


def may_change(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person may move it or change its words, until it begins."""
    verdict = may_organize(actor)
    if verdict and consultation.state not in (State.PROPOSED, State.PUBLISHED):
        return deny(N_("This consultation was held, was not held, or was called off."))
    if verdict and consultation.state == State.PUBLISHED and consultation.starts_at <= now:
        return deny(HAS_BEGUN)
    return verdict


def may_cancel(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person may call it off: until it begins. Afterwards it was not held."""
    verdict = may_organize(actor)
    if verdict and consultation.state != State.PUBLISHED:
        return deny(N_("Only a planned consultation can be called off."))
    if verdict and consultation.starts_at <= now:
        return deny(N_("The consultation should have begun. Report that it was not held, and why."))
    return verdict


def may_reinstate(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person may say that it takes place after all, until it would begin."""
    verdict = may_organize(actor)
    if verdict and consultation.state != State.CANCELLED:
        return deny(N_("This consultation was not called off."))
    if verdict and consultation.starts_at <= now:
        return deny(N_("This consultation would have begun already."))
    return verdict


def may_report(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person may say that it was held, or was not: from its beginning on. A report that was
    wrong is corrected the same way.
    """
    verdict = may_organize(actor)
    if verdict and consultation.state not in (State.PUBLISHED, State.HELD, State.NOT_HELD):
        return deny(N_("This consultation was called off."))
    if verdict and now < consultation.starts_at:
        return deny(N_("The consultation has not begun yet."))
    return verdict


# ── questions ─────────────────────────────────────────────────────────────────
class QuestionLike(Protocol):
    """What policies ask of a question."""

    @property
    def account_id(self) -> uuid.UUID | None: ...
    @property
    def state(self) -> str: ...


def may_ask(actor: Actor | None, consultation: ConsultationLike, *, asked: int = 0, now: datetime) -> Verdict:
    """Verified residents ask beforehand, until it begins. `asked`: how much this person has asked for it."""
    if consultation.state != State.PUBLISHED:
        return deny(N_("Questions are asked for consultations that are planned."))
    if consultation.starts_at <= now:
        return deny(N_("The consultation has begun: ask in the room. What was asked is answered here."))
    if actor is None:
        return deny(N_("Sign in to ask a question."))
    if not actor.is_verified:
        return deny(N_("Verified residents ask questions here. Your account page says what is missing."))
    if asked >= MOST_QUESTIONS:
        return deny(N_("You have asked %(most)s questions for it: that is the most."), most=MOST_QUESTIONS)
    return ALLOW


def may_support_question(
    actor: Actor | None, question: QuestionLike, accounts: Collection[uuid.UUID], *, is_hidden: bool
) -> Verdict:
    """Whether this person may support a question that is not answered yet; not their own, also not from
    another account (`accounts`: all of theirs).
    """
    if actor is None:
        return deny(N_("Sign in to support a question."))
    if not actor.is_verified:
        return deny(N_("Verified residents support questions. Your account page says what is missing."))
    if question.account_id is not None and question.account_id in accounts:
        return deny(N_("This is your own question."))
    if is_hidden or question.state not in (QuestionState.OPEN, QuestionState.DEFERRED):
        return deny(N_("This question can no longer be supported."))
    return ALLOW


def may_withdraw_question(actor: Actor | None, question: QuestionLike) -> Verdict:
    """Who asked may take it back until somebody has answered."""
    if actor is None or question.account_id != actor.id:
        return deny(N_("Only who asked a question may withdraw it."))
    if question.state != QuestionState.OPEN:
        return deny(N_("This question has been answered. It stays, with its answer."))
    return ALLOW


def may_take_down(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person writes questions down for others: organizers, the door and the desk, from the
    publication until two weeks after the end.
    """
    verdict = may_see_who_comes(actor)
    if verdict and consultation.state not in (State.PUBLISHED, State.HELD):
        return deny(N_("Questions are asked for consultations that are planned."))
    if verdict and now > consultation.ends_at + TAKEN_DOWN_UNTIL:
        return deny(N_("The consultation is over for more than two weeks."))
    return verdict


def may_arrange(actor: Actor | None, consultation: ConsultationLike) -> Verdict:
    """Whether this person groups questions and puts them in order: organizers."""
    verdict = may_organize(actor)
    if verdict and consultation.state == State.PROPOSED:
        return deny(N_("Questions are asked for consultations that are planned."))
    return verdict


def may_answer(
    actor: Actor | None, consultation: ConsultationLike, *, host_account: uuid.UUID | None
) -> Verdict:
    """Whether this person answers questions, and promises something: organizers, and the official who holds
    the consultation; also when it was called off.
    """
    if consultation.state == State.PROPOSED:
        return deny(N_("Questions are asked for consultations that are planned."))
    if actor is not None and actor.id == host_account and actor.is_official:
        return ALLOW
    return may_organize(actor)


# ── commitments ───────────────────────────────────────────────────────────────
def may_keep_commitment(actor: Actor | None, *, owns: bool) -> Verdict:
    """Whether this person says what became of a commitment: who owns it (the official, or somebody of the
    department), and organizers.
    """
    if actor is not None and owns and actor.is_official:
        return ALLOW
    return may_organize(actor)


# ── coming ────────────────────────────────────────────────────────────────────
def takes_registrations(consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether places can be reserved: until it begins; after that people just come."""
    if consultation.state == State.CANCELLED:
        return deny(N_("This consultation was called off."))
    if consultation.state != State.PUBLISHED or consultation.starts_at <= now:
        return deny(HAS_BEGUN)
    return ALLOW


def may_register(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Anybody with an account may come; nobody has to register to be let in while there are seats."""
    verdict = takes_registrations(consultation, now=now)
    if verdict and actor is None:
        return deny(N_("Sign in to reserve a place. You can also call, or just come."))
    return verdict


def may_register_others(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Operators write down who calls."""
    verdict = takes_registrations(consultation, now=now)
    return may_answer_calls(actor) if verdict else verdict


def may_answer_calls(actor: Actor | None) -> Verdict:
    """Whether this person takes registrations by telephone: the desk, and organizers."""
    desk = may_act_as(actor, Role.DESK)
    return desk if desk else may_organize(actor)


def may_see_who_comes(actor: Actor | None) -> Verdict:
    """Names and needs of who comes: organizers, the desk, and the door."""
    calls = may_answer_calls(actor)
    return calls if calls else may_act_as(actor, Role.DOOR)


# ── afterwards ────────────────────────────────────────────────────────────────
def may_write_minutes(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Write the minutes, and show photographs: organizers, from its beginning on."""
    verdict = may_organize(actor)
    if verdict and consultation.state not in (State.PUBLISHED, State.HELD):
        return deny(N_("There are minutes only of a consultation that was held."))
    if verdict and now < consultation.starts_at:
        return deny(N_("The consultation has not begun yet."))
    return verdict


def may_publish_minutes(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Publish the minutes, or a correction of them: once it was reported as held."""
    verdict = may_write_minutes(actor, consultation, now=now)
    if verdict and consultation.state != State.HELD:
        return deny(N_("First report that the consultation was held."))
    return verdict


def may_give_opinion(consultation: ConsultationLike, *, state: str, has_come: bool, now: datetime) -> Verdict:
    """Whether who has a registration in `state`, or was let in at the door, may say how it was."""
    if consultation.state != State.HELD:
        return deny(N_("You can say how it was once the consultation is reported as held."))
    if state != Coming.CONFIRMED and not has_come:
        return deny(N_("Only who had a place or was there can say how it was."))
    if closes_on(local_date(consultation.ends_at)) < local_date(now):
        return deny(N_("The term for saying how it was is over."))
    return ALLOW


# ── the door ──────────────────────────────────────────────────────────────────
def may_work_at_doors(actor: Actor | None) -> Verdict:
    """Whether this person checks people in: the door, and organizers."""
    organizer = may_organize(actor)
    return organizer if organizer else may_act_as(actor, Role.DOOR)


def may_note_arrivals(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person may note who comes now: from four hours before until three days after, when the
    last tablet has sent what it had noted. What a tablet says about the time counts for nothing.
    """
    verdict = may_work_at_doors(actor)
    if not verdict:
        return verdict
    if consultation.state not in (State.PUBLISHED, State.HELD):
        return deny(N_("This consultation does not take place, or was not held: there is no door."))
    if now < consultation.starts_at - DOOR_OPENS:
        return deny(N_("The door opens four hours before the consultation begins."))
    if now >= consultation.ends_at + DOOR_CLOSES:
        return deny(N_("The door is closed: the consultation ended more than three days ago."))
    return ALLOW


def may_decide_attendance(actor: Actor | None, consultation: ConsultationLike, *, now: datetime) -> Verdict:
    """Whether this person settles what tablets said differently; also long afterwards."""
    verdict = may_organize(actor)
    if verdict and (consultation.state not in PUBLIC_STATES or now < consultation.starts_at - DOOR_OPENS):
        return deny(N_("The door opens four hours before the consultation begins."))
    return verdict
