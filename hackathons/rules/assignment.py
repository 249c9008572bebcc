"""Which judge reads which entries: each entry by so many judges, nobody with a conflict, the work even.

The loads are as even as the conflicts allow: a greedy assignment is improved along cost-reducing paths (a
judge hands an entry to another who may read it, that one hands one on, until somebody with at least two fewer
has one more) until there is none left. By Harvey, Ladner, Lovász and Tamir, "Semi-matchings for bipartite
graphs and load balancing", Journal of Algorithms 59 (2006), section 3, an assignment without such a path is
optimal for every convex cost of the loads; without conflicts nobody then has two more than another.

Whose entries are read together is drawn by a seed that is published, so that nobody chooses who reads whom,
and each judge has entries in common with many others, which is what comparing them needs (adjusting.py).
"""

import functools
import hashlib
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence

Conflicts = Collection[tuple[str, str]]
"""(judge, entry): who must not read what."""
Assignment = dict[str, tuple[str, ...]]
"""The judges of each entry, in the order in which they were given."""


class TooFewJudges(ValueError):
    """An entry has fewer judges without a conflict than have to read it; `entry` is the first of these."""

    def __init__(self, entry: str, free: int) -> None:
        super().__init__(f"{entry}: {free} judges without a conflict")
        self.entry = entry
        self.free = free


def assign(
    entries: Sequence[str],
    judges: Sequence[str],
    *,
    per_entry: int,
    conflicts: Conflicts = (),
    given: Mapping[str, Sequence[str]] | None = None,
    seed: str,
) -> Assignment:
    """Give every entry to exactly `per_entry` judges, or to more where `given` says so.

    `given`: who reads an entry already, and keeps it (their sheet may be begun); a judge who has left or has
    declared a conflict since is no longer counted. Ids are unique, and in whatever order: only they and the
    seed decide. Raises: TooFewJudges.
    """
    off = set(conflicts)
    kept = _still_valid(entries, judges, off, given or {})
    for entry in sorted(entries):
        free = _free(entry, judges, off)
        if free < per_entry:
            raise TooFewJudges(entry, free)
    work = _Work(judges, off, kept)
    missing = {entry: max(0, per_entry - len(kept[entry])) for entry in entries}
    # those with the fewest possible judges first, so that none is left with somebody who has no time
    order = sorted(entries, key=lambda one: (_free(one, judges, off), _draw(seed, one)))
    for entry in order:
        for _ in range(missing[entry]):
            work.give(entry, key=functools.partial(_draw, f"{seed}\n{entry}"))
    work.even_out(sorted(judges, key=lambda judge: _draw(seed, judge)))
    return {entry: tuple(work.readers[entry]) for entry in entries}


def _free(entry: str, judges: Sequence[str], off: set[tuple[str, str]]) -> int:
    return sum((judge, entry) not in off for judge in judges)


def _draw(seed: str, text: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{text}".encode()).digest()


def _still_valid(
    entries: Sequence[str],
    judges: Sequence[str],
    off: set[tuple[str, str]],
    given: Mapping[str, Sequence[str]],
) -> dict[str, list[str]]:
    there = set(judges)
    return {
        entry: [
            one for one in dict.fromkeys(given.get(entry, ())) if one in there and (one, entry) not in off
        ]
        for entry in entries
    }


class _Work:
    """Who reads what so far; what was given before stays where it is."""

    def __init__(
        self, judges: Sequence[str], off: set[tuple[str, str]], kept: Mapping[str, Sequence[str]]
    ) -> None:
        self.off = off
        self.readers = {entry: list(readers) for entry, readers in kept.items()}
        self.fixed = {(judge, entry) for entry, readers in kept.items() for judge in readers}
        self.reads: dict[str, list[str]] = {judge: [] for judge in judges}
        for entry, readers in kept.items():
            for judge in readers:
                self.reads[judge].append(entry)

    def may_read(self, judge: str, entry: str) -> bool:
        return (judge, entry) not in self.off and judge not in self.readers[entry]

    def give(self, entry: str, *, key: Callable[[str], bytes]) -> None:
        """Give an entry to whoever has the fewest, by lot among equals."""
        able = [judge for judge in self.reads if self.may_read(judge, entry)]
        judge = min(able, key=lambda one: (len(self.reads[one]), key(one)))
        self.reads[judge].append(entry)
        self.readers[entry].append(judge)

    def even_out(self, order: Sequence[str]) -> None:
        """Move entries along cost-reducing paths until there is none."""
        while any(self._relieve(judge) for judge in sorted(order, key=lambda one: -len(self.reads[one]))):
            pass

    def _relieve(self, busy: str) -> bool:
        """Find a path from a judge to one with at least two fewer, breadth first, and move along it."""
        came: dict[str, tuple[str, str]] = {}  # by whom which entry would be handed on
        queue, seen = deque([busy]), {busy}
        while queue:
            judge = queue.popleft()
            if len(self.reads[judge]) <= len(self.reads[busy]) - 2:
                self._move_along(busy, judge, came)
                return True
            for entry in self.reads[judge]:
                if (judge, entry) in self.fixed:
                    continue
                for other in self.reads:
                    if other not in seen and self.may_read(other, entry):
                        seen.add(other)
                        came[other] = (judge, entry)
                        queue.append(other)
        return False

    def _move_along(self, busy: str, idle: str, came: Mapping[str, tuple[str, str]]) -> None:
        to = idle
        while to != busy:
            source, entry = came[to]
            self.reads[source].remove(entry)
            self.reads[to].append(entry)
            readers = self.readers[entry]
            readers[readers.index(source)] = to
            to = source
