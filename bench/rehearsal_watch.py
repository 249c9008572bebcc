"""A phase in a process of its own, and what it used: time, processor time, memory of all its processes."""

import itertools
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.supervisor import die_with

LOOK_SECONDS = 1.0  # between two looks at the memory
LOOKS_A_SERVER = 5  # so often at the database's, which costs more


@dataclass(frozen=True)
class Used:
    """What a phase used. Memory is what its processes have together, shared pages once; the server's is that
    of PostgreSQL beside it, without its shared buffers.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    server_mb: float


def run_phase(work: Callable[[], None], server: int) -> Used | None:
    """Run it in a process that ends with ours; None when it failed, after it has said why."""
    started = time.monotonic()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _work_and_leave(work, parent)
    peak = server_peak = 0.0
    for look in itertools.count():
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        peak = max(peak, memory_mb(family_of(child), "Pss"))
        if look % LOOKS_A_SERVER == 0:
            server_peak = max(server_peak, memory_mb(family_of(server), "Pss_Anon"))
        time.sleep(LOOK_SECONDS if time.monotonic() - started > LOOK_SECONDS else 0.05)
    if status:
        return None
    return Used(time.monotonic() - started, usage.ru_utime + usage.ru_stime, peak, server_peak)


def _work_and_leave(work: Callable[[], None], parent: int) -> None:
    code = 1
    try:
        die_with(parent)()
        work()
        code = 0
    except BaseException:  # the boundary of the process: said, then left
        traceback.print_exc()
    finally:
        os._exit(code)


def family_of(process: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    family = [process]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return family


def memory_mb(processes: list[int], kind: str) -> float:
    """Their memory together; Pss counts a page that several share once, Pss_Anon leaves shared memory out."""
    total = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")), 0)
    return total / 1024
