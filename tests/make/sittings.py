"""The council for tests: its roll, a sitting that is called, and votes by name."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act, Councillor, CouncilVote, Sitting
from amendments.rules.majority import Choice
from amendments.rules.voting_order import WHOLE_ACT, OrderPolicy
from amendments.service import Ballot, SittingDraft
from amendments.states import Outcome
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    TO_COUNCIL,
    answer,
    edit,
    make_act,
    make_clerk,
    make_councillor,
    make_person,
    propose,
)

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


async def make_voted(session: AsyncSession, folder: Path) -> Act:
    """An adopted act: of two that contradict each other one was adopted and the other fell; the vote on a
    third was corrected.
    """
    clerk, councillor, author = (
        await make_clerk(session), await make_councillor(session), await make_person(session)
    )  # fmt: skip
    await make_council(session, clerk, actors=(councillor,))
    act = await make_act(session, clerk, folder)
    proposed = (
        edit("a1", "Tariful este de 5 lei pe oră."),
        edit("a1", "Tariful este de 8 lei pe oră."),
        edit("a2-1", "Abonamentul lunar costă 200 de lei."),
    )
    rows = [await propose(session, author, act, operations) for operations in proposed]
    await service.close_debate(session, clerk, act.id, now=AFTER)
    for row in rows:
        await answer(session, councillor, row, Outcome.REJECTED)
    await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    for row in rows:
        await service.take_over(session, councillor, row.id, reason=REASON, now=CALLED)
    sitting = await call(session, clerk, act)
    members = await queries.list_councillors(session, on=HELD_ON)
    await service.begin_vote(session, clerk, act.id, [str(one.id) for one in members[:4]], now=SITTING)
    await vote(session, clerk, sitting, rows[0].id, "+++x.")
    await vote(session, clerk, sitting, rows[2].id, "++o-.")
    await vote(session, clerk, sitting, rows[2].id, "+--x.", seen=1, reason="Numărătoarea a fost greșită.")
    await vote(session, clerk, sitting, WHOLE_ACT, "++++.")
    return await service.end_vote(session, clerk, act.id, number=12, now=SITTING)
