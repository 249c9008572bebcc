"""Told on the page of one's account only, or in a private feed; and who has no address at all."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts.events import AccountClosed
from accounts.models import Account
from notices import queries, service
from notices.models import Notice, NoticeFeed
from notices.states import Rhythm
from proposals import service as proposals
from tests.make.accounts import NOON
from tests.make.proposals import rejection
from tests.notices.conftest import choose, make_case, make_supporter, told
from tests.proposals.conftest import Town

Run = Callable[[], Awaitable[int]]
pytestmark = pytest.mark.usefixtures("clock")


async def settled(town: Town, account: Account) -> list[str]:
    async with town.database.read() as session:
        query = select(Notice.settled_as).where(Notice.account_id == account.id).order_by(Notice.at)
        return list((await session.execute(query)).scalars())


async def test_on_the_page_only_sends_nothing_and_is_shown_there(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        reader = await make_supporter(session, idea, Rhythm.PAGE)
        silent = await make_supporter(session, idea, Rhythm.NEVER)
        changed = await make_supporter(session, idea, Rhythm.WEEKLY)
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await run_jobs()
    async with town.database.write() as session:
        await choose(session, changed, supported=Rhythm.PAGE)  # while it waits for the digest
        week = NOON + timedelta(days=7)
        await service.send_digests(session, [changed.id], before=week, now=week)
    await run_jobs()
    for one, how in ((reader, "page"), (silent, "none"), (changed, "page")):
        assert told(town, one) == []
        assert await settled(town, one) == [how]
    page = await (await town.visitor(reader)).see("/account/notices")
    assert idea.title in page[page.index("What happened last") :]
    assert "What happened last" not in await (await town.visitor(silent)).see("/account/notices")


async def test_without_an_address_everything_is_kept_for_the_page(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        idea, author, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        for person in (author, supporter := await make_supporter(session, idea)):
            (await session.get_one(Account, person.id)).email = ""
    async with town.database.write() as session:
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
        await proposals.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    await run_jobs()
    assert await settled(town, supporter) == ["page", "page"]
    assert set(await settled(town, author)) == {"page"}
    async with town.database.read() as session:
        said = [event.words for _, event in await queries.list_told(session, author.id, limit=9)]
    assert "The idea was rejected" in said, "nobody has mailed it, so it stands here"


async def test_a_private_feed_has_an_address_that_can_be_changed_and_closed(
    town: Town, run_jobs: Run
) -> None:
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        reader = await make_supporter(session, idea, Rhythm.PAGE)
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await run_jobs()
    visitor, stranger = await town.visitor(reader), await town.visitor()

    async def change(wanted: str) -> str:
        await visitor.see("/account/notices")
        await visitor.send("/account/notices/feed", wanted=wanted)
        found = re.search(r"/en(/notices/feed/[\w.=-]+)", await visitor.see("/account/notices"))
        return found[1] if found else ""

    first = await change("yes")
    answer = await stranger.client.get("/en" + first)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["cache-control"] == "private, no-store"
    assert idea.title in answer.text
    assert reader.email not in answer.text
    second = await change("yes")
    assert second != first
    assert (await stranger.client.get("/en" + first)).status_code == 404
    assert (await stranger.client.get("/en" + second)).status_code == 200
    for wrong in (second[:-1], "/notices/feed/x", "/notices/feed/YQ.YQ"):
        assert (await stranger.client.get("/en" + wrong)).status_code == 404
    assert await change("no") == ""
    assert (await stranger.client.get("/en" + second)).status_code == 404
    third = await change("yes")
    assert third not in (first, second)
    async with town.database.write() as session:
        await service.forget_account(session, AccountClosed(reader.id, NOON))
        assert (await session.execute(select(NoticeFeed))).scalars().all() == []
    assert (await stranger.client.get("/en" + third)).status_code == 404
