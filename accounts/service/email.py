"""Changing the e-mail address: the old and the new one both have to say yes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import LinkOver, WrongPassword
from accounts.models import EmailChange
from accounts.policy import Actor
from accounts.queries import email_key, get_account
from accounts.service.sign_up import localised, tell_owner
from accounts.states import EMAIL_CHANGE_LIFE
from app.kit import crypto
from app.kit.mail import send_mail
from app.kit.text import clean


class ChangeStep(StrEnum):
    """How far a change of address is."""

    WAITS_FOR_OLD = "waits-for-old"
    WAITS_FOR_NEW = "waits-for-new"
    DONE = "done"


async def request_email_change(
    session: AsyncSession, actor: Actor, *, email: str, password: str, now: datetime
) -> None:
    """Send a link to both addresses; a wish from before ends.

    When the new address has an account, its owner is told instead of being asked; the page looks the same.
    Raises: WrongPassword.
    """
    account = await get_account(session, actor.id, lock=True)
    if not await crypto.verify_password(account.password_hash, password):
        raise WrongPassword()
    await session.execute(
        update(EmailChange)
        .where(
            EmailChange.account_id == account.id, EmailChange.done_at.is_(None), EmailChange.expires_at > now
        )
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )
    old_token, new_token = crypto.new_token(), crypto.new_token()
    session.add(
        EmailChange(
            account_id=account.id,
            new_email=clean(email),
            old_digest=crypto.digest(old_token),
            new_digest=crypto.digest(new_token),
            created_at=now,
            expires_at=now + EMAIL_CHANGE_LIFE,
        )
    )
    recipients = [(account.email, old_token, "old")]
    if not await tell_owner(session, email):
        recipients.append((clean(email), new_token, "new"))
    for address, token, side in recipients:
        send_mail(
            session,
            to=address,
            template="accounts/mail/email-change.txt",
            locale=account.locale,
            name=account.name,
            side=side,
            new_email=clean(email),
            link=localised(f"/account/email/confirm?token={token}", account.locale),
        )
    await session.flush()


async def find_email_change(
    session: AsyncSession, token: str, *, now: datetime, lock: bool = False
) -> EmailChange:
    """The change behind either link. Raises: LinkOver."""
    digest = crypto.digest(token)
    query = select(EmailChange).where(
        or_(EmailChange.old_digest == digest, EmailChange.new_digest == digest),
        EmailChange.done_at.is_(None),
        EmailChange.expires_at > now,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    change = (await session.execute(query)).scalar_one_or_none()
    if change is None:
        raise LinkOver()
    return change


async def confirm_email_change(session: AsyncSession, *, token: str, now: datetime) -> ChangeStep:
    """Say yes from one of the two addresses; with the second yes the address changes.

    Locks: the change. Raises: LinkOver, also when the new address has got an account meanwhile.
    """
    change = await find_email_change(session, token, now=now, lock=True)
    if change.old_digest == crypto.digest(token):
        change.old_confirmed_at = change.old_confirmed_at or now
    else:
        change.new_confirmed_at = change.new_confirmed_at or now
    if change.old_confirmed_at is None or change.new_confirmed_at is None:
        await session.flush()
        return ChangeStep.WAITS_FOR_OLD if change.old_confirmed_at is None else ChangeStep.WAITS_FOR_NEW
    account = await get_account(session, change.account_id, lock=True)
    try:
        async with session.begin_nested():
            account.email, account.email_key = change.new_email, email_key(change.new_email)
            change.done_at = now
            await session.flush()
    except IntegrityError as error:
        raise LinkOver() from error
    return ChangeStep.DONE
