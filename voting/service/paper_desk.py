"""At the table of a polling place: who is this, have they voted, and the paper that is handed to them.

The row in `participations` decides: whoever writes it first, the web or a table, has this person's vote.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries as people
from accounts.errors import NoSuchPerson
from accounts.models import Account
from accounts.policy import Actor
from accounts.rules import read_cnp
from accounts.service.identity import hash_identity
from app.kit import register
from app.kit.access_log import log_access
from app.kit.clock import local_date
from app.kit.i18n import N_
from app.kit.policy import Verdict, require
from app.kit.text import clean
from voting import queries
from voting.errors import NoPaperGiven
from voting.models import PaperMark, Participation, PollingPlace
from voting.policy import PlaceFacts, may_give_paper, may_undo_paper, may_work_at
from voting.queries import PollInFull
from voting.service.cast import note_participation
from voting.service.turns import mark_open

FOUND = N_("A clerk at a polling place looked you up in the roll of a vote.")
GIVEN = N_("A clerk at a polling place noted that you were given a paper ballot.")
UNDONE = N_("A clerk at a polling place took back the note that you were given a paper ballot.")


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the table: whether they may be given a paper, and whether that may be undone."""

    account: Account
    area: str
    birth_year: int | None
    mark: PaperMark | None
    may_give: Verdict
    may_undo: Verdict | None


async def find_visitors(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    *,
    document: str = "",
    name: str = "",
    birth_year: int | None = None,
    now: datetime,
) -> list[uuid.UUID]:
    """The accounts of who stands at the table: by the CNP of their document, by desk code or e-mail address,
    or by full name and year of birth. Each one found is told in their access log.

    Raises: Forbidden, InvalidCnp, NoSuchPerson.
    """
    full = await queries.get_poll(session, poll_id)
    place = await queries.get_place(session, poll_id, number)
    require(may_work_at(actor, full.facts, facts_of_table(place), now=now))
    found = (
        await _by_document(session, document, now=now)
        if document
        else [row.id for row in await queries.find_people(session, name, birth_year or 0)]
    )
    if not found:
        raise NoSuchPerson()
    for account_id in found:
        log_access(session, reader_id=actor.id, subject_id=account_id, what=FOUND, now=now)
    await session.flush()
    return found


async def _by_document(session: AsyncSession, typed: str, *, now: datetime) -> list[uuid.UUID]:
    if "@" in typed:
        account = await people.find_account_by_email(session, typed)
    elif sum(letter.isdigit() for letter in typed) >= 12:
        person = read_cnp(typed, today=local_date(now))
        residence = await people.find_residence_of_person(session, hash_identity(person))
        return [] if residence is None else [residence.account_id]
    else:
        account = await people.find_account_by_desk_code(session, typed)
    return [] if account is None else [account.id]


def facts_of_table(place: PollingPlace) -> PlaceFacts:
    """As much of a place as giving out papers asks for."""
    return PlaceFacts(is_closed=place.closed_at is not None)


async def open_visitor(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    account_id: uuid.UUID,
    *,
    now: datetime,
) -> Visitor:
    """One person, for the clerk who has them in front of them; they see that in their access log.

    Raises: Forbidden, NotFound (closed accounts too).
    """
    full = await queries.get_poll(session, poll_id)
    place = await queries.get_place(session, poll_id, number)
    require(may_work_at(actor, full.facts, facts_of_table(place), now=now))
    visitor = await _visitor(session, actor, full, place, account_id, now=now)
    log_access(session, reader_id=actor.id, subject_id=account_id, what=FOUND, now=now)
    await session.flush()
    return visitor


async def _visitor(
    session: AsyncSession,
    actor: Actor,
    full: PollInFull,
    place: PollingPlace,
    account_id: uuid.UUID,
    *,
    now: datetime,
) -> Visitor:
    poll_id = full.poll.id
    account = await people.get_account(session, account_id)
    if account.closed_at is not None:
        raise NoSuchPerson()
    residence = await people.find_residence(session, account_id)
    on_roll = (
        residence is not None
        if full.facts.sealing is None
        else await queries.is_on_roll(session, poll_id, account_id)
    )
    mark = await queries.find_paper(session, poll_id, account_id)
    is_own = await _is_own(session, actor, account_id)
    facts = facts_of_table(place)
    return Visitor(
        account=account,
        area=residence.area if residence else "",
        birth_year=residence.birth_year if residence else None,
        mark=mark,
        may_give=may_give_paper(
            actor,
            full.facts,
            facts,
            is_own=is_own,
            on_roll=on_roll,
            has_voted=await queries.has_voted(session, poll_id, account_id),
            has_paper=mark is not None,
            now=now,
        ),
        may_undo=None
        if mark is None or mark.place != place.number
        else may_undo_paper(actor, full.facts, facts, is_own=is_own, given_at=mark.given_at, now=now),
    )


async def _is_own(session: AsyncSession, actor: Actor, account_id: uuid.UUID) -> bool:
    """Whether the clerk has themselves at the table, by this account or another."""
    return actor.id in await people.list_same_person(session, account_id)


async def give_paper(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    account_id: uuid.UUID,
    *,
    now: datetime,
) -> PaperMark:
    """Note that this person was given a paper at this place. From now on they cannot vote anywhere else.

    Locks: the poll, against casting, closing and other tables. Raises: Forbidden with the reason, NotFound.
    Emits: PollOpened when this is what opens it.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    place = await queries.get_place(session, poll_id, number, lock=True)
    visitor = await _visitor(session, actor, full, place, account_id, now=now)
    require(visitor.may_give)
    await note_participation(session, poll_id, account_id)
    mark = PaperMark(poll_id=poll_id, account_id=account_id, place=number, given_by=actor.id, given_at=now)
    session.add(mark)
    _log(session, actor, poll_id, account_id, GIVEN, now=now)
    await session.flush()
    await mark_open(session, full, now=now)
    return mark


def _log(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    account_id: uuid.UUID,
    what: str,
    *,
    now: datetime,
) -> None:
    """Tell the person. These lines join them to a paper, so they go when the other traces go."""
    about = f"poll:{poll_id}"
    log_access(session, reader_id=actor.id, subject_id=account_id, what=what, about=about, now=now)


async def undo_paper(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    number: int,
    account_id: uuid.UUID,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Take back a slip of the hand within minutes, with a public reason that names nobody.

    Locks: the poll. Raises: Forbidden, NoPaperGiven.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    place = await queries.get_place(session, poll_id, number, lock=True)
    mark = await queries.find_paper(session, poll_id, account_id)
    if mark is None or mark.place != number:
        raise NoPaperGiven()
    is_own = await _is_own(session, actor, account_id)
    facts_now = facts_of_table(place)
    require(may_undo_paper(actor, full.facts, facts_now, is_own=is_own, given_at=mark.given_at, now=now))
    own = mark.account_id  # may be another account of the same person
    await session.execute(delete(PaperMark).where(PaperMark.poll_id == poll_id, PaperMark.account_id == own))
    await session.execute(
        delete(Participation).where(Participation.poll_id == poll_id, Participation.account_id == own)
    )
    _log(session, actor, poll_id, account_id, UNDONE, now=now)
    await session.flush()
    facts: dict[str, object] = {"by": actor.name, "number": number, "reason": clean(reason)}
    await register.record(session, "poll.paper_undone", f"poll:{poll_id}", facts, now=now)
