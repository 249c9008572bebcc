"""Cast vote records as CSV: what scanners of ranked ballots give, one voter's ranks a row or one rank a row.

Wide files have columns rank1, rank2, ...; long ones ballot_id, rank, choice. Other columns (precinct) are
not kept. Cells say a candidate's name, nothing or "skipped"/"undervote" for a skipped rank, and "overvote",
which is kept as such; the ranks a voter skipped or repeated are kept too, since statutes differ in what they
make of them. The candidates are those whom somebody named. Source: the exports of Minneapolis 2013, Portland
2024 and Burlington 2009; labels as the ranked-choice tabulator of the RCV Resource Center documents them.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from voting.rules.formats.ranked import (
    OVERVOTE,
    UNDECLARED,
    RankedElection,
    besides,
    check_name,
    read_besides,
    written_back,
)
from voting.rules.formats.text import MalformedFile, count_of, repeated, shown, text_of
from voting.rules.papers import MAX_OPTIONS, Contest, Option, Paper, PreferencePaper, RankedPaper
from voting.rules.tally import group_papers

OWN = "election "  # and JSON: the header of our own column
MAX_ROWS = 2_000_000
MAX_RANKS = 1_000
TOGETHER = "|"  # between the names of candidates at one rank
_RANK = re.compile(r"(?:rank|choice|preference)[ _]?([0-9]{1,4})", re.IGNORECASE)
_LONG = ("ballot_id", "rank", "choice")
_SKIPPED = frozenset(("", "skipped", "undervote", "$undervote", "$skipped"))
_OVERVOTES = frozenset(("overvote", "$overvote"))
_WRITE_INS = frozenset(("uwi", "undeclared write-ins", "uncertified write in", "write-in", "write in"))
_FORMULA = ("=", "+", "-", "@")


Ranks = tuple[tuple[str, ...], ...]  # names at each rank


def read_cvr(raw: bytes, *, seats: int = 1, title: str = "") -> RankedElection:
    """Read a cast vote record; the format does not say how many seats there are. Raises: MalformedFile."""
    rows = _rows(text_of(raw))
    line, header = next(rows, (1, []))
    columns = [name.strip() for name in header]
    own = next((read_besides(name[len(OWN) :], line) for name in columns if name.startswith(OWN + "{")), None)
    names = [name.lower() for name in columns]
    if all(name in names for name in _LONG):
        ballots, used = _long(rows, names), len(_LONG)
    else:
        places = _rank_columns(columns, line)
        ballots, used = _wide(rows, places, len(columns)), len(places)
    left = len(columns) - used - (own is not None)
    notes = [f"{left} further columns are not kept"] if left else []
    contest = own.contest if own else _contest(ballots, seats, notes)
    return RankedElection(
        contest=contest,
        papers=_papers(ballots, contest, line),
        title=own.title if own else title,
        notes=tuple(notes),
        tie_order=own.tie_order if own else (),
        comments=own.comments if own else (),
    )


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if reader.line_num > MAX_ROWS:
                raise MalformedFile(reader.line_num, f"more than {MAX_ROWS} lines")
            if cells:
                yield reader.line_num, cells
    except csv.Error as problem:
        raise MalformedFile(reader.line_num, str(problem)) from problem


def _rank_columns(columns: Sequence[str], line: int) -> list[int]:
    """Where rank 1, 2, ... stand in a row."""
    place = {}
    for index, name in enumerate(columns):
        if matched := _RANK.fullmatch(name):
            rank = int(matched[1])
            if rank in place:
                raise MalformedFile(line, f"two columns of rank {rank}")
            place[rank] = index
    if not place or sorted(place) != list(range(1, len(place) + 1)):
        raise MalformedFile(line, "columns rank1, rank2, ... or ballot_id, rank, choice are needed")
    return [place[rank] for rank in sorted(place)]


def _wide(rows: Iterator[tuple[int, list[str]]], places: Sequence[int], width: int) -> dict[Ranks, int]:
    """A voter a row. Rows that say the same are read once."""
    number: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise MalformedFile(line, f"{len(row)} values where the header has {width} columns")
        if len(row) < width:
            row += [""] * (width - len(row))
        cells = tuple([row[index] for index in places])
        number[cells] += 1
        first.setdefault(cells, line)
    ballots: Counter[Ranks] = Counter()
    for cells, times in number.items():
        ballots[tuple(_rank(cell, first[cells]) for cell in cells)] += times
    return ballots


def _long(rows: Iterator[tuple[int, list[str]]], names: Sequence[str]) -> dict[Ranks, int]:
    """A rank a row, in any order; two choices of a ballot at one rank stand together."""
    where = [names.index(name) for name in _LONG]
    of_ballot: dict[str, dict[int, tuple[str, ...]]] = {}
    for line, row in rows:
        if len(row) <= max(where):
            raise MalformedFile(line, f"{len(row)} values where the header has {len(names)} columns")
        ballot, rank, choice = (row[index].strip() for index in where)
        place = count_of(rank, line, "rank", most=MAX_RANKS)
        if not ballot or not place:
            raise MalformedFile(line, "a row needs a ballot and a rank from 1")
        ranks = of_ballot.setdefault(ballot, {})
        ranks[place] = ranks.get(place, ()) + _rank(choice, line)
    ballots: Counter[Ranks] = Counter()
    for ranks in of_ballot.values():
        ballots[tuple(ranks.get(place, ()) for place in range(1, max(ranks) + 1))] += 1
    return ballots


def _rank(cell: str, line: int) -> tuple[str, ...]:
    """The names in a cell."""
    text = cell.strip()
    label = text.lower()
    if label in _SKIPPED:
        return ()
    if label in _OVERVOTES:
        return (OVERVOTE, OVERVOTE)
    names = tuple(check_name(name, line) for name in text.split(TOGETHER))
    if not all(names):
        raise MalformedFile(line, f"{shown(text)} names nobody")
    if any(name.startswith(_FORMULA) for name in names):
        raise MalformedFile(line, f"{shown(text)} is a formula, not a name")
    return names


def _contest(ballots: dict[Ranks, int], seats: int, notes: list[str]) -> Contest:
    """The candidates that somebody named, by name: a cast vote record has no list of them."""
    names = sorted({name for ranks in ballots for rank in ranks for name in rank})
    if len(names) > MAX_OPTIONS:
        raise MalformedFile(1, f"more than {MAX_OPTIONS} candidates")
    options = tuple(
        Option(
            id=name,
            title=name,
            category=UNDECLARED if name.lower() in _WRITE_INS else None,
            excluded=OVERVOTE if name == OVERVOTE else None,
        )
        for name in names
    )
    twice = any(repeated(name for rank in ranks for name in rank) for ranks in ballots)
    if twice:
        notes.append("some ballots name a candidate twice: kept as written")
    duplicates: Literal["first", "reject"] = "first" if twice else "reject"
    return Contest(options=options, seats=seats, vote_type="preference", duplicates=duplicates)


def _papers(ballots: dict[Ranks, int], contest: Contest, line: int) -> dict[Paper, int]:
    """The ballots as papers of the contest's kind."""
    ids = {option.id for option in contest.options}
    papers: Counter[Paper] = Counter()
    for ranks, number in ballots.items():
        if unknown := next((name for rank in ranks for name in rank if name not in ids), None):
            raise MalformedFile(line, f"{shown(unknown)} is not a candidate")
        if contest.vote_type == "preference":
            papers[PreferencePaper(ranks)] += number
        else:
            papers[RankedPaper(_strict(ranks, line))] += number
    return dict(papers)


def _strict(ranks: Ranks, line: int) -> tuple[str, ...]:
    """A ranking without equal or skipped ranks. Raises: MalformedFile."""
    names = [rank[0] for rank in ranks if rank]
    if any(len(rank) != 1 for rank in ranks[: len(names)]):
        raise MalformedFile(line, "equal or skipped ranks where the election has none")
    return tuple(names)


def write_cvr(election: RankedElection) -> bytes:
    """A row a paper, sorted so that their order tells nothing. Reading it gives the same election: what the
    format has no place for is said in the header of a column of our own.

    Raises: ValueError for papers that are no rankings and what CSV cells cannot hold.
    """
    if election.contest.vote_type not in ("ordinal", "preference"):
        raise ValueError(f"a cast vote record holds rankings, no {election.contest.vote_type} papers")
    if sum(election.papers.values()) >= MAX_ROWS:
        raise ValueError(f"a cast vote record of {MAX_ROWS} papers and more")
    return written_back(election, lambda full: _text(election, full=full).encode(), read_cvr)


def _text(election: RankedElection, *, full: bool) -> str:
    rows = [(_cells(paper), times) for paper, times in group_papers(election.papers).items()]
    width = max((len(cells) for cells, _ in rows), default=0) or 1
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    own = [OWN + besides(election)] if full else []
    writer.writerow([f"rank{rank}" for rank in range(1, width + 1)] + own)
    for cells, times in rows:
        row = cells + ["skipped"] * (width - len(cells)) + [""] * full
        for _ in range(times):
            writer.writerow(row)
    return out.getvalue()


def _cells(paper: Paper) -> list[str]:
    match paper:
        case RankedPaper():
            return list(paper.places)
        case PreferencePaper():
            return [
                OVERVOTE if rank == (OVERVOTE, OVERVOTE) else TOGETHER.join(rank) or "skipped"
                for rank in paper.ranks
            ]
    raise ValueError("a paper that is no ranking")
