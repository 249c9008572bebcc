"""The Result of a count for projects, from what its rule has decided."""

from collections.abc import Mapping, Sequence

import msgspec

from voting.rules.papers import canonical, digest
from voting.rules.result import Decision, Fact, Outcome, Result, Step, Tie
from voting.rules.tally import Tally

Reasons = Mapping[str, tuple[Decision, dict[str, Fact]]]


def projects_result(
    counted: Tally,
    *,
    rule: str,
    version: int,
    params: msgspec.Struct,
    awarded: Mapping[str, int],
    reasons: Reasons,
    steps: Sequence[Step],
    ties: Sequence[Tie],
    complete: bool,
    facts: Mapping[str, Fact],
) -> Result:
    """The finished count. `awarded` are the winners in their order and what each gets, `reasons` says of
    every option why it was funded or not; the common facts are added here from the standings.
    """
    spent = sum(awarded.values())
    return Result(
        rule=rule,
        rule_version=version,
        params=msgspec.json.decode(canonical(params)),
        params_digest=digest(params),
        input_digest=counted.input_digest,
        complete=complete,
        winners=tuple(awarded),
        budget=counted.contest.budget,
        spent=spent,
        received=counted.received,
        counted=counted.counted,
        blank=counted.blank,
        rejected=counted.rejected,
        standings=tuple(sorted(counted.standings, key=lambda standing: standing.rank)),
        steps=tuple(steps),
        outcomes=_outcomes(counted, awarded, reasons),
        ties=tuple(ties),
        facts=dict(facts) | {"remaining": counted.contest.budget - spent},
    )


def _outcomes(counted: Tally, awarded: Mapping[str, int], reasons: Reasons) -> tuple[Outcome, ...]:
    """One outcome an option, in the contest's order, with the facts its sentence needs."""
    outcomes = []
    for option, standing in zip(counted.contest.options, counted.standings, strict=True):
        decision, more = reasons[option.id]
        common: dict[str, Fact] = {
            "cost": option.cost,
            "rank": standing.rank,
            "score": standing.score,
            "supporters": standing.supporters,
            "first_places": standing.first_places,
        }
        outcomes.append(
            Outcome(
                option=option.id,
                won=option.id in awarded,
                reason=decision,
                awarded=awarded.get(option.id, 0),
                facts=common | more,
            )
        )
    return tuple(outcomes)
