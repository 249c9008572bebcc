"""Every answer carries its headers, both languages work, other sites cannot act in somebody's name."""

import dataclasses
import re
import time
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import local_path
from app.kit.front import SECURITY_HEADERS, Front, _read_cookies
from app.kit.web import anyone, post
from app.main import make_litestar
from tests.conftest import new_client

SAME_SITE = {"sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    "path", ["/register", "/en/register", "/no-such-page", "/static/css/app.css", "/health"]
)
async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    for name, value in SECURITY_HEADERS:
        assert answer.headers[name.decode()] == value.decode(), f"{path}: {name.decode()}"
    assert answer.headers["x-request-id"]


async def test_a_page_speaks_the_language_of_its_address(client: httpx.AsyncClient) -> None:
    romanian, english = await client.get("/register"), await client.get("/en/register")
    assert '<html lang="ro"' in romanian.text
    assert "Registrul public" in romanian.text
    assert '<html lang="en"' in english.text
    assert "Public register" in english.text
    assert 'href="/en/ideas"' in english.text


@pytest.mark.parametrize(("path", "word"), [("/nimic", "nu a fost găsită"), ("/en/nothing", "not found")])
async def test_an_unknown_address_is_a_page_in_the_same_language(
    client: httpx.AsyncClient, path: str, word: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert word in answer.text
    assert answer.headers["x-request-id"] in answer.text


async def test_a_page_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/register")
    again = await client.get("/register", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_head_answers_without_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/register")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"referer": "https://evil.example/page"},
        {"referer": "http://["},
        {"origin": "http://["},
        {},
    ],
)
async def test_another_site_cannot_act(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/preferences", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_our_own_page_can_act_and_the_choice_is_remembered(client: httpx.AsyncClient) -> None:
    answer = await client.post("/preferences", data={"theme": "dark", "next": "/register"}, headers=SAME_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/register")
    assert 'data-theme="dark"' in (await client.get("/register")).text


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\r\nb"]
)
def test_a_redirect_stays_here(path: str) -> None:
    assert local_path(path) == "/"


async def test_a_form_too_large_is_refused_in_words(client: httpx.AsyncClient) -> None:
    answer = await client.post("/preferences", content=b"a=" + b"x" * 100_000, headers=SAME_SITE | FORM)
    assert answer.status_code == 413


async def test_a_form_of_too_many_fields_is_refused_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.post("/preferences", content=b"&".join([b"a=1"] * 600), headers=SAME_SITE | FORM)
    assert answer.status_code == 400


FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd"]
)
async def test_static_files_are_only_ours(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_an_unreadable_notice_is_ignored(client: httpx.AsyncClient) -> None:
    client.cookies.set("obste_notice", "WyJzdWNjZXNzIiwiaGkiXQ==.forged")
    answer = await client.get("/register")
    assert answer.status_code == 200
    assert ">hi<" not in answer.text


async def test_a_failed_commit_is_not_answered_as_done(app: Any) -> None:
    """A page is rendered before COMMIT and sent after it: when COMMIT fails, the visitor is told."""

    @post("/commit-that-fails", audience=anyone)
    async def write_in_vain(session: NamedDependency[AsyncSession]) -> Response[bytes]:
        await session.execute(text("CREATE TABLE kept (id INTEGER)"))
        event.listen(session.sync_session, "before_commit", out_of_disk)
        return Response(b"stored", status_code=200)

    def out_of_disk(_: object) -> None:
        raise OSError("the disk is full")

    litestar = make_litestar(is_demo=False)
    litestar.register(write_in_vain)
    async with new_client(Front(litestar, app.services)) as client:
        answer = await client.post("/commit-that-fails", headers=SAME_SITE)
    assert answer.status_code == 500
    assert b"stored" not in answer.content
    async with app.services.database.read() as session:
        with pytest.raises(DBAPIError):
            await session.execute(text("SELECT * FROM kept"))


async def test_a_refused_form_links_to_its_page_in_the_other_language(client: httpx.AsyncClient) -> None:
    sent_from = {"referer": f"{client.base_url}/en/sign-up?next=%2Fideas", **SAME_SITE}
    answer = await client.post("/en/sign-up", data={"name": ""}, headers=sent_from)
    assert answer.status_code == 422
    assert 'href="/sign-up?next=%2Fideas"' in answer.text
    foreign = {"referer": "https://evil.example/x", **SAME_SITE}
    answer = await client.post("/en/sign-up", data={"name": ""}, headers=foreign)
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["/\t\\evil.example", "/a/\\evil.example", "/\u2028x", "/\x7f"])
def test_a_redirect_stays_here_as_browsers_read_addresses(path: str) -> None:
    assert local_path(path) == "/"
    assert local_path("/ideas?q=groapă mare#x") == "/ideas?q=groapă mare#x"


def test_cookies_are_read_in_one_go_whatever_they_hold() -> None:
    """The library's reader took 16 seconds for the second of these, and the whole process with it."""
    assert _read_cookies("a=1; obste_theme=dark;b = x=y ; ; =c; d") | {"": ""} == {
        "a": "1",
        "obste_theme": "dark",
        "b": "x=y",
        "d": "",
        "": "",
    }
    began = time.perf_counter()
    _read_cookies('a="' + '\\"' * 200_000 + '"')
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("path", ["//evil.example/x", "/en//evil.example/x", "///evil.example"])
async def test_no_address_makes_the_page_link_to_another_site(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(httpx.URL(client.base_url).copy_with(raw_path=path.encode()))
    assert answer.status_code == 404
    assert "//evil.example" not in re.sub(r"http://testserver\.local(/en)?/evil", "", answer.text)


@pytest.mark.parametrize("path", ["/reasons/%00", "/cycles/%00", "/p/%00", "/static/%00.css"])
async def test_an_address_with_what_no_database_takes_is_refused(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}]
)
async def test_what_another_site_sends_is_not_offered_to_be_sent_again(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """Its form comes without a cookie, so from nobody: we must not ask our reader to sign in and send it."""
    data = {"theirs": "a-ballot-of-theirs"}
    answer = await client.post("/account/preferences", data=data, headers=headers)
    assert answer.status_code == 403
    assert "a-ballot-of-theirs" not in answer.text
    ours = await client.post("/account/preferences", data=data, headers=SAME_SITE)
    assert ours.status_code == 401
    assert "a-ballot-of-theirs" in ours.text


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ([], "192.0.2.1"),
        (["203.0.113.5"], "203.0.113.5"),
        (["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
        (["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
    ],
)
def test_only_what_our_proxy_wrote_says_where_a_request_comes_from(
    app: Any, lines: list[str], seen: str
) -> None:
    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    settings = msgspec.structs.replace(app.services.settings, trusted_proxies=("192.0.2.0/24",))
    front = Front(app.litestar, dataclasses.replace(app.services, settings=settings))
    assert front._client_ip({"client": ("192.0.2.1", 1), "headers": headers}) == seen
    assert front._client_ip({"client": ("198.51.100.1", 1), "headers": headers}) == "198.51.100.1"


async def test_a_failed_statement_says_nothing_of_its_values(app: Any) -> None:
    """Errors are logged: a ballot, an address or a hash must not stand in a log."""
    async with app.services.database.read() as session:
        with pytest.raises(DBAPIError) as caught:
            await session.execute(text("INSERT INTO nowhere VALUES (:paper)"), {"paper": "P07.P02"})
    assert "P07.P02" not in str(caught.value)


@pytest.mark.parametrize("path", ["/help", "/static/css/app.css", "/register.atom"])
async def test_the_charset_is_said_once(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["content-type"].count("charset=utf-8") == 1
