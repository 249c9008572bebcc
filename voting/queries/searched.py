"""Votes as pages that are found, with what could be chosen in them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.text import uuids
from cycles.models import Cycle
from search.queries import Found
from voting.models import Poll, PollOption
from voting.states import PUBLIC_STATES

_PUBLIC = Poll.state.in_([state.value for state in PUBLIC_STATES])


class PollSource:
    """Every vote that was announced."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = select(Poll.id, Poll.state, Poll.contest_digest).where(_PUBLIC)
        return {
            str(row.id): f"{row.contest_digest}:{row.state}"[:80]
            for row in (await session.execute(query)).all()
        }

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        ids = uuids(keys)
        names: dict[object, list[str]] = {}
        options = select(PollOption.poll_id, PollOption.title).where(PollOption.poll_id.in_(ids))
        for row in (await session.execute(options.order_by(PollOption.position))).all():
            names.setdefault(row.poll_id, []).append(row.title)
        query = (
            select(Poll, Cycle.title.label("cycle"))
            .join(Cycle, Cycle.id == Poll.cycle_id)
            .where(Poll.id.in_(ids), _PUBLIC)
        )
        return [
            Found(
                key=str(poll.id),
                title=poll.title,
                place=cycle if cycle != poll.title else "",
                body=" · ".join(names.get(poll.id, ())),
                path=f"/polls/{poll.id}",
                at=poll.closed_at or poll.opened_at or poll.prepared_at,
            )
            for poll, cycle in (await session.execute(query)).all()
        ]
