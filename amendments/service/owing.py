"""What a public debate owes before the text goes on: that it is held where it was asked for, that its minutes
are public, and that what was said at it waits for answers as what was written does.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import DebateNotHeld, DebateOwed, MinutesOwed, SaidUnregistered
from amendments.models import Act, ActEvent
from amendments.rules.procedure import Duty, Event, list_owed
from amendments.service.acts import note_event, publish_fact
from amendments.states import DebateState
from app.kit.clock import local_date


async def check_said(session: AsyncSession, act: Act) -> None:
    """Raises: SaidUnregistered while something that was recommended at a meeting is no amendment."""
    if waiting := await queries.list_unregistered(session, act.id):
        raise SaidUnregistered(number=len(waiting))


def owed_to_debates(events: Iterable[ActEvent]) -> tuple[Duty, ...]:
    """What has to happen before the text goes to the council, by its timeline: of every round."""
    steps = [(Event(one.event), one.happened_on) for one in events]
    return list_owed(Event.SENT_TO_ENDORSEMENT, steps)


async def settle_debates(
    session: AsyncSession, actor: Actor, act: Act, *, without_debate: str, now: datetime
) -> None:
    """Make sure that no public debate is owed. `without_debate`: why none is held although one was asked for;
    it is written down in public, and for nothing else. The caller holds the act's lock.

    Locks: the register's head, where a reason is written down. Raises: DebateNotHeld while people are called
    to one, DebateOwed, MinutesOwed.
    """
    if any(one.state == DebateState.CALLED for one in await queries.list_debates(session, act.id)):
        raise DebateNotHeld()
    owed = {duty.after: duty for duty in owed_to_debates(await queries.list_events(session, act.id))}
    if minutes := owed.get(Event.DEBATE_ENDED):
        raise MinutesOwed(source=minutes.source)
    if (debate := owed.get(Event.DEBATE_REQUESTED)) is None:
        return
    if not without_debate:
        raise DebateOwed(source=debate.source)
    await note_event(session, actor, act, Event.DEBATE_REFUSED, local_date(now), text=without_debate, now=now)
    facts: dict[str, object] = {"reason": without_debate, "by": actor.name}
    await publish_fact(session, "act.debate_refused", act, facts, now=now)
