"""The second factor: an authenticator's code that works once, or one of ten recovery codes that work once.

Whether a code was spent is decided by a guarded UPDATE, so that of any number of simultaneous tries with one
code exactly one gets in.
"""

import re
import uuid
from datetime import datetime

import msgspec
from sqlalchemy import CursorResult, Update, delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import LinkOver, WrongCode, WrongPassword
from accounts.models import Account, RecoveryCode
from accounts.policy import Actor, may_turn_off_second_factor
from accounts.queries import get_account
from accounts.service.identity import hash_code, seal_totp, unseal_totp
from accounts.service.sessions import begin_session, end_all_sessions
from accounts.states import RECOVERY_CODES
from app.kit import crypto
from app.kit.mail import send_mail
from app.kit.policy import require
from app.settings import get_settings


class Enrolled(msgspec.Struct, frozen=True):
    """The new session's token, and the recovery codes that are shown this one time."""

    token: str
    codes: list[str]


# ── spending codes ───────────────────────────────────────────────────────────────────────────────
async def spend_code(session: AsyncSession, account: Account, code: str, *, now: datetime) -> bool:
    """Whether `code` opens this account now; if so it is used up."""
    typed = re.sub(r"[\s\-]", "", code)
    if re.fullmatch(r"[0-9]{6}", typed):
        return await _spend_totp(session, account, typed, now=now)
    return await _spend_recovery_code(session, account.id, code, now=now)


async def _spend_totp(session: AsyncSession, account: Account, digits: str, *, now: datetime) -> bool:
    if account.totp_sealed is None:
        return False
    step = crypto.totp_step(unseal_totp(account.totp_sealed), digits, now)
    if step is None:
        return False
    return await _changes_one(
        session,
        update(Account)
        .where(Account.id == account.id, or_(Account.totp_last_step.is_(None), Account.totp_last_step < step))
        .values(totp_last_step=step),
    )


async def _spend_recovery_code(
    session: AsyncSession, account_id: uuid.UUID, code: str, *, now: datetime
) -> bool:
    return await _changes_one(
        session,
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == hash_code("recovery", code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now),
    )


async def _changes_one(session: AsyncSession, statement: Update) -> bool:
    changed = await session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(changed, CursorResult) and changed.rowcount == 1


# ── turning it on ────────────────────────────────────────────────────────────────────────────────
def propose_secret(actor: Actor) -> tuple[str, str]:
    """A new secret, and the same sealed for this person, to come back with the form that confirms it."""
    secret = crypto.new_totp_secret()
    return secret, crypto.seal(get_settings().secret_key, f"enrol:{actor.id}", secret)


def open_proposal(actor: Actor, sealed: str) -> str:
    """The secret of a proposal that we made for this person. Raises: LinkOver."""
    secret = crypto.unseal(get_settings().secret_key, f"enrol:{actor.id}", sealed)
    if secret is None:
        raise LinkOver()
    return secret


async def turn_on_second_factor(
    session: AsyncSession,
    actor: Actor,
    *,
    sealed: str,
    code: str,
    password: str,
    current_code: str = "",
    agent: str,
    now: datetime,
) -> Enrolled:
    """Begin to use the proposed secret.

    When there is one already it is replaced, which takes a code of the old one.
    Ends every session and begins a new one that has passed the second factor.
    Raises: WrongPassword, WrongCode, LinkOver.
    """
    account = await get_account(session, actor.id, lock=True)
    secret = open_proposal(actor, sealed)
    if not await crypto.verify_password(account.password_hash, password):
        raise WrongPassword()
    step = crypto.totp_step(secret, code, now)
    if step is None:
        raise WrongCode()
    if account.totp_sealed is not None and not await spend_code(session, account, current_code, now=now):
        raise WrongCode()
    account.totp_sealed = seal_totp(secret)
    account.totp_last_step = step
    codes = await _replace_recovery_codes(session, account.id)
    await end_all_sessions(session, account.id)
    token = await begin_session(session, account, agent=agent, has_second_factor=True, now=now)
    _tell(session, account, "second-factor-on")
    return Enrolled(token, codes)


async def renew_recovery_codes(session: AsyncSession, actor: Actor, *, password: str) -> list[str]:
    """Ten new codes; the old ones end. Raises: WrongPassword; LinkOver without a second factor."""
    account = await get_account(session, actor.id, lock=True)
    if account.totp_sealed is None:
        raise LinkOver()
    if not await crypto.verify_password(account.password_hash, password):
        raise WrongPassword()
    return await _replace_recovery_codes(session, account.id)


async def _replace_recovery_codes(session: AsyncSession, account_id: uuid.UUID) -> list[str]:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [crypto.new_code(groups=2, size=5) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=hash_code("recovery", code)) for code in codes
    )
    await session.flush()
    return codes


async def turn_off_second_factor(
    session: AsyncSession, actor: Actor, *, password: str, code: str, agent: str, now: datetime
) -> str:
    """Sign in with the password alone from now on; returns the new session's token.

    Raises: Forbidden for officials, WrongPassword, WrongCode.
    """
    require(may_turn_off_second_factor(actor))
    account = await get_account(session, actor.id, lock=True)
    if not await crypto.verify_password(account.password_hash, password):
        raise WrongPassword()
    if not await spend_code(session, account, code, now=now):
        raise WrongCode()
    await session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(totp_sealed=None, totp_last_step=None)
        .execution_options(synchronize_session="fetch")
    )
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    await end_all_sessions(session, account.id)
    _tell(session, account, "second-factor-off")
    return await begin_session(session, account, agent=agent, now=now)


def _tell(session: AsyncSession, account: Account, what: str) -> None:
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/security.txt",
        locale=account.locale,
        name=account.name,
        what=what,
    )
