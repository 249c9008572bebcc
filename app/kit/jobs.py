"""The courier between the outbox and RQ: tells the queue which promise is due, nothing more."""

import asyncio
import uuid

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

log = structlog.get_logger()
JOB_TIMEOUT_SECONDS = 290  # a little less than the outbox's claim lasts


class RqCourier:
    """Enqueues `app.worker.run` for outbox rows; a row that can't be told now is found by the sweep."""

    def __init__(self, redis_url: str) -> None:
        self.connection: Redis = Redis.from_url(redis_url)

    async def __call__(self, promises: list[tuple[uuid.UUID, str]]) -> None:
        await asyncio.to_thread(self.send, promises)

    def send(self, promises: list[tuple[uuid.UUID, str]]) -> None:
        """Tell the queue of each (outbox id, queue name)."""
        try:
            for message_id, name in promises:
                queue = Queue(name, connection=self.connection, serializer=JSONSerializer)
                try:
                    queue.enqueue(
                        "app.worker.run",
                        str(message_id),
                        job_id=f"outbox-{message_id}",
                        unique=True,
                        job_timeout=JOB_TIMEOUT_SECONDS,
                        result_ttl=0,
                        failure_ttl=60,  # a killed worker leaves the id behind; the sweep must get through
                    )
                except DuplicateJobError:
                    continue
        except RedisError as error:
            log.warning("queue not told; the sweep will", count=len(promises), error=str(error))
