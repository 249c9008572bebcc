"""The pages of filling in a ballot: choose, put in order, review, receipt."""

import datetime as dt
from collections.abc import Sequence

import msgspec
import segno
from markupsafe import Markup

from app.kit.context import Ctx
from voting.forms import Draft, Moved, shuffled
from voting.models import PollOption
from voting.pages.poll import OptionRow, option_rows
from voting.pages.words import Money, title_of
from voting.queries import PollInFull
from voting.rules.papers import Contest
from voting.service import Receipt

QR_MASK = 4
ORDERS = ("mine", "number", "cost", "area")


class Card(msgspec.Struct, frozen=True):
    """An option on the ballot, with its place when it has one."""

    option: OptionRow
    rank: int | None
    is_first: bool
    is_last: bool


class BallotPage(msgspec.Struct, frozen=True, kw_only=True):
    """Choose, or put in order: the same facts, other buttons."""

    id: str
    title: str
    step: int
    order: str
    cards: list[Card]
    count: int
    limit: int
    minimum: int
    next_rank: int
    cost: str
    budget: str
    said: str
    bar_text: str
    bar_note: str
    closes_at: dt.datetime
    has_voted: bool


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """The reviewed ballot, with what is needed to send it."""

    id: str
    title: str
    ranks: list[dict[str, object]]
    unranked: int
    ballot: str
    receipt: str
    has_voted: bool
    replacement_key: str
    closes_at: dt.datetime
    may_send: bool
    reason: str
    errors: dict[str, str]


class ReceiptPage(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt: never the ranking."""

    id: str
    title: str
    code: str
    secret: str
    when: dt.datetime
    has_replaced: bool
    is_repeat: bool
    check_href: str
    qr: Markup
    closes_at: dt.datetime


def build_ballot(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    draft: Draft,
    *,
    step: int,
    order: str = "mine",
    said: str = "",
    has_voted: bool = False,
) -> BallotPage:
    """Page A (step 1: every option, in the reader's order) or B (step 2: the chosen ones, best first)."""
    money = Money(ctx, full.cycle)
    rows = {row.number: row for row in option_rows(options, money)}
    numbers = list(draft.numbers) if step == 2 else _ordered(rows, draft, order)
    count = len(draft.numbers)
    limit = contest.max_length or len(contest.options)
    cost = money(sum(rows[number].cost_bani for number in draft.numbers))
    budget = money(full.cycle.budget_bani)
    return BallotPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        step=step,
        order=order,
        cards=[Card(rows[n], draft.rank(n), draft.rank(n) == 1, draft.rank(n) == count) for n in numbers],
        count=count,
        limit=limit,
        minimum=contest.min_length,
        next_rank=count + 1,
        cost=cost,
        budget=budget,
        said=said,
        bar_text=bar_text(ctx, count, cost, budget),
        bar_note=said
        or ctx.gettext(
            "Not sent yet. You may choose more than the budget pays for: the budget is applied at the count, "
            "not to your vote."
        ),
        closes_at=full.stage.closes_at,
        has_voted=has_voted,
    )


def _ordered(rows: dict[str, OptionRow], draft: Draft, order: str) -> list[str]:
    if order == "number":
        return list(rows)
    if order == "cost":
        return sorted(rows, key=lambda n: (rows[n].cost_bani, n))
    if order == "area":
        return sorted(rows, key=lambda n: (rows[n].area, n))
    return shuffled(draft.seed, rows)


def bar_text(ctx: Ctx, count: int, cost: str, budget: str) -> str:
    """The sticky bar: how many, what they cost together, what there is."""
    if not count:
        return ctx.gettext("You have not chosen any project yet · the budget is %(budget)s", budget=budget)
    return ctx.ngettext(
        "You have chosen %(num)s project · it costs %(cost)s · the budget is %(budget)s",
        "You have chosen %(num)s projects · together they cost %(cost)s · the budget is %(budget)s",
        count,
        cost=cost,
        budget=budget,
    )


def said_text(ctx: Ctx, moved: Moved, title: str, limit: int) -> str:
    """What the page answers to a button, for the status region and for the bar."""
    rank, count = moved.draft.rank(moved.number) or 0, len(moved.draft.numbers)
    match moved.said:
        case "added":
            return ctx.gettext(
                "%(title)s: chosen, place %(rank)s of %(count)s.", title=title, rank=rank, count=count
            )
        case "removed":
            return ctx.gettext("%(title)s: taken off your list.", title=title)
        case "full":
            return ctx.ngettext(
                "You already have %(num)s project. Remove it to add another.",
                "You already have %(num)s projects. Remove one to add another.",
                limit,
            )
        case "moved":
            return ctx.gettext(
                "%(title)s: now in place %(rank)s of %(count)s.", title=title, rank=rank, count=count
            )
        case "first":
            return ctx.gettext("%(title)s is already in first place.", title=title)
        case "last":
            return ctx.gettext("%(title)s is already in last place.", title=title)
    return ""


def build_review(
    ctx: Ctx,
    full: PollInFull,
    options: Sequence[PollOption],
    numbers: Sequence[str],
    *,
    ballot: str,
    receipt: str,
    has_voted: bool,
    may_send: bool,
    reason: str = "",
    replacement_key: str = "",
    errors: dict[str, str] | None = None,
) -> ReviewPage:
    """Page C: the ballot in rank order, to be checked before it is sent."""
    rows = {row.number: row for row in option_rows(options, Money(ctx, full.cycle))}
    ranks: list[dict[str, object]] = [
        {
            "rank": place,
            "number": number,
            "title": rows[number].title,
            "cost": rows[number].cost,
            "area": rows[number].area,
        }
        for place, number in enumerate(numbers, start=1)
    ]
    return ReviewPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        ranks=ranks,
        unranked=len(rows) - len(ranks),
        ballot=ballot,
        receipt=receipt,
        has_voted=has_voted,
        replacement_key=replacement_key,
        closes_at=full.stage.closes_at,
        may_send=may_send,
        reason=reason,
        errors=errors or {},
    )


def build_receipt(ctx: Ctx, receipt: Receipt) -> ReceiptPage:
    """Page D. The QR code holds the address of the check, nothing else.

    Its mask is named: every mask can be read, and finding the prettiest of eight was a third of casting.
    """
    full = receipt.full
    check = f"/check?code={receipt.code}"
    title = ctx.gettext("QR code with the address of the check")
    code = segno.make(ctx.absolute(check), error="m", micro=False, mask=QR_MASK)
    drawn = code.svg_inline(border=2, omitsize=True, title=title)
    return ReceiptPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        code=receipt.code,
        secret=receipt.secret,
        when=ctx.now,
        has_replaced=receipt.has_replaced,
        is_repeat=receipt.is_repeat,
        check_href=ctx.url(check),
        qr=Markup(drawn.replace("<svg ", '<svg role="img" ', 1)),  # noqa: S704 - drawn by segno from an address of ours
        closes_at=full.stage.closes_at,
    )
