"""The register of an act's amendments, and the comparative table, as pages and as CSV."""

import uuid
from collections.abc import Iterable, Sequence
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries
from amendments.models import Act, ActVersion, AmendmentRow, Answer
from amendments.pages.amendments import RegisterPage
from amendments.pages.changes import ChangeView, unit_of, view_changes
from amendments.pages.choosing import Chosen, articles_of, choose, offer_articles, read_chosen
from amendments.pages.table import HEAD, TablePage, build_table, plain_rows
from amendments.queries.discussed import count_said
from amendments.routes.public import published_act, reading_of, view_rows
from amendments.text.labels import cite
from amendments.text.units import Version
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.i18n import translate
from app.kit.paging import paging
from app.kit.text import write_csv
from app.kit.web import WebRequest, anyone, download, get, page

ON_A_PAGE = 50
REGISTER_HEAD = (
    "number", "submitted", "author", "kind", "changes", "reason", "outcome", "answer", "by", "same_as", "act",
    "round", "version", "place", "lines", "state", "answers", "supporters",
    "taken_over_by", "council_vote",
)  # fmt: skip


class Asked:
    """The amendments of an act that somebody asked for, with what every list of them needs."""

    def __init__(
        self,
        rows: Sequence[AmendmentRow],
        versions: Sequence[ActVersion],
        answers: dict[uuid.UUID, Answer],
        chosen: Chosen,
        ctx: Ctx,
    ) -> None:
        texts = {one.id: queries.read_version(one) for one in versions}
        amendments = {row.id: queries.as_amendment(row) for row in rows}
        touched = {row.id: articles_of(texts[row.version_id], amendments[row.id]) for row in rows}
        self.chosen, self.answers = chosen, answers
        self.versions = {one.id: one for one in versions}
        self.rows = choose(rows, chosen, answers, touched, reader=ctx.actor.id if ctx.actor else None)
        self.articles = offer_articles([texts[one.id] for one in versions], touched.values(), ctx.locale)
        newest = texts[versions[-1].id]
        self.places = {
            row.id: _place(newest, texts[row.version_id], map(unit_of, amendments[row.id].operations))
            for row in self.rows
        }
        self.cited = {
            row.id: ", ".join(cite(texts[row.version_id], unit, ctx.locale) for unit in touched[row.id])
            for row in self.rows
        }


def _place(newest: Version, own: Version, units: Iterable[str | None]) -> int:
    """Where an amendment begins: in the newest text, else in its own."""
    named = [unit for unit in units if unit is not None]
    text = newest if any(unit in newest for unit in named) else own
    return min((text.place(unit) for unit in named if unit in text), default=-1)


async def load_asked(
    request: WebRequest, session: AsyncSession, ctx: Ctx, act: Act, *, whole: bool = False
) -> Asked:
    """What the query string asks for of an act's register; `whole`: all of it, whatever it asks for."""
    return Asked(
        await queries.list_registered(session, act.id),
        await queries.list_versions(session, act.id),
        await queries.last_answers(session, act.id),
        Chosen() if whole else read_chosen(query_form(request), is_signed_in=ctx.actor is not None),
        ctx,
    )


@get("/acts/{act_id:uuid}/amendments", audience=anyone)
async def list_amendments(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """Every amendment to an act in the order of its register: those of a part of the text, of a state, of a
    kind of author, or one's own.
    """
    act = await published_act(session, ctx, act_id)
    asked = await load_asked(request, session, ctx, act)
    pages = paging(query_form(request).get("page"), len(asked.rows), size=ON_A_PAGE)
    shown = asked.rows[pages.offset : pages.offset + pages.size]
    model = RegisterPage(
        act_id=str(act_id),
        act_number=act.number or "",
        act_title=act.title,
        amendments=list((await view_rows(session, ctx, act_id, shown)).values()),
        said=await count_said(session, act_id),
        total=len(asked.rows),
        chosen=asked.chosen,
        articles=asked.articles,
        paging=pages,
    )
    return page(request, "amendments/register.html", model)


# ── the comparative table ─────────────────────────────────────────────────────
async def load_table(
    request: WebRequest, session: AsyncSession, ctx: Ctx, act: Act, *, whole: bool = False
) -> TablePage:
    """The comparative table, or what was asked for of it, each amendment on its own text."""
    asked = await load_asked(request, session, ctx, act, whole=whole)
    counters = {
        row.id: _counter(asked.versions[answer.version_id], row, answer, ctx)
        for row in asked.rows
        if (answer := asked.answers.get(row.id)) and answer.operations is not None
    }
    return build_table(
        act,
        asked.rows,
        await view_rows(session, ctx, act.id, asked.rows),
        asked.answers,
        counters,
        places=asked.places,
        total=len(asked.rows),
        chosen=asked.chosen,
        articles=asked.articles,
    )


def _counter(version: ActVersion, row: AmendmentRow, answer: Answer, ctx: Ctx) -> list[ChangeView]:
    """The text that stands for an amendment by its answer."""
    reading = reading_of(version, ctx)
    counter = queries.as_amendment(row, bytes(answer.operations or b""))
    return view_changes(reading.version, reading.layout, counter, ctx.locale)


@get("/acts/{act_id:uuid}/table", audience=anyone)
async def show_table(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The comparative table: text, amendment, author, answer, reason."""
    act = await published_act(session, ctx, act_id)
    return page(request, "amendments/table.html", await load_table(request, session, ctx, act))


@get("/acts/{act_id:uuid}/table.csv", audience=anyone)
async def download_table(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The comparative table in the reader's language, for a spreadsheet."""
    act = await published_act(session, ctx, act_id)
    table = await load_table(request, session, ctx, act)
    rows = [["\n".join(cell) for cell in row.cells] for row in plain_rows(table, ctx.locale)]
    content = write_csv([translate(ctx.locale, title) for title in HEAD], rows)
    return download(content, media_type="text/csv", filename=f"{act.number}-table.csv")


@get("/acts/{act_id:uuid}/amendments.csv", audience=anyone)
async def download_amendments(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
) -> Response[bytes]:
    """The register as a table: each change as a sentence, with its author, reason, answer and its reason."""
    act = await published_act(session, ctx, act_id)
    asked = await load_asked(request, session, ctx, act)
    views = await view_rows(session, ctx, act_id, asked.rows)
    given = await queries.list_all_answers(session, act_id)
    numbers = {row.id: row.number or "" for row in await queries.list_registered(session, act_id)}
    taken = await queries.list_take_overs(session, act_id)
    fates = await queries.list_fates(session, await queries.find_sitting(session, act_id))
    rows = []
    for row in asked.rows:
        last, changes = asked.answers.get(row.id), views[row.id].changes
        spans = [change.lines for change in changes if change.lines]
        rows.append(
            [
                row.number or "",
                row.submitted_at.isoformat() if row.submitted_at else "",
                row.author_name,
                row.author_kind,
                " ".join(one for change in changes for one in change.sentences),
                row.reason,
                last.outcome if last else row.state,
                last.reason if last else row.state_reason,
                f"{last.by_name}, {last.by_function}" if last else "",
                numbers.get(last.same_as_id, "") if last and last.same_as_id else "",
                act.number or "",
                str(row.round),
                str(asked.versions[row.version_id].sequence),
                asked.cited[row.id],
                f"{min(one for one, _ in spans)}–{max(one for _, one in spans)}" if spans else "",
                row.state,
                str(len(given.get(row.id, ()))),
                str(row.support_count),
                taken[row.id].by_name if row.id in taken else "",
                fates.get(str(row.id), ""),
            ]
        )
    return download(
        write_csv(REGISTER_HEAD, rows), media_type="text/csv", filename=f"{act.number}-amendments.csv"
    )


HANDLERS = [list_amendments, download_amendments, show_table, download_table]
