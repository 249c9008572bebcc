"""The files of an act: each version as PDF, DOCX and plain text, with tracked changes between any two, those
of one amendment, the comparative table, and the report.
"""

import asyncio
from datetime import date
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import ActNotFound, AmendmentNotFound
from amendments.models import Act, ActVersion
from amendments.pages.printed import print_table, print_version
from amendments.pages.report import (
    DebateReport,
    build_report,
    print_report,
    view_council_part,
    view_meeting,
)
from amendments.pages.table import HEAD, SHARES, plain_rows
from amendments.pages.tracked import ChangedBy, credits_between, names_of
from amendments.routes.public import published_act, visible_amendment
from amendments.routes.register import load_table
from amendments.states import AmendmentState
from amendments.text.refused import Refused
from amendments.text.replay import consolidate
from amendments.text.writing.docx import Credits, credits_of, write_docx
from amendments.text.writing.docx_table import write_docx_table
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import NotFound
from app.kit.i18n import translate
from app.kit.pdf import Imprint, send_pdf
from app.kit.web import WebRequest, anyone, download, get, page

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def load_version(
    session: AsyncSession, ctx: Ctx, act_id: UUID, sequence: int
) -> tuple[Act, ActVersion, list[ActVersion]]:
    """An act, one of its versions, and all of them. Raises: ActNotFound."""
    act = await published_act(session, ctx, act_id)
    versions = list(await queries.list_versions(session, act_id))
    found = next((one for one in versions if one.sequence == sequence), None)
    if found is None:
        raise ActNotFound()
    return act, found, versions


async def written_file(session: AsyncSession, ctx: Ctx, act: Act, version: ActVersion, name: str) -> bytes:
    """A file of a version: as it was written down once, else as it will be."""
    kept = await queries.find_kept_file(session, version.id, name)
    return kept or (await asyncio.to_thread(service.write_files, ctx.district, act, version))[name]


def imprint_of(ctx: Ctx, path: str) -> Imprint:
    """Whose a printed document is, and where it is to be had."""
    return Imprint(
        authority=service.authority_of(ctx.district), locale=ctx.locale, address=ctx.absolute(path)
    )


def day_of(act: Act) -> date:
    """The day of an act's documents: the same from one drawing to the next."""
    return act.announced_on or local_date(act.created_at)


# ── a version ─────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/versions/{sequence:int}/text.pdf", audience=anyone, include_in_schema=False)
async def print_text(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
) -> Response[bytes]:
    """The text as a tagged PDF, with the line numbers of the screen."""
    act, version, _ = await load_version(session, ctx, act_id, sequence)
    imprint = imprint_of(ctx, f"/acts/{act_id}/versions/{sequence}")
    values = await asyncio.to_thread(print_version, act, version, imprint)
    return await send_pdf(request, "text.typ", values, day_of(act), filename=f"{act.number}-v{sequence}.pdf")


@get("/acts/{act_id:uuid}/versions/{sequence:int}/text.docx", audience=anyone, include_in_schema=False)
async def download_text(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
) -> Response[bytes]:
    """The text as a Word file without any marks."""
    act, version, _ = await load_version(session, ctx, act_id, sequence)
    text = queries.read_version(version)
    content = await asyncio.to_thread(write_docx, text, text, Credits(""), version.published_at)
    return download(content, media_type=DOCX, filename=f"{act.number}-v{sequence}.docx")


@get("/acts/{act_id:uuid}/versions/{sequence:int}/text.txt", audience=anyone, include_in_schema=False)
async def download_plain(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
) -> Response[bytes]:
    """The text in its numbered lines."""
    act, version, _ = await load_version(session, ctx, act_id, sequence)
    return download(await written_file(session, ctx, act, version, service.PLAIN), media_type="text/plain")


# ── tracked changes ───────────────────────────────────────────────────────────
@get(
    "/acts/{act_id:uuid}/versions/{sequence:int}/since/{earlier:int}/changes.docx",
    audience=anyone,
    include_in_schema=False,
)
async def download_changes(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
    earlier: FromPath[int],
) -> Response[bytes]:
    """The way from an earlier version to this one as tracked changes, each by who asked for it."""
    act, version, versions = await load_version(session, ctx, act_id, sequence)
    base = next((one for one in versions if one.sequence == earlier < sequence), None)
    if base is None:
        raise ActNotFound()
    names = names_of(await queries.list_registered(session, act_id))
    credits = await asyncio.to_thread(credits_between, base, version, names)
    old, new = queries.read_version(base), queries.read_version(version)
    content = await asyncio.to_thread(write_docx, old, new, credits, version.published_at)
    return download(content, media_type=DOCX, filename=f"{act.number}-v{earlier}-v{sequence}.docx")


@get(
    "/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/changes.docx",
    audience=anyone,
    include_in_schema=False,
)
async def download_amendment(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """One amendment as tracked changes in the text that it was written for."""
    await published_act(session, ctx, act_id)
    row = queries.as_sent(await visible_amendment(session, ctx, act_id, amendment_id))
    if row.state == AmendmentState.DRAFT:
        raise AmendmentNotFound()
    version = await queries.get_version(session, row.version_id)
    base, amendment = queries.read_version(version), queries.as_amendment(row)
    try:
        done = await asyncio.to_thread(consolidate, base, [amendment])
    except Refused as refusal:  # the rejection of the whole draft changes no word of it
        raise NotFound() from refusal
    credits = credits_of(done, names_of([row]), ChangedBy.RENUMBERED)
    moment = row.submitted_at or row.updated_at
    content = await asyncio.to_thread(write_docx, base, done.version, credits, moment)
    return download(content, media_type=DOCX, filename=f"{row.number}.docx")


# ── the comparative table ─────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/table.pdf", audience=anyone, include_in_schema=False)
async def print_comparison(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The comparative table as a tagged PDF."""
    act = await published_act(session, ctx, act_id)
    table = await load_table(request, session, ctx, act)
    values = await asyncio.to_thread(print_table, table, imprint_of(ctx, f"/acts/{act_id}/table"))
    return await send_pdf(request, "document.typ", values, day_of(act), filename=f"{act.number}-table.pdf")


@get("/acts/{act_id:uuid}/table.docx", audience=anyone, include_in_schema=False)
async def download_comparison(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The comparative table as a Word file."""
    act = await published_act(session, ctx, act_id)
    table = await load_table(request, session, ctx, act)
    content = write_docx_table(
        translate(ctx.locale, "Comparative table"),
        f"{act.number} · {act.title}",
        [translate(ctx.locale, title) for title in HEAD],
        [row.cells for row in plain_rows(table, ctx.locale)],
        shares=SHARES,
    )
    return download(content, media_type=DOCX, filename=f"{act.number}-table.docx")


# ── the report on the debate ──────────────────────────────────────────────────
async def load_report(request: WebRequest, session: AsyncSession, ctx: Ctx, act: Act) -> DebateReport:
    """The report on the debate of an act, of all its amendments."""
    table = await load_table(request, session, ctx, act, whole=True)
    rows = await queries.list_registered(session, act.id)
    sitting = await queries.find_sitting(session, act.id)
    taken = {str(id): one for id, one in (await queries.list_take_overs(session, act.id)).items()}
    votes = await queries.list_votes(session, sitting.id) if sitting else []
    return build_report(
        act,
        table,
        rows,
        await queries.list_events(session, act.id),
        meetings=[
            view_meeting(debate, queries.read_minutes(minutes[0]), rows)
            for debate in await queries.list_debates(session, act.id)
            if (minutes := await queries.list_minutes(session, debate.id))
        ],
        council=view_council_part(act, sitting, table, taken, votes) if sitting else None,
    )


@get("/acts/{act_id:uuid}/report", audience=anyone)
async def show_report(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The report on the debate: what was received, what was taken in, what was not and why."""
    act = await published_act(session, ctx, act_id)
    return page(request, "amendments/report.html", await load_report(request, session, ctx, act))


@get("/acts/{act_id:uuid}/report.pdf", audience=anyone, include_in_schema=False)
async def print_debate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The report on the debate as a tagged PDF."""
    act = await published_act(session, ctx, act_id)
    report = await load_report(request, session, ctx, act)
    values = await asyncio.to_thread(print_report, report, imprint_of(ctx, f"/acts/{act_id}/report"))
    return await send_pdf(request, "document.typ", values, day_of(act), filename=f"{act.number}-report.pdf")


HANDLERS = [
    show_report,
    print_debate,
    print_text,
    download_text,
    download_plain,
    download_changes,
    download_amendment,
    print_comparison,
    download_comparison,
]
