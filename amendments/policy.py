"""Who may do what with acts and amendments: yes, or no-because.

The secretariat prepares, announces and consolidates; councillors and initiators answer; anybody with an
account proposes, for Law 52/2003 hears every interested person and not residents alone.
"""

import uuid
from collections.abc import Collection
from datetime import date
from typing import Protocol

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from amendments.states import (
    PUBLIC_ACTS,
    UNANSWERED,
    ActState,
    AmendmentState,
    AuthorKind,
    DebateState,
    SittingState,
)
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny

MAX_WAITING = 200  # registered and unanswered, of one person on one act: each needs a reasoned answer
MAX_DRAFTS = 20  # of one person on one act; more is a machine


class ActLike(Protocol):
    """What policies ask of an act."""

    @property
    def state(self) -> str: ...
    @property
    def proposals_until(self) -> date | None: ...


class SittingLike(Protocol):
    """What policies ask of a sitting."""

    @property
    def state(self) -> str: ...
    @property
    def held_on(self) -> date: ...


class AmendmentLike(Protocol):
    """What policies ask of an amendment."""

    @property
    def author_id(self) -> uuid.UUID: ...
    @property
    def state(self) -> str: ...


# ── acts ──────────────────────────────────────────────────────────────────────
def may_prepare(actor: Actor | None) -> Verdict:
    """Whether this person may write, announce and consolidate acts."""
    return may_act_as(actor, Role.SECRETARIAT)


def may_publish_year(actor: Actor | None, year: int, *, today: date) -> Verdict:
    """Whether the yearly report may be published: by the secretariat, when the year is over."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if today.year <= year:
        return deny(N_("The year is not over yet."))
    return ALLOW


def may_change_days_off(actor: Actor | None) -> Verdict:
    """Whether this person may declare days off and take them back: the secretariat, and administrators."""
    return ALLOW if may_prepare(actor) else may_act_as(actor, Role.ADMIN)


def may_view(actor: Actor | None, act: ActLike) -> Verdict:
    """Everybody reads an act from its announcement on; before that, the secretariat."""
    if act.state in PUBLIC_ACTS or may_prepare(actor):
        return ALLOW
    return deny(N_("This draft decision has not been announced yet."))


def may_follow(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether this person may be told of an act's steps: anybody with an account, until it is decided."""
    if actor is None:
        return deny(N_("Sign in to follow this draft decision."))
    if act.state not in (ActState.DEBATE, ActState.CLOSED, ActState.COUNCIL, ActState.VOTING):
        return deny(N_("Nothing more happens to this draft decision."))
    return ALLOW


def may_edit_text(actor: Actor | None, act: ActLike) -> Verdict:
    """Only before the announcement: afterwards the text changes by amendments and corrections alone."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.DRAFT:
        return deny(N_("The draft decision was announced. Its text now changes by amendments only."))
    return ALLOW


def may_change_papers(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether papers may be put up or withdrawn: by the secretariat, until the act is decided."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state not in (ActState.DRAFT, ActState.DEBATE, ActState.CLOSED, ActState.COUNCIL):
        return deny(N_("This draft decision is before the council or decided. Its papers no longer change."))
    return ALLOW


def may_close_debate(actor: Actor | None, act: ActLike, *, today: date) -> Verdict:
    """Whether the time for proposals may be ended: after its last day, never before."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.DEBATE:
        return deny(N_("This draft decision is not in debate."))
    if act.proposals_until is not None and today <= act.proposals_until:
        return deny(N_("Proposals are received through the announced day. It cannot be ended before."))
    return ALLOW


def may_extend_proposals(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether there may be more time for proposals than was announced: until somebody has ended it."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.DEBATE:
        return deny(N_("This draft decision is not in debate."))
    return ALLOW


def may_record_step(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether a step of the procedure may be written down: from the announcement to the vote."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state not in (ActState.DEBATE, ActState.CLOSED, ActState.COUNCIL):
        return deny(N_("Steps are written down from the announcement to the vote of the council."))
    return ALLOW


def may_withdraw_act(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether the act may be taken back: while it is public and not voted."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state not in (ActState.DEBATE, ActState.CLOSED, ActState.COUNCIL, ActState.VOTING):
        return deny(N_("This draft decision can no longer be withdrawn."))
    return ALLOW


def may_consolidate(actor: Actor | None, act: ActLike) -> Verdict:
    """Whether what was accepted may become a new version: when no more proposals come."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if act.state != ActState.CLOSED:
        return deny(N_("First the time for proposals has to end."))
    return ALLOW


# ── proposing ─────────────────────────────────────────────────────────────────
def takes_amendments(act: ActLike, today: date) -> Verdict:
    """Whether amendments are received today, from anybody: through the last day."""
    if act.state == ActState.DRAFT:
        return deny(N_("This draft decision has not been announced yet."))
    if act.state != ActState.DEBATE or act.proposals_until is None or today > act.proposals_until:
        return deny(N_("The time for proposals has ended. What was proposed is being answered."))
    return ALLOW


def may_propose(actor: Actor | None, act: ActLike, *, today: date) -> Verdict:
    """Whether this person may submit an amendment today: anybody in the debate, councillors on the final text
    until its vote begins.
    """
    if act.state == ActState.COUNCIL and (verdict := may_act_as(actor, Role.COUNCILLOR)):
        return verdict
    if not (verdict := takes_amendments(act, today)):
        return verdict
    return ALLOW if actor is not None else deny(N_("Sign in to propose an amendment."))


def may_submit(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, *, waiting: int = 0, today: date
) -> Verdict:
    """Whether this amendment may be registered today: what came in time and was returned, also after the last
    day, until the answers are done. `waiting`: how many of the same person's wait for an answer on this act.
    """
    if amendment.state == AmendmentState.RETURNED and act.state in (ActState.DEBATE, ActState.CLOSED):
        return ALLOW
    if waiting >= MAX_WAITING:
        return deny(
            N_("%(limit)s amendments of yours wait for an answer here. Withdraw one, or put several in one."),
            limit=MAX_WAITING,
        )
    return may_propose(actor, act, today=today)


def may_propose_as(actor: Actor | None, kind: AuthorKind) -> Verdict:
    """Whether this person may propose in that quality: the council's and the initiator's have a role here."""
    match kind:
        case AuthorKind.COUNCILLOR:
            return may_act_as(actor, Role.COUNCILLOR)
        case AuthorKind.INITIATOR:
            return may_prepare(actor)
        case _:
            return ALLOW


def takes_comments(act: ActLike) -> Verdict:
    """Whether more may be said of what is an act's: until it is decided."""
    if act.state not in (ActState.DEBATE, ActState.CLOSED, ActState.COUNCIL, ActState.VOTING):
        return deny(N_("This draft decision is decided. What was said of it stays readable."))
    return ALLOW


def may_keep_draft(actor: Actor | None, act: ActLike, *, drafts: int, today: date) -> Verdict:
    """Whether another draft of theirs may be begun."""
    if not (verdict := may_propose(actor, act, today=today)):
        return verdict
    if drafts >= MAX_DRAFTS:
        return deny(N_("You have %(limit)s drafts already. Send or delete one first."), limit=MAX_DRAFTS)
    return ALLOW


def may_see_amendment(actor: Actor | None, amendment: AmendmentLike) -> Verdict:
    """Drafts are their author's; everything registered is public."""
    if amendment.state != AmendmentState.DRAFT or (actor is not None and actor.id == amendment.author_id):
        return ALLOW
    return deny(N_("This is somebody's draft."))


def may_change_amendment(actor: Actor | None, amendment: AmendmentLike) -> Verdict:
    """Its author changes a draft, or one that was returned; what is registered stays as it is."""
    if actor is None or actor.id != amendment.author_id:
        return deny(N_("Only its author may change an amendment."))
    if amendment.state not in (AmendmentState.DRAFT, AmendmentState.RETURNED):
        return deny(N_("The amendment is registered; it can no longer be changed. You may withdraw it."))
    return ALLOW


def may_withdraw(actor: Actor | None, act: ActLike, amendment: AmendmentLike) -> Verdict:
    """Until it is answered, by its author; a councillor's, until the vote begins."""
    if actor is None or actor.id != amendment.author_id:
        return deny(N_("Only its author may withdraw an amendment."))
    is_tabled = amendment.state == AmendmentState.TABLED and act.state == ActState.COUNCIL
    if amendment.state not in UNANSWERED and not is_tabled:
        return deny(N_("This amendment can no longer be withdrawn."))
    return ALLOW


ASKED = frozenset({"conflict", "orphaned", "absorbed"})
"""Fates of which the author of an amendment is asked."""


def may_say_fate(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, *, fate: str, today: date
) -> Verdict:
    """Whether this person may say what is to become of an amendment whose words the new text has no more."""
    if actor is None or actor.id != amendment.author_id:
        return deny(N_("Only its author may change an amendment."))
    if fate not in ASKED or amendment.state != AmendmentState.SUBMITTED:
        return deny(N_("Nothing is to be said about this amendment."))
    return takes_amendments(act, today)


def may_stand_behind(
    actor: Actor | None,
    act: ActLike,
    amendment: AmendmentLike,
    *,
    stands: bool,
    accounts: Collection[uuid.UUID] = (),
    today: date,
) -> Verdict:
    """Whether this person may support or co-sign: once, not their own, while proposals are received.
    `accounts`: every one of the same person.
    """
    if actor is None:
        return deny(N_("Sign in to stand behind this amendment."))
    if amendment.author_id in (actor.id, *accounts):
        return deny(N_("This is your own amendment."))
    if not (verdict := takes_amendments(act, today)):
        return verdict
    if amendment.state not in UNANSWERED:
        return deny(N_("This amendment can no longer be supported."))
    return deny(N_("You stand behind this amendment already.")) if stands else ALLOW


# ── answering ─────────────────────────────────────────────────────────────────
def may_moderate(actor: Actor | None, amendment: AmendmentLike) -> Verdict:
    """Whether the secretariat may return an amendment or find it inadmissible: while it waits for an answer,
    and not while it is with its author.
    """
    if not (verdict := may_prepare(actor)):
        return verdict
    if amendment.state == AmendmentState.RETURNED:
        return deny(N_("It is with its author. It is answered when it comes back or when its term ends."))
    if amendment.state != AmendmentState.SUBMITTED:
        return deny(N_("This amendment has been dealt with already."))
    return ALLOW


def may_readmit(actor: Actor | None, act: ActLike, amendment: AmendmentLike) -> Verdict:
    """Whether an amendment that was found inadmissible may be admitted after all, while answers are given."""
    if not (verdict := may_prepare(actor)):
        return verdict
    if amendment.state != AmendmentState.INADMISSIBLE:
        return deny(N_("This amendment was not found inadmissible."))
    if act.state not in (ActState.DEBATE, ActState.CLOSED):
        return deny(N_("Answers are given until the draft decision goes to the council."))
    return ALLOW


def may_see_answers(actor: Actor | None) -> Verdict:
    """Whether this person sees what waits for an answer: councillors and the secretariat."""
    return ALLOW if may_prepare(actor) else may_act_as(actor, Role.COUNCILLOR)


def may_answer(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, *, accounts: Collection[uuid.UUID] = ()
) -> Verdict:
    """Whether a councillor or initiator may answer now: any registered amendment, until the council has it.

    An answer that was given may be superseded; nobody answers their own amendment. `accounts`: every one of
    the same person.
    """
    if not (verdict := may_act_as(actor, Role.COUNCILLOR)):
        return verdict
    if act.state not in (ActState.DEBATE, ActState.CLOSED):
        return deny(N_("Answers are given until the draft decision goes to the council."))
    if actor is not None and amendment.author_id in (actor.id, *accounts):
        return deny(N_("This is your own amendment. Somebody else has to answer it."))
    if amendment.state not in (AmendmentState.SUBMITTED, AmendmentState.ANSWERED):
        return deny(N_("This amendment does not wait for an answer."))
    return ALLOW


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
