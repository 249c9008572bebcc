"""A Python that has the programs we are measured beside, in an environment of its own.

None of them is a dependency of ours: some bring solvers and compilers, one is under the GPL. The versions are
those of bench/peers.txt; the environment is made under var/ when it is asked for the first time.
"""

import os
import resource
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ROOT / "bench" / "peers.txt"
INSTALL_SECONDS = 600


class GivenUp(Exception):
    """A process was stopped after `seconds` of the processor in what is measured."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"stopped after {seconds:.0f} s")
        self.seconds = seconds


def last_line(command: list[str], limit: float | None = None) -> str:
    """The last line that a command prints; it is stopped after `limit` seconds by the clock. A peer's first
    line is the processor time at which its measured part began, so that neither its start nor what else the
    machine did is counted. Raises: GivenUp, subprocess.CalledProcessError.
    """
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = _seconds_of_children()
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, text=True, timeout=limit, env=environ
        )
    except subprocess.TimeoutExpired as late:
        used = _seconds_of_children() - before
        began = (late.stdout or b"").split()[:1]
        raise GivenUp(max(0.0, used - float(began[0])) if began else 0.0) from late
    return done.stdout.splitlines()[-1]


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
