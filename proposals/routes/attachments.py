"""Documents of ideas: taken in by the third step of a draft, and given out."""

from pathlib import PurePosixPath
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.documents import APART, EMPTY, Document, read_document
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, Upload, typed_id
from app.kit.images import is_photo, read_photo
from app.kit.text import clean
from app.kit.web import WebRequest, anyone, download, get
from proposals import queries, service
from proposals.errors import AttachmentNotFound, TooManyAttachments
from proposals.models import Idea
from proposals.policy import MAX_ATTACHMENTS, may_view
from proposals.states import IdeaState


async def handle_attachments(session: AsyncSession, ctx: Ctx, idea: Idea, form: Form) -> None:
    """Titles, removals and new documents of the third step. Raises: FormErrors."""
    known = await queries.list_attachments(session, idea.id)
    titles = {one.id: form.get(f"title-{one.id}", one.title)[:120] for one in known}
    await service.name_attachments(session, ctx.actor, idea.id, titles, now=ctx.now)
    deed, _, target = form.get("do").partition(":")
    if deed == "drop":
        await service.remove_attachment(session, ctx.actor, idea.id, typed_id(target))
    uploads = form.chosen("documents")
    if len(known) + len(uploads) > MAX_ATTACHMENTS:
        raise FormErrors({"documents": TooManyAttachments(limit=MAX_ATTACHMENTS)})
    for upload in uploads:
        stored = await store_document(ctx, upload, "documents")
        await service.add_attachment(session, ctx.actor, idea.id, stored, now=ctx.now)


async def store_document(ctx: Ctx, upload: Upload, field: str) -> service.StoredDocument:
    """Clean a document and put it into the storage. Raises: FormErrors on `field`."""
    try:
        document = await _read(upload)
    except Invalid as refused:
        raise FormErrors({field: refused}) from None
    return service.StoredDocument(
        title=_title_of(upload.name),
        key=await ctx.services.storage.put(document.content, document.suffix),
        media_type=document.media_type,
        size=len(document.content),
    )


async def _read(upload: Upload) -> Document:
    """Raises: Invalid."""
    if not upload.content:
        raise Invalid(EMPTY)
    if is_photo(upload.content):
        photo = await read_photo(upload.content)
        return Document(photo.large, "image/jpeg", ".jpg")
    return await read_document(upload.name, upload.content)


def _title_of(name: str) -> str:
    """The name of a file as a title: without folders and its ending."""
    stem = PurePosixPath(clean(name).replace("\\", "/")).stem.replace("_", " ").strip()
    return stem[:120] or "document"


@get("/attachments/{attachment_id:uuid}", audience=anyone, include_in_schema=False)
async def show_attachment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    attachment_id: FromPath[UUID],
) -> Response[bytes]:
    """A document to be saved, as long as its idea may be seen."""
    one, idea = await queries.get_attachment(session, attachment_id)
    if not may_view(ctx.actor, idea):
        raise AttachmentNotFound()
    content = await ctx.services.storage.get(one.key)
    suffix = one.key[one.key.rfind(".") :]
    cache = "private, no-store" if idea.state == IdeaState.DRAFT else "public, max-age=31536000, immutable"
    return download(
        content,
        media_type=one.media_type,
        filename=f"{idea.number or 'idea'}-{one.position}{suffix}",
        headers={"Cache-Control": cache, "Content-Security-Policy": APART},
    )


HANDLERS = [show_attachment]
