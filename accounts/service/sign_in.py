"""Signing in: password first, second factor where there is one, a new token at each step."""

from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import SignInOver, SignInRefused
from accounts.models import AccountSession
from accounts.queries import find_account_by_email, get_account
from accounts.service.second_factor import spend_code
from accounts.service.sessions import begin_session, end_token
from accounts.states import PENDING_TRIES
from app.kit import crypto


class SignedIn(msgspec.Struct, frozen=True):
    """A new session; pending while it owes the second factor."""

    token: str
    is_pending: bool


async def sign_in(
    session: AsyncSession, *, email: str, password: str, agent: str, old_token: str = "", now: datetime
) -> SignedIn:
    """Check the password and begin a session; whatever session the browser had before ends.

    Raises: SignInRefused, after the same time for an unknown address as for a wrong password.
    """
    account = await find_account_by_email(session, email)
    stored = account.password_hash if account is not None else None
    if not await crypto.verify_password(stored, password) or account is None or stored is None:
        raise SignInRefused()
    if crypto.needs_rehash(stored):
        account.password_hash = await crypto.hash_password(password)
    if old_token:
        await end_token(session, old_token)
    is_pending = account.totp_sealed is not None
    token = await begin_session(session, account, agent=agent, is_pending=is_pending, now=now)
    return SignedIn(token, is_pending)


async def find_pending(
    session: AsyncSession, token: str, *, now: datetime, lock: bool = False
) -> AccountSession | None:
    """The half-finished sign-in of a cookie, unless it has ended or was tried too often."""
    query = select(AccountSession).where(
        AccountSession.token_digest == crypto.digest(token),
        AccountSession.is_pending.is_(True),
        AccountSession.expires_at > now,
        AccountSession.tries < PENDING_TRIES,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def pass_second_factor(
    session: AsyncSession, pending_token: str, code: str, *, agent: str, now: datetime
) -> str | None:
    """Finish a sign-in; returns the new session's token, or None for a wrong code, which is counted.

    A wrong code is an answer and not an exception, because the count of tries has to be committed.
    Locks: the pending session. Raises: SignInOver when the password has to be given again.
    """
    pending = await find_pending(session, pending_token, now=now, lock=True)
    if pending is None:
        raise SignInOver()
    account = await get_account(session, pending.account_id)
    if not await spend_code(session, account, code, now=now):
        pending.tries += 1
        await session.flush()
        return None
    await session.execute(delete(AccountSession).where(AccountSession.id == pending.id))
    return await begin_session(session, account, agent=agent, has_second_factor=True, now=now)
