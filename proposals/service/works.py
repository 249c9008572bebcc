"""What the department enters of the works on a funded project: milestones, spending, photos.

Nothing of it is changed or deleted: a changed plan, and a correction, are entries of their own. Each form
carries the number of entries its author was looking at (`seen`), so that a second click, or a colleague
meanwhile, is answered with what is there.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.images import StoredPhoto
from app.kit.policy import require
from cycles.models import Cycle
from proposals import queries
from proposals.errors import (
    CorrectsTooMuch,
    MilestoneNotFound,
    NothingChanged,
    PhotoAlreadyThere,
    PhotoNotFound,
    SpendingNotFound,
    TooManyWorksPhotos,
    WorksChangedMeanwhile,
)
from proposals.models import Milestone, Project, Spending, WorksPhoto
from proposals.policy import MAX_WORKS_PHOTOS
from proposals.policy.works import may_keep_works
from proposals.service.telling import announce_milestone
from proposals.service.timeline import tell
from proposals.states import EventKind, MilestoneKind, find_disorder

FAR = timedelta(days=20 * 366)  # no plan reaches farther, and nothing on file is older: a slip of the finger


class MilestoneEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a milestone now. `ordinal`: of a free one that is there; 0 makes a new one."""

    kind: MilestoneKind
    ordinal: int = 0
    title: str = ""
    planned_on: date | None = None
    actual_on: date | None = None
    note: str = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid."""

    amount_bani: int
    purpose: str
    document: str
    paid_on: date


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the payment at `position` is taken back, and why."""

    position: int
    amount_bani: int
    document: str
    reason: str


class Change(NamedTuple):
    """What an entry changed of a milestone, as the timeline and the register tell it."""

    kind: EventKind
    facts: dict[str, object]


def describe_change(entry: Milestone, before: Milestone | None) -> Change:
    """What `entry` says that the entry `before` did not."""
    planned_before = before.planned_on if before else None
    actual_before = before.actual_on if before else None
    if entry.actual_on != actual_before:
        kind = EventKind.REACHED if actual_before is None else EventKind.REDATED
    else:
        kind = EventKind.PLANNED if planned_before is None else EventKind.REPLANNED
    days = {
        "planned_on": entry.planned_on,
        "planned_before": planned_before,
        "actual_on": entry.actual_on,
        "actual_before": actual_before,
    }
    facts: dict[str, object] = {"step": entry.kind, "step_title": entry.title}
    return Change(kind, facts | {name: day.isoformat() for name, day in days.items() if day is not None})


# ── milestones ────────────────────────────────────────────────────────────────
async def enter_milestone(
    session: AsyncSession,
    actor: Actor,
    project_id: uuid.UUID,
    entry: MilestoneEntry,
    *,
    seen: int,
    now: datetime,
) -> Milestone:
    """Write down a plan, a changed plan with its reason, or the day on which a milestone was reached.

    Locks: the project, its idea, the register's head. Raises: Forbidden, FormErrors, MilestoneNotFound;
    WorksChangedMeanwhile when the project has more entries than the `seen` ones.
    """
    project, cycle = await _lock_works(session, actor, project_id)
    entries = await queries.list_milestones(session, project.id)
    before = _find_before(entries, entry)
    row = Milestone(
        id=new_id(),
        project_id=project.id,
        position=len(entries) + 1,
        kind=entry.kind.value,
        ordinal=_ordinal(entries, entry),
        title=before.title if before else entry.title,
        planned_on=entry.planned_on,
        actual_on=entry.actual_on,
        note=entry.note,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    if len(entries) != seen:
        raise WorksChangedMeanwhile()
    _check_milestone(row, before, entries, today=local_date(now))
    session.add(row)
    await session.flush()
    change = describe_change(row, before)
    if project.idea_id is not None:
        idea = await queries.get_idea(session, project.idea_id, lock=True)
        facts = {**change.facts, "project": project.number}
        tell(session, idea, change.kind, by_name=actor.name, text=row.note, facts=facts, now=now)
        await session.flush()
    else:
        announce_milestone(session, project, change.kind, change.facts, now=now)
    facts = {"change": change.kind.value, **change.facts, "note": row.note, "by": actor.name}
    await register.record(
        session, "works.milestone", _subject(project), _public(project, cycle, facts), now=now
    )
    return row


def _find_before(entries: Sequence[Milestone], entry: MilestoneEntry) -> Milestone | None:
    """The entry that holds so far. Raises: MilestoneNotFound for a free one that is not there."""
    held = (row for row in reversed(entries) if (row.kind, row.ordinal) == (entry.kind, entry.ordinal))
    before = next(held, None)
    if before is None and entry.ordinal:
        raise MilestoneNotFound()
    return before


def _ordinal(entries: Sequence[Milestone], entry: MilestoneEntry) -> int:
    if entry.kind is not MilestoneKind.OTHER or entry.ordinal:
        return entry.ordinal
    return max((row.ordinal for row in entries), default=0) + 1


def _check_milestone(
    row: Milestone, before: Milestone | None, entries: Sequence[Milestone], *, today: date
) -> None:
    """Raises: FormErrors with what cannot be so."""
    errors: dict[str, DomainError] = {}
    if row.kind == MilestoneKind.OTHER and not row.title:
        errors["title"] = Invalid(N_("Name the milestone"))
    if row.planned_on is not None and abs(row.planned_on - today) > FAR:
        errors["planned_on"] = Invalid(N_("This day is too far away. Look at the year again."))
    if row.actual_on is not None and row.actual_on > today:
        errors["actual_on"] = Invalid(N_("This day is still to come. Enter it as planned."))
    elif row.actual_on is not None and today - row.actual_on > FAR:
        errors["actual_on"] = Invalid(N_("This day is too far away. Look at the year again."))
    elif find_disorder(queries.last_entries([*entries, row])):
        errors["actual_on"] = Invalid(
            N_("The contract comes first, then the beginning of the works, their end, and the reception.")
        )
    if before is None and row.planned_on is None and row.actual_on is None:
        errors["planned_on"] = Invalid(N_("Enter the planned day, or the day on which it was reached"))
    if before is not None:
        errors |= _check_changed(row, before)
    if errors:
        raise FormErrors(errors)


def _check_changed(row: Milestone, before: Milestone) -> dict[str, DomainError]:
    """A change is one, and says why, unless it is only that a milestone was reached."""
    if (row.planned_on, row.actual_on) == (before.planned_on, before.actual_on):
        return {"planned_on": NothingChanged()}
    only_reached = row.planned_on == before.planned_on and before.actual_on is None
    if not only_reached and len(row.note) < 10:
        return {"note": Invalid(N_("Say why it changes, in a sentence; the reason is published"))}
    return {}


# ── spending ──────────────────────────────────────────────────────────────────
async def enter_payment(
    session: AsyncSession, actor: Actor, project_id: uuid.UUID, payment: Payment, *, seen: int, now: datetime
) -> Spending:
    """Write down what was paid.

    Locks: the project, the register's head. Raises: Forbidden, FormErrors, WorksChangedMeanwhile.
    """
    project, cycle = await _lock_works(session, actor, project_id)
    spendings = await _check_seen(session, project, seen)
    if payment.paid_on > local_date(now):
        raise FormErrors({"paid_on": Invalid(N_("This day is still to come."))})
    row = Spending(
        position=len(spendings) + 1,
        amount_bani=payment.amount_bani,
        purpose=payment.purpose,
        document=payment.document,
        paid_on=payment.paid_on,
        reason="",
    )
    return await _append(session, actor, project, cycle, row, now=now)


async def correct_payment(
    session: AsyncSession,
    actor: Actor,
    project_id: uuid.UUID,
    correction: Correction,
    *,
    seen: int,
    now: datetime,
) -> Spending:
    """Take a payment back, or a part of it, with a negative entry.

    Locks: the project, the register's head. Raises: Forbidden, FormErrors, SpendingNotFound,
    WorksChangedMeanwhile.
    """
    project, cycle = await _lock_works(session, actor, project_id)
    spendings = await _check_seen(session, project, seen)
    payment, left = find_payment(spendings, correction.position)
    if correction.amount_bani > left:
        raise FormErrors({"amount": CorrectsTooMuch(left=f"{left // 100},{left % 100:02d}")})
    row = Spending(
        position=len(spendings) + 1,
        amount_bani=-correction.amount_bani,
        purpose=payment.purpose,
        document=correction.document,
        paid_on=local_date(now),
        corrects_id=payment.id,
        reason=correction.reason,
    )
    return await _append(session, actor, project, cycle, row, now=now)


def find_payment(spendings: Sequence[Spending], position: int) -> tuple[Spending, int]:
    """The payment at a position and what corrections have left of it. Raises: SpendingNotFound."""
    payment = next((one for one in spendings if one.position == position and one.amount_bani > 0), None)
    if payment is None:
        raise SpendingNotFound()
    return payment, payment.amount_bani + sum(
        one.amount_bani for one in spendings if one.corrects_id == payment.id
    )


async def _check_seen(session: AsyncSession, project: Project, seen: int) -> list[Spending]:
    spendings = await queries.list_spendings(session, project.id)
    if len(spendings) != seen:
        raise WorksChangedMeanwhile()
    return spendings


async def _append(
    session: AsyncSession, actor: Actor, project: Project, cycle: Cycle, row: Spending, *, now: datetime
) -> Spending:
    row.id, row.project_id = new_id(), project.id
    row.at, row.by_id, row.by_name = now, actor.id, actor.name
    session.add(row)
    await session.flush()
    facts: dict[str, object] = {
        "amount_bani": row.amount_bani,
        "purpose": row.purpose,
        "document": row.document,
        "paid_on": row.paid_on.isoformat(),
        "by": actor.name,
    }
    if row.reason:
        facts["reason"] = row.reason
    await register.record(
        session, "works.spending", _subject(project), _public(project, cycle, facts), now=now
    )
    return row


# ── photos ────────────────────────────────────────────────────────────────────
async def add_works_photo(
    session: AsyncSession,
    actor: Actor,
    project_id: uuid.UUID,
    photo: StoredPhoto,
    *,
    alt: str,
    taken_on: date,
    now: datetime,
) -> WorksPhoto:
    """Show a photo of the works.

    Locks: the project, the register's head. Raises: Forbidden, FormErrors, PhotoAlreadyThere,
    TooManyWorksPhotos.
    """
    project, cycle = await _lock_works(session, actor, project_id)
    shown = await queries.list_works_photos(session, project.id)
    if len(shown) >= MAX_WORKS_PHOTOS:
        raise TooManyWorksPhotos(limit=MAX_WORKS_PHOTOS)
    if photo.large_key in {one.large_key for one in shown}:
        raise PhotoAlreadyThere()
    if taken_on > local_date(now):
        raise FormErrors({"taken_on": Invalid(N_("This day is still to come."))})
    row = WorksPhoto(
        id=new_id(),
        project_id=project.id,
        alt=alt,
        taken_on=taken_on,
        created_at=now,
        by_name=actor.name,
        withdrawn_why="",
        **msgspec.structs.asdict(photo),
    )
    session.add(row)
    await session.flush()
    facts: dict[str, object] = {"alt": alt, "taken_on": taken_on.isoformat(), "by": actor.name}
    facts["sha256"] = photo.large_key.partition(".")[0]
    await register.record(session, "works.photo", _subject(project), _public(project, cycle, facts), now=now)
    return row


async def withdraw_works_photo(
    session: AsyncSession, actor: Actor, photo_id: uuid.UUID, *, why: str, now: datetime
) -> WorksPhoto:
    """No longer show a photo of the works, for instance because a face is in it; the reason is published.

    Locks: the project, the register's head. Raises: Forbidden, PhotoNotFound.
    """
    photo = await queries.get_works_photo(session, photo_id)
    project, cycle = await _lock_works(session, actor, photo.project_id)
    await session.refresh(photo)  # as it is under the lock
    if photo.opinion_id is not None or photo.withdrawn_at is not None:
        raise PhotoNotFound()
    photo.withdrawn_at, photo.withdrawn_why = now, why
    await session.flush()
    facts: dict[str, object] = {"alt": photo.alt, "reason": why, "by": actor.name}
    kind = "works.photo-withdrawn"
    await register.record(session, kind, _subject(project), _public(project, cycle, facts), now=now)
    return photo


# ── all of them ───────────────────────────────────────────────────────────────
async def _lock_works(session: AsyncSession, actor: Actor, project_id: uuid.UUID) -> tuple[Project, Cycle]:
    project, cycle = await queries.get_works(session, project_id, lock=True)
    answers = await queries.answers_for(session, project, actor.id)
    verdict = may_keep_works(actor, outcome=project.outcome, is_imported=cycle.is_imported, answers=answers)
    require(verdict)
    return project, cycle


def _subject(project: Project) -> str:
    return f"works:{project.id}"


def _public(project: Project, cycle: Cycle, facts: dict[str, object]) -> dict[str, object]:
    return {"cycle": cycle.slug, "project": project.number, "title": project.title, **facts}
