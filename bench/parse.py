"""How long a `.pb` file takes to become an election, beside pabutools on the same file.

Each side in one process of its own, the bytes already in memory, the shortest of several runs. pabutools is
no dependency of ours, so its Python is named by the caller.
"""

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from voting.rules.formats import read_pb

FILES = ("Poland_Lodz_2022", "Poland_Warszawa_2026", "Hungary_Budapest_2024")
REPEATS = 3
PEER_SECONDS = 600  # after which pabutools is not waited for

_PEER = """
import json, sys, time
from pabutools.election.pabulib import parse_pabulib_from_string
for name in sys.argv[2:]:
    text = open(name, encoding="utf-8-sig", newline="").read()
    best = float("inf")
    for _ in range(int(sys.argv[1])):
        began = time.process_time()
        kept = parse_pabulib_from_string(text)
        best = min(best, time.process_time() - began)
        del kept
    print(json.dumps(best), flush=True)
"""


class ParseFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its size, and the seconds each side needs; none for pabutools where it was not measured."""

    name: str
    bytes: int
    votes: int
    distinct: int
    ours: float
    theirs: float | None

    @property
    def ratio(self) -> float | None:
        """How many times as long pabutools needs."""
        return self.theirs / self.ours if self.theirs else None


def parse_figures(
    folder: Path, *, peer: str | None = None, names: Sequence[str] = FILES, repeats: int = REPEATS
) -> list[ParseFigure]:
    """The figures of the files of those names in `folder`; `peer` is a Python that has pabutools."""
    files = [folder / f"{name}.pb" for name in names]
    theirs = _peer_seconds(peer, files, repeats) if peer else [None] * len(files)
    return [_figure(file, seconds, repeats) for file, seconds in zip(files, theirs, strict=True)]


def _figure(file: Path, theirs: float | None, repeats: int) -> ParseFigure:
    raw = file.read_bytes()
    best = float("inf")
    election = None
    for _ in range(repeats):
        election = None
        began = time.process_time()
        election = read_pb(raw)
        best = min(best, time.process_time() - began)
    assert election is not None
    return ParseFigure(
        name=file.stem,
        bytes=len(raw),
        votes=sum(election.papers.values()),
        distinct=len(election.papers),
        ours=best,
        theirs=theirs,
    )


def _peer_seconds(python: str, files: Sequence[Path], repeats: int) -> list[float]:
    command = [python, "-c", _PEER, str(repeats), *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=PEER_SECONDS)
    return [float(json.loads(line)) for line in done.stdout.splitlines()]


def parse_lines(figures: Sequence[ParseFigure]) -> list[str]:
    """The figures as a table, one line a file."""
    lines = []
    for one in figures:
        beside = (
            f"pabutools {one.theirs:6.2f} s, {one.ratio:5.1f} times" if one.theirs else "pabutools not here"
        )
        lines.append(
            f"{one.name:<24} {one.bytes / 1e6:5.1f} MB {one.votes:>7} votes {one.distinct:>6} distinct  "
            f"{one.ours:6.3f} s  {beside}"
        )
    return lines
