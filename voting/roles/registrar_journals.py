"""The journals beside the registrar's list: what they say outlives a kill, and they are of this list.

They name people by the lines of the list, never by a code. So the list must stay the one that they began
with: cells may be corrected when that is said, but no line is added, removed or moved.
"""

import csv
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from voting.roles.registrar_list import CODES_FILE, Person
from voting.roles.terminal import Declined

AGAIN_FILE = "given-again.csv"
LIST_FILE = "list-journal.csv"
MAIL_FILE = "mail-journal.csv"
LETTERS_FILE = "letters-journal.csv"
ROUNDS = 1000


class Journal:
    """A file of lines that are on the disk before the next step is taken."""

    def __init__(self, path: Path, heading: Sequence[str]) -> None:
        self.path = path
        is_new = not path.exists() or path.stat().st_size == 0
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a", newline="")
        self._writer = csv.writer(self._file)
        if is_new:
            self.add(*heading)

    def add(self, *cells: object) -> None:
        """Write a line."""
        self._writer.writerow([" ".join(str(cell).split()) for cell in cells])
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more lines."""
        self._file.close()


def read_journal(path: Path) -> list[list[str]]:
    """Its lines below the heading; a last line that a kill cut short is none."""
    if not path.exists():
        return []
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if whole != raw:
        os.truncate(path, len(whole))
    return list(csv.reader(io.StringIO(whole.decode(), newline="")))[1:]


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else works with this folder meanwhile. Raises: Declined."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Declined(f"another command is working with {folder}") from busy
        yield
    finally:
        os.close(descriptor)


def note_again(folder: Path, person: Person, *, how: str, by: str, reason: str) -> None:
    """Write down that somebody was given their code again, before they are."""
    with open_journal(folder / AGAIN_FILE, ("when", "line", "name", "how", "by", "reason")) as journal:
        journal.add(_now(), person.line, person.name, how, by, reason)


def slow_digest(content: object) -> str:
    """A digest of something that holds codes, which stays when they are destroyed: a code is as slow to guess
    by it as by the public credentials.
    """
    raw = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return hashlib.pbkdf2_hmac("sha256", raw, b"obste registrar", ROUNDS).hex()


def require_same_list(
    folder: Path, people: Sequence[Person], *, is_corrected: bool = False, writes: bool = True
) -> None:
    """The list is the one that this folder's journals began with, or its cells were corrected and that was
    said. Raises: Declined.
    """
    file = slow_digest((folder / CODES_FILE).read_bytes())
    lines = slow_digest([(one.line, one.code) for one in people])
    known = read_journal(folder / LIST_FILE)
    has_begun = any((folder / name).exists() for name in (MAIL_FILE, LETTERS_FILE))
    if known:
        when, known_file, known_lines = known[-1]
        if known_lines != lines:
            raise Declined(
                f"in {CODES_FILE} lines were added, removed or moved, or a code was changed, since {when}: "
                "the journals say by line who has a code already. Bring the list back as it was"
            )
        if known_file == file:
            return
    if (known or has_begun) and not is_corrected:
        raise Declined(
            f"{CODES_FILE} is not as it was when the first codes went out. If you corrected names or "
            "addresses in it, say --corrected-list; if not, find out who changed it"
        )
    if writes:
        with open_journal(folder / LIST_FILE, ("when", "file", "lines")) as journal:
            journal.add(_now(), file, lines)


@contextmanager
def open_journal(path: Path, heading: Sequence[str]) -> Iterator[Journal]:
    """A journal to be written on."""
    read_journal(path)  # cuts off a line that a kill left unfinished
    journal = Journal(path, heading)
    try:
        yield journal
    finally:
        journal.close()


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
