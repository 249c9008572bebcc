"""How often two entries stand the wrong way round, by three ways to read juries, drawn: docs/juries.svg.

Invented events of 120 teams, 25 judges and 6 criteria, each entry read by 5 judges drawn as in a real event.
How good each entry is is planted; judges see it through noise, are severe or lenient by so many points of a
hundred (along the axis) and spread their points more or less. What is measured is the share of pairs of
entries whose order by a score is not the planted one; ties count half. The same seed gives the same juries.
"""

import argparse
import math
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import msgspec

from bench.plot import Line, Panel, draw
from hackathons.rules.adjusting import adjusted_means, strengths
from hackathons.rules.assignment import assign
from hackathons.rules.scores import Criterion, Scores, Sheet, by_judge, raw_means

RUBRIC = tuple(Criterion(f"c{n}", weight, 10) for n, weight in enumerate((5, 4, 3, 3, 2, 1)))
SEVERITIES = (0.02, 0.04, 0.08, 0.12, 0.2, 0.3)
WAYS: dict[str, Callable[[Scores], Mapping[str, float | Fraction]]] = {
    "raw means": raw_means,
    "own scales": adjusted_means,
    "comparisons": strengths,
}
JURIES, SHORT_JURIES = 40, 2


class Jury(msgspec.Struct, frozen=True):
    """How good each entry is, and what its judges gave it."""

    planted: dict[str, float]
    scores: Scores


def hold(lot: random.Random, *, entries: int, judges: int, per_entry: int, severity: float = 0.12) -> Jury:
    """An event: judges differ by `severity` (a standard deviation, of a score from 0 to 1)."""
    works, people = [f"E{n:03}" for n in range(entries)], [f"J{n:02}" for n in range(judges)]
    planted = {work: lot.gauss(0.5, 0.15) for work in works}
    habits = {judge: (lot.gauss(0, severity), math.exp(lot.gauss(0, 0.25))) for judge in people}
    sheets = []
    for work, readers in assign(works, people, per_entry=per_entry, seed=str(lot.random())).items():
        sides = {one.key: planted[work] + lot.gauss(0, 0.08) for one in RUBRIC}
        for judge in readers:
            shift, stretch = habits[judge]
            seen = {
                key: 0.5 + (side - 0.5) * stretch + shift + lot.gauss(0, 0.1) for key, side in sides.items()
            }
            points = {key: min(10, max(0, round(10 * value))) for key, value in seen.items()}
            sheets.append(Sheet(judge, work, points))
    return Jury(planted, by_judge(RUBRIC, sheets))


def agreement(planted: Mapping[str, float], found: Mapping[str, float | Fraction]) -> float:
    """Kendall's tau-a between what is planted and what is found, from -1 to 1."""
    pairs = list(combinations(sorted(planted), 2))
    right = 0
    for one, other in pairs:
        up, down = found[one] > found[other], found[one] < found[other]
        right += (up - down) if planted[one] > planted[other] else (down - up)
    return right / len(pairs)


def wrong_pairs(juries: Sequence[Jury]) -> dict[str, float]:
    """The percentage of pairs that stand the wrong way round, by each way."""
    return {
        name: sum(50 * (1 - agreement(jury.planted, way(jury.scores))) for jury in juries) / len(juries)
        for name, way in WAYS.items()
    }


def main(argv: Sequence[str]) -> int:
    """Print the table and the headline. Exit code 1: adjusting does not find the planted order better."""
    parser = argparse.ArgumentParser(prog="obste bench juries", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="few juries, within a minute")
    parser.add_argument("--draw", type=Path, metavar="FILE", help="write the drawing (docs/juries.svg)")
    asked = parser.parse_args(argv)
    lot, found = random.Random(2027), {}
    print("judges differ by   " + "".join(f"{name:>26}" for name in WAYS) + "   (wrong pairs of a hundred)")
    for severity in SEVERITIES:
        juries = [
            hold(lot, entries=120, judges=25, per_entry=5, severity=severity)
            for _ in range(SHORT_JURIES if asked.short else JURIES)
        ]
        found[severity] = wrong_pairs(juries)
        shown = "".join(f"{found[severity][name]:>26.1f}" for name in WAYS)
        print(f"{100 * severity:>5.0f} points       {shown}", flush=True)
    if asked.draw:
        lines = tuple(
            Line(name, tuple((100 * severity, one[name]) for severity, one in found.items()), unit="%")
            for name in WAYS
        )
        panel = Panel(
            "120 teams, 25 judges, 5 of them for each", "points of a hundred by which judges differ", lines
        )
        drawn = draw("How often juries order two entries wrongly", "of a hundred pairs", (panel,))
        asked.draw.write_text(drawn, encoding="utf-8")
    middle = found[0.12]
    raw, best = middle["raw means"], middle["own scales"]
    print(
        f"judges who differ by 12 points of a hundred order {raw:.1f} of a hundred pairs wrongly by raw "
        f"means, {best:.1f} by judges' own scales, {middle['comparisons']:.1f} by comparisons"
    )
    return 0 if best < raw and middle["comparisons"] < raw else 1
