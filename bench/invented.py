"""Invented elections, small and full of ties, the same wherever they are made.

Counted by other programs in an environment of their own (bench/peers.py) and by our rules in the tests, so
this uses nothing but the standard library, and numbers that follow from SHA-256 alone.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

Election = dict[str, Any]
T = TypeVar("T")

NAMES = "ABCDEF"


class Draws:
    """Whole numbers that are the same on every machine: SHA-256 of the seed and of how many were drawn."""

    def __init__(self, seed: str) -> None:
        self.seed, self.drawn = seed, 0

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1."""
        self.drawn += 1
        raw = hashlib.sha256(f"{self.seed} {self.drawn}".encode()).digest()
        return int.from_bytes(raw[:8], "big") % limit

    def one_of(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The values in a drawn order."""
        left, order = list(values), []
        while left:
            order.append(left.pop(self.below(len(left))))
        return order


def funding(number: int) -> Election:
    """Projects with few distinct costs; voters approve some or share out points. Some cost more than there
    is, some are chosen by nobody.
    """
    draw = Draws(f"funding {number}")
    names = [f"P{place:02}" for place in range(1, 3 + draw.below(6))]
    costs = {name: draw.one_of((1, 2, 3, 4, 6, 10, 15, 40)) for name in names}
    kind = draw.one_of(("approval", "approval", "cumulative"))
    ballots = []
    for _ in range(3 + draw.below(9)):
        chosen = draw.shuffled(names)[: 1 + draw.below(4)]
        ballots.append({name: 1 if kind == "approval" else 1 + draw.below(3) for name in sorted(chosen)})
    return {"projects": costs, "budget": 8 + draw.below(30), "kind": kind, "ballots": ballots}


def rankings(number: int) -> Election:
    """Three to five options, each voter ranks them all."""
    draw = Draws(f"rankings {number}")
    names = list(NAMES[: 3 + draw.below(3)])
    return {
        "options": names,
        "ballots": [[[name] for name in draw.shuffled(names)] for _ in range(2 + draw.below(9))],
    }


def weak_rankings(number: int) -> Election:
    """Three to five options, each voter ranks some of them, now and then two at one rank."""
    draw = Draws(f"weak rankings {number}")
    names = list(NAMES[: 3 + draw.below(3)])
    ballots: list[list[list[str]]] = []
    for _ in range(2 + draw.below(9)):
        ranks: list[list[str]] = []
        for name in draw.shuffled(names)[: 1 + draw.below(len(names))]:
            if ranks and draw.below(4) == 0:
                ranks[-1].append(name)
            else:
                ranks.append([name])
        ballots.append(ranks)
    return {"options": names, "ballots": ballots}


def grades(number: int) -> Election:
    """Three or four options, each voter gives each a grade from 0 to 3."""
    draw = Draws(f"grades {number}")
    names = list(NAMES[: 3 + draw.below(2)])
    return {
        "options": names,
        "ballots": [{name: draw.below(4) for name in names} for _ in range(2 + draw.below(8))],
    }


def committees(number: int) -> Election:
    """Four to six options for one to three seats, each voter approves some."""
    draw = Draws(f"committees {number}")
    names = list(NAMES[: 4 + draw.below(3)])
    ballots = [sorted(draw.shuffled(names)[: 1 + draw.below(3)]) for _ in range(2 + draw.below(9))]
    return {"options": names, "seats": 1 + draw.below(3), "ballots": ballots}


KINDS = {
    "funding": (funding, 160),
    "rankings": (rankings, 100),
    "weak_rankings": (weak_rankings, 100),
    "grades": (grades, 60),
    "committees": (committees, 60),
}
"""How each kind is made, and how many are compared."""


def elections(kind: str) -> list[Election]:
    """All invented elections of a kind."""
    make, number = KINDS[kind]
    return [make(index) for index in range(number)]
