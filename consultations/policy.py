"""Who may do what with field consultations: yes, or no-because. Facts are passed in."""

from datetime import datetime
from typing import Protocol

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from consultations.states import PUBLIC_STATES, State


class ConsultationLike(Protocol):
    """What policies ask of a consultation."""

    @property
    def state(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


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
