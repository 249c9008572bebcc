"""What participants say of a consultation: asked once, answered once each, changed until the term."""

import uuid
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.policy import Actor
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.i18n import show_date
from app.kit.mail import send_mail
from app.kit.policy import require
from consultations import queries
from consultations.models import Consultation, Opinion, OpinionsAsked, Registration
from consultations.policy import may_give_opinion
from consultations.queries import satisfaction as stored
from consultations.rules.satisfaction import closes_on
from consultations.service.telling import list_reachable
from consultations.states import Coming, State
from notices.service.announcing import local_path

COMMENTS_FOR = timedelta(days=365)  # then they are deleted; the points stay


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """From 1 to 5 each, and perhaps some words."""

    heard: int
    answered: int
    place: int
    comment: str = ""


async def give_opinion(session: AsyncSession, code: str, answers: Answers, *, now: datetime) -> Opinion:
    """Say how it was, by the code of a ticket, or change what was said.

    Locks: the consultation. Raises: TicketNotFound, Forbidden.
    """
    ticket = await queries.get_registration_by_code(session, code)
    row = await queries.get_consultation(session, ticket.consultation_id, lock=True)
    await session.refresh(ticket)
    has_come = ticket.id in await stored.list_who_came(session, row.id)
    require(may_give_opinion(row, state=ticket.state, has_come=has_come, now=now))
    own = await stored.find_opinion(session, ticket.id)
    if own is None:
        own = Opinion(id=new_id(), consultation_id=row.id, registration_id=ticket.id, given_at=now)
        session.add(own)
    for name, value in msgspec.structs.asdict(answers).items():
        setattr(own, name, value)
    own.changed_at = now
    await session.flush()
    return own


async def ask_who_came(session: AsyncSession, consultation_id: uuid.UUID, *, now: datetime) -> int:
    """Ask everybody who had a place how it was, once: a note and the messages are one transaction. Returns
    how many were asked.

    Locks: the consultation. Queues: mail.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    last = closes_on(local_date(row.ends_at))
    if row.state != State.HELD or last < local_date(now):
        return 0
    if await session.get(OpinionsAsked, row.id, populate_existing=True) is not None:
        return 0
    session.add(OpinionsAsked(consultation_id=row.id, at=now))
    came = await stored.list_who_came(session, row.id)
    asked = [
        one
        for one in await queries.list_registrations(session, row.id)
        if one.state == Coming.CONFIRMED or one.id in came
    ]
    reachable = await list_reachable(session, asked)
    for contact, one in reachable:
        send_mail(
            session,
            to=contact.email,
            template="consultations/mail/opinion.txt",
            locale=contact.locale,
            name=contact.name,
            number=row.number,
            title=row.title,
            last=show_date(last, contact.locale),
            path=local_path(f"/consultations/tickets/{one.code}/opinion", contact.locale),
        )
    await session.flush()
    return len(reachable)


async def forget_comments(session: AsyncSession, *, now: datetime) -> int:
    """Delete the words of opinions on what is long over."""
    over = select(Consultation.id).where(Consultation.ends_at < now - COMMENTS_FOR)
    forgotten = (
        update(Opinion).where(Opinion.consultation_id.in_(over), Opinion.comment != "").values(comment="")
    )
    result = await session.execute(forgotten.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def forget_opinions(session: AsyncSession, closed: AccountClosed) -> None:
    """Of who closes their account the words go; the points, which name nobody, stay."""
    own = select(Registration.id).where(Registration.account_id == closed.account_id)
    forgotten = update(Opinion).where(Opinion.registration_id.in_(own)).values(comment="")
    await session.execute(forgotten.execution_options(synchronize_session=False))


async def export_opinions(session: AsyncSession, actor: Actor) -> object:
    """What the actor said of consultations, for the copy of their data."""
    query = (
        select(Opinion, Consultation.number)
        .join(Registration, Registration.id == Opinion.registration_id)
        .join(Consultation, Consultation.id == Opinion.consultation_id)
        .where(Registration.account_id == actor.id)
        .order_by(Opinion.given_at)
    )
    return [
        {
            "consultation": number,
            "heard": one.heard,
            "answered": one.answered,
            "place": one.place,
            "comment": one.comment,
            "given_at": one.given_at.isoformat(),
        }
        for one, number in (await session.execute(query)).all()
    ]
