"""Votes of the demonstration: one decided and counted, one open, cast through the services of the site."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

import proposals.service
import voting.service
from accounts.policy import Actor
from app.kit import clock
from app.kit.context import Services
from cycles.models import Cycle
from cycles.queries import list_areas
from voting.models import Poll
from voting.rules.papers import RankedPaper
from voting.sealing.box import new_receipt
from voting.states import Act


class Taste:
    """What invented voters like: some projects are popular everywhere, most near home."""

    def __init__(self, lot: random.Random, options: Sequence[tuple[str, str | None]]) -> None:
        self.lot = lot
        self.pull = {number: lot.lognormvariate(0, 0.7) for number, _ in options}
        self.areas = dict(options)

    def paper(self, area: str, longest: int) -> RankedPaper:
        """A ballot of somebody who lives in `area`: one to `longest` projects, best first."""
        weights = {n: pull * (3 if self.areas[n] == area else 1) for n, pull in self.pull.items()}
        places: list[str] = []
        for _ in range(self.lot.choices(range(1, longest + 1), weights=[2, 2, 4, 3, 3, 4][:longest])[0]):
            left = [number for number in weights if number not in places]
            places.append(self.lot.choices(left, weights=[weights[number] for number in left])[0])
        return RankedPaper(tuple(places))


async def seed_projects(
    session: AsyncSession, cycle: Cycle, projects: Sequence[tuple[str, str, int]], *, now: datetime
) -> None:
    """Projects of an older cycle, whose ideas were not yet kept here: (title, area code, cost in lei)."""
    areas = {area.code: area.id for area in await list_areas(session, cycle.id)}
    for title, area, lei in projects:
        await proposals.service.create_project(
            session,
            cycle_id=cycle.id,
            title=title,
            summary=title,
            area_id=areas[area],
            cost_bani=lei * 100,
            now=now,
        )


async def seed_open_poll(
    session: AsyncSession, officers: Sequence[Actor], cycle: Cycle, *, prepared: datetime
) -> Poll:
    """Put the projects to the vote, which announces it, and give both confirmations of the opening."""
    poll = await proposals.service.put_to_vote(session, officers[0], cycle.id, now=prepared)
    digest = await voting.service.digest_to_confirm(session, poll, Act.OPEN)
    for hours, officer in enumerate(officers, start=1):
        await voting.service.confirm_act(
            session, officer, poll.id, Act.OPEN, digest=digest, now=prepared + timedelta(hours=hours)
        )
    return poll


async def seed_ballots(
    session: AsyncSession,
    lot: random.Random,
    poll: Poll,
    options: Sequence[tuple[str, str | None]],
    voters: Sequence[tuple[Actor, str]],
    *,
    first: datetime,
    last: datetime,
    longest: int,
) -> None:
    """Let each of `voters` (with the name of their area) cast one ballot between `first` and `last`."""
    taste = Taste(lot, options)
    moments = sorted(first + (last - first) * lot.random() for _ in voters)
    for (actor, area), moment in zip(voters, moments, strict=True):
        secret, _ = new_receipt(str(poll.id))
        await voting.service.cast_ballot(
            session, actor, poll.id, taste.paper(area, longest), secret=secret, now=moment
        )


async def seed_closing(
    session: AsyncSession, services: Services, officers: Sequence[Actor], poll: Poll, *, closed: datetime
) -> None:
    """Close the box at its date, give both confirmations of the protocol, count and publish."""
    await voting.service.close_poll(session, poll.id, now=closed)
    digest = voting.service.protocol_digest(poll)
    for hours, officer in enumerate(officers, start=1):
        await voting.service.confirm_act(
            session, officer, poll.id, Act.CLOSE, digest=digest, now=closed + timedelta(hours=hours)
        )
    published = closed + timedelta(hours=len(officers), minutes=5)
    await seed_count(session, services, poll, published=published)


async def seed_count(session: AsyncSession, services: Services, poll: Poll, *, published: datetime) -> None:
    """Count a closed and confirmed box, and publish the result."""
    content = await voting.service.load_box(session, poll.id)
    if content is None:
        raise RuntimeError("the demonstration's box is closed and confirmed, yet cannot be counted")
    counted = voting.service.count_box(content)
    files = await voting.service.store_files(services.storage, counted)
    clock.freeze(published)  # listeners ask the clock
    try:
        await voting.service.publish_result(session, poll.id, counted, files, now=published)
    finally:
        clock.freeze(None)
