"""A small town with a cycle, and browsers in miniature for its people."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.states import Role
from app.kit.db import Database
from cycles.models import Cycle
from tests.make.accounts import make_account, sign_in
from tests.make.cycles import make_cycle
from tests.make.proposals import make_reviewer
from tests.make.works import Made, make_funded_project

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class Visitor:
    """A signed-in client that sends forms with their token."""

    def __init__(self, client: httpx.AsyncClient, account: Account | None) -> None:
        self.client = client
        self.account = account
        self.token = ""

    async def see(self, path: str, status: int = 200) -> str:
        """Fetch a page and check what holds for every page."""
        answer = await self.client.get("/en" + path)
        assert answer.status_code == status, (path, answer.status_code, answer.headers.get("location"))
        html = answer.text
        assert html.count("<h1") == 1
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), "ids are unique"
        found = re.search(r'name="csrf_token" value="([^"]*)"', html)
        self.token = found[1] if found else self.token
        return html

    async def send(
        self, path: str, status: int = 303, files: Any = None, htmx: bool = False, **fields: Any
    ) -> httpx.Response:
        """Post a form."""
        headers = SAME_ORIGIN | ({"HX-Request": "true"} if htmx else {})
        data = {"csrf_token": self.token, **fields}
        answer = await self.client.post("/en" + path, data=data, files=files, headers=headers)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-1500:])
        return answer


class Town:
    """The database of the running application, and people to be."""

    def __init__(self, app: Any, make_client: Callable[[], httpx.AsyncClient]) -> None:
        self.app, self.make_client = app, make_client
        self.database: Database = app.services.database
        self.cycle: Cycle

    async def visitor(self, account: Account | None = None) -> Visitor:
        """A browser, signed in as `account`."""
        client = self.make_client()
        if account is not None:
            await sign_in(client, self.database, account)
        visitor = Visitor(client, account)
        if account is not None:
            await visitor.see("/ideas")
        return visitor

    async def resident(self, *, verified: bool = True, name: str = "Ana Popescu") -> Visitor:
        """A resident's browser."""
        async with self.database.write() as session:
            account = await make_account(session, name=name, verified=verified)
        return await self.visitor(account)

    async def reviewer(self, *, name: str = "Irina Marin") -> Visitor:
        """The browser of an official of the department."""
        async with self.database.write() as session:
            account = await make_reviewer(session, name=name)
        return await self.visitor(account)

    async def officer(self, *roles: Role) -> Visitor:
        """The browser of another official."""
        async with self.database.write() as session:
            account = await make_account(session, roles=roles, totp="JBSWY3DPEHPK3PXP")
        return await self.visitor(account)


@pytest.fixture
async def town(app: Any, make_client: Callable[[], httpx.AsyncClient], clock: object) -> Town:
    """A town whose cycle takes ideas now."""
    town = Town(app, make_client)
    async with town.database.write() as session:
        town.cycle = await make_cycle(session, slug="bp-2027")
    return town


@pytest.fixture
async def made(session: AsyncSession) -> Made:
    return await make_funded_project(session)
