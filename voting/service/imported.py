"""A finished election from elsewhere: contest and ballots, put into a box as if it had been closed here."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.clock import local_date
from cycles.queries import get_stage
from cycles.states import StageKind
from voting.models import Poll
from voting.rules.papers import Contest, Paper, canonical, encode_paper
from voting.rules.ties import STANDARD
from voting.service.box import fill_box
from voting.service.prepare import OptionDraft, add_options, freeze
from voting.states import PollState


async def import_poll(
    session: AsyncSession,
    *,
    cycle_id: uuid.UUID,
    title: str,
    title_en: str,
    contest: Contest,
    rule: str,
    options: Sequence[OptionDraft],
    areas: Mapping[str, str],
    papers: Sequence[Paper],
    source_digest: str,
    now: datetime,
) -> Poll:
    """A closed poll of these papers, ready to be counted. Ties that its criteria leave are reported: there
    was no lot of ours. Raises: UnknownRule.
    """
    stage = await get_stage(session, cycle_id, StageKind.VOTE)
    poll = freeze(contest=contest, rule=rule, seed="", cycle_id=cycle_id, stage_id=stage.id, now=now)
    poll.title, poll.title_en = title, title_en or title
    poll.is_imported = True
    poll.ties, poll.tie_seed_sealed = canonical(STANDARD).decode(), ""
    session.add(poll)
    await session.flush()
    add_options(session, poll, options, areas)
    head = await fill_box(
        session, poll, (encode_paper(paper) for paper in papers), on=local_date(stage.closes_at)
    )
    poll.opened_at, poll.closed_at = stage.opens_at, stage.closes_at
    poll.box_size, poll.box_head = head.position, head.hash
    for state in (PollState.ANNOUNCED, PollState.OPEN, PollState.CLOSED):
        poll.move_to(state)
    await session.flush()
    facts: dict[str, object] = {
        "cycle": str(cycle_id),
        "source_sha256": source_digest,
        "contest_digest": poll.contest_digest,
        "ballots": head.position,
        "rule": rule,
    }
    await register.record(session, "poll.imported", f"poll:{poll.id}", facts, now=now)
    return poll
