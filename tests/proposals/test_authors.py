"""Co-authors: invited or come with a merged idea; what they may do, and what they may no longer."""

import asyncio
import itertools
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import Database
from app.kit.errors import Conflict, DomainError, Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from proposals import queries, service
from proposals.errors import InvitationNotFound
from proposals.models import Idea, Invitation, Verdict
from proposals.service.intake import Sender
from proposals.states import Channel, EventKind, IdeaState
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import BODY, TITLE, make_draft, make_idea, make_reviewer, merger, rejection
from tests.proposals.conftest import Town

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)


async def person(session: AsyncSession, name: str = "Dan Ilie") -> Actor:
    return actor_of(await make_account(session, name=name, verified=True), verified=True)


async def read_tokens(session: AsyncSession, to: str = "dan@exemplu.ro") -> list[str]:
    """The links that were sent to somebody."""
    await session.flush()
    rows = (await session.execute(select(OutboxMessage.arguments).order_by(OutboxMessage.id))).scalars()
    links = (re.search(r"/ideas/invitation\?token=([\w-]+)", row) for row in rows if f'"{to}"' in row)
    return [found[1] for found in links if found]


async def invited(
    session: AsyncSession, author: Account, idea: Idea, actor: Actor, email: str = "dan@exemplu.ro"
) -> str:
    """The token of an invitation."""
    await service.invite(session, actor_of(author, verified=True), idea.id, email=email, now=NOON)
    return (await read_tokens(session, email))[-1]


async def joined(session: AsyncSession, author: Account, idea: Idea, actor: Actor) -> None:
    token = await invited(session, author, idea, actor, email=f"{actor.id}@exemplu.ro")
    await service.accept_invitation(session, actor, token, now=NOON)


async def test_a_co_author_writes_in_the_draft_and_the_author_alone_sends_it(session: AsyncSession) -> None:
    cycle, author = await make_cycle(session), await make_account(session, verified=True)
    draft, dan = await make_draft(session, cycle=cycle, author=author), await person(session)
    with pytest.raises(Forbidden):
        await service.save_draft(session, dan, draft.id, {"title": "Al meu"}, now=NOON)
    token = await invited(session, author, draft, dan)
    await service.accept_invitation(session, dan, token, now=NOON)
    await service.save_draft(session, dan, draft.id, {"title": "Piste pe ambele părți"}, now=NOON)
    assert [one.id for one in await queries.list_drafts(session, dan.id)] == [draft.id]
    assert await queries.count_drafts(session, dan.id) == 0
    for attempt in (service.submit_idea, service.withdraw_idea):
        with pytest.raises(Forbidden):
            await attempt(session, dan, draft.id, now=NOON)
    with pytest.raises(Forbidden, match="Only who began"):
        await service.delete_draft(session, dan, draft.id)
    await service.delete_draft(session, actor_of(author), draft.id)
    assert (await session.execute(select(Invitation))).first() is None


async def test_what_co_authors_may_once_it_is_sent(session: AsyncSession) -> None:
    cycle, author = await make_cycle(session), await make_account(session, verified=True)
    judge = await make_reviewer(session)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.WAITING, reviewer=judge)
    dan = await person(session)
    await service.support_idea(session, dan, idea.id, now=NOON)
    await joined(session, author, idea, dan)
    assert idea.support_count == 0
    with pytest.raises(Forbidden, match="your own idea"):
        await service.support_idea(session, dan, idea.id, now=NOON)
    await service.answer_question(session, dan, idea.id, answer="Pe ambele părți.", now=NOON)
    ruling = rejection()
    await service.judge_idea(session, actor_of(judge, roles=[Role.REVIEWER]), idea.id, ruling, now=NOON)
    mail = list((await session.execute(select(OutboxMessage.arguments))).scalars())
    assert any(dan.email in one and "rejected" in one for one in mail)
    verdict = await queries.find_verdict(session, idea.id)
    assert verdict is not None
    with pytest.raises(Forbidden):
        await service.contest_verdict(
            session, dan, idea.id, verdict_id=verdict.id, text="Nu e așa.", now=NOON
        )
    await service.leave_idea(session, dan, idea.id, now=NOON)
    assert idea.author_ids == {author.id}
    kinds = [event.kind for event in await queries.list_events(session, idea.id)]
    assert (EventKind.JOINED in kinds, kinds[-1]) == (True, EventKind.LEFT)


async def test_an_official_who_joins_is_off_the_file_and_one_who_has_decided_cannot(
    session: AsyncSession,
) -> None:
    cycle, author = await make_cycle(session), await make_account(session, verified=True)
    judge = await make_reviewer(session)
    official = actor_of(judge, roles=[Role.REVIEWER])
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.IN_REVIEW, reviewer=judge)
    await joined(session, author, idea, official)
    assert idea.reviewer_id is None
    for attempt in (
        service.assign_idea(session, official, idea.id, to=judge.id, now=NOON),
        service.ask_author(session, official, idea.id, question="Unde anume?", now=NOON),
        service.judge_idea(session, official, idea.id, rejection(), now=NOON),
        service.declare_conflict(session, official, idea.id, why="x", now=NOON),
    ):
        with pytest.raises(Forbidden, match="your own idea"):
            await attempt
    colleague = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    with pytest.raises(DomainError):
        await service.assign_idea(session, colleague, idea.id, to=judge.id, now=NOON)
    other = await make_idea(session, cycle=cycle, author=author, state=IdeaState.IN_REVIEW, reviewer=judge)
    token = await invited(session, author, other, official, email="i@exemplu.ro")
    await service.judge_idea(session, official, other.id, rejection(), now=NOON)
    with pytest.raises(Forbidden, match="as an official"):
        await service.accept_invitation(session, official, token, now=NOON)


async def test_on_a_merger_authors_become_co_authors_and_go_with_a_correction(session: AsyncSession) -> None:
    cycle, ana = await make_cycle(session), await make_account(session, verified=True)
    judge = await make_reviewer(session)
    official = actor_of(judge, roles=[Role.REVIEWER])
    target = await make_idea(session, cycle=cycle, author=ana)
    dan = await person(session)
    author = await session.get_one(Account, dan.id)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.IN_REVIEW, reviewer=judge)
    maria = await person(session, "Maria Stan")
    await joined(session, author, idea, maria)
    await service.support_idea(session, dan, target.id, now=NOON)
    verdict = await service.judge_idea(session, official, idea.id, merger(target.id), now=NOON)
    assert isinstance(verdict, Verdict)
    assert target.author_ids == {ana.id, dan.id, maria.id}
    assert target.support_count == 0
    rows = {one.name: one.from_idea_id for one in await queries.list_co_authors(session, target.id)}
    assert rows == {"Dan I.": idea.id, "Maria S.": idea.id}
    await service.judge_idea(session, official, idea.id, rejection(), correcting=verdict.id, now=NOON)
    assert target.author_ids == {ana.id}
    assert idea.author_ids == {dan.id, maria.id}


async def chained(session: AsyncSession) -> tuple[list[Idea], list[uuid.UUID], list[uuid.UUID], Actor]:
    """Three ideas, the first merged into the second and that into the third: with their authors, the verdicts
    and who gave them. The third author has a part in the first idea, too.
    """
    cycle, judge = await make_cycle(session), await make_reviewer(session)
    official = actor_of(judge, roles=[Role.REVIEWER])
    people = [
        await make_account(session, name=f"Autor {name}", verified=True) for name in ("Unu", "Doi", "Trei")
    ]
    ideas = [
        await make_idea(session, cycle=cycle, author=who, state=IdeaState.IN_REVIEW, reviewer=judge)
        for who in people
    ]
    await joined(session, people[0], ideas[0], actor_of(people[2], verified=True))
    verdicts = []
    for source, target in itertools.pairwise(ideas):
        verdict = await service.judge_idea(session, official, source.id, merger(target.id), now=NOON)
        assert isinstance(verdict, Verdict)
        verdicts.append(verdict.id)
    return ideas, [one.id for one in people], verdicts, official


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["the first merger first", "the last merger first"])
async def test_chained_mergers_are_undone_in_either_order(
    session: AsyncSession, order: tuple[int, int]
) -> None:
    ideas, (one, two, three), verdicts, official = await chained(session)
    assert [idea.author_ids for idea in ideas] == [{one, three}, {two, one, three}, {three, two, one}]
    after_first = {
        0: [{one, three}, {two}, {three, two}],
        1: [{one, three}, {two, one, three}, {three}],
    }
    for step, place in enumerate(order):
        await service.judge_idea(
            session, official, ideas[place].id, rejection(), correcting=verdicts[place], now=NOON
        )
        left = after_first[place] if step == 0 else [{one, three}, {two}, {three}]
        assert [idea.author_ids for idea in ideas] == left
        for idea in ideas:  # the list beside the rows says the same
            rows = {row.account_id for row in await queries.list_co_authors(session, idea.id)}
            assert rows == idea.author_ids - {idea.author_id}


async def test_who_came_with_two_merged_ideas_stays_while_one_is_merged(session: AsyncSession) -> None:
    cycle, judge = await make_cycle(session), await make_reviewer(session)
    official = actor_of(judge, roles=[Role.REVIEWER])
    ana, dan = [await make_account(session, verified=True) for _ in range(2)]
    first, second = [
        await make_idea(session, cycle=cycle, author=dan, state=IdeaState.IN_REVIEW, reviewer=judge)
        for _ in range(2)
    ]
    target = await make_idea(session, cycle=cycle, author=ana)
    verdicts = [
        await service.judge_idea(session, official, idea.id, merger(target.id), now=NOON)
        for idea in (first, second)
    ]
    for idea, verdict, left in ((first, verdicts[0], {ana.id, dan.id}), (second, verdicts[1], {ana.id})):
        await service.judge_idea(session, official, idea.id, rejection(), correcting=verdict.id, now=NOON)
        assert target.author_ids == left


async def test_support_is_carried_to_the_end_of_a_chain(session: AsyncSession) -> None:
    cycle, judge, fan = await make_cycle(session), await make_reviewer(session), await person(session)
    official = actor_of(judge, roles=[Role.REVIEWER])
    ideas = [
        await make_idea(session, cycle=cycle, state=IdeaState.IN_REVIEW, reviewer=judge) for _ in range(3)
    ]
    await service.support_idea(session, fan, ideas[0].id, now=NOON)
    for source, target in itertools.pairwise(ideas):
        await service.judge_idea(session, official, source.id, merger(target.id), now=NOON)
    assert await service.carry_support(session, fan, ideas[0].id, now=NOON) == ideas[2].id
    assert ideas[2].support_count == 1


async def test_who_claims_a_merged_idea_becomes_a_co_author_of_the_other(session: AsyncSession) -> None:
    cycle, ana = await make_cycle(session), await make_account(session, verified=True)
    judge = await make_reviewer(session)
    official = actor_of(judge, roles=[Role.REVIEWER])
    target = await make_idea(session, cycle=cycle, author=ana)
    sender = Sender(channel=Channel.PAPER, received_on=NOON.date(), name="Ion Georgescu", is_named=False)
    words = {"title": TITLE, "body": BODY, "location": "Calea Rahovei", "lang": "ro"}
    clerk = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    idea, code = await service.take_in(session, clerk, sender, words, form_id=judge.id, now=NOON)
    await service.assign_idea(session, official, idea.id, to=judge.id, now=NOON)
    await service.judge_idea(session, official, idea.id, merger(target.id), now=NOON)
    assert target.author_ids == {ana.id}
    with pytest.raises(Forbidden, match="as an official"):
        await service.claim_idea(session, official, number=idea.number or "", code=code, now=NOON)
    ion = await person(session, "Ion Georgescu")
    await service.claim_idea(session, ion, number=idea.number or "", code=code, now=NOON)
    assert target.author_ids == {ana.id, ion.id}
    assert [one.name for one in await queries.list_co_authors(session, target.id)] == [""]


async def test_invitations_that_are_refused(session: AsyncSession) -> None:
    cycle, author = await make_cycle(session), await make_account(session, verified=True)
    ana, dan = actor_of(author, verified=True), await person(session)
    idea = await make_idea(session, cycle=cycle, author=author)
    token = await invited(session, author, idea, dan)
    for email in ("DAN@exemplu.ro", ana.email.upper()):
        with pytest.raises(FormErrors):
            await service.invite(session, ana, idea.id, email=email, now=NOON)
    for number in range(5):
        await service.invite(session, ana, idea.id, email=f"x{number}@exemplu.ro", now=NOON)
    with pytest.raises(FormErrors):
        await service.invite(session, ana, idea.id, email="y@exemplu.ro", now=NOON)
    with pytest.raises(Forbidden):
        await service.invite(session, dan, idea.id, email="z@exemplu.ro", now=NOON)
    with pytest.raises(InvitationNotFound):
        await service.accept_invitation(session, dan, token, now=NOON + 31 * DAY)
    with pytest.raises(Forbidden, match="your own idea"):
        await service.accept_invitation(session, ana, token, now=NOON)
    await service.decline_invitation(session, token, now=NOON)
    with pytest.raises(InvitationNotFound):
        await service.accept_invitation(session, dan, token, now=NOON)
    assert "dan@exemplu.ro" not in [
        one.email for one in (await session.execute(select(Invitation))).scalars()
    ]
    (first, *_) = await queries.list_invitations(session, idea.id)
    await service.withdraw_invitation(session, ana, idea.id, first.id, now=NOON)
    with pytest.raises(Forbidden):
        await service.withdraw_invitation(session, dan, idea.id, first.id, now=NOON)


async def test_one_link_makes_one_co_author(database: Database) -> None:
    async with database.write() as session:
        cycle, author = await make_cycle(session), await make_account(session, verified=True)
        idea, people = await make_idea(session, cycle=cycle, author=author), []
        for _ in range(3):
            people.append(await person(session))
        token = await invited(session, author, idea, people[0])

    async def accept(actor: Actor) -> bool:
        try:
            async with database.write() as session:
                await service.accept_invitation(session, actor, token, now=NOON)
                return True
        except (DomainError, Conflict):
            return False

    assert sorted(await asyncio.gather(*(accept(one) for one in people))) == [False, False, True]
    async with database.read() as session:
        found = await queries.get_idea(session, idea.id)
        rows = await queries.list_co_authors(session, idea.id)
        assert found.author_ids - {author.id} == {one.account_id for one in rows}
        assert len(rows) == 1


async def test_the_pages(town: Town, run_jobs: Any) -> None:
    ana, dan = await town.resident(), await town.resident(name="Dan Ilie")
    assert ana.account
    async with town.database.write() as session:
        draft = await make_draft(session, cycle=town.cycle, author=ana.account)
    path = f"/ideas/{draft.id}/authors"
    await dan.see(path, status=403)
    await ana.see(path)
    assert "nume@exemplu.ro" in (await ana.send(path, status=422, email="dan@")).text
    await ana.send(path, email="dan@exemplu.ro")
    async with town.database.read() as session:
        (token,) = await read_tokens(session)
    assert await run_jobs() == 1
    link = f"/ideas/invitation?token={token}"
    stranger = await town.visitor()
    assert "Sign in to accept" in await stranger.see(link)
    await dan.see(link)
    done = await dan.send("/ideas/invitation/accept", token=token)
    assert done.headers["location"].endswith(f"/ideas/{draft.id}")
    assert "Dan I." in await ana.see(path)
    await dan.see(f"/ideas/{draft.id}/edit/text")
    await dan.see(link, status=404)
    await dan.see(f"/ideas/{draft.id}/delete", status=403)
    await dan.send(f"{path}/leave")
    await dan.see(f"/ideas/{draft.id}/edit/text", status=404)


async def test_the_page_of_a_merged_idea_leads_to_the_end_of_the_chain(town: Town) -> None:
    async with town.database.write() as session:
        judge = await make_reviewer(session)
        fan = await make_account(session, verified=True)
        official = actor_of(judge, roles=[Role.REVIEWER])
        ideas = [
            await make_idea(session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=judge)
            for _ in range(3)
        ]
        await service.support_idea(session, actor_of(fan, verified=True), ideas[0].id, now=NOON)
        for source, target in itertools.pairwise(ideas):
            await service.judge_idea(session, official, source.id, merger(target.id), now=NOON)
    visitor, here = await town.visitor(fan), f"/ideas/{ideas[0].id}"
    html = await visitor.see(here)
    assert f"{here}/support/carry" in html
    assert f"/ideas/{ideas[2].id}" in html
    await visitor.send(f"{here}/support/carry")
    assert f"{here}/support/carry" not in await visitor.see(here)
