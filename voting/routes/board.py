"""The public board of a sealed vote: its page, its downloads, and the same as data."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import NotFound
from app.kit.web import WebRequest, anyone, download, get, page
from voting import queries, service
from voting.models import SealedElection
from voting.pages.board import BoardFacts, archive_name, build_board
from voting.queries import PollInFull
from voting.routes.public import CODES_PER_PAGE, page_asked_for, visible_poll
from voting.rules.announced import encode_announced


class BoardState(msgspec.Struct, frozen=True, kw_only=True):
    """A board in numbers. `height`: events; `head`: SHA-256 of the last one, in hex; `archive_bytes`: of the
    download with that head.
    """

    election: str
    fingerprint: str
    voters: int
    ballots: int
    height: int
    head: str
    archive: str
    archive_bytes: int


async def _begun(session: AsyncSession, ctx: Ctx, poll_id: UUID) -> tuple[PollInFull, SealedElection]:
    """A poll whose board has begun. Raises: PollNotFound, NotFound."""
    full = await visible_poll(session, ctx, poll_id)
    election = await queries.find_election(session, poll_id)
    if full.facts.sealing is None or election is None or election.parameters is None:
        raise NotFound()
    return full, election


async def _facts(session: AsyncSession, full: PollInFull, election: SealedElection) -> BoardFacts:
    poll_id = full.poll.id
    last, head = await queries.board_end(session, poll_id)
    framed = await queries.board_size(session, poll_id, last=last)
    return BoardFacts(
        election=election,
        trustees=await queries.list_trustees(session, poll_id),
        steps=await queries.list_steps(session, poll_id),
        head=head,
        archive_bytes=service.archive_size(election.timestamp or 0, framed),
        contest_bytes=len(encode_announced(service.announced_of_poll(full.poll))),
        voter_count=await queries.count_voters(session, poll_id),
        ballot_count=await queries.count_ballots(session, poll_id),
    )


@get("/polls/{poll_id:uuid}/board", audience=anyone)
async def show_board(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Sealed ballots and turnout, while the vote runs and after it; nothing of what is in them."""
    full, election = await _begun(session, ctx, poll_id)
    board = await _facts(session, full, election)
    current, pages = page_asked_for(request, board.ballot_count)
    offset = (current - 1) * CODES_PER_PAGE
    rows = await queries.list_trackers(session, poll_id, offset=offset, limit=CODES_PER_PAGE)
    codes = [(row.code, row.is_replaced) for row in rows]
    model = build_board(ctx, full, board, codes, current=current, pages=pages)
    return page(request, "voting/board.html", model)


@get("/polls/{poll_id:uuid}/board.json", audience=anyone)
async def describe_board(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], poll_id: FromPath[UUID]
) -> BoardState:
    """The state of a board: to see that it has grown, and that its head is the one of an archive."""
    full, election = await _begun(session, ctx, poll_id)
    board = await _facts(session, full, election)
    return BoardState(
        election=election.uuid,
        fingerprint=election.fingerprint or "",
        voters=board.voter_count,
        ballots=board.ballot_count,
        height=board.head.height + 1,
        head=board.head.hash or "",
        archive=ctx.services.settings.base_url.rstrip("/")
        + f"/polls/{poll_id}/board/{archive_name(election)}",
        archive_bytes=board.archive_bytes,
    )


@get("/polls/{poll_id:uuid}/board/{name:str}", audience=anyone)
async def download_board(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    name: FromPath[str],
) -> Response[bytes] | Stream:
    """The archive as it is now, the election's parameters, or the contest that they are bound to."""
    full, election = await _begun(session, ctx, poll_id)
    if name == archive_name(election):
        return await _send_archive(request, session, ctx, election)
    contents = {
        "election.json": (election.parameters or "").encode(),
        "contest.json": encode_announced(service.announced_of_poll(full.poll)),
    }
    if name not in contents:
        raise NotFound()
    return download(contents[name], media_type="application/json", filename=name)


async def _send_archive(
    request: WebRequest, session: AsyncSession, ctx: Ctx, election: SealedElection
) -> Response[bytes] | Stream:
    """The archive, from the byte that is asked for on: whoever has a part of it takes the rest only."""
    poll_id = election.poll_id
    last, head = await queries.board_end(session, poll_id)
    framed = await queries.board_size(session, poll_id, last=last)
    size = service.archive_size(election.timestamp or 0, framed)
    tag = f'"{head.hash}"'
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{archive_name(election)}"',
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    first = _first_byte(request.headers.get("range", ""), request.headers.get("if-range", tag), tag)
    if first >= size:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(b"", status_code=416, headers=headers)
    if first:
        headers["Content-Range"] = f"bytes {first}-{size - 1}/{size}"
    headers["Content-Length"] = str(size - first)
    pieces = service.send_archive(
        ctx.services.database.read, poll_id, timestamp=election.timestamp or 0, last=last
    )
    kind: dict[str, Any] = {"media_type": "application/x-tar", "status_code": 206 if first else 200}
    return Stream(_from(pieces, first), headers=headers, **kind)


def _first_byte(wanted: str, condition: str, tag: str) -> int:
    """Where a download begins. Only "from here to the end" is understood; anything else gets the whole."""
    begin, _, end = wanted.removeprefix("bytes=").partition("-")
    is_ours = wanted.startswith("bytes=") and condition == tag and not end
    return int(begin) if is_ours and begin.isascii() and begin.isdigit() and len(begin) < 16 else 0


async def _from(pieces: AsyncIterator[bytes], first: int) -> AsyncIterator[bytes]:
    """Without the first bytes."""
    async for piece in pieces:
        if first < len(piece):
            yield piece[first:]
        first = max(0, first - len(piece))


HANDLERS = [show_board, describe_board, download_board]
