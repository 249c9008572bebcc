"""The examples of docs/amendments.md run, and its tables name exactly what the engine has."""

import doctest
import re
from pathlib import Path
from typing import get_args

from amendments.text.conflicts import HARD, Reason
from amendments.text.rebase import Class

PAGE = Path(__file__).resolve().parents[2] / "docs" / "amendments.md"


def test_the_examples_come_out_as_written() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8", report=True)
    assert result.attempted > 30
    assert result.failed == 0


def test_every_reason_and_class_is_explained() -> None:
    page = PAGE.read_text("utf-8")
    graded = dict(re.findall(r"^\| `(\w+)` \| .* \| (hard|soft) \|$", page, re.MULTILINE))
    assert graded == {reason: "hard" if reason in HARD else "soft" for reason in get_args(Reason)}
    classes = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", page, re.MULTILINE)
    assert classes == list(get_args(Class))
