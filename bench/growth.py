"""How the cost of a count grows with ballots and with options, measured and drawn: docs/growth.svg.

The crowd's rankings of three to ten options (bench/crowd.py), from a thousand to a million of them, and ten
to a hundred and fifty options; each election counted in a process of its own, from papers to the published
result. Times are the processor's. The drawing is a plain SVG with logarithmic axes that follows the reader's
light or dark mode; `--draw FILE` says where it goes.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.crowd import crowd_contest, crowd_papers
from bench.peer import ROOT
from bench.plot import Line, Panel, draw
from voting.rules import get_rule
from voting.rules.papers import Contest
from voting.rules.ties import STANDARD, TiePolicy

RULES = {
    "equalshares/ranked": "equal shares",
    "greedy": "greedy",
    "stv/scottish": "Scottish STV",
    "schulze": "Schulze",
    "stv/meek": "Meek",
}
SEATS = {"stv/scottish": 5, "stv/meek": 5, "schulze": 1}
BALLOTS: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
OPTIONS: tuple[int, ...] = (10, 20, 50, 100, 150)
SHORT_BALLOTS: tuple[int, ...] = (1_000, 10_000)
SHORT_OPTIONS: tuple[int, ...] = (10, 50)
AT_OPTIONS, AT_BALLOTS, SHORT_AT_BALLOTS = 100, 100_000, 10_000  # what the other axis stands at
LIMIT = 900  # seconds for the five counts of one election

Point = tuple[int, int]
"""Options and ballots."""


def count_one(argument: str) -> None:
    """What a process of its own does: the seconds of each rule for one size of election."""
    options, ballots = json.loads(argument)
    papers = crowd_papers(options, ballots, "ordinal")
    projects = crowd_contest(options, "ordinal")
    drawn = TiePolicy(drawn=tuple(option.id for option in projects.options))
    seconds = {}
    for rule in RULES:
        contest, ties = projects, STANDARD
        if rule in SEATS:
            contest, ties = Contest(options=projects.options, vote_type="ordinal", seats=SEATS[rule]), drawn
        best, began = float("inf"), time.monotonic()
        while best == float("inf") or time.monotonic() - began < 1:
            start = time.process_time()
            get_rule(rule).count(contest, papers, ties=ties)
            best = min(best, time.process_time() - start)
        seconds[rule] = best
    print(json.dumps(seconds))


def measure(point: Point) -> dict[str, float]:
    """The seconds of each rule, counted in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench.growth", "--one", json.dumps(point)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=LIMIT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    seconds = msgspec.json.decode(done.stdout.splitlines()[-1], type=dict[str, float])
    told = "   ".join(f"{RULES[rule]} {value:7.3f} s" for rule, value in seconds.items())
    print(f"{point[1]:>9,} ballots, {point[0]:>3} options   {told}", flush=True)
    return seconds


def _panel(title: str, across: str, at: Sequence[int], found: Sequence[dict[str, float]]) -> Panel:
    lines = [
        Line(name, tuple((x, seconds[rule]) for x, seconds in zip(at, found, strict=True)))
        for rule, name in RULES.items()
    ]
    return Panel(title, across, tuple(lines))


def main(arguments: Sequence[str]) -> int:
    """Print the figures, draw them where asked, and print the headline."""
    parser = argparse.ArgumentParser(prog="obste bench growth", description=__doc__)
    parser.add_argument("--short", action="store_true", help="small elections only, within a minute")
    parser.add_argument("--draw", type=Path, metavar="FILE", help="write the drawing (docs/growth.svg)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.one:
        count_one(asked.one)
        return 0
    ballots = SHORT_BALLOTS if asked.short else BALLOTS
    options = SHORT_OPTIONS if asked.short else OPTIONS
    many = SHORT_AT_BALLOTS if asked.short else AT_BALLOTS
    wider = [measure((number, many)) for number in options]
    longer = [measure((AT_OPTIONS, number)) for number in ballots]
    if asked.draw:
        panels = (
            _panel(f"{AT_OPTIONS} options, by ballots", "ballots", ballots, longer),
            _panel(f"{many:,} ballots, by options", "options", options, wider),
        )
        asked.draw.write_text(draw("Seconds of a count", "processor seconds", panels), encoding="utf-8")
    grown = ballots[-1] / ballots[0]
    factors = ", ".join(f"{RULES[rule]} {longer[-1][rule] / longer[0][rule]:.0f}" for rule in RULES)
    print(f"{grown:,.0f} times the ballots cost how many times as much: {factors}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
