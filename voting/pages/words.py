"""Words that several pages share: states, rules, money, moments."""

from datetime import datetime

from app.kit.context import Ctx
from app.kit.i18n import N_, show_datetime, show_money
from cycles.models import Cycle
from voting.models import Poll
from voting.policy import PollFacts
from voting.rules.papers import Contest
from voting.states import COUNTED_STATES, PollState

STATE_WORDS = {
    "draft": N_("Draft"),
    "announced": N_("Announced"),
    "waiting": N_("Waiting for confirmation"),
    "open": N_("Voting is open"),
    "closed": N_("Closed, being counted"),
    "tallied": N_("Counted"),
    "certified": N_("Certified"),
    "cancelled": N_("Cancelled"),
}

RULE_WORDS = {
    "greedy": N_(
        "Projects are taken by points, highest first. Each one that the money left can pay for is funded; "
        "one that costs more than what is left is passed over, and the next is looked at."
    ),
    "greedy-no-skip": N_(
        "Projects are taken by points, highest first, until one costs more than the money left. "
        "There it stops."
    ),
    "greedy-threshold": N_(
        "Projects with fewer points than the threshold drop out. The others are taken by points, "
        "highest first; "
        "one that costs more than what is left is passed over."
    ),
    "greedy-exclusive": N_(
        "Projects are taken by points, highest first, while the money lasts. Of projects that exclude each "
        "other only the first is funded."
    ),
    "greedy-custom": N_(
        "Projects are taken by points, highest first, until one costs more than the money left; that one is "
        "funded in part if enough is left for most of it."
    ),
    "equalshares": N_(
        "Each voter holds an equal share of the budget and pays for the projects on their ballot. "
        "The project "
        "whose supporters pay least for it comes first, as long as their shares cover its cost."
    ),
    "equalshares/add1": N_(
        "Each voter holds an equal share of the budget and pays for the projects on their ballot. Then all "
        "shares are raised step by step until the next outcome would cost more than the budget."
    ),
    "equalshares-comparison": N_(
        "Each voter holds an equal share of the budget and pays for the projects on their ballot. If "
        "strictly "
        "more voters are better off with the list by points, that list wins."
    ),
    "equalshares/add1-comparison": N_(
        "Equal shares of the budget, raised step by step while the budget allows. If strictly more "
        "voters are "
        "better off with the list by points, that list wins."
    ),
    "equalshares/ranked": N_(
        "Each voter holds an equal share of the budget and pays for the projects on their ballot, "
        "more for "
        "those ranked higher. Shares are raised while the budget allows; what is left goes to "
        "projects by points."
    ),
}

LANGUAGE_OF = {"zł": "pl", "Ft": "hu"}
"""The language of titles in imported elections, by their currency: screen readers must know it."""


def title_of(poll: Poll, ctx: Ctx) -> str:
    """The poll's title in the reader's language."""
    return poll.title if ctx.locale == "ro" else poll.title_en


def shown_state(facts: PollFacts, now: datetime) -> str:
    """The state as people understand it: by the clock, not by the last sweep."""
    if facts.is_casting(now):
        return "open"
    if facts.state is PollState.OPEN:
        return "closed"
    if facts.state is PollState.ANNOUNCED and now >= facts.opens_at:
        return "waiting" if now < facts.closes_at else "announced"
    return facts.state.value


def state_text(ctx: Ctx, facts: PollFacts) -> str:
    """One line for the status strip: state and the date that matters next."""
    state = shown_state(facts, ctx.now)
    opens, closes = show_datetime(facts.opens_at, ctx.locale), show_datetime(facts.closes_at, ctx.locale)
    if state == "announced" and ctx.now < facts.opens_at:
        return ctx.gettext("Voting begins on %(when)s", when=opens)
    if state == "open":
        return ctx.gettext("Voting is open until %(when)s", when=closes)
    if state == "closed":
        return ctx.gettext("Voting ended on %(when)s; the count follows", when=closes)
    if facts.state in COUNTED_STATES:
        return ctx.gettext("Voting ended on %(when)s; the result is known", when=closes)
    return ctx.gettext(STATE_WORDS[state])


def rule_text(ctx: Ctx, rule: str) -> str:
    """The counting rule in words; its name where there are none."""
    return ctx.gettext(RULE_WORDS.get(rule, rule))


def points_text(ctx: Ctx, contest: Contest) -> str:
    """How places become points, for ranked ballots."""
    if contest.vote_type != "ordinal":
        return ""
    points = contest.place_points
    listed = ", ".join(str(value) for value in points[:10])
    return ctx.gettext("Places on a ballot give points, from the first on: %(points)s.", points=listed)


class Money:
    """Amounts of a contest as text: minor units of any kind become bani, with the cycle's currency."""

    def __init__(self, ctx: Ctx, cycle: Cycle, contest: Contest | None = None) -> None:
        self.locale = ctx.locale
        self.currency = cycle.currency
        self.minor = contest.minor_per_unit if contest else 100

    def __call__(self, amount: int) -> str:
        return show_money(self.bani(amount), self.locale, self.currency)

    def bani(self, amount: int) -> int:
        """The amount in hundredths."""
        return amount * 100 // self.minor
