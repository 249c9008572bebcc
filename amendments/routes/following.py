"""Following one act by e-mail, from its page and out of each message."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.pages.acts import StopPage
from amendments.routes.public import visible_act
from app.kit.context import Ctx
from app.kit.forms import Form, query_form
from app.kit.web import WebRequest, anyone, get, page, post, see_other, signed_in


@post("/acts/{act_id:uuid}/follow", audience=signed_in)
async def follow(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Be told of every step of a draft decision, or no longer."""
    act = await visible_act(session, ctx, act_id)
    wanted = form.get("wanted") == "yes"
    await service.follow_act(session, ctx.actor, act.id, wanted=wanted, now=ctx.now)
    said = (
        ctx.gettext("We write to you at each step of this draft decision.")
        if wanted
        else ctx.gettext("We no longer write to you about this draft decision.")
    )
    return see_other(request, f"/acts/{act_id}", notice=said)


@get("/acts/following/stop", audience=anyone)
async def show_stop(request: WebRequest, session: NamedDependency[AsyncSession]) -> Response[bytes]:
    """Where a message's last line leads: one button, no signing in. Looking stops nothing, for programs that
    guard mailboxes open every address.
    """
    token = query_form(request).get("token")
    act = await queries.find_followed(session, token)
    model = StopPage(token=token, title=act.title if act else "", act_id=str(act.id) if act else "")
    return page(request, "amendments/stop.html", model)


@post("/acts/following/stop", audience=anyone)
async def stop(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """No longer be told of the steps of a draft decision."""
    await service.stop_following(session, form.get("token"))
    said = ctx.gettext("We no longer write to you about this draft decision.")
    return see_other(request, "/acts", notice=said)


HANDLERS = [follow, show_stop, stop]
