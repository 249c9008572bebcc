"""Reading what there is on paper: places, marks, sheets, signatures."""

import uuid
from collections.abc import Sequence

from sqlalchemy import BindParameter, Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account, Residence
from accounts.queries import SAME_PERSON
from app.kit.text import fold
from voting.errors import PlaceNotFound
from voting.models import (
    PaperEntry,
    PaperMark,
    PaperReading,
    PaperSettlement,
    PaperWitness,
    PlaceSignature,
    Poll,
    PollingPlace,
)
from voting.rules.sheets import NEEDED_SIGNATURES
from voting.states import PaperPhase, PollState

_OF_POLL: BindParameter[uuid.UUID] = bindparam("poll")
PAPER_MARK = (
    select(PaperMark).where(PaperMark.poll_id == _OF_POLL, PaperMark.account_id.in_(SAME_PERSON)).limit(1)
)


async def list_places(session: AsyncSession, poll_id: uuid.UUID) -> list[PollingPlace]:
    """The polling places of a vote, by number."""
    query = (
        select(PollingPlace)
        .where(PollingPlace.poll_id == poll_id)
        .order_by(PollingPlace.number)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def get_place(
    session: AsyncSession, poll_id: uuid.UUID, number: int, *, lock: bool = False
) -> PollingPlace:
    """One place. `lock`: hold its row. Raises: PlaceNotFound."""
    query = (
        select(PollingPlace)
        .where(PollingPlace.poll_id == poll_id, PollingPlace.number == number)
        .execution_options(populate_existing=True)
    )
    place = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if place is None:
        raise PlaceNotFound()
    return place


async def find_paper(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID) -> PaperMark | None:
    """The mark of a paper given to this person, by this account or another of theirs."""
    query = await session.execute(PAPER_MARK, {"poll": poll_id, "account": account_id})
    return query.scalars().first()


async def count_papers(session: AsyncSession, poll_id: uuid.UUID) -> dict[int, int]:
    """How many voters were given a paper, by place; places without any are left out."""
    query = (
        select(PaperMark.place, func.count().label("given"))
        .where(PaperMark.poll_id == poll_id)
        .group_by(PaperMark.place)
    )
    return {row.place: row.given for row in (await session.execute(query)).all()}


async def list_readings(session: AsyncSession, poll_id: uuid.UUID, place: int) -> list[PaperReading]:
    """Who enters the sheets of a place: none, one or two."""
    query = (
        select(PaperReading)
        .where(PaperReading.poll_id == poll_id, PaperReading.place == place)
        .order_by(PaperReading.reading)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def list_entries(session: AsyncSession, poll_id: uuid.UUID, place: int) -> list[PaperEntry]:
    """Everything that was entered of a place, by sheet and reading. For the service alone: what one clerk
    entered is not shown to another before both are done.
    """
    query = (
        select(PaperEntry)
        .where(PaperEntry.poll_id == poll_id, PaperEntry.place == place)
        .order_by(PaperEntry.sheet, PaperEntry.reading)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def list_entries_of(
    session: AsyncSession, poll_id: uuid.UUID, place: int, reading: int
) -> list[PaperEntry]:
    """What one clerk entered, by sheet. The other clerk's entries do not leave the database."""
    query = (
        select(PaperEntry)
        .where(PaperEntry.poll_id == poll_id, PaperEntry.place == place, PaperEntry.reading == reading)
        .order_by(PaperEntry.sheet)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def list_witnesses(session: AsyncSession, poll_id: uuid.UUID, place: int) -> list[PaperWitness]:
    """Clerks who know entries of a place and are no longer blind, the first one first."""
    query = (
        select(PaperWitness)
        .where(PaperWitness.poll_id == poll_id, PaperWitness.place == place)
        .order_by(PaperWitness.since, PaperWitness.account_id)
    )
    return list((await session.execute(query)).scalars())


async def count_unsigned(session: AsyncSession, poll_id: uuid.UUID) -> int:
    """How many polling places lack a signature."""
    signed = (
        select(func.count())
        .where(PlaceSignature.poll_id == PollingPlace.poll_id, PlaceSignature.place == PollingPlace.number)
        .scalar_subquery()
    )
    query = select(func.count()).where(PollingPlace.poll_id == poll_id, signed < NEEDED_SIGNATURES)
    return (await session.execute(query)).scalar_one()


async def list_signatures(session: AsyncSession, poll_id: uuid.UUID, place: int) -> list[PlaceSignature]:
    """Who has signed the protocol of a place, the first one first."""
    query = (
        select(PlaceSignature)
        .where(PlaceSignature.poll_id == poll_id, PlaceSignature.place == place)
        .order_by(PlaceSignature.signed_at, PlaceSignature.name)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def find_settlement(session: AsyncSession, poll_id: uuid.UUID) -> str | None:
    """The settled papers as they were written, canonical JSON; None while they are not settled."""
    query = select(PaperSettlement.content).where(PaperSettlement.poll_id == poll_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_polls_with_places(session: AsyncSession) -> list[Poll]:
    """Votes with polling places that are not over, the newest first: where clerks have work."""
    over = [PollState.CERTIFIED, PollState.CANCELLED, PollState.DRAFT]
    query = (
        select(Poll)
        .where(Poll.paper.in_(list(PaperPhase)), Poll.state.not_in(over))
        .order_by(Poll.prepared_at.desc())
    )
    return list((await session.execute(query)).scalars())


async def find_people(
    session: AsyncSession, name: str, birth_year: int
) -> Sequence[Row[uuid.UUID, str, str]]:
    """(account, name, neighbourhood) of verified residents of exactly this name and year of birth, however
    capital letters and signs are written. Nobody leafs through the residents here.
    """
    query = (
        select(Account.id, Account.name, Residence.area)
        .join(Residence, Residence.account_id == Account.id)
        .where(
            Residence.withdrawn_at.is_(None),
            Account.closed_at.is_(None),
            Residence.birth_year == birth_year,
        )
        .order_by(Account.id)
    )
    wanted = sorted(fold(name).split())
    return [row for row in (await session.execute(query)).all() if sorted(fold(row.name).split()) == wanted]
