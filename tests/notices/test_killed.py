"""A real worker is killed between the promise and the sending, while it speaks to a real SMTP server."""

import asyncio
import email
import os
import signal
import threading
import time
import uuid
import warnings
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec
import pytest

from app import worker
from app.kit import outbox
from app.kit.clock import now
from app.kit.mail import send_mail
from app.settings import Settings
from notices import service
from notices.states import Rhythm
from proposals import service as proposals
from tests.conftest import FrozenClock
from tests.make.accounts import NOON
from tests.make.post_office import Office, post_office
from tests.notices.conftest import make_case, make_supporter
from tests.proposals.conftest import Town

PATIENCE_SECONDS = 90  # far more than it takes; a loaded machine is slow, not wrong


def fork_worker(settings: Settings, promises: Sequence[str]) -> int:
    """A process that runs promises as RQ's work horse does, which is a fork of the worker too."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of threads, from 3.12 on
        child = os.fork()
    if child:
        return child
    try:
        worker.get_settings = lambda: settings  # type: ignore[assignment]
        for one in promises:
            worker.run(one)
        os._exit(0)
    finally:
        os._exit(1)


class Slow(Office):
    """An SMTP server that takes its time with one message, so that its sender can be killed meanwhile."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self.to = to
        self.began, self.is_over = threading.Event(), threading.Event()  # the server has a thread of its own

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        if address == self.to and not self.began.is_set():
            self.began.set()
            while not self.is_over.is_set():
                await asyncio.sleep(0.02)
        return await super().handle_RCPT(server, session, envelope, address, options)


class Silent(Office):
    """An SMTP server that takes a message and is slow to say so: its sender is killed before the 250."""

    def __init__(self) -> None:
        super().__init__()
        self.copies: list[bytes] = []
        self.has_taken, self.is_over = threading.Event(), threading.Event()

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        self.copies.append(envelope.content)
        self.has_taken.set()
        while not self.is_over.is_set():
            await asyncio.sleep(0.02)
        return "250 OK"


async def list_promised(town: Town) -> list[str]:
    async with town.database.read() as session:
        return [str(message_id) for message_id, _ in await outbox.list_due(session, now())]


@pytest.mark.skipif(not Path("/proc").exists(), reason="NOT TESTED: needs Linux")
async def test_a_digest_survives_the_death_of_its_worker(
    town: Town, run_jobs: Callable[[], Awaitable[int]], settings: Settings, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        people = [await make_supporter(session, idea, Rhythm.WEEKLY) for _ in range(3)]
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await run_jobs()
    async with town.database.write() as session:
        due: list[uuid.UUID] = [one.id for one in people]
        assert await service.send_digests(session, due, before=NOON + timedelta(days=7), now=NOON) == 3
    promises = await list_promised(town)
    assert len(promises) == 3
    slow = Slow(people[1].email)
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
        assert office.recipients[people[1].email] == 0
        clock.forward(minutes=6)  # the claim of the dead lapses
        child = fork_worker(mailing, promises)
        assert (await asyncio.to_thread(os.waitpid, child, 0))[1] == 0
        assert office.recipients == {one.email: 1 for one in people}
        [message] = [one for one in office.messages if one["To"] == people[1].email]
        assert message["Message-ID"].endswith("@testserver.local>")
    assert await list_promised(town) == []


@pytest.mark.skipif(not Path("/proc").exists(), reason="NOT TESTED: needs Linux")
async def test_killed_after_data_the_second_copy_is_the_same_byte_for_byte(
    town: Town, settings: Settings, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        send_mail(
            session,
            to="ana@exemplu.ro",
            template="proposals/mail/joined.txt",
            locale="ro",
            name="Ana",
            who="Ion G.",
            title="Umbră la locul de joacă",
            idea_path="/ideas/1",
        )
    promises = await list_promised(town)
    assert len(promises) == 1
    with post_office(Silent()) as (office, url):
        assert isinstance(office, Silent)
        mailing = msgspec.structs.replace(settings, mail_url=url)
        child = fork_worker(mailing, promises)
        end = time.monotonic() + PATIENCE_SECONDS
        while not office.has_taken.is_set():
            assert time.monotonic() < end, "the worker sent nothing"
            await asyncio.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        office.is_over.set()
        clock.forward(minutes=6)  # the claim of the dead lapses
        child = fork_worker(mailing, promises)
        assert (await asyncio.to_thread(os.waitpid, child, 0))[1] == 0
    first, second = office.copies
    assert first == second
    message = email.message_from_bytes(first)
    assert message["Message-ID"]
    assert parsedate_to_datetime(message["Date"]) == clock.now - timedelta(minutes=6)
    assert await list_promised(town) == []
