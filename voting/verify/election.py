"""Any election file made ready to be counted: contest, papers, the rule it names, how ties are settled.

A file says some of what a count needs; the rest is said on the command line. Papers are turned into another
kind only where nothing is lost by it, and that is said.
"""

from pathlib import Path
from typing import Literal

import msgspec

from voting.rules import Rule, get_rule
from voting.rules.contests import UnsuitableContest
from voting.rules.formats import MalformedFile, PbElection, RankedElection, read_election
from voting.rules.formats.text import minor_of
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    Option,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
    VoteType,
    named_options,
)
from voting.rules.record import ElectionRecord, MalformedRecord, decode_record
from voting.rules.result import Result
from voting.rules.tally import TooLarge
from voting.rules.ties import STANDARD, TiePolicy, lot_for
from voting.verify.source import Unreadable, read_source

FOR_SEATS = TiePolicy(criteria=("earlier_rounds",))
"""For counts of files for seats: what differed in an earlier round, else the tie is reported."""


class Election(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. `rule` is the one it names; `ties` what it says of them, nothing where it does not.

    `notes` tell what was assumed, left out or turned into something else on the way.
    """

    contest: Contest
    papers: dict[Paper, int]
    kind: Literal["record", "pb", "ranked"]
    title: str = ""
    rule: str | None = None
    ties: TiePolicy | None = None
    notes: tuple[str, ...] = ()


class CannotCount(Exception):
    """Nothing is wrong with the file, but it cannot be counted as was asked: a code and its facts."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def open_election(source: str | Path | bytes) -> Election:
    """The election of a path, an http(s) URL or bytes, in any format we know. Raises: Unreadable."""
    raw = read_source(source)
    name = "" if isinstance(source, bytes) else str(source)
    try:
        if raw.lstrip()[:1] == b"{":
            return _of_record(decode_record(raw))
        return _of_file(read_election(raw, name))
    except (MalformedRecord, MalformedFile) as problem:
        raise Unreadable(str(problem)) from problem


def read_record(source: str | Path | bytes) -> ElectionRecord:
    """The record of a path, an http(s) URL or bytes. Raises: Unreadable."""
    try:
        return decode_record(read_source(source))
    except MalformedRecord as problem:
        raise Unreadable(str(problem)) from problem


def grouped(record: ElectionRecord) -> dict[Paper, int]:
    """A record's papers, each distinct one with its number."""
    papers: dict[Paper, int] = {}
    for number, paper in record.papers:
        papers[paper] = papers.get(paper, 0) + max(0, number)
    return papers


def electronic_papers(record: ElectionRecord) -> dict[Paper, int]:
    """A record's papers without those that came out of the boxes of polling places; a negative number is one
    that is said to be on paper and was not counted.
    """
    papers = grouped(record)
    for number, paper in record.paper.papers if record.paper else ():
        papers[paper] = papers.get(paper, 0) - number
    return {paper: number for paper, number in papers.items() if number}


def _of_record(record: ElectionRecord) -> Election:
    return Election(
        contest=record.contest,
        papers=grouped(record),
        kind="record",
        title=record.title,
        rule=record.rule,
        ties=record.ties,
    )


def _of_file(file: PbElection | RankedElection) -> Election:
    if isinstance(file, PbElection):
        return Election(
            contest=file.contest,
            papers=file.papers,
            kind="pb",
            title=file.meta.get("description", ""),
            rule=file.rule,
            notes=file.notes,
        )
    return Election(
        contest=file.contest,
        papers=file.papers,
        kind="ranked",
        title=file.title,
        ties=TiePolicy(drawn=file.tie_order) if file.tie_order else None,
        notes=file.notes,
    )


def with_settings(
    election: Election,
    *,
    seats: int | None = None,
    budget: str | None = None,
    default: str | None = None,
    quorum: int | None = None,
) -> Election:
    """The election with as many seats, as large a budget, the default option (its id or title) and the quorum
    that the caller says. Raises: CannotCount.
    """
    contest = election.contest
    try:
        if seats is not None:
            contest = msgspec.structs.replace(contest, seats=seats, budget=0)
        if budget is not None:
            if not any(option.cost for option in contest.options):
                raise CannotCount("no_costs")
            amount = minor_of(budget, contest.minor_per_unit, 1, "the budget")
            contest = msgspec.structs.replace(contest, seats=0, budget=amount)
        if default is not None:
            contest = msgspec.structs.replace(contest, default_option=_named(contest, default))
        if quorum is not None:
            contest = msgspec.structs.replace(contest, quorum=quorum)
    except MalformedFile as problem:
        raise CannotCount("setting", why=problem.reason) from problem
    except ValueError as problem:
        raise CannotCount("setting", why=str(problem)) from problem
    return msgspec.structs.replace(election, contest=contest)


def _named(contest: Contest, said: str) -> str:
    """The option of that id, else of that title. Raises: CannotCount."""
    if any(option.id == said for option in contest.options):
        return said
    found = [option.id for option in contest.options if option.title == said]
    if len(found) != 1:
        raise CannotCount("no_option", name=said)
    return found[0]


def tie_policy(election: Election, rule: Rule, said: str | None) -> TiePolicy:
    """How ties are settled: as said, else as the file says, else by what is usual for the kind of contest.

    `said` is the name of a file (a policy as JSON, or an order drawn by hand, an option a line) or else a
    seed that was drawn. Raises: CannotCount.
    """
    usual = election.ties or (FOR_SEATS if rule.elects == "seats" else STANDARD)
    if said is None:
        return usual
    path = Path(said)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # a seed may be too long for a name, or hold a NUL
        is_file = False
    if not is_file:
        return TiePolicy(criteria=usual.criteria, lot=lot_for(said))
    try:
        text = read_source(path).decode("utf-8-sig")
        if text.lstrip()[:1] == "{":
            return msgspec.json.decode(text, type=TiePolicy)
    except (Unreadable, UnicodeDecodeError, msgspec.MsgspecError, RecursionError) as problem:
        raise CannotCount("ties_file", file=said, why=str(problem)) from problem
    drawn = tuple(line.strip() for line in text.splitlines() if line.strip())
    known = {option.id for option in election.contest.options}
    if unknown := [name for name in drawn if name not in known]:
        raise CannotCount("ties_file", file=said, why=f"{unknown[0]!r} is no option")
    return TiePolicy(criteria=usual.criteria, drawn=drawn)


def suited(election: Election, rule: Rule) -> Election:
    """The election with papers of a kind that the rule counts, where turning them loses nothing; else as it
    is.
    """
    contest = election.contest
    if contest.vote_type in rule.vote_types:
        return election
    for wanted in rule.vote_types:
        papers = _turned(election, wanted)
        if papers is None:
            continue
        changed = msgspec.structs.replace(
            contest,
            vote_type=wanted,
            grades=(),
            **({"min_points": None, "max_points": None} if wanted == "approval" else {}),
        )
        note = f"{contest.vote_type} papers read as {wanted} papers: nothing is lost"
        return msgspec.structs.replace(
            election, contest=changed, papers=papers, notes=(*election.notes, note)
        )
    return election


def _turned(election: Election, wanted: VoteType) -> dict[Paper, int] | None:
    """The papers as papers of another kind; nothing where something would be lost."""
    contest = election.contest
    turned: dict[Paper, int] = {}
    for paper, number in election.papers.items():
        other: Paper
        match paper, wanted:
            case RankedPaper(), "preference":
                other = PreferencePaper(tuple((name,) for name in paper.places))
            case PreferencePaper(), "ordinal" if all(len(rank) == 1 for rank in paper.ranks):
                other = RankedPaper(named_options(paper))
            case ApprovalPaper(), "ordinal" if contest.max_length == 1 and len(paper.approved) <= 1:
                other = RankedPaper(paper.approved)
            case ScoringPaper(), "approval" if len(contest.grades) == 2:
                other = ApprovalPaper(tuple(name for name, points in paper.points if points == 1))
            case _:
                return None
        turned[other] = turned.get(other, 0) + number
    return turned


def count_file(path: str | Path | bytes, rule: str | None = None, *, ties: TiePolicy | None = None) -> Result:
    """Count an election file or the papers of a record; without `rule`, by the one the file names; without
    `ties`, as the file says or as is usual.

    Raises: Unreadable, UnknownRule, UnsuitableContest, FalseSeed.
    """
    election = open_election(path)
    chosen = get_rule(rule or election.rule or "")
    return count(suited(election, chosen), chosen, ties=ties or tie_policy(election, chosen, None))


def count(election: Election, rule: Rule, *, ties: TiePolicy, explain: bool = False) -> Result:
    """Raises: Unreadable, UnsuitableContest, FalseSeed."""
    try:
        return rule.count(election.contest, election.papers, ties=ties, explain=explain)
    except TooLarge as problem:
        raise Unreadable(str(problem)) from problem


def needs_of(rule: Rule) -> tuple[str, ...]:
    """What else a rule needs of a contest, in its own words: the reasons for which it refuses a bare one."""
    options = tuple(Option(id=name, title=name) for name in "abc")
    needs: list[str] = []
    for seats in (2, 1) if rule.elects == "seats" else (0,):
        contest = Contest(options=options, vote_type=rule.vote_types[0], seats=seats)
        try:
            rule.count(contest, {}, ties=TiePolicy())
        except UnsuitableContest as refusal:
            if refusal.reason not in needs:
                needs.append(refusal.reason)
    return tuple(needs)
