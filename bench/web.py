"""Pages and casting ballots under load, beside a bare Litestar hello in the same run.

One granian worker each, in production mode, 16 connections, 500 ideas, real residents with real sessions;
rounds are interleaved so that whatever else the machine does falls on all alike. Every ballot is cast once,
and at the end the box must hold exactly the ballots whose voters were told so. Figures are ratios to hello.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import IDEAS, LONG, SHORT, Row, Size, Target, WrongAnswer, show_head, show_row
from bench.load import CONNECTIONS, Generator, Sample, make_request, replay
from bench.machine import Served, find_wrk, production_settings, run_folder
from tests.servers import new_database

if TYPE_CHECKING:
    from bench.measured import Measured

CAST = "cast a ballot"


def make_parser() -> argparse.ArgumentParser:
    """The arguments of this benchmark."""
    parser = argparse.ArgumentParser(prog="obste bench web", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="end within a minute, set-up included")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--profile", metavar="PAGE", help="instead: where the time of one page goes (its name in the table)"
    )
    return parser


def main(argv: list[str]) -> int:
    """Measure and print. Exit code 1: a page failed, or the box is not what the voters were told."""
    arguments = make_parser().parse_args(argv)
    started = time.monotonic()
    size = SHORT if arguments.short else LONG
    with run_folder() as folder, new_database(arguments.database) as url:
        os.environ.update(production_settings(folder, url))
        from bench.measured import Measured  # reads the settings, so only now

        measured = Measured(size)
        if arguments.profile:
            return measured.profile(arguments.profile)
        return Run(size, measured, folder, database=arguments.database, started=started).run()


class Run:
    """One run: servers up, rounds, verification, table."""

    def __init__(
        self, size: Size, measured: "Measured", folder: Path, *, database: str, started: float
    ) -> None:
        self.size, self.measured, self.folder, self.database = size, measured, folder, database
        self.generator = Generator(find_wrk(), folder)
        self.hello = Row("hello")
        self.rows = {target.name: Row(target.name) for target in measured.targets}
        self.rows[CAST] = Row(CAST)
        self.memory: list[float] = []
        self.busy, self.started = os.getloadavg()[0], started

    def run(self) -> int:
        """Everything; returns the exit code."""
        self._look()
        with self._serving() as (hello, web):
            self.memory = [web.memory_mb()]
            for number in range(self.size.rounds):
                if number == 0 or time.monotonic() - self.started < self.size.limit_seconds:
                    self._round(hello, web, number)
            self.memory.append(web.memory_mb())
        agrees = self.measured.check_box()
        self._print(agrees)
        is_well = agrees and not any(row.failed or row.problem for row in self.rows.values())
        return 0 if is_well else 1

    def _look(self) -> None:
        """Ask for everything once, in this process, and count the queries."""
        for target in self.measured.targets:
            row = self.rows[target.name]
            try:
                row.queries, row.bytes = self.measured.look(target)
            except WrongAnswer as problem:
                row.problem = str(problem)
        try:
            self.rows[CAST].queries = self.measured.cast_once()
        except WrongAnswer as problem:
            self.rows[CAST].problem = str(problem)

    @contextmanager
    def _serving(self) -> Iterator[tuple[Served, Served]]:
        with ExitStack() as stack:
            hello = Served("hello", "bench.hello:app", self.folder)
            stack.callback(hello.stop)
            web = Served("web", "app.main:create_app", self.folder, factory=True)
            stack.callback(web.stop)
            hello.wait("/")
            web.wait("/health")
            for target in self._targets():  # templates are compiled when first used
                replay(web.port, [make_request("GET", target.path, web.port, cookie=target.cookie)] * 50)
            yield hello, web

    def _targets(self) -> list[Target]:
        return [target for target in self.measured.targets if not self.rows[target.name].problem]

    def _round(self, hello: Served, web: Served, number: int) -> None:
        """Each target once, beside a hello of its own round."""
        seconds, get = self.size.seconds, self.generator.get
        base = _measure(hello, self.hello, lambda: get(hello.port, "/", seconds=seconds))
        loads: dict[str, Callable[[], Sample]] = {
            target.name: partial(get, web.port, target.path, cookie=target.cookie, seconds=seconds)
            for target in self._targets()
        }
        if not self.rows[CAST].problem:
            loads[CAST] = partial(self.measured.cast, web.port, number)
        for name, load in loads.items():
            self.rows[name].ratios.append(_measure(web, self.rows[name], load).rate / base.rate)

    def _print(self, agrees: bool) -> None:
        print(
            f"\n{self.database}, one granian worker, {CONNECTIONS} connections, {IDEAS} ideas, "
            f"{len(self.hello.samples)} rounds of {self.size.seconds} s a page; load from "
            f"{self.generator.name}, ballots from our own client for {self.size.cast_seconds} s a round\n"
        )
        print(show_head())
        for row in (*self.rows.values(), self.hello):
            print(show_row(row, self.hello))
        rates = [sample.rate for sample in self.hello.samples]
        print(f"\nload average of the machine before: {self.busy:.1f} (on an idle one: below 0.5)")
        print(f"hello varied x{max(rates) / min(rates):.2f} between rounds: how noisy the machine was")
        first, last = self.memory
        print(f"memory of the web process: {first:.0f} MB at first, {last:.0f} MB at the end")
        print(f"ballot box: {self.measured.verdict}")
        print(self._headline(agrees))

    def _headline(self, agrees: bool) -> str:
        page, cast = self.rows["ideas list"], self.rows[CAST]
        parts = [
            f"{row.name} {row.ratio:.3f} of hello ({row.rate:.0f}/s, {row.queries} queries, "
            f"p99 {row.p99_ms:.0f} ms)"
            for row in (page, cast)
            if row.samples
        ]
        missing = [row.name for row in self.rows.values() if row.problem]
        parts.append("box agrees with what voters were told" if agrees else "BOX DOES NOT AGREE")
        parts += [f"NOT MEASURED: {', '.join(missing)}"] if missing else []
        return "web: " + "; ".join(parts)


def _measure(served: Served, row: Row, load: Callable[[], Sample]) -> Sample:
    before = served.cpu_seconds()
    sample = load()
    row.samples.append(sample)
    row.cpu_ms.append((served.cpu_seconds() - before) * 1000 / max(1, sample.requests))
    return sample
