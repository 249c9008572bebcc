"""A sealed ballot arrives: from the booth on the site, or from a program that sealed it elsewhere."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.context import Ctx
from app.kit.errors import Conflict, DomainError, Forbidden
from app.kit.forms import Form
from app.kit.web import WebRequest, error_text, get, page, post, see_other, signed_in
from voting import service
from voting.errors import (
    BallotCopied,
    CodeTaken,
    CredentialTaken,
    CredentialUnknown,
    OtherCredential,
    PaperGiven,
    PollNotFound,
    PollNotOpen,
    SealRefused,
)
from voting.pages.sealed import Refused, build_sealed_receipt, build_send_sealed
from voting.policy import takes_ballots
from voting.queries import PollInFull
from voting.routes.public import visible_poll
from voting.service import SealedReceipt

OF_CODE = (CredentialUnknown, CredentialTaken, OtherCredential)
REFUSALS = (*OF_CODE, SealRefused, BallotCopied, CodeTaken, PaperGiven, PollNotOpen, Forbidden)
NO_STORE = {"Cache-Control": "no-store"}


async def sealed_poll(session: AsyncSession, ctx: Ctx, poll_id: UUID) -> PollInFull:
    """A sealed poll that this reader may know of. Raises: PollNotFound."""
    full = await visible_poll(session, ctx, poll_id)
    if full.facts.sealing is None:
        raise PollNotFound()
    return full


async def receive(ctx: Ctx, actor: Actor, poll_id: UUID, raw: bytes) -> SealedReceipt:
    """Check a sealed ballot, and put it on the board for this person. Raises: what REFUSALS name.

    The unit of work begins when the proofs are checked: nobody waits for a lock or a connection meanwhile.
    So the handlers that lead here ask for no session.
    """
    database = ctx.services.database
    async with database.read() as session:
        election = await service.load_election(session, poll_id)
    ballot = await service.check_sealed(election, raw, voter=actor.id)
    async with database.write() as session:
        return await service.cast_sealed(session, actor, poll_id, raw, ballot, now=ctx.now)


def status_of(error: DomainError) -> int:
    """The status of a refusal that is answered with what was typed."""
    return 409 if isinstance(error, Conflict) else 403 if isinstance(error, Forbidden) else 422


@get("/polls/{poll_id:uuid}/ballot/sealed", audience=signed_in)
async def offer_to_send(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The form for a ballot that was sealed elsewhere."""
    full = await sealed_poll(session, ctx, poll_id)
    if not (verdict := takes_ballots(full.facts, ctx.now)):
        return see_other(request, f"/polls/{poll_id}", notice=ctx.gettext(verdict.reason), kind="info")
    return page(request, "voting/send_sealed.html", build_send_sealed(ctx, full))


@post("/polls/{poll_id:uuid}/ballot/sealed", audience=signed_in)
async def take_sealed(
    request: WebRequest,
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Take a sealed ballot and answer with its receipt (docs/decisions/0009). Sent twice, it is the same one.

    The booth sends it as htmx would, and gets the receipt, or why not, as a fragment.
    """
    async with ctx.services.database.read() as session:
        full = await sealed_poll(session, ctx, poll_id)
    files = form.files("file")
    raw = (files[0].content if files else form.get("ballot").encode()).strip()
    try:
        receipt = await receive(ctx, ctx.actor, poll_id, raw)
    except REFUSALS as error:
        return _refuse(request, ctx, full, error, typed=raw.decode(errors="replace"))
    model = build_sealed_receipt(ctx, full, receipt)
    if ctx.is_htmx:
        return page(request, "voting/_sealed_receipt.html", model, headers=NO_STORE)
    return page(request, "voting/sealed_receipt.html", model, headers=NO_STORE)


def _refuse(
    request: WebRequest, ctx: Ctx, full: PollInFull, error: DomainError, *, typed: str
) -> Response[bytes]:
    text, status = error_text(ctx.locale, error), status_of(error)
    if ctx.is_htmx:
        where = "code" if isinstance(error, OF_CODE) else ""
        return page(request, "voting/_refused.html", Refused(text, where), status=status, headers=NO_STORE)
    model = build_send_sealed(ctx, full, ballot=typed, errors={"ballot": text})
    return page(request, "voting/send_sealed.html", model, status=status, headers=NO_STORE)


HANDLERS = [offer_to_send, take_sealed]
