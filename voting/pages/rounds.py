"""The rounds of a count for seats: what moved, each candidate's votes and change, and a sentence a round."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from app.kit.context import Ctx
from voting.models import PollOption
from voting.pages.counted import name_of
from voting.pages.words import votes_text
from voting.rules.result import Result, Round


class VoteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate in one round."""

    number: str
    title: str
    votes: str
    change: str
    state: str
    has_won: bool
    has_left: bool
    share: float


class RoundView(msgspec.Struct, frozen=True, kw_only=True):
    """One round as shown; `bars` have the quota as their length where that is more than anybody's votes."""

    number: int
    sentence: str
    quota: str
    rows: list[VoteRow]
    exhausted: str
    exhausted_change: str
    bars: list[dict[str, object]]
    bars_max: float
    bars_desc: str
    is_last: bool


class Turn(msgspec.Struct, frozen=True):
    """When a candidate was elected or left: the round, their votes and the quota in it."""

    round: int
    votes: Fraction
    quota: Fraction | None


def elected_in(result: Result) -> dict[str, Turn]:
    """The round in which each winner was elected."""
    return _turns(result, "elected")


def excluded_in(result: Result) -> dict[str, Turn]:
    """The round after which each of the others left."""
    return _turns(result, "excluded")


def _turns(result: Result, what: str) -> dict[str, Turn]:
    found: dict[str, Turn] = {}
    for one in result.rounds:
        votes = dict(one.votes)
        for name in getattr(one, what):
            quota = Fraction(one.quota) if one.quota else None
            found.setdefault(name, Turn(one.number, Fraction(votes.get(name, "0")), quota))
    return found


def round_views(ctx: Ctx, result: Result, options: Mapping[str, PollOption]) -> list[RoundView]:
    """Every round, the first one without changes."""
    views: list[RoundView] = []
    before: Round | None = None
    done: set[str] = set()  # elected in an earlier round
    for one in result.rounds:
        views.append(_view(ctx, one, before, done, options, is_last=one is result.rounds[-1]))
        done |= set(one.elected)
        before = one
    return views


def _view(
    ctx: Ctx,
    one: Round,
    before: Round | None,
    done: set[str],
    options: Mapping[str, PollOption],
    *,
    is_last: bool,
) -> RoundView:
    earlier = {name: Fraction(text) for name, text in before.votes} if before else {}
    votes = {name: Fraction(text) for name, text in one.votes}
    quota = Fraction(one.quota) if one.quota else None
    top = max([*votes.values(), quota or Fraction(0)], default=Fraction(0))
    rows = [
        VoteRow(
            number=name,
            title=name_of(options, name),
            votes=votes_text(ctx.locale, value),
            change=_change(ctx, value - earlier[name]) if name in earlier else "",
            state=_state(ctx, one, name, done),
            has_won=name in done or name in one.elected,
            has_left=name in one.excluded,
            share=float(value),
        )
        for name, value in sorted(votes.items(), key=lambda pair: -pair[1])
    ]
    exhausted = Fraction(one.exhausted or "0")
    return RoundView(
        number=one.number,
        sentence=_sentence(ctx, one, options, is_last=is_last),
        quota=votes_text(ctx.locale, quota) if quota is not None else "",
        rows=rows,
        exhausted=votes_text(ctx.locale, exhausted),
        exhausted_change=_change(ctx, exhausted - Fraction(before.exhausted or "0")) if before else "",
        bars=[_bar(row) for row in rows],
        bars_max=float(top) or 1.0,
        bars_desc=_quota_text(ctx, quota),
        is_last=is_last,
    )


def _quota_text(ctx: Ctx, quota: Fraction | None) -> str:
    if quota is None:
        return ""
    return ctx.gettext("%(quota)s votes are needed for a seat.", quota=votes_text(ctx.locale, quota))


def _bar(row: VoteRow) -> dict[str, object]:
    return {
        "label": f"{row.number} {row.title}",
        "value": row.share,
        "text": row.votes,
        "state": "won" if row.has_won else "lost",
        "note": " · ".join(part for part in (row.change, row.state) if part),
    }


def _change(ctx: Ctx, change: Fraction) -> str:
    text = votes_text(ctx.locale, change)
    return f"+{text}" if change > 0 else text


def _state(ctx: Ctx, one: Round, name: str, done: set[str]) -> str:
    if name in one.elected:
        return ctx.gettext("elected")
    if name in one.excluded:
        return ctx.gettext("leaves the count")
    return ctx.gettext("elected before") if name in done else ""


def _sentence(ctx: Ctx, one: Round, options: Mapping[str, PollOption], *, is_last: bool) -> str:
    """What moved before the figures, and what follows from them."""
    said = [_moved(ctx, one, options)]
    if one.elected:
        said.append(
            ctx.ngettext(
                "%(names)s is elected.",
                "%(names)s are elected.",
                len(one.elected),
                names=_names(options, one.elected),
            )
        )
    if one.excluded:
        said.append(
            ctx.ngettext(
                "%(names)s has the fewest votes and leaves the count.",
                "%(names)s can no longer be elected and leave the count.",
                len(one.excluded),
                names=_names(options, one.excluded),
            )
        )
    if not one.elected and not one.excluded and is_last:
        said.append(ctx.gettext("Nobody else can be elected."))
    return " ".join(part for part in said if part)


def _moved(ctx: Ctx, one: Round, options: Mapping[str, PollOption]) -> str:
    names = _names(options, one.subjects)
    match one.action:
        case "first":
            return ctx.gettext("First choices are counted.")
        case "surplus":
            return ctx.ngettext(
                "The votes of %(names)s beyond the quota move on to the next choices.",
                "The votes of %(names)s beyond the quota move on to the next choices.",
                len(one.subjects) or 1,
                names=names,
            )
        case "exclusion":
            return ctx.ngettext(
                "The ballots of %(names)s, who left, move on to the next choices.",
                "The ballots of %(names)s, who left, move on to the next choices.",
                len(one.subjects) or 1,
                names=names,
            )
        case "transfer":
            return ctx.gettext("Votes that nobody needs any more move on to the next choices.")
        case "level":
            return ctx.gettext("Now the choices in place %(place)s count too.", place=_level(one))
    return ctx.gettext("As many seats are left as candidates, so nothing more moves.")


def _level(one: Round) -> int:
    """Which place of the ballots came in with this round."""
    level = one.facts.get("level", one.number)
    return level if isinstance(level, int) else one.number


def _names(options: Mapping[str, PollOption], numbers: Sequence[str]) -> str:
    return ", ".join(name_of(options, number) for number in numbers)
