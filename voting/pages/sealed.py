"""What the voter in a sealed vote is shown on the server's side of it: the receipt, and sending a ballot that
was sealed elsewhere.
"""

from datetime import datetime

import msgspec
from markupsafe import Markup

from app.kit.context import Ctx
from voting.pages.ballot import draw_check
from voting.pages.ballot_words import ballot_words
from voting.pages.words import title_of
from voting.queries import PollInFull
from voting.service import SealedReceipt, contest_of


class SealedReceiptPage(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of a sealed ballot: its check code, its whole tracker, nothing of what it says."""

    id: str
    title: str
    one_machine: bool
    steps: list[str]
    code: str
    tracker: str
    when: datetime
    has_replaced: bool
    is_repeat: bool
    check_href: str
    qr: Markup
    closes_at: datetime


class SendSealedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form for a ballot that another program has sealed."""

    id: str
    title: str
    one_machine: bool
    ballot: str
    closes_at: datetime
    errors: dict[str, str]


class ByServerPage(msgspec.Struct, frozen=True, kw_only=True):
    """What it means that the server seals, and the question."""

    id: str
    title: str
    one_machine: bool


class Refused(msgspec.Struct, frozen=True):
    """Why a sealed ballot was not taken; `field`: where that can be put right, if anywhere."""

    text: str
    field: str


def build_by_server(ctx: Ctx, full: PollInFull) -> ByServerPage:
    """The page of the consent."""
    return ByServerPage(
        id=str(full.poll.id), title=title_of(full.poll, ctx), one_machine=full.poll.one_machine
    )


def build_sealed_receipt(ctx: Ctx, full: PollInFull, receipt: SealedReceipt) -> SealedReceiptPage:
    """The answer to a sealed ballot."""
    check = f"/check?code={receipt.code}"
    return SealedReceiptPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        one_machine=full.poll.one_machine,
        steps=ballot_words(ctx, contest_of(full.poll)).steps,
        code=receipt.code,
        tracker=receipt.tracker,
        when=ctx.now,
        has_replaced=receipt.has_replaced,
        is_repeat=receipt.is_repeat,
        check_href=ctx.url(check),
        qr=draw_check(ctx, check),
        closes_at=full.stage.closes_at,
    )


def build_send_sealed(
    ctx: Ctx, full: PollInFull, *, ballot: str = "", errors: dict[str, str] | None = None
) -> SendSealedPage:
    """The form, with what was typed."""
    return SendSealedPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        one_machine=full.poll.one_machine,
        ballot=ballot,
        closes_at=full.stage.closes_at,
        errors=errors or {},
    )
