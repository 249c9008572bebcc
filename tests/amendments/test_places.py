"""A new amendment is compared with its neighbours alone, and that finds what comparing it with all would."""

import importlib
import itertools

import msgspec
from hypothesis import given
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act, ActVersion, AmendmentRow
from amendments.service import AmendmentDraft
from amendments.service.comparing import keep_conflicts
from amendments.states import Outcome
from amendments.text.conflicts import judge
from amendments.text.index import ConflictIndex
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    Splice,
)
from amendments.text.places import marks_near, marks_of, near, places_of
from amendments.text.units import NewUnit, Version
from tests.amendments.conftest import SOME
from tests.make.acts import AFTER, NOON, REASON, answer, edit, make_person, propose
from tests.make.legal import debates

Debate = tuple[Version, list[Amendment]]


@SOME
@given(debate=debates(most=8))
def test_whatever_conflicts_lies_near(debate: Debate) -> None:
    version, amendments = debate
    for one, other in itertools.permutations(amendments, 2):
        for p, q in itertools.product(one.operations, other.operations):
            if judge(version, p, q):
                assert set(places_of(q)) & set(near(version, p))
    index = ConflictIndex(version, amendments)
    for one in amendments:
        around = marks_near(version, one)
        neighbours = [other for other in amendments if marks_of(other.operations) & around]
        assert ConflictIndex(version, neighbours).conflicts_with(one) == index.conflicts_of(one.id)


@SOME
@given(debate=debates(most=8))
def test_the_migration_marked_what_was_there_as_it_is_marked_now(debate: Debate) -> None:
    migration = importlib.import_module("app.migrations.versions.0044_places")
    for one in debate[1]:
        written = msgspec.json.decode(queries.write_operations(one.operations))
        assert migration.marks(written) == marks_of(one.operations)


async def check_same(session: AsyncSession, act: Act) -> ActVersion:
    """Everything that stands finds by its places what it finds among all; that is what is written down."""
    version = await queries.last_version(session, act.id)
    standing = await queries.map_standing(session, version)
    index = ConflictIndex(queries.read_version(version), standing.values())
    for one in standing.values():
        close = ConflictIndex(
            queries.read_version(version), (await queries.map_near(session, version, one)).values()
        )
        assert close.conflicts_with(one) == index.conflicts_of(one.id)
    kept = await queries.list_conflicts(session, version.id)
    assert {(str(one.first_id), str(one.second_id)) for one in kept} == {
        one.pair for one in index.conflicts()
    }
    return version


NEW = NewUnit(id="n", type="alin", text="Plata se face lunar.")
EVERY_KIND: tuple[tuple[Operation, ...], ...] = (
    edit("a1", "Tariful este de 8 lei pe oră."),
    edit("a1", "Tariful este de 9 lei pe oră, fără TVA."),
    (ReplaceUnit(unit="a2-1", new=msgspec.structs.replace(NEW, id="n1")),),
    edit("a2-1", "Abonamentul lunar costă 200 de lei."),
    (DeleteUnit(unit="a2"),),
    (InsertUnit(parent="a2", after="a2-1", new=msgspec.structs.replace(NEW, id="n2")),),
    (InsertUnit(parent="a2", after="a2-1", new=NEW),),
    (MoveUnit(unit="a2-2", parent="a2"),),
    (MoveUnit(unit="a2", parent="act"),),
    (Splice(unit="a3", start=0, end=0, new="Articol final. "), DeleteUnit(unit="a2-2")),
    (RejectAct(),),
)


async def test_what_is_kept_is_the_same_through_the_life_of_amendments(
    session: AsyncSession, act: Act, clerk: Actor, councillor: Actor
) -> None:
    people = [await make_person(session, name=f"Omul {n}") for n in range(len(EVERY_KIND))]
    rows: list[AmendmentRow] = []
    for person, operations in zip(people, EVERY_KIND, strict=True):
        rows.append(await propose(session, person, act, operations))
        await check_same(session, act)
    await service.withdraw_amendment(session, people[0], rows[0].id, now=NOON)
    await service.refuse_amendment(
        session, clerk, rows[4].id, reason="Nu ține de obiectul hotărârii.", now=NOON
    )
    await check_same(session, act)
    await service.readmit_amendment(
        session, clerk, rows[4].id, reason="A fost o greșeală a noastră.", now=NOON
    )
    await check_same(session, act)
    reason = "Lipsește ce ar costa, vă rugăm."
    await service.return_amendment(session, clerk, rows[1].id, reason=reason, now=NOON)
    draft = AmendmentDraft(operations=edit("a3", "Se publică pe site și la sediu."), reason=REASON)
    await service.save_amendment(session, people[1], rows[1].id, draft, now=NOON)
    late = await propose(session, people[0], act, edit("a3", "Se publică pe site, lunar."))
    await service.submit_amendment(session, people[1], rows[1].id, now=NOON)
    await check_same(session, act)
    await service.close_debate(session, clerk, act.id, now=AFTER)
    for row in (*rows[1:], late):
        await answer(session, councillor, row, Outcome.DEFERRED)
    version = await service.consolidate_act(
        session, clerk, act.id, proposals_until=AFTER.date().replace(day=26), now=AFTER
    )
    assert await check_same(session, act) == version
    assert len(await queries.list_conflicts(session, version.id)) > 10
    await propose(session, people[2], act, edit("a1", "Tariful este de 7 lei pe oră."), now=AFTER)
    await check_same(session, act)


async def test_what_does_not_stand_is_compared_with_nothing(
    session: AsyncSession, act: Act, author: Actor
) -> None:
    draft = AmendmentDraft(operations=EVERY_KIND[0], reason=REASON)
    row = await service.begin_amendment(session, author, act.id, draft, now=NOON)
    version = await queries.last_version(session, act.id)
    assert await keep_conflicts(session, version, row) == []
    assert await queries.find_standing(session, version, row.id) is None
