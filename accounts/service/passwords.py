"""Passwords: changed by who knows the old one, or reset through a link sent by mail. Every session ends."""

from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import LinkOver, WrongPassword
from accounts.models import Account, AccountSession, PasswordReset
from accounts.policy import Actor
from accounts.queries import find_account_by_email, get_account
from accounts.service.sessions import begin_session, end_all_sessions
from accounts.service.sign_up import check_password, localised
from accounts.states import RESET_LIFE
from app.kit import crypto
from app.kit.mail import send_mail


async def request_reset(session: AsyncSession, *, email: str, now: datetime) -> None:
    """Send a link for a new password to the address, if it has an account; the caller learns nothing."""
    account = await find_account_by_email(session, email)
    if account is None:
        return
    token = crypto.new_token()
    session.add(
        PasswordReset(
            account_id=account.id,
            token_digest=crypto.digest(token),
            created_at=now,
            expires_at=now + RESET_LIFE,
        )
    )
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/reset.txt",
        locale=account.locale,
        name=account.name,
        link=localised(f"/password/reset?token={token}", account.locale),
    )
    await session.flush()


async def find_reset(session: AsyncSession, token: str, *, now: datetime) -> PasswordReset:
    """The reset behind a link. Raises: LinkOver."""
    query = select(PasswordReset).where(
        PasswordReset.token_digest == crypto.digest(token),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > now,
    )
    reset = (await session.execute(query)).scalar_one_or_none()
    if reset is None:
        raise LinkOver()
    return reset


async def reset_password(session: AsyncSession, *, token: str, password: str, now: datetime) -> None:
    """Set a new password through a link; the second factor stays what it was.

    Raises: LinkOver, WeakPassword.
    """
    reset = await find_reset(session, token, now=now)
    account = await get_account(session, reset.account_id)
    check_password(password, email=account.email, name=account.name)
    password_hash = await crypto.hash_password(password)
    used = await session.execute(
        update(PasswordReset)
        .where(PasswordReset.account_id == account.id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(used, CursorResult) or used.rowcount == 0:
        raise LinkOver()
    await _set_password(session, account, password_hash, now=now)


async def change_password(
    session: AsyncSession, actor: Actor, *, current: str, password: str, agent: str, now: datetime
) -> str:
    """Set a new password; every session ends and a new one begins here, whose token is returned.

    Raises: WrongPassword, WeakPassword.
    """
    account = await get_account(session, actor.id, lock=True)
    if not await crypto.verify_password(account.password_hash, current):
        raise WrongPassword()
    check_password(password, email=account.email, name=account.name)
    query = select(AccountSession.second_factor_at).where(AccountSession.id == actor.session_id)
    has_second_factor = (await session.execute(query)).scalar_one_or_none() is not None
    await _set_password(session, account, await crypto.hash_password(password), now=now)
    return await begin_session(session, account, agent=agent, has_second_factor=has_second_factor, now=now)


async def _set_password(
    session: AsyncSession, account: Account, password_hash: str, *, now: datetime
) -> None:
    account.password_hash = password_hash
    account.password_changed_at = now
    await end_all_sessions(session, account.id)
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/security.txt",
        locale=account.locale,
        name=account.name,
        what="password",
    )
    await session.flush()
