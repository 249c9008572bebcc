"""Elections of the demonstration: a council by transferable vote, two votes that are open, and a draft."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

import voting.service
from accounts.policy import Actor
from app.seed.content import Ballot
from app.seed.paper import seed_places
from voting.models import Poll
from voting.rules.papers import ApprovalPaper, Paper, RankedPaper, ScoringPaper
from voting.sealing.box import new_receipt
from voting.service import GRADES, Candidate, Election, Settings
from voting.states import Act

Taste = Callable[[random.Random, Sequence[str]], Paper]
CAMPS = 3  # groups of like-minded voters in a council's electorate


def ranked(lot: random.Random, numbers: Sequence[str]) -> Paper:
    """A ranking of two to six: first the voter's own camp, then whoever is well known."""
    camp = lot.choices(range(CAMPS), weights=[5, 3, 2])[0]
    weights = {
        number: (6.0 if place % CAMPS == camp else 1.0) * (1 + (len(numbers) - place) / len(numbers))
        for place, number in enumerate(numbers)
    }
    places: list[str] = []
    for _ in range(lot.randint(2, min(6, len(numbers)))):
        left = [number for number in weights if number not in places]
        places.append(lot.choices(left, weights=[weights[number] for number in left])[0])
    return RankedPaper(tuple(places))


def ticked(lot: random.Random, numbers: Sequence[str]) -> Paper:
    """One to four approvals."""
    return ApprovalPaper(tuple(lot.sample(list(numbers), lot.randint(1, min(4, len(numbers))))))


def graded(lot: random.Random, numbers: Sequence[str]) -> Paper:
    """A grade for almost every one, better ones for those at the head of the list."""
    points = {}
    for place, number in enumerate(numbers):
        middle = 4 - 3 * place / len(numbers)
        points[number] = max(0, min(len(GRADES) - 1, round(lot.gauss(middle, 1.3))))
    skipped = lot.choice([*numbers, ""])
    return ScoringPaper(tuple((number, value) for number, value in points.items() if number != skipped))


async def seed_draft(
    session: AsyncSession, officer: Actor, ballot: Ballot, *, opens: datetime, closes: datetime, now: datetime
) -> Poll:
    """The draft of an election, as an officer writes it."""
    election = Election(
        title=ballot.title,
        title_en=ballot.title_en,
        summary=ballot.summary,
        candidates=tuple(Candidate(name, text) for name, text in ballot.candidates),
        settings=Settings(
            rule=ballot.rule,
            vote_type=ballot.vote_type,
            max_length=ballot.longest,
            seats=ballot.seats,
            grades=GRADES if ballot.vote_type == "scoring" else (),
        ),
    )
    return await voting.service.create_election(
        session, officer, election, opens_at=opens, closes_at=closes, now=now
    )


async def seed_election(
    session: AsyncSession,
    officers: Sequence[Actor],
    ballot: Ballot,
    *,
    opens: datetime,
    closes: datetime,
    prepared: datetime,
    has_places: bool = False,
) -> Poll:
    """An announced election whose opening both officers have confirmed, with or without polling places."""
    poll = await seed_draft(session, officers[0], ballot, opens=opens, closes=closes, now=prepared)
    await voting.service.announce_poll(session, officers[0], poll.id, now=prepared + timedelta(hours=1))
    if has_places:
        await seed_places(session, officers[0], poll, now=prepared + timedelta(hours=1))
    digest = await voting.service.digest_to_confirm(session, poll, Act.OPEN)
    for hours, officer in enumerate(officers, start=2):
        await voting.service.confirm_act(
            session, officer, poll.id, Act.OPEN, digest=digest, now=prepared + timedelta(hours=hours)
        )
    return poll


async def seed_papers(
    session: AsyncSession,
    lot: random.Random,
    poll: Poll,
    ballot: Ballot,
    taste: Taste,
    voters: Sequence[Actor],
    *,
    first: datetime,
    last: datetime,
) -> None:
    """Let each of `voters` cast one ballot between `first` and `last`."""
    numbers = [f"C{place:02d}" for place in range(1, len(ballot.candidates) + 1)]
    moments = sorted(first + (last - first) * lot.random() for _ in voters)
    for actor, moment in zip(voters, moments, strict=True):
        secret, _ = new_receipt(str(poll.id))
        await voting.service.cast_ballot(
            session, actor, poll.id, taste(lot, numbers), secret=secret, now=moment
        )
