"""The council's vote through its pages, without scripts: nothing is recorded before the second look, what was
typed is kept, strangers are turned away; and two secretaries at the same moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from accounts.states import Role
from amendments import queries, service
from amendments.errors import VoteEntered
from amendments.models import Act, AmendmentRow, CouncilVote
from amendments.rules.voting_order import WHOLE_ACT
from amendments.states import ActState, AmendmentState, Outcome
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError
from tests.conftest import FrozenClock
from tests.make.accounts import actor_of
from tests.make.acts import AFTER, TO_COUNCIL, answer, edit, make_act, make_clerk, make_person, propose
from tests.make.sittings import CALLED, REASON, SITTING, call, make_council, vote
from tests.proposals.conftest import Town, Visitor

EIGHT = edit("a1", "Tariful este de 8 lei pe oră.")
FIVE = edit("a1", "Tariful este de 5 lei pe oră.")


class Hall:
    """An act before the council, with two amendments that were not taken in."""

    town: Town
    act: Act
    rows: list[AmendmentRow]
    clerk: Visitor
    councillor: Visitor

    @property
    def here(self) -> str:
        return f"/acts/{self.act.id}/sitting"

    async def come_back(self) -> None:
        """Sign in again, on another day."""
        self.clerk = await self.town.visitor(self.clerk.account)
        self.councillor = await self.town.visitor(self.councillor.account)


@pytest.fixture
async def hall(
    app: Any, make_client: Callable[[], httpx.AsyncClient], clock: FrozenClock, tmp_path: Path
) -> Hall:
    clock.at(CALLED)
    found = Hall()
    found.town = town = Town(app, make_client)
    found.clerk, found.councillor = await town.officer(Role.SECRETARIAT), await town.officer(Role.COUNCILLOR)
    assert found.clerk.account
    assert found.councillor.account
    clerk = actor_of(found.clerk.account, roles=[Role.SECRETARIAT])
    councillor = actor_of(found.councillor.account, roles=[Role.COUNCILLOR])
    async with town.database.write() as session:
        await make_council(session, clerk, actors=(councillor,))
        act = await make_act(session, clerk, tmp_path)
        author = await make_person(session)
        rows = [await propose(session, author, act, one) for one in (EIGHT, FIVE)]
        await service.close_debate(session, clerk, act.id, now=AFTER)
        for row in rows:
            await answer(session, councillor, row, Outcome.REJECTED)
        await service.consolidate_act(session, clerk, act.id, now=TO_COUNCIL)
    found.act, found.rows = act, rows
    return found


async def members(hall: Hall) -> list[str]:
    async with hall.town.database.read() as session:
        return [str(one.id) for one in await queries.list_councillors(session)]


async def count_votes(hall: Hall) -> int:
    async with hall.town.database.read() as session:
        return len((await session.execute(select(CouncilVote.id))).all())


async def state(hall: Hall) -> str:
    async with hall.town.database.read() as session:
        return (await queries.get_act(session, hall.act.id)).state


async def test_an_act_goes_through_the_council_by_its_pages(hall: Hall, clock: FrozenClock) -> None:
    clerk, councillor, here = hall.clerk, hall.councillor, hall.here
    number = hall.rows[1].number
    assert "No sitting is called yet" in await clerk.see(here)
    await clerk.see(f"{here}/call")
    early = {"held_on": "2027-04-15", "begins_at": "18:00", "place": "Sala de consiliu"}
    refused = await clerk.send(f"{here}/call", 409, policy="far_reaching", **early)
    assert "This may not happen before" in refused.text
    assert "Sala de consiliu" in refused.text  # what was typed is kept
    await clerk.send(f"{here}/call", 422, **early | {"begins_at": "26:00"}, policy="far_reaching")
    await clerk.send(f"{here}/call", policy="far_reaching", **early | {"held_on": "2027-04-20"})
    page = await councillor.see(f"{here}/take-over")
    assert number in page
    await councillor.send(f"{here}/take-over", 422, amendment=str(hall.rows[1].id), reason="scurt")
    await councillor.send(f"{here}/take-over", amendment=str(hall.rows[1].id), reason=REASON)
    back = {"amendment": str(hall.rows[1].id), "do": "back"}
    assert 'name="do" value="back"' in await councillor.see(f"{here}/take-over")
    await councillor.send(f"{here}/take-over", 422, reason="scurt", **back)
    await councillor.send(f"{here}/take-over", reason=REASON, **back)
    assert 'name="do" value="back"' not in await councillor.see(f"{here}/take-over")
    await councillor.send(f"{here}/take-over", amendment=str(hall.rows[1].id), reason=REASON)
    assert "The vote begins on the day" in await clerk.see(here)
    clock.at(SITTING)
    await hall.come_back()
    clerk, there = hall.clerk, await members(hall)
    assert "Begin the vote" in await clerk.see(here)
    await clerk.see(f"{here}/begin")
    assert "Without a quorum" in (await clerk.send(f"{here}/begin", 409)).text
    await clerk.send(f"{here}/begin", present=there)  # type: ignore[arg-type]
    first = f"{here}/votes/{hall.rows[1].id}"
    await clerk.see(first)
    nobody = await clerk.send(first, 422, do="look")
    assert nobody.text.count("Choose what this councillor did.") >= 5
    against = {f"vote-{there[0]}": "against"}
    looked = await clerk.send(first, 200, do="look", others="for", seen="0", **against)
    assert "4 for; 3 are needed" in looked.text
    assert await count_votes(hall) == 0  # it was only looked at
    changed = await clerk.send(first, 200, do="change", others="for", seen="0", **against)
    assert 'value="against" selected' in changed.text
    for _ in range(2):  # a double click
        await clerk.send(first, do="confirm", others="for", seen="0", **against)
    assert await count_votes(hall) == 1
    await clerk.send(f"{here}/votes/{hall.rows[0].id}", 404, do="confirm", others="for", seen="0")
    await clerk.send(f"{here}/votes/act", do="confirm", others="for", seen="0")
    await clerk.see(f"{here}/end")
    await clerk.send(f"{here}/end", 422, number="")
    await clerk.send(f"{here}/end", number="45")
    anonymous = await hall.town.visitor()
    shown = await anonymous.see(here)
    for said in ("Adopted: HCL 45/2027", "Votes by name", "Consilier 5"):
        assert said in shown
    outcome = await anonymous.see(f"/acts/{hall.act.id}/outcome")
    assert "Version 3" in outcome
    assert "not put to the vote" in outcome
    own = await anonymous.see(f"/acts/{hall.act.id}/amendments/{hall.rows[1].id}")
    assert "Adopted by the council" in own
    answered = await anonymous.client.get(f"/en/acts/{hall.act.id}/votes.csv")
    assert answered.text.count("\r\n") == 11  # a line each of five, twice, and the head
    assert "Tariful este de 5 lei pe oră." in await anonymous.see(f"/acts/{hall.act.id}")


async def test_a_councillor_writes_an_amendment_on_the_final_text(hall: Hall) -> None:
    councillor, base = hall.councillor, f"/acts/{hall.act.id}"
    assert 'name="text"' in await councillor.see(f"{base}/propose?unit=a3&do=edit")
    sent = await councillor.send(f"{base}/propose", do="edit", unit="a3", text="Hotărârea se afișează.")
    check = sent.headers["location"].removeprefix("/en")
    assert "Who proposes it?" not in await councillor.see(check)
    await councillor.send(check, do="send", reason=REASON)
    async with hall.town.database.read() as session:
        row = (await queries.list_amendments(session, hall.act.id))[-1]
    assert (row.state, row.author_kind) == (AmendmentState.TABLED, "councillor")
    page = await councillor.see(f"{base}/amendments/{row.id}")
    assert "Before the council" in page
    resident = await hall.town.resident()
    turned_away = await resident.client.get(f"/en{base}/propose?unit=a3&do=edit", follow_redirects=False)
    assert turned_away.status_code == 303


async def test_strangers_see_the_sitting_and_do_nothing(hall: Hall) -> None:
    resident = await hall.town.resident()
    await hall.clerk.see("/council")
    called = {"held_on": "2027-04-20", "begins_at": "18:00", "place": "Sala de consiliu"}
    await hall.clerk.send(f"{hall.here}/call", policy="submission", **called)
    for who in (hall.councillor, resident):
        await who.see("/council")
        for path in ("/call", "/begin", "/votes/act", "/end", "/cancel"):
            await who.send(hall.here + path, 403, reason=REASON, present="x", number="1")
        await who.send("/council", 403, name="Eu Însumi", since_on="2027-01-01")
    await resident.send(f"{hall.here}/take-over", 403, amendment=str(hall.rows[0].id), reason=REASON)
    assert await state(hall) == ActState.COUNCIL


async def test_the_roll_is_kept_by_the_secretariat(hall: Hall) -> None:
    clerk = hall.clerk
    await clerk.see("/council")
    await clerk.send("/council", 422, name="Ion", since_on="2027-01-01", email="nimeni@exemplu.ro")
    await clerk.send("/council", name="Ion Ultimul", since_on="2027-01-01")
    async with hall.town.database.read() as session:
        last = next(one for one in await queries.list_councillors(session) if one.name == "Ion Ultimul")
    await clerk.send("/council", 422, do="end", councillor=str(last.id), until_on="2026-01-01")
    await clerk.send("/council", do="end", councillor=str(last.id), until_on="2027-04-13")
    assert "Formerly" in await clerk.see("/council")


async def test_the_council_s_order_of_voting_is_set_once_in_public_and_holds_for_its_sittings(
    hall: Hall,
) -> None:
    clerk, regulation = hall.clerk, "Regulamentul consiliului, art. 57"
    assert "The council has set none" in await clerk.see("/council")
    refused = await clerk.send("/council", 422, do="order", policy="submission")
    assert "Write which provision" in refused.text
    await clerk.send("/council", 422, do="order", policy="by lot", reason=regulation)
    for _ in range(2):  # a second click
        await clerk.send("/council", do="order", policy="submission", reason=regulation)
    assert regulation in await clerk.see("/council")
    assert "In the order of submission" in await clerk.see(f"{hall.here}/call")
    called = {"held_on": "2027-04-20", "begins_at": "18:00", "place": "Sala de consiliu"}
    await clerk.send(f"{hall.here}/call", policy="far_reaching", **called)  # nobody chooses it for one day
    async with hall.town.database.read() as session:
        assert (await queries.get_sitting(session, hall.act.id)).policy == "submission"
        facts = await register.list_facts(session, subject="council")
    assert [(fact.kind, fact.facts["reason"]) for fact in facts] == [("council.order_set", regulation)]


# ── two at once ───────────────────────────────────────────────────────────────
async def refusal(act: Awaitable[object]) -> object:
    """The class of the refusal, or None when it went well."""
    try:
        await act
    except DomainError as refused:
        return type(refused)
    return None


async def test_two_secretaries_who_enter_a_vote_at_once_are_one_after_the_other(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    async with database.write() as session:
        clerks = [await make_clerk(session, name=name) for name in ("Ana Una", "Dan Doi")]
        await make_council(session, clerks[0])
        act = await make_act(session, clerks[0], tmp_path)
        await service.close_debate(session, clerks[0], act.id, now=AFTER)
        await service.consolidate_act(session, clerks[0], act.id, now=TO_COUNCIL)
        await call(session, clerks[0], act)
        present = [str(one.id) for one in await queries.list_councillors(session)]
        sitting = await service.begin_vote(session, clerks[0], act.id, present, now=SITTING)

    async def enter(place: int, votes: str) -> None:
        async with database.write() as session:
            await vote(session, clerks[place], sitting, WHOLE_ACT, votes)

    answers = await asyncio.gather(
        refusal(enter(0, "+++--")), refusal(enter(1, "++---")), refusal(enter(0, "+++--"))
    )
    assert VoteEntered in answers
    async with database.read() as session:
        votes = await queries.list_votes(session, sitting.id)

    async def end() -> None:
        async with database.write() as session:
            await service.end_vote(session, clerks[0], act.id, number=9, now=SITTING)

    ended = await asyncio.gather(*(refusal(end()) for _ in range(3)))
    assert len(votes) == 1
    assert ended.count(None) == 1
    async with database.read() as session:
        facts = [fact async for fact in register.stream_facts(session)]
        assert len(await queries.list_versions(session, act.id)) == (3 if votes[0].passed else 2)
    assert register.check_chain(facts) is None
