"""A whole sealed election at the scale of a city, unattended; killed at any moment, it goes on where it was.

Real PostgreSQL with everything synced, the real services and jobs of the server, the real commands of the
registrar and of three trustees, of whom two open. All roles are played on this one machine, which an election
that counts must never do.
"""

import argparse
import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.rehearsal_state import KeptPostgres, Notes, new_folder, settings_of
from bench.rehearsal_watch import Used, run_phase
from voting.sealing.crew import cores

if TYPE_CHECKING:
    from bench.rehearsal_server import Rehearsal

FILE = "Poland_Krakow_2022.pb"
SHORT_BALLOTS = 200
Step = Callable[["Rehearsal"], Awaitable[None]]


def make_parser() -> argparse.ArgumentParser:
    """The arguments of this benchmark."""
    parser = argparse.ArgumentParser(
        prog="obste bench rehearsal", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("--data", type=Path, help=f"where {FILE} lies; without it, an invented election")
    parser.add_argument("--ballots", type=int, help="only so many")
    parser.add_argument("--folder", type=Path, help="where everything is kept; the next run goes on there")
    parser.add_argument("--cores", type=int, default=cores(), help="processes that a step may use")
    parser.add_argument("--short", action="store_true", help="an invented election that ends within a minute")
    return parser


def main(argv: list[str]) -> int:
    """Run what is left to do. Exit code 1: something is not as it must be, and was said."""
    options = make_parser().parse_args(argv)
    folder = (options.folder or new_folder()).resolve()
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    data = next(options.data.rglob(FILE), None) if options.data else None
    if options.data and data is None:
        raise SystemExit(f"bench: there is no {FILE} in {options.data}")
    ballots = options.ballots or (SHORT_BALLOTS if options.short else None)
    notes = Notes(folder / "notes.json")
    if notes.get("ballots_wanted") not in (None, [str(data), ballots]):
        raise SystemExit(f"bench: {folder} holds another rehearsal")
    notes.put(ballots_wanted=[str(data), ballots])
    with KeptPostgres(folder / "pg") as postgres:
        os.environ.update(settings_of(notes, folder, postgres.url))
        from bench.rehearsal_server import Rehearsal  # reads the settings, so only now

        is_well = _go_on(Rehearsal(folder, notes, postgres, data, ballots, max(1, options.cores)))
    if is_well:
        _report(notes, folder)
    if not options.folder:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if is_well else 1


def phases() -> dict[str, Step]:
    """Every phase in its order, by the name under which it is noted as done."""
    from bench import rehearsal_steps as steps

    return {
        "set-up": steps.set_up,
        "keys of the trustees": steps.make_keys,
        "codes of the voters": steps.make_roll,
        "board begins": steps.begin_board,
        "seal": steps.seal_ballots,
        "cast": steps.cast_ballots,
        "close": steps.close_vote,
        "encrypted tally": steps.advance,
        "first mix": steps.mix(1),
        "first mix checked": steps.advance,
        "second mix": steps.mix(2),
        "second mix checked": steps.advance,
        "mixing ends": steps.end_mixing,
        "first opening": steps.open_by(1),
        "first opening checked": steps.advance,
        "second opening": steps.open_by(3),
        "second checked, result": steps.advance,
        "count": steps.count,
        "verify": steps.verify,
        "compare": steps.compare,
    }


def _go_on(one: "Rehearsal") -> bool:
    assert one.postgres.process is not None
    for name, step in phases().items():
        done = one.notes.get("done") or {}
        if name in done:
            continue
        tries = (one.notes.get("tries") or {}) | {"of": name}
        tries[name] = tries.get(name, 0) + 1
        one.notes.put(tries=tries)
        print(f"{time.strftime('%H:%M:%S')} {name} begins", flush=True)
        used = run_phase(partial(_run, step, one), one.postgres.process.pid)
        one.notes.reread()
        if used is None:
            print(f"{name} FAILED", flush=True)
            return False
        one.notes.put(done=done | {name: asdict(used)})
        print(f"         {_line(name, used)}", flush=True)
    return True


def _run(step: Step, one: "Rehearsal") -> None:
    asyncio.run(_awaited(step, one))


async def _awaited(step: Step, one: "Rehearsal") -> None:
    await step(one)


def _line(name: str, used: Used) -> str:
    return (
        f"{name:<24} {used.seconds:>8.1f} s {used.cpu_seconds:>8.1f} s "
        f"{used.peak_mb:>7.0f} MB {used.server_mb:>7.0f} MB"
    )


def _report(notes: Notes, folder: Path) -> None:
    done = {name: Used(**used) for name, used in notes["done"].items()}
    print(f"\n{'phase':<24} {'time':>10} {'processor':>10} {'memory':>10} {'database':>10}")
    for name, used in done.items():
        print(_line(name, used) + ("" if notes["tries"][name] == 1 else f"  try {notes['tries'][name]}"))
    database = sum(file.stat().st_size for file in (folder / "pg" / "data").rglob("*") if file.is_file())
    report = notes["verified"]
    print(
        f"\narchive {notes['archive_bytes'] / 1e6:,.0f} MB, PostgreSQL's folder {database / 1e6:,.0f} MB; "
        f"memory: all processes of a phase together; database: PostgreSQL beside it, its buffers apart"
    )
    total = sum(used.seconds for used in done.values())
    most = max(used.peak_mb for used in done.values())
    stated = "those the city funded, and " if notes["as_stated"] else ""
    print(
        f"rehearsal: {report['ballots']} ballots of {report['counted']} voters sealed, cast, mixed twice, "
        f"opened by two of three, counted and verified in {total / 60:.1f} minutes, at most {most:,.0f} MB; "
        f"{notes['funded']} projects funded: {stated}those of the plain ballots"
    )
