"""Questions: asked, written down, supported, grouped, answered; many at once."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from app.kit.db import Database, new_id
from app.kit.errors import Forbidden, FormErrors
from app.kit.register import RegisterEntry
from app.wiring import wire
from consultations import service
from consultations.errors import AnsweredMeanwhile, QuestionNotFound
from consultations.models import Question, QuestionSupport
from consultations.queries import questions as queries
from consultations.queries.questions import find_questions
from consultations.rules.questions import AnswerKind, IllegalAnswer, QuestionSort, QuestionState, order_items
from consultations.service.questions import IN_THE_ROOM
from consultations.service.questions_own import export_questions, forget_askers, leave_no_name
from discussions import service as discussions
from discussions.queries import get_comment
from discussions.states import Ground
from notices import service as notices
from notices.models import Notice, NoticeEvent
from notices.service import spread
from tests.consultations.test_programme import mails
from tests.make.consultations import EVENING, MORNING, make_consultation, make_organizer
from tests.make.discussions import REASON, make_moderator
from tests.make.questions import (
    SAID,
    WORDS,
    ask,
    make_held,
    make_reply,
    make_resident,
    make_second_account,
    write_down,
)

DAY = timedelta(days=1)


async def test_who_may_ask_how_much_and_until_when(session: AsyncSession) -> None:
    row = await make_consultation(session, await make_organizer(session))
    ana = await make_resident(session)
    form = new_id()
    first = await service.ask(session, ana, row.id, WORDS, form_id=form, now=MORNING)
    again = await service.ask(session, ana, row.id, WORDS, form_id=form, now=MORNING)  # a second click
    assert again.id == first.id
    assert first.author_name == "Ana P."
    for text in ("Când?", "x" * 601):
        with pytest.raises(FormErrors):
            await ask(session, ana, row, text)
    await ask(session, ana, row, "De ce nu se taie iarba lângă școală?")
    other = await make_second_account(session, ana)
    third = await ask(session, other, row, "Cine plătește reparația gardului?")
    with pytest.raises(Forbidden):  # three of one person, from whichever account
        await ask(session, ana, row, "Și încă o întrebare despre gunoaie?")
    await service.withdraw_question(session, other, third.id, now=MORNING)
    with pytest.raises(Forbidden):  # who withdraws does not begin anew
        await ask(session, other, row, "Și încă o întrebare despre gunoaie?")
    ion = await make_resident(session, name="Ion Ionescu")
    with pytest.raises(Forbidden):
        await ask(session, ion, row, now=EVENING)


async def test_a_question_is_supported_once_by_a_person(session: AsyncSession) -> None:
    row = await make_consultation(session, await make_organizer(session))
    ana, ion = await make_resident(session), await make_resident(session, name="Ion Ionescu")
    question = await ask(session, ana, row)
    with pytest.raises(Forbidden):
        await service.support_question(session, ana, question.id, wanted=True, now=MORNING)
    own = await make_second_account(session, ana)
    with pytest.raises(Forbidden):  # their own, from another account
        await service.support_question(session, own, question.id, wanted=True, now=MORNING)
    second = await make_second_account(session, ion)
    for actor in (ion, ion, second):
        await service.support_question(session, actor, question.id, wanted=True, now=MORNING)
    assert question.support_count == 1
    await service.support_question(session, second, question.id, wanted=False, now=MORNING)
    assert question.support_count == 0


async def test_two_hundred_support_at_once(database: Database) -> None:
    async with database.write() as session:
        row = await make_consultation(session, await make_organizer(session))
        question = await ask(session, await make_resident(session), row)
        people = [await make_resident(session, name=f"Om {place}") for place in range(200)]
    gate = asyncio.Semaphore(24)

    async def support(place: int, wanted: bool) -> None:
        async with gate, database.write() as session:
            await service.support_question(session, people[place], question.id, wanted=wanted, now=MORNING)

    await asyncio.gather(*(support(place, True) for place in [*range(200), *range(0, 200, 3)]))
    await asyncio.gather(*(support(place, False) for place in range(0, 200, 10)))
    async with database.read() as session:
        found = await queries.get_question(session, question.id)
        rows = (await session.execute(select(QuestionSupport))).scalars().all()
    assert found.support_count == len(rows) == 180


async def test_two_clicks_at_once_ask_one_question_and_three_are_the_most(database: Database) -> None:
    async with database.write() as session:
        row = await make_consultation(session, await make_organizer(session))
        ana = await make_resident(session)
    form = new_id()

    async def send(text: str, form_id: Any) -> str:
        try:
            async with database.write() as session:
                question = await service.ask(session, ana, row.id, text, form_id=form_id, now=MORNING)
                return str(question.id)
        except Forbidden:
            return "refused"

    assert len(set(await asyncio.gather(*(send(WORDS, form) for _ in range(4))))) == 1
    found = await asyncio.gather(*(send(f"Întrebarea cu numărul {turn}?", new_id()) for turn in range(5)))
    assert found.count("refused") == 3


async def test_who_asks_in_the_room_is_told_when_they_left_an_address(session: AsyncSession) -> None:
    organizer, official, row = await make_held(session)
    ana = await make_resident(session)
    with pytest.raises(Forbidden):
        await write_down(session, ana, row)
    nobody = await write_down(session, organizer, row)
    assert nobody.author_name == IN_THE_ROOM
    assert await mails(session, "question") == []
    maria = await write_down(
        session, organizer, row, name="Maria Radu", email="maria@exemplu.ro", phone="0721 1"
    )
    words = await get_comment(session, maria.words_id)
    assert (maria.author_name, words.author_name) == ("Maria R.", "Maria R.")
    await service.answer(session, official, maria.id, make_reply(), whole_group=False, seen=0, now=EVENING)
    told = [(one["to"], one["facts"]["what"]) for one in await mails(session, "question")]
    assert told == [("maria@exemplu.ro", "taken"), ("maria@exemplu.ro", "written")]
    # her address is needed until thirty days after the answer
    late = EVENING + 20 * DAY
    again = make_reply(text="Am verificat: se repară în mai.")
    await service.answer(session, official, maria.id, again, whole_group=False, seen=1, now=late)
    assert await forget_askers(session, now=EVENING + 40 * DAY) == 0
    assert await forget_askers(session, now=late + 31 * DAY) == 1
    await session.refresh(maria)
    assert (maria.email, maria.phone, maria.author_name) == ("", "", "Maria R.")
    with pytest.raises(Forbidden):
        await write_down(session, organizer, row, now=EVENING + 20 * DAY)


async def test_answered_promised_and_answered_at_last(session: AsyncSession) -> None:
    organizer, official, row = await make_held(session)
    question = await ask(session, await make_resident(session), row)
    ion = await make_resident(session)
    with pytest.raises(Forbidden):
        await service.answer(session, ion, question.id, make_reply(), whole_group=False, seen=0, now=EVENING)
    promise = make_reply(AnswerKind.DEFERRED, text="Verificăm la Administrația Domeniului.")
    for due_on in (None, date(2027, 2, 1), date(2027, 6, 1)):
        reply = make_reply(AnswerKind.DEFERRED, due_on=due_on)
        with pytest.raises(FormErrors):
            await service.answer(
                session, official, question.id, reply, whole_group=False, seen=0, now=EVENING
            )
    reply = make_reply(AnswerKind.DEFERRED, text=promise.text, due_on=date(2027, 3, 1))
    await service.answer(session, official, question.id, reply, whole_group=False, seen=0, now=EVENING)
    assert (question.state, question.due_on) == (QuestionState.DEFERRED, date(2027, 3, 1))
    await service.answer(
        session, organizer, question.id, make_reply(), whole_group=False, seen=1, now=EVENING
    )
    assert (question.state, question.due_on) == (QuestionState.ANSWERED, None)
    second = await service.answer(
        session, organizer, question.id, make_reply(), whole_group=False, seen=1, now=EVENING
    )
    answers = (await queries.list_answers(session, [question.id]))[question.id]
    assert [answer.kind for answer, _ in answers] == ["deferred", "written"]  # a second click is none
    assert second.id == answers[-1][0].id
    with pytest.raises(IllegalAnswer):  # what is answered is not promised again
        await service.answer(session, official, question.id, reply, whole_group=False, seen=2, now=EVENING)
    kinds = (await session.execute(select(RegisterEntry.kind).order_by(RegisterEntry.position))).scalars()
    assert list(kinds)[-2:] == ["consultation.answer_promised", "consultation.answered"]
    with pytest.raises(Forbidden):
        await service.withdraw_question(session, ion, question.id, now=EVENING)


async def test_two_answer_the_same_question_at_once(database: Database) -> None:
    async with database.write() as session:
        organizer, official, row = await make_held(session)
        question = await ask(session, await make_resident(session), row)

    async def reply(actor: Any) -> str:
        said = make_reply(text=f"Răspunsul dat de {actor.name}.")
        try:
            async with database.write() as session:
                await service.answer(
                    session, actor, question.id, said, whole_group=False, seen=0, now=EVENING
                )
        except AnsweredMeanwhile:
            return "told"
        return "done"

    assert sorted(await asyncio.gather(reply(organizer), reply(official))) == ["done", "told"]
    async with database.read() as session:
        assert len((await queries.list_answers(session, [question.id]))[question.id]) == 1


async def test_groups_their_order_and_what_is_answered_to_all(session: AsyncSession) -> None:
    organizer, official, row = await make_held(session)
    people = [await make_resident(session, name=f"Om {place}") for place in range(4)]
    questions = [
        await ask(session, people[place], row, f"{WORDS} Întreb a {place + 1}-a oară.") for place in range(3)
    ]
    other = await write_down(session, organizer, row)
    fan = people[3]
    for question in questions:
        await service.support_question(session, fan, question.id, wanted=True, now=MORNING)
    ids = [one.id for one in questions]
    for chosen, title in (([ids[0]], "Trotuarul"), (ids, "")):
        with pytest.raises(FormErrors):
            await service.group_questions(session, organizer, row.id, chosen, title=title, now=MORNING)
    with pytest.raises(Forbidden):
        await service.group_questions(session, official, row.id, ids, title="Trotuarul", now=MORNING)
    group = await service.group_questions(session, organizer, row.id, ids[:2], title="Trotuarul", now=MORNING)
    await service.group_questions(session, organizer, row.id, ids[2:], group_id=group.id, now=MORNING)
    items = order_items(await queries.list_items(session, row.id), QuestionSort.SUPPORTED)
    assert [(one.key, len(one.keys), one.support_count) for one in items] == [
        (group.id, 3, 1),  # one person, who supports three of them
        (other.id, 1, 0),
    ]
    await service.move(session, organizer, row.id, other.id, up=True)
    await service.move(session, organizer, row.id, other.id, up=True)  # it is the first already
    items = order_items(await queries.list_items(session, row.id), QuestionSort.ROOM)
    assert [one.key for one in items] == [other.id, group.id]
    await service.answer(session, official, ids[0], make_reply(), whole_group=True, seen=0, now=EVENING)
    answers = await queries.list_answers(session, ids)
    assert all(len(found) == 1 and found[0][1] == frozenset(ids) for found in answers.values())
    await service.ungroup(session, organizer, ids[2])
    assert len(await queries.list_group_members(session, group.id)) == 2
    await service.ungroup(session, organizer, ids[1])  # of two, nobody stays alone in a group
    assert await queries.list_groups_of(session, row.id) == []
    elsewhere = await make_consultation(session, organizer, starts_at=EVENING + 7 * DAY)
    with pytest.raises(QuestionNotFound):
        await service.group_questions(session, organizer, elsewhere.id, ids, title="Trotuarul", now=MORNING)


async def test_a_question_is_judged_as_comments_are(session: AsyncSession) -> None:
    wire()
    _, _, row = await make_held(session)
    ana, ion, maria = (
        await make_resident(session),
        await make_resident(session, name="Ion Ionescu"),
        await make_moderator(session),
    )
    question = await ask(session, ana, row, "De ce fură vecinul meu Gheorghe curent?")
    subject = (await find_questions(session, ion, [str(question.id)]))[str(question.id)]
    assert (subject.only_moderated, bool(subject.takes_comments)) == (True, False)
    await discussions.report_comment(session, ion, question.words_id, Ground.PERSONAL_DATA, "", now=MORNING)
    await discussions.hide_comment(session, maria, question.words_id, Ground.INSULT, REASON, now=MORNING)
    shown = (await queries.list_asked(session, [question.id]))[question.id]
    assert (shown.is_hidden, shown.hiding.reason if shown.hiding else "") == (True, REASON)
    with pytest.raises(Forbidden):
        await service.support_question(session, ion, question.id, wanted=True, now=MORNING)
    with pytest.raises(Forbidden):
        await service.withdraw_question(session, ana, question.id, now=MORNING)
    assert await queries.list_alike(session, row.id, "De ce fură vecinul meu Gheorghe curent?") == []


async def test_what_is_alike_is_found(session: AsyncSession) -> None:
    _, _, row = await make_held(session)
    question = await ask(session, await make_resident(session), row)
    await ask(session, await make_resident(session), row, "De ce nu trece autobuzul 117 duminica?")
    assert await queries.list_alike(session, row.id, "Se repară trotuarul de pe Zețarilor?") == [question.id]


async def test_who_asked_who_supports_and_who_follows_is_told_once(session: AsyncSession) -> None:
    wire()
    organizer, official, row = await make_held(session)
    names = ("Ana Popescu", "Ion Ionescu", "Dan Vecinu", "Vera Nimeni")
    ana, ion, dan, _ = [await make_resident(session, name=name) for name in names]
    first = await ask(session, ana, row)
    second = await ask(session, ion, row, f"{WORDS} Și când se termină?")
    await service.support_question(session, ion, first.id, wanted=True, now=MORNING)
    await notices.follow(session, dan, f"consultation:{row.id}", wanted=True, now=MORNING)
    ids = [first.id, second.id]
    await service.group_questions(session, organizer, row.id, ids, title="Trotuarul", now=MORNING)
    await service.answer(session, official, first.id, make_reply(), whole_group=True, seen=0, now=EVENING)
    event = (
        await session.execute(select(NoticeEvent).where(NoticeEvent.topic.startswith("answer:")))
    ).scalar_one()
    while await spread(session, event.id, now=EVENING):
        pass
    told = (await session.execute(select(Notice.account_id).where(Notice.event_id == event.id))).scalars()
    assert sorted(told) == sorted(one.id for one in (ana, ion, dan))
    assert SAID in event.facts


async def test_a_closed_account_leaves_its_questions_without_a_name(session: AsyncSession) -> None:
    _, _, row = await make_held(session)
    ana = await make_resident(session)
    question = await ask(session, ana, row)
    copy: Any = await export_questions(session, ana)
    assert [one["text"] for one in copy["asked"]] == [WORDS]
    await leave_no_name(session, AccountClosed(account_id=ana.id, at=MORNING))
    found = (await session.execute(select(Question).execution_options(populate_existing=True))).scalar_one()
    assert (found.id, found.author_name) == (question.id, "Cont închis")
