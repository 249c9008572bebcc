"""Debian's tally sheets read: the ballots of its votes as its secretary publishes them.

An `Option n--->: name` for each option, then a line `V: 12-43 receipt` for each voter: the rank given to
option 1, 2, ..., `-` for none. Two options may have one rank and ranks may be left out; both are kept. From
the tenth rank on ranks are letters. The receipts are not kept. The last option is the default option of the
constitution's appendix A when it is called as it always has been; the quorum follows from the number of
developers, which a sheet does not say. Source: the tally sheets of Debian's project leader elections;
devotee, Debian's vote counter.
"""

import re
from collections import Counter

from voting.rules.formats.ranked import RankedElection, candidate_ids, check_name
from voting.rules.formats.text import MalformedFile, count_of, old_text_of, shown
from voting.rules.papers import MAX_OPTIONS, Contest, Option, Paper, PreferencePaper

DEFAULTS = ("none of the above", "further discussion")
RANKS = "123456789abcdefghijklmnopqrstuvwxyz"
_OPTION = re.compile(r"[\s/|]*Option\s+(\d{1,9})\s*-*>:(.*)", re.IGNORECASE)
_VOTE = re.compile(r"\s*V:\s*(\S+)(?:\s+\S+)?\s*")


def read_debian(raw: bytes, *, seats: int = 1, title: str = "") -> RankedElection:
    """Read a tally sheet; it does not say how many seats there are. Raises: MalformedFile."""
    notes: list[str] = []
    names: list[str] = []
    votes: Counter[str] = Counter()
    first: dict[str, int] = {}
    text = old_text_of(raw, notes)
    number = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if option := _OPTION.match(line):
            if count_of(option[1], number, "option", most=MAX_OPTIONS) != len(names) + 1:
                raise MalformedFile(number, f"option {option[1]} where option {len(names) + 1} was awaited")
            names.append(check_name(option[2], number))
        elif line.lstrip().startswith("V:"):
            vote = _VOTE.fullmatch(line)
            if vote is None:
                raise MalformedFile(number, f"{shown(line.strip())} is not a vote and a receipt")
            votes[vote[1]] += 1
            first.setdefault(vote[1], number)
    if not names or not votes:
        raise MalformedFile(number, "no options or no votes")
    ids = candidate_ids(names)
    papers: Counter[Paper] = Counter()
    for vote_text, times in votes.items():
        papers[_paper(vote_text, ids, first[vote_text])] += times
    options = tuple(Option(id=id_, title=name) for id_, name in zip(ids, names, strict=True))
    default = ids[-1] if " ".join(names[-1].lower().split()) in DEFAULTS else None
    if default is not None:
        notes.append(f"{default!r} is the default option; the sheet does not say the quorum")
    contest = Contest(options=options, seats=seats, vote_type="preference", default_option=default)
    return RankedElection(contest=contest, papers=dict(papers), title=title, notes=tuple(notes))


def _paper(text: str, ids: list[str], line: int) -> PreferencePaper:
    """The ranks of one vote."""
    if len(text) != len(ids):
        raise MalformedFile(line, f"{len(text)} ranks for {len(ids)} options")
    ranks: list[list[str]] = [[] for _ in RANKS]
    for name, mark in zip(ids, text.lower(), strict=True):
        if mark == "-":
            continue
        if mark not in RANKS:
            raise MalformedFile(line, f"{mark!r} is not a rank")
        ranks[RANKS.index(mark)].append(name)
    return PreferencePaper(tuple(tuple(rank) for rank in ranks))
