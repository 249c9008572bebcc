"""What the pages of consultations show of what was said afterwards."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from consultations.models import Consultation
from consultations.pages.afterwards import AfterView, note_minutes, view_photograph
from consultations.policy import may_write_minutes
from consultations.queries import minutes as stored
from consultations.rules.minutes import due
from consultations.states import State
from proposals.pages.words import ClockView, view_clock


async def find_clock(session: AsyncSession, ctx: Ctx, row: Consultation) -> ClockView:
    """By when the minutes are due, with what explains it."""
    today, days_off = local_date(ctx.now), await list_days_off(session)
    deadline = due(local_date(row.ends_at), today=today, days_off=days_off)
    return view_clock(deadline, today=today, days_off=days_off)


async def view_after(session: AsyncSession, ctx: Ctx, row: Consultation) -> AfterView | None:
    """What is said of one that was held, or is being held; None of others."""
    may_write = may_write_minutes(ctx.actor, row, now=ctx.now)
    if row.state != State.HELD and not may_write:
        return None
    versions = await stored.list_minutes(session, row.id)
    newest = stored.read_minutes(versions[-1].content) if versions else None
    return AfterView(
        note=note_minutes(versions),
        clock=None if versions or row.state != State.HELD else await find_clock(session, ctx, row),
        attendance=newest.attendance if newest else None,
        topics=[topic.title for topic in newest.topics] if newest else [],
        photos=[view_photograph(one) for one in await stored.list_photographs(session, row.id)],
        may_write=may_write,
    )
