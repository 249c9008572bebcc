"""Photographs of consultations: the pictures, adding and withdrawing them."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, parse
from app.kit.i18n import N_
from app.kit.images import StoredPhoto, store_photo
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    download,
    explain_refusal,
    field_errors,
    get,
    official,
    page,
    post,
    see_other,
)
from consultations import service
from consultations.errors import PhotographNotFound
from consultations.forms.afterwards import PhotographForm, WithdrawalForm
from consultations.pages.afterwards import view_photograph
from consultations.pages.minutes import PhotographsPage, WithdrawalPage
from consultations.policy import may_write_minutes
from consultations.queries import minutes as stored
from consultations.routes.public import get_visible, view_cards
from consultations.service.minutes_photos import MOST_PHOTOGRAPHS

CACHE = "public, max-age=300"  # a photograph may be withdrawn
NO_PHOTO = N_("Choose a photograph")


@get("/consultations/photos/{photo_id:uuid}/{size:str}", audience=anyone, include_in_schema=False)
async def show_picture(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
    size: FromPath[str],
) -> Response[bytes]:
    """A photograph, until it is withdrawn."""
    photo = await stored.get_photograph(session, photo_id)
    keys = {"large.jpg": photo.large_key, "small.jpg": photo.small_key}
    if size not in keys:
        raise PhotographNotFound()
    content = await ctx.services.storage.get(keys[size])
    return download(content, media_type="image/jpeg", headers={"Cache-Control": CACHE})


async def _page(session: AsyncSession, ctx: Ctx, consultation_id: UUID) -> PhotographsPage:
    one = await get_visible(session, ctx, consultation_id)
    require(may_write_minutes(ctx.actor, one.row, now=ctx.now))
    (card,) = await view_cards(session, ctx, [one])
    photos = [view_photograph(photo) for photo in await stored.list_photographs(session, one.row.id)]
    return PhotographsPage(card=card, photos=photos, most=MOST_PHOTOGRAPHS)


@get("/consultations/{consultation_id:uuid}/photos", audience=official, include_in_schema=False)
async def list_photographs(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Add a photograph, or choose one to withdraw."""
    return page(request, "consultations/minutes_photos.html", await _page(session, ctx, consultation_id))


@post(
    "/consultations/{consultation_id:uuid}/photos", audience=official, uploads=True, include_in_schema=False
)
async def add_photograph(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """Show a photograph, with what is on it in words."""
    model = await _page(session, ctx, consultation_id)
    try:
        alt, photo = await _read(ctx, form)
        await service.show_photograph(session, ctx.actor, consultation_id, photo, alt=alt, now=ctx.now)
    except DomainError as refused:
        errors, status = explain_refusal(ctx.locale, refused, "photo")
        again = PhotographsPage(
            card=model.card, photos=model.photos, most=model.most, typed=dict(form.fields), errors=errors
        )
        return page(request, "consultations/minutes_photos.html", again, status=status)
    notice = ctx.gettext("The photograph is shown.")
    return see_other(request, f"/consultations/{consultation_id}", notice=notice, anchor="afterwards")


async def _read(ctx: Ctx, form: Form) -> tuple[str, StoredPhoto]:
    """What is on the photograph, and the photograph. Raises: FormErrors with every field's message."""
    uploads = form.chosen("photo")
    missing: dict[str, DomainError] = {} if uploads else {"photo": Invalid(NO_PHOTO)}
    try:
        alt = parse(PhotographForm, form).alt
    except FormErrors as refused:
        raise FormErrors(missing | refused.errors) from None
    if missing:
        raise FormErrors(missing)
    try:
        return alt, await store_photo(ctx.services.storage, uploads[0].content)
    except Invalid as refused:
        raise FormErrors({"photo": refused}) from None


async def _withdrawal(session: AsyncSession, ctx: Ctx, photo_id: UUID) -> WithdrawalPage:
    photo = await stored.get_photograph(session, photo_id)
    model = await _page(session, ctx, photo.consultation_id)
    return WithdrawalPage(card=model.card, photo=view_photograph(photo))


@get("/consultations/photos/{photo_id:uuid}/withdraw", audience=official, include_in_schema=False)
async def show_withdrawal(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask why a photograph is withdrawn."""
    model = await _withdrawal(session, ctx, photo_id)
    return page(request, "consultations/minutes_photo_withdraw.html", model)


@post("/consultations/photos/{photo_id:uuid}/withdraw", audience=official, include_in_schema=False)
async def withdraw_photograph(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """No longer show a photograph; the reason is public."""
    model = await _withdrawal(session, ctx, photo_id)
    try:
        why = parse(WithdrawalForm, form).why
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        again = WithdrawalPage(card=model.card, photo=model.photo, typed=dict(form.fields), errors=errors)
        return page(request, "consultations/minutes_photo_withdraw.html", again, status=422)
    await service.withdraw_photograph(session, ctx.actor, photo_id, why=why, now=ctx.now)
    notice = ctx.gettext("The photograph is no longer shown.")
    return see_other(request, model.card.path, notice=notice, anchor="afterwards")


HANDLERS = [show_picture, list_photographs, add_photograph, show_withdrawal, withdraw_photograph]
