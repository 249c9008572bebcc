"""The page gate: every page, in both languages, on phone and desk, light and dark, with and without scripts.

`pages.py` is the list of pages, `gate.py` says what each must pass, `html_judge.py` brings the validator.
"""

import asyncio
import base64
import contextlib
import gzip
import quopri
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from playwright.async_api import Error as PlaywrightError

from app.errors import TITLES, ErrorPage, ResendPage
from app.kit import clock
from app.kit.context import Ctx
from app.kit.front import SECURITY_HEADERS
from app.kit.web import render
from app.main import make_services, routers
from app.pages import demo_router
from app.settings import Settings
from tests import servers
from tests.conftest import skip_or_fail
from tests.journeys import gate, html_judge
from tests.journeys.case import PageCase
from tests.journeys.conftest import Visitor, Windows
from tests.journeys.pages import CASES, LIGHT_PAGES, NO_PAGE, NOT_PAGES, read_facts
from tests.live import LiveServer

pytestmark = pytest.mark.journey
LOCALES = ("ro", "en")
LIGHT_BYTES = 100 * 1024  # of a first view, compressed: ux.md §7
LIGHT_PHOTO_BYTES = 60_000  # each
AFTER_A_FORM = {
    *("/password/forgot/sent", "/sign-up/sent", "/sign-in/second-factor"),
    *("/notices/stop", "/account/letter"),
}
"""Where a form or a letter leads, and no link."""
ACCOUNT = ("/account/security", "/account/residence")  # pages of one's account that lead to others
LINKS_OF_A_KIND = 3  # a list of two hundred ideas is judged by its first
ERRORS = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[2] / "templates" / "errors").glob("*.html")
    if path.stem != "frame"
)


# ── every page is judged ─────────────────────────────────────────────────────────────────────────


@cache
def page_routes() -> dict[str, HTTPRouteHandler]:
    """Every address of ours that answers a GET."""
    return {
        path: handler
        for router in (*routers(), demo_router)
        for route in router.routes
        for handler in getattr(route, "route_handlers", [])
        if "audience" in handler.opt and "GET" in handler.http_methods
        for path in [route.path]
    }


@cache
def route_of(address: str) -> str | None:
    """The route that answers at `address`; words go before parameters."""
    path = urlsplit(address).path
    fits = [
        route
        for route in page_routes()
        if re.fullmatch(
            re.sub(r"\{[^}]*:path\}", ".+", re.sub(r"\{[^}]*:(?!path)[^}]*\}", "[^/]+", route)), path
        )
    ]
    return min(fits, key=lambda route: route.count("{"), default=None)


def test_every_page_is_judged() -> None:
    judged = {route_of(case.address) for case in CASES}
    routes = {route for route in page_routes() if not NO_PAGE.fullmatch(route)}
    missing = sorted(routes - judged - set(NOT_PAGES))
    assert not missing, f"tests/journeys/pages.py must list these pages, or say why they are none: {missing}"
    assert not set(NOT_PAGES) - routes, f"no longer there: {set(NOT_PAGES) - routes}"
    assert len({case.name for case in CASES}) == len(CASES), "two cases have the same name"


# ── in the browser ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
async def facts(district: LiveServer) -> dict[str, str]:
    """The words in braces of pages.py."""
    return await read_facts(district.database_url)


def address_in(locale: str, address: str, facts: dict[str, str]) -> str:
    """Where a page is in a language."""
    path = address.format(**facts)
    return path if locale == "ro" else "/en" + ("" if path == "/" else path)


@dataclass
class Fetched:
    """Every page as it left the server, fetched once."""

    district: LiveServer
    visitors: dict[str, Visitor]
    facts: dict[str, str]
    kept: dict[tuple[PageCase, str], httpx.Response] = field(default_factory=dict)
    made: dict[PageCase, dict[str, str]] = field(default_factory=dict)
    drafts: dict[object, dict[str, str]] = field(default_factory=dict)  # of cases that begin alike

    async def get(self, case: PageCase, locale: str) -> httpx.Response:
        """The page of a case in a language."""
        if (case, locale) not in self.kept:
            self.kept[case, locale] = await self._fetch(case, locale)
        return self.kept[case, locale]

    def url(self, case: PageCase, locale: str) -> str:
        """Its address, once it was fetched."""
        return self.district.url + address_in(locale, case.address, {**self.facts, **self.made[case]})

    async def _fetch(self, case: PageCase, locale: str) -> httpx.Response:
        """Ask for the page, or send the form that it answers."""
        visitor = self.visitors[case.who]
        if case not in self.made:
            who = case.begun_by or case.who
            begun = (who, str(case.before))  # one draft for all: nobody may have a dozen
            self.made[case] = self.drafts.get(begun) or await self._prepare(case, self.visitors[who])
            if self.made[case]["created"]:
                self.drafts[begun] = self.made[case]
        facts = {**self.facts, **self.made[case]}
        address = address_in(locale, case.address, facts)
        if case.send is None:
            answer = await visitor.get(address)
        else:
            answer = await visitor.send(address, _filled(case.send, facts))
        where = answer.headers.get("location", "")
        assert answer.status_code == case.status, f"{case.name} in {locale}: {answer.status_code} {where}"
        return answer

    async def _prepare(self, case: PageCase, visitor: Visitor) -> dict[str, str]:
        """Send the forms that lead to a page; what they made."""
        letters, made = len(self.district.mail), {"token": "", "created": ""}
        for address, fields in case.before:
            facts = {**self.facts, **made}
            sent = await visitor.send(address.format(**facts), _filled(fields, facts))
            assert sent.status_code in (200, 303), f"{case.name}: {address} answered {sent.status_code}"
            if sent.status_code == 303:
                made["created"] = "".join(re.findall(r"[0-9a-f-]{36}", sent.headers["location"])[-1:])
        if "{token}" in case.address:
            made["token"] = await self._token(letters)
        return made

    async def _token(self, letters: int) -> str:
        """The token in the mail that arrives after `letters` others."""
        for _ in range(200):
            for letter in self.district.mail[letters:]:
                body = quopri.decodestring(letter.read_bytes()).decode("utf-8", "replace")
                if found := re.search(r"[?&]token=([\w.~-]+)", body):
                    return found[1]
            await asyncio.sleep(0.1)
        raise AssertionError("no mail with a link came")


@pytest.fixture(scope="session")
def fetched(district: LiveServer, visitors: dict[str, Visitor], facts: dict[str, str]) -> Fetched:
    """Every page, in every language."""
    return Fetched(district, visitors, facts)


def _filled(fields: dict[str, str], facts: dict[str, str]) -> dict[str, str]:
    return {name.format(**facts): value.format(**facts) for name, value in fields.items()}


async def show(page: Any, url: str, answer: httpx.Response) -> None:
    """Show in the browser what was answered to plain HTTP, as if it came from there now.

    Playwright's own `route` would switch off the browser's cache, and every style sheet came again each time.
    """
    devtools = page.devtools
    headers = [
        {"name": name, "value": value} for name, value in answer.headers.items() if name in WITH_A_PAGE
    ]
    body = base64.b64encode(answer.text.encode()).decode()

    async def fulfil(asked: dict[str, Any]) -> None:
        given = {"requestId": asked["requestId"], "responseHeaders": headers, "body": body}
        # a request that the browser has given up meanwhile is asked again; 4xx would be a console message
        with contextlib.suppress(PlaywrightError):
            await devtools.send("Fetch.fulfillRequest", {**given, "responseCode": 200})

    devtools.on("Fetch.requestPaused", fulfil)
    only = {"urlPattern": url.partition("#")[0], "resourceType": "Document"}
    await devtools.send("Fetch.enable", {"patterns": [only]})
    await page.goto(url)
    await devtools.send("Fetch.disable")
    devtools.remove_listener("Fetch.requestPaused", fulfil)


WITH_A_PAGE = {"content-type", *(name.decode() for name, _ in SECURITY_HEADERS)}


def report(found: Iterable[list[str]]) -> None:
    """Fail with every fault on a line of its own."""
    seen: dict[str, str] = {}  # the same fault under other conditions is not said again
    for line in (line for faults in found for line in faults):
        seen.setdefault(line.partition("] ")[2] or line, line)
    if seen:
        pytest.fail("\n".join([f"{len(seen)} faults:", *sorted(seen.values())]), pytrace=False)


async def judge_shown(
    windows: Windows, case: PageCase, url: str, answer: httpx.Response, *, locale: str, scripts: bool
) -> list[str]:
    """Show one answer in the fitting window; what is wrong with it."""
    page = await windows.window(case.who, locale, scripts=scripts)
    await show(page, url, answer)
    check = gate.check_page if scripts else gate.check_without_scripts
    found = await check(page, locale=locale, is_ballot=case.is_ballot, is_specimen=case.is_specimen)
    return [*found, *(f"[{locale}] {complaint}" for complaint in page.complaints)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_page_passes(case: PageCase, windows: Windows, fetched: Fetched) -> None:
    async def judge(locale: str, *, scripts: bool) -> list[str]:
        answer, url = await fetched.get(case, locale), fetched.url(case, locale)
        return await judge_shown(windows, case, url, answer, locale=locale, scripts=scripts)

    for locale in LOCALES:  # one after the other: the first may send forms for both
        await fetched.get(case, locale)
    found = await asyncio.gather(*(judge(locale, scripts=scripts) for locale, scripts in looks_at(case)))
    report(found)


def looks_at(case: PageCase) -> list[tuple[str, bool]]:
    """How a page is looked at: language, and whether with scripts. The first case of an address is seen in
    both languages and without scripts. Of what the address shows to somebody else, the first is seen in one
    language with scripts and in the other without; further ones (a refusal, another state) in one, turn and
    turn about. That a template is right in the other language too rests on the shared parts it is made of.
    """
    alike = [one for one in CASES if route_of(one.address) == route_of(case.address)]
    place = alike.index(case)
    if place == 0 or case.is_specimen:
        return [("ro", True), ("en", True), ("ro", False)]
    first_of_person = next(one for one in alike if one.who == case.who) is case
    looks = [(LOCALES[place % 2], True)]
    return [*looks, (LOCALES[(place + 1) % 2], False)] if first_of_person else looks


@pytest.mark.parametrize("name", ERRORS)
async def test_an_error_page_passes(name: str, windows: Windows, district: LiveServer) -> None:
    async def judge(locale: str) -> list[str]:
        answer = error_answer(name, locale, district)
        url = f"{district.url}/{locale}-error-{name}"
        return await judge_shown(windows, PageCase(url), url, answer, locale=locale, scripts=True)

    found = await asyncio.gather(judge("ro"), judge("en"))
    report(found)


def error_answer(name: str, locale: str, district: LiveServer) -> httpx.Response:
    """An error page without the error: some cannot be had on purpose, and the limit would bar the others."""
    settings = Settings(
        env="demo",
        var_dir=district.folder,
        database_url=district.database_url,
        redis_url="redis://127.0.0.1:9",
        secret_key="k" * 32,
        identity_key="i" * 32,
        base_url=district.url,
    )
    services = make_services(settings)
    ctx = Ctx(
        services=services,
        locale=locale,  # type: ignore[arg-type]
        path="/ideas",
        query="",
        request_id="0123456789ab",
        client_ip="127.0.0.1",
        is_htmx=False,
        cookies={},
        now=clock.now(),
    )
    if name == "resend":
        fields = [("title", "Grădină urbană"), ("body", "Un loc verde.\nÎntre blocuri.")]
        model: Any = ResendPage(
            ctx.gettext(TITLES[401]),
            "…",
            ctx.request_id,
            "/ideas",
            fields,
            needs_sign_in=True,
            had_files=True,
        )
    else:
        model = ErrorPage(ctx.gettext(TITLES[int(name)]), "…", ctx.request_id)
    headers = [*((key.decode(), value.decode()) for key, value in SECURITY_HEADERS)]
    html = render(ctx, f"errors/{name}.html", model)
    return httpx.Response(200, headers=[*headers, ("content-type", "text/html; charset=utf-8")], text=html)


# ── as it is sent ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
async def sources(fetched: Fetched) -> dict[tuple[PageCase, str], str]:
    """Every page in every language as it leaves the server."""
    found: dict[tuple[PageCase, str], str] = {}
    for case in CASES:
        with contextlib.suppress(AssertionError):  # what cannot be had fails in its own test
            found |= {(case, locale): (await fetched.get(case, locale)).text for locale in LOCALES}
    return found


def test_html_is_valid(sources: dict[tuple[PageCase, str], str], district: LiveServer) -> None:
    pages = {f"{locale} {case.name}": html for (case, locale), html in sources.items()}
    pages |= {
        f"{at} error {name}": error_answer(name, at, district).text for name in ERRORS for at in LOCALES
    }
    try:
        found = html_judge.complaints(pages)
    except servers.Missing as reason:
        skip_or_fail(reason)
    report([found])


class Kept(dict[str, str]):
    """Facts for addresses; a word that is none of them stays as it is."""

    def __missing__(self, word: str) -> str:
        return f"{{{word}}}"


def test_titles_tell_pages_apart(sources: dict[tuple[PageCase, str], str], fetched: Fetched) -> None:
    titles = defaultdict(set)
    facts = Kept(fetched.facts)  # two facts may be one idea, which is one page with one title
    for (case, locale), html in sources.items():
        if case.status == 200 and case.send is None:
            title = re.findall(r"<title>(.*?)</title>", html, re.DOTALL)[0]
            titles[locale, title].add(urlsplit(case.address.format_map(facts)).path)
    shared = {title: pages for title, pages in titles.items() if len(pages) > 1}
    report([[f"{locale} “{title}”: {', '.join(sorted(pages))}" for (locale, title), pages in shared.items()]])


class Links(HTMLParser):
    """Collects where a page leads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"a", "link", "img", "script"}:
            self.found += [value for name, value in attrs if name in {"href", "src"} and value]


async def test_links_lead_somewhere(sources: dict[tuple[PageCase, str], str], fetched: Fetched) -> None:
    ours = fetched.district.url
    kinds: dict[tuple[str, str], dict[str, str]] = defaultdict(
        dict
    )  # (who, kind) → address → where it stands
    for (case, locale), html in sources.items():
        links = Links()
        links.feed(html)
        here = fetched.url(case, locale)
        itself = {
            urlsplit(fetched.url(case, one)).path for one in LOCALES
        }  # the links to its other languages
        for link in links.found:
            url = urljoin(here, link)
            if url.startswith(ours) and urlsplit(url).path not in itself:
                address = url.removeprefix(ours).partition("#")[0] or "/"
                kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|(?<==)[^&]*", "…", address)
                kinds[case.who, kind].setdefault(address, case.name)
    dead = []
    for (who, _), addresses in kinds.items():
        for address, where in list(addresses.items())[:LINKS_OF_A_KIND]:
            answer = await fetched.visitors[who].get(address)
            if answer.status_code >= 400:
                dead.append(f"{answer.status_code} {address} on {where}")
    report([dead])


async def test_every_page_can_be_reached(sources: dict[tuple[PageCase, str], str], fetched: Fetched) -> None:
    """Whoever may open a page finds a link to it on another one of this gate, or on one above it."""
    linked: dict[str, set[str]] = defaultdict(set)  # by who looks
    for (case, locale), html in sources.items():
        linked[case.who] |= paths_in(html, fetched.url(case, locale)) - {urlsplit(case.address).path}
    lost: dict[str, bool] = {}  # of one address, one case is enough
    for case in CASES:
        path = urlsplit(case.address).path
        if "{" in case.address or case.status != 200 or case.send is not None or case.is_specimen:
            continue
        reached = path in AFTER_A_FORM | linked[case.who] | linked["nobody"]
        above = [path.rpartition("/")[0], *(ACCOUNT if path.startswith("/account/") else ())]
        for one in above if not reached else ():
            answer = await fetched.visitors[case.who].get(one or "/")
            reached = reached or path in paths_in(answer.text, fetched.district.url)
        lost[path] = lost.get(path, True) and not reached
    assert not any(lost.values()), [path for path, is_lost in lost.items() if is_lost]


def paths_in(html: str, here: str) -> set[str]:
    """Where a page leads, whatever the language."""
    links = Links()
    links.feed(html)
    found = {urlsplit(urljoin(here, link)).path for link in links.found}
    return {re.sub("^/en(?=/|$)", "", path) or "/" for path in found}


@pytest.mark.parametrize("address", LIGHT_PAGES)
async def test_a_first_view_is_light(address: str, open_page: Any, district: LiveServer) -> None:
    """Everything a phone with an empty cache fetches, compressed as a server in production sends it."""
    page = await open_page(viewport=gate.PHONE)
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    await page.goto(district.url + address, wait_until="networkidle")
    weights = {answer.url.removeprefix(district.url): _weight(await answer.body()) for answer in answers}
    photos = {
        url: weights.pop(url) for url in [*weights] if url.startswith("/photos/")
    }  # they come when seen
    assert sum(weights.values()) <= LIGHT_BYTES, weights
    assert all(weight <= LIGHT_PHOTO_BYTES for weight in photos.values()), photos


def _weight(body: bytes) -> int:
    return min(len(body), len(gzip.compress(body, 6)))
