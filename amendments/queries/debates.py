"""Reading public debate meetings: requests, calls, speakers, recommendations, minutes."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import Contact, list_contacts
from amendments.errors import DebateNotFound
from amendments.models import (
    Debate,
    DebateMinutes,
    DebateRecommendation,
    DebateRequest,
    DebateSpeaker,
)


class MinutesSpeaker(msgspec.Struct, frozen=True):
    """A speaker as the minutes name them."""

    position: int
    name: str
    about: str
    spoke: bool
    summary: str


class MinutesRecommendation(msgspec.Struct, frozen=True, kw_only=True):
    """What a speaker recommended; `amendment`: the number under which it was registered by then."""

    speaker: int
    body: str
    unit: str
    reads: str
    amendment: str


class Minutes(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes of a meeting, as they are published."""

    act_number: str
    act_title: str
    starts_at: datetime
    ended_at: datetime
    place: str
    attendance: int
    officials: list[str]
    notes: str
    speakers: list[MinutesSpeaker]
    recommendations: list[MinutesRecommendation]


async def get_debate(session: AsyncSession, debate_id: uuid.UUID) -> Debate:
    """Raises: DebateNotFound. Whoever changes one holds its act's lock."""
    query = select(Debate).where(Debate.id == debate_id).execution_options(populate_existing=True)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise DebateNotFound()
    return found


async def find_debate(session: AsyncSession, act_id: uuid.UUID, position: int) -> Debate:
    """The meeting of an act by its place. Raises: DebateNotFound."""
    found = [one for one in await list_debates(session, act_id) if one.position == position]
    if not found:
        raise DebateNotFound()
    return found[0]


async def list_debates(session: AsyncSession, act_id: uuid.UUID) -> Sequence[Debate]:
    """An act's meetings, in their order."""
    query = select(Debate).where(Debate.act_id == act_id).order_by(Debate.position)
    return (await session.execute(query)).scalars().all()


async def list_debate_requests(session: AsyncSession, act_id: uuid.UUID) -> Sequence[DebateRequest]:
    """Who asked for a meeting, as they came."""
    query = (
        select(DebateRequest)
        .where(DebateRequest.act_id == act_id)
        .order_by(DebateRequest.at, DebateRequest.id)
    )
    return (await session.execute(query)).scalars().all()


async def list_meetings(
    session: AsyncSession, act_id: uuid.UUID
) -> tuple[Sequence[Debate], Sequence[DebateRequest]]:
    """An act's meetings, and who asked for one."""
    return await list_debates(session, act_id), await list_debate_requests(session, act_id)


# ── who speaks ────────────────────────────────────────────────────────────────
async def list_speakers(session: AsyncSession, debate_id: uuid.UUID) -> Sequence[DebateSpeaker]:
    """Who is registered, in the order of registering; without those who withdrew."""
    query = (
        select(DebateSpeaker)
        .where(DebateSpeaker.debate_id == debate_id, DebateSpeaker.withdrawn_at.is_(None))
        .order_by(DebateSpeaker.position)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalars().all()


async def get_speaker(session: AsyncSession, debate_id: uuid.UUID, position: int) -> DebateSpeaker:
    """Who is registered at a place. Raises: DebateNotFound."""
    found = [one for one in await list_speakers(session, debate_id) if one.position == position]
    if not found:
        raise DebateNotFound()
    return found[0]


async def get_speaker_by_id(session: AsyncSession, speaker_id: uuid.UUID) -> DebateSpeaker:
    """Raises: DebateNotFound."""
    found = await session.get(DebateSpeaker, speaker_id)
    if found is None:
        raise DebateNotFound()
    return found


async def find_speaker(
    session: AsyncSession, debate_id: uuid.UUID, accounts: Collection[uuid.UUID]
) -> DebateSpeaker | None:
    """The registration of a person, from whichever account, also one that was withdrawn."""
    query = (
        select(DebateSpeaker)
        .where(DebateSpeaker.debate_id == debate_id, DebateSpeaker.account_id.in_(accounts))
        .order_by(DebateSpeaker.withdrawn_at.is_not(None), DebateSpeaker.position)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def last_place(session: AsyncSession, debate_id: uuid.UUID) -> int:
    """The last place that was given in the order of speakers."""
    query = select(func.max(DebateSpeaker.position)).where(DebateSpeaker.debate_id == debate_id)
    return (await session.execute(query)).scalar_one() or 0


async def list_contacts_of(session: AsyncSession, speaker: DebateSpeaker) -> list[Contact]:
    """Where a speaker can be written to; nowhere, for who walked in."""
    return await list_contacts(session, [speaker.account_id]) if speaker.account_id else []


# ── what was said ─────────────────────────────────────────────────────────────
async def list_recommendations(session: AsyncSession, debate_id: uuid.UUID) -> Sequence[DebateRecommendation]:
    """What was recommended orally, in the order in which it was written down."""
    query = (
        select(DebateRecommendation)
        .where(DebateRecommendation.debate_id == debate_id)
        .order_by(DebateRecommendation.position)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalars().all()


async def list_unregistered(session: AsyncSession, act_id: uuid.UUID) -> Sequence[tuple[int, int]]:
    """What was recommended at an act's meetings and is no amendment yet: each by the place of its meeting and
    its own.
    """
    query = (
        select(Debate.position, DebateRecommendation.position)
        .join(Debate, Debate.id == DebateRecommendation.debate_id)
        .where(Debate.act_id == act_id, DebateRecommendation.amendment_id.is_(None))
        .order_by(Debate.position, DebateRecommendation.position)
    )
    return [(meeting, place) for meeting, place in (await session.execute(query)).all()]


async def get_recommendation(
    session: AsyncSession, debate_id: uuid.UUID, position: int
) -> DebateRecommendation:
    """Raises: DebateNotFound."""
    found = [one for one in await list_recommendations(session, debate_id) if one.position == position]
    if not found:
        raise DebateNotFound()
    return found[0]


async def is_of_walk_in(session: AsyncSession, amendment_id: uuid.UUID) -> bool:
    """Whether an amendment was said at a meeting by somebody without an account: its author in the tables is
    who wrote it down.
    """
    query = (
        select(DebateRecommendation.id)
        .join(DebateSpeaker, DebateSpeaker.id == DebateRecommendation.speaker_id)
        .where(DebateRecommendation.amendment_id == amendment_id, DebateSpeaker.account_id.is_(None))
    )
    return (await session.execute(query)).first() is not None


async def list_minutes(session: AsyncSession, debate_id: uuid.UUID) -> Sequence[DebateMinutes]:
    """The minutes, if they are published, then what corrects them."""
    query = select(DebateMinutes).where(DebateMinutes.debate_id == debate_id).order_by(DebateMinutes.position)
    return (await session.execute(query)).scalars().all()


def read_minutes(row: DebateMinutes) -> Minutes:
    """The minutes as they were published."""
    return msgspec.json.decode(row.content, type=Minutes)
