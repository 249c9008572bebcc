"""Every published counting rule in words: a short title for lists, and a sentence or two for everybody.

The whole description with source and example is docs/voting-rules.md; these are the same rules as a resident
reads them on the page of a vote. A house test fails when a published rule has no words here.
"""

import msgspec

from app.kit.i18n import N_


class RuleWords(msgspec.Struct, frozen=True):
    """Msgids: the rule's title, and what it does."""

    title: str
    text: str


_PROJECTS = {
    "greedy": RuleWords(
        N_("By points, passing over what does not fit"),
        N_(
            "Projects are taken by points, highest first. Each one that the money left can pay for is "
            "funded; one that costs more than what is left is passed over, and the next is looked at."
        ),
    ),
    "greedy-no-skip": RuleWords(
        N_("By points, until one does not fit"),
        N_(
            "Projects are taken by points, highest first, until one costs more than the money left. "
            "There it stops."
        ),
    ),
    "greedy-threshold": RuleWords(
        N_("By points, above a threshold"),
        N_(
            "Projects with fewer points than the threshold drop out. The others are taken by points, "
            "highest first; one that costs more than what is left is passed over."
        ),
    ),
    "greedy-exclusive": RuleWords(
        N_("By points, one of each group"),
        N_(
            "Projects are taken by points, highest first, while the money lasts. Of projects that exclude "
            "each other only the first is funded."
        ),
    ),
    "greedy-custom": RuleWords(
        N_("By points, the last one in part"),
        N_(
            "Projects are taken by points, highest first, until one costs more than the money left; that one "
            "is funded in part if enough is left for most of it."
        ),
    ),
    "equalshares": RuleWords(
        N_("Equal shares, plain"),
        N_(
            "Each voter holds an equal share of the budget and pays for the projects on their ballot. The "
            "project whose supporters pay least for it comes first, as long as their shares cover its cost."
        ),
    ),
    "equalshares/add1": RuleWords(
        N_("Equal shares, raised step by step"),
        N_(
            "Each voter holds an equal share of the budget and pays for the projects on their ballot. Then "
            "all shares are raised step by step until the next outcome would cost more than the budget."
        ),
    ),
    "equalshares-comparison": RuleWords(
        N_("Equal shares, compared with the list by points"),
        N_(
            "Each voter holds an equal share of the budget and pays for the projects on their ballot. If "
            "strictly more voters are better off with the list by points, that list wins."
        ),
    ),
    "equalshares/add1-comparison": RuleWords(
        N_("Equal shares, raised, compared with the list by points"),
        N_(
            "Equal shares of the budget, raised step by step while the budget allows. If strictly more "
            "voters are better off with the list by points, that list wins."
        ),
    ),
    "equalshares/ranked": RuleWords(
        N_("Equal shares for ranked ballots"),
        N_(
            "Each voter holds an equal share of the budget and pays for the projects on their ballot, more "
            "for those ranked higher. Shares are raised while the budget allows; what is left goes to "
            "projects by points."
        ),
    ),
    "equalshares/points": RuleWords(
        N_("Equal shares by points alone"),
        N_(
            "Each voter holds an equal share of the budget. A project is worth to a voter the points they "
            "gave it, whatever it costs, so that cheaper projects come first."
        ),
    ),
    "equalshares/points-add1": RuleWords(
        N_("Equal shares by points alone, raised"),
        N_(
            "Each voter holds an equal share of the budget. A project is worth to a voter the points they "
            "gave it, whatever it costs, so that cheaper projects come first. Shares are raised step by step "
            "while the budget allows."
        ),
    ),
    "equalshares/add1-threshold": RuleWords(
        N_("Equal shares, raised, with a threshold"),
        N_(
            "Projects with fewer points than the threshold drop out. Each voter holds an equal share of the "
            "budget and pays for the others on their ballot; shares are raised while the budget allows."
        ),
    ),
    "equalshares/add1-exhaustive": RuleWords(
        N_("Equal shares, raised until nothing more fits"),
        N_(
            "Each voter holds an equal share of the budget and pays for the projects on their ballot. Shares "
            "are raised step by step, until no project that is left would fit into the budget."
        ),
    ),
    "equalshares/add1u": RuleWords(
        N_("Equal shares, raised, the rest by points"),
        N_(
            "Each voter holds an equal share of the budget and pays for the projects on their ballot. Shares "
            "are raised step by step while the budget allows; what is left goes to projects by points."
        ),
    ),
    "equalshares/swiecie": RuleWords(
        N_("Equal shares as in Świecie"),
        N_(
            "Projects with too few supporters for their cost drop out. Then equal shares of the budget, "
            "raised step by step; if strictly more voters are better off with the list by points, that list "
            "wins."
        ),
    ),
    "equalshares/borda": RuleWords(
        N_("Equal shares by places on the ballot"),
        N_(
            "Each voter holds an equal share of the budget. A project is worth more to a voter the more "
            "projects stand below it on their ballot, whatever it costs. Shares are raised step by step "
            "while the budget allows."
        ),
    ),
    "expanding-shares": RuleWords(
        N_("Equal shares, place by place"),
        N_(
            "Each voter holds an equal share of the budget and at first pays only for the project in first "
            "place on their ballot. When nothing more can be bought, second places join, then third ones. "
            "Nobody pays for what they have not ranked."
        ),
    ),
    "pb-ear": RuleWords(
        N_("Expanding approvals, everything in the end"),
        N_(
            "First places count as support, then first and second, and so on. A project whose supporters "
            "have its cost among their equal shares of the budget is funded, and they pay for it. In the end "
            "all voters pay together for the cheapest projects that still fit."
        ),
    ),
    "pb-ear/named": RuleWords(
        N_("Expanding approvals, only what people named"),
        N_(
            "First places count as support, then first and second, and so on. A project whose supporters "
            "have its cost among their equal shares of the budget is funded, and they pay for it. Nobody "
            "pays for what they have not named, so money may be left."
        ),
    ),
}
_SEATS = {
    "plurality": RuleWords(
        N_("Most first choices"),
        N_("Each ballot counts for its first choice. Those with the most votes are elected."),
    ),
    "approval": RuleWords(
        N_("Most approvals"),
        N_("Each ballot counts once for everybody it approves. Those with the most approvals are elected."),
    ),
    "borda": RuleWords(
        N_("Points by place (Borda)"),
        N_(
            "Each ballot gives points by place: the first gets the most, each next place one less. Those "
            "with the most points are elected."
        ),
    ),
    "borda/modified": RuleWords(
        N_("Points by place, fewer for short ballots"),
        N_(
            "Each ballot gives its last place one point and each higher place one more: whoever ranks fewer "
            "candidates gives fewer points. Those with the most points are elected."
        ),
    ),
    "borda/tournament": RuleWords(
        N_("Points by place, as a tournament"),
        N_(
            "Each ballot gives a candidate points for everybody it places below them, and half for those "
            "placed equally. Those with the most points are elected."
        ),
    ),
    "borda/dowdall": RuleWords(
        N_("Points by place: one, a half, a third"),
        N_(
            "A first place is worth one point, a second a half, a third a third of a point, and so on. Those "
            "with the most points are elected."
        ),
    ),
    "irv": RuleWords(
        N_("Instant runoff"),
        N_(
            "Each ballot counts for its first choice. As long as nobody has a majority, the one with the "
            "fewest votes leaves, and their ballots move on to the next choice written on them."
        ),
    ),
    "irv/batch": RuleWords(
        N_("Instant runoff, several leaving at once"),
        N_(
            "As instant runoff, but the lowest candidates leave together when all their votes together "
            "are fewer than those of the next one above them."
        ),
    ),
    "irv/two-left": RuleWords(
        N_("Instant runoff, down to two"),
        N_(
            "As instant runoff, but the count goes on until two candidates are left, even if somebody has "
            "a majority before. The lowest may leave together."
        ),
    ),
    "irv/maine": RuleWords(
        N_("Instant runoff, Maine rules"),
        N_(
            "As instant runoff. The lowest may leave together, and a ballot that skips two places in a "
            "row ends there."
        ),
    ),
    "irv/first-round-majority": RuleWords(
        N_("Instant runoff, majority of the first round"),
        N_(
            "As instant runoff, but the majority is one of all ballots of the first round. If nobody "
            "reaches it, the better of the last two is elected."
        ),
    ),
    "irv/overvotes-skipped": RuleWords(
        N_("Instant runoff, passing over shared places"),
        N_(
            "As instant runoff, but a place on the ballot with two candidates is passed over instead of "
            "ending the ballot."
        ),
    ),
    "stv/scottish": RuleWords(
        N_("Single transferable vote, Scottish rules"),
        N_(
            "Whoever reaches the quota is elected; what they have beyond it moves on to the next choices, at "
            "a smaller value. When nobody reaches it, the one with the fewest votes leaves, and their "
            "ballots move on."
        ),
    ),
    "stv/meek": RuleWords(
        N_("Single transferable vote, Meek’s method"),
        N_(
            "Each elected candidate keeps just the part of every ballot that they need, and the rest moves "
            "on, also to those elected before. The quota falls as ballots run out. The one with the fewest "
            "votes leaves."
        ),
    ),
    "stv/wigm": RuleWords(
        N_("Single transferable vote, exact quota"),
        N_(
            "Whoever reaches the quota is elected; what they have beyond it moves on to the next choices, at "
            "a smaller value. The quota is counted with fractions of a vote. The one with the fewest votes "
            "leaves."
        ),
    ),
    "stv/wigm-hare": RuleWords(
        N_("Single transferable vote, Hare quota"),
        N_(
            "As the single transferable vote, with a higher quota: all ballots divided by the seats. It "
            "leaves more room for small groups."
        ),
    ),
    "stv/minneapolis": RuleWords(
        N_("Single transferable vote, Minneapolis rules"),
        N_(
            "Whoever reaches the quota is elected and what is beyond it moves on. Everybody who can no "
            "longer win leaves at once, and their ballots move on to the next choice."
        ),
    ),
    "stv/portland": RuleWords(
        N_("Single transferable vote, Portland rules"),
        N_(
            "Whoever reaches the quota is elected and what is beyond it moves on to the next choices, at a "
            "smaller value. The one with the fewest votes leaves, until the seats are filled."
        ),
    ),
    "condorcet": RuleWords(
        N_("Beats everybody one to one"),
        N_(
            "Any two are compared: on how many ballots is one above the other? Whoever wins against each of "
            "the others is elected. There may be nobody."
        ),
    ),
    "schulze": RuleWords(
        N_("One to one, by the strongest paths (Schulze)"),
        N_(
            "Any two are compared on all ballots. Where the comparisons go round in a circle, the stronger "
            "chain of victories decides."
        ),
    ),
    "schulze/debian": RuleWords(
        N_("One to one, by the strongest paths, above a default option"),
        N_(
            "Whoever is not put above the default option by enough ballots, and by more than put them below, "
            "drops out. The others are compared two by two; where that goes round in a circle, the stronger "
            "chain of victories decides."
        ),
    ),
    "ranked-pairs": RuleWords(
        N_("One to one, the clearest victories first"),
        N_(
            "Any two are compared on all ballots. The victories are taken by their margin, the clearest "
            "first; one that would close a circle is left out."
        ),
    ),
    "ranked-pairs/winning-votes": RuleWords(
        N_("One to one, the victories with most votes first"),
        N_(
            "Any two are compared on all ballots. The victories are taken by the votes of the winner, most "
            "first; one that would close a circle is left out."
        ),
    ),
    "majority-judgment": RuleWords(
        N_("Majority judgment"),
        N_(
            "Each ballot gives everybody a grade. The grade that counts is the one in the middle: half of "
            "the voters give it or better. The best middle grade is elected."
        ),
    ),
    "expanding-approvals": RuleWords(
        N_("Expanding approvals"),
        N_(
            "First places count as support, then first and second, and so on. Whoever has enough "
            "support for a seat is elected, and the weight that elected them is spent."
        ),
    ),
}
RULE_WORDS: dict[str, RuleWords] = _PROJECTS | _SEATS
