"""The booth in one file: its page, with the SHA-256 to compare, and the file itself."""

import functools
import hashlib

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from app.booth import single_file
from app.kit.context import Ctx
from app.kit.web import WebRequest, anyone, download, get, page
from voting.queries import list_open_boards


class BoothPage(msgspec.Struct, frozen=True):
    """The file, and the sealed votes that run now: (title, address)."""

    name: str
    sha256: str
    size: str
    polls: list[tuple[str, str]]


@functools.cache
def booth_file() -> tuple[bytes, str]:
    """The file and its SHA-256: made once a process, as it is made of our own files only."""
    made = single_file.build()
    return made, hashlib.sha256(made).hexdigest()


@get("/booth", audience=anyone)
async def show_booth(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What the booth in one file is for, how to use it and how to compare it."""
    made, sha256 = booth_file()
    rows = await list_open_boards(session, ctx.now)
    polls = [
        (row.title if ctx.locale == "ro" else row.title_en, ctx.url(f"/polls/{row.id}/board")) for row in rows
    ]
    model = BoothPage(single_file.NAME, sha256, f"{round(len(made) / 1000)} kB", polls)
    return page(request, "booth.html", model)


@get("/booth/obste-booth.html", audience=anyone, include_in_schema=False)
async def download_booth() -> Response[bytes]:
    """The file. It is saved, not shown: it is meant to run where this site has no say."""
    made, sha256 = booth_file()
    headers = {"ETag": f'"{sha256}"'}
    return download(made, media_type="text/html", filename=single_file.NAME, headers=headers)


BOOTH_HANDLERS = (show_booth, download_booth)
