"""Acts as what may be followed; `app/wiring.py` hands them over."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments.models import Act
from amendments.policy import may_view
from app.kit.text import uuids
from notices.queries import Topic
from notices.states import Link


def act_topic(act_id: uuid.UUID) -> str:
    """What is followed of an act."""
    return f"act:{act_id}"


class ActTopics:
    """Acts that were announced; nobody but followers is linked to them: authors of amendments are written to
    by what becomes of these.
    """

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """Those that this reader may know of."""
        query = select(Act).where(Act.id.in_(uuids(keys)), Act.number.is_not(None))
        return {
            str(act.id): Topic(act_topic(act.id), f"{act.number}, {act.title}", f"/acts/{act.id}")
            for act in (await session.execute(query)).scalars()
            if may_view(actor, act)
        }

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Nobody."""
        return []

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """None: a decision holds in the whole sector."""
        return ""
