"""The organizers' desk: the plan, and the seasons, officials and venues it is made of."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_contacts
from app.kit.context import Ctx
from app.kit.errors import DomainError, FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.text import uuids
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from consultations import queries, service
from consultations.errors import SettingNotFound
from consultations.forms import HostForm, SeasonForm, VenueForm
from consultations.models import Host, Venue
from consultations.pages.desk import DeskPage, Proposal, SettingPage, SettingsPage, view_clashes
from consultations.policy import may_organize
from consultations.routes.public import view_cards
from consultations.service.programme import read_plan
from consultations.states import State


@get("/consultations/desk", audience=official, include_in_schema=False)
async def show_desk(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What is proposed, what has to be reported on, what is to come."""
    require(may_organize(ctx.actor))
    return page(request, "consultations/desk.html", await _desk_page(session, ctx))


async def _desk_page(session: AsyncSession, ctx: Ctx, errors: dict[str, str] | None = None) -> DeskPage:
    rows = await queries.list_unsettled(session)
    proposed = [one for one in rows if one.row.state == State.PROPOSED]
    plans = [(one.row.id, read_plan(one.row)) for one in proposed]
    clashes = await service.check_slots(session, plans, now=ctx.now)
    cards = {card.id: card for card in await view_cards(session, ctx, rows)}
    published = [one for one in rows if one.row.state == State.PUBLISHED]
    return DeskPage(
        proposals=[
            Proposal(cards[str(one.row.id)], view_clashes(found))
            for one, found in zip(proposed, clashes, strict=True)
        ],
        unreported=[cards[str(one.row.id)] for one in published if one.row.ends_at <= ctx.now],
        coming=[cards[str(one.row.id)] for one in published if one.row.ends_at > ctx.now],
        has_season=bool(await queries.list_seasons(session)),
        has_host=any(one.is_active for one in await queries.list_hosts(session)),
        has_venue=any(one.is_active for one in await queries.list_venues(session)),
        errors=errors or {},
    )


@post("/consultations/publish", audience=official, include_in_schema=False)
async def publish(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Publish what was chosen, all or none."""
    ids = list(uuids(form.get_all("ids")))
    if not ids:
        errors = {"ids": ctx.gettext("Choose at least one.")}
        return page(request, "consultations/desk.html", await _desk_page(session, ctx, errors), status=422)
    try:
        rows = await service.publish(session, ctx.actor, ids, now=ctx.now)
    except DomainError as refused:
        await session.rollback()
        errors = {"ids": error_text(ctx.locale, refused)}
        return page(request, "consultations/desk.html", await _desk_page(session, ctx, errors), status=409)
    notice = ctx.ngettext(
        "%(num)s consultation is published. Followers and neighbours are being told.",
        "%(num)s consultations are published. Followers and neighbours are being told.",
        len(rows),
    )
    return see_other(request, "/consultations/desk", notice=notice)


# ── seasons, officials, venues ────────────────────────────────────────────────
@get("/consultations/settings", audience=official, include_in_schema=False)
async def list_settings(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What a programme is made of."""
    require(may_organize(ctx.actor))
    model = SettingsPage(
        seasons=await queries.list_seasons(session),
        hosts=await queries.list_hosts(session),
        venues=await queries.list_venues(session),
    )
    return page(request, "consultations/settings.html", model)


@get("/consultations/settings/{what:str}/new", audience=official, include_in_schema=False)
async def new_setting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    what: FromPath[str],
) -> Response[bytes]:
    """The form of a new season, official or venue."""
    require(may_organize(ctx.actor))
    model = await _setting_page(session, what, {"is_active": "yes"})
    return page(request, "consultations/setting.html", model)


async def _setting_page(
    session: AsyncSession,
    what: str,
    typed: dict[str, str],
    *,
    id: str = "",
    errors: dict[str, str] | None = None,
) -> SettingPage:
    if what not in ("season", "host", "venue"):
        raise SettingNotFound()
    areas = await queries.list_neighbourhoods(session) if what == "venue" else []
    return SettingPage(what=what, typed=typed, id=id, areas=areas, errors=errors or {})


@post("/consultations/settings/{what:str}/new", audience=official, include_in_schema=False)
async def add_setting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    what: FromPath[str],
) -> Response[bytes]:
    """Add a season, an official or a venue."""
    model = await _setting_page(session, what, dict(form.fields))
    try:
        if what == "season":
            season = parse(SeasonForm, form)
            await service.add_season(
                session,
                ctx.actor,
                title=season.title,
                title_en=season.title_en,
                starts_on=season.starts_on,
                ends_on=season.ends_on,
                now=ctx.now,
            )
        elif what == "host":
            host = parse(HostForm, form)
            await service.add_host(session, ctx.actor, name=host.name, office=host.office, email=host.email)
        else:
            facts = parse(VenueForm, form).read_facts(dict(model.areas))
            await service.add_venue(session, ctx.actor, facts)
    except FormErrors as refused:
        model = await _setting_page(
            session, what, dict(form.fields), errors=field_errors(ctx.locale, refused)
        )
        return page(request, "consultations/setting.html", model, status=422)
    return see_other(request, "/consultations/settings", notice=ctx.gettext("Saved."))


@get("/consultations/settings/{what:str}/{setting_id:uuid}", audience=official, include_in_schema=False)
async def edit_setting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    what: FromPath[str],
    setting_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of an official or a venue that is there."""
    require(may_organize(ctx.actor))
    if what == "host":
        typed = await _type_host(session, await queries.get_host(session, setting_id))
    elif what == "venue":
        typed = _type_venue(await queries.get_venue(session, setting_id))
    else:
        raise SettingNotFound()
    model = await _setting_page(session, what, typed, id=str(setting_id))
    return page(request, "consultations/setting.html", model)


async def _type_host(session: AsyncSession, host: Host) -> dict[str, str]:
    contacts = await list_contacts(session, [host.account_id]) if host.account_id else []
    return {
        "name": host.name,
        "office": host.office,
        "email": contacts[0].email if contacts else "",
        "is_active": "yes" if host.is_active else "",
    }


def _type_venue(venue: Venue) -> dict[str, str]:
    yes = {
        name: "yes" if getattr(venue, name) else ""
        for name in ("is_step_free", "has_loop", "has_toilet", "is_active")
    }
    return yes | {
        "name": venue.name,
        "address": venue.address,
        "area": venue.area_code,
        "lat": "" if venue.lat is None else str(venue.lat),
        "lon": "" if venue.lon is None else str(venue.lon),
        "seats": str(venue.seats),
        "access": venue.access,
    }


@post("/consultations/settings/{what:str}/{setting_id:uuid}", audience=official, include_in_schema=False)
async def change_setting(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    what: FromPath[str],
    setting_id: FromPath[UUID],
) -> Response[bytes]:
    """Change an official or a venue."""
    model = await _setting_page(session, what, dict(form.fields), id=str(setting_id))
    try:
        if what == "host":
            host = parse(HostForm, form)
            await service.change_host(
                session,
                ctx.actor,
                setting_id,
                name=host.name,
                office=host.office,
                email=host.email,
                is_active=host.is_active,
            )
        elif what == "venue":
            facts = parse(VenueForm, form).read_facts(dict(model.areas))
            await service.change_venue(session, ctx.actor, setting_id, facts)
        else:
            raise SettingNotFound()
    except FormErrors as refused:
        model = await _setting_page(
            session,
            what,
            dict(form.fields),
            id=str(setting_id),
            errors=field_errors(ctx.locale, refused),
        )
        return page(request, "consultations/setting.html", model, status=422)
    return see_other(request, "/consultations/settings", notice=ctx.gettext("Saved."))


HANDLERS = [show_desk, publish, list_settings, new_setting, add_setting, edit_setting, change_setting]
