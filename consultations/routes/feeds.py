"""The programme for other programs: calendars, Atom feeds, CSV."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.ical import Event, write_calendar, write_event
from app.kit.web import WebRequest, anyone, download, feed, get, page
from consultations import queries
from consultations.errors import FeedNotFound
from consultations.pages.feeds import FeedPage, view_entries
from consultations.pages.programme import CalendarChoice, CalendarsPage
from consultations.queries import Chosen, Listed
from consultations.routes.public import get_visible
from consultations.states import PUBLIC_STATES, THEME_TITLES, State, Theme

KEPT_FOR = timedelta(
    days=120
)  # what is over stays in calendars so long: they delete what they no longer find
ENTRIES = 50
FRESH = {"Cache-Control": "public, max-age=300"}


# ── calendars ─────────────────────────────────────────────────────────────────
def write_entry(ctx: Ctx, one: Listed) -> Event:
    """A consultation as calendars have it."""
    row, venue = one.row, one.venue
    address = ctx.absolute(f"/consultations/{row.id}")
    host = urlsplit(ctx.services.settings.base_url).hostname or "obste"
    reserve = ctx.gettext("Reserve a place, and everything that changes:")
    return Event(
        uid=f"consultation-{row.id}@{host}",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        title=f"{row.title} – {one.host.name}",
        changed_at=row.changed_at or row.created_at,
        place=f"{venue.name}, {venue.address}",
        text=f"{one.host.name}, {one.host.office}\n{row.number}\n\n{reserve}\n{address}",
        address=address,
        sequence=row.sequence,
        is_cancelled=row.state in (State.CANCELLED, State.NOT_HELD),
        point=(venue.lat, venue.lon) if venue.lat is not None and venue.lon is not None else None,
        categories=(ctx.gettext(THEME_TITLES[Theme(row.theme)]), venue.area),
    )


@get("/consultations/{consultation_id:uuid}/calendar.ics", audience=anyone, include_in_schema=False)
async def download_entry(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """One consultation for a calendar. Fetched again, it moves or cancels what is there."""
    one = await get_visible(session, ctx, consultation_id)
    content = write_event(write_entry(ctx, one))
    name = f"{one.row.number or 'consultation'}.ics"
    return download(content, media_type="text/calendar", filename=name, headers=FRESH)


async def read_choice(session: AsyncSession, ctx: Ctx, kind: str, key: str) -> tuple[str, Chosen]:
    """What a calendar or feed is of: its title, and which consultations. Raises: FeedNotFound."""
    programme = ctx.gettext("Field consultations")
    if (kind, key) == ("all", "all"):
        return f"{programme}, {ctx.services.settings.district}", Chosen()
    if kind == "host":
        host = await queries.get_host_by_slug(session, key)
        return f"{programme}: {host.name}", Chosen(host=key)
    if kind == "theme" and key in set(Theme):
        return f"{programme}: {ctx.gettext(THEME_TITLES[Theme(key)])}", Chosen(theme=key)
    areas = dict(await queries.list_neighbourhoods(session))
    if kind == "area" and key in areas:
        return f"{programme}: {areas[key]}", Chosen(area=key)
    raise FeedNotFound()


@get("/consultations/calendars/{kind:str}/{key:str}/calendar.ics", audience=anyone, include_in_schema=False)
async def subscribe(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    kind: FromPath[str],
    key: FromPath[str],
) -> Response[bytes]:
    """A calendar to subscribe to: what is to come and what was in the last months, called off ones too."""
    title, chosen = await read_choice(session, ctx, kind, key)
    rows = await queries.list_listed(session, chosen, since=ctx.now - KEPT_FOR)
    events = tuple(write_entry(ctx, one) for one in rows if one.row.state in PUBLIC_STATES)
    address = ctx.absolute(f"/consultations/calendars/{kind}/{key}")
    content = await asyncio.to_thread(write_calendar, events, title=title, address=address)
    return download(content, media_type="text/calendar", headers=FRESH)


@get("/consultations/calendars", audience=anyone, include_in_schema=False)
async def list_calendars(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Which calendars there are, and how to subscribe to one."""
    hosts = [one for one in await queries.list_hosts(session) if one.is_active]
    model = CalendarsPage(
        everything=_choice(ctx, ctx.gettext("The whole programme"), "all", "all"),
        areas=[_choice(ctx, name, "area", code) for code, name in await queries.list_neighbourhoods(session)],
        hosts=[_choice(ctx, f"{one.name}, {one.office}", "host", one.slug) for one in hosts],
        themes=[
            _choice(ctx, ctx.gettext(title), "theme", theme.value) for theme, title in THEME_TITLES.items()
        ],
    )
    return page(request, "consultations/calendars.html", model)


def _choice(ctx: Ctx, title: str, kind: str, key: str) -> CalendarChoice:
    base = f"/consultations/calendars/{kind}/{key}"
    address = ctx.absolute(f"{base}/calendar.ics")
    return CalendarChoice(
        title=title,
        path=f"{base}/calendar.ics",
        feed_path=f"{base}/feed.atom",
        webcal=f"webcal:{address.partition(':')[2]}",
    )


# ── Atom ──────────────────────────────────────────────────────────────────────
@get("/consultations/calendars/{kind:str}/{key:str}/feed.atom", audience=anyone, include_in_schema=False)
async def follow_changes(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    kind: FromPath[str],
    key: FromPath[str],
) -> Response[bytes]:
    """What was published, moved or called off, the newest first."""
    title, chosen = await read_choice(session, ctx, kind, key)
    rows = await queries.list_newest_changes(session, chosen, limit=ENTRIES)
    own = f"/consultations/calendars/{kind}/{key}/feed.atom"
    return feed(
        request,
        "consultations/feed.atom.xml",
        FeedPage(
            id=ctx.absolute(own),
            title=title,
            own=own,
            updated=rows[0][0].at if rows else ctx.now.replace(hour=0, minute=0, second=0, microsecond=0),
            entries=view_entries(rows, ctx.locale),
        ),
    )


HANDLERS = [download_entry, subscribe, list_calendars, follow_changes]
