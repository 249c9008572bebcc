"""Forms for tests of pages: fetched, filled in and sent as a browser would."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest


class _Inputs(HTMLParser):
    """Hidden fields of the form with an action."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if tag == "form":
            self.inside = at.get("action") == self.action
            self.found = self.found or self.inside
        elif tag == "input" and self.inside and at.get("type") == "hidden":
            self.fields[at["name"] or ""] = at.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def hidden_fields(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    parser = _Inputs(action)
    parser.feed(html)
    assert parser.found, f"no form posts to {action}"
    return parser.fields


class Pages:
    """A browser in miniature: GET checks the page, `send` posts a form of the page seen last."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.html = ""

    async def get(self, path: str, *, status: int = 200) -> str:
        """Fetch a page; every page has one h1, a title and a language."""
        answer = await self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.headers.get("location"))
        self.html = answer.text
        check_page(self.html)
        return self.html

    async def send(self, action: str, *, status: int = 303, **fields: Any) -> httpx.Response:
        """Post the form of the last page with `fields` filled in."""
        body = {**hidden_fields(self.html, action), **fields}
        answer = await self.client.post(action, data=body, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == status, (
            action,
            answer.status_code,
            answer.headers.get("location"),
            shown(answer),
        )
        if answer.text:
            self.html = answer.text
            check_page(self.html)
        return answer


def shown(answer: httpx.Response) -> str:
    """What an answer says, for a failing test."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.text.partition("<main")[2])[:600]


def check_page(html: str) -> None:
    """What holds for every page."""
    assert html.count("<h1") == 1, "exactly one h1"
    assert re.search(r'<html lang="(ro|en)"', html)
    assert re.search(r"<title>\s*\S", html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({one for one in ids if ids.count(one) > 1})}"
    assert not re.search(r'type="password"[^>]*value="[^"]+"', html), "a password was shown again"


@pytest.fixture
def pages(client: httpx.AsyncClient) -> Pages:
    """Pages of the application, as one browser sees them."""
    return Pages(client)
