"""The words of a ballot, which differ by what is voted on (projects, candidates) and by what the voter does.

Projects have costs and a budget; an election has neither, and no word of money.
"""

import msgspec

from app.kit.context import Ctx
from voting.forms import Moved, Said
from voting.pages.words import grade_text
from voting.rules.papers import Contest


class BallotWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages of one ballot say."""

    steps: list[str]
    title: str
    heading: str
    lead: str
    order_note: str
    list_label: str
    order_lead: str
    empty_title: str
    empty_text: str
    back_to_choosing: str
    bar_note: str
    review_lead: str
    question: str


def ballot_words(ctx: Ctx, contest: Contest) -> BallotWords:
    """The words of this contest's ballot."""
    is_ranked, for_seats = contest.vote_type == "ordinal", bool(contest.seats)
    choose, check, receipt = ctx.gettext("Choose"), ctx.gettext("Check"), ctx.gettext("Receipt")
    return BallotWords(
        steps=[choose, ctx.gettext("Put in order"), check, receipt]
        if is_ranked
        else [choose, check, receipt],
        title=ctx.gettext("Choose candidates") if for_seats else ctx.gettext("Choose projects"),
        heading=_heading(ctx, contest),
        lead=_lead(ctx, contest),
        order_note=ctx.gettext("The list is in an order of your own, so that nobody is first for everyone.")
        if for_seats
        else ctx.gettext("The list is in an order of your own, so that no project is first for everybody."),
        list_label=ctx.gettext("Candidates") if for_seats else ctx.gettext("Projects"),
        order_lead=ctx.gettext("The one you want most comes first. Your vote moves on to the next in order.")
        if for_seats
        else ctx.gettext("The project you want most comes first: a higher place gives more points."),
        empty_title=ctx.gettext("You have not chosen anybody")
        if for_seats
        else ctx.gettext("You have not chosen any project"),
        empty_text=ctx.gettext("Go back and choose at least one."),
        back_to_choosing=ctx.gettext("Choose candidates") if for_seats else ctx.gettext("Choose projects"),
        bar_note=ctx.gettext("Not sent yet.")
        if for_seats
        else ctx.gettext(
            "Not sent yet. You may choose more than the budget pays for: the budget is applied at the count, "
            "not to your vote."
        ),
        review_lead=ctx.gettext("Read it once more from top to bottom."),
        question=ctx.gettext("Is the order above the one you want?")
        if is_ranked
        else ctx.gettext("Is the vote above the one you want?"),
    )


def _heading(ctx: Ctx, contest: Contest) -> str:
    if not contest.seats:
        return ctx.gettext("Choose the projects")
    if contest.vote_type == "scoring" and contest.grades:
        return ctx.gettext("Give each a grade")
    if contest.vote_type in ("scoring", "cumulative"):
        return ctx.gettext("Give your points")
    return ctx.gettext("Choose the candidates")


def _lead(ctx: Ctx, contest: Contest) -> str:
    """What the voter does, in a sentence."""
    limit = contest.max_length or len(contest.options)
    match contest.vote_type:
        case "approval" if contest.seats:
            return ctx.ngettext(
                "Tick everybody you agree with, up to %(num)s.",
                "Tick everybody you agree with, up to %(num)s.",
                limit,
            )
        case "approval":
            return ctx.ngettext(
                "Tick the projects that you support, up to %(num)s.",
                "Tick the projects that you support, up to %(num)s.",
                limit,
            )
        case "scoring" if contest.grades:
            return ctx.gettext(
                "Each stands for itself: you may give several the same grade. Whoever gets no grade from you "
                "counts as “%(worst)s”.",
                worst=grade_text(ctx, contest, contest.default_score),
            )
        case "scoring":
            return ctx.gettext(
                "Give each from 0 to %(most)s points. You may give several the same.",
                most=contest.max_points or 0,
            )
        case "cumulative":
            return ctx.ngettext(
                "You have %(num)s point to divide as you like.",
                "You have %(num)s points to divide as you like.",
                contest.max_sum_points or 0,
            )
    if contest.seats:
        return ctx.ngettext(
            "You may choose up to %(num)s candidate. Press on those you want, the best first; you can change "
            "the order later.",
            "You may choose up to %(num)s candidates. Press on those you want, the best first; you can "
            "change the order later.",
            limit,
        )
    return ctx.ngettext(
        "You may choose up to %(num)s project. Press on those you want, the best first; you can change the "
        "order later.",
        "You may choose up to %(num)s projects. Press on those you want, the best first; you can change the "
        "order later.",
        limit,
    )


def bar_text(ctx: Ctx, contest: Contest, count: int, *, cost: str, budget: str, points: int = 0) -> str:
    """The sticky bar: how many; with money, what they cost together and what there is."""
    if contest.vote_type == "cumulative":
        return ctx.ngettext(
            "You have given %(num)s point of %(most)s.",
            "You have given %(num)s points of %(most)s.",
            points,
            most=contest.max_sum_points or 0,
        )
    if contest.vote_type == "scoring":
        return ctx.ngettext(
            "You have judged %(num)s of %(all)s.",
            "You have judged %(num)s of %(all)s.",
            count,
            all=len(contest.options),
        )
    if contest.seats:
        if not count:
            return ctx.gettext("You have not chosen anybody yet")
        return ctx.ngettext("You have chosen %(num)s candidate", "You have chosen %(num)s candidates", count)
    if not count:
        return ctx.gettext("You have not chosen any project yet · the budget is %(budget)s", budget=budget)
    return ctx.ngettext(
        "You have chosen %(num)s project · it costs %(cost)s · the budget is %(budget)s",
        "You have chosen %(num)s projects · together they cost %(cost)s · the budget is %(budget)s",
        count,
        cost=cost,
        budget=budget,
    )


def said_text(ctx: Ctx, moved: Moved, title: str, limit: int, *, for_seats: bool = False) -> str:
    """What the page answers to a button, for the status region and for the bar."""
    rank, count = moved.draft.rank(moved.number) or 0, len(moved.draft.numbers)
    return said_words(ctx, moved.said, limit, title=title, rank=rank, count=count, for_seats=for_seats)


def said_words(
    ctx: Ctx, said: Said, limit: int, *, title: str, rank: object, count: object, for_seats: bool
) -> str:
    """The same of its parts; rank and count may be names of places that a script fills."""
    match said:
        case "added":
            return ctx.gettext(
                "%(title)s: chosen, place %(rank)s of %(count)s.", title=title, rank=rank, count=count
            )
        case "removed":
            return ctx.gettext("%(title)s: taken off your list.", title=title)
        case "full" if for_seats:
            return ctx.ngettext(
                "You already have %(num)s candidate. Remove it to add another.",
                "You already have %(num)s candidates. Remove one to add another.",
                limit,
            )
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


def too_few_text(ctx: Ctx, contest: Contest) -> str:
    """Why an empty or short draft cannot be checked yet."""
    least = max(1, contest.min_length)
    if contest.seats:
        return ctx.ngettext(
            "Choose at least %(num)s candidate first.", "Choose at least %(num)s candidates first.", least
        )
    return ctx.ngettext(
        "Choose at least %(num)s project first.", "Choose at least %(num)s projects first.", least
    )


def unranked_text(ctx: Ctx, contest: Contest, left: int) -> str:
    """What is not on the ballot; nothing when everything is."""
    if not left:
        return ""
    if contest.vote_type == "approval":
        return ctx.ngettext("%(num)s was not ticked.", "%(num)s were not ticked.", left)
    if contest.vote_type in ("scoring", "cumulative"):
        return ctx.ngettext("%(num)s was left without points.", "%(num)s were left without points.", left)
    if contest.seats:
        return ctx.ngettext(
            "%(num)s candidate was left without a place. That is all right.",
            "%(num)s candidates were left without a place. That is all right.",
            left,
        )
    return ctx.ngettext(
        "%(num)s project was left without a place. That is all right.",
        "%(num)s projects were left without a place. That is all right.",
        left,
    )
