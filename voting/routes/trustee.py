"""A trustee's page at a secret address: what is theirs to do, files for it, and where what they made goes."""

import io

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import crypto
from app.kit.context import Ctx
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.forms import query_form
from app.kit.i18n import N_
from app.kit.uploads import LargeForm
from app.kit.web import WebRequest, anyone, download, error_text, get, page, post, receive, see_other
from voting import queries, service
from voting.errors import PollNotFound
from voting.models import Trustee
from voting.pages.ceremony import Ceremony, place_of
from voting.pages.trustee import build_trustee
from voting.policy import step_of_trustees
from voting.routes.officer import load_ceremony
from voting.states import Step

# The address is a secret: it is not kept, and other pages that are opened from here are not told of it.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
WRONG_ADDRESSES, SENDINGS = (
    30,
    60,
)  # in a quarter of an hour by one network address; in an hour by one trustee
NOTHING_SENT = N_("Choose the file that the program made, or paste its text.")


async def _load(session: AsyncSession, ctx: Ctx, token: str) -> tuple[Ceremony, Trustee]:
    """Raises: PollNotFound; TooMany for somebody who tries addresses."""
    try:
        trustee = await service.get_trustee(session, token)
        full = await queries.get_poll(session, trustee.poll_id)
        return await load_ceremony(session, full), trustee
    except PollNotFound:
        who = crypto.keyed_hash(ctx.services.settings.secret_key, "limit", ctx.client_ip)[:32]
        await ctx.services.limiter.check(f"trustee-address:{who}", limit=WRONG_ADDRESSES, seconds=900)
        raise


async def _show(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    token: str,
    *,
    typed: str = "",
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    ceremony, trustee = await _load(session, ctx, token)
    offered = await service.list_offered(session, ceremony.full, trustee)
    address = f"/trustee/{token}"
    model = build_trustee(ctx, ceremony, trustee, list(offered), address=address, typed=typed, errors=errors)
    headers = dict(HEADERS)
    is_part = ctx.is_htmx and request.method == "GET"
    seen = query_form(request).get("seen")
    if is_part and (model.work is not None or seen != str(place_of(ceremony))):
        headers["HX-Refresh"] = "true"  # there is something to do now
    template = "voting/_trustee_now.html" if is_part else "voting/trustee.html"
    return page(request, template, model, status=422 if errors else 200, headers=headers)


@get("/trustee/{token:str}", audience=anyone, include_in_schema=False)
async def show_trustee(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    token: FromPath[str],
) -> Response[bytes]:
    """Who they are, which step is theirs now and how it is done."""
    return await _show(request, session, ctx, token)


@get("/trustee/{token:str}/files/{name:str}", audience=anyone, include_in_schema=False)
async def download_offered(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    token: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """A file that the step of now needs."""
    ceremony, trustee = await _load(session, ctx, token)
    offered = await service.list_offered(session, ceremony.full, trustee)
    if name not in offered:
        raise NotFound()
    return download(offered[name], media_type="application/json", filename=name, headers=HEADERS)


@post("/trustee/{token:str}", audience=anyone, streams=True, include_in_schema=False)
async def take_delivery(
    request: WebRequest, ctx: NamedDependency[Ctx], token: FromPath[str]
) -> Response[bytes]:
    """Take what the trustee made. A large one is received piece by piece, and checked by a worker."""
    database = ctx.services.database
    async with database.read() as session:
        ceremony, trustee = await _load(session, ctx, token)
        step = step_of_trustees(ceremony.full.facts, has_threshold=ceremony.has_threshold)
    await ctx.services.limiter.check(
        f"trustee-sends:{trustee.token_digest[:32]}", limit=SENDINGS, seconds=3600
    )
    ctx.looking_at = (ctx.path, "")
    async with receive(request) as sent:
        try:
            await _deliver(ctx, token, step, sent)
        except Invalid as refused:
            errors = {"file": error_text(ctx.locale, refused)}
            async with database.read() as session:
                return await _show(request, session, ctx, token, typed=sent.form.get("text"), errors=errors)
        except (Forbidden, Conflict) as refused:  # sent twice, or too late
            notice, kind = error_text(ctx.locale, refused), "info"
        else:
            notice, kind = ctx.gettext("What you sent has arrived."), "success"
    answer = see_other(request, f"/trustee/{token}", notice=notice, kind=kind, anchor="now")
    answer.headers.update(HEADERS)
    return answer


async def _deliver(ctx: Ctx, token: str, step: Step | None, sent: LargeForm) -> None:
    """Raises: Invalid, Forbidden, PollNotFound."""
    typed = sent.form.get("text").encode()
    if not sent.size and not typed:
        raise Invalid(NOTHING_SENT)
    if step is None or sent.form.get("step") != step.value:
        raise Conflict(N_("Meanwhile another step has begun. Look at what is yours to do now."))
    content = sent.file if sent.size else io.BytesIO(typed)
    async with ctx.services.database.write() as session:
        await service.deliver(session, token, step, content, now=ctx.now)


HANDLERS = [show_trustee, download_offered, take_delivery]
