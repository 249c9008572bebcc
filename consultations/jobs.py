"""What the clock starts: reminders of evenings and of minutes, and forgetting what is no longer needed."""

from datetime import timedelta

from app.kit.clock import now
from app.kit.context import Services
from consultations import queries, service
from consultations.queries.minutes import list_without_minutes
from consultations.queries.satisfaction import list_to_ask
from consultations.service.questions_own import forget_askers

BEFORE = timedelta(hours=30)  # reminded of the next evening from the morning of the day before on


async def remind_who_comes(services: Services) -> None:
    """Remind everybody of what is tomorrow, each consultation in a transaction of its own."""
    moment = now()
    async with services.database.read() as session:
        ids = await queries.list_to_remind(session, now=moment, before=moment + BEFORE)
    for one in ids:
        async with services.database.write() as session:
            await service.remind(session, one, now=moment)


async def ask_who_came(services: Services) -> None:
    """Ask who had a place how it was, each consultation in a transaction of its own."""
    moment = now()
    async with services.database.read() as session:
        ids = await list_to_ask(session, now=moment)
    for one in ids:
        async with services.database.write() as session:
            await service.ask_who_came(session, one, now=moment)


async def forget_people(services: Services) -> None:
    """Delete the needs, numbers and addresses of who came to what is long over, and the names of walk-ins."""
    async with services.database.write() as session:
        await service.forget_people(session, now=now())
        await forget_askers(session, now=now())
        await service.forget_walk_ins(session, now=now())
        await service.forget_comments(session, now=now())


async def remind_of_minutes(services: Services) -> None:
    """Tell organizers of minutes that are due soon, or late; each consultation is a transaction."""
    moment = now()
    async with services.database.read() as session:
        ids = await list_without_minutes(session)
    for one in ids:
        async with services.database.write() as session:
            await service.remind_of_minutes(session, one, now=moment)
