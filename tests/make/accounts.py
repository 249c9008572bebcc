"""Accounts, actors and signed-in clients for tests: plain functions with keyword defaults."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.rules import control_digit
from accounts.service import create_account_directly
from accounts.service.sessions import begin_session
from accounts.states import Role
from app.kit import clock, crypto
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE

NOON = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)  # as the clock of conftest.py: Monday noon in Bucharest
PASSWORD = "parola-lunga-1"
_serial = itertools.count(1)
_passwords: dict[str, str] = {}


def make_cnp(*, born_on: date = date(1985, 5, 17), place: int = 45, number: int | None = None) -> str:
    """A valid CNP of an invented person; each call another one."""
    first = "1" if born_on.year < 2000 else "5"
    serial = next(_serial) % 1000 if number is None else number
    head = f"{first}{born_on:%y%m%d}{place:02d}{serial:03d}"
    return f"{head}{control_digit(head)}"


async def make_account(
    session: AsyncSession,
    *,
    name: str = "Ana Popescu",
    email: str | None = None,
    verified: bool = False,
    roles: Iterable[Role | str] = (),
    password: str = PASSWORD,
    totp: str | None = None,
    locale: str = "ro",
    now: datetime | None = None,
) -> Account:
    """An account with a confirmed address; `verified` gives a residence, `totp` is its secret."""
    if password not in _passwords:  # the same hash for the same password: argon2 is slow, and meant to be
        _passwords[password] = await crypto.hash_password(password)
    account = await create_account_directly(
        session,
        name=name,
        email=email or f"om{next(_serial)}@example.ro",
        password=None,
        password_hash=_passwords[password],
        roles=roles,
        verified_cnp=make_cnp() if verified else None,
        totp_secret=totp,
        locale=locale,
        now=now or clock.now(),
    )
    await session.flush()
    return account


def actor_of(
    account: Account,
    *,
    roles: Iterable[Role | str] = (),
    verified: bool = False,
    official: bool | None = None,
) -> Actor:
    """The actor that a session of this account would give; with roles, the second factor counts as passed."""
    held = frozenset(Role(role) for role in roles)
    return Actor(
        id=account.id,
        name=account.name,
        email=account.email,
        locale=account.locale,
        roles=held,
        is_verified=verified,
        is_official=bool(held) if official is None else official,
    )


async def sign_in(
    client: httpx.AsyncClient,
    session: AsyncSession | Database,
    account: Account,
    *,
    second_factor: bool = True,
    now: datetime | None = None,
) -> str:
    """Begin a session and put its cookie on the client; returns the token. A Database has it committed."""
    moment = now or clock.now()
    if isinstance(session, Database):
        async with session.write() as unit:
            token = await begin_session(unit, account, agent="", has_second_factor=second_factor, now=moment)
    else:
        token = await begin_session(session, account, agent="", has_second_factor=second_factor, now=moment)
    client.cookies.set(SESSION_COOKIE, token)
    return token
