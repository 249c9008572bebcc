"""The pages of a 200-page law under 1,000 open amendments, as the server makes them.

The whole application in this process, on a database of its own: what is measured is the processor's time of
a request, with everything that the server does for it, for somebody who is signed in (whose pages are never
kept drawn). The amendments are written into the tables at once; their conflicts are those of the index.
"""

import asyncio
import os
import statistics
import tempfile
import time
import uuid
from collections import Counter
from typing import Any

import httpx
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.text.operations import Amendment
from amendments.text.units import Version

AIM = 100  # milliseconds of an article's page
PAPER = b"%PDF-1.7"


def measure_pages(version: Version, amendments: list[Amendment], repeats: int) -> dict[str, float]:
    """The median processor time of each page, in milliseconds."""
    from app.embedded import fill_in

    with tempfile.TemporaryDirectory() as folder:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OBSTE_")}
        os.environ.update(fill_in(clean | {"OBSTE_ENV": "demo", "OBSTE_VAR_DIR": folder}))
        return asyncio.run(_measure(version, amendments, repeats))


async def _measure(version: Version, amendments: list[Amendment], repeats: int) -> dict[str, float]:
    import structlog

    from app.cli import migrate  # it reads the settings, so only now
    from app.kit.front import SESSION_COOKIE
    from app.main import create_app
    from app.settings import get_settings

    settings = get_settings()
    await asyncio.to_thread(migrate, settings.database_url)
    front: Any = create_app(settings)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    async with front.services.database.write() as session:
        act_id, first_id, token = await _fill(session, front.services.storage, version, amendments)
    transport = httpx.ASGITransport(app=front)
    cookies = {f"__Host-{SESSION_COOKIE}": token}
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url, cookies=cookies) as client:
        return {
            name: await _time(client, f"/acts/{act_id}{path}", repeats)
            for name, path in _paths(version, amendments, first_id).items()
        }


def _paths(version: Version, amendments: list[Amendment], first_id: uuid.UUID) -> dict[str, str]:
    """An article's page where most is proposed and where it is as usual, and the lists of all."""
    by_article = Counter(_article(version, one) for one in amendments)
    ordered = [unit for unit, _ in by_article.most_common() if unit]
    return {
        "article page, the busiest": f"/text/{ordered[0]}",
        "article page": f"/text/{ordered[len(ordered) // 2]}",
        "an amendment's page": f"/amendments/{first_id}",
        "the whole law": "",
        "the list of amendments": "/amendments",
        "the comparative table": "/table",
    }


def _article(version: Version, amendment: Amendment) -> str:
    unit = getattr(amendment.operations[0], "unit", "") or getattr(amendment.operations[0], "parent", "")
    return (
        next((one.id for one in version.path(unit) if one.type == "article"), "") if unit in version else ""
    )


async def _time(client: httpx.AsyncClient, path: str, repeats: int) -> float:
    """In milliseconds, without the first two, which fill what lasts for the life of the process."""
    times = []
    for number in range(repeats + 2):
        began = time.process_time()
        answer = await client.get(path)
        times.append(time.process_time() - began)
        if answer.status_code != 200:
            raise SystemExit(f"bench amendments: {path} answers {answer.status_code}")
        if number == 0 and len(answer.content) < 10_000:
            raise SystemExit(f"bench amendments: {path} holds only {len(answer.content)} bytes")
    return statistics.median(times[2:]) * 1000


async def _fill(
    session: AsyncSession, storage: Any, version: Version, amendments: list[Amendment]
) -> tuple[uuid.UUID, uuid.UUID, str]:
    """The law announced, its amendments registered by as many people; the act, its first amendment, and the
    session of somebody signed in.
    """
    from accounts.states import Role
    from amendments import queries, service
    from amendments.models import AmendmentRow
    from amendments.routes.secretariat import earliest_end
    from amendments.service.comparing import keep_all_conflicts
    from app.kit import clock
    from bench.district import add_residents
    from tests.make.accounts import actor_of, make_account

    now = clock.now()
    clerk = actor_of(await make_account(session, roles=[Role.SECRETARIAT]), roles=[Role.SECRETARIAT])
    residents = await add_residents(session, len(amendments), now)
    fields = ("title", "initiator", "department", "officer", "contact")
    draft = service.ActDraft(**dict.fromkeys(fields, "Legea societăților"))
    act = await service.create_act(session, clerk, draft, version, now=now)
    await service.add_paper(
        session,
        storage,
        clerk,
        act.id,
        title="Referat de aprobare",
        content=PAPER,
        media_type="application/pdf",
        suffix=".pdf",
        now=now,
    )
    until = earliest_end(clock.local_date(now), frozenset())
    await service.announce_act(session, clerk, act.id, proposals_until=until, now=now)
    debated = await queries.last_version(session, act.id)
    known = []
    for rank, (one, author) in enumerate(zip(amendments, residents, strict=True), 1):
        row = AmendmentRow(
            id=uuid.uuid4(),
            act_id=act.id,
            version_id=debated.id,
            round=1,
            number=f"AM-{now:%Y}-{rank:05d}",
            rank=rank,
            state="submitted",
            author_id=author.account_id,
            author_name="Ana Popescu",
            author_kind="resident",
            on_behalf_of="",
            operations=queries.write_operations(one.operations),
            separable=False,
            reason="Textul de acum nu se poate aplica la noi.",
            created_at=now,
            updated_at=now,
            submitted_at=now,
            state_reason="",
        )
        session.add(row)
        known.append(msgspec.structs.replace(one, id=str(row.id), rank=rank))
    await session.flush()
    await keep_all_conflicts(session, debated, {uuid.UUID(one.id): one for one in known})
    return act.id, uuid.UUID(known[0].id), residents[0].token
