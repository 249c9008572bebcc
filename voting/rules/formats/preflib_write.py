"""Elections written as PrefLib's files, which researchers' tools read."""

from voting.rules.formats.preflib_read import OWN, read_preflib
from voting.rules.formats.ranked import RankedElection, besides, written_back
from voting.rules.formats.text import one_line
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
    named_options,
)
from voting.rules.tally import group_papers

APPROVAL = ("Approved", "Not approved")  # categories of approval papers, best first


def preflib_kind(election: RankedElection) -> str:
    """Which of PrefLib's kinds of file holds the election, which is its name's ending. Raises: ValueError."""
    contest = election.contest
    if contest.vote_type == "approval" or (contest.vote_type == "scoring" and contest.grades):
        return "cat"
    if contest.vote_type not in ("ordinal", "preference"):
        raise ValueError(f"PrefLib holds orders and categories, no {contest.vote_type} papers")
    everything = len(contest.options)
    complete = all(len(set(named_options(paper))) == everything for paper in election.papers)
    return ("so" if contest.vote_type == "ordinal" else "to") + ("c" if complete else "i")


def write_preflib(election: RankedElection) -> bytes:
    """A PrefLib file of the kind that `preflib_kind` says, most frequent orders first as PrefLib has them.

    Reading it gives the same election; what the format has no place for (seats, limits, ids that are not
    the names) is said under a key of our own. Raises: ValueError.
    """
    kind = preflib_kind(election)
    return written_back(election, lambda full: _text(election, kind, full=full).encode(), read_preflib)


def _text(election: RankedElection, kind: str, *, full: bool) -> str:
    contest = election.contest
    papers = sorted(group_papers(election.papers).items(), key=lambda item: -item[1])
    lines = [f"# TITLE: {one_line(election.title)}", f"# DATA TYPE: {kind}"]
    lines.append(f"# NUMBER ALTERNATIVES: {len(contest.options)}")
    lines.append(f"# NUMBER VOTERS: {sum(number for _, number in papers)}")
    lines.append(f"# NUMBER UNIQUE {'PREFERENCES' if kind == 'cat' else 'ORDERS'}: {len(papers)}")
    if kind == "cat":
        categories = APPROVAL if contest.vote_type == "approval" else contest.grades[::-1]
        lines.append(f"# NUMBER CATEGORIES: {len(categories)}")
        lines += [f"# CATEGORY NAME {n}: {one_line(name)}" for n, name in enumerate(categories, start=1)]
    lines += [
        f"# ALTERNATIVE NAME {number}: {one_line(option.title)}"
        for number, option in enumerate(contest.options, start=1)
    ]
    if full:
        lines.append(f"# {OWN}: {besides(election)}")
    numbers = {option.id: number for number, option in enumerate(contest.options, start=1)}
    lines += [f"{times}: {_order(contest, paper, numbers)}" for paper, times in papers]
    return "\n".join(lines) + "\n"


def _order(contest: Contest, paper: Paper, numbers: dict[str, int]) -> str:
    try:
        groups = [sorted(numbers[name] for name in group) for group in _groups(contest, paper)]
    except KeyError as problem:
        raise ValueError(f"a paper names {problem} that is no option") from problem
    return ",".join(
        str(group[0]) if len(group) == 1 else "{" + ",".join(map(str, group)) + "}" for group in groups
    )


def _groups(contest: Contest, paper: Paper) -> list[list[str]]:
    """The options in groups, best first."""
    match paper:
        case RankedPaper():
            return [[name] for name in paper.places]
        case PreferencePaper():
            return [list(rank) for rank in paper.ranks]
        case ApprovalPaper():
            rest = [option.id for option in contest.options if option.id not in paper.approved]
            return [list(paper.approved), rest]
        case ScoringPaper():
            groups: list[list[str]] = [[] for _ in contest.grades]
            for name, points in paper.points:
                if not 0 <= points < len(groups):
                    raise ValueError(f"a paper of {points} points, which is no grade")
                groups[len(groups) - 1 - points].append(name)
            return groups
    raise ValueError("papers of points that are no grades")
