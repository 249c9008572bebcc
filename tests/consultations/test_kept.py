"""Whether the programme was kept: the page says what anybody's program finds in the published file."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from accounts.policy import Actor
from consultations import service
from consultations.models import Consultation
from consultations.service.programme import read_plan
from tests.conftest import FrozenClock
from tests.make.consultations import (
    EVENING,
    MORNING,
    make_consultation,
    make_host,
    make_organizer,
    make_season,
    make_venue,
)
from tests.proposals.conftest import Town

ROOT = Path(__file__).resolve().parents[2]
WHY = "Sala nu mai este liberă în acea seară."
DAY = timedelta(days=1)


@pytest.fixture
async def rows(town: Town, clock: FrozenClock) -> list[Consultation]:
    """Held, not held, called off, moved in time and too late, forgotten, announced too late, to come."""
    clock.at(MORNING)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        own = {
            "season": await make_season(session, organizer),
            "host": await make_host(session, organizer),
            "venue": await make_venue(session, organizer),
        }
        rows = [
            await make_consultation(session, organizer, **own, starts_at=EVENING + DAY * turn)
            for turn in range(8)
        ]
        late = EVENING + DAY * 8
        rows.append(await make_consultation(session, organizer, **own, starts_at=late, now=late - DAY * 6))
        await service.cancel(session, organizer, rows[2].id, reason=WHY, now=MORNING)
        for place, notice in ((3, 7), (4, 6)):
            await move(session, organizer, rows[place], place, notice)
        over = EVENING + DAY * 40
        for place in (0, 3, 4, 8):
            await service.report(session, organizer, rows[place].id, is_held=True, reason="", now=over)
        await service.report(session, organizer, rows[1].id, is_held=False, reason=WHY, now=over)
    return rows


async def move(session: object, organizer: Actor, row: Consultation, place: int, notice: int) -> None:
    plan = read_plan(row)
    by = DAY * (10 + place)
    moved = msgspec.structs.replace(plan, starts_at=plan.starts_at + by, ends_at=plan.ends_at + by)
    await service.change(
        session, organizer, row.id, moved, reason=WHY, seen=0, now=row.starts_at - DAY * notice
    )


async def test_the_page_and_ten_lines_of_somebody_else_agree(
    town: Town, clock: FrozenClock, rows: list[Consultation], tmp_path: Path
) -> None:
    clock.at(EVENING + DAY * 6)  # of the eight: six are due, number 6 ended today, number 7 is tomorrow
    visitor = await town.visitor()
    html = await visitor.see("/consultations/kept")
    # held: 0 and 3; not held: 1; called off: 2; moved too late: 4; nobody reported yet: 5, 6
    assert re.search(r"40 %.*?kept", html, re.DOTALL)
    file = tmp_path / "programme.csv"
    file.write_bytes((await visitor.client.get("/consultations/programme.csv")).content)
    (program,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs/kept.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(program.strip().splitlines()) <= 11
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "2 of 5 kept"
    clock.at(EVENING + DAY * 9)  # and nobody has reported on number 5 within three days
    assert "33 %" in await visitor.see("/consultations/kept")
    file.write_bytes((await visitor.client.get("/consultations/programme.csv?season=primavara-2027")).content)
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "2 of 6 kept"
    assert WHY in await visitor.see("/consultations/kept?season=primavara-2027")
    assert "Nothing has been due yet" in await visitor.see("/consultations/kept?season=other")
