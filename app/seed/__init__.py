"""The demonstration: a district in the middle of its year.

Last year's cycle is decided, this year's vote is open, and ideas for the next are coming in. Everything is
made through the same services as in real life, with the time as an argument; only the mail that was sent in
the past is not sent again.
"""

import random
from datetime import UTC, datetime, time, timedelta

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.kit import clock
from app.kit.clock import BUCHAREST, local_date
from app.kit.context import Services
from app.kit.outbox import OutboxMessage
from app.seed import content
from app.seed.acts import seed_act, seed_answered, seed_day_off, seed_prepared, seed_second_round
from app.seed.afterwards import seed_afterwards
from app.seed.asked import seed_answers, seed_commitments
from app.seed.building import seed_building
from app.seed.comments import seed_comments, seed_idea_comments
from app.seed.council import seed_council
from app.seed.debate import seed_coming_debate
from app.seed.elections import graded, ranked, seed_draft, seed_election, seed_papers, ticked
from app.seed.ideas import list_sent, seed_departments, seed_taken_in, seed_wishes, seed_works
from app.seed.paper import CLUB, Clerks, seed_counting_table, seed_paper_votes, seed_places
from app.seed.people import PEOPLE, actor_of, seed_people
from app.seed.programme import seed_programme
from app.seed.sealed import seed_sealed
from app.seed.votes import seed_ballots, seed_closing, seed_open_poll, seed_projects
from cycles.service import create_cycle
from cycles.states import StageKind
from open_data.service import publish_due
from proposals.queries import list_departments
from search.service import refresh
from voting.models import Poll
from voting.queries import list_options

LOT = 5  # the district's number: the same demonstration each time
DAY = timedelta(days=1)
COUNCIL_VOTERS = 280
ON_PAPER = 39  # of the council's voters, besides
VOTER_SHARE = 2  # one in so many of the crowd has voted so far
Crowd = list[tuple[Actor, str]]  # with the name of the area they live in


class Cast(msgspec.Struct, frozen=True):
    """Who acts in the demonstration."""

    lot: random.Random
    officers: list[Actor]
    reviewers: list[Actor]
    clerks: list[Actor]
    authors: list[Actor]
    crowd: Crowd


async def is_empty(session: AsyncSession) -> bool:
    """Whether nobody has an account yet."""
    return (await session.execute(select(Account.id).limit(1))).first() is None


async def seed(services: Services) -> bool:
    """Fill an empty database in one transaction; returns whether it did.

    Things are done in the order in which they happened, so that the register reads like a real one.
    """
    now = clock.now()
    lot = random.Random(LOT)  # noqa: S311 - invented people, not secrets
    async with services.database.write() as session:
        if not await is_empty(session):
            return False
        accounts = await seed_people(session, lot, now=_moment(now, -500, 9))
        cast = _cast(accounts, lot)
        admin = actor_of(accounts["gabriela.rusu@exemplu.ro"], Role.ADMIN)
        await seed_departments(session, admin, cast.reviewers, now=_moment(now, -499, 9))
        await _seed_decided(session, services, cast, now=now)
        await _seed_council(session, services, cast, now=now)
        vote = await _seed_vote(session, cast, now=now)
        await _seed_collecting(session, services, cast, now=now)
        some = lot.sample(cast.crowd, len(cast.crowd) // VOTER_SHARE)
        await seed_ballots(
            session,
            lot,
            vote,
            await _options(session, vote),
            some,
            first=_moment(now, -5, 9),
            last=now,
            longest=6,
        )
        await _seed_open_elections(session, cast, now=now)
        await _seed_ended_election(session, cast, now=now)
        await seed_sealed(
            session,
            services,
            lot,
            cast.officers,
            [actor for actor, _ in cast.crowd],
            [person.email for person in PEOPLE],
            past=(_moment(now, -45, 9), _moment(now, -38, 20)),
            running=(_moment(now, -2, 9), _moment(now, 12, 20)),
            coming=(_moment(now, 10, 9), _moment(now, 20, 20)),
        )
        clerk = actor_of(accounts["dan.olteanu@exemplu.ro"], Role.SECRETARIAT)
        councillor = actor_of(accounts["victor.nistor@exemplu.ro"], Role.COUNCILLOR)
        council = (session, services, clerk, councillor, cast.authors)
        await seed_council(*council, today=now)
        await seed_second_round(*council, announced=_moment(now, -21, 10))
        await seed_answered(*council, announced=_moment(now, -30, 10))
        act = await seed_act(session, services, clerk, cast.authors, announced=_moment(now, -8, 10))
        department = actor_of(accounts["sorina.vlad@exemplu.ro"], Role.DEPARTMENT)
        await seed_prepared(session, act, department, now=_moment(now, -1, 10))
        await seed_coming_debate(session, act, clerk, cast.authors[2:], called=_moment(now, -3, 10))
        moderator = actor_of(accounts["monica.stan@exemplu.ro"], Role.MODERATOR)
        await seed_comments(session, act, cast.authors, councillor, moderator, first=_moment(now, -5, 10))
        await seed_day_off(session, clerk, now=now)
        organizer = actor_of(accounts["oana.stoica@exemplu.ro"], Role.ORGANIZER)
        crowd = [actor for actor, _ in cast.crowd]
        door = actor_of(accounts["horia.uta@exemplu.ro"], Role.DOOR)
        areas = dict(content.AREAS)
        await seed_programme(session, lot, organizer, councillor, areas, crowd, door, now=now)
        await seed_answers(session, organizer, now=now)
        await seed_commitments(session, services.storage, organizer, await list_departments(session), now=now)
        await seed_afterwards(session, services.storage, organizer, now=now)
        await session.flush()
        await session.execute(delete(OutboxMessage))  # what was sent in the past is not sent again
        session.info.pop("outbox", None)
    await refresh(services.database, now=now)
    await publish_due(services.database, services.storage, services.settings.base_url.rstrip("/"), now=now)
    return True


def _moment(now: datetime, days: int, hour: int) -> datetime:
    """So many days from today, at a full hour in Bucharest."""
    day = local_date(now) + days * DAY
    return datetime.combine(day, time(hour), tzinfo=BUCHAREST).astimezone(UTC)


def _cast(accounts: dict[str, Account], lot: random.Random) -> Cast:
    def official(email: str, role: Role) -> Actor:
        return actor_of(accounts[email], role)

    named = {person.email for person in PEOPLE}
    crowd = [account for email, account in accounts.items() if email not in named]
    return Cast(
        lot=lot,
        officers=[
            official("cristian.barbu@exemplu.ro", Role.ELECTION),
            official("simona.matei@exemplu.ro", Role.ELECTION),
        ],
        reviewers=[
            official("ioana.munteanu@exemplu.ro", Role.REVIEWER),
            official("radu.dobre@exemplu.ro", Role.REVIEWER),
        ],
        clerks=[
            official("mirela.tudose@exemplu.ro", Role.CLERK),
            official("paul.ene@exemplu.ro", Role.CLERK),
            official("lidia.cojocaru@exemplu.ro", Role.CLERK),
        ],
        authors=[actor_of(accounts[email]) for email in ("elena@exemplu.ro", "ana@exemplu.ro")]
        + [actor_of(account) for account in crowd[-6:]],
        crowd=[(actor_of(account), lot.choice(content.AREAS)[1]) for account in crowd],
    )


async def _options(session: AsyncSession, poll: Poll) -> list[tuple[str, str | None]]:
    return [(option.number, option.area) for option in await list_options(session, poll.id)]


async def _seed_decided(session: AsyncSession, services: Services, cast: Cast, *, now: datetime) -> None:
    """Last year's cycle: voted on, closed, counted."""
    opens, closes = _moment(now, -375, 9), _moment(now, -361, 20)
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
    poll = await seed_open_poll(session, cast.officers, cycle, prepared=opens - 20 * DAY)
    await seed_ballots(
        session,
        cast.lot,
        poll,
        await _options(session, poll),
        cast.crowd,
        first=opens,
        last=closes - timedelta(minutes=1),
        longest=5,
    )
    await seed_closing(session, services, cast.officers, poll, closed=closes)
    residents = [actor for actor, _ in cast.crowd]
    await seed_building(session, services.storage, cycle, cast.reviewers[0], residents, today=now)


async def _seed_council(session: AsyncSession, services: Services, cast: Cast, *, now: datetime) -> None:
    """A neighbourhood council, elected and counted two months ago."""
    opens, closes = _moment(now, -80, 9), _moment(now, -66, 20)
    poll = await seed_election(
        session,
        cast.officers,
        content.COUNCIL,
        opens=opens,
        closes=closes,
        prepared=opens - 10 * DAY,
        has_places=True,
    )
    people = [actor for actor, _ in cast.crowd]
    last = closes - timedelta(minutes=1)
    await seed_papers(
        session, cast.lot, poll, content.COUNCIL, ranked, people[:COUNCIL_VOTERS], first=opens, last=last
    )
    numbers = [f"C{place:02d}" for place in range(1, len(content.COUNCIL.candidates) + 1)]
    await seed_paper_votes(
        session,
        cast.lot,
        poll,
        Clerks(cast.officers[0], *cast.clerks),
        lambda lot: ranked(lot, numbers),
        people[COUNCIL_VOTERS : COUNCIL_VOTERS + ON_PAPER],
        closed=closes,
    )
    await seed_closing(session, services, cast.officers, poll, closed=closes)


async def _seed_open_elections(session: AsyncSession, cast: Cast, *, now: datetime) -> None:
    """Two votes that are open, with other kinds of ballots, and a draft that only officers see."""
    opens, closes = _moment(now, -3, 9), _moment(now, 12, 20)
    for ballot, taste, voters in ((content.PARK_NAME, graded, 60), (content.COMMITTEE, ticked, 45)):
        poll = await seed_election(
            session,
            cast.officers,
            ballot,
            opens=opens,
            closes=closes,
            prepared=opens - 10 * DAY,
            has_places=ballot is content.COMMITTEE,
        )
        some = [actor for actor, _ in cast.lot.sample(cast.crowd, voters)]
        await seed_papers(session, cast.lot, poll, ballot, taste, some, first=opens, last=now)
    draft = await seed_draft(
        session,
        cast.officers[0],
        content.YOUTH,
        opens=_moment(now, 30, 9),
        closes=_moment(now, 44, 20),
        now=now,
    )
    await seed_places(session, cast.officers[0], draft, now=now)


async def _seed_ended_election(session: AsyncSession, cast: Cast, *, now: datetime) -> None:
    """A vote that ended yesterday, with papers on the counting table."""
    opens, closes = _moment(now, -8, 9), _moment(now, -1, 20)
    poll = await seed_election(
        session,
        cast.officers,
        CLUB,
        opens=opens,
        closes=closes,
        prepared=opens - 10 * DAY,
        has_places=True,
    )
    people = [actor for actor, _ in cast.crowd]
    last = closes - timedelta(hours=9)
    await seed_papers(session, cast.lot, poll, CLUB, ranked, people[:60], first=opens, last=last)
    clerks = Clerks(cast.officers[0], *cast.clerks)
    await seed_counting_table(session, poll, clerks, people[60:70], closed=closes)


async def _seed_vote(session: AsyncSession, cast: Cast, *, now: datetime) -> Poll:
    """This year's cycle: its vote opened five days ago and has nine to go."""
    opens, closes = _moment(now, -5, 9), _moment(now, 9, 20)
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
    await seed_works(
        session,
        cast.lot,
        cycle,
        [actor for actor, _ in cast.crowd],
        cast.reviewers,
        sent=opens - 128 * DAY,
        judged=opens - 90 * DAY,
    )
    return await seed_open_poll(session, cast.officers, cycle, prepared=opens - 20 * DAY)


async def _seed_collecting(session: AsyncSession, services: Services, cast: Cast, *, now: datetime) -> None:
    """Next year's cycle: ideas are coming in and the department is at work."""
    begins, ends = _moment(now, -20, 9), _moment(now, 40, 20)
    year = max(ends.year, _moment(now, 9, 20).year + 1)  # the year after the vote that is open
    cycle = await create_cycle(
        session,
        slug=f"buget-participativ-{year}",
        title=f"Buget participativ {year}",
        title_en=f"Participatory budget {year}",
        summary=content.SUMMARY_IDEAS,
        summary_en=content.SUMMARY_IDEAS_EN,
        year=year,
        budget_bani=4_000_000_00,
        max_ranked=6,
        areas=content.AREAS,
        stages={
            StageKind.SUBMISSION: (begins, ends),
            StageKind.REVIEW: (begins, _moment(now, 130, 20)),
            StageKind.VOTE: (_moment(now, 160, 9), _moment(now, 174, 20)),
            StageKind.RESULTS: (_moment(now, 174, 20), _moment(now, 540, 20)),
        },
        now=begins - 2 * DAY,
    )
    crowd = [actor for actor, _ in cast.crowd]
    await seed_wishes(
        session,
        services.storage,
        cast.lot,
        cycle,
        cast.authors,
        crowd,
        cast.reviewers,
        first=begins + DAY,
        step=DAY,
    )
    ideas = await list_sent(session, cycle)
    await seed_idea_comments(session, ideas[:3], cast.authors, first=begins + 8 * DAY)
    await seed_taken_in(session, cast.reviewers[0], cast.reviewers[-1], now=_moment(now, -1, 10))


def _stages(opens: datetime, closes: datetime) -> dict[StageKind, tuple[datetime, datetime]]:
    """The usual dates: 50 days of ideas, review until three weeks before the vote, a year of results."""
    return {
        StageKind.SUBMISSION: (opens - 130 * DAY, opens - 80 * DAY),
        StageKind.REVIEW: (opens - 125 * DAY, opens - 20 * DAY),
        StageKind.VOTE: (opens, closes),
        StageKind.RESULTS: (closes, closes + 365 * DAY),
    }
