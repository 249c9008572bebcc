"""The tables as the database itself keeps them."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import count_verified, list_verified_ids, load_actor
from accounts.service.sessions import begin_session
from accounts.states import Role
from tests.make.accounts import NOON, make_account


async def test_load_actor_gives_roles_and_residence(session: AsyncSession) -> None:
    account = await make_account(session, verified=True, roles=[Role.DESK, Role.ADMIN], now=NOON)
    token = await begin_session(session, account, agent="", has_second_factor=True, now=NOON)
    actor = await load_actor(session, token, now=NOON)
    assert actor is not None
    assert (actor.id, actor.is_verified, actor.is_official) == (account.id, True, True)
    assert actor.roles == {Role.DESK, Role.ADMIN}
    assert actor.has(Role.DESK)
    assert not actor.has(Role.ELECTION)
    assert await list_verified_ids(session) == [account.id]
    assert await count_verified(session) == 1


async def test_a_session_ends_when_idle(session: AsyncSession) -> None:
    account = await make_account(session, now=NOON)
    token = await begin_session(session, account, agent="", now=NOON)
    assert await load_actor(session, token, now=NOON + timedelta(days=14) - timedelta(seconds=1)) is not None
    assert await load_actor(session, token, now=NOON + timedelta(days=14)) is None


async def test_one_address_is_one_account(session: AsyncSession) -> None:
    await make_account(session, email="Ana@Example.ro", now=NOON)
    with pytest.raises(IntegrityError):
        await make_account(session, email="ana@example.RO", now=NOON)
