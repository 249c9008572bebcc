"""Every answer carries its headers, both languages work, other sites cannot act in somebody's name."""

from typing import Any

import httpx
import pytest
from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import local_path
from app.kit.front import SECURITY_HEADERS, Front
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
