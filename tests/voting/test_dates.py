"""Two officials confirmed these dates: a change before the opening takes their yes away, in public."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.wiring import wire
from cycles.errors import BadDates
from cycles.service import change_stage_dates
from tests.make.cycles import DAY, NOON
from tests.make.voting import cast, confirm, make_officer, make_poll, make_voter
from voting import queries, service
from voting.errors import PollNotOpen, VoteHasEnded, WrongDigest
from voting.models import Poll
from voting.states import Act, PollState

CLOSING = NOON + 20 * DAY


@pytest.fixture(autouse=True)
def wired() -> None:
    """Voting hears of changed dates."""
    wire()


async def officers(session: AsyncSession) -> list[Actor]:
    return [await make_officer(session, name=name) for name in ("Elena Radu", "Vlad Stan")]


async def move(
    session: AsyncSession,
    poll: Poll,
    *,
    begin_by: timedelta = timedelta(0),
    end_by: timedelta = timedelta(0),
    now: datetime = NOON,
) -> None:
    """An official moves the vote; the results, which follow it, go first."""
    stage = (await queries.get_poll(session, poll.id)).stage
    await change_stage_dates(
        session,
        await make_officer(session, name="Sorin Pop"),
        stage.id,
        opens_at=stage.opens_at + begin_by,
        closes_at=stage.closes_at + end_by,
        reason="Tipografia întârzie.",
        now=now,
    )


async def make_room(session: AsyncSession, poll: Poll) -> None:
    """Let the results begin late enough for a vote that takes longer."""
    from cycles.queries import get_stage
    from cycles.states import StageKind

    results = await get_stage(session, poll.cycle_id, StageKind.RESULTS)
    results.opens_at += 5 * DAY


async def test_the_confirmed_digest_covers_the_dates(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    first, _ = await officers(session)
    before = await service.digest_to_confirm(session, poll, Act.OPEN)
    await move(session, poll, end_by=-DAY)
    assert await service.digest_to_confirm(session, poll, Act.OPEN) != before
    with pytest.raises(WrongDigest):
        await service.confirm_act(session, first, poll.id, Act.OPEN, digest=before, now=NOON)
    await confirm(session, first, poll, Act.OPEN)
    fact = (await register.list_facts(session, subject=f"poll:{poll.id}"))[0]
    stage = (await queries.get_poll(session, poll.id)).stage
    assert fact.facts["closes_at"] == register.moment_text(stage.closes_at)
    assert fact.facts["contest_digest"] == poll.contest_digest


@pytest.mark.parametrize("given", [1, 2])
async def test_changed_dates_take_the_confirmations_away(session: AsyncSession, given: int) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    both = await officers(session)
    for officer in both[:given]:
        await confirm(session, officer, poll, Act.OPEN)
    opens_at = (await queries.get_poll(session, poll.id)).stage.opens_at
    await move(session, poll, begin_by=DAY)
    fact = (await register.list_facts(session, subject=f"poll:{poll.id}"))[0]
    assert fact.kind == "poll.confirmations_lapsed"
    assert fact.facts == {"of": ["Elena Radu", "Vlad Stan"][:given], "why": "stage.dates-changed"}
    for moment in (opens_at, opens_at + DAY):
        assert not await service.open_poll(session, poll.id, now=moment)
    for officer in both:
        await confirm(session, officer, poll, Act.OPEN)
    assert not await service.open_poll(session, poll.id, now=opens_at)
    assert await service.open_poll(session, poll.id, now=opens_at + DAY)


async def test_an_open_vote_is_extended_and_stays_open(session: AsyncSession) -> None:
    poll = await make_poll(session)
    await make_room(session, poll)
    kinds = len(await register.list_facts(session, subject=f"poll:{poll.id}"))
    await move(session, poll, end_by=2 * DAY)
    assert len(await register.list_facts(session, subject=f"poll:{poll.id}")) == kinds
    await cast(session, poll, ["P01"], now=CLOSING + DAY)
    assert not await service.close_poll(session, poll.id, now=CLOSING)
    assert await service.close_poll(session, poll.id, now=CLOSING + 2 * DAY)


async def test_a_vote_that_the_clock_opened_stays_open_though_no_sweep_came_by(session: AsyncSession) -> None:
    poll = await make_poll(session, state=PollState.ANNOUNCED)
    for officer in await officers(session):
        await confirm(session, officer, poll, Act.OPEN)
    await make_room(session, poll)
    opens_at = (await queries.get_poll(session, poll.id)).stage.opens_at
    await move(session, poll, end_by=DAY, now=opens_at)
    assert poll.state == PollState.ANNOUNCED
    await cast(session, poll, ["P01"], now=opens_at)


async def test_no_official_ends_an_open_vote_by_its_date(session: AsyncSession) -> None:
    poll = await make_poll(session)
    with pytest.raises(BadDates, match="later, never earlier"):
        await move(session, poll, end_by=timedelta(minutes=1) - 20 * DAY)
    with pytest.raises(BadDates, match="later, never earlier"):
        await move(session, poll, end_by=-timedelta(seconds=1))
    await cast(session, poll, ["P01"], now=CLOSING - timedelta(seconds=1))


async def test_an_extension_that_comes_after_the_freezing_is_refused(session: AsyncSession) -> None:
    """Both were asked for at the last moment; the freezing was first."""
    poll = await make_poll(session)
    await make_room(session, poll)
    assert await service.close_poll(session, poll.id, now=CLOSING)
    with pytest.raises(VoteHasEnded):
        await move(session, poll, end_by=DAY, now=CLOSING - timedelta(milliseconds=1))
    with pytest.raises(PollNotOpen):
        await cast(session, poll, ["P01"], voter=await make_voter(session), now=CLOSING)
