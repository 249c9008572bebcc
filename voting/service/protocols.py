"""The protocol of each polling place: written, compared with the sheets, signed by two, and settled.

What can be corrected has to be corrected: every sheet is entered twice, and blank and spoiled ones are as
many as the protocol says. What has happened has to be explained: a surplus or a shortage of papers is signed
with its explanation and published. When the last place is signed, the papers of all places become one list,
whose digest goes into the register: before the closing protocol is confirmed, before anything is counted or
opened.
"""

import uuid
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import crypto, register
from app.kit.access_log import forget_accesses
from app.kit.policy import require
from app.kit.text import clean
from app.settings import get_settings
from voting import queries
from voting.errors import PapersDiffer, ReadingBegun, WrongDigest
from voting.models import TRACES, PaperSettlement, PlaceSignature, Poll, PollingPlace
from voting.policy import (
    PlaceFacts,
    may_decide_sheet,
    may_sign_place,
    may_withdraw_signature,
    may_write_protocol,
)
from voting.queries import PollInFull
from voting.rules.papers import Paper, canonical
from voting.rules.sheets import (
    PaperPart,
    PaperSummary,
    PlaceReport,
    make_paper_part,
    paper_digest,
    summary_of,
)
from voting.service.readings import Reading, facts_of_reading, load_reading, note_witness, papers_on
from voting.states import SAW_BOTH, PaperPhase, SheetKind

SIGNATURE_PURPOSE = "place-signature"
MOST_SUMMARIES = 32  # kept by a process
_summaries: dict[str, PaperSummary] = {}
MIN_EXPLANATION = 20  # characters; the table of forms says the same


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What the officer writes down of a place; see voting.rules.sheets.PlaceReport."""

    received: int
    returned: int
    unused: int
    in_box: int
    blank: int
    spoiled: int
    explanation: str = ""


class Problem(StrEnum):
    """What stands between a place and its signatures."""

    NO_PROTOCOL = "no_protocol"
    NOT_READ = "not_read"  # two clerks are not done
    NOT_DECIDED = "not_decided"  # a third has to decide where they differ
    BLANK = "blank"  # the sheets have another number of blank papers
    SPOILED = "spoiled"
    UNEXPLAINED = "unexplained"  # a surplus or shortage without an explanation


class PlaceState(msgspec.Struct, frozen=True, kw_only=True):
    """A place after the vote: its numbers, what was read, what is missing, who signed, what they sign."""

    reading: Reading
    report: PlaceReport | None
    problems: tuple[Problem, ...]
    signatures: list[PlaceSignature]
    facts: PlaceFacts
    digest: str


async def load_place(
    session: AsyncSession, poll_id: uuid.UUID, number: int, *, lock: bool = False
) -> PlaceState:
    """Everything of a place. Locks, when asked: the place. Raises: PlaceNotFound."""
    reading = await load_reading(session, poll_id, number, lock=lock)
    signatures = await queries.list_signatures(session, poll_id, number)
    report = report_of(reading.place, signatures)
    problems = tuple(find_problems(reading, report))
    signed_by = tuple(one.account_id for one in signatures)
    return PlaceState(
        reading=reading,
        report=report,
        problems=problems,
        signatures=signatures,
        facts=facts_of_reading(reading, signed_by=signed_by, adds_up=not problems),
        digest=_digest_to_sign(reading, report) if report and not problems else "",
    )


def report_of(place: PollingPlace, signatures: list[PlaceSignature]) -> PlaceReport | None:
    """The protocol as it is published; None while it is not written."""
    if place.in_box is None:
        return None
    return PlaceReport(
        number=place.number,
        name=place.name,
        received=place.received or 0,
        given=place.given or 0,
        returned=place.returned or 0,
        unused=place.unused or 0,
        in_box=place.in_box,
        blank=place.blank or 0,
        spoiled=place.spoiled or 0,
        assisted=place.assisted_count,
        explanation=place.explanation,
        signed_by=tuple(one.name for one in signatures),
    )


def find_problems(reading: Reading, report: PlaceReport | None) -> list[Problem]:
    """What does not agree yet, in the order in which it is put right."""
    if report is None:
        return [Problem.NO_PROTOCOL]
    problems = []
    if not reading.is_finished:
        problems.append(Problem.NOT_READ)
    elif not reading.is_read:
        problems.append(Problem.NOT_DECIDED)
    else:
        kinds = [sheet.kind for sheet in reading.sheets]
        if kinds.count(SheetKind.BLANK) != report.blank:
            problems.append(Problem.BLANK)
        if kinds.count(SheetKind.SPOILED) != report.spoiled:
            problems.append(Problem.SPOILED)
    if not report.is_balanced and len(report.explanation) < MIN_EXPLANATION:
        problems.append(Problem.UNEXPLAINED)
    return problems


def _digest_to_sign(reading: Reading, report: PlaceReport) -> str:
    """Keyed, of numbers and sheets: what both have seen, without telling what is on a few papers."""
    seen = {"report": msgspec.structs.replace(report, signed_by=()), "sheets": reading.sheets}
    return crypto.keyed_hash(get_settings().secret_key, SIGNATURE_PURPOSE, canonical(seen).decode())


async def open_differing(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> PlaceState:
    """What both clerks entered where they differ, for a third; who has seen it is never one of two again.

    Locks: the place. Raises: Forbidden, PlaceNotFound.
    """
    state = await load_place(session, poll_id, number, lock=True)
    require(may_decide_sheet(actor, state.reading.full.facts, state.facts))
    if state.reading.differing:
        await note_witness(session, state.reading, actor.id, SAW_BOTH, now=now)
    return state


async def write_protocol(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, numbers: Numbers, *, now: datetime
) -> PlaceState:
    """Write, or correct, the numbers of a place. Voters who were given a paper are counted from their marks.

    Locks: the poll, the place. Raises: Forbidden, PlaceNotFound, ReadingBegun.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    state = await load_place(session, poll_id, number, lock=True)
    require(may_write_protocol(actor, full.facts, state.facts))
    place = state.reading.place
    if state.reading.readings and numbers.in_box != place.in_box:
        raise ReadingBegun()
    place.given = (await queries.count_papers(session, poll_id)).get(number, 0)
    for name in ("received", "returned", "unused", "in_box", "blank", "spoiled"):
        setattr(place, name, getattr(numbers, name))
    place.explanation = clean(numbers.explanation)
    await session.flush()
    state = await load_place(session, poll_id, number)
    facts = {"by": actor.name, **_register_facts(state.report)}
    await register.record(session, "poll.place_protocol_written", f"poll:{poll_id}", facts, now=now)
    return state


def _register_facts(report: PlaceReport | None) -> dict[str, object]:
    """The numbers for the register: they say nothing of what is on a paper."""
    return {} if report is None else msgspec.to_builtins(msgspec.structs.replace(report, signed_by=()))


async def sign_place(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, digest: str, now: datetime
) -> None:
    """Sign the protocol of a place; `digest` is of what was shown. The last signature of all settles papers.

    Locks: the poll, the place. Raises: Forbidden, PlaceNotFound, WrongDigest.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    state = await load_place(session, poll_id, number, lock=True)
    require(may_sign_place(actor, full.facts, state.facts))
    if digest != state.digest or any(one.digest != digest for one in state.signatures):
        raise WrongDigest()
    session.add(
        PlaceSignature(
            poll_id=poll_id, place=number, account_id=actor.id, name=actor.name, digest=digest, signed_at=now
        )
    )
    await session.flush()
    facts = {"by": actor.name, **_register_facts(state.report)}
    await register.record(session, "poll.place_signed", f"poll:{poll_id}", facts, now=now)
    await _settle(session, full, now=now)


async def _settle(session: AsyncSession, full: PollInFull, *, now: datetime) -> None:
    """Make one list of all places' papers, if each place is signed by two."""
    poll = full.poll
    if await queries.count_unsigned(session, poll.id):
        return
    papers: list[Paper] = []
    reports: list[PlaceReport] = []
    for place in await queries.list_places(session, poll.id):
        state = await load_place(session, poll.id, place.number)
        if state.problems or state.report is None:
            return
        papers += papers_on(full, state.reading.sheets)
        reports.append(state.report)
    part = make_paper_part(papers, reports, salt=crypto.new_token())
    poll.paper, poll.paper_digest = PaperPhase.SETTLED.value, paper_digest(part)
    session.add(PaperSettlement(poll_id=poll.id, content=canonical(part).decode()))
    await session.flush()
    facts = settlement_facts(poll, part)
    await register.record(session, "poll.papers_settled", f"poll:{poll.id}", facts, now=now)


def settlement_facts(poll: Poll, part: PaperPart) -> dict[str, object]:
    """What the register holds of the papers before they are counted."""
    return {
        "paper_digest": poll.paper_digest,
        "places": len(part.places),
        "papers": part.total,
        "blank": part.blank,
        "spoiled": part.spoiled,
    }


async def withdraw_signature(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> None:
    """Take one's signature back while the closing protocol is not confirmed; settled papers are open again.

    Locks: the poll, the place. Raises: Forbidden, PlaceNotFound.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    state = await load_place(session, poll_id, number, lock=True)
    require(may_withdraw_signature(actor, full.facts, state.facts))
    await session.execute(
        delete(PlaceSignature).where(
            PlaceSignature.poll_id == poll_id,
            PlaceSignature.place == number,
            PlaceSignature.account_id == actor.id,
        )
    )
    await session.execute(delete(PaperSettlement).where(PaperSettlement.poll_id == poll_id))
    full.poll.paper, full.poll.paper_digest = PaperPhase.PLANNED.value, None
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "number": number}
    await register.record(session, "poll.place_signature_withdrawn", f"poll:{poll_id}", facts, now=now)


async def load_paper_part(session: AsyncSession, poll: Poll) -> PaperPart | None:
    """The settled papers; None for a vote without polling places. Raises: PapersDiffer."""
    if poll.paper is None:
        return None
    content = await queries.find_settlement(session, poll.id)
    part = None if content is None else msgspec.json.decode(content, type=PaperPart)
    if part is None or paper_digest(part) != poll.paper_digest:
        raise PapersDiffer()
    return part


async def load_paper_summary(session: AsyncSession, poll: Poll) -> PaperSummary | None:
    """The settled papers in numbers, for pages; None without polling places. Raises: PapersDiffer.

    Kept by its digest, which no other papers have: 10,000 of them take 28 ms to read and check.
    """
    if poll.paper_digest in _summaries:
        return _summaries[poll.paper_digest]
    part = await load_paper_part(session, poll)
    if part is None:
        return None
    if len(_summaries) >= MOST_SUMMARIES:
        _summaries.pop(next(iter(_summaries)))
    _summaries[poll.paper_digest or ""] = summary = summary_of(part)
    return summary


async def destroy_traces(session: AsyncSession, poll_id: uuid.UUID) -> None:
    """Forget who was given a paper where, also in what they were told of it, and which sheet lay in which
    box: one list of all places stays.
    """
    await forget_accesses(session, about=f"poll:{poll_id}")
    for table in TRACES:
        await session.execute(delete(table).where(table.poll_id == poll_id))
