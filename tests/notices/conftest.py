"""People who want to be told, and the mail that reached them."""

import email
import re
import uuid
from collections.abc import Sequence
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from cycles.models import Cycle
from notices import service as notices
from notices.states import Kind, Rhythm
from proposals import service
from proposals.models import Idea, Support
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.proposals import make_idea, make_reviewer
from tests.proposals.conftest import Town, town

__all__ = ["town"]
WEEK = timedelta(days=7)


def mails(town: Town) -> list[EmailMessage]:
    """Everything sent so far, oldest first."""
    folder = Path(town.app.services.settings.mail_url.removeprefix("file://"))
    return [
        email.message_from_bytes(one.read_bytes(), policy=policy.default)  # type: ignore[misc]
        for one in sorted(folder.glob("[!.]*.eml"))
    ]


def told(town: Town, account: Account) -> list[EmailMessage]:
    """What reached one person."""
    return [one for one in mails(town) if one["To"] == account.email]


def stop_address(message: EmailMessage) -> str:
    """Path and query of the address in its header."""
    found = re.fullmatch(r"<http://[^/]+(/\S+)>", message["List-Unsubscribe"])
    assert found, message["List-Unsubscribe"]
    assert found[1] in message.get_content(), "the same in the text"
    return found[1]


async def choose(session: AsyncSession, account: Account, **rhythms: Rhythm) -> None:
    """Choose rhythms by the names of their kinds."""
    wanted = {Kind(name): rhythm for name, rhythm in rhythms.items()}
    await notices.set_rhythms(session, account.id, wanted, now=NOON)


async def make_supporter(
    session: AsyncSession, idea: Idea, rhythm: Rhythm | None = None, **made: Any
) -> Account:
    """Somebody who supports an idea, and wants to be told of it in a rhythm."""
    account = await make_account(session, verified=True, **made)
    await service.support_idea(session, actor_of(account, verified=True), idea.id, now=NOON)
    if rhythm is not None:
        await choose(session, account, supported=rhythm)
    return account


async def make_case(session: AsyncSession, cycle: Cycle, **idea: Any) -> tuple[Idea, Account, Actor]:
    """An idea that was sent, its author, and an official who may judge it."""
    author = await make_account(session, verified=True, name="Ana Autor")
    made = await make_idea(session, cycle=cycle, author=author, **idea)
    judge = actor_of(await make_reviewer(session), roles=[Role.REVIEWER])
    return made, author, judge


async def make_crowd(session: AsyncSession, idea: Idea, count: int) -> Sequence[uuid.UUID]:
    """So many supporters, put in by SQL: what they did is not what is tested."""
    like = await make_account(session)
    columns = [column.key for column in Account.__table__.columns]
    ids = sorted(uuid.uuid4() for _ in range(count))
    kept = {name: getattr(like, name) for name in columns}
    accounts = [
        {
            **kept,
            "id": one,
            "email": f"s{place}@example.ro",
            "email_key": f"s{place}@example.ro",
            "desk_code": f"X{place:07d}",
        }
        for place, one in enumerate(ids)
    ]
    for start in range(0, count, 500):
        await session.execute(insert(Account), accounts[start : start + 500])
        rows = [{"idea_id": idea.id, "account_id": one, "at": NOON} for one in ids[start : start + 500]]
        await session.execute(insert(Support), rows)
    idea.support_count += count
    await session.flush()
    return ids


def somebody() -> Account:
    """A person without a database."""
    return Account(id=uuid.UUID(int=7), name="Cineva", email="cineva@example.ro", locale="ro")
