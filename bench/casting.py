"""Sealed ballots checked and stored: how many a second by one process on one core, with real PostgreSQL.

Measured is all that the server does with a ballot once a page has it: reading, every proof and the
signature, the roll, copies, who holds the code, participation, the board's chain, the promised e-mail, COMMIT
on a synced disk. Ballots are sealed before, by other processes. At the end the board is read as an archive
and checked.
"""

import argparse
import cProfile
import dataclasses
import multiprocessing
import os
import pstats
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop

from bench.machine import TICKS, production_settings, run_folder
from bench.rehearsal_watch import family_of
from tests import servers

if TYPE_CHECKING:
    from bench.casting_poll import CastingPoll

OPTIONS = 30
CONNECTIONS = 16
GOAL = 100  # ballots a second
WARM = 80  # ballots before each round is measured: eight for each connection of the pool
SHORT, LONG = (250, 3), (2000, 5)  # measured ballots a round, rounds


@dataclasses.dataclass(frozen=True)
class Round:
    """One stretch of casting."""

    ballots: int
    seconds: float
    cpu_seconds: float
    database_seconds: float

    @property
    def rate(self) -> float:
        return self.ballots / self.seconds

    @property
    def cpu_ms(self) -> float:
        return self.cpu_seconds / self.ballots * 1000

    @property
    def database_ms(self) -> float:
        return self.database_seconds / self.ballots * 1000


def make_parser() -> argparse.ArgumentParser:
    """The arguments of this benchmark."""
    parser = argparse.ArgumentParser(prog="obste bench casting", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="end within a minute, set-up included")
    parser.add_argument("--profile", action="store_true", help="instead: where the time of a ballot goes")
    return parser


def main(argv: list[str]) -> int:
    """Measure and print. Exit code 1: the board is not what the voters were told."""
    arguments = make_parser().parse_args(argv)
    ballots, rounds = SHORT if arguments.short else LONG
    busy = os.getloadavg()[0]
    with run_folder() as folder, servers.new_database("postgresql") as url:
        os.environ.update(production_settings(folder, url))
        from bench.casting_poll import make_casting_poll  # reads the settings, so only now

        poll = make_casting_poll(url, ballots=(WARM + ballots) * rounds, options=OPTIONS)
        if arguments.profile:
            _in_another_process(_profile, poll, poll.parts(rounds)[0])
            return 0
        postmaster = int((folder / "pg" / "data" / "postmaster.pid").read_text().split()[0])
        found: dict[str, list[Round]] = {"beside": [], "alone": []}
        for number, part in enumerate(poll.parts(rounds)):
            where = "beside" if number % 2 == 0 else "alone"
            found[where].append(_in_another_process(_round, poll, part, postmaster, where == "alone"))
            _show(where, found[where][-1])
        agrees = poll.is_whole(folder)
    print(f"load average of the machine before: {busy:.1f} (on an idle one: below 0.5)")
    print(_headline(found, agrees))
    return 0 if agrees else 1


def _in_another_process(work: Callable[..., Any], *arguments: object) -> Any:
    """Call it in a process of its own, which may be bound to a core."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(work, arguments)


def _round(poll: "CastingPoll", part: slice, postmaster: int, shares_core: bool) -> Round:
    """Cast a part: this process on the last core; PostgreSQL on the same, or wherever it likes."""
    everywhere = os.sched_getaffinity(0)
    core = {max(everywhere)}
    os.sched_setaffinity(0, core)
    for process in family_of(postmaster):
        os.sched_setaffinity(process, core if shares_core else everywhere)
    before: list[float] = []

    def clocks() -> list[float]:
        return [time.perf_counter(), time.process_time(), _cpu_of(postmaster)]

    uvloop.run(poll.cast(part, connections=CONNECTIONS, warm=WARM, started=lambda: before.extend(clocks())))
    spent = [end - begin for begin, end in zip(before, clocks(), strict=True)]
    return Round(part.stop - part.start - WARM, *spent)


def _cpu_of(postmaster: int) -> float:
    """Processor time of PostgreSQL, of what has ended too."""
    total = 0
    for process in family_of(postmaster):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:13]))
        total += sum(map(int, fields[13:15])) if process == postmaster else 0
    return total / TICKS


def _profile(poll: "CastingPoll", part: slice) -> None:
    """Where the time goes: functions by their own time, under the profiler's weight."""
    profile = cProfile.Profile()
    uvloop.run(poll.cast(part, connections=CONNECTIONS, warm=WARM, started=profile.enable))
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


WHERE = {"beside": "PostgreSQL on any core", "alone": "PostgreSQL on the same core"}


def _show(where: str, one: Round) -> None:
    print(
        f"{WHERE[where]:<28} {one.ballots:>6} ballots {one.rate:>7.0f}/s   processor: {one.cpu_ms:.2f} ms a "
        f"ballot, and {one.database_ms:.2f} ms of PostgreSQL",
        flush=True,
    )


def _headline(found: dict[str, list[Round]], agrees: bool) -> str:
    beside = max(found["beside"], key=lambda one: one.rate)
    alone = max(found["alone"], key=lambda one: one.rate)
    least = min(one.cpu_ms for one in (*found["beside"], *found["alone"]))
    both = min(one.cpu_ms + one.database_ms for one in (*found["beside"], *found["alone"]))
    return (
        f"casting: {beside.rate:.0f} sealed ballots/s checked and stored by one process on one core, "
        f"{alone.rate:.0f}/s with PostgreSQL on the same core (goal {GOAL}); by processor time "
        f"{1000 / least:.0f}/s, with PostgreSQL's {1000 / both:.0f}/s; "
        f"{'the board is whole' if agrees else 'THE BOARD DOES NOT AGREE'}"
    )
