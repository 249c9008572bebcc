"""Who may follow what."""

from accounts.policy import Actor
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from notices.states import MAX_FOLLOWS


def may_follow(actor: Actor | None, *, follows: int = 0) -> Verdict:
    """Whoever is signed in may follow what they may see. `follows`: how much they follow already."""
    if actor is None:
        return deny(N_("Sign in to follow this."))
    if follows >= MAX_FOLLOWS:
        return deny(N_("You follow %(most)s things already: that is the most."), most=MAX_FOLLOWS)
    return ALLOW
