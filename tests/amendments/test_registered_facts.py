"""Whatever stands on a timeline stands in the public register too."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act
from amendments.pages.words import EVENT_KINDS, STEPS
from amendments.rules.procedure import Event
from amendments.states import Outcome
from app.kit import register
from app.wiring import REGISTER_KINDS
from tests.make.acts import AFTER, TO_COUNCIL, answer, edit, make_person, propose
from tests.make.published import make_published

OF_AMENDMENTS = {"recorded": "amendment.submitted"}  # the other names stand for themselves
OF_ACTS = {
    Event.REOPENED: ("act.round_begun",),
    Event.DEBATE_PAPERS: ("act.debate_minutes", "act.step"),
    Event.SENT_TO_ENDORSEMENT: ("act.sent_to_council",),
    Event.SITTING: ("act.adopted", "act.rejected"),
}


def kind_of(told: str) -> str:
    """The register's kind of an entry of an amendment's timeline."""
    for several in ("voted", "carried"):
        if told.startswith(f"{several}_"):
            return f"amendment.{several}"
    return OF_AMENDMENTS.get(told, f"amendment.{told}")


def kinds_of(step: Event) -> tuple[str, ...]:
    """The register's kinds that may stand for a step of an act's procedure."""
    return OF_ACTS.get(step, (f"act.{step.value}", "act.step"))


@pytest.mark.parametrize("told", EVENT_KINDS)
def test_every_entry_of_a_timeline_has_a_kind_in_the_register(told: str) -> None:
    assert kind_of(told) in REGISTER_KINDS


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_a_kind_in_the_register(step: Event) -> None:
    assert kinds_of(step)[0] in REGISTER_KINDS


async def check_registered(session: AsyncSession, act: Act) -> set[str]:
    """Every entry of the timelines of an act and its amendments is a fact; the kinds that were there."""
    seen: set[str] = set()
    for row in await queries.list_amendments(session, act.id):
        told = [one.kind for one in await queries.list_amendment_events(session, row.id)]
        facts = await register.list_facts(session, subject=f"amendment:{row.id}")
        assert Counter(map(kind_of, told)) == Counter(fact.kind for fact in facts), row.number
        seen |= set(told)
    facts = await register.list_facts(session, subject=f"act:{act.id}")
    kinds = {fact.kind for fact in facts}
    for step in await queries.list_events(session, act.id):
        assert kinds & set(kinds_of(Event(step.event))), step.event
    return seen


@pytest.mark.usefixtures("clock")
async def test_an_act_of_two_rounds_is_in_the_register_with_all_that_became_of_it(
    session: AsyncSession, tmp_path: Path
) -> None:
    act = await make_published(session, tmp_path)
    seen = await check_registered(session, act)
    assert {"answered", "answer_superseded", "carried_same"} <= seen


async def test_the_way_to_the_council_and_what_an_author_wants_are_facts(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    cheaper, clashing = [
        await propose(session, author, act, edit("a1", f"Tariful este de {lei} lei pe oră."))
        for lei in (8, 5)
    ]
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, cheaper, Outcome.ACCEPTED)
    await answer(session, councillor, clashing, Outcome.DEFERRED)
    until = date(2027, 3, 26)
    version = await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=AFTER)
    await service.let_stand(session, author, clashing.id, now=AFTER)
    await service.close_debate(session, clerk, act.id, now=TO_COUNCIL)
    await answer(session, councillor, clashing, Outcome.REJECTED, now=TO_COUNCIL)
    await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    assert {"carried_conflict", "let_stand"} <= await check_registered(session, act)
    [carried] = [
        fact
        for fact in await register.list_facts(session, subject=f"amendment:{clashing.id}")
        if fact.kind == "amendment.carried"
    ]
    assert (carried.facts["fate"], carried.facts["text"]) == ("conflict", version.content_hash)


async def test_words_that_changed_after_others_signed_them_are_a_fact(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor
) -> None:
    row = await propose(session, author, act, edit("a1", "Tariful este de 8 lei pe oră."))
    await service.stand_behind(
        session, await make_person(session), row.id, by_name=True, now=AFTER.replace(day=2)
    )
    why = "Spuneți de unde vin banii pentru reducere."
    await service.return_amendment(session, clerk, row.id, reason=why, now=AFTER.replace(day=3))
    draft = service.AmendmentDraft(operations=edit("a1", "Tariful este de 9 lei pe oră."), reason=row.reason)
    await service.save_amendment(session, author, row.id, draft, now=AFTER.replace(day=4))
    assert {"returned", "rewritten"} <= await check_registered(session, act)
