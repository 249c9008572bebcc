"""Words that several pages share: states, rules, money, moments."""

from datetime import datetime
from fractions import Fraction

from app.kit.context import Ctx
from app.kit.i18n import N_, Locale, show_datetime, show_money, show_number
from cycles.models import Cycle
from voting.models import Poll
from voting.pages.rule_words import RULE_WORDS
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


def rule_title(ctx: Ctx, rule: str) -> str:
    """The counting rule's title; its published name where it has none."""
    return ctx.gettext(RULE_WORDS[rule].title) if rule in RULE_WORDS else rule


def rule_text(ctx: Ctx, rule: str) -> str:
    """The counting rule in words; its published name where there are none."""
    return ctx.gettext(RULE_WORDS[rule].text) if rule in RULE_WORDS else rule


def votes_text(locale: Locale, value: Fraction) -> str:
    """A number of votes as people read it: whole, or with two decimals. The exact one is in the files.

    >>> votes_text("ro", Fraction("1301.16025")), votes_text("en", Fraction(-2, 3))
    ('1.301,16', '−0.67')
    """
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    if value.denominator == 1:
        return sign + show_number(abs(value.numerator), locale)
    whole, hundredths = divmod(round(abs(value) * 100), 100)
    return f"{sign}{show_number(whole, locale)}{',' if locale == 'ro' else '.'}{hundredths:02d}"


GRADE_WORDS = {
    "excellent": N_("Excellent"),
    "very_good": N_("Very good"),
    "good": N_("Good"),
    "acceptable": N_("Acceptable"),
    "poor": N_("Poor"),
    "reject": N_("Reject"),
}
"""Our grades; files of others bring their own words, which are shown as they are."""


def grade_text(ctx: Ctx, contest: Contest, grade: int | None) -> str:
    """A grade by its points, in words."""
    if grade is None or not 0 <= grade < len(contest.grades):
        return "–"
    name = contest.grades[grade]
    return ctx.gettext(GRADE_WORDS.get(name, name))


def points_text(ctx: Ctx, contest: Contest) -> str:
    """How places become points, for ranked ballots."""
    if contest.vote_type != "ordinal" or contest.seats:
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
