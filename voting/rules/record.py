"""The election record: one published JSON file from which anybody can recount without our database.

It holds the contest, the rule and its parameters, how ties are settled, every paper in a canonical order,
the check codes in an order of their own, the ballot box in committed form, and the result. Papers and codes
meet nowhere in it: papers are grouped and sorted by their text, and the box's commitments have salts that
are not published.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from voting.rules.papers import MAX_PAPERS, Contest, Paper, Papers, canonical
from voting.rules.result import Result
from voting.rules.sheets import PaperPart, paper_digest
from voting.rules.tally import group_papers
from voting.rules.ties import TiePolicy

FORMAT: Literal["obste-election-record"] = "obste-election-record"
FORMAT_VERSION = 1

BoxRow = tuple[int, str, str, str | None, str]
"""(position, code, commitment, replaces, hash): an entry of voting.sealing.box."""


class ElectionRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`papers` are (number, paper), sorted by the paper's canonical text; `codes` are (code, status), sorted.

    `origin` is "cast" for a vote held here, whose box must be there, "imported" for the ballots of a file,
    which have no box, or "sealed" for ballots that trustees opened, whose board is an archive of its own: of
    it the record has the codes and, in `box_head`, the event that ended the ballots.
    `params` are the rule's, spelled out. Of a vote that was held on paper as well, `papers` are all of them:
    `electronic` is how many came out of the box or board, `paper` what came out of the polling places' boxes,
    with their protocols, and `paper_digest` its digest as the register holds it since before the count.
    """

    format: Literal["obste-election-record"] = FORMAT
    version: int = FORMAT_VERSION
    poll_id: str
    title: str
    origin: Literal["cast", "imported", "sealed"]
    contest: Contest
    rule: str
    rule_version: int
    params: dict[str, bool | int | str | None]
    ties: TiePolicy
    papers: tuple[tuple[int, Paper], ...]
    codes: tuple[tuple[str, Literal["counted", "replaced"]], ...] = ()
    box_head: str | None = None
    box: tuple[BoxRow, ...] = ()
    electronic: int | msgspec.UnsetType = msgspec.UNSET
    paper: PaperPart | msgspec.UnsetType = msgspec.UNSET
    paper_digest: str | msgspec.UnsetType = msgspec.UNSET
    result: Result


class MalformedRecord(ValueError):
    """Bytes that are not an election record this version can read."""


def sorted_papers(papers: Papers) -> tuple[tuple[int, Paper], ...]:
    """Papers as a record lists them."""
    return tuple((number, paper) for paper, number in group_papers(papers).items())


def make_record(
    *,
    poll_id: str,
    title: str,
    contest: Contest,
    papers: Papers,
    ties: TiePolicy,
    result: Result,
    box: Sequence[BoxRow] | None = None,
    board_head: str | None = None,
    statuses: Mapping[str, Literal["counted", "replaced"]] | None = None,
    paper: PaperPart | None = None,
) -> ElectionRecord:
    """The record of a counted poll; without a box, of imported ballots; with a board's head, of sealed ones.
    Papers may be in any order, and include those on `paper`.
    """
    sealed = board_head is not None
    record = ElectionRecord(
        poll_id=poll_id,
        title=title,
        origin="sealed" if sealed else "imported" if box is None else "cast",
        contest=contest,
        rule=result.rule,
        rule_version=result.rule_version,
        params=result.params,
        ties=ties,
        papers=sorted_papers(papers),
        codes=tuple(sorted((statuses or {}).items())),
        box_head=board_head if sealed else box[-1][-1] if box else None,
        box=tuple(box or ()),
        result=result,
    )
    if paper is None:
        return record
    electronic = sum(number for number, _ in record.papers) - paper.total
    return msgspec.structs.replace(
        record, electronic=electronic, paper=paper, paper_digest=paper_digest(paper)
    )


def encode_record(record: ElectionRecord) -> bytes:
    """The record's file: canonical JSON."""
    return canonical(record)


def decode_record(raw: bytes) -> ElectionRecord:
    """Read a record's file. Raises: MalformedRecord."""
    try:
        record = msgspec.json.decode(raw, type=ElectionRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise MalformedRecord(str(problem)) from problem
    on_paper = record.paper.papers if record.paper else ()
    if sum(abs(number) for number, _ in (*record.papers, *on_paper)) > MAX_PAPERS:
        raise MalformedRecord(f"more than {MAX_PAPERS} papers")
    return record


def record_digest(record: ElectionRecord) -> str:
    """SHA-256 of the record's canonical JSON: what the public register holds, and what a re-forged file
    cannot keep.
    """
    return hashlib.sha256(encode_record(record)).hexdigest()


def as_json(value: Any) -> Any:
    """A value as plain JSON data, for comparing two of them."""
    return msgspec.json.decode(canonical(value))
