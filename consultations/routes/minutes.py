"""The minutes of consultations: in public, as PDF, written and corrected by organizers."""

import asyncio
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.deadlines import working_days_left
from app.kit.errors import FormErrors
from app.kit.forms import Form, query_form, whole_number
from app.kit.paging import paging
from app.kit.pdf import Imprint, send_pdf
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, error_text, field_errors, get, official, page, post, see_other
from consultations import service
from consultations.errors import ChangedMeanwhile, MinutesNotFound
from consultations.forms.afterwards import MinutesForm, show_minutes, type_minutes
from consultations.pages.afterwards import note_minutes
from consultations.pages.minutes import (
    AllMinutesPage,
    HeldRow,
    MinutesFormPage,
    MinutesPage,
    build_minutes_page,
    print_minutes,
)
from consultations.policy import may_publish_minutes, may_write_minutes
from consultations.queries import Listed
from consultations.queries import minutes as stored
from consultations.queries.door import read_attendances
from consultations.routes.afterwards import find_clock
from consultations.routes.public import get_visible, view_cards
from consultations.rules.minutes import MOST_TOPICS, due
from consultations.states import State

PAGE_SIZE = 20
BLANK_TOPICS = 2


# ── in public ─────────────────────────────────────────────────────────────────
async def _load(session: AsyncSession, ctx: Ctx, consultation_id: UUID, position: int) -> MinutesPage:
    """A version of the minutes, the newest for 0. Raises: MinutesNotFound."""
    one = await get_visible(session, ctx, consultation_id)
    versions = await stored.list_minutes(session, one.row.id)
    if not versions:
        raise MinutesNotFound()
    shown = await stored.get_minutes(session, one.row.id, position) if position else versions[-1]
    (card,) = await view_cards(session, ctx, [one])
    photos = await stored.list_photographs(session, one.row.id)
    may_write = may_write_minutes(ctx.actor, one.row, now=ctx.now)
    return build_minutes_page(card, versions, shown, photos, may_write)


@get("/consultations/{consultation_id:uuid}/minutes", audience=anyone, include_in_schema=False)
async def show_newest(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The minutes as they are now."""
    model = await _load(session, ctx, consultation_id, 0)
    return page(request, "consultations/minutes.html", model)


@get(
    "/consultations/{consultation_id:uuid}/minutes/versions/{position:int}",
    audience=anyone,
    include_in_schema=False,
)
async def show_version(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """The minutes as they were once published."""
    if position < 1:
        raise MinutesNotFound()
    model = await _load(session, ctx, consultation_id, position)
    return page(request, "consultations/minutes.html", model)


@get("/consultations/{consultation_id:uuid}/minutes.pdf", audience=anyone, include_in_schema=False)
async def download_minutes(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """The minutes as a tagged PDF: as they are now, or a version of them."""
    position = whole_number(query_form(request).get("version"))
    model = await _load(session, ctx, consultation_id, position)
    path = f"/consultations/{consultation_id}/minutes"
    if not model.is_newest:
        path += f"/versions/{model.shown.position}"
    imprint = Imprint(authority=ctx.district, locale="ro", address=ctx.absolute(path))
    values = await asyncio.to_thread(print_minutes, model, imprint)
    name = f"{model.card.number}-minutes-{model.shown.position}.pdf"
    return await send_pdf(request, "document.typ", values, local_date(model.shown.at), filename=name)


@get("/consultations/minutes", audience=anyone, include_in_schema=False)
async def list_all(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every consultation that was held: whether its minutes are public, since when, or how late they are."""
    held = await stored.list_held(session)
    rows = await _view_held(session, ctx, held)
    place = paging(query_form(request).get("page"), len(rows), size=PAGE_SIZE)
    model = AllMinutesPage(
        rows=rows[place.offset : place.offset + PAGE_SIZE],
        paging=place,
        in_time=sum(one.note is not None and not one.note.is_late for one in rows),
        late=sum(one.note is not None and one.note.is_late for one in rows),
        missing=sum(one.note is None and one.left < 0 for one in rows),
    )
    return page(request, "consultations/minutes_list.html", model)


async def _view_held(session: AsyncSession, ctx: Ctx, held: list[Listed]) -> list[HeldRow]:
    today, days_off = local_date(ctx.now), await list_days_off(session)
    first = await stored.map_first_minutes(session, [one.row.id for one in held])
    cards = await view_cards(session, ctx, held)
    rows = []
    for one, card in zip(held, cards, strict=True):
        due_on = due(local_date(one.row.ends_at), today=today, days_off=days_off).due_on
        written = first.get(one.row.id)
        rows.append(
            HeldRow(
                card=card,
                note=note_minutes([written] if written else []),
                due_on=due_on,
                left=working_days_left(today, due_on, days_off=days_off),
                may_write=bool(may_write_minutes(ctx.actor, one.row, now=ctx.now)),
            )
        )
    return rows


# ── writing ───────────────────────────────────────────────────────────────────
async def _form_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    typed: MinutesForm | None = None,
    *,
    seen: int | None = None,
    reason: str = "",
    is_conflict: bool = False,
    errors: dict[str, str] | None = None,
) -> MinutesFormPage:
    """The form with what was typed, or what was saved. After a conflict with both, and as seen now."""
    one = await get_visible(session, ctx, consultation_id)
    require(may_write_minutes(ctx.actor, one.row, now=ctx.now))
    draft = await stored.find_draft(session, one.row.id)
    saved = stored.read_minutes(draft.content) if draft else None
    shown = typed or (show_minutes(saved) if saved else None) or await _begin(session, one)
    versions = await stored.list_minutes(session, one.row.id)
    (card,) = await view_cards(session, ctx, [one])
    is_due = one.row.state == State.HELD and not versions
    return MinutesFormPage(
        card=card,
        typed=shown,
        blanks=min(max(BLANK_TOPICS, 3 - len(shown.topics)), MOST_TOPICS - len(shown.topics)),
        seen=seen if seen is not None else (draft.revision if draft else 0),
        clock=await find_clock(session, ctx, one.row) if is_due else None,
        is_correction=bool(versions),
        may_publish=may_publish_minutes(ctx.actor, one.row, now=ctx.now),
        reason=reason,
        saved_at=draft.saved_at if draft else None,
        saved_by=draft.saved_by if draft else "",
        theirs=saved if is_conflict else None,
        errors=errors or {},
    )


async def _begin(session: AsyncSession, one: Listed) -> MinutesForm:
    """What is known before anything is written: who held it, and how many the door has counted."""
    counted = (await read_attendances(session, [one.row.id])).get(one.row.id)
    is_known = counted is not None and counted.people.is_certain and not counted.doubts
    return MinutesForm(
        attendance=str(counted.people.least) if counted and is_known else "",
        officials=f"{one.host.name}, {one.host.office}",
    )


@get("/consultations/{consultation_id:uuid}/minutes/edit", audience=official, include_in_schema=False)
async def edit(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Write the minutes, or correct them."""
    model = await _form_page(session, ctx, consultation_id)
    return page(request, "consultations/minutes_form.html", model)


@post("/consultations/{consultation_id:uuid}/minutes/edit", audience=official, include_in_schema=False)
async def save(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Keep what is written so far; or publish it, when nothing is missing."""
    typed, reason, seen = type_minutes(form), form.get("reason"), whole_number(form.get("seen"))
    path = f"/consultations/{consultation_id}/minutes"
    try:
        text = typed.read_text()
        draft = await service.save_minutes(session, ctx.actor, consultation_id, text, seen=seen, now=ctx.now)
        seen = draft.revision
        if form.get("do") != "publish":
            notice = ctx.gettext("Saved. Only organizers see it until it is published.")
            return see_other(request, f"{path}/edit", notice=notice)
        await service.publish_minutes(
            session, ctx.actor, consultation_id, seen=seen, reason=reason, now=ctx.now
        )
    except ChangedMeanwhile as refused:
        errors = {"": error_text(ctx.locale, refused)}
        model = await _form_page(
            session, ctx, consultation_id, typed, reason=reason, is_conflict=True, errors=errors
        )
        return page(request, "consultations/minutes_form.html", model, status=409)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = await _form_page(
            session, ctx, consultation_id, typed, seen=seen, reason=reason, errors=errors
        )
        return page(request, "consultations/minutes_form.html", model, status=422)
    notice = ctx.gettext("The minutes are public. Who came and who follows is being told.")
    return see_other(request, path, notice=notice)


HANDLERS = [show_newest, show_version, download_minutes, list_all, edit, save]
