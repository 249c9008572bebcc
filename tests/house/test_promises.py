"""Strings that name code resolve: jobs, register kinds, settings in the documents; files stay small."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from app.settings import Settings
from app.wiring import REGISTER_KINDS, SCHEDULE
from app.worker import resolve

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(
    path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "bench")
)
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))


def string_arguments(function: str, position: int) -> dict[str, str]:
    """Every literal that is passed to `function` at `position` → where."""
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) <= position:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            argument = node.args[position]
            if name == function and isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found[argument.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


JOBS = string_arguments("enqueue", 1) | {row.job: "app/wiring.py" for row in SCHEDULE}
KINDS = string_arguments("record", 1)


@pytest.mark.parametrize("job", sorted(JOBS))
def test_a_job_string_names_an_async_function(job: str) -> None:
    function = resolve(job)
    assert callable(function), JOBS[job]
    assert function.__code__.co_flags & 0x80, f"{job} is not async"
    assert function.__code__.co_varnames[0] == "services", f"{job} is called with the services first"


def test_every_register_kind_is_in_words() -> None:
    assert KINDS, "nothing is ever recorded?"
    missing = sorted(set(KINDS) - set(REGISTER_KINDS))
    assert not missing, f"app/wiring.py REGISTER_KINDS lacks {missing}"


def test_files_and_functions_stay_small() -> None:
    for path in SOURCES:
        if "versions" in path.parts:
            continue
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= 500, f"{path.relative_to(ROOT)} has {lines} lines"


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Settings):
        if field.name != "root":
            assert f"OBSTE_{field.name.upper()}" in text, f"docs/operations.md does not explain {field.name}"


def test_no_todo_is_left_without_an_owner() -> None:
    for path in SOURCES:
        assert not re.search(r"\bTODO\b(?!\(#\d+\))|\bFIXME\b", path.read_text(encoding="utf-8")), path
