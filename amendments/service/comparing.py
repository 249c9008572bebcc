"""Which amendments cannot stand together: found when one is registered, and kept as rows.

An amendment is compared with those that lie near it, found by the places that are kept of each, however many
others are open. So whoever writes what an amendment does to a version keeps its places there.
"""

import json
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries
from amendments.models import ActVersion, AmendmentConflict, AmendmentPlace, AmendmentRow
from amendments.text.conflicts import Conflict
from amendments.text.index import ConflictIndex
from amendments.text.operations import Amendment
from amendments.text.places import marks_of
from app.kit.db import Base


async def keep_conflicts(session: AsyncSession, version: ActVersion, row: AmendmentRow) -> list[Conflict]:
    """Compare an amendment that stands on the version with all others there, and write down its conflicts
    and its places.
    """
    own = await queries.find_standing(session, version, row.id)
    if own is None:
        return []
    near = await queries.map_near(session, version, own)
    near.pop(row.id, None)
    found = ConflictIndex(queries.read_version(version), near.values()).conflicts_with(own)
    await forget_conflicts(session, row.id, version_id=version.id)
    await write_conflicts(session, version.id, found)
    await keep_places(session, version.id, {row.id: own})
    return found


async def keep_all_conflicts(
    session: AsyncSession, version: ActVersion, standing: Mapping[uuid.UUID, Amendment]
) -> None:
    """The same of all amendments at once that stand on a version which is new."""
    index = ConflictIndex(queries.read_version(version), standing.values())
    await write_conflicts(session, version.id, index.conflicts())
    await keep_places(session, version.id, standing)


async def keep_places(
    session: AsyncSession, version_id: uuid.UUID, amendments: Mapping[uuid.UUID, Amendment]
) -> None:
    """Where amendments lie on a version. What lay there before may stay: it hides nothing."""
    rows: list[dict[str, object]] = [
        {"version_id": version_id, "mark": mark, "amendment_id": id}
        for id, one in amendments.items()
        for mark in sorted(marks_of(one.operations))
    ]
    await _insert_new(session, AmendmentPlace, rows)


async def write_conflicts(session: AsyncSession, version_id: uuid.UUID, found: Sequence[Conflict]) -> None:
    """Conflicts as rows: one a pair, hard when any of its operations are."""
    pairs: dict[tuple[str, str], list[Conflict]] = {}
    for one in found:
        pairs.setdefault(one.pair, []).append(one)
    rows: list[dict[str, object]] = [
        {
            "version_id": version_id,
            "first_id": uuid.UUID(first),
            "second_id": uuid.UUID(second),
            "grade": "hard" if any(one.grade == "hard" for one in own) else "soft",
            "reasons": json.dumps([[one.first_operation, one.second_operation, one.reason] for one in own]),
        }
        for (first, second), own in pairs.items()
    ]
    await _insert_new(session, AmendmentConflict, rows)


async def _insert_new(session: AsyncSession, model: type[Base], rows: Sequence[dict[str, object]]) -> None:
    """Those that are not there yet; by the connection, for the session would make a thousand objects that
    nobody looks at.
    """
    if rows:
        connection = await session.connection()
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        await connection.execute(insert(model).on_conflict_do_nothing(), rows)


async def forget_conflicts(
    session: AsyncSession, amendment_id: uuid.UUID, *, version_id: uuid.UUID | None = None
) -> None:
    """Of one that was withdrawn, or is compared anew. Each side by its own index: asked for both at once, a
    database reads all conflicts of the version.
    """
    for side in (AmendmentConflict.first_id, AmendmentConflict.second_id):
        query = delete(AmendmentConflict).where(side == amendment_id)
        if version_id is not None:
            query = query.where(AmendmentConflict.version_id == version_id)
        await session.execute(query)
