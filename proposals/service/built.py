"""Built as promised? What residents say after the reception, what the department answers.

The words of an answer are kept where comments are, so that moderators judge them in the same way.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from app.kit import register
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.images import StoredPhoto
from app.kit.policy import require
from app.kit.text import public_name
from cycles.models import Cycle
from discussions.service import put_words
from proposals import queries
from proposals.models import BuiltReply, Opinion, Project, WorksPhoto
from proposals.policy.works import may_reply_built, may_say_built
from proposals.service.telling import announce_reply
from proposals.states import Built, WorksState, works_state


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident says. `photo` takes the place of the one before; `keeps_photo` leaves that one."""

    choice: Built
    text: str
    photo: StoredPhoto | None = None
    alt: str = ""
    keeps_photo: bool = True


async def say_built(
    session: AsyncSession, actor: Actor, project_id: uuid.UUID, saying: Saying, *, now: datetime
) -> Opinion:
    """Say whether a project was built as promised, or change what one has said. One person counts once.

    Locks: the project. Raises: Forbidden, ProjectNotFound.
    """
    project, cycle = await queries.get_works(session, project_id, lock=True)
    steps = queries.last_entries(await queries.list_milestones(session, project.id))
    require(may_say_built(actor, is_received=works_state(steps) is WorksState.RECEIVED))
    accounts = await list_same_person(session, actor.id)  # also from another account of theirs
    opinion = await queries.find_opinion(session, project.id, accounts)
    if opinion is None:
        opinion = Opinion(
            id=new_id(),
            project_id=project.id,
            account_id=actor.id,
            author_name=public_name(actor.name),
            choice=saying.choice.value,
            at=now,
            changed_at=now,
        )
        session.add(opinion)
        await session.flush()
    elif await _says_other(session, opinion, saying):
        opinion.choice, opinion.changed_at = saying.choice.value, now
    await _put_words(session, actor, (project, cycle), opinion, saying, now=now)
    return opinion


async def _says_other(session: AsyncSession, opinion: Opinion, saying: Saying) -> bool:
    words = (await queries.list_words(session, [opinion])).get(opinion.id)
    return (opinion.choice, words.text if words else "") != (saying.choice, saying.text)


async def _put_words(
    session: AsyncSession,
    actor: Actor,
    works: tuple[Project, Cycle],
    opinion: Opinion,
    saying: Saying,
    *,
    now: datetime,
) -> None:
    """The words, if there are any, where comments are: there they are reported, hidden and appealed for."""
    stands = (await queries.list_words(session, [opinion])).get(opinion.id)
    if not saying.text and saying.photo is None and (stands is None or stands.is_hidden):
        return
    subject = queries.opinion_subject(opinion, *works)
    words = await put_words(session, actor, subject, saying.text, before=opinion.words_id, now=now)
    opinion.words_id = words.id
    await session.flush()
    await _set_photo(session, opinion, saying, now=now)


async def _set_photo(session: AsyncSession, opinion: Opinion, saying: Saying, *, now: datetime) -> None:
    if saying.photo is None and saying.keeps_photo:
        return
    await session.execute(delete(WorksPhoto).where(WorksPhoto.words_id == opinion.words_id))
    if saying.photo is not None:
        photo = WorksPhoto(
            id=new_id(),
            project_id=opinion.project_id,
            opinion_id=opinion.id,
            words_id=opinion.words_id,
            alt=saying.alt,
            taken_on=local_date(now),
            created_at=now,
            by_name=opinion.author_name,
            withdrawn_why="",
            **msgspec.structs.asdict(saying.photo),
        )
        session.add(photo)
    await session.flush()


async def reply_built(
    session: AsyncSession, actor: Actor, opinion_id: uuid.UUID, *, text: str, now: datetime
) -> BuiltReply | None:
    """Answer an opinion for the department, in public; None when the same was answered last (a second click).

    Locks: the opinion, the register's head. Raises: Forbidden, OpinionNotFound. Announces it.
    """
    opinion = await queries.get_opinion(session, opinion_id, lock=True)
    words = (await queries.list_words(session, [opinion])).get(opinion.id)
    project, _ = await queries.get_works(session, opinion.project_id)
    answers = await queries.answers_for(session, project, actor.id)
    require(may_reply_built(actor, is_hidden=words is not None and words.is_hidden, answers=answers))
    earlier = (await queries.list_replies(session, [opinion.id])).get(opinion.id, [])
    if earlier and earlier[-1].text == text:
        return None
    reply = BuiltReply(
        id=new_id(), opinion_id=opinion.id, at=now, by_id=actor.id, by_name=actor.name, text=text
    )
    session.add(reply)
    await session.flush()
    announce_reply(session, project, opinion.account_id, now=now)
    await _record(session, "works.replied", opinion, {"text": text, "by": actor.name}, now=now)
    return reply


async def _record(
    session: AsyncSession, kind: str, opinion: Opinion, facts: dict[str, object], *, now: datetime
) -> None:
    project, cycle = await queries.get_works(session, opinion.project_id)
    public = {"cycle": cycle.slug, "project": project.number, "opinion": str(opinion.id), **facts}
    await register.record(session, kind, f"works:{project.id}", public, now=now)
