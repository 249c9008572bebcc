"""What everybody may read: acts, their text, the amendments to them, and the papers."""

import uuid
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import ActNotFound, AmendmentNotFound
from amendments.models import Act, ActVersion, AmendmentRow, Answer
from amendments.pages.acts import ActPage, build_act, build_acts, view_units
from amendments.pages.amendments import (
    AmendmentPage,
    AmendmentView,
    Reading,
    build_amendment,
    view_amendment,
)
from amendments.pages.changes import ChangeView, view_changes
from amendments.pages.debates import view_debates
from amendments.pages.sitting import view_council
from amendments.policy import may_see_amendment, may_stand_behind, may_view
from amendments.queries.discussed import count_said
from amendments.queries.followed import act_topic
from amendments.rules.procedure import clocks, completion_until
from amendments.states import ActState, AmendmentState
from amendments.text.conflicts import Conflict, groups
from amendments.text.finding import find_place
from amendments.text.operations import Amendment
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.forms import query_form
from app.kit.web import WebRequest, anyone, get, page, see_other
from notices.queries import is_following


async def visible_act(session: AsyncSession, ctx: Ctx, act_id: UUID) -> Act:
    """An act that this reader may know of. Raises: ActNotFound."""
    act = await queries.get_act(session, act_id)
    if not may_view(ctx.actor, act):
        raise ActNotFound()
    return act


async def published_act(session: AsyncSession, ctx: Ctx, act_id: UUID) -> Act:
    """An act that was announced, so that it has a version. Raises: ActNotFound."""
    act = await visible_act(session, ctx, act_id)
    if act.state == ActState.DRAFT:
        raise ActNotFound()
    return act


async def visible_amendment(
    session: AsyncSession, ctx: Ctx, act_id: UUID, amendment_id: UUID
) -> AmendmentRow:
    """An amendment of the act that this reader may know of. Raises: AmendmentNotFound."""
    row = await queries.get_amendment(session, amendment_id)
    if row.act_id != act_id or not may_see_amendment(ctx.actor, row):
        raise AmendmentNotFound()
    return row


def reading_of(version: ActVersion, ctx: Ctx) -> Reading:
    """The text in which amendments are read."""
    return Reading(queries.read_version(version), queries.read_layout(version), ctx.locale)


@get("/acts", audience=anyone)
async def list_acts(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Draft decisions: those in debate first."""
    acts = await queries.list_acts(session, drafts=bool(ctx.actor and ctx.actor.is_official))
    seen = [act for act in acts if may_view(ctx.actor, act)]
    model = build_acts(
        seen,
        await queries.count_registered(session),
        ctx.actor,
        is_subscribed=ctx.actor is not None and await queries.is_subscribed(session, ctx.actor.id),
        today=local_date(ctx.now),
    )
    return page(request, "amendments/acts.html", model)


@get("/acts/{act_id:uuid}", audience=anyone)
async def show_act(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """A draft decision: its text line by line, with what is proposed to it, its papers and its procedure."""
    act = await visible_act(session, ctx, act_id)
    if act.state == ActState.DRAFT:
        return see_other(request, f"/acts/{act_id}/prepare")
    version = await queries.last_version(session, act_id)
    return await _show_text(request, session, ctx, act, version)


@get("/acts/{act_id:uuid}/versions/{sequence:int}", audience=anyone)
async def show_version(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
) -> Response[bytes]:
    """A draft decision as it read in one of its versions."""
    act = await visible_act(session, ctx, act_id)
    shown = [one for one in await queries.list_versions(session, act_id) if one.sequence == sequence]
    if not shown:
        raise ActNotFound()
    return await _show_text(request, session, ctx, act, shown[0], is_pinned=True)


async def _show_text(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    act: Act,
    version: ActVersion,
    *,
    is_pinned: bool = False,
) -> Response[bytes]:
    """The text; or, where a line or a part of it was asked for, that place of it."""
    to, errors = query_form(request).get("to").strip(), {}
    if to:
        found = find_place(queries.read_version(version), queries.read_layout(version), to)
        if found:
            here = f"/acts/{act.id}/versions/{version.sequence}" if is_pinned else f"/acts/{act.id}"
            return see_other(request, here, anchor=f"u-{found}")
        errors = {"to": ctx.gettext("There is no such line or article in this text.")}
    model = msgspec.structs.replace(
        await _act_page(session, ctx, act, version), is_pinned=is_pinned, to=to, errors=errors
    )
    return page(request, "amendments/act.html", model, status=422 if errors else 200)


async def _act_page(session: AsyncSession, ctx: Ctx, act: Act, version: ActVersion) -> ActPage:
    reading = reading_of(version, ctx)
    amendments = {one.id: one for one in (await queries.map_standing(session, version)).values()}
    rows = await queries.list_registered(session, act.id)
    today, days_off = local_date(ctx.now), await list_days_off(session)
    happened = await service.happened_of(session, act)
    return build_act(
        act,
        ctx.actor,
        version=version,
        versions=await queries.list_versions(session, act.id),
        units=view_units(reading.version, reading.layout, amendments, ctx.locale),
        papers=await queries.list_papers(session, act.id),
        events=await queries.list_events(session, act.id),
        happened=happened,
        clocks=clocks(happened, today=today, days_off=days_off),
        rows=rows,
        groups=await _groups(session, version, {row.id: row for row in rows}),
        drafts=await queries.count_drafts(session, act.id, ctx.actor.id) if ctx.actor else 0,
        said=await count_said(session, act.id),
        debates=view_debates(act, ctx.actor, *await queries.list_meetings(session, act.id)),
        follows=ctx.actor is not None and await is_following(session, ctx.actor.id, act_topic(act.id)),
        today=today,
    )


async def _groups(
    session: AsyncSession, version: ActVersion, rows: dict[uuid.UUID, AmendmentRow]
) -> list[list[str]]:
    """The numbers of the amendments that contradict each other, a list a group, with the group's address
    first.
    """
    found = []
    for group in await group_ids(session, version):
        members = sorted((rows[one] for one in group if one in rows), key=lambda row: row.rank or 0)
        if len(members) > 1:
            found.append([str(members[0].id), *(row.number or "" for row in members)])
    return found


async def group_ids(session: AsyncSession, version: ActVersion) -> list[list[uuid.UUID]]:
    """Amendments that are bound to each other by hard conflicts."""
    conflicts = [
        Conflict(
            first=str(one.first_id),
            first_operation=0,
            second=str(one.second_id),
            second_operation=0,
            reason="overlap",
        )
        for one in await queries.list_conflicts(session, version.id)
        if one.grade == "hard"
    ]
    return [[uuid.UUID(one) for one in group] for group in groups(conflicts)]


# ── an amendment ─────────────────────────────────────────────────────────────
Standing = tuple[ActVersion, dict[uuid.UUID, Amendment]]
"""A version with the amendments that stand on it."""


async def view_rows(
    session: AsyncSession,
    ctx: Ctx,
    act_id: UUID,
    rows: Sequence[AmendmentRow],
    *,
    standing: Standing | None = None,
) -> dict[uuid.UUID, AmendmentView]:
    """Amendments on the texts that they were written against, which never change; or, with `standing`, those
    that stand on that version there.
    """
    versions = {one.id: one for one in await queries.list_versions(session, act_id)}
    answers = await queries.last_answers(session, act_id)
    views = {}
    for row in rows:
        version, amendment = versions[row.version_id], queries.as_amendment(row)
        if standing and row.id in standing[1]:
            version, amendment = standing[0], standing[1][row.id]
        views[row.id] = view_amendment(row, amendment, reading_of(version, ctx), answer=answers.get(row.id))
    return views


@get("/acts/{act_id:uuid}/amendments/{amendment_id:uuid}", audience=anyone)
async def show_amendment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """An amendment: what it changes, why, who stands behind it, and what was answered."""
    act = await visible_act(session, ctx, act_id)
    row = await visible_amendment(session, ctx, act_id, amendment_id)
    if row.state == AmendmentState.DRAFT:
        raise AmendmentNotFound()
    return page(request, "amendments/amendment.html", await load_amendment(session, ctx, act, row))


async def complete_until(session: AsyncSession, row: AmendmentRow) -> date | None:
    """The last day on which an amendment that was returned may be completed."""
    if row.returned_on is None:
        return None
    return completion_until(row.returned_on, await list_days_off(session))


async def load_amendment(
    session: AsyncSession, ctx: Ctx, act: Act, row: AmendmentRow, errors: dict[str, str] | None = None
) -> AmendmentPage:
    """The model of an amendment's page, on the newest text where it stands there."""
    row = queries.as_sent(row)
    newest = await queries.last_version(session, act.id)
    standing = (await queries.map_standing(session, newest)).get(row.id)
    stands = standing is not None
    version = newest if stands else await queries.get_version(session, row.version_id)
    reading = reading_of(version, ctx)
    amendment = standing or queries.as_amendment(row)
    rows = {one.id: one for one in await queries.list_registered(session, act.id)}
    given = await queries.list_answers(session, row.id)
    key = service.proposal_key(row)
    supports = ctx.actor is not None and await queries.find_support(session, row.id, ctx.actor.id) is not None
    return build_amendment(
        act,
        row,
        ctx.actor,
        view=view_amendment(
            row,
            amendment,
            reading,
            answer=given[-1] if given else None,
            conflicts=await queries.list_conflicts(session, newest.id, [row.id]),
            rows=rows,
        ),
        sequence=version.sequence,
        stands=stands,
        anchor=await queries.find_anchor(session, row.id, newest.id),
        answers=[(one, await _answer_changes(session, ctx, row, one)) for one in given],
        rows=rows,
        events=await queries.list_amendment_events(session, row.id),
        cosigners=await queries.list_cosigners(session, row.id),
        same=[
            (one.number or "", f"/acts/{act.id}/amendments/{one.id}")
            for one in rows.values()
            if one.id != row.id and service.proposal_key(one) == key
        ],
        comment_count=(await count_said(session, act.id)).amendments.get(str(row.id), 0),
        supports=supports,
        may_support=may_stand_behind(ctx.actor, act, row, stands=supports, today=local_date(ctx.now)),
        council=view_council(await queries.find_standing_before_council(session, row)),
        complete_until=await complete_until(session, row),
        today=local_date(ctx.now),
        errors=errors or {},
    )


async def _answer_changes(
    session: AsyncSession, ctx: Ctx, row: AmendmentRow, answer: Answer
) -> list[ChangeView]:
    """The counter-text of an answer, on the text on which it was given."""
    if answer.operations is None:
        return []
    reading = reading_of(await queries.get_version(session, answer.version_id), ctx)
    counter = queries.as_amendment(row, bytes(answer.operations))
    return view_changes(reading.version, reading.layout, counter, ctx.locale)


@get("/amendments/{amendment_id:uuid}", audience=anyone)
async def find_amendment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """An amendment by its id alone, as the register names it."""
    row = await queries.get_amendment(session, amendment_id)
    if not may_see_amendment(ctx.actor, row):
        raise AmendmentNotFound()
    return see_other(request, f"/acts/{row.act_id}/amendments/{row.id}")


HANDLERS = [
    find_amendment,
    list_acts,
    show_act,
    show_version,
    show_amendment,
]
