"""Who may do what at the council's vote and at the public debate meeting: yes, or no-because."""

from datetime import date
from typing import Protocol

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from amendments.policy.acts import ActLike, AmendmentLike, may_prepare
from amendments.states import ActState, AmendmentState, DebateState, SittingState
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny


class SittingLike(Protocol):
    """What policies ask of a sitting."""

    @property
    def state(self) -> str: ...
    @property
    def held_on(self) -> date: ...


# ── the council's vote ────────────────────────────────────────────────────────
def may_keep_roll(actor: Actor | None) -> Verdict:
    """Whether this person writes down who is in the council."""
    return may_prepare(actor)


def may_call_sitting(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether the council may be called to vote: when the final text is before it."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.COUNCIL:
        return deny(N_("The council is called once the final text is before it, and before its vote."))
    return ALLOW


def may_cancel_sitting(actor: Actor | None, act: ActLike, sitting: SittingLike) -> Verdict:
    """Whether a sitting may be cancelled or broken off: until its vote is over."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if sitting.state not in (SittingState.CALLED, SittingState.VOTING) or act.state not in (
        ActState.COUNCIL,
        ActState.VOTING,
    ):
        return deny(N_("This sitting is over."))
    return ALLOW


def may_see_take_overs(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether this person sees what may be taken over: councillors, while the text is before the council."""
    if not (verdict := may_act_as(actor, Role.COUNCILLOR)):
        return verdict
    if act.state != ActState.COUNCIL:
        return deny(N_("Amendments are taken over between the final text and the beginning of the vote."))
    return ALLOW


def may_take_over(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, *, is_in_office: bool, is_taken: bool
) -> Verdict:
    """Whether a councillor may stand for an amendment: one in office, one that was answered and is not in the
    text, before the vote begins.
    """
    if not (verdict := may_see_take_overs(actor, act)):
        return verdict
    if not is_in_office:
        return deny(N_("You are not on the roll of councillors in office."))
    if is_taken:
        return deny(N_("A councillor stands for this amendment already."))
    if amendment.state != AmendmentState.ANSWERED:
        return deny(N_("Only an amendment that was answered may be taken over."))
    return ALLOW


def may_take_back(actor: Actor | None, act: ActLike, *, stands: bool) -> Verdict:
    """Whether a councillor may stop standing for an amendment: who stands for it, before the vote begins."""
    if not (verdict := may_see_take_overs(actor, act)):
        return verdict
    return ALLOW if stands else deny(N_("You do not stand for this amendment."))


def may_table(actor: Actor | None, act: ActLike, *, is_in_office: bool) -> Verdict:
    """Whether a councillor may propose an amendment to the council: in office, before the vote begins."""
    if not (verdict := may_see_take_overs(actor, act)):
        return verdict
    return ALLOW if is_in_office else deny(N_("You are not on the roll of councillors in office."))


def may_begin_vote(actor: Actor | None, act: ActLike, sitting: SittingLike | None, *, today: date) -> Verdict:
    """Whether the vote may begin: on the day of the sitting, never before."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.COUNCIL or sitting is None or sitting.state != SittingState.CALLED:
        return deny(N_("No sitting is called for this draft decision."))
    if today < sitting.held_on:
        return deny(N_("The vote begins on the day for which the sitting is called, not before."))
    return ALLOW


def may_record_vote(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether votes may be entered: by the secretariat, while the council votes."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.VOTING:
        return deny(N_("The council is not voting on this draft decision now."))
    return ALLOW


def may_end_vote(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether the vote may be ended: by the secretariat. That nothing waits is asked apart."""
    return may_record_vote(actor, act)


# ── the public debate meeting ─────────────────────────────────────────────────
class DebateLike(Protocol):
    """What policies ask of a public debate."""

    @property
    def state(self) -> str: ...
    @property
    def register_until(self) -> date: ...


def may_request_debate(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether a meeting may be asked for: while the draft is not before the council.

    Source: Law 52/2003, art. 7 (9): an association or another authority, in writing.
    """
    if actor is None:
        return deny(N_("Please sign in to continue."))
    if act.state not in (ActState.DEBATE, ActState.CLOSED):
        return deny(N_("A public debate can be asked for until the draft decision goes to the council."))
    return ALLOW


def may_call_debate(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether the secretariat may call a meeting, asked for it or by itself."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state not in (ActState.DEBATE, ActState.CLOSED):
        return deny(N_("A public debate is held before the draft decision goes to the council."))
    return ALLOW


def may_register_to_speak(actor: Actor | None, debate: DebateLike, *, today: date) -> Verdict:
    """Whether somebody may still register: anybody with an account, through the last day."""
    if debate.state != DebateState.CALLED or today > debate.register_until:
        return deny(N_("The time to register has passed. At the meeting one may still ask for the word."))
    return ALLOW if actor is not None else deny(N_("Sign in to register to speak."))


def may_hold_debate(actor: Actor | None, debate: DebateLike | None = None) -> Verdict:
    """Whether somebody may keep the order of speakers; and of this meeting: until its minutes are public."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if debate is not None and debate.state not in (DebateState.CALLED, DebateState.ENDED):
        return deny(N_("The minutes of this meeting are public. They can only be corrected."))
    return ALLOW


def may_record_recommendation(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether what was said may be registered as an amendment: while amendments are still answered."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state not in (ActState.DEBATE, ActState.CLOSED):
        return deny(N_("Amendments are registered until the draft decision goes to the council."))
    return ALLOW
