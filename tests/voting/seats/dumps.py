"""The stage dumps of the program droop: what another implementation of the same statute counted."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import msgspec

from voting.rules.result import Result


class Line(msgspec.Struct, frozen=True):
    """One action: figures, states (H hopeful, E elected, e elected with a surplus to move, D defeated) and,
    for Meek, keep factors, by name.
    """

    number: str
    action: str
    quota: Fraction
    extra: dict[str, Fraction]
    votes: dict[str, Fraction]
    state: dict[str, str]
    keep: dict[str, Fraction]

    @property
    def elected(self) -> set[str]:
        """Everybody elected by now."""
        return {name for name, state in self.state.items() if state in "Ee"}


def single_spaced(name: str) -> str:
    """The dumps have lost or kept spaces of names at random."""
    return " ".join(name.split())


def dump_of(path: Path) -> list[Line]:
    """The actions that have figures."""
    head, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    start = head.index("1.name")
    width = next((i for i in range(1, 9) if head[start + i : start + i + 1] == ["2.name"]), len(head) - start)
    return list(_lines(head, rows, start, width))


def _lines(head: list[str], rows: list[list[str]], start: int, width: int) -> Iterator[Line]:
    for row in rows:
        if len(row) < len(head):
            continue  # remarks
        people = [row[at : at + width] for at in range(start, len(row), width)]
        people = [[single_spaced(one[0]), *one[1:]] for one in people]
        yield Line(
            number=row[0],
            action=row[1],
            quota=Fraction(row[2]),
            extra={name: Fraction(value) for name, value in zip(head[3:start], row[3:start], strict=True)},
            votes={one[0]: Fraction(one[2]) for one in people},
            state={one[0]: one[1] for one in people},
            keep={one[0]: Fraction(one[3]) for one in people if width > 3},
        )


def rounds_of(result: Result, titles: dict[str, str]) -> list[dict[str, Fraction]]:
    """Our figures round by round, 0 for who has left."""
    return [
        dict.fromkeys(titles.values(), Fraction(0))
        | {titles[name]: Fraction(value) for name, value in one.votes}
        for one in result.rounds
    ]
