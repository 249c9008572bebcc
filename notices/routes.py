"""Choosing what one is told, following, and saying stop out of a mail."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import find_residence
from app.kit import crypto
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.mail import STOP_PATH, STOP_PURPOSE, read_stop
from app.kit.web import WebRequest, anyone, feed, field_errors, get, page, post, see_other, signed_in
from notices import queries, service
from notices.errors import FeedNotFound
from notices.forms import RhythmsForm
from notices.pages import STOP_TITLES, FeedPage, NoticesPage, StopPage, view_choices, view_follows, view_told
from notices.states import ALL

SHOWN, IN_FEED = 20, 50  # of what was told last
FEED_PATH, FEED_PURPOSE = "/notices/feed", "notice feed"
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # of a feed without entries


@get("/account/notices", audience=signed_in, include_in_schema=False)
async def show_notices(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What one is told, how soon, and what one follows."""
    return page(request, "notices/notices.html", await _build(session, ctx))


async def _build(session: AsyncSession, ctx: Ctx, errors: dict[str, str] | None = None) -> NoticesPage:
    me = ctx.actor.id
    follows = await queries.list_follows(session, me)
    residence = await find_residence(session, me)
    return NoticesPage(
        choices=view_choices(await queries.read_rhythms(session, me)),
        follows=view_follows(
            follows, await queries.list_topics(session, ctx.actor, [one.topic for one in follows])
        ),
        told=view_told(await queries.list_told(session, me, limit=SHOWN), ctx.locale),
        area=residence.area if residence else "",
        feed=await _feed_address(session, ctx),
        errors=errors or {},
    )


async def _feed_address(session: AsyncSession, ctx: Ctx) -> str:
    serial = await queries.find_feed(session, ctx.actor.id)
    if serial is None:
        return ""
    token = crypto.sign(ctx.services.settings.secret_key, FEED_PURPOSE, f"{ctx.actor.id} {serial}")
    return ctx.absolute(f"{FEED_PATH}/{token}")


@post("/account/notices", audience=signed_in, include_in_schema=False)
async def choose(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Choose how soon to be told of each kind."""
    try:
        typed = parse(RhythmsForm, form)
    except FormErrors as refused:
        model = await _build(session, ctx, field_errors(ctx.locale, refused))
        return page(request, "notices/notices.html", model, status=422)
    await service.set_rhythms(session, ctx.actor.id, typed.rhythms(), now=ctx.now)
    return see_other(request, "/account/notices", notice=ctx.gettext("Your changes were saved."))


@post("/account/notices/feed", audience=signed_in, include_in_schema=False)
async def change_feed(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Open one's private feed, give it another address, or close it."""
    wanted = form.get("wanted") == "yes"
    await service.set_feed(session, ctx.actor.id, wanted=wanted, now=ctx.now)
    said = (
        ctx.gettext("Your private feed has a new address. One it had before shows nothing any more.")
        if wanted
        else ctx.gettext("Your private feed is closed.")
    )
    return see_other(request, "/account/notices", notice=said, anchor="feed")


@get(FEED_PATH + "/{token:str}", audience=anyone, include_in_schema=False)
async def show_feed(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    token: FromPath[str],
) -> Response[bytes]:
    """What somebody is told, for whoever has the address: it is signed. Raises: FeedNotFound."""
    signed = crypto.read_signed(ctx.services.settings.secret_key, FEED_PURPOSE, token) or ""
    who, _, serial = signed.partition(" ")
    if not who or await queries.find_feed(session, UUID(who)) != int(serial):
        raise FeedNotFound()
    told = view_told(await queries.list_told(session, UUID(who), limit=IN_FEED), ctx.locale)
    model = FeedPage(f"urn:uuid:{who}", f"{FEED_PATH}/{token}", told[0].at if told else FIRST_DAY, told)
    answer = feed(request, "notices/feed.atom.xml", model)
    answer.headers |= {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    return answer


@post("/follow/{topic:str}", audience=signed_in, include_in_schema=False)
async def follow(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    topic: FromPath[str],
) -> Response[bytes]:
    """Follow a topic, or no longer; back to the page on which the button was."""
    wanted = form.get("wanted") == "yes"
    await service.follow(session, ctx.actor, topic, wanted=wanted, now=ctx.now)
    back = ctx.looking_at[0] if ctx.looking_at else "/account/notices"
    said = (
        ctx.gettext("You follow this: you are told of each step, as soon as you chose in your account.")
        if wanted
        else ctx.gettext("You no longer follow this.")
    )
    return see_other(request, back, notice=said)


# ── out of a mail ─────────────────────────────────────────────────────────────
@get(STOP_PATH, audience=anyone, include_in_schema=False)
async def show_stop(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Where a message's last line leads: buttons, no signing in. Looking stops nothing, for programs that
    guard mailboxes open every address.
    """
    token = query_form(request).get("token")
    return page(request, "notices/stop.html", await _stop_page(session, ctx, token))


async def _stop_page(session: AsyncSession, ctx: Ctx, token: str, *, is_done: bool = False) -> StopPage:
    asked = read_stop(ctx.services.settings.secret_key, token)
    if asked is None:
        return StopPage("", "", "")
    who, what = asked
    title = STOP_TITLES.get(what, "")
    if ":" in what:
        topic = (await queries.list_topics(session, None, [what])).get(what)
        title = topic.title if topic else what
    all_token = "" if what == ALL else _sign(ctx, who, ALL)
    return StopPage(token, all_token, title or what, is_done)


def _sign(ctx: Ctx, who: UUID, what: str) -> str:
    return crypto.sign(ctx.services.settings.secret_key, STOP_PURPOSE, f"{who} {what}")


@post(STOP_PATH, audience=anyone, from_elsewhere=True, include_in_schema=False)
async def stop(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Say stop, by our page's button or by the mail program's own (RFC 8058: the token is in the address
    then, and the answer is no redirection).
    """
    token = form.get("token") or query_form(request).get("token")
    asked = read_stop(ctx.services.settings.secret_key, token)
    if asked is not None:
        await service.stop(session, *asked, now=ctx.now)
    model = await _stop_page(session, ctx, token, is_done=asked is not None)
    return page(request, "notices/stop.html", model)


router = Router(
    path="/", route_handlers=[show_notices, choose, change_feed, show_feed, follow, show_stop, stop]
)
