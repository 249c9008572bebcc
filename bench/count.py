"""Equal shares, exact, beside pabutools in its exact fractions: plain and raised by one unit a step.

Both count the same Pabulib file, each in one process of its own, loading apart: on our side the papers are in
arrays, on pabutools' side in its grouped profile. Times are the processor's; memory is the peak of the
process, the file's text and papers included. Then a million invented rankings by us alone. Where no real
elections are, an invented one takes their place.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.crowd import crowd_contest, crowd_papers
from bench.parse import parse_figures, parse_lines
from bench.peer import GivenUp, last_line, peer_python
from voting.rules.formats import read_pb, write_pb
from voting.rules.papers import Contest, Papers
from voting.rules.projects.completion import complete, endowments
from voting.rules.projects.equal_shares import EQUAL_SHARES, Electorate
from voting.rules.projects.purchases import Run
from voting.rules.tally import tally
from voting.rules.ties import STANDARD

PLAIN = ("Poland_Lodz_2022", "Poland_Warszawa_2026", "Hungary_Budapest_2024")
RAISED = ("Poland_Lodz_2022", "Poland_Warszawa_2026")
RULE_OF_KIND = {
    "plain": "equalshares",
    "raised": "equalshares/add1-exhaustive",  # as pabutools raises
    "ranked": "equalshares/ranked",
}
INVENTED = ("invented", 100, 30_000)
MILLION = ("a million rankings", 100, 1_000_000)
PEER_SECONDS = 1200  # pabutools took 948 s and 10 GB for Warszawa raised; it is not waited for longer
SHORT_PEER_SECONDS = 35
REPEATS = 3
TIMES = {"plain": 100, "raised": 200}  # how many times as long as we pabutools should take
MEGABYTES = {"plain": 300, "raised": 300, "ranked": 1024}  # that a count may use
MILLION_SECONDS = 60

_PEER = """
import json, resource, sys, time
from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import method_of_equal_shares
instance, profile = parse_pabulib(sys.argv[1])
grouped = profile.as_multiprofile()
more = {"voter_budget_increment": 1} if sys.argv[2] == "raised" else {}
began = time.process_time()
print(began, flush=True)
method_of_equal_shares(instance, grouped, sat_class=Cost_Sat, **more)
seconds = time.process_time() - began
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One election by one rule: seconds of each side; `peak` and `their_peak` in MB; none: not measured."""

    name: str
    kind: str
    loading: float
    ours: float
    peak: float
    theirs: float | None = None
    their_peak: float | None = None
    gave_up: bool = False

    @property
    def times(self) -> float | None:
        """How many times as long the peer took; at least, where it was given up."""
        return self.theirs / self.ours if self.theirs else None

    @property
    def missed(self) -> list[str]:
        """Which of the aims it misses."""
        found = []
        if self.times is not None and not self.gave_up and self.times < TIMES[self.kind]:
            found.append(f"{self.times:.0f} times instead of {TIMES[self.kind]}")
        if self.peak > MEGABYTES[self.kind]:
            found.append(f"{self.peak:.0f} MB instead of {MEGABYTES[self.kind]}")
        if self.kind == "ranked" and self.loading + self.ours > MILLION_SECONDS:
            found.append(f"{self.loading + self.ours:.0f} s instead of {MILLION_SECONDS}")
        return [f"MISSED: {self.name}, {self.kind}: {what}" for what in found]

    @property
    def line(self) -> str:
        """A row of the table."""
        beside = ""
        if self.gave_up:
            beside = f"pabutools given up after {self.theirs:.0f} s, at least {self.times:6.0f} times"
        elif self.theirs is not None and self.their_peak is not None:
            beside = f"pabutools {self.theirs:7.2f} s {self.their_peak:6.0f} MB, "
            beside += f"{self.theirs / self.ours:6.0f} times"
        return (
            f"{self.name:<24} {self.kind:<7} {self.ours:7.3f} s {self.peak:5.0f} MB "
            f"(papers to arrays {self.loading:6.2f} s)  {beside}"
        ).rstrip()


def count_here(name: str, kind: str, contest: Contest, papers: Papers, repeats: int) -> Figure:
    """Our best of a few runs, in this process."""
    params = EQUAL_SHARES[RULE_OF_KIND[kind]]
    began = time.process_time()
    counted = tally(contest, papers)
    loading = time.process_time() - began
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        electorate = Electorate(counted, params, STANDARD)
        if kind == "plain":
            Run(electorate, endowments(electorate, contest.budget, params)[0]).everything()
        else:
            complete(electorate, contest.budget, params)
        best = min(best, time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figure(name=name, kind=kind, loading=loading, ours=best, peak=peak)


def count_one(argument: str) -> None:
    """What a process of its own does: count what the JSON asks for, print the figure."""
    asked = json.loads(argument)
    if asked["file"]:
        file = Path(asked["file"])
        election = read_pb(file.read_bytes())
        figure = count_here(file.stem, asked["kind"], election.contest, election.papers, REPEATS)
    else:
        name, projects, voters = MILLION
        papers = crowd_papers(projects, voters, "ordinal")
        figure = count_here(name, "ranked", crowd_contest(projects, "ordinal"), papers, 1)
    print(msgspec.json.encode(figure).decode())


def measure(file: Path | None, kind: str, peer: str | None, limit: int) -> Figure:
    """The file, or the million rankings, by us, and by the peer, which is stopped after `limit` seconds."""
    asked = json.dumps({"file": str(file) if file else None, "kind": kind})
    command = [sys.executable, "-P", "-m", "bench.count", "--one", asked]
    figure = msgspec.json.decode(last_line(command), type=Figure)
    if not peer or not file:
        return figure
    try:
        theirs, their_peak = json.loads(last_line([peer, "-c", _PEER, str(file), kind], limit))
    except GivenUp as late:
        return msgspec.structs.replace(figure, theirs=late.seconds, gave_up=True)
    return msgspec.structs.replace(figure, theirs=theirs, their_peak=their_peak)


def _invented(folder: Path) -> Path:
    """A file of approvals where no real elections are."""
    name, projects, voters = INVENTED
    contest, papers = crowd_contest(projects, "approval"), crowd_papers(projects, voters, "approval")
    file = folder / f"{name}.pb"
    file.write_bytes(write_pb(contest, papers, meta={"description": "a crowd's invented approvals"}))
    return file


def main(arguments: Sequence[str]) -> int:
    """Print the table and the headline. Exit code 1: an aim was missed."""
    parser = argparse.ArgumentParser(prog="obste bench count", description=__doc__)
    parser.add_argument("--short", action="store_true", help="one file by one rule, within a minute")
    parser.add_argument("--peer", default=os.environ.get("OBSTE_PEER_PYTHON"), help="a Python with pabutools")
    parser.add_argument("--data", type=Path, help="the folder of the elections (…/pb)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        count_one(options.one)
        return 0
    shared = os.environ.get("OBSTE_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    folder: Path = options.data or Path(shared) / "pb"
    peer = peer_python(options.peer, "pabutools")
    limit = SHORT_PEER_SECONDS if options.short else PEER_SECONDS
    figures = []
    with tempfile.TemporaryDirectory() as spare:
        plain = [folder / f"{name}.pb" for name in PLAIN]
        raised = [folder / f"{name}.pb" for name in RAISED]
        if not folder.is_dir():
            print(f"bench count: no elections at {folder} (--data names the folder); one is invented")
            plain = raised = [_invented(Path(spare))]
        elif not options.short:
            print("\n".join(parse_lines(parse_figures(folder, peer=peer))))
        asked: list[tuple[Path | None, str]] = [(plain[0], "plain")]
        if not options.short:
            asked = [(file, "plain") for file in plain] + [(None, "ranked")]
            asked += [(file, "raised") for file in raised]
        for file, kind in asked:
            figures.append(measure(file, kind, peer, limit))
            print(figures[-1].line, flush=True)
    missed = [line for figure in figures for line in figure.missed]
    print("\n".join([*missed, headline(figures[0])]))
    return 1 if missed else 0


def headline(first: Figure) -> str:
    """What is told first of all."""
    if first.times is None:
        ratio = "no peer here"
    else:
        least = "at least " if first.gave_up else ""
        ratio = f"{least}{first.times:.0f} times as fast as pabutools"
    return f"equal shares, plain, {first.name}: {first.ours:.3f} s, {first.peak:.0f} MB, {ratio}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
