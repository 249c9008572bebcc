"""A filled district on a real server, and the people who look at it."""

import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.kit.front import SESSION_COOKIE
from tests import servers
from tests.belenios import Judge, belenios_path
from tests.conftest import is_complaint, skip_or_fail
from tests.journeys.booth import Vote, find_vote
from tests.journeys.gate import axe_source
from tests.live import LiveServer

SAME_SITE = {"sec-fetch-site": "same-origin"}
CSRF = re.compile(r'name="csrf_token" value="([^"]*)"')
EMAILS = {  # whom a page is shown to; all are people of app/seed/people.py
    "newcomer": "mihai@exemplu.ro",
    "resident": "ana@exemplu.ro",
    "author": "elena@exemplu.ro",
    "reviewer": "ioana.munteanu@exemplu.ro",
    "second_reviewer": "radu.dobre@exemplu.ro",
    "desk": "carmen.voicu@exemplu.ro",
    "colleague": "simona.matei@exemplu.ro",
    "election": "cristian.barbu@exemplu.ro",
    "clerk": "mirela.tudose@exemplu.ro",
    "second_clerk": "paul.ene@exemplu.ro",
    "secretariat": "dan.olteanu@exemplu.ro",
    "councillor": "victor.nistor@exemplu.ro",
    "department": "sorina.vlad@exemplu.ro",
    "organizer": "oana.stoica@exemplu.ro",
    "door": "horia.uta@exemplu.ro",
    "moderator": "monica.stan@exemplu.ro",
    "admin": "gabriela.rusu@exemplu.ro",
}
STRANGERS = ("nobody", "guest")  # not signed in; what a guest does leaves cookies behind


def seed_a_district() -> str:
    """The demonstration's district as files: made once a run, copied for whoever wants one."""
    folder = servers.run_folder() / "seeded"
    server = LiveServer(folder, f"sqlite+aiosqlite:///{folder}/obste.sqlite3")
    folder.mkdir()
    server.run("seed")
    return str(folder)


@contextlib.contextmanager
def new_district(folder: Path) -> Iterator[LiveServer]:
    """A real server on a copy of the district."""
    shutil.copytree(servers.once("seeded", seed_a_district), folder)
    server = LiveServer(folder, f"sqlite+aiosqlite:///{folder}/obste.sqlite3").start()
    yield server
    assert server.stop() == 0, server.log[-4000:]


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A district for looking at. What changes it uses `town`."""
    with new_district(tmp_path_factory.mktemp("district") / "var") as server:
        yield server


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A district for living in: journeys change it, each for people of their own."""
    with new_district(tmp_path_factory.mktemp("town") / "var") as server:
        yield server


@pytest.fixture
async def vote(town: LiveServer) -> Vote:
    """The sealed vote of `town`."""
    return await find_vote(town)


@dataclass
class Visitor:
    """Somebody with a browser's cookies, who speaks plain HTTP."""

    client: httpx.AsyncClient
    csrf_token: str = ""

    async def get(self, address: str) -> httpx.Response:
        """The page at an address of ours."""
        return await self.client.get(address)

    async def send(self, address: str, fields: dict[str, str]) -> httpx.Response:
        """What a form of ours would send."""
        return await self.client.post(
            address, data={"csrf_token": self.csrf_token, **fields}, headers=SAME_SITE, follow_redirects=False
        )

    @property
    def session(self) -> str:
        """The token of their session, or nothing."""
        return self.client.cookies.get(SESSION_COOKIE) or ""


@pytest.fixture(scope="session")
async def visitors(district: LiveServer) -> AsyncIterator[dict[str, Visitor]]:
    """Everybody of EMAILS, signed in through the demonstration's own page, and strangers."""
    found = {}
    for who in (*STRANGERS, *EMAILS):
        client = httpx.AsyncClient(base_url=district.url, timeout=30)
        found[who] = visitor = Visitor(client)
        if who in EMAILS:
            answer = await visitor.send("/demo/sign-in", {"email": EMAILS[who]})
            assert answer.status_code == 303, (
                f"{who} cannot sign in: {answer.status_code} {answer.text[:500]}"
            )
            token = visitor.session
            client.cookies.clear()  # not the greeting either
            client.cookies.set(SESSION_COOKIE, token)
            visitor.csrf_token = CSRF.findall((await visitor.get("/help")).text)[0]
    yield found
    for visitor in found.values():
        await visitor.client.aclose()


@dataclass
class Windows:
    """Browser windows that stay open: one for each person, language, and with or without scripts."""

    browser: Any
    url: str
    visitors: dict[str, Visitor]
    open: dict[tuple[str, str, bool], Any] = field(default_factory=dict)

    async def window(self, who: str, locale: str, *, scripts: bool) -> Any:
        """A page to be steered anywhere; `page.complaints` collects what the console says, `page.devtools`
        speaks the browser's own protocol.
        """
        key = (who, locale, scripts)
        if key not in self.open:
            context = await self.browser.new_context(locale=locale, java_script_enabled=scripts)
            if scripts:
                await context.add_init_script(
                    axe_source()
                )  # there already when a page is: it is half a megabyte
            if session := self.visitors[who].session:
                await context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": self.url}])
            page = await context.new_page()
            page.devtools = await context.new_cdp_session(page)
            page.complaints = complaints = []
            page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
            page.on("console", lambda line: complaints.extend([f"console: {line.text}"] * is_complaint(line)))
            self.open[key] = page
        page = self.open[key]
        page.complaints.clear()
        return page


@pytest.fixture(scope="session")
async def windows(browser: Any, district: LiveServer, visitors: dict[str, Visitor]) -> AsyncIterator[Windows]:
    """Windows on the district, kept open between tests: a new one for each page costs more than the page."""
    yield (windows := Windows(browser, district.url, visitors))
    for page in windows.open.values():
        await page.context.close()


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """The judge of sealed elections, working in this test's folder."""
    try:
        return Judge(belenios_path(), tmp_path)
    except servers.Missing as reason:
        skip_or_fail(reason)
        raise
