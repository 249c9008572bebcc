"""What the workers do for acts."""

import asyncio

from amendments import queries, service
from app.kit import clock
from app.kit.context import Services


async def keep_files(services: Services) -> None:
    """Sweep: write down the files of versions that have none yet."""
    async with services.database.read() as session:
        found = await service.list_unkept(session)
    for version_id in found:
        async with services.database.read() as session:
            version = await queries.get_version(session, version_id)
            act = await queries.get_act(session, version.act_id)
        files = await asyncio.to_thread(service.write_files, services.settings.district, act, version)
        async with services.database.write() as session:
            await service.keep_files(session, version_id, files, now=clock.now())


async def end_completions(services: Services) -> None:
    """Sweep: what was returned to its author and did not come back in its term stands as it was sent."""
    now = clock.now()
    async with services.database.read() as session:
        found = await service.list_lapsed(session, today=clock.local_date(now))
    for amendment_id in found:
        async with services.database.write() as session:
            await service.let_lapse(session, amendment_id, now=now)
