"""What authors without the web send: entered by staff with the day on which it came, forgotten in time."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit import register
from app.kit.db import Database, new_id
from app.kit.errors import DomainError, Forbidden, FormErrors, NotFound
from app.kit.outbox import OutboxMessage
from proposals import queries, service
from proposals.errors import EnteredAlready
from proposals.jobs import forget_senders
from proposals.models import Idea, Intake
from proposals.service import Sent, StoredDocument
from proposals.states import Channel, EventKind, IdeaState, PaperKind
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.hostile_files import SMALL_PDF
from tests.make.proposals import make_reviewer, rejection
from tests.proposals.conftest import Town
from tests.proposals.test_intake import desk, enter

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
SCAN = StoredDocument(title="scan", key="ab12.pdf", media_type="application/pdf", size=10)


def sent(kind: PaperKind, text: str = "Terenul este în spatele școlii, lângă gard.", **more: Any) -> Sent:
    facts = {"channel": Channel.PAPER, "received_on": NOON.date(), "scan": SCAN}
    return Sent(kind=kind, text=text, **(facts | more))


async def reviewer(session: AsyncSession) -> Actor:
    return actor_of(await make_reviewer(session), roles=[Role.REVIEWER])


async def entered(session: AsyncSession) -> tuple[Idea, Actor, Actor]:
    """An idea on paper, who entered it, and who reviews it."""
    await make_cycle(session)
    official, judge = await desk(session), await reviewer(session)
    idea, _ = await enter(session, official, email="ion@exemplu.ro")
    await service.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    return idea, official, judge


async def test_an_answer_on_paper_lets_the_clock_run_again_from_the_day_it_came(
    session: AsyncSession,
) -> None:
    idea, official, judge = await entered(session)
    await service.ask_author(session, judge, idea.id, question="Unde anume?", now=NOON)
    with pytest.raises(Forbidden, match="You decide on this idea"):
        await service.enter_paper(
            session, judge, idea.id, sent(PaperKind.ANSWER), form_id=new_id(), now=NOON + 3 * DAY
        )
    came = sent(PaperKind.ANSWER, received_on=NOON.date() + DAY)
    form_id = new_id()
    await service.enter_paper(session, official, idea.id, came, form_id=form_id, now=NOON + 3 * DAY)
    (pause,) = await queries.list_pauses(session, idea.id)
    assert pause.resumed_at is not None
    assert idea.state == IdeaState.IN_REVIEW
    assert pause.resumed_at < NOON + DAY  # the morning of that day, not when somebody had time to type it
    answer = (await queries.list_events(session, idea.id))[-1]
    assert (answer.kind, answer.by_name, answer.text) == (EventKind.ANSWER, "Ion G.", came.text)
    assert '"entered_by": "Radu Dobre"' in answer.facts
    fact = (await register.list_facts(session, subject=f"idea:{idea.id}"))[-1]
    assert (fact.facts["channel"], fact.facts["entered_by"]) == ("paper", "Radu Dobre")
    with pytest.raises(EnteredAlready):
        await service.enter_paper(session, official, idea.id, came, form_id=form_id, now=NOON + 3 * DAY)
    with pytest.raises(Forbidden, match="no open question"):
        await service.enter_paper(session, official, idea.id, came, form_id=new_id(), now=NOON + 3 * DAY)


async def test_an_answer_that_came_in_time_counts_though_the_term_has_ended(session: AsyncSession) -> None:
    idea, official, judge = await entered(session)
    await service.ask_author(session, judge, idea.id, question="Unde anume?", now=NOON)
    (pause,) = await queries.list_pauses(session, idea.id)
    assert pause.answer_due_on is not None
    late = NOON + 25 * DAY
    assert await service.resume_unanswered(session, idea.id, now=late)
    in_time = sent(PaperKind.ANSWER, received_on=pause.answer_due_on)
    too_late = sent(PaperKind.ANSWER, received_on=pause.answer_due_on + DAY)
    with pytest.raises(Forbidden):
        await service.enter_paper(session, official, idea.id, too_late, form_id=new_id(), now=late)
    before = idea.due_on
    await service.enter_paper(session, official, idea.id, in_time, form_id=new_id(), now=late)
    assert ((await queries.list_events(session, idea.id))[-1].kind, idea.due_on) == (EventKind.ANSWER, before)


async def test_a_contestation_and_a_withdrawal_come_on_paper(session: AsyncSession) -> None:
    idea, official, judge = await entered(session)
    await service.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    verdict = await queries.find_verdict(session, idea.id)
    until = service.contest_until(verdict, days_off=frozenset())
    assert until is not None
    late = NOON + (until - NOON.date()) + 5 * DAY
    came = sent(PaperKind.CONTESTATION, received_on=until)
    for refused, wrong in (
        (came, {"scan": None}),
        (came, {"text": "Nu."}),
        (came, {"received_on": until + 10 * DAY}),
        (came, {"received_on": date(2027, 1, 1)}),
    ):
        with pytest.raises(FormErrors):
            await service.enter_paper(
                session,
                official,
                idea.id,
                sent(refused.kind, **({"received_on": until} | wrong)),
                form_id=new_id(),
                now=late,
            )
    after = sent(PaperKind.CONTESTATION, received_on=until + DAY)
    with pytest.raises(Forbidden, match="term for contesting"):
        await service.enter_paper(session, official, idea.id, after, form_id=new_id(), now=late)
    await service.enter_paper(session, official, idea.id, came, form_id=new_id(), now=late)
    contestation = await queries.find_open_contestation(session, idea.id)
    assert contestation is not None
    assert contestation.text == came.text
    assert contestation.at < late - 4 * DAY
    other, _ = await enter(session, official)
    phone = sent(PaperKind.WITHDRAWAL, "", channel=Channel.PHONE, scan=None)
    with pytest.raises(FormErrors):
        await service.enter_paper(session, official, other.id, phone, form_id=new_id(), now=NOON)
    gone = sent(PaperKind.WITHDRAWAL, "")
    await service.enter_paper(session, official, other.id, gone, form_id=new_id(), now=NOON)
    assert other.state == IdeaState.WITHDRAWN


async def test_who_has_claimed_acts_for_themselves_and_is_told_of_what_was_entered(
    session: AsyncSession,
) -> None:
    idea, official, judge = await entered(session)
    await service.ask_author(session, judge, idea.id, question="Unde anume?", now=NOON)
    await service.enter_paper(session, official, idea.id, sent(PaperKind.ANSWER), form_id=new_id(), now=NOON)
    mails = [str(one.arguments) for one in await list_outbox(session)]
    assert any("paper_entered" in one and "ion@exemplu.ro" in one for one in mails)
    _, code = await service.renew_code(session, await desk(session), idea.id)
    ion = actor_of(await make_account(session, name="Ion Georgescu", verified=True), verified=True)
    await service.claim_idea(session, ion, number=idea.number or "", code=code, now=NOON)
    with pytest.raises(Forbidden, match="claimed this idea"):
        await service.enter_paper(
            session, official, idea.id, sent(PaperKind.WITHDRAWAL), form_id=new_id(), now=NOON
        )


async def list_outbox(session: AsyncSession) -> list[OutboxMessage]:
    return list((await session.execute(select(OutboxMessage))).scalars())


async def test_two_clicks_at_once_enter_one_paper(database: Database) -> None:
    async with database.write() as session:
        idea, official, judge = await entered(session)
        await service.ask_author(session, judge, idea.id, question="Unde anume?", now=NOON)
    form_id = new_id()

    async def click() -> object:
        try:
            async with database.write() as session:
                await service.enter_paper(
                    session, official, idea.id, sent(PaperKind.ANSWER), form_id=form_id, now=NOON
                )
        except DomainError as refused:
            return type(refused)
        return None

    answers = await asyncio.gather(*(click() for _ in range(4)))
    assert (answers.count(None), answers.count(EnteredAlready)) == (1, 3)


# ── in the browser ────────────────────────────────────────────────────────────
async def test_the_paper_is_entered_at_the_desk_read_by_staff_alone_and_forgotten(
    town: Town, clock: Any
) -> None:
    clerk, judge = await town.officer(Role.DESK), await town.reviewer()
    async with town.database.write() as session:
        idea, _ = await enter(session, actor_of(clerk.account, roles=[Role.DESK]), phone="0721")
        actor = actor_of(judge.account, roles=[Role.REVIEWER])
        await service.assign_idea(session, actor, idea.id, to=actor.id, now=NOON)
        await service.ask_author(session, actor, idea.id, question="Unde anume?", now=NOON)
    here = f"/desk/ideas/{idea.id}"
    html = await clerk.see(f"{here}/paper")
    assert "Unde anume?" in html
    form = html.split('name="form" value="')[1].split('"')[0]
    typed = {
        "form": form,
        "kind": "answer",
        "channel": "paper",
        "received_on": "2027-03-01",
        "text": "Lângă gard.",
    }
    refused = await clerk.send(f"{here}/paper", 422, **typed)
    assert "Attach the paper" in refused.text
    assert "Lângă gard." in refused.text
    file = [("scan", ("raspuns.pdf", SMALL_PDF, "application/pdf"))]
    await clerk.send(f"{here}/paper", files=file, **typed)
    await clerk.send(f"{here}/paper", files=file, **typed)  # a second click
    assert "entered for a resident by" in await clerk.see(f"/ideas/{idea.id}")
    page = await clerk.see(here)
    scan = "/desk/papers/" + page.split("/desk/papers/")[1].split('"')[0]
    given = await clerk.client.get(scan)
    assert given.content.startswith(b"%PDF-")
    assert given.headers["content-disposition"].startswith("attachment")
    assert given.headers["cache-control"] == "no-store"
    assert (await (await town.resident()).client.get(scan)).status_code in (403, 404)
    assert "You decide on this idea" in await judge.see(f"{here}/paper", 403)

    async with town.database.write() as session:
        await service.judge_idea(session, actor, idea.id, rejection(), now=NOON)
        await session.execute(update(Idea).where(Idea.id == idea.id).values(updated_at=NOON))
    services = town.app.services
    async with town.database.read() as session:
        key = (await queries.list_papers(session, idea.id))[0].key
    assert await services.storage.get(key) == given.content
    for days, erased in ((365, False), (366, True), (367, True)):
        clock.at(NOON + days * DAY)
        await forget_senders(services)
        async with town.database.read() as session:
            kept = await session.get_one(Intake, idea.id)
            (paper,) = await queries.list_papers(session, idea.id)
            assert ((kept.name, kept.phone) == ("", ""), paper.key == "") == (erased, erased)
            assert kept.code_hash is not None  # the letter still works
    with pytest.raises(NotFound):
        await services.storage.get(key)
