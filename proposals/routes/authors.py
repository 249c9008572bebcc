"""Co-authors: the page of an idea's authors, and the answer to an invitation."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import Forbidden, FormErrors
from app.kit.forms import Form, parse, query_form, typed_id
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    error_text,
    field_errors,
    get,
    page,
    post,
    see_other,
    signed_in,
)
from proposals import queries, service
from proposals.forms.intake import InviteForm
from proposals.pages import authors as pages
from proposals.policy.authors import MAX_CO_AUTHORS, may_see_authors
from proposals.states import IdeaState


@get("/ideas/{idea_id:uuid}/authors", audience=signed_in, include_in_schema=False)
async def show_authors(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Whose idea it is, and whom the author has asked."""
    return page(request, "proposals/authors.html", await _authors_page(session, ctx, idea_id))


async def _authors_page(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> pages.AuthorsPage:
    idea = await queries.get_idea(session, idea_id)
    require(may_see_authors(ctx.actor, idea))
    return pages.build_authors(
        idea,
        await queries.list_co_authors(session, idea_id),
        await queries.list_invitations(session, idea_id),
        ctx.actor,
        most=MAX_CO_AUTHORS,
        now=ctx.now,
    )


@post("/ideas/{idea_id:uuid}/authors", audience=signed_in, include_in_schema=False)
async def invite(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Invite somebody by e-mail, or take an invitation back."""
    deed, _, target = form.get("do").partition(":")
    if deed == "withdraw":
        await service.withdraw_invitation(session, ctx.actor, idea_id, typed_id(target), now=ctx.now)
        notice = ctx.gettext("The invitation was taken back.")
        return see_other(request, f"/ideas/{idea_id}/authors", notice=notice)
    await ctx.services.limiter.check(f"invite-author:{ctx.actor.id}", limit=12, seconds=86400)
    try:
        typed = parse(InviteForm, form)
        await service.invite(session, ctx.actor, idea_id, email=typed.email, now=ctx.now)
    except FormErrors as refused:
        model = await _authors_page(session, ctx, idea_id)
        errors = field_errors(ctx.locale, refused)
        model = msgspec.structs.replace(model, email=form.get("email"), errors=errors)
        return page(request, "proposals/authors.html", model, status=422)
    notice = ctx.gettext("The invitation was sent. It can be answered for 30 days.")
    return see_other(request, f"/ideas/{idea_id}/authors", notice=notice)


@post("/ideas/{idea_id:uuid}/authors/leave", audience=signed_in, include_in_schema=False)
async def leave(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Be a co-author no more."""
    idea = await service.leave_idea(session, ctx.actor, idea_id, now=ctx.now)
    path = "/ideas/new" if idea.state == IdeaState.DRAFT else f"/ideas/{idea_id}"
    return see_other(request, path, notice=ctx.gettext("You are no longer a co-author of this idea."))


# ── who was invited ───────────────────────────────────────────────────────────
@get("/ideas/invitation", audience=anyone, include_in_schema=False)
async def show_invitation(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The idea, and the question."""
    model = await _invitation_page(session, ctx, query_form(request).get("token"))
    return page(request, "proposals/invitation.html", model)


async def _invitation_page(session: AsyncSession, ctx: Ctx, token: str) -> pages.InvitationPage:
    invitation = await queries.get_invitation(session, token, now=ctx.now)
    idea = await queries.get_idea(session, invitation.idea_id)
    return pages.InvitationPage(token, idea.title, idea.lang, idea.body, idea.location, idea.author_name)


@post("/ideas/invitation/accept", audience=signed_in, include_in_schema=False)
async def accept_invitation(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Become a co-author."""
    try:
        idea = await service.accept_invitation(session, ctx.actor, form.get("token"), now=ctx.now)
    except Forbidden as refused:
        model = await _invitation_page(session, ctx, form.get("token"))
        model = msgspec.structs.replace(model, refusal=error_text(ctx.locale, refused))
        return page(request, "proposals/invitation.html", model, status=403)
    notice = ctx.gettext("The idea is yours too. You will be told of everything that happens to it.")
    return see_other(request, f"/ideas/{idea.id}", notice=notice)


@post("/ideas/invitation/decline", audience=anyone, include_in_schema=False)
async def decline_invitation(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Say no, with or without an account."""
    await service.decline_invitation(session, form.get("token"), now=ctx.now)
    return see_other(request, "/ideas", notice=ctx.gettext("The invitation was declined."))


HANDLERS = [show_authors, invite, leave, show_invitation, accept_invitation, decline_invitation]
