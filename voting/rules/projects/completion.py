"""Equal shares raised step by step until the next outcome would cost too much.

Completion decides most of an outcome (with three-place ballots the plain method spends 25 to 78 % of the
budget), so every part of it is a published parameter. Source: Wieliczka 2023 and Świecie; equalshares.net
explains each step.
"""

from fractions import Fraction
from math import ceil, floor

import msgspec

from voting.rules.projects.equal_shares import Electorate, EqualSharesParams, Shares
from voting.rules.projects.purchases import Run
from voting.rules.result import Tie
from voting.rules.tally import TooLarge

MAX_RUNS = 100_000  # of one completion: a file made so that it never ends is refused; Wieliczka takes a few


def endowments(electorate: Electorate, budget: int, params: EqualSharesParams) -> tuple[Fraction, Fraction]:
    """Everyone's first share and what it is raised by, in minor units.

    The step is the largest of `step_units` units, `step_percent` of budget / voters and one of `most_steps`
    equal parts of it: where a unit is next to nothing beside a share (a weak currency, or few voters), steps
    of one unit would be hundreds of thousands.
    """
    unit = electorate.contest.minor_per_unit
    start = Fraction(budget, max(1, electorate.voters))
    step = max(Fraction(params.step_units * unit), start * params.step_percent / 100)
    step = max(step, start / params.most_steps)
    if params.start == "floor":
        start = Fraction(floor(start / unit) * unit)
    return start, step


def complete(electorate: Electorate, budget: int, params: EqualSharesParams) -> tuple[Run, tuple[Tie, ...]]:
    """The last run within the budget when shares are raised step by step, and every tie that mattered on the
    way. Raises: UnresolvedTie, TooLarge.
    """
    best, ties = raised(electorate, budget, params, *endowments(electorate, budget, params))
    run = Run(electorate, best.endowment, spell_out=True)
    run.everything()
    return run, ties.on_the_way(best)


def raised(
    electorate: Electorate, budget: int, params: EqualSharesParams, endowment: Fraction, step: Fraction
) -> tuple[Shares, "_Ties"]:
    """Raise shares from that endowment. Raises: UnresolvedTie, TooLarge.

    It never bisects: outcomes are not monotone in the endowment. It does pass over steps at which nothing but
    options of the present outcome could be paid for: those cannot cost more, so they would all be accepted.
    """
    best = Run(electorate, endowment).everything()
    ties = _Ties(best)
    runs = 1
    while params.raise_shares:
        bought = set(best.bought)
        others = {n: s for i, s in electorate.support.items() if (n := electorate.names[i]) not in bought}
        missing = [support for name, support in others.items() if name not in best.blocked]
        left = budget - best.cost
        if not missing:
            break
        if params.stop_when_exhaustive and all(support.cost > left for support in missing):
            break
        steps = 1
        if not params.stop_when_exhaustive:
            reach = min(Fraction(support.cost, support.voters) for support in others.values())
            steps = max(1, ceil((reach - endowment) / step) - 1)
        following = Run(electorate, endowment + steps * step, limit=budget).everything()
        runs += 1
        if runs > MAX_RUNS:
            raise TooLarge(f"shares raised more than {MAX_RUNS} times")
        if following.cost > budget:
            break
        endowment, best = endowment + steps * step, following
        ties.add(best)
    return best, ties


class _Ties:
    """The ties that mattered in the runs of a completion, each set of options and its order once."""

    def __init__(self, first: Shares) -> None:
        self.met: dict[tuple[tuple[str, ...], tuple[str, ...]], Tie] = {}
        self.add(first)

    def add(self, shares: Shares) -> None:
        for tie in shares.ties:
            if tie.matters:
                key = (tie.options, tie.order)
                at = f"endowment:{shares.endowment} {tie.at}"
                self.met.setdefault(key, msgspec.structs.replace(tie, at=at))

    def on_the_way(self, last: Shares) -> tuple[Tie, ...]:
        """Those that the last run did not meet again."""
        again = {(tie.options, tie.order) for tie in last.ties}
        return tuple(tie for key, tie in self.met.items() if key not in again)
