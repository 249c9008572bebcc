"""Reading acts and their versions. A version never changes, so what was read of it is remembered."""

import uuid
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from amendments.errors import ActNotFound
from amendments.models import Act, ActEvent, ActPaper, ActSubscription, ActVersion
from amendments.states import PUBLIC_ACTS, ActState
from amendments.text.lines import Layout, Line
from amendments.text.units import Unit, Version

REMEMBERED = 32  # versions of acts; one of 200 pages has some megabytes


class Content(msgspec.Struct, frozen=True):
    """How a version is stored."""

    units: tuple[Unit, ...]
    fields: dict[str, str] = {}


async def get_act(session: AsyncSession, act_id: uuid.UUID, *, lock: bool = False) -> Act:
    """Raises: ActNotFound. `lock`: until the transaction ends; whoever changes what is an act's holds it."""
    query = select(Act).where(Act.id == act_id).execution_options(populate_existing=True)
    found = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if found is None:
        raise ActNotFound()
    return found


async def list_acts(session: AsyncSession, *, drafts: bool = False) -> Sequence[Act]:
    """Every public act, the newest first; with `drafts`, those that are being prepared before them."""
    states = [state.value for state in ActState] if drafts else [state.value for state in PUBLIC_ACTS]
    query = (
        select(Act)
        .where(Act.state.in_(states))
        .order_by(Act.announced_on.desc().nulls_first(), Act.id.desc())
    )
    return (await session.execute(query)).scalars().all()


async def list_open_acts(session: AsyncSession, *, lock: bool = False) -> Sequence[Act]:
    """Every act whose procedure runs. `lock`: each, until the transaction ends."""
    states = (ActState.DEBATE, ActState.CLOSED, ActState.COUNCIL, ActState.VOTING)
    query = select(Act).where(Act.state.in_([state.value for state in states])).order_by(Act.id)
    query = query.execution_options(populate_existing=True)
    return (await session.execute(query.with_for_update() if lock else query)).scalars().all()


# ── versions ──────────────────────────────────────────────────────────────────
async def get_version(session: AsyncSession, version_id: uuid.UUID) -> ActVersion:
    """Raises: ActNotFound."""
    found = await session.get(ActVersion, version_id)
    if found is None:
        raise ActNotFound()
    return found


async def last_version(session: AsyncSession, act_id: uuid.UUID) -> ActVersion:
    """The newest. Raises: ActNotFound."""
    query = (
        select(ActVersion).where(ActVersion.act_id == act_id).order_by(ActVersion.sequence.desc()).limit(1)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise ActNotFound()
    return found


async def list_versions(session: AsyncSession, act_id: uuid.UUID) -> Sequence[ActVersion]:
    """In their order."""
    query = select(ActVersion).where(ActVersion.act_id == act_id).order_by(ActVersion.sequence)
    return (await session.execute(query)).scalars().all()


def read_version(row: ActVersion) -> Version:
    """The units of a version; the same object each time."""
    return _version(row.content_hash, bytes(row.content))


def read_layout(row: ActVersion) -> Layout:
    """Its numbered lines, as they were published."""
    return _layout(row.content_hash, bytes(row.lines))


@lru_cache(maxsize=REMEMBERED)
def _version(content_hash: str, raw: bytes) -> Version:
    content = msgspec.json.decode(raw, type=Content)
    return Version(content.units, content.fields)


@lru_cache(maxsize=REMEMBERED)
def _layout(content_hash: str, raw: bytes) -> Layout:
    return Layout(msgspec.json.decode(raw, type=tuple[Line, ...]))


# ── papers, events, who asked for announcements ───────────────────────────────
async def list_papers(session: AsyncSession, act_id: uuid.UUID, *, shown: bool = False) -> Sequence[ActPaper]:
    """In their order. `shown`: without those that were withdrawn."""
    query = select(ActPaper).where(ActPaper.act_id == act_id).order_by(ActPaper.position)
    query = query.where(ActPaper.withdrawn_at.is_(None)) if shown else query
    return (await session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def list_events(session: AsyncSession, act_id: uuid.UUID) -> Sequence[ActEvent]:
    """Every step of the procedure that happened, in the order in which it was written down."""
    query = select(ActEvent).where(ActEvent.act_id == act_id).order_by(ActEvent.position)
    return (await session.execute(query)).scalars().all()


async def list_subscribers(session: AsyncSession) -> Sequence[Row[uuid.UUID, str, str]]:
    """(account, e-mail, language) of everybody who asked for announcements."""
    query = (
        select(Account.id, Account.email, Account.locale)
        .join(ActSubscription, ActSubscription.account_id == Account.id)
        .where(Account.closed_at.is_(None))
        .order_by(Account.id)
    )
    return (await session.execute(query)).all()


async def is_subscribed(session: AsyncSession, account_id: uuid.UUID) -> bool:
    """Whether somebody asked for announcements."""
    query = select(ActSubscription.id).where(ActSubscription.account_id == account_id)
    return (await session.execute(query)).first() is not None
