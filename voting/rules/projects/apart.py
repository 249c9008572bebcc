"""Money of their own: the options of an `own` envelope are counted as an election of its own.

So cities do it that set a part of the budget apart for each district (Kraków, Łódź, Warszawa; each is a file
of its own in Pabulib): a district's projects compete with each other for its money, and what they leave goes
nowhere else. The budget of the contest is all the money; options without an envelope of their own are paid
from what the envelopes leave of it.

A paper takes part in the count of an envelope if it names one of its options, with what it says of those: a
ranking keeps their order, and those after an option of elsewhere move up. Papers are checked as a whole
before that. Who names no option of a district has no share of its money under equal shares: a share that no
supported option could use would only be left over, and in these cities, too, the voters of a district are
those who vote on its projects. Each part has its own ranks, score, ties and facts.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from voting.rules.contests import UnsuitableContest
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Envelope,
    Option,
    Paper,
    Papers,
    RankedPaper,
    ScoringPaper,
    canonical,
    named_options,
)
from voting.rules.projects.envelopes import is_in
from voting.rules.result import Fact, Part, Result, Standing, Step, Tie
from voting.rules.tally import Received, receive, tally

Count = Callable[[Contest, Papers], Result]


class Share(msgspec.Struct, frozen=True):
    """The contest of one envelope of its own; of what is left, without an envelope."""

    envelope: Envelope | None
    contest: Contest


def is_apart(contest: Contest) -> bool:
    """Whether some options have money of their own."""
    return any(envelope.kind == "own" for envelope in contest.envelopes)


def check_apart(contest: Contest) -> None:
    """Refuse envelopes that cannot be counted apart: more money than there is, an option in two of them, or
    a ceiling or exclusive group over options that are not paid from the same money.

    Raises: UnsuitableContest.
    """
    own = [envelope for envelope in contest.envelopes if envelope.kind == "own"]
    if (together := sum(envelope.amount for envelope in own)) > contest.budget:
        raise UnsuitableContest("envelopes_exceed", together=together, budget=contest.budget)
    paid_from = {}
    for option in contest.options:
        mine = [envelope for envelope in own if is_in(envelope, option)]
        if len(mine) > 1:
            raise UnsuitableContest("envelopes_overlap", option=option.id)
        paid_from[option.id] = mine[0] if mine else None
    for ceiling in contest.envelopes:
        held = {paid_from[o.id] for o in contest.options if ceiling.kind == "most" and is_in(ceiling, o)}
        if len(held) > 1:
            raise UnsuitableContest("envelopes_overlap", envelope=ceiling.name)
    for group in contest.exclusive:
        if len({paid_from[name] for name in group}) > 1:
            raise UnsuitableContest("exclusive_apart", options=", ".join(group))


def shares_of(contest: Contest) -> list[Share]:
    """The contests to be counted apart, in the order of their envelopes; what is common comes last."""
    own = [envelope for envelope in contest.envelopes if envelope.kind == "own"]
    left = contest.budget - sum(envelope.amount for envelope in own)
    shares = []
    for envelope in own:
        mine = [option for option in contest.options if is_in(envelope, option)]
        shares.append(Share(envelope, _restricted(contest, mine, envelope.amount)))
    others = [o for o in contest.options if not any(is_in(envelope, o) for envelope in own)]
    if others or left:
        shares.append(Share(None, _restricted(contest, others, left)))
    return shares


def _restricted(contest: Contest, options: Sequence[Option], budget: int) -> Contest:
    """The contest with these options and this money; limits that hold for papers as a whole are left out."""
    names = {option.id for option in options}
    return msgspec.structs.replace(
        contest,
        options=tuple(options),
        budget=budget,
        min_length=1,
        min_sum_points=None,
        max_sum_points=None,
        max_sum_cost=None,
        exclusive=tuple(group for group in contest.exclusive if names.issuperset(group)),
        envelopes=tuple(
            envelope
            for envelope in contest.envelopes
            if envelope.kind == "most" and any(is_in(envelope, option) for option in options)
        ),
    )


def count_apart(contest: Contest, papers: Mapping[Paper, int], count: Count) -> Result:
    """Count each part by `count` and put the results together. Raises: what `count` raises."""
    box = receive(contest, papers)
    shares = shares_of(contest)
    counted = [
        (share, count(share.contest, some))
        for share, some in zip(shares, papers_apart(shares, papers, box), strict=True)
    ]
    return _together(box, counted)


def standings_apart(contest: Contest, papers: Mapping[Paper, int]) -> tuple[Standing, ...]:
    """How each option stands within its part, in the contest's order."""
    shares = shares_of(contest)
    found: dict[str, Standing] = {}
    for share, some in zip(shares, papers_apart(shares, papers, receive(contest, papers)), strict=True):
        found |= tally(share.contest, some).by_id
    return tuple(found[option.id] for option in contest.options)


def papers_apart(
    shares: Sequence[Share], papers: Mapping[Paper, int], box: Received
) -> list[dict[Paper, int]]:
    """Of each part: the valid papers that name one of its options, with what they say of those."""
    refused = {rejection.paper for rejection in box.rejected}
    part_of = {option.id: place for place, share in enumerate(shares) for option in share.contest.options}
    apart: list[dict[Paper, int]] = [{} for _ in shares]
    for paper, number in papers.items():
        if not number or (refused and canonical(paper).decode() in refused):
            continue
        for place in {part_of[name] for name in named_options(paper)}:
            kept = _keep(paper, part_of, place)
            apart[place][kept] = apart[place].get(kept, 0) + number
    return apart


def _keep(paper: Paper, part_of: Mapping[str, int], place: int) -> Paper:
    match paper:
        case RankedPaper(places=names):
            return RankedPaper(tuple(name for name in names if part_of[name] == place))
        case ApprovalPaper(approved=names):
            return ApprovalPaper(tuple(name for name in names if part_of[name] == place))
        case CumulativePaper(points=pairs) | ScoringPaper(points=pairs):
            return type(paper)(tuple(pair for pair in pairs if part_of[pair[0]] == place))
    raise TypeError("rankings with equal ranks fill seats, they fund no projects")


def _together(box: Received, counted: Sequence[tuple[Share, Result]]) -> Result:
    """One result of all parts: each thing in the order of the parts, outcomes in the contest's."""
    results = [result for _, result in counted]
    outcomes = {
        outcome.option: msgspec.structs.replace(outcome, facts=outcome.facts | _paid_from(share))
        for share, result in counted
        for outcome in result.outcomes
    }
    spent = sum(result.spent for result in results)
    return msgspec.structs.replace(
        results[0],
        input_digest=box.input_digest,
        complete=all(result.complete for result in results),
        winners=tuple(name for result in results for name in result.winners),
        budget=box.contest.budget,
        spent=spent,
        received=box.received,
        counted=box.counted,
        blank=box.blank,
        rejected=box.rejected,
        standings=tuple(standing for result in results for standing in result.standings),
        steps=_steps(counted),
        outcomes=tuple(outcomes[option.id] for option in box.contest.options),
        ties=tuple(_tie(share, tie) for share, result in counted for tie in result.ties),
        facts={"remaining": box.contest.budget - spent},
        counterfactuals=tuple(one for result in results for one in result.counterfactuals),
        parts=tuple(_part(share, result) for share, result in counted),
    )


def _paid_from(share: Share) -> dict[str, Fact]:
    return {"paid_from": share.envelope.name} if share.envelope else {}


def _steps(counted: Sequence[tuple[Share, Result]]) -> tuple[Step, ...]:
    steps = [
        msgspec.structs.replace(step, facts=step.facts | _paid_from(share))
        for share, result in counted
        for step in result.steps
    ]
    return tuple(msgspec.structs.replace(step, number=at) for at, step in enumerate(steps, start=1))


def _tie(share: Share, tie: Tie) -> Tie:
    envelope = share.envelope
    at = f"{envelope.by}:{envelope.name} {tie.at}" if envelope else tie.at
    return msgspec.structs.replace(tie, at=at)


def _part(share: Share, result: Result) -> Part:
    return Part(
        by=share.envelope.by if share.envelope else None,
        name=share.envelope.name if share.envelope else "",
        amount=result.budget,
        spent=result.spent,
        counted=result.counted,
        complete=result.complete,
        winners=result.winners,
        facts=result.facts,
    )
