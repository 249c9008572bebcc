"""How much is measured, of what, and the table that comes out."""

import statistics
from dataclasses import dataclass, field

from bench.load import Sample

IDEAS = 500


class WrongAnswer(Exception):
    """A page that is to be measured does not answer as it should; the message says what it answers."""


@dataclass(frozen=True)
class Size:
    """How much is measured. The short one ends within a minute, set-up included."""

    is_short: bool
    rounds: int
    seconds: int
    voters_a_round: int
    cast_seconds: int
    old_ballots: int
    limit_seconds: float  # no round begins later than this


SHORT = Size(
    is_short=True,
    rounds=2,
    seconds=2,
    voters_a_round=1000,
    cast_seconds=3,
    old_ballots=1500,
    limit_seconds=34,
)
LONG = Size(
    is_short=False,
    rounds=5,
    seconds=3,
    voters_a_round=3000,
    cast_seconds=10,
    old_ballots=10_000,
    limit_seconds=900,
)


@dataclass(frozen=True)
class Target:
    """A page that is measured."""

    name: str
    path: str
    cookie: str = ""
    in_short: bool = True


@dataclass
class Row:
    """What one target gave in every round."""

    name: str
    samples: list[Sample] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    queries: int | None = None
    bytes: int | None = None
    problem: str = ""

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def rate(self) -> float:
        return statistics.median(sample.rate for sample in self.samples)

    @property
    def least_cpu_ms(self) -> float:
        """Processor time of a request in the least disturbed round: what others do only adds to it."""
        return max(min(self.cpu_ms), 0.001)

    @property
    def p50_ms(self) -> float:
        return statistics.median(sample.p50_ms for sample in self.samples)

    @property
    def p99_ms(self) -> float:
        return statistics.median(sample.p99_ms for sample in self.samples)

    @property
    def failed(self) -> int:
        return sum(sample.failed for sample in self.samples)


HEAD = ("page", "of hello", "by CPU", "queries", "CPU ms", "p50 ms", "p99 ms", "requests/s", "KiB", "failed")


def show_head() -> str:
    """The first line of the table."""
    return " | ".join((f"{HEAD[0]:<24}", *(f"{name:>10}" for name in HEAD[1:])))


def show_row(row: Row, hello: Row) -> str:
    """One line of the table; `hello` is what the ratio of processor time is to."""
    if not row.samples:
        return f"{row.name:<24} | {row.problem}"
    cells = (
        f"{row.ratio:.3f}" if row.ratios else "1",
        f"{hello.least_cpu_ms / row.least_cpu_ms:.3f}",
        "" if row.queries is None else row.queries,
        f"{row.least_cpu_ms:.2f}",
        f"{row.p50_ms:.1f}",
        f"{row.p99_ms:.1f}",
        f"{row.rate:.0f}",
        "" if row.bytes is None else f"{row.bytes / 1024:.1f}",
        row.failed,
    )
    return " | ".join((f"{row.name:<24}", *(f"{cell:>10}" for cell in cells)))
