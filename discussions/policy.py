"""Who may say, support, report and hide what: yes, or no-because."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from accounts.policy import Actor, may_act_as
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.policy import ALLOW, Verdict, deny
from discussions.states import EDIT_TIME, MAX_DAILY, MAX_HOURLY, CommentState


class CommentLike(Protocol):
    """What policies ask of a comment."""

    @property
    def author_id(self) -> uuid.UUID: ...
    @property
    def state(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def may_comment(
    actor: Actor | None, takes_comments: Verdict, *, last_hour: int = 0, last_day: int = 0
) -> Verdict:
    """Whether this person may write now. `takes_comments`: what the owner of the subject says of it."""
    if not takes_comments:
        return takes_comments
    if actor is None:
        return deny(N_("Sign in to comment."))
    if last_hour >= MAX_HOURLY or last_day >= MAX_DAILY:
        return deny(
            N_(
                "You have written %(hour)s comments in an hour or %(day)s in a day: that is the most. "
                "Wait a little."
            ),
            hour=MAX_HOURLY,
            day=MAX_DAILY,
        )
    return ALLOW


def may_reply(comment: CommentLike, takes_comments: Verdict) -> Verdict:
    """Whether a comment may be replied to: what is gone or hidden is not talked to."""
    if comment.state != CommentState.VISIBLE:
        return deny(N_("This comment can no longer be answered."))
    return takes_comments


def may_act_here(*, only_moderated: bool) -> Verdict:
    """Whether what is said is supported, changed and withdrawn here, and not where it belongs."""
    if only_moderated:
        return deny(N_("This is changed where it was said."))
    return ALLOW


def _is_own(actor: Actor | None, comment: CommentLike, accounts: Collection[uuid.UUID] = ()) -> bool:
    return actor is not None and comment.author_id in (actor.id, *accounts)


def may_edit(actor: Actor | None, comment: CommentLike, *, now: datetime) -> Verdict:
    """For a quarter of an hour, by its author; what was read longer stays as it was read."""
    if not _is_own(actor, comment):
        return deny(N_("Only its author may change a comment."))
    if comment.state != CommentState.VISIBLE:
        return deny(N_("This comment can no longer be changed."))
    if now >= comment.created_at + EDIT_TIME:
        return deny(N_("A comment can be changed for 15 minutes. You may still withdraw it."))
    return ALLOW


def may_withdraw(actor: Actor | None, comment: CommentLike) -> Verdict:
    """At any time, by its author."""
    if not _is_own(actor, comment):
        return deny(N_("Only its author may withdraw a comment."))
    if comment.state != CommentState.VISIBLE:
        return deny(N_("This comment can no longer be withdrawn."))
    return ALLOW


def may_support(actor: Actor | None, comment: CommentLike, accounts: Collection[uuid.UUID] = ()) -> Verdict:
    """Whether this person may support a comment that can be read: not their own, also of another account."""
    if actor is None:
        return deny(N_("Sign in to support a comment."))
    if _is_own(actor, comment, accounts):
        return deny(N_("This is your own comment."))
    if comment.state != CommentState.VISIBLE:
        return deny(N_("This comment can no longer be supported."))
    return ALLOW


def may_report(actor: Actor | None, comment: CommentLike) -> Verdict:
    """Whether this person may tell a moderator of a comment."""
    if actor is None:
        return deny(N_("Sign in to report a comment."))
    if _is_own(actor, comment):
        return deny(N_("This is your own comment."))
    if comment.state != CommentState.VISIBLE:
        return deny(N_("This comment cannot be read any more."))
    return ALLOW


# ── moderation ────────────────────────────────────────────────────────────────
def may_see_moderation(actor: Actor | None) -> Verdict:
    """Moderators, and the secretariat where a town has none."""
    return ALLOW if may_act_as(actor, Role.SECRETARIAT) else may_act_as(actor, Role.MODERATOR)


def may_moderate(actor: Actor | None, comment: CommentLike, accounts: Collection[uuid.UUID] = ()) -> Verdict:
    """Whether this moderator may decide on a comment: never on their own, also of another account."""
    if not (verdict := may_see_moderation(actor)):
        return verdict
    if _is_own(actor, comment, accounts):
        return deny(N_("This is your own comment. A colleague has to decide."))
    if comment.state != CommentState.VISIBLE:
        return deny(N_("This comment cannot be read any more."))
    return ALLOW


def may_appeal(actor: Actor | None, comment: CommentLike) -> Verdict:
    """Whether this person may ask another moderator to look again at what was hidden: its author."""
    if not _is_own(actor, comment):
        return deny(N_("Only its author may appeal."))
    if comment.state != CommentState.HIDDEN:
        return deny(N_("This comment is not hidden."))
    return ALLOW


def may_decide_appeal(
    actor: Actor | None, comment: CommentLike, *, hidden_by: uuid.UUID, accounts: Collection[uuid.UUID] = ()
) -> Verdict:
    """Whether this moderator may decide an appeal: neither who hid it nor who wrote it."""
    if not (verdict := may_see_moderation(actor)):
        return verdict
    if actor is not None and hidden_by in (actor.id, *accounts):
        return deny(N_("You have hidden it yourself. A colleague decides on the appeal."))
    if _is_own(actor, comment, accounts):
        return deny(N_("This is your own comment. A colleague has to decide."))
    return ALLOW
