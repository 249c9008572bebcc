"""The board of an election as it grows: data, and events that chain to one another by hash.

Source: Belenios specification, Version 2.0, section 4.4.
"""

from dataclasses import dataclass
from typing import BinaryIO

from voting.sealing.archive import archive_start, member_bytes
from voting.sealing.wire import Event, EventType, Owned, Setup, SizedTally, name_of, write


@dataclass(frozen=True, slots=True)
class BoardHead:
    """The last event of a board: its hash and height. Before the first there is none (height -1)."""

    hash: str | None = None
    height: int = -1

    def next(self, event: EventType, payload: str | None = None) -> bytes:
        """The event that follows, pointing to the data named `payload`."""
        return write(Event(parent=self.hash, height=self.height + 1, type=event, payload=payload))

    def after(self, event: bytes) -> "BoardHead":
        """The head when that event is appended."""
        return BoardHead(name_of(event), self.height + 1)


class Board:
    """Writes a board to a file, from its set-up to its result. The caller checks what it appends."""

    def __init__(self, file: BinaryIO, *, timestamp: int, head: BoardHead | None = None) -> None:
        """Begin a board in an empty file; with `head`, go on with one that ends there, at the file's end."""
        self.file = file
        self.timestamp = timestamp
        self.head = head or BoardHead()
        if head is None:
            file.write(archive_start(timestamp))

    def set_up(self, *, election: bytes, trustees: bytes, credentials: bytes) -> None:
        """The first event."""
        names = [self._data(raw) for raw in (election, trustees, credentials)]
        self._event("Setup", self._data(write(Setup(*names))))

    def add_ballot(self, ballot: bytes) -> None:
        """A ballot that was checked."""
        self._event("Ballot", self._data(ballot))

    def end_ballots(self) -> None:
        """No more ballots."""
        self._event("EndBallots")

    def add_tally(self, tally: bytes, *, ballots: int) -> None:
        """The ballots that count, as ciphertexts."""
        name = self._data(tally)
        self._event("EncryptedTally", self._data(write(SizedTally(ballots, ballots, name))))

    def add_shuffle(self, shuffle: bytes, *, owner: int) -> None:
        """What a trustee mixed; trustees count from 1."""
        name = self._data(shuffle)
        self._event("Shuffle", self._data(write(Owned(owner, name))))

    def end_shuffles(self) -> None:
        """No more mixing."""
        self._event("EndShuffles")

    def add_decryption(self, decryption: bytes, *, owner: int) -> None:
        """What a trustee opened; trustees count from 1."""
        name = self._data(decryption)
        self._event("PartialDecryption", self._data(write(Owned(owner, name))))

    def add_result(self, result: bytes) -> None:
        """The ranks, and with them the end."""
        self._event("Result", self._data(result))

    def _data(self, content: bytes) -> str:
        self.file.write(member_bytes(content, "data", self.timestamp))
        return name_of(content)

    def _event(self, event: EventType, payload: str | None = None) -> None:
        raw = self.head.next(event, payload)
        self.file.write(member_bytes(raw, "event", self.timestamp))
        self.head = self.head.after(raw)
