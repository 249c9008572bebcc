"""Work shared among processes, one a core, and the same without any when there is one core.

Processes are forked, so that the tables of powers which exist by then are common. The order of answers is
that of the tasks, and randomness is drawn by the caller, so that nothing depends on who works faster.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection
from types import TracebackType
from typing import TypeVar

Given = TypeVar("Given")
Answer = TypeVar("Answer")

TASKS_A_PROCESS = 4  # of one job: the last one to finish keeps the others waiting for little


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """`with Crew(2) as crew`: a pool of that many processes; 1 means this process and no other."""

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.rest()

    def rest(self) -> None:
        """End the processes; the next task starts others, who know the tables made in the meantime."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def map(self, function: Callable[[Given], Answer], tasks: Sequence[Given]) -> Iterator[Answer]:
        """The answer to each task, in order. What a task raises is raised when its turn comes."""
        if self.processes == 1 or len(tasks) == 1:
            return map(function, tasks)
        if self._pool is None:
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(self.processes, mp_context=context, initializer=_end_with_parent)
        return self._pool.map(function, tasks)

    def parts(self, count: int, *, least: int = 32) -> list[slice]:
        """`count` things cut into tasks of `least` or more; with one process, a single one."""
        if self.processes == 1:
            return [slice(0, count)]
        size = max(least, -(-count // (self.processes * TASKS_A_PROCESS)))
        return [slice(start, start + size) for start in range(0, count, size)] or [slice(0, 0)]


def _end_with_parent() -> None:
    """In a process of the crew: end when whoever made it was killed, not wait for tasks for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent.sentinel,), daemon=True).start()


def _leave_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


ALONE = Crew()
"""No other process."""
