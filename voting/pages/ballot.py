"""The pages of filling in a ballot: choose or mark, put in order, review, receipt."""

import datetime as dt
from collections.abc import Sequence

import msgspec
import segno
from markupsafe import Markup

from app.kit.context import Ctx
from voting.forms import SEPARATOR, Draft, shuffled
from voting.models import PollOption
from voting.pages.ballot_words import BallotWords, ballot_words, bar_text, unranked_text
from voting.pages.poll import OptionRow, option_rows
from voting.pages.terms import money_sentences
from voting.pages.words import Money, grade_text, title_of
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
    has_costs: bool
    money_apart: list[str]
    words: BallotWords
    said: str
    bar_text: str
    bar_note: str
    closes_at: dt.datetime
    has_voted: bool
    by_server: bool


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """The reviewed ballot, with what is needed to send it. `by_server`: the server seals it, with `code`."""

    id: str
    title: str
    ranks: list[dict[str, object]]
    marks: list[tuple[str, str, str]]
    is_ranked: bool
    is_blank: bool
    words: BallotWords
    left_out: str
    ballot: str
    receipt: str
    by_server: bool
    has_voted: bool
    replacement_key: str
    code: str
    closes_at: dt.datetime
    may_send: bool
    reason: str
    errors: dict[str, str]


class MarkRow(msgspec.Struct, frozen=True, kw_only=True):
    """An option to be ticked or given points; `value` is what it has now."""

    option: OptionRow
    is_ticked: bool
    value: str


class MarkPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tick, or give each points: one form, sent to be checked. `scale` is (points, words), best first."""

    id: str
    title: str
    kind: str
    words: BallotWords
    rows: list[MarkRow]
    scale: list[tuple[str, str]]
    has_costs: bool
    money_apart: list[str]
    bar_text: str
    bar_note: str
    closes_at: dt.datetime
    has_voted: bool
    errors: dict[str, str]


class ReceiptPage(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt: never the ranking."""

    id: str
    title: str
    steps: list[str]
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
    rows = {row.number: row for row in option_rows(ctx, options, money, contest)}
    numbers = list(draft.numbers) if step == 2 else _ordered(rows, draft, order)
    count = len(draft.numbers)
    limit = contest.max_length or len(contest.options)
    cost = money(sum(rows[number].cost_bani for number in draft.numbers))
    words = ballot_words(ctx, contest)
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
        has_costs=not contest.seats,
        money_apart=money_sentences(ctx, Money(ctx, full.cycle, contest), contest),
        words=words,
        said=said,
        bar_text=bar_text(ctx, contest, count, cost=cost, budget=money(full.cycle.budget_bani)),
        bar_note=said or words.bar_note,
        closes_at=full.stage.closes_at,
        has_voted=has_voted,
        by_server=full.facts.sealing is not None,
    )


def _ordered(rows: dict[str, OptionRow], draft: Draft, order: str) -> list[str]:
    if order == "number":
        return list(rows)
    if order == "cost":
        return sorted(rows, key=lambda n: (rows[n].cost_bani, n))
    if order == "area":
        return sorted(rows, key=lambda n: (rows[n].area, n))
    return shuffled(draft.seed, rows)


def build_review(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    draft: Draft,
    *,
    receipt: str,
    has_voted: bool,
    may_send: bool,
    reason: str = "",
    replacement_key: str = "",
    code: str = "",
    errors: dict[str, str] | None = None,
) -> ReviewPage:
    """Page C: the ballot as it will be sent: in rank order, or what was marked."""
    rows = {row.number: row for row in option_rows(ctx, options, Money(ctx, full.cycle), contest)}
    ranks: list[dict[str, object]] = [
        {
            "rank": place,
            "number": number,
            "title": rows[number].title,
            "cost": rows[number].cost,
            "area": rows[number].area,
        }
        for place, number in enumerate(draft.numbers, start=1)
    ]
    is_ranked = contest.vote_type == "ordinal"
    return ReviewPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        ranks=ranks,
        marks=[] if is_ranked else _marks(ctx, contest, rows, draft),
        is_ranked=is_ranked,
        is_blank=draft.is_blank,
        words=ballot_words(ctx, contest),
        left_out=unranked_text(ctx, contest, len(rows) - len(ranks)),
        ballot=SEPARATOR.join(draft.parts),
        receipt=receipt,
        by_server=full.facts.sealing is not None,
        has_voted=has_voted,
        replacement_key=replacement_key,
        code=code,
        closes_at=full.stage.closes_at,
        may_send=may_send,
        reason=reason,
        errors=errors or {},
    )


def _marks(
    ctx: Ctx, contest: Contest, rows: dict[str, OptionRow], draft: Draft
) -> list[tuple[str, str, str]]:
    """(number, title, what it gets): all options where each gets a grade, else those that were marked."""
    if contest.vote_type == "approval":
        return [(number, rows[number].title, rows[number].cost) for number in draft.numbers]
    given, shown = draft.points_of, []
    for number in shuffled(draft.seed, rows):
        points = given.get(number)
        if contest.grades:
            text = grade_text(ctx, contest, points) if points is not None else ctx.gettext("no grade")
        else:
            text = str(points) if points is not None else "–"
        shown.append((number, rows[number].title, text))
    return shown


def build_mark(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    draft: Draft,
    *,
    has_voted: bool = False,
    errors: dict[str, str] | None = None,
) -> MarkPage:
    """The page of a ballot that is ticked or graded, in the reader's own order."""
    money = Money(ctx, full.cycle)
    rows = {row.number: row for row in option_rows(ctx, options, money, contest)}
    words, given = ballot_words(ctx, contest), draft.points_of
    cost = sum(rows[number].cost_bani for number in draft.numbers)
    return MarkPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        kind=contest.vote_type,
        words=words,
        rows=[
            MarkRow(
                option=rows[number],
                is_ticked=number in draft.numbers,
                value=str(given[number]) if number in given else "",
            )
            for number in shuffled(draft.seed, rows)
        ],
        scale=_scale(ctx, contest),
        has_costs=not contest.seats,
        money_apart=money_sentences(ctx, Money(ctx, full.cycle, contest), contest),
        bar_text=bar_text(
            ctx,
            contest,
            len(draft.numbers),
            cost=money(cost),
            budget=money(full.cycle.budget_bani),
            points=sum(given.values()),
        ),
        bar_note=words.bar_note,
        closes_at=full.stage.closes_at,
        has_voted=has_voted,
        errors=errors or {},
    )


def _scale(ctx: Ctx, contest: Contest) -> list[tuple[str, str]]:
    """What can be given to one option, best first."""
    if contest.grades:
        best = len(contest.grades) - 1
        return [(str(points), grade_text(ctx, contest, points)) for points in range(best, -1, -1)]
    most = contest.max_points or contest.max_sum_points or 0
    return [(str(points), str(points)) for points in range(most, (contest.min_points or 0) - 1, -1)]


def draw_check(ctx: Ctx, check: str) -> Markup:
    """The QR code of a receipt: it holds the address of the check, nothing else.

    Its mask is named: every mask can be read, and finding the prettiest of eight was a third of casting.
    """
    title = ctx.gettext("QR code with the address of the check")
    code = segno.make(ctx.absolute(check), error="m", micro=False, mask=QR_MASK)
    drawn = code.svg_inline(border=2, omitsize=True, title=title)
    return Markup(drawn.replace("<svg ", '<svg role="img" ', 1))  # noqa: S704 - drawn by segno from an address of ours


def build_receipt(ctx: Ctx, contest: Contest, receipt: Receipt) -> ReceiptPage:
    """Page D."""
    full = receipt.full
    check = f"/check?code={receipt.code}"
    return ReceiptPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        steps=ballot_words(ctx, contest).steps,
        code=receipt.code,
        secret=receipt.secret,
        when=ctx.now,
        has_replaced=receipt.has_replaced,
        is_repeat=receipt.is_repeat,
        check_href=ctx.url(check),
        qr=draw_check(ctx, check),
        closes_at=full.stage.closes_at,
    )
