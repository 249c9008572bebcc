"""Questions of field consultations for tests: asked and answered by the services themselves."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Residence
from accounts.policy import Actor
from accounts.states import Role
from app.kit.db import new_id
from consultations import service
from consultations.models import Consultation, Host, Question
from consultations.rules.questions import AnswerKind, How
from consultations.service import Reply, Spoken
from tests.make.accounts import actor_of, make_account
from tests.make.consultations import MORNING, make_consultation, make_host, make_organizer

WORDS = "Când se repară trotuarul de pe Strada Zețarilor?"
SAID = "Lucrarea este în planul anului viitor, în trimestrul al doilea."


async def make_resident(session: AsyncSession, *, name: str = "Ana Popescu") -> Actor:
    """A resident whose residence is verified."""
    account = await make_account(session, name=name, verified=True, now=MORNING)
    return actor_of(account, verified=True)


async def make_second_account(session: AsyncSession, of: Actor) -> Actor:
    """Another account of the same person: verified there once, and withdrawn since."""
    account = await make_account(session, name=of.name, now=MORNING)
    found = await session.execute(Residence.__table__.select().where(Residence.account_id == of.id))
    one = found.mappings().one()
    session.add(
        Residence(
            account_id=account.id,
            identity_hash=one["identity_hash"],
            birth_year=one["birth_year"],
            area=one["area"],
            method=one["method"],
            verified_at=MORNING,
            verified_by=one["verified_by"],
            withdrawn_at=MORNING,
        )
    )
    await session.flush()
    return actor_of(account, verified=True)


async def make_official(session: AsyncSession, organizer: Actor) -> tuple[Actor, Host]:
    """A councillor with an account, who holds consultations."""
    account = await make_account(session, name="Cristina Popa", roles=[Role.COUNCILLOR], now=MORNING)
    host = await make_host(session, organizer, account=account)
    return actor_of(account, roles=[Role.COUNCILLOR]), host


async def make_held(session: AsyncSession, **given: Any) -> tuple[Actor, Actor, Consultation]:
    """(organizer, official, consultation) with an official who has an account."""
    organizer = await make_organizer(session)
    official, host = await make_official(session, organizer)
    return organizer, official, await make_consultation(session, organizer, host=host, **given)


async def ask(
    session: AsyncSession,
    actor: Actor,
    row: Consultation,
    text: str = WORDS,
    *,
    now: datetime = MORNING,
) -> Question:
    """A question asked on the site."""
    return await service.ask(session, actor, row.id, text, form_id=new_id(), now=now)


async def write_down(
    session: AsyncSession, actor: Actor, row: Consultation, *, now: datetime = MORNING, **given: Any
) -> Question:
    """A question that somebody asked on paper."""
    facts: dict[str, Any] = {"text": "De ce nu trece autobuzul duminica?", "how": How.PAPER}
    return await service.take_down(session, actor, row.id, Spoken(**facts | given), form_id=new_id(), now=now)


def make_reply(kind: AnswerKind = AnswerKind.WRITTEN, **given: Any) -> Reply:
    """An answer."""
    return Reply(**{"kind": kind, "text": SAID} | given)
