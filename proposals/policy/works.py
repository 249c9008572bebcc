"""Who enters works, answers for them, and says whether they were built as promised."""

from accounts.policy import Actor
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from proposals.policy import may_review, may_run_departments
from proposals.states import Outcome


def may_keep_works(
    actor: Actor | None, *, outcome: str | None, is_imported: bool, answers: bool = True
) -> Verdict:
    """Whether this person enters milestones, spending and photos of a project that the vote has funded here:
    who is of the department that `answers` for its works.
    """
    verdict = may_review(actor)
    if verdict and (outcome != Outcome.FUNDED or is_imported):
        return deny(N_("Works are followed only for projects that a vote here has funded."))
    if verdict and not answers:
        return deny(N_("Another department answers for these works. It can hand them over to yours."))
    return verdict


def may_hand_over(actor: Actor | None, *, answers: bool) -> Verdict:
    """Whether this person gives the works to another department or colleague: who is of the department that
    `answers` for them; an administrator, also where nobody is left there.
    """
    keeps = may_review(actor)
    return ALLOW if keeps and answers else may_run_departments(actor)


def may_say_built(actor: Actor | None, *, is_received: bool) -> Verdict:
    """Whether this person says if a project was built as promised: a verified resident, after the reception,
    and not who works for the department that is asked.
    """
    if not is_received:
        return deny(N_("This can be said once the works have been received."))
    if actor is None:
        return deny(N_("Please sign in to say whether it was built as promised."))
    if Role.REVIEWER in actor.roles:
        return deny(N_("You work for the department whose works are judged here."))
    if not actor.is_verified:
        return deny(N_("To say this, your residence has to be verified first."))
    return ALLOW


def may_reply_built(actor: Actor | None, *, is_hidden: bool, answers: bool = True) -> Verdict:
    """Whether this person answers an opinion: who is of the department that `answers` for the works."""
    verdict = may_review(actor)
    if verdict and not answers:
        return deny(N_("Another department answers for these works. It can hand them over to yours."))
    if verdict and is_hidden:
        return deny(N_("A moderator has hidden this answer."))
    return verdict
