"""Who has a place. The waiting list is served in its order, and nobody is passed over: who needs three places
and finds two waits for the third, and so does everybody behind.
"""

from collections.abc import Iterable, Sequence

import msgspec


class Party(msgspec.Struct, frozen=True):
    """Somebody who wants to come: how many places they need, themselves and their guests."""

    key: str
    places: int


def count_free(capacity: int | None, confirmed: Iterable[Party]) -> int | None:
    """Places left; None when there is no limit. Never below nought, though a room may be overfull."""
    if capacity is None:
        return None
    return max(0, capacity - sum(party.places for party in confirmed))


def list_promoted(free: int | None, waiting: Sequence[Party]) -> list[Party]:
    """Who gets a place now, of those who wait, in the order of the list.

    >>> queue = [Party("ana", 2), Party("ion", 3), Party("dan", 1)]
    >>> [party.key for party in list_promoted(4, queue)]
    ['ana']
    """
    promoted: list[Party] = []
    for party in waiting:
        if free is not None and party.places > free:
            break
        promoted.append(party)
        free = None if free is None else free - party.places
    return promoted
