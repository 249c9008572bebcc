"""What ends by itself: sessions, links, letters that nobody answered, and identities of closed accounts."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account, AccountSession, EmailChange, Letter, PasswordReset, Residence, SignUp
from accounts.service.letters import end_letter
from accounts.states import KEEP_IDENTITY, LetterState
from app.kit.mail import send_mail

KEEP_LINKS = timedelta(days=7)  # so that a late click can be told from an invented address


async def sweep_accounts(session: AsyncSession, *, now: datetime) -> None:
    """Delete and erase what is over; may run at any time and any number of times."""
    for table in (SignUp, PasswordReset, EmailChange):
        await session.execute(delete(table).where(table.expires_at < now - KEEP_LINKS))
    await session.execute(delete(AccountSession).where(AccountSession.expires_at <= now))
    late = (
        select(Letter)
        .where(Letter.state == LetterState.PRINTED.value, Letter.expires_at <= now)
        .with_for_update()
    )
    for letter in (await session.execute(late)).scalars().all():
        end_letter(letter, LetterState.EXPIRED, reason="late", now=now)
        account = await session.get_one(Account, letter.account_id)
        send_mail(
            session,
            to=account.email,
            template="accounts/mail/letter-expired.txt",
            locale=account.locale,
            name=account.name,
        )
    closed = select(Account.id).where(Account.closed_at <= now - KEEP_IDENTITY)
    await session.execute(
        update(Residence)
        .where(Residence.account_id.in_(closed), Residence.identity_hash.is_not(None))
        .values(identity_hash=None, birth_year=None)
        .execution_options(synchronize_session=False)
    )
    await session.flush()
