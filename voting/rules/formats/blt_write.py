"""Elections of ranked papers written as BLT files, which STV programs read."""

from voting.rules.formats.blt_read import OWN, read_blt
from voting.rules.formats.ranked import UNDECLARED, RankedElection, besides, written_back
from voting.rules.formats.text import one_line
from voting.rules.papers import Paper, PreferencePaper, RankedPaper
from voting.rules.tally import group_papers


def write_blt(election: RankedElection) -> bytes:
    """A BLT file, its ballots sorted so that their order tells nothing. Reading it gives the same election.

    What BLT has no place for (limits, ids that are not the names) is said in a remark of our own. Raises:
    ValueError for papers that are no rankings, contests without seats and names BLT cannot hold.
    """
    if election.contest.vote_type not in ("ordinal", "preference"):
        raise ValueError(f"BLT holds rankings, no {election.contest.vote_type} papers")
    if not election.contest.seats:
        raise ValueError("BLT holds elections for seats")
    return written_back(election, lambda full: _text(election, full=full).encode(), read_blt)


def _text(election: RankedElection, *, full: bool) -> str:
    options = election.contest.options
    number = {option.id: position for position, option in enumerate(options, start=1)}
    withdrawn = [number[option.id] for option in options if option.excluded == "withdrawn"]
    undeclared = [number[option.id] for option in options if option.category == UNDECLARED]
    lines = [f"{len(options)} {election.contest.seats}"]
    if withdrawn:
        lines.append(" ".join(f"-{position}" for position in withdrawn))
    if undeclared:
        lines.append(f"[{UNDECLARED} {' '.join(map(str, undeclared))}]")
    if election.tie_order:
        lines.append(f"[tie {' '.join(str(number[name]) for name in election.tie_order)}]")
    if full:
        lines.append(f"[{OWN} {besides(election)}]")
    for paper, times in group_papers(election.papers).items():
        lines.append(" ".join([str(times), *_ranks(paper, number), "0"]))
    lines.append("0")
    lines += [f'"{one_line(option.title)}"' for option in options]
    lines.append(f'"{one_line(election.title)}"')
    lines += [f'"{one_line(comment)}"' for comment in election.comments]
    return "\n".join(lines) + "\n"


def _ranks(paper: Paper, number: dict[str, int]) -> list[str]:
    """The preferences: numbers, `1=2` where they are equal, `-` where one was skipped."""
    try:
        match paper:
            case RankedPaper():
                return [str(number[name]) for name in paper.places]
            case PreferencePaper():
                return ["=".join(str(number[name]) for name in rank) or "-" for rank in paper.ranks]
    except KeyError as problem:
        raise ValueError(f"a paper names {problem} that is no option") from problem
    raise ValueError("a paper that is no ranking")
