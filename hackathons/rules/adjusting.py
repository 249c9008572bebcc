"""What scores say once severe and lenient judges are made comparable, in two ways that are published beside
the raw means.

*By each judge's own scale*: a score becomes how many of the judge's standard deviations it is above that
judge's mean (z-score); an entry has the mean of these. It takes away severity and how far apart somebody
spreads points, and rests on judges having read entries of about the same quality, for which they are drawn by
lot. A judge who gave everybody the same says nothing of anybody: zeros.

*By comparisons*: of two entries that one judge has read, the better one wins (equal ones share); the
strengths of the model of Bradley and Terry, "Rank analysis of incomplete block designs", Biometrika 39
(1952), are those under which this was most likely. Each entry is also compared once, as an equal, with one
that is nobody's, so that there is one answer whatever happened (on when there would be none: Hunter, "MM
algorithms for generalized Bradley–Terry models", Annals of Statistics 32 (2004), section 2). Only the order
of a judge's scores counts, so no scale of anybody's matters. The likelihood is concave; its top is found by
Newton's method.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

Given = Mapping[str, Mapping[str, Fraction]]
"""What each judge gave each of their entries, from 0 to 1 (scores.py)."""
ROUNDS, LONGEST_STEP, CLOSE_ENOUGH = 200, 2.0, 1e-11


def z_scores(scores: Given) -> dict[str, dict[str, float]]:
    """Each judge's scores as standard deviations (of all they gave, not of a sample) above their mean."""
    found = {}
    for judge, own in sorted(scores.items()):
        mean = sum(own.values(), Fraction()) / len(own)
        spread = math.sqrt(sum(((score - mean) ** 2 for score in own.values()), Fraction()) / len(own))
        found[judge] = {
            entry: float(score - mean) / spread if spread else 0.0 for entry, score in sorted(own.items())
        }
    return found


def adjusted_means(scores: Given) -> dict[str, float]:
    """The mean of each entry's z-scores: 0 is as good as what its judges read on average."""
    given: dict[str, list[float]] = defaultdict(list)
    for own in z_scores(scores).values():
        for entry, score in own.items():
            given[entry].append(score)
    return {entry: math.fsum(some) / len(some) for entry, some in sorted(given.items())}


def strengths(scores: Given) -> dict[str, float]:
    """The natural logarithm of each entry's strength by comparisons: 0 is the entry that is nobody's."""
    entries = sorted({entry for own in scores.values() for entry in own})
    wins, meetings = _compare(scores, entries)
    found = np.zeros(len(entries))
    for _ in range(ROUNDS):
        chance = _chance(found[:, None] - found[None, :])
        alone = _chance(found)  # of beating the entry that is nobody's
        slope = wins + 0.5 - (meetings * chance).sum(axis=1) - alone
        bend = meetings * chance * (1 - chance)
        curve = np.diag(bend.sum(axis=1) + alone * (1 - alone)) - bend
        step = np.linalg.solve(curve, slope)
        found += step * min(1.0, LONGEST_STEP / max(np.abs(step).max(), CLOSE_ENOUGH))
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    return dict(zip(entries, found.tolist(), strict=True))


def _chance(difference: np.ndarray) -> np.ndarray:
    """How likely the stronger one of two is the better one."""
    chance: np.ndarray = 1 / (1 + np.exp(-difference))
    return chance


def _compare(scores: Given, entries: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """How often each entry was the better one (half where they were equal), and how often each two met."""
    place = {entry: n for n, entry in enumerate(entries)}
    wins, meetings = np.zeros(len(entries)), np.zeros((len(entries), len(entries)))
    for own in scores.values():
        read = [(place[entry], score) for entry, score in sorted(own.items())]
        for (one, mine), (other, theirs) in combinations(read, 2):
            meetings[one, other] += 1
            meetings[other, one] += 1
            won = 0.5 if mine == theirs else float(mine > theirs)
            wins[one] += won
            wins[other] += 1 - won
    return wins, meetings


def severity(scores: Given) -> dict[str, Fraction]:
    """How much more than the other judges of the same entries each judge gave on average: below 0 is severe.
    0 for who shares no entry with anybody.
    """
    found = {}
    for judge, own in sorted(scores.items()):
        differences = []
        for entry, score in own.items():
            others = [given[entry] for name, given in scores.items() if name != judge and entry in given]
            if others:
                differences.append(score - sum(others, Fraction()) / len(others))
        found[judge] = sum(differences, Fraction()) / len(differences) if differences else Fraction()
    return found
