"""Co-authors: invited by e-mail, or the authors of an idea that was merged into another."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from app.kit import crypto
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.mail import send_mail
from app.kit.policy import require
from app.kit.text import public_name
from proposals import queries
from proposals.errors import InvitationNotFound
from proposals.models import CoAuthor, Idea, Invitation
from proposals.policy.authors import MAX_CO_AUTHORS, may_invite, may_join, may_leave
from proposals.service.departments import step_off
from proposals.service.submit import drop_support
from proposals.service.timeline import mail_author, tell
from proposals.states import EventKind, IdeaState

INVITATION_LIFE = timedelta(days=30)


async def invite(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, email: str, now: datetime
) -> Invitation:
    """Ask somebody by e-mail to be a co-author. Nobody learns from the answer who has an account.

    Locks: the idea. Queues: a message to them. Raises: Forbidden; FormErrors.
    """
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_invite(actor, idea))
    address, waiting = email.lower(), await queries.list_invitations(session, idea_id)
    if address == actor.email.lower():
        raise FormErrors({"email": Invalid(N_("This is your own address."))})
    if any(one.email == address for one in waiting):
        raise FormErrors({"email": Invalid(N_("An invitation to this address waits for an answer already."))})
    if len(waiting) + len(idea.co_author_ids) >= MAX_CO_AUTHORS:
        full = Invalid(
            N_("An idea can have at most %(most)s co-authors, invitations included."), most=MAX_CO_AUTHORS
        )
        raise FormErrors({"email": full})
    invitation = send_invitation(
        session, idea, address, author=public_name(actor.name), locale=actor.locale, now=now
    )
    await session.flush()
    return invitation


def send_invitation(
    session: AsyncSession, idea: Idea, address: str, *, author: str, locale: str, now: datetime
) -> Invitation:
    """Ask the holder of an address to be a co-author; whether they may be asked was asked before."""
    token = crypto.new_token()
    invitation = Invitation(
        id=new_id(),
        idea_id=idea.id,
        email=address,
        token_digest=crypto.digest(token),
        at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(invitation)
    send_mail(
        session,
        to=address,
        template="proposals/mail/invited.txt",
        locale=locale,
        author=author,
        title=idea.title,
        answer_path=f"/ideas/invitation?token={token}",
    )
    return invitation


async def lock_invitation(session: AsyncSession, token: str, *, now: datetime) -> tuple[Idea, Invitation]:
    """The idea and the invitation of a link, both locked. Raises: InvitationNotFound once it has ended."""
    unlocked = await queries.get_invitation(session, token, now=now)
    idea = await queries.get_idea(session, unlocked.idea_id, lock=True)
    return idea, await queries.get_invitation(session, token, now=now, lock=True)


async def accept_invitation(session: AsyncSession, actor: Actor, token: str, *, now: datetime) -> Idea:
    """Become a co-author; a support of one's own for the idea goes.

    Locks: the idea, the invitation. Queues: a message to the other authors. Raises: InvitationNotFound,
    Forbidden.
    """
    idea, invitation = await lock_invitation(session, token, now=now)
    accounts = set(await list_same_person(session, actor.id))
    has_judged = bool(accounts & await queries.list_judges(session, idea.id))
    require(may_join(actor, idea, is_author=bool(accounts & idea.author_ids), has_judged=has_judged))
    _end(invitation, "accepted", now=now)
    await mail_author(session, idea, "joined", who=public_name(actor.name), now=now)
    await add_co_author(session, idea, actor.id, public_name(actor.name), now=now)
    if idea.state != IdeaState.DRAFT:
        tell(session, idea, EventKind.JOINED, now=now)  # the name is where it can be taken off
    await session.flush()
    return idea


async def decline_invitation(session: AsyncSession, token: str, *, now: datetime) -> None:
    """Say no; no account is needed for that. Locks: the idea, the invitation. Raises: InvitationNotFound."""
    _, invitation = await lock_invitation(session, token, now=now)
    _end(invitation, "declined", now=now)
    await session.flush()


async def withdraw_invitation(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, invitation_id: uuid.UUID, *, now: datetime
) -> None:
    """Take an invitation back. Locks: the idea. Raises: Forbidden, InvitationNotFound."""
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_invite(actor, idea))
    for one in await queries.list_invitations(session, idea_id):
        if one.id == invitation_id:
            _end(one, "withdrawn", now=now)
            await session.flush()
            return
    raise InvitationNotFound()


def _end(invitation: Invitation, how: str, *, now: datetime) -> None:
    invitation.ended_at, invitation.ended_as, invitation.email = now, how, ""


async def leave_idea(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, *, now: datetime) -> Idea:
    """Be a co-author no more. Locks: the idea. Raises: Forbidden."""
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_leave(actor, idea))
    await _remove(session, idea, actor.id)
    if idea.state != IdeaState.DRAFT:
        tell(session, idea, EventKind.LEFT, now=now)
    await session.flush()
    return idea


async def _remove(session: AsyncSession, idea: Idea, account_id: uuid.UUID) -> None:
    row = delete(CoAuthor).where(CoAuthor.idea_id == idea.id, CoAuthor.account_id == account_id)
    await session.execute(row)
    idea.co_author_ids = [one for one in idea.co_author_ids if one != str(account_id)]


# ── steps that others take too ────────────────────────────────────────────────
async def add_co_author(
    session: AsyncSession,
    idea: Idea,
    account_id: uuid.UUID,
    name: str,
    *,
    from_idea_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Make somebody an author of an idea whose row is locked; nothing when they are one. Their support of it
    goes, and as an official they are off its file.
    """
    if account_id in idea.author_ids:
        return
    session.add(
        CoAuthor(idea_id=idea.id, account_id=account_id, name=name, from_idea_id=from_idea_id, at=now)
    )
    idea.co_author_ids = [*idea.co_author_ids, str(account_id)]
    await drop_own_support(session, idea, account_id)
    await step_off(session, idea, account_id, now=now)


async def make_author(session: AsyncSession, idea: Idea, account_id: uuid.UUID, *, now: datetime) -> None:
    """Make somebody the author of an idea that has none yet and whose row is locked."""
    if account_id in idea.author_ids:
        await _remove(session, idea, account_id)
    idea.author_id = account_id
    await drop_own_support(session, idea, account_id)
    await step_off(session, idea, account_id, now=now)


async def drop_own_support(session: AsyncSession, idea: Idea, account_id: uuid.UUID) -> None:
    """Nobody supports their own idea, from no account of theirs; the idea's row is locked."""
    for one in await list_same_person(session, account_id):
        if await queries.find_support(session, idea.id, one) is not None:
            await drop_support(session, one, idea)


async def join_authors(
    session: AsyncSession, source: Idea, targets: Sequence[Idea], *, now: datetime
) -> None:
    """The authors of a merged idea become co-authors of the one it was merged into, and of those into which
    that is merged in turn (`targets`, the nearest first); all rows are locked.
    """
    for target in targets:
        names = {one.account_id: one.name for one in await queries.list_co_authors(session, source.id)}
        if source.author_id is not None:
            names = {source.author_id: source.author_name, **names}
        for account_id, name in names.items():
            await add_co_author(session, target, account_id, name, from_idea_id=source.id, now=now)
        await session.flush()
        source = target


async def part_authors(session: AsyncSession, target: Idea) -> None:
    """A merger into `target`, or into one that was merged into it, no longer holds: who came with ideas that
    are not merged into it any more goes, unless they came with another one too. The row is locked; of a chain
    the nearest comes first.
    """
    await session.flush()
    sources = (await session.execute(select(Idea).where(Idea.merged_into_id == target.id))).scalars()
    authors = {one.id: one.author_ids for one in sources}
    for row in await queries.list_co_authors(session, target.id):
        if row.from_idea_id is None or row.account_id in authors.get(row.from_idea_id, ()):
            continue
        others = sorted(idea_id for idea_id, who in authors.items() if row.account_id in who)
        if others:
            row.from_idea_id = others[0]
        else:
            await session.delete(row)
    await session.flush()
    stay = await queries.list_co_authors(session, target.id)
    target.co_author_ids = [str(one.account_id) for one in stay]
    await session.flush()
