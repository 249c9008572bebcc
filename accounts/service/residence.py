"""Verifying that a person lives here: at the desk, or with a code sent by letter; and taking it back.

The unique index on the person's hash is what makes a second account impossible; everything before it only
chooses the right words.
"""

import uuid
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import (
    AlreadyVerified,
    NotVerified,
    PersonAlreadyVerified,
    PersonClosedAccount,
)
from accounts.events import ResidenceVerified, ResidenceWithdrawn
from accounts.models import Account, Residence
from accounts.policy import Actor, may_act_as, may_open_account, may_verify, may_withdraw
from accounts.queries import find_open_letter, find_residence, find_residence_of_person, get_account
from accounts.rules import Person
from accounts.service.direct import add_account
from accounts.service.identity import hash_identity, read_adult
from accounts.states import KEEP_IDENTITY, IllegalMove, LetterState, Method, Role
from app.kit.access_log import log_access
from app.kit.clock import BUCHAREST
from app.kit.errors import NotFound
from app.kit.events import publish
from app.kit.i18n import N_, Locale, translate
from app.kit.mail import send_mail
from app.kit.policy import require
from app.kit.text import clean

READ_AT_DESK = N_("An official opened your account at the residence desk.")
VERIFIED_AT_DESK = N_("An officer verified your residence at the desk.")
TRIED_SECOND = N_(
    "Somebody with the same CNP as yours asked at the desk for another account. It was refused."
)
WON_BY_DESK = N_("The person with this CNP came to the desk and verified another account.")
REPLACED_BY_DESK = N_("The residence desk verified another identity for this account.")


async def open_at_desk(
    session: AsyncSession, actor: Actor, account_id: uuid.UUID, *, now: datetime
) -> Account:
    """An account for the officer at the desk, which its owner sees in the access log.

    Raises: Forbidden, NotFound (closed accounts too).
    """
    require(may_open_account(actor))
    account = await get_account(session, account_id)
    if account.closed_at is not None:
        raise NotFound()
    log_access(session, reader_id=actor.id, subject_id=account_id, what=READ_AT_DESK, now=now)
    await session.flush()
    return account


async def open_account_at_desk(
    session: AsyncSession, actor: Actor, *, name: str, cnp: str, area: str, now: datetime
) -> Account:
    """An account for somebody who stands at the desk with their document and has no e-mail address.

    Nobody can sign in to it: it puts the person on the roll, so that they can vote on paper. When the person
    has an account already, the try is written into its access log: whoever catches PersonAlreadyVerified must
    let the transaction commit.
    Raises: Forbidden, InvalidCnp, TooYoung, PersonAlreadyVerified, PersonClosedAccount. Emits:
    ResidenceVerified.
    """
    require(may_act_as(actor, Role.DESK))
    holder = await find_residence_of_person(session, hash_identity(read_adult(cnp, now=now)))
    if holder is not None and (await get_account(session, holder.account_id)).closed_at is None:
        log_access(session, reader_id=actor.id, subject_id=holder.account_id, what=TRIED_SECOND, now=now)
        await session.flush()
        raise PersonAlreadyVerified()
    account = await add_account(session, name=name, email="", password_hash=None, locale="ro", now=now)
    await verify_at_desk(session, actor, account.id, cnp=cnp, area=area, now=now)
    return account


async def verify_at_desk(
    session: AsyncSession, actor: Actor, account_id: uuid.UUID, *, cnp: str, area: str, now: datetime
) -> Residence:
    """Write down that an officer saw the identity document of this account's owner.

    Wins over a verification by letter, of this account or of another for the same person. When the person has
    a desk-verified account already, the try is written into that account's access log before it is refused:
    whoever catches PersonAlreadyVerified must let the transaction commit.
    Locks: the account. Raises: Forbidden, InvalidCnp, TooYoung, AlreadyVerified, PersonAlreadyVerified,
    PersonClosedAccount. Emits: ResidenceVerified, perhaps ResidenceWithdrawn.
    """
    require(may_verify(actor, account_id))
    account = await get_account(session, account_id, lock=True)
    if account.closed_at is not None:
        raise NotFound()
    person = read_adult(cnp, now=now)
    mine = await find_residence(session, account.id)
    if mine is not None and mine.method == Method.DESK:
        raise AlreadyVerified()
    await _make_room(session, actor, account, person, now=now)
    if mine is not None:
        await _withdraw(session, mine, by=actor.id, reason=REPLACED_BY_DESK, now=now, tell=False)
    await cancel_open_letter(session, account.id, reason="desk", now=now)
    log_access(session, reader_id=actor.id, subject_id=account.id, what=VERIFIED_AT_DESK, now=now)
    try:
        return await add_residence(session, account, person_of(person), area=area, by=actor.id, now=now)
    except PersonAlreadyVerified as error:  # a race: all of this must roll back, so it is another refusal
        raise IllegalMove() from error


async def _make_room(
    session: AsyncSession, actor: Actor, account: Account, person: Person, *, now: datetime
) -> None:
    """Refuse a person who is verified elsewhere at a desk; withdraw what another account has by letter."""
    holder = await find_residence_of_person(session, hash_identity(person))
    if holder is None or holder.account_id == account.id:
        return
    owner = await get_account(session, holder.account_id)
    if owner.closed_at is not None:
        free = owner.closed_at + KEEP_IDENTITY
        raise PersonClosedAccount(closed=_day(owner.closed_at), day=_day(free))
    if holder.method == Method.DESK:
        log_access(session, reader_id=actor.id, subject_id=owner.id, what=TRIED_SECOND, now=now)
        await session.flush()
        raise PersonAlreadyVerified()
    await _withdraw(session, holder, by=actor.id, reason=WON_BY_DESK, now=now)


def _day(moment: datetime) -> str:
    return moment.astimezone(BUCHAREST).strftime("%d.%m.%Y")


def person_of(person: Person) -> tuple[str, int]:
    """All that is kept of a person: the keyed hash and the year of birth."""
    return hash_identity(person), person.born_on.year


async def add_residence(
    session: AsyncSession,
    account: Account,
    person: tuple[str, int],
    *,
    area: str,
    by: uuid.UUID | None,
    now: datetime,
) -> Residence:
    """The row, at last; `by` None means by letter. Raises: PersonAlreadyVerified when another was first."""
    residence = Residence(
        account_id=account.id,
        identity_hash=person[0],
        birth_year=person[1],
        area=clean(area),
        method=(Method.LETTER if by is None else Method.DESK).value,
        verified_at=now,
        verified_by=by,
    )
    await session.flush()  # what made room has to be there before what needs it
    try:
        async with session.begin_nested():
            session.add(residence)
            await session.flush()
    except IntegrityError as error:
        raise PersonAlreadyVerified() from error
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/verified.txt",
        locale=account.locale,
        name=account.name,
    )
    await publish(session, ResidenceVerified(account.id))
    return residence


async def withdraw_residence(
    session: AsyncSession, actor: Actor, account_id: uuid.UUID, *, reason: str, now: datetime
) -> None:
    """Take a verification back, with a reason that its owner reads.

    The hash stays, so that it can be seen that two accounts were one person's (`queries.list_same_person`).
    Raises: Forbidden, NotVerified. Emits: ResidenceWithdrawn.
    """
    require(may_withdraw(actor, account_id))
    await get_account(session, account_id, lock=True)
    residence = await find_residence(session, account_id)
    if residence is None:
        raise NotVerified()
    log_access(
        session,
        reader_id=actor.id,
        subject_id=account_id,
        what=N_("An official withdrew the verification of your residence."),
        now=now,
    )
    await _withdraw(session, residence, by=actor.id, reason=clean(reason), now=now)
    await session.flush()


async def _withdraw(
    session: AsyncSession,
    residence: Residence,
    *,
    by: uuid.UUID,
    reason: str,
    now: datetime,
    tell: bool = True,
) -> None:
    account = await get_account(session, residence.account_id)
    residence.withdrawn_at = now
    residence.withdrawn_by = by
    residence.withdrawn_reason = reason
    if tell:
        locale: Locale = "en" if account.locale == "en" else "ro"
        send_mail(
            session,
            to=account.email,
            template="accounts/mail/withdrawn.txt",
            locale=account.locale,
            name=account.name,
            reason=translate(locale, reason),
        )
        await publish(session, ResidenceWithdrawn(account.id))


async def cancel_open_letter(
    session: AsyncSession, account_id: uuid.UUID, *, reason: str, now: datetime
) -> bool:
    """End the letter that is on its way and erase its address; returns whether there was one."""
    letter = await find_open_letter(session, account_id, lock=True)
    if letter is None:
        return False
    letter.move_to(LetterState.CANCELLED)
    letter.address, letter.code_hash = "", None
    letter.ended_at, letter.ended_reason = now, reason
    await session.flush()
    return True
