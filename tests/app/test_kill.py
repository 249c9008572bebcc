"""A whole installation is raced, cut off and killed under load, on both databases; then it is audited.

One real server for each database, with real writers over HTTP. Whatever was answered is there once; whatever
was not is wholly there or not at all; what was promised is kept afterwards.
"""

import asyncio
import contextlib
import hashlib
import json
import shutil
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import CursorResult, func, select, text, update

from app.embedded import fill_in
from app.errors import MESSAGES
from app.kit import clock, outbox
from app.kit.context import Services
from app.kit.db import Database
from app.kit.i18n import translate
from app.main import make_services
from app.settings import load_settings
from app.wiring import wire
from cycles.models import Stage
from tests import servers
from tests.audit import audit, count_entries, count_sent
from tests.live import LiveServer
from tests.make import crowd
from tests.make.crowd import Cast, Deed, District, SendIdea, Went
from tests.make.voting import make_poll
from voting import jobs, queries
from voting.models import Participation, Poll, ResultFile, Tally
from voting.sealing import box
from voting.states import Act, PollState

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="NOT TESTED: needs Linux's /proc"
)
WRITERS = 8
PATIENCE_SECONDS = 90  # far more than it takes; a loaded machine is slow, not wrong
# End others' backends of this database, as an administrator or the kernel would, and wait for their end.
CUT_OFF = (
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
)
FAULT = translate("ro", MESSAGES[500])


@dataclass
class Place:
    """One installation with its people."""

    server: LiveServer
    database: Database
    district: District
    waiting: deque[Deed]

    async def audit(self) -> None:
        await audit(self.database, self.server.folder / "mail", self.district.deeds)

    @contextlib.asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        """Adapters of another process of this installation, as its worker has them."""
        wire()
        services = make_services(load_settings(fill_in(self.server.env)))
        try:
            yield services
        finally:
            await services.database.dispose()
            await services.redis.aclose()

    def run_soon(self, job: str) -> None:
        """Tell the server's own worker to run a job of the schedule."""
        url = load_settings(fill_in(self.server.env)).redis_url
        with Redis.from_url(url) as connection:
            queue = Queue("high", connection=connection, serializer=JSONSerializer)
            queue.enqueue("app.worker.run_scheduled", job, result_ttl=0)


@pytest.fixture(scope="module")
async def place(backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """A district that is open for votes and ideas, on a real server of its own."""
    with servers.new_database(backend) as url:
        database = Database(url)
        district = await crowd.fill_district(database, casts=42, ideas=20, sign_ups=8)
        folder = tmp_path_factory.mktemp("killed") / "var"
        server = LiveServer(folder, url, secret_key=crowd.SECRET_KEY)
        try:
            yield Place(server.start(), database, district, deque(district.deeds))
        finally:
            server.stop()
            await database.dispose()


async def until(place: Place, is_so: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"it did not happen in time:\n{place.server.log[-4000:]}"
        await asyncio.sleep(0.05)


async def send_all(place: Place, deeds: Sequence[Deed]) -> None:
    """Send all of them at the same moment."""
    async with crowd.new_crowd(place.server.url) as client:
        await asyncio.gather(*(deed.send(client) for deed in deeds))


async def new_poll(place: Place, state: PollState = PollState.OPEN, **dates: float) -> Poll:
    """Another poll; `dates` move the beginning and end of its stage: opens or closes in so many seconds."""
    async with place.database.write() as session:
        officers = [crowd.officer_actor(one) for one in place.district.officers]
        poll = await make_poll(session, state=state, officers=officers, now=clock.now())
        moved = {f"{name}_at": clock.now() + timedelta(seconds=by) for name, by in dates.items()}
        if moved:
            await session.execute(update(Stage).where(Stage.id == poll.stage_id).values(**moved))
        return poll


async def new_people(place: Place, count: int) -> list[crowd.Person]:
    async with place.database.write() as session:
        return [await crowd.make_person(session, name=f"Ion Vot {n}") for n in range(count)]


async def box_of(place: Place, poll: Poll) -> tuple[list[box.BoxEntry], int]:
    """The entries of a box whose chain holds, and how many people took part."""
    async with place.database.read() as session:
        entries = [box.BoxEntry(*row[:5]) for row in await queries.list_box(session, poll.id)]
        voters = select(func.count()).select_from(Participation).where(Participation.poll_id == poll.id)
        box.check_chain(poll.contest_digest, entries)
        return entries, (await session.execute(voters)).scalar_one()


async def state_of(place: Place, poll: Poll) -> str:
    async with place.database.read() as session:
        return (await queries.get_poll(session, poll.id)).poll.state


# ── races ────────────────────────────────────────────────────────────────────────────────────────


async def test_sixteen_casts_of_one_person_leave_one_counting_ballot(place: Place) -> None:
    poll, (person,) = await new_poll(place), await new_people(place, 1)
    casts = [crowd.make_cast(poll, person) for _ in range(16)]
    await send_all(place, casts)
    (counted,) = [cast for cast in casts if cast.went is Went.DONE]
    refused = [cast for cast in casts if cast is not counted]
    assert [cast.status for cast in refused] == [409] * 15
    assert all("Ați votat deja" in cast.text for cast in refused), refused[0].text
    entries, voters = await box_of(place, poll)
    assert ([entry.code for entry in entries], voters) == ([counted.code], 1)


async def test_one_receipt_sent_sixteen_times_is_one_ballot_and_one_receipt(place: Place) -> None:
    poll, (person,) = await new_poll(place), await new_people(place, 1)
    first = crowd.make_cast(poll, person)
    casts = [first, *(crowd.make_cast(poll, person, secret=first.secret) for _ in range(15))]
    await send_all(place, casts)
    assert [(cast.status, cast.went) for cast in casts] == [(200, Went.DONE)] * 16
    entries, voters = await box_of(place, poll)
    assert ([entry.code for entry in entries], voters) == ([first.code], 1)

    # And eight replacements of it at once: one stands, the other senders learn that the key was used.
    newer = [crowd.make_cast(poll, person, key=first.secret, numbers="P02") for _ in range(8)]
    await send_all(place, newer)
    assert sorted(cast.status for cast in newer) == [200] + [422] * 7
    entries, voters = await box_of(place, poll)
    assert (len(entries), voters) == (2, 1)
    (stands,) = [cast for cast in newer if cast.went is Went.DONE]
    assert box.code_statuses(entries) == {first.code: "replaced", stands.code: "counted"}


async def test_casting_against_closing_neither_loses_nor_adds_one(place: Place) -> None:
    people = await new_people(place, 48)
    poll = await new_poll(place, closes=1.5)
    async with place.database.read() as session:
        closes_at = (await queries.get_poll(session, poll.id)).stage.closes_at.timestamp()
    casts = [crowd.make_cast(poll, person) for person in people]

    async def cast_around_closing(client: httpx.AsyncClient, number: int) -> None:
        await asyncio.sleep(closes_at - 0.6 + 0.9 * number / len(casts) - time.time())
        await casts[number].send(client)

    async def close() -> None:
        await asyncio.sleep(closes_at - 0.05 - time.time())
        async with place.services() as services:
            for _ in range(6):  # the job, much too often: before its time, at it, and when it is done
                await jobs.close_due_polls(services)
                await asyncio.sleep(0.02)

    async with crowd.new_crowd(place.server.url) as client:
        casting = [cast_around_closing(client, number) for number in range(len(casts))]
        closing = [close(), close()]
        await asyncio.gather(
            *casting, *closing, asyncio.to_thread(place.run_soon, "voting.jobs.close_due_polls")
        )
    done = [cast for cast in casts if cast.went is Went.DONE]
    assert {cast.went for cast in casts} == {Went.DONE, Went.REFUSED}, "the race was not one"
    assert all(cast.sent_at < closes_at for cast in done)
    refused = [cast for cast in casts if cast.went is Went.REFUSED]
    assert {(cast.status, cast.location) for cast in refused} == {(303, f"/polls/{poll.id}")}
    entries, voters = await box_of(place, poll)
    assert {entry.code for entry in entries} == {cast.code for cast in done}
    async with place.database.read() as session:
        closed = (await queries.get_poll(session, poll.id)).poll
    assert (closed.state, closed.box_size, closed.voter_count) == (PollState.CLOSED, len(done), voters)
    assert closed.box_head == (entries[-1].hash if entries else box.genesis(poll.contest_digest).hash)
    assert await count_entries(place.database, "poll.closed", f"poll:{poll.id}") == 1
    # A lost answer of a ballot that is in the box is still given after closing.
    again = crowd.make_cast(poll, people[casts.index(done[0])], secret=done[0].secret)
    await send_all(place, [again])
    assert again.went is Went.DONE


async def test_two_officials_confirm_at_the_same_moment(place: Place) -> None:
    poll = await new_poll(place, PollState.ANNOUNCED, opens=-60.0)
    async with place.database.read() as session:
        both = [
            await crowd.make_confirmation(session, officer, poll, Act.OPEN)
            for officer in place.district.officers
            for _ in range(3)
        ]
    await send_all(place, both)
    assert sorted(deed.status for deed in both[:3]) == [303, 403, 403]
    assert sorted(deed.status for deed in both[3:]) == [303, 403, 403]
    assert await count_entries(place.database, "poll.opening_confirmed", f"poll:{poll.id}") == 2
    assert await count_entries(place.database, "poll.opened", f"poll:{poll.id}") == 1
    assert await state_of(place, poll) == PollState.OPEN


# ── a database that fails ────────────────────────────────────────────────────────────────────────


async def test_a_database_that_fails_in_the_middle_leaves_nothing(place: Place) -> None:
    idea = next(deed for deed in place.waiting if isinstance(deed, SendIdea))
    cast = next(deed for deed in place.waiting if isinstance(deed, Cast))
    for deed in (idea, cast):
        await fail_in_the_middle(place, deed)
        assert (deed.status, FAULT in deed.text) == (500, True), deed.text
        await place.audit()
        async with place.database.read() as session:
            promises = (await session.execute(select(outbox.OutboxMessage.arguments))).scalars().all()
        assert not any(deed.person and deed.person.email in promise for promise in promises)
        await send_all(place, [deed])  # and the next request works
        assert deed.went is Went.DONE, deed.text
        place.waiting.remove(deed)
    await place.audit()


async def fail_in_the_middle(place: Place, deed: Deed) -> None:
    """Have the database fail when `deed` has written all but its promise of mail."""
    if place.database.is_sqlite:
        raises = "RAISE(ROLLBACK, 'disk full')"  # a real one ends the transaction too
        await write(place, f"CREATE TRIGGER fault BEFORE INSERT ON outbox BEGIN SELECT {raises}; END")
        await send_all(place, [deed])
        await write(place, "DROP TRIGGER fault")
        return
    async with place.database.write() as session:
        await session.execute(text("LOCK TABLE outbox IN SHARE MODE"))  # so it waits there
        sending = asyncio.create_task(send_all(place, [deed]))
        while not sending.done():  # a worker may wait there too, and be first
            await write(place, CUT_OFF + "wait_event_type = 'Lock'")
            await asyncio.sleep(0.02)
        await sending


async def write(place: Place, statement: str) -> int:
    """Run one statement in a transaction of its own; returns its first value, if it has one."""
    async with place.database.write() as session:
        result = await session.execute(text(statement))
        has_rows = isinstance(result, CursorResult) and result.returns_rows
        return int(result.scalar_one()) if has_rows else 0


async def test_connections_that_died_while_idle_are_noticed(place: Place) -> None:
    if place.database.is_sqlite:
        return  # no connections that somebody else could end
    await place.database.dispose()
    assert await write(place, CUT_OFF + "state = 'idle'"), "nobody was connected"
    deeds = [place.waiting.popleft() for _ in range(4)]
    await send_all(place, deeds)
    assert [deed.went for deed in deeds] == [Went.DONE] * 4
    await place.audit()


# ── kills ────────────────────────────────────────────────────────────────────────────────────────


async def write_on(place: Place, client: httpx.AsyncClient, over: asyncio.Event) -> None:
    """One of the writers: deed after deed until told to stop, or until there is no answer."""
    while place.waiting and not over.is_set():
        deed = place.waiting.popleft()
        if await deed.send(client) is Went.LOST:
            return


async def kill_under_load(place: Place, child: str, *, after: int, then: int = 0) -> list[Deed]:
    """Have everybody write, kill `child` ("" for a power cut) after so many answers, and stop them `then`
    answers later. Returns the deeds that were lost.
    """
    deeds, over = list(place.waiting), asyncio.Event()

    def answered() -> int:
        return sum(deed.went is not Went.WAITING for deed in deeds)

    async with crowd.new_crowd(place.server.url) as client:
        writers = [asyncio.create_task(write_on(place, client, over)) for _ in range(WRITERS)]
        while answered() < after:
            assert not all(writer.done() for writer in writers), "there is too little to be done"
            await asyncio.sleep(0.001)
        await asyncio.to_thread(place.server.kill, child)
        goal = answered() + then
        await until(place, lambda: answered() >= goal or all(writer.done() for writer in writers))
        over.set()
        await asyncio.gather(*writers)
    assert {deed.went for deed in deeds} <= {Went.WAITING, Went.DONE, Went.LOST}, "somebody was refused"
    return [deed for deed in deeds if deed.went is Went.LOST]


async def send_again(place: Place, lost: list[Deed]) -> None:
    """Everybody who had no answer sends the same once more. Who had been served before is told the same."""
    await send_all(place, lost)
    assert {deed.went for deed in lost} <= {Went.DONE}, [(deed.status, deed.path) for deed in lost]
    await place.audit()


@pytest.mark.parametrize("after", [5, 13])
async def test_a_killed_web_server_leaves_nothing_half_done(place: Place, after: int) -> None:
    before = place.server.children()["web"]
    lost = await kill_under_load(place, "web", after=after)
    assert lost, "nothing was under way"
    await until(place, lambda: place.server.children()["web"] != before and place.server.is_healthy())
    await place.audit()
    await send_again(place, lost)


@pytest.mark.parametrize("child", ["valkey", "worker"])
async def test_visitors_do_not_notice_that_the_queue_was_killed(place: Place, child: str) -> None:
    before = place.server.children()
    assert await kill_under_load(place, child, after=5, then=8) == []
    await place.audit()
    await until(place, lambda: place.server.children()[child] != before[child])


async def test_after_a_power_cut_nothing_is_half_done_and_every_promise_is_kept(place: Place) -> None:
    poll = await closed_poll(place)
    async with place.database.read() as session:
        confirmations = [
            await crowd.make_confirmation(session, one, poll, Act.CLOSE) for one in place.district.officers
        ]
    place.waiting.extendleft(confirmations)  # the second promises the count
    lost = await kill_under_load(place, "", after=9)
    assert lost, "nothing was under way"
    await place.audit()

    # Later, on a machine whose queue was lost with its memory.
    shutil.rmtree(place.server.folder / "valkey")
    promises = await let_time_pass(place)
    place.server.start()
    await place.audit()
    await send_again(place, lost)
    end = time.monotonic() + PATIENCE_SECONDS
    while left := await list_promised(place, promises):
        assert time.monotonic() < end, f"promised and never done: {left}"
        await asyncio.sleep(0.1)
    await place.audit()
    sent = count_sent(place.server.folder / "mail")
    assert {to for to in promises.values() if "@" in to} <= set(sent), "promised and never sent"
    await check_counted_once(place, poll)


async def closed_poll(place: Place) -> Poll:
    """A poll with a few ballots, whose closing protocol waits for two officials."""
    poll = await new_poll(place)
    await send_all(place, [crowd.make_cast(poll, person) for person in await new_people(place, 3)])
    async with place.database.write() as session:
        await session.execute(update(Stage).where(Stage.id == poll.stage_id).values(closes_at=clock.now()))
    async with place.services() as services:
        await jobs.close_due_polls(services)
    async with place.database.read() as session:
        return (await queries.get_poll(session, poll.id)).poll


async def check_counted_once(place: Place, poll: Poll) -> None:
    """One tally, whose files lie whole in the storage."""
    end = time.monotonic() + PATIENCE_SECONDS
    while await state_of(place, poll) != PollState.TALLIED:
        assert time.monotonic() < end, f"not counted:\n{place.server.log[-4000:]}"
        await asyncio.sleep(0.1)
    async with place.database.read() as session:
        tallies = select(func.count()).select_from(Tally).where(Tally.poll_id == poll.id)
        assert (await session.execute(tallies)).scalar_one() == 1
        files = (
            (await session.execute(select(ResultFile).where(ResultFile.poll_id == poll.id))).scalars().all()
        )
    async with place.services() as services:
        for file in files:
            content = await services.storage.get(file.key)
            assert hashlib.sha256(content).hexdigest() == file.sha256, file.name
    assert files
    assert await count_entries(place.database, "poll.result_published", f"poll:{poll.id}") == 1


async def let_time_pass(place: Place) -> dict[uuid.UUID, str]:
    """Have every claim lapse, and the moment come for what waits on purpose, or some of it: a receipt's mail
    waits for up to half an hour. Returns what is due then.
    """
    earlier, message = clock.now() - timedelta(minutes=1), outbox.OutboxMessage
    async with place.database.write() as session:
        later = select(message.id).where(message.due_at > clock.now()).order_by(message.due_at).limit(8)
        some = (await session.execute(later)).scalars().all()
        await session.execute(update(message).where(message.id.in_(some)).values(due_at=earlier))
        claimed = update(message).where(message.claimed_until.is_not(None))
        await session.execute(claimed.values(claimed_until=earlier))
        due = (await session.execute(select(message).where(message.due_at <= clock.now()))).scalars()
        return {one.id: json.loads(one.arguments).get("to", one.job) for one in due}


async def list_promised(place: Place, among: Iterable[uuid.UUID]) -> list[tuple[str, str | None]]:
    """Which of these promises are not kept yet, and what went wrong."""
    query = select(outbox.OutboxMessage).where(outbox.OutboxMessage.id.in_(list(among)))
    async with place.database.read() as session:
        return [(one.arguments, one.last_error) for one in (await session.execute(query)).scalars()]
