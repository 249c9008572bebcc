"""What every result page shows, whatever was elected: status, papers, ties, files. From the tally alone: the
ballots are never loaded.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_, show_date, show_number
from voting.models import PollOption, ResultFile, Tally
from voting.pages.opening import OpenedBy
from voting.pages.words import LANGUAGE_OF, points_text, rule_text, rule_title, title_of
from voting.queries import PollInFull
from voting.rules.papers import Contest
from voting.rules.result import Result, Tie
from voting.rules.sheets import PaperSummary
from voting.states import PollState


class FileRow(msgspec.Struct, frozen=True):
    """A download."""

    name: str
    what: str
    href: str
    size: str
    sha256: str


class PaperTotals(msgspec.Struct, frozen=True, kw_only=True):
    """How many ballots came from where, where some came on paper."""

    places: int
    paper: int
    electronic: int
    spoiled: int


class CountedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a result page that all have."""

    id: str
    title: str
    lang: str
    is_imported: bool
    is_certified: bool
    is_complete: bool
    status: str
    sentence: str
    counted_at: dt.datetime
    rule_name: str
    rule_title: str
    rule_text: str
    points_text: str
    received: str
    counted: str
    blank: str
    rejected: str
    ties: list[str]
    files: list[FileRow]
    record_url: str
    input_digest: str
    tie_seed: str
    has_codes: bool
    opened: OpenedBy | None
    paper: PaperTotals | None = None


FILE_WORDS = {
    "record.json": N_("Everything in one file: what was voted on, rule, ballots, box, result"),
    "ballots.csv": N_("Every ballot, without names, as a table"),
    "paper.csv": N_("The papers of all polling places together, without names, as a table"),
    "election.pb": N_("The election in the format of Pabulib, for other programs"),
    "election.blt": N_("The election in the BLT format, for other programs that count rankings"),
    "result.json": N_("The result with its full working"),
    "codes.csv": N_("The verification codes in the box, sorted"),
}
SETTLED_BY = {
    "lowest_cost": N_("lower cost"),
    "highest_cost": N_("higher cost"),
    "most_supporters": N_("more supporters"),
    "most_first_places": N_("more first places"),
    "earlier_rounds": N_("who was ahead in the most recent round in which they differed"),
    "lot": N_("the lot whose seed was sealed before the vote"),
    "drawn": N_("a lot drawn by hand in public"),
}


def paper_totals(part: PaperSummary | None, tally: Tally) -> PaperTotals | None:
    """How many ballots came from where; None for a vote without polling places."""
    if part is None:
        return None
    received = read_result(tally).received
    return PaperTotals(
        places=len(part.places), paper=part.total, electronic=received - part.total, spoiled=part.spoiled
    )


def read_result(tally: Tally) -> Result:
    """The result as it was counted."""
    return msgspec.json.decode(tally.result, type=Result)


def shared(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Mapping[str, PollOption],
    tally: Tally,
    result: Result,
    files: Sequence[ResultFile],
    opened: OpenedBy | None = None,
) -> dict[str, Any]:
    """The fields of CountedPage but for the sentence."""
    poll, number = full.poll, counter(ctx)
    return {
        "id": str(poll.id),
        "title": title_of(poll, ctx),
        "lang": LANGUAGE_OF.get(full.cycle.currency, "") if poll.is_imported else "",
        "is_imported": poll.is_imported,
        "is_certified": poll.state == PollState.CERTIFIED,
        "is_complete": result.complete,
        "status": _status(ctx, full, result, tally),
        "counted_at": tally.counted_at,
        "rule_name": result.rule,
        "rule_title": rule_title(ctx, result.rule),
        "rule_text": rule_text(ctx, result.rule),
        "points_text": points_text(ctx, contest),
        "received": number(result.received),
        "counted": number(result.counted),
        "blank": number(result.blank),
        "rejected": number(sum(rejection.number for rejection in result.rejected)),
        "ties": [tie_text(ctx, tie, options) for tie in result.ties if tie.matters],
        "files": [_file(ctx, str(poll.id), file) for file in files],
        "record_url": ctx.services.settings.base_url.rstrip("/") + f"/polls/{poll.id}/files/record.json",
        "input_digest": result.input_digest,
        "tie_seed": tally.tie_seed,
        "has_codes": not poll.is_imported,
        "opened": opened,
    }


def counter(ctx: Ctx) -> Callable[[int], str]:
    """Whole numbers as text in the reader's language."""
    return lambda value: show_number(value, ctx.locale)


def name_of(options: Mapping[str, PollOption], number: str) -> str:
    """The title of an option; its number when it has none."""
    return options[number].title if number in options else number


def ballots_text(ctx: Ctx, result: Result) -> str:
    """How many ballots were counted, as a sentence."""
    text = ctx.ngettext("%(num)s ballot was counted.", "%(num)s ballots were counted.", result.counted)
    return text.replace(str(result.counted), show_number(result.counted, ctx.locale), 1)


def _status(ctx: Ctx, full: PollInFull, result: Result, tally: Tally) -> str:
    if not result.complete:
        return ctx.gettext("Waiting for the decision of a tie")
    day = show_date(full.stage.closes_at if full.poll.is_imported else tally.counted_at, ctx.locale)
    if full.poll.state == PollState.CERTIFIED:
        return ctx.gettext("Final results · certified · %(day)s", day=day)
    if full.poll.is_imported:
        return ctx.gettext("Final results · counted here again from the ballots · %(day)s", day=day)
    return ctx.gettext("Final results · counted · %(day)s", day=day)


def tie_text(ctx: Ctx, tie: Tie, options: Mapping[str, PollOption]) -> str:
    """Who was equal, and what settled it in which order."""
    tied = ", ".join(_called(options, name) for name in tie.options)
    if not tie.resolved:
        return ctx.gettext("%(tied)s are equal, and nothing published settles it.", tied=tied)
    by = ", ".join(ctx.gettext(SETTLED_BY.get(one, one)) for one in tie.settled_by)
    if not tie.order or len(tie.order) != len(tie.options):
        return ctx.gettext("%(tied)s were equal. The order was settled by: %(by)s.", tied=tied, by=by)
    order = ", ".join(_called(options, name) for name in tie.order)
    return ctx.gettext(
        "%(tied)s were equal. The order was settled by: %(by)s. First preferred: %(order)s.",
        tied=tied,
        by=by,
        order=order,
    )


def _called(options: Mapping[str, PollOption], number: str) -> str:
    option = options.get(number)
    return f"{number} {option.title}" if option is not None and not option.cost_bani else number


def _file(ctx: Ctx, poll_id: str, file: ResultFile) -> FileRow:
    size = f"{show_number(round(file.size / 1024), ctx.locale)} kB" if file.size >= 1024 else f"{file.size} B"
    what = ctx.gettext(FILE_WORDS[file.name]) if file.name in FILE_WORDS else ""
    return FileRow(file.name, what, f"/polls/{poll_id}/files/{file.name}", size, file.sha256)
