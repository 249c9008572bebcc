"""Equal shares, exact, beside pabutools in its exact fractions: plain and raised by one unit a step.

Both count the same Pabulib file in one process each, loading apart: on our side the papers are in arrays, on
pabutools' side in its grouped profile. Memory is the peak of the process. pabutools is no dependency of ours,
so its Python is named with --peer (versions: bench/peers.txt); without it only our times are printed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.parse import parse_figures, parse_lines
from voting.rules.formats import read_pb
from voting.rules.projects.completion import complete, endowments
from voting.rules.projects.equal_shares import EQUAL_SHARES, Electorate
from voting.rules.projects.purchases import Run
from voting.rules.tally import tally
from voting.rules.ties import STANDARD

PLAIN = ("Poland_Lodz_2022", "Poland_Warszawa_2026", "Hungary_Budapest_2024")
RAISED = ("Poland_Lodz_2022", "Poland_Warszawa_2026")
PEER_SECONDS = 1200  # pabutools took 948 s and 10 GB for Warszawa raised; it is not waited for longer
SHORT_PEER_SECONDS = 40
REPEATS = 3

_PEER = """
import json, resource, sys, time
from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import method_of_equal_shares
instance, profile = parse_pabulib(sys.argv[1])
grouped = profile.as_multiprofile()
more = {"voter_budget_increment": 1} if sys.argv[2] == "raised" else {}
began = time.perf_counter()
method_of_equal_shares(instance, grouped, sat_class=Cost_Sat, **more)
seconds = time.perf_counter() - began
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One file by one rule: seconds of each side; `peak` and `their_peak` in MB; none: not measured."""

    name: str
    kind: str
    ours: float
    peak: float
    theirs: float | None
    their_peak: float | None
    gave_up: bool

    @property
    def line(self) -> str:
        """A row of the table."""
        beside = "pabutools not here"
        if self.gave_up:
            beside = f"pabutools given up, at least {(self.theirs or 0) / self.ours:6.0f} times"
        elif self.theirs is not None and self.their_peak is not None:
            beside = f"pabutools {self.theirs:7.2f} s {self.their_peak:6.0f} MB, "
            beside += f"{self.theirs / self.ours:6.0f} times"
        return f"{self.name:<24} {self.kind:<7} {self.ours:7.3f} s {self.peak:5.0f} MB  {beside}"


def measure(file: Path, kind: str, peer: str | None, limit: int) -> Figure:
    """Our best of a few runs and one run of the peer, which is stopped after `limit` seconds."""
    election = read_pb(file.read_bytes())
    name = "equalshares" if kind == "plain" else "equalshares/add1-exhaustive"  # as pabutools raises
    params = EQUAL_SHARES[name]
    counted = tally(election.contest, election.papers)
    best = float("inf")
    for _ in range(REPEATS):
        began = time.perf_counter()
        electorate = Electorate(counted, params, STANDARD)
        if kind == "plain":
            Run(electorate, endowments(electorate, election.contest.budget, params)[0]).everything()
        else:
            complete(electorate, election.contest.budget, params)
        best = min(best, time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    theirs = their_peak = None
    gave_up = False
    if peer:
        try:
            command = [peer, "-c", _PEER, str(file), kind]
            done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=limit)
            theirs, their_peak = json.loads(done.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            theirs, gave_up = float(limit), True
    return Figure(
        name=file.stem,
        kind=kind,
        ours=best,
        peak=peak,
        theirs=theirs,
        their_peak=their_peak,
        gave_up=gave_up,
    )


def main(arguments: Sequence[str]) -> int:
    """Print the table and the headline. Exit code 2: the elections are not here."""
    parser = argparse.ArgumentParser(prog="obste bench count", description=__doc__)
    parser.add_argument("--short", action="store_true", help="one file by one rule, within a minute")
    parser.add_argument("--peer", default=os.environ.get("OBSTE_PEER_PYTHON"), help="a Python with pabutools")
    parser.add_argument("--data", type=Path, help="the folder of the elections (…/pb)")
    options = parser.parse_args(arguments)
    shared = os.environ.get("OBSTE_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = options.data or Path(shared) / "pb"
    if not folder.is_dir():
        print(
            f"bench count: there are no elections at {folder}; name the folder with --data", file=sys.stderr
        )
        return 2
    limit = SHORT_PEER_SECONDS if options.short else PEER_SECONDS
    figures = [
        measure(folder / f"{n}.pb", "plain", options.peer, limit) for n in PLAIN[: 1 if options.short else 3]
    ]
    if not options.short:
        figures += [measure(folder / f"{name}.pb", "raised", options.peer, limit) for name in RAISED]
        print("\n".join(parse_lines(parse_figures(folder, peer=options.peer))))
    for figure in figures:
        print(figure.line)
    first = figures[0]
    ratio = f"{first.theirs / first.ours:.0f} times as fast as pabutools" if first.theirs else "no peer here"
    print(f"equal shares, plain, {first.name}: {first.ours:.3f} s, {ratio}")
    return 0
