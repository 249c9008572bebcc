"""Telling of commitments: who asked and supports, followers; its owner before the day, others after it."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_contacts, list_holders
from accounts.states import Role
from app.kit.clock import local_date
from app.kit.i18n import N_, show_date
from app.kit.mail import send_mail
from consultations import queries
from consultations.models import Commitment, CommitmentEntry, TermReminder
from consultations.queries import commitments as promised
from consultations.queries import questions as asked
from consultations.rules.commitments import REMIND_DAYS, CommitmentState, EntryKind
from consultations.rules.questions import QuestionState
from notices.service import Announcement, announce
from notices.service.announcing import local_path
from proposals.queries import list_head_ids

SENTENCES: dict[EntryKind, str] = {
    EntryKind.MADE: N_("This was promised, by %(due_on)s."),
    EntryKind.REPORTED: N_("How far it is: %(text)s"),
    EntryKind.CHANGED: N_("What was promised has changed, now by %(due_on)s. Reason: %(text)s"),
    EntryKind.DONE: N_("It is done: %(text)s"),
    EntryKind.REOPENED: N_("It was not done after all: %(text)s"),
    EntryKind.WITHDRAWN: N_("It is no longer promised. Reason: %(text)s"),
}


def commitment_path(commitment_id: uuid.UUID) -> str:
    """The page of a commitment."""
    return f"/consultations/commitments/{commitment_id}"


async def tell_of_entry(
    session: AsyncSession, row: Commitment, entry: CommitmentEntry, *, now: datetime
) -> None:
    """Announce what happened to who asked, who supports, and followers. Queues: notices."""
    what = Announcement(
        topic=f"commitment:{row.id}",
        title=f"{row.number}, {row.what}",
        path=commitment_path(row.id),
        words=SENTENCES[EntryKind(entry.kind)],
        facts={"due_on": row.due_on.isoformat(), "text": entry.text},
        spared=[entry.by_id],
    )
    announce(session, what, now=now)


# ── terms ─────────────────────────────────────────────────────────────────────
async def remind_of_commitment(session: AsyncSession, commitment_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell who owns it of a day that is near; once it has passed, organizers and the heads of the department
    too. Each once for a day. Returns whether somebody was told.

    Locks: the commitment. Queues: mail.
    """
    row = await promised.get_commitment(session, commitment_id, lock=True)
    if row.state != CommitmentState.OPEN:
        return False
    kind = await _find_kind(session, row.id, row.due_on, now=now)
    if kind is None:
        return False
    told = set(await promised.list_owners(session, row))
    if kind == "after" or not told:
        told |= set(await list_holders(session, Role.ORGANIZER))
        if row.department_id is not None:
            told |= set(await list_head_ids(session, row.department_id))
    await _mail(
        session, told, f"commitment_{kind}", row.what, row.number, commitment_path(row.id), row.due_on
    )
    return await _note(session, row.id, kind, row.due_on, told, now=now)


async def remind_of_answer(session: AsyncSession, question_id: uuid.UUID, *, now: datetime) -> bool:
    """Tell the official and organizers of a written answer that is due, and of one that is late; as above.

    Locks: the question. Queues: mail.
    """
    question = await asked.get_question(session, question_id, lock=True)
    if question.state != QuestionState.DEFERRED or question.due_on is None:
        return False
    kind = await _find_kind(session, question.id, question.due_on, now=now)
    shown = (await asked.list_asked(session, [question.id])).get(question.id)
    if kind is None or shown is None or shown.is_hidden:
        return False
    row = await queries.get_consultation(session, question.consultation_id)
    host = await queries.get_host(session, row.host_id)
    told = {host.account_id} if host.account_id else set()
    told |= set(await list_holders(session, Role.ORGANIZER))
    path = f"/consultations/questions/{question.id}/answer"
    text = shown.words.body
    await _mail(session, told, f"answer_{kind}", text, row.number or "", path, question.due_on)
    return await _note(session, question.id, kind, question.due_on, told, now=now)


def remind_until(today: date) -> date:
    """Of what is due later nobody is reminded yet."""
    return today + timedelta(days=REMIND_DAYS)


async def _find_kind(
    session: AsyncSession, subject_id: uuid.UUID, due_on: date, *, now: datetime
) -> str | None:
    today = local_date(now)
    if due_on > remind_until(today):
        return None
    kind = "after" if due_on < today else "before"
    return None if await session.get(TermReminder, (subject_id, kind, due_on)) is not None else kind


async def _mail(
    session: AsyncSession,
    told: Collection[uuid.UUID],
    what: str,
    text: str,
    number: str,
    path: str,
    due_on: date,
) -> None:
    for contact in await list_contacts(session, sorted(told)):
        send_mail(
            session,
            to=contact.email,
            template="consultations/mail/term.txt",
            locale=contact.locale,
            what=what,
            name=contact.name,
            text=text,
            number=number,
            due_on=show_date(due_on, contact.locale),
            path=local_path(path, contact.locale),
        )


async def _note(
    session: AsyncSession,
    subject_id: uuid.UUID,
    kind: str,
    due_on: date,
    told: Collection[uuid.UUID],
    *,
    now: datetime,
) -> bool:
    """Write down that somebody was told, in the transaction of the messages."""
    if told:
        session.add(TermReminder(subject_id=subject_id, kind=kind, due_on=due_on, at=now))
    await session.flush()
    return bool(told)
