"""An act as Akoma Ntoso 3.0: each version, each amendment, all of its amendments, and each vote in the
council.
"""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.errors import AmendmentNotFound, SittingNotFound
from amendments.models import Act, ActVersion, AmendmentRow
from amendments.pages.open_council import write_sitting
from amendments.routes.printing import load_version, written_file
from amendments.routes.public import published_act, visible_amendment
from amendments.states import AmendmentState
from amendments.text.writing.akoma_amendment import (
    Amended,
    Registered,
    write_amendment,
    write_amendment_list,
)
from amendments.text.writing.akoma_meta import Identity
from amendments.text.writing.akoma_votes import write_votes
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.web import anyone, download, get

AKN = "application/akn+xml; charset=utf-8"


def identity_of(ctx: Ctx, act: Act, version: ActVersion) -> Identity:
    """The names of a version of a draft."""
    return service.identity_of(ctx.district, act, version)


def send(written: str, *, filename: str) -> Response[bytes]:
    """An Akoma Ntoso document."""
    return download(written.encode(), media_type=AKN, filename=filename)


@get("/acts/{act_id:uuid}/versions/{sequence:int}/text.xml", audience=anyone, include_in_schema=False)
async def download_akoma_ntoso(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    sequence: FromPath[int],
) -> Response[bytes]:
    """The text as Akoma Ntoso 3.0."""
    act, version, _ = await load_version(session, ctx, act_id, sequence)
    content = await written_file(session, ctx, act, version, service.AKOMA)
    return download(content, media_type=AKN, filename=f"{act.number}-v{sequence}.xml")


# ── amendments ────────────────────────────────────────────────────────────────
def register_of(row: AmendmentRow) -> Registered:
    """An amendment as the public register has it."""
    return Registered(
        amendment=queries.as_amendment(row),
        number=row.number or "",
        author=row.author_name,
        day=local_date(row.submitted_at or row.updated_at),
        reason=row.reason,
    )


@get(
    "/acts/{act_id:uuid}/amendments/{amendment_id:uuid}/amendment.xml",
    audience=anyone,
    include_in_schema=False,
)
async def download_amendment(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    amendment_id: FromPath[UUID],
) -> Response[bytes]:
    """One amendment, on the version that it was written for."""
    act = await published_act(session, ctx, act_id)
    row = queries.as_sent(await visible_amendment(session, ctx, act_id, amendment_id))
    if row.state == AmendmentState.DRAFT or row.number is None:
        raise AmendmentNotFound()
    version = await queries.get_version(session, row.version_id)
    text, identity = queries.read_version(version), identity_of(ctx, act, version)
    written = await asyncio.to_thread(write_amendment, text, identity, register_of(row))
    return send(written, filename=f"{row.number}.xml")


@get("/acts/{act_id:uuid}/amendments.xml", audience=anyone, include_in_schema=False)
async def download_amendments(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], act_id: FromPath[UUID]
) -> Response[bytes]:
    """Every registered amendment of an act, those of each version together. Without any there is no file: the
    standard has no empty list.
    """
    act = await published_act(session, ctx, act_id)
    rows = await queries.list_registered(session, act_id)
    versions = await queries.list_versions(session, act_id)
    if not rows:
        raise AmendmentNotFound()
    identities = {one.id: identity_of(ctx, act, one) for one in versions}
    written = await asyncio.to_thread(_write_list, rows, versions, identities)
    return send(written, filename=f"{act.number}-amendments.xml")


def _write_list(
    rows: Sequence[AmendmentRow], versions: Sequence[ActVersion], identities: dict[UUID, Identity]
) -> str:
    texts = {one.id: one for one in versions}
    ordered = sorted(rows, key=lambda row: (texts[row.version_id].sequence, row.rank or 0))
    return write_amendment_list(
        [
            Amended(
                version=queries.read_version(texts[id]),
                identity=identities[id],
                registered=[register_of(row) for row in own],
            )
            for id, own in groupby(ordered, key=lambda row: row.version_id)
        ]
    )


# ── votes ─────────────────────────────────────────────────────────────────────
@get("/acts/{act_id:uuid}/sittings/{position:int}/votes.xml", audience=anyone, include_in_schema=False)
async def download_votes(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    act_id: FromPath[UUID],
    position: FromPath[int],
) -> Response[bytes]:
    """The votes by name of a sitting, corrected records among them. Raises: SittingNotFound."""
    act = await published_act(session, ctx, act_id)
    sittings = await queries.list_sittings(session, act_id)
    sitting = next((one for one in sittings if one.position == position and one.begun_at), None)
    if sitting is None:
        raise SittingNotFound()
    version = await queries.get_version(session, sitting.version_id)
    identity = msgspec.structs.replace(
        identity_of(ctx, act, version), day=sitting.held_on, version=sitting.position
    )
    motions = {str(row.id): (row, one) for row, one in await queries.list_motions(session, version)}
    votes = await queries.list_votes(session, sitting.id)
    plain = await asyncio.to_thread(write_sitting, act, sitting, version, motions, votes)
    return send(write_votes(plain, identity), filename=f"{act.number}-votes-{position}.xml")


HANDLERS = [download_akoma_ntoso, download_amendment, download_amendments, download_votes]
