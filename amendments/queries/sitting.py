"""Reading the council: its roll, its sittings, the votes by name, and what became of each amendment."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.errors import SittingNotFound
from amendments.models import (
    ActVersion,
    AmendmentRow,
    Councillor,
    CouncilOrder,
    CouncilVote,
    Sitting,
    TakeOver,
)
from amendments.queries.acts import get_version, list_versions, read_version
from amendments.queries.amendments import last_answers, list_standing
from amendments.rules.majority import Choice
from amendments.rules.voting_order import Fate, Motion, Order, OrderPolicy, fates, felled_by, voting_order
from amendments.states import AmendmentState, Outcome, SittingState
from amendments.text.index import ConflictIndex
from amendments.text.operations import Amendment, same_key
from amendments.text.reach import reach


class CouncilStanding(msgspec.Struct, frozen=True):
    """An amendment before the council: who stands for it and why, what became of it, and by which number."""

    councillor: str
    reason: str
    fate: Fate
    felled_by: str


class Member(msgspec.Struct, frozen=True):
    """Somebody on the roll of a sitting, as it was that day."""

    id: str
    name: str


# ── the council ───────────────────────────────────────────────────────────────
async def find_order(session: AsyncSession) -> CouncilOrder | None:
    """The order of voting that the council has set; None when it has set none."""
    query = select(CouncilOrder).order_by(CouncilOrder.position.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def get_order_policy(session: AsyncSession) -> OrderPolicy:
    """In which order the council votes; the furthest-reaching first while it has set none."""
    order = await find_order(session)
    return OrderPolicy(order.policy) if order else OrderPolicy.FAR_REACHING


async def list_councillors(session: AsyncSession, *, on: date | None = None) -> Sequence[Councillor]:
    """Everybody who is or was on the roll, by name; with `on`, those in office on that day."""
    query = select(Councillor).order_by(Councillor.name, Councillor.id)
    if on is not None:
        query = query.where(
            Councillor.since_on <= on, or_(Councillor.until_on.is_(None), Councillor.until_on >= on)
        )
    return (await session.execute(query)).scalars().all()


async def find_councillor(session: AsyncSession, account_id: uuid.UUID, *, on: date) -> Councillor | None:
    """The councillor in office on a day whose account this is."""
    return next((one for one in await list_councillors(session, on=on) if one.account_id == account_id), None)


# ── sittings ──────────────────────────────────────────────────────────────────
async def list_sittings(session: AsyncSession, act_id: uuid.UUID) -> Sequence[Sitting]:
    """The sittings of an act, in their order."""
    query = select(Sitting).where(Sitting.act_id == act_id).order_by(Sitting.position)
    return (await session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def find_sitting(session: AsyncSession, act_id: uuid.UUID) -> Sitting | None:
    """The sitting that is called, in its vote, or was held; not one that was cancelled."""
    sittings = await list_sittings(session, act_id)
    return next((one for one in reversed(sittings) if one.state != SittingState.CANCELLED), None)


async def get_sitting(session: AsyncSession, act_id: uuid.UUID) -> Sitting:
    """As `find_sitting`. Raises: SittingNotFound."""
    found = await find_sitting(session, act_id)
    if found is None:
        raise SittingNotFound()
    return found


async def last_decision_number(session: AsyncSession, year: int) -> int:
    """The highest number of a decision of that year."""
    query = select(func.max(Sitting.decision_number)).where(Sitting.decision_year == year)
    return (await session.execute(query)).scalar_one() or 0


def read_roll(sitting: Sitting) -> tuple[Member, ...]:
    """Who was in office; nobody before the vote began."""
    return msgspec.json.decode(sitting.roll, type=tuple[Member, ...]) if sitting.roll else ()


def read_present(sitting: Sitting) -> frozenset[str]:
    """The ids of those who were there."""
    return msgspec.json.decode(sitting.present, type=frozenset[str]) if sitting.present else frozenset()


def read_order(sitting: Sitting) -> Order | None:
    """The order of voting as the vote began; nothing before."""
    return msgspec.json.decode(sitting.voting_order, type=Order) if sitting.voting_order else None


def read_choices(vote: CouncilVote) -> dict[str, Choice]:
    """What each councillor did."""
    return msgspec.json.decode(vote.choices, type=dict[str, Choice])


# ── what is voted, and what became of it ──────────────────────────────────────
async def list_take_overs(session: AsyncSession, act_id: uuid.UUID) -> dict[uuid.UUID, TakeOver]:
    """The amendments of an act that councillors stand for, each with the entry that holds."""
    query = (
        select(TakeOver)
        .join(AmendmentRow, AmendmentRow.id == TakeOver.amendment_id)
        .where(AmendmentRow.act_id == act_id)
        .order_by(TakeOver.position)
    )
    last = {one.amendment_id: one for one in (await session.execute(query)).scalars()}
    return {id: one for id, one in last.items() if one.stands}


async def count_take_overs(session: AsyncSession, amendment_id: uuid.UUID) -> int:
    """How many entries an amendment has."""
    query = select(func.count()).where(TakeOver.amendment_id == amendment_id)
    return (await session.execute(query)).scalar_one()


async def list_motions(session: AsyncSession, version: ActVersion) -> list[tuple[AmendmentRow, Amendment]]:
    """The amendments that the council votes on, on the text before it, in the order of the register."""
    taken = await list_take_overs(session, version.act_id)
    return [
        (row, one)
        for row, one in await list_standing(session, version)
        if row.state == AmendmentState.TABLED or row.id in taken
    ]


async def make_order(session: AsyncSession, sitting: Sitting) -> Order:
    """The order of voting as it stands now, by the policy of the sitting."""
    version = await get_version(session, sitting.version_id)
    text = read_version(version)
    amendments = [one for _, one in await list_motions(session, version)]
    clashes = [one.pair for one in ConflictIndex(text, amendments).conflicts() if one.grade == "hard"]
    motions = []
    for one in amendments:
        measured = reach(text, one)
        motions.append(
            Motion(
                id=one.id,
                rank=one.rank,
                place=measured.place,
                rejects=measured.rejects,
                takes_out=measured.takes_out,
                rewrites=measured.rewrites,
                distance=measured.distance,
                figure=measured.figure,
                content=b"\n".join(sorted(map(same_key, one.operations))),
            )
        )
    return voting_order(motions, clashes, OrderPolicy(sitting.policy))


async def list_votes(session: AsyncSession, sitting_id: uuid.UUID) -> Sequence[CouncilVote]:
    """Every record of a sitting, in the order in which they were made; the last of each motion holds."""
    query = (
        select(CouncilVote)
        .where(CouncilVote.sitting_id == sitting_id)
        .order_by(CouncilVote.at, CouncilVote.position, CouncilVote.id)
    )
    return (await session.execute(query)).scalars().all()


def holding(votes: Sequence[CouncilVote]) -> dict[str, CouncilVote]:
    """Of each motion the record that holds."""
    return {one.motion: one for one in sorted(votes, key=lambda one: one.position)}


def fates_of(order: Order, votes: Sequence[CouncilVote]) -> dict[str, Fate]:
    """What became of everything that was put to the vote."""
    return fates(order, {motion: vote.passed for motion, vote in holding(votes).items()})


async def list_fates(session: AsyncSession, sitting: Sitting | None) -> Mapping[str, Fate]:
    """As `fates_of`, of a sitting whose vote has begun; nothing else."""
    order = read_order(sitting) if sitting else None
    if sitting is None or order is None:
        return {}
    return fates_of(order, await list_votes(session, sitting.id))


async def list_contained(session: AsyncSession, act_id: uuid.UUID) -> dict[str, int]:
    """The version into which each amendment went, whole or in part; of one that was in the text already, the
    one that holds it.
    """
    contained: dict[str, int] = {}
    sequences: dict[uuid.UUID, int] = {}
    for version in await list_versions(session, act_id):
        sequences[version.id] = version.sequence
        changes = json.loads(version.report)["changes"] if version.report else []
        for id in (id for change in changes for id in change["amendments"]):
            contained.setdefault(id, version.sequence)
    for amendment_id, answer in (await last_answers(session, act_id)).items():
        if answer.outcome == Outcome.ALREADY_IN:
            held = contained.get(str(answer.same_as_id), sequences[answer.version_id])
            contained.setdefault(str(amendment_id), held)
    return contained


async def find_standing_before_council(session: AsyncSession, row: AmendmentRow) -> CouncilStanding | None:
    """Who stands for an amendment before the council, and what became of it there; nothing for others."""
    taken = (await list_take_overs(session, row.act_id)).get(row.id)
    if taken is None and row.state != AmendmentState.TABLED:
        return None
    sitting = await find_sitting(session, row.act_id)
    order, found = read_order(sitting) if sitting else None, await list_fates(session, sitting)
    by = felled_by(order, found, str(row.id)) if order else None
    other = await session.get(AmendmentRow, uuid.UUID(by)) if by else None
    return CouncilStanding(
        councillor=taken.by_name if taken else row.author_name,
        reason=taken.reason if taken else "",
        fate=found.get(str(row.id), Fate.WAITING),
        felled_by=(other.number or "") if other else "",
    )
