"""RQ worker and scheduler: entry points of the processes beside the web.

`python -m app.worker work` serves the queues, `python -m app.worker schedule` keeps time. RQ calls `run`
with the id of an outbox row; engines and connections are made after the fork, once for each job.
"""

import asyncio
import importlib
import signal
import sys
import time
import uuid

import structlog
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.kit import clock, outbox
from app.kit.context import Services
from app.main import make_services
from app.settings import get_settings
from app.wiring import SCHEDULE, wire

log = structlog.get_logger()
MAINTENANCE_SECONDS = 60  # RQ forgets the jobs of a killed worker before their claim in the outbox lapses


def run(message_id: str) -> None:
    """Run the job of one outbox row, if it is still to be run."""
    asyncio.run(_with_services(uuid.UUID(message_id)))


def run_scheduled(job: str) -> None:
    """Run one row of the schedule table."""
    asyncio.run(_with_services(job))


async def _with_services(what: uuid.UUID | str) -> None:
    wire()
    services = make_services(get_settings())
    try:
        if isinstance(what, str):
            await resolve(what)(services)
        else:
            await run_message(services, what)
    finally:
        await services.database.dispose()
        await services.redis.aclose()


async def run_message(services: Services, message_id: uuid.UUID) -> bool:
    """Claim, run, finish; a failure is written down and tried again later. Returns whether it ran well."""
    async with services.database.write() as session:
        claimed = await outbox.claim(session, message_id, clock.now())
    if claimed is None:
        return False
    job, arguments = claimed
    try:
        await resolve(job)(services, **arguments)
    except Exception as error:  # the boundary of a job: whatever it was, the promise stays and is tried again
        log.error("job failed", job=job, id=str(message_id), exc_info=error)
        async with services.database.write() as session:
            await outbox.fail(session, message_id, clock.now(), f"{type(error).__name__}: {error}")
        return False
    async with services.database.write() as session:
        await outbox.finish(session, message_id)
    return True


def resolve(job: str):  # type: ignore[no-untyped-def]
    """The function a job string names. Raises: AttributeError, ModuleNotFoundError."""
    module, _, name = job.rpartition(".")
    return getattr(importlib.import_module(module), name)


async def sweep_outbox(services: Services) -> None:
    """Tell the queue again of promises that are due and that nobody has taken."""
    async with services.database.read() as session:
        due = await outbox.list_due(session, clock.now())
    if due and services.database.courier is not None:
        await services.database.courier(due)


def work() -> None:
    """Serve the queues until told to stop."""
    wire()
    make_services(get_settings())  # reads templates and catalogues: each job is a fork, and would do it again
    connection: Redis = Redis.from_url(get_settings().redis_url)
    queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in outbox.QUEUES]
    worker = Worker(
        queues, connection=connection, serializer=JSONSerializer, maintenance_interval=MAINTENANCE_SECONDS
    )
    worker.work(logging_level="WARNING")


def schedule() -> None:
    """Start each row of the schedule table at its interval; one scheduler an installation is enough."""
    queue = Queue("high", connection=Redis.from_url(get_settings().redis_url), serializer=JSONSerializer)
    next_at = {row.job: 0.0 for row in SCHEDULE}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        for row in SCHEDULE:
            if time.monotonic() >= next_at[row.job]:
                next_at[row.job] = time.monotonic() + row.every_seconds
                queue.enqueue(
                    "app.worker.run_scheduled", row.job, result_ttl=0, failure_ttl=60, ttl=row.every_seconds
                )
        time.sleep(1)


if __name__ == "__main__":
    {"work": work, "schedule": schedule}[sys.argv[1]]()
