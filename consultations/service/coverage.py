"""The list of the town's streets, set as a whole."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.crypto import digest
from app.kit.db import new_id
from app.kit.policy import require
from consultations import queries
from consultations.models import Street
from consultations.policy import may_organize
from consultations.queries.coverage import list_streets
from consultations.rules.coverage import street_key

TOWN = "streets"


async def set_streets(
    session: AsyncSession, actor: Actor, rows: Sequence[tuple[str, str]], *, now: datetime
) -> int:
    """Make these the town's streets: name and code of a neighbourhood that is known. Returns how many.

    Locks: the register's head. Raises: Forbidden.
    """
    require(may_organize(actor))
    await register.hold(session)  # two who send lists at once do so one after the other
    areas = dict(await queries.list_neighbourhoods(session))
    wanted = {(code, street_key(name)): name for name, code in rows}
    before = {(one.area_code, one.key): one.name for one in await list_streets(session)}
    if wanted == before:
        return len(wanted)
    await session.execute(delete(Street))
    session.add_all(
        Street(id=new_id(), name=name, key=key, area_code=code, area=areas[code])
        for (code, key), name in wanted.items()
    )
    await session.flush()
    lines = "\n".join(sorted(f"{code};{name}" for (code, _), name in wanted.items()))
    facts: dict[str, object] = {"streets": len(wanted), "sha256": digest(lines), "by": actor.name}
    await register.record(session, "streets.listed", TOWN, facts, now=now)
    return len(wanted)
