"""What the workers do for ideas: sweeps by the clock, each idea in a transaction of its own."""

import structlog

from app.kit import clock
from app.kit.clock import local_date
from app.kit.context import Services
from app.kit.errors import DomainError
from proposals import queries, service
from proposals.states import late_steps

log = structlog.get_logger()


async def publish_prepared(services: Services) -> None:
    """Sweep: publish the prepared verdicts whose moment has come, all at the same time. One that cannot be
    published, because the world has changed since, stays with its problem and keeps no other from it.
    """
    now = clock.now()
    async with services.database.read() as session:
        ready = await queries.list_ready(session, now=now)
    for prepared_id in ready:
        try:
            async with services.database.write() as session:
                await service.publish_prepared(session, prepared_id, now=now)
        except DomainError as problem:
            log.warning("verdict not published", prepared=str(prepared_id), problem=str(problem))
            async with services.database.write() as session:
                await service.note_problem(session, prepared_id, problem)


async def remind_of_deadlines(services: Services) -> None:
    """Sweep: tell of deadlines that are near, and of those that have passed, each once."""
    now = clock.now()
    async with services.database.read() as session:
        today = local_date(now)
        until = service.remind_until(today)
        ideas = await queries.list_to_remind(session, today=today, until=until)
        advice = await queries.list_advice_to_remind(session, today=today, until=until)
        contested = await queries.list_contestations_to_remind(session, today=today, until=until)
    for remind, found in (
        (service.remind_of_deadline, ideas),
        (service.remind_of_advice, advice),
        (service.remind_of_contestation, contested),
    ):
        for one in found:
            async with services.database.write() as session:
                await remind(session, one, now=now)


async def resume_unanswered(services: Services) -> None:
    """Sweep: let clocks run again whose author has let the term for the answer pass."""
    now = clock.now()
    async with services.database.read() as session:
        due = await queries.list_unanswered(session, today=local_date(now))
    for idea_id in due:
        async with services.database.write() as session:
            await service.resume_unanswered(session, idea_id, now=now)


async def tell_of_late(services: Services) -> None:
    """Sweep: announce milestones whose day has passed without them, each plan once."""
    now = clock.now()
    today = local_date(now)
    async with services.database.read() as session:
        funded = [row.id for row in await queries.list_funded(session)]
        steps = await queries.list_steps(session, funded)
    for project_id in funded:
        if late_steps(steps.get(project_id, []), today=today):
            async with services.database.write() as session:
                await service.tell_of_late(session, project_id, today=today, now=now)


async def forget_senders(services: Services) -> None:
    """Sweep: erase who sent the ideas that staff have entered, when the time for which it is kept is over."""
    now = clock.now()
    async with services.database.read() as session:
        due = await queries.list_to_forget(session, today=local_date(now))
    for idea_id in due:
        async with services.database.write() as session:
            await service.forget_sender(session, services.storage, idea_id, now=now)
