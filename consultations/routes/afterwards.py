"""What the pages of consultations show of what was said afterwards."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.policy import Verdict
from consultations.models import Consultation, Registration
from consultations.pages.afterwards import AfterView, note_minutes, view_photograph
from consultations.pages.tables import view_table
from consultations.policy import may_give_opinion, may_organize, may_write_minutes
from consultations.queries import minutes as stored
from consultations.queries.satisfaction import list_who_came, map_tables
from consultations.rules.minutes import due
from consultations.rules.satisfaction import closes_on
from consultations.states import State
from proposals.pages.words import ClockView, view_clock


async def find_clock(session: AsyncSession, ctx: Ctx, row: Consultation) -> ClockView:
    """By when the minutes are due, with what explains it."""
    today, days_off = local_date(ctx.now), await list_days_off(session)
    deadline = due(local_date(row.ends_at), today=today, days_off=days_off)
    return view_clock(deadline, today=today, days_off=days_off)


async def may_say(session: AsyncSession, ctx: Ctx, row: Consultation, ticket: Registration) -> Verdict:
    """Whether the holder of a ticket may say how it was."""
    is_held = row.state == State.HELD
    has_come = is_held and ticket.id in await list_who_came(session, row.id)
    return may_give_opinion(row, state=ticket.state, has_come=has_come, now=ctx.now)


async def view_after(session: AsyncSession, ctx: Ctx, row: Consultation) -> AfterView | None:
    """What is said of one that was held, or is being held; None of others."""
    may_write = may_write_minutes(ctx.actor, row, now=ctx.now)
    if row.state != State.HELD and not may_write:
        return None
    last = closes_on(local_date(row.ends_at))
    versions = await stored.list_minutes(session, row.id)
    newest = stored.read_minutes(versions[-1].content) if versions else None
    return AfterView(
        note=note_minutes(versions),
        clock=None if versions or row.state != State.HELD else await find_clock(session, ctx, row),
        attendance=newest.attendance if newest else None,
        topics=[topic.title for topic in newest.topics] if newest else [],
        photos=[view_photograph(one) for one in await stored.list_photographs(session, row.id)],
        satisfaction=view_table((await map_tables(session, [row.id], now=ctx.now)).get(row.id), ctx.locale),
        opinions_until=last if row.state == State.HELD and last >= local_date(ctx.now) else None,
        may_write=may_write,
        may_read_opinions=may_organize(ctx.actor),
    )
