"""Who brings an idea that staff enter, and what comes with it: the scan of its paper, documents, photos, and
who else stands behind it.
"""

import uuid
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.images import StoredPhoto
from app.kit.text import public_name
from proposals.errors import TooManyAttachments, TooManyPhotos
from proposals.models import Attachment, Idea, Paper, Photo
from proposals.policy import MAX_ATTACHMENTS, MAX_PHOTOS
from proposals.policy.authors import MAX_CO_AUTHORS
from proposals.service.attachments import StoredDocument
from proposals.service.authors import send_invitation
from proposals.states import Channel, PaperKind


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who brought an idea, and how. `is_named`: whether they want their name ("Ana P.") shown in public.
    `account_id`: of whom everything is known already.
    """

    channel: Channel
    received_on: date
    name: str
    is_named: bool
    email: str = ""
    phone: str = ""
    address: str = ""
    account_id: uuid.UUID | None = None


class Pictured(msgspec.Struct, frozen=True):
    """A photo with what it shows."""

    photo: StoredPhoto
    alt: str


class Enclosed(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent with an idea. `scan`: of the paper itself, for staff alone; `co_authors`: addresses."""

    scan: StoredDocument | None = None
    documents: tuple[StoredDocument, ...] = ()
    photos: tuple[Pictured, ...] = ()
    co_authors: tuple[str, ...] = ()


def check_enclosed(enclosed: Enclosed) -> None:
    """Raises: FormErrors when there is too much of something."""
    errors: dict[str, Exception] = {}
    if len(enclosed.documents) > MAX_ATTACHMENTS:
        errors["documents"] = TooManyAttachments(limit=MAX_ATTACHMENTS)
    if len(enclosed.photos) > MAX_PHOTOS:
        errors["photos"] = TooManyPhotos(limit=MAX_PHOTOS)
    if len(enclosed.co_authors) > MAX_CO_AUTHORS:
        errors["co_authors"] = Invalid(
            N_("An idea can have at most %(most)s co-authors, invitations included."), most=MAX_CO_AUTHORS
        )
    if errors:
        raise FormErrors(errors)  # type: ignore[arg-type]


async def enclose(
    session: AsyncSession,
    actor: Actor,
    idea: Idea,
    enclosed: Enclosed,
    sender: Sender,
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> None:
    """Add it to an idea that is being entered. Queues: invitations."""
    for position, document in enumerate(enclosed.documents, 1):
        values = msgspec.structs.asdict(document)
        session.add(Attachment(id=new_id(), idea_id=idea.id, position=position, created_at=now, **values))
    for position, one in enumerate(enclosed.photos, 1):
        values = msgspec.structs.asdict(one.photo)
        row = Photo(id=new_id(), idea_id=idea.id, position=position, alt=one.alt, created_at=now, **values)
        session.add(row)
    if enclosed.scan is not None:
        session.add(
            Paper(
                id=new_id(),
                idea_id=idea.id,
                form_id=form_id,
                kind=PaperKind.IDEA.value,
                channel=sender.channel.value,
                received_on=sender.received_on,
                entered_at=now,
                entered_by_id=actor.id,
                entered_by_name=actor.name,
                key=enclosed.scan.key,
                media_type=enclosed.scan.media_type,
                size=enclosed.scan.size,
            )
        )
    locale = "en" if idea.lang == "en" else "ro"
    for address in enclosed.co_authors:
        send_invitation(session, idea, address, author=public_name(sender.name), locale=locale, now=now)
    await session.flush()
