"""Typed events: synchronous, inside the transaction of what caused them.

A listener that fails, fails the action; so listeners only write rows and queue jobs. Events are
frozen dataclasses in the past tense that carry ids. `app/wiring.py` says who listens to what.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

Listener = Callable[[AsyncSession, Any], Awaitable[None]]
_listeners: dict[type, list[Listener]] = defaultdict(list)


def subscribe(event_type: type, listener: Listener) -> None:
    """Let `listener(session, event)` run on each event of exactly this type; twice the same counts once."""
    if listener not in _listeners[event_type]:
        _listeners[event_type].append(listener)


async def publish(session: AsyncSession, event: object) -> None:
    """Run the listeners of `event` in the order of subscription."""
    for listener in _listeners[type(event)]:
        await listener(session, event)
