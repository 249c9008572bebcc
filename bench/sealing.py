"""Sealed elections, command against command beside belenios-tool: check, mix and open the same archive.

Both programs are given the same file and check what they are given. The ratio on one core is of processor
time, start of the program included; on two cores of time on the clock, which means little while the machine
does other work. At the end each has accepted what the other made.
"""

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.sealing_work import Work, decrypt_work, shuffle_work, verify_work
from tests.belenios import NAME
from tests.debian import find_or_bring
from tests.servers import ROOT, Missing
from voting.sealing.ballot import check_ballot, seal
from voting.sealing.board import Board
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.decryption import check_decryption, open_ballots
from voting.sealing.election import Election, make_election, new_uuid
from voting.sealing.schnorr import GENERATOR
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import Ciphertexts, encrypted_tally, read_tally
from voting.sealing.trustees import new_private_key, public_key, read_trustees, write_trustees
from voting.sealing.wire import write

OPTIONS = 20
BALLOTS, SHORT_BALLOTS = 500, 200
TARGETS = {"verify": 6.0, "shuffle": 5.0, "decrypt": 4.0}


@dataclass(frozen=True)
class Spent:
    """Seconds of one run of a command: of the processor, and on the clock."""

    processor: float
    clock: float


@dataclass(frozen=True)
class Row:
    """One command: theirs, ours on one core and on two, and the multiplications of ours a ballot."""

    name: str
    theirs: Spent
    ours: Spent
    on_two: Spent
    work: Work

    @property
    def times(self) -> float:
        return self.theirs.processor / self.ours.processor

    def line(self, ballots: int) -> str:
        """A line of the table."""
        cells = (
            f"{self.theirs.processor / ballots * 1000:9.1f}",
            f"{self.ours.processor / ballots * 1000:9.1f}",
            f"{self.times:9.1f}",
            f"{self.theirs.clock / self.on_two.clock:9.1f}",
            f"{self.work.spent:9.0f}",
            f"{self.work.fewest:9.0f}",
        )
        return f"{self.name:<8} |" + " |".join(cells)


HEAD = f"{'':<8} |" + " |".join(
    f"{name:>9}" for name in ("their ms", "our ms", "times", "on 2", "multipl.", "fewest")
)


class Bench:
    """One election as it goes on, in a folder that both programs look at."""

    def __init__(self, folder: Path, ballots: int, tool: str, repeats: int) -> None:
        self.folder, self.ballots, self.tool, self.repeats = folder, ballots, tool, repeats
        self.secret = new_private_key()
        trustees = write_trustees([public_key(self.secret)])
        self.trustees = read_trustees(trustees)
        uuid = new_uuid()
        codes = [new_code() for _ in range(ballots)]
        self.election = _election(uuid, self.trustees.election_key)
        self.path = folder / f"{uuid}.bel"
        self.file = io.BytesIO()
        self.board = Board(self.file, timestamp=1_800_000_000)
        credentials = write_credentials(public_credential(code, uuid) for code in codes)
        self.board.set_up(election=self.election.raw, trustees=trustees, credentials=credentials)
        self.mixed = self._vote(codes)
        (folder / "plain.key").write_bytes(write(str(self.secret)))  # as both read it

    def _vote(self, codes: Sequence[str]) -> Ciphertexts:
        for base in (GENERATOR, self.election.key):
            base.expect(len(codes))
        sealed = []
        for number, code in enumerate(codes):
            ranks = [(option + number) % OPTIONS + 1 for option in range(OPTIONS)]
            ballot = seal(self.election, code, ranks)
            sealed.append(check_ballot(self.election, ballot, None).ciphertext)
            self.board.add_ballot(ballot)
        tally = encrypted_tally(sealed)
        self.board.end_ballots()
        self.board.add_tally(tally, ballots=len(codes))
        self.publish()
        return read_tally(tally)

    def publish(self) -> None:
        """Let both programs see the board as it is."""
        self.path.write_bytes(self.file.getvalue())

    # ── the three commands ───────────────────────────────────────────────────
    def shuffle(self) -> Row:
        """Mix; afterwards our mixing stands on the board."""
        theirs, said = self._theirs("shuffle", "--trustee-id=1")
        row = Row(
            "shuffle",
            theirs,
            *self._ours("trustee", "shuffle", str(self.path), "@shuffle"),
            shuffle_work(self.ballots),
        )
        check_shuffle(self.election, self.mixed, said.splitlines()[0])
        made = (self.folder / "shuffle").read_bytes().strip()
        self.mixed = check_shuffle(self.election, self.mixed, made)
        self.board.add_shuffle(made, owner=1)
        self.board.end_shuffles()
        self.publish()
        return row

    def decrypt(self) -> Row:
        """Open; afterwards our opening and the result stand on the board."""
        theirs, said = self._theirs("decrypt", "--privkey", "plain.key", "--trustee-id", "1")
        key = str(self.folder / "plain.key")
        row = Row(
            "decrypt",
            theirs,
            *self._ours("trustee", "decrypt", str(self.path), key, "@opened"),
            decrypt_work(self.ballots),
        )
        verification = self.trustees.keys[0]
        check_decryption(self.election, self.mixed, verification, said.splitlines()[0])
        made = (self.folder / "opened").read_bytes().strip()
        opened = check_decryption(self.election, self.mixed, verification, made)
        self.board.add_decryption(made, owner=1)
        self.board.add_result(open_ballots(self.election, self.trustees, self.mixed, {1: opened}))
        self.publish()
        return row

    def verify(self) -> Row:
        """Check the finished election, made by us: theirs accepts it, or this raises."""
        theirs, _ = self._theirs("verify")
        return Row("verify", theirs, *self._ours("verify", str(self.path)), verify_work(self.ballots))

    def _theirs(self, *command: str) -> tuple[Spent, bytes]:
        words = [self.tool, "election", *command]
        runs = [_run(words, self.folder) for _ in range(self.repeats)]
        return min((spent for spent, _ in runs), key=lambda one: one.processor), runs[-1][1]

    def _ours(self, *words: str) -> tuple[Spent, Spent]:
        """The best of a few runs on one core, and on two. A word with @ is a file to be written anew."""
        out = [self.folder / word[1:] for word in words if word.startswith("@")]
        given = [str(self.folder / word[1:]) if word.startswith("@") else word for word in words]
        found = []
        for cores in (1, 2):
            runs = []
            for _ in range(self.repeats):
                for path in out:
                    path.unlink(missing_ok=True)
                command = [sys.executable, "-P", "-m", "app.cli", *given, "--cores", str(cores)]
                runs.append(_run(command, self.folder)[0])
            key = (lambda one: one.processor) if cores == 1 else (lambda one: one.clock)
            found.append(min(runs, key=key))
        return found[0], found[1]


def _election(uuid: str, key: object) -> Election:
    options = [f"Proiectul {number}" for number in range(1, OPTIONS + 1)]
    return make_election(
        uuid=uuid, name="Bench", description="bench", question="Ordinea?", options=options, key=key
    )


def _run(command: Sequence[str], folder: Path) -> tuple[Spent, bytes]:
    """Run a command; what it used and printed. Raises: CalledProcessError."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BELENIOS_USE_URANDOM": "1"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(processor, time.perf_counter() - began), done.stdout


def main(arguments: Sequence[str]) -> int:
    """Print the table and the headline. Exit code 1: a target was missed or belenios-tool is not here."""
    parser = argparse.ArgumentParser(prog="obste bench sealing", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{SHORT_BALLOTS} ballots, within a minute")
    parser.add_argument("--ballots", type=int, help=f"{BALLOTS} without it")
    options = parser.parse_args(arguments)
    try:
        tool = find_or_bring(NAME, NAME)
    except Missing as problem:
        print(f"bench sealing: {problem}")
        return 1
    ballots = options.ballots or (SHORT_BALLOTS if options.short else BALLOTS)
    print(
        f"{ballots} ballots of {OPTIONS} options, one trustee, one mixing; milliseconds of a ballot\n{HEAD}"
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), ballots, tool, 1 if options.short else 2)
        for step in (bench.shuffle, bench.decrypt, bench.verify):
            rows.append(step())
            print(rows[-1].line(ballots), flush=True)
    told = ", ".join(f"{row.name} {row.times:.1f}" for row in reversed(rows))
    print(f"times as fast as belenios-tool on one core: {told}")
    return 0 if all(row.times >= TARGETS[row.name] for row in rows) else 1
