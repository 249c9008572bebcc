"""The end of a cycle as officials bring it about, and as anyone can check it.

More time is given in public; a vote ends by its date, two officials confirm, the worker counts, anyone
recounts; and a vote that two officials call off.
"""

import asyncio
import itertools
import os
import re
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import proposals.service
import voting.service.prepare
from accounts.policy import Actor
from accounts.states import Role
from app.embedded import fill_in
from app.kit import clock
from app.kit.clock import BUCHAREST
from app.kit.db import Database
from app.settings import load_settings
from cycles.models import Cycle, Stage
from cycles.service import create_cycle
from cycles.states import StageKind
from tests.conftest import ROOT
from tests.journeys.gate import check_page
from tests.journeys.how import ALL, How, become, submit, text_of
from tests.live import LiveServer
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import AREAS
from tests.make.voting import cast, confirm
from voting.models import Poll
from voting.states import Act, PollState

FIRST, SECOND = "cristian.barbu@exemplu.ro", "simona.matei@exemplu.ro"  # the two election officers
FIRST_NAME = "Cristian Barbu"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COUNT_SECONDS = 60  # it takes one; a loaded machine is slow, not wrong
PROJECTS = (("Grădină urbană", 80_000_00), ("Pistă pentru biciclete", 300_000_00), ("Cișmele", 60_000_00))
BALLOTS = (("P01", "P03"), ("P01",), ("P03",), ("P02",))  # of 200.000 lei: P01 and P03 fit, P02 does not
WHY = {"ro": "A primit sprijinul a 2 persoane", "en": "It was on the ballots of 2 people"}
_numbers = itertools.count(1)


async def make_vote(town: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Poll:
    """An open vote of a small cycle of its own, confirmed by two officials, with BALLOTS in its box."""
    settings = load_settings(fill_in(town.env))  # the server must read the lot that is sealed here
    monkeypatch.setattr(voting.service.prepare, "get_settings", lambda: settings)
    now, number = clock.now(), next(_numbers)
    opens, closes = now - HOUR, now + HOUR
    database = Database(town.database_url)
    async with database.write() as session:
        cycle = await create_cycle(
            session,
            slug=f"mic-{number}-{now:%H%M%S}",
            title=f"Buget mic {number}",
            title_en=f"Small budget {number}",
            year=now.year,
            budget_bani=200_000_00,
            max_ranked=3,
            areas=AREAS,
            stages={
                StageKind.SUBMISSION: (opens - 3 * DAY, opens - 2 * DAY),
                StageKind.REVIEW: (opens - 2 * DAY, opens - DAY),
                StageKind.VOTE: (opens, closes),
                StageKind.RESULTS: (closes, closes + DAY),
            },
            now=opens - 4 * DAY,
        )
        for title, cost in PROJECTS:
            await proposals.service.create_project(
                session, cycle_id=cycle.id, title=title, summary=title, cost_bani=cost, now=opens - DAY
            )
        officers = [await official(session, name) for name in ("Anca Deschide", "Barbu Deschide")]
        poll = await proposals.service.put_to_vote(session, officers[0], cycle.id, now=opens - HOUR)
        for officer in officers:
            await confirm(session, officer, poll, Act.OPEN, now=opens - HOUR)
        for ballot in BALLOTS:
            await cast(session, poll, ballot, now=now)
    await database.dispose()
    return poll


async def official(session: Any, name: str) -> Actor:
    return actor_of(await make_account(session, name=name, roles=[Role.ELECTION]), roles=[Role.ELECTION])


async def let_time_pass(town: LiveServer, poll: Poll) -> None:
    """The end of the vote is now: what an hour of waiting would do."""
    database = Database(town.database_url)
    async with database.write() as session:
        moment = clock.now() - timedelta(milliseconds=1)
        await session.execute(update(Stage).where(Stage.id == poll.stage_id).values(closes_at=moment))
    await database.dispose()


async def open_vote(town: LiveServer) -> tuple[str, datetime, datetime]:
    """The cycle of the demonstration's open vote: its slug, the vote's end, the beginning of the results."""
    database = Database(town.database_url)
    async with database.read() as session:
        stages = select(Cycle.slug, Stage.kind, Stage.opens_at, Stage.closes_at).join(
            Stage, Stage.cycle_id == Cycle.id
        )
        of_vote = stages.join(Poll, Poll.cycle_id == Cycle.id).where(
            Poll.state == PollState.OPEN.value, Cycle.kind == "budget", Cycle.slug.not_like("mic-%")
        )
        rows = {row.kind: row for row in (await session.execute(of_vote)).all()}
    await database.dispose()
    return rows["vote"].slug, rows["vote"].closes_at, rows["results"].opens_at


async def send(page: Any, how: How, message: str) -> int:
    """Press the button that says `message`; returns the status of the page that follows."""
    async with page.expect_navigation() as arrival:
        await page.locator("main").get_by_role("button", name=how.says(message)).first.click()
    return int((await arrival.value).status)


async def move_stage(page: Any, how: How, moment: datetime, end: str, reason: str) -> int:
    """Fill in another day for the beginning or end ("opens" or "closes") of a stage, and send it."""
    await page.locator(f"[name={end}_on]").fill(f"{moment.astimezone(BUCHAREST):%Y-%m-%d}")
    await page.locator("[name=reason]").fill(reason)
    return await send(page, how, "Change the dates publicly")


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[0], ALL[3]], ids=str)
async def test_an_open_vote_is_given_more_time_in_public_and_never_less(
    how: How, town: LiveServer, open_page: Any
) -> None:
    slug, closes, results = await open_vote(town)
    reason = f"Platforma nu a mers două ore ({how})."
    page = await how.open(open_page)
    await become(page, town, FIRST)
    form = f"{town.url}{how.prefix}/cycles/{slug}/stages"
    longer = closes + DAY

    # without a reason nothing happens, and what was typed is kept
    await page.goto(f"{form}/vote")
    assert await move_stage(page, how, longer, "closes", "") == 422
    assert await page.locator("#error-summary").count() == 1
    assert await page.locator("[name=closes_on]").input_value() == f"{longer.astimezone(BUCHAREST):%Y-%m-%d}"

    # no official ends an open vote by its date
    assert await move_stage(page, how, closes - DAY, "closes", reason) == 422
    assert how.says("The vote is open: its end may be moved later, never earlier.") in await text_of(page)
    assert await page.locator("[name=reason]").input_value() == reason

    # the results must not be due before the vote ends: they go first
    assert await move_stage(page, how, longer, "closes", reason) == 422
    order = "The results would be due before the vote ends. Move the results first."
    assert how.says(order) in await text_of(page)
    await page.goto(f"{form}/results")
    assert await move_stage(page, how, results + DAY, "opens", reason) == 200
    await page.goto(f"{form}/vote")
    assert await move_stage(page, how, longer, "closes", reason) == 200
    assert page.url.endswith("#changes")

    # everybody sees who, why, before and after; on the page, in the register, in the feed
    other = await how.open(open_page)
    await other.goto(f"{town.url}{how.prefix}/cycles/{slug}")
    change = other.locator("#changes ~ .ob-timeline li", has_text=reason).filter(
        has_text=how.says("Residents vote")
    )
    said = await change.inner_text()
    assert FIRST_NAME in said
    before, after = await change.locator("del").inner_text(), await change.locator("ins").inner_text()
    assert before != after
    for moment, shown in ((closes, before), (longer, after)):
        assert f"{moment.astimezone(BUCHAREST):%H:%M}" in shown
        assert str(moment.astimezone(BUCHAREST).day) in shown
    await other.goto(f"{town.url}{how.prefix}/register?subject=cycle:{slug}")
    assert reason in await text_of(other)
    assert FIRST_NAME in await text_of(other)
    feed = await other.request.get(f"{town.url}{how.prefix}/cycles/{slug}/feed.atom")
    assert reason in await feed.text()


async def confirm_protocol(page: Any, town: LiveServer, how: How, poll: Poll) -> None:
    """An officer's whole work at the end of a vote: freeze the box, if no sweep has yet, and confirm."""
    await page.goto(f"{town.url}{how.prefix}/polls/{poll.id}/officer")
    if await page.locator("#freeze").count():
        await submit(page, "/officer/freeze")
    assert str(len(BALLOTS)) in await page.locator("#close").inner_text()
    await page.locator("#confirm-close").click()
    await page.wait_for_load_state()


async def wait_for_result(page: Any, address: str) -> None:
    """Until the worker has counted."""
    until = time.monotonic() + COUNT_SECONDS
    while time.monotonic() < until:
        await page.goto(address)
        if page.url.endswith("/result"):
            return
        await asyncio.sleep(0.3)
    raise AssertionError(f"no result within {COUNT_SECONDS} s")


def verify(source: str) -> subprocess.CompletedProcess[str]:
    """What anyone would run at home, without our settings or database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OBSTE_")}
    command = [sys.executable, "-m", "app.cli", "verify", source]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.journey
@pytest.mark.parametrize("how", [ALL[1], ALL[2]], ids=str)
async def test_a_vote_ends_by_its_date_and_anyone_recounts_it(
    how: How, town: LiveServer, open_page: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = await how.open(open_page), await how.open(open_page)
    await become(first, town, FIRST)
    await become(second, town, SECOND)
    poll = await make_vote(town, monkeypatch)
    address = f"{town.url}{how.prefix}/polls/{poll.id}"
    await second.goto(address)
    assert await second.locator("a[href$='/ballot']").count() == 1, "open: one can choose"
    await let_time_pass(town, poll)
    await second.goto(address)
    assert await second.locator("a[href$='/ballot']").count() == 0, "closed by the clock, whatever has run"

    # two different officials: one alone cannot be both
    await confirm_protocol(first, town, how, poll)
    assert await first.locator("#confirm-close").count() == 0
    token = await first.locator("input[name=csrf_token]").first.input_value()
    digest = (await first.locator("#close .ob-mono").last.inner_text()).strip()
    again = await first.request.post(
        f"{address}/officer/confirm",
        form={"csrf_token": token, "act": "close", "digest": digest},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert again.status == 403
    await second.goto(f"{address}/result")
    assert second.url == address, "nothing is counted yet"
    await confirm_protocol(second, town, how, poll)

    # the worker counts; the page says who won and why
    page = await how.open(open_page)
    await wait_for_result(page, f"{address}/result")
    won, lost = await page.locator("#funded").inner_text(), await page.locator("#not-funded").inner_text()
    assert [title in won for title, _ in PROJECTS] == [True, False, True]
    assert "Pistă pentru biciclete" in lost
    assert WHY[how.locale] in won

    # every file can be had, and the program finds what is right right and what is not not
    links = await page.locator("#downloads a").evaluate_all("links => links.map(link => link.href)")
    files = {link.rsplit("/", 1)[-1]: await (await page.request.get(link)).body() for link in links}
    assert set(files) == {"record.json", "ballots.csv", "election.pb", "result.json", "codes.csv"}
    assert len(files["ballots.csv"].splitlines()) == 1 + len(BALLOTS)
    record = next(link for link in links if link.endswith("/record.json"))
    honest = await asyncio.to_thread(verify, record)
    assert honest.returncode == 0, honest.stdout + honest.stderr
    forged = re.sub(rb'"places":\["P02"\]', b'"places":["P01"]', files["record.json"], count=1)
    assert forged != files["record.json"]
    (tmp_path / "record.json").write_bytes(forged)
    tampered = await asyncio.to_thread(verify, str(tmp_path / "record.json"))
    assert tampered.returncode == 1, tampered.stdout + tampered.stderr


@pytest.mark.journey
async def test_two_officials_call_a_vote_off_and_one_cannot(
    town: LiveServer, open_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = ALL[0]
    first, second, voter = [await how.open(open_page) for _ in range(3)]
    await become(first, town, FIRST)
    await become(second, town, SECOND)
    poll = await make_vote(town, monkeypatch)
    address = f"{town.url}{how.prefix}/polls/{poll.id}"
    reason = "Pe lista tipărită lipsea un proiect."

    # proposed after a second look; voters notice nothing, and the proposer cannot go on alone
    await first.goto(f"{address}/officer")
    await first.locator("#to-cancel").click()
    await submit(first, "/officer/cancel", reason=reason)
    assert reason in await text_of(first)
    assert await check_page(first, locale=how.locale) == []
    assert await send(first, how, "Yes, propose it") == 200
    assert await check_page(first, locale=how.locale) == []
    await first.locator("#to-cancel").click()
    await first.wait_for_load_state()
    assert await first.locator("#confirm-cancel").count() == 0
    await voter.goto(address)
    assert await voter.locator("a[href$='/ballot']").count() == 1
    assert reason not in await text_of(voter)

    # another official reads exactly that reason and confirms it
    await second.goto(f"{address}/officer")
    await second.locator("#to-cancel").click()
    await second.wait_for_load_state()
    assert reason in await text_of(second)
    assert FIRST_NAME in await text_of(second)
    assert await check_page(second, locale=how.locale) == []
    assert await send(second, how, "I confirm: cancel the vote for this reason") == 200
    await voter.goto(address)
    assert reason in await text_of(voter)
    assert await voter.locator("a[href$='/ballot']").count() == 0
    await voter.goto(f"{town.url}{how.prefix}/register?subject=poll:{poll.id}")
    said = await text_of(voter)
    assert how.says("An official proposed to cancel a vote") in said
    assert how.says("A vote was cancelled") in said
