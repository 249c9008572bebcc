"""The yearly report: the secretariat enters figures, each with a name, and publishes them once.

What was wrong is corrected by another report, with the reason.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import YearlyChanged, YearlyIncomplete
from amendments.models import YearlyEntry, YearlyReport
from amendments.policy import may_prepare, may_publish_year
from amendments.rules.yearly import ENTERED, add_up, missing
from app.kit import register
from app.kit.clock import local_date
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import TOO_LONG
from app.kit.i18n import N_
from app.kit.policy import require

LONGEST = 5_000  # characters of an evaluation


async def enter_figures(
    session: AsyncSession, actor: Actor, year: int, typed: Mapping[str, str], *, now: datetime
) -> int:
    """Write down the figures that changed, each with who entered it. Returns how many did.

    Raises: Forbidden, FormErrors, YearlyChanged when somebody enters figures of the year at the same moment.
    """
    require(may_prepare(actor))
    _check(typed)
    holds = await entered(session, year)
    changed = {key: value for key, value in typed.items() if value != holds.get(key, "")}
    query = select(func.max(YearlyEntry.position)).where(YearlyEntry.year == year)
    last = (await session.execute(query)).scalar_one() or 0
    try:
        async with session.begin_nested():
            session.add_all(
                YearlyEntry(
                    year=year,
                    position=last + number,
                    figure=key,
                    value=value,
                    by_id=actor.id,
                    by_name=actor.name,
                    at=now,
                )
                for number, (key, value) in enumerate(changed.items(), start=1)
            )
    except IntegrityError as clash:
        raise YearlyChanged() from clash
    return len(changed)


def _check(typed: Mapping[str, str]) -> None:
    """Raises: FormErrors with a message for each figure that is none."""
    kinds = {one.key: one.kind for one in ENTERED}
    wrong = {
        key: Invalid(N_("Write a whole number."))
        for key, value in typed.items()
        if kinds[key] == "number"
        and value
        and not (value.isdecimal() and value.isascii() and len(value) < 10)
    }
    wrong |= {
        key: Invalid(TOO_LONG, limit=LONGEST)
        for key, value in typed.items()
        if kinds[key] == "text" and len(value) > LONGEST
    }
    if wrong:
        raise FormErrors(dict(wrong))


async def entered(session: AsyncSession, year: int) -> dict[str, str]:
    """The value that holds of each figure that was entered."""
    return {one.figure: one.value for one in await queries.list_entries(session, year)}


async def figures_of(session: AsyncSession, year: int) -> dict[str, str]:
    """Every figure as it is now: what is counted here, and what was entered."""
    counted = {key: str(value) for key, value in (await queries.count_year(session, year)).items()}
    known = set(counted) | {one.key for one in ENTERED}
    held = {key: value for key, value in (await entered(session, year)).items() if value and key in known}
    return add_up(held | counted)


async def publish_year(
    session: AsyncSession, actor: Actor, year: int, *, seen: int, reason: str = "", now: datetime
) -> YearlyReport:
    """Publish the figures as they are now. `seen`: how many reports of the year had been published when the
    form was opened; a further one is a correction and says why.

    Locks: the register's head. Raises: Forbidden, YearlyIncomplete, YearlyChanged, FormErrors.
    """
    require(may_publish_year(actor, year, today=local_date(now)))
    if missing(await entered(session, year)):
        raise YearlyIncomplete()
    published = await queries.list_reports(session, year)
    if len(published) != seen:
        raise YearlyChanged()
    if published and len(reason.strip()) < 20:
        raise FormErrors({"reason": Invalid(N_("Say in at least 20 characters why."))})
    if len(reason) > LONGEST:
        raise FormErrors({"reason": Invalid(TOO_LONG, limit=LONGEST)})
    figures = json.dumps(await figures_of(session, year), ensure_ascii=False, sort_keys=True)
    report = YearlyReport(
        year=year,
        position=seen + 1,
        figures=figures,
        sha256=hashlib.sha256(figures.encode()).hexdigest(),
        reason=reason.strip() if published else "",
        by_id=actor.id,
        by_name=actor.name,
        published_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(report)
    except IntegrityError as clash:
        raise YearlyChanged() from clash
    facts = {"year": year, "version": report.position, "sha256": report.sha256, "by": actor.name}
    await register.record(session, "transparency.published", f"transparency:{year}", facts, now=now)
    return report
