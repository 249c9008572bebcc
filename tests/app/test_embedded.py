"""What an installation without settings gets: keys made once, short sockets; production gets nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.embedded import fill_in, load_keys, socket_path
from app.settings import BadSetting, load_settings


def test_fill_in_when_nothing_is_set(tmp_path: Path) -> None:
    env = fill_in({"OBSTE_VAR_DIR": str(tmp_path / "var")})
    settings = load_settings(env)
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/var/obste.sqlite3"
    assert settings.secret_key != settings.identity_key
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "var" / "keys.json").stat().st_mode & 0o777 == 0o600


def test_fill_in_keeps_what_is_set(tmp_path: Path) -> None:
    given = {"OBSTE_VAR_DIR": str(tmp_path), "OBSTE_SECRET_KEY": "mine", "OBSTE_REDIS_URL": "redis://cache/1"}
    env = fill_in(given)
    assert (env["OBSTE_SECRET_KEY"], env["OBSTE_REDIS_URL"]) == ("mine", "redis://cache/1")


def test_fill_in_invents_nothing_in_production(tmp_path: Path) -> None:
    env = fill_in({"OBSTE_ENV": "production", "OBSTE_VAR_DIR": str(tmp_path)})
    assert not (tmp_path / "keys.json").exists()
    with pytest.raises(BadSetting):
        load_settings(env)


def test_demo_is_always_demo(tmp_path: Path) -> None:
    env = fill_in({"OBSTE_ENV": "production", "OBSTE_VAR_DIR": str(tmp_path)}, demo=True)
    assert env["OBSTE_ENV"] == "demo"


def test_keys_are_made_once_when_many_ask_at_the_same_time(tmp_path: Path) -> None:
    keys = f"load_keys(Path({str(tmp_path / 'k')!r}))"
    ask = f"import json; from app.embedded import *; print(json.dumps({keys}))"
    asked = [
        subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    answers = {process.communicate()[0] for process in asked}
    assert len(answers) == 1
    assert json.loads(answers.pop()) == load_keys(tmp_path / "k")
    assert os.listdir(tmp_path) == ["k"]


def test_socket_goes_to_the_temp_folder_when_its_path_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert socket_path(Path("/srv/obste")) == Path("/srv/obste/valkey.sock")
    short = socket_path(Path("/srv/" + "o" * 100))
    assert short.parent.parent == tmp_path
    assert short.parent.stat().st_mode & 0o777 == 0o700
    assert short == socket_path(Path("/srv/" + "o" * 100)), "the same folder has the same socket"


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    var = Path("/srv/" + "o" * 100)
    socket_path(var).parent.chmod(0o777)
    with pytest.raises(PermissionError, match="OBSTE_VAR_DIR"):
        socket_path(var)
