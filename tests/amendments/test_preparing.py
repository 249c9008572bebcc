"""The department prepares answers; whoever gives them decides, and nobody else reads them before."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from amendments import queries, service
from amendments.errors import AnswerClashes, AnswerOutdated, PreparedChanged
from amendments.models import Act, AmendmentRow, Answer
from amendments.service import AnswerDraft
from amendments.states import AmendmentState, Outcome
from app.kit import register
from app.kit.db import Database
from app.kit.errors import DomainError, Forbidden, FormErrors
from tests.amendments.test_routes import announced, proposed
from tests.conftest import FrozenClock
from tests.make.acts import (
    AFTER,
    edit,
    make_act,
    make_clerk,
    make_councillor,
    make_department,
    make_initiator,
    make_person,
    propose,
)
from tests.proposals.conftest import Town

CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
CHEAPEST = edit("a1", "Tariful este de 5 lei pe oră.")
ONLINE = edit("a3", "Hotărârea se publică pe site și la sediu.")
SECRET = "Prea scump pentru bugetul din anul acesta, spune direcția."
REJECTED = AnswerDraft(outcome=Outcome.REJECTED, reason=SECRET, function="")
ACCEPTED = AnswerDraft(outcome=Outcome.ACCEPTED, function="")


@pytest.fixture
async def department(session: AsyncSession) -> Actor:
    return await make_department(session)


@pytest.fixture
async def row(session: AsyncSession, act: Act, author: Actor) -> AmendmentRow:
    return await propose(session, author, act, CHEAPER)


async def test_what_is_prepared_is_given_in_the_name_of_who_decides(
    session: AsyncSession, act: Act, author: Actor, department: Actor, row: AmendmentRow
) -> None:
    other = await propose(session, author, act, ONLINE)
    reworded = edit("a1", "Tariful este de 9 lei pe oră.")
    changed = AnswerDraft(
        outcome=Outcome.CHANGED, reason="Nouă lei acoperă întreținerea.", operations=reworded, function=""
    )
    await service.prepare_answer(session, department, row.id, changed, revision=0, now=AFTER)
    await service.prepare_answer(session, department, other.id, ACCEPTED, revision=0, now=AFTER)
    assert [one.state for one in (row, other)] == [AmendmentState.SUBMITTED] * 2
    assert await queries.list_answers(session, row.id) == []
    initiator = await make_initiator(session)
    answers = await service.adopt_prepared(
        session, initiator, act.id, {row.id: 1, other.id: 1}, function="primar", now=AFTER
    )
    assert [(one.outcome, one.by_name, one.by_function) for one in answers] == [
        ("changed", "Ion Primaru", "primar"),
        ("accepted", "Ion Primaru", "primar"),
    ]
    assert queries.read_operations(bytes(answers[0].operations or b"")) == reworded
    assert await queries.map_prepared(session, act.id) == {}
    facts = await register.list_facts(session, subject=f"amendment:{row.id}")
    assert facts[0].facts["by"] == "Ion Primaru"
    assert department.name not in str(facts)


async def test_who_answers_otherwise_ends_what_was_prepared(
    session: AsyncSession, councillor: Actor, department: Actor, row: AmendmentRow
) -> None:
    await service.prepare_answer(session, department, row.id, REJECTED, revision=0, now=AFTER)
    draft = AnswerDraft(outcome=Outcome.ACCEPTED, function="consilier local")
    await service.answer_amendment(session, councillor, row.id, draft, now=AFTER)
    assert await queries.find_prepared(session, row.id) is None
    with pytest.raises(AnswerOutdated):
        await service.prepare_answer(session, department, row.id, REJECTED, revision=0, now=AFTER)
    again = AnswerDraft(outcome=Outcome.REJECTED, reason=SECRET, function="", seen=1)
    prepared = await service.prepare_answer(session, department, row.id, again, revision=0, now=AFTER)
    assert prepared.revision == 1, "an answer that was given may be superseded, and that prepared"


async def test_a_prepared_answer_is_given_only_as_it_was_read(
    session: AsyncSession, act: Act, councillor: Actor, department: Actor, row: AmendmentRow
) -> None:
    await service.prepare_answer(session, department, row.id, REJECTED, revision=0, now=AFTER)
    await service.prepare_answer(session, department, row.id, ACCEPTED, revision=1, now=AFTER)
    adopt = {"function": "consilier local", "now": AFTER}
    for revisions in ({row.id: 1}, {row.id: 3}):
        with pytest.raises(PreparedChanged):
            await service.adopt_prepared(session, councillor, act.id, revisions, **adopt)
    with pytest.raises(PreparedChanged):
        await service.prepare_answer(session, department, row.id, REJECTED, revision=1, now=AFTER)
    with pytest.raises(FormErrors):
        await service.adopt_prepared(session, councillor, act.id, {}, **adopt)
    with pytest.raises(Forbidden):
        await service.adopt_prepared(session, department, act.id, {row.id: 2}, **adopt)
    with pytest.raises(PreparedChanged):
        await service.drop_prepared(session, department, row.id, revision=1)
    await service.drop_prepared(session, department, row.id, revision=2)
    with pytest.raises(PreparedChanged):
        await service.adopt_prepared(session, councillor, act.id, {row.id: 2}, **adopt)


async def test_several_are_given_together_or_none_is(
    session: AsyncSession, act: Act, author: Actor, councillor: Actor, department: Actor, row: AmendmentRow
) -> None:
    against = await propose(session, author, act, CHEAPEST)
    act_id, both = act.id, {row.id: 1, against.id: 1}
    for one in both:
        await service.prepare_answer(session, department, one, ACCEPTED, revision=0, now=AFTER)
    with pytest.raises(AnswerClashes):
        await service.adopt_prepared(session, councillor, act_id, both, function="consilier", now=AFTER)
    session.expunge_all()
    assert await queries.last_answers(session, act_id) == {}
    assert set(await queries.map_prepared(session, act_id)) == set(both)


@pytest.mark.parametrize(
    ("draft", "refused"),
    [
        (AnswerDraft(outcome=Outcome.REJECTED, reason="Nu.", function=""), FormErrors),
        (AnswerDraft(outcome=Outcome.PARTLY, reason=SECRET, function=""), FormErrors),
        (AnswerDraft(outcome=Outcome.ACCEPTED, function="", seen=1), AnswerOutdated),
    ],
)
async def test_what_could_not_be_given_is_not_prepared(
    session: AsyncSession,
    department: Actor,
    row: AmendmentRow,
    draft: AnswerDraft,
    refused: type[DomainError],
) -> None:
    with pytest.raises(refused):
        await service.prepare_answer(session, department, row.id, draft, revision=0, now=AFTER)
    assert await queries.find_prepared(session, row.id) is None


# ── at once ───────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("clock")
async def test_preparing_while_somebody_answers_is_before_it_or_refused(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as session:
        act = await make_act(session, await make_clerk(session), tmp_path)
        author = await make_person(session)
        rows = [await propose(session, author, act, CHEAPER) for _ in range(6)]
        department, councillor = await make_department(session), await make_councillor(session)
    ids = [row.id for row in rows]

    async def prepare(place: int) -> object:
        try:
            async with database.write() as session:
                await service.prepare_answer(session, department, ids[place], REJECTED, revision=0, now=AFTER)
        except DomainError as refused:
            return type(refused)
        return None

    async def answer(place: int) -> Answer:
        draft = AnswerDraft(outcome=Outcome.REJECTED, reason="Bugetul nu permite altfel.", function="primar")
        async with database.write() as session:
            return await service.answer_amendment(session, councillor, ids[place], draft, now=AFTER)

    both = [one(place) for place in range(6) for one in (prepare, answer)]
    results = await asyncio.gather(*both)
    assert set(results[::2]) <= {None, AnswerOutdated}
    async with database.read() as session:
        answers = await queries.last_answers(session, act.id)
        assert {one.reason for one in answers.values()} == {"Bugetul nu permite altfel."}
        assert len(answers) == 6
        assert await queries.map_prepared(session, act.id) == {}


# ── pages ─────────────────────────────────────────────────────────────────────
async def test_it_is_read_by_who_answers_and_by_nobody_else(town: Town, clock: FrozenClock) -> None:
    act, _ = await announced(town)
    ana = await town.resident()
    old = "Tariful este de 10 lei pe oră."
    row = await proposed(town, act, ana, old, "Tariful este de 8 lei pe oră.")
    here = f"/acts/{act.id}/amendments/{row.id}"
    department = await town.officer(Role.DEPARTMENT)
    page = await department.see(f"/acts/{act.id}/answers")
    assert "Prepare an answer" in page
    form = await department.see(f"{here}/answer")
    assert "Publish the answer" not in form
    refused = await department.send(f"{here}/answer/prepare", status=422, outcome="rejected", reason="Nu.")
    assert "Say in at least 20 characters why." in refused.text
    assert "Nu.</textarea>" in refused.text
    await department.send(f"{here}/answer/prepare", outcome="rejected", reason=SECRET, revision="0")
    assert (await department.send(f"{here}/answer", status=403, outcome="rejected")).status_code == 403
    councillor, clerk = await town.officer(Role.COUNCILLOR), await town.officer(Role.SECRETARIAT)
    for sees, visitor in ((True, councillor), (True, department), (False, clerk)):
        assert (SECRET in await visitor.see(f"/acts/{act.id}/answers")) is sees
    assert SECRET in await councillor.see(f"{here}/answer")
    guest = await town.visitor()
    public = (
        "",
        "/amendments",
        "/report",
        "/act.json",
        "/amendments.csv",
        "/feed.atom",
        "/files",
        "/register",
    )
    for visitor in (guest, ana, clerk):
        for path in (here, *(f"/acts/{act.id}{path}" for path in public), "/register"):
            assert SECRET not in (await visitor.client.get(f"/en{path}")).text, path
    await ana.send(f"{here}/answer/prepare", status=403, outcome="accepted")
    await councillor.send(f"{here}/answer/prepare", status=403, outcome="accepted")
    adopt = f"/acts/{act.id}/answers/adopt"
    await clerk.send(adopt, status=403, adopt=f"{row.id}:1", function="secretar")
    nothing = await councillor.send(adopt, status=422, function="consilier local")
    assert "Choose at least one prepared answer." in nothing.text
    older = await councillor.send(adopt, status=409, adopt=f"{row.id}:7", function="consilier local")
    assert "consilier local" in older.text
    assert "is another one now" in older.text
    await councillor.send(adopt, adopt=f"{row.id}:1", function="consilier local")
    assert SECRET in await guest.see(here)


async def test_a_prepared_counter_text_fills_the_form_of_who_answers(town: Town) -> None:
    act, _ = await announced(town)
    row = await proposed(
        town, act, await town.resident(), "Tariful este de 10 lei pe oră.", "Tariful este de 8 lei pe oră."
    )
    here = f"/acts/{act.id}/amendments/{row.id}/answer"
    department = await town.officer(Role.DEPARTMENT)
    form = await department.see(here)
    field = form.split('name="text-')[1].split('"')[0]
    words = {f"text-{field}": "Tariful este de nouă lei pe oră."}
    await department.send(
        f"{here}/prepare", outcome="changed", reason="Nouă lei acoperă întreținerea.", revision="0", **words
    )
    initiator = await town.officer(Role.INITIATOR)
    page = await initiator.see(here)
    assert "Tariful este de nouă lei pe oră.</textarea>" in page
    await department.send(f"{here}/prepare", do="drop", revision="1")
    assert "nouă lei" not in await initiator.see(here)
