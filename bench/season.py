"""A whole season of ideas on PostgreSQL: how long the server takes for every list, search and queue.

2,000 ideas, 30,000 supports and 15,000 comments (a tenth of that in the short form), the search index over
all of it, and every page asked for again and again by turns: other pages of a list, other ideas, other words.
The application is in this process and PostgreSQL beside it; the time is the clock's, from the request to the
last byte, without network and TLS. Beside it stands what depends less on who else uses the machine: the
processor's time of this process (the client's is in it) and of PostgreSQL. Each kind of page is then asked
for with a tenth of the season too: the number of questions to the database must be the same.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import statistics
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from bench.counted import counting
from bench.machine import production_settings, run_folder
from tests import servers

if TYPE_CHECKING:
    from bench.season_rows import Season, Size

AIM_MS = 150  # of everything that is no whole list
MOST_BYTES = 200 << 20  # of memory, for whichever
NIGHT = "a night's open data"
WARM = 2  # requests of each kind that are not measured: they fill what lasts for the life of the process
WORDS = (
    "parc",
    "biciclete",
    "școală",
    "trotuar lat",
    "iluminat rahova",
    "banci umbra",
    "copiilor",
    "devizul",
)


@dataclass(frozen=True)
class Kind:
    """A kind of page, its addresses, and whose session asks for it."""

    name: str
    paths: tuple[str, ...]
    who: str = ""
    is_whole: bool = (
        False  # a whole list, which is read in batches while it is sent: only its memory is limited
    )


@dataclass
class Measured:
    """What one kind of page took."""

    seconds: list[float]
    cpu_seconds: float  # of this process, in all
    database_seconds: float  # of PostgreSQL's processors, in all
    queries: int
    size: int
    peak_bytes: int  # of memory that one request took, its answer included
    is_whole: bool

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds) * 1000

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1] * 1000

    @property
    def cpu_ms(self) -> float:
        return self.cpu_seconds / len(self.seconds) * 1000

    @property
    def database_ms(self) -> float:
        return self.database_seconds / len(self.seconds) * 1000


def kinds_of(season: "Season") -> list[Kind]:
    """Every list, search, queue and export, and the pages of an idea."""
    from proposals.queries.discussed import comment_scope

    some = season.ideas[:: max(1, len(season.ideas) // 20)]
    queued = season.queued[:: max(1, len(season.queued) // 20)]
    last = max(1, len(season.ideas) // 20)
    pages = tuple(sorted({1, 2, last // 2 or 1, last}))
    return [
        Kind("ideas, by time", tuple(f"/ideas?order=new&page={n}" for n in pages)),
        Kind("ideas, by support", tuple(f"/ideas?order=supported&page={n}" for n in pages)),
        Kind("ideas, at random", tuple(f"/ideas?page={n}" for n in pages)),
        Kind("ideas in a state", tuple(f"/ideas?state={one}" for one in ("open", "accepted", "rejected"))),
        Kind("ideas with words", tuple(f"/ideas?q={word}" for word in WORDS)),
        Kind("ideas of a neighbourhood", tuple(f"/ideas?area={code}" for code in ("rahova", "ferentari"))),
        Kind("map of the ideas", ("/ideas/map.svg",)),
        Kind("an idea", tuple(f"/ideas/{one}" for one in some)),
        Kind("an idea, signed in", tuple(f"/ideas/{one}" for one in some), "resident"),
        Kind("ideas that one supports", ("/ideas/supported",), "resident"),
        Kind("comments of an idea", tuple(f"/discussions/idea:{one}" for one in some)),
        Kind("comments, next page", (f"/discussions/idea:{season.ideas[0]}?sort=supported&page=2",)),
        Kind("newest comments", (f"/discussions/{comment_scope(season.cycle_id)}/newest",)),
        Kind("ideas, JSON", tuple(f"/api/v1/ideas?order=new&page={n}" for n in pages)),
        Kind("comments, JSON", tuple(f"/api/v1/ideas/{one}/comments" for one in some)),
        Kind("overdue ideas", ("/ideas/overdue",)),
        Kind("projects", ("/projects?cycle=sezon", "/projects?cycle=sezon&page=3")),
        Kind("search", tuple(f"/search?q={word}" for word in WORDS)),
        Kind("search, JSON", tuple(f"/api/v1/search?q={word}" for word in WORDS)),
        Kind("feed", ("/ideas/feed.atom",)),
        Kind("queue", ("/review", "/review?page=2", "/review?show=overdue", "/review?show=mine"), "officer"),
        Kind("file of an idea", tuple(f"/review/ideas/{one}" for one in queued), "officer"),
        Kind("ideas like a draft", (f"/ideas/{season.draft}/similar",), "resident"),
        Kind("moderation log", ("/moderation/log", "/moderation/log?page=2")),
        Kind("moderation", ("/moderation",), "officer"),
        Kind("contestations", ("/review/contestations",), "officer"),
        Kind("prepared verdicts", ("/review/prepared",), "officer"),
        Kind("opinions asked for", ("/review/advice",), "officer"),
        Kind("what happened last", ("/account/notices",), "resident"),
        Kind("figures of a cycle", ("/cycles/sezon/figures",)),
        Kind("figures of a cycle, JSON", ("/api/v1/cycles/sezon/figures",)),
        Kind("works", ("/works",)),
        Kind("works, CSV", ("/works.csv",)),
        Kind("queue, CSV", ("/review/queue.csv",), "officer"),
        Kind("all ideas, CSV", ("/cycles/sezon/ideas.csv",), is_whole=True),
        Kind("all ideas, JSON", ("/api/v1/cycles/sezon/ideas",), is_whole=True),
        Kind("all projects, CSV", ("/cycles/sezon/projects.csv",), is_whole=True),
    ]


class Measure:
    """The application over one season."""

    def __init__(self, url: str, size: "Size") -> None:
        import structlog

        from app.kit.front import SESSION_COOKIE
        from app.main import create_app
        from app.settings import get_settings

        self.settings = msgspec.structs.replace(get_settings(), database_url=url)
        self.front = create_app(self.settings)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        self.cookie = f"__Host-{SESSION_COOKIE}" if self.settings.secure_cookies else SESSION_COOKIE
        self.database = self.front.services.database
        self.size = size
        self.season: Season

    async def fill(self) -> None:
        """The season, its search index, and what autovacuum would have done by then."""
        from sqlalchemy import text

        import search.service
        from app.kit import clock
        from bench.season_rows import make_season

        self.season = await make_season(self.database, self.size, now=clock.now())
        await search.service.refresh(self.database, now=clock.now())
        async with self.database.writer.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM (ANALYZE)"))

    async def look(self, kind: Kind, requests: int, *, place: int) -> Measured:
        """Ask for its addresses by turns, from an address of its own, since how much one may search is
        limited. Raises: SystemExit when one does not answer well.
        """
        async with self._client(kind.who, f"10.0.0.{place}") as client:
            for path in (kind.paths * WARM)[:WARM]:
                await self._get(client, path)
            with counting(self.database) as statements:
                size = len(await self._get(client, kind.paths[0]))
            peak = await self._weigh(client, kind.paths[0])
            seconds, backends = [], await self._backends()
            cpu_before, database_before = time.process_time(), cpu_of(backends)
            for number in range(requests):
                began = time.perf_counter()
                await self._get(client, kind.paths[number % len(kind.paths)])
                seconds.append(time.perf_counter() - began)
            cpu, database = time.process_time() - cpu_before, cpu_of(backends) - database_before
        return Measured(seconds, cpu, database, len(statements), size, peak, kind.is_whole)

    async def pack(self) -> Measured:
        """Make the package of a night: everything public of the cycle."""
        from app.kit import clock
        from open_data.queries import get_package
        from open_data.service import publish_due

        backends = await self._backends()
        cpu_before, database_before = time.process_time(), cpu_of(backends)
        began = time.perf_counter()
        tracemalloc.start()
        with counting(self.database) as statements:
            await publish_due(
                self.database, self.front.services.storage, self.settings.base_url, now=clock.now()
            )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        seconds = [time.perf_counter() - began] * 2  # p95 needs two
        cpu, database = time.process_time() - cpu_before, cpu_of(backends) - database_before
        async with self.database.read() as session:
            size = (await get_package(session, self.season.cycle_id)).byte_count
        return Measured(seconds, cpu, database, len(statements), size, peak, is_whole=True)

    async def _weigh(self, client: httpx.AsyncClient, path: str) -> int:
        tracemalloc.start()
        try:
            await self._get(client, path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    async def _backends(self) -> list[int]:
        """PostgreSQL's processes that work for this database."""
        from sqlalchemy import text

        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        async with self.database.read() as session:
            return list((await session.execute(text(query))).scalars())

    async def _get(self, client: httpx.AsyncClient, path: str) -> bytes:
        answer = await client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"bench season: {path} answers {answer.status_code}")
        return answer.content

    def _client(self, who: str, address: str = "10.0.0.1") -> httpx.AsyncClient:
        front: Any = self.front
        people = {"resident": self.season.resident, "officer": self.season.officer}
        cookies = {self.cookie: people[who].token} if who else {}
        transport = httpx.ASGITransport(app=front, client=(address, 1))
        return httpx.AsyncClient(
            transport=transport, base_url=self.settings.base_url, cookies=cookies, timeout=60
        )


def cpu_of(processes: Sequence[int]) -> float:
    """Seconds for which processes have run, to the microsecond; those of another machine count nothing."""
    total = 0
    for process in processes:
        folder = Path(f"/proc/{process}")
        with contextlib.suppress(OSError):
            if (folder / "comm").read_text().startswith("postgres"):
                total += int((folder / "schedstat").read_text().split()[0])
    return total / 1e9


async def measure(url: str, size: "Size", requests: int) -> dict[str, Measured]:
    """Fill the empty database of that address and ask for everything."""
    measure = Measure(url, size)
    try:
        await measure.fill()
        kinds = enumerate(kinds_of(measure.season), 1)
        found = {kind.name: await measure.look(kind, requests, place=place) for place, kind in kinds}
        return found | {NIGHT: await measure.pack()}
    finally:
        await measure.front.close()


def main(argv: Sequence[str]) -> int:
    """Print the table and the headline. Exit code 1: a kind is slower than we aim at, or asks more."""
    parser = argparse.ArgumentParser(prog="obste bench season", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="a tenth of the season, within a minute")
    asked = parser.parse_args(argv)
    busy = os.getloadavg()[0]
    with (
        run_folder() as folder,
        servers.new_database("postgresql") as small,
        servers.new_database("postgresql") as large,
    ):
        os.environ.update(production_settings(folder, large))
        from bench.season_rows import SEASON  # reads the settings, so only now

        size, requests = (SEASON.part(10), 12) if asked.short else (SEASON, 60)
        before = asyncio.run(measure(small, size.part(10), 1))
        found = asyncio.run(measure(large, size, requests))
    return report(found, before, size, busy)


def report(found: dict[str, Measured], before: dict[str, Measured], size: "Size", busy: float) -> int:
    """The table, the slowest kind, and whether any asks more than in a smaller season."""
    heads = ("p50 ms", "p95 ms", "CPU ms", "database", "queries", "KiB", "MiB used")
    print(f"{'':<26} " + " ".join(f"{head:>8}" for head in heads))
    for name, one in found.items():
        grew = "" if one.queries == before[name].queries else f"   with a tenth: {before[name].queries}"
        times = (one.p50, one.p95, one.cpu_ms, one.database_ms)
        shown = " ".join(f"{ms:>8.1f}" for ms in times)
        sizes = f"{one.size / 1024:>8.0f} {one.peak_bytes / 2**20:>8.1f}"
        print(f"{name:<26} {shown} {one.queries:>8} {sizes}{grew}")
    pages = {name: one for name, one in found.items() if not one.is_whole}
    slowest = max(pages, key=lambda name: found[name].p95)
    grown = [name for name, one in pages.items() if one.queries > before[name].queries]
    heaviest = max(found, key=lambda name: found[name].peak_bytes)
    print(f"most memory: {heaviest!r} with {found[heaviest].peak_bytes / 2**20:.0f} MiB (of at most 200)")
    print(f"load average of the machine before: {busy:.1f} (on an idle one: below 0.5)")
    print(
        f"season of {size.ideas:,} ideas, {size.supports:,} supports, {size.comments:,} comments: "
        f"slowest at p95 is {slowest!r} with {found[slowest].p95:.0f} ms (aim {AIM_MS}); "
        + (
            f"MORE QUERIES than in a tenth of it: {', '.join(grown)}"
            if grown
            else "as many queries as in a tenth"
        )
    )
    too_much = found[slowest].p95 > AIM_MS or found[heaviest].peak_bytes > MOST_BYTES
    return 1 if grown or too_much else 0
