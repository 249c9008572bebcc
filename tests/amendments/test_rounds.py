"""What happens to amendments beside the straight way: carried on twice, returned late, rewritten, refused."""

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.errors import AnswerClashes, AnswerOutdated, TextRefused, TooEarly
from amendments.models import Act, AmendmentRow
from amendments.rules.procedure import Event
from amendments.service import AmendmentDraft, AnswerDraft
from amendments.states import ActState, AmendmentState, AuthorKind, Outcome
from amendments.text.operations import DeleteUnit, Operation
from amendments.text.weaving import Ruling
from app.kit import register
from app.kit.errors import Forbidden, FormErrors
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    DAY,
    REASON,
    answer,
    edit,
    make_act,
    make_person,
    propose,
)

CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
CHEAPEST = edit("a1", "Tariful este de 5 lei pe oră.")
MONTHLY = edit("a2-1", "Abonamentul lunar costă 200 de lei.")
NEXT_END = date(2027, 3, 26)
WHY = "Spuneți de unde vin banii pentru reducere."

pytestmark = pytest.mark.usefixtures("clock")


async def draft_of(
    session: AsyncSession, author: Actor, act: Act, operations: tuple[Operation, ...]
) -> AmendmentRow:
    draft = AmendmentDraft(operations=operations, reason=REASON)
    return await service.begin_amendment(session, author, act.id, draft, now=NOON)


async def test_what_lost_its_place_goes_on_from_round_to_round(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    gone = await propose(session, author, act, (DeleteUnit(unit="a2-1"),))
    orphan = await propose(session, author, act, MONTHLY)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, gone, Outcome.ACCEPTED)
    for until, later in ((NEXT_END, AFTER), (date(2027, 4, 9), AFTER + 11 * DAY)):
        await answer(session, councillor, orphan, Outcome.DEFERRED, now=later)
        version = await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=later)
        anchor = await queries.find_anchor(session, orphan.id, version.id)
        assert anchor is not None
        assert (anchor.fate, orphan.state, orphan.round) == ("orphaned", "submitted", act.round)
        await service.close_debate(
            session, clerk, act.id, now=later + timedelta(days=(until - later.date()).days + 1)
        )
    assert act.round == 3


async def test_a_round_that_would_be_too_short_publishes_nothing(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    with pytest.raises(TooEarly):
        await service.consolidate_act(session, clerk, act.id, proposals_until=NEXT_END - DAY, now=AFTER)
    assert (act.state, act.round) == (ActState.CLOSED, 1)
    assert len(await queries.list_versions(session, act.id)) == 1
    facts = [one.kind async for one in register.stream_facts(session)]
    assert "act.consolidated" not in facts


async def test_a_last_day_that_was_mistyped_is_refused(
    session: AsyncSession, act: Act, clerk: Actor, tmp_path: Path
) -> None:
    far = date(2072, 3, 26)
    with pytest.raises(FormErrors) as refused:
        await make_act(session, clerk, tmp_path, until=far)
    assert set(refused.value.errors) == {"proposals_until"}
    await service.close_debate(session, clerk, act.id, now=AFTER)
    with pytest.raises(FormErrors):
        await service.consolidate_act(session, clerk, act.id, proposals_until=far, now=AFTER)
    assert (act.state, len(await queries.list_versions(session, act.id))) == (ActState.CLOSED, 1)


async def test_an_order_names_each_once(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    for order in ((), (str(row.id), str(row.id))):
        ruling = Ruling(unit="a1", gap=0, after=None, order=order, reason=WHY)
        with pytest.raises(TextRefused):
            await service.rule_order(session, clerk, act.id, ruling, now=AFTER)


async def test_a_draft_of_an_earlier_text_is_not_sent_without_being_looked_at(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    kept = await draft_of(session, author, act, CHEAPEST)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    await service.consolidate_act(session, clerk, act.id, proposals_until=NEXT_END, now=AFTER)
    with pytest.raises(TextRefused) as refused:
        await service.submit_amendment(session, author, kept.id, now=AFTER)
    assert "text has changed" in str(refused.value)
    text = queries.read_version(await queries.last_version(session, act.id))
    again = AmendmentDraft(operations=edit("a1", "Tariful este de 5 lei pe oră.", text=text), reason=REASON)
    await service.save_amendment(session, author, kept.id, again, now=AFTER)
    sent = await service.submit_amendment(session, author, kept.id, now=AFTER)
    assert (sent.state, sent.round) == (AmendmentState.SUBMITTED, 2)


async def test_one_that_was_returned_is_completed_after_the_last_day(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    number = row.number
    await service.return_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    draft = AmendmentDraft(operations=CHEAPER, reason=REASON + " Banii vin din abonamente.")
    await service.save_amendment(session, author, row.id, draft, now=AFTER)
    sent = await service.submit_amendment(session, author, row.id, now=AFTER)
    assert (sent.state, sent.number) == (AmendmentState.SUBMITTED, number)
    with pytest.raises(Forbidden):
        await draft_of(session, author, act, CHEAPEST)


async def test_who_signed_other_words_no_longer_stands_behind_them(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    fan = await make_person(session, name="Dan Vecinu")
    await service.stand_behind(session, fan, row.id, by_name=True, now=NOON)
    await service.return_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    same = AmendmentDraft(operations=CHEAPER, reason=REASON + " Mai mult de atât.")
    await service.save_amendment(session, author, row.id, same, now=NOON)
    assert row.support_count == 1, "the words are the same"
    other = AmendmentDraft(operations=CHEAPEST, reason=REASON)
    await service.save_amendment(session, author, row.id, other, now=NOON)
    assert row.support_count == 0
    assert await queries.find_support(session, row.id, fan.id) is None
    events = [one.kind for one in await queries.list_amendment_events(session, row.id)]
    assert "rewritten" in events


async def test_nobody_speaks_for_the_council_without_its_role(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    for actor, works in ((author, False), (councillor, True)):
        draft = AmendmentDraft(operations=CHEAPER, reason=REASON, author_kind=AuthorKind.COUNCILLOR)
        row = await service.begin_amendment(session, actor, act.id, draft, now=NOON)
        if works:
            await service.submit_amendment(session, actor, row.id, now=NOON)
            continue
        with pytest.raises(FormErrors) as refused:
            await service.submit_amendment(session, actor, row.id, now=NOON)
        assert set(refused.value.errors) == {"author_kind"}


async def test_same_answers_to_several_are_given_to_all_or_to_none(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    rows = [await propose(session, author, act, CHEAPER) for _ in range(3)]
    await answer(session, councillor, rows[2], Outcome.REJECTED)  # so that the last of them is outdated
    draft, ids = AnswerDraft(outcome=Outcome.ACCEPTED, function="consilier local"), [row.id for row in rows]
    with pytest.raises(AnswerOutdated):
        await service.answer_alike(session, councillor, act.id, dict.fromkeys(ids, draft), now=AFTER)
    assert [len(await queries.list_answers(session, id)) for id in ids] == [0, 0, 1]


async def test_what_clashes_is_named_by_its_registration_numbers(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    first, second = (
        await propose(session, author, act, CHEAPER),
        await propose(session, author, act, CHEAPEST),
    )
    await answer(session, councillor, first, Outcome.ACCEPTED)
    with pytest.raises(AnswerClashes) as refused:
        await answer(session, councillor, second, Outcome.ACCEPTED)
    assert first.number in refused.value.facts["numbers"]


async def test_steps_are_written_down_of_public_acts_and_of_days_that_have_come(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, tmp_path: Path
) -> None:
    hidden = await make_act(session, clerk, tmp_path, announced=False)
    today = NOON.date()
    with pytest.raises(Forbidden):
        await service.record_event(session, clerk, hidden.id, Event.DEBATE_CALLED, on=today, now=NOON)
    with pytest.raises(Forbidden):
        await service.record_event(session, author, act.id, Event.DEBATE_CALLED, on=today, now=NOON)
    for event, on, wrong in (
        (Event.DEBATE_CALLED, today + DAY, "happened_on"),
        (Event.SENT_TO_ENDORSEMENT, today, "event"),  # written by what is done, not by hand
    ):
        with pytest.raises(FormErrors) as refused:
            await service.record_event(session, clerk, act.id, event, on=on, now=NOON)
        assert set(refused.value.errors) == {wrong}
    entry = await service.record_event(session, clerk, act.id, Event.DEBATE_CALLED, on=today, now=NOON)
    assert entry.happened_on == today


async def test_an_act_that_is_taken_back_stays_readable_and_takes_nothing_more(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor
) -> None:
    await propose(session, author, act, CHEAPER)
    await service.withdraw_act(session, clerk, act.id, reason=WHY, now=NOON)
    assert act.state == ActState.WITHDRAWN
    with pytest.raises(Forbidden):
        await propose(session, author, act, CHEAPEST)
    with pytest.raises(Forbidden):
        await service.withdraw_act(session, clerk, act.id, reason=WHY, now=NOON)
    assert len(await queries.list_amendments(session, act.id)) == 1


async def last_id(session: AsyncSession, act: Act) -> uuid.UUID:
    return (await queries.last_version(session, act.id)).id


async def test_corrections_are_kept_changed_and_taken_back_and_never_against_what_was_accepted(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    base = queries.read_version(await queries.last_version(session, act.id))
    for better in ("Hotărârea se publică pe site-ul primăriei.", "Hotărârea se publică pe pagina primăriei."):
        await service.correct(session, clerk, act.id, "a3", better, reason="Mai clar.", now=AFTER)
        assert (await service.preview(session, act.id)).version["a3"].text == better
    await service.correct(session, clerk, act.id, "a3", base["a3"].text, reason="", now=AFTER)
    base_id = await last_id(session, act)
    assert await queries.list_corrections(session, base_id) == []
    wrong = "Tariful este de 7 lei pe oră."
    with pytest.raises(AnswerClashes) as refused:
        await service.correct(session, clerk, act.id, "a1", wrong, reason="Mai mic.", now=AFTER)
    assert refused.value.facts == {"numbers": row.number}
    assert await queries.list_corrections(session, base_id) == []
    with pytest.raises(TextRefused):
        await service.correct(session, clerk, act.id, "nowhere", "x", reason="", now=AFTER)
    with pytest.raises(Forbidden):
        await service.correct(session, author, act.id, "a3", "x", reason="", now=AFTER)


async def test_a_correction_that_is_refused_leaves_the_one_before_it(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    better = "În centru, tariful este de 10 lei pe oră."
    await service.correct(session, clerk, act.id, "a1", better, reason="Mai clar.", now=AFTER)
    wrong = "Tariful este de 7 lei pe oră."
    with pytest.raises(AnswerClashes):
        await service.correct(session, clerk, act.id, "a1", wrong, reason="Mai mic.", now=AFTER)
    [kept] = await queries.list_corrections(session, await last_id(session, act))
    assert kept.reason == "Mai clar."


async def test_whose_words_are_gone_is_asked_and_may_write_anew(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    gone = await propose(session, author, act, (DeleteUnit(unit="a2-1"),))
    orphan, other = [await propose(session, author, act, MONTHLY) for _ in range(2)]
    await service.close_debate(session, clerk, act.id, now=AFTER)
    with pytest.raises(Forbidden):
        await service.begin_rewrite(session, author, orphan.id, now=AFTER)
    await answer(session, councillor, gone, Outcome.ACCEPTED)
    for row in (orphan, other):
        await answer(session, councillor, row, Outcome.DEFERRED)
    await service.consolidate_act(session, clerk, act.id, proposals_until=NEXT_END, now=AFTER)
    with pytest.raises(Forbidden):
        await service.begin_rewrite(session, councillor, orphan.id, now=AFTER)
    draft = await service.begin_rewrite(session, author, orphan.id, now=AFTER)
    assert (await service.begin_rewrite(session, author, orphan.id, now=AFTER)).id == draft.id
    assert draft.reason == orphan.reason
    text = queries.read_version(await queries.last_version(session, act.id))
    anew = AmendmentDraft(operations=edit("a2", "Se aprobă anexa.", text=text), reason=REASON)
    await service.save_amendment(session, author, draft.id, anew, now=AFTER)
    sent = await service.submit_amendment(session, author, draft.id, now=AFTER)
    assert (orphan.state, sent.state) == (AmendmentState.WITHDRAWN, AmendmentState.SUBMITTED)
    assert queries.read_operations(bytes(orphan.operations)) == MONTHLY, "what was registered stays"
    events = await queries.list_amendment_events(session, orphan.id)
    assert (events[-1].kind, events[-1].text) == ("rewritten_as", sent.number)
    await service.let_stand(session, author, other.id, now=AFTER)
    with pytest.raises(Forbidden):
        await service.let_stand(session, author, other.id, now=AFTER)
    assert other.state == AmendmentState.SUBMITTED
