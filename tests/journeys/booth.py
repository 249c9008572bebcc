"""The demonstration's open sealed vote, and the steps that every journey through its booth takes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from accounts.models import Account
from accounts.service import begin_session
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from app.seed.sealed import read_kept
from tests.journeys.how import How
from tests.live import LiveServer
from voting.models import Poll, SealedElection

VOTERS = {  # a journey each: people of the roll who have not voted
    "ro-360-js": "ana@exemplu.ro",
    "en-1280-js": "carmen.voicu@exemplu.ro",
    "en-360-nojs": "elena@exemplu.ro",
    "ro-1280-nojs": "simona.matei@exemplu.ro",
    "keyboard": "radu.dobre@exemplu.ro",
    "trouble": "gabriela.rusu@exemplu.ro",
    "states": "ioana.munteanu@exemplu.ro",
    "waiting": "ioana.munteanu@exemplu.ro",
    "read-aloud": "radu.dobre@exemplu.ro",
}


@dataclass(frozen=True)
class Vote:
    """The demonstration's open sealed vote, with what its roles keep to themselves."""

    town: LiveServer
    poll_id: str
    uuid: str
    codes: dict[str, str]
    keys: list[int]

    def code(self, journey: str) -> str:
        return self.codes[VOTERS[journey]]

    def url(self, how: How, rest: str = "/ballot") -> str:
        return f"{self.town.url}{how.prefix}/polls/{self.poll_id}{rest}"


async def find_vote(town: LiveServer) -> Vote:
    """The vote of the demonstration that takes ballots now."""
    kept = read_kept(town.folder)
    seeded = [UUID(poll) for poll in kept.keys]  # other journeys open votes of their own
    database = Database(town.database_url)
    async with database.read() as session:
        query = (
            select(Poll.id, SealedElection.uuid)
            .join(SealedElection, SealedElection.poll_id == Poll.id)
            .where(Poll.sealing == "ready", Poll.id.in_(seeded))
        )
        poll_id, uuid = (await session.execute(query)).one()
    await database.dispose()
    keys = [int(key) for key in kept.keys[str(poll_id)]]
    return Vote(town, str(poll_id), uuid, kept.codes, keys)


async def session_of(town: LiveServer, email: str) -> dict[str, str]:
    """The cookie of a session of somebody of the demonstration."""
    database = Database(town.database_url)
    async with database.write() as session:
        account = (await session.execute(select(Account).where(Account.email == email))).scalar_one()
        token = await begin_session(session, account, agent="journey", now=clock.now())
    await database.dispose()
    return {"name": SESSION_COOKIE, "value": token, "url": town.url}


async def focused(page: Any) -> str:
    return str(await page.evaluate("document.activeElement && document.activeElement.id"))


async def order_of(page: Any) -> list[str]:
    ids = await page.locator("#ranks > li").evaluate_all("items => items.map(item => item.id.slice(3))")
    return [str(one) for one in ids]


async def choose(page: Any, numbers: list[str]) -> None:
    await page.wait_for_selector("#choice-list")
    before = await page.locator("#choice-list > li").evaluate_all("items => items.map(item => item.id)")
    for number in numbers:
        await page.locator(f"#tg-{number}").click()
        await page.wait_for_selector(f"#li-{number}.ob-project--chosen")
        assert await focused(page) == f"tg-{number}", "focus must stay on the button that was pressed"
    after = await page.locator("#choice-list > li").evaluate_all("items => items.map(item => item.id)")
    assert before == after, "cards must not move while choosing"
