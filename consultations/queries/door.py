"""Reading what was noted at the door, and who was there by it."""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consultations.models import DoorEvent, Registration, WalkIn
from consultations.rules.door import Attendance, Event, Group, Kind, attend
from consultations.states import Coming


async def read_attendance(session: AsyncSession, consultation_id: uuid.UUID) -> Attendance:
    """Who was at a consultation, by all that was noted."""
    events = await list_events(session, [consultation_id])
    groups = await list_groups(session, [consultation_id])
    return attend(events.get(consultation_id, []), groups.get(consultation_id, []))


async def read_attendances(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Attendance]:
    """Who was at each of several consultations; those at whose door nothing was noted are left out."""
    events = await list_events(session, ids)
    groups = await list_groups(session, list(events))
    return {key: attend(own, groups.get(key, [])) for key, own in events.items()}


def show_counted(attendance: Attendance | None, key: str) -> list[int] | None:
    """How many of a group were noted at the door, at least and at most; None where nobody was."""
    people = attendance.standings[key].people if attendance else None
    return None if people is None else [people.least, people.most]


async def list_events(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Event]]:
    """What was noted at the door of each consultation, as the rules take it."""
    table = DoorEvent.__table__.c
    columns = (table.consultation_id, table.device_id, table.sequence, table.kind, table.registration_id)
    query = select(*columns, table.walk_in_id, table.people, table.children, table.replaces, table.clock_off)
    found: dict[uuid.UUID, list[Event]] = defaultdict(list)
    for row in await session.execute(query.where(table.consultation_id.in_(ids))):
        found[row.consultation_id].append(
            Event(
                ref=f"{row.device_id}.{row.sequence}",
                device=str(row.device_id),
                group=str(row.registration_id or row.walk_in_id),
                kind=Kind(row.kind),
                people=row.people,
                children=row.children,
                replaces=frozenset(json.loads(row.replaces)),
                clock_off=row.clock_off,
            )
        )
    return dict(found)


async def list_groups(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Group]]:
    """Everybody who registered, and who walked in, of each consultation."""
    groups: dict[uuid.UUID, list[Group]] = defaultdict(list)
    registered = select(Registration).where(Registration.consultation_id.in_(ids))
    for one in (await session.execute(registered)).scalars():
        groups[one.consultation_id].append(_group_of(one))
    walk_ins = select(WalkIn).where(WalkIn.consultation_id.in_(ids))
    for walked in (await session.execute(walk_ins)).scalars():
        groups[walked.consultation_id].append(Group(key=str(walked.id), name=walked.name, is_walk_in=True))
    return dict(groups)


def _group_of(one: Registration) -> Group:
    return Group(
        key=str(one.id),
        name=one.name,
        places=one.places,
        children=one.children,
        has_withdrawn=one.state == Coming.WITHDRAWN,
    )


async def list_sent(
    session: AsyncSession, device_id: uuid.UUID, sequences: Collection[int]
) -> dict[int, DoorEvent]:
    """What is there already of a device, by its own count."""
    query = select(DoorEvent).where(DoorEvent.device_id == device_id, DoorEvent.sequence.in_(sequences))
    return {one.sequence: one for one in (await session.execute(query)).scalars()}


async def last_sequence(session: AsyncSession, device_id: uuid.UUID) -> int:
    """The device's last count; 0 when it has noted nothing."""
    query = select(func.coalesce(func.max(DoorEvent.sequence), 0)).where(DoorEvent.device_id == device_id)
    return int((await session.execute(query)).scalar_one())


async def list_decisions(session: AsyncSession, consultation_id: uuid.UUID) -> list[DoorEvent]:
    """What organizers decided, the latest first."""
    query = select(DoorEvent).where(
        DoorEvent.consultation_id == consultation_id, DoorEvent.kind == Kind.DECIDED.value
    )
    ordered = query.order_by(DoorEvent.received_at.desc(), DoorEvent.id.desc())
    return list((await session.execute(ordered)).scalars())
