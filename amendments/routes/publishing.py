"""Everything public of acts for programs: feeds, open data, and the page of all files."""

import asyncio
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.pages.feeds import (
    amendment_entries,
    build_feed,
    step_entries,
    version_entries,
)
from amendments.pages.files import build_files
from amendments.pages.open_data import Facts, build_open_act, schema
from amendments.routes.public import published_act
from amendments.rules.procedure import clocks
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.i18n import translate
from app.kit.web import WebRequest, anyone, download, feed, get, page

ACTS_IN_FEED = 40


# ── feeds ─────────────────────────────────────────────────────────────────────
@get("/acts/feed.atom", audience=anyone, include_in_schema=False)
async def show_acts_feed(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What happens to all draft decisions, as an Atom feed: announcements, steps, new texts."""
    entries = []
    for act in (await queries.list_acts(session))[:ACTS_IN_FEED]:
        entries += step_entries(act, await queries.list_events(session, act.id))
        entries += version_entries(act, await queries.list_versions(session, act.id))
    model = build_feed(
        id=ctx.services.settings.base_url.rstrip("/") + "/acts",
        title=translate(ctx.locale, "Draft decisions"),
        path="/acts",
        own="/acts/feed.atom",
        entries=entries,
        since=ctx.now,
    )
    return feed(request, "amendments/feed.atom.xml", model)


@get("/acts/{act_id:uuid}/feed.atom", audience=anyone, include_in_schema=False)
async def show_act_feed(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """What happens to one draft decision: steps, texts, amendments, answers."""
    act = await published_act(session, ctx, act_id)
    rows = await queries.list_registered(session, act_id)
    model = build_feed(
        id=act.id.urn,
        title=f"{act.number} · {act.title}",
        path=f"/acts/{act.id}",
        own=f"/acts/{act.id}/feed.atom",
        entries=[
            *step_entries(act, await queries.list_events(session, act_id)),
            *version_entries(act, await queries.list_versions(session, act_id)),
            *amendment_entries(rows, await queries.list_all_answers(session, act_id)),
        ],
        since=act.created_at,
    )
    return feed(request, "amendments/feed.atom.xml", model)


# ── open data ─────────────────────────────────────────────────────────────────
@get("/acts/schema.json", audience=anyone)
async def show_schema() -> Response[bytes]:
    """The JSON Schema of an act's open data."""
    return Response(msgspec.json.encode(schema()), media_type="application/schema+json")


@get("/acts/{act_id:uuid}/act.json", audience=anyone)
async def download_act(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Everything public of a draft decision: the text of each version, amendments as data and as sentences,
    every answer, rulings, steps and terms. Described at /acts/schema.json.
    """
    act = await published_act(session, ctx, act_id)
    today = local_date(ctx.now)
    sittings = await queries.list_sittings(session, act_id)
    facts = Facts(
        act=act,
        papers=await queries.list_papers(session, act_id, shown=True),
        steps=await queries.list_events(session, act_id),
        clocks=clocks(
            await service.happened_of(session, act), today=today, days_off=await list_days_off(session)
        ),
        versions=await queries.list_versions(session, act_id),
        amendments=await queries.list_registered(session, act_id),
        answers=await queries.list_all_answers(session, act_id),
        events=await queries.list_all_amendment_events(session, act_id),
        anchors=await queries.list_all_anchors(session, act_id),
        cosigners=await queries.list_all_cosigners(session, act_id),
        conflicts=await queries.list_all_conflicts(session, act_id),
        rulings=await queries.list_all_rulings(session, act_id),
        sittings=sittings,
        votes={one.id: await queries.list_votes(session, one.id) for one in sittings},
        taken=await queries.list_take_overs(session, act_id),
    )
    content = await asyncio.to_thread(lambda: msgspec.json.encode(build_open_act(facts, today=today)))
    return download(content, media_type="application/json")


# ── all files ─────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/files", audience=anyone)
async def show_files(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Every file of a draft decision, what it is good for, and its SHA-256."""
    act = await published_act(session, ctx, act_id)
    versions = await queries.list_versions(session, act_id)
    papers = await queries.list_papers(session, act_id, shown=True)
    rows = await queries.list_registered(session, act_id)
    sittings = await queries.list_sittings(session, act_id)
    minutes = [
        (debate, written[0])
        for debate in await queries.list_debates(session, act_id)
        if (written := await queries.list_minutes(session, debate.id))
    ]
    kept = await queries.list_kept_files(session, act_id)
    model = build_files(act, versions, papers, rows, sittings, minutes, kept)
    return page(request, "amendments/files.html", model)


HANDLERS = [show_acts_feed, show_act_feed, show_schema, download_act, show_files]
