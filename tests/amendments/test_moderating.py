"""What was returned does not stop a procedure; inadmissible has a reason of its own, and can be mended."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import jobs, policy, queries, service
from amendments.models import Act, AmendmentRow
from amendments.rules.procedure import completion_until
from amendments.service import AmendmentDraft
from amendments.states import AmendmentState, AuthorKind, Outcome
from app.kit.errors import Forbidden, FormErrors
from tests.amendments.test_drafts import step
from tests.amendments.test_routes import REASON, announced, proposed, unit_at
from tests.amendments.test_service import kinds
from tests.conftest import FrozenClock
from tests.make.accounts import NOON
from tests.make.acts import AFTER, answer, edit, propose
from tests.proposals.conftest import Town

CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
OTHER = edit("a1", "Tariful este de 1 leu pe oră.")
WHY = "Spuneți de unde vin banii pentru reducere."


def test_the_term_is_five_working_days() -> None:
    assert completion_until(date(2027, 3, 1)) == date(2027, 3, 8)
    assert completion_until(date(2027, 3, 1), frozenset({date(2027, 3, 3)})) == date(2027, 3, 9)
    assert completion_until(date(2027, 4, 28)) == date(2027, 5, 7)  # Easter lies between


async def test_what_does_not_come_back_stands_as_it_was_sent(
    session: AsyncSession, act: Act, author: Actor, clerk: Actor, councillor: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    rival = await propose(session, clerk, act, OTHER)
    await service.return_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    draft = AmendmentDraft(
        operations=OTHER, reason="Altceva, netrimis încă.", author_kind=AuthorKind.RESIDENT
    )
    await service.save_amendment(session, author, row.id, draft, now=NOON)
    until = completion_until(date(2027, 3, 1))
    assert await service.list_lapsed(session, today=until) == []
    assert not await service.let_lapse(session, row.id, now=NOON)  # not yet
    later = NOON + timedelta(days=8)
    assert await service.list_lapsed(session, today=until + timedelta(days=1)) == [row.id]
    assert await service.let_lapse(session, row.id, now=later)
    assert not await service.let_lapse(session, row.id, now=later)
    row = await queries.get_amendment(session, row.id)
    assert (row.state, row.reason, row.number) == (AmendmentState.SUBMITTED, REASON, "AM-2027-00001")
    assert queries.read_operations(bytes(row.operations)) == CHEAPER
    version = await queries.last_version(session, act.id)
    assert len(await queries.list_conflicts(session, version.id, [row.id])) == 1
    assert (await kinds(session, f"amendment:{row.id}"))[-1] == "amendment.stands_as_sent"
    for one in (row, rival):
        await answer(session, councillor, one, Outcome.REJECTED)
    assert await queries.count_unanswered(session, act.id) == 0


async def test_it_may_still_come_back_after_the_last_day_for_proposals(
    session: AsyncSession, act: Act, author: Actor, clerk: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    await service.return_amendment(session, clerk, row.id, reason=WHY, now=AFTER)  # the debate is not closed
    row = await service.submit_amendment(session, author, row.id, now=AFTER)
    assert (row.state, row.sent, row.returned_on) == (AmendmentState.SUBMITTED, None, None)


async def test_inadmissible_is_no_way_past_the_author_or_past_a_reason(
    session: AsyncSession, act: Act, author: Actor, clerk: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    with pytest.raises(FormErrors):
        await service.refuse_amendment(session, clerk, row.id, reason="nu", now=NOON)
    await service.return_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    with pytest.raises(Forbidden):
        await service.refuse_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    other = await propose(session, author, act, OTHER)
    mute = "UPDATE amendments SET state = 'inadmissible', state_reason = '' WHERE number = :number"
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            await session.execute(text(mute), {"number": other.number})


async def test_a_mistake_is_mended_with_its_reason(
    session: AsyncSession, act: Act, author: Actor, clerk: Actor
) -> None:
    row = await propose(session, author, act, CHEAPER)
    with pytest.raises(Forbidden):
        await service.readmit_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    await service.refuse_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    rival = await propose(session, author, act, OTHER)
    with pytest.raises(Forbidden):
        await service.readmit_amendment(session, author, row.id, reason=WHY, now=NOON)
    row = await service.readmit_amendment(session, clerk, row.id, reason=WHY, now=NOON)
    assert (row.state, row.state_reason) == (AmendmentState.SUBMITTED, "")
    version = await queries.last_version(session, act.id)
    [conflict] = await queries.list_conflicts(session, version.id, [rival.id])
    assert row.id in (conflict.first_id, conflict.second_id)


async def test_the_pages_say_the_term_and_the_sweep_ends_it(app: Any, town: Town, clock: FrozenClock) -> None:
    act, clerk = await announced(town)
    ana = await town.resident()
    row = await proposed(town, act, ana, "Tariful este de 10 lei pe oră.", "Tariful este de 8 lei pe oră.")
    here = f"/acts/{act.id}/amendments/{row.id}"
    await clerk.see(here)
    await clerk.send(f"{here}/moderate", do="return", reason=WHY)
    assert "Send it again by 8 March 2027." in await ana.see(f"{here}/check")
    assert "Its author may complete it until 8 March 2027." in await (await town.visitor()).see(here)
    assert "Return it, or find it inadmissible" not in await clerk.see(here)
    clock.forward(days=8)
    for _ in range(2):
        await jobs.end_completions(app.services)
    assert "it stands as it was sent" in await (await town.visitor()).see(here)
    clerk = await town.visitor(clerk.account)
    await clerk.see(here)
    await clerk.send(f"{here}/moderate", do="refuse", reason="Nu privește acest proiect de hotărâre.")
    assert "It was a mistake: admit it" in await clerk.see(here)
    await clerk.send(f"{here}/moderate", status=422, do="readmit", reason="")
    await clerk.send(
        f"{here}/moderate", do="readmit", reason="Privește totuși articolul întâi al proiectului."
    )
    async with town.database.read() as session:
        found = (await session.execute(select(AmendmentRow))).scalar_one()
    assert found.state == AmendmentState.SUBMITTED
    await ana.send(f"{here}/moderate", status=403, do="readmit", reason=WHY)


async def test_one_person_may_have_so_many_waiting_and_no_more(
    session: AsyncSession, act: Act, author: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policy.MAX_WAITING == 200
    monkeypatch.setattr(policy.acts, "MAX_WAITING", 2)
    first = await propose(session, author, act, CHEAPER)
    await propose(session, author, act, OTHER)
    with pytest.raises(Forbidden) as refused:
        await propose(session, author, act, CHEAPER)
    assert "%(limit)s amendments of yours wait for an answer here." in str(refused.value.message)
    await service.withdraw_amendment(session, author, first.id, now=NOON)
    assert (await propose(session, author, act, CHEAPER)).number == "AM-2027-00003"


async def test_what_is_written_in_an_amendment_that_came_back_is_public_once_it_is_sent(town: Town) -> None:
    act, clerk = await announced(town)
    ana = await town.resident()
    fare = "Tariful este de 10 lei pe oră."
    row = await proposed(town, act, ana, fare, "Tariful este de 8 lei pe oră.")
    here, unit = f"/acts/{act.id}/amendments/{row.id}", await unit_at(town, act, fare)
    await clerk.see(here)
    await clerk.send(f"{here}/moderate", do="return", reason="Spuneți de unde vin banii pentru reducere.")
    await ana.see(f"{here}/check")
    draft = {"do": "edit", "unit": unit, "text": "Tariful este de 6 lei pe oră.", "amendment": str(row.id)}
    await step(ana, act, **draft)
    words = "Din amenzile care se încasează, după cum arată execuția bugetului."
    await ana.send(f"{here}/check", do="keep", reason=words, author_kind="resident")
    assert words in await ana.see(f"{here}/check")
    visitor = await town.visitor()
    public = ("", "/amendment.xml")
    files = [
        f"/acts/{act.id}{one}"
        for one in (f"/text/{unit}", "/amendments", "/table", "/table.csv", "/amendments.xml")
    ]
    addresses = [*(here + one for one in public), *files]

    async def read() -> list[str]:
        answers = [await visitor.client.get(f"/en{one}", follow_redirects=True) for one in addresses]
        return [one.text if one.status_code == 200 else "" for one in answers]

    pages = await read()
    assert "8" in pages[0]
    for one, page in zip(addresses, pages, strict=True):
        assert words not in page, one
        assert "„6”" not in page, one
        assert "“6”" not in page, one
    await ana.send(f"{here}/check", do="send", reason=words, author_kind="resident")
    pages = await read()
    assert words in pages[0]
    assert "“6”" in pages[0]
    assert words in pages[1]
