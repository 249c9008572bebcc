"""The result page of a vote on projects: what is funded, why, who paid, and what would have changed it."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import show_number
from voting.models import PollOption, ResultFile, Tally
from voting.pages.counted import CountedPage, ballots_text, counter, name_of, read_result, shared
from voting.pages.opening import OpenedBy
from voting.pages.reasons import step_text, why, why_not_quite
from voting.pages.words import Money, rule_text, rule_title
from voting.queries import PollInFull
from voting.rules.papers import Contest
from voting.rules.result import Alternative, Counterfactual, Outcome, Payment, Result, Standing, Step


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


class PartRow(msgspec.Struct, frozen=True):
    """What was counted apart: its money, and the ballots that had a say in it."""

    name: str
    amount: str
    spent: str
    left: str
    ballots: str


class StepRow(msgspec.Struct, frozen=True):
    """A step of the count."""

    number: int
    title: str
    text: str
    won: bool
    payments: list[str]


class AlternativeRow(msgspec.Struct, frozen=True):
    """What another rule would have chosen: what it would have added and left out, against this result."""

    title: str
    text: str
    winners: str
    spent: str
    added: list[str]
    dropped: list[str]


class FundedPage(CountedPage, frozen=True, kw_only=True):
    """The result of a vote on projects."""

    segments: list[dict[str, object]]
    budget_bani: int
    currency: str
    parts: list[PartRow]
    terms: list[str]
    funded: list[ResultRow]
    others: list[ResultRow]
    bars: list[dict[str, object]]
    bars_desc: str
    has_points: bool
    has_places: bool
    steps: list[StepRow]
    has_payments: bool
    alternatives: list[AlternativeRow]
    spent: str


BARS = 15  # a wall of bars shows nothing; the table below has them all


def build_funded(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    tally: Tally,
    files: Sequence[ResultFile],
    *,
    opened: OpenedBy | None = None,
) -> FundedPage:
    """The page of a counted vote on projects."""
    result = read_result(tally)
    money = Money(ctx, full.cycle, contest)
    by_number = {option.number: option for option in options}
    rows = _rows(ctx, money, result, by_number)
    has_points = contest.vote_type != "approval"
    steps = [_step(ctx, money, step, by_number, has_points=has_points) for step in result.steps]
    return FundedPage(
        **shared(ctx, full, contest, by_number, tally, result, files, opened),
        sentence=_sentence(ctx, money, result),
        segments=_segments(money, result, by_number),
        budget_bani=money.bani(result.budget),
        currency=full.cycle.currency,
        parts=_parts(ctx, money, result),
        terms=_terms(ctx, contest),
        funded=[row for row in rows if row.won],
        others=[row for row in rows if not row.won],
        bars=_bars(ctx, result, by_number),
        bars_desc=_bars_desc(ctx, len(rows)),
        has_points=has_points,
        has_places=contest.vote_type == "ordinal",
        steps=steps,
        has_payments=any(step.payments for step in steps),
        alternatives=[_alternative(ctx, money, other, result, by_number) for other in result.alternatives],
        spent=money(result.spent),
    )


def _sentence(ctx: Ctx, money: Money, result: Result) -> str:
    share = ctx.gettext("of %(budget)s", budget=money(result.budget))
    funded = ctx.ngettext(
        "%(num)s project of %(all)s is funded, for %(spent)s %(share)s.",
        "%(num)s projects of %(all)s are funded, for %(spent)s %(share)s.",
        len(result.winners),
        all=len(result.outcomes),
        spent=money(result.spent),
        share=share,
    )
    return f"{funded} {ballots_text(ctx, result)}"


def _parts(ctx: Ctx, money: Money, result: Result) -> list[PartRow]:
    number = counter(ctx)
    return [
        PartRow(
            name=part.name or _common(ctx),
            amount=money(part.amount),
            spent=money(part.spent),
            left=money(part.amount - part.spent),
            ballots=number(part.counted),
        )
        for part in result.parts
    ]


def _common(ctx: Ctx) -> str:
    """What projects without money of their own are paid from."""
    return ctx.gettext("The common budget")


def _part_of(ctx: Ctx, result: Result, outcome: Outcome) -> str:
    if not result.parts:
        return ""
    return ctx.gettext("Part: %(part)s.", part=outcome.facts.get("paid_from") or _common(ctx))


def _terms(ctx: Ctx, contest: Contest) -> list[str]:
    """The projects of which only one could win."""
    return [
        ctx.gettext("Only one of these could win: %(numbers)s.", numbers=", ".join(group))
        for group in contest.exclusive
    ]


def _segments(money: Money, result: Result, options: dict[str, PollOption]) -> list[dict[str, object]]:
    awarded = {outcome.option: outcome.awarded for outcome in result.outcomes}
    return [
        {"label": f"{number} {name_of(options, number)}", "amount": money.bani(awarded[number])}
        for number in result.winners
    ]


def _rows(ctx: Ctx, money: Money, result: Result, options: dict[str, PollOption]) -> list[ResultRow]:
    """Winners in the order in which they were funded, then the others by points."""
    outcomes: dict[str, Outcome] = {outcome.option: outcome for outcome in result.outcomes}
    standings: dict[str, Standing] = {standing.option: standing for standing in result.standings}
    near: dict[str, Counterfactual] = {one.option: one for one in result.counterfactuals}
    funded = list(result.winners)
    others = [standing.option for standing in result.standings if standing.option not in set(funded)]
    number = counter(ctx)
    return [
        ResultRow(
            rank=standings[name].rank,
            number=name,
            title=name_of(options, name),
            href=ctx.url(options[name].href) if name in options and options[name].href else "",
            cost=money(int(outcomes[name].facts["cost"])),
            score=number(standings[name].score),
            supporters=number(standings[name].supporters),
            first_places=number(standings[name].first_places),
            won=outcomes[name].won,
            why=" ".join(
                part
                for part in (
                    _part_of(ctx, result, outcomes[name]),
                    why(ctx, money, outcomes[name], standings[name]),
                    why_not_quite(ctx, money, outcomes[name], near.get(name)),
                )
                if part
            ),
        )
        for name in [*funded, *others]
    ]


def _step(ctx: Ctx, money: Money, step: Step, options: dict[str, PollOption], *, has_points: bool) -> StepRow:
    text = step_text(ctx, money, step, step.option)
    return StepRow(
        step.number,
        name_of(options, step.option),
        f"{step.facts['paid_from']}: {text}" if "paid_from" in step.facts else text,
        step.remaining_after < step.remaining_before,
        [_payment(ctx, money, paid, has_points=has_points) for paid in step.payments],
    )


def _payment(ctx: Ctx, money: Money, paid: Payment, *, has_points: bool) -> str:
    """What a group of supporters paid, in a sentence. Amounts to the nearest ban, for reading; the exact
    fractions are in result.json.
    """
    amount = Fraction(paid.amount)
    each = amount / paid.voters if paid.voters else Fraction(0)
    facts = {
        "people": show_number(paid.voters, ctx.locale),
        "each": money(round(each)),
        "amount": money(round(amount)),
    }
    if paid.place is not None:
        return _payment_at_place(ctx, paid, facts)
    if paid.in_full:
        said = ctx.ngettext(
            "%(people)s person paid %(amount)s: the full price of %(each)s.",
            "%(people)s people paid %(amount)s: the full price of %(each)s each.",
            paid.voters,
            **facts,
        )
    else:
        said = ctx.ngettext(
            "%(people)s person paid %(amount)s: all they had left, %(each)s.",
            "%(people)s people paid %(amount)s: all they had left, %(each)s on average.",
            paid.voters,
            **facts,
        )
    if not has_points:
        return said
    return ctx.gettext("Points given: %(points)s.", points=show_number(paid.points, ctx.locale)) + " " + said


def _payment_at_place(ctx: Ctx, paid: Payment, facts: dict[str, str]) -> str:
    """Where everybody pays the same part of what they have left, groups differ by their place."""
    if paid.place:
        return ctx.ngettext(
            "%(people)s person with it in place %(place)s paid %(amount)s, %(each)s on average.",
            "%(people)s people with it in place %(place)s paid %(amount)s, %(each)s on average.",
            paid.voters,
            place=paid.place,
            **facts,
        )
    return ctx.ngettext(
        "%(people)s person whose ballot names no further project paid %(amount)s, %(each)s on average.",
        "%(people)s people whose ballots name no further project paid %(amount)s, %(each)s on average.",
        paid.voters,
        **facts,
    )


def _alternative(
    ctx: Ctx, money: Money, other: Alternative, result: Result, options: dict[str, PollOption]
) -> AlternativeRow:
    def called(numbers: Sequence[str]) -> list[str]:
        return [f"{number} {name_of(options, number)}" for number in numbers]

    ours, theirs = set(result.winners), set(other.winners)
    return AlternativeRow(
        title=rule_title(ctx, other.rule),
        text=rule_text(ctx, other.rule),
        winners=show_number(len(other.winners), ctx.locale),
        spent=money(other.spent),
        added=called([number for number in other.winners if number not in ours]),
        dropped=called([number for number in result.winners if number not in theirs]),
    )


def _bars(ctx: Ctx, result: Result, options: dict[str, PollOption]) -> list[dict[str, object]]:
    won = set(result.winners)
    return [
        {
            "label": f"{standing.option} {name_of(options, standing.option)}",
            "value": max(standing.score, 0),
            "text": show_number(standing.score, ctx.locale),
            "state": "won" if standing.option in won else "lost",
            "note": "",
        }
        for standing in sorted(result.standings, key=lambda standing: -standing.score)[:BARS]
    ]


def _bars_desc(ctx: Ctx, count: int) -> str:
    if count <= BARS:
        return ""
    return ctx.gettext("The first %(shown)s of %(all)s; the table has them all.", shown=BARS, all=count)
