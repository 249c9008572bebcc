"""What the workers do for the index."""

import structlog

from app.kit import clock
from app.kit.context import Services
from search import service

log = structlog.get_logger()


async def refresh_index(services: Services) -> None:
    """Sweep: bring the index up to what is public now."""
    written = await service.refresh(services.database, now=clock.now())
    if written:
        log.info("search index written", documents=written)
