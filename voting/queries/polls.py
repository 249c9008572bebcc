"""Reading polls. Lists and boxes by Core columns; single polls as objects."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import BindParameter, Row, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload

from accounts.queries import SAME_PERSON
from cycles.models import Cycle, Stage
from cycles.states import CycleKind
from voting.errors import PollNotFound
from voting.models import BoxEntry, Confirmation, Participation, Poll, PollOption, ResultFile, Tally
from voting.policy import PollFacts
from voting.states import Act, PaperPhase, PollState, SealingPhase

# What pages of a vote and casting a ballot ask for is made once: making a statement costs more than most of
# the answers. Parameters: "poll", and what else a statement names.
_OF_POLL: BindParameter[uuid.UUID] = bindparam("poll")
_LOCKED = select(Poll.id).where(Poll.id == _OF_POLL).with_for_update()
_DATED = (
    select(Poll, Cycle, Stage)
    .join(Cycle, Cycle.id == Poll.cycle_id)
    .join(Stage, Stage.id == Poll.stage_id)
    .where(Poll.id == _OF_POLL)
)
_DATED_LOCKED = _DATED.with_for_update(read=True, of=Stage).execution_options(populate_existing=True)
_CONFIRMATIONS = (
    select(Confirmation)
    .where(Confirmation.poll_id == _OF_POLL)
    .order_by(Confirmation.confirmed_at)
    .execution_options(populate_existing=True)
)
_OPTIONS = select(PollOption).where(PollOption.poll_id == _OF_POLL).order_by(PollOption.position)
_HAS_VOTED = (
    select(Participation.poll_id)
    .where(
        Participation.poll_id == _OF_POLL,
        Participation.account_id.in_(SAME_PERSON),
    )
    .limit(1)
)
_VOTER_COUNT = select(func.count()).select_from(Participation).where(Participation.poll_id == _OF_POLL)
_ENTRY = select(BoxEntry).where(BoxEntry.poll_id == _OF_POLL, BoxEntry.code == bindparam("code"))
_LAST_ENTRY = (
    select(BoxEntry.position, BoxEntry.hash)
    .where(BoxEntry.poll_id == _OF_POLL)
    .order_by(BoxEntry.position.desc())
    .limit(1)
)

_POLL_STATE = (
    select(Poll.id, Poll.state)
    .where(Poll.cycle_id == bindparam("cycle"))
    .order_by(Poll.state == PollState.CANCELLED, Poll.prepared_at.desc())
    .limit(1)
)

# To be read together with other figures; the parameter is "cycle".
POLL_OF_CYCLE = _POLL_STATE.with_only_columns(Poll.id).scalar_subquery()
"""The id of the cycle's poll, as `find_poll_of_cycle` chooses it."""
VOTER_COUNT_OF_CYCLE = (
    select(func.count())
    .select_from(Participation)
    .where(Participation.poll_id == POLL_OF_CYCLE)
    .scalar_subquery()
)
"""How many people have voted in that poll."""


class PollInFull(msgspec.Struct, frozen=True):
    """A poll with its cycle, dates and standing confirmations: what pages and decisions need."""

    poll: Poll
    cycle: Cycle
    stage: Stage
    confirmations: list[Confirmation]

    @property
    def is_election(self) -> bool:
        """Whether it is for people or a single choice, without money."""
        return self.cycle.kind == CycleKind.ELECTION

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
        sealing=None if poll.sealing is None else SealingPhase(poll.sealing),
        paper=None if poll.paper is None else PaperPhase(poll.paper),
    )


async def get_poll(session: AsyncSession, poll_id: uuid.UUID, *, lock: bool = False) -> PollInFull:
    """A poll in full. Raises: PollNotFound. `lock`: hold the poll's row until the transaction ends, and its
    dates as they are.

    The lock is taken first and everything else read after it, so that what was read stays true. Whoever
    changes the dates holds the stage alone and takes no lock of a poll after it.
    """
    if lock:
        await lock_poll(session, poll_id)
    dated = _DATED_LOCKED if lock else _DATED
    found = (await session.execute(dated, {"poll": poll_id})).one_or_none()
    if found is None:
        raise PollNotFound()
    return PollInFull(*found, confirmations=await list_confirmations(session, poll_id))


async def lock_poll(session: AsyncSession, poll_id: uuid.UUID) -> None:
    """Hold the poll's row until the transaction ends. Raises: PollNotFound."""
    connection = await session.connection()
    if (await connection.execute(_LOCKED, {"poll": poll_id})).scalar_one_or_none() is None:
        raise PollNotFound()


async def list_confirmations(session: AsyncSession, poll_id: uuid.UUID) -> list[Confirmation]:
    """All of a poll's confirmations, withdrawn ones too, oldest first."""
    return list((await session.execute(_CONFIRMATIONS, {"poll": poll_id})).scalars())


async def list_options(session: AsyncSession, poll_id: uuid.UUID) -> list[PollOption]:
    """By their place on the frozen list."""
    return list((await session.execute(_OPTIONS, {"poll": poll_id})).scalars())


async def find_poll_of_cycle(session: AsyncSession, cycle_id: uuid.UUID) -> Poll | None:
    """The cycle's poll: the newest that was not cancelled, else the newest, else None."""
    query = (
        select(Poll)
        .where(Poll.cycle_id == cycle_id)
        .order_by(Poll.state == PollState.CANCELLED, Poll.prepared_at.desc())
        .options(selectinload(Poll.options))
    )
    return (await session.execute(query)).scalars().first()


async def find_poll_state(session: AsyncSession, cycle_id: uuid.UUID) -> tuple[uuid.UUID, PollState] | None:
    """Id and state of the poll that `find_poll_of_cycle` finds: what pages of projects need of it."""
    row = (await session.execute(_POLL_STATE, {"cycle": cycle_id})).one_or_none()
    return None if row is None else (row.id, PollState(row.state))


async def list_polls(session: AsyncSession) -> Sequence[Row[Poll, Cycle, Stage]]:
    """(Poll, Cycle, Stage) of every poll that is public, newest dates first."""
    query = (
        select(Poll, Cycle, Stage)
        .join(Cycle, Cycle.id == Poll.cycle_id)
        .join(Stage, Stage.id == Poll.stage_id)
        .order_by(Stage.opens_at.desc(), Poll.prepared_at.desc())
    )
    return (await session.execute(query)).all()


async def list_open_polls(
    session: AsyncSession, now: datetime
) -> Sequence[Row[uuid.UUID, str, str, datetime]]:
    """(id, title, title_en, closes_at) of every poll in which one can vote now, the first to close first."""
    query = (
        select(Poll.id, Poll.title, Poll.title_en, Stage.closes_at)
        .join(Stage, Stage.id == Poll.stage_id)
        .where(Poll.state == PollState.OPEN, Stage.opens_at <= now, Stage.closes_at > now)
        .order_by(Stage.closes_at, Poll.id)
    )
    return (await session.execute(query)).all()


async def list_open_boards(session: AsyncSession, now: datetime) -> Sequence[Row[uuid.UUID, str, str]]:
    """(id, title, title_en) of every sealed poll that takes ballots, the first to close first."""
    query = (
        select(Poll.id, Poll.title, Poll.title_en)
        .join(Stage, Stage.id == Poll.stage_id)
        .where(Poll.sealing == SealingPhase.READY, Stage.opens_at <= now, Stage.closes_at > now)
        .order_by(Stage.closes_at, Poll.id)
    )
    return (await session.execute(query)).all()


async def has_voted(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Whether this person's ballot is in the box (not which), from this account or from another of theirs.

    A verification that was withdrawn from one account and given to another must not give a second vote.
    """
    query = await session.execute(_HAS_VOTED, {"poll": poll_id, "account": account_id})
    return query.first() is not None


async def count_voters(session: AsyncSession, poll_id: uuid.UUID) -> int:
    """How many people have voted: the turnout, the only number that is public while voting is open."""
    return (await session.execute(_VOTER_COUNT, {"poll": poll_id})).scalar_one()


async def find_entry(session: AsyncSession, poll_id: uuid.UUID, code: str) -> BoxEntry | None:
    """The entry of a check code in one box."""
    return (await session.execute(_ENTRY, {"poll": poll_id, "code": code})).scalar_one_or_none()


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
    return (await session.execute(_LAST_ENTRY, {"poll": poll_id})).one_or_none()


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
