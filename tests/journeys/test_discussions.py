"""A comment's way: said, reported, hidden for a reason, appealed, decided by another moderator in public."""

import itertools
from typing import Any

import pytest
from sqlalchemy import select

from accounts.models import Account
from accounts.service import begin_session
from accounts.states import Role
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from proposals.models import Idea
from proposals.states import IdeaState
from tests.journeys.conftest import EMAILS
from tests.journeys.gate import run_axe
from tests.journeys.how import ALL, How, become, mail_to, submit, text_of
from tests.live import LiveServer
from tests.make.accounts import make_account

pytestmark = pytest.mark.journey
RUDE = "Cine a propus asta nu are minte, ca toți cei din blocul lui."
WHY = "Vorbește despre oameni, nu despre idee."
APPEAL = "Am vorbit despre idee. Rog să se citească încă o dată."
BACK = "Este aspru, dar este despre idee; cuvintele rămân."
_numbers = itertools.count(1)


async def arrive(page: Any, town: LiveServer, name: str, role: Role | None = None) -> str:
    """Somebody of this journey's own, signed in; gives their address."""
    address = f"vorbitor{next(_numbers)}-{clock.now().timestamp():.0f}@example.ro"
    database = Database(town.database_url)
    async with database.write() as session:
        roles = [role] if role else []
        account: Account = await make_account(session, name=name, email=address, verified=True, roles=roles)
        token = await begin_session(
            session, account, agent="journey", has_second_factor=bool(roles), now=clock.now()
        )
    await database.dispose()
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": town.url}])
    return address


async def an_idea(town: LiveServer) -> str:
    """The id of an idea that is talked about."""
    database = Database(town.database_url)
    async with database.read() as session:
        query = select(Idea.id).where(Idea.state == IdeaState.SUBMITTED.value).order_by(Idea.number).limit(1)
        found = (await session.execute(query)).scalar_one()
    await database.dispose()
    return str(found)


async def check(page: Any, how: How) -> None:
    """What axe says of the page, where scripts run."""
    if how.scripts:
        assert await run_axe(page) == []


@pytest.mark.parametrize("how", [ALL[0], ALL[2]], ids=str)
async def test_a_comment_is_hidden_and_another_moderator_decides_the_appeal(
    how: How, town: LiveServer, open_page: Any
) -> None:
    author, neighbour, first, second = [await how.open(open_page) for _ in range(4)]
    address = await arrive(author, town, "Sandu Iute")
    await arrive(neighbour, town, "Olga Vecină")
    await arrive(second, town, "Al Doilea Moderator", Role.MODERATOR)
    await become(first, town, EMAILS["moderator"])

    here = f"{town.url}{how.prefix}/discussions/idea:{await an_idea(town)}"
    await author.goto(here)
    await check(author, how)
    await submit(author, here.removeprefix(town.url), body=RUDE)
    assert RUDE in await text_of(author)
    comment = await author.locator("article:has-text('nu are minte') .ob-card__top a").first.get_attribute(
        "href"
    )
    single = town.url + str(comment)

    await neighbour.goto(single)
    if not await neighbour.locator("#report-form").is_visible():
        await neighbour.locator("#report-details summary").click()
    await neighbour.locator("#ground-report input, #report-form input[type=radio]").first.check()
    await neighbour.locator("#report-form button").click()
    await neighbour.wait_for_load_state()

    await first.goto(f"{town.url}{how.prefix}/moderation")
    await check(first, how)
    assert "nu are minte" in await text_of(first)
    await first.goto(single)
    await check(first, how)
    await first.locator("#hide-form input[type=radio]").first.check()
    await first.locator("#hide-form textarea").fill(WHY)
    await first.locator("#hide-form button").click()
    await first.wait_for_load_state()
    await mail_to(town, address, having=WHY)

    await neighbour.goto(single)
    assert WHY in await text_of(neighbour)
    assert RUDE not in await text_of(neighbour)
    await author.goto(single)
    await author.locator("#appeal-form textarea").fill(APPEAL)
    await author.locator("#appeal-form button").click()
    await author.wait_for_load_state()

    await first.goto(single)
    assert await first.locator("#decide-form").count() == 0  # nobody judges their own decision
    await second.goto(single)
    await check(second, how)
    await second.locator("#decide-form input[value=restore]").check()
    await second.locator("#decide-form textarea").fill(BACK)
    await second.locator("#decide-form button").click()
    await second.wait_for_load_state()
    await mail_to(town, address, having=BACK)

    await neighbour.goto(single)
    assert RUDE in await text_of(neighbour)
    assert BACK in await text_of(neighbour)
    await neighbour.goto(f"{town.url}{how.prefix}/moderation/log")
    await check(neighbour, how)
    log = await text_of(neighbour)
    assert WHY in log
    assert BACK in log
    for name in ("Sandu", "Olga", "Moderator"):
        assert name not in log  # who said it, who reported and who decided is nobody's business
