"""The waiting list while processes are killed: nobody is skipped, doubled or forgotten."""

import asyncio
import os
import signal
import time
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from accounts.policy import Actor
from app.kit.db import Database
from app.settings import Settings
from consultations import queries, service
from consultations.models import Consultation
from consultations.service import Party
from consultations.states import Coming
from tests.conftest import FrozenClock
from tests.consultations.test_programme import mails
from tests.make.consultations import MORNING, make_consultation, make_organizer, make_visitor
from tests.make.post_office import post_office
from tests.notices.test_killed import PATIENCE_SECONDS, Slow, fork_worker, list_promised
from tests.proposals.conftest import Town

Run = Callable[[], Awaitable[int]]
pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="NOT TESTED: needs Linux")


async def make_queue(town: Town) -> tuple[Consultation, list[Actor]]:
    """Two places, taken; three wait."""
    async with town.database.write() as session:
        row = await make_consultation(session, await make_organizer(session), capacity=2)
        people = [await make_visitor(session, name=f"Om {turn}") for turn in range(5)]
        for one in people:
            await service.register(session, one, row.id, Party(), now=MORNING)
    return row, people


async def list_states(town: Town, row: Consultation) -> list[str]:
    async with town.database.read() as session:
        return [one.state for one in await queries.list_registrations(session, row.id)]


async def list_promoted(town: Town) -> list[str]:
    async with town.database.read() as session:
        return [
            one["to"] for one in await mails(session, "registration") if one["facts"]["what"] == "promoted"
        ]


def fork_withdrawal(url: str, actor: Actor, row: Consultation, ready: int) -> int:
    """A process that withdraws and gives the place on, says so, and never gets to its commit."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of threads, from 3.12 on
        child = os.fork()
    if child:
        return child

    async def withdraw() -> None:
        async with Database(url).write() as session:
            await service.withdraw(session, actor, row.id, now=MORNING)
            os.write(ready, b"x")
            await asyncio.sleep(PATIENCE_SECONDS)

    try:
        asyncio.run(withdraw())
    finally:
        os._exit(1)


async def test_a_withdrawal_killed_before_its_commit_has_not_happened(
    town: Town, settings: Settings, run_jobs: Run, clock: FrozenClock
) -> None:
    clock.at(MORNING)
    row, people = await make_queue(town)
    await run_jobs()
    ready, tell = os.pipe()
    child = fork_withdrawal(settings.database_url, people[0], row, tell)
    os.close(tell)
    assert await asyncio.to_thread(os.read, ready, 1) == b"x", "the withdrawal failed before it was killed"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready)
    assert await list_states(town, row) == [Coming.CONFIRMED] * 2 + [Coming.WAITING] * 3
    assert await list_promoted(town) == []
    async with town.database.write() as session:  # the person tries again
        await service.withdraw(session, people[0], row.id, now=MORNING)
    states = [Coming.WITHDRAWN, Coming.CONFIRMED, Coming.CONFIRMED, Coming.WAITING, Coming.WAITING]
    assert await list_states(town, row) == states
    assert await list_promoted(town) == [people[2].email]


async def test_who_moved_up_is_told_once_though_the_worker_dies_at_it(
    town: Town, settings: Settings, run_jobs: Run, clock: FrozenClock
) -> None:
    clock.at(MORNING)
    row, people = await make_queue(town)
    await run_jobs()
    async with town.database.write() as session:
        await service.withdraw(session, people[1], row.id, now=MORNING)
    promises = await list_promised(town)
    told = [people[1].email, people[2].email]  # that the place is given back, and that it is theirs
    slow = Slow(people[2].email)
    with post_office(slow) as (office, url):
        mailing = msgspec.structs.replace(settings, mail_url=url)
        child = fork_worker(mailing, promises)
        end = time.monotonic() + PATIENCE_SECONDS
        while not slow.began.is_set():
            assert time.monotonic() < end, "the worker sent nothing"
            await asyncio.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        slow.is_over.set()
        assert office.recipients[people[2].email] == 0
        clock.forward(minutes=6)  # the claim of the dead lapses
        child = fork_worker(mailing, await list_promised(town))
        assert (await asyncio.to_thread(os.waitpid, child, 0))[1] == 0
        assert {to: office.recipients[to] for to in told} == dict.fromkeys(told, 1)
    assert await list_promised(town) == []
    assert (await list_states(town, row))[2:] == [Coming.CONFIRMED, Coming.WAITING, Coming.WAITING]
