"""Pages of the papers themselves: entering them, deciding where two clerks differ, and printing."""

from collections.abc import Sequence

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_
from voting.models import PollingPlace, PollOption
from voting.pages.words import grade_text, title_of
from voting.queries import PollInFull
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
    named_options,
)
from voting.service import Differing, Sheet
from voting.states import SheetKind

KIND_WORDS = {
    SheetKind.BALLOT: N_("Ballot"),
    SheetKind.BLANK: N_("Blank paper: nothing is marked"),
    SheetKind.SPOILED: N_("Spoiled: it cannot be counted"),
}


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet read back in words: what it is, its options a line each, and the reason."""

    sheet: int
    kind: str
    lines: list[str]
    reason: str


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form for the next sheet, with the one before read back."""

    id: str
    title: str
    place: PollingPlace
    sheet: int
    last: int
    entered: int
    missing: list[int]
    before: Words | None
    vote_type: str
    example: str
    kinds: list[tuple[str, str]]
    form: dict[str, str]
    errors: dict[str, str]


class DifferingRow(msgspec.Struct, frozen=True):
    """A sheet on which two clerks differ, both side by side, and what was decided."""

    sheet: int
    first: Words
    second: Words
    decided: Words | None


class DecidePage(msgspec.Struct, frozen=True, kw_only=True):
    """Where two clerks differ: a third looks at the paper."""

    id: str
    title: str
    place: PollingPlace
    rows: list[DifferingRow]
    kinds: list[tuple[str, str]]
    deciding: int
    form: dict[str, str]
    errors: dict[str, str]


class BallotPrint(msgspec.Struct, frozen=True, kw_only=True):
    """The paper ballot as it is printed."""

    id: str
    title: str
    deed: str
    rows: list[tuple[str, str, str]]
    places: int
    vote_type: str
    grades: list[str]


def sheet_words(ctx: Ctx, contest: Contest, titles: dict[str, str], number: int, sheet: Sheet) -> Words:
    """A sheet read back."""
    return Words(
        sheet=number,
        kind=ctx.gettext(KIND_WORDS[sheet.kind]),
        lines=[] if sheet.paper is None else paper_lines(ctx, contest, titles, sheet.paper),
        reason=sheet.reason,
    )


def paper_lines(ctx: Ctx, contest: Contest, titles: dict[str, str], paper: Paper) -> list[str]:
    """A line for each option that a paper names, in its order."""

    def called(name: str) -> str:
        return f"{name} {titles.get(name, '')}".strip()

    match paper:
        case RankedPaper():
            return [f"{place}. {called(name)}" for place, name in enumerate(paper.places, start=1)]
        case ScoringPaper() if contest.grades:
            return [f"{called(name)}: {grade_text(ctx, contest, points)}" for name, points in paper.points]
        case ScoringPaper() | CumulativePaper():
            return [f"{called(name)}: {points}" for name, points in paper.points]
        case ApprovalPaper() | PreferencePaper():
            return [called(name) for name in named_options(paper)]


def typed_of(paper: Paper | None) -> str:
    """A paper as a clerk would type it."""
    if isinstance(paper, ScoringPaper | CumulativePaper):
        return " ".join(f"{name}={points}" for name, points in paper.points)
    if isinstance(paper, PreferencePaper):
        return " ".join("=".join(rank) for rank in paper.ranks)
    return "" if paper is None else " ".join(named_options(paper))


def example_of(contest: Contest) -> str:
    """What typing looks like, with options of this vote."""
    names = [option.id for option in contest.options][:3]
    if contest.vote_type in ("scoring", "cumulative"):
        return " ".join(f"{name}={points}" for points, name in enumerate(names[::-1], start=1))
    return " ".join(names[::-1])


def kind_options(ctx: Ctx) -> list[tuple[str, str]]:
    """The kinds of sheets for radio buttons."""
    return [(kind.value, ctx.gettext(words)) for kind, words in KIND_WORDS.items()]


def build_entry(
    ctx: Ctx,
    full: PollInFull,
    place: PollingPlace,
    contest: Contest,
    titles: dict[str, str],
    entries: dict[int, Sheet],
    *,
    sheet: int,
    before: int = 0,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> EntryPage:
    """The form for a sheet. `entries` are this clerk's own."""
    last = place.in_box or 0
    known = entries.get(sheet)
    values = {
        "said": typed_of(known.paper) if known else "",
        "kind": (known.kind if known else SheetKind.BALLOT).value,
        "reason": known.reason if known else "",
    }
    return EntryPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        place=place,
        sheet=sheet,
        last=last,
        entered=len(entries),
        missing=[number for number in range(1, last + 1) if number not in entries],
        before=sheet_words(ctx, contest, titles, before, entries[before]) if before in entries else None,
        vote_type=contest.vote_type,
        example=example_of(contest),
        kinds=kind_options(ctx),
        form=form or values,
        errors=errors or {},
    )


def build_decide(
    ctx: Ctx,
    full: PollInFull,
    place: PollingPlace,
    contest: Contest,
    titles: dict[str, str],
    differing: Sequence[Differing],
    *,
    deciding: int = 0,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> DecidePage:
    """Every sheet on which the two differ; `deciding`: the one whose form was refused."""

    def words(number: int, sheet: Sheet) -> Words:
        return sheet_words(ctx, contest, titles, number, sheet)

    return DecidePage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        place=place,
        rows=[
            DifferingRow(
                one.sheet,
                words(one.sheet, one.first),
                words(one.sheet, one.second),
                None if one.decided is None else words(one.sheet, one.decided),
            )
            for one in differing
        ],
        kinds=kind_options(ctx),
        deciding=deciding,
        form=form or {"said": "", "kind": SheetKind.BALLOT.value, "reason": ""},
        errors=errors or {},
    )


def build_ballot_print(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    order: Sequence[str],
    deed: str,
) -> BallotPrint:
    """The paper ballot; `order` is the one that the lot gave."""
    by_number = {option.number: option for option in options}
    return BallotPrint(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        deed=deed,
        rows=[(name, by_number[name].title, by_number[name].area or "") for name in order],
        places=contest.max_length or len(contest.options),
        vote_type=contest.vote_type,
        grades=[grade_text(ctx, contest, index) for index in range(len(contest.grades))],
    )
