"""The public register as a page, a feed and a download."""

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.web import WebRequest, anyone, feed, get, page
from app.wiring import REGISTER_KINDS, SUBJECT_ADDRESSES

PAGE_ROWS = 30  # with their seals: the first view stays under 100 kB compressed


class RegisterRow(msgspec.Struct, frozen=True):
    """One entry as people read it."""

    position: int
    at: datetime
    kind: str
    title: str
    href: str
    by: str
    reason: str
    sealed: str  # the entry as JSON, exactly as its hash covers it
    hash: str


class RegisterPage(msgspec.Struct, frozen=True):
    """A stretch of the register, newest first."""

    rows: list[RegisterRow]
    subject: str
    older: int | None
    total: int
    head: str


def register_row(ctx: Ctx, fact: register.Fact) -> RegisterRow:
    """`fact` with its kind in words and a link to what it is about."""
    owner, _, key = fact.subject.partition(":")
    address = SUBJECT_ADDRESSES.get(owner)
    return RegisterRow(
        position=fact.position,
        at=datetime.fromisoformat(fact.at),
        kind=fact.kind,
        title=ctx.gettext(REGISTER_KINDS.get(fact.kind, fact.kind)),
        href=ctx.url(address + key) if address else "",
        by=str(fact.facts.get("by", "")),
        reason=str(fact.facts.get("reason", "")),
        sealed=msgspec.json.format(msgspec.json.encode(fact, order="sorted"), indent=1).decode(),
        hash=fact.hash,
    )


@get("/register", audience=anyone, include_in_schema=False)
async def show_register(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What was decided, opened, closed, counted and moved."""
    query = query_form(request)
    before, subject = query.get("before"), query.get("subject")
    facts = await register.list_facts(
        session,
        subject=subject or None,
        before=int(before) if before.isdecimal() and len(before) < 16 else None,
        limit=PAGE_ROWS + 1,
    )
    head = await register.get_head(session)
    shown = facts[:PAGE_ROWS]
    model = RegisterPage(
        rows=[register_row(ctx, fact) for fact in shown],
        subject=subject,
        older=shown[-1].position if len(facts) > PAGE_ROWS else None,
        total=head.position,
        head=head.hash,
    )
    return page(request, "register.html", model)


@get("/register.jsonl", audience=anyone)
async def download_register(ctx: NamedDependency[Ctx]) -> Stream:
    """The whole register, one JSON entry a line, oldest first."""
    database = ctx.services.database

    async def lines() -> AsyncIterator[bytes]:
        async with database.read() as session:
            async for fact in register.stream_facts(session):
                yield msgspec.json.encode(fact) + b"\n"

    headers = {"Content-Disposition": 'attachment; filename="register.jsonl"'}
    return Stream(lines(), media_type="application/jsonl", headers=headers)


@get("/register.atom", audience=anyone, include_in_schema=False)
async def register_feed(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The latest entries as an Atom feed (RFC 4287)."""
    facts = await register.list_facts(session, limit=PAGE_ROWS)
    rows = [register_row(ctx, fact) for fact in facts]
    head = await register.get_head(session)
    return feed(request, "register.atom.xml", RegisterPage(rows, "", None, head.position, head.hash))


REGISTER_HANDLERS = (show_register, download_register, register_feed)
