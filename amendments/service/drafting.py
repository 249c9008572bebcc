"""The changes of a draft, one by one: kept in it, written anew, left out; under the act's lock, so that two
windows of one person lose nothing of each other.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.models import AmendmentRow
from amendments.policy import may_change_amendment
from amendments.service.proposing import AmendmentDraft, save_amendment
from amendments.states import AuthorKind
from amendments.text.draft import (
    change_keys,
    operations_of_change,
    still_fitting,
    with_change,
    without_change,
)
from amendments.text.operations import Operation
from app.kit.policy import require


async def keep_change(
    session: AsyncSession,
    actor: Actor,
    amendment_id: uuid.UUID,
    operations: Sequence[Operation],
    *,
    key: str = "",
    also: Collection[str] = (),
    now: datetime,
) -> tuple[AmendmentRow, int]:
    """A change of the newest text in a draft, in place of the one that is named and of those that are `also`
    in it; with how many other changes went because their words are gone from that text.

    Locks: the act. Raises: Forbidden, TextRefused.
    """
    row = await _hold(session, actor, amendment_id)
    newest = await queries.last_version(session, row.act_id)
    before = kept = queries.read_operations(bytes(row.operations))
    if row.version_id != newest.id:
        old = queries.read_version(await queries.get_version(session, row.version_id))
        kept = still_fitting(old, queries.read_version(newest), before)
    changed = with_change(kept, operations, key, also=also)
    lost = set(change_keys(before)) - set(change_keys(changed)) - {key, *also}
    row = await save_amendment(session, actor, row.id, _as_it_is(row, changed), now=now)
    return row, len(lost) if len(kept) < len(before) else 0


async def drop_change(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, key: str, *, now: datetime
) -> AmendmentRow:
    """Leave one change out of a draft; twice is once. Locks: the act. Raises: Forbidden, TextRefused."""
    row = await _hold(session, actor, amendment_id)
    before = queries.read_operations(bytes(row.operations))
    if not operations_of_change(before, key):
        return row
    left = without_change(before, key)
    newest = await queries.last_version(session, row.act_id)
    if row.version_id != newest.id:  # what is left stays on the text that it was written for
        row.operations = queries.write_operations(left)
        row.updated_at = now
        await session.flush()
        return row
    return await save_amendment(session, actor, row.id, _as_it_is(row, left), now=now)


async def _hold(session: AsyncSession, actor: Actor, amendment_id: uuid.UUID) -> AmendmentRow:
    """A draft of theirs, read under its act's lock. Raises: Forbidden."""
    unlocked = await queries.get_amendment(session, amendment_id)
    await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)
    require(may_change_amendment(actor, row))
    return row


def _as_it_is(row: AmendmentRow, operations: Sequence[Operation]) -> AmendmentDraft:
    return AmendmentDraft(
        operations=tuple(operations),
        reason=row.reason,
        author_kind=AuthorKind(row.author_kind),
        on_behalf_of=row.on_behalf_of,
        separable=row.separable,
    )
