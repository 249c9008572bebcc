"""Coming to a consultation: places, the waiting list, who calls, reminders.

Everything that gives or takes a place holds the consultation's row, so places are counted exactly; a place
that becomes free is given in the same transaction to whoever waits first, with the message that says so.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from accounts.queries import list_same_person
from accounts.service import CLOSED_NAME
from app.kit import crypto
from app.kit.db import new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from consultations import queries
from consultations.models import Consultation, Registration
from consultations.policy import may_answer_calls, may_register, may_register_others, takes_registrations
from consultations.queries.door import read_attendances, show_counted
from consultations.rules.places import Party as Wanted
from consultations.rules.places import count_free, list_promoted
from consultations.service.telling import mail_registration
from consultations.states import MOST_GUESTS, Coming, State, Via

KEPT_FOR = timedelta(days=30)  # after a consultation: needs and telephone numbers; then they are deleted


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes along, and what they need."""

    guests: int = 0
    children: int = 0
    needs: str = ""
    language: str = ""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who called an operator."""

    name: str
    phone: str
    email: str = ""
    locale: str = "ro"


# ── registering ───────────────────────────────────────────────────────────────
async def register(
    session: AsyncSession, actor: Actor, consultation_id: uuid.UUID, party: Party, *, now: datetime
) -> Registration:
    """Come to a consultation, or change who comes along; a person has one registration, from whichever
    account. Who withdrew and comes back goes to the end of the list.

    Locks: the consultation. Raises: Forbidden, FormErrors when more guests find no places. Queues: mail.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_register(actor, row, now=now))
    _check_party(party)
    accounts = await list_same_person(session, actor.id)
    own = await queries.find_registration(session, row.id, accounts)
    if own is not None and own.state != Coming.WITHDRAWN:
        await _change_party(session, row, own, party, now=now)
        return own
    if own is None:
        own = Registration(id=new_id(), consultation_id=row.id, account_id=actor.id, code=_new_code())
        session.add(own)
    own.name, own.locale, own.via = actor.name, actor.locale, Via.WEB.value
    await _enter(session, row, own, party, now=now)
    return own


async def register_caller(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    caller: Caller,
    party: Party,
    *,
    now: datetime,
) -> Registration:
    """Write down somebody who calls. The same name and number again is the same person: a second click.

    Locks: the consultation. Raises: Forbidden, FormErrors. Queues: mail when they have an address.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_register_others(actor, row, now=now))
    _check_party(party)
    for one in await queries.list_expected(session, row.id):
        if one.via == Via.PHONE and (one.name, one.phone) == (caller.name, caller.phone):
            return one
    own = Registration(id=new_id(), consultation_id=row.id, account_id=None, code=_new_code())
    own.via = Via.PHONE.value
    for name, value in msgspec.structs.asdict(caller).items():
        setattr(own, name, value)
    session.add(own)
    await _enter(session, row, own, party, now=now)
    return own


def _new_code() -> str:
    return crypto.normalise_code(crypto.new_code())


async def _enter(
    session: AsyncSession, row: Consultation, own: Registration, party: Party, *, now: datetime
) -> None:
    """Give places, or put at the end of the waiting list: nobody overtakes who waits already."""
    _set_party(own, party)
    with session.no_autoflush:
        waiting = await queries.list_waiting(session, row.id)
        free = await _count_free(session, row)
        own.position = await queries.last_position(session, row.id) + 1
    fits = not waiting and (free is None or own.places <= free)
    own.state = (Coming.CONFIRMED if fits else Coming.WAITING).value
    own.registered_at, own.confirmed_at, own.withdrawn_at = now, now if fits else None, None
    own.told_sequence = row.sequence
    await session.flush()
    await mail_registration(session, row, own, "confirmed" if fits else "waiting")


def _check_party(party: Party) -> None:
    if not 0 <= party.guests <= MOST_GUESTS:
        raise FormErrors(
            {"guests": Invalid(N_("One person can bring up to %(most)s guests."), most=MOST_GUESTS)}
        )
    if not 0 <= party.children <= MOST_GUESTS:
        raise FormErrors({"children": Invalid(N_("Up to %(most)s children."), most=MOST_GUESTS)})


def _set_party(own: Registration, party: Party) -> None:
    for name, value in msgspec.structs.asdict(party).items():
        setattr(own, name, value)


async def _count_free(session: AsyncSession, row: Consultation) -> int | None:
    taken = await queries.sum_places(session, row.id)
    return count_free(row.capacity, [Wanted("", taken)])


async def _change_party(
    session: AsyncSession, row: Consultation, own: Registration, party: Party, *, now: datetime
) -> None:
    """Fewer guests free places; more are taken only while there are places and nobody waits for them."""
    more = party.guests - own.guests
    if more > 0 and own.state == Coming.CONFIRMED:
        free = await _count_free(session, row)
        is_waited_for = bool(await queries.list_waiting(session, row.id))
        if free is not None and (is_waited_for or more > free):
            places = 0 if is_waited_for else free
            raise FormErrors(
                {
                    "guests": Invalid(
                        N_("There are no more places: %(free)s left. You keep yours."), free=places
                    )
                }
            )
    changed = own.guests != party.guests
    _set_party(own, party)
    await session.flush()
    if changed:
        await mail_registration(session, row, own, "changed")
    await promote(session, row, now=now)


# ── withdrawing, moving up ────────────────────────────────────────────────────
async def withdraw(
    session: AsyncSession, actor: Actor, consultation_id: uuid.UUID, *, now: datetime
) -> Registration | None:
    """No longer come; twice is once. Locks: the consultation. Raises: Forbidden once it has begun.
    Queues: mail to who moves up.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    own = await queries.find_registration(session, row.id, await list_same_person(session, actor.id))
    if own is not None:
        await _withdraw(session, row, own, now=now)
    return own


async def withdraw_by_ticket(session: AsyncSession, code: str, *, now: datetime) -> Registration:
    """No longer come, by the code of the ticket: for who called, without an account. As `withdraw`.

    Raises: TicketNotFound.
    """
    found = await queries.get_registration_by_code(session, code)
    row = await queries.get_consultation(session, found.consultation_id, lock=True)
    await session.refresh(found)
    await _withdraw(session, row, found, now=now)
    return found


async def _withdraw(session: AsyncSession, row: Consultation, own: Registration, *, now: datetime) -> None:
    if own.state == Coming.WITHDRAWN:
        return
    require(takes_registrations(row, now=now))
    own.state, own.withdrawn_at, own.needs = Coming.WITHDRAWN.value, now, ""
    await session.flush()
    await mail_registration(session, row, own, "withdrawn")
    await promote(session, row, now=now)


async def promote(session: AsyncSession, row: Consultation, *, now: datetime) -> list[Registration]:
    """Give free places to who waits, in their order. The caller holds the consultation. Queues: mail."""
    if row.state != State.PUBLISHED:
        return []
    waiting = await queries.list_waiting(session, row.id)
    free = await _count_free(session, row)
    places = list_promoted(free, [Wanted(str(one.id), one.places) for one in waiting])
    promoted = waiting[: len(places)]
    for one in promoted:
        one.state, one.confirmed_at = Coming.CONFIRMED.value, now
    await session.flush()
    for one in promoted:
        one.told_sequence = row.sequence if one.account_id or one.email else -1
        await mail_registration(session, row, one, "promoted")
    await session.flush()
    return promoted


# ── calls, reminders, forgetting ──────────────────────────────────────────────
async def mark_told(session: AsyncSession, actor: Actor, registration_id: uuid.UUID, *, seen: int) -> None:
    """Somebody was called and knows what has changed up to the sequence `seen`. Raises: Forbidden."""
    require(may_answer_calls(actor))
    query = (
        select(Registration, Consultation.sequence)
        .join(Consultation, Consultation.id == Registration.consultation_id)
        .where(Registration.id == registration_id)
        .with_for_update(of=Registration)
    )
    for one, newest in (await session.execute(query.execution_options(populate_existing=True))).all():
        one.told_sequence = max(one.told_sequence, min(seen, newest))
    await session.flush()


async def remind(session: AsyncSession, consultation_id: uuid.UUID, *, now: datetime) -> int:
    """Remind everybody who has a place of the day before; once for each beginning. Returns how many.

    Locks: the consultation. Queues: mail.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    if row.state != State.PUBLISHED or row.reminded_for == row.starts_at or row.starts_at <= now:
        return 0
    row.reminded_for = row.starts_at
    expected = await queries.list_expected(session, row.id)
    confirmed = [one for one in expected if one.state == Coming.CONFIRMED]
    for one in confirmed:
        await mail_registration(session, row, one, "reminder")
    await session.flush()
    return len(confirmed)


async def forget_people(session: AsyncSession, *, now: datetime) -> int:
    """Delete needs, numbers and addresses of who came to a consultation that is long over."""
    over = select(Consultation.id).where(Consultation.ends_at < now - KEPT_FOR)
    told = func.length(Registration.needs) + func.length(Registration.phone) + func.length(Registration.email)
    forgotten = (
        update(Registration)
        .where(Registration.consultation_id.in_(over), told + func.length(Registration.language) > 0)
        .values(needs="", phone="", email="", language="")
    )
    result = await session.execute(forgotten.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def leave_no_name(session: AsyncSession, closed: AccountClosed) -> None:
    """A closed account comes nowhere any more, and where it was it has no name."""
    own = await _list_of(session, [closed.account_id])
    for consultation_id in sorted({one.consultation_id for one in own}):
        row = await queries.get_consultation(session, consultation_id, lock=True)
        for one in await _list_of(session, [closed.account_id], consultation_id):
            one.name, one.needs, one.phone, one.email, one.language = CLOSED_NAME, "", "", "", ""
            if row.starts_at > closed.at and one.state != Coming.WITHDRAWN:
                one.state, one.withdrawn_at = Coming.WITHDRAWN.value, closed.at
                await session.flush()
                await promote(session, row, now=closed.at)


async def _list_of(
    session: AsyncSession, accounts: Sequence[uuid.UUID], consultation_id: uuid.UUID | None = None
) -> list[Registration]:
    query = select(Registration).where(Registration.account_id.in_(accounts))
    if consultation_id is not None:
        query = query.where(Registration.consultation_id == consultation_id)
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def export_consultations(session: AsyncSession, actor: Actor) -> object:
    """Where the actor comes or came, for the copy of their data. `counted`: how many of them at the door."""
    coming = await queries.list_coming_of(session, [actor.id])
    counted = await read_attendances(session, [row.id for _, row in coming])
    return [
        {
            "consultation": row.number,
            "title": row.title,
            "starts_at": row.starts_at.isoformat(),
            "state": one.state,
            "guests": one.guests,
            "children": one.children,
            "needs": one.needs,
            "language": one.language,
            "registered_at": one.registered_at.isoformat(),
            "counted": show_counted(counted.get(row.id), str(one.id)),
        }
        for one, row in coming
    ]
