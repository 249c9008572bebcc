"""Being told: how soon, of what; a digest through a real SMTP server; and stopping it, signed out."""

import asyncio
import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, update

from accounts.models import Account
from accounts.service import begin_session
from accounts.states import Role
from app.embedded import fill_in
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from app.settings import load_settings
from notices.models import Notice
from proposals import service
from proposals.models import Idea
from proposals.states import IdeaState
from tests import servers
from tests.journeys.conftest import EMAILS, seed_a_district
from tests.journeys.how import ALL, How, text_of
from tests.live import LiveServer
from tests.make.accounts import actor_of, make_account
from tests.make.post_office import Office, post_office

pytestmark = pytest.mark.journey
PATIENCE_SECONDS = 60  # far more than it takes; a loaded machine is slow, not wrong
WAYS = [ALL[1], ALL[3]]  # Romanian without scripts, English with them


@pytest.fixture(scope="module")
def mailing_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, Office]]:
    """A district on a real server that sends its mail to a real SMTP server."""
    folder: Path = tmp_path_factory.mktemp("mailing") / "var"
    shutil.copytree(servers.once("seeded", seed_a_district), folder)
    with post_office() as (office, mail_url):
        server = LiveServer(folder, f"sqlite+aiosqlite:///{folder}/obste.sqlite3", mail_url=mail_url).start()
        yield server, office
        assert server.stop() == 0, server.log[-4000:]


def run_soon(server: LiveServer, job: str) -> None:
    """Tell the server's own worker to run a job of the schedule now."""
    with Redis.from_url(load_settings(fill_in(server.env)).redis_url) as connection:
        queue = Queue("high", connection=connection, serializer=JSONSerializer)
        queue.enqueue("app.worker.run_scheduled", job, result_ttl=0)


async def begin_reviews(server: LiveServer, number: str) -> None:
    """An official takes the idea with this number."""
    database = Database(server.database_url)
    async with database.write() as session:
        idea = (await session.execute(select(Idea).where(Idea.number == number))).scalar_one()
        reviewer = (
            await session.execute(select(Account).where(Account.email == EMAILS["reviewer"]))
        ).scalar_one()
        official = actor_of(reviewer, roles=[Role.REVIEWER])
        await service.assign_idea(session, official, idea.id, to=reviewer.id, now=clock.now())
    await database.dispose()


async def wait_until_told(server: LiveServer, account: Account) -> None:
    """Until something waits for this person; then let a week pass over it."""
    database, end = Database(server.database_url), time.monotonic() + PATIENCE_SECONDS
    mine = (Notice.account_id == account.id, Notice.settled_at.is_(None))
    while True:
        async with database.read() as session:
            if (await session.execute(select(func.count()).select_from(Notice).where(*mine))).scalar_one():
                break
        assert time.monotonic() < end, server.log[-3000:]
        await asyncio.sleep(0.2)
    async with database.write() as session:
        await session.execute(update(Notice).where(*mine).values(at=clock.now() - timedelta(days=8)))
    await database.dispose()


async def digest_for(office: Office, account: Account) -> Any:
    """The message of the week, as the SMTP server was given it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := [one for one in office.messages if one["To"] == account.email]):
        assert time.monotonic() < end, "no digest came"
        await asyncio.sleep(0.1)
    return found[-1]


async def arrive(page: Any, server: LiveServer, how: How) -> tuple[Account, str, str]:
    """Somebody of this journey's own, signed in; id and number of an idea that waits for its review."""
    database = Database(server.database_url)
    async with database.write() as session:
        email = f"urmaritor-{how}@example.ro"
        account = await make_account(session, name="Vlad Urmăritor", email=email, locale=how.locale)
        token = await begin_session(session, account, agent="journey", now=clock.now())
        waiting = (
            select(Idea.id, Idea.number).where(Idea.state == IdeaState.SUBMITTED.value).order_by(Idea.number)
        )
        idea = (await session.execute(waiting.limit(1))).one()
    await database.dispose()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": server.url}])
    return account, str(idea.id), idea.number


@pytest.mark.parametrize("how", WAYS, ids=str)
async def test_a_follower_gets_a_digest_and_stops_it_signed_out(
    how: How, mailing_town: tuple[LiveServer, Office], open_page: Any
) -> None:
    server, office = mailing_town
    page = await how.open(open_page)
    account, idea_id, number = await arrive(page, server, how)

    await page.goto(f"{server.url}{how.prefix}/account/notices")
    await page.locator("#own-2").check()  # my ideas: once a week
    await page.locator("#choices button").click()
    await page.wait_for_load_state()
    assert await page.locator("#own-2").is_checked()
    await page.goto(f"{server.url}{how.prefix}/ideas/{idea_id}")
    idea_page = page.url
    await page.locator("#follow button").click()
    await page.wait_for_load_state()
    assert page.url.partition("?")[0].partition("#")[0] == idea_page.partition("#")[0]
    assert how.says("You are told of each step.") in await text_of(page)

    await begin_reviews(server, number)
    run_soon(server, "app.worker.sweep_outbox")
    await wait_until_told(server, account)
    run_soon(server, "notices.jobs.send_digests")
    digest = await digest_for(office, account)
    text = digest.get_content()
    assert number in text
    assert how.says("The department began the review") in text
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.search(r"http://\S+/notices/stop\?token=\S+", text)
    assert address is not None

    stranger = await how.open(open_page)
    await stranger.goto(address[0])
    await page.reload()
    assert not await chosen_never(page, server, how), "looking stops nothing"
    await stranger.locator("#stop button").click()
    await stranger.wait_for_load_state()
    assert how.says("Done: we no longer write to you about this") in await text_of(stranger)
    assert await chosen_never(page, server, how)


async def chosen_never(page: Any, server: LiveServer, how: How) -> bool:
    """Whether what is supported or followed is told no more, by the account's page."""
    await page.goto(f"{server.url}{how.prefix}/account/notices")
    return bool(await page.locator("#supported-4").is_checked())
