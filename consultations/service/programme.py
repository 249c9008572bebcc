"""The programme: proposed, published, changed for a reason, called off, held or not held.

Whoever publishes or moves one holds the rows of its official and its venue, so that nobody is in two places
at once. Every change of what was published is a row of its history, an entry of the public register, and a
higher sequence of its calendar entry.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.numbers import next_number
from app.kit.policy import Verdict, require
from consultations import queries
from consultations.errors import ChangedMeanwhile, NothingChanged, SlotTaken
from consultations.models import Change, Consultation, Host, Season, Venue
from consultations.policy import (
    may_cancel,
    may_change,
    may_drop,
    may_organize,
    may_publish,
    may_reinstate,
    may_report,
)
from consultations.rules.clashes import Clash, ClashKind, Slot, find_clashes
from consultations.rules.recurrence import MOST_DAYS
from consultations.service.coming import promote
from consultations.service.telling import tell_everybody
from consultations.states import LONGEST, SHORTEST, ChangeKind, State, Theme

SERIES = "CO"
WHEN_AND_WHERE = ("starts_at", "ends_at", "venue")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a consultation before it."""

    season_id: uuid.UUID
    host_id: uuid.UUID
    venue_id: uuid.UUID
    theme: Theme
    title: str
    about: str
    streets: str = ""
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None
    has_childcare: bool = False
    languages: str = ""


# ── proposing ─────────────────────────────────────────────────────────────────
async def check_slots(
    session: AsyncSession,
    plans: Sequence[tuple[uuid.UUID | None, Plan]],
    *,
    with_proposed: bool = True,
    now: datetime,
) -> list[list[Clash]]:
    """What stands against each of some plans (with the id of the consultation, if it is there already), by
    what is planned now, and perhaps what is only proposed; also one against another.
    """
    if not plans:
        return []
    hosts, venues = {one.host_id for _, one in plans}, {one.venue_id for _, one in plans}
    slots = [_slot(key, plan) for key, plan in plans]
    taken = await queries.list_slots(session, hosts, venues, with_proposed=with_proposed)
    known = {slot.key: slot for slot in taken}
    since, until = min(one.starts_at for one in slots), max(one.ends_at for one in slots)
    occasions = await queries.list_occasions(session, since, until)
    days_off = await list_days_off(session)
    seasons = {one.id: (one.starts_on, one.ends_on) for one in await queries.list_seasons(session)}
    others = known | {slot.key: slot for slot in slots}
    return [
        find_clashes(
            slot,
            others=others.values(),
            occasions=occasions,
            season=seasons[plan.season_id],
            days_off=days_off,
            now=now,
        )
        for slot, (_, plan) in zip(slots, plans, strict=True)
    ]


def _slot(key: uuid.UUID | None, plan: Plan) -> Slot:
    return Slot(
        key=str(key or new_id()),
        title=plan.title,
        host=str(plan.host_id),
        venue=str(plan.venue_id),
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        path=f"/consultations/{key}" if key else "",
    )


async def propose(
    session: AsyncSession, actor: Actor, plans: Sequence[Plan], *, form: uuid.UUID, now: datetime
) -> list[Consultation]:
    """Put one or several (a series) into the plan, for organizers to see. `form`: which form it was, so that
    a second click proposes nothing again.

    Locks: officials and venues. Raises: Forbidden, FormErrors.
    """
    require(may_organize(actor))
    await queries.lock_host_and_venue(
        session, {one.host_id for one in plans}, {one.venue_id for one in plans}
    )
    earlier = await queries.list_series(session, form)
    if earlier or not plans:
        return earlier
    if len(plans) > MOST_DAYS:
        raise FormErrors({"until": Invalid(N_("One series has at most %(most)s days."), most=MOST_DAYS)})
    rows = []
    for plan in plans:
        await check_plan(session, plan)
        row = Consultation(id=new_id(), series_id=form, created_at=now, sequence=0, **_stored(plan))
        row.state = State.PROPOSED.value
        rows.append(row)
    session.add_all(rows)
    await session.flush()
    return rows


def _stored(plan: Plan) -> dict[str, object]:
    return msgspec.structs.asdict(plan) | {"theme": plan.theme.value}


async def check_plan(session: AsyncSession, plan: Plan) -> tuple[Season, Host, Venue]:
    """Raises: FormErrors, and NotFound for what is not there."""
    season = await queries.get_season(session, plan.season_id)
    host = await queries.get_host(session, plan.host_id)
    venue = await queries.get_venue(session, plan.venue_id)
    lasts = plan.ends_at - plan.starts_at
    if not SHORTEST <= lasts <= LONGEST:
        raise FormErrors({"ends": Invalid(N_("It ends after it begins: 15 minutes to 12 hours later."))})
    if plan.capacity is not None and plan.capacity > venue.seats:
        raise FormErrors(
            {
                "capacity": Invalid(
                    N_("The venue has %(seats)s seats. Reserve fewer places."), seats=venue.seats
                )
            }
        )
    return season, host, venue


async def drop(session: AsyncSession, actor: Actor, consultation_id: uuid.UUID) -> None:
    """Take a proposal out of the plan. Locks: it. Raises: Forbidden once it was published."""
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_drop(actor, row))
    await session.delete(row)
    await session.flush()


# ── publishing, changing ──────────────────────────────────────────────────────
async def publish(
    session: AsyncSession, actor: Actor, ids: Sequence[uuid.UUID], *, now: datetime
) -> list[Consultation]:
    """Publish proposals, all or none; those published already stay as they are (a second click).

    Locks: them, their officials and venues, the number series, the register's head. Raises: Forbidden,
    SlotTaken. Queues: mail to who follows the officials, notices to neighbours.
    """
    require(may_organize(actor))
    rows = [await queries.get_consultation(session, one, lock=True) for one in sorted(set(ids))]
    rows = [row for row in rows if row.state == State.PROPOSED]
    await _hold_time(session, rows)
    plans = [(row.id, read_plan(row)) for row in rows]
    clashes = await check_slots(session, plans, with_proposed=False, now=now)
    for row, found in zip(rows, clashes, strict=True):
        require(may_publish(actor, row, now=now))
        _refuse_taken(found)
    rows.sort(key=lambda row: (row.starts_at, row.id))
    for row in rows:
        row.number = await next_number(session, SERIES, local_date(now).year)
        row.published_at = now
        row.move_to(State.PUBLISHED)
        await note(session, actor, row, ChangeKind.PUBLISHED, {}, now=now)
    return rows


async def _hold_time(session: AsyncSession, rows: Sequence[Consultation], *plans: Plan) -> None:
    hosts = {row.host_id for row in rows} | {plan.host_id for plan in plans}
    venues = {row.venue_id for row in rows} | {plan.venue_id for plan in plans}
    await queries.lock_host_and_venue(session, hosts, venues)


def _refuse_taken(found: Sequence[Clash]) -> None:
    """Raises: SlotTaken, for what no organizer can overrule."""
    taken = (ClashKind.HOST, ClashKind.VENUE)
    blocking = next((one for one in found if one.kind in taken), None)
    if blocking is not None:
        raise SlotTaken(title=blocking.title)


async def _refuse_taken_at(session: AsyncSession, row: Consultation, plan: Plan, *, now: datetime) -> None:
    (found,) = await check_slots(session, [(row.id, plan)], with_proposed=False, now=now)
    _refuse_taken(found)


def read_plan(row: Consultation) -> Plan:
    """What is said of a consultation now."""
    stored = {name: getattr(row, name) for name in Plan.__struct_fields__}
    return Plan(**stored | {"theme": Theme(row.theme)})


async def change(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    plan: Plan,
    *,
    reason: str,
    seen: int,
    now: datetime,
) -> Consultation:
    """Move a consultation or change its words; of one that is published, with a reason that is public.
    `seen`: the sequence that the form showed.

    Locks: it, its officials and venues, the register's head. Raises: Forbidden, ChangedMeanwhile,
    NothingChanged, SlotTaken, FormErrors. Queues: mail to everybody who registered, notices to followers.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_change(actor, row, now=now))
    if row.sequence != seen:
        raise ChangedMeanwhile()
    if read_plan(row) == plan:
        raise NothingChanged()
    await _hold_time(session, [row], plan)
    await check_plan(session, plan)
    is_public = row.state == State.PUBLISHED
    if is_public:
        await _refuse_taken_at(session, row, plan, now=now)
        _check_change(plan, reason, now=now)
    before = await read_facts(session, row)
    for name, value in _stored(plan).items():
        setattr(row, name, value)
    row.sequence += 1
    await session.flush()
    if is_public:
        after = await read_facts(session, row)
        moved = any(before[name] != after[name] for name in WHEN_AND_WHERE)
        kind = ChangeKind.MOVED if moved else ChangeKind.EDITED
        await promote(session, row, now=now)
        await note(session, actor, row, kind, before, reason=reason, now=now)
    return row


def _check_change(plan: Plan, reason: str, *, now: datetime) -> None:
    if plan.starts_at <= now:
        raise FormErrors({"day": Invalid(N_("A consultation cannot be moved into the past."))})
    _check_reason(reason)


def _check_reason(reason: str) -> None:
    if len(reason) < 10:
        raise FormErrors({"reason": Invalid(N_("Say why, in a sentence; the reason is published."))})


# ── calling off, reporting ────────────────────────────────────────────────────
async def cancel(
    session: AsyncSession, actor: Actor, consultation_id: uuid.UUID, *, reason: str, now: datetime
) -> Consultation:
    """Call it off, with a reason that is public.

    Locks: it, the register's head. Raises: Forbidden, FormErrors. Queues: mail to everybody who registered.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    verdict = may_cancel(actor, row, now=now)
    return await _move(session, actor, row, verdict, ChangeKind.CANCELLED, State.CANCELLED, reason, now=now)


async def reinstate(
    session: AsyncSession, actor: Actor, consultation_id: uuid.UUID, *, reason: str, now: datetime
) -> Consultation:
    """Say that one that was called off takes place after all; who had registered is expected again.

    Locks: it, its official and venue, the register's head. Raises: Forbidden, SlotTaken, FormErrors.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    verdict = may_reinstate(actor, row, now=now)
    await _hold_time(session, [row])
    if verdict:
        await _refuse_taken_at(session, row, read_plan(row), now=now)
    return await _move(session, actor, row, verdict, ChangeKind.REINSTATED, State.PUBLISHED, reason, now=now)


async def report(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    *,
    is_held: bool,
    reason: str,
    now: datetime,
) -> Consultation:
    """Say that it was held, or was not and why. What was said before is corrected, with a reason.

    Locks: it, the register's head. Raises: Forbidden, FormErrors.
    """
    require(may_organize(actor))
    row = await queries.get_consultation(session, consultation_id, lock=True)
    to = State.HELD if is_held else State.NOT_HELD
    if row.state == to:
        return row  # a second click
    kind = ChangeKind.HELD if is_held else ChangeKind.NOT_HELD
    if row.state != State.PUBLISHED:
        kind = ChangeKind.CORRECTED
    return await _move(session, actor, row, may_report(actor, row, now=now), kind, to, reason, now=now)


async def _move(
    session: AsyncSession,
    actor: Actor,
    row: Consultation,
    verdict: Verdict,
    kind: ChangeKind,
    to: State,
    reason: str,
    *,
    now: datetime,
) -> Consultation:
    require(may_organize(actor))
    if row.state == to and kind in (ChangeKind.CANCELLED, ChangeKind.REINSTATED):
        return row  # a second click
    require(verdict)
    if kind is not ChangeKind.HELD:
        _check_reason(reason)
    before = await read_facts(session, row)
    row.move_to(to)
    if kind is not ChangeKind.HELD:  # which changes nothing in a calendar
        row.sequence += 1
    await session.flush()
    await promote(session, row, now=now)  # somebody may have closed their account while it was called off
    await note(session, actor, row, kind, before, reason=reason, now=now)
    return row


# ── the history ───────────────────────────────────────────────────────────────
async def read_facts(session: AsyncSession, row: Consultation) -> dict[str, object]:
    """What is public of a consultation, as its history and the register keep it."""
    host = await queries.get_host(session, row.host_id)
    venue = await queries.get_venue(session, row.venue_id)
    return {
        "state": row.state,
        "title": row.title,
        "theme": row.theme,
        "about": row.about,
        "streets": row.streets,
        "host": host.name,
        "venue": f"{venue.name}, {venue.address}",
        "area": venue.area,
        "starts_at": register.moment_text(row.starts_at),
        "ends_at": register.moment_text(row.ends_at),
        "capacity": row.capacity,
        "has_childcare": row.has_childcare,
        "languages": row.languages,
    }


async def note(
    session: AsyncSession,
    actor: Actor,
    row: Consultation,
    kind: ChangeKind,
    before: dict[str, object],
    *,
    reason: str = "",
    now: datetime,
) -> Change:
    """Write down what happened, tell everybody, and record it."""
    facts = await read_facts(session, row)
    changed = [name for name, value in facts.items() if before.get(name, ...) != value]
    earlier = (await queries.list_changes(session, [row.id])).get(row.id, [])
    entry = Change(
        id=new_id(),
        consultation_id=row.id,
        position=len(earlier) + 1,
        kind=kind.value,
        reason=reason,
        before=_json({name: before[name] for name in changed if name in before}),
        after=_json({name: facts[name] for name in changed}),
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    session.add(entry)
    row.changed_at = now
    await session.flush()
    await tell_everybody(session, row, entry, now=now)
    said: dict[str, object] = {
        "number": row.number,
        "change": kind.value,
        "reason": reason,
        "before": json.loads(entry.before),
        "after": json.loads(entry.after),
        "by": actor.name,
    }
    await register.record(session, f"consultation.{kind.value}", f"consultation:{row.id}", said, now=now)
    return entry


def _json(facts: dict[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
