"""Where an idea was raised before staff entered it.

A port: `app/wiring.py` hands over who knows, for instance of the field consultation at which it was asked.
"""

import uuid
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

Origin = tuple[str, str]  # title, address
FindOrigin = Callable[[AsyncSession, uuid.UUID], Awaitable[Origin | None]]
_sources: dict[str, FindOrigin] = {}


def trace_by(kind: str, source: FindOrigin) -> None:
    """Let `source` say where ideas were raised."""
    _sources[kind] = source


async def find_origin(session: AsyncSession, idea_id: uuid.UUID) -> Origin | None:
    """Where an idea was raised, if anybody knows."""
    for source in _sources.values():
        found = await source(session, idea_id)
        if found is not None:
            return found
    return None
