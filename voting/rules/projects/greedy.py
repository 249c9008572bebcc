"""The greedy family: options by score, highest first, funded while the budget lasts.

Five published parameter sets under the names Pabulib uses. Source: the rules of Polish cities as Pabulib
records them (Kraków and Gdynia rank, Łódź and Warszawa approve with a threshold, Katowice gives points,
Poznań funds the first misfit in part); 1,283 of 1,289 official results of that library follow from them.
"""

from collections.abc import Collection, Iterable

import msgspec

from voting.rules.contests import UnsuitableContest
from voting.rules.family import Family
from voting.rules.papers import Contest, Envelope, Option, Papers
from voting.rules.projects.counterfactuals import Guesses, Turns, counterfactuals
from voting.rules.projects.envelopes import caps_of, charged, rivals_of
from voting.rules.projects.outcome import projects_result
from voting.rules.result import Decision, Fact, Result, Step, Tie
from voting.rules.tally import Tally, tally
from voting.rules.ties import TiePolicy, check_seed, settle

VERSION = 2


class GreedyParams(msgspec.Struct, frozen=True, kw_only=True, tag="greedy", tag_field="family"):
    """One greedy rule. `on_misfit`: skip it and go on, stop, or stop after funding it in part if enough is
    left.
    """

    on_misfit: str = "skip"  # "skip" | "stop" | "part"
    use_threshold: bool = False
    require_threshold: bool = False
    use_exclusive: bool = False
    part_percent: int = 80  # of its cost, to fund the first misfit in part (Poznań)


GREEDY: dict[str, GreedyParams] = {
    "greedy": GreedyParams(),
    "greedy-no-skip": GreedyParams(on_misfit="stop", use_threshold=True),
    "greedy-threshold": GreedyParams(use_threshold=True, require_threshold=True),
    "greedy-exclusive": GreedyParams(use_threshold=True, use_exclusive=True),
    "greedy-custom": GreedyParams(on_misfit="part", use_threshold=True),
}


def count_greedy(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: GreedyParams
) -> Result:
    """Count papers in any order. A tie that matters and that `ties` does not settle leaves the result
    incomplete.

    Raises: UnsuitableContest; FalseSeed when a revealed seed does not match its commitment.
    """
    return _counted(contest, papers, ties, params).result(name)


def explain_greedy(
    contest: Contest, papers: Papers, *, ties: TiePolicy, name: str, params: GreedyParams
) -> Result:
    """The same, with how near the others came. Raises: UnsuitableContest, FalseSeed."""
    run = _counted(contest, papers, ties, params)
    result = run.result(name)
    turns = run.turns()

    def funds(changed: Tally, _: str) -> Collection[str]:
        again = GreedyRun(changed, params, ties)
        again.everything()
        return again.funded_in_full()

    near = counterfactuals(
        run.tally, result, lambda one: Guesses(turns.costs(one.option), turns.people(one.option)), funds
    )
    return msgspec.structs.replace(result, counterfactuals=near)


def _counted(contest: Contest, papers: Papers, ties: TiePolicy, params: GreedyParams) -> "GreedyRun":
    check_seed(ties)
    if params.require_threshold and contest.threshold is None:
        raise UnsuitableContest("threshold")
    run = GreedyRun(tally(contest, papers), params, ties)
    run.everything()
    return run


class GreedyRun:
    """The state of one count: the money left and the decisions so far. `funded` were bought before it began:
    their rivals are out and their envelopes charged.
    """

    def __init__(
        self, counted: Tally, params: GreedyParams, ties: TiePolicy, *, funded: tuple[str, ...] = ()
    ) -> None:
        self.tally, self.params, self.policy = counted, params, ties
        self.contest = counted.contest
        self.options = {option.id: option for option in self.contest.options}
        self.position = {option.id: index for index, option in enumerate(self.contest.options)}
        self.standing = counted.by_id
        self.remaining = self.contest.budget
        self.steps: list[Step] = []
        self.awarded: dict[str, int] = {}
        self.ties: list[Tie] = []
        self.stopped_by: str | None = None
        self.waiting: tuple[str, ...] = ()
        self.rivals = rivals_of(self.contest) if params.use_exclusive else {}
        self.envelopes = caps_of(self.contest)
        self.funded_before = funded

    def _rivals(self, name: str) -> tuple[str, ...]:
        """The options of which this one may not win beside any."""
        return self.rivals.get(name, ())

    def _full_envelope(self, name: str, won: Iterable[str]) -> Envelope | None:
        """An envelope of the option that cannot pay for it beside what has won."""
        for envelope in self.envelopes.get(name, ()):
            if charged(envelope, won, self.options) + self.options[name].cost > envelope.amount:
                return envelope
        return None

    def _winners(self) -> list[str]:
        return [*self.funded_before, *self.awarded]

    def everything(self) -> None:
        """Take the options score by score, highest first."""
        by_score: dict[int, list[str]] = {}
        for option in self.contest.options:
            by_score.setdefault(self.standing[option.id].score, []).append(option.id)
        for score in sorted(by_score, reverse=True):
            self._one_score(score, by_score[score])

    def _one_score(self, score: int, names: list[str]) -> None:
        open_names = [name for name in names if self._standing_reason(self.options[name]) is None]
        for name in names:
            if name not in open_names:
                self._decide(name)
        if len(open_names) > 1 and self.stopped_by is None and not self.waiting:
            open_names = self._settle_tie(score, open_names)
        for name in open_names:
            self._decide(name)

    def _settle_tie(self, score: int, names: list[str]) -> list[str]:
        """Order equal options by the policy. Where it cannot, note whether that matters; if so, the count
        waits.
        """
        settled = settle(self.policy, names, self.options, self.standing)
        matters = self._order_matters(names)
        order: list[str] = []
        resolved = True
        for group in settled.groups:
            part = sorted(group, key=lambda n: (self.options[n].cost, self.position[n]))
            if resolved and matters and len(part) > 1 and self._order_matters(part, after=order):
                resolved, self.waiting = False, tuple(part)
            order += part
        self.ties.append(
            Tie(
                at=f"score:{score}",
                options=tuple(sorted(names, key=lambda n: self.position[n])),
                matters=matters,
                resolved=resolved,
                settled_by=settled.settled_by if matters else (),
                order=tuple(order),
            )
        )
        return order

    def _order_matters(self, names: list[str], *, after: list[str] | None = None) -> bool:
        """Whether another order of these equal options could change what is funded, once `after` has been
        decided.

        Each option that could be funded if it came first would be; so the order matters unless all of those
        can be funded together, and, where a misfit stops the count, unless there is no misfit beside them.
        """
        left, won = self.remaining, set(self._winners())
        for name in after or ():
            if not won.intersection(self._rivals(name)) and not self._full_envelope(name, won):
                if self.options[name].cost <= left:
                    left -= self.options[name].cost
                    won.add(name)
                elif self.params.on_misfit != "skip":
                    return False  # the count has stopped before these
        names = [
            name
            for name in names
            if not won.intersection(self._rivals(name)) and not self._full_envelope(name, won)
        ]
        fits = [name for name in names if self.options[name].cost <= left]
        fitting = set(fits)
        rivals_meet = any(not fitting.isdisjoint(self._rivals(name)) for name in fits) or any(
            self._full_envelope(name, won | (fitting - {name})) for name in fits
        )
        together = sum(self.options[name].cost for name in fits) <= left and not rivals_meet
        if self.params.on_misfit == "skip":
            return not together
        if fits:
            return len(fits) < len(names) or not together
        return (
            self.params.on_misfit == "part"
            and len(names) > 1
            and any(self._fits_in_part(n, left) for n in names)
        )

    def _fits_in_part(self, name: str, left: int) -> bool:
        return left > 0 and left * 100 >= self.options[name].cost * self.params.part_percent

    def _standing_reason(self, option: Option) -> Decision | None:
        """Why an option is out whatever money is left, or nothing."""
        if option.excluded is not None:
            return "not_eligible"
        threshold = self.contest.threshold
        if self.params.use_threshold and threshold is not None and self.standing[option.id].score < threshold:
            return "below_threshold"
        return None

    def _decide(self, name: str) -> None:
        option, before = self.options[name], self.remaining
        decision, facts = self._decision(option)
        if decision in ("funded", "funded_in_part"):
            self.awarded[name] = min(option.cost, before)
            self.remaining = before - self.awarded[name]
        is_misfit = decision in ("cost_exceeds_remaining", "funded_in_part")
        if is_misfit and self.params.on_misfit != "skip" and self.stopped_by is None:
            self.stopped_by = name
        self.steps.append(
            Step(
                number=len(self.steps) + 1,
                option=name,
                decision=decision,
                remaining_before=before,
                remaining_after=self.remaining,
                facts=facts,
            )
        )

    def _decision(self, option: Option) -> tuple[Decision, dict[str, Fact]]:
        """What happens to this option at its turn, and the facts of that reason."""
        out = self._standing_reason(option)
        if out == "not_eligible":
            return out, {"why": option.excluded or ""}
        if out == "below_threshold":
            threshold = self.contest.threshold or 0
            return out, {"threshold": threshold, "short_by": threshold - self.standing[option.id].score}
        if self.waiting:
            is_tied = option.id in self.waiting
            return ("tie_unresolved" if is_tied else "after_unresolved_tie"), {
                "tied": ", ".join(self.waiting)
            }
        if self.stopped_by is not None:
            return "after_stop", {"stopped_by": self.stopped_by}
        winners = self._winners()
        rival = next((name for name in self._rivals(option.id) if name in winners), None)
        if rival is not None:
            return "excluded_by_group", {"rival": rival}
        envelope = self._full_envelope(option.id, winners)
        if envelope is not None:
            return "envelope_spent", {
                "envelope": envelope.name,
                "missing": charged(envelope, winners, self.options) + option.cost - envelope.amount,
            }
        if option.cost <= self.remaining:
            return "funded", {}
        missing: dict[str, Fact] = {"missing": option.cost - self.remaining}
        if self.params.on_misfit == "part" and self._fits_in_part(option.id, self.remaining):
            return "funded_in_part", missing | {"part_percent": self.params.part_percent}
        return "cost_exceeds_remaining", missing

    def funded_in_full(self) -> Collection[str]:
        """What gets all of its cost; nothing while a tie waits for a decision."""
        if self.waiting:
            return ()
        return [name for name, awarded in self.awarded.items() if awarded == self.options[name].cost]

    def turns(self) -> Turns:
        """Every turn of the count, for what could have been."""
        return Turns(
            self.tally,
            self.steps,
            self.rivals,
            funded=self.funded_before,
            threshold=self.contest.threshold if self.params.use_threshold else None,
            stops=self.params.on_misfit != "skip",
        )

    def result(self, name: str) -> Result:
        """The finished count."""
        reasons = {}
        for step in self.steps:
            money: dict[str, Fact] = {
                "remaining_before": step.remaining_before,
                "remaining_after": step.remaining_after,
            }
            reasons[step.option] = (step.decision, money | step.facts)
        return projects_result(
            self.tally,
            rule=name,
            version=VERSION,
            params=self.params,
            awarded=self.awarded,
            reasons=reasons,
            steps=self.steps,
            ties=self.ties,
            complete=not self.waiting,
            facts={},
        )


FAMILY = Family(
    version=VERSION,
    elects="projects",
    vote_types=("ordinal", "approval", "cumulative", "scoring"),
    rules=GREEDY,
    count=count_greedy,
    explain=explain_greedy,
)
