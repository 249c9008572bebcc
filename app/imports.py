"""A finished election of Pabulib (`.pb`) becomes a cycle with projects, ballots, a counted result.

Everything that can be refused is refused before anything is written: the file is read and counted first.
The writing is one transaction; the count that follows is found again by the sweep if it is lost.
"""

import asyncio
import hashlib
import re
import uuid
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import BUCHAREST
from app.kit.db import Database
from app.kit.storage import Storage
from app.kit.text import fold
from app.wiring import wire
from cycles.models import Cycle
from cycles.queries import find_cycle_by_slug, list_areas
from cycles.service import create_cycle
from cycles.states import StageKind
from proposals.service import create_project
from voting.rules import UnknownRule, UnsuitableContest, get_rule
from voting.rules.formats import MalformedFile, PbElection, read_pb
from voting.rules.ties import STANDARD
from voting.service import OptionDraft, count_box, import_poll, load_box, publish_result, store_files

SIGNS = {"RON": "lei", "PLN": "zł", "HUF": "Ft", "EUR": "€"}
TITLE_LENGTH = 300  # of a project


class ImportRefused(Exception):
    """The file cannot be imported; the message says why, and nothing was written."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import made. `agrees`: the count funds what the file says was selected; None: it is silent."""

    slug: str
    poll_id: uuid.UUID
    ballots: int
    winners: tuple[str, ...]
    agrees: bool | None
    notes: tuple[str, ...]


async def import_pabulib(
    database: Database, storage: Storage, path: Path, *, rule: str = "", slug: str = "", now: datetime
) -> Imported:
    """Make a finished cycle of a file, count it by the rule it names (or `rule`), and publish the result.

    Raises: ImportRefused, before anything is written.
    """
    wire()
    raw = await asyncio.to_thread(path.read_bytes)
    election = await asyncio.to_thread(_read_and_count, raw, rule)
    slug = slug or re.sub(r"[^a-z0-9]+", "-", fold(path.stem)).strip("-")[:80]
    async with database.write() as session:
        if await find_cycle_by_slug(session, slug) is not None:
            raise ImportRefused(f"there is a cycle named {slug} already; choose another with --slug")
        cycle = await _make_cycle(session, election, slug, now=now)
        options, areas = await _make_projects(session, cycle, election, now=now)
        poll = await import_poll(
            session,
            cycle_id=cycle.id,
            title=cycle.title,
            title_en=cycle.title_en,
            contest=election.contest,
            rule=election.rule or "",
            options=options,
            areas=areas,
            papers=tuple(Counter(election.papers).elements()),
            source_digest=hashlib.sha256(raw).hexdigest(),
            now=now,
        )
    winners = await _count(database, storage, poll.id, now=now)
    stated = election.winners
    return Imported(
        slug=slug,
        poll_id=poll.id,
        ballots=sum(election.papers.values()),
        winners=winners,
        agrees=None if stated is None else set(stated) == set(winners),
        notes=election.notes,
    )


def _read_and_count(raw: bytes, rule: str) -> PbElection:
    """The election with the rule it will be counted by, after a trial. Raises: ImportRefused."""
    try:
        election = read_pb(raw)
    except MalformedFile as problem:
        raise ImportRefused(f"this is not a Pabulib file that can be read: {problem}") from problem
    name = rule or election.rule
    if name is None:
        raise ImportRefused("the file does not say by which rule it was counted; name one with --rule")
    try:
        get_rule(name).count(election.contest, election.papers, ties=STANDARD)
    except UnknownRule as problem:
        raise ImportRefused(f"the rule {name} is not one of ours; name another with --rule") from problem
    except UnsuitableContest as problem:
        if problem.reason == "threshold":
            raise ImportRefused(f"the rule {name} needs a threshold, and the file has none") from problem
        raise ImportRefused(f"the rule {name} cannot count this file: {problem}") from problem
    return msgspec.structs.replace(election, rule=name)


async def _make_cycle(session: AsyncSession, election: PbElection, slug: str, *, now: datetime) -> Cycle:
    meta, contest = election.meta, election.contest
    place = ", ".join(dict.fromkeys(meta[key] for key in ("unit", "subunit") if meta.get(key)))
    year = _year(meta, now)
    place = place or meta.get("description", "") or slug
    return await create_cycle(
        session,
        slug=slug,
        title=f"Buget participativ {place} {year}"[:200],
        title_en=f"Participatory budget {place} {year}"[:200],
        summary=(
            "Un vot adevărat, ținut în altă parte și publicat în biblioteca Pabulib. "
            "Proiectele, costurile și buletinele sunt cele din fișier; numărătoarea este a noastră."
        ),
        summary_en=(
            "A real vote, held elsewhere and published in the Pabulib library. "
            "Projects, costs and ballots are those of the file; the count is ours."
        ),
        year=year,
        budget_bani=_bani(election, contest.budget),
        currency=SIGNS.get(contest.currency, contest.currency)[:10],
        max_ranked=contest.max_length or len(contest.options),
        min_ranked=min(contest.min_length, contest.max_length or len(contest.options)),
        rule=election.rule or "",
        areas=[(_code(name), name) for name in _area_names(election)],
        stages={StageKind.VOTE: _dates(meta, year)},
        is_imported=True,
        now=now,
    )


def _bani(election: PbElection, amount: int) -> int:
    return amount * 100 // election.contest.minor_per_unit


def _area_names(election: PbElection) -> list[str]:
    return sorted({option.area for option in election.contest.options if option.area})


def _code(name: str) -> str:
    """A code of an area: its folded name and, for those that fold alike, a little of its digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:48]
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _year(meta: dict[str, str], now: datetime) -> int:
    for key in ("instance", "date_end", "date_begin"):
        if found := re.search(r"\b(19|20)\d{2}\b", meta.get(key, "")):
            return int(found[0])
    return now.year


def _dates(meta: dict[str, str], year: int) -> tuple[datetime, datetime]:
    """From the first day to the end of the last one; the whole year when the file has no dates."""
    first, last = _day(meta.get("date_begin", "")), _day(meta.get("date_end", ""))
    if first is None or last is None or last < first:
        return datetime(year, 1, 1, tzinfo=BUCHAREST), datetime(year + 1, 1, 1, tzinfo=BUCHAREST)
    return first, last + timedelta(days=1)


def _day(text: str) -> datetime | None:
    for pattern in ("%d.%m.%Y", "%Y-%m-%d", "%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).replace(tzinfo=BUCHAREST)
        except ValueError:
            continue
    return None


async def _make_projects(
    session: AsyncSession, cycle: Cycle, election: PbElection, *, now: datetime
) -> tuple[list[OptionDraft], dict[str, str]]:
    """A project for each option, under the file's own id; and the names of areas by code."""
    areas = {area.code: area for area in await list_areas(session, cycle.id)}
    drafts = []
    for option in election.contest.options:
        code = _code(option.area) if option.area else None
        cost = _bani(election, option.cost)
        project = await create_project(
            session,
            cycle_id=cycle.id,
            number=option.id[:60],
            title=option.title[:TITLE_LENGTH],
            summary=option.category or "",
            area_id=areas[code].id if code else None,
            cost_bani=cost,
            now=now,
        )
        drafts.append(
            OptionDraft(
                number=option.id,
                title=option.title[:TITLE_LENGTH],
                summary=option.category or "",
                cost_bani=cost,
                area_code=code,
                subject=f"project:{project.id}",
                href=f"/cycles/{cycle.slug}/projects/{quote(option.id, safe='')}",
            )
        )
    return drafts, {code: area.name for code, area in areas.items()}


async def _count(
    database: Database, storage: Storage, poll_id: uuid.UUID, *, now: datetime
) -> tuple[str, ...]:
    """What the job voting.jobs.count_poll does, here and now."""
    async with database.read() as session:
        content = await load_box(session, poll_id)
    if content is None:
        raise ImportRefused("the imported box was counted by somebody else")
    counted = await asyncio.to_thread(count_box, content)
    files = await store_files(storage, counted)
    async with database.write() as session:
        await publish_result(session, poll_id, counted, files, now=now)
    return counted.result.winners
