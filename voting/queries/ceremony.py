"""Reading the ceremony of a sealed vote: its election, trustees, what they delivered, and the roll."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account, Residence
from accounts.queries import SAME_PERSON
from app.kit import crypto
from voting.errors import PollNotFound
from voting.models import (
    CeremonyMessage,
    CeremonyPart,
    Poll,
    RollEntry,
    SealedElection,
    Trustee,
)
from voting.states import Delivery, SealingPhase, Step

_ELECTION = select(SealedElection).where(SealedElection.poll_id == bindparam("poll"))
_ON_ROLL = (
    select(RollEntry.poll_id)
    .where(
        RollEntry.poll_id == bindparam("poll"),
        RollEntry.account_id.in_(SAME_PERSON),
    )
    .limit(1)
)


async def get_election(session: AsyncSession, poll_id: uuid.UUID) -> SealedElection:
    """The sealed election of a poll. Raises: PollNotFound when nobody has set it up."""
    found = (await session.execute(_ELECTION, {"poll": poll_id})).scalar_one_or_none()
    if found is None:
        raise PollNotFound()
    return found


async def find_election(session: AsyncSession, poll_id: uuid.UUID) -> SealedElection | None:
    """The sealed election of a poll, if there is one yet."""
    return (await session.execute(_ELECTION, {"poll": poll_id})).scalar_one_or_none()


async def list_trustees(session: AsyncSession, poll_id: uuid.UUID) -> list[Trustee]:
    """By number."""
    query = select(Trustee).where(Trustee.poll_id == poll_id).order_by(Trustee.number)
    return list((await session.execute(query)).scalars())


async def find_trustee(session: AsyncSession, token: str) -> Trustee | None:
    """The trustee whose secret address this is."""
    query = select(Trustee).where(Trustee.token_digest == crypto.digest(token))
    return (await session.execute(query)).scalar_one_or_none()


async def list_deliveries(
    session: AsyncSession, poll_id: uuid.UUID
) -> Sequence[Row[int, str, str, str, str | None, str | None]]:
    """(number, step, state, sha256, reason, facts) of everything delivered, without its content."""
    query = (
        select(
            CeremonyMessage.number,
            CeremonyMessage.step,
            CeremonyMessage.state,
            CeremonyMessage.sha256,
            CeremonyMessage.reason,
            CeremonyMessage.facts,
        )
        .where(CeremonyMessage.poll_id == poll_id)
        .order_by(CeremonyMessage.step, CeremonyMessage.number)
    )
    return (await session.execute(query)).all()


async def list_contents(session: AsyncSession, poll_id: uuid.UUID, step: Step) -> list[bytes]:
    """What was accepted at a step, by number."""
    query = (
        select(CeremonyMessage.content)
        .where(
            CeremonyMessage.poll_id == poll_id,
            CeremonyMessage.step == step,
            CeremonyMessage.state == Delivery.ACCEPTED,
        )
        .order_by(CeremonyMessage.number)
    )
    return [bytes(content) for content in (await session.execute(query)).scalars() if content is not None]


async def find_message(
    session: AsyncSession, poll_id: uuid.UUID, number: int, step: Step
) -> CeremonyMessage | None:
    """What one of them delivered at one step."""
    return await session.get(CeremonyMessage, (poll_id, number, step.value), populate_existing=True)


async def read_content(session: AsyncSession, message: CeremonyMessage) -> bytes:
    """The whole of what was delivered; nothing once it has been published or refused."""
    if message.content is not None:
        return bytes(message.content)
    query = (
        select(CeremonyPart.content)
        .where(
            CeremonyPart.poll_id == message.poll_id,
            CeremonyPart.number == message.number,
            CeremonyPart.step == message.step,
        )
        .order_by(CeremonyPart.part)
    )
    return b"".join((await session.execute(query)).scalars())


async def find_waiting(session: AsyncSession, poll_id: uuid.UUID, step: Step) -> CeremonyMessage | None:
    """The oldest delivery of a step, of shuffles or decryptions, that waits to be checked."""
    query = (
        select(CeremonyMessage)
        .where(
            CeremonyMessage.poll_id == poll_id,
            CeremonyMessage.step == step,
            CeremonyMessage.state == Delivery.WAITING,
        )
        .order_by(CeremonyMessage.delivered_at, CeremonyMessage.number)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def is_on_roll(session: AsyncSession, poll_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Whether this person was verified when the roll was frozen, by this account or another of theirs."""
    query = await session.execute(_ON_ROLL, {"poll": poll_id, "account": account_id})
    return query.first() is not None


async def count_verified(session: AsyncSession) -> int:
    """How many residents a roll frozen now would hold."""
    query = (
        select(func.count())
        .select_from(Account)
        .join(Residence, Residence.account_id == Account.id)
        .where(Residence.withdrawn_at.is_(None), Account.closed_at.is_(None))
    )
    return (await session.execute(query)).scalar_one()


async def list_verified(session: AsyncSession) -> list[uuid.UUID]:
    """The accounts of everybody whose residence is verified now."""
    query = (
        select(Account.id)
        .join(Residence, Residence.account_id == Account.id)
        .where(Residence.withdrawn_at.is_(None), Account.closed_at.is_(None))
        .order_by(Account.id)
    )
    return list((await session.execute(query)).scalars())


async def list_roll(session: AsyncSession, poll_id: uuid.UUID) -> Sequence[Row[uuid.UUID, str, str, str]]:
    """(account, name, e-mail, language) of everybody on the roll: what the registrar sends the codes to."""
    query = (
        select(Account.id, Account.name, Account.email, Account.locale)
        .join(RollEntry, RollEntry.account_id == Account.id)
        .where(RollEntry.poll_id == poll_id)
        .order_by(Account.name, Account.id)
    )
    return (await session.execute(query)).all()


async def list_due_to_advance(session: AsyncSession) -> list[uuid.UUID]:
    """Sealed polls of which a worker may have something to do; whether it has is seen under the lock."""
    query = select(Poll.id).where(
        Poll.sealing.in_([SealingPhase.ENDED, SealingPhase.MIXING, SealingPhase.OPENING])
    )
    return list((await session.execute(query)).scalars())
