"""The platform as it is measured: its district, its pages, its ballots, and what they did to the box."""

import asyncio
import cProfile
import io
import logging
import pstats
import random
import time
from collections.abc import Coroutine, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from sqlalchemy import func, select

from app.kit import crypto
from app.kit.front import SESSION_COOKIE
from app.main import create_app
from app.settings import get_settings
from bench.counted import counting
from bench.district import District, make_district, make_paper, new_secret
from bench.figures import IDEAS, Size, Target, WrongAnswer
from bench.load import Sample, make_request, replay
from voting.models import BoxEntry, Participation

COOKIE = f"__Host-{SESSION_COOKIE}"
SPARE = 3  # voters who are not part of the load: one reads pages, one casts in this process, one profiles
PROFILED = 300


class Measured:
    """Made once a run, in a process of its own database connections; the load goes to the served one."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.settings = get_settings()
        self.front = create_app(self.settings)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        self.database = self.front.services.database
        self.loop = asyncio.Runner()
        self.district = self._run(self._fill())
        self.targets = self._targets()
        self.box_before = 0
        self.sent: list[str] = []  # the check codes of the ballots that were sent
        self.answered = 0
        self.verdict = "not looked at"

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(work)

    async def _fill(self) -> District:
        size = self.size
        return await make_district(
            self.database,
            self.front.services.storage,
            ideas=IDEAS,
            voters=size.rounds * size.voters_a_round + SPARE,
            old_ballots=size.old_ballots,
        )

    def _targets(self) -> list[Target]:
        district, reader = self.district, f"{COOKIE}={self.district.voters[0].token}"
        found = [
            Target("home", "/"),
            Target("ideas list", "/ideas"),
            Target("ideas list, signed in", "/ideas", reader, in_short=False),
            Target("idea", f"/ideas/{district.idea_id}", in_short=False),
            Target("projects list", f"/projects?cycle={district.cycle_slug}", in_short=False),
            Target("project", f"/cycles/{district.cycle_slug}/projects/{district.contest_numbers[6]}"),
            Target("poll", f"/polls/{district.poll_id}"),
            Target("ballot, signed in", f"/polls/{district.poll_id}/ballot", reader),
            Target("result", f"/polls/{district.counted_poll_id}/result"),
            Target("register", "/register", in_short=False),
            Target("help (no database)", "/help", in_short=False),
        ]
        return [target for target in found if target.in_short or not self.size.is_short]

    # ── in this process: queries, profiles ────────────────────────────────────
    def look(self, target: Target) -> tuple[int, int]:
        """(number of SQL queries, bytes) of a page. Raises: WrongAnswer when it is not 200."""
        self._run(self._get(target))  # the first one fills caches that last for the life of the process
        with counting(self.database) as statements:
            answer = self._run(self._get(target))
        if answer.status_code != 200:
            raise WrongAnswer(f"{target.path} answers {answer.status_code}")
        return len(statements), len(answer.content)

    async def _get(self, target: Target) -> httpx.Response:
        headers = {"cookie": target.cookie} if target.cookie else {}
        async with self._client() as client:
            return await client.get(target.path, headers=headers)

    def _client(self) -> httpx.AsyncClient:
        front: Any = self.front  # typed for Litestar's messages, not for plain dictionaries
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=front), base_url=self.settings.base_url)

    def profile(self, name: str) -> int:
        """Print where the time of one page goes: PROFILED requests in this process under cProfile."""
        target = next((one for one in self.targets if one.name == name), None)
        if target is None:
            print("pages: " + ", ".join(one.name for one in self.targets))
            return 2
        self.look(target)

        async def many() -> None:
            for _ in range(PROFILED):
                await self._get(target)

        profiler = cProfile.Profile()
        profiler.runcall(self._run, many())
        out = io.StringIO()
        stats = pstats.Stats(profiler, stream=out)
        stats.sort_stats("cumulative").print_stats(70)
        stats.sort_stats("tottime").print_stats(30)
        print(out.getvalue())
        return 0

    # ── casting ───────────────────────────────────────────────────────────────
    def _ballot(self, voter_number: int, *, port: int) -> tuple[bytes, str]:
        """A whole request that casts one ballot, and the check code that its voter will be given."""
        poll_id, voter = self.district.poll_id, self.district.voters[voter_number]
        secret, code = new_secret(poll_id)
        paper = make_paper(random.Random(voter_number), self.district.contest_numbers)
        body = urlencode(
            {
                "csrf_token": crypto.keyed_hash(self.settings.secret_key, "csrf", voter.token),
                "ballot": ".".join(paper.places),
                "receipt": secret,
            }
        ).encode()
        return make_request("POST", self._send_path, port, cookie=f"{COOKIE}={voter.token}", body=body), code

    @property
    def _send_path(self) -> str:
        return f"/polls/{self.district.poll_id}/ballot/review"

    def cast_once(self) -> int:
        """Cast one ballot in this process and give its number of SQL queries, its session's included."""
        request, _ = self._ballot(1, port=0)
        head, _, body = request.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[2:]
        headers = dict(line.split(": ", 1) for line in lines)

        async def send() -> httpx.Response:
            async with self._client() as client:
                return await client.post(self._send_path, headers=headers, content=body)

        with counting(self.database) as statements:
            answer = self._run(send())
        if answer.status_code != 200:
            raise WrongAnswer(f"{self._send_path} answers {answer.status_code}")
        self.box_before = self._run(self._count(BoxEntry))
        if self.box_before != 1:
            raise WrongAnswer(f"answered {answer.status_code}, but the box holds {self.box_before} entries")
        return len(statements)

    def cast(self, port: int, round_number: int) -> Sample:
        """Let this round's voters cast their ballots, each once, until all have or the time is over."""
        first = SPARE + round_number * self.size.voters_a_round
        prepared = [self._ballot(first + n, port=port) for n in range(self.size.voters_a_round)]
        until = time.perf_counter() + self.size.cast_seconds

        def queue() -> Iterator[bytes]:
            for request, code in prepared:
                if time.perf_counter() > until:
                    return
                self.sent.append(code)
                yield request

        answers, seconds = replay(port, queue())
        self.answered += sum(status == 200 for status in answers.statuses)
        return answers.sample(seconds)

    def check_box(self) -> bool:
        """Whether the box holds exactly what voters were told: that many entries and people, those codes."""
        entries = self._run(self._count(BoxEntry)) - self.box_before
        people = self._run(self._count(Participation)) - self.box_before
        codes = self._run(self._codes())
        found = sum(code in codes for code in self.sent)
        self.verdict = (
            f"{len(self.sent)} ballots sent, {self.answered} answered well, {entries} entries and {people} "
            f"participations added, {found} of the codes found"
        )
        return bool(entries == people == found == self.answered)

    async def _count(self, model: Any) -> int:
        query = select(func.count()).select_from(model).where(model.poll_id == self.district.poll_id)
        async with self.database.read() as session:
            return int((await session.execute(query)).scalar_one())

    async def _codes(self) -> set[str]:
        query = select(BoxEntry.code).where(BoxEntry.poll_id == self.district.poll_id)
        async with self.database.read() as session:
            return set((await session.execute(query)).scalars())
