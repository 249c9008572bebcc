"""An audit of a whole installation from its database and its mail: what is half done, lost or there twice."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import SignUp
from app.kit import register
from app.kit.db import Database
from app.kit.numbers import NumberSeries
from app.kit.outbox import OutboxMessage
from proposals.models import Idea, IdeaEvent, Support
from proposals.service.submit import SERIES
from proposals.states import EventKind, IdeaState
from tests.make.crowd import AskForAccount, Cast, Deed, SendIdea, SupportIdea, Went
from voting import queries
from voting.models import Participation, Poll
from voting.sealing import box

Wrong = list[str]
_TO = re.compile(rb"^To: (\S+)", re.MULTILINE)


def count_sent(folder: Path) -> Counter[str]:
    """How many messages lie in the mail folder for each address. Raises: AssertionError for half of one."""
    sent: Counter[str] = Counter()
    for path in folder.glob("[!.]*.eml"):
        found = _TO.search(content := path.read_bytes())
        assert found, f"{path.name} is not a message"
        assert content.endswith(b"\n"), f"{path.name} is half a message"
        sent[found[1].decode()] += 1
    return sent


class Books:
    """What was found, in sets that deeds are looked up in."""

    def __init__(self) -> None:
        self.votes: set[tuple[uuid.UUID, uuid.UUID]] = set()
        self.codes: set[tuple[uuid.UUID, str]] = set()
        self.supports: set[tuple[uuid.UUID, uuid.UUID]] = set()
        self.ideas: dict[uuid.UUID, Idea] = {}
        self.told: Counter[tuple[uuid.UUID, str]] = Counter()
        self.registered: Counter[tuple[str, str]] = Counter()
        self.requests: Counter[str] = Counter()
        self.mail: Counter[str] = Counter()  # promised and sent, to each address

    def traces(self, deed: Deed) -> list[bool]:
        """Everything that the deed leaves behind, each there or not."""
        if isinstance(deed, Cast):
            assert deed.person is not None
            voted = (deed.poll_id, deed.person.account.id) in self.votes
            return [voted, (deed.poll_id, deed.code) in self.codes, self.mail[deed.person.email] > 0]
        if isinstance(deed, SendIdea):
            assert deed.person is not None
            idea = self.ideas[deed.idea_id]
            entry = ("idea.submitted", f"idea:{idea.id}")
            return [
                idea.number is not None,
                idea.state == IdeaState.SUBMITTED,
                idea.due_on is not None,
                self.told[idea.id, EventKind.SUBMITTED.value] == 1,
                self.registered[entry] == 1,
                self.mail[deed.person.email] > 0,
            ]
        if isinstance(deed, SupportIdea):
            assert deed.person is not None
            return [(deed.idea_id, deed.person.account.id) in self.supports]
        assert isinstance(deed, AskForAccount)
        return [self.requests[deed.email] > 0, self.mail[deed.email] > 0]


async def audit(database: Database, mail: Path, deeds: Iterable[Deed]) -> None:
    """Check everything. Raises: AssertionError that lists what is wrong."""
    books, wrong = Books(), Wrong()
    async with database.read() as session:
        await _read_mail(session, mail, books)
        await _check_boxes(session, books, wrong)
        await _check_ideas(session, books, wrong)
        await _check_register(session, books, wrong)
        books.requests.update((await session.execute(select(SignUp.email))).scalars())
    for deed in deeds:
        traces, who = books.traces(deed), f"{type(deed).__name__} {deed.path} ({deed.went})"
        if len(set(traces)) > 1:
            wrong.append(f"{who} is half done: {traces}")
        if deed.went is Went.DONE and not all(traces):
            wrong.append(f"{who} was answered and is not there: {traces}")
        if deed.went in (Went.WAITING, Went.REFUSED) and any(traces):
            wrong.append(f"{who} was never accepted and is there: {traces}")
        if isinstance(deed, AskForAccount) and books.requests[deed.email] > deed.times:
            wrong.append(f"{who} is there more often than it was sent")
    assert not wrong, "\n".join(wrong)


async def _read_mail(session: AsyncSession, mail: Path, books: Books) -> None:
    """Promises first, then what was sent: a message that moves meanwhile is seen twice, not never."""
    rows = select(OutboxMessage.arguments).where(OutboxMessage.job == "app.kit.mail.deliver_mail")
    books.mail.update(json.loads(row)["to"] for row in (await session.execute(rows)).scalars())
    books.mail += count_sent(mail)


async def _check_boxes(session: AsyncSession, books: Books, wrong: Wrong) -> None:
    """Every box is one unbroken chain, with one counting ballot for each person who took part."""
    for vote in (await session.execute(select(Participation))).scalars():
        books.votes.add((vote.poll_id, vote.account_id))
    for poll in (await session.execute(select(Poll))).scalars():
        rows = await queries.list_box(session, poll.id)
        entries = [box.BoxEntry(*row[:5]) for row in rows]
        try:
            box.check_chain(poll.contest_digest, entries, poll.box_head)
        except box.BrokenChain as problem:
            wrong.append(f"the box of {poll.id}: {problem}")
        books.codes |= {(poll.id, entry.code) for entry in entries}
        counting = list(box.code_statuses(entries).values()).count("counted")
        voters = sum(poll_id == poll.id for poll_id, _ in books.votes)
        if counting != voters:
            wrong.append(f"{voters} people voted in {poll.id}, and {counting} ballots count")
        if poll.box_size not in (None, len(entries)) or poll.voter_count not in (None, voters):
            wrong.append(f"the protocol of {poll.id} is not what is in its box")


async def _check_ideas(session: AsyncSession, books: Books, wrong: Wrong) -> None:
    """Numbers without gaps, timelines without gaps, and counts of supporters that are true."""
    for one in (await session.execute(select(Support))).scalars():
        books.supports.add((one.idea_id, one.account_id))
    supporters = Counter(idea_id for idea_id, _ in books.supports)
    positions: dict[uuid.UUID, list[int]] = {}
    for event in (await session.execute(select(IdeaEvent).order_by(IdeaEvent.position))).scalars():
        books.told[event.idea_id, event.kind] += 1
        positions.setdefault(event.idea_id, []).append(event.position)
    numbers = []
    for idea in (await session.execute(select(Idea))).scalars():
        books.ideas[idea.id] = idea
        numbers += [idea.number] if idea.number else []
        if idea.support_count != supporters[idea.id]:
            wrong.append(
                f"{idea.number} shows {idea.support_count} supporters, {supporters[idea.id]} are there"
            )
        if positions.get(idea.id, []) != list(range(1, idea.event_count + 1)):
            wrong.append(f"the timeline of {idea.number} has gaps: {positions.get(idea.id)}")
    series = (
        (await session.execute(select(NumberSeries).where(NumberSeries.series == SERIES))).scalars().all()
    )
    given = [f"{one.series}-{one.year}-{n:05d}" for one in series for n in range(1, one.last + 1)]
    if sorted(numbers) != sorted(given):
        wrong.append(f"numbers given out {given}, numbers of ideas {sorted(numbers)}")


async def _check_register(session: AsyncSession, books: Books, wrong: Wrong) -> None:
    """The public register is one unbroken chain that ends where its head says."""
    facts = [fact async for fact in register.stream_facts(session)]
    if problem := register.check_chain(facts):
        wrong.append(f"the register: {problem}")
    head = await register.get_head(session)
    last = (facts[-1].position, facts[-1].hash) if facts else (0, register.GENESIS)
    if (head.position, head.hash) != last:
        wrong.append(f"the register ends at {last}, its head says {head.position}")
    books.registered.update((fact.kind, fact.subject) for fact in facts)


async def count_entries(database: Database, kind: str, subject: str) -> int:
    """How often the register says this of that."""
    query = select(func.count()).select_from(register.RegisterEntry)
    async with database.read() as session:
        found = query.where(register.RegisterEntry.kind == kind, register.RegisterEntry.subject == subject)
        return (await session.execute(found)).scalar_one()
