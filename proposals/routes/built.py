"""Built as promised? A resident says it, the department answers, moderators judge the words as comments."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.context import Ctx
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse
from app.kit.i18n import N_
from app.kit.images import store_photo
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    explain_refusal,
    field_errors,
    get,
    official,
    page,
    post,
    see_other,
    verified,
)
from discussions.errors import StillHidden
from proposals import queries, service
from proposals.forms import OpinionForm, ReplyForm
from proposals.models import Opinion, Project
from proposals.pages import works as pages
from proposals.policy.works import may_reply_built, may_say_built
from proposals.routes.works import view_opinions
from proposals.states import WorksState, works_state


# ── the resident ──────────────────────────────────────────────────────────────
@get("/works/{project_id:uuid}/built", audience=verified, include_in_schema=False)
async def show_built(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """The question, with what one has said."""
    return page(request, "proposals/works_built.html", await _built_page(session, ctx, project_id))


async def _built_page(session: AsyncSession, ctx: Ctx, project_id: UUID) -> pages.WorksFormPage:
    project, _ = await queries.get_works(session, project_id)
    steps = queries.last_entries(await queries.list_milestones(session, project.id))
    require(may_say_built(ctx.actor, is_received=works_state(steps) is WorksState.RECEIVED))
    own = await queries.find_opinion(session, project.id, await list_same_person(session, ctx.actor.id))
    photo = (await queries.list_opinion_photos(session, [own.id])).get(own.id) if own else None
    words = (await queries.list_words(session, [own])).get(own.id) if own else None
    is_hidden = words is not None and words.is_hidden
    text = words.text if words and not is_hidden else ""
    return pages.form_page(
        project,
        {"choice": own.choice if own else "", "text": text, "alt": "", "drop_photo": ""},
        photo=pages.view_photo(photo) if photo and not is_hidden else None,
        hidden_path=f"/comments/{words.id}" if words and is_hidden else "",
    )


@post("/works/{project_id:uuid}/built", audience=verified, uploads=True, include_in_schema=False)
async def say_built(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """Say it, or change what one has said."""
    await ctx.services.limiter.check(f"say-built:{ctx.actor.id}", limit=30, seconds=3600)
    model = await _built_page(session, ctx, project_id)
    try:
        saying = await _read_saying(ctx, form)
        async with session.begin_nested():  # a refusal is a page, which ends without rolling back
            await service.say_built(session, ctx.actor, project_id, saying, now=ctx.now)
    except (FormErrors, StillHidden) as refused:
        errors, status = explain_refusal(ctx.locale, refused, "text")
        again = pages.with_typed(model, {name: form.get(name) for name in model.values}, errors)
        return page(request, "proposals/works_built.html", again, status=status)
    notice = ctx.gettext("Your answer counts. You can change it at any time.")
    return see_other(request, f"/works/{project_id}", notice=notice, anchor="built")


async def _read_saying(ctx: Ctx, form: Form) -> service.Saying:
    """What was typed, with the photo. Raises: FormErrors."""
    typed = parse(OpinionForm, form)
    upload = next(iter(form.chosen("photo")), None)
    if upload is not None and len(typed.alt) < 5:
        raise FormErrors({"alt": Invalid(N_("Say what the photo shows, for who cannot see it"))})
    try:
        stored = await store_photo(ctx.services.storage, upload.content) if upload else None
    except Invalid as refused:
        raise FormErrors({"photo": refused}) from None
    return service.Saying(
        choice=typed.choice,
        text=typed.text,
        photo=stored,
        alt=typed.alt,
        keeps_photo=not typed.drop_photo,
    )


# ── the department ─────────────────────────────────────────
async def _opinion_page(session: AsyncSession, ctx: Ctx, opinion: Opinion, field: str) -> pages.WorksFormPage:
    project: Project = (await queries.get_works(session, opinion.project_id))[0]
    (view,) = await view_opinions(session, ctx, [opinion])
    return pages.form_page(project, {field: ""}, opinion=view)


async def _answerable(session: AsyncSession, ctx: Ctx, opinion_id: UUID) -> Opinion:
    """Raises: OpinionNotFound, Forbidden."""
    opinion = await queries.get_opinion(session, opinion_id)
    words = (await queries.list_words(session, [opinion])).get(opinion.id)
    project, _ = await queries.get_works(session, opinion.project_id)
    answers = await queries.answers_for(session, project, ctx.actor.id)
    require(may_reply_built(ctx.actor, is_hidden=words is not None and words.is_hidden, answers=answers))
    return opinion


@get("/works/opinions/{opinion_id:uuid}/reply", audience=official, include_in_schema=False)
async def show_reply(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    opinion_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of an answer to what a resident says."""
    opinion = await _answerable(session, ctx, opinion_id)
    return page(request, "proposals/works_reply.html", await _opinion_page(session, ctx, opinion, "text"))


@post("/works/opinions/{opinion_id:uuid}/reply", audience=official, include_in_schema=False)
async def reply_built(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    opinion_id: FromPath[UUID],
) -> Response[bytes]:
    """Answer for the department, in public."""
    opinion = await _answerable(session, ctx, opinion_id)
    try:
        text = parse(ReplyForm, form).text
    except FormErrors as refused:
        model = await _opinion_page(session, ctx, opinion, "text")
        model = pages.with_typed(model, {"text": form.get("text")}, field_errors(ctx.locale, refused))
        return page(request, "proposals/works_reply.html", model, status=422)
    await service.reply_built(session, ctx.actor, opinion_id, text=text, now=ctx.now)
    notice = ctx.gettext("Your answer is published.")
    return see_other(request, f"/works/{opinion.project_id}", notice=notice, anchor=f"o-{opinion_id}")


HANDLERS = [show_built, say_built, show_reply, reply_built]
