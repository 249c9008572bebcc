"""What is called off, by itself or with a withdrawn act: nothing stays open, and who was told is told."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.errors import SittingNotFound
from amendments.models import Act
from amendments.service import DebateDraft, SpeakerDraft
from amendments.states import ActState, DebateState, SittingState
from app.kit import register
from app.kit.errors import Forbidden
from app.kit.outbox import OutboxMessage
from tests.make.accounts import NOON
from tests.make.acts import AFTER, TO_COUNCIL, follow, list_steps_told, make_act, make_clerk, make_person
from tests.make.sittings import CALLED, HELD_ON, SITTING, call, make_council, vote

WHY = "Consiliul județean reia discuția despre tarife."
MEETING = DebateDraft(
    starts_at=datetime(2027, 3, 10, 15, 0, tzinfo=UTC),
    place="Sala de ședințe",
    minutes_each=5,
    register_until=date(2027, 3, 9),
    how="În scris, la intrare, sau oral.",
    attending="Ion Primaru, primar",
)
TO_SPEAK = SpeakerDraft(about="art. 1")


async def before_council(session: AsyncSession, folder: Path) -> tuple[Actor, Act]:
    """An act whose final text is before the council; somebody follows it."""
    clerk = await make_clerk(session)
    await make_council(session, clerk)
    act = await make_act(session, clerk, folder)
    await follow(session, await make_person(session), act)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    return clerk, act


async def test_who_was_told_of_a_sitting_is_told_that_it_is_cancelled(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, act = await before_council(session, tmp_path)
    await call(session, clerk, act)
    before = await list_steps_told(session)
    await service.cancel_sitting(session, clerk, act.id, reason=WHY, now=CALLED)
    assert (Counter(await list_steps_told(session)) - Counter(before)) == {"sitting_cancelled": 1}


@pytest.mark.parametrize("has_begun", [False, True])
async def test_with_an_act_its_sitting_is_called_off_also_in_the_vote(
    session: AsyncSession, tmp_path: Path, has_begun: bool
) -> None:
    clerk, act = await before_council(session, tmp_path)
    sitting = await call(session, clerk, act)
    if has_begun:
        members = await queries.list_councillors(session, on=HELD_ON)
        there = [str(one.id) for one in members]
        await service.begin_vote(session, clerk, act.id, there, now=SITTING)
        await vote(session, clerk, sitting, "act", "+++--")
    before = await list_steps_told(session)
    await service.withdraw_act(session, clerk, act.id, reason=WHY, now=SITTING)
    [found] = await queries.list_sittings(session, act.id)
    assert (found.state, found.end_reason, found.ended_by) == (SittingState.CANCELLED, WHY, clerk.name)
    assert act.state == ActState.WITHDRAWN
    told = Counter(await list_steps_told(session)) - Counter(before)
    assert told == {"sitting_cancelled": 1, "withdrawn": 1}
    assert len(await queries.list_votes(session, found.id)) == has_begun  # what was voted stays readable
    facts = [one.kind for one in await register.list_facts(session, subject=f"act:{act.id}")][:2]
    assert facts == ["act.withdrawn", "act.sitting_cancelled"]
    with pytest.raises(SittingNotFound):
        await service.cancel_sitting(session, clerk, act.id, reason=WHY, now=SITTING)


async def test_with_an_act_its_public_debate_is_called_off(session: AsyncSession, tmp_path: Path) -> None:
    clerk, ana, dan = await make_clerk(session), await make_person(session), await make_person(session)
    act = await make_act(session, clerk, tmp_path)
    debate = await service.call_debate(session, clerk, act.id, MEETING, now=NOON)
    await service.register_speaker(session, ana, debate.id, TO_SPEAK, now=NOON)
    await service.withdraw_act(session, clerk, act.id, reason=WHY, now=NOON)
    found = await queries.get_debate(session, debate.id)
    assert (found.state, found.cancel_reason) == (DebateState.CANCELLED, WHY)
    assert await called_off_to(session) == {ana.email: 1}
    with pytest.raises(Forbidden):
        await service.register_speaker(session, dan, debate.id, TO_SPEAK, now=NOON)


async def called_off_to(session: AsyncSession) -> Counter[str]:
    await session.flush()
    told = [json.loads(raw) for raw in (await session.execute(select(OutboxMessage.arguments))).scalars()]
    return Counter(one["to"] for one in told if one.get("facts", {}).get("what") == "cancelled")


async def test_everybody_who_was_told_of_a_meeting_is_told_once_that_it_is_off(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, ana, dan, eva = await make_clerk(session), *[await make_person(session) for _ in range(3)]
    act = await make_act(session, clerk, tmp_path)
    await follow(session, dan, act)
    await service.subscribe(session, eva, wanted=True, now=NOON)
    await service.subscribe(session, ana, wanted=True, now=NOON)
    debate = await service.call_debate(session, clerk, act.id, MEETING, now=NOON)
    await service.register_speaker(session, ana, debate.id, TO_SPEAK, now=NOON)
    await service.register_speaker(session, dan, debate.id, TO_SPEAK, now=NOON)
    await service.cancel_debate(session, clerk, debate.id, reason=WHY, now=NOON)
    assert await called_off_to(session) == {ana.email: 1, dan.email: 1, eva.email: 1}
    assert (await list_steps_told(session))[-1] == "debate_cancelled"


async def test_a_meeting_is_called_off_in_as_many_queries_for_many_speakers_as_for_one(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk = await make_clerk(session)
    counts = []
    for speakers in (1, 6):
        act = await make_act(session, clerk, tmp_path)
        debate = await service.call_debate(session, clerk, act.id, MEETING, now=NOON)
        for _ in range(speakers):
            person = await make_person(session)
            await service.register_speaker(session, person, debate.id, TO_SPEAK, now=NOON)
        await session.flush()
        asked: list[str] = []
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *given, asked=asked: asked.append(given[2]))
        await service.cancel_debate(session, clerk, debate.id, reason=WHY, now=NOON)
        counts.append(sum(one.startswith("SELECT") for one in asked))
        asked = []
    assert counts[0] == counts[1]
