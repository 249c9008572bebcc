"""Who answers amendments, who prepares the answers, and who finds that one is none: yes, or no-because."""

import uuid
from collections.abc import Collection

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from amendments.policy.acts import ActLike, AmendmentLike, may_prepare
from amendments.states import ActState, AmendmentState
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny


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


ANSWERING = (Role.COUNCILLOR, Role.INITIATOR)


def may_see_answers(actor: Actor | None) -> Verdict:
    """Whether this person sees what waits for an answer: who answers, who prepares answers, and the
    secretariat.
    """
    if may_prepare(actor) or _may_decide(actor):
        return ALLOW
    return may_act_as(actor, Role.DEPARTMENT)


def may_answer(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, *, accounts: Collection[uuid.UUID] = ()
) -> Verdict:
    """Whether a councillor or initiator may answer now: any registered amendment, until the council has it.

    An answer that was given may be superseded; nobody answers their own amendment. `accounts`: every one of
    the same person.
    """
    return _may_decide(actor) and _takes_answers(actor, act, amendment, accounts)


def may_prepare_answer(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, *, accounts: Collection[uuid.UUID] = ()
) -> Verdict:
    """Whether the department may prepare an answer, which is nobody's and binds nobody until it is given."""
    return may_act_as(actor, Role.DEPARTMENT) and _takes_answers(actor, act, amendment, accounts)


def may_see_prepared(
    actor: Actor | None, amendment: AmendmentLike, *, accounts: Collection[uuid.UUID] = ()
) -> Verdict:
    """Whether this person reads a prepared answer before it is given: who answers and who prepares, but never
    the amendment's own author.
    """
    if not (verdict := _may_decide(actor) or may_act_as(actor, Role.DEPARTMENT)):
        return verdict
    return _not_own(actor, amendment, accounts)


def _may_decide(actor: Actor | None) -> Verdict:
    """Whether this person answers amendments at all."""
    verdicts = [may_act_as(actor, role) for role in ANSWERING]
    return next((one for one in verdicts if one), verdicts[0])


def _takes_answers(
    actor: Actor | None, act: ActLike, amendment: AmendmentLike, accounts: Collection[uuid.UUID]
) -> Verdict:
    if act.state not in (ActState.DEBATE, ActState.CLOSED):
        return deny(N_("Answers are given until the draft decision goes to the council."))
    if not (verdict := _not_own(actor, amendment, accounts)):
        return verdict
    if amendment.state not in (AmendmentState.SUBMITTED, AmendmentState.ANSWERED):
        return deny(N_("This amendment does not wait for an answer."))
    return ALLOW


def _not_own(actor: Actor | None, amendment: AmendmentLike, accounts: Collection[uuid.UUID]) -> Verdict:
    if actor is not None and amendment.author_id in (actor.id, *accounts):
        return deny(N_("This is your own amendment. Somebody else has to answer it."))
    return ALLOW
