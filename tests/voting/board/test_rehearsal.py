"""A whole sealed election with all its roles, killed again and again: it ends as if nothing had happened.

Everything is killed at once with SIGKILL: the server's step, the trustee's command, PostgreSQL.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import skip_or_fail
from tests.servers import ROOT, run_folder

pytestmark = pytest.mark.slow

KILLED = (
    "codes of the voters",
    "cast",
    "encrypted tally",
    "first mix",
    "first mix checked",
    "second checked, result",
    "count",
)
"""Where it is killed; with OBSTE_REHEARSAL_KILLS=all, in every phase."""
BALLOTS = 8
LONGEST_SECONDS = 600


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-u",
            "-m",
            "bench",
            "rehearsal",
            "--ballots",
            str(BALLOTS),
            "--folder",
            str(folder),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run_until_killed(folder: Path, to_kill: set[str], lot: random.Random) -> tuple[str, list[str]]:
    """Go on until a phase to be killed has begun, and kill it: its name ("": the end), and the output."""
    process = start(folder)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        name = line[9:].removesuffix(" begins\n")
        if line.endswith(" begins\n") and name in to_kill:
            time.sleep(lot.random() * 0.8)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()
            return name, said
    process.stdout.close()
    assert process.wait() == 0, "".join(said)
    return "", said


@pytest.mark.skipif(sys.platform != "linux", reason="a whole process group is killed as Linux does it")
def test_a_whole_election_killed_in_the_middle_of_its_steps() -> None:
    folder = run_folder() / "rehearsal"  # where PostgreSQL gets in, as somebody else when we are root
    lot, to_kill, killed = random.Random(4), set(KILLED), []
    if os.environ.get("OBSTE_REHEARSAL_KILLS") == "all":
        from bench.rehearsal import phases

        to_kill = set(phases())
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        name, said = run_until_killed(folder, to_kill, lot)
        if "Missing" in "".join(said):
            skip_or_fail("".join(said)[-500:])
        if not name:
            break
        killed.append(name)
        to_kill.discard(name)
        assert time.monotonic() < until, "".join(said)
    assert not to_kill
    assert "those of the plain ballots" in said[-1]
    notes = json.loads((folder / "notes.json").read_text("utf-8"))
    assert notes["verified"]["ok"]
    assert (notes["verified"]["counted"], notes["ballots"]) == (BALLOTS, BALLOTS + 1)
    assert all(notes["tries"][name] >= 2 for name in killed)
