"""The result page: what won, why, and everything needed to count again. Built from the tally alone: the
ballots are never loaded.
"""

import datetime as dt
from collections.abc import Callable, Sequence

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_, show_date, show_number
from voting.models import PollOption, ResultFile, Tally
from voting.pages.reasons import step_text, why
from voting.pages.words import LANGUAGE_OF, Money, points_text, rule_text, title_of
from voting.queries import PollInFull
from voting.rules.papers import Contest
from voting.rules.result import Outcome, Result, Standing, Step
from voting.states import PollState


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """A project in the table of results."""

    rank: int
    number: str
    title: str
    href: str
    cost: str
    score: str
    supporters: str
    first_places: str
    won: bool
    why: str


class StepRow(msgspec.Struct, frozen=True):
    """A step of the count."""

    number: int
    title: str
    text: str
    won: bool


class FileRow(msgspec.Struct, frozen=True):
    """A download."""

    name: str
    what: str
    href: str
    size: str
    sha256: str


class ResultPage(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a poll."""

    id: str
    title: str
    lang: str
    is_imported: bool
    is_certified: bool
    is_complete: bool
    status: str
    sentence: str
    counted_at: dt.datetime
    segments: list[dict[str, object]]
    budget_bani: int
    currency: str
    funded: list[ResultRow]
    others: list[ResultRow]
    bars: list[dict[str, object]]
    bars_desc: str
    rule_name: str
    rule_text: str
    points_text: str
    received: str
    counted: str
    blank: str
    rejected: str
    has_points: bool
    has_places: bool
    steps: list[StepRow]
    ties: list[str]
    files: list[FileRow]
    record_url: str
    input_digest: str
    tie_seed: str
    has_codes: bool


FILE_WORDS = {
    "record.json": N_("Everything in one file: projects, rule, ballots, box, result"),
    "ballots.csv": N_("Every ballot, without names, as a table"),
    "election.pb": N_("The election in the format of Pabulib, for other programs"),
    "result.json": N_("The result with its full working"),
    "codes.csv": N_("The verification codes in the box, sorted"),
}
SETTLED_BY = {
    "lowest_cost": N_("lower cost"),
    "highest_cost": N_("higher cost"),
    "most_supporters": N_("more supporters"),
    "most_first_places": N_("more first places"),
    "lot": N_("the lot whose seed was sealed before the vote"),
}
BARS = 15  # a wall of bars shows nothing; the table below has them all


def build_result(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    tally: Tally,
    files: Sequence[ResultFile],
) -> ResultPage:
    """The page of a counted poll."""
    result = msgspec.json.decode(tally.result, type=Result)
    poll, money = full.poll, Money(ctx, full.cycle, contest)
    by_number = {option.number: option for option in options}
    rows = _rows(ctx, money, result, by_number)
    number = _counter(ctx)
    return ResultPage(
        id=str(poll.id),
        title=title_of(poll, ctx),
        lang=LANGUAGE_OF.get(full.cycle.currency, "") if poll.is_imported else "",
        is_imported=poll.is_imported,
        is_certified=poll.state == PollState.CERTIFIED,
        is_complete=result.complete,
        status=_status(ctx, full, result, tally),
        sentence=_sentence(ctx, money, result),
        counted_at=tally.counted_at,
        segments=_segments(money, result, by_number),
        budget_bani=money.bani(result.budget),
        currency=full.cycle.currency,
        funded=[row for row in rows if row.won],
        others=[row for row in rows if not row.won],
        bars=_bars(ctx, result, by_number),
        bars_desc=_bars_desc(ctx, len(rows)),
        rule_name=result.rule,
        rule_text=rule_text(ctx, result.rule),
        points_text=points_text(ctx, contest),
        received=number(result.received),
        counted=number(result.counted),
        blank=number(result.blank),
        rejected=number(sum(rejection.number for rejection in result.rejected)),
        has_points=contest.vote_type != "approval",
        has_places=contest.vote_type == "ordinal",
        steps=[
            StepRow(
                step.number,
                _title(by_number, step.option),
                step_text(ctx, money, step, step.option),
                _won(step),
            )
            for step in result.steps
        ],
        ties=_ties(ctx, result),
        files=[_file(ctx, str(poll.id), file) for file in files],
        record_url=ctx.services.settings.base_url.rstrip("/") + f"/polls/{poll.id}/files/record.json",
        input_digest=result.input_digest,
        tie_seed=tally.tie_seed,
        has_codes=not poll.is_imported,
    )


def _counter(ctx: Ctx) -> Callable[[int], str]:
    return lambda value: show_number(value, ctx.locale)


def _won(step: Step) -> bool:
    return step.remaining_after < step.remaining_before


def _title(options: dict[str, PollOption], number: str) -> str:
    return options[number].title if number in options else number


def _status(ctx: Ctx, full: PollInFull, result: Result, tally: Tally) -> str:
    if not result.complete:
        return ctx.gettext("Waiting for the decision of a tie")
    day = show_date(full.stage.closes_at if full.poll.is_imported else tally.counted_at, ctx.locale)
    if full.poll.state == PollState.CERTIFIED:
        return ctx.gettext("Final results · certified · %(day)s", day=day)
    if full.poll.is_imported:
        return ctx.gettext("Final results · counted here again from the ballots · %(day)s", day=day)
    return ctx.gettext("Final results · counted · %(day)s", day=day)


def _sentence(ctx: Ctx, money: Money, result: Result) -> str:
    share = ctx.gettext("of %(budget)s", budget=money(result.budget))
    return (
        ctx.ngettext(
            "%(num)s project of %(all)s is funded, for %(spent)s %(share)s.",
            "%(num)s projects of %(all)s are funded, for %(spent)s %(share)s.",
            len(result.winners),
            all=len(result.outcomes),
            spent=money(result.spent),
            share=share,
        )
        + " "
        + ctx.ngettext(
            "%(num)s ballot was counted.", "%(num)s ballots were counted.", result.counted
        ).replace(str(result.counted), show_number(result.counted, ctx.locale), 1)
    )


def _segments(money: Money, result: Result, options: dict[str, PollOption]) -> list[dict[str, object]]:
    awarded = {outcome.option: outcome.awarded for outcome in result.outcomes}
    return [
        {"label": f"{number} {_title(options, number)}", "amount": money.bani(awarded[number])}
        for number in result.winners
    ]


def _rows(ctx: Ctx, money: Money, result: Result, options: dict[str, PollOption]) -> list[ResultRow]:
    """Winners in the order in which they were funded, then the others by points."""
    outcomes: dict[str, Outcome] = {outcome.option: outcome for outcome in result.outcomes}
    standings: dict[str, Standing] = {standing.option: standing for standing in result.standings}
    funded = list(result.winners)
    others = [standing.option for standing in result.standings if standing.option not in set(funded)]
    number = _counter(ctx)
    return [
        ResultRow(
            rank=standings[name].rank,
            number=name,
            title=_title(options, name),
            href=ctx.url(options[name].href) if name in options and options[name].href else "",
            cost=money(int(outcomes[name].facts["cost"])),
            score=number(standings[name].score),
            supporters=number(standings[name].supporters),
            first_places=number(standings[name].first_places),
            won=outcomes[name].won,
            why=why(ctx, money, outcomes[name], standings[name]),
        )
        for name in [*funded, *others]
    ]


def _bars(ctx: Ctx, result: Result, options: dict[str, PollOption]) -> list[dict[str, object]]:
    won = set(result.winners)
    return [
        {
            "label": f"{standing.option} {_title(options, standing.option)}",
            "value": max(standing.score, 0),
            "text": show_number(standing.score, ctx.locale),
            "state": "won" if standing.option in won else "lost",
            "note": "",
        }
        for standing in result.standings[:BARS]
    ]


def _bars_desc(ctx: Ctx, count: int) -> str:
    if count <= BARS:
        return ""
    return ctx.gettext("The first %(shown)s of %(all)s; the table has them all.", shown=BARS, all=count)


def _ties(ctx: Ctx, result: Result) -> list[str]:
    said = []
    for tie in result.ties:
        if not tie.matters:
            continue
        if tie.resolved:
            text = ctx.gettext(
                "%(tied)s were equal. The order was settled by: %(by)s.",
                tied=", ".join(tie.options),
                by=", ".join(ctx.gettext(SETTLED_BY.get(one, one)) for one in tie.settled_by),
            )
        else:
            text = ctx.gettext(
                "%(tied)s are equal, and nothing published settles it.", tied=", ".join(tie.options)
            )
        said.append(text)
    return said


def _file(ctx: Ctx, poll_id: str, file: ResultFile) -> FileRow:
    size = f"{show_number(round(file.size / 1024), ctx.locale)} kB" if file.size >= 1024 else f"{file.size} B"
    what = ctx.gettext(FILE_WORDS[file.name]) if file.name in FILE_WORDS else ""
    return FileRow(file.name, what, f"/polls/{poll_id}/files/{file.name}", size, file.sha256)
