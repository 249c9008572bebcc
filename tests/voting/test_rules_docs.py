"""docs/voting-rules.md describes exactly the published rules, with exactly their parameters."""

import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from tests.make.examples import contest_of, papers_of
from voting.rules import RULES
from voting.rules.record import as_json
from voting.rules.result import Decision
from voting.rules.ties import Criterion, TiePolicy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "voting-rules.md"


def sections() -> dict[str, str]:
    """The text under each `### rule` heading."""
    parts = re.split(r"^### `([^`]+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_published_rule_is_described_and_no_other() -> None:
    assert list(sections()) == list(RULES)


def test_the_described_parameters_are_the_published_ones() -> None:
    for name, text in sections().items():
        block = re.search(r"```json\n(.*?)\n```", text, flags=re.DOTALL)
        assert block, name
        assert json.loads(block[1]) == as_json(RULES[name].params), name


def test_every_rule_names_its_source_and_gives_an_example() -> None:
    page = PAGE.read_text(encoding="utf-8")
    equal_shares = page[page.index("## Equal shares") : page.index("### `equalshares`")]
    for name, text in sections().items():
        assert "*Example.*" in text, name
        assert "*Source:*" in text or ("*Source:*" in equal_shares and name.startswith("equalshares")), name


@pytest.mark.parametrize("name", RULES)
def test_the_example_of_five_voters_comes_out_as_written(name: str) -> None:
    """The ```json example of a section: options, papers of five voters, and who wins (in that order); also,
    where it says so, the settlement of ties, that a tie is left open, reasons, facts and what they were
    awarded. See tests/make/examples.py for how papers are written.
    """
    block = re.search(r"```json example\n(.*?)\n```", sections()[name], flags=re.DOTALL)
    assert block
    example = json.loads(block[1])
    papers = papers_of(example)
    assert sum(papers.values()) == 5
    ties = msgspec.convert(example.get("ties", {}), TiePolicy)
    result = RULES[name].count(contest_of(example), papers, ties=ties)
    assert list(result.winners) == example["winners"]
    assert result.complete is example.get("complete", True)
    assert result.counted == 5
    for option, reason in example.get("reasons", {}).items():
        assert result.outcome(option).reason == reason, option
    for option, facts in example.get("facts", {}).items():
        assert {key: result.outcome(option).facts[key] for key in facts} == facts, option
    for option, amount in example.get("awarded", {}).items():
        assert result.outcome(option).awarded == amount, option


def test_every_reason_and_criterion_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [word for word in (*get_args(Decision), *get_args(Criterion)) if f"`{word}`" not in page] == []
