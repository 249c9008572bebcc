"""Elections taken apart so that one thing can be changed, and put together so that nothing else is wrong."""

import copy
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.make.sealing import TIMESTAMP, Sealed, make_sealed
from voting.sealing.archive import Archive, archive_start, member_bytes, tar_header
from voting.sealing.board import BoardHead
from voting.sealing.group import P, Q
from voting.sealing.wire import Owned, Setup, SizedTally, name_of, write

Change = Callable[["Parts"], None]


def load(raw: bytes) -> Any:
    return json.loads(raw)


def dump(value: Any) -> bytes:
    """JSON in the form of the specification."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass
class Parts:
    """The contents of an archive in order: a list of (kind of event, data it needs, payload last).

    `events` may be changed at will; hashes, chain and names are made to fit when the bytes are written.
    """

    events: list[tuple[str, list[bytes]]] = field(default_factory=list)

    def find(self, kind: str, number: int = 0) -> list[bytes]:
        """The data of the event of that kind, counted from 0."""
        return [data for one, data in self.events if one == kind][number]

    def place(self, kind: str, number: int = 0) -> int:
        """Where that event is."""
        return [place for place, (one, _) in enumerate(self.events) if one == kind][number]

    def edit(self, kind: str, data: int, change: Callable[[Any], None], *, number: int = 0) -> None:
        """Change the JSON of one piece of data in place, and every reference to it."""
        held = self.find(kind, number)
        value = load(held[data])
        change(value)
        self.replace(held, data, dump(value))

    def replace(self, held: list[bytes], data: int, raw: bytes) -> None:
        """Other bytes for one piece of data; what refers to it by name follows."""
        before, after = name_of(held[data]).encode(), name_of(raw).encode()
        held[data] = raw
        for place, one in enumerate(held):
            held[place] = one.replace(before, after)

    def members(self) -> list[tuple[str, bytes]]:
        """(kind, content) of every member after the first."""
        head, members = BoardHead(), []
        for kind, data in self.events:
            members += [("data", one) for one in data]
            event = head.next(kind, name_of(data[-1]) if data else None)  # type: ignore[arg-type]
            members.append(("event", event))
            head = head.after(event)
        return members

    def bytes(self) -> bytes:
        """The archive."""
        return put_together(self.members())

    def copy(self) -> "Parts":
        """Another that can be changed."""
        return copy.deepcopy(self)


def put_together(members: list[tuple[str, bytes]]) -> bytes:
    """An archive of these members."""
    out = io.BytesIO()
    out.write(archive_start(TIMESTAMP))
    for kind, content in members:
        out.write(member_bytes(content, kind, TIMESTAMP))  # type: ignore[arg-type]
    return out.getvalue()


def framed(name: str, content: bytes, *, size: int | None = None, mtime: int = TIMESTAMP) -> bytes:
    """A member whose header says what one likes."""
    header = tar_header(name, len(content) if size is None else size, mtime)
    return header + content + bytes(-len(content) % 512)


def take_apart(sealed: Sealed) -> Parts:
    """The parts of an election that was made by `make_sealed` and finished."""
    parts = Parts()
    election = sealed.election.raw
    raws = (election, sealed.trustees_raw, sealed.credentials_raw)
    parts.events.append(("Setup", [*raws, write(Setup(*(name_of(raw) for raw in raws)))]))
    return parts


def make_finished(folder: Path) -> tuple[Sealed, Parts]:
    """One trustee, three voters, of whom two voted and one of them twice; mixed, opened and finished."""
    sealed = make_sealed(folder, options=2, singles=1)
    parts = take_apart(sealed)
    for voter, ranks in ((0, [1, 2]), (1, [2, 1]), (0, [0, 1])):
        parts.events.append(("Ballot", [sealed.vote(voter, ranks)]))
    finish(sealed, parts)
    return sealed, parts


def finish(sealed: Sealed, parts: Parts) -> None:
    """Close, mix and open with trustee 1 alone."""
    members = _recorded(sealed)
    for kind, data in members:
        parts.events.append((kind, data))


def _recorded(sealed: Sealed) -> list[tuple[str, list[bytes]]]:
    before = len(sealed.path.read_bytes())
    sealed.end_ballots()
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    sealed.finish()
    found: list[tuple[str, list[bytes]]] = []
    waiting: list[bytes] = []
    with sealed.path.open("rb") as file:
        for member, content in Archive(file).members():
            if member.offset < before:
                continue
            if member.kind == "data":
                waiting.append(content)
            else:
                found.append((load(content)["type"], waiting))
                waiting = []
    return found


def times_g(text: str) -> str:
    """Another element."""
    return str(int(text) * 2 % int(P))


def negative(text: str) -> str:
    """What is no element."""
    return str(int(P) - int(text))


def plus_one(text: str) -> str:
    """Another scalar."""
    return str((int(text) + 1) % int(Q))


def owned(owner: int, raw: bytes) -> bytes:
    return write(Owned(owner, name_of(raw)))


def sized(ballots: int, weight: int, raw: bytes) -> bytes:
    return write(SizedTally(ballots, weight, name_of(raw)))


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
