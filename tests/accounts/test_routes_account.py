"""One's own account, the desk, letters and officials through the pages."""

import json
import re
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select

from accounts.models import Account
from accounts.states import Role
from app.kit import clock
from app.kit.access_log import list_accesses
from app.kit.front import SESSION_COOKIE
from tests.accounts.conftest import Pages
from tests.make.accounts import PASSWORD, make_account, make_cnp, sign_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OWN_PAGES = [
    "/account",
    "/account/preferences",
    "/account/access",
    "/account/close",
    "/account/security",
    "/account/password",
    "/account/email",
    "/account/second-factor",
    "/account/second-factor/off",
    "/account/recovery-codes",
    "/account/residence",
    "/account/letter",
]
OFFICIAL_PAGES = ["/desk", "/desk/letters", "/officials"]
ADDRESS: dict[str, Any] = {
    "street": "Strada Sabinelor",
    "number": "12",
    "block": "M7",
    "flat": "41",
    "area": "Rahova",
}


async def add(app: Any, **options: Any) -> Account:
    async with app.services.database.write() as session:
        return await make_account(session, **options)


async def enter(pages: Pages, app: Any, **options: Any) -> Account:
    """An account that is signed in."""
    account = await add(app, **options)
    await sign_in(pages.client, app.services.database, account)
    return account


async def test_own_pages_open_and_need_a_session(pages: Pages, app: Any) -> None:
    addresses = [(prefix, path) for prefix in ("", "/en") for path in OWN_PAGES]
    for prefix, path in addresses:
        answer = await pages.client.get(prefix + path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{prefix}/sign-in?next={path}")
    await enter(pages, app)
    for prefix, path in addresses:
        html = await pages.get(prefix + path)
        assert f'<html lang="{"en" if prefix else "ro"}"' in html
        head = await pages.client.head(prefix + path)
        assert (head.status_code, head.content) == (200, b"")


async def test_official_pages_are_for_awake_officials(make_client: Any, app: Any) -> None:
    roles = [Role.DESK, Role.ADMIN]
    resident, official = await add(app, verified=True), await add(app, roles=roles, totp=SECRET)
    for account, second_factor, status in (
        (resident, True, 403),
        (official, False, 403),
        (official, True, 200),
    ):
        pages = Pages(make_client())
        await sign_in(pages.client, app.services.database, account, second_factor=second_factor)
        for path in OFFICIAL_PAGES:
            await pages.get(path, status=status)


async def test_the_task_list_follows_the_resident(pages: Pages, app: Any, make_client: Any) -> None:
    account = await enter(pages, app)
    assert "De făcut" in await pages.get("/account")
    await pages.get("/account/residence")
    code = re.search(r'id="desk-code"[^>]*>([^<]+)<', pages.html)
    assert code
    desk = Pages(make_client())
    await enter(desk, app, name="Ioana Ghișeu", roles=[Role.DESK], totp=SECRET)
    await desk.get(f"/desk?code={code[1]}")
    assert f'value="{code[1]}"' in desk.html
    answer = await desk.send("/desk/search", who=code[1].lower())
    home = answer.headers["location"]
    assert home == f"/desk/residents/{account.id}"
    await desk.get(home)
    cnp = make_cnp()
    wrong = cnp[:12] + str((int(cnp[12]) + 1) % 10)
    answer = await desk.send(f"{home}/verify", cnp=wrong, area="Rahova", is_seen="yes", status=422)
    assert "cifra de control" in answer.text
    assert wrong not in answer.text
    assert 'value="Rahova"' in answer.text
    answer = await desk.send(f"{home}/verify", cnp=cnp, area="Rahova", status=422)
    assert 'href="#is_seen"' in answer.text
    await desk.send(f"{home}/verify", cnp=cnp, area="Rahova", is_seen="yes")
    html = await pages.get("/account")
    assert "Totul este pregătit" in html
    assert "Ioana Ghișeu" in await pages.get("/account/access")
    await desk.get(home)
    await desk.send(f"{home}/withdraw", reason="", status=422)
    await desk.send(f"{home}/withdraw", reason="Adresa din act este în alt sector")
    assert "Adresa din act este în alt sector" in await pages.get("/account")


async def test_a_refused_second_account_leaves_a_trace(pages: Pages, app: Any) -> None:
    first, second = await add(app), await add(app)
    await enter(pages, app, roles=[Role.DESK], totp=SECRET)
    cnp = make_cnp()
    for account, status in ((first, 303), (second, 422)):
        await pages.get(f"/desk/residents/{account.id}")
        answer = await pages.send(
            f"/desk/residents/{account.id}/verify", cnp=cnp, area="Rahova", is_seen="yes", status=status
        )
    assert "are deja un cont verificat" in answer.text
    assert first.email not in answer.text
    async with app.services.database.read() as session:
        assert any("same CNP" in entry.what for entry in await list_accesses(session, first.id))


async def test_searching_needs_the_whole_address(pages: Pages, app: Any) -> None:
    account = await add(app, email="ana@example.ro")
    await enter(pages, app, roles=[Role.DESK], totp=SECRET)
    for who in ("", "ana@", "ana", account.desk_code[:7], "%"):
        await pages.get("/desk")
        await pages.send("/desk/search", who=who, status=422)
    await pages.get("/desk")
    await pages.send("/desk/search", who="ANA@example.ro")


async def test_a_letter_from_wish_to_vote(pages: Pages, app: Any, make_client: Any) -> None:
    account = await enter(pages, app, name="Ana Popescu")
    await pages.get("/account/residence")
    answer = await pages.send("/account/residence/letter", **ADDRESS, postcode="12", cnp="1", status=422)
    assert 'value="Strada Sabinelor"' in answer.text
    assert 'href="#postcode"' in answer.text
    cnp = make_cnp()
    await pages.send("/account/residence/letter", **ADDRESS, cnp=cnp)
    desk = Pages(make_client())
    await enter(desk, app, name="Ioana Ghișeu", roles=[Role.DESK], totp=SECRET)
    html = await desk.get("/desk/letters")
    assert "Ana Popescu" not in html
    assert "Sabinelor" not in html
    await desk.send("/desk/letters/print", status=422)
    await desk.get("/desk/letters")
    letter = re.search(r'name="letters" value="([^"]+)"', desk.html)
    assert letter
    answer = await desk.send("/desk/letters/print", letters=letter[1], status=200)
    assert "Ana Popescu" in answer.text
    assert "Strada Sabinelor nr. 12" in answer.text
    assert cnp not in answer.text
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answer.text)
    assert code
    await pages.get(f"/account/letter?code={code[0]}")
    assert f'value="{code[0]}"' in pages.html
    await pages.send("/account/letter", code="AAAA-BBBB-CCCC", status=422)
    assert "Mai aveți 4 încercări" in pages.html
    await pages.send("/account/letter", code="", status=422)
    await pages.send("/account/letter", code=code[0].lower())
    async with app.services.database.read() as session:
        entries = await list_accesses(session, account.id)
    assert len(entries) == 1, "printing was written down"


async def test_declining_and_cancelling_letters(pages: Pages, app: Any, make_client: Any) -> None:
    await enter(pages, app)
    await pages.get("/account/residence")
    await pages.send("/account/residence/letter", **ADDRESS, cnp=make_cnp())
    desk = Pages(make_client())
    await enter(desk, app, roles=[Role.DESK], totp=SECRET)
    await desk.get("/desk/letters")
    action = re.search(r'action="(/desk/letters/[^"]+/decline)"', desk.html)
    assert action
    await desk.send(action[1], reason="", status=422)
    await desk.send(action[1], reason="Adresa nu este în sector")
    await pages.get("/account/residence")
    await pages.send("/account/residence/letter", **ADDRESS, cnp=make_cnp())
    await pages.get("/account/residence")
    await pages.send("/account/residence/letter/cancel")
    assert "Nu așteaptă nicio scrisoare" in await desk.get("/desk/letters")


async def test_the_second_factor_through_the_pages(pages: Pages, app: Any) -> None:
    account = await add(app, roles=[Role.ADMIN])
    await pages.get("/sign-in?next=/officials")
    answer = await pages.send("/sign-in", email=account.email, password=PASSWORD)
    assert answer.headers["location"] == "/account/second-factor", "enrolment is forced"
    await pages.get("/officials", status=403)
    html = await pages.get("/account/second-factor")
    assert "style=" not in re.search(r"<svg role=\"img\".*?</svg>", html, re.DOTALL)[0]  # type: ignore[index]
    key = re.search(r'id="totp-key"[^>]*>([^<]+)<', html)
    assert key
    totp = pyotp.TOTP(key[1].replace(" ", ""))
    answer = await pages.send("/account/second-factor", code="000000", password=PASSWORD, status=422)
    assert key[1] in answer.text, "the same secret is offered again"
    before = pages.client.cookies[SESSION_COOKIE]
    answer = await pages.send(
        "/account/second-factor", code=totp.at(clock.now()), password=PASSWORD, status=200
    )
    codes = re.findall(r">([0-9A-Z]{5}-[0-9A-Z]{5})<", answer.text)
    assert len(codes) == 10
    assert pages.client.cookies[SESSION_COOKIE] != before
    await pages.get("/officials")
    await pages.get("/account")
    await pages.send("/sign-out")
    await pages.get("/sign-in?next=/officials")
    answer = await pages.send("/sign-in", email=account.email, password=PASSWORD, next="/officials")
    assert answer.headers["location"].startswith("/sign-in/second-factor")
    await pages.get(answer.headers["location"])
    await pages.send("/sign-in/second-factor", code="123", status=422)
    await pages.send("/sign-in/second-factor", code="", status=422)
    answer = await pages.send("/sign-in/second-factor", code=codes[0])
    assert answer.headers["location"] == "/officials"
    await pages.get("/account/second-factor/off", status=403)
    await pages.get("/account/recovery-codes")
    await pages.send("/account/recovery-codes", password="gresita", status=422)
    answer = await pages.send("/account/recovery-codes", password=PASSWORD, status=200)
    assert not set(codes) & set(re.findall(r">([0-9A-Z]{5}-[0-9A-Z]{5})<", answer.text))


async def test_turning_the_second_factor_off(pages: Pages, app: Any) -> None:
    await enter(pages, app, totp=SECRET)
    await pages.get("/account/second-factor/off")
    await pages.send("/account/second-factor/off", password=PASSWORD, code="000000", status=422)
    await pages.send("/account/second-factor/off", password=PASSWORD, code=pyotp.TOTP(SECRET).at(clock.now()))
    assert "Inactiv" in await pages.get("/account/security")


async def test_a_second_step_without_a_first_goes_back(pages: Pages) -> None:
    answer = await pages.client.get("/sign-in/second-factor?next=/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount")


async def test_sessions_passwords_and_preferences(pages: Pages, app: Any, make_client: Any) -> None:
    account = await enter(pages, app)
    other, third = make_client(), make_client()
    for client in (other, third):
        await sign_in(client, app.services.database, account)
    await pages.get("/account/security")
    ends = re.findall(r'action="(/account/sessions/[0-9a-f-]+/end)"', pages.html)
    assert len(ends) == 3
    await pages.get("/account/password")
    await pages.send("/account/password", password="gresita", new_password="trei lalele galbene", status=422)
    await pages.send("/account/password", password=PASSWORD, new_password="parola1234", status=422)
    await pages.send("/account/password", password=PASSWORD, new_password="trei lalele galbene")
    assert [(await one.get("/account")).status_code for one in (other, third)] == [303, 303]
    await pages.get("/account/preferences")
    await pages.send("/account/preferences", name="", locale="ro", status=422)
    await pages.send("/account/preferences", name="Ana-Maria Pop", locale="en")
    assert "Ana-Maria Pop" in await pages.get("/account")
    await pages.get("/account/email")
    await pages.send("/account/email", email="fara-arond", password="x", status=422)
    await pages.send("/account/email", email="noua@example.ro", password="trei lalele galbene")
    await pages.get("/account/security")
    await pages.send("/account/sessions/end-all")
    assert (await pages.client.get("/account")).status_code == 303


async def test_the_session_form_token_is_checked(pages: Pages, app: Any) -> None:
    await enter(pages, app)
    await pages.get("/account/preferences")
    answer = await pages.client.post(
        "/account/preferences",
        data={"name": "Altcineva", "locale": "ro", "csrf_token": "x"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 403


async def test_export_and_closing(pages: Pages, app: Any) -> None:
    account = await enter(pages, app, verified=True)
    answer = await pages.client.get("/account/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert json.loads(answer.text)["account"]["email"] == account.email
    await pages.get("/account/close")
    await pages.send("/account/close", password="gresita", status=422)
    await pages.send("/account/close", password=PASSWORD)
    async with app.services.database.read() as session:
        row = (await session.execute(select(Account).where(Account.id == account.id))).scalar_one()
    assert (row.name, row.email) == ("Cont închis", "")


async def test_roles_through_the_page(pages: Pages, app: Any, make_client: Any) -> None:
    await enter(pages, app, roles=[Role.ADMIN], totp=SECRET)
    account = await add(app, name="Vasile Ene")
    await pages.get("/officials")
    typed: dict[str, Any] = {
        "email": account.email,
        "role": "reviewer",
        "office": "Direcția Urbanism",
        "reason": "Dispoziția 12",
    }
    answer = await pages.send("/officials/give", **(typed | {"role": "", "email": "nimeni@b.ro"}), status=422)
    assert 'value="nimeni@b.ro"' in answer.text
    await pages.send("/officials/give", **(typed | {"email": "nimeni@b.ro"}), status=422)
    await pages.send("/officials/give", **typed)
    assert "Vasile Ene" in await pages.get("/officials")
    await pages.send("/officials/give", **typed, status=422)
    action = f"/officials/{account.id}/take"
    await pages.send(action, reason="", status=422)
    await pages.send(action, reason="Mutare în alt serviciu")
    assert "Vasile Ene" not in await pages.get("/officials")


async def test_no_personal_data_in_addresses_or_logs(
    pages: Pages, app: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    account = await enter(pages, app, roles=[Role.DESK], totp=SECRET)
    resident = await add(app, email="ana.secreta@example.ro", name="Ana Secreta")
    cnp = make_cnp()
    await pages.get("/desk")
    answer = await pages.send("/desk/search", who=resident.email)
    assert "ana" not in answer.headers["location"].replace(str(resident.id), "")
    await pages.get(answer.headers["location"])
    await pages.send(f"{answer.headers['location']}/verify", cnp=cnp, area="Rahova", is_seen="yes")
    printed = "".join(capsys.readouterr())
    for secret in (cnp, resident.email, resident.name, account.email):
        assert secret not in printed


async def test_mail_links_are_pages_and_not_actions(client: httpx.AsyncClient) -> None:
    for path in ("/sign-up/confirm", "/password/reset", "/account/email/confirm"):
        assert (await client.get(f"{path}?token=made-up")).status_code == 404
        assert (await client.get(path)).status_code == 404


async def test_use_keeps_a_session_alive(pages: Pages, app: Any, clock: Any) -> None:
    await enter(pages, app)
    for _ in range(3):
        clock.forward(days=13)
        await pages.get("/account")
    clock.forward(days=14)
    answer = await pages.client.get("/account")
    assert answer.headers["location"].startswith("/sign-in"), "idle for 14 days"
