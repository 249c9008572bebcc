"""Sealing a ballot in Chromium, in the booth's worker and on a processor throttled six times.

Chromium throttles the page's own thread but not its workers, so the same program also runs in the page: that
is what a slow phone does. Every ballot is checked by the engine; a refused one fails the benchmark.
"""

import argparse
from statistics import median
from typing import Any

from app.kit.front import CSP
from app.settings import ROOT
from bench.machine import run_folder
from tests.browsers import ARGUMENTS, browser_path
from tests.make.sealing import Sealed, make_sealed
from voting.sealing.ballot import check_ballot
from voting.sealing.refused import Refused

ADDRESS = "http://127.0.0.1:9/"  # nobody is there: the browser is given the answers
EMPTY = "<!DOCTYPE html><title>Cabina</title><link rel='icon' href='data:,'>"
OPTIONS = (1, 20, 100, 254)
AIMED = 100  # options; the headline's
THROTTLED = 6
IN_WORKER = """async ([election, code, ranks]) => {
  const { seal } = await import("/static/js/booth/seal.js");
  const started = performance.now();
  const { ballot } = await seal(election, code, ranks);
  return [ballot, performance.now() - started];
}"""
IN_PAGE = """async ([election, code, ranks]) => {
  const started = performance.now();
  const { ballot } = await sealBallot(election, code, ranks, () => {});
  return [ballot, performance.now() - started];
}"""


def main(argv: list[str]) -> int:
    """Measure and print. Exit code 1: a ballot was refused."""
    parser = argparse.ArgumentParser(prog="obste bench booth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="fewer ballots")
    rounds = 5 if parser.parse_args(argv).short else 25
    from playwright.sync_api import sync_playwright

    print(f"Median of {rounds} ballots a cell, in ms; every option ranked.\n")
    print(f"| options | worker | page | page, throttled {THROTTLED} times | bytes |\n|--:|--:|--:|--:|--:|")
    figures = {}
    with sync_playwright() as playwright, run_folder() as folder:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        booth = Booth(browser.new_page())
        for options in OPTIONS:
            sealed = make_sealed(folder, options=options)
            try:
                figures[options] = worker, page, throttled, size = booth.measure(sealed, rounds)
            except Refused as reason:
                print(f"a ballot of {options} options was refused: {reason}")
                return 1
            print(f"| {options} | {worker:.0f} | {page:.0f} | {throttled:.0f} | {size} |")
        print(f"\nChromium {browser.version}")
        browser.close()
    worker, _, throttled, _ = figures[AIMED]
    print(
        f"sealing {AIMED} options: {worker:.0f} ms in the worker (aim 1000), "
        f"{throttled:.0f} ms throttled {THROTTLED} times (aim 6000)"
    )
    return 0


class Booth:
    """A page of the site with nothing on it but the sealing program."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.route("**/*", _serve)
        page.goto(ADDRESS)
        page.add_script_tag(url="/static/js/booth/sealing.js")
        self.tools = page.context.new_cdp_session(page)

    def measure(self, sealed: Sealed, rounds: int) -> tuple[float, float, float, int]:
        """Median ms in the worker, in the page and in the throttled page, in turns; a ballot's bytes."""
        given = [sealed.election.raw.decode(), sealed.codes[0], list(range(1, sealed.election.options + 1))]
        took: tuple[list[float], list[float], list[float]] = ([], [], [])
        for _ in range(rounds + 1):  # the first is to get warm
            for times, script, rate in zip(
                took, (IN_WORKER, IN_PAGE, IN_PAGE), (1, 1, THROTTLED), strict=True
            ):
                self.tools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                ballot, ms = self.page.evaluate(script, given)
                check_ballot(sealed.election, ballot.encode(), sealed.roll)
                times.append(ms)
        self.tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        worker, page, throttled = (median(times[1:]) for times in took)
        return worker, page, throttled, len(ballot)


def _serve(route: Any) -> None:
    """Answer as the site does."""
    path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
    is_script = path.startswith("static/js/booth/")
    body = (ROOT / "app" / path).read_text("utf-8") if is_script else EMPTY
    kind = "text/javascript" if is_script else "text/html; charset=utf-8"
    route.fulfill(status=200, headers={"content-type": kind, "content-security-policy": CSP}, body=body)
