"""Limits on tries, counted exactly across processes by one small script in Redis."""

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from app.kit.errors import TooMany

log = structlog.get_logger()
_SCRIPT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""


class RateLimiter:
    """Counts tries by key in fixed windows."""

    def __init__(self, client: "redis.asyncio.Redis") -> None:
        self._script = client.register_script(_SCRIPT)

    async def check(self, key: str, *, limit: int, seconds: int) -> None:
        """Count one try. Raises: TooMany when there were more than `limit` within `seconds`.

        Without Redis tries are let through: a lost cache must not lock a town out. The password hash's cost
        remains as the limit then.
        """
        try:
            count, left = await self._script(keys=[f"limit:{key}"], args=[seconds * 1000])
        except RedisError as error:
            log.warning("rate limit not counted", key=key.split(":", maxsplit=1)[0], error=str(error))
            return
        if count > limit:
            raise TooMany(retry_after_seconds=max(1, -(-int(left) // 1000)))
