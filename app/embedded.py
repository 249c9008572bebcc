"""What an installation uses when its settings name no servers and no keys: files under one folder.

The supervisor and the command line share this, so that `./obste make-official` speaks to the very database
that `./obste run` serves, with the very keys that sealed its rows. In production everything is set and
nothing here applies.
"""

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.settings import ROOT

SOCKET_PATH_LIMIT = 107  # bytes: sockaddr_un.sun_path less its final zero, on Linux (103 on macOS)
KEYS = ("secret_key", "identity_key")


def fill_in(environ: Mapping[str, str], *, demo: bool = False) -> dict[str, str]:
    """Give back `environ` with an embedded value for every OBSTE_* setting that it lacks.

    Makes the folder (0700) and, once, its keys. In production nothing is filled in but the folder's name:
    a missing setting is then refused by app.settings, never invented here.
    """
    env = dict(environ)
    if demo:
        env["OBSTE_ENV"] = "demo"
    var = Path(env.get("OBSTE_VAR_DIR") or ROOT / "var" / ("demo" if demo else "")).resolve()
    env["OBSTE_VAR_DIR"] = str(var)
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    if env.get("OBSTE_ENV") == "production":
        return env
    _default(env, "OBSTE_DATABASE_URL", f"sqlite+aiosqlite:///{var}/obste.sqlite3")
    _default(env, "OBSTE_REDIS_URL", f"unix://{socket_path(var)}")
    for name, key in load_keys(var / "keys.json").items():
        _default(env, f"OBSTE_{name.upper()}", key)
    return env


def _default(env: dict[str, str], name: str, value: str) -> None:
    if not env.get(name, "").strip():
        env[name] = value


def socket_path(var: Path) -> Path:
    """Where the embedded Valkey listens: in `var`, or in the temp folder when that path is too long."""
    path = var / "valkey.sock"
    if len(os.fsencode(path)) <= min(SOCKET_PATH_LIMIT, 103):
        return path
    short = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"obste-{os.getuid()}-{short}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else; set TMPDIR or a shorter OBSTE_VAR_DIR")
    return folder / "valkey.sock"


def load_keys(path: Path) -> dict[str, str]:
    """The keys of this installation, made on first use and readable by their owner only."""
    if not path.exists():
        keys = {name: secrets.token_urlsafe(48) for name in KEYS}
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(keys, file, indent=1)
        try:
            os.link(draft, path)  # fails if another process was first: its keys are the ones
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept = json.loads(path.read_text("utf-8"))
    return {name: str(kept[name]) for name in KEYS}
