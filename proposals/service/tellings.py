"""Telling authors who left no e-mail address: by letter, by telephone or at the desk.

What is told and how long it has waited is a row (`timeline.mail_author` makes it); who did it, how and when
goes on the public timeline, who was told and where does not.
"""

import uuid
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from proposals import queries
from proposals.errors import ToldAlready
from proposals.models import Idea, Telling
from proposals.policy.authors import may_tell
from proposals.service.timeline import tell
from proposals.states import EventKind, TellingEnd


async def note_told(
    session: AsyncSession, actor: Actor, telling_id: uuid.UUID, *, how: TellingEnd, on: date, now: datetime
) -> Idea:
    """Write down how and on which day an author was told; the timeline says so in public.

    Locks: the idea, the telling. Raises: TellingNotFound, Forbidden, FormErrors; ToldAlready at a second
    click.
    """
    found = await queries.get_telling(session, telling_id)
    idea = await queries.get_idea(session, found.idea_id, lock=True)
    telling = await queries.get_telling(session, telling_id, lock=True)
    require(may_tell(actor, idea))
    if telling.ended_at is not None:
        raise ToldAlready()
    if on > local_date(now):
        raise FormErrors({"told_on": Invalid(N_("This day is still to come."))})
    if on < local_date(telling.at):
        raise FormErrors({"told_on": Invalid(N_("On that day there was nothing to tell yet."))})
    telling.ended_at, telling.ended_as, telling.told_on = now, how.value, on
    telling.told_by_id, telling.told_by_name = actor.id, actor.name
    facts = {"what": telling.kind, "how": how.value, "told_on": on.isoformat()}
    tell(session, idea, EventKind.TOLD, by_name=actor.name, facts=facts, now=now)
    await session.flush()
    return idea


async def end_tellings(
    session: AsyncSession,
    idea_id: uuid.UUID,
    account_id: uuid.UUID | None,
    end: TellingEnd,
    *,
    now: datetime,
) -> None:
    """What was still to be told to somebody about an idea need not be any more: they read it in their
    account, or nothing is known of them. The idea is locked.
    """
    whose = Telling.account_id.is_(None) if account_id is None else Telling.account_id == account_id
    ended = update(Telling).where(Telling.idea_id == idea_id, whose, Telling.ended_at.is_(None))
    await session.execute(
        ended.values(ended_at=now, ended_as=end.value).execution_options(synchronize_session="fetch")
    )
