"""What the clock starts: reminders of evenings and of minutes, and forgetting what is no longer needed."""

from datetime import timedelta

from app.kit.clock import local_date, now
from app.kit.context import Services
from consultations import queries, service
from consultations.queries.commitments import list_due
from consultations.queries.minutes import list_without_minutes
from consultations.queries.satisfaction import list_to_ask
from consultations.service.commitments_telling import remind_of_answer, remind_of_commitment, remind_until
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


async def remind_of_terms(services: Services) -> None:
    """Tell of commitments and written answers that are due soon, or late; each in its own transaction."""
    moment = now()
    async with services.database.read() as session:
        commitments, questions = await list_due(session, until=remind_until(local_date(moment)))
    for one in commitments:
        async with services.database.write() as session:
            await remind_of_commitment(session, one, now=moment)
    for one in questions:
        async with services.database.write() as session:
            await remind_of_answer(session, one, now=moment)
