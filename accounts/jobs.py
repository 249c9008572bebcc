"""Jobs of accounts."""

from accounts.service.sweep import sweep_accounts as sweep
from app.kit import clock
from app.kit.context import Services


async def sweep_accounts(services: Services) -> None:
    """Once an hour: end what is over."""
    async with services.database.write() as session:
        await sweep(session, now=clock.now())
