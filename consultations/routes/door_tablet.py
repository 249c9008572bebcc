"""The door on a tablet that has no network: its page, its list, and what it sends when it has one again.

The page names nobody, for the tablet keeps it; names come as data, which the tablet's program deletes. What
is sent is kept whole or not at all, and the same again changes nothing.
"""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.forms import Form
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, download, get, official, page, post
from consultations import queries, service
from consultations.forms.door import believe, read_batch
from consultations.pages.door import TabletList, TabletPage, view_tablet_rows
from consultations.policy import DOOR_CLOSES, may_note_arrivals, may_work_at_doors
from consultations.queries.door import read_attendance
from consultations.routes.door import note_reading
from consultations.routes.public import get_visible, view_cards
from consultations.service.door import Kept

CAMERA = "camera=(self), microphone=(), geolocation=(), interest-cohort=()"
NOT_KEPT = {"Cache-Control": "no-store"}
SYNCS = 240  # an hour, of one helper: one in fifteen seconds


@get("/consultations/door/worker.js", audience=anyone, include_in_schema=False)
async def show_worker(ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The program that shows the door's page without network. It stands here because a browser lets such a
    program answer only for addresses below its own.
    """
    path = ctx.services.settings.root / "app" / "static" / "js" / "door" / "worker.js"
    return download(path.read_bytes(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@get("/consultations/door/{consultation_id:uuid}/tablet", audience=official, include_in_schema=False)
async def show_tablet(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The page that a tablet keeps; it may use the camera, as no other page."""
    require(may_work_at_doors(ctx.actor))
    one = await get_visible(session, ctx, consultation_id)
    (card,) = await view_cards(session, ctx, [one])
    model = TabletPage(card=card, last_at=one.row.ends_at + DOOR_CLOSES)
    headers = NOT_KEPT | {"Permissions-Policy": CAMERA}
    return page(request, "consultations/tablet.html", model, headers=headers)


@get(
    "/consultations/door/{consultation_id:uuid}/list",
    audience=official,
    writes=True,
    include_in_schema=False,
)
async def show_list(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """What a tablet keeps: names and numbers of who is expected, and who is here."""
    require(may_work_at_doors(ctx.actor))
    found = await _read_list(session, ctx, consultation_id)
    return download(msgspec.json.encode(found), media_type="application/json", headers=NOT_KEPT)


async def _read_list(session: AsyncSession, ctx: Ctx, consultation_id: UUID) -> TabletList:
    """Once the door is closed it holds nobody any more."""
    one = await get_visible(session, ctx, consultation_id)
    verdict = may_note_arrivals(ctx.actor, one.row, now=ctx.now)
    attendance = await read_attendance(session, one.row.id)
    registered = await queries.list_registrations(session, one.row.id) if verdict else []
    await note_reading(session, ctx, registered)
    return TabletList(
        token=ctx.csrf_token,
        who=ctx.actor.name,
        at=ctx.now,
        last_at=one.row.ends_at + DOOR_CLOSES,
        problem="" if verdict else ctx.gettext(verdict.reason, **verdict.facts),
        doubts=len(attendance.doubts),
        rows=view_tablet_rows(registered, attendance) if verdict else [],
    )


class Synced(msgspec.Struct, frozen=True):
    """What became of a tablet's lines, and what its list is now."""

    kept: list[Kept]
    list: TabletList


@post("/consultations/door/{consultation_id:uuid}/events", audience=official, include_in_schema=False)
async def take_events(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Keep what a tablet noted."""
    require(may_work_at_doors(ctx.actor))
    await ctx.services.limiter.check(f"door:{ctx.actor.id}", limit=SYNCS, seconds=3600)
    batch = read_batch(form.get("batch"))
    kept = await service.note_batch(
        session,
        ctx.actor,
        consultation_id,
        batch.device,
        batch.read_notes(now=ctx.now),
        sent_at=believe(batch.sent_at, now=ctx.now),
        now=ctx.now,
    )
    answer = Synced(kept, await _read_list(session, ctx, consultation_id))
    return download(msgspec.json.encode(answer), media_type="application/json", headers=NOT_KEPT)


HANDLERS = [show_worker, show_tablet, show_list, take_events]
