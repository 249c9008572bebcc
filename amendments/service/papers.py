"""The papers of an act: put up with it or while it is debated, withdrawn when one was a mistake."""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import PaperNotFound
from amendments.models import ActPaper
from amendments.policy import may_change_papers
from amendments.service.acts import publish_fact
from amendments.states import ActState
from app.kit.policy import require
from app.kit.storage import Storage


async def add_paper(
    session: AsyncSession,
    storage: Storage,
    actor: Actor,
    act_id: uuid.UUID,
    *,
    title: str,
    content: bytes,
    media_type: str,
    suffix: str,
    now: datetime,
) -> ActPaper:
    """Attach a supporting document, also while the debate runs: its day of display is shown. The very same
    file again is the paper that is there.

    Locks: the act. Raises: Forbidden.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_change_papers(actor, act))
    papers, sha256 = await queries.list_papers(session, act.id), hashlib.sha256(content).hexdigest()
    for one in papers:
        if (one.sha256, one.title, one.withdrawn_at) == (sha256, title, None):
            return one
    paper = ActPaper(
        act_id=act.id,
        position=max((one.position for one in papers), default=0) + 1,
        title=title,
        key=await storage.put(content, suffix),
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        added_at=now,
    )
    session.add(paper)
    await session.flush()
    if act.state != ActState.DRAFT:
        await publish_fact(session, "act.paper_added", act, {"title": title, "sha256": sha256}, now=now)
    return paper


async def withdraw_paper(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, position: int, *, why: str, now: datetime
) -> None:
    """Show a paper no longer, for a reason that is shown in its place. Before the announcement nobody has
    seen it: it goes without a trace.

    Locks: the act. Raises: Forbidden, PaperNotFound, also when it was withdrawn before.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_change_papers(actor, act))
    papers = await queries.list_papers(session, act.id, shown=True)
    paper = next((one for one in papers if one.position == position), None)
    if paper is None:
        raise PaperNotFound()
    if act.state == ActState.DRAFT:
        await session.delete(paper)
    else:
        paper.withdrawn_at, paper.withdrawn_why = now, why
        facts: dict[str, object] = {"title": paper.title, "sha256": paper.sha256, "why": why}
        await publish_fact(session, "act.paper_withdrawn", act, facts, now=now)
    await session.flush()
