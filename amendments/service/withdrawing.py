"""Taking an act back: what was still to be held for it is called off, and those concerned are told."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.models import Act
from amendments.policy import may_withdraw_act
from amendments.service.acts import publish_fact
from amendments.service.debates import call_off_debate
from amendments.service.following import tell_followers
from amendments.service.sitting import call_off_sitting
from amendments.states import ActState, DebateState, SittingState
from app.kit.clock import local_date
from app.kit.policy import require


async def withdraw_act(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, reason: str, now: datetime
) -> Act:
    """The initiator takes the act back, with a public reason; everything stays readable. Its sitting, also
    one in its vote, and its public debate, unless it was held, are called off for the same reason.

    Locks: the act. Raises: Forbidden. Queues: mail to who follows the act and to who wanted to speak.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_withdraw_act(actor, act))
    act.move_to(ActState.WITHDRAWN)
    sitting = await queries.find_sitting(session, act_id)
    if sitting is not None and sitting.state != SittingState.CLOSED:
        await call_off_sitting(session, actor, act, sitting, reason=reason, now=now)
    for debate in await queries.list_debates(session, act_id):
        if debate.state == DebateState.CALLED:
            await call_off_debate(session, act, debate, reason=reason, now=now)
    tell_followers(session, act, ActState.WITHDRAWN.value, on=local_date(now), text=reason, now=now)
    facts: dict[str, object] = {"by": actor.name, "reason": reason}
    await publish_fact(session, "act.withdrawn", act, facts, now=now)
    return act
