"""docs/officials.md is complete and true: every public election at hand, its rule, its outcome and ours."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.voting.seats.dumps import single_spaced
from voting.rules import get_rule
from voting.rules.formats import PbElection
from voting.rules.formats.blt_read import read_blt
from voting.rules.papers import Contest, Envelope
from voting.rules.projects.book import count_equal_shares
from voting.rules.projects.equal_shares import EqualSharesParams
from voting.rules.result import Result
from voting.rules.ties import REPORT, STANDARD, TiePolicy

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "officials.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if "|" in line]
FUNDED = [row for row in ROWS if row[0].startswith("`pb/")]
COMPUTED = [row for row in ROWS if re.match(r"`oracles/\w+(-\w+)?\.(\w+\.)*json`$", row[0]) and row[1] != "1"]
MILLION = 10**6
BUDAPEST = {"Green": 120, "Open": 120, "Social": 120, "Local Big Idea": 240, "Local Small Idea": 400}
"""Our reading of the money of each category, in millions of forints; the file does not have it."""

Read = Callable[[str], PbElection]


def test_every_file_of_the_collection_is_on_the_page(shared_data: Path) -> None:
    named = {pattern for row in ROWS for pattern in re.findall(r"`((?:pb|ranked|oracles)/[^`]+)`", row[0])}
    found = {file for pattern in named for file in shared_data.glob(pattern)}
    there = {
        file
        for folder in ("pb", "ranked", "oracles")
        for file in (shared_data / folder).rglob("*")
        if file.is_file() and file.name != "README.md"
    }
    assert found == there
    assert all(list(shared_data.glob(pattern)) for pattern in named)


def test_the_tests_that_the_page_names_read_these_elections() -> None:
    for row in ROWS:
        folders = re.findall(r"`ranked/([^/`]+)/", row[0])
        tests = re.findall(r"`(tests/[^`]+)`", row[-1])
        assert bool(folders) == bool(tests)
        for test in tests:
            text = (ROOT / test).read_text(encoding="utf-8")
            assert f'"{folders[0]}"' in text, test
            rules = re.findall(r"`([^`]+)`", row[1])
            assert any(f'"{rule}"' in text for rule in rules), test


def units(contest: Contest, winners: tuple[str, ...]) -> str:
    total = sum(contest.option(name).cost for name in winners)
    assert total % contest.minor_per_unit == 0
    return f"{len(winners)} projects, {total // contest.minor_per_unit}"


def contest_as_counted(election: PbElection) -> Contest:
    """The file's contest; Budapest's with the money of its categories apart."""
    if election.contest.currency != "HUF":
        return election.contest
    unit = election.contest.minor_per_unit
    money = tuple(
        Envelope(by="category", name=name, amount=amount * MILLION * unit, kind="own")
        for name, amount in BUDAPEST.items()
    )
    assert sum(envelope.amount for envelope in money) == election.contest.budget
    return msgspec.structs.replace(election.contest, envelopes=money)


@pytest.mark.parametrize("row", FUNDED, ids=lambda row: row[0])
def test_the_city_funded_what_we_count(row: list[str], real_election: Read) -> None:
    """Also every number the file states: votes and points of each project."""
    file, rule, published, ours = row
    election = real_election(Path(file.strip("`")).stem)
    assert f"`{election.rule}`" == rule or election.rule is None
    contest = contest_as_counted(election)
    result = get_rule(rule.strip("`")).count(contest, election.papers, ties=STANDARD)
    assert election.winners is not None
    assert units(contest, tuple(election.winners)) == published
    assert sorted(result.winners) == sorted(election.winners)
    assert ours.startswith("the same")
    assert result.complete
    if not result.parts:
        assert result.counted == sum(election.papers.values()) == int(election.meta["num_votes"])
    stated = {line["project_id"]: line for line in election.projects}
    for standing in result.standings:
        assert standing.supporters == int(stated[standing.option]["votes"])
        assert standing.score == int(stated[standing.option].get("score", standing.score))


def test_budapest_is_neither_greedy_nor_equal_shares_over_its_whole_budget(real_election: Read) -> None:
    election = real_election("Hungary_Budapest_2024")
    assert election.winners is not None
    for rule in ("greedy", "greedy-no-skip", "equalshares"):
        result = get_rule(rule).count(election.contest, election.papers, ties=STANDARD)
        assert set(result.winners) != set(election.winners)


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
    assert len(rounds) == 30
    assert Fraction(str(result.facts["endowment"])) == 100 * Fraction(told["endowment"])
    facts = result.facts
    assert (facts["prefer_equal_shares"], facts["prefer_greedy"], facts["prefer_neither"]) == (
        1615,
        873,
        4098,
    )


def params_of(name: str, told: dict[str, Any]) -> EqualSharesParams:
    """What an outcome's name in the collection says: shares raised by one unit, from an exact or a whole one,
    stopping when nothing more fits or not; a project worth its cost, or (`card`) its points.
    """
    return EqualSharesParams(
        utility="points" if "_card" in name else "cost",
        raise_shares="add1" in name,
        start="floor" if "_int" in name else "fraction",
        stop_when_exhaustive=name.endswith("_exh"),
        step_percent=1 if told.get("step", "1") != "1" else 0,
    )


def recounted(election: PbElection, name: str, told: dict[str, Any]) -> Result:
    if "greedy" in name:
        return get_rule("greedy").count(election.contest, election.papers, ties=STANDARD)
    params = params_of(name, told)
    return count_equal_shares(election.contest, election.papers, ties=STANDARD, name=name, params=params)


@pytest.mark.parametrize("row", COMPUTED, ids=lambda row: row[0])
def test_exact_programs_of_others_fund_the_same(
    row: list[str], shared_data: Path, real_election: Read
) -> None:
    """In the same order, at the same cost and, where they say it, at the same share."""
    file = shared_data / row[0].strip("`")
    outcomes = {k: v for k, v in json.loads(file.read_text()).items() if isinstance(v, dict)}
    assert len(outcomes) == int(row[1])
    assert row[2] == "the same"
    election = real_election(file.name.partition(".")[0])
    for name, told in outcomes.items():
        result = recounted(election, name, told)
        assert list(result.winners) == told["order"], name
        unit = election.contest.minor_per_unit
        assert result.spent == Fraction(told["cost"]) * unit, name
        if "endowment" in told:
            assert Fraction(str(result.facts["endowment"])) == Fraction(told["endowment"]) * unit, name


def test_warszawa_without_its_threshold_funds_one_more(real_election: Read) -> None:
    election = real_election("Poland_Warszawa_2026")
    result = get_rule("greedy").count(election.contest, election.papers, ties=STANDARD)
    assert election.winners is not None
    assert len(set(result.winners) - set(election.winners)) == 1
    assert set(election.winners) < set(result.winners)


def test_glasgow_2007_elects_in_the_published_order(shared_data: Path) -> None:
    told = json.loads((shared_data / "oracles" / "glasgow_2007_scottish.json").read_text())
    assert len(told) == 21
    for ward in told:
        path = shared_data / "ranked" / "glasgow-2007" / "blt" / Path(ward["file"]).name
        election = read_blt(path.read_bytes())
        result = get_rule("stv/scottish").count(
            election.contest, election.papers, ties=TiePolicy(criteria=("earlier_rounds",))
        )
        titles = {option.id: single_spaced(option.title) for option in election.contest.options}
        published = [single_spaced(name) for name in ward["elected_in_order"]]
        assert [titles[name] for name in result.winners] == published, ward["file"]
        assert result.facts["quota"] == str(ward["quota"])
        assert len(result.rounds) == ward["stages"], ward["file"]
