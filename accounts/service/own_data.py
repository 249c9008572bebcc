"""What a person does with their own data: preferences, a copy of everything, and closing the account."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import WrongCode, WrongPassword
from accounts.events import AccountClosed
from accounts.models import Account, AccountSession, EmailChange, PasswordReset, RecoveryCode
from accounts.policy import Actor, may_close
from accounts.service.residence import cancel_open_letter
from accounts.service.second_factor import spend_code
from app.kit import crypto
from app.kit.access_log import list_accesses
from app.kit.events import publish
from app.kit.mail import send_mail
from app.kit.policy import require
from app.kit.text import clean

CLOSED_NAME = "Cont închis"  # what stands where the author's name stood, in the site's own language
ExportPart = Callable[[AsyncSession, Actor], Awaitable[object]]
_parts: dict[str, ExportPart] = {}


def add_export_part(name: str, collect: ExportPart) -> None:
    """Port for the domains above: `collect(session, actor)` gives JSON values for the export's key `name`."""
    _parts[name] = collect


async def set_preferences(session: AsyncSession, actor: Actor, *, name: str, locale: str) -> None:
    """Change the name that others see, and the language of mail."""
    account = await queries.get_account(session, actor.id, lock=True)
    account.name, account.locale = clean(name), locale
    await session.flush()


async def export_account(session: AsyncSession, actor: Actor, *, now: datetime) -> dict[str, object]:
    """Everything held about the actor, as JSON values, with what other domains add. No secrets, no hashes."""
    account = await queries.get_account(session, actor.id)
    data: dict[str, object] = {
        "exported_at": now.isoformat(),
        "account": {
            "id": str(account.id),
            "name": account.name,
            "email": account.email,
            "locale": account.locale,
            "desk_code": account.desk_code,
            "created_at": account.created_at.isoformat(),
            "password_changed_at": account.password_changed_at.isoformat(),
            "has_second_factor": account.totp_sealed is not None,
        },
        "residences": [
            {
                "method": one.method,
                "area": one.area,
                "birth_year": one.birth_year,
                "verified_at": one.verified_at.isoformat(),
                "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
                "withdrawn_reason": one.withdrawn_reason,
            }
            for one in await queries.list_residences(session, actor.id)
        ],
        "letters": [
            {
                "state": one.state,
                "address": one.address,
                "requested_at": one.requested_at.isoformat(),
                "printed_at": one.printed_at.isoformat() if one.printed_at else None,
            }
            for one in await queries.list_letters_of(session, actor.id)
        ],
        "roles": [
            {"role": one.role, "office": one.office, "given_at": one.given_at.isoformat()}
            for one in await queries.list_grants_of(session, actor.id)
        ],
        "sessions": [
            {"begun_at": one.created_at.isoformat(), "seen_at": one.seen_at.isoformat(), "agent": one.agent}
            for one in await queries.list_sessions(session, actor.id, now=now)
        ],
        "who_looked": [
            {"at": one.at.isoformat(), "what": one.what} for one in await list_accesses(session, actor.id)
        ],
    }
    for name, collect in _parts.items():
        data[name] = await collect(session, actor)
    return data


async def close_account(
    session: AsyncSession, actor: Actor, *, password: str, code: str = "", now: datetime
) -> None:
    """Empty the account: name, address, secrets, sessions. What it published stays without the name.

    The hash of the person stays for KEEP_IDENTITY, then a sweep releases it: so nobody votes, closes the
    account, opens another one and votes again. Public facts of the register stay too; it is append-only.
    Raises: Forbidden for officials, WrongPassword, WrongCode. Emits: AccountClosed.
    """
    require(may_close(actor))
    account = await queries.get_account(session, actor.id, lock=True)
    if not await crypto.verify_password(account.password_hash, password):
        raise WrongPassword()
    if account.totp_sealed is not None and not await spend_code(session, account, code, now=now):
        raise WrongCode()
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/security.txt",
        locale=account.locale,
        name=account.name,
        what="closed",
    )
    await cancel_open_letter(session, account.id, reason="closed", now=now)
    for table in (AccountSession, RecoveryCode, PasswordReset, EmailChange):
        await session.execute(delete(table).where(table.account_id == account.id))
    await session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(
            name=CLOSED_NAME,
            email="",
            email_key=None,
            password_hash=None,
            totp_sealed=None,
            totp_last_step=None,
            closed_at=now,
        )
        .execution_options(synchronize_session="fetch")
    )
    await publish(session, AccountClosed(account.id, now))
