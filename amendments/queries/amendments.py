"""Reading amendments: registers, drafts, where they stand on a version, conflicts, answers."""

import uuid
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.errors import AmendmentNotFound
from amendments.models import (
    Act,
    ActVersion,
    AmendmentAnchor,
    AmendmentConflict,
    AmendmentEvent,
    AmendmentPlace,
    AmendmentRow,
    AmendmentSupport,
    Answer,
    CorrectionRow,
    PreparedAnswer,
    RulingRow,
)
from amendments.queries.acts import read_version
from amendments.queries.returned import as_sent, operations_sent
from amendments.states import INTO_TEXT, UNANSWERED, ActState, AmendmentState
from amendments.text.operations import Amendment, Operation
from amendments.text.places import marks_near
from amendments.text.weaving import Ruling

GONE = (AmendmentState.WITHDRAWN.value, AmendmentState.INADMISSIBLE.value, AmendmentState.DRAFT.value)
CARRIED = ("same", "shifted")  # fates in which operations go on by themselves
MANY_PLACES = 5_000  # more than that are not asked for one by one: whole chapters go


@lru_cache(maxsize=8_192)  # what was registered never changes, and is read with every page of its act
def read_operations(raw: bytes) -> tuple[Operation, ...]:
    """Operations as they are stored."""
    return msgspec.json.decode(raw, type=tuple[Operation, ...])


def write_operations(operations: Sequence[Operation]) -> bytes:
    """And the other way round."""
    return msgspec.json.encode(operations)


def as_amendment(row: AmendmentRow, operations: bytes | None = None, *, kind: str = "proposal") -> Amendment:
    """The engine's view of a registered amendment, perhaps with its operations on another version."""
    return Amendment(
        id=str(row.id),
        rank=row.rank or 0,
        operations=read_operations(bytes(operations or row.operations)),
        separable=row.separable,
        kind=kind,
    )


# ── one, and lists ────────────────────────────────────────────────────────────
async def get_amendment(
    session: AsyncSession, amendment_id: uuid.UUID, *, lock: bool = False
) -> AmendmentRow:
    """Raises: AmendmentNotFound. The lock of its act is taken before that of an amendment."""
    query = (
        select(AmendmentRow).where(AmendmentRow.id == amendment_id).execution_options(populate_existing=True)
    )
    found = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if found is None:
        raise AmendmentNotFound()
    return found


async def list_amendments(
    session: AsyncSession,
    act_id: uuid.UUID,
    *,
    states: Sequence[AmendmentState] = (),
    author_kinds: Sequence[str] = (),
    author_id: uuid.UUID | None = None,
    ids: Collection[uuid.UUID] | None = None,
) -> Sequence[AmendmentRow]:
    """The registered ones in the order of the register, those of some states, kinds of authors, one author,
    or named.
    """
    query = select(AmendmentRow).where(AmendmentRow.act_id == act_id, AmendmentRow.rank.is_not(None))
    if states:
        query = query.where(AmendmentRow.state.in_([state.value for state in states]))
    if author_kinds:
        query = query.where(AmendmentRow.author_kind.in_(author_kinds))
    if author_id is not None:
        query = query.where(AmendmentRow.author_id == author_id)
    if ids is not None:
        query = query.where(AmendmentRow.id.in_(ids))
    return (await session.execute(query.order_by(AmendmentRow.rank))).scalars().all()


async def list_registered(
    session: AsyncSession, act_id: uuid.UUID, *, ids: Collection[uuid.UUID] | None = None
) -> list[AmendmentRow]:
    """The amendments of an act in the order of the register, as the public knows them: to be read only."""
    return [as_sent(row) for row in await list_amendments(session, act_id, ids=ids)]


async def list_drafts(
    session: AsyncSession, act_id: uuid.UUID, author_id: uuid.UUID
) -> Sequence[AmendmentRow]:
    """What somebody has begun and not submitted, the newest first."""
    query = (
        select(AmendmentRow)
        .where(
            AmendmentRow.act_id == act_id,
            AmendmentRow.author_id == author_id,
            AmendmentRow.state == AmendmentState.DRAFT.value,
        )
        .order_by(AmendmentRow.updated_at.desc())
    )
    return (await session.execute(query)).scalars().all()


async def count_drafts(session: AsyncSession, act_id: uuid.UUID, author_id: uuid.UUID) -> int:
    """How many of them there are."""
    return len(await list_drafts(session, act_id, author_id))


async def count_waiting(session: AsyncSession, act_id: uuid.UUID, accounts: Collection[uuid.UUID]) -> int:
    """How many registered amendments of these accounts wait for an answer."""
    query = select(func.count()).where(
        AmendmentRow.act_id == act_id,
        AmendmentRow.author_id.in_(accounts),
        AmendmentRow.state.in_([one.value for one in UNANSWERED]),
    )
    return (await session.execute(query)).scalar_one()


async def list_returned(session: AsyncSession) -> Sequence[AmendmentRow]:
    """Those that are with their authors to be completed, of acts whose amendments are being answered."""
    query = (
        select(AmendmentRow)
        .join(Act, Act.id == AmendmentRow.act_id)
        .where(
            AmendmentRow.state == AmendmentState.RETURNED.value,
            Act.state.in_([ActState.DEBATE.value, ActState.CLOSED.value]),
        )
        .order_by(AmendmentRow.id)
    )
    return (await session.execute(query)).scalars().all()


async def list_authors(session: AsyncSession, act_id: uuid.UUID) -> set[uuid.UUID]:
    """Whose amendments are in an act's register, and neither withdrawn nor inadmissible."""
    query = select(AmendmentRow.author_id).where(
        AmendmentRow.act_id == act_id, AmendmentRow.state.not_in(GONE)
    )
    return set((await session.execute(query)).scalars())


async def last_rank(session: AsyncSession, act_id: uuid.UUID) -> int:
    """The last place given in the act's register."""
    query = select(func.max(AmendmentRow.rank)).where(AmendmentRow.act_id == act_id)
    return (await session.execute(query)).scalar_one() or 0


async def count_registered(session: AsyncSession) -> dict[object, int]:
    """How many amendments each act has in its register."""
    query = (
        select(AmendmentRow.act_id, func.count())
        .where(AmendmentRow.rank.is_not(None))
        .group_by(AmendmentRow.act_id)
    )
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


async def count_unanswered(session: AsyncSession, act_id: uuid.UUID) -> int:
    """How many registered amendments wait for an answer, those returned to their authors among them."""
    query = (
        select(func.count())
        .select_from(AmendmentRow)
        .where(AmendmentRow.act_id == act_id, AmendmentRow.state.in_([one.value for one in UNANSWERED]))
    )
    return (await session.execute(query)).scalar_one()


# ── on a version ──────────────────────────────────────────────────────────────
_BARE = (
    AmendmentRow.id,
    AmendmentRow.rank,
    AmendmentRow.operations,
    AmendmentRow.separable,
    AmendmentRow.sent,
)


async def list_standing(session: AsyncSession, version: ActVersion) -> list[tuple[AmendmentRow, Amendment]]:
    """Every registered amendment that means something on a version: written against it, or carried to it; one
    that was returned as it was sent.
    """
    found = []
    for anchored, row in (await session.execute(_standing(version, AmendmentRow))).all():
        written = anchored if row.sent is None else operations_sent(bytes(row.sent), version.id)
        if row.sent is None or written is not None:
            found.append((row, as_amendment(as_sent(row), written)))
    return found


async def map_standing(session: AsyncSession, version: ActVersion) -> dict[uuid.UUID, Amendment]:
    """The same without who proposes them and why: for pages that count a thousand and show a few."""
    return await _read_standing(session, version, _standing(version, *_BARE))


async def find_standing(
    session: AsyncSession, version: ActVersion, amendment_id: uuid.UUID
) -> Amendment | None:
    """An amendment on a version, if it means something there."""
    query = _standing(version, *_BARE).where(AmendmentRow.id == amendment_id)
    return (await _read_standing(session, version, query)).get(amendment_id)


async def map_near(
    session: AsyncSession, version: ActVersion, amendment: Amendment
) -> dict[uuid.UUID, Amendment]:
    """Whatever stands on a version and may be in conflict with an amendment, by the places that are kept."""
    marks = sorted(marks_near(read_version(version), amendment))
    if len(marks) > MANY_PLACES:
        return await map_standing(session, version)
    query = select(AmendmentPlace.amendment_id).where(
        AmendmentPlace.version_id == version.id, AmendmentPlace.mark.in_(marks)
    )
    ids = set((await session.execute(query)).scalars())
    return await _read_standing(session, version, _standing(version, *_BARE).where(AmendmentRow.id.in_(ids)))


async def _read_standing(
    session: AsyncSession, version: ActVersion, query: Select[Any]
) -> dict[uuid.UUID, Amendment]:
    """One that was returned stands as it was sent, whatever its author writes meanwhile."""
    found = {}
    for anchored, id, rank, own, separable, sent in (await session.execute(query)).all():
        written = bytes(anchored or own) if sent is None else operations_sent(bytes(sent), version.id)
        if written is not None:
            operations = read_operations(written)
            found[id] = Amendment(id=str(id), rank=rank or 0, operations=operations, separable=separable)
    return found


def _standing(version: ActVersion, *columns: Any) -> Select[Any]:
    """Those that stand on a version: their operations there, where they were carried to it, and columns."""
    anchored = (
        select(AmendmentAnchor.amendment_id, AmendmentAnchor.operations)
        .where(AmendmentAnchor.version_id == version.id, AmendmentAnchor.fate.in_(CARRIED))
        .subquery()
    )
    return (
        select(anchored.c.operations, *columns)
        .select_from(AmendmentRow)
        .outerjoin(anchored, anchored.c.amendment_id == AmendmentRow.id)
        .where(
            AmendmentRow.act_id == version.act_id,
            AmendmentRow.state.not_in(GONE),
            or_(AmendmentRow.version_id == version.id, anchored.c.amendment_id.is_not(None)),
        )
        .order_by(AmendmentRow.rank)
    )


async def find_anchor(
    session: AsyncSession, amendment_id: uuid.UUID, version_id: uuid.UUID
) -> AmendmentAnchor | None:
    """What became of an amendment on a later version."""
    return await session.get(AmendmentAnchor, (amendment_id, version_id))


async def list_conflicts(
    session: AsyncSession, version_id: uuid.UUID, of: Collection[uuid.UUID] | None = None
) -> Sequence[AmendmentConflict]:
    """The conflicts on a version, of all amendments or of some."""
    query = select(AmendmentConflict).where(AmendmentConflict.version_id == version_id)
    if of is not None:
        query = query.where(or_(AmendmentConflict.first_id.in_(of), AmendmentConflict.second_id.in_(of)))
    query = query.order_by(AmendmentConflict.first_id, AmendmentConflict.second_id)
    return (await session.execute(query)).scalars().all()


async def list_amendment_events(session: AsyncSession, amendment_id: uuid.UUID) -> Sequence[AmendmentEvent]:
    """Its timeline, oldest first."""
    query = (
        select(AmendmentEvent)
        .where(AmendmentEvent.amendment_id == amendment_id)
        .order_by(AmendmentEvent.position)
    )
    return (await session.execute(query)).scalars().all()


# ── who stands behind, and answers ────────────────────────────────────────────
async def find_support(
    session: AsyncSession, amendment_id: uuid.UUID, account_id: uuid.UUID
) -> AmendmentSupport | None:
    """Whether and how somebody stands behind an amendment."""
    return await session.get(AmendmentSupport, (amendment_id, account_id))


async def list_cosigners(session: AsyncSession, amendment_id: uuid.UUID) -> Sequence[str]:
    """Their names, in the order in which they signed."""
    query = (
        select(AmendmentSupport.name)
        .where(AmendmentSupport.amendment_id == amendment_id, AmendmentSupport.is_cosigner)
        .order_by(AmendmentSupport.at, AmendmentSupport.account_id)
    )
    return (await session.execute(query)).scalars().all()


async def list_answers(session: AsyncSession, amendment_id: uuid.UUID) -> Sequence[Answer]:
    """Every answer that an amendment was given, the first one first; the last holds."""
    query = select(Answer).where(Answer.amendment_id == amendment_id).order_by(Answer.position)
    return (await session.execute(query)).scalars().all()


async def last_answers(session: AsyncSession, act_id: uuid.UUID) -> dict[uuid.UUID, Answer]:
    """The answer that holds of each amendment of an act that has one."""
    newest = (
        select(Answer.amendment_id, func.max(Answer.position).label("position"))
        .join(AmendmentRow, AmendmentRow.id == Answer.amendment_id)
        .where(AmendmentRow.act_id == act_id)
        .group_by(Answer.amendment_id)
        .subquery()
    )
    query = select(Answer).join(
        newest,
        (newest.c.amendment_id == Answer.amendment_id) & (newest.c.position == Answer.position),
    )
    return {answer.amendment_id: answer for answer in (await session.execute(query)).scalars()}


async def find_prepared(session: AsyncSession, amendment_id: uuid.UUID) -> PreparedAnswer | None:
    """What the department proposes to answer."""
    query = select(PreparedAnswer).where(PreparedAnswer.amendment_id == amendment_id)
    found = await session.execute(query.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def map_prepared(session: AsyncSession, act_id: uuid.UUID) -> dict[uuid.UUID, PreparedAnswer]:
    """What the department proposes to answer to each amendment of an act, in the order of the register."""
    query = (
        select(PreparedAnswer)
        .join(AmendmentRow, AmendmentRow.id == PreparedAnswer.amendment_id)
        .where(AmendmentRow.act_id == act_id)
        .order_by(AmendmentRow.rank)
    )
    return {one.amendment_id: one for one in (await session.execute(query)).scalars()}


async def list_in_text(session: AsyncSession, act_id: uuid.UUID) -> list[AmendmentRow]:
    """The amendments that are taken into the text by the answers that hold, in the order of the register."""
    answers = await last_answers(session, act_id)
    rows = await list_amendments(session, act_id, states=[AmendmentState.ANSWERED])
    return [row for row in rows if row.id in answers and answers[row.id].outcome in INTO_TEXT]


async def list_rulings(session: AsyncSession, version_id: uuid.UUID) -> list[Ruling]:
    """The rulings that hold on a version: of each place the newest."""
    query = select(RulingRow.ruling).where(RulingRow.version_id == version_id).order_by(RulingRow.position)
    rulings = [msgspec.json.decode(raw, type=Ruling) for raw in (await session.execute(query)).scalars()]
    return list({(one.unit, one.gap, one.after): one for one in rulings}.values())


async def list_corrections(session: AsyncSession, version_id: uuid.UUID) -> Sequence[CorrectionRow]:
    """The corrections of the wording of a version, as they stand now."""
    query = select(CorrectionRow).where(CorrectionRow.version_id == version_id).order_by(CorrectionRow.at)
    return (await session.execute(query)).scalars().all()
