"""The council for tests: its roll, a sitting that is called, and votes by name."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act, Councillor, CouncilVote, Sitting
from amendments.rules.majority import Choice
from amendments.rules.voting_order import OrderPolicy
from amendments.service import Ballot, SittingDraft
from tests.make.accounts import NOON
from tests.make.acts import TO_COUNCIL

IN_OFFICE_SINCE = date(2024, 10, 28)
HELD_ON = date(2027, 4, 20)  # called on 14 April
CALLED = TO_COUNCIL + timedelta(days=1)
SITTING = datetime(2027, 4, 20, 18, 0, tzinfo=NOON.tzinfo)
SIGNS = {
    "+": Choice.FOR,
    "-": Choice.AGAINST,
    "o": Choice.ABSTAINED,
    "x": Choice.BARRED,
    ".": Choice.ABSENT,
}
REASON = "Vecinii cer acest lucru de doi ani, iar bugetul îl permite."


async def make_council(
    session: AsyncSession, clerk: Actor, *, size: int = 5, actors: tuple[Actor, ...] = ()
) -> list[Councillor]:
    """`size` councillors in office; the first ones have these accounts."""
    found = []
    for at in range(size):
        actor = actors[at] if at < len(actors) else None
        found.append(
            await service.add_councillor(
                session,
                clerk,
                name=actor.name if actor else f"Consilier {at + 1}",
                since_on=IN_OFFICE_SINCE,
                account_id=actor.id if actor else None,
                now=NOON,
            )
        )
    return found


async def call(
    session: AsyncSession,
    clerk: Actor,
    act: Act,
    *,
    held_on: date = HELD_ON,
    policy: OrderPolicy = OrderPolicy.FAR_REACHING,
    now: datetime = CALLED,
) -> Sitting:
    """A sitting that is called."""
    draft = SittingDraft(held_on=held_on, begins_at="18:00", place="Sala de consiliu", policy=policy)
    return await service.call_sitting(session, clerk, act.id, draft, now=now)


def by_number(sitting: Sitting, votes: str) -> Mapping[str, Choice]:
    """What each on the roll did, in its order: + for, - against, o abstained, x conflict of interest, .
    absent.
    """
    return {one.id: SIGNS[sign] for one, sign in zip(queries.read_roll(sitting), votes, strict=True)}


async def vote(
    session: AsyncSession,
    clerk: Actor,
    sitting: Sitting,
    motion: object,
    votes: str,
    *,
    seen: int = 0,
    reason: str = "",
    now: datetime = SITTING,
) -> CouncilVote:
    """A vote by name that is entered."""
    ballot = Ballot(motion=str(motion), choices=by_number(sitting, votes), seen=seen, reason=reason)
    return await service.record_vote(session, clerk, sitting.act_id, ballot, now=now)
