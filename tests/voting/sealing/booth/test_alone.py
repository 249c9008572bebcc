"""The booth as one file: always the same bytes, no way out of it, and a vote sealed in it is accepted."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.booth.single_file import build, main
from app.settings import ROOT
from tests.journeys import gate
from tests.make.sealing import Sealed, make_sealed
from voting.sealing.ballot import check_ballot
from voting.sealing.wire import Ballot, read

PARTS = [
    "app/static/js/booth/sealing.js",
    "app/static/js/booth/seal.js",
    "app/booth/words.js",
    "app/booth/page.js",
    "app/booth/page.css",
]
WORK = [["review", False], ["work", True]]  # it is over too soon to be looked at
Open = Callable[..., Awaitable[Any]]


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    """An election with four options."""
    return make_sealed(tmp_path, options=4)


@pytest.fixture
async def alone(open_page: Open, tmp_path: Path) -> Callable[..., Awaitable[Any]]:
    """Opens the file from the disk, as somebody would who keeps it on a stick."""
    file = tmp_path / "cabina.html"
    file.write_bytes(build())

    async def open_alone(**options: Any) -> Any:
        page = await open_page(**options)
        await page.goto(file.as_uri())
        return page

    return open_alone


async def fill_in(page: Any, sealed: Sealed, places: dict[int, str], code: str) -> None:
    """From the first section to where the vote is checked, or refused."""
    if await page.is_visible("#open"):
        await page.fill("#text", sealed.election.raw.decode())
        await page.click("#open-form [type=submit]")
        await page.wait_for_selector("#fill:not([hidden])")
    for option in range(1, sealed.election.options + 1):
        await page.fill(f"#rank-{option}", places.get(option, ""))
    await page.fill("#code", code)
    await page.click("#fill-form [type=submit]")


def test_the_same_parts_give_the_same_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = build()
    assert made == build()
    assert main([str(tmp_path / "booth.html")]) == 0
    assert (tmp_path / "booth.html").read_bytes() == made
    assert capsys.readouterr().out.split()[0] == hashlib.sha256(made).hexdigest()


def test_every_part_stands_in_it_as_it_is() -> None:
    made = build().decode()
    for part in PARTS:
        assert (ROOT / part).read_text("utf-8") in made, part
        assert part in made.partition("-->")[0], "the file does not say where its part comes from"
    assert not re.search(r"\{\{ (app/|policy)", made)
    assert not re.search(r"https?://", made), "it must not reach for anything"


def test_both_languages_say_everything_and_nothing_more() -> None:
    words = (ROOT / "app/booth/words.js").read_text("utf-8")
    ro, en = (re.findall(r"^ +(\w+): \"", part, re.MULTILINE) for part in words.split("\n  en: {"))
    assert ro == en
    page = "".join((ROOT / "app/booth" / name).read_text("utf-8") for name in ("page.html", "page.js"))
    reasons = set(
        re.findall(r'Refused\("(\w+)"', "".join((ROOT / part).read_text("utf-8") for part in PARTS))
    )
    for key in ro:
        assert key in reasons or key in ("election", "sealing_failed") or re.search(rf'"{key}"', page), key
    for reason in reasons:
        assert reason in ro or reason.startswith(("election_", "json_")), reason
    for key in re.findall(r'data-words="(\w+)"', page):
        assert key in ro, key


async def test_a_vote_is_sealed_in_it(alone: Open, sealed: Sealed) -> None:
    page = await alone(locale="ro-RO")
    await fill_in(page, sealed, {2: "1", 4: "2"}, sealed.codes[0].replace("-", " "))
    assert await page.inner_text("#order") == "Locul 1 Opțiunea „2”\nLocul 2 Opțiunea „4”"
    assert await page.inner_text("#left-out") == "Opțiuni rămase fără loc: 2. Este în regulă."
    assert await page.evaluate("document.activeElement.textContent") == "Verificați votul"
    await page.click("#yes")
    await page.wait_for_selector("#done:not([hidden])")
    ballot = (await page.input_value("#ballot")).encode()
    assert await page.inner_text("#check-code") != ""
    sealed.add_ballot(ballot)
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    assert sealed.finish() == [(0, 1, 0, 2)]
    async with page.expect_download() as saving:
        await page.click("#save")
    saved = await saving.value
    assert Path(await saved.path()).read_bytes() == ballot
    assert saved.suggested_filename == await page.inner_text("#check-code") + ".ballot.json"
    left = await page.evaluate(
        "[...document.querySelectorAll('#fill input')].map((input) => input.value).join('')"
    )
    assert left == "", "the code or the places are still there"


async def test_the_file_of_the_election_can_be_chosen(alone: Open, sealed: Sealed, tmp_path: Path) -> None:
    (tmp_path / "election.json").write_bytes(sealed.election.raw + b"\n")
    page = await alone(locale="en-GB")
    await page.set_input_files("#file", tmp_path / "election.json")
    await page.click("#open-form [type=submit]")
    await page.wait_for_selector("#fill:not([hidden])")
    assert await page.evaluate("at => document.getElementById(at).textContent", "fingerprint") == (
        sealed.election.fingerprint
    )
    await fill_in(page, sealed, {}, sealed.codes[1])
    assert await page.inner_text("#left-out") == "Blank vote: no option has a place."
    await page.click("#yes")
    await page.wait_for_selector("#done:not([hidden])")
    ballot = (await page.input_value("#ballot")).encode()
    assert check_ballot(sealed.election, ballot, sealed.roll).credential == read(Ballot, ballot).credential


@pytest.mark.parametrize(
    ("places", "code", "focus", "says"),
    [
        pytest.param({1: "1", 2: "1"}, "", "rank-2", "Place 1 is given twice", id="twice"),
        pytest.param({2: "2"}, "", "rank-1", "Place 1 is missing", id="gap"),
        pytest.param({3: "9"}, "", "rank-3", "“Opțiunea „3””", id="too-big"),
        pytest.param({3: "-1"}, "", "rank-3", "a number from 1 to 4", id="negative"),
        pytest.param({}, "", "code", "secret code", id="no-code"),
    ],
)
async def test_what_is_wrong_is_said_at_its_place(
    alone: Open, sealed: Sealed, places: dict[int, str], code: str, focus: str, says: str
) -> None:
    page = await alone(locale="en-GB")
    await fill_in(page, sealed, places, code)
    assert await page.evaluate("document.activeElement.id") == focus
    described = await page.get_attribute(f"#{focus}", "aria-describedby")
    assert described.split()[0] == "problem"
    assert says in await page.inner_text("#problem")
    await page.click("[data-locale=ro]")
    assert says not in await page.inner_text("#problem")
    await fill_in(page, sealed, {1: "1"}, sealed.codes[0])
    assert await page.is_visible("#review")
    assert not await page.is_visible("#problem")


async def test_a_mistyped_code_and_a_changed_election_are_told(alone: Open, sealed: Sealed) -> None:
    page = await alone(locale="en-GB")
    await fill_in(page, sealed, {1: "1"}, sealed.codes[0][:-1] + "1")
    await page.click("#yes")
    await page.wait_for_selector("#fill:not([hidden])")
    assert "not written right" in await page.inner_text("#problem")
    assert await page.evaluate("document.activeElement.id") == "code"
    await page.click("#other")
    await page.fill("#text", "{}")
    await page.click("#open-form [type=submit]")
    await page.wait_for_selector("#problem:not([hidden])")
    assert "(json_malformed)" in await page.inner_text("#problem")
    parameters = json.loads(sealed.election.raw) | {"public_key": "1"}
    await page.fill("#text", json.dumps(parameters, ensure_ascii=False, separators=(",", ":")))
    await page.click("#open-form [type=submit]")
    await fill_in(page, sealed, {1: "1"}, sealed.codes[0])
    await page.click("#yes")
    await page.wait_for_selector("#problem:not([hidden])")
    assert "(election_key)" in await page.inner_text("#problem")


async def test_sealing_can_be_stopped_and_the_vote_changed(alone: Open, sealed: Sealed) -> None:
    page = await alone(locale="en-GB")
    await fill_in(page, sealed, {1: "1"}, sealed.codes[0])
    shown = await page.evaluate(
        """() => {
          document.getElementById("yes").click();
          const isWorking = !document.getElementById("work").hidden;
          document.getElementById("stop").click();
          return isWorking;
        }"""
    )
    assert shown
    await page.wait_for_selector("#fill:not([hidden])")
    assert "stopped" in await page.inner_text("#live")
    assert await page.input_value("#rank-1") == "1"
    await page.wait_for_timeout(300)
    assert not await page.is_visible("#done")
    await fill_in(page, sealed, {2: "1"}, sealed.codes[0])
    await page.click("#yes")
    await page.wait_for_selector("#done:not([hidden])")


async def test_without_scripts_it_says_what_it_needs(alone: Open) -> None:
    page = await alone(java_script_enabled=False)
    assert await page.is_visible("#not-yet")
    assert not await page.is_visible("#open")


async def test_nothing_leaves_it(alone: Open) -> None:
    """Neither by a request, nor by an image, a form or a script put into the page."""
    page = await alone()
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: refused.extend([request.url] * (request.failure == "csp")))
    reports, title = await page.evaluate(
        """async () => {
          const reports = [];
          const note = (report) => reports.push(report.effectiveDirective);
          document.addEventListener("securitypolicyviolation", note);
          await fetch("http://127.0.0.1:9/").catch(() => {});
          const add = (name, facts) => {
            document.body.append(Object.assign(document.createElement(name), facts));
          };
          add("img", { src: "http://127.0.0.1:9/?code" });
          add("script", { textContent: "document.title = 'it ran'" });
          add("form", { action: "http://127.0.0.1:9/", id: "out" });
          document.getElementById("out").submit();
          await new Promise((wake) => setTimeout(wake, 300));
          return [reports.sort(), document.title];
        }"""
    )
    assert reports == ["connect-src", "form-action", "img-src", "script-src-elem"]
    assert "ran" not in title
    assert asked == refused, "a request that the policy did not stop"
    page.complaints.clear()  # the policy's reports are what was wanted


@pytest.mark.parametrize("locale", ["ro", "en"])
async def test_every_section_passes_the_gate(alone: Open, sealed: Sealed, locale: str) -> None:
    page = await alone(locale=locale)

    async def look(section: str) -> None:
        assert await page.is_visible(f"#{section}")
        assert await gate.check_page(page, locale=locale, is_ballot=True) == [], section

    await look("open")
    await fill_in(page, sealed, {1: "2", 2: "2"}, sealed.codes[0])
    await look("fill")
    await fill_in(page, sealed, {1: "2", 2: "1"}, sealed.codes[0])
    await look("review")
    await page.evaluate(
        "show => show.forEach(([id, is]) => { document.getElementById(id).hidden = !is })", WORK
    )
    await look("work")
    await page.evaluate("document.getElementById('yes').click()")
    await page.wait_for_selector("#done:not([hidden])")
    await look("done")
