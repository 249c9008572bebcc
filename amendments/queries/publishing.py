"""Reading everything public of an act at once, for its files: never one query an amendment."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.models import (
    ActVersion,
    AmendmentAnchor,
    AmendmentConflict,
    AmendmentEvent,
    AmendmentRow,
    AmendmentSupport,
    Answer,
    RulingRow,
    VersionFile,
)

Id = uuid.UUID


async def list_all_answers(session: AsyncSession, act_id: Id) -> dict[Id, list[Answer]]:
    """Every answer of an act by amendment, superseded ones among them, each list in its order."""
    query = (
        select(Answer)
        .join(AmendmentRow, AmendmentRow.id == Answer.amendment_id)
        .where(AmendmentRow.act_id == act_id, AmendmentRow.rank.is_not(None))
        .order_by(Answer.amendment_id, Answer.position)
    )
    found: dict[Id, list[Answer]] = defaultdict(list)
    for answer in (await session.execute(query)).scalars():
        found[answer.amendment_id].append(answer)
    return found


async def list_all_amendment_events(session: AsyncSession, act_id: Id) -> dict[Id, list[AmendmentEvent]]:
    """The timeline of every registered amendment of an act."""
    query = (
        select(AmendmentEvent)
        .join(AmendmentRow, AmendmentRow.id == AmendmentEvent.amendment_id)
        .where(AmendmentRow.act_id == act_id, AmendmentRow.rank.is_not(None))
        .order_by(AmendmentEvent.amendment_id, AmendmentEvent.position)
    )
    found: dict[Id, list[AmendmentEvent]] = defaultdict(list)
    for event in (await session.execute(query)).scalars():
        found[event.amendment_id].append(event)
    return found


async def list_all_anchors(session: AsyncSession, act_id: Id) -> dict[Id, list[AmendmentAnchor]]:
    """Where the amendments of an act stand in later versions."""
    query = (
        select(AmendmentAnchor)
        .join(ActVersion, ActVersion.id == AmendmentAnchor.version_id)
        .where(ActVersion.act_id == act_id)
        .order_by(AmendmentAnchor.amendment_id, ActVersion.sequence)
    )
    found: dict[Id, list[AmendmentAnchor]] = defaultdict(list)
    for anchor in (await session.execute(query)).scalars():
        found[anchor.amendment_id].append(anchor)
    return found


async def list_all_cosigners(session: AsyncSession, act_id: Id) -> dict[Id, list[str]]:
    """The names of those who signed each amendment of an act, in the order in which they did."""
    query = (
        select(AmendmentSupport.amendment_id, AmendmentSupport.name)
        .join(AmendmentRow, AmendmentRow.id == AmendmentSupport.amendment_id)
        .where(AmendmentRow.act_id == act_id, AmendmentRow.rank.is_not(None), AmendmentSupport.is_cosigner)
        .order_by(AmendmentSupport.amendment_id, AmendmentSupport.at, AmendmentSupport.account_id)
    )
    found: dict[Id, list[str]] = defaultdict(list)
    for amendment_id, name in (await session.execute(query)).all():
        found[amendment_id].append(name)
    return found


async def list_kept_files(session: AsyncSession, act_id: Id) -> dict[Id, dict[str, tuple[int, str]]]:
    """(size, SHA-256) of each file of an act's versions that was written down, by version and name."""
    query = (
        select(VersionFile.version_id, VersionFile.name, VersionFile.size, VersionFile.sha256)
        .join(ActVersion, ActVersion.id == VersionFile.version_id)
        .where(ActVersion.act_id == act_id)
    )
    found: dict[Id, dict[str, tuple[int, str]]] = defaultdict(dict)
    for version_id, name, size, sha256 in (await session.execute(query)).all():
        found[version_id][name] = (size, sha256)
    return found


async def find_kept_file(session: AsyncSession, version_id: Id, name: str) -> bytes | None:
    """A file of a version as it was written down."""
    query = select(VersionFile.content).where(VersionFile.version_id == version_id, VersionFile.name == name)
    return (await session.execute(query)).scalar_one_or_none()


async def list_all_conflicts(session: AsyncSession, act_id: Id) -> Sequence[AmendmentConflict]:
    """The conflicts on every version of an act, both amendments of each being public."""
    query = (
        select(AmendmentConflict)
        .join(ActVersion, ActVersion.id == AmendmentConflict.version_id)
        .where(ActVersion.act_id == act_id)
        .order_by(ActVersion.sequence, AmendmentConflict.first_id, AmendmentConflict.second_id)
    )
    return (await session.execute(query)).scalars().all()


async def list_all_rulings(session: AsyncSession, act_id: Id) -> Sequence[RulingRow]:
    """Every ruling on the versions of an act, also those that a later one replaced."""
    query = (
        select(RulingRow)
        .join(ActVersion, ActVersion.id == RulingRow.version_id)
        .where(ActVersion.act_id == act_id)
        .order_by(ActVersion.sequence, RulingRow.position)
    )
    return (await session.execute(query)).scalars().all()
