"""Signing up: an address becomes an account when its link and the chosen password come together.

Until then there is only a request, and any number of requests for one address may wait side by side: nobody
can occupy somebody else's address, and whoever follows a link that another person asked for does not know the
password and cannot open that person's account for them. Nothing here tells whether an account exists.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import LinkOver, WeakPassword, WrongPassword
from accounts.models import SignUp
from accounts.queries import email_key, find_account_by_email
from accounts.rules import find_weakness
from accounts.service.direct import add_account
from accounts.service.sessions import begin_session
from accounts.states import SIGN_UP_LIFE
from app.kit import crypto
from app.kit.mail import send_mail
from app.kit.text import clean


def localised(path: str, locale: str) -> str:
    """`path` as an address of ours in a language, for mail."""
    return f"/en{path}" if locale == "en" else path


def check_password(password: str, *, email: str, name: str) -> None:
    """Raises: WeakPassword with the reason."""
    if weakness := find_weakness(password, email=email, name=name):
        raise WeakPassword(weakness)


async def start_sign_up(
    session: AsyncSession, *, name: str, email: str, password: str, locale: str, now: datetime
) -> None:
    """Ask for an account. The address gets a link, or, when it has an account already, a word about that.

    Raises: WeakPassword.
    """
    check_password(password, email=email, name=name)
    password_hash = await crypto.hash_password(password)  # known address or not: the same time
    if await tell_owner(session, email):
        return
    sign_up = SignUp(
        name=clean(name),
        email=clean(email),
        email_key=email_key(email),
        password_hash=password_hash,
        locale=locale,
        created_at=now,
        expires_at=now + SIGN_UP_LIFE,
    )
    session.add(sign_up)
    _send_link(session, sign_up)
    await session.flush()


async def resend_link(session: AsyncSession, *, email: str, now: datetime) -> None:
    """Send a new link for the newest request of an address; the old link ends."""
    if await tell_owner(session, email):
        return
    query = (
        select(SignUp)
        .where(SignUp.email_key == email_key(email), SignUp.expires_at > now)
        .order_by(SignUp.created_at.desc())
        .limit(1)
    )
    sign_up = (await session.execute(query)).scalar_one_or_none()
    if sign_up is not None:
        sign_up.expires_at = now + SIGN_UP_LIFE
        _send_link(session, sign_up)
        await session.flush()


def _send_link(session: AsyncSession, sign_up: SignUp) -> None:
    token = crypto.new_token()
    sign_up.token_digest = crypto.digest(token)
    link = localised(f"/sign-up/confirm?token={token}", sign_up.locale)
    send_mail(
        session,
        to=sign_up.email,
        template="accounts/mail/confirm.txt",
        locale=sign_up.locale,
        name=sign_up.name,
        link=link,
    )


async def tell_owner(session: AsyncSession, email: str) -> bool:
    """Write to the owner of an account that somebody gave its address. Returns whether there is one."""
    owner = await find_account_by_email(session, email)
    if owner is None:
        return False
    send_mail(
        session,
        to=owner.email,
        template="accounts/mail/already.txt",
        locale=owner.locale,
        name=owner.name,
        sign_in_link=localised("/sign-in", owner.locale),
        reset_link=localised("/password/forgot", owner.locale),
    )
    return True


async def find_sign_up(session: AsyncSession, token: str, *, now: datetime) -> SignUp:
    """The request behind a link. Raises: LinkOver."""
    query = select(SignUp).where(SignUp.token_digest == crypto.digest(token), SignUp.expires_at > now)
    sign_up = (await session.execute(query)).scalar_one_or_none()
    if sign_up is None:
        raise LinkOver()
    return sign_up


async def confirm_sign_up(
    session: AsyncSession, *, token: str, password: str, agent: str, now: datetime
) -> str:
    """Make the account and sign in; returns the session's token.

    Raises: LinkOver, also when the address has got an account meanwhile; WrongPassword.
    """
    sign_up = await find_sign_up(session, token, now=now)
    if not await crypto.verify_password(sign_up.password_hash, password):
        raise WrongPassword()
    try:
        async with session.begin_nested():
            account = await add_account(
                session,
                name=sign_up.name,
                email=sign_up.email,
                password_hash=sign_up.password_hash,
                locale=sign_up.locale,
                now=now,
            )
    except IntegrityError as error:
        raise LinkOver() from error
    await session.execute(delete(SignUp).where(SignUp.email_key == account.email_key))
    return await begin_session(session, account, agent=agent, now=now)
