"""What the workers do for ideas: sweeps by the clock, each idea in a transaction of its own."""

from app.kit import clock
from app.kit.clock import local_date
from app.kit.context import Services
from proposals import queries, service


async def resume_unanswered(services: Services) -> None:
    """Sweep: let clocks run again whose author has let the term for the answer pass."""
    now = clock.now()
    async with services.database.read() as session:
        due = await queries.list_unanswered(session, today=local_date(now))
    for idea_id in due:
        async with services.database.write() as session:
            await service.resume_unanswered(session, idea_id, now=now)
