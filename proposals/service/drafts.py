"""Drafts: written in steps, saved at each of them, seen by their author alone."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.crypto import digest
from app.kit.db import new_id
from app.kit.images import StoredPhoto
from app.kit.policy import require
from app.kit.text import public_name, words
from cycles.queries import get_cycle
from proposals import queries
from proposals.errors import DraftChangedMeanwhile, PhotoNotFound, TooManyPhotos
from proposals.models import Attachment, CoAuthor, Idea, Invitation, Photo
from proposals.policy import MAX_PHOTOS, may_draft, may_edit, may_own
from proposals.states import IdeaState


def fold_idea(idea: Idea) -> str:
    """The words by which an idea is found."""
    return " ".join(words(f"{idea.title} {idea.location} {idea.landmark} {idea.body}"))


async def create_draft(session: AsyncSession, actor: Actor, *, cycle_id: uuid.UUID, now: datetime) -> Idea:
    """Begin an empty draft in a cycle. Raises: Forbidden at too many drafts."""
    require(may_draft(actor, drafts=await queries.count_drafts(session, actor.id)))
    await get_cycle(session, cycle_id)
    idea = empty_draft(cycle_id, author_id=actor.id, author_name=public_name(actor.name), now=now)
    session.add(idea)
    await session.flush()
    return idea


def empty_draft(cycle_id: uuid.UUID, *, author_id: uuid.UUID | None, author_name: str, now: datetime) -> Idea:
    """An idea of which nothing was written yet; `author_id` None: of somebody without an account."""
    return Idea(
        id=new_id(),
        cycle_id=cycle_id,
        author_id=author_id,
        author_name=author_name,
        co_author_ids=[],
        state=IdeaState.DRAFT.value,
        title="",
        body="",
        lang="ro",
        location="",
        landmark="",
        folded="",
        created_at=now,
        updated_at=now,
        reviewer_name="",
        support_count=0,
        event_count=0,
    )


async def _lock_draft(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> Idea:
    idea = await queries.get_idea(session, idea_id, lock=True)
    require(may_edit(actor, idea))
    return idea


class Seen(msgspec.Struct, frozen=True):
    """A form of a step, and what the step said when the form was opened (`digest_step`)."""

    step: str
    form: str
    digest: str


STEP_FIELDS = {
    "text": ("title", "body", "lang"),
    "place": ("area_id", "location", "landmark", "latitude", "longitude"),
    "photos": ("estimate_bani",),
}


def digest_step(idea: Idea, step: str) -> str:
    """What tells one content of a step from another."""
    return digest("\0".join(str(getattr(idea, name)) for name in STEP_FIELDS.get(step, ())))


def _check_seen(idea: Idea, fields: Mapping[str, object], seen: Seen) -> None:
    """Raises: DraftChangedMeanwhile when another form has saved other words of this step since."""
    is_own = idea.edited_forms.get(seen.step) == seen.form  # saved by itself before
    is_same = all(getattr(idea, name) == value for name, value in fields.items())
    if not is_own and not is_same and digest_step(idea, seen.step) != seen.digest:
        raise DraftChangedMeanwhile()
    idea.edited_forms = {**idea.edited_forms, seen.step: seen.form}


async def save_draft(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    fields: Mapping[str, object],
    *,
    seen: Seen | None = None,
    now: datetime,
) -> Idea:
    """Keep what was typed. `fields`: title, body, lang, area_id, location, landmark, latitude, longitude,
    estimate_bani, any of them. `seen`: what the author was looking at; two of them may write at once.

    Locks: the idea. Raises: Forbidden when it is not the author's draft (any more), DraftChangedMeanwhile.
    """
    idea = await _lock_draft(session, actor, idea_id)
    if seen is not None:
        _check_seen(idea, fields, seen)
    for name, value in fields.items():
        setattr(idea, name, value)
    idea.folded = fold_idea(idea)
    idea.updated_at = now
    await session.flush()
    return idea


async def delete_draft(session: AsyncSession, actor: Actor, idea_id: uuid.UUID) -> None:
    """Throw a draft away with its photos. Raises: Forbidden."""
    idea = await _lock_draft(session, actor, idea_id)
    require(may_own(actor, idea))
    for rows in (Photo, Attachment, CoAuthor, Invitation):
        await session.execute(delete(rows).where(rows.idea_id == idea.id))
    await session.delete(idea)
    await session.flush()


async def add_photo(
    session: AsyncSession,
    actor: Actor,
    idea_id: uuid.UUID,
    photo: StoredPhoto,
    *,
    alt: str = "",
    now: datetime,
) -> Photo:
    """Append a photo to a draft. Locks: the idea. Raises: Forbidden, TooManyPhotos."""
    idea = await _lock_draft(session, actor, idea_id)
    counted = select(func.count(), func.coalesce(func.max(Photo.position), 0)).where(Photo.idea_id == idea.id)
    count, last = (await session.execute(counted)).one()
    if count >= MAX_PHOTOS:
        raise TooManyPhotos(limit=MAX_PHOTOS)
    added = Photo(
        id=new_id(),
        idea_id=idea.id,
        position=last + 1,
        alt=alt,
        created_at=now,
        **msgspec.structs.asdict(photo),
    )
    session.add(added)
    idea.updated_at = now
    await session.flush()
    return added


async def describe_photos(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, alts: Mapping[uuid.UUID, str], *, now: datetime
) -> None:
    """Keep the descriptions of photos. Raises: Forbidden."""
    idea = await _lock_draft(session, actor, idea_id)
    for photo in await queries.list_photos(session, idea_id):
        photo.alt = alts.get(photo.id, photo.alt)
    idea.updated_at = now
    await session.flush()


async def remove_photo(session: AsyncSession, actor: Actor, idea_id: uuid.UUID, photo_id: uuid.UUID) -> None:
    """Take a photo out of a draft. Raises: Forbidden, PhotoNotFound."""
    await _lock_draft(session, actor, idea_id)
    await session.delete(await _find_photo(session, idea_id, photo_id))
    await session.flush()


async def move_photo(
    session: AsyncSession, actor: Actor, idea_id: uuid.UUID, photo_id: uuid.UUID, *, up: bool
) -> None:
    """Swap a photo with its neighbour; at the end of the row nothing happens. Raises: Forbidden."""
    await _lock_draft(session, actor, idea_id)
    photo = await _find_photo(session, idea_id, photo_id)
    photos = await queries.list_photos(session, idea_id)
    place = photos.index(photo)
    other = place - 1 if up else place + 1
    if 0 <= other < len(photos):
        photos[place].position, photos[other].position = photos[other].position, photos[place].position
    await session.flush()


async def _find_photo(session: AsyncSession, idea_id: uuid.UUID, photo_id: uuid.UUID) -> Photo:
    photo, _ = await queries.get_photo(session, photo_id)
    if photo.idea_id != idea_id:
        raise PhotoNotFound()
    return photo
