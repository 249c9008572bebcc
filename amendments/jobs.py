"""What the workers do for acts."""

from amendments import service
from app.kit import clock
from app.kit.context import Services


async def keep_files(services: Services) -> None:
    """Sweep: write down the files of versions that have none yet."""
    async with services.database.read() as session:
        found = await service.list_unkept(session)
    for version_id in found:
        async with services.database.write() as session:
            await service.keep_files(
                session, version_id, district=services.settings.district, now=clock.now()
            )
