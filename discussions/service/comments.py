"""Writing comments, changing and withdrawing one's own, supporting others'.

Whoever changes a comment holds its thread's lock, so that counts are right and a second click finds the
first.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from accounts.states import Role
from app.kit.db import insert_once
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import public_name
from discussions import queries
from discussions.errors import CommentNotFound, StillHidden
from discussions.models import Comment, CommentSupport, Thread
from discussions.policy import may_comment, may_edit, may_reply, may_support, may_withdraw
from discussions.queries import Subject
from discussions.states import CommentState
from notices.service import Announcement, announce
from notices.states import Kind
from search.service import forget

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPEAKING = (
    Role.COUNCILLOR,
    Role.SECRETARIAT,
    Role.REVIEWER,
    Role.ORGANIZER,
    Role.MODERATOR,
    Role.DESK,
    Role.ELECTION,
    Role.CLERK,
    Role.DOOR,
    Role.ADMIN,
)
"""Of several roles the first is shown."""


async def write_comment(
    session: AsyncSession,
    actor: Actor,
    subject: Subject,
    body: str,
    *,
    parent_id: uuid.UUID | None = None,
    wants_mail: bool = False,
    now: datetime,
) -> Comment:
    """Say something on a subject, or reply to a comment; the same words a second time are the first.
    `wants_mail`: its author asks to be told when somebody else replies, once.

    Locks: the thread. Raises: Forbidden, also at too many; FormErrors when empty; CommentNotFound. Announces
    the first reply to the author of the comment.
    """
    body = body.strip()
    if not body:
        raise FormErrors({"body": Invalid(N_("Write your comment."))})
    thread = await _thread(session, subject)
    same = await queries.find_same(session, actor.id, subject.ref, parent_id, body, since=now - HOUR)
    if same is not None:
        return same
    await _check_may_comment(session, actor, subject, now=now)
    parent = await _parent(session, subject, parent_id) if parent_id else None
    role = _role_of(actor)
    comment = Comment(
        subject=subject.ref,
        scope=subject.scope,
        parent_id=parent_id,
        author_id=actor.id,
        author_name=actor.name[:120] if role else public_name(actor.name),
        role=role,
        body=body,
        created_at=now,
        wants_mail=wants_mail and parent is None,
    )
    session.add(comment)
    thread.comment_count += 1
    if parent is not None:
        parent.reply_count += 1
        await _tell_of_reply(session, subject, parent, comment)
    await session.flush()
    return comment


async def put_words(
    session: AsyncSession,
    actor: Actor,
    subject: Subject,
    body: str,
    *,
    before: uuid.UUID | None,
    said_by: str = "",
    now: datetime,
) -> Comment:
    """Keep words that belong to something else (`Subject.only_moderated`) where they are reported and judged.
    `before`: what stood there; it is changed, unless it is hidden: then it stays so, beside the new words.
    `said_by`: who is named in public, when the actor wrote it down for somebody.

    Locks: the thread. Raises: StillHidden. Who may say it, its owner has asked.
    """
    thread = await _thread(session, subject)
    stands = await queries.get_comment(session, before) if before else None
    if stands is not None and stands.state == CommentState.HIDDEN and stands.body == body:
        raise StillHidden()
    if stands is not None and stands.state == CommentState.VISIBLE:
        if stands.body != body:
            stands.body, stands.edited_at = body, now
        return stands
    comment = Comment(
        subject=subject.ref,
        scope=subject.scope,
        author_id=actor.id,
        author_name=said_by or public_name(actor.name),
        role="",
        body=body,
        created_at=now,
    )
    session.add(comment)
    thread.comment_count += 1
    await session.flush()
    return comment


async def _tell_of_reply(session: AsyncSession, subject: Subject, parent: Comment, reply: Comment) -> None:
    """The first reply of somebody else, to who asked for it: once, so that a quarrel fills no mailbox."""
    if not parent.wants_mail or reply.author_id in await list_same_person(session, parent.author_id):
        return
    parent.wants_mail = False
    told = Announcement(
        topic=f"comment:{parent.id}",
        title=subject.title,
        path=f"/comments/{parent.id}",
        words=N_("%(name)s replied to a comment of yours; of further replies to it we do not write."),
        facts={"name": reply.author_name},
        kind=Kind.REPLIES,
        named=[parent.author_id],
    )
    announce(session, told, now=reply.created_at)


async def _thread(session: AsyncSession, subject: Subject) -> Thread:
    """The thread of a subject under lock, begun if nobody has said anything."""
    await insert_once(session, Thread, subject=subject.ref, scope=subject.scope, comment_count=0)
    found = await queries.get_thread(session, subject.ref, lock=True)
    if found is None:
        raise CommentNotFound()
    return found


async def _check_may_comment(session: AsyncSession, actor: Actor, subject: Subject, *, now: datetime) -> None:
    """Raises: Forbidden."""
    accounts = await list_same_person(session, actor.id)
    last_hour = await queries.count_written(session, accounts, since=now - HOUR)
    last_day = await queries.count_written(session, accounts, since=now - DAY)
    require(may_comment(actor, subject.takes_comments, last_hour=last_hour, last_day=last_day))


async def _parent(session: AsyncSession, subject: Subject, parent_id: uuid.UUID) -> Comment:
    """The comment that is replied to, which is no reply itself. Raises: CommentNotFound, Forbidden."""
    parent = await queries.get_comment(session, parent_id)
    if parent.subject != subject.ref or parent.parent_id is not None:
        raise CommentNotFound()
    require(may_reply(parent, subject.takes_comments))
    return parent


def _role_of(actor: Actor) -> str:
    return next((role.value for role in SPEAKING if actor.has(role)), "")


async def edit_comment(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, body: str, *, now: datetime
) -> Comment:
    """Word one's comment otherwise, soon after it was written. Who supported other words does so no longer.

    Locks: the thread. Raises: Forbidden, FormErrors when empty.
    """
    comment, _ = await lock_comment(session, comment_id)
    require(may_edit(actor, comment, now=now))
    body = body.strip()
    if not body:
        raise FormErrors({"body": Invalid(N_("Write your comment."))})
    if body != comment.body:
        comment.body, comment.edited_at, comment.support_count = body, now, 0
        await session.execute(delete(CommentSupport).where(CommentSupport.comment_id == comment.id))
        await session.flush()
    return comment


async def withdraw_comment(session: AsyncSession, actor: Actor, comment_id: uuid.UUID) -> Comment:
    """Take one's comment back: its words are deleted, its place stays.

    Locks: the thread. Raises: Forbidden.
    """
    comment, thread = await lock_comment(session, comment_id)
    require(may_withdraw(actor, comment))
    comment.move_to(CommentState.WITHDRAWN)
    comment.body = ""
    thread.comment_count -= 1
    await session.flush()
    await forget(session, "comment", str(comment.id))
    return comment


async def support_comment(
    session: AsyncSession, actor: Actor, comment_id: uuid.UUID, *, wanted: bool, now: datetime
) -> Comment:
    """Support a comment, or no longer; a person counts once, from whichever account, however often.

    Locks: the thread. Raises: Forbidden.
    """
    comment, _ = await lock_comment(session, comment_id)
    accounts = await list_same_person(session, actor.id)
    stands = bool(await queries.supported_by(session, accounts, [comment.id]))
    if wanted and not stands:
        require(may_support(actor, comment, accounts))
        session.add(CommentSupport(comment_id=comment.id, account_id=actor.id, at=now))
        comment.support_count += 1
    elif stands and not wanted:
        own = (CommentSupport.comment_id == comment.id, CommentSupport.account_id.in_(accounts))
        gone = await session.execute(delete(CommentSupport).where(*own).returning(CommentSupport.account_id))
        comment.support_count -= len(gone.all())  # two, of accounts that turned out to be one person's
    await session.flush()
    return comment


async def lock_comment(session: AsyncSession, comment_id: uuid.UUID) -> tuple[Comment, Thread]:
    """A comment with its thread, under the thread's lock. Raises: CommentNotFound."""
    unlocked = await queries.get_comment(session, comment_id)
    thread = await queries.get_thread(session, unlocked.subject, lock=True)
    if thread is None:
        raise CommentNotFound()
    return await queries.get_comment(session, comment_id), thread
