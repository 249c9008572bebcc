"""Authors who left no e-mail address are told otherwise, and the timeline says so."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from app.kit.clock import local_date
from app.kit.db import Database, new_id
from app.kit.errors import Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from proposals import queries, service
from proposals.errors import ToldAlready
from proposals.models import Idea, Telling
from proposals.service.papers import forget_sender
from proposals.states import EventKind, PaperKind, TellingEnd
from tests.conftest import FrozenClock
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import make_idea, make_reviewer, rejection
from tests.proposals.conftest import Town
from tests.proposals.test_intake import desk, enter
from tests.proposals.test_papers import sent

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
ADDRESS = "Strada Lungă 5\n050011 București"


async def on_paper(session: AsyncSession, **left: str) -> tuple[Idea, Actor, Actor]:
    """An idea without an e-mail address, who entered it, and who reviews it."""
    await make_cycle(session)
    official = await desk(session)
    judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    idea, _ = await enter(session, official, **(left or {"address": ADDRESS, "phone": "0721 000 111"}))
    await service.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    return idea, official, judge


async def tellings(session: AsyncSession) -> list[Telling]:
    return list((await session.execute(select(Telling).order_by(Telling.at, Telling.id))).scalars())


async def mailed(session: AsyncSession) -> list[str]:
    query = select(OutboxMessage.arguments).where(OutboxMessage.job == "app.kit.mail.deliver_mail")
    return list((await session.execute(query)).scalars())


async def test_a_rejection_without_e_mail_waits_for_somebody_to_tell_it(session: AsyncSession) -> None:
    idea, official, judge = await on_paper(session)
    await service.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    (telling,) = await tellings(session)
    assert (telling.kind, telling.account_id, telling.ended_at) == ("rejected", None, None)
    assert "Georgescu" not in telling.facts
    assert not [one for one in await mailed(session) if "rejected" in one]
    for on, problem in ((NOON + DAY, "still to come"), (NOON - DAY, "nothing to tell")):
        with pytest.raises(FormErrors) as refused:
            await service.note_told(
                session, official, telling.id, how=TellingEnd.POST, on=local_date(on), now=NOON
            )
        assert problem in refused.value.errors["told_on"].message
    how = TellingEnd.PHONE
    await service.note_told(session, official, telling.id, how=how, on=local_date(NOON), now=NOON)
    event = (await queries.list_events(session, idea.id))[-1]
    assert (event.kind, event.by_name) == (EventKind.TOLD, "Radu Dobre")
    assert '"how": "phone"' in event.facts
    assert await queries.count_open_tellings(session) == 0
    with pytest.raises(ToldAlready):
        await service.note_told(session, judge, telling.id, how=how, on=local_date(NOON), now=NOON)


async def test_who_left_an_address_gets_mail_and_nothing_waits(session: AsyncSession) -> None:
    idea, _, judge = await on_paper(session, email="ion@exemplu.ro")
    await service.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    assert await tellings(session) == []
    assert [one for one in await mailed(session) if "rejected" in one and "ion@exemplu.ro" in one]


async def test_a_paper_that_was_entered_is_told_too_so_that_nobody_answers_for_them(
    session: AsyncSession,
) -> None:
    idea, official, judge = await on_paper(session)
    await service.ask_author(session, judge, idea.id, question="Unde anume?", now=NOON)
    await service.enter_paper(
        session, official, idea.id, sent(PaperKind.ANSWER), form_id=new_id(), now=NOON + DAY
    )
    assert [one.kind for one in await tellings(session)] == ["question", "paper_entered"]


async def test_an_account_without_an_address_is_told_and_its_co_author_gets_mail(
    session: AsyncSession,
) -> None:
    cycle = await make_cycle(session)
    author = await make_account(session, name="Ana Fărăposta", verified=True)
    idea = await make_idea(session, cycle=cycle, author=author)
    author.email, author.email_key = "", None
    judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    await service.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await service.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    (telling,) = await tellings(session)
    assert telling.account_id == author.id
    own = actor_of(author, roles=[Role.DESK])
    stranger = actor_of(await make_account(session, verified=True), verified=True)
    for actor in (own, stranger):
        with pytest.raises(Forbidden):
            await service.note_told(
                session, actor, telling.id, how=TellingEnd.DESK, on=local_date(NOON), now=NOON
            )


async def test_claimed_or_forgotten_nothing_waits_any_more(session: AsyncSession, app: object) -> None:
    idea, official, judge = await on_paper(session)
    await service.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    _, code = await service.renew_code(session, official, idea.id)
    ion = actor_of(await make_account(session, verified=True), verified=True)
    await service.claim_idea(session, ion, number=idea.number or "", code=code, now=NOON + DAY)
    assert [one.ended_as for one in await tellings(session)] == ["claimed"]
    other, _ = await enter(session, official, address=ADDRESS)
    await service.assign_idea(session, judge, other.id, to=judge.id, now=NOON)
    await service.judge_idea(session, judge, other.id, rejection(), now=NOON)
    storage = app.services.storage  # type: ignore[attr-defined]
    assert not await forget_sender(session, storage, other.id, now=NOON + 365 * DAY)
    assert await forget_sender(session, storage, other.id, now=NOON + 367 * DAY)
    (row,) = [one for one in await tellings(session) if one.idea_id == other.id]
    assert row.ended_as == "forgotten"
    assert (await queries.get_telling_row(session, row.id)).Intake.address == ""


async def test_two_clicks_tell_once(database: Database) -> None:
    async with database.write() as session:
        idea, official, judge = await on_paper(session)
        await service.judge_idea(session, judge, idea.id, rejection(), now=NOON)
        (telling,) = await tellings(session)

    async def click() -> bool:
        try:
            async with database.write() as session:
                day = local_date(NOON)
                await service.note_told(session, official, telling.id, how=TellingEnd.DESK, on=day, now=NOON)
                return True
        except ToldAlready:
            return False

    assert sorted(await asyncio.gather(*(click() for _ in range(3)))) == [False, False, True]
    async with database.read() as session:
        kinds = [one.kind for one in await queries.list_events(session, idea.id)]
    assert kinds.count(EventKind.TOLD) == 1


async def test_the_desk_sees_who_waits_prints_the_letter_and_says_that_it_was_posted(
    town: Town, clock: FrozenClock
) -> None:
    officer = await town.officer(Role.DESK)
    assert "Everybody has been told" in await officer.see("/desk/tellings")
    assert officer.account
    async with town.database.write() as session:
        by = actor_of(officer.account, roles=[Role.DESK])
        judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
        idea, _ = await enter(session, by, address=ADDRESS, phone="0721 000 111")
        await service.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
        await service.judge_idea(session, judge, idea.id, rejection(text="Teren privat."), now=NOON)
    listed = await officer.see("/desk/tellings")
    for shown in ("Ion Georgescu", "050011 București", "0721 000 111", "to be told by 3 March 2027"):
        assert shown in listed
    assert "1 author without e-mail" in await officer.see("/desk/ideas")
    found = re.search(r'href="/en(/desk/tellings/[0-9a-f-]+)"', listed)
    assert found
    letter = await officer.see(found[1])
    for shown in (
        f"Ideea dumneavoastră {idea.number} a fost respinsă",  # in the author's language
        "Teren privat.",
        "Puteți contesta decizia până la 8 martie 2027",
        "Strada Lungă 5",
    ):
        assert shown in letter
    bad = await officer.send(found[1], status=422, how="post", told_on="2027-03-09")
    assert "still to come" in bad.text
    assert 'value="2027-03-09"' in bad.text
    clock.forward(days=5)
    officer = await town.visitor(officer.account)  # the session has ended meanwhile
    await officer.see(found[1])
    assert "late by 2 working days" in await officer.see("/desk/tellings")
    await officer.send(found[1], how="post", told_on="2027-03-04")
    public = await (await town.visitor()).see(f"/ideas/{idea.id}")
    assert "The idea was rejected: by a letter posted on 4 March 2027" in public
    for private in ("Georgescu", "Strada Lungă", "0721"):
        assert private not in public
    told = await officer.see("/desk/tellings")
    assert "Everybody has been told" in told
    assert "by letter, 4 March 2027" in told
    again = await officer.send(found[1], how="post", told_on="2027-03-04")
    assert again.headers["location"] == "/en/desk/tellings"
    await (await town.resident()).see("/desk/tellings", status=403)
