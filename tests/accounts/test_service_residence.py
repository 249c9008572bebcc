"""Verification at the desk and by letter, and taking it back."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import (
    AlreadyVerified,
    LetterOnItsWay,
    NotVerified,
    PersonAlreadyVerified,
    PersonClosedAccount,
    TooManyLetters,
    TooYoung,
)
from accounts.models import Account, Letter, Residence
from accounts.policy import Actor
from accounts.service.letters import CodeAnswer, decline_letter, enter_code, print_letters, request_letter
from accounts.service.own_data import close_account
from accounts.service.residence import verify_at_desk, withdraw_residence
from accounts.service.sweep import sweep_accounts
from accounts.states import KEEP_IDENTITY, LETTER_LIFE, LETTER_TRIES, IllegalMove, LetterState, Role
from app.kit.access_log import list_accesses
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden
from tests.make.accounts import NOON, PASSWORD, actor_of, make_account, make_cnp

ADDRESS = ["Strada Sabinelor nr. 12", "bl. M7, ap. 41", "051234 București"]


async def make_officer(session: AsyncSession) -> Actor:
    return actor_of(await make_account(session, name="Ioana Ghișeu", now=NOON), roles=[Role.DESK])


async def sent_letter(session: AsyncSession, account: Account, officer: Actor, cnp: str) -> str:
    """A printed letter; returns its code."""
    actor = actor_of(account)
    letter = await request_letter(session, actor, cnp=cnp, address=ADDRESS, area="Rahova", now=NOON)
    [sheet] = await print_letters(session, officer, [letter.id], now=NOON)
    return sheet.code


async def test_the_desk_verifies_and_leaves_traces(session: AsyncSession) -> None:
    officer, account, cnp = await make_officer(session), await make_account(session, now=NOON), make_cnp()
    residence = await verify_at_desk(session, officer, account.id, cnp=cnp, area="Rahova", now=NOON)
    assert (residence.birth_year, residence.method, residence.verified_by) == (1985, "desk", officer.id)
    assert cnp not in str(vars(residence))
    assert await queries.list_verified_ids(session) == [account.id]
    assert [entry.reader_id for entry in await list_accesses(session, account.id)] == [officer.id]
    with pytest.raises(AlreadyVerified):
        await verify_at_desk(session, officer, account.id, cnp=cnp, area="Rahova", now=NOON)


async def test_a_second_account_of_one_person_is_refused(session: AsyncSession) -> None:
    officer, cnp = await make_officer(session), make_cnp()
    first, second = await make_account(session, now=NOON), await make_account(session, now=NOON)
    await verify_at_desk(session, officer, first.id, cnp=cnp, area="Rahova", now=NOON)
    with pytest.raises(PersonAlreadyVerified) as refusal:
        await verify_at_desk(session, officer, second.id, cnp=cnp, area="Rahova", now=NOON)
    assert first.name not in str(refusal.value)
    assert first.email not in str(refusal.value)
    assert any("same CNP" in entry.what for entry in await list_accesses(session, first.id))
    assert await queries.count_verified(session) == 1


async def test_residents_and_sleeping_officers_cannot_verify(session: AsyncSession) -> None:
    account = await make_account(session, now=NOON)
    officer = await make_account(session, now=NOON)
    for actor in (actor_of(account), actor_of(officer, roles=[Role.DESK], official=False)):
        with pytest.raises(Forbidden):
            await verify_at_desk(session, actor, account.id, cnp=make_cnp(), area="Rahova", now=NOON)
    awake = actor_of(officer, roles=[Role.DESK])
    await verify_at_desk(session, awake, account.id, cnp=make_cnp(), area="Rahova", now=NOON)


@pytest.mark.parametrize(("born_on", "grown"), [(date(2009, 3, 1), True), (date(2009, 3, 2), False)])
async def test_eighteen_on_the_day(session: AsyncSession, born_on: date, *, grown: bool) -> None:
    officer, account = await make_officer(session), await make_account(session, now=NOON)
    cnp = make_cnp(born_on=born_on)
    if grown:
        await verify_at_desk(session, officer, account.id, cnp=cnp, area="Rahova", now=NOON)
    else:
        with pytest.raises(TooYoung, match=r"02\.03\.2027"):
            await verify_at_desk(session, officer, account.id, cnp=cnp, area="Rahova", now=NOON)


async def test_sixteen_desks_at_once_give_one_account(database: Database) -> None:
    cnp = make_cnp()
    async with database.write() as session:
        officer = await make_officer(session)
        accounts = [await make_account(session, now=NOON) for _ in range(16)]

    async def verify(account: Account) -> str:
        try:
            async with database.write() as session:
                await verify_at_desk(session, officer, account.id, cnp=cnp, area="Rahova", now=NOON)
        except DomainError as error:
            return type(error).__name__
        return "verified"

    answers = await asyncio.gather(*(verify(account) for account in accounts))
    assert answers.count("verified") == 1
    assert set(answers) <= {"verified", "PersonAlreadyVerified", "IllegalMove"}
    async with database.read() as session:
        rows = select(func.count()).select_from(Residence).where(Residence.withdrawn_at.is_(None))
        assert (await session.execute(rows)).scalar_one() == 1


async def test_a_letter_verifies_once(session: AsyncSession) -> None:
    officer, account, cnp = await make_officer(session), await make_account(session, now=NOON), make_cnp()
    code = await sent_letter(session, account, officer, cnp)
    actor = actor_of(account)
    assert await enter_code(session, actor, code="AAAA-BBBB-CCCC", now=NOON) is CodeAnswer.WRONG
    typed = code.lower().replace("-", " ")
    assert await enter_code(session, actor, code=typed, now=NOON) is CodeAnswer.VERIFIED
    assert await enter_code(session, actor, code=code, now=NOON) is CodeAnswer.NO_LETTER
    residence = await queries.find_residence(session, account.id)
    assert residence is not None
    assert (residence.method, residence.verified_by) == ("letter", None)
    [letter] = await queries.list_letters_of(session, account.id)
    assert (letter.state, letter.address, letter.code_hash) == ("used", "", None)


async def test_a_code_belongs_to_its_account(session: AsyncSession) -> None:
    officer = await make_officer(session)
    ana, ion = await make_account(session, now=NOON), await make_account(session, now=NOON)
    code = await sent_letter(session, ana, officer, make_cnp())
    await sent_letter(session, ion, officer, make_cnp())
    assert await enter_code(session, actor_of(ion), code=code, now=NOON) is CodeAnswer.WRONG


async def test_a_letter_ends_after_five_wrong_codes(session: AsyncSession) -> None:
    officer, account = await make_officer(session), await make_account(session, now=NOON)
    code = await sent_letter(session, account, officer, make_cnp())
    answers = [
        await enter_code(session, actor_of(account), code="AAAA-BBBB-CCCC", now=NOON)
        for _ in range(LETTER_TRIES)
    ]
    assert answers == [CodeAnswer.WRONG] * 4 + [CodeAnswer.OVER]
    assert await enter_code(session, actor_of(account), code=code, now=NOON) is CodeAnswer.NO_LETTER


@pytest.mark.parametrize(
    ("late", "answer"), [(timedelta(seconds=-1), CodeAnswer.VERIFIED), (timedelta(0), CodeAnswer.OVER)]
)
async def test_a_letter_ends_after_sixty_days(
    session: AsyncSession, late: timedelta, answer: CodeAnswer
) -> None:
    officer, account = await make_officer(session), await make_account(session, now=NOON)
    code = await sent_letter(session, account, officer, make_cnp())
    assert await enter_code(session, actor_of(account), code=code, now=NOON + LETTER_LIFE + late) is answer


async def test_printing_again_ends_the_old_code(session: AsyncSession) -> None:
    officer, account = await make_officer(session), await make_account(session, now=NOON)
    old = await sent_letter(session, account, officer, make_cnp())
    letter = await queries.find_open_letter(session, account.id)
    assert letter is not None
    [sheet] = await print_letters(session, officer, [letter.id], now=NOON)
    assert await enter_code(session, actor_of(account), code=old, now=NOON) is CodeAnswer.WRONG
    assert await enter_code(session, actor_of(account), code=sheet.code, now=NOON) is CodeAnswer.VERIFIED
    printed = [entry for entry in await list_accesses(session, account.id) if "printed" in entry.what]
    assert len(printed) == 2


async def test_letters_are_limited(session: AsyncSession) -> None:
    officer, account = await make_officer(session), await make_account(session, now=NOON)
    actor, cnp = actor_of(account), make_cnp()
    for _ in range(3):
        letter = await request_letter(session, actor, cnp=cnp, address=ADDRESS, area="Rahova", now=NOON)
        with pytest.raises(LetterOnItsWay):
            await request_letter(session, actor, cnp=cnp, address=ADDRESS, area="Rahova", now=NOON)
        await decline_letter(session, officer, letter.id, reason="Adresa nu este în sector", now=NOON)
        assert letter.address == ""
        with pytest.raises(IllegalMove):
            await decline_letter(session, officer, letter.id, reason="încă o dată", now=NOON)
    with pytest.raises(TooManyLetters):
        await request_letter(session, actor, cnp=cnp, address=ADDRESS, area="Rahova", now=NOON)
    later = NOON + timedelta(days=91)
    await request_letter(session, actor, cnp=cnp, address=ADDRESS, area="Rahova", now=later)


async def test_the_desk_wins_over_a_letter(session: AsyncSession) -> None:
    officer, cnp = await make_officer(session), make_cnp()
    impostor, owner = await make_account(session, now=NOON), await make_account(session, now=NOON)
    code = await sent_letter(session, impostor, officer, cnp)
    await enter_code(session, actor_of(impostor), code=code, now=NOON)
    await verify_at_desk(session, officer, owner.id, cnp=cnp, area="Rahova", now=NOON)
    assert await queries.list_verified_ids(session) == [owner.id]
    assert await queries.find_residence(session, impostor.id) is None
    assert await queries.list_same_person(session, owner.id) == sorted([owner.id, impostor.id])


async def test_the_desk_confirms_ones_own_letter_and_cancels_one_on_its_way(session: AsyncSession) -> None:
    officer, cnp = await make_officer(session), make_cnp()
    by_letter, waiting = await make_account(session, now=NOON), await make_account(session, now=NOON)
    code = await sent_letter(session, by_letter, officer, cnp)
    await enter_code(session, actor_of(by_letter), code=code, now=NOON)
    residence = await verify_at_desk(session, officer, by_letter.id, cnp=cnp, area="Rahova", now=NOON)
    assert residence.method == "desk"
    await sent_letter(session, waiting, officer, make_cnp())
    await verify_at_desk(session, officer, waiting.id, cnp=make_cnp(), area="Rahova", now=NOON)
    [letter] = await queries.list_letters_of(session, waiting.id)
    assert (letter.state, letter.address) == (LetterState.CANCELLED, "")


async def test_a_letter_for_a_person_verified_elsewhere_is_not_printed_and_does_not_verify(
    session: AsyncSession,
) -> None:
    officer, cnp = await make_officer(session), make_cnp()
    first, second = await make_account(session, now=NOON), await make_account(session, now=NOON)
    code = await sent_letter(session, second, officer, cnp)
    await verify_at_desk(session, officer, first.id, cnp=cnp, area="Rahova", now=NOON)
    [(letter, is_taken)] = await queries.list_open_letters(session)
    assert is_taken
    assert await print_letters(session, officer, [letter.id], now=NOON) == []
    assert await enter_code(session, actor_of(second), code=code, now=NOON) is CodeAnswer.TAKEN


async def test_a_withdrawn_person_can_be_verified_again(session: AsyncSession) -> None:
    officer, cnp = await make_officer(session), make_cnp()
    old, new = await make_account(session, now=NOON), await make_account(session, now=NOON)
    with pytest.raises(NotVerified):
        await withdraw_residence(session, officer, old.id, reason="cont pierdut", now=NOON)
    await verify_at_desk(session, officer, old.id, cnp=cnp, area="Rahova", now=NOON)
    await withdraw_residence(session, officer, old.id, reason="cont pierdut", now=NOON)
    assert await queries.count_verified(session) == 0
    await verify_at_desk(session, officer, new.id, cnp=cnp, area="Rahova", now=NOON)
    assert await queries.list_verified_ids(session) == [new.id]


async def test_a_closed_account_blocks_its_person_for_a_while(session: AsyncSession) -> None:
    officer, cnp = await make_officer(session), make_cnp()
    old, new = await make_account(session, now=NOON), await make_account(session, now=NOON)
    await verify_at_desk(session, officer, old.id, cnp=cnp, area="Rahova", now=NOON)
    await close_account(session, actor_of(old), password=PASSWORD, now=NOON)
    assert await queries.count_verified(session) == 0
    with pytest.raises(PersonClosedAccount):
        await verify_at_desk(session, officer, new.id, cnp=cnp, area="Rahova", now=NOON)
    later = NOON + KEEP_IDENTITY
    await sweep_accounts(session, now=later - timedelta(seconds=1))
    with pytest.raises(PersonClosedAccount):
        await verify_at_desk(session, officer, new.id, cnp=cnp, area="Rahova", now=later)
    await sweep_accounts(session, now=later)
    await verify_at_desk(session, officer, new.id, cnp=cnp, area="Rahova", now=later)
    await session.refresh(old)
    assert (old.name, old.email, old.email_key, old.password_hash) == ("Cont închis", "", None, None)


async def test_the_sweep_ends_late_letters(session: AsyncSession) -> None:
    officer, account = await make_officer(session), await make_account(session, now=NOON)
    await sent_letter(session, account, officer, make_cnp())
    await sweep_accounts(session, now=NOON + LETTER_LIFE)
    [letter] = (await session.execute(select(Letter))).scalars().all()
    assert (letter.state, letter.address) == (LetterState.EXPIRED, "")
