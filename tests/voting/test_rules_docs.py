"""docs/voting-rules.md describes exactly the published rules, with exactly their parameters."""

import json
import re
from pathlib import Path
from typing import get_args

from voting.rules import RULES
from voting.rules.record import as_json
from voting.rules.result import Decision
from voting.rules.ties import Criterion

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


def test_every_reason_and_criterion_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [word for word in (*get_args(Decision), *get_args(Criterion)) if f"`{word}`" not in page] == []
