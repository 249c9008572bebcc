"""Who wins by other programs: counts invented and real elections and writes the winners down for our tests.

    python -m bench.peers [--data FOLDER]

It runs in an environment of its own with the versions of bench/peers.txt, because those programs bring
solvers and compilers that a platform for votes has no use for. What it writes (tests/voting/peers/*.json) is
compared by tests/voting/test_peers.py; docs/peers.md tells which rule is compared with which program, and
where and why they differ. `--data` is the folder of real Pabulib files; without it those stay as they are.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.invented import Election, elections

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "voting" / "peers"
PLAIN = ("greedy", "equalshares", "equalshares/points")
RAISED = ("equalshares/add1", "equalshares/points-add1", "equalshares/add1-exhaustive")
REAL = {
    "Poland_Krakow_2025_Biezanow-Prokocim": PLAIN,
    "Poland_Krakow_2025_Nowa_Huta": PLAIN,
    "Poland_Katowice_2023": PLAIN,
    "Netherlands_Assen_2024": PLAIN + RAISED,
    "Poland_Wieliczka_2023_Green_Budget": PLAIN + RAISED,
    "Poland_Krakow_2025_Podgorze": PLAIN + RAISED,  # ten minutes
}
Winners = list[Any]


def main() -> None:
    """Count everything and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of real .pb files")
    data = parser.parse_args().data
    warnings.simplefilter("ignore")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind, count in {
        "funding": by_pabutools,
        "rankings": by_pref_voting_and_votekit,
        "weak_rankings": by_pref_voting_with_ties,
        "grades": by_pref_voting_grades,
        "committees": by_abcvoting,
    }.items():
        counted = [count(election) for election in elections(kind)]
        write(kind, {rule: [one[rule] for one in counted] for rule in counted[0]})
    if data:
        found: dict[str, Any] = {}
        for name, rules in REAL.items():
            found[name] = real_by_pabutools(data / f"{name}.pb", rules)
            write("real", found)


def write(kind: str, winners: dict[str, Any]) -> None:
    """One file a kind: the versions, and for each rule and peer the winners of each election."""
    peers = {name: version(name) for name in ("pabutools", "abcvoting", "pref_voting", "votekit")}
    lines = ",\n".join(f"  {json.dumps(rule)}: {json.dumps(row)}" for rule, row in winners.items())
    text = f'{{\n "peers": {json.dumps(peers)},\n "winners": {{\n{lines}\n }}\n}}\n'
    (FOLDER / f"{kind}.json").write_text(text, encoding="utf-8")
    print(f"{kind}: {len(winners)} rows")


# ── projects: pabutools ─────────────────────────────────────────────────────────────────────────────


def by_pabutools(election: Election) -> dict[str, Any]:
    """Every rule of ours that pabutools has, with its ties in alphabetical order."""
    from pabutools.election import Instance, Project

    projects = {name: Project(name, cost) for name, cost in election["projects"].items()}
    instance = Instance(projects.values(), budget_limit=election["budget"])
    profile = profile_of(instance, projects, election["ballots"])
    return funded(instance, profile, PLAIN + RAISED)


def profile_of(instance: Any, projects: dict[str, Any], ballots: list[dict[str, int]]) -> Any:
    """Ballots of points, as pabutools holds them; approvals are points too."""
    from pabutools.election import CardinalBallot, CardinalProfile

    made = [CardinalBallot({projects[name]: points for name, points in b.items()}) for b in ballots]
    return CardinalProfile(made, instance=instance)


def funded(instance: Any, profile: Any, rules: Sequence[str]) -> dict[str, Any]:
    """The outcome of each rule, shares raised by one unit a step. Worth is points times cost, or points;
    `greedy_utilitarian_welfare` divides by the cost, so by points times cost it takes projects by points.
    """
    from pabutools.election.satisfaction import Additive_Cardinal_Sat, AdditiveSatisfaction
    from pabutools.rules import (
        BudgetAllocation,
        exhaustion_by_budget_increase,
        greedy_utilitarian_welfare,
        method_of_equal_shares,
    )
    from pabutools.rules.mes.mes_rule import method_of_equal_shares_scheme
    from pabutools.tiebreaking import lexico_tie_breaking

    class CostTimesPoints(AdditiveSatisfaction):  # type: ignore[misc]
        def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
            super().__init__(
                instance, profile, ballot, lambda i, p, b, project, _: b.get(project, 0) * project.cost
            )

    voters = profile.num_ballots()

    def raised(sat: type) -> Any:
        return exhaustion_by_budget_increase(
            instance,
            profile,
            method_of_equal_shares,
            {"sat_class": sat},
            exhaustive_stop=False,
            budget_step=voters,
            budget_bound=instance.budget_limit * (voters + 1) + voters,
        )

    counts: dict[str, Callable[[], Any]] = {
        "greedy": lambda: greedy_utilitarian_welfare(instance, profile, CostTimesPoints),
        "equalshares": lambda: method_of_equal_shares(instance, profile, CostTimesPoints),
        "equalshares/points": lambda: method_of_equal_shares(instance, profile, Additive_Cardinal_Sat),
        "equalshares/add1": lambda: raised(CostTimesPoints),
        "equalshares/points-add1": lambda: raised(Additive_Cardinal_Sat),
        "equalshares/add1-exhaustive": lambda: method_of_equal_shares_scheme(
            instance,
            profile,
            profile.as_sat_profile(sat_class=CostTimesPoints),
            instance.budget_limit // voters,  # the rule starts with whole units
            BudgetAllocation(),
            lexico_tie_breaking,
            voter_budget_increment=1,
        ),
    }
    outcome = {}
    for rule in rules:
        started = time.perf_counter()
        outcome[rule] = sorted(project.name for project in counts[rule]())
        if (seconds := time.perf_counter() - started) > 1:
            print(f"  {rule}: {seconds:.1f} s", flush=True)
    return outcome


def real_by_pabutools(path: Path, rules: Sequence[str]) -> dict[str, Any]:
    """A Pabulib file as pabutools reads it; rankings earn 3, 2, 1 as in Kraków."""
    from pabutools.election import CardinalBallot, CardinalProfile, OrdinalProfile, parse_pabulib

    print(path.name, flush=True)
    instance, profile = parse_pabulib(str(path))
    if isinstance(profile, OrdinalProfile):
        made = [CardinalBallot(dict(zip(ballot, (3, 2, 1), strict=False))) for ballot in profile]
    elif hasattr(next(iter(profile)), "items"):
        made = [CardinalBallot(dict(ballot.items())) for ballot in profile]
    else:
        made = [CardinalBallot(dict.fromkeys(ballot, 1)) for ballot in profile]
    points = CardinalProfile(made, instance=instance)
    return funded(instance, points.as_multiprofile(), rules)


# ── rankings: pref_voting and votekit ───────────────────────────────────────────────────────────────


def by_pref_voting_and_votekit(election: Election) -> dict[str, Any]:
    """Complete rankings without equal ranks."""
    import pref_voting.voting_methods as vm
    from pref_voting.profiles import Profile

    names = election["options"]
    profile = Profile([[names.index(rank[0]) for rank in ballot] for ballot in election["ballots"]])
    methods: dict[str, Callable[[], Any]] = {
        "plurality": lambda: vm.plurality(profile),
        "borda": lambda: vm.borda(profile),
        "condorcet": lambda: vm.condorcet(profile),
        "smith": lambda: vm.top_cycle(profile),
        "schwartz": lambda: vm.gocha(profile),
        "schulze": lambda: vm.beat_path(profile, strength_function=profile.support),
        "ranked-pairs": lambda: vm.ranked_pairs_with_test(profile),
        "ranked-pairs/winning-votes": lambda: vm.ranked_pairs_with_test(
            profile, strength_function=profile.support
        ),
        "irv": lambda: vm.instant_runoff_put(profile),
    }
    found = {f"{rule} pref_voting": named(names, method()) for rule, method in methods.items()}
    return found | by_votekit(election)


def named(names: list[str], winners: Any) -> list[str] | None:
    """Options by their names; nothing where the peer gave up."""
    return None if winners is None else sorted(names[int(option)] for option in winners)


def by_votekit(election: Election) -> dict[str, Any]:
    """The one winner votekit gives, or nothing where it stops at a tie."""
    from votekit.ballot import RankBallot
    from votekit.elections import Borda, Plurality, RankedPairs, Schulze
    from votekit.pref_profile import RankProfile

    ballots = [RankBallot(ranking=[frozenset(rank) for rank in ballot]) for ballot in election["ballots"]]
    profile = RankProfile(ballots=tuple(ballots), candidates=tuple(election["options"]))
    methods = {"plurality": Plurality, "borda": Borda, "schulze": Schulze, "ranked-pairs": RankedPairs}
    found: dict[str, Any] = {}
    for rule, method in methods.items():
        try:
            elected = method(profile, n_seats=1).get_elected()
        except ValueError:  # a tie, which it leaves to the caller
            found[f"{rule} votekit"] = None
        else:
            found[f"{rule} votekit"] = sorted(name for tied in elected for name in tied)
    return found


def by_pref_voting_with_ties(election: Election) -> dict[str, Any]:
    """Rankings that leave options out or put several at one rank; those left out are below."""
    import pref_voting.voting_methods as vm
    from pref_voting.profiles_with_ties import ProfileWithTies

    names = election["options"]
    maps = [
        {names.index(name): place for place, rank in enumerate(ballot, start=1) for name in rank}
        for ballot in election["ballots"]
    ]
    profile = ProfileWithTies(maps, candidates=list(range(len(names))))
    profile.use_extended_strict_preference()
    methods: dict[str, Callable[[], Any]] = {
        "condorcet": lambda: vm.condorcet(profile),
        "smith": lambda: vm.top_cycle(profile),
        "schwartz": lambda: vm.gocha(profile),
        "schulze": lambda: vm.beat_path(profile, strength_function=profile.support),
        "ranked-pairs": lambda: vm.ranked_pairs_with_test(profile),
        "ranked-pairs/winning-votes": lambda: vm.ranked_pairs_with_test(
            profile, strength_function=profile.support
        ),
        "borda/tournament": lambda: vm.borda_for_profile_with_ties(profile),
    }
    return {f"{rule} pref_voting": named(names, method()) for rule, method in methods.items()}


# ── grades and committees ───────────────────────────────────────────────────────────────────────────


def by_pref_voting_grades(election: Election) -> dict[str, Any]:
    """Majority judgment as pref_voting has it."""
    from pref_voting.grade_methods import majority_judgement
    from pref_voting.grade_profiles import GradeProfile

    names = election["options"]
    maps = [{names.index(name): grade for name, grade in ballot.items()} for ballot in election["ballots"]]
    profile = GradeProfile(maps, [0, 1, 2, 3])
    return {"majority-judgment pref_voting": named(names, majority_judgement(profile))}


def by_abcvoting(election: Election) -> dict[str, Any]:
    """All committees that approval voting and equal shares (without completion) may elect."""
    from abcvoting import abcrules
    from abcvoting.preferences import Profile

    names = election["options"]
    profile = Profile(len(names))
    profile.add_voters([[names.index(name) for name in ballot] for ballot in election["ballots"]])
    seats = election["seats"]
    by_approval = abcrules.compute_av(profile, seats, resolute=False)
    shared = abcrules.compute_equal_shares(
        profile, seats, algorithm="standard-fractions", resolute=False, completion=None
    )
    return {
        f"{rule} abcvoting": sorted("".join(sorted(names[c] for c in committee)) for committee in committees)
        for rule, committees in {"approval": by_approval, "equalshares": shared}.items()
    }


if __name__ == "__main__":
    main()
