"""The department enters works: milestones, payments and their corrections, photos."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse, whole_number
from app.kit.i18n import N_
from app.kit.images import StoredPhoto, store_photo
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import (
    MilestoneNotFound,
    PhotoAlreadyThere,
    PhotoNotFound,
    TooManyWorksPhotos,
    WorksChangedMeanwhile,
)
from proposals.forms import CorrectionForm, MilestoneForm, PaymentForm, WhyForm, WorksPhotoForm
from proposals.models import Project
from proposals.pages import works as pages
from proposals.policy.works import may_keep_works
from proposals.states import STEPS, MilestoneKind

NO_PHOTO = N_("Choose a photo")
NEW = "new"


async def _get_project(session: AsyncSession, ctx: Ctx, project_id: UUID) -> Project:
    """The project, for who may enter its works. Raises: ProjectNotFound, Forbidden."""
    project, cycle = await queries.get_works(session, project_id)
    answers = await queries.answers_for(session, project, ctx.actor.id)
    verdict = may_keep_works(
        ctx.actor, outcome=project.outcome, is_imported=cycle.is_imported, answers=answers
    )
    require(verdict)
    return project


# ── milestones ────────────────────────────────────────────────────────────────
def _read_step(key: str) -> tuple[MilestoneKind, int]:
    """Kind and ordinal of the milestone at an address. Raises: MilestoneNotFound."""
    kind, _, ordinal = key.partition("-")
    if key == NEW:
        return MilestoneKind.OTHER, 0
    if kind == MilestoneKind.OTHER and whole_number(ordinal):
        return MilestoneKind.OTHER, whole_number(ordinal)
    if key not in STEPS:
        raise MilestoneNotFound()
    return MilestoneKind(key), 0


async def _milestone_page(session: AsyncSession, ctx: Ctx, project: Project, key: str) -> pages.WorksFormPage:
    _read_step(key)
    entries = await queries.list_milestones(session, project.id)
    steps = pages.view_steps(entries, today=local_date(ctx.now))
    step = next((one for one in steps if one.key == key), pages.StepView(key=NEW))
    if step.key != key:
        raise MilestoneNotFound()
    values = {
        "title": "",
        "planned_on": step.planned_on.isoformat() if step.planned_on else "",
        "actual_on": step.actual_on.isoformat() if step.actual_on else "",
        "note": "",
        "seen": str(len(entries)),
    }
    return pages.form_page(project, values, step=step)


@get("/works/{project_id:uuid}/milestones/{key:str}", audience=official, include_in_schema=False)
async def show_milestone(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
    key: FromPath[str],
) -> Response[bytes]:
    """The form of a milestone, with what was entered before."""
    project = await _get_project(session, ctx, project_id)
    return page(request, "proposals/works_milestone.html", await _milestone_page(session, ctx, project, key))


@post("/works/{project_id:uuid}/milestones/{key:str}", audience=official, include_in_schema=False)
async def enter_milestone(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
    key: FromPath[str],
) -> Response[bytes]:
    """Enter a plan, a changed plan, or the day on which a milestone was reached."""
    project = await _get_project(session, ctx, project_id)
    model = await _milestone_page(session, ctx, project, key)
    kind, ordinal = _read_step(key)
    try:
        typed = parse(MilestoneForm, form)
        entry = service.MilestoneEntry(
            kind=kind,
            ordinal=ordinal,
            title=typed.title if kind is MilestoneKind.OTHER else "",
            planned_on=typed.planned_on,
            actual_on=typed.actual_on,
            note=typed.note,
        )
        await service.enter_milestone(session, ctx.actor, project.id, entry, seen=typed.seen, now=ctx.now)
    except (FormErrors, WorksChangedMeanwhile) as refused:
        return _again(request, ctx, "proposals/works_milestone.html", model, form, refused)
    notice = ctx.gettext("The milestone is on the timeline and in the public register.")
    return see_other(request, f"/works/{project.id}", notice=notice, anchor="milestones")


def _again(
    request: WebRequest,
    ctx: Ctx,
    template: str,
    model: pages.WorksFormPage,
    form: Form,
    refused: FormErrors | WorksChangedMeanwhile | PhotoAlreadyThere | TooManyWorksPhotos,
) -> Response[bytes]:
    """The form once more with what was typed; `seen` is what is there now."""
    values = {name: value if name == "seen" else form.get(name) for name, value in model.values.items()}
    if isinstance(refused, FormErrors):
        errors, status = field_errors(ctx.locale, refused), 422
    else:
        errors, status = {"": error_text(ctx.locale, refused)}, 409
    again = pages.with_typed(model, values, errors)
    return page(request, template, again, status=status)


# ── money ─────────────────────────────────────────────────────────────────────
async def _payment_page(
    session: AsyncSession, ctx: Ctx, project: Project, position: int = 0
) -> pages.WorksFormPage:
    spendings = await queries.list_spendings(session, project.id)
    values = {"amount": "", "document": "", "seen": str(len(spendings))}
    if not position:
        today = local_date(ctx.now).isoformat()
        return pages.form_page(project, {**values, "purpose": "", "paid_on": today})
    service.find_payment(spendings, position)
    payment = pages.view_spendings(spendings)[position - 1]
    return pages.form_page(project, {**values, "reason": ""}, payment=payment)


@get("/works/{project_id:uuid}/payments/new", audience=official, include_in_schema=False)
async def show_payment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of a payment."""
    project = await _get_project(session, ctx, project_id)
    return page(request, "proposals/works_payment.html", await _payment_page(session, ctx, project))


@post("/works/{project_id:uuid}/payments/new", audience=official, include_in_schema=False)
async def enter_payment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """Enter what was paid."""
    project = await _get_project(session, ctx, project_id)
    model = await _payment_page(session, ctx, project)
    try:
        typed = parse(PaymentForm, form)
        payment = service.Payment(
            amount_bani=typed.amount,
            purpose=typed.purpose,
            document=typed.document,
            paid_on=typed.paid_on,
        )
        await service.enter_payment(session, ctx.actor, project.id, payment, seen=typed.seen, now=ctx.now)
    except (FormErrors, WorksChangedMeanwhile) as refused:
        return _again(request, ctx, "proposals/works_payment.html", model, form, refused)
    notice = ctx.gettext("The payment is entered, in public.")
    return see_other(request, f"/works/{project.id}", notice=notice, anchor="money")


@get("/works/{project_id:uuid}/payments/{position:int}/correct", audience=official, include_in_schema=False)
async def show_correction(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """The form that takes a payment back."""
    project = await _get_project(session, ctx, project_id)
    model = await _payment_page(session, ctx, project, position or -1)
    return page(request, "proposals/works_correction.html", model)


@post("/works/{project_id:uuid}/payments/{position:int}/correct", audience=official, include_in_schema=False)
async def correct_payment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """Take a payment back, or a part of it."""
    project = await _get_project(session, ctx, project_id)
    model = await _payment_page(session, ctx, project, position or -1)
    try:
        typed = parse(CorrectionForm, form)
        correction = service.Correction(
            position=position,
            amount_bani=typed.amount,
            document=typed.document,
            reason=typed.reason,
        )
        await service.correct_payment(
            session, ctx.actor, project.id, correction, seen=typed.seen, now=ctx.now
        )
    except (FormErrors, WorksChangedMeanwhile) as refused:
        return _again(request, ctx, "proposals/works_correction.html", model, form, refused)
    notice = ctx.gettext("The correction is entered, in public.")
    return see_other(request, f"/works/{project.id}", notice=notice, anchor="money")


# ── photos ────────────────────────────────────────────────────────────────────
async def _photos_page(session: AsyncSession, ctx: Ctx, project: Project) -> pages.WorksFormPage:
    photos = pages.view_photos(await queries.list_works_photos(session, project.id))
    values = {"alt": "", "taken_on": local_date(ctx.now).isoformat()}
    return pages.form_page(project, values, photos=photos)


@get("/works/{project_id:uuid}/photos", audience=official, include_in_schema=False)
async def show_photos(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """Add a photo of the works, or choose one to withdraw."""
    project = await _get_project(session, ctx, project_id)
    return page(request, "proposals/works_photos.html", await _photos_page(session, ctx, project))


@post("/works/{project_id:uuid}/photos", audience=official, uploads=True, include_in_schema=False)
async def add_photo(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """Add a photo of the works."""
    project = await _get_project(session, ctx, project_id)
    model = await _photos_page(session, ctx, project)
    try:
        typed, stored = await _read_photo(ctx, form)
        await service.add_works_photo(
            session, ctx.actor, project.id, stored, alt=typed.alt, taken_on=typed.taken_on, now=ctx.now
        )
    except (FormErrors, PhotoAlreadyThere, TooManyWorksPhotos) as refused:
        return _again(request, ctx, "proposals/works_photos.html", model, form, refused)
    notice = ctx.gettext("The photo is shown.")
    return see_other(request, f"/works/{project.id}", notice=notice, anchor="photos")


async def _read_photo(ctx: Ctx, form: Form) -> tuple[WorksPhotoForm, StoredPhoto]:
    """What was typed of a photo, and the photo. Raises: FormErrors with every field's message."""
    uploads = form.chosen("photo")
    try:
        typed = parse(WorksPhotoForm, form)
    except FormErrors as refused:
        raise FormErrors(({} if uploads else {"photo": Invalid(NO_PHOTO)}) | refused.errors) from None
    if not uploads:
        raise FormErrors({"photo": Invalid(NO_PHOTO)})
    try:
        return typed, await store_photo(ctx.services.storage, uploads[0].content)
    except Invalid as refused:
        raise FormErrors({"photo": refused}) from None


@get("/works/photos/{photo_id:uuid}/withdraw", audience=official, include_in_schema=False)
async def show_withdrawal(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask why a photo is withdrawn."""
    return page(request, "proposals/works_withdraw.html", await _withdrawal_page(session, ctx, photo_id))


async def _withdrawal_page(session: AsyncSession, ctx: Ctx, photo_id: UUID) -> pages.WorksFormPage:
    photo = await queries.get_works_photo(session, photo_id)
    project = await _get_project(session, ctx, photo.project_id)
    if photo.opinion_id is not None:
        raise PhotoNotFound()  # a resident's: a moderator hides it with its answer
    return pages.form_page(project, {"why": ""}, photo=pages.view_photo(photo))


@post("/works/photos/{photo_id:uuid}/withdraw", audience=official, include_in_schema=False)
async def withdraw_photo(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """No longer show a photo."""
    model = await _withdrawal_page(session, ctx, photo_id)
    try:
        why = parse(WhyForm, form).why
    except FormErrors as refused:
        return _again(request, ctx, "proposals/works_withdraw.html", model, form, refused)
    await service.withdraw_works_photo(session, ctx.actor, photo_id, why=why, now=ctx.now)
    notice = ctx.gettext("The photo is no longer shown.")
    return see_other(request, f"/works/{model.id}", notice=notice, anchor="photos")


HANDLERS = [
    show_milestone,
    enter_milestone,
    show_payment,
    enter_payment,
    show_correction,
    correct_payment,
    show_photos,
    add_photo,
    show_withdrawal,
    withdraw_photo,
]
