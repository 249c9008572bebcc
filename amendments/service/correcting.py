"""The secretariat's corrections of the wording: changes to the debated text that nobody proposed, each with
its reason, kept while the next version is prepared and listed as such in its report.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import AnswerClashes, TextRefused
from amendments.models import ActVersion, CorrectionRow
from amendments.policy import may_consolidate
from amendments.service.answering import list_accepted
from amendments.text.derive import derive_splices
from amendments.text.index import ConflictIndex
from amendments.text.operations import Amendment, Operation
from amendments.text.refused import Refused
from app.kit.policy import require

EDITORIAL = "editorial"  # what the ids of corrections begin with, and their kind


async def list_merged(session: AsyncSession, version: ActVersion) -> list[Amendment]:
    """Everything that goes into the next version: what was accepted, then the corrections."""
    accepted = await list_accepted(session, version)
    corrections = await queries.list_corrections(session, version.id)
    rank = await queries.last_rank(session, version.act_id)
    return accepted + [
        _amendment(row.unit, queries.read_operations(bytes(row.operations)), rank + place)
        for place, row in enumerate(corrections, 1)
    ]


def _amendment(unit: str, operations: Sequence[Operation], rank: int) -> Amendment:
    return Amendment(
        id=correction_id(unit), rank=rank, operations=tuple(operations), separable=False, kind=EDITORIAL
    )


def correction_id(unit: str) -> str:
    """As what the correction of a unit stands among the amendments that make a version."""
    return f"{EDITORIAL}:{unit}"


async def correct(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    unit: str,
    text: str,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Correct the wording of a unit of the debated text; the same words as before take a correction back.

    Locks: the act. Raises: Forbidden, TextRefused, AnswerClashes for words that an accepted amendment
    changes.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_consolidate(actor, act))
    version = await queries.last_version(session, act_id)
    base = queries.read_version(version)
    if unit not in base:
        raise TextRefused("slot_not_there")
    try:
        operations = derive_splices(base[unit], text)
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem
    if operations:  # before the earlier one goes: a refusal is a page, which ends without rolling back
        await _check_clash(session, version, _amendment(unit, operations, 0))
    await session.execute(
        delete(CorrectionRow).where(CorrectionRow.version_id == version.id, CorrectionRow.unit == unit)
    )
    if not operations:
        return
    row = CorrectionRow(
        version_id=version.id,
        unit=unit,
        operations=queries.write_operations(operations),
        reason=reason,
        by_name=actor.name,
        at=now,
    )
    session.add(row)
    await session.flush()


async def _check_clash(session: AsyncSession, version: ActVersion, correction: Amendment) -> None:
    """Raises: AnswerClashes."""
    accepted = await list_accepted(session, version)
    index = ConflictIndex(queries.read_version(version), accepted)
    clashing = {
        id
        for one in index.conflicts_with(correction)
        if one.grade == "hard"
        for id in (one.first, one.second)
    }
    if clashing := clashing - {correction.id}:
        rows = await queries.list_amendments(session, version.act_id)
        raise AnswerClashes(numbers=", ".join(row.number or "" for row in rows if str(row.id) in clashing))
