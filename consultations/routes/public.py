"""The programme in public: as a list, a month or a map; one consultation; who holds them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import Form, query_form
from app.kit.paging import paging
from app.kit.web import WebRequest, anyone, get, page
from consultations import queries
from consultations.errors import ConsultationNotFound
from consultations.models import Consultation
from consultations.pages.commitments import tally
from consultations.pages.programme import (
    Card,
    ConsultationPage,
    HostPage,
    ProgrammePage,
    read_month,
    view_card,
    view_month,
    view_own,
)
from consultations.pages.tables import view_table
from consultations.pages.turnout import Turnout, view_turnout
from consultations.pages.words import view_changes
from consultations.policy import (
    may_answer_calls,
    may_cancel,
    may_change,
    may_note_arrivals,
    may_organize,
    may_publish,
    may_register,
    may_reinstate,
    may_report,
    may_see_who_comes,
    may_view,
)
from consultations.queries import Chosen, Listed
from consultations.queries.commitments import Wanted
from consultations.queries.door import read_attendances
from consultations.queries.satisfaction import sum_chosen
from consultations.routes.afterwards import view_after
from consultations.routes.commitments import list_cards
from consultations.routes.questions_views import build_part
from consultations.rules.recurrence import MIDNIGHT, at
from consultations.states import THEME_TITLES, State, Theme
from notices.queries import is_following
from proposals.pages.ideas import query_of
from proposals.pages.maps import PinsView, view_pins
from proposals.queries.maps import find_map

PAGE_SIZE = 20
VIEWS = ("list", "month", "map")
MOST_ON_MAP = 60
PAST_SHOWN = 20


async def view_cards(session: AsyncSession, ctx: Ctx, rows: Sequence[Listed]) -> list[Card]:
    """Consultations as cards; one query for the places of all."""
    places = await queries.count_places(session, [one.row.id for one in rows])
    return [view_card(one, places.get(one.row.id, (0, 0)), now=ctx.now) for one in rows]


def read_chosen(asked: Form) -> Chosen:
    """The filters in an address."""
    return Chosen(
        season=asked.get("season"), host=asked.get("host"), area=asked.get("area"), theme=asked.get("theme")
    )


def calendar_path(chosen: Chosen, known: Mapping[str, Collection[str]]) -> str:
    """The calendar that holds at least what is chosen, of those that there are."""
    for kind, key in (("area", chosen.area), ("host", chosen.host), ("theme", chosen.theme)):
        if key in known[kind]:
            return f"/consultations/calendars/{kind}/{key}"
    return "/consultations/calendars/all/all"


def place_on_map(ctx: Ctx, cards: Sequence[Card]) -> PinsView | None:
    """The map with the cards' numbers."""
    drawn = find_map(ctx.services.settings)
    return view_pins(drawn, [(card.lat, card.lon) for card in cards], first=1, locale=ctx.locale)


@get("/consultations", audience=anyone, include_in_schema=False)
async def list_programme(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The programme: what is to come, or a month, or the map."""
    asked = query_form(request)
    chosen, view = read_chosen(asked), asked.get("view")
    view = view if view in VIEWS else "list"
    is_past = asked.get("when") == "past" and view == "list"
    month, place = None, None
    if view == "month":
        first = read_month(asked.get("month"), today=local_date(ctx.now))
        since, until = at(first, MIDNIGHT), at((first + timedelta(days=31)).replace(day=1), MIDNIGHT)
        rows = await queries.list_listed(session, chosen, since=since, until=until)
        cards = await view_cards(session, ctx, rows)
        month = view_month(first, cards, today=local_date(ctx.now))
    elif view == "map":
        rows = await queries.list_listed(session, chosen, since=ctx.now, limit=MOST_ON_MAP)
        cards = await view_cards(session, ctx, rows)
    else:
        total = await queries.count_listed(session, chosen, now=ctx.now, is_past=is_past)
        place = paging(asked.get("page"), total, size=PAGE_SIZE)
        rows = await queries.list_listed(
            session,
            chosen,
            since=None if is_past else ctx.now,
            ended_by=ctx.now if is_past else None,
            newest_first=is_past,
            limit=PAGE_SIZE,
            offset=place.offset,
        )
        cards = await view_cards(session, ctx, rows)
    areas = await queries.list_neighbourhoods(session)
    hosts = [(one.slug, one.name) for one in await queries.list_hosts(session)]
    known = {"area": dict(areas), "host": dict(hosts), "theme": set(Theme)}
    model = ProgrammePage(
        view=view,
        when="past" if is_past else "next",
        cards=cards,
        paging=place,
        month=month,
        pins=place_on_map(ctx, cards) if view == "map" else None,
        chosen=chosen,
        areas=areas,
        hosts=hosts,
        themes=[(theme.value, title) for theme, title in THEME_TITLES.items()],
        seasons=[
            (one.slug, one.title if ctx.locale == "ro" else one.title_en)
            for one in await queries.list_seasons(session)
        ],
        query=query_of(season=chosen.season, host=chosen.host, area=chosen.area, theme=chosen.theme),
        calendar_path=calendar_path(chosen, known),
        may_organize=may_organize(ctx.actor),
        may_answer_calls=may_answer_calls(ctx.actor),
    )
    return page(request, "consultations/programme.html", model)


async def get_visible(session: AsyncSession, ctx: Ctx, consultation_id: UUID) -> Listed:
    """The consultation, if this reader may know of it. Raises: ConsultationNotFound."""
    rows = await queries.list_listed(session, ids=[consultation_id], with_proposed=True)
    if not rows or not may_view(ctx.actor, rows[0].row):
        raise ConsultationNotFound()
    return rows[0]


@get("/consultations/{consultation_id:uuid}", audience=anyone, include_in_schema=False)
async def show_consultation(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    consultation_id: FromPath[UUID],
) -> Response[bytes]:
    """One consultation: when, where and with whom, how to come, and everything that changed of it."""
    return page(request, "consultations/consultation.html", await build_page(session, ctx, consultation_id))


async def build_page(
    session: AsyncSession,
    ctx: Ctx,
    consultation_id: UUID,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> ConsultationPage:
    """What the page of a consultation shows this reader."""
    one = await get_visible(session, ctx, consultation_id)
    row = one.row
    (card,) = await view_cards(session, ctx, [one])
    accounts = await list_same_person(session, ctx.actor.id) if ctx.actor else []
    own = await queries.find_registration(session, row.id, accounts) if accounts else None
    waiting = await queries.list_waiting(session, row.id) if own else []
    history = await queries.list_changes(session, [row.id])
    topic = f"consultation:{row.id}"
    return ConsultationPage(
        card=card,
        about=row.about,
        access=one.venue.access,
        season=one.season.title if ctx.locale == "ro" else one.season.title_en,
        changes=view_changes(history.get(row.id, []), ctx.locale),
        others=await _list_others(session, ctx, row),
        after=await view_after(session, ctx, row),
        pins=place_on_map(ctx, [card]),
        own=view_own(own, waiting),
        may_register=may_register(ctx.actor, row, now=ctx.now),
        may_change=may_change(ctx.actor, row, now=ctx.now),
        may_publish=may_publish(ctx.actor, row, now=ctx.now),
        may_cancel=may_cancel(ctx.actor, row, now=ctx.now),
        may_reinstate=may_reinstate(ctx.actor, row, now=ctx.now),
        may_report=may_report(ctx.actor, row, now=ctx.now),
        may_see_people=may_see_who_comes(ctx.actor),
        may_note=may_note_arrivals(ctx.actor, row, now=ctx.now),
        turnout=await read_turnout(session, row),
        follows=ctx.actor is not None and await is_following(session, ctx.actor.id, topic),
        questions=await build_part(session, ctx, row),
        typed=typed or {},
        errors=errors or {},
    )


async def read_turnout(session: AsyncSession, row: Consultation) -> Turnout | None:
    """How many came, once it was said that it was held; None where nobody was counted."""
    if row.state != State.HELD:
        return None
    attendance = (await read_attendances(session, [row.id])).get(row.id)
    return view_turnout(attendance) if attendance else None


async def _list_others(session: AsyncSession, ctx: Ctx, row: Consultation) -> list[Card]:
    if row.series_id is None:
        return []
    series = await queries.list_series(session, row.series_id)
    ids = [one.id for one in series if one.id != row.id and one.state == State.PUBLISHED]
    rows = await queries.list_listed(session, ids=ids, since=ctx.now) if ids else []
    return await view_cards(session, ctx, rows)


@get("/consultations/hosts/{slug:str}", audience=anyone, include_in_schema=False)
async def show_host(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """An official: what they will hold, and what they held or did not."""
    host = await queries.get_host_by_slug(session, slug)
    chosen = Chosen(host=slug)
    coming = await queries.list_listed(session, chosen, since=ctx.now)
    past = await queries.list_listed(session, chosen, ended_by=ctx.now, newest_first=True, limit=PAST_SHOWN)
    topic = f"host:{host.id}"
    promises = await list_cards(session, ctx, wanted=Wanted(host=slug))
    model = HostPage(
        name=host.name,
        office=host.office,
        slug=host.slug,
        next=await view_cards(session, ctx, coming),
        past=await view_cards(session, ctx, past),
        satisfaction=view_table(await sum_chosen(session, chosen, now=ctx.now), ctx.locale),
        topic=topic,
        follows=ctx.actor is not None and await is_following(session, ctx.actor.id, topic),
        commitments=promises,
        tally=tally(promises),
    )
    return page(request, "consultations/host.html", model)


HANDLERS = [list_programme, show_consultation, show_host]
