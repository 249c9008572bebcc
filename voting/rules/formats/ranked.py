"""Elections of ranked, approved or graded papers for seats, as their files hold them, and what the formats
share: ids by candidate, and what a format has no place for.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from voting.rules.formats.text import MalformedFile, one_line
from voting.rules.papers import MAX_OPTIONS, Contest, Paper, canonical
from voting.rules.tally import group_papers

MAX_NAME = 1_000  # characters of a candidate's name
MAX_RANKS = 2 * MAX_OPTIONS  # on one ballot, the skipped ones too
UNDECLARED = "undeclared"  # Option.category of votes written in for nobody in particular
OVERVOTE = "overvote"  # Option.excluded of the mark for an overvote whose candidates are not recorded


class RankedElection(msgspec.Struct, frozen=True, kw_only=True):
    """A file of ballots for seats as values: each distinct paper with its number.

    Skipped ranks, equal ranks and options named twice are kept as they were written. A rank that a file only
    calls "overvote" holds the mark `overvote` twice, an option that cannot win. `tie_order` and `comments`
    are what a BLT file may say besides. `notes` tell what was assumed or left out; they are not the
    election's.
    """

    contest: Contest
    papers: dict[Paper, int]
    title: str = ""
    notes: tuple[str, ...] = ()
    tie_order: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


def candidate_ids(names: Sequence[str]) -> list[str]:
    """An id for each candidate: the name with single spaces; where several share it (or have none), the name
    and the position in the list.

    >>> candidate_ids(["Ana  Pop", "Ion", "Ion"])
    ['Ana Pop', 'Ion (2)', 'Ion (3)']
    """
    clean = [" ".join(name.split()) for name in names]
    times = Counter(clean)
    used = {name for name in clean if name and times[name] == 1}
    ids = []
    for position, name in enumerate(clean, start=1):
        if not name or times[name] > 1:
            name = f"{name} ({position})".strip()
            while name in used:
                name += "'"
            used.add(name)
        ids.append(name)
    return ids


def check_name(name: str, line: int) -> str:
    """A candidate's name as it is kept: on one line, of a credible length. Raises: MalformedFile."""
    if len(name) > MAX_NAME:
        raise MalformedFile(line, f"a name of {len(name)} characters")
    return one_line(name)


class Besides(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an election says that a format has no place for, written by us as one JSON value where a format
    allows a remark. `contest` is the whole contest, which must agree with the rest of the file.
    """

    contest: Contest
    title: str = ""
    tie_order: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


def besides(election: RankedElection) -> str:
    """The JSON of everything but the papers, in one line."""
    said = Besides(
        contest=election.contest,
        title=election.title,
        tie_order=election.tie_order,
        comments=election.comments,
    )
    return canonical(said).decode()


def read_besides(text: str, line: int) -> Besides:
    """Raises: MalformedFile."""
    try:
        return msgspec.json.decode(text.encode(), type=Besides)
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise MalformedFile(line, f"the election's own description: {str(problem)[:200]}") from problem


def written_back(
    election: RankedElection, write: Callable[[bool], bytes], read: Callable[[bytes], RankedElection]
) -> bytes:
    """The file that reads as exactly this election: plain where that is enough, else with what the format
    has no place for. Nothing is ever written that we would read differently.

    Raises: ValueError naming what the format cannot hold.
    """
    wanted = parts_of(election)
    differs: list[str] = []
    for full in (False, True):
        raw = write(full)
        try:
            again = parts_of(read(raw))
        except MalformedFile as problem:
            differs = [problem.reason]
            continue
        differs = [name for name in wanted if wanted[name] != again[name]]
        if not differs:
            return raw
    raise ValueError(f"the format cannot hold this election: {', '.join(differs)}")


def parts_of(election: RankedElection) -> dict[str, Any]:
    """What must survive writing and reading."""
    return {
        "contest": election.contest,
        "papers": group_papers(election.papers),
        "title": election.title,
        "tie_order": election.tie_order,
        "comments": election.comments,
    }
