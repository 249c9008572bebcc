"""Who may do what with acts, and who proposes: yes, or no-because.

The secretariat prepares, announces and consolidates; anybody with an account proposes, for Law 52/2003 hears
every interested person and not residents alone.
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
