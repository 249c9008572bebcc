"""Counting a frozen box and publishing the result with everything needed to count it again."""

import csv
import hashlib
import io
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import crypto, register
from app.kit.events import publish
from app.kit.storage import Storage
from app.settings import get_settings
from voting import queries
from voting.errors import PollNotOpen
from voting.events import ResultPublished
from voting.models import Poll, ResultFile, Tally
from voting.rules import get_rule
from voting.rules.formats import RankedElection, write_blt, write_pb
from voting.rules.opened import papers_of
from voting.rules.papers import (
    PAPER_OF_TYPE,
    Contest,
    Paper,
    canonical,
    decode_paper,
    digest,
    named_options,
)
from voting.rules.record import BoxRow, encode_record, make_record, record_digest
from voting.rules.result import Result
from voting.rules.sheets import PaperPart
from voting.rules.ties import TiePolicy
from voting.sealing import box
from voting.service.cast import contest_of
from voting.service.opening import load_rankings
from voting.service.prepare import SEED_PURPOSE
from voting.service.protocols import load_paper_part
from voting.service.turns import may_be_counted
from voting.states import COUNTED_STATES, PollState

CSV, JSON, PLAIN = "text/csv", "application/json", "text/plain"


class Produced(msgspec.Struct, frozen=True):
    """A file before it is stored."""

    name: str
    media_type: str
    content: bytes


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A finished count, not yet published."""

    result: Result
    tie_seed: str
    record_digest: str
    files: list[Produced]


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen box as it is counted: plain values, which may leave the event loop."""

    poll_id: str
    title: str
    rule: str
    contest: Contest
    ties: TiePolicy
    seed: str
    head: str
    is_imported: bool
    dates: tuple[str, str]
    rows: Sequence[tuple[int, str, str, str | None, str, bytes]] = ()
    sealed: "Opened | None" = None
    paper: PaperPart | None = None


class Opened(msgspec.Struct, frozen=True):
    """What the trustees opened: a vector of ranks a ballot, one an option of the contest; and the status of
    every check code on the board.
    """

    rankings: tuple[tuple[int, ...], ...]
    statuses: dict[str, Literal["counted", "replaced"]]


class BrokenBox(Exception):
    """The box is not the one whose head is in the register: nothing is counted, somebody must look."""


async def load_box(session: AsyncSession, poll_id: uuid.UUID) -> Box | None:
    """The box to be counted; None if it has been, or may not be yet. Raises: PollNotFound."""
    full = await queries.get_poll(session, poll_id)
    if not may_be_counted(full):
        return None
    poll = full.poll
    seed = (
        crypto.unseal(get_settings().secret_key, SEED_PURPOSE, poll.tie_seed_sealed)
        if poll.tie_seed_sealed
        else ""
    )
    if seed is None:
        raise BrokenBox("the seed of the lot cannot be read: the secret key has changed")
    ties = msgspec.json.decode(poll.ties, type=TiePolicy)
    if seed and ties.lot is not None:
        ties = msgspec.structs.replace(ties, lot=msgspec.structs.replace(ties.lot, seed=seed))
    return Box(
        poll_id=str(poll.id),
        title=poll.title,
        rule=poll.rule,
        contest=contest_of(poll),
        ties=ties,
        seed=seed,
        head=poll.box_head or "",
        is_imported=poll.is_imported,
        dates=(f"{full.stage.opens_at:%d.%m.%Y}", f"{full.stage.closes_at:%d.%m.%Y}"),
        rows=[(*row,) for row in await queries.list_box(session, poll_id)],
        sealed=await _opened(session, poll_id) if poll.sealing is not None else None,
        paper=await load_paper_part(session, poll),
    )


async def _opened(session: AsyncSession, poll_id: uuid.UUID) -> Opened:
    rows = await queries.list_trackers(session, poll_id)
    return Opened(
        await load_rankings(session, poll_id),
        {row.code: "replaced" if row.is_replaced else "counted" for row in rows},
    )


def count_box(content: Box) -> Counted:
    """Check the chain, count the papers that were not replaced, and make the files. Slow and pure: run it
    off the loop. Raises: BrokenBox.
    """
    chain: list[BoxRow] = [row[:5] for row in content.rows]
    entries = [box.BoxEntry(*row) for row in chain]
    statuses = None if content.is_imported else box.code_statuses(entries)
    if content.sealed is None:
        papers = _counting_papers(content, entries)
    else:
        papers, statuses = papers_of(content.contest, content.sealed.rankings), content.sealed.statuses
    if content.paper is not None:
        papers = dict(Counter(papers) + content.paper.grouped())
    result = get_rule(content.rule).count(content.contest, papers, ties=content.ties, explain=True)
    record = make_record(
        poll_id=content.poll_id,
        title=content.title,
        contest=content.contest,
        papers=papers,
        ties=content.ties,
        result=result,
        box=None if content.is_imported else chain,
        board_head=content.head if content.sealed is not None else None,
        statuses=statuses,
        paper=content.paper,
    )
    files = [
        Produced("record.json", JSON, encode_record(record)),
        Produced("ballots.csv", CSV, _ballots_csv(papers)),
        *_for_other_programs(content, papers, result),
        Produced("result.json", JSON, canonical(result)),
    ]
    if content.paper is not None:
        files.append(Produced("paper.csv", CSV, _ballots_csv(dict(content.paper.grouped()))))
    if statuses is not None:
        files.append(Produced("codes.csv", CSV, _csv(["code", "status"], sorted(statuses.items()))))
    return Counted(result=result, tie_seed=content.seed, record_digest=record_digest(record), files=files)


def _counting_papers(content: Box, entries: Sequence[box.BoxEntry]) -> dict[Paper, int]:
    """The papers that count, grouped. Raises: BrokenBox."""
    try:
        box.check_chain(digest(content.contest), entries, content.head)
    except box.BrokenChain as broken:
        raise BrokenBox(str(broken)) from broken
    replaced = {entry.replaces for entry in entries}
    grouped = Counter(row[5] for row in content.rows if row[1] not in replaced)
    papers: Counter[Paper] = Counter()
    for raw, number in grouped.items():
        papers[decode_paper(bytes(raw))] += number
    return dict(papers)


def _ballots_csv(papers: dict[Paper, int]) -> bytes:
    """A line a ballot, sorted: the options it names, best first; points where it gives them."""
    lines: list[tuple[str, str]] = []
    for paper, number in papers.items():
        points = getattr(paper, "points", ())
        line = (" ".join(named_options(paper)), " ".join(str(value) for _, value in points))
        lines += [line] * number
    lines.sort()
    return _csv(["ballot", "options", "points"], [(n, *line) for n, line in enumerate(lines, start=1)])


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()


def _for_other_programs(content: Box, papers: dict[Paper, int], result: Result) -> list[Produced]:
    """The election in the format of its kind: Pabulib for projects, BLT for rankings that fill seats.

    Papers of another kind, which the count refused, have no form there.
    """
    kind = PAPER_OF_TYPE[content.contest.vote_type]
    papers = {paper: number for paper, number in papers.items() if type(paper) is kind}
    if not content.contest.seats:
        return [Produced("election.pb", PLAIN, _pb(content, papers, result))]
    if content.contest.vote_type != "ordinal":
        return []
    election = RankedElection(contest=content.contest, papers=papers, title=content.title)
    try:
        return [Produced("election.blt", PLAIN, write_blt(election))]
    except ValueError:  # a name that BLT cannot hold: everything is in the record
        return []


def _pb(content: Box, papers: dict[Paper, int], result: Result) -> bytes:
    meta = {"description": content.title, "date_begin": content.dates[0], "date_end": content.dates[1]}
    awarded = {outcome.option: outcome.awarded for outcome in result.outcomes if outcome.won}
    return write_pb(content.contest, papers, meta=meta, rule=content.rule, awarded=awarded)


async def store_files(storage: Storage, counted: Counted) -> list[ResultFile]:
    """Put the files into storage; rows without a poll yet."""
    rows = []
    for position, file in enumerate(counted.files):
        suffix = "." + file.name.rsplit(".", 1)[-1]
        rows.append(
            ResultFile(
                name=file.name,
                position=position,
                key=await storage.put(file.content, suffix),
                media_type=file.media_type,
                size=len(file.content),
                sha256=hashlib.sha256(file.content).hexdigest(),
            )
        )
    return rows


async def publish_result(
    session: AsyncSession, poll_id: uuid.UUID, counted: Counted, files: Sequence[ResultFile], *, now: datetime
) -> Poll:
    """Write the tally and its files, once; a second call changes nothing.

    Locks: the poll. Raises: PollNotOpen when the box is not frozen and confirmed. Emits: ResultPublished.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    poll = full.poll
    if poll.state in COUNTED_STATES:
        return poll
    if not may_be_counted(full):
        raise PollNotOpen()
    result = counted.result
    session.add(_tally(poll_id, counted, now))
    for file in files:
        file.poll_id = poll_id
        session.add(file)
    poll.move_to(PollState.TALLIED)
    await session.flush()
    await publish(session, await _event(session, poll, result))
    facts: dict[str, object] = {
        "rule": result.rule,
        "rule_version": result.rule_version,
        "input_digest": result.input_digest,
        "winners": list(result.winners),
        "received": result.received,
        "counted": result.counted,
        "tie_seed": counted.tie_seed,
        "record_digest": counted.record_digest,
        "files": {file.name: file.sha256 for file in files},
        **({} if poll.paper_digest is None else {"paper_digest": poll.paper_digest}),
    }
    await register.record(session, "poll.result_published", f"poll:{poll_id}", facts, now=now)
    return poll


def _tally(poll_id: uuid.UUID, counted: Counted, now: datetime) -> Tally:
    result = counted.result
    return Tally(
        poll_id=poll_id,
        rule=result.rule,
        rule_version=result.rule_version,
        params=canonical(result.params).decode(),
        input_digest=result.input_digest,
        result=canonical(result).decode(),
        tie_seed=counted.tie_seed,
        counted_at=now,
    )


async def _event(session: AsyncSession, poll: Poll, result: Result) -> ResultPublished:
    subjects = {option.number: option.subject for option in await queries.list_options(session, poll.id)}
    won = set(result.winners)
    return ResultPublished(
        poll_id=poll.id,
        cycle_id=poll.cycle_id,
        winners=tuple(subjects[number] for number in result.winners if number in subjects),
        losers=tuple(subject for number, subject in subjects.items() if number not in won),
    )
