"""Reading polls. Lists and boxes by Core columns; single polls as objects."""

import uuid
from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from accounts.queries import list_same_person
from cycles.models import Cycle, Stage
from voting.errors import PollNotFound
from voting.models import BoxEntry, Confirmation, Participation, Poll, PollOption, ResultFile, Tally
from voting.policy import PollFacts
from voting.states import Act, PollState


class PollInFull(msgspec.Struct, frozen=True):
    """A poll with its cycle, dates and standing confirmations: what pages and decisions need."""

    poll: Poll
    cycle: Cycle
    stage: Stage
    confirmations: list[Confirmation]

    @property
    def facts(self) -> PollFacts:
        return facts_of(self.poll, self.stage, self.confirmations)


class FoundEntry(msgspec.Struct, frozen=True):
    """What anyone may learn from a check code."""

    poll_id: uuid.UUID
    cast_on: date
    replaced_on: date | None


def facts_of(poll: Poll, stage: Stage, confirmations: Sequence[Confirmation]) -> PollFacts:
    """The poll as decisions see it."""
    confirmed: dict[Act, tuple[uuid.UUID, ...]] = {}
    for one in confirmations:
        if one.withdrawn_at is None:
            confirmed[Act(one.act)] = (*confirmed.get(Act(one.act), ()), one.account_id)
    return PollFacts(
        state=PollState(poll.state),
        opens_at=stage.opens_at,
        closes_at=stage.closes_at,
        confirmed_by=confirmed,
        is_imported=poll.is_imported,
    )


async def get_poll(session: AsyncSession, poll_id: uuid.UUID, *, lock: bool = False) -> PollInFull:
    """A poll in full. Raises: PollNotFound. `lock`: hold the poll's row until the transaction ends, and its
    dates as they are.

    The lock is taken first and everything else read after it, so that what was read stays true. Whoever
    changes the dates holds the stage alone and takes no lock of a poll after it.
    """
    query = select(Poll).where(Poll.id == poll_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    poll = (await session.execute(query)).scalar_one_or_none()
    if poll is None:
        raise PollNotFound()
    joined = select(Cycle, Stage).join(Stage, Stage.id == poll.stage_id).where(Cycle.id == poll.cycle_id)
    if lock:
        joined = joined.with_for_update(read=True, of=Stage).execution_options(populate_existing=True)
    cycle, stage = (await session.execute(joined)).one()
    return PollInFull(poll, cycle, stage, await list_confirmations(session, poll_id))


async def list_confirmations(session: AsyncSession, poll_id: uuid.UUID) -> list[Confirmation]:
    """All of a poll's confirmations, withdrawn ones too, oldest first."""
    query = (
        select(Confirmation)
        .where(Confirmation.poll_id == poll_id)
        .order_by(Confirmation.confirmed_at)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def list_options(session: AsyncSession, poll_id: uuid.UUID) -> list[PollOption]:
    """By their place on the frozen list."""
    query = select(PollOption).where(PollOption.poll_id == poll_id).order_by(PollOption.position)
    return list((await session.execute(query)).scalars())


async def find_poll_of_cycle(session: AsyncSession, cycle_id: uuid.UUID) -> Poll | None:
    """The cycle's poll: the newest that was not cancelled, else the newest, else None."""
    query = (
        select(Poll)
        .where(Poll.cycle_id == cycle_id)
        .order_by(Poll.state == PollState.CANCELLED, Poll.prepared_at.desc())
        .options(selectinload(Poll.options))
    )
    return (await session.execute(query)).scalars().first()


async def list_polls(session: AsyncSession) -> Sequence[Row[Poll, Cycle, Stage]]:
    """(Poll, Cycle, Stage) of every poll that is public, newest dates first."""
    query = (
        select(Poll, Cycle, Stage)
        .join(Cycle, Cycle.id == Poll.cycle_id)
        .join(Stage, Stage.id == Poll.stage_id)
        .order_by(Stage.opens_at.desc(), Poll.prepared_at.desc())
    )
    return (await session.execute(query)).all()


async def has_voted(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Whether this person's ballot is in the box (not which), from this account or from another of theirs.

    A verification that was withdrawn from one account and given to another must not give a second vote.
    """
    people = await list_same_person(session, account_id)
    query = select(Participation.poll_id).where(
        Participation.poll_id == poll_id, Participation.account_id.in_(people)
    )
    return (await session.execute(query.limit(1))).first() is not None


async def count_voters(session: AsyncSession, poll_id: uuid.UUID) -> int:
    """How many people have voted: the turnout, the only number that is public while voting is open."""
    query = select(func.count()).select_from(Participation).where(Participation.poll_id == poll_id)
    return (await session.execute(query)).scalar_one()


async def find_entry(session: AsyncSession, poll_id: uuid.UUID, code: str) -> BoxEntry | None:
    """The entry of a check code in one box."""
    query = select(BoxEntry).where(BoxEntry.poll_id == poll_id, BoxEntry.code == code)
    return (await session.execute(query)).scalar_one_or_none()


async def is_replaced(session: AsyncSession, poll_id: uuid.UUID, code: str) -> bool:
    """Whether a newer entry stands for this one."""
    query = select(BoxEntry.position).where(BoxEntry.poll_id == poll_id, BoxEntry.replaces_code == code)
    return (await session.execute(query)).first() is not None


async def find_entries(session: AsyncSession, code: str) -> list[FoundEntry]:
    """The entries of a check code in every box, with the day of the entry that replaced it."""
    newer = aliased(BoxEntry)
    query = (
        select(BoxEntry.poll_id, BoxEntry.cast_on, newer.cast_on.label("replaced_on"))
        .outerjoin(newer, and_(newer.poll_id == BoxEntry.poll_id, newer.replaces_code == BoxEntry.code))
        .where(BoxEntry.code == code)
    )
    return [FoundEntry(*row) for row in (await session.execute(query)).all()]


async def list_codes(
    session: AsyncSession, poll_id: uuid.UUID, *, offset: int, limit: int
) -> Sequence[Row[str, bool]]:
    """(code, is_replaced) sorted by code, which has nothing to do with when it was cast."""
    newer = aliased(BoxEntry)
    query = (
        select(BoxEntry.code, newer.position.is_not(None).label("is_replaced"))
        .outerjoin(newer, and_(newer.poll_id == BoxEntry.poll_id, newer.replaces_code == BoxEntry.code))
        .where(BoxEntry.poll_id == poll_id)
        .order_by(BoxEntry.code)
        .offset(offset)
        .limit(limit)
    )
    return (await session.execute(query)).all()


async def last_entry(session: AsyncSession, poll_id: uuid.UUID) -> Row[int, str] | None:
    """(position, hash) of the newest entry of a box, or None when it is empty."""
    query = (
        select(BoxEntry.position, BoxEntry.hash)
        .where(BoxEntry.poll_id == poll_id)
        .order_by(BoxEntry.position.desc())
        .limit(1)
    )
    return (await session.execute(query)).one_or_none()


async def list_box(
    session: AsyncSession, poll_id: uuid.UUID
) -> Sequence[Row[int, str, str, str | None, str, bytes]]:
    """The whole box in its order: (position, code, commitment, replaces_code, hash, paper)."""
    query = (
        select(
            BoxEntry.position,
            BoxEntry.code,
            BoxEntry.commitment,
            BoxEntry.replaces_code,
            BoxEntry.hash,
            BoxEntry.paper,
        )
        .where(BoxEntry.poll_id == poll_id)
        .order_by(BoxEntry.position)
    )
    return (await session.execute(query)).all()


async def find_tally(session: AsyncSession, poll_id: uuid.UUID) -> Tally | None:
    """The count, once there is one."""
    return await session.get(Tally, poll_id)


async def list_files(session: AsyncSession, poll_id: uuid.UUID) -> list[ResultFile]:
    """The published downloads, in their order."""
    query = select(ResultFile).where(ResultFile.poll_id == poll_id).order_by(ResultFile.position)
    return list((await session.execute(query)).scalars())
