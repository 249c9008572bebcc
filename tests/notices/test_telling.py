"""Who is told what, how soon, each once; and saying stop."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.events import AccountClosed
from accounts.models import Account
from accounts.service.own_data import export_account
from accounts.states import Role
from app.kit.errors import Forbidden
from app.kit.outbox import OutboxMessage
from app.worker import resolve
from notices import queries, service
from notices.errors import TopicNotFound
from notices.models import Follow, Notice, NoticeChoice, NoticeEvent
from notices.service import spreading
from notices.states import Kind, Rhythm
from proposals import service as proposals
from proposals.states import IdeaState
from tests.conftest import FrozenClock
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.cycles import make_cycle
from tests.make.proposals import acceptance, make_draft, merger, rejection
from tests.notices.conftest import (
    WEEK,
    choose,
    mails,
    make_case,
    make_crowd,
    make_supporter,
    stop_address,
    told,
)
from tests.proposals.conftest import Town

Run = Callable[[], Awaitable[int]]
MONDAY = datetime(2027, 3, 8, 6, 30, tzinfo=UTC)


async def send_digests(town: Town) -> None:
    await resolve("notices.jobs.send_digests")(town.app.services)


async def test_each_in_the_rhythm_they_chose(town: Town, run_jobs: Run, clock: FrozenClock) -> None:
    async with town.database.write() as session:
        idea, author, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        eager = await make_supporter(session, idea, Rhythm.NOW, locale="en")
        weekly, silent = (
            await make_supporter(session, idea),
            await make_supporter(session, idea, Rhythm.NEVER),
        )
        follower = await make_account(session)
        await service.follow(session, actor_of(follower), f"idea:{idea.id}", wanted=True, now=NOON)
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await run_jobs()
    [first] = told(town, eager)
    assert "The department began the review" in first.get_content()
    assert f"/en/ideas/{idea.id}" in first.get_content()
    assert [len(told(town, one)) for one in (weekly, silent, follower)] == [0, 0, 0]
    assert "Departamentul a început verificarea" in told(town, author)[-1].get_content()  # author: at once
    async with town.database.write() as session:
        await proposals.judge_idea(session, judge, idea.id, acceptance(), now=clock.forward(days=1))
    await run_jobs()
    assert len(told(town, eager)) == 2
    legal = len(told(town, author))
    clock.at(MONDAY)
    await send_digests(town)
    await run_jobs()
    for one in (weekly, follower):
        [digest] = told(town, one)
        assert "2 noutăți ale săptămânii" in digest["Subject"]
        text = digest.get_content()
        assert text.count(idea.title) == 1, "two steps of one idea stand under one title"
        assert text.index("Departamentul a început") < text.index("Ideea a fost acceptată")
        assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (len(told(town, silent)), len(told(town, eager)), len(told(town, author))) == (0, 2, legal)
    for _ in range(2):
        await send_digests(town)
    assert await run_jobs() == 0
    clock.at(MONDAY + WEEK)
    await send_digests(town)
    assert await run_jobs() == 0, "a week in which nothing happened is silent"


async def test_legal_notices_come_at_once_whatever_was_chosen(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        idea, author, judge = await make_case(session, town.cycle)
        await choose(session, author, **{kind.value: Rhythm.NEVER for kind in Kind})
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
        await proposals.ask_author(session, judge, idea.id, question="Pe ce parte?", now=NOON)
        await proposals.answer_question(session, actor_of(author), idea.id, answer="Pe ambele.", now=NOON)
        await proposals.judge_idea(session, judge, idea.id, rejection(), now=NOON)
    await run_jobs()
    assert len(told(town, author)) == 3  # registered, asked, rejected; not that the review began


async def test_a_merger_asks_supporters_at_once_unless_they_want_nothing(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        target, _, _ = await make_case(session, town.cycle, title="Piste de biciclete în Rahova")
        twin, _, judge = await make_case(session, town.cycle, state=IdeaState.IN_REVIEW)
    await run_jobs()
    async with town.database.write() as session:
        weekly, silent = (
            await make_supporter(session, twin),
            await make_supporter(session, twin, Rhythm.NEVER),
        )
        await proposals.judge_idea(session, judge, twin.id, merger(target.id), now=NOON)
    await run_jobs()
    assert str(target.number) in told(town, weekly)[0].get_content()
    assert told(town, silent) == []


async def test_neighbours_hear_of_their_street_when_they_asked(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        people = [await make_account(session, verified=True, name=f"Vecin {n}") for n in range(4)]
        asked, elsewhere, _not_asked, both = people
        for account, area in zip(people, ("  RAHOVA", "Cotroceni", "Rahova", "rahová"), strict=True):
            residence = await queries_residence(session, account)
            residence.area = area.strip()
        for one in (asked, elsewhere, both):
            await choose(session, one, area=Rhythm.NOW)
        idea, _, judge = await make_case(session, town.cycle, state=IdeaState.IN_REVIEW)  # in Rahova
        await proposals.support_idea(session, actor_of(both, verified=True), idea.id, now=NOON)
        await choose(session, both, supported=Rhythm.NEVER)
        await proposals.judge_idea(session, judge, idea.id, acceptance(), now=NOON)
    await run_jobs()
    assert len(told(town, asked)) == 2  # sent and accepted, not who took it
    assert "cartierul" in told(town, asked)[0].get_content()
    # who supports it too wanted nothing of what they support: the closer link counts, and said once
    assert [len(told(town, one)) for one in people[1:]] == [0, 0, 0]


async def queries_residence(session: AsyncSession, account: Account):
    from accounts.queries import find_residence

    found = await find_residence(session, account.id)
    assert found is not None
    return found


# ── saying stop ───────────────────────────────────────────────────────────────
async def told_once(town: Town, run_jobs: Run) -> tuple[Account, str]:
    """Somebody who got a message, and the address in it."""
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        eager = await make_supporter(session, idea, Rhythm.NOW)
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await run_jobs()
    [message] = told(town, eager)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return eager, stop_address(message)


async def rhythm_of(town: Town, account: Account, kind: Kind) -> Rhythm:
    async with town.database.read() as session:
        return (await queries.read_rhythms(session, account.id))[kind]


async def test_looking_stops_nothing_and_a_button_does(town: Town, run_jobs: Run) -> None:
    eager, address = await told_once(town, run_jobs)
    nobody = await town.visitor()
    page = await nobody.see(address)
    assert "Ideas that I support or follow" in page
    assert await rhythm_of(town, eager, Kind.SUPPORTED) is Rhythm.NOW
    token = address.partition("token=")[2]
    for _ in range(2):
        done = await nobody.send("/notices/stop", status=200, token=token)
        assert "we no longer write" in done.text
    assert await rhythm_of(town, eager, Kind.SUPPORTED) is Rhythm.NEVER
    assert await rhythm_of(town, eager, Kind.OWN) is Rhythm.NOW


async def test_a_mail_program_says_stop_by_itself(town: Town, run_jobs: Run) -> None:
    eager, address = await told_once(town, run_jobs)
    elsewhere: httpx.AsyncClient = town.make_client()
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    for extra in ({}, headers):  # RFC 8058: a POST with this body, no cookies, often without any origin
        answer = await elsewhere.post(address, data={"List-Unsubscribe": "One-Click"}, headers=extra)
        assert (answer.status_code, answer.headers.get("location")) == (200, None)
    assert await rhythm_of(town, eager, Kind.SUPPORTED) is Rhythm.NEVER
    other = await elsewhere.post("/follow/idea:x", data={"wanted": "yes"}, headers=headers)
    assert other.status_code == 403, "everything else still refuses what another site sends"


async def test_a_forged_address_stops_nothing(town: Town, run_jobs: Run) -> None:
    eager, address = await told_once(town, run_jobs)
    nobody = await town.visitor()
    bad = address[:-3] + ("abc" if not address.endswith("abc") else "abd")
    assert "not complete" in await nobody.see(bad)
    assert "not complete" in (await nobody.send(bad, status=200)).text
    assert await rhythm_of(town, eager, Kind.SUPPORTED) is Rhythm.NOW


async def test_stop_all_leaves_what_the_law_asks_for(session: AsyncSession) -> None:
    account = await make_account(session)
    await choose(session, account, own=Rhythm.WEEKLY, area=Rhythm.NOW)
    await service.stop(session, account.id, "digest", now=NOON)
    rhythms = await queries.read_rhythms(session, account.id)
    assert rhythms == {
        Kind.OWN: Rhythm.NEVER,
        Kind.SUPPORTED: Rhythm.NEVER,
        Kind.WORKS: Rhythm.NEVER,
        Kind.REPLIES: Rhythm.NOW,
        Kind.ACTS: Rhythm.NOW,
        Kind.AREA: Rhythm.NOW,
    }
    await service.stop(session, account.id, "all", now=NOON)
    assert set((await queries.read_rhythms(session, account.id)).values()) == {Rhythm.NEVER}


async def test_what_waits_is_dropped_when_its_reader_says_stop(
    town: Town, run_jobs: Run, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        weekly = await make_supporter(session, idea)
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    await run_jobs()
    async with town.database.write() as session:
        await choose(session, weekly, supported=Rhythm.NEVER)
    clock.at(MONDAY)
    await send_digests(town)
    await run_jobs()
    assert told(town, weekly) == []
    async with town.database.read() as session:
        rows = await session.execute(select(Notice.settled_as).where(Notice.account_id == weekly.id))
        assert rows.scalars().all() == ["none"]


# ── following ─────────────────────────────────────────────────────────────────
async def test_the_pages_of_following_and_choosing(town: Town) -> None:
    async with town.database.write() as session:
        idea, _, _ = await make_case(session, town.cycle)
        draft = await make_draft(session, cycle=town.cycle)
    ana, nobody = await town.resident(verified=False), await town.visitor()
    assert "Sign in to be told of each step" in await nobody.see(f"/ideas/{idea.id}")
    assert "without supporting it" in await ana.see(f"/ideas/{idea.id}")
    for _ in range(2):
        await ana.send(f"/follow/idea:{idea.id}", wanted="yes")
    assert "You are told of each step." in await ana.see(f"/ideas/{idea.id}")
    page = await ana.see("/account/notices")
    assert idea.title in page
    for bad in (f"idea:{draft.id}", "idea:x", "nothing", "poll:1", f"idea:{idea.id}:x"):
        await ana.send(f"/follow/{bad}", status=404, wanted="yes")
    await ana.send("/account/notices", own="weekly", supported="now", area="weekly")
    assert page.count(" checked") == len(Kind)
    refused = await ana.send("/account/notices", status=422, own="daily")
    assert "Please choose one of the answers offered." in refused.text
    await ana.send(f"/follow/idea:{idea.id}", wanted="no")
    assert idea.title not in await ana.see("/account/notices")
    async with town.database.read() as session:
        rhythms = await queries.read_rhythms(session, ana.account.id)
        assert (rhythms[Kind.OWN], rhythms[Kind.REPLIES], rhythms[Kind.AREA]) == ("weekly", "now", "weekly")


async def test_there_is_an_end_to_following(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notices.policy.MAX_FOLLOWS", 1)
    cycle = await make_cycle(session)
    (one, _, _), (other, _, _) = await make_case(session, cycle), await make_case(session, cycle)
    actor = actor_of(await make_account(session))
    await service.follow(session, actor, f"idea:{one.id}", wanted=True, now=NOON)
    with pytest.raises(Forbidden):
        await service.follow(session, actor, f"idea:{other.id}", wanted=True, now=NOON)
    with pytest.raises(TopicNotFound):
        await service.follow(session, actor, "idea:nothing", wanted=True, now=NOON)


async def test_a_closed_account_is_told_nothing_and_an_open_one_sees_what_is_kept(
    session: AsyncSession,
) -> None:
    cycle = await make_cycle(session)
    idea, _, _ = await make_case(session, cycle)
    ana = await make_supporter(session, idea, Rhythm.NEVER)
    await service.follow(session, actor_of(ana), f"idea:{idea.id}", wanted=True, now=NOON)
    for event_id in (await session.execute(select(NoticeEvent.id))).scalars().all():
        while await service.spread(session, event_id, now=NOON):
            pass
    data = await export_account(session, actor_of(ana), now=NOON)
    kept: Any = data["notices"]
    assert kept["follows"][0]["topic"] == f"idea:{idea.id}"
    assert kept["rhythms"]["supported"] == "never"
    assert [one["title"] for one in kept["notices"]] == [f"{idea.number}, {idea.title}"]
    await service.forget_account(session, AccountClosed(ana.id, NOON))
    for table in (Follow, NoticeChoice, Notice):
        left = select(func.count()).select_from(table).where(table.account_id == ana.id)
        assert (await session.execute(left)).scalar_one() == 0


# ── once, whatever happens ────────────────────────────────────────────────────
async def test_two_thousand_supporters_make_no_request_slow(town: Town, run_jobs: Run) -> None:
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle, state=IdeaState.IN_REVIEW)
    await run_jobs()
    async with town.database.write() as session:
        await make_crowd(session, idea, 2_000)
    async with town.database.write() as session:
        before = await count_promises(session)
        await proposals.judge_idea(session, judge, idea.id, acceptance(), now=NOON)
        assert await count_promises(session) - before == 2  # the author's mail, and finding the others
    await run_jobs()
    async with town.database.read() as session:
        waiting = select(func.count()).select_from(Notice).where(Notice.settled_at.is_(None))
        assert (await session.execute(waiting)).scalar_one() == 2_000


async def count_promises(session: AsyncSession) -> int:
    await session.flush()
    return (await session.execute(select(func.count()).select_from(OutboxMessage))).scalar_one()


class Killed(BaseException):
    """What the operating system does, as far as a transaction can tell."""


async def test_killed_in_the_middle_everybody_is_told_once(
    town: Town, run_jobs: Run, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notices.queries.BATCH", 3)
    monkeypatch.setattr("notices.jobs.BATCH", 3)
    async with town.database.write() as session:
        idea, _, judge = await make_case(session, town.cycle)
    await run_jobs()
    async with town.database.write() as session:
        people = [await make_supporter(session, idea, Rhythm.NOW) for _ in range(5)]
        people += [await make_supporter(session, idea) for _ in range(5)]
        await proposals.assign_idea(session, judge, idea.id, to=judge.id, now=NOON)
    sent = 0
    mail = spreading._mail

    def dies_later(*given: object) -> None:
        nonlocal sent
        sent += 1
        mail(*given)
        if sent == 4:
            raise Killed()

    monkeypatch.setattr(spreading, "_mail", dies_later)
    with pytest.raises(Killed):
        await run_jobs()
    clock.forward(minutes=6)  # the claim on the promise lapses
    await run_jobs()
    assert sorted(len(told(town, one)) for one in people) == [0] * 5 + [1] * 5
    await two_at_once(town, MONDAY, clock)
    await run_jobs()
    assert [len(told(town, one)) for one in people] == [1] * 10


async def two_at_once(town: Town, moment: datetime, clock: FrozenClock) -> None:
    """Two workers send the digests at the same moment."""
    clock.at(moment)
    await asyncio.gather(*(send_digests(town) for _ in range(2)))


async def test_what_is_noticed_twice_is_announced_once(session: AsyncSession) -> None:
    what = service.Announcement(
        topic="idea:x", title="Titlu", path="/ideas/x", words="The works reached a milestone"
    )
    for _ in range(2):
        await service.announce_once(session, "late:7", what, now=NOON)
    await session.flush()
    events = (await session.execute(select(NoticeEvent.key))).scalars().all()
    promises = (await session.execute(select(OutboxMessage.arguments))).scalars().all()
    assert (list(events), len(promises)) == (["late:7"], 1)
    assert json.loads(promises[0])["event_id"]


async def test_moderators_and_officials_are_nobody_special(town: Town, run_jobs: Run) -> None:
    officer = await town.officer(Role.MODERATOR)
    assert "What we write to you about" in await officer.see("/account/notices")
    assert mails(town) == []
