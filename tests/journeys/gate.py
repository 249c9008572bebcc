"""What every page must pass in the browser, whoever looks at it and however: the page gate.

A page is loaded once in each language, and then shown in other sizes and colours without loading it again.
What can go wrong depends on few of the conditions together (contrast on colours, width on language and size),
so not every combination is looked at; cases of one address share theirs (`looks_at` in test_pages.py). What
is cheap runs in both languages on phone and desk. axe, which is not, looks at each page in Romanian, light,
on a phone and in English, dark, on a desk; at the style guide, where every component stands in every state,
in four combinations in which every pair of conditions occurs (an orthogonal array).

Contrast is half of what axe costs, and most text of a page was on an earlier page in the same dress. So axe
judges the contrast of a text once in each size and colours, not once a page: texts are alike if they have the
same class, colour, size and weight on the same backgrounds (`dresses` in page_checks.js).
"""

from collections import defaultdict
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
CONTRAST = "color-contrast"
DRESSES_OF_A_KIND = 3  # texts in a new dress that axe sees on the page where it is new
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
    faults.add(locale, await ask(page, ("structure", locale, is_specimen)))
    for stop, (size, colours) in enumerate((THOROUGH_STOPS if is_specimen else STOPS)[locale]):
        condition = f"{locale} {size['width']} px {colours}"
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        faults.add(condition, await ask(page, ("targets", least), ("scroll", 100)))
        if stop == 0 or is_specimen:
            faults.add(condition, await run_axe(page, condition.partition(" ")[2]))
    await page.set_viewport_size(NARROW)
    faults.add(locale, await ask(page, ("scroll", 100), ("scroll", 200)))
    await page.keyboard.press("Tab")  # from here on the browser shows the focus of the keyboard
    faults.add(f"{locale} keyboard", await ask(page, ("focus",)))
    return faults.lines()


async def check_without_scripts(
    page: Any, *, locale: str, is_ballot: bool = False, is_specimen: bool = False
) -> list[str]:
    """The checks that need no script of the page, for a browser that runs none."""
    faults = Faults()
    least = LEAST_BALLOT_TARGET if is_ballot else LEAST_TARGET
    await page.set_viewport_size(PHONE)
    questions = (("structure", locale, is_specimen), ("targets", least), ("scroll", 100))
    faults.add(f"{locale} no scripts", await ask(page, *questions))
    return faults.lines()


async def ask(page: Any, *questions: tuple[object, ...]) -> list[str]:
    """Questions in page_checks.js, each with what it takes, one after the other; the faults of all."""
    answers: list[str] = await page.evaluate(
        f"questions => {{ const checks = {CHECKS};"
        " return questions.flatMap(([name, ...given]) => checks[name](...given)) }",
        questions,
    )
    return answers


seen_dresses: defaultdict[str, set[str]] = defaultdict(set)  # condition → dresses without a fault in it


async def run_axe(page: Any, condition: str = "") -> list[str]:
    """The violations that axe-core finds, each with its first elements. `condition`: size and colours of a
    look at many pages; without it, every dress is new.
    """
    if not await page.evaluate("typeof window.axe === 'object'"):
        await page.evaluate(axe_source())
    known = seen_dresses[condition] if condition else set()
    new = set(await ask(page, ("dresses",))) - known
    await ask(page, ("mark", sorted(new), DRESSES_OF_A_KIND))
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    only_marked = {"rules": [{"id": CONTRAST, "selector": "[data-gate-dress]"}]}
    violations = await page.evaluate(
        "([only, options]) => { window.axe.configure(only);"
        " return window.axe.run(document, options).then(result => result.violations.map(one => ({"
        " id: one.id, help: one.help, nodes: one.nodes.slice(0, 3).map(node =>"
        " [node.target.join(' '), (node.any[0] || node.all[0] || node.none[0] || {}).message || '']) }))) }",
        [only_marked, options],
    )
    if not any(one["id"] == CONTRAST for one in violations):
        known |= new
    return [
        f"axe {one['id']}: {one['help']}: " + "; ".join(f"{where} ({why})" for where, why in one["nodes"])
        for one in violations
    ]
