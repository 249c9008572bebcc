"""What every page must pass in the browser, whoever looks at it and however: the page gate.

A page is loaded once in each language, and then shown in other sizes and colours without loading it again.
What can go wrong depends on few of the conditions together (contrast on colours, width on language and size),
so not every combination is looked at; cases of one address share theirs (`looks_at` in test_pages.py). What
is cheap runs in both languages on phone and desk. axe, which is not, looks at each page in Romanian, light,
on a phone and in English, dark, on a desk; at the style guide, where every component stands in every state,
in four combinations in which every pair of conditions occurs (an orthogonal array).
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CHECKS = (Path(__file__).parent / "page_checks.js").read_text("utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OLDEST_AXE = (4, 10)  # the first with the rules of WCAG 2.2 that we want

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}  # WCAG 1.4.10: a screen of 1280 at 400 %
STOPS = {  # language → (size, colours), the first of which axe sees of every page
    "ro": ((PHONE, "light"), (DESK, "dark")),
    "en": ((DESK, "dark"), (PHONE, "light")),
}
THOROUGH_STOPS = {"ro": STOPS["ro"], "en": ((DESK, "light"), (PHONE, "dark"))}  # axe sees all four
LEAST_TARGET = 24  # CSS pixels, WCAG 2.5.8
LEAST_BALLOT_TARGET = 44  # our own promise where people vote


@cache
def axe_source() -> str:
    """axe-core, from the wheel that brings it."""
    from axe_playwright_python.base import AXE_FILE_PATH

    source = Path(AXE_FILE_PATH).read_text("utf-8")
    version = source[:40].partition("axe v")[2].split()[0]
    assert tuple(int(part) for part in version.split(".")[:2]) >= OLDEST_AXE, f"axe {version} is too old"
    return source


@dataclass
class Faults:
    """What was found, each with the condition in which it was seen first."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, condition: str, faults: list[str]) -> None:
        """Note them; the same fault in another condition adds nothing."""
        for fault in faults:
            self.found.setdefault(fault, condition)

    def lines(self) -> list[str]:
        """For a failing test's message."""
        return [f"[{condition}] {fault}" for fault, condition in self.found.items()]


async def check_page(
    page: Any, *, locale: str, is_ballot: bool = False, is_specimen: bool = False
) -> list[str]:
    """Every check of a page that is loaded, in its language; returns the faults in words.

    `is_specimen`: the style guide, whose links lead nowhere, and which axe sees in more conditions.
    """
    faults = Faults()
    least = LEAST_BALLOT_TARGET if is_ballot else LEAST_TARGET
    faults.add(locale, await ask(page, "structure", locale, is_specimen))
    for stop, (size, colours) in enumerate((THOROUGH_STOPS if is_specimen else STOPS)[locale]):
        condition = f"{locale} {size['width']} px {colours}"
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        faults.add(condition, await ask(page, "targets", least))
        faults.add(condition, await ask(page, "scroll", 100))
        if stop == 0 or is_specimen:
            faults.add(condition, await run_axe(page))
    await page.set_viewport_size(NARROW)
    faults.add(locale, await ask(page, "scroll", 100))
    faults.add(locale, await ask(page, "scroll", 200))
    await page.keyboard.press("Tab")  # from here on the browser shows the focus of the keyboard
    faults.add(f"{locale} keyboard", await ask(page, "focus"))
    return faults.lines()


async def check_without_scripts(
    page: Any, *, locale: str, is_ballot: bool = False, is_specimen: bool = False
) -> list[str]:
    """The checks that need no script of the page, for a browser that runs none."""
    faults = Faults()
    least = LEAST_BALLOT_TARGET if is_ballot else LEAST_TARGET
    await page.set_viewport_size(PHONE)
    faults.add(f"{locale} no scripts", await ask(page, "structure", locale, is_specimen))
    faults.add(f"{locale} no scripts", await ask(page, "targets", least))
    faults.add(f"{locale} no scripts", await ask(page, "scroll", 100))
    return faults.lines()


async def ask(page: Any, check: str, *arguments: object) -> list[str]:
    """One of the questions in page_checks.js."""
    given = ", ".join(json.dumps(argument) for argument in arguments)
    answer: list[str] = await page.evaluate(
        f"(() => {{ const checks = {CHECKS}; return checks.{check}({given}) }})()"
    )
    return answer


async def run_axe(page: Any) -> list[str]:
    """The violations that axe-core finds, each with its first elements."""
    if not await page.evaluate("typeof window.axe === 'object'"):
        await page.evaluate(axe_source())
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    violations = await page.evaluate(
        "options => window.axe.run(document, options).then(result => result.violations.map(one => ({"
        " id: one.id, help: one.help, nodes: one.nodes.slice(0, 3).map(node =>"
        " [node.target.join(' '), (node.any[0] || node.all[0] || node.none[0] || {}).message || '']) })))",
        options,
    )
    return [
        f"axe {one['id']}: {one['help']}: " + "; ".join(f"{where} ({why})" for where, why in one["nodes"])
        for one in violations
    ]
