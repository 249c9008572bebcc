"""Sessions, second factors, passwords, addresses and roles below the pages."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import (
    LinkOver,
    NoSuchPerson,
    RoleAlreadyGiven,
    RoleNotGiven,
    SignInOver,
    SignInRefused,
    WrongCode,
    WrongPassword,
)
from accounts.models import AccountSession, SignUp
from accounts.queries import load_actor
from accounts.service.email import ChangeStep, confirm_email_change, request_email_change
from accounts.service.officials import give_role, take_role
from accounts.service.own_data import close_account, export_account
from accounts.service.passwords import change_password
from accounts.service.second_factor import (
    propose_secret,
    renew_recovery_codes,
    turn_off_second_factor,
    turn_on_second_factor,
)
from accounts.service.sessions import begin_session, describe_agent, end_session, touch_session
from accounts.service.sign_in import pass_second_factor, sign_in
from accounts.service.sign_up import resend_link, start_sign_up
from accounts.service.sweep import sweep_accounts
from accounts.states import OFFICIAL_ABSOLUTE, OFFICIAL_IDLE, PENDING_LIFE, PENDING_TRIES, SIGN_UP_LIFE, Role
from app.kit import register
from app.kit.db import Database
from app.kit.errors import Forbidden, NotFound
from app.kit.outbox import OutboxMessage
from tests.make.accounts import NOON, PASSWORD, actor_of, make_account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WORDS = "trei lalele galbene"


def code_at(moment: object = NOON, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(moment)  # type: ignore[arg-type]


async def count_sessions(session: AsyncSession) -> int:
    return (await session.execute(select(func.count()).select_from(AccountSession))).scalar_one()


async def pending(session: AsyncSession, email: str) -> str:
    result = await sign_in(session, email=email, password=PASSWORD, agent="", now=NOON)
    assert result.is_pending
    return result.token


async def test_a_pending_session_is_nobody(session: AsyncSession) -> None:
    account = await make_account(session, totp=SECRET, roles=[Role.DESK], now=NOON)
    token = await pending(session, account.email)
    assert await load_actor(session, token, now=NOON) is None
    full = await pass_second_factor(session, token, code_at(), agent="", now=NOON)
    assert full is not None
    assert full != token, "rotated at the second factor"
    actor = await load_actor(session, full, now=NOON)
    assert actor is not None
    assert actor.has(Role.DESK)
    assert await count_sessions(session) == 1, "the pending session is gone"


async def test_a_code_works_once(session: AsyncSession) -> None:
    account = await make_account(session, totp=SECRET, now=NOON)
    first, second = await pending(session, account.email), await pending(session, account.email)
    assert await pass_second_factor(session, first, code_at(), agent="", now=NOON)
    assert await pass_second_factor(session, second, code_at(), agent="", now=NOON) is None
    earlier = code_at(NOON - timedelta(seconds=30))
    assert await pass_second_factor(session, second, earlier, agent="", now=NOON) is None, (
        "older than the last used"
    )
    later = NOON + timedelta(seconds=30)
    assert await pass_second_factor(session, second, code_at(later), agent="", now=later)


async def test_one_code_opens_one_of_many_simultaneous_sign_ins(database: Database) -> None:
    async with database.write() as session:
        account = await make_account(session, totp=SECRET, now=NOON)
        tokens = [await pending(session, account.email) for _ in range(8)]

    async def finish(token: str) -> str | None:
        async with database.write() as session:
            return await pass_second_factor(session, token, code_at(), agent="", now=NOON)

    answers = await asyncio.gather(*(finish(token) for token in tokens))
    assert sum(answer is not None for answer in answers) == 1


async def test_one_recovery_code_opens_one_of_many_simultaneous_sign_ins(database: Database) -> None:
    async with database.write() as session:
        account = await make_account(session, totp=SECRET, now=NOON)
        codes = await renew_recovery_codes(session, actor_of(account), password=PASSWORD)
        tokens = [await pending(session, account.email) for _ in range(8)]
    assert len(set(codes)) == 10

    async def finish(token: str) -> str | None:
        async with database.write() as session:
            return await pass_second_factor(session, token, codes[3].lower(), agent="", now=NOON)

    answers = await asyncio.gather(*(finish(token) for token in tokens))
    assert sum(answer is not None for answer in answers) == 1
    async with database.read() as session:
        assert await queries.count_recovery_codes(session, account.id) == 9


async def test_the_second_factor_is_tried_five_times_and_for_ten_minutes(session: AsyncSession) -> None:
    account = await make_account(session, totp=SECRET, now=NOON)
    token = await pending(session, account.email)
    for _ in range(PENDING_TRIES):
        assert await pass_second_factor(session, token, "000000", agent="", now=NOON) is None
    with pytest.raises(SignInOver):
        await pass_second_factor(session, token, code_at(), agent="", now=NOON)
    token = await pending(session, account.email)
    late = NOON + PENDING_LIFE
    with pytest.raises(SignInOver):
        await pass_second_factor(session, token, code_at(late), agent="", now=late)
    with pytest.raises(SignInOver):
        await pass_second_factor(session, "made up", code_at(), agent="", now=NOON)


async def test_a_role_without_second_factor_sleeps(session: AsyncSession) -> None:
    account = await make_account(session, roles=[Role.ADMIN], now=NOON)
    result = await sign_in(session, email=account.email, password=PASSWORD, agent="", now=NOON)
    actor = await load_actor(session, result.token, now=NOON)
    assert actor is not None
    assert (actor.roles, actor.is_official) == (frozenset({Role.ADMIN}), False)


async def test_officials_end_sooner(session: AsyncSession) -> None:
    account = await make_account(session, roles=[Role.DESK], totp=SECRET, now=NOON)
    token = await begin_session(session, account, agent="", has_second_factor=True, now=NOON)
    almost = NOON + OFFICIAL_IDLE - timedelta(seconds=1)
    actor = await load_actor(session, token, now=almost)
    assert actor is not None
    assert await load_actor(session, token, now=NOON + OFFICIAL_IDLE) is None
    assert actor.session_id is not None
    moment = NOON
    while moment < NOON + OFFICIAL_ABSOLUTE:  # however busy
        await touch_session(session, actor.session_id, now=moment)
        assert await load_actor(session, token, now=moment) is not None
        moment += timedelta(hours=1)
    assert await load_actor(session, token, now=NOON + OFFICIAL_ABSOLUTE) is None


async def test_unknown_address_costs_a_hash_too(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.kit import crypto

    asked: list[bool] = []
    real = crypto.verify_password

    async def watched(stored: str | None, password: str) -> bool:
        asked.append(stored is None)
        return await real(stored, password)

    monkeypatch.setattr(crypto, "verify_password", watched)
    account = await make_account(session, now=NOON)
    for address in (account.email, "nimeni@example.ro"):
        with pytest.raises(SignInRefused):
            await sign_in(session, email=address, password="gresita", agent="", now=NOON)
    assert asked == [False, True]


async def test_turning_the_second_factor_on_and_off(session: AsyncSession) -> None:
    account = await make_account(session, now=NOON)
    actor = actor_of(account)
    other = await begin_session(session, account, agent="", now=NOON)
    secret, sealed = propose_secret(actor)
    args = {"sealed": sealed, "agent": "", "now": NOON}
    with pytest.raises(WrongPassword):
        await turn_on_second_factor(session, actor, code=code_at(secret=secret), password="x", **args)  # type: ignore[arg-type]
    with pytest.raises(WrongCode):
        await turn_on_second_factor(session, actor, code="000000", password=PASSWORD, **args)  # type: ignore[arg-type]
    stranger = actor_of(await make_account(session, now=NOON))
    with pytest.raises(LinkOver):  # a proposal is for the person it was made for
        await turn_on_second_factor(session, stranger, code="000000", password=PASSWORD, **args)  # type: ignore[arg-type]
    enrolled = await turn_on_second_factor(
        session,
        actor,
        sealed=sealed,
        code=code_at(secret=secret),
        password=PASSWORD,
        agent="",
        now=NOON,
    )
    assert len(enrolled.codes) == 10
    assert await load_actor(session, other, now=NOON) is None
    assert await load_actor(session, enrolled.token, now=NOON) is not None
    used = code_at(secret=secret)
    with pytest.raises(WrongCode):  # the code that turned it on does not turn it off
        await turn_off_second_factor(session, actor, password=PASSWORD, code=used, agent="", now=NOON)
    official = actor_of(account, roles=[Role.DESK])
    with pytest.raises(Forbidden):
        await turn_off_second_factor(
            session, official, password=PASSWORD, code=enrolled.codes[0], agent="", now=NOON
        )
    token = await turn_off_second_factor(
        session, actor, password=PASSWORD, code=enrolled.codes[0], agent="", now=NOON
    )
    assert await load_actor(session, token, now=NOON) is not None
    result = await sign_in(session, email=account.email, password=PASSWORD, agent="", now=NOON)
    assert not result.is_pending


async def test_a_new_password_ends_every_session_and_keeps_the_second_factor(session: AsyncSession) -> None:
    account = await make_account(session, roles=[Role.DESK], totp=SECRET, now=NOON)
    here = await begin_session(session, account, agent="", has_second_factor=True, now=NOON)
    there = await begin_session(session, account, agent="", has_second_factor=True, now=NOON)
    actor = await load_actor(session, here, now=NOON)
    assert actor is not None
    new = await change_password(session, actor, current=PASSWORD, password=WORDS, agent="", now=NOON)
    for token in (here, there):
        assert await load_actor(session, token, now=NOON) is None
    again = await load_actor(session, new, now=NOON)
    assert again is not None
    assert again.is_official


async def test_nobody_ends_somebody_elses_session(session: AsyncSession) -> None:
    ana, ion = await make_account(session, now=NOON), await make_account(session, now=NOON)
    token = await begin_session(session, ana, agent="", now=NOON)
    actor = await load_actor(session, token, now=NOON)
    assert actor is not None
    assert actor.session_id is not None
    with pytest.raises(NotFound):
        await end_session(session, actor_of(ion), actor.session_id)
    await end_session(session, actor, actor.session_id)
    assert await load_actor(session, token, now=NOON) is None


def tokens_in_mail(messages: list[OutboxMessage]) -> list[str]:
    return [message.arguments.partition("token=")[2].partition('"')[0] for message in messages]


async def read_outbox(session: AsyncSession) -> list[OutboxMessage]:
    await session.flush()
    return list((await session.execute(select(OutboxMessage).order_by(OutboxMessage.id))).scalars())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_an_address_changes_when_both_say_yes(session: AsyncSession, order: tuple[int, int]) -> None:
    account = await make_account(session, email="veche@example.ro", now=NOON)
    with pytest.raises(WrongPassword):
        await request_email_change(
            session, actor_of(account), email="noua@example.ro", password="x", now=NOON
        )
    await request_email_change(
        session, actor_of(account), email="noua@example.ro", password=PASSWORD, now=NOON
    )
    messages = await read_outbox(session)
    messages.sort(key=lambda message: "noua@example.ro" in message.arguments.partition('"template"')[0])
    tokens = tokens_in_mail(messages)
    step = await confirm_email_change(session, token=tokens[order[0]], now=NOON)
    assert step is (ChangeStep.WAITS_FOR_NEW if order[0] == 0 else ChangeStep.WAITS_FOR_OLD)
    assert account.email == "veche@example.ro"
    assert await confirm_email_change(session, token=tokens[order[0]], now=NOON) is step, "twice is once"
    assert await confirm_email_change(session, token=tokens[order[1]], now=NOON) is ChangeStep.DONE
    assert account.email == "noua@example.ro"
    with pytest.raises(LinkOver):
        await confirm_email_change(session, token=tokens[0], now=NOON)


async def test_an_address_with_an_account_is_told_and_not_asked(session: AsyncSession) -> None:
    await make_account(session, email="luata@example.ro", now=NOON)
    account = await make_account(session, email="ana@example.ro", now=NOON)
    await request_email_change(
        session, actor_of(account), email="luata@example.ro", password=PASSWORD, now=NOON
    )
    messages = await read_outbox(session)
    assert sorted("already.txt" in message.arguments for message in messages) == [False, True]


async def test_a_sign_up_link_ends_and_is_replaced(session: AsyncSession) -> None:
    await start_sign_up(session, name="Ana Pop", email="a@b.ro", password=WORDS, locale="ro", now=NOON)
    await resend_link(session, email="A@B.ro", now=NOON)
    await resend_link(session, email="nimeni@b.ro", now=NOON)
    messages = await read_outbox(session)
    assert len(messages) == 2
    from accounts.service.sign_up import confirm_sign_up, find_sign_up

    old, new = tokens_in_mail(messages)
    with pytest.raises(LinkOver):
        await find_sign_up(session, old, now=NOON)
    with pytest.raises(LinkOver):
        await find_sign_up(session, new, now=NOON + SIGN_UP_LIFE)
    with pytest.raises(WrongPassword):
        await confirm_sign_up(session, token=new, password="alta parola", agent="", now=NOON)
    token = await confirm_sign_up(session, token=new, password=WORDS, agent="", now=NOON)
    assert await load_actor(session, token, now=NOON) is not None


async def test_nobody_opens_an_account_for_somebody_else(session: AsyncSession) -> None:
    """The attacker asks with the victim's address; the victim asks too and follows their own link."""
    from accounts.service.sign_up import confirm_sign_up

    for password in ("parola atacatorului", WORDS):
        await start_sign_up(session, name="Ana Pop", email="a@b.ro", password=password, locale="ro", now=NOON)
    attackers, victims = tokens_in_mail(await read_outbox(session))
    with pytest.raises(WrongPassword):  # the victim follows the wrong link with their own password
        await confirm_sign_up(session, token=attackers, password=WORDS, agent="", now=NOON)
    await confirm_sign_up(session, token=victims, password=WORDS, agent="", now=NOON)
    assert (await session.execute(select(func.count()).select_from(SignUp))).scalar_one() == 0
    with pytest.raises(LinkOver):
        await confirm_sign_up(session, token=attackers, password="parola atacatorului", agent="", now=NOON)
    with pytest.raises(SignInRefused):
        await sign_in(session, email="a@b.ro", password="parola atacatorului", agent="", now=NOON)


async def test_roles_are_given_and_taken_in_public(session: AsyncSession) -> None:
    admin = await make_account(session, roles=[Role.ADMIN], totp=SECRET, now=NOON)
    actor = actor_of(admin, roles=[Role.ADMIN])
    account = await make_account(session, name="Vasile Ene", now=NOON)
    token = await begin_session(session, account, agent="", now=NOON)
    role = {"role": Role.DESK, "office": "Ghișeu", "reason": "Dispoziția 12", "now": NOON}
    with pytest.raises(Forbidden):
        await give_role(session, actor_of(account), email=account.email, **role)  # type: ignore[arg-type]
    with pytest.raises(NoSuchPerson):
        await give_role(session, actor, email="nimeni@example.ro", **role)  # type: ignore[arg-type]
    await give_role(session, actor, email=account.email.upper(), **role)  # type: ignore[arg-type]
    with pytest.raises(RoleAlreadyGiven):
        await give_role(session, actor, email=account.email, **role)  # type: ignore[arg-type]
    assert await load_actor(session, token, now=NOON) is None, "sessions end when roles change"
    await take_role(session, actor, account.id, role=Role.DESK, reason="Mutare", now=NOON)
    with pytest.raises(RoleNotGiven):
        await take_role(session, actor, account.id, role=Role.DESK, reason="Mutare", now=NOON)
    with pytest.raises(Forbidden):
        await take_role(session, actor, admin.id, role=Role.ADMIN, reason="Ultimul", now=NOON)
    facts = await register.list_facts(session)
    assert [fact.kind for fact in facts] == ["role.taken", "role.given"]
    assert facts[0].facts["name"] == "Vasile Ene"
    assert account.email not in str(facts)


async def test_the_last_administrator_stays_also_in_a_race(database: Database) -> None:
    async with database.write() as session:
        one = await make_account(session, roles=[Role.ADMIN], now=NOON)
        two = await make_account(session, roles=[Role.ADMIN], now=NOON)

    async def take(from_whom: object, by: object) -> bool:
        try:
            async with database.write() as session:
                actor = actor_of(by, roles=[Role.ADMIN])  # type: ignore[arg-type]
                await take_role(session, actor, from_whom.id, role=Role.ADMIN, reason="Dispută", now=NOON)  # type: ignore[attr-defined]
        except Forbidden:
            return False
        return True

    assert sorted(await asyncio.gather(take(one, two), take(two, one))) == [False, True]


async def test_closing_and_exporting(session: AsyncSession) -> None:
    account = await make_account(session, verified=True, totp=SECRET, now=NOON)
    actor = actor_of(account)
    data = await export_account(session, actor, now=NOON)
    assert SECRET not in str(data)
    assert str(account.password_hash) not in str(data)
    assert data["residences"][0]["method"] == "desk"  # type: ignore[index]
    with pytest.raises(WrongPassword):
        await close_account(session, actor, password="x", code=code_at(), now=NOON)
    with pytest.raises(WrongCode):
        await close_account(session, actor, password=PASSWORD, code="000000", now=NOON)
    with pytest.raises(Forbidden):
        await close_account(session, actor_of(account, roles=[Role.DESK]), password=PASSWORD, now=NOON)
    email = account.email
    await close_account(session, actor, password=PASSWORD, code=code_at(), now=NOON)
    with pytest.raises(SignInRefused):
        await sign_in(session, email=email, password=PASSWORD, agent="", now=NOON)
    again = await make_account(session, email=email, now=NOON)
    assert again.id != account.id


async def test_the_sweep_deletes_what_is_over(session: AsyncSession) -> None:
    account = await make_account(session, now=NOON)
    await begin_session(session, account, agent="", now=NOON)
    await start_sign_up(session, name="Ana Pop", email="a@b.ro", password=WORDS, locale="ro", now=NOON)
    for days, left in ((1, (1, 1)), (10, (1, 0)), (91, (0, 0))):
        await sweep_accounts(session, now=NOON + timedelta(days=days))
        sign_ups = (await session.execute(select(func.count()).select_from(SignUp))).scalar_one()
        assert (await count_sessions(session), sign_ups) == left


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge, Windows"),
        ("curl/8", ""),
    ],
)
def test_browsers_in_words(header: str, words: str) -> None:
    assert describe_agent(header) == words
