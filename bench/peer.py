"""A Python that has the programs we are measured beside, in an environment of its own.

None of them is a dependency of ours: some bring solvers and compilers, one is under the GPL. The versions are
those of bench/peers.txt; the environment is made under var/ when it is asked for the first time.
"""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ROOT / "bench" / "peers.txt"
INSTALL_SECONDS = 600


def pinned(names: tuple[str, ...]) -> list[str]:
    """The lines `name==version` of these programs. Raises: KeyError."""
    lines = [line.strip() for line in VERSIONS.read_text("utf-8").splitlines()]
    version = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    return [f"{name}=={version[name]}" for name in names]


def peer_python(named: str | None, *names: str) -> str | None:
    """The Python that was named, or one made for these programs; None, and why on standard error, if they
    cannot be had.
    """
    if named:
        return named
    wanted = pinned(names)
    folder = ROOT / "var" / "peers" / "-".join(names)
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if stamp.is_file() and stamp.read_text("utf-8").split() == wanted:
        return str(python)
    print(f"bench: making an environment with {', '.join(wanted)} (once)", file=sys.stderr)
    try:
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"bench: they cannot be had: {error}", file=sys.stderr)
        return None
    stamp.write_text("\n".join(wanted), "utf-8")
    return str(python)
