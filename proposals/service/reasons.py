"""The published catalogue of reasons: adding one, changing one by a new version, retiring one."""

from datetime import datetime

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.db import new_id
from app.kit.policy import require
from proposals import queries
from proposals.errors import ReasonChangedMeanwhile, ReasonCodeTaken
from proposals.models import Reason
from proposals.policy import may_edit_reasons


class ReasonText(msgspec.Struct, frozen=True, kw_only=True):
    """What a version of a reason says."""

    title: str
    title_en: str
    text: str
    text_en: str
    legal_ground: str
    is_retired: bool = False


async def add_reason(
    session: AsyncSession, actor: Actor, *, code: str, words: ReasonText, now: datetime
) -> Reason:
    """Publish a new reason under a permanent code. Raises: Forbidden, ReasonCodeTaken."""
    await _check_may_edit(session, actor)
    return await _publish(session, actor, code, 1, words, ReasonCodeTaken, now=now)


async def revise_reason(
    session: AsyncSession, actor: Actor, *, code: str, seen_version: int, words: ReasonText, now: datetime
) -> Reason:
    """Publish the next version; verdicts keep the one they named.

    Raises: Forbidden, ReasonChangedMeanwhile.
    """
    await _check_may_edit(session, actor)
    latest = await queries.get_reason(session, code)
    if latest.version != seen_version:
        raise ReasonChangedMeanwhile()
    return await _publish(session, actor, code, seen_version + 1, words, ReasonChangedMeanwhile, now=now)


async def _check_may_edit(session: AsyncSession, actor: Actor) -> None:
    require(may_edit_reasons(actor, is_head=actor.id in await queries.list_head_ids(session, None)))


async def _publish(
    session: AsyncSession,
    actor: Actor,
    code: str,
    version: int,
    words: ReasonText,
    clash: type[ReasonCodeTaken] | type[ReasonChangedMeanwhile],
    *,
    now: datetime,
) -> Reason:
    reason = Reason(
        id=new_id(),
        code=code,
        version=version,
        created_at=now,
        created_by_name=actor.name,
        **msgspec.structs.asdict(words),
    )
    try:
        async with session.begin_nested():
            session.add(reason)
            await session.flush()
    except IntegrityError:
        raise clash() from None
    facts = {"version": version, "by": actor.name, **msgspec.structs.asdict(words)}
    await register.record(session, "reason.published", f"reason:{code}", facts, now=now)
    return reason
