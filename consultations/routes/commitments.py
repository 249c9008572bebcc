"""Commitments in public: all of them, one with its history, and for other programs."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import Form, query_form
from app.kit.paging import paging
from app.kit.text import write_csv
from app.kit.web import WebRequest, answer_json, anyone, download, feed, get, page
from consultations import queries
from consultations.errors import CommitmentNotFound
from consultations.pages.commitments import (
    CSV_HEAD,
    STANDING_TITLES,
    CommitmentCard,
    CommitmentPage,
    CommitmentsFeed,
    CommitmentsPage,
    tally,
    view_commitment,
    view_entries,
    write_row,
)
from consultations.policy import may_keep_commitment, may_organize
from consultations.queries import commitments as promised
from consultations.queries import questions as asked
from consultations.queries.commitments import Promised, Wanted
from consultations.rules.commitments import Standing
from notices.queries import is_following
from proposals.pages.ideas import query_of
from proposals.queries import list_departments

BASE = "/consultations/commitments"
PAGE_SIZE = 24
ENTRIES = 50
PHOTO_CACHE = "public, max-age=300"  # a photo may be withdrawn
FIRST = (Standing.LATE, Standing.OPEN, Standing.DONE_LATE, Standing.DONE, Standing.WITHDRAWN)


def read_wanted(asking: Form) -> Wanted:
    """The filters in an address."""
    return Wanted(**{name: asking.get(name) for name in Wanted.__struct_fields__})


async def list_cards(
    session: AsyncSession, ctx: Ctx, rows: list[Promised] | None = None, wanted: Wanted | None = None
) -> list[CommitmentCard]:
    """Commitments as cards: the late ones first, then what is due first."""
    rows = await promised.list_promised(session, wanted) if rows is None else rows
    today = local_date(ctx.now)
    cards = [view_commitment(one, today=today, locale=ctx.locale) for one in rows]
    return sorted(cards, key=lambda card: FIRST.index(Standing(card.standing)))


@get(BASE, audience=anyone, include_in_schema=False)
async def list_commitments(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What was promised at consultations, and what became of it."""
    asking = query_form(request)
    wanted, state = read_wanted(asking), asking.get("state")
    cards = await list_cards(session, ctx, wanted=wanted)
    chosen = [card for card in cards if state not in set(Standing) or card.standing == state]
    place = paging(asking.get("page"), len(chosen), size=PAGE_SIZE)
    departments = [
        (str(one.id), one.name if ctx.locale == "ro" else one.name_en)
        for one in await list_departments(session)
    ]
    model = CommitmentsPage(
        cards=chosen[place.offset : place.offset + place.size],
        paging=place,
        tally=tally(cards),
        wanted=wanted,
        state=state if state in set(Standing) else "",
        states=[(one.value, STANDING_TITLES[one]) for one in FIRST],
        hosts=[(one.slug, one.name) for one in await queries.list_hosts(session)],
        departments=departments,
        areas=await queries.list_neighbourhoods(session),
        seasons=[
            (one.slug, one.title if ctx.locale == "ro" else one.title_en)
            for one in await queries.list_seasons(session)
        ],
        query=query_of(**msgspec.structs.asdict(wanted), state=state),
    )
    return page(request, "consultations/commitments.html", model)


@get(f"{BASE}/{{commitment_id:uuid}}", audience=anyone, include_in_schema=False)
async def show_commitment(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    commitment_id: FromPath[UUID],
) -> Response[bytes]:
    """One commitment, with all that happened to it."""
    one = await promised.get_promised(session, commitment_id)
    entries = (await promised.list_entries(session, [commitment_id])).get(commitment_id, [])
    photos = await promised.list_photos(session, [entry.id for entry in entries])
    shown = await asked.list_asked(session, await promised.list_question_ids(session, one.row))
    owns = ctx.actor is not None and await promised.owns(session, one.row, ctx.actor.id)
    topic = f"commitment:{commitment_id}"
    model = CommitmentPage(
        card=view_commitment(one, today=local_date(ctx.now), locale=ctx.locale),
        entries=view_entries(entries, photos, ctx.locale),
        questions=[
            (question.words.body, f"/consultations/questions/{question.row.id}")
            for question in shown.values()
            if not question.is_hidden
        ],
        may_keep=may_keep_commitment(ctx.actor, owns=owns),
        may_organize=may_organize(ctx.actor),
        follows=ctx.actor is not None and await is_following(session, ctx.actor.id, topic),
    )
    return page(request, "consultations/commitment.html", model)


@get(f"{BASE}/photos/{{photo_id:uuid}}/{{size:str}}", audience=anyone, include_in_schema=False)
async def show_photo(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
    size: FromPath[str],
) -> Response[bytes]:
    """A photo, until it is withdrawn."""
    photo = await promised.get_photo(session, photo_id)
    keys = {"large.jpg": photo.large_key, "small.jpg": photo.small_key}
    if photo.withdrawn_at is not None or size not in keys:
        raise CommitmentNotFound()
    content = await ctx.services.storage.get(keys[size])
    return download(content, media_type="image/jpeg", headers={"Cache-Control": PHOTO_CACHE})


# ── for other programs ────────────────────────────────────────────────────────
@get("/consultations/commitments.csv", audience=anyone, include_in_schema=False)
async def download_commitments(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The same as a table, also when it is filtered."""
    rows = await promised.list_promised(session, read_wanted(query_form(request)))
    today = local_date(ctx.now)
    content = write_csv(list(CSV_HEAD), [write_row(one, today=today) for one in rows])
    return download(content, media_type="text/csv", filename="commitments.csv")


@get("/consultations/commitments.json", audience=anyone)
async def read_commitments(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[list[dict[str, str]]]:
    """The same for programs."""
    rows = await promised.list_promised(session, read_wanted(query_form(request)))
    today = local_date(ctx.now)
    return answer_json(
        request,
        [
            dict(zip(CSV_HEAD, write_row(one, today=today), strict=True))
            | {"address": ctx.absolute(f"{BASE}/{one.row.id}")}
            for one in rows
        ],
    )


@get("/consultations/commitments.atom", audience=anyone, include_in_schema=False)
async def follow_commitments(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What happened last to any of them."""
    rows = await promised.list_newest_entries(session, limit=ENTRIES)
    views = view_entries([entry for entry, _ in reversed(rows)], {}, ctx.locale)
    model = CommitmentsFeed(
        id=ctx.absolute("/consultations/commitments.atom"),
        title=f"{ctx.gettext('Commitments')}, {ctx.services.settings.district}",
        updated=rows[0][0].at if rows else ctx.now.replace(hour=0, minute=0, second=0, microsecond=0),
        entries=[
            (view, f"{row.number}, {row.what}", f"{BASE}/{row.id}")
            for view, (_, row) in zip(views, rows, strict=True)
        ],
    )
    return feed(request, "consultations/commitments.atom.xml", model)


HANDLERS = [
    list_commitments,
    show_commitment,
    show_photo,
    download_commitments,
    read_commitments,
    follow_commitments,
]
