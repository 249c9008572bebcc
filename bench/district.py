"""The district that is measured: a vote in progress on real rows, and one that was counted.

Cycles, polls, confirmations, the count and the officials are made by the services and makers that the
platform and its tests use. Only what is needed by the thousand (ideas, residents with their sessions, an old
box) is inserted in bulk, column for column what the services write.
"""

import asyncio
import random
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

import voting.service
from accounts.models import Account, AccountSession, Residence
from accounts.policy import Actor
from accounts.service import create_account_directly
from accounts.states import Method, Role
from app.kit import clock, crypto
from app.kit.db import Database, new_id
from app.kit.storage import Storage
from app.kit.text import words
from app.seed.content import AREAS, FIRST_NAMES, LAST_NAMES
from cycles.models import Area, Cycle
from cycles.queries import get_stage, list_areas
from cycles.states import StageKind
from proposals.models import Idea, IdeaEvent
from proposals.service import create_project, put_to_vote
from proposals.states import EventKind, IdeaState
from tests.make.accounts import actor_of
from tests.make.cycles import make_cycle
from voting.models import Participation, Poll
from voting.rules.papers import RankedPaper, encode_paper
from voting.sealing import box
from voting.service.box import fill_box
from voting.states import Act

BATCH = 2000
PROJECTS = 40
MAX_RANKED = 6
IDEA_STATES = (IdeaState.SUBMITTED, IdeaState.IN_REVIEW, IdeaState.WAITING, IdeaState.ACCEPTED)
SENTENCES = (
    "Trotuarul este îngust și crăpat, iar mașinile parcate îi obligă pe pietoni să meargă pe carosabil.",
    "Propun plantarea a treizeci de tei, cu gropi largi, irigare prin picurare și garduri joase.",
    "Părinții din bloc au nevoie de un loc umbrit, cu bănci și apă potabilă, aproape de școală.",
    "Iluminatul public lipsește pe ultimii două sute de metri, iar seara traversarea este periculoasă.",
    "Costul estimat cuprinde proiectarea, lucrarea și întreținerea în primul an, după **oferte publice**.",
)
SUBJECTS = ("Copaci", "Bănci și umbră", "Trecere sigură", "Loc de joacă", "Piste de biciclete", "Iluminat")


@dataclass(frozen=True)
class Voter:
    """A verified resident who has not voted yet, with a session of their own."""

    account_id: uuid.UUID
    token: str


@dataclass(frozen=True)
class District:
    """Addresses that are measured, and who may vote."""

    cycle_slug: str
    poll_id: uuid.UUID
    contest_numbers: tuple[str, ...]
    counted_poll_id: uuid.UUID
    idea_id: uuid.UUID
    voters: tuple[Voter, ...]


async def make_district(
    database: Database, storage: Storage, *, ideas: int, voters: int, old_ballots: int
) -> District:
    """Fill an empty, migrated database. The clock is the real one: the vote is open now."""
    now, lot = clock.now(), random.Random(2027)
    async with database.write() as session:
        officers = [await make_officer(session, name, now) for name in ("Cristian Barbu", "Simona Matei")]
        residents = await add_residents(session, max(voters, old_ballots), now)
        cycle, poll = await _open_vote(session, officers, slug="bench", now=now)
        idea_id = await _add_ideas(session, lot, cycle, residents[0].account_id, count=ideas, now=now)
    async with database.write() as session:
        past = now - timedelta(days=200)
        _, counted = await _open_vote(session, officers, slug="bench-old", now=past)
        await _fill_old_box(session, lot, counted, residents[:old_ballots], on=past)
        await _close(session, officers, counted)
    await _count(database, storage, counted.id)
    numbers = tuple(option.id for option in voting.service.contest_of(poll).options)
    return District(cycle.slug, poll.id, numbers, counted.id, idea_id, tuple(residents[:voters]))


# ── people ────────────────────────────────────────────────────────────────────
async def make_officer(session: AsyncSession, name: str, now: datetime) -> Actor:
    roles = (Role.ELECTION, Role.ADMIN)
    account = await create_account_directly(
        session,
        name=name,
        email=f"{secrets.token_hex(4)}@example.ro",
        password=None,
        password_hash="nobody signs in",  # noqa: S106 - no password hashes to this
        roles=roles,
        now=now,
    )
    return actor_of(account, roles=roles, verified=True)


async def add_residents(session: AsyncSession, count: int, now: datetime) -> list[Voter]:
    """Verified residents, each signed in, as `create_account_directly` and `begin_session` leave them."""
    voters = [Voter(new_id(), crypto.new_token()) for _ in range(count)]
    await _in_bulk(session, Account, voters, lambda n, voter: _account_row(n, voter, now))
    await _in_bulk(session, Residence, voters, lambda n, voter: _residence_row(voter, now))
    await _in_bulk(session, AccountSession, voters, lambda n, voter: _session_row(voter, now))
    return voters


def _account_row(n: int, voter: Voter, now: datetime) -> dict[str, Any]:
    email = f"vecin{n}@example.ro"
    name = f"{FIRST_NAMES[n % len(FIRST_NAMES)]} {LAST_NAMES[n // 7 % len(LAST_NAMES)]}"
    return {
        "id": voter.account_id,
        "name": name,
        "email": email,
        "email_key": email,
        "locale": "ro",
        "desk_code": f"{n:08d}",
        "created_at": now,
        "password_changed_at": now,
    }


def _residence_row(voter: Voter, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "account_id": voter.account_id,
        "identity_hash": secrets.token_hex(32),
        "birth_year": 1980,
        "area": "Rahova",
        "method": Method.DESK.value,
        "verified_at": now,
        "withdrawn_reason": "",
    }


def _session_row(voter: Voter, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "account_id": voter.account_id,
        "token_digest": crypto.digest(voter.token),
        "is_pending": False,
        "tries": 0,
        "created_at": now,
        "seen_at": now,
        "idle_seconds": 86400,
        "expires_at": now + timedelta(days=30),
        "agent": "Firefox, Linux",
    }


async def _in_bulk(
    session: AsyncSession, model: Any, things: Sequence[Any], row: Callable[[int, Any], dict[str, Any]]
) -> None:
    rows = [row(number, thing) for number, thing in enumerate(things)]
    for start in range(0, len(rows), BATCH):
        await session.execute(insert(model), rows[start : start + BATCH])


# ── votes ─────────────────────────────────────────────────────────────────────
async def _open_vote(
    session: AsyncSession, officers: Sequence[Actor], *, slug: str, now: datetime
) -> tuple[Cycle, Poll]:
    """A cycle whose vote is open at `now`: prepared the day before its stage, confirmed by both officers."""
    cycle = await make_cycle(
        session,
        slug=slug,
        budget_bani=3_000_000_00,
        open_stage=StageKind.VOTE,
        areas=AREAS,
        max_ranked=MAX_RANKED,
        now=now,
    )
    areas = await list_areas(session, cycle.id)
    stage = await get_stage(session, cycle.id, StageKind.VOTE)
    before = stage.opens_at - timedelta(days=1)
    for n in range(PROJECTS):
        area = areas[n % len(areas)]
        await create_project(
            session,
            cycle_id=cycle.id,
            title=f"{SUBJECTS[n % len(SUBJECTS)]}, {area.name}, zona {n + 1}",
            summary=SENTENCES[n % len(SENTENCES)],
            body="\n\n".join(SENTENCES),
            area_id=area.id,
            cost_bani=(80 + 17 * n % 290) * 1000_00,
            now=before,
        )
    poll = await put_to_vote(session, officers[0], cycle.id, now=before)
    digest = await voting.service.digest_to_confirm(session, poll, Act.OPEN)
    for officer in officers:
        await voting.service.confirm_act(session, officer, poll.id, Act.OPEN, digest=digest, now=before)
    await voting.service.open_poll(session, poll.id, now=now)
    return cycle, poll


def make_paper(lot: random.Random, numbers: Sequence[str]) -> RankedPaper:
    """A ballot of one to MAX_RANKED projects; the first ones of the list are liked more."""
    size = lot.randint(1, MAX_RANKED)
    liked = sorted(numbers, key=lambda number: lot.random() ** (1 + numbers.index(number) / len(numbers)))
    return RankedPaper(tuple(liked[:size]))


async def _fill_old_box(
    session: AsyncSession, lot: random.Random, poll: Poll, voters: Sequence[Voter], *, on: datetime
) -> None:
    numbers = [option.id for option in voting.service.contest_of(poll).options]
    papers = [encode_paper(make_paper(lot, numbers)) for _ in voters]
    await fill_box(session, poll, papers, on=clock.local_date(on))
    await _in_bulk(
        session, Participation, voters, lambda n, voter: {"poll_id": poll.id, "account_id": voter.account_id}
    )


async def _close(session: AsyncSession, officers: Sequence[Actor], poll: Poll) -> None:
    full = await voting.queries.get_poll(session, poll.id)
    closed = full.stage.closes_at
    await voting.service.close_poll(session, poll.id, now=closed)
    digest = voting.service.protocol_digest(poll)
    for officer in officers:
        await voting.service.confirm_act(session, officer, poll.id, Act.CLOSE, digest=digest, now=closed)


async def _count(database: Database, storage: Storage, poll_id: uuid.UUID) -> None:
    """As voting.jobs.count_poll does in the worker."""
    async with database.read() as session:
        content = await voting.service.load_box(session, poll_id)
    assert content is not None
    counted = await asyncio.to_thread(voting.service.count_box, content)
    files = await voting.service.store_files(storage, counted)
    async with database.write() as session:
        await voting.service.publish_result(session, poll_id, counted, files, now=clock.now())


# ── ideas ─────────────────────────────────────────────────────────────────────
async def _add_ideas(
    session: AsyncSession, lot: random.Random, cycle: Cycle, author: uuid.UUID, *, count: int, now: datetime
) -> uuid.UUID:
    """Registered ideas of about 500 letters, each with the first entry of its timeline; gives one's id."""
    areas = await list_areas(session, cycle.id)
    ids = [new_id() for _ in range(count)]
    await _in_bulk(session, Idea, ids, lambda n, one: _idea_row(n, one, lot, cycle, author, areas, now))
    await _in_bulk(session, IdeaEvent, ids, lambda n, one: _event_row(n, one, now))
    return ids[count // 2]


def _idea_row(
    n: int,
    idea_id: uuid.UUID,
    lot: random.Random,
    cycle: Cycle,
    author: uuid.UUID,
    areas: Sequence[Area],
    now: datetime,
) -> dict[str, Any]:
    area = areas[n % len(areas)]
    title = f"{lot.choice(SUBJECTS)} pe strada {n + 1} din {area.name}"
    body = "\n\n".join(lot.sample(SENTENCES, len(SENTENCES)))
    sent = now - timedelta(days=70, minutes=13 * n)
    return {
        "id": idea_id,
        "cycle_id": cycle.id,
        "author_id": author,
        "author_name": f"{FIRST_NAMES[n % len(FIRST_NAMES)]} P.",
        "number": f"ID-2026-{n + 1:05d}",
        "state": IDEA_STATES[n % len(IDEA_STATES)].value,
        "title": title,
        "body": body,
        "lang": "ro",
        "area_id": area.id,
        "location": f"Strada {n + 1}, la intersecția cu Calea Rahovei",
        "landmark": "lângă parc",
        "estimate_bani": 150_000_00 + n * 100_00,
        "folded": " ".join(words(f"{title} {body}")),
        "created_at": sent,
        "updated_at": sent,
        "submitted_at": sent,
        "due_on": clock.local_date(sent + timedelta(days=42)),
        "support_count": lot.randrange(200),
        "event_count": 1,
    }


def _event_row(n: int, idea_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "idea_id": idea_id,
        "position": 1,
        "at": now - timedelta(days=70),
        "kind": EventKind.SUBMITTED.value,
        "by_name": "Ana P.",
        "text": "",
        "facts": "{}",
    }


def new_secret(poll_id: uuid.UUID) -> tuple[str, str]:
    """(secret, code) of a receipt, as the ballot page draws it."""
    secret, code = box.new_receipt(str(poll_id))
    return secret, code
