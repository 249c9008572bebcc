"""Signing up, in and out through the pages."""

import email
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from accounts.forms import check_email
from accounts.models import AccountSession
from accounts.routes.limits import network_of
from accounts.service.sessions import begin_session
from app.kit import clock
from app.kit.front import SESSION_COOKIE
from app.settings import Settings
from tests.accounts.conftest import Pages
from tests.make.accounts import PASSWORD, make_account, sign_in

WORDS = "trei lalele galbene"


def mails(settings: Settings) -> list[tuple[str, str]]:
    """(recipient, text) of every message sent, oldest first."""
    folder = Path(settings.mail_url.removeprefix("file://"))
    found = [email.message_from_bytes(path.read_bytes()) for path in sorted(folder.glob("[!.]*.eml"))]
    return [(one["To"], bytes(one.get_payload(decode=True)).decode()) for one in found]


def link_in(text: str) -> str:
    """The path of the first link of ours in a message."""
    found = re.search(r"http://testserver\.local(/\S+)", text)
    assert found, text
    return found[1]


async def test_sign_up_confirm_and_sign_out(
    pages: Pages, settings: Settings, run_jobs: Any, app: Any
) -> None:
    await pages.get("/sign-up")
    answer = await pages.send("/sign-up", name="Ana Popescu", email="ana@example.ro", password=WORDS)
    assert answer.headers["location"] == "/sign-up/sent"
    assert "ana@example.ro" in await pages.get("/sign-up/sent")
    await run_jobs()
    [(to, text)] = mails(settings)
    assert to == "ana@example.ro"
    await pages.get(link_in(text))
    answer = await pages.send("/sign-up/confirm", password="alta parola gresita", status=422)
    assert "Parola nu este corectă" in answer.text
    await pages.send("/sign-up/confirm", password=WORDS)
    html = await pages.get("/account")
    assert "Ana Popescu" in html
    old = pages.client.cookies[SESSION_COOKIE]
    pages.client.cookies.set("obste_ballot_7", "draft")
    answer = await pages.send("/sign-out")
    assert "obste_ballot_7=;" in str(answer.headers.get_list("set-cookie"))
    pages.client.cookies.set(SESSION_COOKIE, old)
    assert (await pages.client.get("/account")).headers["location"].startswith("/sign-in")
    await pages.get(link_in(text), status=404)


async def test_a_known_address_gets_the_same_answer(
    make_client: Any, app: Any, settings: Settings, run_jobs: Any
) -> None:
    async with app.services.database.write() as session:
        await make_account(session, email="ana@example.ro")
    answers = []
    for address in ("ana@example.ro", "nimeni@example.ro"):
        pages = Pages(make_client())
        await pages.get("/sign-up")
        answer = await pages.send("/sign-up", name="Ion Ionescu", email=address, password=WORDS)
        html = await pages.get("/sign-up/sent")
        answers.append((answer.status_code, answer.headers["location"], html.replace(address, "")))
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", answers[0][2]) == strip.sub("", answers[1][2])
    assert answers[0][:2] == answers[1][:2]
    await run_jobs()
    texts = dict(mails(settings))
    assert "are deja un cont" in texts["ana@example.ro"].replace("\n", " ")
    assert "/sign-up/confirm" in texts["nimeni@example.ro"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "", "email": "a@b.ro", "password": WORDS}, "name"),
        ({"name": "Ana Pop", "email": "a-b.ro", "password": WORDS}, "email"),
        ({"name": "Ana Pop", "email": "a@b.ro", "password": "scurta"}, "password"),
        ({"name": "Ana Pop", "email": "a@b.ro", "password": "parola1234"}, "password"),
        ({"name": "Ana Pop", "email": "floricica@b.ro", "password": "floricica si 3"}, "password"),
    ],
)
async def test_a_refused_sign_up_keeps_what_was_typed(
    pages: Pages, typed: dict[str, str], field: str
) -> None:
    await pages.get("/sign-up")
    html = (await pages.send("/sign-up", status=422, **typed)).text
    assert f'href="#{field}"' in html
    assert "<title>Eroare:" in html
    if typed["email"]:
        assert f'value="{typed["email"]}"' in html
    assert typed["password"] not in html


async def test_sign_in_rotates_the_session(pages: Pages, app: Any) -> None:
    async with app.services.database.write() as session:
        account = await make_account(session, email="ana@example.ro")
        stranger = await make_account(session)
    planted = await sign_in(pages.client, app.services.database, stranger)
    pages.client.cookies.clear()
    await pages.get("/sign-in?next=/account/access")
    pages.client.cookies.set(SESSION_COOKIE, "made-up-by-the-client")
    answer = await pages.send("/sign-in", email="ANA@example.ro ", password=PASSWORD)
    assert answer.headers["location"] == "/account/access"
    token = answer.cookies[SESSION_COOKIE]
    assert token not in (planted, "made-up-by-the-client")
    async with app.services.database.read() as session:
        rows = (
            await session.execute(select(AccountSession).where(AccountSession.account_id == account.id))
        ).all()
        assert len(rows) == 1


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example/x", "/\\evil.example"])
async def test_next_stays_on_this_site(pages: Pages, app: Any, following: str) -> None:
    async with app.services.database.write() as session:
        await make_account(session, email="ana@example.ro")
    await pages.get("/sign-in")
    answer = await pages.send("/sign-in", email="ana@example.ro", password=PASSWORD, next=following)
    assert answer.headers["location"] == "/"


async def test_wrong_password_and_unknown_address_look_alike(make_client: Any, app: Any) -> None:
    async with app.services.database.write() as session:
        await make_account(session, email="ana@example.ro")
    texts = []
    for address in ("ana@example.ro", "nimeni@example.ro"):
        pages = Pages(make_client())
        await pages.get("/sign-in")
        answer = await pages.send("/sign-in", email=address, password="gresita gresita", status=422)
        texts.append(answer.text.replace(address, ""))
        assert SESSION_COOKIE not in answer.cookies
    assert texts[0] == texts[1]


async def test_sign_in_is_limited_by_account(pages: Pages, app: Any) -> None:
    await pages.get("/sign-in")
    for _ in range(10):
        await pages.send("/sign-in", email="ana@example.ro", password="gresita gresita", status=422)
    answer = await pages.client.post(
        "/sign-in",
        data={"email": "Ana@Example.ro", "password": "x"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_a_form_of_another_site_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/sign-in", data={"email": "a@b.ro", "password": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


async def test_forgotten_password(pages: Pages, app: Any, settings: Settings, run_jobs: Any) -> None:
    async with app.services.database.write() as session:
        account = await make_account(session, email="ana@example.ro")
    other = httpx.AsyncClient(transport=pages.client._transport, base_url=pages.client.base_url)
    await sign_in(other, app.services.database, account)
    for address in ("ana@example.ro", "nimeni@example.ro"):
        await pages.get("/password/forgot")
        await pages.send("/password/forgot", email=address)
        await pages.get("/password/forgot/sent")
    await run_jobs()
    [(to, text)] = mails(settings)
    assert to == "ana@example.ro"
    await pages.get(link_in(text))
    await pages.send("/password/reset", new_password="parola", status=422)
    await pages.send("/password/reset", new_password=WORDS)
    await pages.get(link_in(text), status=404)
    assert (await other.get("/account")).status_code == 303, "every session ends with the password"
    await pages.get("/sign-in")
    await pages.send("/sign-in", email="ana@example.ro", password=PASSWORD, status=422)
    await pages.get("/sign-in")
    await pages.send("/sign-in", email="ana@example.ro", password=WORDS)


@pytest.mark.parametrize(
    "address",
    [
        "x,ana@example.ro",
        "x;ana@example.ro",
        "<ana@example.ro>",
        "Ana<ana@example.ro",
        "ana@example.ro,x",
        "ana@example.r>o",
        '"ana"@example.ro',
        "a..b@example.ro",
        ".a@example.ro",
    ],
)
def test_an_address_is_one_recipient(address: str) -> None:
    """In a message's To these would write to somebody else than the one whose tries are counted."""
    assert check_email(address) is not None


@pytest.mark.parametrize("address", ["o'neil+vot@sub.example.ro", "ștefan@exemplu.ro", "a.b-c_d@x.y"])
def test_addresses_that_people_have_are_taken(address: str) -> None:
    assert check_email(address) is None


async def test_codes_of_a_stolen_password_are_limited_by_the_day(pages: Pages, app: Any) -> None:
    async with app.services.database.write() as session:
        account = await make_account(session, totp="JBSWY3DPEHPK3PXP" * 2)
        pending = [
            await begin_session(session, account, agent="", is_pending=True, now=clock.now())
            for _ in range(11)
        ]
    seen = []
    for token in pending:  # as after giving the password again
        pages.client.cookies.set("obste_sign_in", token)
        await pages.get("/sign-in/second-factor")
        for _ in range(5):
            answer = await pages.client.post(
                "/sign-in/second-factor",
                data={"code": "000000"},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            seen.append(answer.status_code)
        await app.services.redis.delete(*await app.services.redis.keys("limit:second-factor-net:*"))
    assert seen == [422] * 50 + [429] * 5
    assert int(answer.headers["retry-after"]) > 80_000


@pytest.mark.parametrize(
    ("client_ip", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
    ],
)
def test_tries_are_counted_by_household(client_ip: str, network: str) -> None:
    assert network_of(client_ip) == network
