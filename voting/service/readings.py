"""Entering the papers of a box: twice, by two clerks blind to each other, and a third where they differ.

Nothing of what one clerk enters, not even how far they are, is given to anybody before both are done.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import msgspec
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries as people
from accounts.policy import Actor
from app.kit import register
from app.kit.errors import Conflict
from app.kit.policy import require
from app.kit.text import clean
from voting import queries
from voting.errors import NoReading, NoSuchSheet, NothingToDecide, SheetsMissing
from voting.models import PaperEntry, PaperReading, PaperWitness, PollingPlace
from voting.policy import PlaceFacts, may_decide_sheet, may_read_sheets, may_release_reading
from voting.queries import PollInFull
from voting.rules.papers import Paper, decode_paper, encode_paper
from voting.rules.sheets import blank_paper
from voting.service.cast import check_ballot, contest_of
from voting.states import DECIDING, READINGS, SAW_BOTH, SAW_OWN, SheetKind


class Sheet(msgspec.Struct, frozen=True):
    """What somebody finds on a paper. `reason`: why it is spoiled, or why a third decided so."""

    kind: SheetKind
    paper: Paper | None = None
    reason: str = ""

    @property
    def said(self) -> tuple[SheetKind, Paper | None]:
        """What has to agree between two clerks."""
        return self.kind, self.paper


class Differing(NamedTuple):
    """A sheet on which the two clerks differ, and what the third decided."""

    sheet: int
    first: Sheet
    second: Sheet
    decided: Sheet | None


@dataclass(frozen=True)
class Reading:
    """A place with what is read there, as it was loaded: what is made of it is made once."""

    full: PollInFull
    place: PollingPlace
    readings: list[PaperReading]
    witnesses: list[PaperWitness]
    entries: list[PaperEntry]

    @cached_property
    def differing(self) -> list[Differing]:
        """Where the two differ, once both are done; before that nobody is told."""
        if not self.is_finished:
            return []
        rows = {(one.sheet, one.reading): sheet_of(one) for one in self.entries}
        found = []
        for number in sorted({sheet for sheet, _ in rows}):
            first, second = (rows[number, reading] for reading in READINGS)
            if first.said != second.said:
                found.append(Differing(number, first, second, rows.get((number, DECIDING))))
        return found

    @cached_property
    def is_finished(self) -> bool:
        """Whether both clerks have entered every sheet; of an empty box there is none."""
        done = sum(one.done_at is not None for one in self.readings)
        return self.place.in_box == 0 or done == len(READINGS)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """What counts of each sheet, in their order; empty before everything is decided."""
        differing = {one.sheet: one.decided for one in self.differing}
        if not self.is_finished or None in differing.values():
            return []
        first = [one for one in self.entries if one.reading == READINGS[0]]
        return [differing.get(one.sheet) or sheet_of(one) for one in first]

    @cached_property
    def is_read(self) -> bool:
        """Whether every sheet was entered twice, and decided where that differed."""
        return self.is_finished and all(one.decided is not None for one in self.differing)


def sheet_of(entry: PaperEntry) -> Sheet:
    """An entry as it is compared and shown."""
    paper = None if entry.paper is None else decode_paper(entry.paper.encode())
    return Sheet(SheetKind(entry.kind), paper, entry.reason)


def papers_on(full: PollInFull, sheets: list[Sheet]) -> list[Paper]:
    """The papers that go into the count: ballots, and blank ones as papers that name nothing."""
    blank = blank_paper(contest_of(full.poll).vote_type)
    return [sheet.paper or blank for sheet in sheets if sheet.kind is not SheetKind.SPOILED]


async def load_reading(
    session: AsyncSession, poll_id: uuid.UUID, number: int, *, lock: bool = False, entries: bool = True
) -> Reading:
    """A place with who reads it and, unless without, everything entered there. Locks, when asked: the place.

    Raises: PlaceNotFound.
    """
    full = await queries.get_poll(session, poll_id)
    place = await queries.get_place(session, poll_id, number, lock=lock)
    return Reading(
        full,
        place,
        await queries.list_readings(session, poll_id, number),
        await queries.list_witnesses(session, poll_id, number),
        await queries.list_entries(session, poll_id, number) if entries else [],
    )


def facts_of_reading(
    found: Reading, *, signed_by: tuple[uuid.UUID, ...] = (), adds_up: bool = False
) -> PlaceFacts:
    """The place as decisions see it."""
    return PlaceFacts(
        is_closed=found.place.closed_at is not None,
        has_protocol=found.place.in_box is not None,
        adds_up=adds_up,
        readers=tuple(one.account_id for one in found.readings),
        finished=tuple(one.account_id for one in found.readings if one.done_at is not None),
        is_read=found.is_read,
        released=tuple(one.account_id for one in found.witnesses if one.saw == SAW_OWN),
        witnesses=tuple(one.account_id for one in found.witnesses if one.saw == SAW_BOTH),
        signed_by=signed_by,
    )


async def begin_reading(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> int:
    """Take one of the two rows of a place, or go on with one's own; which one it is.

    Locks: the place. Raises: Forbidden, PlaceNotFound.
    """
    found = await load_reading(session, poll_id, number, lock=True)
    require(may_read_sheets(actor, found.full.facts, facts_of_reading(found)))
    mine = [one.reading for one in found.readings if one.account_id == actor.id]
    if mine:
        return mine[0]
    free = next(number for number in READINGS if number not in {one.reading for one in found.readings})
    try:
        async with session.begin_nested():
            session.add(PaperReading(poll_id=poll_id, place=number, reading=free, account_id=actor.id))
            await session.flush()
    except IntegrityError as clash:  # cannot be while the place is locked; the table holds it all the same
        raise Conflict() from clash
    facts: dict[str, object] = {"by": actor.name, "number": number}
    await register.record(session, "poll.reading_begun", f"poll:{poll_id}", facts, now=now)
    return free


async def enter_sheet(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, sheet: int, found: Sheet
) -> None:
    """Write down what this clerk finds on a sheet, or correct it before they are done.

    Locks: the place. Raises: Forbidden, NoReading, NoSuchSheet, BallotRefused.
    """
    reading = await load_reading(session, poll_id, number, lock=True, entries=False)
    require(may_read_sheets(actor, reading.full.facts, facts_of_reading(reading)))
    mine = next((one for one in reading.readings if one.account_id == actor.id), None)
    if mine is None:
        raise NoReading()
    _check_sheet(reading, sheet, found)
    await _write(session, reading, sheet, mine.reading, actor, found)


def _check_sheet(reading: Reading, sheet: int, found: Sheet) -> None:
    """Raises: NoSuchSheet, BallotRefused."""
    last = reading.place.in_box or 0
    if not 1 <= sheet <= last:
        raise NoSuchSheet(last=last)
    if found.paper is not None:
        check_ballot(reading.full.poll, found.paper)


async def _write(
    session: AsyncSession, reading: Reading, sheet: int, row: int, actor: Actor, found: Sheet
) -> None:
    key = (reading.full.poll.id, reading.place.number, sheet, row)
    entry = await session.get(PaperEntry, key, populate_existing=True)
    if entry is None:
        entry = PaperEntry(poll_id=key[0], place=key[1], sheet=sheet, reading=row)
        session.add(entry)
    entry.account_id = actor.id
    entry.kind = found.kind.value
    entry.paper = None if found.paper is None else encode_paper(found.paper).decode()
    entry.reason = clean(found.reason)
    await session.flush()


async def finish_reading(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> None:
    """Say that every sheet is entered. From now on this clerk's entries stay.

    Locks: the place. Raises: Forbidden, NoReading, SheetsMissing.
    """
    reading = await load_reading(session, poll_id, number, lock=True)
    require(may_read_sheets(actor, reading.full.facts, facts_of_reading(reading)))
    mine = next((one for one in reading.readings if one.account_id == actor.id), None)
    if mine is None:
        raise NoReading()
    entered = {one.sheet for one in reading.entries if one.reading == mine.reading}
    missing = [sheet for sheet in range(1, (reading.place.in_box or 0) + 1) if sheet not in entered]
    if missing:
        raise SheetsMissing(sheets=_ranges(missing))
    mine.done_at = now
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "number": number, "sheets": len(entered)}
    await register.record(session, "poll.reading_done", f"poll:{poll_id}", facts, now=now)


def _ranges(numbers: list[int]) -> str:
    """Numbers as people write them.

    >>> _ranges([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


async def note_witness(
    session: AsyncSession,
    reading: Reading,
    account_id: uuid.UUID,
    saw: str,
    *,
    reason: str = "",
    now: datetime,
) -> None:
    """Remember that a clerk is not blind any more in this place. The caller holds the lock of the place."""
    key = (reading.full.poll.id, reading.place.number, account_id, saw)
    if await session.get(PaperWitness, key) is None:
        witness = PaperWitness(
            poll_id=key[0], place=key[1], account_id=account_id, saw=saw, reason=reason, since=now
        )
        session.add(witness)
        await session.flush()


async def decide_sheet(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    sheet: int,
    found: Sheet,
    *,
    now: datetime,
) -> None:
    """A third clerk looks at the paper and says what it is, and why.

    Locks: the place. Raises: Forbidden, NothingToDecide, NoSuchSheet, BallotRefused.
    """
    reading = await load_reading(session, poll_id, number, lock=True)
    signed = await queries.list_signatures(session, poll_id, number)
    signed_by = tuple(one.account_id for one in signed)
    require(may_decide_sheet(actor, reading.full.facts, facts_of_reading(reading, signed_by=signed_by)))
    if sheet not in {one.sheet for one in reading.differing}:
        raise NothingToDecide()
    _check_sheet(reading, sheet, found)
    await note_witness(session, reading, actor.id, SAW_BOTH, now=now)
    await _write(session, reading, sheet, DECIDING, actor, found)
    facts: dict[str, object] = {"by": actor.name, "number": number, "sheet": sheet}
    await register.record(session, "poll.sheet_decided", f"poll:{poll_id}", facts, now=now)


async def release_reading(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    row: int,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Give one clerk's entries up, with a public reason, so that another enters the sheets anew. The clerk is
    remembered: they neither enter these sheets again nor decide on them.

    Locks: the place. Raises: Forbidden, NoReading.
    """
    reading = await load_reading(session, poll_id, number, lock=True)
    signed = await queries.list_signatures(session, poll_id, number)
    signed_by = tuple(one.account_id for one in signed)
    require(may_release_reading(actor, reading.full.facts, facts_of_reading(reading, signed_by=signed_by)))
    mine = next((one for one in reading.readings if one.reading == row), None)
    if mine is None:
        raise NoReading()
    await note_witness(session, reading, mine.account_id, SAW_OWN, reason=clean(reason), now=now)
    names = await people.list_names(session, [mine.account_id])
    gone = (row, DECIDING)  # a decision between two entries stands on both
    await session.execute(
        delete(PaperEntry).where(
            PaperEntry.poll_id == poll_id, PaperEntry.place == number, PaperEntry.reading.in_(gone)
        )
    )
    await session.execute(
        delete(PaperReading).where(
            PaperReading.poll_id == poll_id, PaperReading.place == number, PaperReading.reading == row
        )
    )
    clerk = names.get(mine.account_id, "")
    facts: dict[str, object] = {"by": actor.name, "number": number, "clerk": clerk, "reason": clean(reason)}
    await register.record(session, "poll.reading_released", f"poll:{poll_id}", facts, now=now)
