"""One sentence for each project: why it won or did not, from the reason code and facts of the count."""

from collections.abc import Mapping

from app.kit.context import Ctx
from app.kit.i18n import show_number
from voting.pages.words import Money
from voting.rules.result import Counterfactual, Fact, Outcome, Standing, Step

SAYS_WHAT_WAS_MISSING = ("cost_exceeds_remaining", "supporters_short", "envelope_spent")


def _number(facts: Mapping[str, Fact], name: str) -> int:
    value = facts.get(name, 0)
    return value if isinstance(value, int) else 0


def why(ctx: Ctx, money: Money, outcome: Outcome, standing: Standing) -> str:
    """The sentence of an outcome."""
    facts, who = outcome.facts, supporters(ctx, standing.supporters)
    if outcome.won:
        return _why_won(ctx, money, outcome, standing, who)
    match outcome.reason:
        case "cost_exceeds_remaining" if "everybody" in facts:
            return ctx.gettext(
                "%(who)s. They could not pay for it, and of the money left at the end it would have needed "
                "%(missing)s more.",
                who=who,
                missing=money(_number(facts, "missing")),
            )
        case "cost_exceeds_remaining":
            return ctx.gettext(
                "It has place %(rank)s by points, but when its turn came it was %(missing)s short of "
                "its cost.",
                rank=standing.rank,
                missing=money(_number(facts, "missing")),
            )
        case "below_threshold":
            return ctx.gettext(
                "It got %(score)s points; %(threshold)s were needed.",
                score=show_number(standing.score, ctx.locale),
                threshold=show_number(_number(facts, "threshold"), ctx.locale),
            )
        case "after_stop":
            return ctx.gettext(
                "The money ended before its turn: the count stopped at %(stopped)s.",
                stopped=facts["stopped_by"],
            )
        case "excluded_by_group":
            return ctx.gettext("It excludes %(rival)s, which was funded before it.", rival=facts["rival"])
        case "supporters_short":
            return ctx.gettext(
                "%(who)s; their shares were %(missing)s short of its cost.",
                who=who,
                missing=money(_number(facts, "missing")),
            )
        case "tie_unresolved":
            return ctx.gettext(
                "It is tied with %(tied)s, and the tie has not been decided.", tied=facts["tied"]
            )
        case "after_unresolved_tie":
            return ctx.gettext(
                "Its turn comes after a tie that has not been decided: %(tied)s.", tied=facts["tied"]
            )
        case "not_eligible":
            return ctx.gettext("It was on the ballot, but could not be funded at any price.")
        case "support_too_small":
            return ctx.gettext("%(who)s; that is too few for its cost.", who=who)
        case "envelope_spent":
            return ctx.gettext(
                "The money for %(envelope)s was spent before its turn: %(missing)s were missing.",
                envelope=facts.get("envelope", "–"),
                missing=money(_number(facts, "missing")),
            )
    return ctx.gettext("Nobody supported it.")


def _why_won(ctx: Ctx, money: Money, outcome: Outcome, standing: Standing, who: str) -> str:
    facts = outcome.facts
    match outcome.reason:
        case "funded_in_part":
            return ctx.gettext(
                "%(who)s (place %(rank)s by points). The money left paid for a part of it: %(awarded)s.",
                who=who,
                rank=standing.rank,
                awarded=money(outcome.awarded),
            )
        case "funded_from_remainder":
            return ctx.gettext("%(who)s. It was paid for from the money that the shares had left.", who=who)
    if "level" in facts:
        return _why_at_level(ctx, money, facts, who)
    if "round" in facts and "remaining_before" not in facts:
        if facts.get("everything_fits"):
            return ctx.gettext("%(who)s. All supported projects fit into the budget.", who=who)
        return ctx.gettext(
            "%(who)s; their shares of the budget covered its cost in round %(round)s.",
            who=who,
            round=facts["round"],
        )
    return ctx.gettext(
        "%(who)s (place %(rank)s by points); its cost fitted into the %(left)s that were left.",
        who=who,
        rank=standing.rank,
        left=money(_number(facts, "remaining_before")),
    )


def _why_at_level(ctx: Ctx, money: Money, facts: Mapping[str, Fact], who: str) -> str:
    """Funded by a rule that counts place by place."""
    had = money(_number(facts, "supporters_had"))
    if facts.get("everybody"):
        return ctx.gettext(
            "%(who)s. At the end %(had)s were left to all voters together, and it was the cheapest project.",
            who=who,
            had=had,
        )
    return ctx.ngettext(
        "%(who)s. Those who put it first had %(had)s of the budget together, enough for its cost.",
        "%(who)s. Those who have it among their first %(num)s places had %(had)s of the budget together, "
        "enough for its cost.",
        _number(facts, "level"),
        who=who,
        had=had,
    )


def why_not_quite(ctx: Ctx, money: Money, outcome: Outcome, near: Counterfactual | None) -> str:
    """What would have been enough for a project that was not funded; nothing where nothing was found."""
    if near is None or outcome.won:
        return ""
    said = []
    if near.missing and outcome.reason not in SAYS_WHAT_WAS_MISSING:
        said.append(ctx.gettext("It lacked %(missing)s.", missing=money(near.missing)))
    cost = money(near.winning_cost) if near.winning_cost else ""
    if cost and near.more_supporters:
        said.append(
            ctx.ngettext(
                "It would have been funded at a cost of %(cost)s, or with %(num)s more person for it.",
                "It would have been funded at a cost of %(cost)s, or with %(num)s more people for it.",
                near.more_supporters,
                cost=cost,
            )
        )
    elif cost:
        said.append(ctx.gettext("It would have been funded at a cost of %(cost)s.", cost=cost))
    elif near.more_supporters:
        said.append(
            ctx.ngettext(
                "It would have been funded with %(num)s more person for it.",
                "It would have been funded with %(num)s more people for it.",
                near.more_supporters,
            )
        )
    return " ".join(said)


def supporters(ctx: Ctx, count: int) -> str:
    """How many people stand behind it."""
    text = ctx.ngettext(
        "It was on the ballot of %(num)s person", "It was on the ballots of %(num)s people", count
    )
    return text.replace(str(count), show_number(count, ctx.locale), 1)


def step_text(ctx: Ctx, money: Money, step: Step, number: str) -> str:
    """What happened in a step of the count, in a sentence."""
    before, after = money(step.remaining_before), money(step.remaining_after)
    if step.facts.get("everybody"):
        return ctx.gettext(
            "%(number)s is funded by all voters together; of %(before)s there are %(after)s left.",
            number=number,
            before=before,
            after=after,
        )
    if "level" in step.facts:
        return ctx.ngettext(
            "%(number)s is funded by those who put it first; of %(before)s there are %(after)s left.",
            "%(number)s is funded by those who have it among their first %(num)s places; of %(before)s there "
            "are %(after)s left.",
            _number(step.facts, "level"),
            number=number,
            before=before,
            after=after,
        )
    if step.decision in ("funded", "funded_from_remainder"):
        return ctx.gettext(
            "%(number)s is funded; of %(before)s there are %(after)s left.",
            number=number,
            before=before,
            after=after,
        )
    if step.decision == "funded_in_part":
        return ctx.gettext("%(number)s gets the %(before)s that were left.", number=number, before=before)
    if step.decision == "cost_exceeds_remaining":
        return ctx.gettext(
            "%(number)s costs more than the %(before)s that are left, and is passed over.",
            number=number,
            before=before,
        )
    return ctx.gettext("%(number)s is not funded.", number=number)
