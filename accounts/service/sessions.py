"""Sessions: begun at sign-in, replaced at each step up, ended by name or all at once."""

import re
import uuid
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import states
from accounts.models import Account, AccountSession, RoleGrant
from accounts.policy import Actor
from app.kit import crypto
from app.kit.errors import NotFound

_BROWSERS = (
    ("Firefox", "Firefox"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("FxiOS", "Firefox"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe_agent(user_agent: str) -> str:
    """Browser and system in two words, all that is kept of a User-Agent header."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}", user_agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


async def begin_session(
    session: AsyncSession,
    account: Account,
    *,
    agent: str,
    has_second_factor: bool = False,
    is_pending: bool = False,
    now: datetime,
) -> str:
    """Begin a session with a new token, which is returned and stored nowhere; only its digest is."""
    is_official = await _has_role(session, account.id)
    idle = states.OFFICIAL_IDLE if is_official else states.RESIDENT_IDLE
    absolute = states.OFFICIAL_ABSOLUTE if is_official else states.RESIDENT_ABSOLUTE
    token = crypto.new_token()
    session.add(
        AccountSession(
            account_id=account.id,
            token_digest=crypto.digest(token),
            is_pending=is_pending,
            tries=0,
            created_at=now,
            seen_at=now,
            idle_seconds=int(idle / timedelta(seconds=1)),
            expires_at=now + (states.PENDING_LIFE if is_pending else absolute),
            second_factor_at=now if has_second_factor else None,
            agent=agent[:80],
        )
    )
    await session.flush()
    return token


async def _has_role(session: AsyncSession, account_id: uuid.UUID) -> bool:
    query = (
        select(RoleGrant.id).where(RoleGrant.account_id == account_id, RoleGrant.ended_at.is_(None)).limit(1)
    )
    return (await session.execute(query)).first() is not None


async def touch_session(session: AsyncSession, session_id: uuid.UUID, *, now: datetime) -> None:
    """Note that a session is in use; the front calls it once every few minutes of use."""
    await session.execute(
        update(AccountSession)
        .where(AccountSession.id == session_id, AccountSession.seen_at < now)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


async def end_session(session: AsyncSession, actor: Actor, session_id: uuid.UUID) -> None:
    """End one of the actor's own sessions. Raises: NotFound for anybody else's."""
    ended = await session.execute(
        delete(AccountSession).where(AccountSession.id == session_id, AccountSession.account_id == actor.id)
    )
    if not isinstance(ended, CursorResult) or ended.rowcount == 0:
        raise NotFound()


async def end_token(session: AsyncSession, token: str) -> None:
    """Sign out: end the session of this cookie, if there still is one."""
    await session.execute(delete(AccountSession).where(AccountSession.token_digest == crypto.digest(token)))


async def end_all_sessions(session: AsyncSession, account_id: uuid.UUID) -> None:
    """Sign out everywhere, half-finished sign-ins too."""
    await session.execute(delete(AccountSession).where(AccountSession.account_id == account_id))
