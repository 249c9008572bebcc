"""An act led at random through its procedure: whatever is tried, in whatever order, the promises hold (P22).

The walks are fixed by their seeds. A step that is refused is refused by name, and leaves nothing behind.
"""

import random
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act
from amendments.rules.procedure import LAW, Event, clocks
from amendments.states import INTO_TEXT, UNANSWERED, ActState, AmendmentState, Outcome
from app.kit import register
from app.kit.clock import local_date
from app.kit.errors import DomainError
from tests.make.accounts import NOON
from tests.make.acts import UNTIL, answer, edit, make_act, make_clerk, make_councillor, make_person

STEPS = 28
SEEDS = (8, 15)
REASON = "Propunerea este mai bună pentru cei care locuiesc aici."


class Walk:
    """An act, its people, and what the next step may be."""

    def __init__(self, session: AsyncSession, act: Act, people: dict[str, Actor], seed: int) -> None:
        self.session, self.act, self.act_id, self.people = session, act, act.id, people
        self.chance, self.now = random.Random(seed), NOON
        self.refused = 0

    async def step(self) -> None:
        """Try one thing; what is refused may be."""
        does = (
            (self.propose, 3),
            (self.answer, 10),
            (self.withdraw, 1),
            (self.wait, 4),
            (self.close, 4),
            (self.ask_for_debate, 1),
            (self.to_another_round, 2),
            (self.to_the_council, 4),
        )
        [do] = self.chance.choices([one for one, _ in does], [weight for _, weight in does])
        before = await self.counted()
        try:
            async with self.session.begin_nested():
                await do()
        except DomainError:
            self.refused += 1
            assert await self.counted() == before
        self.act = await queries.get_act(self.session, self.act_id)

    async def counted(self) -> tuple[int, int, int]:
        """How much is written down: versions, amendments, facts."""
        return (
            len(await queries.list_versions(self.session, self.act_id)),
            len(await queries.list_amendments(self.session, self.act_id)),
            len(await register.list_facts(self.session)),
        )

    async def propose(self) -> None:
        version = queries.read_version(await queries.last_version(self.session, self.act_id))
        unit = self.chance.choice([one for one in version.units if one.text])
        words = unit.text.split()
        at = self.chance.randrange(len(words))
        words[at] = self.chance.choice(("altceva", "8", "nimic", words[at] + " nou"))
        draft = service.AmendmentDraft(operations=edit(unit.id, " ".join(words), text=version), reason=REASON)
        author = self.people[self.chance.choice(("ana", "dan"))]
        row = await service.begin_amendment(self.session, author, self.act_id, draft, now=self.now)
        await service.submit_amendment(self.session, author, row.id, now=self.now)

    async def answer(self) -> None:
        rows = [
            one for one in await queries.list_amendments(self.session, self.act_id) if one.state in UNANSWERED
        ]
        if rows:
            outcome = self.chance.choice((Outcome.ACCEPTED, Outcome.REJECTED, Outcome.DEFERRED))
            await answer(
                self.session, self.people["councillor"], self.chance.choice(rows), outcome, now=self.now
            )

    async def withdraw(self) -> None:
        if rows := await queries.list_amendments(self.session, self.act_id):
            row = self.chance.choice(rows)
            author = next((one for one in self.people.values() if one.id == row.author_id), None)
            assert author is not None
            await service.withdraw_amendment(self.session, author, row.id, now=self.now)

    async def wait(self) -> None:
        self.now += timedelta(days=self.chance.choice((2, 10, 25)))

    async def close(self) -> None:
        await service.close_debate(self.session, self.people["clerk"], self.act_id, now=self.now)

    async def ask_for_debate(self) -> None:
        asked = {"entity": "Asociația Pietonilor", "kind": "association", "signed_by": "Ana", "reason": ""}
        await service.request_debate(self.session, self.people["ana"], self.act_id, **asked, now=self.now)

    async def to_another_round(self) -> None:
        until = local_date(self.now) + timedelta(days=self.chance.choice((3, 12, 20)))
        await service.consolidate_act(
            self.session, self.people["clerk"], self.act_id, proposals_until=until, now=self.now
        )

    async def to_the_council(self) -> None:
        why = self.chance.choice(("", "Asociația nu este legal constituită, deși i s-au cerut actele."))
        await service.consolidate_act(
            self.session, self.people["clerk"], self.act_id, without_debate=why, now=self.now
        )

    async def check(self) -> None:
        """What holds after every step."""
        rows = await queries.list_amendments(self.session, self.act_id)
        answers = await queries.last_answers(self.session, self.act_id)
        assert [one.rank for one in rows] == list(range(1, len(rows) + 1)), "no number missing or doubled"
        numbers = [int((one.number or "").rsplit("-", 1)[1]) for one in rows]
        assert numbers == list(range(numbers[0], numbers[0] + len(rows))) if rows else True
        for row in rows:
            if row.state == AmendmentState.ANSWERED:
                given = answers[row.id]
                assert given.outcome in INTO_TEXT or given.reason, "refusals are reasoned"
        if self.act.state == ActState.COUNCIL:
            assert not [one for one in rows if one.state in UNANSWERED], "nothing goes forward unanswered"
            events = await queries.list_events(self.session, self.act_id)
            assert service.owed_to_debates(events) == ()
        happened = await service.happened_of(self.session, self.act)
        kept = clocks(happened, today=local_date(self.now), provisions=LAW)
        too_early = [one for one in kept if one.from_on and one.done_on and one.done_on < one.from_on]
        assert not [one for one in too_early if one.provision.step is not Event.PROPOSALS_ENDED]
        last = self.act.proposals_until
        assert last is not None
        assert last >= UNTIL, "never less time than was announced"
        versions = await queries.list_versions(self.session, self.act_id)
        assert [one.sequence for one in versions] == list(range(1, len(versions) + 1))


async def test_the_promises_hold_on_every_way_through_the_procedure(
    session: AsyncSession, tmp_path: Path
) -> None:
    people = {
        "clerk": await make_clerk(session),
        "councillor": await make_councillor(session),
        "ana": await make_person(session, name="Ana Popescu"),
        "dan": await make_person(session, name="Dan Vecinu"),
    }
    walks = []
    for seed in SEEDS:
        walk = Walk(session, await make_act(session, people["clerk"], tmp_path), people, seed)
        for _ in range(STEPS):
            await walk.step()
            await walk.check()
        walks.append(walk)
    assert all(walk.refused for walk in walks), "much of what was tried may not be done"
    assert any(walk.act.state == ActState.COUNCIL for walk in walks), "one goes to the council"
    assert any(walk.act.round > 1 for walk in walks), "one is debated again"
