"""Pages around a poll: the list, the poll itself, checking a code."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from app.kit.context import Ctx
from app.kit.policy import Verdict
from cycles.models import Cycle, Stage
from cycles.states import CycleKind
from voting.models import Poll, PollOption
from voting.pages.opening import OpeningPage
from voting.pages.terms import money_sentences, rivals_text
from voting.pages.words import (
    LANGUAGE_OF,
    Money,
    points_text,
    rule_text,
    rule_title,
    shown_state,
    state_text,
    title_of,
)
from voting.policy import may_cast, may_replace
from voting.queries import PollInFull, facts_of
from voting.rules.papers import Contest
from voting.states import COUNTED_STATES, PollState


class PollRow(msgspec.Struct, frozen=True):
    """A poll in the list."""

    title: str
    href: str
    state: str
    state_text: str
    meta: list[str]
    lang: str


class PollsPage(msgspec.Struct, frozen=True):
    """The list of polls: those that run or will, those that ended here, imported ones."""

    current: list[PollRow]
    past: list[PollRow]
    imported: list[PollRow]
    is_officer: bool


class OptionRow(msgspec.Struct, frozen=True):
    """An option as listed."""

    number: str
    title: str
    summary: str
    area: str
    cost: str
    cost_bani: int
    href: str
    note: str


class PollPage(msgspec.Struct, frozen=True, kw_only=True):
    """A poll, and whether the reader may vote in it."""

    id: str
    title: str
    lang: str
    cycle_title: str
    cycle_href: str
    state: str
    state_text: str
    opens_at: datetime
    closes_at: datetime
    is_imported: bool
    has_result: bool
    has_voted: bool
    may_cast: Verdict
    may_replace: Verdict
    is_signed_in: bool
    rule_title: str
    rule_text: str
    rule_name: str
    is_election: bool
    seats: int
    deed: str
    summary: str
    points_text: str
    budget: str
    money_apart: list[str]
    min_ranked: int
    max_ranked: int
    voter_count: int | None
    cancel_reason: str
    contest_digest: str
    tie_commitment: str
    box_head: str
    is_officer: bool
    one_machine: bool
    is_sealed: bool
    has_board: bool
    opening: OpeningPage | None
    has_paper: bool
    has_places: bool
    options: list[OptionRow]


class CodeAnswer(msgspec.Struct, frozen=True):
    """What a check code says of one vote. A sealed ballot has its number on the board, and its tracker."""

    title: str
    href: str
    cast_on: date
    replaced_on: date | None
    state: str
    is_counted: bool
    number: int | None
    tracker: str


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """Check my vote."""

    code: str
    asked: bool
    answers: list[CodeAnswer]
    errors: dict[str, str]


class CodesPage(msgspec.Struct, frozen=True, kw_only=True):
    """The check codes of a frozen box, sorted."""

    id: str
    title: str
    codes: list[tuple[str, bool]]
    current: int
    pages: int
    total: int


def build_polls(ctx: Ctx, rows: Sequence[tuple[Poll, Cycle, Stage]], *, is_officer: bool) -> PollsPage:
    """The list, drafts only for election officers."""
    page = PollsPage([], [], [], is_officer)
    for poll, cycle, stage in rows:
        if poll.state == PollState.DRAFT and not is_officer:
            continue
        facts = facts_of(poll, stage, [])
        state = shown_state(facts, ctx.now)
        row = PollRow(
            title=title_of(poll, ctx),
            href=ctx.url(f"/polls/{poll.id}"),
            state=state,
            state_text=state_text(ctx, facts),
            meta=[_frame_of(ctx, cycle)],
            lang=LANGUAGE_OF.get(cycle.currency, "") if poll.is_imported else "",
        )
        is_past = facts.state in COUNTED_STATES or state in ("closed", "cancelled")
        (page.imported if poll.is_imported else page.past if is_past else page.current).append(row)
    return page


def _frame_of(ctx: Ctx, cycle: Cycle) -> str:
    """What a vote belongs to: its cycle; an election stands for itself."""
    if cycle.kind == CycleKind.ELECTION:
        return ctx.gettext("Election")
    return cycle.title if ctx.locale == "ro" else cycle.title_en


def option_rows(ctx: Ctx, options: Sequence[PollOption], money: Money, contest: Contest) -> list[OptionRow]:
    """Options with amounts as text."""
    return [
        OptionRow(
            number=option.number,
            title=option.title,
            summary=option.summary,
            area=option.area or "",
            cost=money(option.cost_bani),
            cost_bani=option.cost_bani,
            href=option.href,
            note=rivals_text(ctx, contest, option.number),
        )
        for option in options
    ]


def deed_text(ctx: Ctx, contest: Contest) -> str:
    """What a voter does here, in a sentence."""
    limit = contest.max_length or len(contest.options)
    match contest.vote_type:
        case "approval":
            return ctx.gettext("Tick up to %(num)s, check and send. It takes a few minutes.", num=limit)
        case "scoring" if contest.grades:
            return ctx.gettext("Give each a grade, check and send. It takes a few minutes.")
        case "scoring" | "cumulative":
            return ctx.gettext("Give your points, check and send. It takes a few minutes.")
    if contest.seats:
        return ctx.gettext(
            "Choose up to %(num)s candidates, put them in order, check and send. It takes a few minutes.",
            num=limit,
        )
    return ctx.gettext(
        "Choose up to %(num)s projects, put them in order, check and send. It takes a few minutes.",
        num=limit,
    )


def build_poll(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    *,
    on_roll: bool,
    has_voted: bool,
    voter_count: int | None,
    is_officer: bool,
    opening: OpeningPage | None = None,
    has_paper: bool = False,
) -> PollPage:
    """The public page of a poll."""
    poll, facts = full.poll, full.facts
    ties = msgspec.json.decode(poll.ties)
    return PollPage(
        id=str(poll.id),
        title=title_of(poll, ctx),
        lang=LANGUAGE_OF.get(full.cycle.currency, "") if poll.is_imported else "",
        cycle_title=full.cycle.title if ctx.locale == "ro" else full.cycle.title_en,
        cycle_href=ctx.url(f"/cycles/{full.cycle.slug}"),
        state=shown_state(facts, ctx.now),
        state_text=state_text(ctx, facts),
        opens_at=full.stage.opens_at,
        closes_at=full.stage.closes_at,
        is_imported=poll.is_imported,
        has_result=facts.state in COUNTED_STATES,
        has_voted=has_voted,
        may_cast=may_cast(
            ctx.actor, facts, on_roll=on_roll, has_voted=has_voted, has_paper=has_paper, now=ctx.now
        ),
        may_replace=may_replace(
            ctx.actor, facts, on_roll=on_roll, has_voted=has_voted, has_paper=has_paper, now=ctx.now
        ),
        is_signed_in=ctx.actor is not None,
        rule_title=rule_title(ctx, poll.rule),
        rule_text=rule_text(ctx, poll.rule),
        is_election=full.is_election,
        seats=contest.seats,
        deed=deed_text(ctx, contest),
        summary=full.cycle.summary if full.is_election else "",
        rule_name=poll.rule,
        points_text=points_text(ctx, contest),
        budget=Money(ctx, full.cycle, contest)(contest.budget),
        money_apart=money_sentences(ctx, Money(ctx, full.cycle, contest), contest),
        min_ranked=contest.min_length,
        max_ranked=contest.max_length or len(contest.options),
        voter_count=voter_count,
        cancel_reason=poll.cancel_reason or "",
        contest_digest=poll.contest_digest,
        tie_commitment=(ties.get("lot") or {}).get("commitment", ""),
        box_head=poll.box_head or "",
        is_officer=is_officer,
        one_machine=poll.one_machine,
        is_sealed=facts.sealing is not None,
        has_board=poll.board_start is not None,
        opening=opening,
        has_paper=has_paper,
        has_places=facts.paper is not None,
        options=option_rows(ctx, options, Money(ctx, full.cycle), contest),
    )
