"""The page gate sees what it is there to see: a page with every fault, and one with none."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.kit.front import CSP
from tests import servers
from tests.conftest import skip_or_fail
from tests.journeys import gate, html_judge
from tests.journeys.conftest import Visitor, Windows

ADDRESS = "http://127.0.0.1:9/page"  # nobody is there: the browser is given the answer
GOOD = """<!DOCTYPE html>
<html lang="ro"><head><title>O pagină</title><meta name="viewport" content="width=device-width"></head>
<body><main><h1>Titlu</h1>
<form method="post" action="/"><input type="hidden" name="csrf_token" value="">
<p><label for="name">Numele</label> <input id="name" name="name"></p>
<p><button>Trimiteți mesajul</button></p></form>
<p>Un text cu <a href="#main">o legătură</a> în el.</p><p id="main">Aici.</p></main></body></html>"""
BAD = """<!DOCTYPE html>
<html lang="en"><head><title> </title><meta name="viewport" content="width=device-width"></head>
<body><main><h1>Unu</h1><h1>Doi</h1><img src="data:," width="9" height="9">
<p id="a">None</p><p id="a">%(name)s</p>
<form method="post" action="/"><input name="name"><button id="tiny" style="x">.</button></form>
<a href="#">aici</a><p><a href="#nowhere">acolo</a></p>
<div id="wide">Nemaipomenit</div><svg viewBox="0 0 1 1"></svg></main></body></html>"""
STYLE = """() => {
  document.getElementById("wide").style.cssText = "width: 700px; color: #ccc; background: #fff";
  document.getElementById("tiny").style.cssText = "all: unset; width: 9px; height: 9px; display: block";
}"""

STYLE_SHEET = """style => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.fixture
async def windows(browser: Any) -> AsyncIterator[Windows]:
    """Windows on nothing."""
    async with httpx.AsyncClient() as client:
        windows = Windows(browser, ADDRESS, {"nobody": Visitor(client)})
        yield windows
        for page in windows.open.values():
            await page.context.close()


async def show(windows: Windows, html: str) -> Any:
    page = await windows.window("nobody", "ro", scripts=True)
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": CSP}
    await page.route("**/*", lambda route: route.fulfill(status=200, headers=headers, body=html))
    await page.goto(ADDRESS)
    return page


async def test_a_page_without_a_fault_passes(windows: Windows) -> None:
    page = await show(windows, GOOD)
    await page.evaluate("document.querySelector('button').style.cssText = 'width: 200px; height: 50px'")
    await page.evaluate("document.querySelector('input#name').style.cssText = 'width: 200px; height: 50px'")
    assert await gate.check_page(page, locale="ro", is_ballot=True) == []
    assert page.complaints == []


async def test_every_fault_is_seen(windows: Windows) -> None:
    page = await show(windows, BAD)
    await page.evaluate(STYLE)
    found = "\n".join(await gate.check_page(page, locale="ro"))
    for fault in (
        "lang is en",
        "the title is empty",
        "2 visible h1",
        "id a is there twice",
        "no alt",
        "an svg is neither",
        "no label",
        "without csrf_token",
        "a link to nowhere",
        "no target",
        "the text shows None",
        "the text shows %(",
        "target 9×9",
        "scrolls sideways at 360 px",
        "focus is not seen: button",
        "axe color-contrast",
        "axe image-alt",
        "axe document-title",
    ):
        assert fault in found, f"not seen: {fault}\n{found}"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)  # style="x"


async def test_contrast_is_judged_where_a_text_is_dressed_anew(windows: Windows) -> None:
    page = await show(windows, GOOD)
    await gate.check_page(page, locale="ro")  # now these dresses are known
    for style in (
        "p { color: #ccc }",
        "main { background: #777 }",
        "form { opacity: .3 }",
        "p { font-size: 9px }",
    ):
        page = await show(windows, GOOD)
        await page.evaluate(STYLE_SHEET, style)
        found = "\n".join(await gate.check_page(page, locale="ro"))
        assert ("axe color-contrast" in found) is ("9px" not in style), f"{style}\n{found}"


def test_the_validator_judges() -> None:
    try:
        found = html_judge.complaints({"good": GOOD, "bad": BAD})
    except servers.Missing as reason:
        skip_or_fail(reason)
    assert {line.partition(":")[0] for line in found} == {"bad"}
    assert any("Duplicate ID" in line or "uplicate" in line for line in found)
