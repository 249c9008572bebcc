"""A part of the text with every amendment to it, and the amendments that contradict each other."""

import uuid
from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries
from amendments.models import ActVersion
from amendments.pages.acts import view_units
from amendments.pages.amendments import AmendmentView, GroupPage, PartPage, Reading, view_amendment
from amendments.pages.changes import unit_of
from amendments.pages.choosing import VIEWS
from amendments.pages.proposing import offers_at
from amendments.policy import may_propose
from amendments.queries.discussed import count_said
from amendments.routes.public import group_ids, reading_of, visible_act
from amendments.text.labels import cite
from amendments.text.operations import Amendment
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import NotFound
from app.kit.forms import query_form
from app.kit.paging import paging
from app.kit.web import WebRequest, anyone, get, page

ON_A_PAGE = 20  # of the amendments to one part, or that contradict each other


@get("/acts/{act_id:uuid}/text/{unit:str}", audience=anyone)
async def show_part(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    unit: FromPath[str],
) -> Response[bytes]:
    """One part of the text with every amendment to it: in the text, side by side, or only the new text."""
    act = await visible_act(session, ctx, act_id)
    version = await queries.last_version(session, act_id)
    reading = reading_of(version, ctx)
    if unit not in reading.version:
        raise NotFound()
    asked, amendment_id = query_form(request).get("view"), query_form(request).get("amendment")
    below = {one.id for one in reading.version.subtree(unit)}
    standing = await queries.map_standing(session, version)
    amendments = {one.id: one for one in standing.values()}
    touching = [id for id, one in standing.items() if any(unit_of(each) in below for each in one.operations)]
    pages = paging(query_form(request).get("page"), len(touching), size=ON_A_PAGE)
    shown = touching[pages.offset : pages.offset + pages.size]
    model = PartPage(
        act_id=str(act_id),
        act_number=act.number or "",
        act_title=act.title,
        place=cite(reading.version, unit, ctx.locale),
        units=[
            msgspec.structs.replace(view, offers=offers_at(reading.version, view.id))
            for view in view_units(reading.version, reading.layout, amendments, ctx.locale, below=unit)
        ],
        amendments=await _view_many(session, version, reading, {id: standing[id] for id in shown}),
        view=asked if asked in VIEWS else VIEWS[0],
        may_propose=may_propose(ctx.actor, act, today=local_date(ctx.now)),
        said=await count_said(session, act_id),
        amendment_id=amendment_id,
        paging=pages,
        previous=_beside(reading, unit, -1),
        following=_beside(reading, unit, 1),
    )
    return page(request, "amendments/part.html", model)


def _beside(reading: Reading, unit: str, step: int) -> tuple[str, str] | None:
    """The part before or after, among its siblings: id and how it is cited."""
    parent = reading.version[unit].parent
    siblings = reading.version.children(parent) if parent else []
    place = siblings.index(unit) + step if siblings else -1
    if not 0 <= place < len(siblings):
        return None
    return siblings[place], cite(reading.version, siblings[place], reading.locale)


async def _view_many(
    session: AsyncSession,
    version: ActVersion,
    reading: Reading,
    shown: dict[uuid.UUID, Amendment],
) -> list[AmendmentView]:
    answers = await queries.last_answers(session, version.act_id)
    conflicts = await queries.list_conflicts(session, version.id, shown)
    named = {*shown, *(id for one in conflicts for id in (one.first_id, one.second_id))}
    rows = {row.id: row for row in await queries.list_registered(session, version.act_id, ids=named)}
    return [
        view_amendment(rows[id], one, reading, answer=answers.get(id), conflicts=conflicts, rows=rows)
        for id, one in shown.items()
    ]


async def _group_of(
    session: AsyncSession, amendment_id: UUID, versions: Sequence[ActVersion]
) -> tuple[ActVersion, list[UUID]]:
    """The group of an amendment on the first of these versions on which it has one. Raises: NotFound."""
    for version in versions:
        for group in await group_ids(session, version):
            if amendment_id in group:
                return version, group
    raise NotFound()


@get("/acts/{act_id:uuid}/contradictions/{amendment_id:uuid}", audience=anyone)
async def show_group(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """Amendments that cannot all be adopted, beside the text that they change: the version that was asked
    for, else the newest on which this one contradicts another.
    """
    act = await visible_act(session, ctx, act_id)
    asked = query_form(request).get("version")
    versions = await queries.list_versions(session, act_id)
    version, group = await _group_of(
        session, amendment_id, [one for one in versions[::-1] if asked in ("", str(one.sequence))]
    )
    reading = reading_of(version, ctx)
    standing = await queries.map_standing(session, version)
    members = {id: one for id, one in standing.items() if id in group}
    places = dict.fromkeys(
        unit for amendment in members.values() for one in amendment.operations if (unit := unit_of(one))
    )
    amendments = {one.id: one for one in members.values()}
    pages = paging(query_form(request).get("page"), len(members), size=ON_A_PAGE)
    shown = dict(list(members.items())[pages.offset : pages.offset + pages.size])
    units = [
        view
        for unit in places
        for view in view_units(reading.version, reading.layout, amendments, ctx.locale, below=unit)
        if view.id == unit
    ]
    model = GroupPage(
        act_id=str(act_id),
        act_number=act.number or "",
        act_title=act.title,
        sequence=version.sequence,
        group_id=str(amendment_id),
        paging=pages,
        is_newest=version.sequence == versions[-1].sequence,
        places=[cite(reading.version, unit, ctx.locale) for unit in places],
        units=units,
        amendments=await _view_many(session, version, reading, shown),
    )
    return page(request, "amendments/group.html", model)


HANDLERS = [show_part, show_group]
