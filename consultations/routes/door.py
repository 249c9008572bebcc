"""The door: who is expected and who is here, on a page without scripts; what tablets said differently."""

from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.access_log import log_accesses
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, parse, query_form, whole_number
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import uuids
from app.kit.web import WebRequest, explain_refusal, get, official, page, post, see_other
from consultations import queries, service
from consultations.forms.door import HereForm, WalkInForm
from consultations.models import Registration
from consultations.pages.door import (
    MOST_ROWS,
    DoorPage,
    DoorsPage,
    DoubtsPage,
    view_decisions,
    view_doubts,
    view_rows,
)
from consultations.pages.turnout import view_turnout
from consultations.policy import (
    DOOR_CLOSES,
    may_decide_attendance,
    may_note_arrivals,
    may_work_at_doors,
)
from consultations.queries.door import list_decisions, read_attendance
from consultations.routes.people import SEEN
from consultations.routes.public import get_visible, view_cards
from consultations.service import Here

AHEAD = timedelta(days=14)
READ_ONCE_IN = timedelta(hours=12)  # whoever works at a door reads its list all evening: one line says so
BASE = "/consultations/door"
LONGEST_WANTED = 200  # a name, or the address of a ticket


@get("/consultations/door", audience=official, include_in_schema=False)
async def list_doors(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Where somebody can be checked in now, and the next consultations."""
    require(may_work_at_doors(ctx.actor))
    rows = await queries.list_listed(session, since=ctx.now - DOOR_CLOSES, until=ctx.now + AHEAD)
    cards = await view_cards(session, ctx, rows)
    is_open = [bool(may_note_arrivals(ctx.actor, one.row, now=ctx.now)) for one in rows]
    model = DoorsPage(
        open=[card for card, now_open in zip(cards, is_open, strict=True) if now_open],
        next=[card for card in cards if card.starts_at > ctx.now and not card.is_off][:10],
    )
    return page(request, "consultations/doors.html", model)


@get("/consultations/door/{consultation_id:uuid}", audience=official, writes=True, include_in_schema=False)
async def show_door(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Who is expected and who is here. Reading it is noted, for those it is about."""
    require(may_work_at_doors(ctx.actor))
    wanted = query_form(request).get("q")
    model = await _door_page(session, ctx, consultation_id, wanted=wanted)
    return page(request, "consultations/door.html", model)


async def _door_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    *,
    wanted: str = "",
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> DoorPage:
    one = await get_visible(session, ctx, consultation_id)
    (card,) = await view_cards(session, ctx, [one])
    registered = await queries.list_registrations(session, one.row.id)
    await note_reading(session, ctx, registered)
    attendance = await read_attendance(session, one.row.id)
    wanted = wanted[:LONGEST_WANTED]
    rows = view_rows(registered, attendance, wanted=wanted)
    return DoorPage(
        card=card,
        rows=rows[:MOST_ROWS],
        more=max(0, len(rows) - MOST_ROWS),
        turnout=view_turnout(attendance),
        wanted=wanted,
        walk_in=(typed or {}).get("walk_in") or str(new_id()),
        may_note=may_note_arrivals(ctx.actor, one.row, now=ctx.now),
        may_decide=may_decide_attendance(ctx.actor, one.row, now=ctx.now),
        typed=typed or {},
        errors=errors or {},
    )


async def note_reading(session: AsyncSession, ctx: Ctx, rows: list[Registration]) -> None:
    """Those whose names somebody reads at the door can see who did."""
    read = [row.account_id for row in rows if row.account_id]
    await log_accesses(
        session, reader_id=ctx.actor.id, subject_ids=read, what=SEEN, once_in=READ_ONCE_IN, now=ctx.now
    )


@post("/consultations/door/{consultation_id:uuid}/arrivals", audience=official, include_in_schema=False)
async def note_arrival(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Somebody is here, or was noted by mistake."""
    try:
        typed = parse(HereForm, form)
        here = typed.read_here()
        if form.get("do") == "undo":
            here = Here(people=0, seen=here.seen)
        elif here.people == 0:
            raise FormErrors({"people": Invalid(N_("Write how many people there are."))})
        await service.note_here(session, ctx.actor, consultation_id, typed.group, here, now=ctx.now)
    except DomainError as refusal:
        return await _refuse(request, session, ctx, consultation_id, form, refusal)
    path = f"{BASE}/{consultation_id}" + (f"?q={quote(form.get('q'))}" if form.get("q") else "")
    return see_other(request, path, anchor=f"g-{typed.group}")


@post("/consultations/door/{consultation_id:uuid}/walk-ins", audience=official, include_in_schema=False)
async def note_walk_in(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Somebody came without a registration."""
    try:
        typed = parse(WalkInForm, form)
        name = " ".join(typed.name.split())
        here = typed.read_here()
        await service.note_walk_in(
            session, ctx.actor, consultation_id, typed.walk_in, name, here, now=ctx.now
        )
    except DomainError as refusal:
        return await _refuse(request, session, ctx, consultation_id, form, refusal)
    notice = ctx.ngettext("Noted: %(num)s person.", "Noted: %(num)s people.", typed.people)
    return see_other(request, f"{BASE}/{consultation_id}", notice=notice, anchor="walk-in")


async def _refuse(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    form: Form,
    refusal: DomainError,
) -> Response[bytes]:
    """The page with what was typed; nothing of a door for who may not work at one."""
    require(may_work_at_doors(ctx.actor))
    said, status = explain_refusal(ctx.locale, refusal)
    typed = dict(form.fields)
    errors = {_field_of(name, typed): message for name, message in said.items()}
    model = await _door_page(session, ctx, consultation_id, wanted=form.get("q"), typed=typed, errors=errors)
    return page(request, "consultations/door.html", model, status=status)


def _field_of(name: str, typed: dict[str, str]) -> str:
    """The id of the field that a message is about; of what nobody types: none."""
    if "walk_in" in typed:
        return name if name in ("name", "people", "children") else ""
    return f"{name}-{typed['group']}" if name in ("people", "children") and typed.get("group") else ""


# ── what is to be decided ─────────────────────────────────────────────────────
@get(
    "/consultations/door/{consultation_id:uuid}/doubts",
    audience=official,
    writes=True,
    include_in_schema=False,
)
async def list_doubts(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """What tablets said differently, and what was decided."""
    return page(request, "consultations/doubts.html", await _doubts_page(session, ctx, consultation_id))


async def _doubts_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> DoubtsPage:
    one = await get_visible(session, ctx, consultation_id)
    require(may_decide_attendance(ctx.actor, one.row, now=ctx.now))
    (card,) = await view_cards(session, ctx, [one])
    await note_reading(session, ctx, await queries.list_registrations(session, one.row.id))
    attendance = await read_attendance(session, one.row.id)
    doubts, sent = view_doubts(attendance), (typed or {}).get("doubt", "")
    is_there = any(doubt.key == sent for doubt in doubts)
    return DoubtsPage(
        card=card,
        turnout=view_turnout(attendance),
        doubts=doubts,
        decisions=view_decisions(await list_decisions(session, one.row.id), attendance),
        clocks=[round(seconds / 60) for seconds in attendance.clocks.values()],
        sent=sent,
        typed=typed or {},
        errors={f"{name}-{sent}" if is_there else "": text for name, text in (errors or {}).items()},
    )


@post("/consultations/door/{consultation_id:uuid}/doubts", audience=official, include_in_schema=False)
async def decide_doubt(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Say how many of each group there were, and how one knows."""
    try:
        decided = {
            UUID(key): _read_decided(form, key) for key in sorted(map(str, uuids(form.get_all("group"))))
        }
        await service.decide(
            session, ctx.actor, consultation_id, decided, reason=form.get("reason"), now=ctx.now
        )
    except DomainError as refusal:
        errors, status = explain_refusal(ctx.locale, refusal)
        typed = dict(form.fields)
        model = await _doubts_page(session, ctx, consultation_id, typed=typed, errors=errors)
        return page(request, "consultations/doubts.html", model, status=status)
    notice = ctx.gettext("Decided. What was noted before stays, below your decision.")
    return see_other(request, f"{BASE}/{consultation_id}/doubts", notice=notice)


def _read_decided(form: Form, key: str) -> Here:
    """What was typed of one of the groups. Raises: FormErrors."""
    people, children = form.get(f"people-{key}"), form.get(f"children-{key}") or "0"
    if not (people.isdecimal() and children.isdecimal()):
        raise FormErrors({f"people-{key}": Invalid(N_("Please write a whole number, for example 12."))})
    seen = tuple(form.get_all(f"seen-{key}"))
    return Here(people=whole_number(people), children=whole_number(children), seen=seen)


HANDLERS = [list_doors, show_door, note_arrival, note_walk_in, list_doubts, decide_doubt]
