"""The door: what tablets send, what is noted on the page, what the organizer decides.

Nothing is ever overwritten: each of these adds events, and holds the consultation while it does, so that an
event that replaces others names only those that are there. Sent twice, an event is the same event.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from consultations import queries
from consultations.models import Consultation, DoorEvent, WalkIn
from consultations.policy import may_decide_attendance, may_note_arrivals
from consultations.queries.door import (
    last_sequence,
    list_events,
    list_groups,
    list_sent,
    read_attendance,
)
from consultations.rules.door import MOST_AT_ONCE, MOST_CHILDREN, Kind
from consultations.service.coming import KEPT_FOR

MOST_EVENTS = 20_000  # of one door: far more than any room holds
SHORTEST_REASON = 10
LONGEST_OFF = 68 * 365 * 86_400  # seconds: a tablet whose clock stopped begins in 1970


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a tablet's notes. `group`: the registration, or the walk-in by the id that the tablet made;
    `replaces`: the events of this group that were in force on the tablet; `at`: by its clock.
    """

    sequence: int
    kind: Kind
    group: uuid.UUID
    people: int
    children: int = 0
    name: str = ""
    replaces: tuple[str, ...] = ()
    at: datetime


class Problem(StrEnum):
    """Why a line was not kept; the tablet still has it."""

    TAKEN = "taken"  # something else was said under this count: two devices believe to be the same
    UNKNOWN = "unknown"  # nobody like this is expected here
    FULL = "full"


class Kept(msgspec.Struct, frozen=True):
    """What became of a line. `problem`: empty when it is kept."""

    sequence: int
    problem: str = ""


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a group are here, as somebody says on a page, and the events that the page showed."""

    people: int
    children: int = 0
    seen: tuple[str, ...] = ()


# ── tablets ───────────────────────────────────────────────────────────────────
async def note_batch(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    device_id: uuid.UUID,
    notes: Sequence[Noted],
    *,
    sent_at: datetime,
    now: datetime,
) -> list[Kept]:
    """Keep what a tablet noted, in the order of its own count; what was kept before stays as it is.
    `sent_at`: by the tablet's clock.

    Locks: the consultation. Raises: Forbidden.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_note_arrivals(actor, row, now=now))
    off = int((sent_at - now) / timedelta(seconds=1))
    book = await _open_book(session, row, actor, device_id, now=now)
    book.clock_off = max(-LONGEST_OFF, min(LONGEST_OFF, off))
    sent = await list_sent(session, device_id, {one.sequence for one in notes})
    said = {
        sequence: (event.kind, event.group, event.people, event.children) for sequence, event in sent.items()
    }
    answers = []
    for one in sorted(notes, key=lambda one: one.sequence):
        says = (one.kind.value, str(one.group), one.people, one.children)
        if one.sequence in said:
            answers.append(Kept(one.sequence, "" if said[one.sequence] == says else Problem.TAKEN))
            continue
        problem = await book.write(one)
        if not problem:
            said[one.sequence] = says
        answers.append(Kept(one.sequence, problem))
    await session.flush()
    return answers


class _Book:
    """The notes of one door, while its consultation is held. `groups`: who is known, with what was noted."""

    def __init__(
        self, session: AsyncSession, row: Consultation, actor: Actor, device_id: uuid.UUID, now: datetime
    ) -> None:
        self.session, self.row, self.actor = session, row, actor
        self.device_id, self.now = device_id, now
        self.clock_off = 0
        self.registrations: set[str] = set()
        self.walk_ins: set[str] = set()
        self.refs: dict[str, set[str]] = {}
        self.size = 0

    async def write(self, one: Noted, *, reason: str = "") -> str:
        """Add a line. Returns the problem, if there is one."""
        group = str(one.group)
        if self.size >= MOST_EVENTS:
            return Problem.FULL
        if group not in self.registrations | self.walk_ins and not await self._let_in(one):
            return Problem.UNKNOWN
        is_registered = group in self.registrations
        if is_registered and one.kind is Kind.WALKED_IN:
            return Problem.UNKNOWN
        event = DoorEvent(
            id=new_id(),
            consultation_id=self.row.id,
            device_id=self.device_id,
            sequence=one.sequence,
            kind=one.kind.value,
            registration_id=one.group if is_registered else None,
            walk_in_id=None if is_registered else one.group,
            people=one.people,
            children=one.children,
            replaces=json.dumps(self._list_replaced(one)),
            reason=reason,
            at=one.at,
            clock_off=self.clock_off,
            received_at=self.now,
            by_id=self.actor.id,
        )
        self.session.add(event)
        self.refs.setdefault(group, set()).add(event.ref)
        self.size += 1
        return ""

    async def _let_in(self, one: Noted) -> bool:
        """Whether this is somebody new who walked in; then they are written down."""
        if one.kind is not Kind.WALKED_IN or await self.session.get(WalkIn, one.group) is not None:
            return False
        walked = WalkIn(id=one.group, consultation_id=self.row.id, name=one.name, noted_at=self.now)
        self.session.add(walked)
        await self.session.flush()
        self.walk_ins.add(str(one.group))
        return True

    def _list_replaced(self, one: Noted) -> list[str]:
        """Of what a line says it replaces: what was noted of this group, and earlier lines of its own device,
        though they may be on their way. So nothing replaces what comes after it.
        """
        own, known = f"{self.device_id}.", self.refs.get(str(one.group), set())
        return [
            ref
            for ref in one.replaces
            if ref in known
            or (
                ref.startswith(own)
                and ref.removeprefix(own).isdecimal()
                and int(ref.removeprefix(own)) < one.sequence
            )
        ]


async def _open_book(
    session: AsyncSession, row: Consultation, actor: Actor, device_id: uuid.UUID, *, now: datetime
) -> _Book:
    book = _Book(session, row, actor, device_id, now)
    for group in (await list_groups(session, [row.id])).get(row.id, []):
        (book.walk_ins if group.is_walk_in else book.registrations).add(group.key)
    for event in (await list_events(session, [row.id])).get(row.id, []):
        book.refs.setdefault(event.group, set()).add(event.ref)
        book.size += 1
    return book


# ── the page ──────────────────────────────────────────────────────────────────
async def note_here(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    group: uuid.UUID,
    here: Here,
    *,
    now: datetime,
) -> bool:
    """Note on the page how many of a group are here now; nobody: it was a mistake. What was noted elsewhere
    since the page was shown is not replaced. Returns whether anything is new: a second click changes nothing.

    Locks: the consultation. Raises: Forbidden, FormErrors.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_note_arrivals(actor, row, now=now))
    check_here(here)
    standing = (await read_attendance(session, row.id)).standings.get(str(group))
    said = standing.said if standing else ()
    if (here.people, here.children) in (said or ((0, 0),)):
        return False
    kind = Kind.ARRIVED if here.people else Kind.UNDONE
    await _write_here(session, row, actor, kind, group, here, now=now)
    return True


async def note_walk_in(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    walk_in: uuid.UUID,
    name: str,
    here: Here,
    *,
    now: datetime,
) -> bool:
    """Note on the page who came without a registration. `walk_in`: of the form, so that a second click is the
    same people; `name`: may be empty. As `note_here`.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_note_arrivals(actor, row, now=now))
    check_here(here)
    if here.people == 0:
        raise FormErrors({"people": Invalid(N_("Write how many people there are."))})
    if await session.get(WalkIn, walk_in) is not None:
        return False
    await _write_here(session, row, actor, Kind.WALKED_IN, walk_in, here, name=name, now=now)
    return True


async def _write_here(
    session: AsyncSession,
    row: Consultation,
    actor: Actor,
    kind: Kind,
    group: uuid.UUID,
    here: Here,
    *,
    name: str = "",
    reason: str = "",
    now: datetime,
) -> None:
    device = uuid.uuid5(row.id, f"page:{actor.id}")
    line = Noted(
        sequence=await last_sequence(session, device) + 1,
        kind=kind,
        group=group,
        people=here.people,
        children=here.children,
        name=name,
        replaces=here.seen,
        at=now,
    )
    book = await _open_book(session, row, actor, device, now=now)
    if await book.write(line, reason=reason):
        raise FormErrors({"": Invalid(N_("Nobody like this is expected here."))})
    await session.flush()


def check_here(here: Here, field: str = "") -> None:
    """Raises: FormErrors. `field`: what the names of the fields end with."""
    wrong: dict[str, DomainError] = {}
    if not 0 <= here.people <= MOST_AT_ONCE:
        wrong[f"people{field}"] = Invalid(N_("At most %(most)s people at once."), most=MOST_AT_ONCE)
    if not 0 <= here.children <= MOST_CHILDREN:
        wrong[f"children{field}"] = Invalid(N_("Up to %(most)s children."), most=MOST_CHILDREN)
    if wrong:
        raise FormErrors(wrong)


# ── deciding, forgetting ──────────────────────────────────────────────────────
async def decide(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    decided: Mapping[uuid.UUID, Here],
    *,
    reason: str,
    now: datetime,
) -> None:
    """Say how many of each group were there, where tablets said different things; nothing is overwritten, and
    what was noted since the page was shown is doubted anew. A second click decides nothing again.

    Locks: the consultation. Raises: Forbidden, FormErrors.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_decide_attendance(actor, row, now=now))
    for key, here in decided.items():
        check_here(here, f"-{key}")
    if len(reason) < SHORTEST_REASON:
        raise FormErrors({"reason": Invalid(N_("Say in a sentence how you know; it is kept."))})
    standings = (await read_attendance(session, row.id)).standings
    for group, here in decided.items():
        standing = standings.get(str(group))
        is_done = standing is not None and standing.is_decided
        if standing is not None and is_done and set(standing.said) == {(here.people, here.children)}:
            continue
        await _write_here(session, row, actor, Kind.DECIDED, group, here, reason=reason, now=now)


async def forget_walk_ins(session: AsyncSession, *, now: datetime) -> int:
    """Delete the names of who walked in to a consultation that is long over. How many they were stays."""
    over = select(Consultation.id).where(Consultation.ends_at < now - KEPT_FOR)
    query = update(WalkIn).where(WalkIn.consultation_id.in_(over), WalkIn.name != "").values(name="")
    result = await session.execute(query.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
