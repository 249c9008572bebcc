"""The pages of draft decisions and their amendments, for the page gate (pages.py)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.models import (
    Act,
    ActVersion,
    AmendmentAnchor,
    AmendmentRow,
    CouncilVote,
    Sitting,
    TakeOver,
)
from amendments.pages.changes import unit_of
from amendments.queries import get_version, read_operations, read_version
from amendments.text.units import Unit, Version
from app.kit.clock import local_date, now
from app.kit.days_off import DayOffEntry, list_days_off
from app.kit.deadlines import is_working_day
from tests.journeys.case import Fields, PageCase, first

PROPOSED: tuple[str, Fields] = (
    "/acts/{act}/propose",
    {"do": "edit", "unit": "{amended_unit}", "text": "Tariful este de 7 lei pe oră în toate zonele."},
)
DRAFT_ACT = {
    "title": "Hotărâre privind locurile de joacă",
    "initiator": "Ștefan Albu, primar",
    "department": "Direcția Parcuri",
    "officer": "Irina Toma",
    "contact": "Registratura primăriei",
    "text": "HOTĂRÂRE privind locurile de joacă\n\nArt. 1 Locurile de joacă se verifică anual.\n\n"
    "Art. 3 Rezultatul se afișează.",
}

DAY_OFF = {
    "day": "{day_to_declare}",
    "source": "Hotărârea Guvernului nr. 1.200/2026",
    "note": "Zi de punte, recuperată mai târziu.",
    "year": "{day_off_year}",
}

ACTS: tuple[PageCase, ...] = (
    PageCase("/acts"),
    PageCase("/acts", who="resident"),
    PageCase("/acts", who="secretariat"),
    PageCase("/acts/{act}"),
    PageCase("/acts/{act}", who="resident"),
    PageCase("/acts/{act}/versions/1", who="councillor"),
    PageCase("/acts/{act}/text/{amended_unit}"),
    PageCase("/acts/{act}/text/{amended_unit}?view=side", note="side by side", who="resident"),
    PageCase("/acts/{act}/contradictions/{amendment}"),
    PageCase("/acts/{act}/amendments"),
    PageCase("/acts/{act}/amendments?view=side&author=association", note="filtered", who="resident"),
    PageCase("/acts/{act}/table"),
    PageCase("/acts/{closed_act}/table?state=answered", note="answered", who="councillor"),
    PageCase("/acts/{closed_act}/files"),
    PageCase("/acts/{closed_act}/report"),
    PageCase("/acts/yearly"),
    PageCase("/acts/yearly/{year}"),
    PageCase("/acts/yearly/{year}", who="secretariat"),
    PageCase(
        "/acts/yearly/{year}",
        note="no number",
        who="secretariat",
        status=422,
        send={"do": "enter", "c_sittings": "x"},
    ),
    PageCase("/acts/{act}/amendments/{amendment}"),
    PageCase("/acts/{act}/amendments/{amendment}", who="secretariat"),
    PageCase("/acts/{act}/propose?unit={amended_unit}&do=edit", note="edit", who="resident"),
    PageCase("/acts/{act}/propose?unit={amended_unit}&do=insert", note="insert", who="resident"),
    PageCase("/acts/{act}/propose?unit={amended_unit}&do=move", note="move", who="resident"),
    PageCase("/acts/{act}/propose?unit={row}&do=row", note="row", who="resident"),
    PageCase("/acts/{act}/propose?unit={whole_article}&do=replace", note="replace", who="resident"),
    PageCase(
        "/acts/{act}/propose",
        note="unchanged",
        who="resident",
        status=422,
        send={"do": "edit", "unit": "{amended_unit}", "text": "{amended_text}"},
    ),
    PageCase("/acts/{act}/amendments/{created}/check", who="resident", before=(PROPOSED,)),
    PageCase(
        "/acts/{act}/amendments/{created}/check",
        note="empty",
        who="resident",
        status=422,
        before=(PROPOSED,),
        send={"do": "send"},
    ),
    PageCase("/acts/{act}/drafts", who="resident", before=(PROPOSED,)),
    PageCase("/acts/new", who="secretariat"),
    PageCase("/acts/new", note="empty", who="secretariat", status=422, send={}),
    PageCase("/acts/{created}/prepare", who="secretariat", before=(("/acts/new", DRAFT_ACT),)),
    PageCase("/acts/{act}/papers", who="secretariat"),
    PageCase("/acts/{act}/papers", note="empty", who="secretariat", status=422, send={}),
    PageCase("/acts/{act}/answers", who="councillor"),
    PageCase("/acts/{act}/answers", who="department"),
    PageCase("/acts/{act}/answers/adopt", note="none ticked", who="councillor", status=422, send={}),
    PageCase(
        "/acts/{act}/amendments/{amendment}/answer/prepare",
        note="empty",
        who="department",
        status=422,
        send={},
    ),
    PageCase("/acts/{act}/answers", who="secretariat"),
    PageCase("/acts/{act}/amendments/{amendment}/answer", who="department"),
    PageCase("/acts/{act}/amendments/{amendment}/answer", who="councillor"),
    PageCase(
        "/acts/{act}/amendments/{amendment}/answer", note="empty", who="councillor", status=422, send={}
    ),
    PageCase("/acts/{closed_act}/consolidate", who="secretariat"),
    PageCase(
        "/acts/{closed_act}/consolidate",
        note="correction without a reason",
        who="secretariat",
        status=422,
        send={"do": "correct", "unit": "{closed_unit}", "text": "Alte cuvinte."},
    ),
    PageCase("/acts/{second_act}"),
    PageCase("/acts/{second_act}/versions/2/changes"),
    PageCase("/acts/{second_act}/amendments/{gone_amendment}"),
    # ── the council's vote
    PageCase("/council"),
    PageCase("/council", who="secretariat"),
    PageCase("/council", note="empty", who="secretariat", status=422, send={"do": "add"}),
    PageCase("/acts/{adopted_act}"),
    PageCase("/acts/{adopted_act}/sitting"),
    PageCase("/acts/{adopted_act}/outcome"),
    PageCase("/acts/{adopted_act}/amendments/{voted_amendment}"),
    PageCase("/acts/{voting_act}/sitting", who="secretariat"),
    PageCase("/acts/{voting_act}/sitting/votes/{voted_motion}", note="correction", who="secretariat"),
    PageCase(
        "/acts/{voting_act}/sitting/votes/act",
        note="looked at once more",
        who="secretariat",
        send={"do": "look", "others": "for"},
    ),
    PageCase(
        "/acts/{voting_act}/sitting/votes/act",
        note="left open",
        who="secretariat",
        status=422,
        send={"do": "look"},
    ),
    PageCase("/acts/{council_act}/sitting", who="councillor"),
    PageCase("/acts/{council_act}/sitting/call", who="secretariat"),
    PageCase("/acts/{council_act}/sitting/call", note="empty", who="secretariat", status=422, send={}),
    PageCase("/acts/{council_act}/sitting/begin", who="secretariat"),
    PageCase("/acts/{council_act}/sitting/begin", note="nobody", who="secretariat", status=409, send={}),
    PageCase("/acts/{council_act}/sitting/take-over", who="councillor"),
    PageCase("/acts/{voting_act}/sitting/end", note="something waits", who="secretariat"),
    PageCase("/days-off/{day_off_year}", who="secretariat"),
    PageCase("/days-off/check", note="a day", who="secretariat", send=DAY_OFF),
    PageCase("/days-off/check", note="empty", who="admin", status=422, send={}),
    PageCase("/days-off", note="seen earlier", who="secretariat", status=409, send={**DAY_OFF, "seen": "0"}),
)


_FIRST_AMENDMENT = (
    AmendmentRow.rank == 1,
    AmendmentRow.act_id.in_(select(Act.id).where(Act.state == "debate", Act.round == 1)),
)


async def _closed_unit(session: AsyncSession) -> str:
    """A unit with text of the act whose answers are being written."""
    query = select(ActVersion).join(Act, Act.id == ActVersion.act_id).where(Act.state == "closed").limit(1)
    version = read_version((await session.execute(query)).scalars().one())
    return next(unit.id for unit in version.units if unit.type == "article" and unit.text)


def _amended_unit(part: str) -> Callable[[AsyncSession], Awaitable[str]]:
    """The id, or the text, of the unit that the first amendment of the act in debate changes."""

    async def find(session: AsyncSession) -> str:
        row = (await session.execute(select(AmendmentRow).where(*_FIRST_AMENDMENT).limit(1))).scalar_one()
        version = read_version(await get_version(session, row.version_id))
        unit = unit_of(read_operations(bytes(row.operations))[0])
        return str(getattr(version[unit or ""], part))

    return find


def _unit_of_debate(fits: Callable[[Version, Unit], bool]) -> Callable[[AsyncSession], Awaitable[str]]:
    """The first such unit of the act in debate."""

    async def find(session: AsyncSession) -> str:
        debated = select(Act.id).where(Act.state == "debate", Act.round == 1)
        query = select(ActVersion).where(ActVersion.act_id.in_(debated)).limit(1)
        version = read_version((await session.execute(query)).scalar_one())
        return next(unit.id for unit in version.units if fits(version, unit))

    return find


async def _year(session: AsyncSession) -> str:
    """In which the newest act was announced."""
    query = select(Act.announced_on).where(Act.announced_on.is_not(None)).order_by(Act.announced_on.desc())
    day = (await session.execute(query.limit(1))).scalar_one()
    return str(day.year) if day else ""


async def _day_off_year(session: AsyncSession) -> str:
    """The year of the bridge day that the demonstration declares."""
    [last] = (await session.execute(select(DayOffEntry.day).limit(1))).scalars()
    return str(last.year)


async def _day_to_declare(session: AsyncSession) -> str:
    """A working day that moves what is open: soon, and not declared yet."""
    day, known = local_date(now()) + timedelta(days=3), await list_days_off(session)
    while not is_working_day(day, known):
        day += timedelta(days=1)
    return day.isoformat()


ACT_FACTS: dict[str, Callable[[AsyncSession], Awaitable[str]]] = {
    "day_off_year": _day_off_year,
    "day_to_declare": _day_to_declare,
    "act": first(Act.id, Act.state == "debate", Act.round == 1),
    "year": _year,
    "closed_act": first(Act.id, Act.state == "closed"),
    "adopted_act": first(Act.id, Act.state == "adopted"),
    "voting_act": first(Act.id, Act.state == "voting"),
    "council_act": first(Act.id, Act.state == "council"),
    "voted_motion": first(
        CouncilVote.motion,
        CouncilVote.sitting_id.in_(select(Sitting.id).where(Sitting.state == "voting")),
    ),
    "voted_amendment": first(
        AmendmentRow.id,
        AmendmentRow.id.in_(select(TakeOver.amendment_id)),
        AmendmentRow.act_id.in_(select(Act.id).where(Act.state == "adopted")),
    ),
    "second_act": first(Act.id, Act.state == "debate", Act.round == 2),
    "gone_amendment": first(
        AmendmentAnchor.amendment_id,
        AmendmentAnchor.fate == "orphaned",
        AmendmentAnchor.amendment_id.in_(
            select(AmendmentRow.id).join(Act, Act.id == AmendmentRow.act_id).where(Act.state == "debate")
        ),
    ),
    "closed_unit": _closed_unit,
    "amendment": first(AmendmentRow.id, *_FIRST_AMENDMENT),
    "amended_unit": _amended_unit("id"),
    "amended_text": _amended_unit("text"),
    "row": _unit_of_debate(lambda version, unit: unit.type == "row" and version.sibling_place(unit.id) == 1),
    "whole_article": _unit_of_debate(
        lambda version, unit: unit.type == "article" and bool(version.children(unit.id))
    ),
}
