"""Verification by letter: asked for, printed in batches, and finished with the code on the sheet.

A letter proves the address and not the person; that is why the desk wins over it. The code exists on paper
alone: here stands a keyed hash, so a sheet that was lost is printed again with another code.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.errors import AlreadyVerified, LetterOnItsWay, PersonAlreadyVerified, TooManyLetters
from accounts.models import Account, Letter
from accounts.policy import Actor, may_act_as
from accounts.queries import find_open_letter, find_residence, find_residence_of_person, get_account
from accounts.service.identity import hash_code, read_adult
from accounts.service.residence import add_residence, person_of
from accounts.states import LETTER_LIFE, LETTER_TRIES, OPEN_LETTERS, LetterState, Role
from app.kit import crypto
from app.kit.access_log import log_access
from app.kit.i18n import N_
from app.kit.mail import send_mail
from app.kit.policy import require
from app.kit.text import clean

MAX_LETTERS = 3  # within LETTER_PERIOD: paper and stamps cost the town money
LETTER_PERIOD = timedelta(days=90)
BATCH = 50  # sheets a print page
PRINTED = N_("An officer printed the letter with your code (name and address).")


class CodeAnswer(StrEnum):
    """What became of a typed code."""

    VERIFIED = "verified"
    WRONG = "wrong"
    OVER = "over"  # too many tries or too late: the letter has ended
    NO_LETTER = "no-letter"
    TAKEN = "taken"  # the person is verified in another account


class PrintedLetter(msgspec.Struct, frozen=True):
    """One sheet."""

    name: str
    address: list[str]
    code: str
    locale: str
    expires_at: datetime


async def request_letter(
    session: AsyncSession, actor: Actor, *, cnp: str, address: Sequence[str], area: str, now: datetime
) -> Letter:
    """Ask for a letter to an address in the district (its lines).

    Whether the person is verified elsewhere is not told here, where anybody could ask; the officer sees it.
    Raises: InvalidCnp, TooYoung, AlreadyVerified, LetterOnItsWay, TooManyLetters.
    """
    account = await get_account(session, actor.id, lock=True)
    person = read_adult(cnp, now=now)
    if await find_residence(session, account.id) is not None:
        raise AlreadyVerified()
    if await find_open_letter(session, account.id) is not None:
        raise LetterOnItsWay()
    recent = select(func.count()).where(
        Letter.account_id == account.id, Letter.requested_at > now - LETTER_PERIOD
    )
    if (await session.execute(recent)).scalar_one() >= MAX_LETTERS:
        raise TooManyLetters()
    identity_hash, birth_year = person_of(person)
    letter = Letter(
        account_id=account.id,
        state=LetterState.REQUESTED.value,
        identity_hash=identity_hash,
        birth_year=birth_year,
        area=clean(area),
        address="\n".join(clean(line) for line in address if clean(line)),
        requested_at=now,
        tries=0,
    )
    session.add(letter)
    await session.flush()
    return letter


async def print_letters(
    session: AsyncSession, actor: Actor, letter_ids: Sequence[uuid.UUID], *, now: datetime
) -> list[PrintedLetter]:
    """Give each letter a new code and return the sheets; codes printed before end.

    Letters that have ended meanwhile, and persons verified elsewhere, are left out. Locks: the letters.
    Raises: Forbidden.
    """
    require(may_act_as(actor, Role.DESK))
    query = (
        select(Letter)
        .where(Letter.id.in_(letter_ids[:BATCH]), Letter.state.in_(OPEN_LETTERS))
        .order_by(Letter.requested_at, Letter.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    sheets = []
    for letter in (await session.execute(query)).scalars().all():
        if await find_residence_of_person(session, letter.identity_hash) is not None:
            continue
        account = await get_account(session, letter.account_id)
        sheets.append(_print(letter, account, actor, now=now))
        log_access(session, reader_id=actor.id, subject_id=account.id, what=PRINTED, now=now)
    await session.flush()
    return sheets


def _print(letter: Letter, account: Account, actor: Actor, *, now: datetime) -> PrintedLetter:
    code = crypto.new_code(groups=3, size=4)
    letter.move_to(LetterState.PRINTED)
    letter.code_hash = hash_code("letter", code)
    letter.printed_at, letter.printed_by = now, actor.id
    letter.expires_at = now + LETTER_LIFE
    letter.tries = 0
    return PrintedLetter(account.name, letter.address.split("\n"), code, account.locale, letter.expires_at)


async def decline_letter(
    session: AsyncSession, actor: Actor, letter_id: uuid.UUID, *, reason: str, now: datetime
) -> None:
    """Do not send a letter (address outside the district, person verified elsewhere), and say why.

    Raises: Forbidden, IllegalMove.
    """
    require(may_act_as(actor, Role.DESK))
    letter = await session.get_one(Letter, letter_id, with_for_update=True, populate_existing=True)
    account = await get_account(session, letter.account_id)
    end_letter(letter, LetterState.CANCELLED, reason=clean(reason), now=now)
    send_mail(
        session,
        to=account.email,
        template="accounts/mail/letter-declined.txt",
        locale=account.locale,
        name=account.name,
        reason=clean(reason),
    )
    await session.flush()


def end_letter(letter: Letter, state: LetterState, *, reason: str, now: datetime) -> None:
    """Bring a letter to an end and erase what only sending it needed."""
    letter.move_to(state)
    letter.address, letter.code_hash = "", None
    letter.ended_at, letter.ended_reason = now, reason


async def enter_code(session: AsyncSession, actor: Actor, *, code: str, now: datetime) -> CodeAnswer:
    """Try the code of the letter that is on its way to the actor.

    A wrong code is an answer and not an exception, because the count of tries has to be committed.
    Locks: the letter. Emits: ResidenceVerified.
    """
    account = await get_account(session, actor.id, lock=True)
    letter = await find_open_letter(session, account.id, lock=True)
    if letter is None or letter.state != LetterState.PRINTED or letter.expires_at is None:
        return CodeAnswer.NO_LETTER
    if now >= letter.expires_at:
        end_letter(letter, LetterState.EXPIRED, reason="late", now=now)
        await session.flush()
        return CodeAnswer.OVER
    if not crypto.same(letter.code_hash or "", hash_code("letter", code)):
        letter.tries += 1
        if letter.tries >= LETTER_TRIES:
            end_letter(letter, LetterState.CANCELLED, reason="tries", now=now)
        await session.flush()
        return CodeAnswer.WRONG if letter.state == LetterState.PRINTED else CodeAnswer.OVER
    if await find_residence_of_person(session, letter.identity_hash) is not None:
        return CodeAnswer.TAKEN
    person = (letter.identity_hash, letter.birth_year)
    try:
        await add_residence(session, account, person, area=letter.area, by=None, now=now)
    except PersonAlreadyVerified:  # somebody got there first; the savepoint took the row back
        return CodeAnswer.TAKEN
    end_letter(letter, LetterState.USED, reason="", now=now)
    await session.flush()
    return CodeAnswer.VERIFIED
