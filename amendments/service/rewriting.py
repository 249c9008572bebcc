"""What an author says of an amendment whose words are gone from the text of a new round: that it stays as it
is, or other words for the new text. What was registered is never rewritten: the new one takes its place.
"""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.models import AmendmentAnchor, AmendmentRow
from amendments.policy import may_say_fate
from amendments.service.debates import check_own_words
from amendments.service.proposing import AmendmentDraft, begin_amendment
from amendments.service.telling import publish_amendment_fact, tell
from amendments.states import AuthorKind
from app.kit.clock import local_date
from app.kit.policy import require


async def _lock_asked(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, now: datetime
) -> tuple[AmendmentRow, AmendmentAnchor]:
    """The amendment, and where it stands in the newest text, of which its author was asked.

    Raises: Forbidden.
    """
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)  # it may have been answered meanwhile
    anchor = await queries.find_anchor(session, row.id, (await queries.last_version(session, act.id)).id)
    fate = anchor.fate if anchor is not None and anchor.confirmed_at is None else ""
    require(may_say_fate(actor, act, row, fate=fate, today=local_date(now)))
    assert anchor is not None  # noqa: S101 - a fate comes from an anchor
    return row, anchor


async def let_stand(session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, now: datetime) -> None:
    """Its author wants it answered as it was written. Locks: the act, the register's head. Raises:
    Forbidden.
    """
    row, anchor = await _lock_asked(session, actor, amendment_id, now)
    anchor.confirmed_at = now
    await tell(session, row, "let_stand", by_name=row.author_name, now=now)
    await publish_amendment_fact(session, "amendment.let_stand", row, {"fate": anchor.fate}, now=now)


async def begin_rewrite(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, now: datetime
) -> AmendmentRow:
    """A draft for the new text, with the reason and the author as they were; sent, it takes the place of the
    other. Begun twice, it is the same draft. Locks: the act. Raises: Forbidden.
    """
    row, _ = await _lock_asked(session, actor, amendment_id, now)
    await check_own_words(session, row.id)
    for kept in await queries.list_drafts(session, row.act_id, actor.id):
        if kept.replaces_id == row.id:
            return kept
    draft = AmendmentDraft(
        reason=row.reason,
        author_kind=AuthorKind(row.author_kind),
        on_behalf_of=row.on_behalf_of,
        separable=row.separable,
    )
    begun = await begin_amendment(session, actor, row.act_id, draft, now=now)
    begun.replaces_id = row.id
    await session.flush()
    return begun
