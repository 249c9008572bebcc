"""Polling places: named before the vote opens, confirmed with its opening, worked at while it runs."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.policy import require
from app.kit.text import clean
from voting import queries
from voting.errors import NothingAssisted, PlaceNumberTaken
from voting.models import Poll, PollingPlace
from voting.policy import PlaceFacts, may_reopen_place, may_set_places, may_work_at
from voting.queries import PollInFull
from voting.states import PaperPhase, PollState


class PlaceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A polling place as it is announced."""

    number: int
    name: str
    address: str
    hours: str


def places_digest(places: Sequence[PollingPlace]) -> str:
    """SHA-256 of the places' canonical JSON: part of what two officials confirm with the opening."""
    facts = [
        {"number": one.number, "name": one.name, "address": one.address, "hours": one.hours} for one in places
    ]
    return hashlib.sha256(register.canonical({"places": facts}).encode()).hexdigest()


async def add_place(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, draft: PlaceDraft, *, now: datetime
) -> PollingPlace:
    """Name a polling place. Locks: the poll. Raises: Forbidden, PlaceNumberTaken."""
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_set_places(actor, full.facts))
    place = PollingPlace(poll_id=poll_id, number=draft.number, assisted_count=0, explanation="")
    _write(place, draft)
    try:
        async with session.begin_nested():
            session.add(place)
            await session.flush()
    except IntegrityError as clash:
        raise PlaceNumberTaken() from clash
    await _announce(session, full, actor, "poll.place_added", place, now=now)
    return place


async def change_place(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, draft: PlaceDraft, *, now: datetime
) -> PollingPlace:
    """Write a place anew; its number stays. Locks: the poll. Raises: Forbidden, PlaceNotFound."""
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_set_places(actor, full.facts))
    place = await queries.get_place(session, poll_id, draft.number, lock=True)
    _write(place, draft)
    await session.flush()
    await _announce(session, full, actor, "poll.place_changed", place, now=now)
    return place


async def remove_place(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> None:
    """Take a place off the list. Locks: the poll. Raises: Forbidden, PlaceNotFound."""
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_set_places(actor, full.facts))
    place = await queries.get_place(session, poll_id, number, lock=True)
    await session.execute(
        delete(PollingPlace).where(PollingPlace.poll_id == poll_id, PollingPlace.number == number)
    )
    await _announce(session, full, actor, "poll.place_removed", place, now=now)


def _write(place: PollingPlace, draft: PlaceDraft) -> None:
    place.name, place.address, place.hours = clean(draft.name), clean(draft.address), clean(draft.hours)


async def _announce(
    session: AsyncSession, full: PollInFull, actor: Actor, kind: str, place: PollingPlace, *, now: datetime
) -> None:
    """Write down what the places are now, and tell the register if the vote is public."""
    poll: Poll = full.poll
    places = await queries.list_places(session, poll.id)
    poll.paper = PaperPhase.PLANNED.value if places else None
    poll.places_digest = places_digest(places) if places else None
    await session.flush()
    if full.facts.state is not PollState.DRAFT:
        await _tell(session, poll, actor, kind, place, now=now)


async def announce_places(session: AsyncSession, actor: Actor, poll: Poll, *, now: datetime) -> None:
    """Tell the register of the places that a draft has when it is announced."""
    for place in await queries.list_places(session, poll.id):
        await _tell(session, poll, actor, "poll.place_added", place, now=now)


async def _tell(
    session: AsyncSession, poll: Poll, actor: Actor, kind: str, place: PollingPlace, *, now: datetime
) -> None:
    facts: dict[str, object] = {
        "by": actor.name,
        "number": place.number,
        "name": place.name,
        "address": place.address,
        "hours": place.hours,
        "places_digest": poll.places_digest,
    }
    await register.record(session, kind, f"poll:{poll.id}", facts, now=now)


async def close_place(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, now: datetime
) -> None:
    """End giving out papers at a place before the vote ends. Locks: the poll. Raises: Forbidden."""
    full = await queries.get_poll(session, poll_id, lock=True)
    place = await queries.get_place(session, poll_id, number, lock=True)
    require(may_work_at(actor, full.facts, PlaceFacts(is_closed=place.closed_at is not None), now=now))
    place.closed_at = now
    given = (await queries.count_papers(session, poll_id)).get(number, 0)
    await session.flush()
    facts: dict[str, object] = {
        "by": actor.name,
        "number": number,
        "given": given,
        "assisted": place.assisted_count,
    }
    await register.record(session, "poll.place_closed", f"poll:{poll_id}", facts, now=now)


async def reopen_place(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, number: int, *, reason: str, now: datetime
) -> None:
    """Open a place again that was closed by mistake, with a public reason.

    Locks: the poll. Raises: Forbidden, PlaceNotFound.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    place = await queries.get_place(session, poll_id, number, lock=True)
    require(may_reopen_place(actor, full.facts, PlaceFacts(is_closed=place.closed_at is not None), now=now))
    place.closed_at = None
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "number": number, "reason": clean(reason)}
    await register.record(session, "poll.place_reopened", f"poll:{poll_id}", facts, now=now)


async def note_assisted(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    *,
    take_back: bool = False,
    now: datetime,
) -> None:
    """Count one person who voted on the desk's device with help, whoever it was; or one fewer, for a slip.

    Raises: Forbidden, NothingAssisted.
    """
    full = await queries.get_poll(session, poll_id)
    place = await queries.get_place(session, poll_id, number)
    require(may_work_at(actor, full.facts, PlaceFacts(is_closed=place.closed_at is not None), now=now))
    step = -1 if take_back else 1
    changed = await session.execute(
        update(PollingPlace)
        .where(
            PollingPlace.poll_id == poll_id,
            PollingPlace.number == number,
            PollingPlace.assisted_count + step >= 0,
        )
        .values(assisted_count=PollingPlace.assisted_count + step)
        .execution_options(synchronize_session=False)
        .returning(PollingPlace.number)
    )
    if changed.first() is None:
        raise NothingAssisted()
