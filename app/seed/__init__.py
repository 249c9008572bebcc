"""The demonstration: a district in the middle of its year.

Last year's cycle is decided, this year's vote is open, and ideas for the next are coming in. Everything is
made through the same services as in real life, with the time as an argument; only the mail that was sent in
the past is not sent again.
"""

import random
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit import clock
from app.kit.context import Services
from app.kit.outbox import OutboxMessage
from app.seed import content
from app.seed.people import PEOPLE, actor_of, seed_people
from app.seed.votes import seed_ballots, seed_closing, seed_open_poll, seed_projects
from cycles.models import Cycle
from cycles.service import create_cycle
from cycles.states import StageKind
from voting.jobs import count_poll
from voting.models import Poll
from voting.queries import list_options

LOT = 5  # the district's number: the same demonstration each time
DAY = timedelta(days=1)
Voters = list[tuple[Actor, str]]


async def is_empty(session: AsyncSession) -> bool:
    """Whether nobody has an account yet."""
    return (await session.execute(select(Account.id).limit(1))).first() is None


async def seed(services: Services) -> bool:
    """Fill an empty database; returns whether it did. All but the past count is one transaction."""
    present = clock.now().replace(minute=0, second=0, microsecond=0)
    lot = random.Random(LOT)  # noqa: S311 - invented people, not secrets
    try:
        async with services.database.write() as session:
            if not await is_empty(session):
                return False
            accounts = await seed_people(session, lot, now=present - 500 * DAY)
            officers = [
                actor_of(accounts[email], Role.ELECTION)
                for email in ("cristian.barbu@exemplu.ro", "simona.matei@exemplu.ro")
            ]
            voters = _voters(accounts, lot)
            past = await _seed_past(session, lot, officers, voters, present=present)
            await _seed_vote(session, lot, officers, voters, present=present)
            await session.flush()
            await session.execute(delete(OutboxMessage))
            session.info.pop("outbox", None)
        clock.freeze(present - 360 * DAY)
        await count_poll(services, poll_id=str(past.id))
    finally:
        clock.freeze(None)
    return True


def _voters(accounts: dict[str, Account], lot: random.Random) -> Voters:
    """The crowd, each with the area they live in; those with a name of their own vote by hand."""
    named = {person.email for person in PEOPLE}
    crowd = [account for email, account in accounts.items() if email not in named]
    return [(actor_of(account), lot.choice(content.AREAS)[1]) for account in crowd]


async def _options(session: AsyncSession, poll: Poll) -> list[tuple[str, str | None]]:
    return [(option.number, option.area) for option in await list_options(session, poll.id)]


async def _seed_past(
    session: AsyncSession, lot: random.Random, officers: list[Actor], voters: Voters, *, present: datetime
) -> Poll:
    """Last year's cycle: voted on, closed, about to be counted."""
    opens, closes = present - 375 * DAY, present - 361 * DAY
    cycle = await create_cycle(
        session,
        slug=f"buget-participativ-{opens.year}",
        title=f"Buget participativ {opens.year}",
        title_en=f"Participatory budget {opens.year}",
        summary=content.SUMMARY_PAST,
        summary_en=content.SUMMARY_PAST_EN,
        year=opens.year,
        budget_bani=1_500_000_00,
        max_ranked=5,
        areas=content.AREAS,
        stages=_stages(opens, closes),
        now=opens - 140 * DAY,
    )
    await seed_projects(session, cycle, content.PAST_PROJECTS, now=opens - 60 * DAY)
    poll = await seed_open_poll(session, officers, cycle, prepared=opens - 20 * DAY)
    options = await _options(session, poll)
    await seed_ballots(
        session, lot, poll, options, voters, first=opens, last=closes - timedelta(minutes=1), longest=5
    )
    await seed_closing(session, officers, poll, closed=closes)
    return poll


async def _seed_vote(
    session: AsyncSession, lot: random.Random, officers: list[Actor], voters: Voters, *, present: datetime
) -> Cycle:
    """This year's cycle: its vote opened five days ago and has nine to go."""
    opens, closes = present - 5 * DAY, present + 9 * DAY
    cycle = await create_cycle(
        session,
        slug=f"buget-participativ-{closes.year}",
        title=f"Buget participativ {closes.year}",
        title_en=f"Participatory budget {closes.year}",
        summary=content.SUMMARY_VOTE,
        summary_en=content.SUMMARY_VOTE_EN,
        year=closes.year,
        budget_bani=3_000_000_00,
        max_ranked=6,
        areas=content.AREAS,
        stages=_stages(opens, closes),
        now=opens - 140 * DAY,
    )
    works = [
        (work.title, work.area, sum(count * price for _, count, _, price in work.lines))
        for work in content.WORKS
    ]
    await seed_projects(session, cycle, works, now=opens - 60 * DAY)
    poll = await seed_open_poll(session, officers, cycle, prepared=opens - 20 * DAY)
    some = lot.sample(voters, len(voters) // 2)
    await seed_ballots(
        session, lot, poll, await _options(session, poll), some, first=opens, last=present, longest=6
    )
    return cycle


def _stages(opens: datetime, closes: datetime) -> dict[StageKind, tuple[datetime, datetime]]:
    """The usual dates around a vote: 50 days of ideas, 60 of review, then the vote and a year of results."""
    return {
        StageKind.SUBMISSION: (opens - 130 * DAY, opens - 80 * DAY),
        StageKind.REVIEW: (opens - 125 * DAY, opens - 20 * DAY),
        StageKind.VOTE: (opens, closes),
        StageKind.RESULTS: (closes, closes + 365 * DAY),
    }
