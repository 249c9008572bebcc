"""One sentence for each candidate: why they were elected or not, from the result alone."""

from collections.abc import Mapping
from fractions import Fraction

from app.kit.context import Ctx
from app.kit.i18n import N_, show_number
from voting.models import PollOption
from voting.pages.counted import name_of
from voting.pages.rounds import Turn, elected_in, excluded_in
from voting.pages.words import grade_text, votes_text
from voting.rules.papers import Contest
from voting.rules.result import Outcome, Result

MEASURES = {
    "plurality": N_("First choices"),
    "approval": N_("Approvals"),
    "borda": N_("Points"),
    "majority-judgment": N_("Middle grade"),
}


def measure_of(ctx: Ctx, result: Result) -> str:
    """What the one number beside each candidate is."""
    family = result.rule.partition("/")[0]
    if result.pairwise:
        return ctx.gettext("Comparisons")
    if family in MEASURES:
        return ctx.gettext(MEASURES[family])
    if result.rounds:
        return ctx.gettext("First choices")
    return ctx.gettext("Points")


def measured(ctx: Ctx, contest: Contest, result: Result, name: str) -> str:
    """That number (or grade) of one candidate."""
    facts = result.outcome(name).facts
    if result.pairwise:
        return _comparisons(ctx, contest, result, name)
    if contest.grades:
        return grade_text(ctx, contest, _grade(facts.get("grade", facts.get("median"))))
    return votes_text(ctx.locale, amount_of(result, name))


def amount_of(result: Result, name: str) -> Fraction:
    """First choices where there are rounds, else the exact points or votes."""
    if result.rounds:
        return Fraction(dict(result.rounds[0].votes).get(name, "0"))
    score = next(one.score for one in result.standings if one.option == name)
    return Fraction(result.outcome(name).facts.get("points", score))


def with_unit(ctx: Ctx, value: Fraction, unit: str) -> str:
    """A number of votes, approvals or points with its word: of 21 as well as of 21.5."""
    number = value.numerator if value.denominator == 1 else int(value) + 2  # a fraction takes the plural
    match unit:
        case "approvals":
            text = ctx.ngettext("%(num)s approval", "%(num)s approvals", number)
        case "points":
            text = ctx.ngettext("%(num)s point", "%(num)s points", number)
        case _:
            text = ctx.ngettext("%(num)s vote", "%(num)s votes", number)
    return text.replace(str(number), votes_text(ctx.locale, value), 1)


def _grade(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _comparisons(ctx: Ctx, contest: Contest, result: Result, name: str) -> str:
    ids = [option.id for option in contest.options]
    here, table = ids.index(name), result.pairwise
    wins = sum(table[here][other] > table[other][here] for other in range(len(ids)) if other != here)
    return ctx.gettext("%(wins)s of %(all)s won", wins=wins, all=len(ids) - 1)


class SeatReasons:
    """The sentences of one result; what they have in common is worked out once."""

    def __init__(self, ctx: Ctx, contest: Contest, result: Result, options: Mapping[str, PollOption]) -> None:
        self.ctx, self.contest, self.result, self.options = ctx, contest, result, options
        self.elected, self.excluded = elected_in(result), excluded_in(result)
        self.place = {option.id: index for index, option in enumerate(contest.options)}

    def why(self, outcome: Outcome) -> str:
        """The sentence of an outcome."""
        ctx, name = self.ctx, outcome.option
        match outcome.reason:
            case "elected_to_fill":
                return self._filled(name)
            case "elected":
                return self._elected(name)
            case "excluded":
                return self._excluded(self.excluded.get(name))
            case "beaten":
                return self._beaten(name)
            case "equalled":
                return ctx.gettext("Nobody is ahead of this one, but it is not ahead of everybody.")
            case "below_threshold":
                return ctx.gettext(
                    "Too few ballots put this one above the default option: "
                    "%(votes)s, and %(needed)s were needed.",
                    votes=show_number(int(outcome.facts["votes"]), ctx.locale),
                    needed=show_number(int(outcome.facts["threshold"]), ctx.locale),
                )
            case "not_eligible":
                return ctx.gettext("Stood on the ballot, but could no longer be elected.")
            case "no_support":
                return ctx.gettext("Nobody chose this.")
            case "tie_unresolved":
                return ctx.gettext("Equal with %(tied)s; that has not been decided.", tied=self._tied(name))
            case "after_unresolved_tie":
                return ctx.gettext("Comes after equals about whom nothing has been decided.")
        return self._outranked(name)

    def _votes(self, value: Fraction) -> str:
        return with_unit(self.ctx, value, "votes")

    def _filled(self, name: str) -> str:
        turn = self.elected.get(name)
        if turn is None:
            return self.ctx.gettext("As many seats were left as candidates.")
        return self.ctx.gettext(
            "As many seats were left as candidates in round %(round)s; had %(votes)s there.",
            round=turn.round,
            votes=self._votes(turn.votes),
        )

    def _elected(self, name: str) -> str:
        ctx, turn = self.ctx, self.elected.get(name)
        if turn is not None and turn.quota is not None:
            return ctx.gettext(
                "Reached the quota in round %(round)s: %(votes)s, with %(quota)s needed.",
                round=turn.round,
                votes=self._votes(turn.votes),
                quota=votes_text(ctx.locale, turn.quota),
            )
        if turn is not None:
            return ctx.gettext(
                "Won in round %(round)s with %(votes)s.",
                round=turn.round,
                votes=self._votes(turn.votes),
            )
        if self.result.pairwise:
            return self._won_in_pairs(name)
        if self.contest.grades:
            said = ctx.gettext(
                "Half of the voters or more give at least the grade “%(grade)s”.",
                grade=measured(ctx, self.contest, self.result, name),
            )
            return f"{said} {self._around(name)}"
        return ctx.gettext("Place %(rank)s: %(measure)s.", rank=self._rank(name), measure=self._sum(name))

    def _excluded(self, turn: Turn | None) -> str:
        if turn is None:
            return self.ctx.gettext("Left the count with the fewest votes.")
        return self.ctx.gettext(
            "Left the count after round %(round)s, with %(votes)s.",
            round=turn.round,
            votes=self._votes(turn.votes),
        )

    def _rank(self, name: str) -> int:
        return next(one.rank for one in self.result.standings if one.option == name)

    def _sum(self, name: str) -> str:
        """The number with its unit, in the words of the rule."""
        ctx, value = self.ctx, amount_of(self.result, name)
        match self.result.rule.partition("/")[0]:
            case "approval":
                return with_unit(ctx, value, "approvals")
            case "borda":
                return with_unit(ctx, value, "points")
        return with_unit(ctx, value, "votes")

    def _outranked(self, name: str) -> str:
        ctx = self.ctx
        if self.contest.grades:
            said = ctx.gettext(
                "The middle grade is “%(grade)s”; others stand higher.",
                grade=measured(ctx, self.contest, self.result, name),
            )
            return f"{said} {self._around(name)}"
        if not self.result.winners:
            return ctx.gettext("Place %(rank)s: %(measure)s.", rank=self._rank(name), measure=self._sum(name))
        if self.result.rounds:
            last = dict(self.result.rounds[-1].votes)
            return ctx.gettext(
                "Still in the count at the end with %(votes)s, when the seats were filled.",
                votes=self._votes(Fraction(last.get(name, "0"))),
            )
        return ctx.gettext(
            "Place %(rank)s: %(measure)s; the last one elected had %(last)s.",
            rank=self._rank(name),
            measure=self._sum(name),
            last=measured(ctx, self.contest, self.result, self.result.winners[-1]),
        )

    def _around(self, name: str) -> str:
        """How many gave more and how many less than the middle grade; nothing where it is not said."""
        facts = self.result.outcome(name).facts
        better, worse = facts.get("better"), facts.get("worse")
        if not isinstance(better, int) or not isinstance(worse, int):
            return ""
        return self.ctx.gettext(
            "A better grade on %(better)s ballots, a worse one on %(worse)s.",
            better=show_number(better, self.ctx.locale),
            worse=show_number(worse, self.ctx.locale),
        )

    def _won_in_pairs(self, name: str) -> str:
        here, table = self.place[name], self.result.pairwise
        others = [other for other in range(len(table)) if other != here]
        if all(table[here][other] > table[other][here] for other in others):
            return self.ctx.gettext("Ahead of each of the others, one to one.")
        return self.ctx.gettext("Nobody has a stronger chain of victories against this one.")

    def _beaten(self, name: str) -> str:
        """By whom: the winner with the largest margin, else anybody ahead, else by a chain."""
        here, table = self.place[name], self.result.pairwise
        if not table:
            return self._outranked(name)
        ahead = [
            (other in {self.place[won] for won in self.result.winners}, table[other][here], other)
            for other in range(len(table))
            if table[other][here] > table[here][other]
        ]
        if not ahead:
            return self.ctx.gettext("Others have stronger chains of victories.")
        _, votes, rival = max(ahead, key=lambda one: (one[0], one[1] - table[here][one[2]], -one[2]))
        return self.ctx.gettext(
            "%(rival)s is ahead on %(more)s ballots, this one on %(fewer)s.",
            rival=name_of(self.options, self.contest.options[rival].id),
            more=show_number(votes, self.ctx.locale),
            fewer=show_number(table[here][rival], self.ctx.locale),
        )

    def _tied(self, name: str) -> str:
        others = next((tie.options for tie in self.result.unresolved if name in tie.options), ())
        return ", ".join(name_of(self.options, other) for other in others if other != name)
