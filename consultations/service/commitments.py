"""Commitments: made at a consultation, reported on with evidence, changed or withdrawn for a reason.

Whoever writes about one holds its row and carries how many entries they were looking at (`seen`), so that a
second click, or a colleague meanwhile, is answered with what is there. Nothing of its history is altered.
"""

import json
import uuid
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.clock import local_date
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.images import StoredPhoto
from app.kit.numbers import next_number
from app.kit.policy import require
from consultations import queries
from consultations.errors import AnsweredMeanwhile, NothingChanged, ReportedMeanwhile
from consultations.models import Answer, Commitment, CommitmentEntry, CommitmentPhoto
from consultations.policy import may_answer, may_keep_commitment, may_organize
from consultations.queries import commitments as promised
from consultations.rules.commitments import (
    FARTHEST,
    SHORTEST_REASON,
    CommitmentState,
    EntryKind,
    check_commitment_move,
)
from consultations.rules.questions import AnswerKind
from consultations.service.answers import Case, Reply, open_case, record_answer, write_answer
from consultations.service.commitments_telling import tell_of_entry
from consultations.service.questions_telling import tell_of_answer
from proposals.queries import get_department

SERIES = "AN"
MAX_WHAT = 300


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised: by an official, a department, or an official with a department."""

    what: str
    due_on: date
    host_id: uuid.UUID | None = None
    department_id: uuid.UUID | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a commitment, with what shows it."""

    text: str
    link: str = ""
    photo: StoredPhoto | None = None
    alt: str = ""


# ── making ────────────────────────────────────────────────────────────────────
async def commit(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    promise: Promise,
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> Commitment:
    """Write down what was promised at a consultation without being asked.

    Locks: the consultation, the number series, the register's head. Raises: Forbidden, FormErrors.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    host = await queries.get_host(session, row.host_id)
    require(may_answer(actor, row, host_account=host.account_id))
    earlier = await promised.find_of_form(session, form_id)
    if earlier is not None:
        return earlier
    await _check_promise(session, promise, today=local_date(now))
    made = await _make(session, actor, row.id, None, promise, form_id=form_id, now=now)
    await _note(session, actor, made, EntryKind.MADE, Evidence(text=""), {}, now=now)
    return made


async def answer_by_promise(
    session: AsyncSession,
    actor: Actor,
    question_id: uuid.UUID,
    promise: Promise,
    *,
    whole_group: bool,
    seen: int,
    form_id: uuid.UUID,
    now: datetime,
) -> Commitment:
    """Answer a question, or all that ask the same, by a commitment. `seen`: as for an answer.

    Locks: the consultation, the questions, the number series, the register's head. Raises: Forbidden,
    AnsweredMeanwhile, IllegalAnswer, FormErrors. Announces it; queues mail to who left an address.
    """
    case, earlier = await open_case(session, actor, question_id, whole_group=whole_group)
    before = await promised.find_of_form(session, form_id)
    if before is not None:
        return before
    if len(earlier) != seen:
        raise AnsweredMeanwhile()
    await _check_promise(session, promise, today=local_date(now))
    reply = Reply(kind=AnswerKind.COMMITTED, text=promise.what)
    answer = await write_answer(session, actor, case, reply, now=now)
    made = await _make(session, actor, case.consultation.id, answer, promise, form_id=form_id, now=now)
    day = promise.due_on.isoformat()
    tell_of_answer(session, case.consultation, answer, case.questions, due_on=day, now=now)
    await _record_both(session, actor, case, answer, made, now=now)
    return made


async def _record_both(
    session: AsyncSession, actor: Actor, case: Case, answer: Answer, made: Commitment, *, now: datetime
) -> None:
    await record_answer(session, case, answer, {"commitment": made.number}, now=now)
    await _note(session, actor, made, EntryKind.MADE, Evidence(text=""), {}, is_told=False, now=now)


async def _check_promise(session: AsyncSession, promise: Promise, *, today: date) -> None:
    """Raises: FormErrors; NotFound for an owner that is none."""
    errors: dict[str, DomainError] = {}
    if len(promise.what) < SHORTEST_REASON:
        errors["what"] = Invalid(N_("Write at least %(least)s characters."), least=SHORTEST_REASON)
    if promise.due_on < today:
        errors["due_on"] = Invalid(N_("This day is over. Write by when it will be done."))
    elif promise.due_on > today + timedelta(days=FARTHEST):
        errors["due_on"] = Invalid(N_("This day is too far away. Look at the year again."))
    if promise.host_id is None and promise.department_id is None:
        errors["host_id"] = Invalid(N_("Choose the official or the department that answers for it."))
    if errors:
        raise FormErrors(errors)
    if promise.host_id is not None:
        await queries.get_host(session, promise.host_id)
    if promise.department_id is not None:
        await get_department(session, promise.department_id)


async def _make(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    answer: Answer | None,
    promise: Promise,
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> Commitment:
    made = Commitment(
        id=new_id(),
        number=await next_number(session, SERIES, local_date(now).year),
        form_id=form_id,
        consultation_id=consultation_id,
        answer_id=answer.id if answer else None,
        first_due_on=promise.due_on,
        state=CommitmentState.OPEN.value,
        made_at=now,
        **msgspec.structs.asdict(promise),
    )
    session.add(made)
    await session.flush()
    return made


# ── reporting, changing ───────────────────────────────────────────────────────
async def report_on(
    session: AsyncSession,
    actor: Actor,
    commitment_id: uuid.UUID,
    kind: EntryKind,
    evidence: Evidence,
    *,
    seen: int,
    now: datetime,
) -> CommitmentEntry:
    """Say how far it is, that it is done (with what shows it), is withdrawn, or was not done after all.

    Locks: the commitment, the register's head. Raises: Forbidden, ReportedMeanwhile, IllegalCommitment,
    FormErrors. Announces it.
    """
    row = await _lock(session, actor, commitment_id, seen=seen)
    if kind is EntryKind.REOPENED:
        require(may_organize(actor))
    _check_evidence(kind, evidence)
    before = await _facts(session, row)
    to = {
        EntryKind.DONE: CommitmentState.DONE,
        EntryKind.WITHDRAWN: CommitmentState.WITHDRAWN,
        EntryKind.REOPENED: CommitmentState.OPEN,
    }.get(kind)
    if to is not None:
        row.move_to(to)
        row.done_on = local_date(now) if to is CommitmentState.DONE else None
    else:  # of what is done or withdrawn nothing is reported any more: it is opened again first
        check_commitment_move(CommitmentState(row.state), CommitmentState.DONE)
    return await _note(session, actor, row, kind, evidence, before, now=now)


def _check_evidence(kind: EntryKind, evidence: Evidence) -> None:
    """Raises: FormErrors."""
    errors: dict[str, DomainError] = {}
    if len(evidence.text) < SHORTEST_REASON:
        why = N_("Say what was done, in at least %(least)s characters.")
        if kind in (EntryKind.WITHDRAWN, EntryKind.REOPENED):
            why = N_("Say why, in at least %(least)s characters; the reason is published.")
        errors["text"] = Invalid(why, least=SHORTEST_REASON)
    if evidence.link and not evidence.link.startswith(("https://", "http://")):
        errors["link"] = Invalid(N_("Write the whole address, with https://"))
    if evidence.photo is not None and not evidence.alt:
        errors["alt"] = Invalid(N_("Say what is in the photo, for those who cannot see it."))
    if errors:
        raise FormErrors(errors)


async def change_commitment(
    session: AsyncSession,
    actor: Actor,
    commitment_id: uuid.UUID,
    promise: Promise,
    *,
    reason: str,
    seen: int,
    now: datetime,
) -> CommitmentEntry:
    """Promise another day, or let somebody else own it, for a reason that is public. The day promised first
    stays beside it, and is what counts.

    Locks: the commitment, the register's head. Raises: Forbidden, ReportedMeanwhile, IllegalCommitment,
    NothingChanged, FormErrors. Announces it.
    """
    row = await _lock(session, actor, commitment_id, seen=seen)
    check_commitment_move(CommitmentState(row.state), CommitmentState.DONE)
    await _check_promise(session, promise, today=min(local_date(now), row.due_on))
    if len(reason) < SHORTEST_REASON:
        why = N_("Say why, in at least %(least)s characters; the reason is published.")
        raise FormErrors({"reason": Invalid(why, least=SHORTEST_REASON)})
    before = await _facts(session, row)
    for name, value in msgspec.structs.asdict(promise).items():
        setattr(row, name, value)
    await session.flush()
    if before == await _facts(session, row):
        raise NothingChanged()
    return await _note(session, actor, row, EntryKind.CHANGED, Evidence(text=reason), before, now=now)


async def withdraw_commitment_photo(
    session: AsyncSession, actor: Actor, photo_id: uuid.UUID, *, why: str, now: datetime
) -> CommitmentPhoto:
    """No longer show a photo; that there was one, and why it is gone, stays.

    Locks: the photo, the register's head. Raises: Forbidden, FormErrors.
    """
    require(may_organize(actor))
    photo = await promised.get_photo(session, photo_id, lock=True)
    if len(why) < SHORTEST_REASON:
        short = N_("Say why, in at least %(least)s characters; the reason is published.")
        raise FormErrors({"why": Invalid(short, least=SHORTEST_REASON)})
    if photo.withdrawn_at is None:
        photo.withdrawn_at, photo.withdrawn_why = now, why
        await session.flush()
        row = await promised.get_commitment_of(session, photo)
        said: dict[str, object] = {"number": row.number, "why": why, "by": actor.name}
        subject = f"commitment:{row.id}"
        await register.record(session, "commitment.photo_withdrawn", subject, said, now=now)
    return photo


async def _lock(session: AsyncSession, actor: Actor, commitment_id: uuid.UUID, *, seen: int) -> Commitment:
    row = await promised.get_commitment(session, commitment_id, lock=True)
    require(may_keep_commitment(actor, owns=await promised.owns(session, row, actor.id)))
    if await promised.count_entries(session, row.id) != seen:
        raise ReportedMeanwhile()
    return row


# ── the history ───────────────────────────────────────────────────────────────
async def _facts(session: AsyncSession, row: Commitment) -> dict[str, object]:
    """What is public of a commitment, as its history and the register keep it."""
    host = await queries.get_host(session, row.host_id) if row.host_id else None
    department = await get_department(session, row.department_id) if row.department_id else None
    return {
        "what": row.what,
        "official": host.name if host else "",
        "department": department.name if department else "",
        "due_on": row.due_on.isoformat(),
        "state": row.state,
    }


async def _note(
    session: AsyncSession,
    actor: Actor,
    row: Commitment,
    kind: EntryKind,
    evidence: Evidence,
    before: dict[str, object],
    *,
    is_told: bool = True,
    now: datetime,
) -> CommitmentEntry:
    """Write down what happened, tell everybody, and record it."""
    facts = await _facts(session, row)
    changed = [name for name, value in facts.items() if before.get(name, ...) != value]
    entry = CommitmentEntry(
        id=new_id(),
        commitment_id=row.id,
        position=await promised.count_entries(session, row.id) + 1,
        kind=kind.value,
        text=evidence.text,
        link=evidence.link,
        before=_json({name: before[name] for name in changed if name in before}),
        after=_json({name: facts[name] for name in changed}),
        at=now,
        by_id=actor.id,
        by_name=actor.name,
    )
    session.add(entry)
    await session.flush()
    if evidence.photo is not None:
        photo = msgspec.structs.asdict(evidence.photo)
        session.add(
            CommitmentPhoto(id=new_id(), entry_id=entry.id, alt=evidence.alt, withdrawn_why="", **photo)
        )
        await session.flush()
    if is_told:
        await tell_of_entry(session, row, entry, now=now)
    said: dict[str, object] = {
        "number": row.number,
        "text": entry.text,
        "link": entry.link,
        "by": entry.by_name,
    }
    said |= {"before": json.loads(entry.before), "after": json.loads(entry.after)}
    await register.record(session, f"commitment.{kind.value}", f"commitment:{row.id}", said, now=now)
    return entry


def _json(facts: dict[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
