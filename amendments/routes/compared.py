"""What each version changed, for everybody."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries
from amendments.errors import ActNotFound
from amendments.pages.compared import ComparedPage, build_differences, build_rulings
from amendments.routes.public import visible_act
from app.kit.context import Ctx
from app.kit.web import WebRequest, anyone, get, page


@get("/acts/{act_id:uuid}/versions/{sequence:int}/changes", audience=anyone)
async def show_changes(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
) -> Response[bytes]:
    """A version beside the one before it, word for word, with who asked for each change and why."""
    act = await visible_act(session, ctx, act_id)
    found = {one.sequence: one for one in await queries.list_versions(session, act_id)}
    if sequence not in found or sequence - 1 not in found:
        raise ActNotFound()
    version = found[sequence]
    old, new = queries.read_version(found[sequence - 1]), queries.read_version(version)
    rows = await queries.list_registered(session, act_id)
    model = ComparedPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        old=sequence - 1,
        new=sequence,
        differences=build_differences(old, new, version, rows, ctx.locale),
        rulings=build_rulings(version, old, ctx.locale),
    )
    return page(request, "amendments/compared.html", model)


HANDLERS = [show_changes]
