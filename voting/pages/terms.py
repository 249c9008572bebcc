"""What besides the rule decides a vote on projects, in sentences: money set apart, ceilings, projects that
exclude each other. The same words before the vote, on the ballot and beside the result.
"""

from app.kit.context import Ctx
from voting.pages.words import Money
from voting.rules.papers import Contest


def money_sentences(ctx: Ctx, money: Money, contest: Contest) -> list[str]:
    """How the budget is divided; nothing where all of it is for all."""
    own = [envelope for envelope in contest.envelopes if envelope.kind == "own"]
    ceilings = [envelope for envelope in contest.envelopes if envelope.kind == "most"]
    said = [
        ctx.gettext(
            "%(name)s has %(amount)s of its own: its projects compete with each other for it, and what they "
            "leave goes nowhere else.",
            name=envelope.name,
            amount=money(envelope.amount),
        )
        for envelope in own
    ]
    if own:
        left = contest.budget - sum(envelope.amount for envelope in own)
        said.append(ctx.gettext("For all other projects there are %(amount)s.", amount=money(left)))
    return said + [
        ctx.gettext(
            "The projects of %(name)s together get at most %(amount)s.",
            name=envelope.name,
            amount=money(envelope.amount),
        )
        for envelope in ceilings
    ]


def rivals_text(ctx: Ctx, contest: Contest, number: str) -> str:
    """With which others a project is on the ballot although only one of them can win."""
    return " ".join(
        ctx.gettext("Only one of these can win: %(numbers)s.", numbers=", ".join(group))
        for group in contest.exclusive
        if number in group
    )
