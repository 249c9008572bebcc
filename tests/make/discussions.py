"""Subjects and comments for tests: plain functions with keyword defaults."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit.policy import ALLOW, Verdict
from discussions import service
from discussions.models import Comment
from discussions.queries import Subject
from tests.make.accounts import NOON, actor_of, make_account

MINUTE = timedelta(minutes=1)
REASON = "Numește o persoană fără nicio legătură cu proiectul."


def make_subject(
    ref: str = "amendment:1", *, scope: str = "act:1", takes_comments: Verdict = ALLOW
) -> Subject:
    """What is commented on."""
    return Subject(
        ref=ref,
        scope=scope,
        title="AM-1",
        path="/acts/1/amendments/1",
        parents=(("PH-1", "/acts/1"),),
        takes_comments=takes_comments,
    )


async def make_moderator(session: AsyncSession, *, name: str = "Maria Moderatoru") -> Actor:
    """A moderator, signed in with the second factor."""
    account = await make_account(session, name=name, roles=[Role.MODERATOR])
    return actor_of(account, roles=[Role.MODERATOR])


async def say(
    session: AsyncSession,
    actor: Actor,
    body: str = "Mi se pare bine.",
    *,
    to: Comment | None = None,
    subject: Subject | None = None,
    now: datetime = NOON,
) -> Comment:
    """A comment, or a reply to one."""
    found = subject or make_subject()
    return await service.write_comment(session, actor, found, body, parent_id=to.id if to else None, now=now)
