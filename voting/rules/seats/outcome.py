"""The Result of a count for seats, from what its rule has found out."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from voting.rules.papers import canonical, digest
from voting.rules.result import Decision, Fact, Outcome, Result, Round, Standing, Tie
from voting.rules.tally import Received

Reasons = Mapping[str, tuple[Decision, dict[str, Fact]]]


def seats_result(
    box: Received,
    *,
    rule: str,
    version: int,
    params: msgspec.Struct,
    winners: Sequence[str],
    reasons: Reasons,
    standings: Iterable[Standing],
    rounds: Sequence[Round] = (),
    ties: Sequence[Tie] = (),
    pairwise: Sequence[Sequence[int]] = (),
    complete: bool = True,
    facts: Mapping[str, Fact] | None = None,
) -> Result:
    """The finished count. `reasons` says of every option why it was elected or not; the common facts (rank,
    score, supporters, first places) are added here from the standings.
    """
    stood = {standing.option: standing for standing in standings}
    won = set(winners)
    outcomes = []
    for option in box.contest.options:
        standing, (reason, more) = stood[option.id], reasons[option.id]
        common: dict[str, Fact] = {
            "rank": standing.rank,
            "score": standing.score,
            "supporters": standing.supporters,
            "first_places": standing.first_places,
        }
        outcomes.append(
            Outcome(option=option.id, won=option.id in won, reason=reason, awarded=0, facts=common | more)
        )
    position = {option.id: index for index, option in enumerate(box.contest.options)}
    return Result(
        rule=rule,
        rule_version=version,
        params=msgspec.json.decode(canonical(params)),
        params_digest=digest(params),
        input_digest=box.input_digest,
        complete=complete,
        winners=tuple(winners),
        budget=0,
        spent=0,
        received=box.received,
        counted=box.counted,
        blank=box.blank,
        rejected=box.rejected,
        standings=tuple(sorted(stood.values(), key=lambda s: (s.rank, position[s.option]))),
        steps=(),
        outcomes=tuple(outcomes),
        ties=tuple(ties),
        facts=dict(facts or {}),
        seats=box.contest.seats,
        rounds=tuple(rounds),
        pairwise=tuple(tuple(row) for row in pairwise),
    )
