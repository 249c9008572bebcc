"""A day off is declared or taken back: open deadlines move together, and each person is told once."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from amendments import queries, service
from amendments.errors import TooEarly
from amendments.rules.procedure import Event
from amendments.states import ActState
from app.kit import register
from app.kit.days_off import DayOffChange, list_days_off
from app.kit.db import Database, new_id
from app.kit.errors import DomainError, Forbidden, FormErrors
from app.kit.outbox import OutboxMessage
from cycles.models import Cycle
from notices.models import NoticeEvent
from proposals import queries as ideas_of
from proposals import service as proposals
from proposals.models import Idea, IdeaEvent
from proposals.states import EventKind, IdeaState
from tests.conftest import FrozenClock
from tests.make.accounts import NOON, actor_of, make_account
from tests.make.acts import UNTIL, edit, follow, list_steps_told, make_act, make_clerk, make_person, propose
from tests.make.cycles import make_cycle
from tests.make.proposals import make_idea, make_reviewer
from tests.proposals.conftest import Town

BRIDGE = date(2027, 3, 5)  # a Friday in the terms that begin on Monday, 1 March
DAY = timedelta(days=1)


def change(day: date = BRIDGE, *, is_off: bool = True) -> DayOffChange:
    return DayOffChange(day=day, is_off=is_off, source="HG nr. 12/2027", note="Zi de punte")


async def mails(session: AsyncSession) -> list[dict[str, Any]]:
    """The messages about days off: to whom, with which facts."""
    await session.flush()
    rows = [json.loads(one) for one in (await session.execute(select(OutboxMessage.arguments))).scalars()]
    return [{"to": one["to"], **one["facts"]} for one in rows if "days_off" in one.get("template", "")]


async def test_what_is_open_moves_and_everybody_is_told_once(session: AsyncSession, tmp_path: Path) -> None:
    clerk, ana = await make_clerk(session), await make_person(session)
    act = await make_act(session, clerk, tmp_path)
    cycle, reviewer = await make_cycle(session), await make_reviewer(session)
    author = await make_account(session, verified=True)
    first, second = [
        await make_idea(session, cycle=cycle, author=author, reviewer=reviewer, state=IdeaState.IN_REVIEW)
        for _ in range(2)
    ]
    waiting = await make_idea(session, cycle=cycle, author=author, reviewer=reviewer, state=IdeaState.WAITING)
    judged = await make_idea(session, cycle=cycle, reviewer=reviewer, state=IdeaState.REJECTED)
    stored = [waiting.due_on, judged.due_on]
    eva, eva_too = await make_person(session), await make_person(session)
    await propose(session, eva, act, edit("a1", "Tariful este de 8 lei pe oră."))
    gone = await propose(session, eva_too, act, edit("a1", "Tariful este de 9 lei pe oră."))
    await service.withdraw_amendment(session, eva_too, gone.id, now=NOON)
    for follower in (ana, actor_of(author)):  # the author of ideas follows the act as well
        await follow(session, follower, act)
    effects = await service.preview_days_off(session, clerk, change(), now=NOON)
    reviews = (date(2027, 4, 12), date(2027, 4, 13))
    assert [(one.id, one.of, one.before, one.after) for one in effects.ideas] == [
        (first.id, "review", *reviews),
        (second.id, "review", *reviews),
        (waiting.id, "answer", date(2027, 3, 15), date(2027, 3, 16)),
    ]
    [moved] = effects.acts
    assert [service.shown_days(term) for term in moved.terms] == [(date(2027, 4, 13), date(2027, 4, 14))]
    assert await mails(session) == [], "looking does nothing"

    await service.change_days_off(session, clerk, change(), seen=effects.seen, now=NOON)
    assert {first.due_on, second.due_on} == {date(2027, 4, 13)}
    assert [waiting.due_on, judged.due_on] == stored
    timeline = await ideas_of.list_events(session, first.id)
    assert (timeline[-1].kind, timeline[-1].position) == (EventKind.DEADLINE_MOVED, first.event_count)
    entry = (await queries.list_events(session, act.id))[-1]
    assert entry.event == Event.TERMS_MOVED
    assert "13.04.2027 → 14.04.2027" in entry.text
    sent = {str(one["to"]): one for one in await mails(session)}
    assert Counter(str(one["to"]) for one in await mails(session)).most_common(1)[0][1] == 1
    assert set(sent) == {author.email, eva.email, clerk.email, reviewer.email}
    assert [len(sent[author.email][what]) for what in ("ideas", "acts")] == [3, 1]
    assert [len(sent[eva.email][what]) for what in ("ideas", "acts")] == [0, 1], "an author need not follow"
    assert await list_steps_told(session) == ["terms_moved"]  # to Ana, who follows it and no more
    told = (await session.execute(select(NoticeEvent).where(NoticeEvent.kind == "acts"))).scalar_one()
    assert set(json.loads(told.spared)) == {str(one) for one in (author.id, eva.id, clerk.id)}
    facts = await register.list_facts(session, subject="days-off:2027")
    assert [one.kind for one in facts] == ["ideas.deadlines_moved", "day_off.declared"]
    assert facts[0].facts["ideas"] == {
        **{one.number: ["2027-04-12", "2027-04-13"] for one in (first, second)},
        f"{waiting.number} answer": ["2027-03-15", "2027-03-16"],
    }
    assert (await register.list_facts(session, subject=f"act:{act.id}"))[0].kind == "act.terms_moved"

    later = NOON + DAY
    await service.change_days_off(session, clerk, change(is_off=False), seen=effects.seen + 1, now=later)
    assert first.due_on == date(2027, 4, 12), "taken back, it is as it was"
    assert await list_days_off(session) == frozenset()


async def test_pauses_are_kept_exactly(session: AsyncSession) -> None:
    clerk, cycle = await make_clerk(session), await make_cycle(session)
    author = await make_account(session, verified=True)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.WAITING)
    later = NOON + 7 * DAY
    me = actor_of(author, verified=True)
    await proposals.answer_question(session, me, idea.id, answer="Pe dreapta.", now=later)
    before = idea.due_on
    effects = await service.preview_days_off(session, clerk, change(date(2027, 3, 12)), now=later)
    await service.change_days_off(session, clerk, change(date(2027, 3, 12)), seen=effects.seen, now=later)
    assert before == date(2027, 4, 16)
    assert idea.due_on == date(2027, 4, 19), "one working day more: a Friday, then Monday"
    clocks = await ideas_of.list_pauses_of(session, [idea.id])
    assert [pause[1] for pause in clocks[idea.id]] == [later]


async def test_an_idea_that_waited_counts_the_day_when_its_clock_runs_again(session: AsyncSession) -> None:
    clerk, cycle = await make_clerk(session), await make_cycle(session)
    author = await make_account(session, verified=True)
    idea = await make_idea(session, cycle=cycle, author=author, state=IdeaState.WAITING)
    await service.change_days_off(session, clerk, change(date(2027, 3, 26)), seen=0, now=NOON)
    me = actor_of(author, verified=True)
    await proposals.answer_question(session, me, idea.id, answer="Pe dreapta.", now=NOON + 7 * DAY)
    assert idea.due_on == date(2027, 4, 19)


async def test_only_the_secretariat_and_administrators_declare(session: AsyncSession) -> None:
    for role in set(Role) - {Role.SECRETARIAT, Role.ADMIN}:
        stranger = actor_of(await make_account(session, roles=[role]), roles=[role])
        with pytest.raises(Forbidden):
            await service.preview_days_off(session, stranger, change(), now=NOON)
        with pytest.raises(Forbidden):
            await service.change_days_off(session, stranger, change(), seen=0, now=NOON)
    admin = actor_of(await make_account(session, roles=[Role.ADMIN]), roles=[Role.ADMIN])
    await service.change_days_off(session, admin, change(), seen=0, now=NOON)
    with pytest.raises(FormErrors):
        await service.change_days_off(session, admin, change(NOON.date()), seen=1, now=NOON)


# ── the announced time for proposals ──────────────────────────────────────────
async def test_the_announced_time_does_not_move_and_is_extended_in_public(
    session: AsyncSession, tmp_path: Path
) -> None:
    clerk, ana = await make_clerk(session), await make_person(session)
    act = await make_act(session, clerk, tmp_path, announced=False)
    short = date(2027, 3, 11)  # the tenth day
    await service.announce_act(session, clerk, act.id, proposals_until=short, now=NOON)
    await propose(session, ana, act, edit("a1", "Tariful este de 8 lei pe oră."))
    effects = await service.change_days_off(session, clerk, change(short), seen=0, now=NOON)
    assert act.proposals_until == short, "it was published"
    assert [one.lawful_end for one in effects.acts] == [short + DAY]
    warned = {str(one["to"]): one["acts"][0]["lawful_end"] for one in await mails(session)}
    assert warned == {clerk.email: "12 martie 2027", ana.email: ""}
    over = NOON + 11 * DAY
    with pytest.raises(TooEarly):
        await service.close_debate(session, clerk, act.id, now=over)
    for wrong in (short, date(2030, 1, 1)):
        with pytest.raises(FormErrors):
            await service.extend_proposals(
                session, clerk, act.id, until=wrong, reason="O zi liberă.", now=over
            )
    with pytest.raises(Forbidden):
        await service.extend_proposals(session, ana, act.id, until=UNTIL, reason="Vreau.", now=over)
    await service.extend_proposals(session, clerk, act.id, until=UNTIL, reason="O zi liberă.", now=over)
    assert act.proposals_until == UNTIL
    entry = (await queries.list_events(session, act.id))[-1]
    assert (entry.event, entry.text) == (Event.PROPOSALS_EXTENDED, "11.03.2027 → 15.03.2027\n\nO zi liberă.")
    fact = (await register.list_facts(session, subject=f"act:{act.id}"))[0]
    assert (fact.kind, fact.facts["until"]) == ("act.proposals_extended", "2027-03-15")
    await service.close_debate(session, clerk, act.id, now=NOON + 15 * DAY)
    assert act.state == ActState.CLOSED


# ── many at once ──────────────────────────────────────────────────────────────
async def test_two_clerks_declare_the_same_day_at_once(database: Database, clock: FrozenClock) -> None:
    async with database.write() as session:
        clerk = await make_clerk(session)
        cycle = await make_cycle(session)
        idea = await make_idea(session, cycle=cycle)

    async def declare() -> str:
        try:
            async with database.write() as session:
                await service.change_days_off(session, clerk, change(), seen=0, now=NOON)
        except DomainError as refused:
            return type(refused).__name__
        return "declared"

    said = await asyncio.gather(*(declare() for _ in range(4)))
    assert sorted(said) == ["FormErrors"] * 3 + ["declared"]
    async with database.read() as session:
        assert (await ideas_of.get_idea(session, idea.id)).due_on == date(2027, 4, 13)
        query = select(IdeaEvent).where(IdeaEvent.kind == EventKind.DEADLINE_MOVED.value)
        assert len((await session.execute(query)).scalars().all()) == 1


async def test_a_clock_that_runs_again_meanwhile_misses_no_day_off(
    database: Database, clock: FrozenClock
) -> None:
    async with database.write() as session:
        clerk, cycle = await make_clerk(session), await make_cycle(session)
        author = await make_account(session, verified=True)
        ideas = [
            await make_idea(session, cycle=cycle, author=author, state=IdeaState.WAITING) for _ in range(6)
        ]

    async def answer(idea: Idea) -> None:
        async with database.write() as session:
            me = actor_of(author, verified=True)
            await proposals.answer_question(session, me, idea.id, answer="Pe dreapta.", now=NOON)

    async def declare() -> None:
        async with database.write() as session:
            await service.change_days_off(session, clerk, change(), seen=0, now=NOON)

    first, then = [answer(idea) for idea in ideas[:3]], [answer(idea) for idea in ideas[3:]]
    await asyncio.gather(*first, declare(), *then)
    async with database.read() as session:
        days = {(await ideas_of.get_idea(session, idea.id)).due_on for idea in ideas}
    assert len(days) == 1, "whether before or after, every deadline counts the same days"


async def _send_many(session: AsyncSession, cycle: Cycle, author: Actor, count: int) -> None:
    rows = [
        {
            "id": new_id(),
            "cycle_id": cycle.id,
            "author_id": author.id,
            "author_name": "Ana P.",
            "number": f"ID-2027-{n + 100:05d}",
            "state": IdeaState.SUBMITTED.value,
            "title": f"Ideea {n}",
            "body": "Un parc.",
            "lang": "ro",
            "location": "Rahova",
            "landmark": "",
            "folded": "parc",
            "created_at": NOON,
            "updated_at": NOON,
            "submitted_at": NOON,
            "due_on": date(2027, 4, 12),
            "reviewer_name": "",
            "support_count": 0,
            "event_count": 0,
        }
        for n in range(count)
    ]
    await session.execute(insert(Idea), rows)


async def test_a_thousand_ideas_in_one_go(session: AsyncSession) -> None:
    clerk, cycle = await make_clerk(session), await make_cycle(session)
    author = await make_person(session)
    await _send_many(session, cycle, author, 1000)
    asked: list[str] = []

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", count)
    began = time.perf_counter()
    try:
        effects = await service.change_days_off(session, clerk, change(), seen=0, now=NOON)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    took = time.perf_counter() - began
    assert len(effects.ideas) == 1000
    assert len(asked) < 60, Counter(one.split()[0] for one in asked)
    assert took < 15, "about one second where nobody else works"
    query = select(Idea.due_on).where(Idea.author_id == author.id)
    assert set((await session.execute(query)).scalars()) == {date(2027, 4, 13)}
    [mine] = [one for one in await mails(session) if one["to"] == author.email]
    assert (len(mine["ideas"]), mine["more_ideas"]) == (20, 980)


# ── pages ─────────────────────────────────────────────────────────────────────
@pytest.fixture
async def town(app: Any, make_client: Callable[[], httpx.AsyncClient], clock: FrozenClock) -> Town:
    """A town whose cycle takes ideas now."""
    town = Town(app, make_client)
    async with town.database.write() as session:
        town.cycle = await make_cycle(session)
    return town


HOSTILE = {"day": "0001-01-01", "source": "HG 1/2", "note": "<script>alert(1)</script>", "year": "²²²²"}
TYPED = {"day": "2027-03-05", "source": "HG nr. 12/2027", "note": "Zi de punte înainte de weekend"}


async def test_a_clerk_looks_confirms_and_takes_back(town: Town, clock: FrozenClock) -> None:
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle)
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/days-off/2027")
    looked = await clerk.send("/days-off/check", 200, **TYPED)
    assert idea.number in looked.text
    assert "13 April 2027" in looked.text
    await clerk.send("/days-off", **TYPED, is_off="yes", seen="0")
    shown = await clerk.see("/days-off/2027")
    assert "HG nr. 12/2027" in shown
    assert "Take back: Friday, 5 March 2027" in shown
    assert "13 April 2027" in await clerk.see(f"/ideas/{idea.id}")
    other = {**TYPED, "day": "2027-03-12"}
    late = await clerk.send("/days-off", 409, **other, is_off="yes", seen="0")
    assert "in the meantime" in late.text
    assert 'name="seen" value="1"' in late.text
    await clerk.send("/days-off", **TYPED, is_off="no", seen="1")
    assert "Taken back" in await clerk.see("/days-off/2027")
    await (await town.visitor()).see("/days-off/2027")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Enter the day"),
        ({**TYPED, "day": "2027-02-30"}, "error"),
        ({**TYPED, "day": "2020-01-02"}, "still to come"),
        ({**TYPED, "day": "2027-03-06"}, "not counted anyway"),
        ({**TYPED, "is_off": "no"}, "not declared"),
        ({**TYPED, "is_off": "maybe"}, "error"),
        ({**TYPED, "source": "x" * 301}, "error"),
        (HOSTILE, "&lt;script&gt;"),
        ({**TYPED, "seen": "-1"}, "error"),
    ],
)
async def test_what_cannot_be_is_refused_and_kept(
    town: Town, clock: FrozenClock, typed: dict[str, str], words: str
) -> None:
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/days-off/2027")
    for path in ("/days-off/check", "/days-off"):
        answer = await clerk.send(path, 422, **typed)
        assert words in answer.text
        if "source" in typed and len(typed["source"]) < 300:
            assert typed["source"] in answer.text


async def test_nobody_else_and_no_year_of_nowhere(town: Town, clock: FrozenClock) -> None:
    stranger = await town.resident()
    assert "declare-form" not in await stranger.see("/days-off/2027")
    assert "/days-off/2" in (await stranger.client.get("/days-off")).headers["location"]
    await stranger.send("/days-off/check", 403, **TYPED)
    await stranger.send("/days-off", 403, **TYPED)
    for year in ("1", "9999", "20270"):
        await stranger.see(f"/days-off/{year}", 404)


async def test_the_message_in_both_languages(town: Town, clock: FrozenClock, tmp_path: Path) -> None:
    async with town.database.write() as session:
        clerk, ana = await make_clerk(session), await make_account(session, locale="en")
        act = await make_act(session, clerk, tmp_path)
        await propose(session, actor_of(ana), act, edit("a1", "Tariful este de 8 lei pe oră."))
        await make_idea(session, cycle=town.cycle)
        await service.change_days_off(session, clerk, change(), seen=0, now=NOON)
        facts = {str(one["to"]): one for one in await mails(session)}
    environments = town.app.services.environments

    def read(locale: str, of: dict[str, Any]) -> str:
        template = environments[locale].get_template("amendments/mail/days_off.txt")
        return str(template.render(base_url="https://o.ro", district="S5", phone="021", **of))

    english = read("en", facts[ana.email])
    assert english.lstrip().startswith("5 March 2027 is a day off")
    assert "Legea 52/2003, art. 7 alin. (2): 13 April 2027 → 14 April 2027" in english
    romanian = read("ro", facts[clerk.email])
    assert "5 martie 2027 este zi liberă" in romanian
