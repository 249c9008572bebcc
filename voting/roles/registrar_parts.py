"""The files of letters: who is in which, and that each is of the list and the words as they are now.

Before a file is written its journal says for which lines, and of what: a digest of everything that is
printed. A file that was written is not written again, not even when it is gone, as it should be once it is
printed; `--remake` asks for it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from voting.roles.registrar_journals import LETTERS_FILE, Journal, open_journal, read_journal, slow_digest
from voting.roles.registrar_list import Person
from voting.roles.registrar_words import Vote
from voting.roles.terminal import Declined, say

HEADING = ("what", "file", "input", "lines")
PART_PAGES, MOST_PAGES = 1000, 10_000
Side = Literal["right", "left"]


class Part(msgspec.Struct, frozen=True):
    """Some letters in one file."""

    path: Path
    people: Sequence[Person]


class Written(msgspec.Struct, frozen=True):
    """What the journal says of a file."""

    input: str
    lines: tuple[int, ...]


class Letters(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed besides the people, and the function that prints it."""

    vote: Vote
    side: Side
    write: Callable[[Part, Vote, Side], None]

    def digest(self, people: Sequence[Person]) -> str:
        """Of everything that is printed."""
        printed = [(one.line, one.name, one.language, one.address, one.code) for one in people]
        return slow_digest([self.vote, self.side, printed])


def read_written(folder: Path) -> dict[str, Written]:
    """The files that were written, by name; also one that a kill kept from being journalled as such."""
    begun: dict[str, Written] = {}
    written: set[str] = set()
    for what, name, digest, lines in read_journal(folder / LETTERS_FILE):
        if what == "begins":
            begun[name] = Written(digest, tuple(map(int, lines.split())))
        else:
            written.add(name)
    return {name: one for name, one in begun.items() if name in written or (folder / name).exists()}


def lettered_lines(folder: Path) -> set[int]:
    """The lines of those who have a letter."""
    return {line for one in read_written(folder).values() for line in one.lines}


def parts_of(people: Sequence[Person], folder: Path, pages: int) -> list[Part]:
    """The files, named by the first and the last line that they hold. Raises: Declined."""
    if not 1 <= pages <= MOST_PAGES:
        raise Declined(f"--pages is from 1 to {MOST_PAGES}")
    portions = [people[start : start + pages] for start in range(0, len(people), pages)]
    return [Part(folder / f"letters-{one[0].line:06d}-{one[-1].line:06d}.pdf", one) for one in portions]


def require_same_input(people: Sequence[Person], folder: Path, letters: Letters, *, but: str = "") -> None:
    """The files that lie there would be the same today, but for one. Raises: Declined."""
    by_line = {one.line: one for one in people}
    known = read_written(folder)
    for path in sorted(folder.glob("letter*.pdf")):
        if path.name == but:
            continue
        if path.name not in known:
            raise Declined(f"the journal knows nothing of {path}: if it was not printed, remove it")
        one = known[path.name]
        if letters.digest([by_line[line] for line in one.lines if line in by_line]) != one.input:
            raise Declined(
                f"{path} was made of other names or addresses, other words or for another window than now. "
                f"If it was not printed: --remake {path.name}. If it was, move it away"
            )


def write_parts(parts: Sequence[Part], folder: Path, letters: Letters) -> None:
    """Write each, whole or not at all, and journal it."""
    with open_journal(folder / LETTERS_FILE, HEADING) as journal:
        for part in parts:
            _write(part, letters, journal)


def _write(part: Part, letters: Letters, journal: Journal) -> None:
    lines = " ".join(str(one.line) for one in part.people)
    part.path.unlink(missing_ok=True)
    journal.add("begins", part.path.name, letters.digest(part.people), lines)
    letters.write(part, letters.vote, letters.side)
    journal.add("written", part.path.name, "", "")
    say(f"{part.path}: {len(part.people)} letters (keep it secret, destroy it when it is printed)")


def part_again(name: str, people: Sequence[Person], folder: Path) -> Part:
    """A file of the journal, to be made again. Raises: Declined."""
    known = read_written(folder)
    if name not in known:
        raise Declined(f"the journal knows no {name}; it knows {', '.join(sorted(known)) or 'none'}")
    lines = set(known[name].lines)
    return Part(folder / name, [one for one in people if one.line in lines])
