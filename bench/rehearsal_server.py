"""The election that is rehearsed: what is voted on, the plain ballots, and the machines of all roles."""

import dataclasses
import os
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from accounts.policy import Actor
from app.kit.context import Services
from app.kit.db import Database
from app.main import make_services
from app.settings import get_settings
from app.supervisor import die_with
from bench.crowd import crowd_contest, crowd_papers
from bench.rehearsal_state import KeptPostgres, Notes
from voting.rules.formats import read_pb
from voting.rules.papers import Contest, RankedPaper

INVENTED = 300  # ballots, without a file
PROJECTS = 12  # of an invented election


class WentWrong(Exception):
    """The rehearsal found something that is not as it must be."""


@dataclasses.dataclass(frozen=True)
class Plain:
    """An election as everybody could read it: what the sealed one must come to. `stated`: what the city says
    it funded, where all its ballots are taken.
    """

    contest: Contest
    rule: str
    papers: list[RankedPaper]
    stated: tuple[str, ...] | None


def read_plain(data: Path | None, ballots: int | None) -> Plain:
    """A Pabulib file of rankings, or an invented election; the ballots always in the same order."""
    if data is None:
        contest = crowd_contest(PROJECTS, "ordinal")
        found, rule, stated = crowd_papers(PROJECTS, ballots or INVENTED, "ordinal"), "greedy", None
    else:
        election = read_pb(data.read_bytes())
        contest, found, rule, stated = (
            election.contest,
            election.papers,
            election.rule or "greedy",
            election.winners,
        )
    papers = [paper for paper in Counter(found).elements() if isinstance(paper, RankedPaper)]
    papers.sort(key=lambda paper: paper.places)
    random.Random(2022).shuffle(papers)
    chosen = papers[: ballots or len(papers)]
    return Plain(contest, rule, chosen, stated if len(chosen) == len(papers) else None)


@dataclasses.dataclass
class Rehearsal:
    """One rehearsal: its folder, its notes, its server, and the file of a real election if there is one."""

    folder: Path
    notes: Notes
    postgres: KeptPostgres
    data: Path | None
    ballots: int | None
    cores: int

    @property
    def poll_id(self) -> uuid.UUID:
        """The poll's, since the set-up."""
        return uuid.UUID(self.notes["poll"])

    @property
    def officers(self) -> list[Actor]:
        """Two."""
        return [msgspec.convert(one, Actor) for one in self.notes["officers"]]

    @property
    def uuid(self) -> str:
        """The election's."""
        return str(self.notes["uuid"])

    def home(self, trustee: int) -> Path:
        """The machine of a trustee, or of the registrar (0)."""
        folder = self.folder / (f"trustee-{trustee}" if trustee else "registrar")
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def command(self, *arguments: str | Path, passphrase: str = "") -> str:
        """Run one command of the front door; what it printed. Raises: WentWrong."""
        command = [sys.executable, "-P", "-m", "app.cli", *map(str, arguments)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=die_with(os.getpid()),
        )
        said, complaint = process.communicate(passphrase + "\n")
        if process.returncode:
            raise WentWrong(f"obste {' '.join(command[4:])}: {said[-1000:]}{complaint[-2000:]}")
        return said

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """The server's adapters. Nobody is told of jobs: they are run here, one after another."""
        services = dataclasses.replace(make_services(get_settings()), database=Database(self.postgres.url))
        try:
            yield services
        finally:
            await services.database.dispose()
