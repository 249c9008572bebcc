"""Voting through the pages as a browser does: people who sign in, fields of a form, a ballot step by step."""

import re

import httpx

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import Database
from tests.make.accounts import make_account, sign_in
from tests.make.voting import make_poll
from voting.models import Poll

ORIGIN = {"origin": "http://testserver.local"}
HTMX = {**ORIGIN, "hx-request": "true"}


async def new_poll(database: Database, **facts) -> Poll:
    async with database.write() as session:
        return await make_poll(session, **facts)


async def as_resident(client: httpx.AsyncClient, database: Database, *, verified: bool = True) -> str:
    async with database.write() as session:
        account = await make_account(session, name="Ana Popescu", verified=verified)
    await sign_in(client, database, account)
    return account.email


async def as_voter(client: httpx.AsyncClient, database: Database, voter: Actor) -> None:
    """Sign in as somebody who is there already."""
    async with database.read() as session:
        account = await session.get(Account, voter.id)
    assert account is not None
    await sign_in(client, database, account)


async def as_officer(client: httpx.AsyncClient, database: Database, *, name: str = "Maria Ionescu") -> None:
    async with database.write() as session:
        account = await make_account(session, name=name, roles=[Role.ELECTION])
    await sign_in(client, database, account)


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return found[1]


async def press(
    client: httpx.AsyncClient, path: str, move: str, *, htmx: bool = False, **more: str
) -> httpx.Response:
    page = await client.get(path)
    form = {"csrf_token": field(page.text, "csrf_token"), "move": move, **more}
    return await client.post(path, data=form, headers=HTMX if htmx else ORIGIN)


async def vote(client: httpx.AsyncClient, poll: Poll, numbers: list[str], **more: str) -> httpx.Response:
    for number in numbers:
        await press(client, f"/polls/{poll.id}/ballot", f"add:{number}")
    review = await client.get(f"/polls/{poll.id}/ballot/review")
    assert review.status_code == 200, review.headers
    form = {name: field(review.text, name) for name in ("csrf_token", "ballot", "receipt")}
    return await client.post(f"/polls/{poll.id}/ballot/review", data=form | more, headers=ORIGIN)


def receipt_of(html: str) -> tuple[str, str]:
    code = re.search(r'id="receipt-code"[^>]*>([^<]+)<', html)
    secret = re.search(r'id="replacement-key"[^>]*>([^<]+)<', html)
    assert code
    assert secret
    return code[1], secret[1]


def code_of(html: str) -> str:
    """The check code of a receipt."""
    found = re.search(r'id="receipt-code"[^>]*>([^<]+)<', html)
    assert found, html
    return found[1]
