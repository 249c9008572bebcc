"""Commitments: how they stand, made, reported on, changed, reminded of; two at once."""

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import Database, new_id
from app.kit.errors import Forbidden, FormErrors
from app.kit.register import RegisterEntry
from app.wiring import wire
from consultations import service
from consultations.errors import NothingChanged, ReportedMeanwhile
from consultations.models import Commitment, CommitmentEntry, Consultation
from consultations.queries import commitments as queries
from consultations.rules.commitments import (
    EntryKind,
    IllegalCommitment,
    Standing,
    count_standings,
    stand,
)
from consultations.rules.questions import AnswerKind, QuestionState
from consultations.service import Evidence, Promise
from consultations.service.commitments_telling import remind_of_answer, remind_of_commitment
from notices.models import Notice, NoticeEvent
from notices.service import spread
from proposals.models import Department, DepartmentMember
from tests.consultations.test_programme import mails
from tests.make.accounts import actor_of, make_account
from tests.make.consultations import EVENING, MORNING
from tests.make.questions import ask, make_held, make_reply, make_resident

DAY = timedelta(days=1)
DUE = date(2027, 4, 1)
WHAT = "Repararea trotuarului de pe Strada Zețarilor"
DONE = "Trotuarul este refăcut pe 240 de metri, recepția s-a făcut ieri."
WHY = "Constructorul a contestat licitația; o reluăm."


@pytest.mark.parametrize(
    ("state", "done_on", "today", "standing"),
    [
        ("open", None, DUE, Standing.OPEN),
        ("open", None, DUE + DAY, Standing.LATE),
        ("done", DUE, DUE + 9 * DAY, Standing.DONE),
        ("done", DUE + DAY, DUE + 9 * DAY, Standing.DONE_LATE),
        ("withdrawn", None, DUE - DAY, Standing.WITHDRAWN),
    ],
)
def test_how_a_commitment_stands(state: str, done_on: date | None, today: date, standing: Standing) -> None:
    assert stand(state, first_due_on=DUE, done_on=done_on, today=today) is standing


def test_the_rate_counts_what_is_due_or_ended() -> None:
    assert count_standings([]).percent is None
    assert count_standings([Standing.OPEN]).percent is None
    tally = count_standings([Standing.OPEN, Standing.DONE, Standing.DONE, Standing.LATE])
    assert (tally.total, tally.percent) == (4, 66)
    assert count_standings([Standing.WITHDRAWN, Standing.DONE_LATE]).percent == 0


async def make_department(session: AsyncSession) -> tuple[Department, Actor]:
    """A department and its head."""
    row = Department(
        id=new_id(), name="Direcția Domeniu Public", name_en="Public Domain", email="", created_at=MORNING
    )
    account = await make_account(session, name="Dana Șefă", roles=[Role.REVIEWER], now=MORNING)
    session.add(row)
    await session.flush()
    session.add(DepartmentMember(department_id=row.id, account_id=account.id, is_head=True))
    await session.flush()
    return row, actor_of(account, roles=[Role.REVIEWER])


async def promise(
    session: AsyncSession, actor: Actor, row: Consultation, *, now: datetime = EVENING, **given: Any
) -> Commitment:
    facts = {"what": WHAT, "due_on": DUE, "host_id": row.host_id} | given
    return await service.commit(session, actor, row.id, Promise(**facts), form_id=new_id(), now=now)


async def test_a_question_is_answered_by_a_promise_and_who_asked_is_told(session: AsyncSession) -> None:
    wire()
    _, official, row = await make_held(session)
    ana, ion = await make_resident(session), await make_resident(session, name="Ion Ionescu")
    question = await ask(session, ana, row)
    await service.support_question(session, ion, question.id, wanted=True, now=MORNING)
    form = new_id()
    for wrong in (
        {"host_id": None},
        {"due_on": date(2027, 1, 1)},
        {"what": "Da."},
        {"due_on": date(2099, 1, 1)},
    ):
        bad = Promise(**{"what": WHAT, "due_on": DUE, "host_id": row.host_id} | wrong)
        with pytest.raises(FormErrors):
            await service.answer_by_promise(
                session, official, question.id, bad, whole_group=False, seen=0, form_id=form, now=EVENING
            )
    good = Promise(what=WHAT, due_on=DUE, host_id=row.host_id)
    made = [
        await service.answer_by_promise(
            session, official, question.id, good, whole_group=False, seen=0, form_id=form, now=EVENING
        )
        for _ in range(2)
    ]
    assert made[0].id == made[1].id
    assert (made[0].number, question.state) == ("AN-2027-00001", QuestionState.ANSWERED)
    done = Evidence(text=DONE, link="https://exemplu.ro/receptie")
    await service.report_on(
        session, official, made[0].id, EntryKind.DONE, done, seen=1, now=EVENING + 9 * DAY
    )
    for event in (await session.execute(select(NoticeEvent))).scalars().all():
        while await spread(session, event.id, now=EVENING):
            pass
    told = (
        await session.execute(
            select(NoticeEvent.topic, Notice.account_id).join(Notice, Notice.event_id == NoticeEvent.id)
        )
    ).all()
    kinds = sorted((topic.partition(":")[0], str(who)) for topic, who in told)
    assert kinds == sorted((topic, str(one.id)) for topic in ("answer", "commitment") for one in (ana, ion))
    facts = (await session.execute(select(RegisterEntry.kind).order_by(RegisterEntry.position))).scalars()
    assert list(facts)[-3:] == ["consultation.answered", "commitment.made", "commitment.done"]


async def test_who_reports_what_and_how_it_moves(session: AsyncSession) -> None:
    organizer, official, row = await make_held(session)
    department, head = await make_department(session)
    made = await promise(session, organizer, row, host_id=None, department_id=department.id)

    async def report(actor: Actor, kind: EntryKind, text: str = DONE, **given: Any) -> CommitmentEntry:
        seen = await queries.count_entries(session, made.id)
        return await service.report_on(
            session, actor, made.id, kind, Evidence(text=text, **given), seen=seen, now=EVENING + DAY
        )

    for stranger in (official, await make_resident(session)):
        with pytest.raises(Forbidden):
            await report(stranger, EntryKind.DONE)
    for text, link in (("Gata.", ""), (DONE, "javascript:alert(1)")):
        with pytest.raises(FormErrors):
            await report(head, EntryKind.DONE, text, link=link)
    await report(head, EntryKind.REPORTED, "Licitația este publicată, se deschide vineri.")
    await report(head, EntryKind.DONE)
    assert (made.state, made.done_on) == ("done", date(2027, 2, 17))
    with pytest.raises(IllegalCommitment):
        await report(head, EntryKind.REPORTED)
    with pytest.raises(Forbidden):  # who owns it cannot take its end back
        await report(head, EntryKind.REOPENED, WHY)
    await report(organizer, EntryKind.REOPENED, "Este refăcută numai jumătate din lungime.")
    assert (made.state, made.done_on) == ("open", None)
    await report(head, EntryKind.WITHDRAWN, WHY)
    entries = (await queries.list_entries(session, [made.id]))[made.id]
    assert [one.kind for one in entries] == ["made", "reported", "done", "reopened", "withdrawn"]
    assert json.loads(entries[0].after)["department"] == department.name
    entries[0].text = "altceva"
    with pytest.raises(DBAPIError):
        await session.flush()


async def test_another_day_is_promised_for_a_reason_and_cures_nothing(session: AsyncSession) -> None:
    _, official, row = await make_held(session)
    made = await promise(session, official, row)
    later = Promise(what=WHAT, due_on=DUE + 60 * DAY, host_id=row.host_id)
    args: dict[str, Any] = {"seen": 1, "now": EVENING + DAY}
    with pytest.raises(FormErrors):
        await service.change_commitment(session, official, made.id, later, reason="Așa.", **args)
    same = Promise(what=WHAT, due_on=DUE, host_id=row.host_id)
    with pytest.raises(NothingChanged):
        await service.change_commitment(session, official, made.id, same, reason=WHY, **args)
    entry = await service.change_commitment(session, official, made.id, later, reason=WHY, **args)
    assert (json.loads(entry.before), json.loads(entry.after)) == (
        {"due_on": "2027-04-01"},
        {"due_on": "2027-05-31"},
    )
    assert (made.first_due_on, made.due_on) == (DUE, DUE + 60 * DAY)
    with pytest.raises(ReportedMeanwhile):
        await service.change_commitment(session, official, made.id, same, reason=WHY, **args)


async def test_two_report_at_once(database: Database) -> None:
    async with database.write() as session:
        organizer, official, row = await make_held(session)
        made = await promise(session, official, row)

    async def report(actor: Actor) -> str:
        try:
            async with database.write() as session:
                await service.report_on(
                    session, actor, made.id, EntryKind.DONE, Evidence(text=DONE), seen=1, now=EVENING
                )
        except ReportedMeanwhile:
            return "told"
        return "done"

    assert sorted(await asyncio.gather(report(organizer), report(official))) == ["done", "told"]


async def test_owners_are_reminded_before_and_others_after_once(session: AsyncSession) -> None:
    organizer, official, row = await make_held(session)
    department, head = await make_department(session)
    made = await promise(session, official, row, department_id=department.id)
    question = await ask(session, await make_resident(session), row)
    reply = make_reply(AnswerKind.DEFERRED, due_on=date(2027, 3, 1))
    await service.answer(session, official, question.id, reply, whole_group=False, seen=0, now=EVENING)
    noon = EVENING - timedelta(hours=4)
    due, until = await queries.list_due(session, until=date(2027, 3, 20))
    assert (due, until) == ([], [question.id])
    assert not await remind_of_commitment(session, made.id, now=noon + 20 * DAY)
    for after in (40, 41, 45, 46):  # 28 March … 3 April
        await remind_of_commitment(session, made.id, now=noon + after * DAY)
        await remind_of_answer(session, question.id, now=noon + after * DAY)
    told = [(one["facts"]["what"], one["to"]) for one in await mails(session, "term")]
    assert sorted(told) == sorted(
        [("commitment_before", one.email) for one in (official, head)]
        + [("commitment_after", one.email) for one in (official, head, organizer)]
        + [("answer_after", one.email) for one in (official, organizer)]
    )
    assert await queries.list_due(session, until=date(2027, 5, 1)) == ([], [])
