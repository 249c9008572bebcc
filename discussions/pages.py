"""What the pages of comments get: many, one with its replies, the moderators' queue, the public log."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from accounts.policy import ROLE_NAMES, Actor
from accounts.states import Role
from app.kit.i18n import N_
from app.kit.paging import Paging
from app.kit.policy import Verdict
from discussions.models import Comment, CommentAppeal, CommentDecision, CommentReport
from discussions.policy import (
    may_act_here,
    may_appeal,
    may_decide_appeal,
    may_edit,
    may_moderate,
    may_reply,
    may_report,
    may_see_moderation,
    may_support,
    may_withdraw,
)
from discussions.queries import Picture, Subject
from discussions.states import CommentState, Decision, Ground, Sort

GROUNDS: dict[Ground, str] = {
    Ground.INSULT: N_("It insults or attacks somebody"),
    Ground.HATE: N_("It spreads hatred against a group of people"),
    Ground.PERSONAL_DATA: N_("It tells private things of somebody"),
    Ground.ILLEGAL: N_("It breaks the law otherwise"),
    Ground.ADVERTISING: N_("It is advertising"),
    Ground.FLOODING: N_("It repeats what was said again and again"),
    Ground.OFF_TOPIC: N_("It has nothing to do with the subject"),
}
DECISIONS: dict[Decision, str] = {
    Decision.HIDDEN: N_("Hidden by a moderator"),
    Decision.KEPT: N_("Reported, and left as it is"),
    Decision.RESTORED: N_("Shown again after an appeal"),
    Decision.UPHELD: N_("Left hidden after an appeal"),
}
TONES: dict[Decision, str] = {
    Decision.HIDDEN: "danger",
    Decision.KEPT: "neutral",
    Decision.RESTORED: "success",
    Decision.UPHELD: "danger",
}
SORTS: dict[Sort, str] = {
    Sort.NEWEST: N_("newest"),
    Sort.OLDEST: N_("oldest"),
    Sort.SUPPORTED: N_("most supported"),
}


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """A comment. What cannot be read has no body; `ground` and `reason` say why it is hidden."""

    id: str
    href: str
    author: str
    role: str
    body: str
    state: str
    created_at: datetime
    is_edited: bool
    ground: str
    reason: str
    support_count: int
    supports: bool
    may_support: bool
    may_reply: bool
    may_report: bool
    is_mine: bool
    replies: list["CommentView"]
    more_replies: int


class Looking(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks at comments: all accounts of theirs, what they support, and by what comments are hidden."""

    actor: Actor | None
    accounts: Collection[uuid.UUID]
    supported: Collection[uuid.UUID]
    hidings: Mapping[uuid.UUID, CommentDecision]


def view_comment(
    comment: Comment, subject: Subject | None, looking: Looking, replies: Sequence[Comment] = ()
) -> CommentView:
    """A comment with some of its replies, as this person may see it; without a subject it takes none."""
    actor, hiding = looking.actor, looking.hidings.get(comment.id)
    is_hidden = comment.state == CommentState.HIDDEN
    acts = bool(may_act_here(only_moderated=subject is not None and subject.only_moderated))
    return CommentView(
        id=str(comment.id),
        href=f"/comments/{comment.id}",
        author=comment.author_name,
        role=ROLE_NAMES[Role(comment.role)] if comment.role else "",
        body=comment.body if comment.state == CommentState.VISIBLE else "",
        state=comment.state,
        created_at=comment.created_at,
        is_edited=comment.edited_at is not None,
        ground=GROUNDS[Ground(hiding.ground)] if hiding and hiding.ground and is_hidden else "",
        reason=hiding.reason if hiding and is_hidden else "",
        support_count=comment.support_count,
        supports=comment.id in looking.supported,
        may_support=acts and bool(may_support(actor, comment, looking.accounts)),
        may_reply=comment.parent_id is None
        and subject is not None
        and bool(may_reply(comment, subject.takes_comments)),
        may_report=bool(may_report(actor, comment)),
        is_mine=acts and actor is not None and comment.author_id in looking.accounts,
        replies=[view_comment(one, None, looking) for one in replies],
        more_replies=max(0, comment.reply_count - len(replies)) if comment.parent_id is None else 0,
    )


class DiscussionPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is said on a subject: a page of it, and the form. `typed`: what was refused."""

    subject: Subject
    comments: list[CommentView]
    total: int
    paging: Paging
    sort: str
    sorts: list[tuple[str, str]]
    may_comment: Verdict
    is_moderator: bool
    typed: str = ""
    wants_mail: bool = False
    errors: dict[str, str] = {}


class NewestPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest comments on whatever belongs to a subject: each with where it stands."""

    ref: str
    title: str
    path: str
    parents: tuple[tuple[str, str], ...]
    comments: list[tuple[CommentView, str, str]]
    paging: Paging


class CommentPage(msgspec.Struct, frozen=True, kw_only=True):
    """One comment with its replies and all that may be done with it. `typed`: a form that was refused;
    `body`: its words for who may see them though they are hidden.
    """

    subject: Subject
    comment: CommentView
    parent: CommentView | None
    body: str
    picture: Picture | None
    replies: list[CommentView]
    paging: Paging
    decisions: list["DecisionView"]
    reports: list[tuple[str, str, datetime]]
    appeal: str
    may_comment: Verdict
    may_edit: bool
    may_withdraw: bool
    may_report: Verdict
    may_moderate: Verdict
    may_appeal: bool
    may_decide: Verdict
    is_moderator: bool
    grounds: list[tuple[str, str]]
    do: str = ""
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as everybody may read it."""

    title: str
    tone: str
    ground: str
    reason: str
    report_count: int
    at: datetime


def view_decision(decision: CommentDecision) -> DecisionView:
    """Without names: neither of who wrote nor of who decided."""
    kind = Decision(decision.decision)
    return DecisionView(
        title=DECISIONS[kind],
        tone=TONES[kind],
        ground=GROUNDS[Ground(decision.ground)] if decision.ground else "",
        reason=decision.reason,
        report_count=decision.report_count,
        at=decision.at,
    )


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What else is known of one comment."""

    decisions: Sequence[CommentDecision]
    reports: Sequence[CommentReport]
    appeal: CommentAppeal | None


def build_comment(
    comment: Comment,
    subject: Subject,
    looking: Looking,
    facts: Facts,
    *,
    parent: Comment | None,
    replies: Sequence[Comment],
    paging: Paging,
    may_comment: Verdict,
    do: str,
    typed: dict[str, str],
    errors: dict[str, str],
    now: datetime,
) -> CommentPage:
    """The page of one comment."""
    actor = looking.actor
    is_moderator = bool(may_see_moderation(actor))
    hiding = looking.hidings.get(comment.id)
    waits = facts.appeal is not None and facts.appeal.decided_at is None
    is_mine = actor is not None and comment.author_id == actor.id
    acts = bool(may_act_here(only_moderated=subject.only_moderated))
    return CommentPage(
        subject=subject,
        comment=view_comment(comment, subject, looking),
        parent=view_comment(parent, None, looking) if parent else None,
        body=comment.body if is_moderator or is_mine else "",
        picture=subject.pictures.get(comment.id),
        replies=[view_comment(one, None, looking) for one in replies],
        paging=paging,
        decisions=[view_decision(one) for one in facts.decisions],
        reports=[(GROUNDS[Ground(one.ground)], one.text, one.at) for one in facts.reports]
        if is_moderator
        else [],
        appeal=facts.appeal.text if facts.appeal and (is_moderator or is_mine) else "",
        may_comment=may_comment,
        may_edit=acts and bool(may_edit(actor, comment, now=now)),
        may_withdraw=acts and bool(may_withdraw(actor, comment)),
        may_report=may_report(actor, comment),
        may_moderate=may_moderate(actor, comment, looking.accounts),
        may_appeal=bool(may_appeal(actor, comment)) and facts.appeal is None,
        may_decide=may_decide_appeal(actor, comment, hidden_by=hiding.by_id, accounts=looking.accounts)
        if hiding and waits
        else Verdict(False),
        is_moderator=is_moderator,
        grounds=[(one.value, title) for one, title in GROUNDS.items()],
        do=do,
        typed=typed,
        errors=errors,
    )


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for moderators: (comment, how many reports), and appeals with who may decide on them."""

    reported: list[tuple[CommentView, int]]
    reported_count: int  # shown or not
    appealed: list[tuple[CommentView, str, Verdict]]


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every decision, the newest first: (decision, address of the comment)."""

    entries: list[tuple[DecisionView, str]]
    paging: Paging
