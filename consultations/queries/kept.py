"""The programme as its public history tells it, for the rule that says whether it was kept."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consultations.models import Change
from consultations.queries.programme import Chosen, Listed, list_changes, list_listed
from consultations.rules.kept import Move, Record
from consultations.states import ChangeKind, State


async def list_records(session: AsyncSession, chosen: Chosen) -> list[tuple[Listed, Record]]:
    """Everything that was published, with its history; two queries however much it is."""
    rows = await list_listed(session, chosen)
    history = await list_changes(session, [one.row.id for one in rows])
    return [(one, read_record(one, history[one.row.id])) for one in rows]


def read_record(one: Listed, changes: Sequence[Change]) -> Record:
    """What the history says of a consultation: what was in force when, and what was reported."""
    row, first, *later = one.row, *changes
    starts_at = _starts_at(first) or row.starts_at
    in_force, moves = starts_at, []
    for change in later:
        if change.kind in (ChangeKind.MOVED, ChangeKind.REINSTATED):
            moves.append(Move(change.at, in_force))
        in_force = _starts_at(change) or in_force
    return Record(
        published_at=first.at,
        first_starts_at=starts_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_held={State.HELD.value: True, State.NOT_HELD.value: False}.get(row.state),
        is_cancelled=row.state == State.CANCELLED,
        moves=tuple(moves),
    )


def _starts_at(change: Change) -> datetime | None:
    """The beginning that a change brought; None when it left it."""
    written = json.loads(change.after).get("starts_at")
    return datetime.fromisoformat(written) if written else None
