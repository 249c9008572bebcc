"""The public debate meeting: asked for, called, speakers in their order, minutes that never change."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.errors import (
    DebateChanged,
    DebateNotHeld,
    DebateOpen,
    DebateOwed,
    MinutesOwed,
    SaidUnregistered,
    StillToSpeak,
    Unanswered,
)
from amendments.models import Act, Debate
from amendments.service import AmendmentDraft, AnswerDraft, DebateDraft, SpeakerDraft
from amendments.states import AmendmentState, DebateState, IllegalMove, Outcome
from app.kit import register
from app.kit.crypto import digest
from app.kit.db import Database
from app.kit.errors import Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from notices.models import NoticeEvent
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    TO_COUNCIL,
    edit,
    follow,
    list_steps_told,
    make_act,
    make_clerk,
    make_councillor,
    make_person,
)

HELD = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
LAST_DAY = date(2027, 3, 9)
CALL = DebateDraft(
    starts_at=HELD,
    place="Sala de ședințe",
    minutes_each=5,
    register_until=LAST_DAY,
    how="În scris, la intrare, sau oral.",
    attending="Ion Primaru, primar",
)
FOR = SpeakerDraft(about="art. 1", is_public=True)
WALKED_IN = SpeakerDraft(name="Gheorghe Trecătoru")


async def called(session: AsyncSession, folder: Path) -> tuple[Actor, Act, Debate]:
    """An act whose meeting is called."""
    clerk = await make_clerk(session)
    act = await make_act(session, clerk, folder)
    return clerk, act, await service.call_debate(session, clerk, act.id, CALL, now=NOON)


ASKED = {"entity": "Asociația Pietonilor", "kind": "association", "signed_by": "Ana", "reason": ""}


async def publish_minutes(session: AsyncSession, clerk: Actor, debate: Debate) -> None:
    """With what the minutes have to say."""
    await service.save_minutes(
        session,
        clerk,
        debate.id,
        attendance=31,
        officials="Ion Primaru, primar",
        notes="",
        revision=debate.revision,
    )
    await service.publish_minutes(session, clerk, debate.id, now=AFTER)


async def kinds(session: AsyncSession, act: Act) -> list[str]:
    return [fact.kind for fact in await register.list_facts(session, subject=f"act:{act.id}")][::-1]


async def mails(session: AsyncSession, template: str) -> int:
    await session.flush()
    rows = (await session.execute(select(OutboxMessage.arguments))).scalars()
    return sum(f"amendments/mail/{template}.txt" in row for row in rows)


async def test_an_association_asks_and_the_secretariat_calls(session: AsyncSession, tmp_path: Path) -> None:
    clerk, ana, dan = await make_clerk(session), await make_person(session), await make_person(session)
    act = await make_act(session, clerk, tmp_path)
    await service.subscribe(session, ana, wanted=True, now=NOON)
    await service.subscribe(session, dan, wanted=True, now=NOON)
    await follow(session, dan, act)
    for _ in range(2):  # two clicks
        await service.request_debate(session, ana, act.id, **ASKED, now=NOON)
    assert len(await queries.list_debate_requests(session, act.id)) == 1
    with pytest.raises(Forbidden):
        await service.call_debate(session, ana, act.id, CALL, now=NOON)
    await service.call_debate(session, clerk, act.id, CALL, now=NOON)
    with pytest.raises(DebateOpen):
        await service.call_debate(session, clerk, act.id, CALL, now=NOON)
    steps = [one.event for one in await queries.list_events(session, act.id)]
    assert steps == ["announced", "debate_requested", "debate_called"]
    assert (await kinds(session, act))[-2:] == ["act.debate_requested", "act.debate_called"]
    assert await mails(session, "debate_called") == 2
    assert await list_steps_told(session) == ["debate_requested", "debate_called"]
    called = (await session.execute(select(NoticeEvent).order_by(NoticeEvent.id))).scalars().all()[-1]
    assert set(json.loads(called.spared)) == {str(ana.id), str(dan.id)}, "they have asked for the call itself"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": NOON - timedelta(minutes=1)}, "day"),
        ({"register_until": date(2027, 2, 28)}, "register_until"),
        ({"register_until": date(2027, 3, 11)}, "register_until"),
    ],
)
async def test_days_that_do_not_fit(
    session: AsyncSession, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    clerk = await make_clerk(session)
    act = await make_act(session, clerk, tmp_path)
    draft = DebateDraft(**{name: getattr(CALL, name) for name in CALL.__struct_fields__} | change)
    with pytest.raises(FormErrors) as refused:
        await service.call_debate(session, clerk, act.id, draft, now=NOON)
    assert field in refused.value.errors


async def test_speakers_register_once_in_order_and_through_the_last_day(
    session: AsyncSession, tmp_path: Path
) -> None:
    _, _, debate = await called(session, tmp_path)
    ana, dan, late = [await make_person(session) for _ in range(3)]
    for _ in range(2):
        first = await service.register_speaker(session, ana, debate.id, FOR, now=NOON)
    second = await service.register_speaker(session, dan, debate.id, FOR, now=NOON)
    assert (first.position, second.position) == (1, 2)
    assert await mails(session, "debate_speaker") == 2
    for _ in range(2):
        await service.withdraw_speaker(session, ana, debate.id, now=NOON)
    assert [one.position for one in await queries.list_speakers(session, debate.id)] == [2]
    again = await service.register_speaker(session, ana, debate.id, FOR, now=NOON)
    assert again.position == 3  # at the end
    evening = datetime(2027, 3, 9, 21, 30, tzinfo=UTC)  # 23:30 in Bucharest
    await service.register_speaker(session, late, debate.id, FOR, now=evening)
    with pytest.raises(Forbidden, match="time to register has passed"):
        await service.register_speaker(
            session, await make_person(session), debate.id, FOR, now=evening + timedelta(hours=1)
        )


async def test_it_ends_when_all_have_had_the_word_and_the_minutes_stay(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act, debate = await called(session, tmp_path)
    ana = await make_person(session, name="Ana Popescu")
    await service.register_speaker(session, ana, debate.id, FOR, now=NOON)
    with pytest.raises(FormErrors):
        await service.end_debate(session, clerk, debate.id, now=HELD - timedelta(minutes=1))
    walked = await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=HELD)
    with pytest.raises(Forbidden):
        await service.add_walk_in(session, ana, debate.id, WALKED_IN, now=HELD)
    with pytest.raises(StillToSpeak, match="2"):
        await service.end_debate(session, clerk, debate.id, now=HELD)
    await service.save_speaker(session, clerk, debate.id, 1, spoke=True, summary="Prea scump.", revision=0)
    with pytest.raises(DebateChanged):  # a colleague, on the page as it was
        await service.save_speaker(session, clerk, debate.id, 1, spoke=False, summary="", revision=0)
    await service.save_speaker(session, clerk, debate.id, 2, spoke=True, summary="", revision=0)
    with pytest.raises(IllegalMove):
        await service.publish_minutes(session, clerk, debate.id, now=HELD)
    with pytest.raises(FormErrors):
        await service.withdraw_speaker(session, ana, debate.id, now=HELD)
    await service.end_debate(session, clerk, debate.id, now=HELD)
    with pytest.raises(FormErrors) as refused:
        await service.publish_minutes(session, clerk, debate.id, now=AFTER)
    assert set(refused.value.errors) == {"attendance", "officials", "speakers"}
    own = {"attendance": 31, "officials": "Ion Primaru, primar", "notes": ""}
    await service.save_minutes(session, clerk, debate.id, **own, revision=0)
    with pytest.raises(DebateChanged):
        await service.save_minutes(session, clerk, debate.id, **own, revision=0)
    await service.save_speaker(session, clerk, debate.id, 2, spoke=True, summary="Prea ieftin.", revision=1)
    row = await service.publish_minutes(session, clerk, debate.id, now=AFTER)
    minutes = queries.read_minutes(row)
    assert [one.name for one in minutes.speakers] == ["Ana Popescu", "Vorbitorul nr. 2"]  # only with consent
    assert walked.name not in row.content
    assert row.sha256 == digest(row.content)
    assert (await kinds(session, act))[-2:] == ["act.debate_ended", "act.debate_minutes"]
    with pytest.raises(Forbidden, match="only be corrected"):
        await service.save_speaker(session, clerk, debate.id, 1, spoke=True, summary="x", revision=1)
    with pytest.raises(IllegalMove):
        await service.publish_minutes(session, clerk, debate.id, now=AFTER)
    await service.correct_minutes(session, clerk, debate.id, text="Au fost 32 de persoane.", now=AFTER)
    assert len(await queries.list_minutes(session, debate.id)) == 2
    with pytest.raises(DBAPIError):
        await session.execute(text("UPDATE debate_minutes SET content = 'altceva'"))


async def test_what_is_said_is_registered_and_answered_like_what_is_written(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act, debate = await called(session, tmp_path)
    ana, councillor = await make_person(session), await make_councillor(session)
    await service.register_speaker(session, ana, debate.id, FOR, now=NOON)
    await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=HELD)
    said = {"speaker": 1, "body": "Să fie mai ieftin pentru toți.", "now": HELD}
    with pytest.raises(FormErrors):
        await service.add_recommendation(session, clerk, debate.id, **said, unit="nicăieri", reads="Ceva.")
    same = "Tariful este de 10 lei pe oră."
    with pytest.raises(FormErrors):
        await service.add_recommendation(session, clerk, debate.id, **said, unit="a1", reads=same)
    reads = "Tariful este de 6 lei pe oră."
    await service.add_recommendation(session, clerk, debate.id, **said, unit="a1", reads=reads)
    await service.add_recommendation(session, clerk, debate.id, **said | {"speaker": 2})
    other = {"speaker": 2, "body": "Să fie mai ieftin măcar seara."}
    await service.add_recommendation(session, clerk, debate.id, **said | other)
    rows = [
        await service.register_recommendation(session, clerk, debate.id, place, now=HELD)
        for place in (1, 1, 2, 3)  # the first one twice
    ]
    assert [row.rank for row in rows] == [1, 1, 2, 3]
    assert [row.author_id for row in rows[1:]] == [ana.id, clerk.id, clerk.id]
    assert rows[2].author_name == "Vorbitorul nr. 2"
    assert queries.read_operations(bytes(rows[0].operations))
    assert queries.read_operations(bytes(rows[2].operations)) == ()
    assert service.proposal_key(rows[2]) != service.proposal_key(rows[3])
    with pytest.raises(Forbidden, match="for somebody who said it"):
        await service.withdraw_amendment(session, clerk, rows[2].id, now=HELD)
    assert await queries.count_unanswered(session, act.id) == 3

    def given(outcome: Outcome) -> AnswerDraft:
        reason = "Bugetul pe anul acesta nu permite altfel."
        return AnswerDraft(outcome=outcome, reason=reason, function="consilier local")

    with pytest.raises(FormErrors) as refused:  # there are no words to be taken in
        await service.answer_amendment(session, councillor, rows[2].id, given(Outcome.ACCEPTED), now=AFTER)
    assert set(refused.value.errors) == {"outcome"}
    await service.answer_amendment(session, councillor, rows[0].id, given(Outcome.ACCEPTED), now=AFTER)
    await service.answer_amendment(session, councillor, rows[2].id, given(Outcome.REJECTED), now=AFTER)
    await service.answer_amendment(session, councillor, rows[3].id, given(Outcome.DEFERRED), now=AFTER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    version = await service.consolidate_act(
        session, clerk, act.id, proposals_until=date(2027, 4, 1), now=AFTER
    )
    assert queries.read_version(version)["a1"].text == reads
    assert (await queries.get_amendment(session, rows[3].id)).state == AmendmentState.SUBMITTED


async def test_what_is_sent_twice_at_the_desk_is_written_once(session: AsyncSession, tmp_path: Path) -> None:
    clerk, _, debate = await called(session, tmp_path)
    walked = [await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=HELD) for _ in range(2)]
    assert walked[0] is walked[1]
    said = {"speaker": 1, "body": "Să fie mai ieftin."}
    for _ in range(2):
        await service.add_recommendation(session, clerk, debate.id, **said, now=HELD)
    assert len(await queries.list_recommendations(session, debate.id)) == 1
    await service.register_recommendation(session, clerk, debate.id, 1, now=HELD)
    await service.save_speaker(session, clerk, debate.id, 1, spoke=True, summary="Prea scump.", revision=0)
    await service.end_debate(session, clerk, debate.id, now=HELD)
    own = {"attendance": 31, "officials": "Ion Primaru, primar", "notes": "", "revision": 0}
    await service.save_minutes(session, clerk, debate.id, **own)
    await service.publish_minutes(session, clerk, debate.id, now=AFTER)
    for _ in range(2):
        await service.correct_minutes(session, clerk, debate.id, text="Au fost 32 de persoane.", now=AFTER)
    assert len(await queries.list_minutes(session, debate.id)) == 2


async def test_nobody_words_otherwise_what_a_stranger_said_at_the_debate(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act, debate = await called(session, tmp_path)
    await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=HELD)
    said = {"speaker": 1, "body": "Să fie mai ieftin pentru toți."}
    await service.add_recommendation(session, clerk, debate.id, **said, now=HELD)
    row = await service.register_recommendation(session, clerk, debate.id, 1, now=HELD)
    why = "Spuneți de unde vin banii pentru reducere."
    with pytest.raises(Forbidden, match="has no account"):
        await service.return_amendment(session, clerk, row.id, reason=why, now=HELD)
    row.state = AmendmentState.RETURNED.value  # as one could before
    await session.flush()
    draft = AmendmentDraft(operations=edit("a1", "Tariful este de 12 lei pe oră."), reason=why)
    with pytest.raises(Forbidden, match="for somebody who said it"):
        await service.save_amendment(session, clerk, row.id, draft, now=HELD)
    row.state = AmendmentState.SUBMITTED.value
    await service.cancel_debate(session, clerk, debate.id, reason="S-a încheiat.", now=HELD)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    councillor = await make_councillor(session)
    answered = AnswerDraft(
        outcome=Outcome.DEFERRED, reason="În runda viitoare, cu cifre.", function="consilier"
    )
    await service.answer_amendment(session, councillor, row.id, answered, now=AFTER)
    until = date(2027, 4, 1)
    version = await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=AFTER)
    anchor = await queries.find_anchor(session, row.id, version.id)
    assert anchor is not None
    anchor.fate = "orphaned"
    await session.flush()
    with pytest.raises(Forbidden, match="for somebody who said it"):
        await service.begin_rewrite(session, clerk, row.id, now=AFTER)


async def test_the_text_does_not_go_to_the_council_while_people_are_called_to_a_debate(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act, debate = await called(session, tmp_path)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    with pytest.raises(DebateNotHeld):
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    assert len(await queries.list_versions(session, act.id)) == 1
    await service.end_debate(session, clerk, debate.id, now=AFTER)
    with pytest.raises(MinutesOwed):
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    await publish_minutes(session, clerk, debate)
    await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    assert act.state == "council"


async def test_what_was_said_is_registered_before_the_minutes_and_before_the_next_text(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act, debate = await called(session, tmp_path)
    await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=HELD)
    for body in ("Să fie mai ieftin.", "Să fie gratis noaptea."):
        await service.add_recommendation(session, clerk, debate.id, speaker=1, body=body, now=HELD)
    await service.register_recommendation(session, clerk, debate.id, 1, now=HELD)
    await service.save_speaker(session, clerk, debate.id, 1, spoke=True, summary="Mai ieftin.", revision=0)
    await service.end_debate(session, clerk, debate.id, now=HELD)
    with pytest.raises(FormErrors) as refused:
        await publish_minutes(session, clerk, debate)
    assert set(refused.value.errors) == {"said-2"}, "its place on the page"
    await service.close_debate(session, clerk, act.id, now=AFTER)
    for until in (None, date(2027, 4, 1)):  # for the council, and for another round
        with pytest.raises(SaidUnregistered, match="1"):
            await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=TO_COUNCIL)
    await service.register_recommendation(session, clerk, debate.id, 2, now=AFTER)
    with pytest.raises(Unanswered, match="2"):
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)


async def test_a_debate_that_was_asked_for_is_held_or_refused_in_public(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, ana = await make_clerk(session), await make_person(session)
    act = await make_act(session, clerk, tmp_path)
    await service.request_debate(session, ana, act.id, **ASKED, now=NOON)
    debate = await service.call_debate(session, clerk, act.id, CALL, now=NOON)
    await service.cancel_debate(session, clerk, debate.id, reason="Sala nu este liberă.", now=NOON)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    with pytest.raises(DebateOwed):
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    why = "Asociația nu este legal constituită, deși i s-au cerut actele."
    await service.consolidate_act(session, clerk, act.id, without_debate=why, now=TO_COUNCIL)
    steps = [(one.event, one.text) for one in await queries.list_events(session, act.id)]
    assert steps[-2:] == [("debate_refused", why), ("sent_to_endorsement", "")]
    assert "act.debate_refused" in await kinds(session, act)
    assert "debate_refused" in await list_steps_told(session)


async def test_a_debate_that_was_held_answers_who_asked_before_it_and_nobody_after(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act, debate = await called(session, tmp_path)
    await service.end_debate(session, clerk, debate.id, now=HELD)
    await publish_minutes(session, clerk, debate)
    await service.request_debate(session, await make_person(session), act.id, **ASKED, now=AFTER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    why = "O dezbatere s-a ținut deja, pe același text, la 10 martie."
    with pytest.raises(DebateOwed):
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    await service.consolidate_act(session, clerk, act.id, without_debate=why, now=TO_COUNCIL)
    assert act.state == "council"


async def test_no_reason_is_written_down_where_no_debate_was_asked_for(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk = await make_clerk(session)
    act = await make_act(session, clerk, tmp_path)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await service.consolidate_act(session, clerk, act.id, without_debate="Nimeni nu a cerut.", now=TO_COUNCIL)
    assert "act.debate_refused" not in await kinds(session, act)


async def test_a_meeting_is_called_off_and_another_called(session: AsyncSession, tmp_path: Path) -> None:
    clerk, act, debate = await called(session, tmp_path)
    await service.register_speaker(session, await make_person(session), debate.id, FOR, now=NOON)
    await service.cancel_debate(session, clerk, debate.id, reason="Sala nu este liberă.", now=NOON)
    assert debate.state == DebateState.CANCELLED
    assert await mails(session, "debate_speaker") == 2
    second = await service.call_debate(session, clerk, act.id, CALL, now=NOON)
    assert second.position == 2


async def test_two_at_once(database: Database, tmp_path: Path) -> None:
    async with database.write() as session:
        clerk, _, debate = await called(session, tmp_path)
        people = [await make_person(session) for _ in range(4)]
        walk_in = await service.add_walk_in(session, clerk, debate.id, WALKED_IN, now=NOON)
        await service.add_recommendation(
            session, clerk, debate.id, speaker=walk_in.position, body="Mai ieftin, vă rog.", now=NOON
        )

    async def do(what: Any, *given: Any) -> Any:
        async with database.write() as session:
            return await what(session, *given, now=NOON)

    tries = [do(service.register_speaker, one, debate.id, FOR) for one in people for _ in range(2)]
    speakers = await asyncio.gather(*tries)
    assert {one.position for one in speakers} == {2, 3, 4, 5}
    tries = [do(service.register_recommendation, clerk, debate.id, 1) for _ in range(3)]
    assert len({row.number for row in await asyncio.gather(*tries)}) == 1
