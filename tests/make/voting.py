"""Polls, voters and ballots for tests: plain functions with keyword defaults."""

import itertools
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.states import Role
from cycles.states import StageKind
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import NOON, make_cycle
from voting import service
from voting.models import Poll
from voting.rules.papers import RankedPaper
from voting.sealing import box
from voting.service import OptionDraft, Receipt
from voting.states import Act, PollState

_serial = itertools.count(1)
# number, title, cost in bani, area: the believable beginning of a ballot
PROJECTS: tuple[tuple[str, str, int, str], ...] = (
    ("P01", "Treceri de pietoni iluminate", 120_000_00, "rahova"),
    ("P02", "Grădină urbană", 80_000_00, "ferentari"),
    ("P03", "Pistă pentru biciclete", 300_000_00, "cotroceni"),
    ("P04", "Bănci și umbră în parc", 150_000_00, "rahova"),
    ("P05", "Cișmele cu apă potabilă", 60_000_00, "13-septembrie"),
    ("P06", "Teren de sport", 240_000_00, "ferentari"),
    ("P07", "Locuri de joacă accesibile", 200_000_00, "cotroceni"),
)


def make_options(projects: Sequence[tuple[str, str, int, str]] = PROJECTS) -> list[OptionDraft]:
    """Options to be frozen."""
    return [
        OptionDraft(
            number=number,
            title=title,
            summary=f"{title}, pentru toți vecinii.",
            cost_bani=cost,
            area_code=area,
            subject=f"project:{number}",
            href=f"/projects/{number}",
        )
        for number, title, cost, area in projects
    ]


async def make_officer(session: AsyncSession, *, name: str = "Maria Ionescu", now: datetime = NOON) -> Actor:
    """An election officer, signed in with the second factor."""
    account = await make_account(session, name=name, roles=[Role.ELECTION], now=now)
    return actor_of(account, roles=[Role.ELECTION])


async def make_voter(session: AsyncSession, *, name: str = "Ana Popescu", now: datetime = NOON) -> Actor:
    """A verified resident."""
    return actor_of(await make_account(session, name=name, verified=True, now=now), verified=True)


async def make_poll(
    session: AsyncSession,
    *,
    state: PollState = PollState.OPEN,
    projects: Sequence[tuple[str, str, int, str]] = PROJECTS,
    max_ranked: int = 6,
    min_ranked: int = 1,
    rule: str = "greedy",
    rule_params: dict[str, object] | None = None,
    sealed: bool = False,
    officers: Sequence[Actor] = (),
    now: datetime = NOON,
) -> Poll:
    """A poll in a state up to OPEN: the vote's stage is open at `now` and two officers have confirmed.

    A sealed one is announced at the most: tests/make/sealed_polls.py does the rest.
    """
    stage = StageKind.VOTE if sealed or state is PollState.OPEN else StageKind.REVIEW
    cycle = await make_cycle(
        session,
        open_stage=stage,
        max_ranked=max_ranked,
        min_ranked=min_ranked,
        rule=rule,
        rule_params={"sealed": True} if sealed else rule_params,
        now=now,
    )
    first, second = officers or (
        await make_officer(session, name="Maria Ionescu", now=now),
        await make_officer(session, name="Ion Georgescu", now=now),
    )
    poll = await service.prepare_poll(
        session,
        first,
        cycle_id=cycle.id,
        title="Votul pe proiecte 2027",
        title_en="Vote on projects 2027",
        options=make_options(projects),
        announce=state is not PollState.DRAFT,
        now=now,
    )
    if state is PollState.OPEN:
        for officer in (first, second):
            await confirm(session, officer, poll, Act.OPEN, now=now)
    return poll


async def confirm(
    session: AsyncSession, officer: Actor, poll: Poll, act: Act, *, now: datetime = NOON
) -> None:
    """One official's confirmation of what is there."""
    digest = await service.digest_to_confirm(session, poll, act)
    await service.confirm_act(session, officer, poll.id, act, digest=digest, now=now)


async def cancel(session: AsyncSession, poll: Poll, *, reason: str, now: datetime = NOON) -> None:
    """Two officials call the vote off."""
    first = await make_officer(session, name="Elena Radu", now=now)
    await service.propose_cancelling(session, first, poll.id, reason=reason, now=now)
    await confirm(session, await make_officer(session, name="Vlad Stan", now=now), poll, Act.CANCEL, now=now)


async def cast(
    session: AsyncSession,
    poll: Poll,
    numbers: Sequence[str],
    *,
    voter: Actor | None = None,
    secret: str = "",
    replacement_key: str = "",
    now: datetime = NOON,
) -> Receipt:
    """Cast a ballot, by a new voter unless one is given."""
    return await service.cast_ballot(
        session,
        voter or await make_voter(session, name=f"Alegător {next(_serial)}", now=now),
        poll.id,
        RankedPaper(tuple(numbers)),
        secret=secret or box.new_receipt(str(poll.id))[0],
        replacement_key=replacement_key,
        now=now,
    )
