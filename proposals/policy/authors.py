"""Whose idea it is: co-authors, and ideas that staff have entered for somebody."""

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from proposals.policy import IdeaLike, is_author
from proposals.states import OPEN_STATES, IdeaState

MAX_CO_AUTHORS = 6  # whom an author invites; those of merged ideas come besides


# ── co-authors ────────────────────────────────────────────────────────────────
def may_see_authors(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """The page on which authors are invited is for the authors."""
    return ALLOW if is_author(actor, idea) else deny(N_("Only the authors of the idea see this page."))


def may_invite(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """The author invites others until there is a verdict: what is decided is not decided on new people."""
    if actor is None or actor.id != idea.author_id:
        return deny(N_("Only the author of the idea may invite co-authors."))
    if idea.state != IdeaState.DRAFT and idea.state not in OPEN_STATES:
        return deny(N_("This idea has been decided. It takes no more co-authors."))
    return ALLOW


def may_join(actor: Actor | None, idea: IdeaLike, *, is_author: bool, has_judged: bool) -> Verdict:
    """Whether who was invited may become a co-author: once, with one account (`is_author`: from any of
    theirs), and not who has decided on the idea as an official (`has_judged`).
    """
    if actor is None:
        return deny(N_("Please sign in to continue."))
    if is_author:
        return deny(N_("This is your own idea."))
    if has_judged:
        return deny(N_("You have decided on this idea as an official. You cannot become its author."))
    if idea.state != IdeaState.DRAFT and idea.state not in OPEN_STATES:
        return deny(N_("This idea has been decided. It takes no more co-authors."))
    return ALLOW


def may_leave(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """A co-author may stop being one; the author withdraws the idea instead."""
    if is_author(actor, idea) and actor is not None and actor.id != idea.author_id:
        return ALLOW
    return deny(N_("You are not a co-author of this idea."))


# ── ideas that staff enter ────────────────────────────────────────────────────
def may_take_in(actor: Actor | None) -> Verdict:
    """Whether this person enters ideas for people who came on paper, by e-mail, by telephone or to the desk:
    the desk, and the department.
    """
    verdict = may_act_as(actor, Role.DESK)
    return verdict or may_act_as(actor, Role.REVIEWER) or verdict


def may_tell(actor: Actor | None, idea: IdeaLike) -> Verdict:
    """Whether this person writes down that an author without e-mail was told: who enters ideas, unless the
    idea is their own.
    """
    verdict = may_take_in(actor)
    return deny(N_("This is your own idea.")) if verdict and is_author(actor, idea) else verdict


def may_claim(actor: Actor | None, idea: IdeaLike, *, knew_code: bool, has_judged: bool) -> Verdict:
    """Whether this person may claim an idea with its code: not who entered it or printed its letter, and has
    seen the code (`knew_code`), nor who has decided on it as an official (`has_judged`).
    """
    if actor is None:
        return deny(N_("Please sign in to continue."))
    if idea.author_id is not None:
        return deny(N_("This idea has been claimed already."))
    if knew_code:
        return deny(N_("You have entered this idea for somebody else. You cannot claim it."))
    if has_judged:
        return deny(N_("You have decided on this idea as an official. You cannot become its author."))
    return ALLOW


def may_enter_paper(actor: Actor | None, idea: IdeaLike, *, has_judged: bool) -> Verdict:
    """Whether this person enters what the author of an unclaimed idea sends without the web: not who decides
    on the idea, or has (`has_judged`).
    """
    verdict = may_take_in(actor)
    if not verdict or actor is None:
        return verdict
    if idea.author_id is not None:
        return deny(N_("The author has claimed this idea, and acts for themselves."))
    if has_judged or actor.id == idea.reviewer_id:
        return deny(N_("You decide on this idea. A colleague enters what its author sends."))
    return ALLOW
