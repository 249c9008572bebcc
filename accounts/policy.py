"""Who may do what with accounts: pure answers, yes or no-because."""

import uuid
from datetime import datetime

import msgspec

from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny

ROLE_NAMES = {
    Role.REVIEWER: N_("idea review"),
    Role.DESK: N_("residence desk"),
    Role.ELECTION: N_("election officer"),
    Role.CLERK: N_("polling place"),
    Role.SECRETARIAT: N_("council secretariat"),
    Role.COUNCILLOR: N_("councillor"),
    Role.INITIATOR: N_("initiator of draft decisions"),
    Role.DEPARTMENT: N_("specialised department"),
    Role.ORGANIZER: N_("organizer of consultations"),
    Role.DOOR: N_("door of consultations"),
    Role.MODERATOR: N_("moderator"),
    Role.ADMIN: N_("administrator"),
}


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts. Made by `queries.load_actor` for a request, by hand in tests and commands."""

    id: uuid.UUID
    name: str
    email: str
    locale: str = "ro"
    roles: frozenset[Role] = frozenset()
    is_verified: bool = False
    is_official: bool = False  # has a role AND passed the second factor in this session
    session_id: uuid.UUID | None = None
    session_seen_at: datetime | None = None

    def has(self, role: Role) -> bool:
        """Whether this person may act in `role` now: a role without the second factor is asleep."""
        return self.is_official and role in self.roles


def may_act_as(actor: Actor | None, role: Role) -> Verdict:
    """Whether `actor` may act in `role`; the reason tells a missing role from a missing second factor."""
    if actor is None:
        return deny(N_("Please sign in to continue."))
    if role not in actor.roles:
        return deny(N_("This needs a role that your account does not have."))
    if not actor.is_official:
        return deny(N_("Sign in with your second factor to act as an official."))
    return ALLOW


def may_verify(actor: Actor, account_id: uuid.UUID) -> Verdict:
    """Whether an officer may verify this person's residence: nobody vouches for themselves."""
    verdict = may_act_as(actor, Role.DESK)
    if verdict and actor.id == account_id:
        return deny(N_("You cannot verify your own residence. Ask a colleague."))
    return verdict


def may_open_account(actor: Actor) -> Verdict:
    """Whether an official may look somebody's account up: the desk, and administrators for disputes."""
    desk = may_act_as(actor, Role.DESK)
    return desk if desk else may_act_as(actor, Role.ADMIN)


def may_withdraw(actor: Actor, account_id: uuid.UUID) -> Verdict:
    """Whether an officer or administrator may withdraw this person's verification."""
    if actor.id == account_id:
        return deny(N_("You cannot withdraw your own verification. Ask a colleague."))
    return may_open_account(actor)


def may_change_roles(actor: Actor) -> Verdict:
    """Whether `actor` may give and take roles."""
    return may_act_as(actor, Role.ADMIN)


def may_take_role(actor: Actor, *, role: Role, holders: int) -> Verdict:
    """Whether a role may be taken away: the last administrator stays, or nobody could give roles again."""
    verdict = may_change_roles(actor)
    if verdict and role is Role.ADMIN and holders <= 1:
        return deny(N_("This is the last administrator. Give the role to somebody else first."))
    return verdict


def may_close(actor: Actor) -> Verdict:
    """Whether this person may close their own account: officials hand their roles back first."""
    if actor.roles:
        return deny(
            N_("An official's account cannot be closed. Ask an administrator to take your roles first.")
        )
    return ALLOW


def may_turn_off_second_factor(actor: Actor) -> Verdict:
    """Officials always sign in with a second factor; residents choose."""
    if actor.roles:
        return deny(N_("Officials always sign in with a second factor. You can replace it, not turn it off."))
    return ALLOW
