"""Consultations and officials as what may be followed; `app/wiring.py` hands them over."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.text import uuids
from consultations.models import Consultation, Host, Venue
from consultations.states import State
from notices.models import Follow
from notices.queries import Topic
from notices.states import Link


class ConsultationTopics:
    """Consultations that were published. Who follows their official is linked to them; who registered is
    written to by the service itself.
    """

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """Those that are public."""
        query = select(Consultation).where(
            Consultation.id.in_(uuids(keys)), Consultation.state != State.PROPOSED.value
        )
        return {
            str(row.id): Topic(
                f"consultation:{row.id}", f"{row.number}, {row.title}", f"/consultations/{row.id}"
            )
            for row in (await session.execute(query)).scalars()
        }

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Followers of the official, in the order of their ids."""
        if link is not Link.SUPPORTED:
            return []
        host = select(Consultation.host_id).where(Consultation.id == uuid.UUID(key))
        host_id = (await session.execute(host)).scalar_one_or_none()
        query = select(Follow.account_id).where(Follow.topic == f"host:{host_id}", Follow.account_id > after)
        return list((await session.execute(query.order_by(Follow.account_id).limit(limit))).scalars())

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """The neighbourhood in which it is held."""
        query = select(Venue.area).join(Consultation, Consultation.venue_id == Venue.id)
        query = query.where(Consultation.id == uuid.UUID(key))
        return (await session.execute(query)).scalar_one_or_none() or ""


class HostTopics:
    """Officials; nobody but followers is linked to them."""

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """All of them are public."""
        query = select(Host).where(Host.id.in_(uuids(keys)))
        return {
            str(host.id): Topic(
                f"host:{host.id}", f"{host.name}, {host.office}", f"/consultations/hosts/{host.slug}"
            )
            for host in (await session.execute(query)).scalars()
        }

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Nobody."""
        return []

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """None."""
        return ""
