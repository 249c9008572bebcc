"""Acts in debate and amendments for tests: plain functions with keyword defaults."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from amendments import queries, service
from amendments.models import Act, AmendmentRow, Answer
from amendments.queries.followed import ActTopics, act_topic
from amendments.service import ActDraft, AmendmentDraft, AnswerDraft
from amendments.states import Outcome
from amendments.text.derive import derive_splices
from amendments.text.operations import Operation
from amendments.text.units import Unit, Version
from app.kit.storage import FileStorage
from notices import service as notices
from notices.models import NoticeEvent
from notices.queries import tell_by
from tests.make.accounts import NOON, actor_of, make_account

DAY = timedelta(days=1)
UNTIL = date(2027, 3, 15)  # the debate of `make_act` is announced on 1 March
AFTER = datetime(2027, 3, 16, 10, 0, tzinfo=NOON.tzinfo)
TO_COUNCIL = datetime(2027, 4, 13, 10, 0, tzinfo=NOON.tzinfo)  # thirty working days have passed
REASON = "Tariful este prea mare pentru cei care locuiesc aici."

PARKING = Version(
    [
        Unit(id="act", type="act"),
        Unit(id="t", type="title", parent="act", text="Hotărâre privind parcarea"),
        Unit(id="a1", type="article", parent="act", label="1", text="Tariful este de 10 lei pe oră."),
        Unit(id="a2", type="article", parent="act", label="2", text="Se aprobă regulamentul din anexă."),
        Unit(id="a2-1", type="alin", parent="a2", label="1", text="Abonamentul lunar costă 300 de lei."),
        Unit(id="a2-2", type="alin", parent="a2", label="2", text="Persoanele cu dizabilități nu plătesc."),
        Unit(id="a3", type="article", parent="act", label="3", text="Hotărârea se publică pe site."),
    ]
)


async def make_clerk(session: AsyncSession, *, name: str = "Dana Secretaru") -> Actor:
    """Somebody of the council's secretariat."""
    account = await make_account(session, name=name, roles=[Role.SECRETARIAT])
    return actor_of(account, roles=[Role.SECRETARIAT])


async def make_councillor(session: AsyncSession, *, name: str = "Victor Consilieru") -> Actor:
    """A councillor, signed in with the second factor."""
    account = await make_account(session, name=name, roles=[Role.COUNCILLOR])
    return actor_of(account, roles=[Role.COUNCILLOR])


async def make_initiator(session: AsyncSession, *, name: str = "Ion Primaru") -> Actor:
    """Who proposed the decision, signed in with the second factor."""
    account = await make_account(session, name=name, roles=[Role.INITIATOR])
    return actor_of(account, roles=[Role.INITIATOR])


async def make_department(session: AsyncSession, *, name: str = "Sorina Directoru") -> Actor:
    """Somebody of the department that prepares answers."""
    account = await make_account(session, name=name, roles=[Role.DEPARTMENT])
    return actor_of(account, roles=[Role.DEPARTMENT])


async def make_person(session: AsyncSession, *, name: str = "Ana Popescu") -> Actor:
    """Anybody with an account: proposing asks for no more."""
    return actor_of(await make_account(session, name=name))


async def make_act(
    session: AsyncSession,
    clerk: Actor,
    folder: Path,
    *,
    text: Version = PARKING,
    announced: bool = True,
    until: date = UNTIL,
) -> Act:
    """An act with a paper; announced, its debate runs until that day."""
    draft = ActDraft(
        title="Hotărâre privind tarifele de parcare",
        summary="Cât costă parcarea.",
        initiator="Ion Primaru, primar",
        department="Direcția Trafic",
        officer="Elena Relații",
        contact="Bd. Regina Elisabeta 29",
    )
    act = await service.create_act(session, clerk, draft, text, now=NOON)
    await service.add_paper(
        session,
        FileStorage(folder),
        clerk,
        act.id,
        title="Referat de aprobare",
        content=b"%PDF-1.7 ...",
        media_type="application/pdf",
        suffix=".pdf",
        now=NOON,
    )
    if announced:
        await service.announce_act(session, clerk, act.id, proposals_until=until, now=NOON)
    return act


def edit(unit: str, edited: str, *, text: Version = PARKING) -> tuple[Operation, ...]:
    """What somebody changed in a textarea, as operations."""
    return derive_splices(text[unit], edited)


async def propose(
    session: AsyncSession,
    author: Actor,
    act: Act,
    operations: Sequence[Operation],
    *,
    separable: bool = False,
    now: datetime = NOON,
) -> AmendmentRow:
    """A registered amendment."""
    draft = AmendmentDraft(operations=tuple(operations), reason=REASON, separable=separable)
    row = await service.begin_amendment(session, author, act.id, draft, now=now)
    return await service.submit_amendment(session, author, row.id, now=now)


async def follow(session: AsyncSession, person: Actor, act: Act, *, wanted: bool = True) -> None:
    """Somebody follows an act, or no longer."""
    tell_by("act", ActTopics())  # as app/wiring.py does
    await notices.follow(session, person, act_topic(act.id), wanted=wanted, now=NOON)


async def list_steps_told(session: AsyncSession) -> list[str]:
    """The steps of acts that are told to who follows them, in their order."""
    await session.flush()
    query = select(NoticeEvent.facts).where(NoticeEvent.kind == "acts").order_by(NoticeEvent.id)
    return [json.loads(facts)["step"] for facts in (await session.execute(query)).scalars()]


async def answer(
    session: AsyncSession,
    councillor: Actor,
    row: AmendmentRow,
    outcome: Outcome,
    operations: Sequence[Operation] = (),
    *,
    now: datetime = AFTER,
) -> Answer:
    """An answer, the next one of the amendment."""
    draft = AnswerDraft(
        outcome=outcome,
        reason="" if outcome is Outcome.ACCEPTED else "Bugetul pe anul acesta nu permite altfel.",
        operations=tuple(operations),
        function="consilier local",
        seen=len(await queries.list_answers(session, row.id)),
    )
    return await service.answer_amendment(session, councillor, row.id, draft, now=now)
