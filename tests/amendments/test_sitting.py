"""The council's vote through the services: called, taken over, voted by name, adopted; what is refused."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.errors import (
    NoQuorum,
    NotItsTurn,
    NotOnFinalText,
    NumberTaken,
    SittingNotFound,
    SittingOpen,
    TooEarly,
    VoteEntered,
    VotesMissing,
)
from amendments.models import Act, AmendmentRow, Sitting
from amendments.rules.majority import Choice
from amendments.rules.voting_order import WHOLE_ACT, Fate, OrderPolicy
from amendments.service import AmendmentDraft, Ballot
from amendments.states import ActState, AmendmentState, Outcome, SittingState, VersionKind
from amendments.text.operations import DeleteUnit, RejectAct
from app.kit import register
from app.kit.errors import Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from tests.make.acts import (
    AFTER,
    DAY,
    TO_COUNCIL,
    answer,
    edit,
    make_act,
    make_clerk,
    make_councillor,
    make_person,
    propose,
)
from tests.make.sittings import CALLED, HELD_ON, REASON, SITTING, by_number, call, make_council, vote

EIGHT = edit("a1", "Tariful este de 8 lei pe oră.")
FIVE = edit("a1", "Tariful este de 5 lei pe oră.")
MONTHLY = edit("a2-1", "Abonamentul lunar costă 200 de lei.")
ONLINE = edit("a3", "Hotărârea se publică pe site și la sediu.")


class Council:
    """An act before the council: `online` was accepted; `five`, `eight` and `monthly` were not."""

    act: Act
    clerk: Actor
    councillor: Actor
    other: Actor
    rows: dict[str, AmendmentRow]


@pytest.fixture
async def council(session: AsyncSession, tmp_path: Path) -> Council:
    found = Council()
    found.clerk = await make_clerk(session)
    found.councillor = await make_councillor(session)
    found.other = await make_councillor(session, name="Zoe Consiliera")
    await make_council(session, found.clerk, actors=(found.councillor, found.other))
    found.act = await make_act(session, found.clerk, tmp_path)
    author = await make_person(session)
    proposed = {"eight": EIGHT, "five": FIVE, "monthly": MONTHLY, "online": ONLINE}
    found.rows = {name: await propose(session, author, found.act, ops) for name, ops in proposed.items()}
    await service.close_debate(session, found.clerk, found.act.id, now=AFTER)
    for name, row in found.rows.items():
        outcome = Outcome.ACCEPTED if name == "online" else Outcome.REJECTED
        await answer(session, found.councillor, row, outcome)
    await service.consolidate_act(session, found.clerk, found.act.id, now=TO_COUNCIL)
    return found


async def take(session: AsyncSession, council: Council, *names: str, by: Actor | None = None) -> None:
    for name in names:
        row = council.rows[name]
        await service.take_over(session, by or council.councillor, row.id, reason=REASON, now=CALLED)


async def begin(session: AsyncSession, council: Council, *, there: int = 5) -> Sitting:
    members = await queries.list_councillors(session, on=HELD_ON)
    present = [str(one.id) for one in members][:there]
    return await service.begin_vote(session, council.clerk, council.act.id, present, now=SITTING)


async def test_an_act_is_voted_by_name_and_adopted_under_its_number(
    session: AsyncSession, council: Council
) -> None:
    await take(session, council, "five", "eight", "monthly")
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    rows, clerk = council.rows, council.clerk
    order = queries.read_order(sitting)
    assert order is not None
    expected = [rows["five"], rows["eight"], rows["monthly"]]  # 5 is further from 10 than 8 is
    assert [one.id for one in order.votes] == [*(str(row.id) for row in expected), WHOLE_ACT]
    await vote(session, clerk, sitting, rows["five"].id, "++---")
    await vote(session, clerk, sitting, rows["eight"].id, "+++-.")
    await vote(session, clerk, sitting, rows["monthly"].id, "++ooo")
    with pytest.raises(VotesMissing):
        await service.end_vote(session, clerk, council.act.id, number=12, now=SITTING)
    await vote(session, clerk, sitting, WHOLE_ACT, "++++x")
    act = await service.end_vote(session, clerk, council.act.id, number=12, now=SITTING)
    assert (act.state, sitting.state) == (ActState.ADOPTED, SittingState.CLOSED)
    assert (sitting.decision_number, sitting.decision_year) == (12, 2027)
    version = await queries.last_version(session, act.id)
    assert (version.kind, version.sequence) == (VersionKind.ADOPTED, 3)
    text = queries.read_version(version)
    assert text["a1"].text == "Tariful este de 8 lei pe oră."
    assert text["a2-1"].text == "Abonamentul lunar costă 300 de lei."
    assert text["a3"].text == "Hotărârea se publică pe site și la sediu."
    contained = await queries.list_contained(session, act.id)
    assert contained == {str(rows["online"].id): 2, str(rows["eight"].id): 3}


async def test_every_step_is_in_the_register_the_timelines_and_the_mail(
    session: AsyncSession, council: Council
) -> None:
    await take(session, council, "five", "eight")
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    await vote(session, council.clerk, sitting, council.rows["five"].id, "+++--")
    await vote(session, council.clerk, sitting, WHOLE_ACT, "+++--")
    await service.end_vote(session, council.clerk, council.act.id, number=1, now=SITTING)
    facts = [fact async for fact in register.stream_facts(session)]
    assert register.check_chain(facts) is None
    own = [fact.kind for fact in facts if fact.subject == f"act:{council.act.id}"]
    assert own[-6:] == [
        "act.step",
        "act.sitting_called",
        "act.vote_begun",
        "act.voted",
        "act.voted",
        "act.adopted",
    ]
    kinds = {}
    for name in ("five", "eight"):
        events = await queries.list_amendment_events(session, council.rows[name].id)
        kinds[name] = [(one.kind, one.text) for one in events][-2:]
    assert kinds["five"] == [("taken_over", REASON), ("voted_adopted", "")]
    assert kinds["eight"] == [("taken_over", REASON), ("voted_fallen", council.rows["five"].number)]
    sent = [
        msgspec.json.decode(one) for one in (await session.execute(select(OutboxMessage.arguments))).scalars()
    ]
    templates = [str(one.get("template", "")).rpartition("/")[2] for one in sent]
    assert templates.count("taken_over.txt") == 2
    assert templates.count("voted.txt") == 2


async def test_a_rejection_of_the_whole_ends_it_at_once(session: AsyncSession, council: Council) -> None:
    draft = AmendmentDraft(operations=(RejectAct(),), reason=REASON)
    row = await service.begin_amendment(session, council.councillor, council.act.id, draft, now=CALLED)
    row = await service.submit_amendment(session, council.councillor, row.id, now=CALLED)
    assert (row.state, row.author_kind) == (AmendmentState.TABLED, "councillor")
    assert await queries.count_unanswered(session, council.act.id) == 0
    await take(session, council, "five")
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    await vote(session, council.clerk, sitting, row.id, "+++--")
    act = await service.end_vote(session, council.clerk, council.act.id, now=SITTING)
    assert act.state == ActState.REJECTED
    assert sitting.decision_number is None
    fates = await queries.list_fates(session, sitting)
    assert (fates[str(council.rows["five"].id)], fates[WHOLE_ACT]) == (Fate.FALLEN, Fate.FALLEN)
    assert (await queries.last_version(session, act.id)).kind == VersionKind.CONSOLIDATED


async def test_an_act_without_its_majority_is_not_adopted(session: AsyncSession, council: Council) -> None:
    council.act.majority = "two_thirds"
    await session.flush()
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    record = await vote(session, council.clerk, sitting, WHOLE_ACT, "+++oo")
    assert (record.for_count, record.needed_count, record.passed) == (3, 4, False)
    act = await service.end_vote(session, council.clerk, council.act.id, now=SITTING)
    assert act.state == ActState.REJECTED


# ── before the vote ───────────────────────────────────────────────────────────
async def test_the_law_asks_for_three_days(session: AsyncSession, council: Council) -> None:
    for days in (0, 1, 3, 5):  # the third day is a Saturday, so Monday is the last
        with pytest.raises(TooEarly):
            await call(session, council.clerk, council.act, held_on=(CALLED + days * DAY).date())
    await call(session, council.clerk, council.act, held_on=(CALLED + 6 * DAY).date())
    with pytest.raises(SittingOpen):
        await call(session, council.clerk, council.act)
    with pytest.raises(Forbidden):
        await call(session, council.councillor, council.act)


async def test_nothing_is_voted_before_the_day_nor_without_a_quorum_nor_by_others(
    session: AsyncSession, council: Council
) -> None:
    with pytest.raises(SittingNotFound):
        await begin(session, council)
    await call(session, council.clerk, council.act)
    members = [str(one.id) for one in await queries.list_councillors(session, on=HELD_ON)]
    for present, when, refusal in (
        (members, SITTING - DAY, Forbidden),
        (members[:2], SITTING, NoQuorum),
        ([*members, str(council.clerk.id)], SITTING, FormErrors),
    ):
        with pytest.raises(refusal):
            await service.begin_vote(session, council.clerk, council.act.id, present, now=when)
    with pytest.raises(Forbidden):
        await service.begin_vote(session, council.councillor, council.act.id, members, now=SITTING)
    sitting = await begin(session, council)
    assert (await begin(session, council)).id == sitting.id  # a second click
    with pytest.raises(Forbidden):
        await begin(session, council, there=3)


async def test_only_a_councillor_in_office_takes_over_and_only_before_the_vote(
    session: AsyncSession, council: Council
) -> None:
    rows = council.rows
    for actor in (
        council.clerk,
        await make_person(session),
        await make_councillor(session, name="Nou Venit"),
    ):
        with pytest.raises(Forbidden):
            await take(session, council, "five", by=actor)
    with pytest.raises(NotOnFinalText):
        await take(session, council, "online")  # it is in the text
    member = (await queries.list_councillors(session))[-1]
    assert member.account_id == council.other.id
    await service.end_term(session, council.clerk, member.id, until_on=(CALLED - DAY).date(), now=CALLED)
    with pytest.raises(Forbidden):
        await take(session, council, "five", by=council.other)
    await take(session, council, "five")
    with pytest.raises(Forbidden):
        await take(session, council, "five")
    await call(session, council.clerk, council.act)
    await begin(session, council, there=4)
    with pytest.raises(Forbidden):
        await service.take_over(session, council.councillor, rows["eight"].id, reason=REASON, now=SITTING)


async def test_a_resident_proposes_nothing_to_the_council_and_a_councillor_nothing_in_its_vote(
    session: AsyncSession, council: Council
) -> None:
    draft = AmendmentDraft(operations=FIVE, reason=REASON)
    with pytest.raises(Forbidden):
        await service.begin_amendment(session, await make_person(session), council.act.id, draft, now=CALLED)
    rows = [
        await service.begin_amendment(session, council.councillor, council.act.id, draft, now=CALLED)
        for _ in range(2)
    ]
    tabled = await service.submit_amendment(session, council.councillor, rows[0].id, now=CALLED)
    again = await service.submit_amendment(session, council.councillor, rows[0].id, now=CALLED)
    assert (again.id, again.number) == (tabled.id, tabled.number)
    await service.withdraw_amendment(session, council.councillor, tabled.id, now=CALLED)
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    order = queries.read_order(sitting)
    assert order is not None
    assert [one.id for one in order.votes] == [WHOLE_ACT]
    with pytest.raises(Forbidden):
        await service.submit_amendment(session, council.councillor, rows[1].id, now=SITTING)


async def test_what_was_written_for_an_earlier_text_is_carried_to_the_final_one(
    session: AsyncSession, council: Council, tmp_path: Path
) -> None:
    act = await make_act(session, council.clerk, tmp_path)
    author = await make_person(session)
    longer = edit("a1", "În zona centrală, tariful este de 10 lei pe oră.")
    rows = [await propose(session, author, act, one) for one in (longer, FIVE, MONTHLY)]
    gone = await propose(session, author, act, (DeleteUnit(unit="a2-2"),))
    about_it = await propose(session, author, act, edit("a2-2", "Persoanele cu dizabilități plătesc."))
    await service.close_debate(session, council.clerk, act.id, now=AFTER)
    for row in (rows[0], gone):
        await answer(session, council.councillor, row, Outcome.ACCEPTED)
    for row in (rows[1], rows[2], about_it):
        await answer(session, council.councillor, row, Outcome.REJECTED)
    until = (AFTER + 20 * DAY).date()
    await service.consolidate_act(session, council.clerk, act.id, proposals_until=until, now=AFTER)
    await service.close_debate(session, council.clerk, act.id, now=AFTER + 21 * DAY)
    await service.consolidate_act(session, council.clerk, act.id, now=TO_COUNCIL)
    untaken = {row.id: one for row, one in await service.list_untaken(session, act)}
    assert set(untaken) == {rows[1].id, rows[2].id, about_it.id}
    assert untaken[about_it.id].amendment is None
    with pytest.raises(NotOnFinalText):
        await service.take_over(session, council.councillor, about_it.id, reason=REASON, now=CALLED)
    await service.take_over(session, council.councillor, rows[1].id, reason=REASON, now=CALLED)
    await call(session, council.clerk, act)
    members = [str(one.id) for one in await queries.list_councillors(session, on=HELD_ON)]
    sitting = await service.begin_vote(session, council.clerk, act.id, members, now=SITTING)
    await vote(session, council.clerk, sitting, rows[1].id, "+++++")
    await vote(session, council.clerk, sitting, WHOLE_ACT, "+++++")
    await service.end_vote(session, council.clerk, act.id, number=3, now=SITTING)
    text = queries.read_version(await queries.last_version(session, act.id))
    assert text["a1"].text == "În zona centrală, tariful este de 5 lei pe oră."


# ── in the vote ───────────────────────────────────────────────────────────────
async def test_a_vote_is_of_exactly_those_in_office_in_its_turn_and_with_a_quorum(
    session: AsyncSession, council: Council
) -> None:
    await take(session, council, "five")
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    five, complete = str(council.rows["five"].id), dict(by_number(sitting, "+++++"))
    stranger = complete | {str(council.clerk.id): Choice.FOR}
    missing = dict(list(complete.items())[1:])
    for choices in (stranger, missing):
        with pytest.raises(FormErrors):
            await service.record_vote(
                session, council.clerk, council.act.id, Ballot(motion=five, choices=choices), now=SITTING
            )
    for motion in (WHOLE_ACT, "nothing", str(council.rows["eight"].id)):
        with pytest.raises(NotItsTurn):
            await vote(session, council.clerk, sitting, motion, "+++++")
    with pytest.raises(NoQuorum):
        await vote(session, council.clerk, sitting, five, "++...")
    with pytest.raises(Forbidden):
        await vote(session, council.councillor, sitting, five, "+++++")


async def test_a_mistake_is_corrected_by_another_record_with_its_reason(
    session: AsyncSession, council: Council
) -> None:
    await take(session, council, "five", "eight")
    await call(session, council.clerk, council.act)
    sitting = await begin(session, council)
    five, eight = (council.rows[name].id for name in ("five", "eight"))
    first = await vote(session, council.clerk, sitting, five, "+++--")
    assert (await vote(session, council.clerk, sitting, five, "+++--")).id == first.id  # a second click
    second = await make_clerk(session, name="Alt Secretar")
    with pytest.raises(VoteEntered):
        await vote(session, second, sitting, five, "++---")
    with pytest.raises(FormErrors):
        await vote(session, second, sitting, five, "++---", seen=1)
    assert (await queries.list_fates(session, sitting))[str(eight)] is Fate.FALLEN
    reason = "Un consilier a ridicat mâna din greșeală."
    await vote(
        session, second, sitting, five, "++---", seen=1, reason=reason, now=SITTING + timedelta(minutes=2)
    )
    fates = await queries.list_fates(session, sitting)
    assert (fates[str(five)], fates[str(eight)]) == (Fate.REJECTED, Fate.WAITING)
    assert len(await queries.list_votes(session, sitting.id)) == 2


async def test_an_act_that_is_withdrawn_or_a_sitting_broken_off_is_voted_no_further(
    session: AsyncSession, council: Council
) -> None:
    await take(session, council, "five")
    await call(session, council.clerk, council.act)
    first = await begin(session, council)
    await vote(session, council.clerk, first, council.rows["five"].id, "+++++")
    await service.cancel_sitting(
        session, council.clerk, council.act.id, reason="A căzut curentul.", now=SITTING
    )
    assert (first.state, council.act.state) == (SittingState.CANCELLED, ActState.COUNCIL)
    with pytest.raises(Forbidden):
        await vote(session, council.clerk, first, WHOLE_ACT, "+++++")
    later = SITTING + DAY
    await call(session, council.clerk, council.act, held_on=(later + 6 * DAY).date(), now=later)
    members = [str(one.id) for one in await queries.list_councillors(session, on=HELD_ON)]
    second = await service.begin_vote(session, council.clerk, council.act.id, members, now=later + 6 * DAY)
    assert await queries.list_votes(session, second.id) == []  # the vote is held anew
    await service.withdraw_act(
        session, council.clerk, council.act.id, reason="Se retrage pentru refacere.", now=later + 6 * DAY
    )
    with pytest.raises(Forbidden):
        await vote(session, council.clerk, second, council.rows["five"].id, "+++++")
    with pytest.raises(Forbidden):
        await service.end_vote(session, council.clerk, council.act.id, number=1, now=later + 6 * DAY)


async def test_a_number_is_given_once_a_year(session: AsyncSession, council: Council, tmp_path: Path) -> None:
    for number, refusal in ((None, FormErrors), (0, FormErrors), (7, None)):
        if number is None:
            await call(session, council.clerk, council.act, policy=OrderPolicy.SUBMISSION)
            sitting = await begin(session, council)
            await vote(session, council.clerk, sitting, WHOLE_ACT, "+++++")
        if refusal:
            with pytest.raises(refusal):
                await service.end_vote(session, council.clerk, council.act.id, number=number, now=SITTING)
        else:
            await service.end_vote(session, council.clerk, council.act.id, number=number, now=SITTING)
    act = await make_act(session, council.clerk, tmp_path)
    await service.close_debate(session, council.clerk, act.id, now=AFTER)
    await service.consolidate_act(session, council.clerk, act.id, now=TO_COUNCIL)
    await call(session, council.clerk, act)
    members = [str(one.id) for one in await queries.list_councillors(session, on=HELD_ON)]
    other = await service.begin_vote(session, council.clerk, act.id, members, now=SITTING)
    await vote(session, council.clerk, other, WHOLE_ACT, "+++++")
    with pytest.raises(NumberTaken):
        await service.end_vote(session, council.clerk, act.id, number=7, now=SITTING)
    assert (await service.end_vote(session, council.clerk, act.id, number=8, now=SITTING)).state == "adopted"


async def test_what_was_taken_over_is_taken_back_before_the_vote(
    session: AsyncSession, council: Council
) -> None:
    row, other = council.rows["five"], council.other
    with pytest.raises(Forbidden):
        await service.take_back(session, council.councillor, row.id, reason=REASON, now=CALLED)
    await take(session, council, "five", "eight")
    with pytest.raises(Forbidden):  # somebody else's
        await service.take_back(session, other, row.id, reason=REASON, now=CALLED)
    await service.take_back(session, council.councillor, row.id, reason=REASON, now=CALLED)
    assert set(await queries.list_take_overs(session, council.act.id)) == {council.rows["eight"].id}
    version = await queries.last_version(session, council.act.id)
    assert not await queries.list_conflicts(session, version.id)
    with pytest.raises(Forbidden):  # a second click
        await service.take_back(session, council.councillor, row.id, reason=REASON, now=CALLED)
    await take(session, council, "five", by=other)
    assert (await queries.list_take_overs(session, council.act.id))[row.id].by_name == other.name
    assert await queries.count_take_overs(session, row.id) == 3
    kinds = [one.kind for one in await queries.list_amendment_events(session, row.id)]
    assert kinds[-3:] == ["taken_over", "taken_back", "taken_over"]
    await call(session, council.clerk, council.act)
    await begin(session, council)
    with pytest.raises(Forbidden):  # the order stands
        await service.take_back(session, other, row.id, reason=REASON, now=SITTING)
