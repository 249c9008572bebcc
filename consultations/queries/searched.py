"""Field consultations as pages that are found."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.markdown import plain
from app.kit.text import uuids
from consultations.models import Consultation
from consultations.queries.programme import list_listed
from consultations.states import PUBLIC_STATES
from search.queries import Found


class ConsultationSource:
    """Every consultation that was published, by its words, streets, venue and official."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = select(Consultation.id, Consultation.sequence, Consultation.state).where(
            Consultation.state.in_([state.value for state in PUBLIC_STATES])
        )
        return {str(row.id): f"{row.sequence}:{row.state}" for row in (await session.execute(query)).all()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        return [
            Found(
                key=str(one.row.id),
                title=one.row.title,
                place=" · ".join((one.row.number or "", one.host.name, one.venue.area)),
                body=" ".join((plain(one.row.about), one.row.streets, one.venue.name, one.venue.address)),
                path=f"/consultations/{one.row.id}",
                at=one.row.starts_at,
            )
            for one in await list_listed(session, ids=uuids(keys))
        ]
