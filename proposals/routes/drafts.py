"""Writing an idea: start, three steps saved as one goes, similar ideas, check, send, receipt."""

import uuid
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, parse, typed_id
from app.kit.i18n import N_, show_date
from app.kit.images import store_photo
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    ctx_of,
    error_text,
    explain_refusal,
    get,
    page,
    post,
    see_other,
    signed_in,
)
from cycles.errors import CycleNotFound
from cycles.queries import find_collecting_cycle, find_stage, list_areas
from cycles.states import StageKind
from proposals import queries, service
from proposals.errors import DraftChangedMeanwhile, IdeaNotFound, TooManyPhotos
from proposals.forms import LATITUDES, LONGITUDES, CostForm, PinDeed, PlaceForm, TextForm, read_pin_deed
from proposals.models import Idea
from proposals.pages import drafts as pages
from proposals.pages.ideas import ConfirmPage, view_documents, view_photos
from proposals.pages.maps import view_map, view_pin
from proposals.policy import MAX_ATTACHMENTS, MAX_PHOTOS, may_draft, may_edit, may_own, may_submit
from proposals.queries.maps import find_map
from proposals.routes.attachments import handle_attachments
from proposals.routes.review import find_alike, find_similar
from proposals.rules import maps
from proposals.states import IdeaState, review_deadline

STEP_FORMS: dict[str, type[TextForm] | type[PlaceForm] | type[CostForm]] = {
    "text": TextForm,
    "place": PlaceForm,
    "photos": CostForm,
}
ENOUGH = 12  # characters before it makes sense to look for ideas like it
NEXT_STEP = {"text": "edit/place", "place": "edit/photos", "photos": "similar"}


@get("/ideas/new", audience=anyone, include_in_schema=False)
async def show_new(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What is needed for an idea, until when it can be sent, and my drafts."""
    cycle = await find_collecting_cycle(session, ctx.now)
    stage = await find_stage(session, cycle.id, StageKind.SUBMISSION) if cycle else None
    drafts = await queries.list_drafts(session, ctx.actor.id) if ctx.actor else []
    model = pages.build_new(
        drafts,
        may_draft(ctx.actor, drafts=sum(draft.author_id == ctx.actor.id for draft in drafts)),
        stage,
        is_verified=bool(ctx.actor and ctx.actor.is_verified),
        is_open=bool(cycle and await service.is_submission_open(session, cycle.id, now=ctx.now)),
    )
    return page(request, "proposals/new.html", model)


@post("/ideas/new", audience=signed_in, include_in_schema=False)
async def create_draft(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Begin a draft in the current cycle."""
    cycle = await find_collecting_cycle(session, ctx.now)
    if cycle is None or cycle.is_imported:
        raise CycleNotFound()
    idea = await service.create_draft(session, ctx.actor, cycle_id=cycle.id, now=ctx.now)
    return see_other(request, f"/ideas/{idea.id}/edit/text")


async def _get_draft(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> Idea:
    """A draft of which one is an author. Raises: IdeaNotFound for everybody else, and once it was sent."""
    idea = await queries.get_idea(session, idea_id)
    if not may_edit(ctx.actor, idea):
        raise IdeaNotFound()
    return idea


# ── the steps ─────────────────────────────────────────────────────────────────
@get("/ideas/{idea_id:uuid}/edit/{step:str}", audience=signed_in, include_in_schema=False)
async def show_step(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
    step: FromPath[str],
) -> Response[bytes]:
    """One step of a draft."""
    idea = await _get_draft(session, ctx, idea_id)
    return await _step_page(request, session, idea, step, pages.values_of(idea), {})


@post("/ideas/{idea_id:uuid}/edit/{step:str}", audience=signed_in, uploads=True, include_in_schema=False)
async def save_step(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
    step: FromPath[str],
) -> Response[bytes]:
    """Save a step and go on; or act on its photos; or show how the text will look."""
    idea = await _get_draft(session, ctx, idea_id)
    try:
        pin = read_pin_deed(form) if step == "place" else None
        is_replaced = pin is not None and pin.kind in ("press", "remove")
        await _save(session, ctx, idea, step, _without_point(form) if is_replaced else form)
        deed = form.get("do")
        if pin:
            await _set_pin(session, ctx, idea, pin)
            anchor = f"pin-{pin.direction}" if pin.direction else "map"
            return see_other(request, f"/ideas/{idea.id}/edit/place", anchor=anchor)
        if step == "photos":
            await _handle_photos(session, ctx, idea, form)
            await handle_attachments(session, ctx, idea, form)
            if deed:
                anchor = "documents-list" if deed.startswith(("drop", "attach")) else "photos-list"
                return see_other(request, f"/ideas/{idea.id}/edit/photos", anchor=anchor)
        if deed == "preview":
            return await _step_page(request, session, idea, step, pages.values_of(idea), {}, preview=True)
        if deed == "later":
            notice = ctx.gettext("Your draft is saved. Nobody else can see it.")
            return see_other(request, "/ideas/new", notice=notice)
    except (FormErrors, DraftChangedMeanwhile) as refused:
        return await _refused_step(request, session, ctx, idea, step, form, refused)
    return see_other(request, f"/ideas/{idea.id}/{NEXT_STEP[step]}")


async def _refused_step(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    idea: Idea,
    step: str,
    form: Form,
    refused: FormErrors | DraftChangedMeanwhile,
) -> Response[bytes]:
    """The step with what was typed; what another author saved meanwhile stands above it, as seen now."""
    errors, status = explain_refusal(ctx.locale, refused)
    saved = pages.values_of(await queries.get_idea(session, idea.id))
    values = {name: form.get(name, old) for name, old in saved.items()}
    if isinstance(refused, DraftChangedMeanwhile):
        theirs = pages.differing(saved, values, pages.choices(await list_areas(session, idea.cycle_id)))
        return await _step_page(request, session, idea, step, values, errors, status=status, theirs=theirs)
    seen = _read_seen(form, step)
    return await _step_page(request, session, idea, step, values, errors, status=status, seen=seen)


def _read_seen(form: Form, step: str) -> service.Seen | None:
    """What the author was looking at; None for who sends the form by other means."""
    return service.Seen(step, form.get("form")[:40], form.get("seen")[:80]) if "seen" in form else None


async def _save(session: AsyncSession, ctx: Ctx, idea: Idea, step: str, form: Form) -> None:
    """Keep the fields of a step. Raises: FormErrors; IdeaNotFound for a step that isn't one."""
    if step not in STEP_FORMS:
        raise IdeaNotFound()
    fields = msgspec.structs.asdict(parse(STEP_FORMS[step], form))
    if "area" in fields:
        fields["area_id"] = fields.pop("area")
        if fields["area_id"] not in {None, *(area.id for area in await list_areas(session, idea.cycle_id))}:
            raise FormErrors({"area": Invalid(N_("Choose an area of this cycle"))})
    if "estimate" in fields:
        fields["estimate_bani"] = fields.pop("estimate")
    seen = _read_seen(form, step)
    await service.save_draft(session, ctx.actor, idea.id, fields, seen=seen, now=ctx.now)


def _without_point(form: Form) -> Form:
    """What was typed, but for the coordinates: the pin takes their place."""
    return Form(field for field in form.fields if field[0] not in ("latitude", "longitude"))


async def _set_pin(session: AsyncSession, ctx: Ctx, idea: Idea, pin: PinDeed) -> None:
    """Put the pin where it was pressed, or at the start, or move it by a step."""
    drawn = find_map(ctx.services.settings)
    has_pin = idea.latitude is not None and idea.longitude is not None
    if drawn is None or pin.kind == "remove" or (pin.kind == "start" and has_pin):
        return  # saving without coordinates has removed it; and a pin that is there does not start anew
    if pin.kind == "press":
        point = maps.from_picture(drawn.box, pin.across, pin.down)
    elif idea.latitude is None or idea.longitude is None:
        areas = {area.id: area.name for area in await list_areas(session, idea.cycle_id)}
        point = maps.middle_of(drawn, areas.get(idea.area_id, "") if idea.area_id else "")
    else:
        limits = maps.Box(LATITUDES[0], LONGITUDES[0], LATITUDES[1], LONGITUDES[1])
        point = maps.move(maps.Point(idea.latitude, idea.longitude), pin.direction, within=limits)
    fields = {"latitude": point.latitude, "longitude": point.longitude}
    await service.save_draft(session, ctx.actor, idea.id, fields, now=ctx.now)


async def _handle_photos(session: AsyncSession, ctx: Ctx, idea: Idea, form: Form) -> None:
    """Descriptions, removals, order and new photos of the third step. Raises: FormErrors."""
    photos = await queries.list_photos(session, idea.id)
    alts = {photo.id: form.get(f"alt-{photo.id}", photo.alt)[:250] for photo in photos}
    await service.describe_photos(session, ctx.actor, idea.id, alts, now=ctx.now)
    deed, _, target = form.get("do").partition(":")
    if deed in ("remove", "up", "down"):
        photo_id = next((photo.id for photo in photos if str(photo.id) == target), uuid.UUID(int=0))
        if deed == "remove":
            await service.remove_photo(session, ctx.actor, idea.id, photo_id)
        else:
            await service.move_photo(session, ctx.actor, idea.id, photo_id, up=deed == "up")
    uploads = form.chosen("photos")
    if len(photos) + len(uploads) > MAX_PHOTOS:
        raise FormErrors({"photos": TooManyPhotos(limit=MAX_PHOTOS)})
    for upload in uploads:
        try:
            stored = await store_photo(ctx.services.storage, upload.content)
        except Invalid as refused:
            raise FormErrors({"photos": refused}) from None
        await service.add_photo(session, ctx.actor, idea.id, stored, now=ctx.now)


async def _step_page(
    request: WebRequest,
    session: AsyncSession,
    idea: Idea,
    step: str,
    values: dict[str, str],
    errors: dict[str, str],
    *,
    preview: bool = False,
    status: int = 200,
    seen: service.Seen | None = None,
    theirs: list[tuple[str, str]] | None = None,
) -> Response[bytes]:
    """`seen`: of a form that is shown again; else what is saved now is what its author sees."""
    if step not in pages.STEPS:
        raise IdeaNotFound()
    model = pages.DraftPage(
        id=str(idea.id),
        step=step,
        place=pages.STEPS.index(step) + 1,
        values=values,
        areas=pages.choices(await list_areas(session, idea.cycle_id)),
        photos=view_photos(await queries.list_photos(session, idea.id)),
        documents=view_documents(await queries.list_attachments(session, idea.id)),
        map=view_map(
            find_map(ctx_of(request).services.settings), idea.latitude, idea.longitude, ctx_of(request).locale
        ),
        saved_at=idea.updated_at,
        form=seen.form if seen else str(uuid.uuid4()),
        seen=seen.digest if seen else service.digest_step(idea, step),
        theirs=theirs or [],
        max_photos=MAX_PHOTOS,
        max_documents=MAX_ATTACHMENTS,
        errors=errors,
        preview=preview,
    )
    return page(request, f"proposals/draft_{step}.html", model, status=status)


@post("/ideas/{idea_id:uuid}/autosave/{step:str}", audience=signed_in, include_in_schema=False)
async def autosave(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
    step: FromPath[str],
) -> Response[bytes]:
    """Keep what is being typed; answers with the line that says so."""
    idea = await _get_draft(session, ctx, idea_id)
    try:
        await _save(session, ctx, idea, step, form)
    except (FormErrors, DraftChangedMeanwhile) as refused:
        errors, status = explain_refusal(ctx.locale, refused)
        model = pages.SavedPart(None, next(iter(errors.values())))
        return page(request, "proposals/_saved.html", model, status=status)
    return page(request, "proposals/_saved.html", pages.SavedPart(ctx.now))


@post("/ideas/{idea_id:uuid}/preview", audience=signed_in, include_in_schema=False)
async def preview(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """How the text will look, without saving."""
    await _get_draft(session, ctx, idea_id)
    model = pages.PreviewPart(form.get("body")[:6000], form.get("lang", "ro")[:8])
    return page(request, "proposals/_preview.html", model)


@post("/ideas/{idea_id:uuid}/alike", audience=signed_in, include_in_schema=False)
async def show_alike(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Ideas that are there already, while the draft is being typed; without scripts they are a step."""
    await ctx.services.limiter.check(f"alike:{ctx.actor.id}", limit=400, seconds=600)
    idea = await _get_draft(session, ctx, idea_id)
    typed = {name: form.get(name, old)[:6000] for name, old in pages.values_of(idea).items()}
    text = f"{typed['location']} {typed['landmark']} {typed['body']}"
    cards = []
    if len(typed["title"]) + len(text) >= ENOUGH:
        area_id = typed_id(typed["area"]) if typed["area"] else None
        cards = await find_alike(session, idea, typed["title"], text, area_id, limit=3)
    return page(request, "proposals/_alike.html", pages.AlikePart(cards))


# ── similar, check, send ──────────────────────────────────────────────────────
@get("/ideas/{idea_id:uuid}/similar", audience=signed_in, include_in_schema=False)
async def show_similar(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Ideas that are there already; when none is alike, straight on to the check."""
    idea = await _get_draft(session, ctx, idea_id)
    cards = await find_similar(session, idea)
    if not cards:
        return see_other(request, f"/ideas/{idea.id}/check")
    model = pages.SimilarPage(str(idea.id), idea.title, cards, ctx.actor.is_verified)
    return page(request, "proposals/similar.html", model)


@get("/ideas/{idea_id:uuid}/check", audience=signed_in, include_in_schema=False)
async def show_check(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Everything as it will be sent, and what is still missing."""
    idea = await _get_draft(session, ctx, idea_id)
    return await _check_page(request, session, ctx, idea, {})


async def _check_page(
    request: WebRequest, session: AsyncSession, ctx: Ctx, idea: Idea, errors: dict[str, DomainError]
) -> Response[bytes]:
    missing = errors or service.find_missing(idea)
    areas = {area.id: area.name for area in await list_areas(session, idea.cycle_id)}
    is_open = await service.is_submission_open(session, idea.cycle_id, now=ctx.now)
    days_off = await list_days_off(session)
    deadline = review_deadline(ctx.now, [], today=local_date(ctx.now), days_off=days_off)
    model = pages.CheckPage(
        id=str(idea.id),
        title=idea.title,
        lang=idea.lang,
        body=idea.body,
        area=areas.get(idea.area_id, "") if idea.area_id else "",
        location=idea.location,
        landmark=idea.landmark,
        latitude=idea.latitude,
        longitude=idea.longitude,
        pin=view_pin(find_map(ctx.services.settings), idea.latitude, idea.longitude, ctx.locale),
        estimate_bani=idea.estimate_bani,
        photos=view_photos(await queries.list_photos(session, idea.id)),
        documents=view_documents(await queries.list_attachments(session, idea.id)),
        may_submit=may_submit(ctx.actor, idea, submission_open=is_open),
        errors={name: error_text(ctx.locale, error) for name, error in missing.items()},
        due_on=show_date(deadline.due_on, ctx.locale),
        term_days=deadline.term.days,
    )
    return page(request, "proposals/check.html", model, status=422 if errors else 200)


@post("/ideas/{idea_id:uuid}/send", audience=signed_in, include_in_schema=False)
async def send_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Send the idea; it gets its registration number. Sent twice, the second time shows the receipt."""
    await ctx.services.limiter.check(f"send-idea:{ctx.actor.id}", limit=10, seconds=3600)
    idea = await queries.get_idea(session, idea_id)
    if idea.state == IdeaState.DRAFT or idea.author_id != ctx.actor.id:
        idea = await _get_draft(session, ctx, idea_id)
        try:
            await service.submit_idea(session, ctx.actor, idea.id, now=ctx.now)
        except FormErrors as refused:
            return await _check_page(request, session, ctx, idea, refused.errors)
    return see_other(request, f"/ideas/{idea.id}/sent")


@get("/ideas/{idea_id:uuid}/sent", audience=signed_in, include_in_schema=False)
async def show_sent(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The author's receipt: number, term, what happens next."""
    idea = await queries.get_idea(session, idea_id)
    if ctx.actor.id not in idea.author_ids or idea.submitted_at is None:
        raise IdeaNotFound()
    today, days_off = local_date(idea.submitted_at), await list_days_off(session)
    deadline = review_deadline(idea.submitted_at, [], today=today, days_off=days_off)
    model = pages.SentPage(
        id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        email=ctx.actor.email,
        sent_at=idea.submitted_at,
        due_on=show_date(deadline.due_on, ctx.locale),
        term_days=deadline.term.days,
    )
    return page(request, "proposals/sent.html", model)


@get("/ideas/{idea_id:uuid}/delete", audience=signed_in, include_in_schema=False)
async def confirm_delete(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask before a draft is thrown away."""
    idea = await _get_draft(session, ctx, idea_id)
    require(may_own(ctx.actor, idea))
    return page(request, "proposals/delete.html", ConfirmPage(str(idea.id), idea.title, ""))


@post("/ideas/{idea_id:uuid}/delete", audience=signed_in, include_in_schema=False)
async def delete_draft(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Throw a draft away."""
    idea = await _get_draft(session, ctx, idea_id)
    await service.delete_draft(session, ctx.actor, idea.id)
    return see_other(request, "/ideas/new", notice=ctx.gettext("The draft was deleted."))


HANDLERS = [
    show_new,
    create_draft,
    show_step,
    save_step,
    autosave,
    preview,
    show_alike,
    show_similar,
    show_check,
    send_idea,
    show_sent,
    confirm_delete,
    delete_draft,
]
