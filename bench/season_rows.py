"""A season of the idea review: ideas in every state, their supports, comments, verdicts and timelines.

The cycle, the departments and the officials are made by the services; what is needed by the thousand is
inserted in bulk, column for column what the services write. Some ideas are liked by hundreds and talked about
by as many, most by a few, as in every real season (the k-th idea has a share of 1/k). The same seed gives the
same season.
"""

import itertools
import json
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account, AccountSession
from accounts.states import Role
from app.kit import clock, crypto
from app.kit.db import Database, new_id
from app.kit.text import public_name, words
from app.seed.content import AREAS, FIRST_NAMES, LAST_NAMES
from bench.district import BATCH, Voter, add_residents
from bench.season_desk import desk_rows, fund, moderation_rows, pin
from cycles.models import Area, Cycle
from cycles.queries import list_areas
from cycles.states import StageKind
from discussions.models import Comment, Thread
from proposals.models import (
    CostLine,
    Department,
    DepartmentMember,
    Idea,
    IdeaEvent,
    Project,
    Reason,
    Support,
    Verdict,
)
from proposals.queries import list_reasons
from proposals.queries.discussed import comment_scope, idea_ref
from proposals.service.verdicts import reason_facts
from proposals.states import EventKind, IdeaState, VerdictKind
from tests.make.accounts import make_account
from tests.make.cycles import make_cycle
from tests.make.proposals import make_draft

SUPPORTS_OF_ONE = 10  # the cycle's limit
OFFICERS = 10
DEPARTMENTS = ("Spații verzi", "Străzi și trafic", "Școli și sport")
# Of twenty ideas in a row.
STATES = (
    *(IdeaState.SUBMITTED, IdeaState.IN_REVIEW, IdeaState.IN_REVIEW, IdeaState.IN_REVIEW, IdeaState.WAITING),
    *(IdeaState.REJECTED,) * 6,
    *(IdeaState.ACCEPTED,) * 6,
    *(IdeaState.MERGED, IdeaState.MERGED, IdeaState.WITHDRAWN),
)
WHAT = (
    "Plantarea de tei și arțari",
    "Bănci cu spătar și umbră",
    "Trecere de pietoni ridicată",
    "Loc de joacă pentru copii mici",
    "Pistă de biciclete protejată",
    "Iluminat cu senzori",
    "Parcare pentru biciclete",
    "Fântână cu apă potabilă",
    "Teren de baschet",
    "Grădină comunitară",
    "Stații de autobuz acoperite",
    "Rampe pentru cărucioare",
    "Loc pentru câini",
    "Bibliotecă de cartier",
    "Panouri solare pe școală",
    "Repararea trotuarelor",
)
STREETS = (
    "Calea Rahovei",
    "Șoseaua Alexandriei",
    "Strada Sebastian",
    "Bulevardul Tudor Vladimirescu",
    "Strada Petre Ispirescu",
    "Calea 13 Septembrie",
    "Drumul Sării",
    "Prelungirea Ghencea",
    "Strada Mărgeanului",
    "Strada Năsăud",
    "Calea Ferentari",
    "Strada Amurgului",
    "Splaiul Independenței",
    "Strada Dr. Lister",
)
WHY = (
    "Trotuarul este îngust, iar mașinile parcate îi obligă pe pietoni să meargă pe carosabil.",
    "Vara nu se poate sta pe bănci, fiindcă nu e niciun pom care să facă umbră.",
    "Copiii de la școala de alături traversează aici de două ori pe zi, printre mașini.",
    "Vecinii în vârstă nu au unde să se odihnească între stație și piață.",
    "Seara e întuneric pe ultimii două sute de metri și lumea ocolește.",
    "Locul e plin de gunoaie de ani de zile, deși e al primăriei.",
    "După fiecare ploaie se face o baltă cât tot locul, iarna se îngheață.",
    "Cine vine cu căruciorul sau cu scaunul rulant nu are cum să urce.",
)
HOW = (
    "Propun treizeci de pomi cu gropi largi și irigare prin picurare.",
    "Ar fi nevoie de vreo zece bănci, două coșuri și o pergolă.",
    "Se poate face cu borduri joase și semne, fără să se piardă locuri de parcare.",
    "Am vorbit cu asociația de proprietari și ar avea grijă de el.",
    "Am văzut așa ceva în Sectorul 3 și a ținut cinci ani fără reparații.",
    "Costul cuprinde proiectul, lucrarea și întreținerea din primul an.",
)
SAID = (
    "Foarte bună ideea, pe strada noastră e exact la fel.",
    "Sunt de acord, dar să nu se taie pomii care sunt deja acolo.",
    "Cine întreține după ce se face? La fel s-a promis și acum trei ani.",
    "Mai bine ar fi lângă școală, acolo trec copiii.",
    "Susțin. Locuiesc la scara B și e nevoie de mult.",
    "Nu cred că ajung banii, numai proiectul costă cât jumătate.",
    "S-ar putea lega de pista care vine de la Răzoare?",
    "Mulțumim departamentului că a răspuns, aștept devizul.",
)


Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much there is of what."""

    ideas: int
    supports: int
    comments: int

    def part(self, number: int) -> "Size":
        """So many times less of everything."""
        return Size(self.ideas // number, self.supports // number, self.comments // number)


SEASON = Size(ideas=2000, supports=30_000, comments=15_000)


@dataclass(frozen=True)
class Season:
    """What is asked for, and by whom."""

    cycle_id: uuid.UUID
    ideas: tuple[uuid.UUID, ...]  # the most liked and most talked about first
    queued: tuple[uuid.UUID, ...]
    draft: uuid.UUID  # of the resident
    resident: Voter
    officer: Voter


async def make_season(database: Database, size: Size, *, now: datetime) -> Season:
    """Fill an empty, migrated database."""
    lot = random.Random(2027)
    residents_count = max(size.supports // SUPPORTS_OF_ONE * 2, 20)
    async with database.write() as session:
        cycle = await make_cycle(session, slug="sezon", open_stage=StageKind.REVIEW, areas=AREAS, now=now)
        residents = await add_residents(session, residents_count, now)
        officers = await _make_officers(session, now)
        areas = await list_areas(session, cycle.id)
        reasons = await list_reasons(session)
        departments = list((await session.execute(select(Department.id))).scalars())
        made = _ideas(lot, size.ideas, cycle, areas, residents, officers, departments, now)
        liked = _supports(lot, made, residents, size.supports, now)
        likes = Counter(one["idea_id"] for one in liked)
        for row in made:
            row["support_count"] = likes[row["id"]]
        await _insert(session, Idea, [row for row in made if row["merged_into_id"] is None])
        await _insert(session, Idea, [row for row in made if row["merged_into_id"] is not None])
        await _insert(session, Support, liked)
        verdicts = _verdicts(lot, made, reasons, now)
        await _insert(session, Verdict, verdicts)
        accepted = [one for one in verdicts if one["kind"] == VerdictKind.ACCEPTED]
        await _insert(session, CostLine, [_line(one) for one in accepted])
        projects = _projects(made, accepted)
        fund(projects, now)
        await _insert(session, Project, projects)
        await _insert(session, IdeaEvent, _events(made, verdicts, reasons, projects))
        threads, said = _comments(lot, made, residents, size.comments, now)
        await _insert(session, Thread, threads)
        await _insert(session, Comment, said)
        reporters = [one.account_id for one in residents]
        for model, rows in itertools.chain(
            desk_rows(lot, made, verdicts, projects, departments, now),
            moderation_rows(said, reporters, officers[0][0].id),
        ):
            await _insert(session, model, rows)
        author = await session.get_one(Account, residents[0].account_id)
        like = next(row for row in made if row["state"] == IdeaState.SUBMITTED)
        draft = await make_draft(
            session, cycle=cycle, author=author, title=like["title"], body=like["body"], now=now
        )
    queued = [row["id"] for row in made if row["state"] in ("submitted", "in_review", "waiting")]
    ideas = tuple(row["id"] for row in made)
    return Season(cycle.id, ideas, tuple(queued), draft.id, residents[0], officers[0][1])


async def _insert(session: AsyncSession, model: Any, rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), BATCH):
        await session.execute(insert(model.__table__), rows[start : start + BATCH])


# ── officials ─────────────────────────────────────────────────────────────────
async def _make_officers(session: AsyncSession, now: datetime) -> list[tuple[Account, Voter]]:
    """Ten reviewers of three departments, each signed in with the second factor."""
    departments = [
        Department(name=name, name_en=name, email="idei@example.ro", created_at=now) for name in DEPARTMENTS
    ]
    session.add_all(departments)
    await session.flush()
    found = []
    for number in range(OFFICERS):
        name = f"{FIRST_NAMES[-number - 1]} {LAST_NAMES[-number - 1]}"
        account = await make_account(
            session, name=name, roles=[Role.REVIEWER, Role.MODERATOR], totp="JBSWY3DPEHPK3PXP", now=now
        )
        voter = Voter(account.id, crypto.new_token())
        department = departments[number % len(departments)]
        session.add(
            DepartmentMember(
                department_id=department.id, account_id=account.id, is_head=number < len(DEPARTMENTS)
            )
        )
        session.add(
            AccountSession(
                account_id=account.id,
                token_digest=crypto.digest(voter.token),
                created_at=now,
                seen_at=now,
                idle_seconds=86400,
                expires_at=now + timedelta(days=1),
                second_factor_at=now,
                agent="Firefox, Linux",
            )
        )
        found.append((account, voter))
    await session.flush()
    return found


# ── ideas ─────────────────────────────────────────────────────────────────────
def _ideas(
    lot: random.Random,
    count: int,
    cycle: Cycle,
    areas: Sequence[Area],
    residents: Sequence[Voter],
    officers: Sequence[tuple[Account, Voter]],
    departments: Sequence[uuid.UUID],
    now: datetime,
) -> list[Row]:
    rows: list[Row] = []
    for n in range(count):
        area, street = areas[n % len(areas)], lot.choice(STREETS)
        title = f"{lot.choice(WHAT)}, {street} nr. {1 + lot.randrange(200)}"
        body = "\n\n".join([*lot.sample(WHY, 3), *lot.sample(HOW, 2)])
        state = STATES[n % len(STATES)]
        sent = now - timedelta(days=60 * (count - n) / count, minutes=lot.randrange(600))
        officer = None if state is IdeaState.SUBMITTED else officers[n % len(officers)][0]
        merged = state is IdeaState.MERGED and rows
        rows.append(
            {
                "id": new_id(),
                "cycle_id": cycle.id,
                "author_id": residents[n % len(residents)].account_id,
                "author_name": public_name(f"{lot.choice(FIRST_NAMES)} {lot.choice(LAST_NAMES)}"),
                "number": f"ID-2027-{n + 1:05d}",
                "state": (IdeaState.REJECTED if state is IdeaState.MERGED and not merged else state).value,
                "title": title,
                "body": body,
                "lang": "ro",
                "area_id": area.id,
                "location": f"{street}, {area.name}",
                "landmark": "lângă școală",
                **pin(lot),
                "estimate_bani": lot.randrange(20, 400) * 1000_00,
                "folded": " ".join(words(f"{title} {body} {street} {area.name}")),
                "created_at": sent,
                "updated_at": sent,
                "submitted_at": sent,
                "due_on": clock.local_date(sent + timedelta(days=42)),
                "department_id": departments[n % len(departments)],
                "reviewer_id": officer.id if officer else None,
                "reviewer_name": officer.name if officer else "",
                "merged_into_id": rows[0]["id"] if merged else None,
                "event_count": 2,
            }
        )
    return rows


def _shares(lot: random.Random, count: int, total: int) -> list[int]:
    """For each of `total` clicks, which of `count` ideas: the k-th with a share of 1/k."""
    return lot.choices(range(count), weights=[1 / (k + 5) for k in range(count)], k=total)


def _supports(
    lot: random.Random, ideas: Sequence[Row], residents: Sequence[Voter], total: int, now: datetime
) -> list[Row]:
    """Each resident at most SUPPORTS_OF_ONE, nobody the same idea twice, nobody their own."""
    given: defaultdict[int, set[int]] = defaultdict(set)
    turns = itertools.cycle(range(len(residents)))
    rows: list[Row] = []
    while len(rows) < total:
        for place in _shares(lot, len(ideas), total - len(rows)):
            person = next(turns)
            idea, voter = ideas[place], residents[person]
            is_taken = place in given[person] or len(given[person]) >= SUPPORTS_OF_ONE
            if is_taken or idea["author_id"] == voter.account_id:
                continue
            given[person].add(place)
            at = now - timedelta(minutes=lot.randrange(60 * 24 * 30))
            rows.append({"idea_id": idea["id"], "account_id": voter.account_id, "at": at})
    return rows


# ── the department ────────────────────────────────────────────────────────────
KINDS = {
    IdeaState.REJECTED: VerdictKind.REJECTED,
    IdeaState.ACCEPTED: VerdictKind.ACCEPTED,
    IdeaState.MERGED: VerdictKind.MERGED,
}


def _verdicts(
    lot: random.Random,
    ideas: Sequence[Row],
    reasons: Sequence[Reason],
    now: datetime,
) -> list[Row]:
    verdicts: list[Row] = []
    for row in ideas:
        kind = KINDS.get(IdeaState(row["state"]))
        if kind is None:
            continue
        net = lot.randrange(20, 300) * 1000_00
        is_accepted = kind is VerdictKind.ACCEPTED
        verdict = {
            "id": new_id(),
            "idea_id": row["id"],
            "position": 1,
            "kind": kind.value,
            "at": min(now, row["submitted_at"] + timedelta(days=lot.randrange(1, 30))),
            "reviewer_id": row["reviewer_id"],
            "reviewer_name": row["reviewer_name"],
            "text": lot.choice(WHY),
            "reason_id": lot.choice(reasons).id if kind is VerdictKind.REJECTED else None,
            "merged_into_id": row["merged_into_id"],
            "total_bani": net + net * 19 // 100 if is_accepted else None,
            "margin_bani": 0 if is_accepted else None,
            "margin_percent": 0 if is_accepted else None,
            "yearly_bani": 1000_00 if is_accepted else None,
        }
        verdicts.append(verdict)
    return verdicts


def _line(verdict: Row) -> Row:
    net = verdict["total_bani"] * 100 // 119
    return {
        "id": new_id(),
        "verdict_id": verdict["id"],
        "position": 1,
        "description": "Proiectare și execuție",
        "quantity_milli": 1000,
        "unit": "buc",
        "unit_price_bani": net,
        "vat_percent": 19,
        "net_bani": net,
        "vat_bani": verdict["total_bani"] - net,
    }


def _projects(ideas: Sequence[Row], verdicts: Sequence[Row]) -> list[Row]:
    by_id = {row["id"]: row for row in ideas}
    found = []
    for position, verdict in enumerate(verdicts, 1):
        idea = by_id[verdict["idea_id"]]
        found.append(
            {
                "id": new_id(),
                "cycle_id": idea["cycle_id"],
                "number": f"P{position:03d}",
                "position": position,
                "idea_id": idea["id"],
                "title": idea["title"],
                "summary": verdict["text"],
                "body": idea["body"],
                "area_id": idea["area_id"],
                "cost_bani": verdict["total_bani"],
                "folded": idea["folded"],
                "created_at": verdict["at"],
            }
        )
    return found


def _events(
    ideas: Sequence[Row], verdicts: Sequence[Row], reasons: Sequence[Reason], projects: Sequence[Row]
) -> list[Row]:
    """Each timeline: sent, taken, and the verdict where there is one."""
    judged = {one["idea_id"]: one for one in verdicts}
    numbers = {one["idea_id"]: one["number"] for one in projects}
    reason_of = {one.id: one for one in reasons}
    target = ideas[0]
    into = {"into": str(target["id"]), "into_number": target["number"], "into_title": target["title"]}
    rows = []
    for row in ideas:
        rows.append(_event(row, 1, EventKind.SUBMITTED, row["submitted_at"], row["author_name"]))
        rows.append(_event(row, 2, EventKind.TAKEN, row["submitted_at"] + timedelta(hours=20), ""))
        verdict = judged.get(row["id"])
        if verdict is None:
            continue
        costs = {"total_bani": verdict["total_bani"], "yearly_bani": verdict["yearly_bani"]}
        facts: dict[str, object] = (
            into if verdict["merged_into_id"] else costs | {"project": numbers.get(row["id"])}
        )
        if verdict["reason_id"]:
            facts = reason_facts(reason_of[verdict["reason_id"]])
        event = _event(row, 3, EventKind(verdict["kind"]), verdict["at"], verdict["reviewer_name"])
        rows.append(event | {"text": verdict["text"], "facts": json.dumps(facts)})
        row["event_count"] = 3
    return rows


def _event(idea: Row, position: int, kind: EventKind, at: datetime, by: str) -> Row:
    return {
        "id": new_id(),
        "idea_id": idea["id"],
        "position": position,
        "at": at,
        "kind": kind.value,
        "by_name": by,
        "text": "",
        "facts": "{}",
    }


# ── what people say ───────────────────────────────────────────────────────────
def _comments(
    lot: random.Random, ideas: Sequence[Row], residents: Sequence[Voter], total: int, now: datetime
) -> tuple[list[Row], list[Row]]:
    """Threads and their comments; two of five are replies to one that is no reply itself."""
    counts, scope = Counter(_shares(lot, len(ideas), total)), comment_scope(ideas[0]["cycle_id"])
    threads, rows = [], []
    for place, count in sorted(counts.items()):
        subject = idea_ref(ideas[place]["id"])
        threads.append({"subject": subject, "scope": scope, "comment_count": count})
        tops: list[Row] = []
        for n in range(count):
            parent = lot.choice(tops) if tops and lot.random() < 0.4 else None
            if parent:
                parent["reply_count"] += 1
            row = {
                "id": new_id(),
                "subject": subject,
                "scope": scope,
                "parent_id": parent["id"] if parent else None,
                "author_id": lot.choice(residents).account_id,
                "author_name": public_name(f"{lot.choice(FIRST_NAMES)} {lot.choice(LAST_NAMES)}"),
                "role": "",
                "body": " ".join(lot.sample(SAID, 2)),
                "created_at": now - timedelta(minutes=(count - n) * 7),
                "support_count": lot.randrange(12),
                "reply_count": 0,
            }
            rows.append(row)
            if parent is None:
                tops.append(row)
    return threads, rows
