"""Elections for tests: plain functions with keyword defaults."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from tests.make.cycles import DAY, NOON
from tests.make.voting import confirm, make_officer
from voting import service
from voting.models import Poll
from voting.service import Candidate, Election, Settings
from voting.states import Act, PollState

NAMES = ("Ana Dobrescu", "Ion Pătrașcu", "Irina Vasilache", "Florin Neagu", "Sorina Tudose")
OPENS, CLOSES = NOON - 5 * DAY, NOON + 10 * DAY
WRITTEN = OPENS - DAY


def make_draft(
    *, names: Sequence[str] = NAMES, title: str = "Consiliul cartierului", **chosen: Any
) -> Election:
    """An election as an officer writes it; `chosen` are its settings."""
    settings = {"rule": "stv/scottish", "seats": 2} | chosen
    candidates = tuple(Candidate(name, f"{name}, din cartier.") for name in names)
    return Election(title=title, title_en="The council", candidates=candidates, settings=Settings(**settings))


async def make_election(
    session: AsyncSession,
    *,
    state: PollState = PollState.OPEN,
    officers: Sequence[Actor] = (),
    **chosen: Any,
) -> Poll:
    """An election in a state up to OPEN, whose dates hold NOON."""
    first, second = officers or (
        await make_officer(session, name="Maria Ionescu", now=WRITTEN),
        await make_officer(session, name="Ion Georgescu", now=WRITTEN),
    )
    poll = await service.create_election(
        session, first, make_draft(**chosen), opens_at=OPENS, closes_at=CLOSES, now=WRITTEN
    )
    if state is not PollState.DRAFT:
        await service.announce_poll(session, first, poll.id, now=WRITTEN)
    if state is PollState.OPEN:
        for officer in (first, second):
            await confirm(session, officer, poll, Act.OPEN, now=WRITTEN)
    return poll
