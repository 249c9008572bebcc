"""Reading what participants say, and the tables that are public of it."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from consultations.models import Consultation, Opinion, OpinionsAsked
from consultations.queries.door import read_attendance
from consultations.queries.programme import Chosen, list_listed
from consultations.rules.satisfaction import (
    OPEN_DAYS,
    Given,
    Question,
    Table,
    closes_on,
    sum_tables,
    tabulate,
)
from consultations.states import State


async def find_opinion(session: AsyncSession, registration_id: uuid.UUID) -> Opinion | None:
    """What was said with this registration, as it is now."""
    query = select(Opinion).where(Opinion.registration_id == registration_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def list_opinions(session: AsyncSession, consultation_id: uuid.UUID) -> list[Opinion]:
    """All of a consultation, in no order that says who came when."""
    query = select(Opinion).where(Opinion.consultation_id == consultation_id)
    rows = list((await session.execute(query)).scalars())
    return sorted(rows, key=lambda one: one.id.bytes[::-1])


def read_given(one: Opinion) -> Given:
    """The points of an answer."""
    return {question: int(getattr(one, question.value)) for question in Question}


async def map_tables(
    session: AsyncSession, ids: Collection[uuid.UUID], *, now: datetime
) -> dict[uuid.UUID, Table]:
    """The public tables of consultations whose term is over; without those of too few people."""
    query = (
        select(Opinion, Consultation.ends_at)
        .join(Consultation, Consultation.id == Opinion.consultation_id)
        .where(Opinion.consultation_id.in_(ids))
    )
    given: dict[uuid.UUID, list[Given]] = {}
    for one, ends_at in (await session.execute(query)).all():
        if closes_on(local_date(ends_at)) < local_date(now):
            given.setdefault(one.consultation_id, []).append(read_given(one))
    tables = {key: tabulate(values) for key, values in given.items()}
    return {key: table for key, table in tables.items() if table is not None}


async def sum_chosen(session: AsyncSession, chosen: Chosen, *, now: datetime) -> Table | None:
    """The sum of the public tables of those chosen: of an official, a season, a neighbourhood."""
    rows = await list_listed(session, chosen)
    ids = [one.row.id for one in rows if one.row.state == State.HELD]
    return sum_tables((await map_tables(session, ids, now=now)).values())


async def list_who_came(session: AsyncSession, consultation_id: uuid.UUID) -> set[uuid.UUID]:
    """Registrations that were checked in at the door, whether they had a place or not."""
    attendance = await read_attendance(session, consultation_id)
    here = [one for one in attendance.standings.values() if one.is_here and not one.group.is_walk_in]
    return {uuid.UUID(one.group.key) for one in here}


async def list_to_ask(session: AsyncSession, *, now: datetime) -> list[uuid.UUID]:
    """Those that were held lately and whose participants have not been asked."""
    asked = select(OpinionsAsked.consultation_id)
    query = select(Consultation.id).where(
        Consultation.state == State.HELD.value,
        Consultation.ends_at > now - timedelta(days=OPEN_DAYS),
        Consultation.id.not_in(asked),
    )
    return list((await session.execute(query.order_by(Consultation.ends_at))).scalars())
