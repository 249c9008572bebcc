"""What the department, the moderators and the works have of a season: pauses, opinions, contestations,
prepared verdicts, milestones, reports and decisions. Column for column what the services write.
"""

import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.kit import clock
from app.kit.db import new_id
from discussions.models import CommentDecision, CommentReport
from discussions.states import Decision, Ground
from proposals.models import (
    Advice,
    AdviceAnswer,
    ClockPause,
    CoAuthor,
    Contestation,
    Milestone,
    PreparedVerdict,
)
from proposals.service.verdicts import Ruling
from proposals.states import IdeaState, MilestoneKind, Outcome, VerdictKind

Row = dict[str, Any]
Rows = Iterator[tuple[Any, list[Row]]]
FUNDED = 8  # one project of so many
ASKED, ANSWERED = 6, 2  # one idea of so many has another department's opinion, asked for or given
CONTESTED = 10  # one rejection of so many, half of them undecided
RULING = Ruling(kind=VerdictKind.REJECTED, text="Teren privat.", reason_code="R02")
REPORTED = 40  # one comment of so many, three of four of them decided on


def pin(lot: random.Random) -> Row:
    """Somewhere in the district."""
    return {"latitude": 44.40 + lot.random() * 0.03, "longitude": 26.03 + lot.random() * 0.06}


def fund(projects: Sequence[Row], now: datetime) -> None:
    """Let a vote have funded some projects half a year ago."""
    for place, project in enumerate(projects):
        is_funded = place % FUNDED == 0
        project["outcome"] = (Outcome.FUNDED if is_funded else Outcome.NOT_FUNDED).value
        project["decided_at"] = now - timedelta(days=180)


def desk_rows(
    lot: random.Random,
    ideas: Sequence[Row],
    verdicts: Sequence[Row],
    projects: Sequence[Row],
    departments: Sequence[uuid.UUID],
    now: datetime,
) -> Rows:
    """Tables with their rows, in an order in which they can be inserted."""
    yield ClockPause, [_pause(row) for row in ideas if row["state"] == IdeaState.WAITING]
    advice = [_advice(row, departments, now) for row in ideas[::ASKED]]
    yield Advice, advice
    yield AdviceAnswer, [_answer(one) for one in advice if one["answered_at"] is not None]
    by_id = {row["id"]: row for row in ideas}
    rejected = [one for one in verdicts if one["kind"] == VerdictKind.REJECTED]
    yield Contestation, [_contestation(one, n) for n, one in enumerate(rejected[::CONTESTED])]
    in_review = [row for row in ideas if row["state"] == IdeaState.IN_REVIEW]
    yield PreparedVerdict, [_prepared(row, now) for row in in_review[::5]]
    pairs = itertools.pairwise(ideas[::7])
    yield (
        CoAuthor,
        [_co_author(row, other, now) for row, other in pairs if row["author_id"] != other["author_id"]],
    )
    funded = [one for one in projects if one["outcome"] == Outcome.FUNDED]
    yield (
        Milestone,
        [_milestone(lot, one, by_id[one["idea_id"]], step) for one in funded for step in (1, 2, 3)],
    )


def moderation_rows(comments: Sequence[Row], reporters: Sequence[uuid.UUID], by: uuid.UUID) -> Rows:
    """Reports on some comments, and what was decided on most of them: to leave them."""
    some = comments[::REPORTED]
    decided = [one for n, one in enumerate(some) if n % 4]
    at = timedelta(hours=5)
    closed = {one["id"] for one in decided}
    yield (
        CommentReport,
        [
            {
                "id": new_id(),
                "comment_id": one["id"],
                "account_id": reporters[n % len(reporters)],
                "ground": Ground.OFF_TOPIC.value,
                "text": "Nu are legătură cu ideea.",
                "at": one["created_at"] + timedelta(hours=1),
                "closed_at": one["created_at"] + at if one["id"] in closed else None,
            }
            for n, one in enumerate(some)
        ],
    )
    yield (
        CommentDecision,
        [
            {
                "id": new_id(),
                "comment_id": one["id"],
                "position": 1,
                "decision": Decision.KEPT.value,
                "ground": "",
                "reason": "Este o părere despre idee, spusă fără jigniri.",
                "report_count": 1,
                "by_id": by,
                "at": one["created_at"] + at,
            }
            for one in decided
        ],
    )


def _pause(idea: Row) -> Row:
    at = idea["submitted_at"] + timedelta(days=2)
    due_on = clock.local_date(at + timedelta(days=14))
    return {
        "id": new_id(),
        "idea_id": idea["id"],
        "paused_at": at,
        "resumed_at": None,
        "answer_due_on": due_on,
    }


def _advice(idea: Row, departments: Sequence[uuid.UUID], now: datetime) -> Row:
    asked_at = idea["submitted_at"] + timedelta(days=1)
    is_over = idea["state"] not in (IdeaState.SUBMITTED, IdeaState.IN_REVIEW, IdeaState.WAITING)
    other = next(one for one in departments if one != idea["department_id"])
    return {
        "id": new_id(),
        "idea_id": idea["id"],
        "department_id": other,
        "question": "Se poate muta stația cu zece metri?",
        "asked_at": asked_at,
        "asked_by_id": idea["reviewer_id"] or idea["author_id"],
        "asked_by_name": idea["reviewer_name"],
        "term_days": 10,
        "due_on": clock.local_date(asked_at + timedelta(days=14)),
        "answered_at": min(now, asked_at + timedelta(days=6)) if is_over else None,
        "ended_at": None,
        "ended_as": None,
        "why": "",
    }


def _answer(advice: Row) -> Row:
    return {
        "id": new_id(),
        "advice_id": advice["id"],
        "version": 1,
        "at": advice["answered_at"],
        "by_id": advice["asked_by_id"],
        "by_name": "Sorin Ene",
        "text": "Se poate, cu acordul companiei de transport.",
    }


def _contestation(verdict: Row, n: int) -> Row:
    at = verdict["at"] + timedelta(days=3)
    is_decided = n % 2 == 0
    return {
        "id": new_id(),
        "idea_id": verdict["idea_id"],
        "verdict_id": verdict["id"],
        "at": at,
        "text": "Terenul este al sectorului, iată extrasul de carte funciară.",
        "due_on": clock.local_date(at + timedelta(days=7)),
        "decided_at": at + timedelta(days=5) if is_decided else None,
        "decided_by_id": verdict["reviewer_id"] if is_decided else None,
        "decided_by_name": verdict["reviewer_name"] if is_decided else "",
        "outcome": "upheld" if is_decided else None,
        "answer_id": None,
    }


def _prepared(idea: Row, now: datetime) -> Row:
    return {
        "id": new_id(),
        "idea_id": idea["id"],
        "kind": VerdictKind.REJECTED.value,
        "ruling": msgspec.json.encode(RULING).decode(),
        "corrects_id": None,
        "needs_second": True,
        "at": min(now, idea["submitted_at"] + timedelta(days=4)),
        "by_id": idea["reviewer_id"],
        "by_name": idea["reviewer_name"],
        "second_id": None,
        "second_name": None,
        "confirmed_at": None,
        "ended_at": None,
        "ended_as": None,
        "ended_by_name": "",
        "why": "",
        "problem": "",
    }


def _co_author(idea: Row, other: Row, now: datetime) -> Row:
    return {
        "idea_id": idea["id"],
        "account_id": other["author_id"],
        "name": other["author_name"],
        "from_idea_id": None,
        "at": min(now, idea["submitted_at"]),
    }


def _milestone(lot: random.Random, project: Row, idea: Row, position: int) -> Row:
    kind = (MilestoneKind.CONTRACT, MilestoneKind.WORKS_BEGIN, MilestoneKind.WORKS_END)[position - 1]
    planned = clock.local_date(project["decided_at"] + timedelta(days=50 * position))
    return {
        "id": new_id(),
        "project_id": project["id"],
        "position": position,
        "kind": kind.value,
        "ordinal": 0,
        "title": "",
        "planned_on": planned,
        "actual_on": planned + timedelta(days=lot.randrange(9)) if position < 3 else None,
        "note": "",
        "at": project["decided_at"] + timedelta(days=10 * position),
        "by_id": idea["reviewer_id"],
        "by_name": idea["reviewer_name"],
    }
