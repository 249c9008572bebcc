"""The lists that must agree: packages, locks, commands, versions, and what CI and the README run."""

import ast
import importlib.util
import os
import re
import sys
import tomllib
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app import VERSION
from app.cli import build_parser

ROOT = Path(__file__).resolve().parent.parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TOOL = PYPROJECT["tool"]
FIXED_BY_THE_CUSTOMER = {"app", "voting", "proposals", "amendments", "hackathons", "crowdfunding"}
STAYING = {"demo", "run", "worker", "scheduler"}  # serve until stopped: app.supervisor and app.worker
WITHOUT_CLI = STAYING | {"test", "check", "fix", "bench", "lock", "help"}


def load_front_door() -> ModuleType:
    """Import the script `obste` without running it."""
    loader = SourceFileLoader("front_door", str(ROOT / "obste"))
    spec = importlib.util.spec_from_loader("front_door", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    written = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


@pytest.fixture(scope="module")
def front_door() -> ModuleType:
    """The script `obste` as a module."""
    return load_front_door()


def packages_on_disk() -> set[str]:
    """Every folder of the checkout that is an importable package."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}


# ── packages ─────────────────────────────────────────────────────────────────────────────────────


def test_every_list_of_packages_equals_the_folders() -> None:
    on_disk = packages_on_disk()
    assert on_disk >= FIXED_BY_THE_CUSTOMER
    contracts = {contract["name"]: contract for contract in TOOL["importlinter"]["contracts"]}
    lists = {
        "wheel": TOOL["hatch"]["build"]["targets"]["wheel"]["packages"],
        "import-linter, root_packages": TOOL["importlinter"]["root_packages"],
        "import-linter, Inside a domain": ["app", *contracts["Inside a domain"]["containers"]],
        "ruff, known-first-party": set(TOOL["ruff"]["lint"]["isort"]["known-first-party"]) - {"tests"},
        "mypy, files": set(TOOL["mypy"]["files"]) - {"tests"},
    }
    assert {name: set(one) for name, one in lists.items() if set(one) != on_disk} == {}


def test_every_domain_has_its_floor() -> None:
    house = TOOL["importlinter"]["contracts"][0]["layers"]
    placed = {name.strip(" ()") for floor in house for name in re.split(r"[:|]", floor)}
    assert packages_on_disk() - {"app"} <= placed


def test_version_is_told_once_and_the_same() -> None:
    assert PYPROJECT["project"]["version"] == VERSION
    assert "Private :: Do Not Upload" in PYPROJECT["project"]["classifiers"]


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


def read_lock(name: str) -> dict[str, tuple[str, int]]:
    """Package → (version, number of hashes) of a lock file."""
    found: dict[str, tuple[str, int]] = {}
    current = ""
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if pinned := re.match(r"([a-z0-9-]+)==(\S+)", line):
            current = pinned.group(1)
            found[current] = (pinned.group(2), 0)
        elif "--hash=sha256:" in line:
            found[current] = (found[current][0], found[current][1] + 1)
    return found


def names_of(requirements: list[str]) -> set[str]:
    """The package names of requirement lines."""
    return {re.match(r"[A-Za-z0-9-]+", line).group(0).lower() for line in requirements}  # type: ignore[union-attr]


def test_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"://|file:|--index|--find-links|--extra", text), name
        assert [one for one, (_, hashes) in read_lock(name).items() if not hashes] == []


def test_locks_hold_what_pyproject_asks_for() -> None:
    run, dev = read_lock("requirements.lock"), read_lock("requirements-dev.lock")
    assert names_of(PYPROJECT["project"]["dependencies"]) <= run.keys()
    assert names_of(PYPROJECT["dependency-groups"]["dev"]) <= dev.keys()
    assert {name: run[name] for name in run} == {name: dev.get(name) for name in run}


def test_uv_lock_is_not_committed() -> None:
    assert not (ROOT / "uv.lock").exists(), "it records where packages were fetched from"


def test_front_door_finds_uv_with_its_hashes(front_door: ModuleType) -> None:
    wanted = front_door.uv_requirement()
    assert wanted.startswith(f"uv=={read_lock('requirements-dev.lock')['uv'][0]}")
    assert wanted.count("--hash=sha256:") == read_lock("requirements-dev.lock")["uv"][1]
    assert len(re.findall(r"==", wanted)) == 1


# ── front door ───────────────────────────────────────────────────────────────────────────────────


def test_front_door_needs_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "obste").read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} - {"__future__"} <= set(sys.stdlib_module_names)
    assert os.access(ROOT / "obste", os.X_OK)


def test_help_lists_every_command_on_one_line(
    front_door: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert front_door.main(["help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, meaning in front_door.COMMANDS.items():
        assert [line for line in lines if line.split()[:1] == [name] and meaning in line], name
    assert max(map(len, lines)) <= 100


def test_unknown_command_is_refused_in_words(
    front_door: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert front_door.main(["demmo"]) == 2
    assert "no command 'demmo'" in capsys.readouterr().err


def test_command_line_knows_every_command_that_is_sent_to_it(front_door: ModuleType) -> None:
    subparsers = next(action for action in build_parser()._actions if action.choices)
    assert set(subparsers.choices or ()) == set(front_door.COMMANDS) - WITHOUT_CLI


def test_uv_is_told_what_pip_was_told(
    front_door: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    told = {
        "index-url": "mirror-a",
        "extra-index-url": "mirror-b mirror-c",
        "find-links": f"{tmp_path} {tmp_path}/missing",
    }
    monkeypatch.setattr(front_door, "pip_settings", lambda: told)
    env = front_door.uv_environment()
    assert (env["UV_DEFAULT_INDEX"], env["UV_INDEX"]) == ("mirror-a", "mirror-b mirror-c")
    assert env["UV_FIND_LINKS"] == str(tmp_path)
    assert env["UV_PYTHON_DOWNLOADS"] == "never"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "mine")
    assert front_door.uv_environment()["UV_DEFAULT_INDEX"] == "mine"


def test_paths_mean_the_same_from_anywhere(front_door: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSTE_CALLED_FROM", str(ROOT / "tests"))
    assert front_door.from_root(["house", "-q", "tests/voting"]) == [
        str(ROOT / "tests/house"),
        "-q",
        "tests/voting",
    ]


def test_what_python_compiles_is_kept(front_door: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    env = front_door.environment()
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert Path(env["PYTHONPYCACHEPREFIX"]).parent == ROOT / ".venv"
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "/mine")
    assert front_door.environment()["PYTHONPYCACHEPREFIX"] == "/mine"


# ── what CI and the README run ───────────────────────────────────────────────────────────────────


def test_ci_runs_check_and_test() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"^\./obste (\w+)", script, re.MULTILINE) == ["check", "test"]
    assert "set -euo pipefail" in script
    assert "export CI=true" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "./obste demo" in readme
    assert "./obste test" in readme
