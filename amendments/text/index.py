"""The conflicts of many amendments of one version, found without trying all pairs.

Operations lie in buckets by their places (`places`), splices of a unit by where they begin. An operation can
conflict only with what lies in a few of them; `conflicts.judge` then decides. Putting amendments in judges
nothing; asking about one costs what its own places hold, whether it is in or only being written. The list of
all is made when it is asked for, and from then on kept up to date.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias

from amendments.text.conflicts import Conflict, conflict, judge
from amendments.text.operations import Amendment, Operation, Splice
from amendments.text.places import WORDS, Place, near, places_of
from amendments.text.units import Version

Entry: TypeAlias = tuple[str, int]  # an amendment's id and the place of an operation in it
Bucket: TypeAlias = dict[Entry, Operation]


class ConflictIndex:
    """All amendments that are open on one version, and their conflicts."""

    def __init__(self, version: Version, amendments: Iterable[Amendment] = ()) -> None:
        self.version = version
        self._amendments: dict[str, Amendment] = {}
        self._conflicts: dict[str, set[Conflict]] | None = None  # of each amendment, once all were asked for
        self._splices: dict[str, list[tuple[int, Entry, Splice]]] = defaultdict(list)  # by start
        self._at: dict[Place, Bucket] = defaultdict(dict)
        for amendment in amendments:
            self._put(amendment)

    def __contains__(self, id: object) -> bool:
        return id in self._amendments

    def conflicts(self) -> list[Conflict]:
        """All of them, sorted."""
        if self._conflicts is None:
            self._conflicts = {id: set() for id in self._amendments}
            for id, amendment in self._amendments.items():
                for one in self._find(amendment, beyond=id):
                    self._conflicts[one.first].add(one)
                    self._conflicts[one.second].add(one)
        return sorted({one for found in self._conflicts.values() for one in found})

    def conflicts_of(self, id: str) -> list[Conflict]:
        """Those of an amendment in the index."""
        amendment = self._amendments.get(id)
        return self.conflicts_with(amendment) if amendment else []

    def conflicts_with(self, amendment: Amendment) -> list[Conflict]:
        """Those that an amendment has, or would have, with the others in the index."""
        return sorted(set(self._find(amendment)))

    def add(self, amendment: Amendment) -> list[Conflict]:
        """Put an amendment in, instead of the one of that id, and say its conflicts."""
        self._put(amendment)
        found = self.conflicts_with(amendment)
        if self._conflicts is not None:
            self._conflicts[amendment.id] = set(found)
            for one in found:
                self._conflicts[_other(one, amendment.id)].add(one)
        return found

    def remove(self, id: str) -> None:
        """Take an amendment out, if it is in."""
        amendment = self._amendments.pop(id, None)
        if amendment is None:
            return
        if self._conflicts is not None:
            for one in self._conflicts.pop(id):
                self._conflicts[_other(one, id)].discard(one)
        for at, operation in enumerate(amendment.operations):
            entry = (id, at)
            if isinstance(operation, Splice):
                self._splices[operation.unit].remove((operation.start, entry, operation))
            for place in places_of(operation):
                self._at[place].pop(entry, None)

    def _find(self, amendment: Amendment, beyond: str = "") -> Iterator[Conflict]:
        """The conflicts of an amendment with those whose ids are larger than `beyond`."""
        for at, operation in enumerate(amendment.operations):
            for (id, there), other in self._candidates(operation):
                if id > beyond and id != amendment.id and (reason := judge(self.version, operation, other)):
                    yield conflict(amendment, at, self._amendments[id], there, reason)

    def _put(self, amendment: Amendment) -> None:
        self.remove(amendment.id)
        self._amendments[amendment.id] = amendment
        for at, operation in enumerate(amendment.operations):
            self._file((amendment.id, at), operation)

    def _file(self, entry: Entry, operation: Operation) -> None:
        if isinstance(operation, Splice):
            own = self._splices[operation.unit]
            own.insert(
                bisect_right(own, operation.start, key=itemgetter(0)), (operation.start, entry, operation)
            )
        for place in places_of(operation):
            if place[0] != WORDS:
                self._at[place][entry] = operation

    def _candidates(self, operation: Operation) -> Iterable[tuple[Entry, Operation]]:
        """Everything that may conflict with the operation, each once."""
        found: Bucket = self._splices_near(operation) if isinstance(operation, Splice) else {}
        for place in near(self.version, operation):
            if bucket := self._at.get(place):
                found |= bucket
        return found.items()

    def _splices_near(self, splice: Splice) -> Bucket:
        """Splices of the unit that overlap it or touch it."""
        own = self._splices.get(splice.unit, [])
        reach = bisect_right(own, splice.end, key=itemgetter(0))
        return {entry: other for _, entry, other in own[:reach] if other.end >= splice.start}


def _other(conflict: Conflict, id: str) -> str:
    """The other amendment of a conflict."""
    return conflict.second if conflict.first == id else conflict.first
