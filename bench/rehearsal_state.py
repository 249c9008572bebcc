"""What a rehearsal keeps in its folder, so that it goes on where it was after any kill: PostgreSQL and notes.

The server is a real one on a real disk, with everything that a power cut could reveal switched on; it ends
with the rehearsal, and starts again over the same data.
"""

import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from app.supervisor import die_with
from bench.machine import DURABLE
from tests import servers

READY_SECONDS = 60  # recovery after a kill included


class Notes:
    """A small JSON file that is replaced in one step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def __getitem__(self, name: str) -> Any:
        return self.kept[name]

    def get(self, name: str) -> Any:
        """What was noted, or nothing."""
        return self.kept.get(name)

    def reread(self) -> None:
        """See what another process has noted."""
        self.kept = json.loads(self.path.read_text("utf-8"))

    def put(self, **facts: object) -> None:
        """Note something; it is on the disk when this returns."""
        self.kept |= facts
        draft = self.path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(self.kept, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


class KeptPostgres:
    """A PostgreSQL whose data stays in `folder`. Use as a context; `url` is of its one database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = servers._unprivileged() if os.getuid() == 0 else None
        self.url = f"postgresql+asyncpg://obste@/obste?host={folder}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "KeptPostgres":
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            shutil.chown(self.folder, self.user, pwd.getpwnam(self.user).pw_gid)
        tools = _tools(self.user, self.folder.parent)
        data = self.folder / "data"
        if not (self.folder / "made").exists():
            shutil.rmtree(data, ignore_errors=True)
            servers._as(self.user, [str(tools / "initdb"), "-D", str(data), *servers.INITDB_OPTIONS])
            (self.folder / "made").touch()
        until = time.monotonic() + READY_SECONDS
        while not self._start(tools, data):  # the backends of a killed server may still be going away
            if time.monotonic() > until:
                raise servers.Missing((self.folder / "log").read_text("utf-8")[-1500:])
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(READY_SECONDS)

    def _start(self, tools: Path, data: Path) -> bool:
        options = {**servers.POSTGRES_OPTIONS, **DURABLE, "unix_socket_directories": str(self.folder)}
        identity: dict[str, Any] = {}
        if self.user:
            identity = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(tools / "postgres"), "-D", str(data), *(f"--{k}={v}" for k, v in options.items())],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with(os.getpid()),
                **identity,
            )
        until = time.monotonic() + READY_SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        try:
            with self._administer() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _administer(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(f"postgresql://obste@/postgres?host={self.folder}", autocommit=True)

    def make_database(self) -> None:
        """An empty database, in the place of what a killed set-up left."""
        with self._administer() as connection:
            connection.execute("DROP DATABASE IF EXISTS obste WITH (FORCE)")
            connection.execute("CREATE DATABASE obste TEMPLATE template0")


def _tools(user: str | None, folder: Path) -> Path:
    """PostgreSQL's programs, where that user may run them; a copy that is needed for it stays in `folder`."""
    copied = list((folder / "postgres").glob("*/pginstall/bin"))
    if copied and (folder / "postgres" / "whole").exists():
        return copied[0]
    shutil.rmtree(folder / "postgres", ignore_errors=True)
    os.environ[servers.RUN_FOLDER] = str(folder)
    tools = servers._usable_by(user, servers._postgres_tools())
    if (folder / "postgres").exists():
        (folder / "postgres" / "whole").touch()
    return tools


def settings_of(notes: Notes, folder: Path, database_url: str) -> Mapping[str, str]:
    """The environment of a production unit; its keys stay the same from kill to kill."""
    if notes.get("keys") is None:
        notes.put(keys=[secrets.token_urlsafe(48), secrets.token_urlsafe(48)])
    secret, identity = notes["keys"]
    var = folder / "var"
    var.mkdir(mode=0o700, exist_ok=True)
    return {
        "OBSTE_ENV": "production",
        "OBSTE_VAR_DIR": str(var),
        "OBSTE_DATABASE_URL": database_url,
        "OBSTE_REDIS_URL": f"unix://{var}/no-queue.sock",
        "OBSTE_SECRET_KEY": secret,
        "OBSTE_IDENTITY_KEY": identity,
        "OBSTE_BASE_URL": "https://bench.localhost",
        "OBSTE_MAIL_URL": "smtp://localhost:25",
    }


def new_folder() -> Path:
    """A folder on disk that PostgreSQL, when we are root, gets through."""
    folder = Path(tempfile.mkdtemp(prefix="obste-rehearsal-"))
    folder.chmod(0o711)
    return folder
