"""Accounts made without a form: by the command line, the demonstration's seed, and tests."""

import secrets
from collections.abc import Iterable
from datetime import datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account, Residence, RoleGrant
from accounts.queries import email_key
from accounts.service.identity import hash_identity, read_adult, seal_totp, unseal_totp
from accounts.states import Method, Role
from app.kit import crypto
from app.kit.text import clean

DESK_CODE_LETTERS = 8


async def create_account_directly(
    session: AsyncSession,
    *,
    name: str,
    email: str,
    password: str | None,
    password_hash: str | None = None,
    roles: Iterable[Role | str] = (),
    verified_cnp: str | None = None,
    totp_secret: str | None = None,
    locale: str = "ro",
    area: str = "",
    office: str = "",
    now: datetime,
) -> Account:
    """Make an account whose address counts as confirmed, without mail and without a register entry.

    `password_hash`, when given, is used as it is. Without either nobody can sign in until a reset by mail.
    Raises: InvalidCnp, TooYoung.
    """
    hashed = password_hash or await crypto.hash_password(password or crypto.new_token())
    account = await add_account(session, name=name, email=email, password_hash=hashed, locale=locale, now=now)
    account.totp_sealed = seal_totp(totp_secret) if totp_secret else None
    for role in roles:
        session.add(
            RoleGrant(account_id=account.id, role=Role(role).value, office=office, reason="", given_at=now)
        )
    if verified_cnp is not None:
        person = read_adult(verified_cnp, now=now)
        session.add(
            Residence(
                account_id=account.id,
                identity_hash=hash_identity(person),
                birth_year=person.born_on.year,
                area=area,
                method=Method.DESK.value,
                verified_at=now,
            )
        )
    await session.flush()
    return account


async def add_account(
    session: AsyncSession, *, name: str, email: str, password_hash: str | None, locale: str, now: datetime
) -> Account:
    """The row itself, with a desk code that nobody else has. Without an address nobody can sign in to it."""
    account = Account(
        name=clean(name),
        email=clean(email),
        email_key=email_key(email) or None,
        password_hash=password_hash,
        locale=locale,
        desk_code=await _free_desk_code(session),
        created_at=now,
        password_changed_at=now,
    )
    session.add(account)
    await session.flush()
    return account


async def _free_desk_code(session: AsyncSession) -> str:
    while True:
        code = "".join(secrets.choice(crypto.CROCKFORD) for _ in range(DESK_CODE_LETTERS))
        if (await session.execute(select(Account.id).where(Account.desk_code == code))).first() is None:
            return code


def show_current_code(account: Account, *, now: datetime) -> str | None:
    """Demonstration only: the six digits that this account's authenticator shows now."""
    if account.totp_sealed is None:
        return None
    return pyotp.TOTP(unseal_totp(account.totp_sealed)).at(now)
