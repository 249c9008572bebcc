"""Real elections: our count gives what the authorities published."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from voting.rules import get_rule
from voting.rules.formats import PbElection
from voting.rules.ties import REPORT, STANDARD

OFFICIAL = (
    "Poland_Krakow_2020",
    "Poland_Krakow_2022",
    "Poland_Krakow_2024",
    "Poland_Krakow_2025_Biezanow-Prokocim",
    "Poland_Krakow_2025_Nowa_Huta",
    "Poland_Krakow_2025_Podgorze",
    "Poland_Katowice_2023",
    "Poland_Lodz_2022",
    "Poland_Warszawa_2026",
    "Poland_Wieliczka_2023_Green_Budget",
    "Netherlands_Assen_2024",
)


Read = Callable[[str], PbElection]


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_rule_of_the_file_gives_the_official_winners(name: str, real_election: Read) -> None:
    """Also every number the file states: votes and points of each project."""
    election = real_election(name)
    assert election.rule is not None
    result = get_rule(election.rule).count(election.contest, election.papers, ties=STANDARD)
    assert election.winners is not None
    assert sorted(result.winners) == sorted(election.winners)
    assert result.complete
    assert result.counted == sum(election.papers.values()) == int(election.meta["num_votes"])
    stated = {row["project_id"]: row for row in election.projects}
    for standing in result.standings:
        assert standing.supporters == int(stated[standing.option]["votes"])
        assert standing.score == int(stated[standing.option].get("score", standing.score))


def test_wieliczka_round_by_round(shared_data: Path, real_election: Read) -> None:
    """All 30 rounds of the first city that used equal shares, as exact fractions, and its comparison step."""
    told = json.loads((shared_data / "oracles" / "wieliczka_2023_rounds.json").read_text())
    election = real_election("Poland_Wieliczka_2023_Green_Budget")
    result = get_rule("equalshares/add1-comparison").count(election.contest, election.papers, ties=REPORT)
    rounds = [
        (step.option, step.facts["effective_support"], step.facts["effective_support_decimal"])
        for step in result.steps
    ]
    assert rounds == [(r["project"], r["eff_votes"], r["eff_votes_2dp"]) for r in told["rounds"]]
    facts = result.facts
    assert (facts["prefer_equal_shares"], facts["prefer_greedy"], facts["prefer_neither"]) == (
        1615,
        873,
        4098,
    )


@pytest.mark.parametrize(
    ("file", "oracle", "key"),
    [
        ("Netherlands_Assen_2024", "Netherlands_Assen_2024.approval.cost", "mes_plain"),
        ("Poland_Katowice_2023", "Poland_Katowice_2023.cost", "mes_plain"),
        ("Poland_Krakow_2025_Podgorze", "Poland_Krakow_2025_Podgorze", "mes_plain_cost"),
        (
            "Poland_Wieliczka_2023_Green_Budget",
            "Poland_Wieliczka_2023_Green_Budget.approval.cost",
            "mes_plain",
        ),
    ],
)
def test_plain_equal_shares_in_the_order_of_purchase(
    file: str, oracle: str, key: str, shared_data: Path, real_election: Read
) -> None:
    told = json.loads((shared_data / "oracles" / f"{oracle}.json").read_text())
    election = real_election(file)
    result = get_rule("equalshares").count(election.contest, election.papers, ties=STANDARD)
    assert list(result.winners) == told[key]["order"]


@pytest.mark.parametrize("file", ["Poland_Katowice_2023"])
def test_raised_shares_agree_with_an_independent_program(
    file: str, shared_data: Path, real_election: Read
) -> None:
    told = json.loads((shared_data / "oracles" / f"{file}.cost.json").read_text())["mes_add1_frac_noexh"]
    election = real_election(file)
    result = get_rule("equalshares/add1").count(election.contest, election.papers, ties=STANDARD)
    assert list(result.winners) == told["order"]
    assert result.spent == int(told["cost"]) * 100


def test_warszawa_without_its_threshold_funds_one_more(shared_data: Path, real_election: Read) -> None:
    told = json.loads((shared_data / "oracles" / "Poland_Warszawa_2026.cost.json").read_text())
    election = real_election("Poland_Warszawa_2026")
    result = get_rule("greedy").count(election.contest, election.papers, ties=STANDARD)
    assert list(result.winners) == told["greedy_skip"]["order"]
