"""Acts through the services: announced, amended, answered, consolidated, debated again."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.errors import (
    ActIncomplete,
    ActTextChanged,
    AlreadySupported,
    AnswerClashes,
    AnswerOutdated,
    OrderNeeded,
    TextRefused,
    TooEarly,
    Unanswered,
)
from amendments.models import Act, AmendmentAnchor, AmendmentRow
from amendments.service import AmendmentDraft, AnswerDraft
from amendments.states import ActState, AmendmentState, Outcome
from amendments.text.operations import DeleteUnit, InsertUnit, Operation, Splice
from amendments.text.units import NewUnit, Version
from amendments.text.weaving import Ruling
from app.kit import register
from app.kit.errors import Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    DAY,
    PARKING,
    TO_COUNCIL,
    UNTIL,
    answer,
    edit,
    make_act,
    make_person,
    propose,
)

CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
CHEAPEST = edit("a1", "Tariful este de 5 lei pe oră.")
MONTHLY = edit("a2-1", "Abonamentul lunar costă 200 de lei.")
AT_HOUR = datetime(2027, 3, 1, 12, 0, tzinfo=NOON.tzinfo)


async def kinds(session: AsyncSession, subject: str) -> list[str]:
    return [fact.kind for fact in reversed(await register.list_facts(session, subject=subject))]


async def mails(session: AsyncSession) -> list[str]:
    rows = (await session.execute(select(OutboxMessage.arguments))).scalars()
    return sorted(row for row in rows if "amendments/mail" in row)


# ── the announcement ──────────────────────────────────────────────────────────
async def test_an_act_is_announced_with_its_number_and_its_term(
    session: AsyncSession, clerk: Actor, tmp_path: Path
) -> None:
    reader = await make_person(session, name="Vlad Abonat")
    await service.subscribe(session, reader, wanted=True, now=NOON)
    await service.subscribe(session, reader, wanted=True, now=NOON)
    act = await make_act(session, clerk, tmp_path, announced=False)
    with pytest.raises(TooEarly) as refused:
        await service.announce_act(session, clerk, act.id, proposals_until=date(2027, 3, 10), now=NOON)
    assert refused.value.facts["from_on"] == date(2027, 3, 11)
    await service.announce_act(session, clerk, act.id, proposals_until=UNTIL, now=NOON)
    assert (act.number, act.state) == ("PH-2027-00001", ActState.DEBATE)
    version = await queries.last_version(session, act.id)
    assert queries.read_version(version) == PARKING
    assert queries.read_layout(version).of("a1")[0].text == "Art. 1 Tariful este de 10 lei pe oră."
    assert len(await mails(session)) == 1
    assert await kinds(session, f"act:{act.id}") == ["act.announced"]


async def test_an_act_without_papers_is_not_announced(
    session: AsyncSession, clerk: Actor, author: Actor
) -> None:
    draft = service.ActDraft(title="T", initiator="I", department="D", officer="O", contact="C")
    act = await service.create_act(session, clerk, draft, PARKING, now=NOON)
    with pytest.raises(ActIncomplete):
        await service.announce_act(session, clerk, act.id, proposals_until=UNTIL, now=NOON)
    with pytest.raises(Forbidden):
        await service.create_act(session, author, draft, PARKING, now=NOON)


async def test_two_clerks_do_not_overwrite_each_other(
    session: AsyncSession, clerk: Actor, tmp_path: Path
) -> None:
    act = await make_act(session, clerk, tmp_path, announced=False)
    shorter = Version(PARKING.units[:-1])
    await service.save_text(session, clerk, act.id, shorter, revision=1)
    with pytest.raises(ActTextChanged):
        await service.save_text(session, clerk, act.id, PARKING, revision=1)
    assert service.read_text(act) == shorter


# ── proposing ─────────────────────────────────────────────────────────────────
async def test_an_amendment_is_registered_once_and_public(
    session: AsyncSession, act: Act, author: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    assert (row.number, row.rank, row.state) == ("AM-2027-00001", 1, AmendmentState.SUBMITTED)
    again = await service.submit_amendment(session, author, row.id, now=NOON)
    assert again.number == row.number
    second = await propose(session, author, act, MONTHLY)
    assert (second.number, second.rank) == ("AM-2027-00002", 2)
    assert await kinds(session, f"amendment:{row.id}") == ["amendment.submitted"]
    assert len(await mails(session)) == 2


async def test_what_is_wrong_is_said_and_the_draft_is_kept(
    session: AsyncSession, act: Act, author: Actor
) -> None:
    row = await service.begin_amendment(session, author, act.id, AmendmentDraft(reason="scurt"), now=NOON)
    with pytest.raises(FormErrors) as refused:
        await service.submit_amendment(session, author, row.id, now=NOON)
    assert set(refused.value.errors) == {"text", "reason"}
    wrong = AmendmentDraft(operations=(Splice(unit="a1", start=3, end=900, new="x"),))
    with pytest.raises(TextRefused):
        await service.save_amendment(session, author, row.id, wrong, now=NOON)
    [kept] = await queries.list_drafts(session, act.id, author.id)
    assert kept.reason == "scurt"
    await service.delete_draft(session, author, row.id)
    assert await queries.count_drafts(session, act.id, author.id) == 0


async def test_only_its_author_changes_a_draft_and_nobody_what_is_registered(
    session: AsyncSession, act: Act, author: Actor
) -> None:
    other = await make_person(session, name="Dan Altul")
    row = await service.begin_amendment(session, author, act.id, AmendmentDraft(operations=CHEAPER), now=NOON)
    for change in (
        service.save_amendment(session, other, row.id, AmendmentDraft(), now=NOON),
        service.submit_amendment(session, other, row.id, now=NOON),
        service.delete_draft(session, other, row.id),
    ):
        with pytest.raises(Forbidden):
            await change
    registered = await propose(session, author, act, MONTHLY)
    with pytest.raises(Forbidden):
        await service.save_amendment(session, author, registered.id, AmendmentDraft(), now=NOON)


@pytest.mark.parametrize(("days", "taken"), [(0, True), (14, True), (15, False)])
async def test_amendments_are_received_through_the_last_day(
    session: AsyncSession, act: Act, author: Actor, days: int, taken: bool
) -> None:
    now = AT_HOUR + days * DAY
    if taken:
        assert (await propose(session, author, act, CHEAPER, now=now)).number
    else:
        with pytest.raises(Forbidden):
            await propose(session, author, act, CHEAPER, now=now)


async def test_conflicts_are_written_down_as_people_propose(
    session: AsyncSession, act: Act, author: Actor
) -> None:
    first = await propose(session, author, act, CHEAPER)
    second = await propose(session, author, act, CHEAPEST)
    await propose(session, author, act, MONTHLY)
    same = await propose(session, author, act, CHEAPER)
    version = await queries.last_version(session, act.id)
    pairs = {
        (one.first_id, one.second_id): one.grade for one in await queries.list_conflicts(session, version.id)
    }
    assert pairs == {
        tuple(sorted((first.id, second.id), key=str)): "hard",
        tuple(sorted((same.id, second.id), key=str)): "hard",
    }
    await service.withdraw_amendment(session, author, second.id, now=NOON)
    assert await queries.list_conflicts(session, version.id) == []


async def test_a_returned_amendment_comes_back_under_its_number(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await service.return_amendment(session, clerk, row.id, reason="Spuneți de unde vin banii.", now=NOON)
    assert row.state == AmendmentState.RETURNED
    draft = AmendmentDraft(operations=CHEAPEST, reason="Din taxa pe parcările private, ca la Cluj.")
    await service.save_amendment(session, author, row.id, draft, now=NOON)
    await service.submit_amendment(session, author, row.id, now=NOON)
    assert (row.number, row.state) == ("AM-2027-00001", AmendmentState.SUBMITTED)
    events = await queries.list_amendment_events(session, row.id)
    assert [event.kind for event in events] == ["submitted", "returned", "submitted"]
    assert queries.read_operations(bytes(events[0].operations or b"")) == CHEAPER, (
        "what was sent first is kept"
    )


async def test_people_stand_behind_an_amendment_once(session: AsyncSession, act: Act, author: Actor) -> None:
    row = await propose(session, author, act, CHEAPER)
    neighbour = await make_person(session, name="Dan Vecinu")
    with pytest.raises(Forbidden):
        await service.stand_behind(session, author, row.id, by_name=True, now=NOON)
    await service.stand_behind(session, neighbour, row.id, by_name=True, now=NOON)
    with pytest.raises(AlreadySupported):
        await service.stand_behind(session, neighbour, row.id, by_name=False, now=NOON)
    assert (row.support_count, await queries.list_cosigners(session, row.id)) == (1, ["Dan Vecinu"])
    await service.step_back(session, neighbour, row.id)
    assert (row.support_count, await queries.list_cosigners(session, row.id)) == (0, [])


# ── answering ─────────────────────────────────────────────────────────────────
async def test_contradicting_amendments_are_not_both_accepted(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    first, second = [await propose(session, author, act, text) for text in (CHEAPER, CHEAPEST)]
    await answer(session, councillor, first, Outcome.ACCEPTED)
    with pytest.raises(AnswerClashes) as refused:
        await answer(session, councillor, second, Outcome.ACCEPTED)
    assert refused.value.facts == {"numbers": "AM-2027-00001"}
    await answer(session, councillor, first, Outcome.REJECTED)  # superseded: now the other one may be
    await answer(session, councillor, second, Outcome.ACCEPTED)
    given = await queries.list_answers(session, first.id)
    assert [(one.position, one.outcome) for one in given] == [(1, "accepted"), (2, "rejected")]


async def test_an_answer_that_was_not_seen_is_not_passed_over(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    stale = AnswerDraft(outcome=Outcome.ACCEPTED, function="consilier", seen=0)
    with pytest.raises(AnswerOutdated) as refused:
        await service.answer_amendment(session, councillor, row.id, stale, now=AFTER)
    assert refused.value.facts == {"name": councillor.name}


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.ACCEPTED])
async def test_what_is_not_taken_in_as_it_is_needs_a_reason(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor, outcome: Outcome
) -> None:
    row = await propose(session, author, act, CHEAPER)
    draft = AnswerDraft(outcome=outcome, reason=" nu ", operations=CHEAPEST, function="consilier")
    with pytest.raises(FormErrors) as refused:
        await service.answer_amendment(session, councillor, row.id, draft, now=AFTER)
    assert "reason" in refused.value.errors


async def test_parts_are_accepted_only_where_the_author_let_them_be_parted(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    both = (*CHEAPER, *MONTHLY)
    whole = await propose(session, author, act, both)
    with pytest.raises(FormErrors):
        await answer(session, councillor, whole, Outcome.PARTLY, MONTHLY)
    parted = await propose(session, author, act, both, separable=True)
    with pytest.raises(FormErrors):
        await answer(session, councillor, parted, Outcome.PARTLY, both)
    await answer(session, councillor, parted, Outcome.PARTLY, MONTHLY)
    version = await queries.last_version(session, act.id)
    assert [one.operations for one in await service.list_accepted(session, version)] == [MONTHLY]


async def test_the_same_amendments_are_answered_together_or_not_at_all(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    rows = [await propose(session, author, act, CHEAPER) for _ in range(3)]
    other = await propose(session, author, act, MONTHLY)
    draft = AnswerDraft(outcome=Outcome.ACCEPTED, function="consilier local")
    with pytest.raises(FormErrors):
        await service.answer_alike(
            session, councillor, act.id, {row.id: draft for row in (*rows, other)}, now=AFTER
        )
    given = await service.answer_alike(
        session, councillor, act.id, {row.id: draft for row in rows}, now=AFTER
    )
    assert [one.outcome for one in given] == ["accepted"] * 3


async def test_nobody_answers_their_own_amendment_and_residents_answer_none(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor
) -> None:
    own = await propose(session, councillor, act, CHEAPER)
    with pytest.raises(Forbidden):
        await answer(session, councillor, own, Outcome.ACCEPTED)
    with pytest.raises(Forbidden):
        await answer(session, author, own, Outcome.ACCEPTED)


# ── consolidating ─────────────────────────────────────────────────────────────
async def answered(
    session: AsyncSession,
    councillor: Actor,
    given: Sequence[tuple[AmendmentRow, Outcome, tuple[Operation, ...]]],
) -> None:
    for row, outcome, operations in given:
        await answer(session, councillor, row, outcome, operations)


async def test_nothing_goes_forward_before_everything_is_answered(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    with pytest.raises(Forbidden):
        await service.close_debate(session, clerk, act.id, now=AT_HOUR + 14 * DAY)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    with pytest.raises(Unanswered):
        await service.consolidate_act(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.DEFERRED)
    with pytest.raises(Unanswered):  # what stays open needs another round
        await service.consolidate_act(session, clerk, act.id, now=AFTER)
    await answer(session, councillor, row, Outcome.ACCEPTED)
    with pytest.raises(TooEarly):
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL - DAY)
    assert len(await queries.list_versions(session, act.id)) == 1, "nothing was published"
    await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    assert act.state == ActState.COUNCIL


async def test_what_was_accepted_becomes_the_next_text_word_for_word(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    new = NewUnit(id="a4", type="article", text="Hotărârea intră în vigoare la 1 mai.")
    accepted = await propose(session, author, act, CHEAPER)
    counter = await propose(session, author, act, MONTHLY)
    rejected = await propose(session, author, act, (DeleteUnit(unit="a2-2"),))
    added = await propose(session, author, act, (InsertUnit(parent="act", after="a3", new=new),))
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answered(
        session,
        councillor,
        [
            (accepted, Outcome.ACCEPTED, ()),
            (counter, Outcome.CHANGED, edit("a2-1", "Abonamentul lunar costă 250 de lei.")),
            (rejected, Outcome.REJECTED, ()),
            (added, Outcome.ACCEPTED, ()),
        ],
    )
    better = "Hotărârea se publică pe site-ul primăriei."
    await service.correct(session, clerk, act.id, "a3", better, reason="Ca să fie clar.", now=AFTER)
    version = await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    text = queries.read_version(version)
    assert [(unit.label, unit.text) for unit in text.units[2:]] == [
        ("1", "Tariful este de 8 lei pe oră."),
        ("2", "Se aprobă regulamentul din anexă."),
        ("1", "Abonamentul lunar costă 250 de lei."),
        ("2", "Persoanele cu dizabilități nu plătesc."),
        ("3", "Hotărârea se publică pe site-ul primăriei."),
        ("4", "Hotărârea intră în vigoare la 1 mai."),
    ]
    first = (await queries.list_versions(session, act.id))[0]
    assert queries.read_version(first) == PARKING, "what was debated stays as it was"
    assert str(accepted.id) in version.report
    assert json.loads(version.report)["corrections"] == [
        {"unit": "a3", "reason": "Ca să fie clar.", "by": clerk.name}
    ]
    facts = await register.list_facts(session, subject=f"act:{act.id}")
    (corrected,) = [fact for fact in facts if fact.kind == "act.corrected"]
    assert (corrected.facts["unit"], corrected.facts["reason"]) == ("a3", "Ca să fie clar.")


async def test_insertions_at_one_place_wait_for_a_ruling(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    rows = [
        await propose(session, author, act, edit("a1", f"Tariful este de 10 lei pe oră{end}."))
        for end in (" și zi", ", fără TVA")
    ]
    await service.close_debate(session, clerk, act.id, now=AFTER)
    for row in rows:
        await answer(session, councillor, row, Outcome.ACCEPTED)
    with pytest.raises(OrderNeeded):
        await service.consolidate_act(session, clerk, act.id, now=AFTER)
    splice = queries.read_operations(bytes(rows[0].operations))[0]
    assert isinstance(splice, Splice)
    ruling = Ruling(
        unit="a1",
        gap=splice.start,
        order=(str(rows[1].id), str(rows[0].id)),
        reason="Așa se citește mai bine.",
    )
    await service.rule_order(session, clerk, act.id, ruling, now=AFTER)
    version = await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    assert queries.read_version(version)["a1"].text == "Tariful este de 10 lei pe oră, fără TVA și zi."


async def test_a_second_round_carries_what_stays_open_and_asks_where_it_must(
    session: AsyncSession, act: Act, clerk: Actor, author: Actor, councillor: Actor
) -> None:
    accepted = await propose(session, author, act, (DeleteUnit(unit="a2-1"),))
    orphan = await propose(session, author, act, MONTHLY)
    open_one = await propose(session, author, act, CHEAPER)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    await answered(
        session,
        councillor,
        [(accepted, Outcome.ACCEPTED, ()), (orphan, Outcome.DEFERRED, ()), (open_one, Outcome.DEFERRED, ())],
    )
    until = date(2027, 3, 26)
    version = await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=AFTER)
    assert (act.state, act.round, act.proposals_until) == (ActState.DEBATE, 2, until)
    anchors = (await session.execute(select(AmendmentAnchor))).scalars().all()
    assert {one.amendment_id: one.fate for one in anchors} == {orphan.id: "orphaned", open_one.id: "same"}
    standing = await queries.list_standing(session, version)
    assert [(row.id, one.operations) for row, one in standing] == [(open_one.id, CHEAPER)]
    assert {row.state for row in (orphan, open_one)} == {AmendmentState.SUBMITTED}
    assert queries.read_operations(bytes(orphan.operations)) == MONTHLY, "nobody's text is rewritten"
    later = AFTER + 11 * DAY
    fresh = await propose(session, author, act, CHEAPEST, now=AFTER)
    [conflict] = await queries.list_conflicts(session, version.id)
    assert {conflict.first_id, conflict.second_id} == {fresh.id, open_one.id}
    await service.close_debate(session, clerk, act.id, now=later)
    await answer(session, councillor, fresh, Outcome.REJECTED, now=later)
    await answer(session, councillor, open_one, Outcome.ACCEPTED, now=later)
    with pytest.raises(FormErrors):
        await answer(session, councillor, orphan, Outcome.ACCEPTED, now=later)
    await answer(session, councillor, orphan, Outcome.REJECTED, now=later)
    last = await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    assert queries.read_version(last)["a1"].text == "Tariful este de 8 lei pe oră."
    assert await kinds(session, f"act:{act.id}") == [
        "act.announced",
        "act.proposals_ended",
        "act.consolidated",
        "act.round_begun",
        "act.proposals_ended",
        "act.consolidated",
        "act.sent_to_council",
    ]
