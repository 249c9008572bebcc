"""The result page of a vote that fills seats: who is elected and why, the rounds, comparisons in pairs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import show_number
from voting.models import PollOption, ResultFile, Tally
from voting.pages.counted import CountedPage, ballots_text, counter, name_of, read_result, shared
from voting.pages.opening import OpenedBy
from voting.pages.rounds import RoundView, round_views
from voting.pages.seat_reasons import SeatReasons, measure_of, measured
from voting.pages.words import grade_text, votes_text
from voting.queries import PollInFull
from voting.rules.papers import Contest
from voting.rules.result import Result


class CandidateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate in the table of results."""

    number: str
    title: str
    href: str
    measure: str
    won: bool
    why: str


class PairRow(msgspec.Struct, frozen=True):
    """A row of the comparisons: on how many ballots this one is above each of the others; "" for itself."""

    number: str
    title: str
    cells: list[tuple[str, bool]]
    record: str


class Across(msgspec.Struct, frozen=True):
    """A candidate through all rounds."""

    number: str
    title: str
    won: bool
    votes: list[str]


class GradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many ballots gave a candidate each grade, best first; `middle` is the place of the middle one."""

    number: str
    title: str
    won: bool
    numbers: list[int]
    shown: list[str]
    middle: int
    grade: str


class SeatedPage(CountedPage, frozen=True, kw_only=True):
    """The result of a vote that fills seats."""

    seats: int
    quota: str
    measure: str
    elected: list[CandidateRow]
    others: list[CandidateRow]
    bars: list[dict[str, object]]
    bars_title: str
    rounds: list[RoundView]
    across: list[Across]
    exhausted: list[str]
    pairs: list[PairRow]
    grade_names: list[str]
    grades: list[GradeRow]


def build_seated(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    tally: Tally,
    files: Sequence[ResultFile],
    *,
    opened: OpenedBy | None = None,
) -> SeatedPage:
    """The page of a counted vote that filled seats."""
    result = read_result(tally)
    by_number = {option.number: option for option in options}
    rows = _rows(ctx, contest, result, by_number)
    quota = next((one.quota for one in result.rounds if one.quota), "") or str(result.facts.get("quota", ""))
    return SeatedPage(
        **shared(ctx, full, contest, by_number, tally, result, files, opened),
        sentence=_sentence(ctx, result, by_number),
        seats=result.seats,
        quota=votes_text(ctx.locale, Fraction(quota)) if quota else "",
        measure=measure_of(ctx, result),
        elected=[row for row in rows if row.won],
        others=[row for row in rows if not row.won],
        bars=_bars(ctx, contest, result, by_number),
        bars_title=measure_of(ctx, result),
        rounds=round_views(ctx, result, by_number),
        across=_across(ctx, result, by_number),
        exhausted=[votes_text(ctx.locale, Fraction(one.exhausted or "0")) for one in result.rounds],
        pairs=_pairs(ctx, contest, result, by_number),
        grade_names=[grade_text(ctx, contest, grade) for grade in reversed(range(len(contest.grades)))],
        grades=_grades(ctx, contest, result, by_number),
    )


def _sentence(ctx: Ctx, result: Result, options: Mapping[str, PollOption]) -> str:
    if not result.winners:
        won = ctx.gettext("Nobody is elected.")
    else:
        won = ctx.ngettext(
            "%(names)s is elected, out of %(all)s.",
            "%(num)s of %(all)s are elected: %(names)s.",
            len(result.winners),
            all=show_number(len(result.outcomes), ctx.locale),
            names=", ".join(name_of(options, number) for number in result.winners),
        )
    return f"{won} {ballots_text(ctx, result)}"


def _rows(
    ctx: Ctx, contest: Contest, result: Result, options: Mapping[str, PollOption]
) -> list[CandidateRow]:
    """Who is elected, in the order of the count; then the others, those who held out longest first."""
    reasons = SeatReasons(ctx, contest, result, options)
    won = set(result.winners)
    left = {name: one.number for one in result.rounds for name in one.excluded}
    others = [standing.option for standing in result.standings if standing.option not in won]
    others.sort(key=lambda name: -left.get(name, len(result.rounds) + 1))
    return [
        CandidateRow(
            number=name,
            title=name_of(options, name),
            href=ctx.url(options[name].href) if name in options and options[name].href else "",
            measure=measured(ctx, contest, result, name),
            won=name in won,
            why=reasons.why(result.outcome(name)),
        )
        for name in [*result.winners, *others]
    ]


def _bars(
    ctx: Ctx, contest: Contest, result: Result, options: Mapping[str, PollOption]
) -> list[dict[str, object]]:
    if result.rounds or result.pairwise or contest.grades:
        return []
    won, number = set(result.winners), counter(ctx)
    return [
        {
            "label": f"{standing.option} {name_of(options, standing.option)}",
            "value": max(standing.score, 0),
            "text": number(standing.score),
            "state": "won" if standing.option in won else "lost",
            "note": "",
        }
        for standing in result.standings
    ]


def _across(ctx: Ctx, result: Result, options: Mapping[str, PollOption]) -> list[Across]:
    """One line a candidate, one column a round; nothing where they had left before."""
    columns = [dict(one.votes) for one in result.rounds]
    names = [*result.winners, *(s.option for s in result.standings if s.option not in set(result.winners))]
    return [
        Across(
            name,
            name_of(options, name),
            name in result.winners,
            [votes_text(ctx.locale, Fraction(votes[name])) if name in votes else "" for votes in columns],
        )
        for name in names
        if columns
    ]


def _grades(ctx: Ctx, contest: Contest, result: Result, options: Mapping[str, PollOption]) -> list[GradeRow]:
    """The candidates in the order of the count; nothing where no grades are given."""
    rows, number = [], counter(ctx)
    for name in [*result.winners, *(s.option for s in result.standings if s.option not in result.winners)]:
        outcome = result.outcome(name)
        if "grades" not in outcome.facts:
            continue
        numbers = [int(text) for text in str(outcome.facts["grades"]).split(", ")][::-1]
        grade = int(outcome.facts["grade"])
        rows.append(
            GradeRow(
                number=name,
                title=name_of(options, name),
                won=outcome.won,
                numbers=numbers,
                shown=[number(count) for count in numbers],
                middle=len(numbers) - 1 - grade,
                grade=grade_text(ctx, contest, grade),
            )
        )
    return rows


def _pairs(ctx: Ctx, contest: Contest, result: Result, options: Mapping[str, PollOption]) -> list[PairRow]:
    number = counter(ctx)
    ids = [option.id for option in contest.options]
    rows = []
    for place, votes in enumerate(result.pairwise):
        against = [result.pairwise[other][place] for other in range(len(ids))]
        others = [other for other in range(len(ids)) if other != place]
        wins = sum(votes[other] > against[other] for other in others)
        losses = sum(votes[other] < against[other] for other in others)
        record = ctx.gettext(
            "%(wins)s won, %(losses)s lost, %(draws)s equal",
            wins=wins,
            losses=losses,
            draws=len(others) - wins - losses,
        )
        cells = [
            ("", False) if other == place else (number(votes[other]), votes[other] > against[other])
            for other in range(len(ids))
        ]
        rows.append(PairRow(ids[place], name_of(options, ids[place]), cells, record))
    return rows
