"""Reading who comes."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import crypto
from consultations.errors import TicketNotFound
from consultations.models import Consultation, Registration
from consultations.states import Coming


async def list_registrations(session: AsyncSession, consultation_id: uuid.UUID) -> list[Registration]:
    """Everybody who registered, in that order; those who withdrew too."""
    query = select(Registration).where(Registration.consultation_id == consultation_id)
    return list((await session.execute(query.order_by(Registration.position))).scalars())


async def list_expected(session: AsyncSession, consultation_id: uuid.UUID) -> list[Registration]:
    """Who comes or waits, in order."""
    query = select(Registration).where(
        Registration.consultation_id == consultation_id, Registration.state != Coming.WITHDRAWN.value
    )
    return list((await session.execute(query.order_by(Registration.position))).scalars())


async def list_waiting(session: AsyncSession, consultation_id: uuid.UUID) -> list[Registration]:
    """The waiting list, as it is now, in its order. To be read under the consultation's lock."""
    query = select(Registration).where(
        Registration.consultation_id == consultation_id, Registration.state == Coming.WAITING.value
    )
    ordered = query.order_by(Registration.position).execution_options(populate_existing=True)
    return list((await session.execute(ordered)).scalars())


async def sum_places(session: AsyncSession, consultation_id: uuid.UUID) -> int:
    """Places that are taken."""
    query = select(func.coalesce(func.sum(1 + Registration.guests), 0)).where(
        Registration.consultation_id == consultation_id, Registration.state == Coming.CONFIRMED.value
    )
    return int((await session.execute(query)).scalar_one())


async def count_places(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """(places taken, people waiting) of each consultation."""
    query = (
        select(
            Registration.consultation_id,
            Registration.state,
            func.sum(1 + Registration.guests).label("places"),
        )
        .where(Registration.consultation_id.in_(ids), Registration.state != Coming.WITHDRAWN.value)
        .group_by(Registration.consultation_id, Registration.state)
    )
    found: dict[uuid.UUID, dict[str, int]] = {}
    for row in (await session.execute(query)).all():
        found.setdefault(row.consultation_id, {})[row.state] = int(row.places)
    return {
        key: (states.get(Coming.CONFIRMED.value, 0), states.get(Coming.WAITING.value, 0))
        for key, states in found.items()
    }


async def last_position(session: AsyncSession, consultation_id: uuid.UUID) -> int:
    """The last place of the order of registering; 0 when nobody has."""
    query = select(func.coalesce(func.max(Registration.position), 0))
    query = query.where(Registration.consultation_id == consultation_id)
    return int((await session.execute(query)).scalar_one())


async def find_registration(
    session: AsyncSession, consultation_id: uuid.UUID, accounts: Sequence[uuid.UUID]
) -> Registration | None:
    """This person's registration, from whichever of their accounts; one that holds before one withdrawn."""
    query = select(Registration).where(
        Registration.consultation_id == consultation_id, Registration.account_id.in_(accounts)
    )
    rows = (await session.execute(query.execution_options(populate_existing=True))).scalars().all()
    return min(rows, key=lambda row: (row.state == Coming.WITHDRAWN, row.position), default=None)


async def get_registration_by_code(session: AsyncSession, code: str) -> Registration:
    """Raises: TicketNotFound."""
    query = select(Registration).where(Registration.code == crypto.normalise_code(code))
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise TicketNotFound()
    return found


async def list_to_call(
    session: AsyncSession, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Registration]]:
    """Who gave only a telephone number and has not been told of the last change, by consultation."""
    query = (
        select(Registration)
        .join(Consultation, Consultation.id == Registration.consultation_id)
        .where(
            Registration.consultation_id.in_(ids),
            Registration.account_id.is_(None),
            Registration.email == "",
            Registration.phone != "",
            Registration.state != Coming.WITHDRAWN.value,
            Registration.told_sequence < Consultation.sequence,
        )
        .order_by(Registration.position)
    )
    found: dict[uuid.UUID, list[Registration]] = {}
    for one in (await session.execute(query)).scalars():
        found.setdefault(one.consultation_id, []).append(one)
    return found


async def list_coming_of(
    session: AsyncSession, accounts: Sequence[uuid.UUID]
) -> list[tuple[Registration, Consultation]]:
    """Where this person is expected or was, the latest first."""
    query = (
        select(Registration, Consultation)
        .join(Consultation, Consultation.id == Registration.consultation_id)
        .where(Registration.account_id.in_(accounts))
        .order_by(Consultation.starts_at.desc())
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]
