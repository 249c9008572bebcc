"""The doors of the demonstration's consultations: who came to some that were held, and one that is tonight.

At one of them two tablets without network noted the same people differently, and nobody has decided yet.
"""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.db import new_id
from consultations import service
from consultations.models import Consultation, Registration
from consultations.rules.door import Kind
from consultations.service import Noted, Party

MINUTE = timedelta(minutes=1)
WALK_INS = (("Vasile Enache", 2), ("", 1), ("Doina Marin", 1), ("", 3))


async def seed_registrations(
    session: AsyncSession,
    lot: random.Random,
    row: Consultation,
    people: Sequence[Actor],
    *,
    share: int,
    first: datetime,
) -> list[Registration]:
    """Some of the crowd register, one after another."""
    return [
        await service.register(
            session, actor, row.id, Party(guests=turn % 3), now=first + turn * timedelta(hours=7)
        )
        for turn, actor in enumerate(lot.sample(list(people), share))
    ]


async def seed_door(
    session: AsyncSession,
    helper: Actor,
    row: Consultation,
    registered: Sequence[Registration],
    *,
    with_doubts: bool,
    now: datetime,
) -> None:
    """Most came, some walked in. `with_doubts`: a second tablet noted some of the same people, without
    network, and sent it in the end.
    """
    came = registered[: len(registered) * 4 // 5]
    first, second = uuid.uuid5(row.id, "tablet 1"), uuid.uuid5(row.id, "tablet 2")
    lines = [_arrive(one, place, now=now) for place, one in enumerate(came, start=1)]
    lines += [
        Noted(
            sequence=len(lines) + place,
            kind=Kind.WALKED_IN,
            group=uuid.uuid5(row.id, f"walk-in {place}"),
            people=people,
            name=name,
            at=now + (30 + place) * MINUTE,
        )
        for place, (name, people) in enumerate(WALK_INS, start=1)
    ]
    await _send(session, helper, row, first, lines, now=now + 45 * MINUTE)
    if with_doubts:
        again = [_arrive(one, place, now=now) for place, one in enumerate(came[:3], start=1)]
        again[1] = _arrive(came[1], 2, now=now, people=max(1, came[1].places - 1))
        walked = Noted(
            sequence=4,
            kind=Kind.WALKED_IN,
            group=new_id(),
            people=2,
            name="Enache Vasile",
            at=now + 33 * MINUTE,
        )
        await _send(session, helper, row, second, [*again, walked], now=now + 120 * MINUTE)


def _arrive(one: Registration, place: int, *, now: datetime, people: int = 0) -> Noted:
    return Noted(
        sequence=place, kind=Kind.ARRIVED, group=one.id, people=people or one.places, at=now + place * MINUTE
    )


async def _send(
    session: AsyncSession,
    helper: Actor,
    row: Consultation,
    device: uuid.UUID,
    lines: Sequence[Noted],
    *,
    now: datetime,
) -> None:
    await service.note_batch(session, helper, row.id, device, lines, sent_at=now, now=now)
