"""Documents of an idea: added to its draft, fixed once it is sent."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.db import new_id
from app.kit.policy import require
from proposals import queries
from proposals.errors import AttachmentNotFound, TooManyAttachments
from proposals.models import Attachment, Idea
from proposals.policy import MAX_ATTACHMENTS, may_edit


class StoredDocument(msgspec.Struct, frozen=True):
    """A document that was cleaned and put into the storage."""

    title: str
    key: str
    media_type: str
    size: int


async def _lock_draft(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> Idea:
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_edit(actor, idea))
    return idea


async def add_attachment(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, document: StoredDocument, *, now: datetime
) -> Attachment:
    """Append a document to a draft. Locks: the idea. Raises: Forbidden, TooManyAttachments."""
    idea = await _lock_draft(session, actor, idea_id)
    counted = select(func.count(), func.coalesce(func.max(Attachment.position), 0))
    count, last = (await session.execute(counted.where(Attachment.idea_id == idea.id))).one()
    if count >= MAX_ATTACHMENTS:
        raise TooManyAttachments(limit=MAX_ATTACHMENTS)
    added = Attachment(
        id=new_id(),
        idea_id=idea.id,
        position=last + 1,
        created_at=now,
        **msgspec.structs.asdict(document),
    )
    session.add(added)
    idea.updated_at = now
    await session.flush()
    return added


async def name_attachments(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, titles: Mapping[uuid.UUID, str], *, now: datetime
) -> None:
    """Keep the titles of documents; an empty one changes nothing. Locks: the idea. Raises: Forbidden."""
    idea = await _lock_draft(session, actor, idea_id)
    for one in await queries.list_attachments(session, idea_id):
        one.title = titles.get(one.id) or one.title
    idea.updated_at = now
    await session.flush()


async def remove_attachment(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, attachment_id: uuid.UUID
) -> None:
    """Take a document out of a draft. Locks: the idea. Raises: Forbidden, AttachmentNotFound."""
    await _lock_draft(session, actor, idea_id)
    one, _ = await queries.get_attachment(session, attachment_id)
    if one.idea_id != idea_id:
        raise AttachmentNotFound()
    await session.delete(one)
    await session.flush()
